from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from random import random
from typing import Any

import pytest

from mirakl_async import Retry
from mirakl_async.events import EventRouter, MemoryIdempotencyStore
from mirakl_async.events.decode import TYPES
from mirakl_async.model import Command
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.simulator import Simulator
from tests.events.stores import KINDS, Kind
from tests.support.postgres_server import postgres_server, shared_postgres  # noqa: F401 - fixtures
from tests.support.redis_server import redis_url, shared_redis  # noqa: F401 - fixtures

QUICK = Retry(initial_delay=0.005, throttle_delay=0.02, max_delay=0.02, quota=100_000)
LINES = {"order_lines": [{"channel_order_line_id": "L1", "accepted": True}]}
_ids = count(1)


class FastClock:
    """Time that passes fifty times as fast as the machine's.

    A stream counts leases by it too: with a queue that has a clock of its own, a lease has to be long enough for both.
    """

    factor = 50.0

    def monotonic(self):
        return time.monotonic() * self.factor

    def time(self):
        return 1_800_000_000.0 + self.monotonic()

    def random(self):
        return random()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / self.factor)


def command(action="a1", order="O1", kind="ACCEPT", **more):
    """The body of a command."""
    data = {"action_id": action, "channel_id": "C1", "channel_store_id": "S1", "channel_order_id": order, **LINES}
    return json.dumps(
        {"id": f"01J{next(_ids):010}", "time": "2024-05-20T10:15:30Z", "type": kind, "data": data | more}
    ).encode()


def price(product="P1", second=0, kind="PRICE_STOCK_UPSERT", **parts):
    """The body of a change of prices and stock."""
    data = {"channel_id": "C1", "store_id": "S1", "product_id": product, **parts}
    time = f"2024-05-20T10:{second // 60:02}:{second % 60:02}Z"
    return json.dumps({"data": data, "id": f"01j{next(_ids):010}", "time": time, "type": kind}).encode()


def router_of(handler=None, *, kinds=None, **handlers):
    """A router that gives each command to `handler`, or declines it; `handlers` are by type."""
    events = EventRouter()
    for name, kind in TYPES.items():
        if name in handlers:
            events.on(kind)(handlers[name])
        elif issubclass(kind, Command):
            if handler is not None and (kinds is None or name in kinds):
                events.on(kind)(handler)
            else:
                events.decline(kind)
    return events


class Setting:
    """A simulator, a client of it, a queue and a store, all on a clock that is fast."""

    def __init__(self, sim, connect, clock, queue):
        self.sim, self.connect, self.clock, self.queue = sim, connect, clock, queue
        self.store = MemoryIdempotencyStore(clock=clock)

    async def put(self, *bodies, actions=()):
        for body in bodies:
            try:
                action = json.loads(body)["data"]["action_id"]
            except (ValueError, KeyError, TypeError):
                continue
            if action not in self.sim.world.actions:
                self.sim.world.add_action(action)
        await self.queue.put(bodies)

    async def run(self, router, **options):
        options = {"idempotency_store": self.store, "until_empty": True, "idle": 0.5, **options}
        return await self.connect.events.run(options.pop("queue", self.queue), router, **options)

    def outcomes(self):
        """How each action ended at Connect: its status, and the codes of its errors."""
        return {
            name: " ".join([one.status, *(error["code"] for error in one.errors)])
            for name, one in self.sim.world.actions.items()
        }


@pytest.fixture
async def start():
    """Start simulators and clients that end with the test."""
    async with AsyncExitStack() as stack:

        async def start(*, client=None, queue=None, lease=600.0, **simulator):
            sim = await stack.enter_async_context(Simulator(**simulator))
            clock = FastClock()
            settings = {"rate_limit": "none", "retry": QUICK, "clock": clock, **(client or {})}
            connect = await stack.enter_async_context(sim.connect_client(**settings))
            queue = await stack.enter_async_context(queue or MemoryQueue(lease=lease, clock=clock))
            return Setting(sim, connect, clock, queue)

        yield start


@pytest.fixture
async def mirakl(start):
    return await start()


@pytest.fixture(params=[*KINDS])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    """How a store is made, and how its time passes."""
    found = KINDS[request.param](tmp_path)
    if found.needs_server is not None:
        found.server = request.getfixturevalue(found.needs_server)
    return found


@pytest.fixture
async def store(kind: Kind) -> AsyncIterator[Any]:
    """An open store."""
    async with kind.make() as found:
        yield found
