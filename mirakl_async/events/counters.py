"""What became of events: counted, and told to whoever listens to the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from .decode import UnknownEvent

if TYPE_CHECKING:
    from ..clock import Clock
    from ..instrumentation import Instrumentation
    from ..model import Event
    from .idempotency import Backlog


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


class EventRecorder:
    """`counters`, and the `backlog` of the store as it was seen last. `last_settled` is when something was settled."""

    __slots__ = ("_clock", "_instrumentation", "backlog", "counters", "last_settled")

    def __init__(self, instrumentation: Instrumentation, clock: Clock) -> None:
        self.counters: EventCounters = EventCounters()
        self.backlog: Backlog | None = None
        self.last_settled: float | None = None
        self._instrumentation = instrumentation
        self._clock = clock

    def record(self, result: str, event: Event | None = None, began: float | None = None) -> None:
        """Count what is named as one of the counters; `began` is when its handler did."""
        setattr(self.counters, result, getattr(self.counters, result) + 1)
        if result in SETTLED:
            self.last_settled = self._clock.time()
        if self._instrumentation.watched:
            kind = "" if event is None else "UNKNOWN" if isinstance(event, UnknownEvent) else event.type
            seconds = None if began is None else self._clock.monotonic() - began
            self._instrumentation.event_processed(kind, result, seconds, self._age(event))

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
