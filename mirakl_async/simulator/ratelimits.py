"""A true sliding window: the times of the last calls are kept, none is estimated.

A window is half open: of `Window(30, 1.0)`, no interval (t - 1, t] ever holds more than 30 accepted calls. Fixed
windows would let 60 calls through around their border, and a token bucket as many as burst + rate; a client that
passes here passes under any of them. A refused call does not count against its credential.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from .clock import Clock

__all__ = ["DOCUMENTED", "RateLimits", "SlidingWindows", "Traffic", "Window", "retry_after"]


class Window(Struct, frozen=True):
    """At most `calls` accepted in any `seconds`."""

    calls: int
    seconds: float = 1.0


DOCUMENTED: Mapping[str, Window] = {
    # "Maximum usage" of each operation's call frequency; operations without a number have no limit.
    "upsertOrders": Window(30),
    "upsertReturns": Window(1, 60.0),
    "upsertCarriers": Window(1, 3600.0),
    "upsertBusinessInformation": Window(5, 60.0),
    "configureChannelCatalog": Window(1, 60.0),
    "upsertProductType": Window(10),
    "createTaxonomyRule": Window(10),
    "updateStoreCatalogItems": Window(30),
    # Marketplace's intervals ("every 5 minutes") are for a sweep of all pages, and advice; these two are rates.
    "OR07": Window(60, 3600.0),
    "OR31": Window(5),
}

RateLimits = Literal["none", "documented"] | int | Mapping[str, Window]
"""`"none"`, `"documented"`, calls per second of every operation, or a window per operation."""


class Traffic(Struct):
    """What one credential did to one operation; `highest` counts are the fullest windows there ever were."""

    accepted: int = 0
    refused: int = 0
    highest_accepted: int = 0
    highest_seen: int = 0


class _Log:
    """The calls of one credential to one operation that are still inside the window."""

    __slots__ = ("accepted", "seen", "traffic")

    def __init__(self) -> None:
        self.accepted: deque[float] = deque()
        self.seen: deque[float] = deque()
        self.traffic = Traffic()


class SlidingWindows:
    """Admits or refuses calls, per credential and operation, and remembers how full the windows were.

    Operations without a limit are always admitted, but watched over their documented window, or over a second.
    """

    def __init__(self, limits: RateLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._logs: dict[tuple[str, str], _Log] = {}

    def window(self, operation: str) -> Window | None:
        """Return the limit in force for an operation, None for no limit."""
        limits = self._limits
        if isinstance(limits, int):
            return Window(limits)
        if isinstance(limits, str):
            return DOCUMENTED.get(operation) if limits == "documented" else None
        return limits.get(operation)

    def admit(self, credential: str, operation: str) -> float | None:
        """Count a call now: None when it is admitted, else the seconds until the window has room again."""
        now = self._clock.monotonic()
        limit = self.window(operation)
        seconds = (limit or DOCUMENTED.get(operation, Window(1))).seconds
        log = self._logs.get((credential, operation))
        if log is None:
            log = self._logs[credential, operation] = _Log()
        _forget(log.accepted, now - seconds)
        _forget(log.seen, now - seconds)
        log.seen.append(now)
        traffic = log.traffic
        traffic.highest_seen = max(traffic.highest_seen, len(log.seen))
        if limit is not None and len(log.accepted) >= limit.calls:
            traffic.refused += 1
            return log.accepted[len(log.accepted) - limit.calls] + seconds - now if limit.calls else seconds
        log.accepted.append(now)
        traffic.accepted += 1
        traffic.highest_accepted = max(traffic.highest_accepted, len(log.accepted))
        return None

    def traffic(self, operation: str, credential: str | None = None) -> Traffic:
        """Sum up one operation over all credentials, or for one; the highest windows are maxima, not sums."""
        total = Traffic()
        for (who, what), log in self._logs.items():
            if what == operation and credential in {None, who}:
                total.accepted += log.traffic.accepted
                total.refused += log.traffic.refused
                total.highest_accepted = max(total.highest_accepted, log.traffic.highest_accepted)
                total.highest_seen = max(total.highest_seen, log.traffic.highest_seen)
        return total

    def by_operation(self) -> dict[str, Traffic]:
        """Return the traffic of every operation called so far."""
        return {operation: self.traffic(operation) for operation in sorted({what for _, what in self._logs})}

    @property
    def refused(self) -> int:
        """How many calls were answered 429 by a limit, over all operations."""
        return sum(log.traffic.refused for log in self._logs.values())


def retry_after(seconds: float) -> str:
    """Render a Retry-After header: whole seconds, rounded up, at least 1."""
    return str(max(1, math.ceil(seconds)))


def _forget(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()
