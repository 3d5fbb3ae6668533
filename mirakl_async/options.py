"""What one call, or one client, may override: typed, frozen, and free of behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


class Options(TypedDict, total=False):
    """Overrides for one call, given as keyword arguments to any method; a typo is a type error.

    All durations are seconds. `deadline` covers the whole call: queueing, rate limit, every attempt and every
    pause between them; `timeout` covers one attempt from the first byte sent to the last byte read. `retries` counts
    the attempts after the first; `max_wait` bounds a single wait that a limit or a Retry-After imposes; None means
    unbounded. `headers` are sent in addition. What is not given is as the client's `timeouts` and `retry` say.
    """

    timeout: float
    deadline: float | None
    retries: int
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
    keepalive: float = 10.0


class Retry(Struct, frozen=True, kw_only=True):
    """How often and how patiently a failed attempt is repeated; which failures qualify is not a setting.

    `retries` counts the attempts after the first. Delays, in seconds, are drawn uniformly from zero to `base * 2**n`,
    at most `cap`; `throttle_base` replaces `base` after a 429 without Retry-After. `quota` bounds the retries of the
    whole client during an outage: each costs `transient_cost` or `throttle_cost`, each answer earns some back.
    """

    retries: int = 3
    base: float = 0.25
    throttle_base: float = 1.0
    cap: float = 20.0
    quota: int = 500
    transient_cost: int = 14
    throttle_cost: int = 5


class Rate(Struct, frozen=True):
    """A documented call frequency: at most `calls` in any window of `seconds`."""

    calls: int
    seconds: float = 1.0


class Limits(Struct, frozen=True, kw_only=True):
    """Sizes that protect the process.

    `connections` are those at once for one allowance; `reply_bytes` bounds one reply once decompressed, which is
    ReplyTooLarge past it (downloads have bounds of their own); `error_bytes` what is read of a download's error.
    """

    connections: int = 100
    reply_bytes: int = 64 * 1024 * 1024
    error_bytes: int = 64 * 1024
