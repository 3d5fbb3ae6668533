"""Timeouts of attempts that share one timer of the event loop.

`asyncio.timeout`, like the one of aiohttp, sets and cancels a timer for every call: a fifteenth of the cost of a small
call. Nearly all attempts of a client have the same timeout, so they expire in the order in which they started: a queue
and one timer for its head suffice. A finished attempt is removed when it reaches the head. A timeout of another length
has its own timer.

A timeout that expires cancels its task, as `asyncio.timeout` does, and like it calls `uncancel`, so that another
cancellation of the task at the same moment is never mistaken for a timeout.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Task, TimerHandle, current_task, get_running_loop
from collections import deque
from typing import Any

from msgspec import Struct

__all__ = ["SharedTimer", "TaskTimeout"]


class TaskTimeout(Struct):
    """One timeout of a task; `due_at` is a time of the event loop, and `task` is None once the timeout has ended."""

    task: Task[Any] | None = None
    due_at: float = 0.0
    timer_handle: TimerHandle | None = None
    cancellations_before: int = 0
    expired: bool = False

    def expire(self) -> None:
        """Cancel the task, unless the timeout has ended."""
        if self.task is not None:
            self.expired = True
            self.task.cancel()

    def end(self) -> bool:
        """End the timeout; True if it expired and was the only cancellation of the task. Later calls return False."""
        task, self.task = self.task, None
        if self.timer_handle is not None:
            self.timer_handle.cancel()
            self.timer_handle = None
        return self.expired and task is not None and task.uncancel() <= self.cancellations_before


class SharedTimer:
    """Expires timeouts; most last `common_timeout` seconds. Bound to the running event loop."""

    __slots__ = ("_common_timeout", "_handle", "_loop", "_timeouts")

    def __init__(self, common_timeout: float | None) -> None:
        self._common_timeout = common_timeout
        self._loop: AbstractEventLoop = get_running_loop()
        self._timeouts: deque[TaskTimeout] = deque()
        self._handle: TimerHandle | None = None

    def begin(self, timeout: TaskTimeout, seconds: float | None) -> None:
        """Start a timeout of the current task in seconds; None means no timeout."""
        if seconds is None or (task := current_task(self._loop)) is None:
            return
        timeout.task = task
        timeout.cancellations_before = task.cancelling()
        timeout.due_at = due_at = self._loop.time() + seconds
        if seconds != self._common_timeout:
            timeout.timer_handle = self._loop.call_at(due_at, timeout.expire)
            return
        timeouts = self._timeouts
        while timeouts and timeouts[0].task is None:
            timeouts.popleft()
        timeouts.append(timeout)
        if self._handle is None:
            self._handle = self._loop.call_at(due_at, self._expire_due)

    def close(self) -> None:
        """Cancel the shared timer; timeouts that are still running no longer expire."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _expire_due(self) -> None:
        timeouts, now = self._timeouts, self._loop.time()
        while timeouts and (timeouts[0].task is None or timeouts[0].due_at <= now):
            timeouts.popleft().expire()
        self._handle = self._loop.call_at(timeouts[0].due_at, self._expire_due) if timeouts else None
