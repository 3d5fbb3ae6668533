"""Ask for a job's state, at its pace, until it is what is waited for."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..checks import CALLABLE, SECONDS, SECONDS_OR_ZERO, Rules
from ..errors import (
    APIError,
    AuthenticationFailed,
    DeadlineExceeded,
    DecodeFailed,
    JobTimeout,
    MaxWaitExceeded,
    MiraklError,
    NotFound,
    RateLimited,
    RateLimiterUnavailable,
    ServerError,
    TokenUnavailable,
    TransportError,
    UnexpectedRedirect,
)
from ..server_text import one_line

if TYPE_CHECKING:
    from ..clock import Clock
    from ..operation import Operation

__all__ = ["MAX_CONSECUTIVE_FAILURES", "WAITING", "is_transient", "pace_of", "poll_until"]

S = TypeVar("S")
log: logging.Logger = logging.getLogger("mirakl_async")
TRANSIENT_ERRORS = (
    TransportError, ServerError, RateLimited, MaxWaitExceeded, DeadlineExceeded, TokenUnavailable, UnexpectedRedirect,
    DecodeFailed,
)  # fmt: skip
MAX_CONSECUTIVE_FAILURES = 5
WAITING: Rules = {
    "timeout": SECONDS_OR_ZERO.or_none("no bound"),
    "poll_interval": SECONDS.or_none("the documented pace"),
    "progress": CALLABLE.or_none(),
}
"""What the options of waiting for a job take."""
MAX_CONSECUTIVE_NOT_FOUND = 3  # a job that was just created may not be found for a moment


def pace_of(operation: Operation[Any]) -> float:
    """Seconds between two questions: what Mirakl recommends, or else allows."""
    return operation.recommended_interval or operation.interval or 60.0


def is_transient(error: MiraklError) -> bool:
    """Whether an error may pass by itself: an outage, or the answer of something else than Mirakl.

    An error status in another format than Mirakl's is the answer of a gateway; so are a redirect and broken JSON. A 401
    stays whoever gives it: the token was renewed before.
    """
    if isinstance(error, APIError) and not error.recognized:
        return not isinstance(error, AuthenticationFailed)
    return isinstance(error, TRANSIENT_ERRORS) or (isinstance(error, RateLimiterUnavailable) and not error.refused)


async def poll_until(
    ask: Callable[[], Awaitable[S]],
    enough: Callable[[S], bool],
    *,
    underway: frozenset[str],
    name: str,
    every: float,
    timeout: float | None,
    clock: Clock,
    told: Callable[[S], str | None],
    progress: Callable[[S], None] | None = None,
) -> S:
    """Ask at once and then `every` so many seconds; give the first state that is enough.

    A question that fails for a passing reason is asked again at the next turn, five times in a row at most, and one
    that Mirakl answers with 404 three times: a job of hours is not lost to a minute's outage. A status that is neither
    enough nor `underway` is logged: it may be an end that nobody knew of. `progress` is given every answer. Raises
    JobTimeout as soon as the next turn would come after `timeout`.
    """
    began = clock.monotonic()
    failed, not_found, last, warned = 0, 0, None, None
    while True:
        try:
            state = await ask()
        except MiraklError as error:
            transient = is_transient(error)
            failed, not_found = failed + 1, 0 if transient else not_found + 1
            if not (transient or isinstance(error, NotFound)):
                raise
            if failed == MAX_CONSECUTIVE_FAILURES or not_found == MAX_CONSECUTIVE_NOT_FOUND:
                raise
            log.warning("%s: the status request failed (%s); retrying in %.0f s", name, type(error).__name__, every)
        else:
            failed, not_found, last = 0, 0, one_line(told(state) or "") or None
            if progress is not None:
                progress(state)
            if enough(state):
                return state
            if last not in {*underway, warned}:
                log.warning("%s has a status that is not known, %s; it is waited on", name, last)
                warned = last
        if timeout is not None and clock.monotonic() + every - began > timeout:
            raise JobTimeout(f"{name} did not finish within {timeout:g} s; last status: {last or 'not known'}", last)
        await clock.sleep(every)
