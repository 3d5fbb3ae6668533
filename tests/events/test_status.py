"""The status of a run, as a liveness probe gets it."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async.errors import ClientStateError, ConfigurationError, QueueUnavailable
from mirakl_async.events import ActionFailed, Deferred
from mirakl_async.queues.memory_queue import MemoryQueue
from tests.events.conftest import FastClock, command, router_of


async def test_progress_has_the_last_response_of_the_queue_and_the_waiting_outcomes(mirakl):
    seen = []

    def handle(command):
        if command.action_id == "later":
            return Deferred(within=3600)
        raise ActionFailed("OTHER", "no")

    async def all_of_it():
        while not (seen and seen[-1].awaiting and seen[-1].last_settled):
            await asyncio.sleep(0.01)

    await mirakl.put(command("later"), command("a2", "O2"))
    running = asyncio.create_task(mirakl.run(router_of(handle), progress=seen.append, until_empty=False))
    await asyncio.wait_for(all_of_it(), 10)
    running.cancel()
    await asyncio.wait([running])
    first, last = seen[0], seen[-1]
    assert (first.last_received, first.last_settled, first.counters.received) == (None, None, 0)
    assert (last.counters.deferred, last.counters.failed, last.in_hand, last.awaiting, last.unreported) == (
        1,
        1,
        0,
        1,
        0,
    )
    assert first.counters.received == 0, "each is as it was then"
    assert last.last_received >= last.last_settled - 60
    assert last.oldest_awaiting > 0


async def test_progress_continues_while_the_broker_is_unreachable_and_has_the_time_since_then(start):
    seen = []

    class Lost(MemoryQueue):
        answered = False

        async def receive(self, limit, *, wait):
            if self.answered:
                raise QueueUnavailable("unreachable")
            self.answered = True
            return []

    mirakl = await start(queue=Lost(clock=FastClock()))
    running = asyncio.create_task(mirakl.run(router_of(), progress=seen.append, until_empty=False))
    while not (seen and seen[-1].last_received and len(seen) > 6):
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert len({one.last_received for one in seen} - {None}) == 1, "it answered once"


async def test_a_stream_has_its_status(mirakl):
    await mirakl.put(command("a1"))
    stream = mirakl.connect.events.receive(mirakl.queue, idempotency_store=mirakl.store, until_empty=True, idle=0.5)
    with pytest.raises(ClientStateError, match="not open yet"):
        _ = stream.status
    async with stream:
        async for delivery in stream:
            assert stream.status.in_hand == 1
            await delivery.done()
    assert stream.status.in_hand == 0


@pytest.mark.parametrize("progress", [7, "print"])
async def test_progress_must_be_a_function(mirakl, progress):
    with pytest.raises(ConfigurationError, match="progress"):
        await mirakl.run(router_of(), progress=progress)
