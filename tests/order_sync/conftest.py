from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace

from mirakl_async import Retry
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.opening import open_queue
from mirakl_async.simulator import Fault, Simulator
from mirakl_async.testing.clients import connect_client
from tests.support.order_factory import ORIGIN
from tests.support.redis_server import redis_url, shared_redis  # noqa: F401 - fixtures

QUICK = Retry(initial_delay=0.005, throttle_delay=0.02, max_delay=0.02, quota=100_000)


def mirakls(status, message="No.", **when):
    """An error as Mirakl writes it, which a bare status is not."""
    body = f'{{"code":"SOME_CODE","message":"{message}","errors":[]}}'
    return Fault.status(status, body=body, content_type="application/json", **when)


class Setting:
    """A simulator and a client of it; `sync` is the client's, for one store by default."""

    def __init__(self, sim, connect):
        self.sim = sim
        self.connect = connect

    def sync(self, source, **options):
        return self.connect.orders.sync(source, **{"origin": ORIGIN, **options})


@pytest.fixture
async def start():
    """Start simulators and clients that end with the test; `client` and `addresses` replace the client's settings and hosts."""
    async with AsyncExitStack() as stack:

        async def start(*, client=None, addresses=None, **simulator):
            sim = await stack.enter_async_context(Simulator(**simulator))
            settings = {"rate_limit": "none", "retry": QUICK, **sim.client_settings(), **(client or {})}
            connect = connect_client(replace(sim.addresses, **(addresses or {})), settings)
            return Setting(sim, await stack.enter_async_context(connect))

        yield start


@pytest.fixture
async def mirakl(start):
    return await start()


class Kept:
    """A queue of one test: `address` is what a job takes; `look` tells what is in it."""

    def __init__(self, address):
        self.address = address

    async def look(self):
        async with open_queue(self.address) as queue:
            return await queue.waiting(), [row async for row in queue.rejected()]


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def kept(request, tmp_path):
    if request.param == "sqlite":
        yield Kept(tmp_path / "orders.db")
    elif request.param == "redis":
        yield Kept(f"{request.getfixturevalue('redis_url')}/orders")
    else:
        async with MemoryQueue() as queue:
            yield Kept(queue)
