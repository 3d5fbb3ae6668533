"""What an error of a call means for the whole job. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    MaxWaitExceeded,
    MiraklError,
    NotFound,
    PermissionDenied,
    RateLimited,
    RateLimiterUnavailable,
    ServerError,
    TokenUnavailable,
    TransportError,
    UnexpectedResponse,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import Attempt

__all__ = ["Recovery", "is_foreign", "recovery_for", "throttled"]

Recovery: TypeAlias = Literal["isolate", "shrink", "wait", "origin", "stop"]


def recovery_for(error: MiraklError) -> Recovery:
    """Return how to recover: isolate the faulty order, send smaller batches, wait and retry, or stop the job.

    "origin" is a 404 (unknown channel or store), or a 400 about the origin only: all batches of this store would fail.
    A 401 or 403 with a new token, a redirect and wrong credentials are errors of the configuration: all batches would
    fail. An error page that is not recognizably Mirakl's says nothing about the orders or the configuration: a gateway
    has answered, which is an outage.
    """
    if isinstance(error, APIError) and error.status == 413:
        return "shrink"
    if is_foreign(error):
        return "wait"
    if isinstance(error, NotFound):
        return "origin"
    if isinstance(error, BadRequest):
        return "origin" if _blames_the_origin(error) else "isolate"
    passing = isinstance(
        error, TransportError | ServerError | RateLimited | TokenUnavailable | MaxWaitExceeded | TimeoutError
    )
    passing |= isinstance(error, RateLimiterUnavailable) and not error.refused
    passing |= isinstance(error, APIError) and error.status == 408
    return "wait" if passing else "stop"


def is_foreign(error: MiraklError) -> bool:
    """Whether another server than Mirakl seems to have answered: an undocumented 2xx, or an error in an unknown format.

    A 401 does not count, since it concerns the token, which is refreshed; nor does a 403 without a body, which has no
    format.
    """
    if isinstance(error, UnexpectedResponse):
        return True
    if not isinstance(error, APIError) or isinstance(error, AuthenticationFailed | RateLimited | ServerError):
        return False
    if isinstance(error, PermissionDenied) and not str(error.problem):
        return False
    return not error.recognized


def _blames_the_origin(error: BadRequest) -> bool:
    fields = [entry.field or "" for entry in error.problem.errors]
    return bool(fields) and all(field.removeprefix("$.").startswith("origin") for field in fields)


def throttled(attempts: Sequence[Attempt]) -> int:
    """Return the number of attempts of a call that were answered with 429."""
    return sum(attempt.outcome == "429" for attempt in attempts)
