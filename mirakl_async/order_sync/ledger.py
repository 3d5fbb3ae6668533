"""What the engine says of the orders in its hands: the hooks by which a queue takes part in a job."""

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
    """Hears what becomes of every order that the engine took from its source; this one keeps nothing.

    Its methods must not raise, but `begin`, `run` and `end`, which stop the job.
    """

    async def begin(
        self, counters: SyncCounters, on_rejected: Callable[[RejectedOrder], None], sync_file: Callable[[], None]
    ) -> None:
        """Before anything is taken or sent.

        `on_rejected` counts and reports what is found not to be an order; `sync_file` returns when what the file of
        rejected orders holds will survive a power failure.
        """

    async def backlog(self) -> QueueBacklog | None:
        """What waits in its queue; None where there is none, or it cannot say."""
        return None

    async def run(self) -> None:
        """Beside the workers, until the source has ended or `stop` was called."""

    def stop(self) -> None:
        """Nothing more is taken; what is in flight still lands."""

    def accepted(self, entries: Sequence[Entry]) -> None:
        """Mirakl took these."""

    def rejected(self, entry: Entry, rejected_order: RejectedOrder) -> None:
        """This one will never be accepted."""

    def superseded(self, entry: Entry, by: Entry) -> None:
        """This one is not sent, because another version is."""

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """What it holds itself of what the source gave."""
        return iter(())

    async def end(self) -> None:
        """After everything: no worker is left."""
