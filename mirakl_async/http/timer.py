"""Timeouts of attempts: one timer of the event loop for all that are equally long.

`asyncio.timeout`, like aiohttp's own, arms and cancels a timer for every call: a fifteenth of what a small one costs.
Nearly all attempts of a client may take equally long, so they run out in the order in which they began: a queue of
them, and one timer for its head, are enough. An attempt that is over leaves the queue when its turn comes. A timeout of
another length has a timer of its own.

One that runs out cancels its task, as `asyncio.timeout` does, and like it takes that cancellation back, so that
somebody else's cancellation, which may come at the same moment, is never taken for a timeout.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Task, TimerHandle, current_task, get_running_loop
from collections import deque
from typing import Any

from msgspec import Struct


class TaskTimeout(Struct):
    """How long a task may take for something: until when, by the loop's clock; over as soon as it has no task."""

    task: Task[Any] | None = None
    due_at: float = 0.0
    cancelled_by_timer: TimerHandle | None = None
    cancelled_before: int = 0
    expired: bool = False

    def expire(self) -> None:
        """Cancel the task, unless it is done with this."""
        if self.task is not None:
            self.expired = True
            self.task.cancel()

    def end(self) -> bool:
        """End it; whether the time ran out, and nobody else cancelled the task. Ending it again tells nothing."""
        task, self.task = self.task, None
        if self.cancelled_by_timer is not None:
            self.cancelled_by_timer.cancel()
            self.cancelled_by_timer = None
        return self.expired and task is not None and task.uncancel() <= self.cancelled_before


class SharedTimer:
    """Ends terms; `usual` is the length in seconds that most of them have. It belongs to the running event loop."""

    __slots__ = ("_handle", "_loop", "_timeouts", "_usual")

    def __init__(self, usual_timeout: float | None) -> None:
        self._usual = usual_timeout
        self._loop: AbstractEventLoop = get_running_loop()
        self._timeouts: deque[TaskTimeout] = deque()
        self._handle: TimerHandle | None = None

    def begin(self, term: TaskTimeout, seconds: float | None) -> None:
        """Give the current task so many seconds from now; None is for ever."""
        if seconds is None or (task := current_task(self._loop)) is None:
            return
        term.task = task
        term.cancelled_before = task.cancelling()
        term.due_at = until = self._loop.time() + seconds
        if seconds != self._usual:
            term.cancelled_by_timer = self._loop.call_at(until, term.expire)
            return
        terms = self._timeouts
        while terms and terms[0].task is None:
            terms.popleft()
        terms.append(term)
        if self._handle is None:
            self._handle = self._loop.call_at(until, self._ring)

    def close(self) -> None:
        """Let the loop forget it; what is under way is not ended any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _ring(self) -> None:
        terms, now = self._timeouts, self._loop.time()
        while terms and (terms[0].task is None or terms[0].due_at <= now):
            terms.popleft().expire()
        self._handle = self._loop.call_at(terms[0].due_at, self._ring) if terms else None
