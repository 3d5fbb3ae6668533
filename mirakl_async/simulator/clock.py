"""The clock of the simulator, which measures rate limits, tokens and dates, and can be replaced."""

from __future__ import annotations

import asyncio
import heapq
import time
from datetime import datetime
from itertools import count
from typing import Protocol, runtime_checkable

__all__ = ["Clock", "InstantClock", "ManualClock", "MovableClock", "RealClock", "seconds_of"]


class Clock(Protocol):
    """The time in seconds: `monotonic` for durations, `time` since 1970 for dates."""

    def monotonic(self) -> float:
        """Return seconds since a fixed point in time; the value never decreases."""
        ...

    def time(self) -> float:
        """Return seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock that can be moved forward."""

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds` immediately."""
        ...


MAX_SECONDS = 253_000_000_000.0
"""A time in the year 9987, because later dates of rows could not be formatted."""


def seconds_of(moment: datetime | float) -> float:
    """Convert a point in time to seconds since 1970; raises ValueError for anything else, also without a time zone."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.timestamp()
    if isinstance(moment, int | float) and moment < MAX_SECONDS:
        return moment
    raise ValueError(
        "now: must be seconds since 1970, or a date-time with a time zone, as in datetime(2026, 1, 31, tzinfo=UTC)"
    )


class RealClock:
    """A clock that runs like the machine's clock, optionally starting at `now` (seconds since 1970).

    `advance` moves the clock forward immediately; tasks that are already sleeping are not woken earlier.
    """

    def __init__(self, now: float | None = None) -> None:
        self._ahead = 0.0
        self._difference = 0.0 if now is None else now - time.time()

    def monotonic(self) -> float:
        """Return seconds since a fixed point in time; the value never decreases."""
        return time.monotonic() + self._ahead

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._difference + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds` immediately."""
        self._ahead += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until a test moves it; a simulator and its clients can share one.

    `now` is the value of `monotonic`, and `time` is `epoch` seconds later. `random` returns `draw`, so that the
    clients' random numbers are fixed. `slept` lists the seconds of all sleeps, in order.
    """

    def __init__(self, now: float = 1_700_000_000.0, draw: float = 0.5, *, epoch: float = 0.0) -> None:
        self.now: float = now
        self.draw: float = draw
        self.slept: list[float] = []
        self._epoch = epoch
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._arrival = asyncio.Event()

    def monotonic(self) -> float:
        """Return the current value, in seconds."""
        return self.now

    def time(self) -> float:
        """Return the current value, in seconds since 1970."""
        return self._epoch + self.now

    def random(self) -> float:
        """Return `draw`, a number in [0, 1)."""
        return self.draw

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds` immediately, and wake every task whose sleep is over."""
        self.now += seconds
        while self._sleepers and self._sleepers[0][0] <= self.now:
            self._wake_first()

    async def run(self, seconds: float) -> None:
        """Let `seconds` pass step by step.

        Each sleep ends when it is due, and the tasks continue before the clock moves on.
        """
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now = max(self.now, self._sleepers[0][0])
            self._wake_first()
            await self.settle()
        self.now = end

    async def settle(self) -> None:
        """Wait until every task is blocked."""
        for _ in range(30):
            await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved forward by `seconds`."""
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), sleeper))
        self._arrival.set()
        await sleeper

    async def until_someone_sleeps(self) -> float:
        """Wait, in real time, until a task sleeps, and return the seconds until the first sleeping task is due."""
        while not self._sleepers:
            self._arrival.clear()
            await self._arrival.wait()
        return self._sleepers[0][0] - self.now

    def _wake_first(self) -> None:
        _, _, sleeper = heapq.heappop(self._sleepers)
        loop = sleeper.get_loop()
        if loop is _running_loop():
            _wake(sleeper)
        elif not loop.is_closed():  # the simulator may run in another thread than the test
            loop.call_soon_threadsafe(_wake, sleeper)


class InstantClock(ManualClock):
    """A clock that every sleep moves forward immediately, so that an hour of polling takes milliseconds."""

    async def sleep(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
