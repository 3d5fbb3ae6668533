"""Messages in memory, waiting or leased: what MemoryQueue and SqliteQueue have in common."""

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
"""What the settings of queues take; some brokers bound a lease further."""


class LeasedDelivery(RedactedBytesRepr, Struct, frozen=True, gc=False):
    """One delivery of a message; its number, `deliveries`, tells it from the others of the same message."""

    id: str
    body: bytes
    deliveries: int


class QueueEntry(Struct, eq=False):
    """A message: waiting while `until` is None, else leased by `holder` until then.

    `stored` says that it is on disk; `put` is the call that waits until it is settled or stored; `put_at` is in seconds
    since 1970.
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
    """The messages, oldest first; leases are counted by this process's own monotonic clock."""

    def __init__(self, lease: float, clock: Clock | None = None) -> None:
        self.lease: float = lease
        self.clock: Clock = clock or SystemClock()
        self.entries: dict[str, QueueEntry] = {}
        self.waiting_bytes: int = 0
        self._waiting: deque[QueueEntry] = deque()
        self._leased: dict[str, QueueEntry] = {}  # by the end of their leases, since all last equally long
        self._news = asyncio.Event()
        self.receivers: int = 0

    @property
    def busy(self) -> bool:
        """Whether messages are being worked on, or awaited."""
        return bool(self._leased or self.receivers)

    def wake(self) -> None:
        """Let every waiting `receive` look again."""
        self._news.set()

    def add(self, entries: Iterable[QueueEntry], *, first: bool = False) -> None:
        """Let these be received."""
        for entry in entries:
            entry.until = entry.holder = None
            self.entries[entry.id] = entry
            self.waiting_bytes += len(entry.body)
            (self._waiting.appendleft if first else self._waiting.append)(entry)
        self._news.set()

    def oldest(self) -> float | None:
        """Seconds since the first one was put; 0 if there is none, None where its time is not known."""
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
        """What `take` gives, as soon as it gives anything; [] after `wait` seconds of the event loop.

        `load` brings more into memory, and says whether it did.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + min(wait, MAX_RECEIVE_WAIT)
        self.receivers += 1
        try:
            while not (taken := take(limit)):
                if load is not None and await load(limit):
                    continue
                if (left := give_up - loop.time()) <= 0:
                    break
                self._news.clear()
                await wait_at_most(self._news, min(left, self._until_a_lease_ends()))
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
                taken.append(self.hand_out(entry, holder, until))
        return taken

    def hand_out(self, entry: QueueEntry, holder: object, until: float | None = None) -> LeasedDelivery:
        """Lease one message."""
        entry.until = self.clock.monotonic() + self.lease if until is None else until
        entry.holder, entry.deliveries = holder, entry.deliveries + 1
        self.entries[entry.id] = self._leased[entry.id] = entry
        return LeasedDelivery(entry.id, entry.body, entry.deliveries)

    def held(self, message: Message) -> QueueEntry | None:
        """The message, if this delivery of it is the one whose lease runs."""
        self._end_leases()
        entry = self._leased.get(message.id)
        return entry if entry is not None and entry.deliveries == message.deliveries else None

    def extend(self, messages: Collection[Message]) -> list[Message]:
        """Let the leases last from now; those that have ended."""
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
        """Forget a message, even if another holds it by now; None if it was settled before."""
        entry = self.entries.pop(message.id, None)
        if entry is not None:
            entry.settled = True
            self._leased.pop(message.id, None)
        return entry

    def discard(self, entry: QueueEntry) -> bool:
        """Forget a message that was never delivered; whether it was here."""
        entry.settled = True
        return self.entries.pop(entry.id, None) is not None

    def release(self, messages: Iterable[Message]) -> None:
        """Let these be received at once, before all others."""
        self._give_back([entry for message in messages if (entry := self.held(message)) is not None])

    def release_all(self, holder: object) -> None:
        """The same for all that `holder` has."""
        self._give_back([entry for entry in self._leased.values() if entry.holder is holder])

    def _give_back(self, entries: list[QueueEntry]) -> None:
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
            self._give_back(ended)

    def _until_a_lease_ends(self) -> float:
        for entry in self._leased.values():
            return max(0.0, (entry.until or 0.0) - self.clock.monotonic())
        return float("inf")
