"""Counts the results of events, and passes them to the client's listeners."""

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
    """The totals of one run.

    - `received`: messages received, not counting redeliveries of messages that are still held.
    - `handled`, `failed`: commands with the outcome SUCCESS or FAILED. `deferred`: commands that wait for `settle`.
    - `facts`: facts that were handled. `ignored`: facts without a handler. `outdated`: events whose parts were all
      replaced by newer events.
    - `duplicates`: commands that already had an outcome or were deferred.
    - `rejected`: messages that were set aside with a reason.
    - `errors`: handlers that raised. `timeouts`: handlers that were cancelled at their time limit, or that returned the
      event for a retry without an error. Both are handled again.

    Of the reports: `already_final` actions had an outcome at Connect before the first attempt, `gone` were answered
    with 404, `refused` with another error of Mirakl's, and `postponed` could not be sent because Connect or the orders'
    queue was unreachable or missing.
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
    """The status of a run, for a liveness probe.

    - `in_hand`: the number of events that were received and are not settled.
    - `last_received`: when the queue last answered, with or without messages. `last_settled`: when an event was last
      settled. Both are in seconds since 1970, or None before the first time.
    - The store's backlog, at most some ten seconds old: `awaiting` is the number of deferred commands, `unreported` the
      number of outcomes that are not reported to Connect yet. `oldest_...` is the age of the oldest one in seconds.
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
    """Records the counters, times and backlog of one run, and calls the client's listeners."""

    __slots__ = ("_clock", "_instrumentation", "backlog", "counters", "last_received", "last_settled")

    def __init__(self, instrumentation: Instrumentation, clock: Clock) -> None:
        self.counters: EventCounters = EventCounters()
        self.backlog: Backlog = Backlog()
        self.last_received: float | None = None
        self.last_settled: float | None = None
        self._instrumentation = instrumentation
        self._clock = clock

    def record(self, result: str, event: Event | None = None, started_at: float | None = None) -> None:
        """Increment the counter `result`; `started_at` is the monotonic time at which the handler started."""
        setattr(self.counters, result, getattr(self.counters, result) + 1)
        if result in SETTLED:
            self.last_settled = self._clock.time()
        if self._instrumentation.has_listeners:
            kind = "" if event is None else "UNKNOWN" if isinstance(event, UnknownEvent) else event.type
            seconds = None if started_at is None else self._clock.monotonic() - started_at
            self._instrumentation.event_processed(kind, result, seconds, self._age(event))

    def record_answer(self) -> None:
        """Record that the queue has answered."""
        self.last_received = self._clock.time()

    def status(self, in_hand: int) -> EventStatus:
        """Return the current status; `in_hand` is the number of events that are not settled."""
        return EventStatus(
            counters=copy(self.counters),
            in_hand=in_hand,
            last_received=self.last_received,
            last_settled=self.last_settled,
            **asdict(self.backlog),
        )

    def record_backlog(self, backlog: Backlog) -> None:
        """Record the backlog of the store."""
        self.backlog = backlog
        self._instrumentation.event_backlog(
            backlog.awaiting, backlog.oldest_awaiting, backlog.unreported, backlog.oldest_unreported
        )

    def _age(self, event: Event | None) -> float | None:
        time = None if event is None else getattr(event, "time", None)
        return None if time is None else max(0.0, self._clock.time() - time.timestamp())


SETTLED = {"handled", "failed", "deferred", "facts", "ignored", "outdated", "duplicates", "rejected"}
