"""The state of a running job for its operator: its figures, its queue, and whether exchanges with Mirakl succeed."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from ..instrumentation import CallFinished, QueueBacklog, RetryScheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..instrumentation import Counters, Event
    from ..order_sync.job import OrderSync
    from ..order_sync.report import SyncReport

__all__ = ["JobStatus", "as_duration", "has_worked"]

MAX_FAILURE, MAX_SILENCE = 5.0, 30.0
"""Seconds for which every exchange with Mirakl may fail, and for which the queue, asked every 5 s, may not answer."""
RATE_WINDOW = 30.0


class JobStatus:
    """The state of a running job, updated by the events of its client.

    `clock` returns seconds from any starting point.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.backlog: QueueBacklog | None = None
        self.job: OrderSync | None = None
        self.calls: Counters | None = None
        self._clock = clock
        self._backlog_at = 0.0
        self._failing_since: float | None = None
        self._failure = ""
        self._samples: deque[tuple[float, int]] = deque()

    def __call__(self, event: Event) -> None:
        """Update the state with one event of the client."""
        match event:
            case QueueBacklog():
                self.backlog, self._backlog_at = event, self._clock()
            case RetryScheduled(outcome=outcome) if not outcome.isdecimal() or int(outcome) >= 500:
                self._fail(outcome)
            case CallFinished():
                self._finish(event)
            case _:
                pass

    def _finish(self, event: CallFinished) -> None:
        worked = has_worked(event)
        if worked:
            self._failing_since = None
        elif worked is not None:
            self._fail(event.error if event.status is None else str(event.status))

    def _fail(self, reason: str | None) -> None:
        if self._failing_since is None:
            self._failing_since = self._clock()
        self._failure = reason or "unknown"

    @property
    def outage(self) -> tuple[float, str] | None:
        """The seconds since the first failed exchange and the last failure, or None if the last exchange succeeded."""
        return None if self._failing_since is None else (self._clock() - self._failing_since, self._failure)

    @property
    def unready(self) -> str | None:
        """The reason why the job cannot work at present, or None if it is working or could work."""
        if self.job is None or not self.job.is_running:
            return "the job has not started" if self.job is None or not self.job.has_started else "the job is stopping"
        if self.outage is not None and self.outage[0] >= MAX_FAILURE:
            return f"no exchange with Mirakl has succeeded for {self.outage[0]:.0f} s: {self.outage[1]}"
        silence = 0.0 if self.backlog is None else self._clock() - self._backlog_at
        return f"the queue has not answered for {silence:.0f} s" if silence >= MAX_SILENCE else None

    def rate(self, report: SyncReport) -> float:
        """Return the accepted orders per second since an earlier call of this method, over at most half a minute."""
        now, samples = self._clock(), self._samples
        while len(samples) > 1 and samples[1][0] <= now - RATE_WINDOW:
            samples.popleft()
        samples.append((now, report.accepted))
        seconds, accepted = now - samples[0][0], report.accepted - samples[0][1]
        return accepted / seconds if seconds > 0 else 0.0

    def notes(self) -> list[str]:
        """Return texts about the queue and about an outage, to be shown beside the figures of the orders."""
        notes: list[str] = []
        if self.backlog is not None:
            notes.append(f"{self.backlog.waiting:,} message{'' if self.backlog.waiting == 1 else 's'} waiting")
            if self.backlog.oldest:
                notes.append(f"the oldest for {as_duration(self.backlog.oldest)}")
        if self.outage is not None and self.outage[0] >= 1:
            notes.append(f"no exchange has succeeded for {as_duration(self.outage[0])} ({self.outage[1]})")
        return notes


def has_worked(event: CallFinished) -> bool | None:
    """Whether Mirakl answered a call, even with a rejection; None if the call's end does not show it."""
    if event.error is None:
        return True
    if event.error == "CancelledError" or event.status == 429:
        return None
    return event.status is not None and 400 <= event.status < 500 and event.recognized


def as_duration(seconds: float) -> str:
    """Return a duration as text, in its two largest units."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((index for index, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2])
