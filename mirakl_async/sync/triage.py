"""What an error of one call means for the whole job: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import (
    APIError,
    BadRequest,
    LimiterUnavailable,
    MiraklError,
    NoAnswer,
    RateLimited,
    ServerError,
    TokenUnavailable,
    WaitTooLong,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import Attempt

Meaning: TypeAlias = Literal["isolate", "shrink", "wait", "stop"]


def meaning(error: MiraklError) -> Meaning:
    """Isolate the guilty order; send less at a time; wait and send again; or stop, because nothing would help.

    404 (unknown channel or store), a 400 that finds fault with the origin alone, 401 and 403 after a fresh token, a
    redirect and refused credentials are the configuration's fault: every further batch would meet the same.
    """
    if isinstance(error, BadRequest):
        return "stop" if _blames_the_origin(error) else "isolate"
    if isinstance(error, APIError) and error.status == 413:
        return "shrink"
    if isinstance(error, NoAnswer | ServerError | RateLimited | TokenUnavailable | WaitTooLong | TimeoutError):
        return "wait"
    if isinstance(error, LimiterUnavailable) and not error.refused:
        return "wait"
    if isinstance(error, APIError) and error.status == 408:
        return "wait"
    return "stop"


def _blames_the_origin(error: BadRequest) -> bool:
    fields = [entry.field or "" for entry in error.problem.errors]
    return bool(fields) and all(field.removeprefix("$.").startswith("origin") for field in fields)


def throttled(attempts: Sequence[Attempt]) -> int:
    """How many of a call's attempts were answered with 429."""
    return sum(attempt.outcome == "429" for attempt in attempts)
