"""Retries of transient errors: a broker that restarts, a broken connection, a failed entry of a batch."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..clock import Clock, SystemClock
from ..errors import QueueUnavailable

__all__ = ["DEFAULT_MAX_OUTAGE", "FIRST_DELAY", "MAX_DELAY", "BrokerOutage", "retry"]

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
DEFAULT_MAX_OUTAGE = 60.0
FIRST_DELAY, MAX_DELAY = 0.1, 5.0


class BrokerOutage:
    """The delays between retries of one operation, and how long it may be retried.

    `queue` is the name in logs and errors, so it must not contain secrets.
    """

    def __init__(self, queue: str, max_outage: float, clock: Clock | None = None) -> None:
        self._queue = queue
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._began: float | None = None
        self._delay = FIRST_DELAY

    async def wait(self, error: BaseException | str) -> None:
        """Wait before the next attempt, longer each time; raises QueueUnavailable after `max_outage` seconds.

        Only the class of an exception is logged, because its text may contain an address with a password.
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


async def retry(
    operation: Callable[[], Awaitable[T]],
    is_transient: Callable[[Exception], bool],
    queue: str,
    max_outage: float,
    clock: Clock | None = None,
) -> T:
    """Run `operation` and retry it while its error is transient; raises QueueUnavailable as BrokerOutage does."""
    outage = BrokerOutage(queue, max_outage, clock)
    while True:
        try:
            return await operation()
        except Exception as error:
            if not is_transient(error):
                raise
            await outage.wait(error)
