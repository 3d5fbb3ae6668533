"""Counters of a client, and events for listeners.

Events contain Mirakl's operation code and figures, never an argument, a body, the query of a URL or a credential. A
listener is called in the event loop, so it must be fast; its exceptions are logged, and it stays subscribed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

__all__ = [
    "CallFinished",
    "Counters",
    "Event",
    "EventBacklog",
    "EventProcessed",
    "Instrumentation",
    "ItemQuarantined",
    "ListChanged",
    "Listener",
    "OrdersProcessed",
    "QueueBacklog",
    "RateLimitWaited",
    "ResponseRepaired",
    "RetryScheduled",
    "Throttled",
]

log: logging.Logger = logging.getLogger("mirakl_async")


class CallFinished(Struct, frozen=True, kw_only=True):
    """A call ended, with a status or the class name of its error. `seconds` is its total duration.

    `recognized` is False for an error response that is not in Mirakl's format: a gateway may have sent it.
    """

    operation: str
    status: int | None
    error: str | None
    attempts: int
    seconds: float
    recognized: bool = True


class RetryScheduled(Struct, frozen=True, kw_only=True):
    """An attempt failed and is retried after `delay` seconds."""

    operation: str
    attempt: int
    outcome: str
    delay: float


class Throttled(Struct, frozen=True, kw_only=True):
    """Mirakl responded with 429: all calls of this limit group are paused for `seconds`."""

    operation: str
    group: str
    seconds: float


class RateLimitWaited(Struct, frozen=True, kw_only=True):
    """A call waited `seconds` for the client's rate limit."""

    operation: str
    group: str
    seconds: float


class ResponseRepaired(Struct, frozen=True, kw_only=True):
    """A response violated its schema at `path` and was repaired; `reason` contains types, never values."""

    operation: str
    path: str
    reason: str


class ItemQuarantined(Struct, frozen=True, kw_only=True):
    """An item of a page could not be decoded; the page has its bytes, and the other items."""

    operation: str
    index: int | None
    reason: str


class ListChanged(Struct, frozen=True, kw_only=True):
    """An offset list changed while it was being read, before its row `offset`; with its totals, which may be equal.

    Also emitted if a page omits rows that the total counts.
    """

    operation: str
    offset: int
    before: int
    after: int


class EventProcessed(Struct, frozen=True, kw_only=True):
    """An event of Connect was processed; `result` is the name of a counter, see `EventCounters`.

    `type` is the type of the event, "UNKNOWN" for one that this version does not know, empty if it has none. `seconds`
    is the duration of its handler and report, None if none ran; `age` is the seconds since it happened.
    """

    type: str
    result: str
    seconds: float | None = None
    age: float | None = None


class EventBacklog(Struct, frozen=True, kw_only=True):
    """The numbers of actions that wait for an outcome, or for its report, and the ages of the oldest in seconds."""

    awaiting: int
    oldest_awaiting: float
    unreported: int
    oldest_unreported: float


class OrdersProcessed(Struct, frozen=True, kw_only=True):
    """What a sync, a worker or an `enqueue` did since its last event: differences, so that they can be summed.

    It comes once a second, if there is news, and at the job's end. `job` is "sync", "worker" or "enqueue". The members
    are those of `SyncReport`, with three exceptions: `rejected` counts by reason, the values of single orders left out;
    `in_hand` is the change in how many orders were read and are not settled; `unsent` are those of them that a job
    leaves at its end. Summed over whole jobs, `read` is accepted, rejected, superseded and unsent. It may fall, by
    orders that a job put into its queue and another worker received.
    """

    job: str
    read: int
    accepted: int
    rejected: dict[str, int]
    superseded: int
    unsent: int
    in_hand: int
    outcomes: int
    rejected_outcomes: int


class QueueBacklog(Struct, frozen=True, kw_only=True):
    """A queue that a job receives from, as it is now, every five seconds.

    `waiting` are its messages that are not settled, delivered ones included; `oldest` is for how many seconds the
    oldest of them has been there: 0 if there is none, None where the queue cannot say.
    """

    queue: str
    waiting: int
    oldest: float | None


Event: TypeAlias = (
    CallFinished
    | RetryScheduled
    | Throttled
    | RateLimitWaited
    | ResponseRepaired
    | ItemQuarantined
    | ListChanged
    | EventProcessed
    | EventBacklog
    | OrdersProcessed
    | QueueBacklog
)
Listener: TypeAlias = Callable[[Event], None]


class Counters(Struct, kw_only=True):
    """Totals since the client was created.

    `calls` that ended, `failures` of them with an error (a cancelled call, such as a prefetched page that was not
    needed, is not a failure); `attempts` sent, `retries` of them after the first; `throttled` 429 responses; `waited`
    seconds for the client's rate limit. `repaired` schema violations, `quarantined` items that could not be decoded,
    `list_changes` of lists that changed while they were read.
    """

    calls: int = 0
    attempts: int = 0
    retries: int = 0
    throttled: int = 0
    failures: int = 0
    waited: float = 0.0
    repaired: int = 0
    quarantined: int = 0
    list_changes: int = 0


class Instrumentation:
    """Updates the counters and emits events: one method for each type of event."""

    __slots__ = ("_listeners", "counters")

    def __init__(self, *listeners: Listener) -> None:
        self.counters: Counters = Counters()
        self._listeners = list(listeners)

    @property
    def has_listeners(self) -> bool:
        """Whether there are listeners; without any, events need not be created."""
        return bool(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; returns a function that unsubscribes it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def call_finished(
        self, operation: str, status: int | None, error: BaseException | None, attempts: int, seconds: float
    ) -> None:
        """Count a call, and emit CallFinished; a cancelled call is not a failure."""
        counters = self.counters
        counters.calls += 1
        counters.attempts += attempts
        if error is not None and isinstance(error, Exception):
            counters.failures += 1
        if self._listeners:
            error_name = None if error is None else type(error).__name__
            event = CallFinished(
                operation=operation,
                status=status,
                error=error_name,
                attempts=attempts,
                seconds=seconds,
                recognized=getattr(error, "recognized", True),
            )
            self.emit(event)

    def retry_scheduled(self, operation: str, attempt: int, outcome: str, delay: float) -> None:
        """Count a retry, and emit RetryScheduled."""
        self.counters.retries += 1
        if self._listeners:
            self.emit(RetryScheduled(operation=operation, attempt=attempt, outcome=outcome, delay=delay))

    def throttled(self, operation: str, group: str, seconds: float) -> None:
        """Count a 429 response, and emit Throttled."""
        self.counters.throttled += 1
        if self._listeners:
            self.emit(Throttled(operation=operation, group=group, seconds=seconds))

    def rate_limit_waited(self, operation: str, group: str, seconds: float) -> None:
        """Add the seconds waited, and emit RateLimitWaited."""
        self.counters.waited += seconds
        if self._listeners:
            self.emit(RateLimitWaited(operation=operation, group=group, seconds=seconds))

    def response_repaired(self, operation: str, path: str, reason: str) -> None:
        """Count a repair, and emit ResponseRepaired."""
        self.counters.repaired += 1
        if self._listeners:
            self.emit(ResponseRepaired(operation=operation, path=path, reason=reason))

    def item_quarantined(self, operation: str, index: int | None, reason: str) -> None:
        """Count a quarantined item, and emit ItemQuarantined."""
        self.counters.quarantined += 1
        if self._listeners:
            self.emit(ItemQuarantined(operation=operation, index=index, reason=reason))

    def list_changed(self, operation: str, offset: int, before: int, after: int) -> None:
        """Count a change of a list, and emit ListChanged."""
        self.counters.list_changes += 1
        if self._listeners:
            self.emit(ListChanged(operation=operation, offset=offset, before=before, after=after))

    def event_processed(self, event_type: str, result: str, seconds: float | None, age: float | None) -> None:
        """Emit EventProcessed."""
        if self._listeners:
            self.emit(EventProcessed(type=event_type, result=result, seconds=seconds, age=age))

    def event_backlog(self, awaiting: int, oldest_awaiting: float, unreported: int, oldest_unreported: float) -> None:
        """Emit EventBacklog."""
        if self._listeners:
            event = EventBacklog(
                awaiting=awaiting,
                oldest_awaiting=oldest_awaiting,
                unreported=unreported,
                oldest_unreported=oldest_unreported,
            )
            self.emit(event)

    def emit(self, event: Event) -> None:
        """Call every listener with an event."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("a listener of mirakl_async failed on %s", type(event).__name__)
