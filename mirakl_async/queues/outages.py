"""How long an adapter repeats what may pass by itself: a broker that restarts, a connection that broke, an entry."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..clock import Clock, SystemClock
from ..errors import QueueUnavailable

__all__ = ["DEFAULT_MAX_OUTAGE", "FIRST_DELAY", "MAX_DELAY", "BrokerOutage", "repeat"]

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
DEFAULT_MAX_OUTAGE = 60.0
FIRST_DELAY, MAX_DELAY = 0.1, 5.0


class BrokerOutage:
    """The passing faults of one operation on `queue`, which is named in logs and errors: it must hold no secret."""

    def __init__(self, queue: str, max_outage: float, clock: Clock | None = None) -> None:
        self._queue = queue
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._began: float | None = None
        self._delay = FIRST_DELAY

    async def wait(self, error: BaseException | str) -> None:
        """Wait before the next attempt, longer each time; raises QueueUnavailable when it has lasted too long.

        Of an exception the class is named only: its text may hold an address with its password.
        """
        reason = error if isinstance(error, str) else type(error).__name__
        now = self._clock.monotonic()
        if self._began is None:
            self._began = now
            log.warning("%s is unavailable (%s); retrying for up to %.0f s", self._queue, reason, self._max_outage)
        left = self._began + self._max_outage - now
        if left <= 0:
            cause = None if isinstance(error, str) else error
            raise QueueUnavailable(f"{self._queue} is unavailable for {self._max_outage:g} s: {reason}") from cause
        delay = self._delay * (0.5 + self._clock.random() / 2)
        self._delay = min(MAX_DELAY, self._delay * 2)
        await self._clock.sleep(min(delay, left))


async def repeat(
    operation: Callable[[], Awaitable[T]],
    passing: Callable[[Exception], bool],
    queue: str,
    max_outage: float,
    clock: Clock | None = None,
) -> T:
    """What `operation` gives, made again while its error is a passing one; see BrokerOutage."""
    outage = BrokerOutage(queue, max_outage, clock)
    while True:
        try:
            return await operation()
        except Exception as error:
            if not passing(error):
                raise
            await outage.wait(error)
