"""A stand-in for azure-servicebus' asyncio client, in memory, on a clock that tests move on.

tests/typing/servicebus.py lets the type checkers hold it to the library's own signatures. It is as strict as the real
one is: a receiver that is used by two at once, that waits for long, or that settles what another has received, fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

from azure.servicebus.exceptions import (
    MessageAlreadySettled,
    MessageLockLostError,
    MessagingEntityNotFoundError,
    ServiceBusError,
)

from tests.support.manual_clock import InstantClock


class FakeMessage:
    """One delivery."""

    def __init__(self, entry: Entry, receiver: FakeReceiver) -> None:
        self.entry = entry
        self.receiver = receiver
        self.settled = False
        self.sequence_number: int | None = entry.number
        self.delivery_count: int | None = entry.deliveries - 1 if receiver.bus.counts else None
        self.locked_until_utc: datetime | None = datetime.fromtimestamp(receiver.bus.wall() + receiver.bus.lock, UTC)

    @property
    def body(self) -> Iterator[bytes]:
        half = len(self.entry.body) // 2
        return iter([self.entry.body[:half], self.entry.body[half:]])


class Entry:
    """A message at the broker."""

    def __init__(self, number: int, body: bytes) -> None:
        self.number = number
        self.body = body
        self.deliveries = 0
        self.until = 0.0
        self.delivery: FakeMessage | None = None


class FakeServiceBus:
    """One namespace with one queue; `faults` are raised by the next calls, in order, None for none."""

    def __init__(self, lock: float = 60.0, *, counts: bool = True) -> None:
        self.clock = InstantClock()
        self.lock = lock
        self.counts = counts
        self.ahead = 0.0  # seconds by which the tests' machine is ahead of this one
        self.exists = True
        self.entries: list[Entry] = []
        self.faults: list[tuple[str, ServiceBusError | OSError]] = []
        self.calls: list[str] = []
        self.receivers: list[tuple[str, ...]] = []
        self.news = asyncio.Event()
        self._numbers = count(1)

    def wall(self) -> float:
        return self.clock.time() - self.ahead

    def send(self, bodies: Iterable[bytes]) -> None:
        self.entries += [Entry(next(self._numbers), body) for body in bodies]
        self.news.set()

    def client(self) -> FakeClient:
        return FakeClient(self)


class FakeClient:
    def __init__(self, bus: FakeServiceBus) -> None:
        self.bus = bus
        self.closed = False

    def get_queue_receiver(self, queue_name: str) -> FakeReceiver:
        self.bus.receivers.append((queue_name,))
        return FakeReceiver(self.bus)

    def get_subscription_receiver(self, topic_name: str, subscription_name: str) -> FakeReceiver:
        self.bus.receivers.append((topic_name, subscription_name))
        return FakeReceiver(self.bus)

    async def close(self) -> None:
        self.closed = True


class FakeReceiver:
    def __init__(self, bus: FakeServiceBus) -> None:
        self.bus = bus
        self.busy = False
        self.closed = False

    @asynccontextmanager
    async def _used(self, call: str) -> AsyncIterator[None]:
        assert not self.busy, "a receiver is not safe for concurrent use"
        assert not self.closed
        self.busy = True
        try:
            await asyncio.sleep(0)
            self.bus.calls.append(call)
            if not self.bus.exists:
                raise MessagingEntityNotFoundError(message="pass-word")
            if self.bus.faults and self.bus.faults[0][0] == call:
                raise self.bus.faults.pop(0)[1]
            yield
        finally:
            self.busy = False

    async def __aenter__(self) -> Self:
        async with self._used("open"):
            return self

    async def receive_messages(
        self, max_message_count: int | None = 1, max_wait_time: float | None = None
    ) -> list[FakeMessage]:
        assert max_wait_time is not None
        assert 0 < max_wait_time <= 1.0
        loop = asyncio.get_running_loop()
        ends = loop.time() + max_wait_time
        async with self._used("receive"):
            while not (ready := [e for e in self.bus.entries if e.until <= self.bus.clock.now][:max_message_count]):
                self.bus.news.clear()
                try:
                    async with asyncio.timeout_at(min(ends, loop.time() + 0.02)):
                        await self.bus.news.wait()
                except TimeoutError:
                    if loop.time() >= ends or not self.bus.exists:
                        return []
            for entry in ready:
                entry.deliveries += 1
                entry.until = self.bus.clock.now + self.bus.lock
                entry.delivery = FakeMessage(entry, self)
            return [entry.delivery for entry in ready if entry.delivery is not None]

    def _held(self, message: FakeMessage) -> Entry:
        assert message.receiver is self, "another receiver cannot settle it"
        if message.settled:
            raise MessageAlreadySettled(action="settle")
        entry = message.entry
        seen_here = (
            message.locked_until_utc is not None and message.locked_until_utc.timestamp() > self.bus.clock.time()
        )
        if entry.delivery is not message or entry.until <= self.bus.clock.now or not seen_here:
            raise MessageLockLostError(message="pass-word")
        return entry

    async def renew_message_lock(
        self, message: FakeMessage, *, timeout: float | None = None, **kwargs: Any
    ) -> datetime:
        async with self._used("renew"):
            self._held(message).until = self.bus.clock.now + self.bus.lock
            message.locked_until_utc = datetime.fromtimestamp(self.bus.wall() + self.bus.lock, UTC)
            return message.locked_until_utc

    async def complete_message(self, message: FakeMessage) -> None:
        async with self._used("complete"):
            self.bus.entries.remove(self._held(message))
            message.settled = True

    async def abandon_message(self, message: FakeMessage) -> None:
        async with self._used("abandon"):
            self._held(message).until = 0.0
            message.settled = True
            self.bus.news.set()

    async def close(self) -> None:
        self.closed = True
