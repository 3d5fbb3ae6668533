"""What a queue offers whose store changes messages, cursors and rejected lines in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .bodies import check_sizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .protocol import Message, RejectedRow

__all__ = ["Transaction", "TransactionalQueue"]


class Transaction(Struct, frozen=True, kw_only=True):
    """What is to be done in one step: `settled` was ours a moment ago, `forgotten` rejected rows are deleted."""

    bodies: Sequence[bytes] = ()
    cursors: Mapping[str, str] = {}
    settled: Message | None = None
    rejected: Sequence[RejectedRow] = ()
    forgotten: Sequence[RejectedRow] = ()


class TransactionalQueue:
    """Puts, cursors and rejected lines of a queue whose subclass has `_transact`, and `cursor` and `rejected`."""

    def _check_open(self) -> Any:
        """Raise QueueClosed, or what makes the queue useless."""
        raise NotImplementedError

    def _holds(self, message: Message) -> bool:
        """Whether this delivery of the message is ours."""
        raise NotImplementedError

    async def _transact(self, changes: Transaction) -> None:
        """Do all of it or nothing; of many bodies some may be put before the rest, where `settled` is None."""
        raise NotImplementedError

    def _check_bodies(self, bodies: Sequence[bytes]) -> None:
        self._check_open()
        queue: Any = self
        check_sizes(repr(self), bodies, queue.max_bytes)

    async def put(self, bodies: Sequence[bytes]) -> None:
        """Take all of these; they are durable on return."""
        self._check_bodies(bodies)
        if bodies:
            await self._transact(Transaction(bodies=bodies))

    async def put_at(self, bodies: Sequence[bytes], name: str, position: str) -> None:
        """Like `put`, and from then on `cursor(name)` is `position`; no bodies only move the cursor."""
        self._check_bodies(bodies)
        await self._transact(Transaction(bodies=bodies, cursors={name: position}))

    async def reject(self, message: Message | None, rows: Sequence[RejectedRow]) -> bool:
        """Store the rows and acknowledge their message in one step; False if the message was no longer ours."""
        self._check_open()
        settled = message if message is not None and self._holds(message) else None
        await self._transact(Transaction(rejected=rows, settled=settled))
        return settled is message

    async def replace(self, message: Message, bodies: Sequence[bytes]) -> bool:
        """Put these bodies and acknowledge the message in one step; False, and nothing is put, if it is not ours."""
        self._check_bodies(bodies)
        if not self._holds(message):
            return False
        await self._transact(Transaction(bodies=bodies, settled=message))
        return True

    async def replay(self, rows: Sequence[RejectedRow], bodies: Sequence[bytes]) -> None:
        """Put these bodies and forget the rows in one step; with no bodies it only forgets them."""
        self._check_bodies(bodies)
        await self._transact(Transaction(bodies=bodies, forgotten=rows))
