from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from yarl import URL

from mirakl_async import BearerToken, MarketplaceFront
from mirakl_async.simulator import Simulator
from tests.support.http_reply import HttpReply

NOW = datetime(2026, 1, 8, tzinfo=UTC)
"""The time at the start of every marketplace whose test gives no clock."""


class Front:
    """A marketplace and a client that knows nothing of it: it sends what it is given and shows what comes back."""

    def __init__(self, session: aiohttp.ClientSession, simulator: Simulator) -> None:
        self._session = session
        self.simulator = simulator
        self.world = simulator.front
        self.headers = {"Authorization": f"Bearer {simulator.issue_token()}"}

    async def get(self, path: str, **query: Any) -> HttpReply:
        """Send a GET; `query` values are text, numbers, or lists of them to repeat."""
        pairs = [
            (name, str(value))
            for name, values in query.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        url = URL(path) if path.startswith("http") else URL(self.simulator.front_url + path)
        return await self.send("GET", str(url.update_query(pairs)))

    async def send(self, method: str, url: str, **arguments: Any) -> HttpReply:
        url = url if url.startswith("http") else self.simulator.front_url + url
        headers = self.headers | arguments.pop("headers", {})
        async with self._session.request(method, url, headers=headers, **arguments) as answer:
            return HttpReply(answer.status, await answer.read(), answer.headers)

    def client(self, **arguments: Any) -> MarketplaceFront:
        return MarketplaceFront(self.simulator.front_url, auth=BearerToken(self.simulator.issue_token()), **arguments)


@pytest.fixture
async def start(session):
    """Start simulators that end with the test; each comes as the marketplace it serves."""
    running = []

    async def start(front: Mapping[str, int] | None = None, **arguments: Any) -> Front:
        if "clock" not in arguments:
            arguments.setdefault("now", NOW)
        simulator = Simulator(front=front, **arguments)
        await simulator.__aenter__()
        running.append(simulator)
        return Front(session, simulator)

    yield start
    for simulator in running:
        await simulator.close()


@pytest.fixture
async def front(start):
    return await start()
