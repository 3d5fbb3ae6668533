"""An exact sliding window, which stores the times of the latest calls instead of an estimate.

A window is half open: with `Window(30, 1.0)`, no interval (t - 1, t] contains more than 30 accepted calls. Fixed
windows would allow 60 calls around a border, and a token bucket burst + rate calls; so a client that passes here also
passes with these algorithms. A rejected call does not count against its credential.
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
    """A limit of `calls` accepted calls in any `seconds`."""

    calls: int
    seconds: float = 1.0


DOCUMENTED: Mapping[str, Window] = {
    # The documented "maximum usage" of each operation; operations without a number have no limit.
    "upsertOrders": Window(30),
    "upsertReturns": Window(1, 60.0),
    "upsertCarriers": Window(1, 3600.0),
    "upsertBusinessInformation": Window(5, 60.0),
    "configureChannelCatalog": Window(1, 60.0),
    "upsertProductType": Window(10),
    "createTaxonomyRule": Window(10),
    "updateStoreCatalogItems": Window(30),
    # Marketplace's intervals ("every 5 minutes") are advice for reading all pages of a list; these two are rates.
    "OR07": Window(60, 3600.0),
    "OR31": Window(5),
}

RateLimits = Literal["none", "documented"] | int | Mapping[str, Window]
"""`"none"`, `"documented"`, calls per second of every operation, or a window per operation."""


class Traffic(Struct):
    """The calls of one credential to one operation; each `highest` count is that of the fullest window so far."""

    accepted: int = 0
    refused: int = 0
    highest_accepted: int = 0
    highest_seen: int = 0


class _Log:
    """The calls of one credential to one operation within the current window."""

    __slots__ = ("accepted", "seen", "traffic")

    def __init__(self) -> None:
        self.accepted: deque[float] = deque()
        self.seen: deque[float] = deque()
        self.traffic = Traffic()


class SlidingWindows:
    """Accepts or rejects calls per credential and operation, and records the highest count in a window.

    Operations without a limit are always accepted, but counted over their documented window or over a second.
    """

    def __init__(self, limits: RateLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._logs: dict[tuple[str, str], _Log] = {}

    def window(self, operation: str) -> Window | None:
        """Return the current limit of an operation, or None if it has no limit."""
        limits = self._limits
        if isinstance(limits, int):
            return Window(limits)
        if isinstance(limits, str):
            return DOCUMENTED.get(operation) if limits == "documented" else None
        return limits.get(operation)

    def admit(self, credential: str, operation: str) -> float | None:
        """Count a call, and return None if it is accepted, or else the seconds until the window has room again."""
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
        """Return the traffic of one operation, of one credential or of all; the highest counts are maxima, not sums."""
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
        """The number of calls of all operations that a limit answered with 429."""
        return sum(log.traffic.refused for log in self._logs.values())


def retry_after(seconds: float) -> str:
    """Return a Retry-After header: whole seconds, rounded up, at least 1."""
    return str(max(1, math.ceil(seconds)))


def _forget(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()
