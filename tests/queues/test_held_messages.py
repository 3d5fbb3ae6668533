"""What a job has in hand, on a source that answers at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from mirakl_async.queues.held_messages import HeldMessages
from mirakl_async.queues.leases import LeasedDelivery
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.protocol import Message
from tests.support.manual_clock import InstantClock


def delivery(number: int = 1) -> LeasedDelivery:
    return LeasedDelivery("m1", b"{}", number)


class LateQueue(MemoryQueue):
    """Its broker hands out a message just when `receive` is cancelled, and again while leases are extended."""

    def __init__(self) -> None:
        super().__init__()
        self.released: list[Message] = []
        self.held: HeldMessages | None = None

    async def receive(self, limit: int, *, wait: float) -> Sequence[LeasedDelivery]:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return [delivery()]
        return []

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        assert self.held is not None
        self.held.take([delivery(2)])
        return messages

    async def release(self, messages: Collection[Message]) -> None:
        self.released += messages


async def test_a_message_that_is_received_at_the_last_moment_is_released(monkeypatch):
    monkeypatch.setattr("mirakl_async.queues.held_messages.RECEIVE_TIMEOUT", 0.01)
    queue = LateQueue()
    held = HeldMessages(queue, InstantClock())
    receiving = asyncio.create_task(held.receive(1, wait=5))
    await asyncio.sleep(0)
    receiving.cancel()
    await asyncio.wait([receiving])
    await held.receive_last()
    await held.release_all()
    assert queue.released == [delivery()]


async def test_messages_that_were_handled_are_not_received_last_again():
    async with MemoryQueue() as queue:
        await queue.put([b"{}"])
        held = HeldMessages(queue, InstantClock())
        [one] = held.take(await held.receive(1, wait=5))
        held.forget(one)
        await held.receive_last()
        assert not len(held)


async def test_a_message_that_is_delivered_again_while_leases_are_extended_has_its_new_lease():
    queue, clock = LateQueue(), InstantClock()
    queue.held = held = HeldMessages(queue, clock)
    [one] = held.take([delivery()])
    extending = asyncio.create_task(held.keep_leases())
    while one.message.deliveries == 1:
        await asyncio.sleep(0)
    extending.cancel()
    await asyncio.wait([extending])
    assert one.until > clock.monotonic()
