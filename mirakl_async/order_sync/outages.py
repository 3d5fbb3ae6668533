"""How long a batch is tried again: pure.

The transport has retried a call already when its error comes here. What is left is an outage, and is waited out for
as long as the user has patience, counted from the last answer that came. Hosts that never answered are more
likely misspelt than down, and get less of it; so do those from which never came but foreign error pages.
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
    """The trouble of one batch; `began` is None as long as there is none."""

    __slots__ = ("_max_outage", "_next", "_renewals", "began")

    def __init__(self, max_outage: float) -> None:
        self.began: float | None = None
        self._max_outage = max_outage
        self._next = INITIAL_DELAY
        self._renewals = 0

    def pause(self, error: MiraklError, now: float, last_answer: float | None) -> float | None:
        """Seconds until the batch may be sent again, at most; None to give up."""
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
        """Whether a token was renewed for the call and revoked again before it arrived, which may pass."""
        if not isinstance(error, AuthenticationFailed) or len(error.attempts) < 2:
            return False
        self._renewals += 1
        return self._renewals <= RENEWALS

    def _until(self, began: float, error: MiraklError, last_answer: float | None) -> float:
        unheard = isinstance(error, ConnectFailed | RateLimiterUnavailable | TokenUnavailable) or is_foreign(error)
        if last_answer is None and unheard and self._max_outage != inf:
            return began + min(self._max_outage, FIRST_CONTACT)
        return max(began, last_answer or 0.0) + self._max_outage
