"""What one call, or one client, may override: typed, frozen, and free of behaviour."""

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
    "deadline": SECONDS_LEFT.or_none("no bound"),
    "max_retries": whole(0),
    "max_wait": SECONDS_OR_ZERO.or_none("no bound"),
    "headers": instance(Mapping, "a mapping of names to values").or_none(),
}
"""What the options of one call take."""
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")
_FRAMING = "is set by the client, from what is sent"
_OWN: dict[str, str] = {
    "authorization": "is set by the client's credential; use auth=",
    "range": "is not supported: a part of a file would pass for the whole",
    "if-range": "is not supported: a part of a file would pass for the whole",
    "expect": "is not supported",
    **dict.fromkeys(
        (
            "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer",
            "connection", "proxy-connection", "keep-alive", "upgrade",
        ),
        _FRAMING,
    ),
}  # fmt: skip
"""Headers that frame a call or prove who asks: not the caller's to set."""


class Options(TypedDict, total=False):
    """Overrides for one call, given as keyword arguments to any method; a typo is a type error.

    All durations are seconds. `deadline` covers the whole call: queueing, rate limit, every attempt and every
    pause between them; `timeout` covers one attempt from the first byte sent to the last byte read. `max_retries`
    counts the attempts after the first; `max_wait` bounds a single wait that a limit or a Retry-After imposes; None
    means unbounded. `headers` are sent in addition. What is not given is as the client's `timeouts` and `retry` say.
    """

    timeout: float
    deadline: float | None
    max_retries: int
    max_wait: float | None
    headers: Mapping[str, str]


class Timeouts(Struct, frozen=True, kw_only=True):
    """Bounds on time, in seconds; None means unbounded.

    `connect` is for a connection to be made, `attempt` for one attempt, `deadline` for the whole call; an upload adds
    what its size takes at 64 KiB a second to the last two. `keepalive` is how long an idle connection is kept.
    `max_wait` bounds a single wait that somebody else imposes (the rate limit, a Retry-After): a longer one
    raises at once and says when the call would be free to go, so that nobody hangs for an hour unasked.
    """

    connect: float = 10.0
    attempt: float = 60.0
    deadline: float | None = 120.0
    max_wait: float | None = 60.0
    keepalive_expiry: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what cannot work; raises ConfigurationError."""
        check_settings("Timeouts", _TIMEOUTS, asdict(self))


class Retry(Struct, frozen=True, kw_only=True):
    """How often and how patiently a failed attempt is repeated; which failures qualify is not a setting.

    `max_retries` counts the attempts after the first. Delays, in seconds, are drawn uniformly from zero to
    `initial_delay * 2**n`, at most `max_delay`; `throttle_delay` replaces `initial_delay` after a 429 without
    Retry-After. `quota` bounds the retries of the whole client during an outage: each costs `transient_cost` or
    `throttle_cost`, each answer earns some back.
    """

    max_retries: int = 3
    initial_delay: float = 0.25
    throttle_delay: float = 1.0
    max_delay: float = 20.0
    quota: int = 500
    transient_cost: int = 14
    throttle_cost: int = 5

    def __post_init__(self) -> None:
        """Refuse what cannot work; raises ConfigurationError."""
        check_settings("Retry", _RETRY, asdict(self))


class Rate(Struct, frozen=True):
    """A documented call frequency: at most `calls` in any window of `seconds`."""

    calls: int
    seconds: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what would let everything through, or nothing; raises ConfigurationError."""
        check_settings("Rate", _RATE, asdict(self))


class Limits(Struct, frozen=True, kw_only=True):
    """Sizes that protect the process.

    `max_connections` are those at once for one allowance; `max_response_bytes` bounds one response once decompressed,
    which is ResponseTooLarge past it (downloads have bounds of their own); `max_error_bytes` what is read of a
    download's error.
    """

    max_connections: int = 100
    max_response_bytes: int = 64 * 1024 * 1024
    max_error_bytes: int = 64 * 1024

    def __post_init__(self) -> None:
        """Refuse what cannot work; raises ConfigurationError."""
        check_settings("Limits", _LIMITS, asdict(self))


def check_options(code: str, options: Options, arguments: Iterable[str] = ()) -> None:
    """Refuse what an option does not take, and a misspelt argument, which comes here since options are keywords.

    `arguments` are those beside the options, for a hint at the one that was meant.
    Raises InvalidArgument: a filter that is misspelt must not become a longer list.
    """
    if not OPTIONS.keys() >= options.keys():
        unknown = next(name for name in options if name not in OPTIONS)
        hint = did_you_mean(unknown, [*arguments, *OPTIONS])
        words = f"is neither an argument nor an option; options are {', '.join(sorted(OPTIONS))}{hint}"
        raise InvalidArgument(code, unknown, words)
    check_arguments(code, OPTIONS, options)
    check_headers(code, options.get("headers"))


_TIMEOUTS: Rules = {
    "connect": SECONDS,
    "attempt": SECONDS,
    "deadline": SECONDS.or_none("no bound"),
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
    """Raise InvalidArgument for headers that cannot be sent, or are not the caller's to set; values are not shown."""
    if headers is None:
        return
    if not isinstance(headers, Mapping):
        raise InvalidArgument(code, "headers", f"must be a mapping of names to values, not {type(headers).__name__}")
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            raise InvalidArgument(code, "headers", f"{str(name)[:40]!r} is not a valid header name")
        if (why := _OWN.get(name.lower())) is not None:
            raise InvalidArgument(code, "headers", f"{name} {why}")
        if not isinstance(value, str):
            raise InvalidArgument(code, "headers", f"the value of {name} must be a str, not {type(value).__name__}")
        if _VALUE.fullmatch(value) is None:
            raise InvalidArgument(
                code, "headers", f"the value of {name} must be printable ASCII, without spaces at its ends"
            )
