"""Decide whether a call is retried, and after which delay. Pure, except for the remaining quota.

Three facts decide: the retry class of the operation, whether the request was sent, and the outcome.

| outcome                                | safe  | idempotent | unsafe                      |
| -------------------------------------- | ----- | ---------- | --------------------------- |
| not sent (DNS, connect), or only part  | retry | retry      | retry                       |
| sent, no response (lost, timeout,      | retry | retry      | stop: OutcomeUnknown        |
| invalid HTTP, or an undocumented 2xx)  |       |            |                             |
| 408, 500, 502, 504                     | retry | retry      | stop                        |
| 503                                    | retry | retry      | only with Retry-After       |
| 429                                    | retry | retry      | retry (it had no effect)    |
| any other status                       | stop  | stop       | stop                        |

A 401 is not decided here: the transport refreshes the token once, since a 401 had no effect either.

The delay is uniformly distributed between zero and a growing limit ("full jitter"), so that callers that failed
together do not retry together. A Retry-After is the minimum, to which jitter is added; one beyond `max_wait` ends the
call immediately. The **quota** limits the retries of a client during an outage: every retry costs, every response
refunds a little, and with an empty quota the first failure is final. With N callers and an unreachable server at most
N + quota / cost requests are sent.
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

__all__ = [
    "MAX_RETRY_AFTER",
    "THROTTLED",
    "TRANSIENT",
    "UNAVAILABLE",
    "FailureOutcome",
    "ResponseOutcome",
    "RetryDelay",
    "RetryQuota",
    "Stage",
    "decide_retry",
    "retry_after",
]

Stage = Literal["unsent", "sent", "partial"]
TRANSIENT = frozenset({408, 500, 502, 503, 504})
THROTTLED = 429
UNAVAILABLE = 503
MAX_DOUBLINGS = 60
MAX_RETRY_AFTER = 3600.0
"""Mirakl's documentation of 429 refers to the last hour. A longer value may be a mistake, which must not block a client
for days; one request an hour does no harm."""


class FailureOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of an attempt without a complete response; with `permanent`, a retry cannot help."""

    stage: Stage
    permanent: bool = False


class ResponseOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of an attempt with a response; `retry_after` in seconds."""

    status: int
    retry_after: float | None = None


class RetryDelay(Struct, frozen=True, kw_only=True):
    """The decision to retry after `delay` seconds; `throttled` after a 429."""

    delay: float
    throttled: bool = False


def decide_retry(
    retry_class: RetryClass,
    outcome: FailureOutcome | ResponseOutcome,
    attempt: int,
    retry: Retry,
    random: Callable[[], float],
    *,
    max_wait: float | None = None,
) -> RetryDelay | None:
    """The delay before the next attempt, or None if the outcome is final; the first `attempt` is 1."""
    if attempt > retry.max_retries or not _is_repeatable(retry_class, outcome):
        return None
    throttled = isinstance(outcome, ResponseOutcome) and outcome.status == THROTTLED
    base = retry.throttle_delay if throttled else retry.initial_delay
    jitter = random() * min(retry.max_delay, base * 2.0 ** min(attempt - 1, MAX_DOUBLINGS))
    advised = outcome.retry_after if isinstance(outcome, ResponseOutcome) else None
    if advised is None:
        return RetryDelay(delay=jitter, throttled=throttled)
    longest = inf if max_wait is None else max_wait
    if advised > longest:
        return None
    return RetryDelay(delay=min(longest, advised + min(jitter, 0.1 * advised)), throttled=throttled)


def _is_repeatable(retry_class: RetryClass, outcome: FailureOutcome | ResponseOutcome) -> bool:
    if isinstance(outcome, FailureOutcome):
        return not outcome.permanent and (outcome.stage == "unsent" or retry_class != "unsafe")
    if outcome.status == THROTTLED:
        return True
    if retry_class == "unsafe":
        return outcome.status == UNAVAILABLE and outcome.retry_after is not None
    return outcome.status in TRANSIENT


class RetryQuota:
    """Limits the retries of one client; shared by all its calls."""

    __slots__ = ("_capacity", "_retry", "remaining")

    def __init__(self, retry: Retry) -> None:
        self._retry = retry
        self.remaining: float
        self.remaining = self._capacity = float(retry.quota)

    def try_charge(self, retry_delay: RetryDelay) -> bool:
        """Charge the cost of a retry; False if the remaining quota is too small."""
        cost = self._retry.throttle_cost if retry_delay.throttled else self._retry.transient_cost
        if self.remaining < cost:
            return False
        self.remaining -= cost
        return True

    def refund(self, attempt: int) -> None:
        """Refund after a response: 1 for a call without retries, the cost of a retry for one with retries."""
        if self.remaining < self._capacity:
            refunded = self._retry.transient_cost if attempt > 1 else 1
            self.remaining = min(self._capacity, self.remaining + refunded)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, at most MAX_RETRY_AFTER: a number, or a date relative to the Date header.

    Negative and past values are 0; invalid, infinite and NaN values are None. So is a date in a response without a
    valid Date: it could only be compared with the clock of this machine, which may be wrong.
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
