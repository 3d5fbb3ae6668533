"""What a client did, for those who watch it: counters always, events to whoever subscribes.

Events carry Mirakl's operation code and figures; never an argument, a body, a URL's query or a credential. A listener
is called in the event loop between two steps of a call, so it should be quick; one that raises is logged and kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

log: logging.Logger = logging.getLogger("mirakl_async")


class CallFinished(Struct, frozen=True, kw_only=True):
    """A call ended: with a status, or with the name of the error it raised. `seconds` covers everything."""

    operation: str
    status: int | None
    error: str | None
    attempts: int
    seconds: float


class RetryScheduled(Struct, frozen=True, kw_only=True):
    """An attempt failed and another follows after `delay` seconds."""

    operation: str
    attempt: int
    outcome: str
    delay: float


class Throttled(Struct, frozen=True, kw_only=True):
    """Mirakl answered 429: everybody who shares this allowance is held for `seconds`."""

    operation: str
    group: str
    seconds: float


class RateLimitWaited(Struct, frozen=True, kw_only=True):
    """A call was held back for `seconds` by the client's own pacing."""

    operation: str
    group: str
    seconds: float


class ResponseRepaired(Struct, frozen=True, kw_only=True):
    """An answer broke the contract at `path` and was read all the same; `reason` names types, never values."""

    operation: str
    path: str
    reason: str


class ItemQuarantined(Struct, frozen=True, kw_only=True):
    """An item of a page could not be read; the page went on without it, its bytes are on the page."""

    operation: str
    index: int | None
    reason: str


class ListChanged(Struct, frozen=True, kw_only=True):
    """An offset list moved while it was read, before its row `offset`; its totals then, which may be the same.

    Also told where a page leaves out rows that the total counts.
    """

    operation: str
    offset: int
    before: int
    after: int


class EventProcessed(Struct, frozen=True, kw_only=True):
    """Something became of an event of Connect's: `result` is the name of a counter, see `EventCounters`.

    `type` is that of the event, "UNKNOWN" for one that this version does not know, empty where there is none. `seconds`
    is how long its handler and report took, None where none ran; `age` the seconds since it happened.
    """

    type: str
    result: str
    seconds: float | None = None
    age: float | None = None


class EventBacklog(Struct, frozen=True, kw_only=True):
    """How many actions wait for an outcome, or for its report; and for how many seconds the oldest of them."""

    awaiting: int
    oldest_awaiting: float
    unreported: int
    oldest_unreported: float


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
)
Listener: TypeAlias = Callable[[Event], None]


class Counters(Struct, kw_only=True):
    """Totals since the client was made.

    `calls` ended, `failures` of them with an error (one that was cancelled, such as a page asked for ahead and not
    needed, is none); `attempts` on the wire, `retries` those after the first; `throttled` are 429 answers; `waited` is
    the seconds calls were held by the client's own pacing. `repaired` broken promises of answers, `quarantined` items
    that could not be read, `list_changes` of lists that moved.
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
    """Counts, and passes events on."""

    __slots__ = ("_listeners", "counters")

    def __init__(self, *listeners: Listener) -> None:
        self.counters: Counters = Counters()
        self._listeners = list(listeners)

    @property
    def watched(self) -> bool:
        """Whether anybody listens; events need not be made when nobody does."""
        return bool(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; returns a function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def emit(self, event: Event) -> None:
        """Pass an event to every listener."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("a listener of mirakl_async failed on %s", type(event).__name__)
