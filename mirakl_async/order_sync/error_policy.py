"""What an error of one call means for the whole job: pure."""

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
    """Isolate the order at fault; send less at a time; wait and send again; or stop, because nothing would help.

    "origin" is a 404 (unknown channel or store) and a 400 that finds fault with the origin alone: further batches of
    this store would meet the same. 401 and 403 after a fresh token, a redirect and wrong credentials are the
    configuration's fault: every further batch would meet the same. But an
    error page that is not recognisably Mirakl's says nothing about the orders or the configuration: some gateway on
    the way answered, and that is an outage.
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
    """Whether another server than Mirakl seems to have answered: a 2xx of no known kind, or a fault in no known form.

    Not a 401: that is about the token, which is renewed. Nor a 403 without a body, which has nothing to recognise.
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
    """How many of a call's attempts were answered with 429."""
    return sum(attempt.outcome == "429" for attempt in attempts)
