"""Time and chance, as arguments: whatever waits or draws lots is given one of these, so that no test sleeps."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from random import random
from typing import Protocol

__all__ = ["Clock", "SystemClock", "wait_at_most"]


class Clock(Protocol):
    """Seconds that only go forward, seconds since 1970, sleep, and a draw from [0, 1)."""

    def monotonic(self) -> float:
        """Seconds that never go back; for every interval."""
        ...

    def time(self) -> float:
        """Seconds since the epoch; only for dates that a server wrote."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`, never earlier."""
        ...

    def random(self) -> float:
        """A number in [0, 1)."""
        ...


class SystemClock:
    """The machine's own time, and its own randomness."""

    __slots__ = ()

    monotonic: staticmethod[[], float] = staticmethod(time.monotonic)
    time: staticmethod[[], float] = staticmethod(time.time)
    random: staticmethod[[], float] = staticmethod(random)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


def is_own_cancellation(error: BaseException) -> bool:
    """Whether an error says that the current task was cancelled, not something that it waited for."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def wait_at_most(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait until `event` is set, for at most so many seconds of the event loop; whether it is set.

    In anyio before 4.16 a cancellation that comes just as the time is over is lost; not so in asyncio.
    """
    if seconds is None:
        return await event.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
