"""Clocks and randomness as injected dependencies, so that tests need not sleep."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from random import random
from typing import Protocol

__all__ = ["Clock", "SystemClock", "is_own_cancellation", "wait_at_most"]


class Clock(Protocol):
    """Provides monotonic and wall-clock time, sleep, and random numbers."""

    def monotonic(self) -> float:
        """Monotonic seconds, for all intervals."""
        ...

    def time(self) -> float:
        """Seconds since 1970, only for comparison with dates from a server."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleep for at least `seconds`."""
        ...

    def random(self) -> float:
        """A random number in [0, 1)."""
        ...


class SystemClock:
    """The clock and the random numbers of this machine."""

    __slots__ = ()

    monotonic: staticmethod[[], float] = staticmethod(time.monotonic)
    time: staticmethod[[], float] = staticmethod(time.time)
    random: staticmethod[[], float] = staticmethod(random)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


def is_own_cancellation(error: BaseException) -> bool:
    """Whether an error is the cancellation of the current task, not of something that it awaited."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def wait_at_most(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait until `event` is set, for at most `seconds` of the event loop's time; returns whether it is set.

    Uses asyncio because anyio before 4.16 loses a cancellation that arrives at the moment of the timeout.
    """
    if seconds is None:
        return await event.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
