"""The events about a job's orders that the listeners of a client get."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from mirakl_async.errors import QueueUnavailable
from mirakl_async.instrumentation import OrdersProcessed, QueueBacklog
from mirakl_async.order_sync import monitor
from mirakl_async.order_sync.report import SyncReport
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.simulator import Fault
from tests.support.order_factory import ORIGIN, order, stream

NAMES = ("read", "accepted", "superseded", "unsent", "in_hand", "outcomes", "rejected_outcomes")


class Seen(list):
    """The events of one kind."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def __call__(self, event):
        if isinstance(event, self.kind):
            self.append(event)

    def sums(self):
        found = Counter({name: sum(getattr(event, name) for event in self) for name in NAMES})
        for event in self:
            found.update(event.rejected)
        return +found


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(monitor, "COUNT_INTERVAL", 0.01)
    monkeypatch.setattr(monitor, "BACKLOG_INTERVAL", 0.01)


def test_the_difference_of_two_reports_is_what_happened_between_them():
    before = SyncReport(read=10, accepted=4, rejected=1, unsent=5, reasons={"a": 1})
    now = SyncReport(read=30, accepted=20, rejected=3, superseded=1, unsent=6, reasons={"a": 2, "b": 1}, outcomes=2)
    assert monitor.difference("sync", before, now) == OrdersProcessed(
        job="sync", read=20, accepted=16, rejected={"a": 1, "b": 1}, superseded=1, unsent=0, in_hand=1, outcomes=2,
        rejected_outcomes=0,
    )  # fmt: skip
    last = monitor.difference("sync", before, now, last=True)
    assert (last.unsent, last.in_hand) == (6, -5)
    put = monitor.difference(monitor.ENQUEUE, before, now)
    assert (put.unsent, put.in_hand) == (1, 0)
    assert monitor.difference("sync", now, now).rejected == {}


async def test_the_events_of_a_job_add_up_to_its_report(mirakl, quick):
    seen = Seen(OrdersProcessed)
    mirakl.connect.subscribe(seen)
    source = [order(n, bad=n in {3, 250}) for n in range(400)] + [order(7, 60), order(8, 60)]

    async def slowly():
        for one in source:
            yield one
            if one.channel_order_id == "o300":
                await asyncio.sleep(0.1)

    report = await mirakl.sync(slowly()).run()
    assert len(seen) > 1
    assert {event.job for event in seen} == {"sync"}
    assert seen.sums() == Counter({"read": 402, "accepted": report.accepted} | report.reasons) + Counter(
        superseded=report.superseded
    )
    assert report.rejected == 2
    assert sum(event.in_hand for event in seen) == 0


async def test_what_a_stopped_job_leaves_is_unsent(mirakl, quick):
    seen = Seen(OrdersProcessed)
    mirakl.connect.subscribe(seen)
    mirakl.sim.faults.add(Fault.status(503, times=1000))
    job = mirakl.sync(stream([order(n) for n in range(150)]), grace_period=0.0)
    async with job:
        while sum(event.in_hand for event in seen) != 150:
            await asyncio.sleep(0.01)
        job.stop()
    assert seen.sums() == Counter(read=150, unsent=150)
    assert seen[-1].in_hand == -150


async def test_workers_and_what_fills_their_queue_have_names_of_their_own(mirakl, quick):
    seen = Seen(OrdersProcessed)
    mirakl.connect.subscribe(seen)
    async with MemoryQueue() as queue:
        orders = [order(n) for n in range(130)]
        await mirakl.connect.orders.enqueue(orders, queue, origin=ORIGIN)
        assert [event.job for event in seen] == ["enqueue"] * len(seen)
        assert seen.sums() == Counter(read=130, unsent=130)
        seen.clear()
        await mirakl.connect.orders.enqueue_action_status("no such action", status="SUCCESS", queue=queue)
        await mirakl.connect.orders.worker(queue, until_empty=True).run()
    assert {event.job for event in seen} == {"worker"}
    assert seen.sums() == Counter(read=130, accepted=130, rejected_outcomes=1)


async def test_the_backlog_of_a_queue_is_reported_while_nothing_can_be_sent(mirakl, quick):
    seen = Seen(QueueBacklog)
    mirakl.connect.subscribe(seen)
    mirakl.sim.faults.add(Fault.status(503, times=1000))
    async with MemoryQueue() as queue:
        await mirakl.connect.orders.enqueue([order(n) for n in range(250)], queue, origin=ORIGIN)
        job = mirakl.connect.orders.worker(queue, grace_period=0.0)
        async with job:
            while not (seen and seen[-1].oldest > 0.02):
                await asyncio.sleep(0.01)
            job.abort()
        assert seen[-1].queue == repr(queue)
        assert seen[-1].waiting == await queue.waiting() == 3


class Unsure(MemoryQueue):
    """Cannot say how much waits: at times, or never."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)

    async def waiting(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "reported"),
    [((None,), []), ((3, 3, QueueUnavailable("no answer"), 2), [3, 2])],
    ids=["never", "at times"],
)
async def test_a_queue_that_cannot_say_is_not_reported(mirakl, quick, answers, reported):
    seen = Seen(QueueBacklog)
    mirakl.connect.subscribe(seen)
    async with Unsure(*answers) as queue:
        job = mirakl.connect.orders.worker(queue)
        async with job:
            for _ in range(50):
                if len(seen) >= 2:
                    break
                await asyncio.sleep(0.001)
            job.stop()
    assert [event.waiting for event in seen[:2]] == reported


async def test_nothing_is_made_for_a_client_without_listeners(mirakl, quick, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("an event was made without a listener")

    monkeypatch.setattr(monitor, "difference", fail)
    monkeypatch.setattr(monitor, "backlog_of", fail)
    async with MemoryQueue() as queue:
        await mirakl.connect.orders.enqueue([order(n) for n in range(10)], queue, origin=ORIGIN)
        job = mirakl.connect.orders.worker(queue, until_empty=True)
        assert (await job.run()).accepted == 10
        assert job._monitor._tasks == []
