"""What a sync says of itself: its figures, and the counters behind them."""

from __future__ import annotations

from msgspec import Struct, field

__all__ = ["SyncCounters", "SyncReport"]


class SyncReport(Struct, frozen=True, kw_only=True):
    """A sync's figures; at any time `read == accepted + rejected + superseded + unsent`.

    `read` counts what was taken from the source, and what a journal held at the start; `accepted` what Mirakl
    answered with 204 for (accepted, which is not always applied: it silently keeps a newer state); `rejected` what
    it, or the contract, will never accept; `superseded` what was not sent because a newer version of the same order
    was; `unsent` what is still in hand, and at the end what a stopped job leaves. `sent` counts orders in all
    calls, repeats included; `calls` every attempt on the wire, `retries` those after the first, `throttled` the 429
    answers among them. `outcomes` of order actions, which only a journal holds, are counted apart: those that
    Mirakl took or had taken, and those it will never take. `reasons` counts rejected orders by what was wrong, the
    values of single orders left out; at most 20 different ones.
    """

    read: int = 0
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    superseded: int = 0
    unsent: int = 0
    calls: int = 0
    retries: int = 0
    throttled: int = 0
    outcomes: int = 0
    rejected_outcomes: int = 0
    elapsed: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def orders_per_second(self) -> float:
        """Accepted orders per second of the whole job."""
        return self.accepted / self.elapsed if self.elapsed else 0.0

    @property
    def complete(self) -> bool:
        """Whether nothing is left in hand."""
        return self.unsent == 0

    def __str__(self) -> str:
        """One line for people."""
        outcomes = ""
        if self.outcomes or self.rejected_outcomes:
            outcomes = f"; outcomes: {self.outcomes} accepted, {self.rejected_outcomes} rejected"
        return (
            f"read {self.read}, accepted {self.accepted}, rejected {self.rejected}, superseded {self.superseded}, "
            f"unsent {self.unsent}{outcomes}; "
            f"{self.calls} calls, {self.retries} retries, {self.throttled} throttled; "
            f"{self.elapsed:.1f} s, {self.orders_per_second:.0f} orders/s"
        )


class SyncCounters:
    """The counters behind the reports."""

    __slots__ = (
        "accepted",
        "calls",
        "outcomes",
        "read",
        "reasons",
        "rejected",
        "rejected_outcomes",
        "retries",
        "sent",
        "superseded",
        "throttled",
    )

    def __init__(self) -> None:
        self.read: int = 0
        self.sent: int = 0
        self.accepted: int = 0
        self.rejected: int = 0
        self.superseded: int = 0
        self.calls: int = 0
        self.retries: int = 0
        self.throttled: int = 0
        self.reasons: dict[str, int] = {}
        self.outcomes: int = 0
        self.rejected_outcomes: int = 0

    def report(self, seconds: float) -> SyncReport:
        """The figures now; what was read and is in no other column is still in hand."""
        return SyncReport(
            read=self.read,
            sent=self.sent,
            accepted=self.accepted,
            rejected=self.rejected,
            superseded=self.superseded,
            unsent=self.read - self.accepted - self.rejected - self.superseded,
            calls=self.calls,
            retries=self.retries,
            throttled=self.throttled,
            outcomes=self.outcomes,
            rejected_outcomes=self.rejected_outcomes,
            elapsed=seconds,
            reasons=dict(self.reasons),
        )
