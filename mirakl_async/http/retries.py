"""Whether a call is over, and if not, when to try again. Pure, but for the quota's one number.

Three facts decide: the operation's class, whether the request left, and what came back.

| what happened                          | safe  | idempotent | unsafe                    |
| -------------------------------------- | ----- | ---------- | ------------------------- |
| not sent (name, connect), or not whole | again | again      | again                     |
| sent, no answer (lost, timeout, junk,  | again | again      | stop: OutcomeUnknown      |
| or a 2xx that no document promises)    |       |            |                           |
| 408, 500, 502, 504                     | again | again      | stop                      |
| 503                                    | again | again      | only with Retry-After     |
| 429                                    | again | again      | again (it was not run)    |
| any other status                       | stop  | stop       | stop                      |

A 401 is not judged here: the transport renews the token once, since a 401 was not run either.

The pause is drawn uniformly from zero to a growing bound ("full jitter"), so that callers who failed together do not
come back together; a Retry-After is a floor, never a meeting point, and one beyond `max_wait` ends the call at once.
The **quota** bounds what a whole client spends on retries during an outage: every retry costs, every answer earns a
little back, and an empty quota lets the first failure stand. With N callers and a dead server at most N + quota / cost
requests are made.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from math import inf, isfinite
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..operation import RetryClass
    from ..options import Retry

Stage = Literal["unsent", "sent", "partial"]
TRANSIENT = frozenset({408, 500, 502, 503, 504})
THROTTLED = 429
UNAVAILABLE = 503
MAX_DOUBLINGS = 60
MAX_RETRY_AFTER = 3600.0
"""Mirakl's notes on 429 speak of the last hour. A longer advice may be a slip: asking once an hour does no harm, and a
slip must not close a client for days."""


class FailureOutcome(Struct, frozen=True, kw_only=True):
    """An attempt without a whole answer: how far the request got, and whether repeating could ever help."""

    stage: Stage
    permanent: bool = False


class ResponseOutcome(Struct, frozen=True, kw_only=True):
    """An attempt that was answered."""

    status: int
    retry_after: float | None = None


class RetryDelay(Struct, frozen=True, kw_only=True):
    """Try again after `delay` seconds; `throttled` if the server asked for less traffic."""

    delay: float
    throttled: bool = False


def decide_retry(
    retry_class: RetryClass,
    outcome: FailureOutcome | ResponseOutcome,
    attempt: int,
    retry: Retry,
    draw: Callable[[], float],
    *,
    max_wait: float | None = None,
) -> RetryDelay | None:
    """Decide after attempt number `attempt` (the first is 1): Again, or None when the outcome stands."""
    if attempt > retry.max_retries or not _repeatable(retry_class, outcome):
        return None
    throttled = isinstance(outcome, ResponseOutcome) and outcome.status == THROTTLED
    base = retry.throttle_delay if throttled else retry.initial_delay
    jitter = draw() * min(retry.max_delay, base * 2.0 ** min(attempt - 1, MAX_DOUBLINGS))
    advice = outcome.retry_after if isinstance(outcome, ResponseOutcome) else None
    if advice is None:
        return RetryDelay(delay=jitter, throttled=throttled)
    most = inf if max_wait is None else max_wait
    if advice > most:
        return None
    return RetryDelay(delay=min(most, advice + min(jitter, 0.1 * advice)), throttled=throttled)


def _repeatable(retry_class: RetryClass, outcome: FailureOutcome | ResponseOutcome) -> bool:
    if isinstance(outcome, FailureOutcome):
        return not outcome.permanent and (outcome.stage == "unsent" or retry_class != "unsafe")
    if outcome.status == THROTTLED:
        return True
    if retry_class == "unsafe":
        return outcome.status == UNAVAILABLE and outcome.retry_after is not None
    return outcome.status in TRANSIENT


class RetryQuota:
    """What one client may spend on retries; shared by all its calls."""

    __slots__ = ("_full", "_retry", "remaining")

    def __init__(self, retry: Retry) -> None:
        self._retry = retry
        self.remaining: float
        self.remaining = self._full = float(retry.quota)

    def try_charge(self, again: RetryDelay) -> bool:
        """Pay for a retry; False if that is no longer possible."""
        cost = self._retry.throttle_cost if again.throttled else self._retry.transient_cost
        if self.remaining < cost:
            return False
        self.remaining -= cost
        return True

    def refund(self, attempt: int) -> None:
        """Give back after an answer: one for a clean call, the price of a retry for one that needed some."""
        if self.remaining < self._full:
            gain = self._retry.transient_cost if attempt > 1 else 1
            self.remaining = min(self._full, self.remaining + gain)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, at most MAX_RETRY_AFTER: a number, or a date set against the answer's own Date.

    Negative and past values are 0; anything unreadable, infinite or not a number is None. So is a date in an answer
    without a readable Date: it could only be set against the clock of this machine, which may be wrong, or step.
    """
    text = headers.get("Retry-After")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment, sent = _http_date(text), _http_date(headers.get("Date", ""))
        if moment is None or sent is None:
            return None
        seconds = moment - sent
    return min(max(0.0, seconds), MAX_RETRY_AFTER) if isfinite(seconds) else None


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
