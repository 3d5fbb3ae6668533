"""The report of a sync, and its counters."""

from __future__ import annotations

from msgspec import Struct, field

__all__ = ["SyncCounters", "SyncReport"]


class SyncReport(Struct, frozen=True, kw_only=True):
    """The figures of a sync; at any time `read == accepted + rejected + superseded + unsent`.

    All counts are of orders, unless said otherwise:

    - `read`: taken from the source, or in the journal at the start;
    - `accepted`: answered with 204 (not always applied: Mirakl silently keeps a newer version);
    - `rejected`: by Mirakl or by validation;
    - `superseded`: not sent, because a newer version of the same order was;
    - `unsent`: without a result yet; at the end, those that a stopped job did not send;
    - `sent`: in all calls, repetitions included;
    - `calls`: attempts on the wire; `retries`: those after the first; `throttled`: those answered with 429;
    - `outcomes`: of order actions, which only a journal contains: accepted (also earlier) and rejected ones;
    - `reasons`: rejected orders by reason, without values of single orders; at most 20 reasons.
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
        """Whether every order has a result."""
        return self.unsent == 0

    def __str__(self) -> str:
        """Show the figures in one line."""
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
    """The counters of a running job."""

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
        """Return the current report; orders without a result are unsent."""
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
