"""Poll the status of a job until it is done."""

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

__all__ = ["MAX_CONSECUTIVE_FAILURES", "WAITING", "is_transient", "poll_interval_of", "poll_until"]

S = TypeVar("S")
log: logging.Logger = logging.getLogger("mirakl_async")
TRANSIENT_ERRORS = (
    TransportError, ServerError, RateLimited, MaxWaitExceeded, DeadlineExceeded, TokenUnavailable, UnexpectedRedirect,
    DecodeFailed,
)  # fmt: skip
MAX_CONSECUTIVE_FAILURES = 5
WAITING: Rules = {
    "timeout": SECONDS_OR_ZERO.or_none("no limit"),
    "poll_interval": SECONDS.or_none("the documented interval"),
    "progress": CALLABLE.or_none(),
}
"""The rules for the options of `wait`."""
MAX_CONSECUTIVE_NOT_FOUND = 3  # a job that was just created may not be found for a moment


def poll_interval_of(operation: Operation[Any]) -> float:
    """The seconds between two status requests: what Mirakl recommends, or else the minimum it allows."""
    return operation.recommended_interval or operation.interval or 60.0


def is_transient(error: MiraklError) -> bool:
    """Whether an error may be temporary: an outage, or a response that is not Mirakl's.

    An error in another format than Mirakl's comes from a gateway; so do redirects and invalid JSON. A 401 is permanent
    in any format: the token was refreshed before.
    """
    if isinstance(error, APIError) and not error.recognized:
        return not isinstance(error, AuthenticationFailed)
    return isinstance(error, TRANSIENT_ERRORS) or (isinstance(error, RateLimiterUnavailable) and not error.refused)


async def poll_until(
    fetch: Callable[[], Awaitable[S]],
    is_done: Callable[[S], bool],
    *,
    in_progress: frozenset[str],
    name: str,
    interval: float,
    timeout: float | None,
    clock: Clock,
    get_status: Callable[[S], str | None],
    progress: Callable[[S], None] | None = None,
) -> S:
    """Fetch the status immediately and then every `interval` seconds; return the first one that `is_done` accepts.

    A status request that fails temporarily is repeated at the next interval, up to five consecutive failures, or three
    for a 404: a short outage must not end the wait for a job of hours. A status that is neither done nor `in_progress`
    is logged: it may be an undocumented final one. `progress` is called with every status. Raises JobTimeout when the
    next request would be after `timeout`.
    """
    started_at = clock.monotonic()
    failures, not_found_failures, last_status, warned = 0, 0, None, None
    while True:
        try:
            state = await fetch()
        except MiraklError as error:
            is_transient_error = is_transient(error)
            failures, not_found_failures = failures + 1, 0 if is_transient_error else not_found_failures + 1
            if not (is_transient_error or isinstance(error, NotFound)):
                raise
            if failures == MAX_CONSECUTIVE_FAILURES or not_found_failures == MAX_CONSECUTIVE_NOT_FOUND:
                raise
            log.warning("%s: the status request failed (%s); retrying in %.0f s", name, type(error).__name__, interval)
        else:
            failures, not_found_failures, last_status = 0, 0, one_line(get_status(state) or "") or None
            if progress is not None:
                progress(state)
            if is_done(state):
                return state
            if last_status not in {*in_progress, warned}:
                log.warning("%s has the unknown status %s; waiting continues", name, last_status)
                warned = last_status
        if timeout is not None and clock.monotonic() + interval - started_at > timeout:
            raise JobTimeout(
                f"{name} did not finish within {timeout:g} s; last status: {last_status or 'unknown'}", last_status
            )
        await clock.sleep(interval)
