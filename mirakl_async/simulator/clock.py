"""The simulator's time: what it measures windows, tokens and dates by, replaceable as a whole."""

from __future__ import annotations

import asyncio
import heapq
import time
from datetime import datetime
from itertools import count
from typing import Protocol, runtime_checkable

__all__ = ["Clock", "InstantClock", "ManualClock", "MovableClock", "RealClock", "seconds_of"]


class Clock(Protocol):
    """Seconds in both readings: `monotonic` for durations, `time` since 1970 for dates."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never runs backwards."""
        ...

    def time(self) -> float:
        """Return seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock that can be moved on."""

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        ...


def seconds_of(moment: datetime | float) -> float:
    """Return a moment in seconds since 1970; raises ValueError for a date-time without a time zone."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("now: a date-time needs a time zone, as in datetime(2026, 1, 31, tzinfo=UTC)")
    return moment.timestamp()


class RealClock:
    """A clock that runs like the machine's own, from `now` (seconds since 1970) on where it is given.

    `advance` moves it on at once; what sleeps already sleeps out its seconds.
    """

    def __init__(self, now: float | None = None) -> None:
        self._ahead = 0.0
        self._difference = 0.0 if now is None else now - time.time()

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never runs backwards."""
        return time.monotonic() + self._ahead

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._difference + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self._ahead += seconds

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until a test moves it; one for a simulator and its clients, who draw from it, too.

    `now` is the reading of `monotonic`; `time` is `epoch` seconds more. `draw` is what `random` returns, and `slept`
    what was asked to be slept, in its order.
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
        """Return the seconds as set."""
        return self.now

    def time(self) -> float:
        """Return seconds since 1970, as set."""
        return self._epoch + self.now

    def random(self) -> float:
        """Return `draw`, a number in [0, 1)."""
        return self.draw

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` at once, and wake every sleep that is over."""
        self.now += seconds
        while self._sleepers and self._sleepers[0][0] <= self.now:
            self._wake_first()

    async def run(self, seconds: float) -> None:
        """Let `seconds` pass: each sleep ends when it is due, and what it was for goes on before time does."""
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now = max(self.now, self._sleepers[0][0])
            self._wake_first()
            await self.settle()
        self.now = end

    async def settle(self) -> None:
        """Let every task run until it can only wait."""
        for _ in range(30):
            await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved by `seconds`."""
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), sleeper))
        self._arrival.set()
        await sleeper

    async def until_someone_sleeps(self) -> float:
        """Wait, in real time, for a sleeper; return the seconds after which the first of them wakes."""
        while not self._sleepers:
            self._arrival.clear()
            await self._arrival.wait()
        return self._sleepers[0][0] - self.now

    def _wake_first(self) -> None:
        _, _, sleeper = heapq.heappop(self._sleepers)
        loop = sleeper.get_loop()
        if loop is _running_loop():
            _wake(sleeper)
        elif not loop.is_closed():  # the simulator of a test may run in a thread of its own
            loop.call_soon_threadsafe(_wake, sleeper)


class InstantClock(ManualClock):
    """A clock that every sleep moves on by its seconds at once: an hour of polling passes in milliseconds."""

    async def sleep(self, seconds: float) -> None:
        """Move the clock on by `seconds`."""
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
