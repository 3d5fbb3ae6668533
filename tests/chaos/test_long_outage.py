"""An outage of six hours, in which the sync is restarted seventy times: no order is rejected, all arrive.

The time is virtual: the simulator, its client and the queue share one clock, on which every sleep ends at once. A queue
on a server discards messages whose lease has expired; there the clock runs 5000 times faster, and never jumps ahead.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from random import Random

import pytest

from mirakl_async import SyncFailed
from mirakl_async.simulator import Fault, Simulator
from tests.queues.brokers import MemoryBroker, SqliteBroker, started
from tests.queues.postgres_broker import PostgresBroker
from tests.queues.redis_broker import RedisBroker
from tests.queues.sqs_broker import SqsBroker
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture
from tests.support.order_factory import ORIGIN, as_line, expected, held, order
from tests.support.postgres_server import shared_postgres  # noqa: F401 - a fixture
from tests.support.redis_server import shared_redis  # noqa: F401 - a fixture

SIX_HOURS = 6 * 3600.0
IDLE = 5000.0  # of the fast clock: a second of the machine's, in which a broker with much to do answers
RESTARTS = 70
KINDS = {
    "memory": MemoryBroker,
    "sqlite": SqliteBroker,
    "redis": RedisBroker,
    "postgres": PostgresBroker,
    "sqs": SqsBroker,
}
OUTAGES = [
    Fault.status(503),
    Fault.html(502),
    Fault.html(200),
    Fault.reset(),
    Fault.status(429, retry_after=30),
    Fault.status(500, operation="token"),
]


class FastClock:
    """Runs 5000 times faster than the machine's clock; `now` can be moved forward."""

    factor = 5000.0

    def __init__(self):
        self._ahead = 0.0

    @property
    def now(self):
        return time.monotonic() * self.factor + self._ahead

    @now.setter
    def now(self, moment):
        self._ahead += moment - self.now

    def monotonic(self):
        return self.now

    def time(self):
        return self.now

    def random(self):
        return 0.5

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / self.factor)


@pytest.fixture(params=KINDS)
async def broker(request, tmp_path):
    made = KINDS[request.param](tmp_path)
    if made.needs_server:
        made.server = request.getfixturevalue(made.needs_server)
    async with started(made):
        if made.needs_server:
            made.clock = FastClock()
        yield made


def places(broker, folder):
    """Files for what the queue cannot store."""
    options = {} if broker.cursors else {"resume_file": folder / "position.json"}
    return options if broker.rejected else options | {"rejected": folder / "rejected.ndjson", "idle": IDLE}


async def run_until(job, clock, moment):
    """Run the job until that moment, then stop it at once, like a machine that shuts down."""
    with contextlib.suppress(SyncFailed):  # a job that never reached Mirakl fails early, and is restarted
        async with asyncio.timeout(30), job:
            while clock.now < moment and not job.report.complete:
                await asyncio.sleep(0)
            job.abort()
    return job.report


async def rejected_orders(broker, queue, folder):
    """The orders that were rejected, and the kinds of reason."""
    if broker.rejected:
        return {(row.order_id, row.kind) async for row in queue.rejected()}
    lines = map(json.loads, (folder / "rejected.ndjson").read_bytes().splitlines())
    return {(line["channel_order_id"], line["kind"]) for line in lines}


@pytest.mark.parametrize("way", ["sync", "worker"])
async def test_no_valid_order_is_rejected_and_all_arrive(broker, tmp_path, way):
    clock, random = broker.clock, Random(8)
    entries = [order(n, n, bad=n in {17, 160}) for n in range(400)]
    file = tmp_path / "orders.ndjson"
    file.write_bytes(b"".join(as_line(entry) + b"\n" for entry in entries))
    options = places(broker, tmp_path)

    async with Simulator(clock=clock) as simulator, broker.queue() as queue:

        @contextlib.asynccontextmanager
        async def a_process():
            async with simulator.connect_client(clock=clock) as connect:
                if way == "sync":
                    yield connect.orders.sync(file, journal=queue, origin=ORIGIN, max_outage=2 * SIX_HOURS, **options)
                else:
                    putting = {name: options[name] for name in ("rejected", "resume_file") if name in options}
                    working = {name: options[name] for name in ("rejected", "idle") if name in options}
                    await connect.orders.enqueue(file, queue, origin=ORIGIN, **putting)
                    yield connect.orders.worker(queue, until_empty=True, **working)

        begins = clock.now
        for _ in range(RESTARTS):
            simulator.faults.clear()
            simulator.faults.add(random.choice(OUTAGES))
            async with a_process() as job:
                report = await run_until(job, clock, clock.now + SIX_HOURS / RESTARTS)
            assert report.accepted == 0
            if random.random() < 0.3:
                await broker.let_leases_end()
        while clock.now < begins + SIX_HOURS:  # some jobs gave up before their time
            clock.now += 60
        simulator.faults.clear()
        await broker.let_leases_end()
        async with a_process() as job, asyncio.timeout(30):
            report = await job.run()
        assert report.accepted == 398
        assert await rejected_orders(broker, queue, tmp_path) == {("o17", "invalid"), ("o160", "invalid")}
        assert not await queue.waiting()
    assert held(simulator) == expected(entry for n, entry in enumerate(entries) if n not in {17, 160})
