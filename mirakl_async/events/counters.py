"""Counts what became of events, and passes it to the client's listeners."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from .decode import UnknownEvent
from .idempotency import Backlog

if TYPE_CHECKING:
    from ..clock import Clock
    from ..instrumentation import Instrumentation
    from ..model import Event

__all__ = ["EventCounters", "EventRecorder", "EventStatus"]


class EventCounters(Struct, kw_only=True):
    """Totals of one run.

    `received` messages that were not in hand already. Of commands: `handled` were reported SUCCESS, `failed` FAILED,
    `deferred` wait for `settle`. `facts` were handled; `ignored` had no handler; `outdated` were overtaken in all their
    parts. `duplicates` had their outcome, or waited for it. `rejected` were set aside with a reason. `errors` are
    handlers that raised, `timeouts` those that were cancelled at their time limit, or gave the event back; both were
    tried again.

    Of reports: `already_final` had an outcome at Connect before the first try, `gone` were answered 404, `refused` with
    another error of Mirakl's, and `postponed` could not be sent because Connect was unreachable.
    """

    received: int = 0
    handled: int = 0
    failed: int = 0
    deferred: int = 0
    facts: int = 0
    ignored: int = 0
    outdated: int = 0
    duplicates: int = 0
    rejected: int = 0
    errors: int = 0
    timeouts: int = 0
    already_final: int = 0
    gone: int = 0
    refused: int = 0
    postponed: int = 0


class EventStatus(Struct, frozen=True, kw_only=True):
    """What a run is doing, for a liveness probe.

    `in_hand` are the events that it has received and not settled. `last_received` is when its queue last answered, with
    events or without, and `last_settled` when an event was last settled, both in seconds since 1970 and None before the
    first. Of the store, as it was seen within the last ten seconds: `awaiting` commands are deferred, `unreported`
    outcomes are not at Connect yet, and `oldest_...` is the age of the oldest in seconds.
    """

    counters: EventCounters
    in_hand: int
    last_received: float | None
    last_settled: float | None
    awaiting: int
    oldest_awaiting: float
    unreported: int
    oldest_unreported: float


class EventRecorder:
    """`counters`, and the `backlog` of the store as it was seen last; `last_received` and `last_settled` are times."""

    __slots__ = ("_clock", "_instrumentation", "backlog", "counters", "last_received", "last_settled")

    def __init__(self, instrumentation: Instrumentation, clock: Clock) -> None:
        self.counters: EventCounters = EventCounters()
        self.backlog: Backlog = Backlog()
        self.last_received: float | None = None
        self.last_settled: float | None = None
        self._instrumentation = instrumentation
        self._clock = clock

    def record(self, result: str, event: Event | None = None, began: float | None = None) -> None:
        """Count what is named as one of the counters; `began` is when its handler did."""
        setattr(self.counters, result, getattr(self.counters, result) + 1)
        if result in SETTLED:
            self.last_settled = self._clock.time()
        if self._instrumentation.has_listeners:
            kind = "" if event is None else "UNKNOWN" if isinstance(event, UnknownEvent) else event.type
            seconds = None if began is None else self._clock.monotonic() - began
            self._instrumentation.event_processed(kind, result, seconds, self._age(event))

    def record_answer(self) -> None:
        """The queue has answered."""
        self.last_received = self._clock.time()

    def status(self, in_hand: int) -> EventStatus:
        """All of it, as it is now."""
        return EventStatus(
            counters=copy(self.counters),
            in_hand=in_hand,
            last_received=self.last_received,
            last_settled=self.last_settled,
            **asdict(self.backlog),
        )

    def record_backlog(self, backlog: Backlog) -> None:
        """What waits in the store."""
        self.backlog = backlog
        self._instrumentation.event_backlog(
            backlog.awaiting, backlog.oldest_awaiting, backlog.unreported, backlog.oldest_unreported
        )

    def _age(self, event: Event | None) -> float | None:
        time = None if event is None else getattr(event, "time", None)
        return None if time is None else max(0.0, self._clock.time() - time.timestamp())


SETTLED = {"handled", "failed", "deferred", "facts", "ignored", "outdated", "duplicates", "rejected"}
