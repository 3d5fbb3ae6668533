"""How long a batch is retried. Pure.

The transport has already retried the call. The remaining error is an outage, which is waited out for `max_outage`
seconds since the last response of Mirakl. A host that never responded, or only with foreign error pages, is more likely
misspelled than down, and is retried for a shorter time.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ..errors import AuthenticationFailed, ConnectFailed, RateLimiterUnavailable, TokenUnavailable
from .error_policy import is_foreign, recovery_for

if TYPE_CHECKING:
    from ..errors import MiraklError

__all__ = ["FIRST_CONTACT", "INITIAL_DELAY", "MAX_DELAY", "RENEWALS", "BatchBackoff"]

INITIAL_DELAY, MAX_DELAY = 0.5, 30.0
FIRST_CONTACT = 30.0
RENEWALS, RENEWAL_PAUSE = 5, 0.2


class BatchBackoff:
    """The backoff of one batch; `began` is the time of its first error, None before."""

    __slots__ = ("_max_outage", "_next", "_renewals", "began")

    def __init__(self, max_outage: float) -> None:
        self.began: float | None = None
        self._max_outage = max_outage
        self._next = INITIAL_DELAY
        self._renewals = 0

    def pause(self, error: MiraklError, now: float, last_answer: float | None) -> float | None:
        """Return the maximum seconds before the batch is retried; None to give up."""
        if self.began is None:
            self.began = now
        if recovery_for(error) in {"stop", "origin"}:
            return RENEWAL_PAUSE if self._may_renew(error) else None
        pause = self._next
        if now + pause > self._until(self.began, error, last_answer):
            return None
        self._next = min(MAX_DELAY, pause * 2)
        return pause

    def _may_renew(self, error: MiraklError) -> bool:
        """Whether the token was refreshed and then revoked before the call arrived, which may be temporary."""
        if not isinstance(error, AuthenticationFailed) or len(error.attempts) < 2:
            return False
        self._renewals += 1
        return self._renewals <= RENEWALS

    def _until(self, began: float, error: MiraklError, last_answer: float | None) -> float:
        unheard = isinstance(error, ConnectFailed | RateLimiterUnavailable | TokenUnavailable) or is_foreign(error)
        if last_answer is None and unheard and self._max_outage != inf:
            return began + min(self._max_outage, FIRST_CONTACT)
        return max(began, last_answer or 0.0) + self._max_outage
