"""A job with a queue ends at any moment, by stop, cancel, abort or a 404: no order of its source is lost.

The sources cannot be read again. What they gave was accepted or rejected, is in the queue, or is in `unsent()`.
"""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest

from mirakl_async import Retry, SyncFailed, codec
from mirakl_async.queues.blocks import parse_block
from mirakl_async.simulator import Fault, Simulator
from tests.chaos.test_long_outage import KINDS
from tests.queues.brokers import started
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture
from tests.support.order_factory import ORIGIN, order, stream
from tests.support.postgres_server import shared_postgres  # noqa: F401 - a fixture
from tests.support.redis_server import shared_redis  # noqa: F401 - a fixture

WAYS = ["stop", "abort", "cancel", "404"]
NOT_FOUND = '{"code":"NOT_FOUND","message":"No such store","errors":[]}'


@pytest.fixture(params=KINDS)
async def new_broker(request, tmp_path):
    """Makes a store of its own for each job."""
    kind = KINDS[request.param]
    server = request.getfixturevalue(kind.needs_server) if kind.needs_server else None
    made = []

    async def new():
        folder = tmp_path / str(len(made))
        folder.mkdir()
        broker = kind(folder)
        broker.server = server
        made.append(broker)
        return started(broker)

    return new


@pytest.fixture
async def mirakl():
    async with (
        Simulator(latency=(0.0, 0.02)) as simulator,
        simulator.connect_client(
            retry=Retry(initial_delay=0.005, max_delay=0.02, quota=100_000),
        ) as connect,
    ):
        yield simulator, connect


async def run_to_its_end(job, way, moment):
    """End the job at that moment; the job's error."""

    async def run():
        async with job:
            async for _ in job.rejected():
                pass

    task = asyncio.create_task(run())
    async with asyncio.timeout(20):
        await asyncio.wait([task], timeout=moment if way != "404" else None)
        {"stop": job.stop, "abort": job.abort, "cancel": task.cancel, "404": list}[way]()
        await asyncio.wait([task])
    return None if task.cancelled() else task.exception()


async def left_in(broker, queue, folder):
    """The orders that wait, and those that were rejected."""
    await broker.let_leases_end()
    waiting = set()
    while messages := await queue.receive(10, wait=0):
        waiting |= {key[0] for message in messages for key in parse_block(message.body).keys}
        await queue.ack(messages)
    if broker.rejected:
        return waiting, {row.order_id async for row in queue.rejected()}
    return waiting, {json.loads(line)["channel_order_id"] for line in (folder / "rejected").read_bytes().splitlines()}


async def one_ending(broker, mirakl, random, *, way, kind, number):
    simulator, connect = mirakl
    taken = []

    def source():
        for n in range(100_000):
            taken.append(order(f"{number}-{n}", n, bad=n % 97 == 5))
            yield taken[-1]

    if way == "404":
        when = tuple(range(random.randrange(1, 9), 10_000))
        simulator.faults.add(Fault.status(404, body=NOT_FOUND, content_type="application/json", at=when))
    options = {} if broker.rejected else {"rejected": broker.folder / "rejected"}
    queue = broker.queue()
    async with queue:
        made = source() if kind == "plain" else stream(source())
        job = connect.orders.sync(
            made, origin=ORIGIN, journal=queue, concurrency=2, grace_period=0.3, read_ahead=600, **options
        )
        ended = await run_to_its_end(job, way, random.uniform(0.0, 0.12))
        assert isinstance(ended, SyncFailed) if way == "404" else ended is None
        waiting, rejected = await left_in(broker, queue, broker.folder)
    simulator.faults.clear()
    unsent = {
        codec.decode_plain(entry)["channel_order_id"] if isinstance(entry, bytes) else entry.channel_order_id
        for _, entry in job.unsent()
    }
    keys = (key.channel_order_id for key, _ in simulator.world.bodies())
    arrived = {name for name in keys if name.startswith(f"{number}-")}
    assert {entry.channel_order_id for entry in taken} == arrived | rejected | waiting | unsent
    report = job.report
    assert report.read == report.accepted + report.rejected + report.superseded + report.unsent


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_all_orders_read_are_accounted_for_however_a_job_ends(new_broker, mirakl, kind):
    random = Random(kind)
    for number, way in enumerate(WAYS):
        async with await new_broker() as broker:
            await one_ending(broker, mirakl, random, way=way, kind=kind, number=number)


@pytest.mark.chaos
async def test_all_orders_read_are_accounted_for_at_fifty_moments(new_broker, mirakl):
    random = Random("fifty")
    for number in range(50):
        way, kind = WAYS[number % 4], ["plain", "async"][number // 4 % 2]
        async with await new_broker() as broker:
            await one_ending(broker, mirakl, random, way=way, kind=kind, number=number)
