"""What the engine tells of the orders in its hands, and to whom: the hooks by which a queue takes part in a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..models.connect.common import OriginRequest
    from .entries import Entry
    from .rejected_order import RejectedOrder
    from .report import SyncCounters


class Ledger(Protocol):
    """Told what becomes of every order that the engine took from its source; its methods must not raise but in `run`.

    What `begin`, `run` or `end` raises stops the job.
    """

    async def begin(
        self, tally: SyncCounters, refuse: Callable[[RejectedOrder], None], sync_file: Callable[[], None]
    ) -> None:
        """Before anything is taken or sent.

        `refuse` counts and tells of what is found to be no order; `sync_file` returns when what the file of rejected
        orders holds will survive a power failure.
        """
        ...

    async def run(self) -> None:
        """Beside the workers, until the source has ended or `stop` was called."""
        ...

    def stop(self) -> None:
        """Nothing more is taken; what is in flight still lands."""
        ...

    def accepted(self, entries: Sequence[Entry]) -> None:
        """Mirakl took these."""
        ...

    def rejected(self, entry: Entry, refused: RejectedOrder) -> None:
        """This one will never be accepted."""
        ...

    def superseded(self, entry: Entry, by: Entry) -> None:
        """This one is not sent, because another version is."""
        ...

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """What it holds itself of what the source gave."""
        ...

    async def end(self) -> None:
        """After everything: no worker is left."""
        ...


class NoLedger:
    """Keeps nothing: a job without a queue."""

    __slots__ = ()

    async def begin(
        self, tally: SyncCounters, refuse: Callable[[RejectedOrder], None], sync_file: Callable[[], None]
    ) -> None:
        """Nothing to prepare."""

    async def run(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to stop."""

    def accepted(self, entries: Sequence[Entry]) -> None:
        """Nothing to settle."""

    def rejected(self, entry: Entry, refused: RejectedOrder) -> None:
        """Nothing to settle."""

    def superseded(self, entry: Entry, by: Entry) -> None:
        """Nothing to settle."""

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Nothing is held."""
        return iter(())

    async def end(self) -> None:
        """Nothing to finish."""
