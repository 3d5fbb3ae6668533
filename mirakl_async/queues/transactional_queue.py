"""The base class of queues that can change messages, cursors and rejected lines in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .bodies import check_sizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .protocol import Message, RejectedRow

__all__ = ["Transaction", "TransactionalQueue"]


class Transaction(Struct, frozen=True, kw_only=True):
    """The changes of one step: bodies to put, cursors to set, rejected rows to store.

    `settled` is a leased message to acknowledge; `forgotten` are rejected rows to delete.
    """

    bodies: Sequence[bytes] = ()
    cursors: Mapping[str, str] = {}
    settled: Message | None = None
    rejected: Sequence[RejectedRow] = ()
    forgotten: Sequence[RejectedRow] = ()


class TransactionalQueue:
    """Implements put, put_at, reject, replace and replay by `_transact`; a subclass has `cursor` and `rejected`."""

    def _check_open(self) -> Any:
        """Raise QueueClosed if the queue is not open, or the error that made it unusable."""
        raise NotImplementedError

    def _holds(self, message: Message) -> bool:
        """Whether this delivery of the message still has its lease."""
        raise NotImplementedError

    async def _transact(self, changes: Transaction) -> None:
        """Make all changes or none; if `settled` is None, many bodies may be put in several transactions."""
        raise NotImplementedError

    def _check_bodies(self, bodies: Sequence[bytes]) -> None:
        self._check_open()
        queue: Any = self
        check_sizes(repr(self), bodies, queue.max_bytes)

    async def put(self, bodies: Sequence[bytes]) -> None:
        """Add a message for each body; all are durable on return."""
        self._check_bodies(bodies)
        if bodies:
            await self._transact(Transaction(bodies=bodies))

    async def put_at(self, bodies: Sequence[bytes], name: str, position: str) -> None:
        """Put these bodies and set the cursor `name` to `position` in one step; `bodies` may be empty."""
        self._check_bodies(bodies)
        await self._transact(Transaction(bodies=bodies, cursors={name: position}))

    async def reject(self, message: Message | None, rows: Sequence[RejectedRow]) -> bool:
        """Store the rows and acknowledge their message in one step; return False if its lease had ended."""
        self._check_open()
        settled = message if message is not None and self._holds(message) else None
        await self._transact(Transaction(rejected=rows, settled=settled))
        return settled is message

    async def replace(self, message: Message, bodies: Sequence[bytes]) -> bool:
        """Put these bodies and acknowledge the message in one step; return False and put nothing if its lease ended."""
        self._check_bodies(bodies)
        if not self._holds(message):
            return False
        await self._transact(Transaction(bodies=bodies, settled=message))
        return True

    async def replay(self, rows: Sequence[RejectedRow], bodies: Sequence[bytes]) -> None:
        """Put these bodies and delete the rejected rows in one step; `bodies` may be empty."""
        self._check_bodies(bodies)
        await self._transact(Transaction(bodies=bodies, forgotten=rows))
