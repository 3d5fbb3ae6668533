from __future__ import annotations

import io
from typing import Any

import aiohttp
import msgspec
import pytest

from mirakl_async.simulator import Simulator
from tests.support.http_reply import HttpReply


class Api:
    """A client that knows nothing: it sends what it is given and shows what comes back."""

    def __init__(self, session: aiohttp.ClientSession, simulator: Simulator) -> None:
        self._session = session
        self._url = simulator.connect_url
        self.simulator = simulator
        self.token = simulator.issue_token()

    async def send(
        self, method: str, path: str, value: Any = None, *, body: bytes | None = None, **headers: str
    ) -> HttpReply:
        data = io.BytesIO(msgspec.json.encode(value) if body is None else body)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        async with self._session.request(method, self._url + path, data=data, headers=sent) as answer:
            return HttpReply(answer.status, await answer.read(), answer.headers)

    async def upsert(self, *orders: Any, **origin: str) -> HttpReply:
        known = {"channel_id": "channel-1", "channel_store_id": "store-1"}
        return await self.send("POST", "/v1/orders", {"origin": known | origin, "orders": list(orders)})


@pytest.fixture
async def session():
    connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        session._retry_connection = False  # each request is one request
        yield session


@pytest.fixture
async def start(session):
    """Start simulators that end with the test; each comes as the API it serves."""
    running = []

    async def start(**arguments: Any) -> Api:
        simulator = Simulator(**arguments)
        await simulator.__aenter__()
        running.append(simulator)
        return Api(session, simulator)

    yield start
    for simulator in running:
        await simulator.close()


@pytest.fixture
async def api(start):
    return await start()
