"""Messages in memory and their leases, for MemoryQueue and SqliteQueue."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..checks import SECONDS, SECONDS_OR_ZERO, Rules, whole
from ..clock import Clock, SystemClock, wait_at_most
from ..redaction import RedactedBytesRepr
from .protocol import MAX_RECEIVE_WAIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

    from .protocol import Message

__all__ = ["DEFAULT_LEASE", "SETTINGS", "LeasedDelivery", "LeasedMessages", "QueueEntry"]

DEFAULT_LEASE = 60.0
SETTINGS: Rules = {"lease": SECONDS, "max_outage": SECONDS_OR_ZERO, "room": whole(1), "max_bytes": whole(1)}
"""The valid values of the settings of queues; some brokers restrict the lease further."""


class LeasedDelivery(RedactedBytesRepr, Struct, frozen=True, gc=False):
    """One delivery of a message; its number, `deliveries`, distinguishes it from earlier deliveries."""

    id: str
    body: bytes
    deliveries: int


class QueueEntry(Struct, eq=False):
    """A message in memory: available while `until` is None, otherwise leased to `holder` until that monotonic time.

    `stored`: the message is on disk. `put`: the call that waits until the message is settled or stored. `put_at`: when
    the message was put, in seconds since 1970.
    """

    id: str
    body: bytes
    deliveries: int = 0
    until: float | None = None
    holder: object = None
    settled: bool = False
    stored: bool = False
    put: Any = None
    put_at: float | None = None


class LeasedMessages:
    """The messages in memory, oldest first; leases follow the monotonic clock of this process."""

    def __init__(self, lease: float, clock: Clock | None = None) -> None:
        self.lease: float = lease
        self.clock: Clock = clock or SystemClock()
        self.entries: dict[str, QueueEntry] = {}
        self.waiting_bytes: int = 0
        self._waiting: deque[QueueEntry] = deque()
        self._leased: dict[str, QueueEntry] = {}  # in the order in which the leases end: all have the same duration
        self._new_messages = asyncio.Event()
        self.receivers: int = 0

    @property
    def busy(self) -> bool:
        """Whether a message is leased, or a `receive` is waiting."""
        return bool(self._leased or self.receivers)

    def wake(self) -> None:
        """Wake every waiting `receive`, so that it checks for messages."""
        self._new_messages.set()

    def add(self, entries: Iterable[QueueEntry], *, first: bool = False) -> None:
        """Make entries available to `receive`; with `first`, before all other messages."""
        for entry in entries:
            entry.until = entry.holder = None
            self.entries[entry.id] = entry
            self.waiting_bytes += len(entry.body)
            (self._waiting.appendleft if first else self._waiting.append)(entry)
        self._new_messages.set()

    def oldest(self) -> float | None:
        """Return the age of the oldest message in seconds; 0 if there is none, None if its time was not stored."""
        for entry in self.entries.values():
            return None if entry.put_at is None else max(0.0, self.clock.time() - entry.put_at)
        return 0.0

    async def receive(
        self,
        limit: int,
        wait: float,
        take: Callable[[int], Sequence[LeasedDelivery]],
        load: Callable[[int], Awaitable[bool]] | None = None,
    ) -> Sequence[LeasedDelivery]:
        """Wait until `take` returns messages and return them; return [] after `wait` seconds by the event loop's time.

        `load` loads more messages into memory and returns whether it found any.
        """
        loop = asyncio.get_running_loop()
        end_at = loop.time() + min(wait, MAX_RECEIVE_WAIT)
        self.receivers += 1
        try:
            while not (taken := take(limit)):
                if load is not None and await load(limit):
                    continue
                if (left := end_at - loop.time()) <= 0:
                    break
                self._new_messages.clear()
                await wait_at_most(self._new_messages, min(left, self._seconds_until_lease_end()))
        finally:
            self.receivers -= 1
        return taken

    def take(self, limit: int, holder: object) -> list[LeasedDelivery]:
        """Lease up to `limit` messages to `holder`."""
        self._end_leases()
        until = self.clock.monotonic() + self.lease
        taken: list[LeasedDelivery] = []
        while self._waiting and len(taken) < limit:
            entry = self._waiting.popleft()
            self.waiting_bytes -= len(entry.body)
            if not entry.settled:
                taken.append(self.deliver(entry, holder, until))
        return taken

    def deliver(self, entry: QueueEntry, holder: object, until: float | None = None) -> LeasedDelivery:
        """Lease one message to `holder` and return its delivery."""
        entry.until = self.clock.monotonic() + self.lease if until is None else until
        entry.holder, entry.deliveries = holder, entry.deliveries + 1
        self.entries[entry.id] = self._leased[entry.id] = entry
        return LeasedDelivery(entry.id, entry.body, entry.deliveries)

    def held(self, message: Message) -> QueueEntry | None:
        """Return the entry of a message if this delivery still has its lease; None otherwise."""
        self._end_leases()
        entry = self._leased.get(message.id)
        return entry if entry is not None and entry.deliveries == message.deliveries else None

    def extend(self, messages: Collection[Message]) -> list[Message]:
        """Extend the leases from now; return the messages whose lease had already ended."""
        until = self.clock.monotonic() + self.lease
        ended: list[Message] = []
        for message in messages:
            if (entry := self.held(message)) is None:
                ended.append(message)
                continue
            entry.until = until
            self._leased[message.id] = self._leased.pop(message.id)
        return ended

    def settle(self, message: Message) -> QueueEntry | None:
        """Remove a message, even if another receiver holds it now; return None if it was already settled."""
        entry = self.entries.pop(message.id, None)
        if entry is not None:
            entry.settled = True
            self._leased.pop(message.id, None)
        return entry

    def discard(self, entry: QueueEntry) -> bool:
        """Remove a message that was never delivered; return whether it was in memory."""
        entry.settled = True
        return self.entries.pop(entry.id, None) is not None

    def release(self, messages: Iterable[Message]) -> None:
        """Make messages available at once, before all other messages."""
        self._requeue([entry for message in messages if (entry := self.held(message)) is not None])

    def release_all(self, holder: object) -> None:
        """Release all messages that `holder` has leased."""
        self._requeue([entry for entry in self._leased.values() if entry.holder is holder])

    def _requeue(self, entries: list[QueueEntry]) -> None:
        for entry in entries:
            self._leased.pop(entry.id, None)
        self.add(reversed(entries), first=True)

    def _end_leases(self) -> None:
        now = self.clock.monotonic()
        ended: list[QueueEntry] = []
        for entry in self._leased.values():
            if entry.until is None or entry.until > now:
                break
            ended.append(entry)
        if ended:
            self._requeue(ended)

    def _seconds_until_lease_end(self) -> float:
        for entry in self._leased.values():
            return max(0.0, (entry.until or 0.0) - self.clock.monotonic())
        return float("inf")
