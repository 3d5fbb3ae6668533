from __future__ import annotations

import pytest

from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.opening import opened
from tests.flow.sync.conftest import mirakl, start  # noqa: F401 - the same simulator and client
from tests.redis_server import redis_url, shared_redis  # noqa: F401 - fixtures


class Kept:
    """A queue of one test: `address` is what a job takes; `look` tells what is in it."""

    def __init__(self, address):
        self.address = address

    async def look(self):
        async with opened(self.address) as queue:
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
