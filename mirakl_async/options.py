"""The options of a call, and the settings of a client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypedDict, cast

from msgspec import Struct
from msgspec.structs import asdict

from .checks import (
    SECONDS,
    SECONDS_LEFT,
    SECONDS_OR_ZERO,
    Rules,
    check_arguments,
    check_settings,
    did_you_mean,
    instance,
    whole,
)
from .errors import InvalidArgument

__all__ = ["OPTIONS", "Limits", "Options", "Rate", "Retry", "Timeouts", "check_headers", "check_options"]

OPTIONS: Rules = {
    "timeout": SECONDS,
    "deadline": SECONDS_LEFT.or_none("no limit"),
    "max_retries": whole(0),
    "max_wait": SECONDS_OR_ZERO.or_none("no limit"),
    "headers": instance(Mapping, "a mapping of names to values").or_none(),
}
"""The rules for the options of a call."""
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")
_FRAMING = "is set by the client, from what is sent"
_RESERVED_HEADERS: dict[str, str] = {
    "authorization": "is set by the client's credential; use auth=",
    "range": "is not supported, since partial content would be mistaken for the whole file",
    "if-range": "is not supported, since partial content would be mistaken for the whole file",
    "expect": "is not supported",
    **dict.fromkeys(
        (
            "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer",
            "connection", "proxy-connection", "keep-alive", "upgrade",
        ),
        _FRAMING,
    ),
}  # fmt: skip
"""Headers for framing and authentication, which callers must not set."""


class Options(TypedDict, total=False):
    """The options of one call, passed as keyword arguments to any method; a typo is a type error.

    All durations are in seconds. `deadline` covers the whole call: waiting for a connection and the rate limit, every
    attempt and every delay between them; `timeout` covers one attempt from the first byte sent to the last byte read.
    `max_retries` counts the attempts after the first; `max_wait` limits a single wait for the rate limit or a
    Retry-After; None means no limit. `headers` are additional headers. Defaults are the client's `timeouts` and
    `retry`.
    """

    timeout: float
    deadline: float | None
    max_retries: int
    max_wait: float | None
    headers: Mapping[str, str]


class Timeouts(Struct, frozen=True, kw_only=True):
    """Timeouts in seconds; None means no limit.

    `connect` limits connecting, `attempt` one attempt, `deadline` the whole call; an upload extends the last two by the
    time for its size at 64 KiB per second. `keepalive_expiry` is how long an idle connection is kept. `max_wait` limits
    a single wait for the rate limit or a Retry-After: a longer one raises MaxWaitExceeded immediately, with the seconds
    that it would take.
    """

    connect: float = 10.0
    attempt: float = 60.0
    deadline: float | None = 120.0
    max_wait: float | None = 60.0
    keepalive_expiry: float = 10.0

    def __post_init__(self) -> None:
        """Validate the settings; raises ConfigurationError."""
        check_settings("Timeouts", _TIMEOUTS, asdict(self))


class Retry(Struct, frozen=True, kw_only=True):
    """How often and after which delays failed attempts are retried; which failures are retried is fixed.

    `max_retries` counts the attempts after the first. Delays, in seconds, are uniformly distributed between zero and
    `initial_delay * 2**n`, at most `max_delay`; `throttle_delay` replaces `initial_delay` after a 429 without
    Retry-After. `quota` limits the retries of the whole client during an outage: each costs `transient_cost` or
    `throttle_cost`, and each response refunds some.
    """

    max_retries: int = 3
    initial_delay: float = 0.25
    throttle_delay: float = 1.0
    max_delay: float = 20.0
    quota: int = 500
    transient_cost: int = 14
    throttle_cost: int = 5

    def __post_init__(self) -> None:
        """Validate the settings; raises ConfigurationError."""
        check_settings("Retry", _RETRY, asdict(self))


class Rate(Struct, frozen=True):
    """A rate limit: at most `calls` in any window of `seconds`."""

    calls: int
    seconds: float = 1.0

    def __post_init__(self) -> None:
        """Validate the fields; raises ConfigurationError."""
        check_settings("Rate", _RATE, asdict(self))


class Limits(Struct, frozen=True, kw_only=True):
    """Limits that protect the process.

    `max_connections` is the number of concurrent connections per limit group; `max_response_bytes` limits a response
    after decompression, beyond which ResponseTooLarge is raised (downloads have their own limits); `max_error_bytes`
    limits what is read of the error of a download.
    """

    max_connections: int = 100
    max_response_bytes: int = 64 * 1024 * 1024
    max_error_bytes: int = 64 * 1024

    def __post_init__(self) -> None:
        """Validate the settings; raises ConfigurationError."""
        check_settings("Limits", _LIMITS, asdict(self))


def check_options(code: str, options: Options, arguments: Iterable[str] = ()) -> None:
    """Raise InvalidArgument for an invalid or unknown option.

    A misspelt argument arrives here as an unknown option; ignoring a misspelt filter would select too much.
    `arguments` are the method's own, for the message.
    """
    if not OPTIONS.keys() >= options.keys():
        unknown, parameters = next(name for name in options if name not in OPTIONS), sorted(arguments)
        valid = f"valid options: {', '.join(sorted(OPTIONS))}{did_you_mean(unknown, [*parameters, *OPTIONS])}"
        if parameters:
            valid = f"valid arguments: {', '.join(parameters)}; {valid}"
        raise InvalidArgument(code, unknown, f"unknown argument; {valid}")
    check_arguments(code, OPTIONS, options)
    check_headers(code, options.get("headers"))


_TIMEOUTS: Rules = {
    "connect": SECONDS,
    "attempt": SECONDS,
    "deadline": SECONDS.or_none("no limit"),
    "max_wait": OPTIONS["max_wait"],
    "keepalive_expiry": SECONDS_OR_ZERO,
}
_RETRY: Rules = {
    "max_retries": OPTIONS["max_retries"],
    "initial_delay": SECONDS_OR_ZERO,
    "throttle_delay": SECONDS_OR_ZERO,
    "max_delay": SECONDS_OR_ZERO,
    "quota": whole(0),
    "transient_cost": whole(0),
    "throttle_cost": whole(0),
}
_RATE: Rules = {"calls": whole(1), "seconds": SECONDS}
_LIMITS: Rules = {"max_connections": whole(1), "max_response_bytes": whole(1), "max_error_bytes": whole(0)}


def check_headers(code: str, headers: object) -> None:
    """Raise InvalidArgument for invalid or reserved headers; their values are not shown."""
    if headers is None:
        return
    if not isinstance(headers, Mapping):
        raise InvalidArgument(code, "headers", f"must be a mapping of names to values, not {type(headers).__name__}")
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            raise InvalidArgument(code, "headers", f"{str(name)[:40]!r} is not a valid header name")
        if (reason := _RESERVED_HEADERS.get(name.lower())) is not None:
            raise InvalidArgument(code, "headers", f"{name} {reason}")
        if not isinstance(value, str):
            raise InvalidArgument(code, "headers", f"the value of {name} must be a str, not {type(value).__name__}")
        if _VALUE.fullmatch(value) is None:
            raise InvalidArgument(
                code, "headers", f"the value of {name} must be printable ASCII without leading or trailing spaces"
            )
