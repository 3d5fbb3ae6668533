"""What the engine tells of the orders in its hands, and to whom: the hooks by which a journal takes part in a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .entries import Entry
    from .refused import Refused
    from .report import Tally


class Ledger(Protocol):
    """Told what becomes of every order that the engine took from its source; its methods must not raise but in `run`.

    What `begin`, `run` or `end` raises stops the job.
    """

    async def begin(self, tally: Tally, refuse: Callable[[Refused], None]) -> None:
        """Before anything is taken or sent; `refuse` counts and tells of what is found to be no order."""
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

    def refused(self, entry: Entry, refused: Refused) -> None:
        """This one will never be accepted."""
        ...

    async def end(self) -> None:
        """After everything: no worker is left."""
        ...


class NoLedger:
    """Keeps nothing: a job without a journal."""

    __slots__ = ()

    async def begin(self, tally: Tally, refuse: Callable[[Refused], None]) -> None:
        """See Ledger."""

    async def run(self) -> None:
        """See Ledger."""

    def stop(self) -> None:
        """See Ledger."""

    def accepted(self, entries: Sequence[Entry]) -> None:
        """See Ledger."""

    def refused(self, entry: Entry, refused: Refused) -> None:
        """See Ledger."""

    async def end(self) -> None:
        """See Ledger."""
