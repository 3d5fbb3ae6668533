"""The simulator's time: what it measures windows, tokens and dates by, replaceable as a whole."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


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


class RealClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never runs backwards."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until told to move, so that a test of an hour takes no time.

    Whoever sleeps on it wakes when `advance` has passed the moment waited for.
    """

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._arrival = asyncio.Event()

    def monotonic(self) -> float:
        """Return the same seconds as `time`: only differences matter."""
        return self._now

    def time(self) -> float:
        """Return seconds since 1970, as set."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` and wake everyone whose sleep is over."""
        self._now += seconds
        still: list[tuple[float, asyncio.Future[None]]] = []
        for until, sleeper in self._sleepers:
            if until > self._now:
                still.append((until, sleeper))
            elif not sleeper.done():
                sleeper.set_result(None)
        self._sleepers = still

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by `seconds`."""
        if seconds <= 0:
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, sleeper))
        self._arrival.set()
        await sleeper

    async def until_someone_sleeps(self) -> float:
        """Wait, in real time, for a sleeper; return the seconds after which the first of them wakes."""
        while not self._sleepers:
            self._arrival.clear()
            await self._arrival.wait()
        return min(until for until, _ in self._sleepers) - self._now
