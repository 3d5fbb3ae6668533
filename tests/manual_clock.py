"""A clock that tests turn by hand: sleeping advances it, in the order in which sleepers are due."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class ManualClock:
    """Time passes only when `run` says so, or when everybody sleeps (`auto`)."""

    def __init__(self, now: float = 1000.0, draw: float = 0.5) -> None:
        self.now = now
        self.draw = draw
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000.0 + self.now

    def random(self) -> float:
        return self.draw

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), turn))
        await turn

    async def settle(self) -> None:
        """Let every task run until it can only wait."""
        for _ in range(30):
            await asyncio.sleep(0)

    async def run(self, seconds: float) -> None:
        """Let so much time pass, waking sleepers when they are due."""
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, turn = heapq.heappop(self._sleepers)
            self.now = max(self.now, due)
            if not turn.done():
                turn.set_result(None)
            await self.settle()
        self.now = end


class InstantClock(ManualClock):
    """Sleeping takes no time at all, but moves the clock."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += max(0.0, seconds)
        await asyncio.sleep(0)
