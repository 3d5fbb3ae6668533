"""Sources that yield lists of orders: with a queue, each list is durable before the next is requested."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async.errors import InvalidArgument
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.simulator import Fault
from tests.support.order_factory import ORIGIN, SECOND, as_mapping, expected, held, order, stream


class SlowQueue(MemoryQueue):
    """Says what is durable a while after it was put."""

    def __init__(self):
        super().__init__()
        self.durable = 0

    async def _transact(self, changes):
        await asyncio.sleep(0.01)
        await super()._transact(changes)
        self.durable += sum(body.count(b"\n") - 1 for body in changes.bodies)


def lists(queue, sizes, seen):
    """Yield lists of these sizes; `seen` gets, at each, how many orders were yielded and are not durable yet."""
    number = 0
    for size in sizes:
        seen.append(number - queue.durable)
        yield [order(number + index, number + index) for index in range(size)]
        number += size


@pytest.mark.parametrize("kind", ["plain", "async"])
@pytest.mark.parametrize("way", ["enqueue", "journal"])
async def test_the_next_list_is_requested_when_the_last_is_durable(mirakl, kind, way):
    sizes, seen = [1, 250, 0, 3, 100, 700, 2], []
    async with SlowQueue() as queue, asyncio.timeout(20):
        source = lists(queue, sizes, seen)
        source = source if kind == "plain" else stream(source)
        if way == "enqueue":
            await mirakl.connect.orders.enqueue(source, queue, origin=ORIGIN)
            await mirakl.connect.orders.sync(queue).run()
        else:
            await mirakl.sync(source, journal=queue).run()
    assert seen == [0] * len(sizes)
    assert held(mirakl.sim) == expected([order(n, n) for n in range(sum(sizes))])


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_a_sync_without_a_queue_accepts_lists_too(mirakl, kind):
    entries = [order(n, n) for n in range(321)]
    made = [entries[:1], [], entries[1:220], [as_mapping(one) for one in entries[220:]]]
    report = await mirakl.sync(made if kind == "plain" else stream(made)).run()
    assert (report.read, report.accepted) == (321, 321)
    assert held(mirakl.sim) == expected(entries)


async def test_lists_of_pairs_and_pairs_that_are_lists_are_accepted(start):
    mirakl = await start(channels={ORIGIN.channel_id: [ORIGIN.channel_store_id, SECOND.channel_store_id]})
    source = [
        [(ORIGIN, order(1)), (SECOND, order(2))],
        [ORIGIN, order(3)],
        [[SECOND, order(4)], (ORIGIN, order(5))],
        (SECOND, order(6)),
        [(ORIGIN, order(7))],
    ]
    report = await mirakl.sync(source, origin=None).run()
    assert (report.read, report.accepted) == (7, 7)


async def test_missing_and_superfluous_origins_are_reported_for_lists(mirakl):
    with pytest.raises(InvalidArgument, match="origin: is missing"):
        await mirakl.sync([[order(1)], [order(2)]], origin=None).run()
    with pytest.raises(InvalidArgument, match="origin: was given, but the source gives pairs"):
        await mirakl.sync([[(ORIGIN, order(1))]]).run()


async def test_a_list_that_is_not_durable_is_unsent_when_the_job_is_stopped(mirakl):
    class Blocked(MemoryQueue):
        async def _transact(self, changes):
            await asyncio.sleep(30)

    mirakl.sim.faults.add(Fault.status(503))
    entries = [order(n, n) for n in range(150)]
    async with Blocked() as queue:
        job = mirakl.sync(stream([entries, entries]), journal=queue, grace_period=0.1)
        async with asyncio.timeout(20), job:
            while not job.report.read:
                await asyncio.sleep(0.01)
            job.abort()
        assert {entry.channel_order_id for _, entry in job.unsent()} == {one.channel_order_id for one in entries}
    assert job.report.read == job.report.unsent == 150
