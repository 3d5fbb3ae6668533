"""A queue in memory: for tests, and to connect a source to a job without a broker."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Self

from ..checks import check_settings
from ..errors import QueueClosed
from .leases import DEFAULT_LEASE, SETTINGS, LeasedDelivery, LeasedMessages, QueueEntry
from .transactional_queue import Transaction, TransactionalQueue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from types import TracebackType

    from ..clock import Clock
    from .protocol import Message, RejectedRow

__all__ = ["MemoryQueue"]


class MemoryQueue(TransactionalQueue):
    """A Queue in memory that also stores cursors and rejected lines; share it by passing the object.

    It may be opened several times, and keeps its messages as long as the object exists.
    """

    def __init__(
        self, *, lease: float = DEFAULT_LEASE, max_bytes: int = 256 * 1024 * 1024, clock: Clock | None = None
    ) -> None:
        check_settings("MemoryQueue", SETTINGS, {"lease": lease, "max_bytes": max_bytes})
        self.lease: float = lease
        self.max_bytes: int = max_bytes
        self._messages = LeasedMessages(lease, clock)
        self._ids = count(1)
        self._users = 0
        self._cursors: dict[str, str] = {}
        self._rejected: dict[str, RejectedRow] = {}

    def __repr__(self) -> str:
        return f"<MemoryQueue at {id(self):#x}>"

    async def __aenter__(self) -> Self:
        self._users += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._users -= 1
        if not self._users:
            self._messages.release_all(self)

    def _check_open(self) -> LeasedMessages:
        if not self._users:
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
        return self._messages

    def _holds(self, message: Message) -> bool:
        return self._messages.held(message) is not None

    async def _transact(self, changes: Transaction) -> None:
        now = self._messages.clock.time()
        self._messages.add([QueueEntry(str(next(self._ids)), body, put_at=now) for body in changes.bodies])
        self._cursors.update(changes.cursors)
        if changes.settled is not None:
            self._messages.settle(changes.settled)
        self._rejected.update((row.id, row) for row in changes.rejected)
        for row in changes.forgotten:
            self._rejected.pop(row.id, None)

    async def receive(self, limit: int, *, wait: float) -> Sequence[LeasedDelivery]:
        """Receive up to `limit` messages; return as soon as there is one, or [] after `wait` seconds (at most 5)."""
        return await self._messages.receive(limit, wait, lambda limit: self._check_open().take(limit, self))

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Extend the leases to `lease` seconds from now; return the messages whose lease had already ended."""
        return self._check_open().extend(messages)

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Acknowledge messages; all are confirmed."""
        held = self._check_open()
        for message in messages:
            held.settle(message)
        return ()

    async def release(self, messages: Collection[Message]) -> None:
        """Make messages available to receivers at once."""
        self._messages.release(messages)

    async def waiting(self) -> int:
        """Return the number of unsettled messages, including leased ones."""
        return len(self._check_open().entries)

    async def oldest(self) -> float | None:
        """Return the age of the oldest unsettled message in seconds."""
        return self._check_open().oldest()

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of this source."""
        self._check_open()
        return self._cursors.get(name)

    async def rejected(self) -> AsyncIterator[RejectedRow]:
        """Iterate over the rejected rows, oldest first."""
        self._check_open()
        for row in [*self._rejected.values()]:
            yield row
