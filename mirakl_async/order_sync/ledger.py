"""The hooks through which a queue takes part in a job: the job reports the result of every order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..instrumentation import QueueBacklog
    from ..models.connect.common import OriginRequest
    from .entries import Entry
    from .rejected_order import RejectedOrder
    from .report import SyncCounters

__all__ = ["Ledger"]


class Ledger:
    """Receives the result of every order of a job; this class stores nothing.

    Only `begin`, `run` and `end` may raise, which stops the job.
    """

    async def begin(
        self, counters: SyncCounters, on_rejected: Callable[[RejectedOrder], None], sync_file: Callable[[], None]
    ) -> None:
        """Begin, before an order is read or sent.

        `on_rejected` counts and reports an item that is not an order; `sync_file` returns when the file of rejected
        orders is safe from a power failure.
        """

    async def backlog(self) -> QueueBacklog | None:
        """Return the number of messages in the queue; None without a queue, or if the queue cannot count them."""
        return None

    async def run(self) -> None:
        """Run concurrently with the workers until the source has ended or `stop` was called."""

    def stop(self) -> None:
        """Stop reading; results of calls in flight still follow."""

    def accepted(self, entries: Sequence[Entry]) -> None:
        """Record accepted orders."""

    def rejected(self, entry: Entry, rejected_order: RejectedOrder) -> None:
        """Record a rejected order."""

    def superseded(self, entry: Entry, by: Entry) -> None:
        """Record an order that is superseded by another version."""

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Yield the orders that were read from the source and are held here."""
        return iter(())

    async def end(self) -> None:
        """End, after all workers have ended."""
