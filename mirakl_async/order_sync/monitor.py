"""Report the progress of a job to the client's listeners as events, which are created only if there is a listener."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..errors import QueueError
from ..instrumentation import OrdersProcessed, QueueBacklog
from ..queues.protocol import KnowsAge
from .report import SyncReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..http.session import Session
    from ..queues.protocol import Source
    from .report import SyncCounters

__all__ = ["BACKLOG_INTERVAL", "COUNT_INTERVAL", "ENQUEUE", "JobMonitor", "backlog_of", "difference"]

COUNT_INTERVAL, BACKLOG_INTERVAL = 1.0, 5.0
ENQUEUE = "enqueue"


class JobMonitor:
    """Reports the counters of one job, and the backlog of its queue, at intervals."""

    def __init__(self, session: Session, counters: SyncCounters, job: str) -> None:
        self._instrumentation = session.transport.instrumentation
        self._clock = session.clock
        self._counters = counters
        self._job = job
        self._last = SyncReport()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, backlog: Callable[[], Awaitable[QueueBacklog | None]] | None = None) -> None:
        """Start to report; `backlog` returns the number of messages in the queue."""
        if not self._instrumentation.has_listeners:
            return
        self._tasks.append(asyncio.create_task(self._report_counts(), name="mirakl order metrics"))
        if backlog is not None:
            self._tasks.append(asyncio.create_task(self._report_backlog(backlog), name="mirakl queue metrics"))

    async def stop(self) -> None:
        """Stop to report, before the queue is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def finish(self) -> None:
        """Report the changes since the last event; orders without a result are unsent."""
        if self._instrumentation.has_listeners:
            self._report(last=True)

    async def _report_counts(self) -> None:
        while True:
            await self._clock.sleep(COUNT_INTERVAL)
            self._report()

    async def _report_backlog(self, backlog: Callable[[], Awaitable[QueueBacklog | None]]) -> None:
        while True:
            try:
                found = await backlog()
            except QueueError:  # the job reports this error itself
                pass
            else:
                if found is None:
                    return
                self._instrumentation.emit(found)
            await self._clock.sleep(BACKLOG_INTERVAL)

    def _report(self, *, last: bool = False) -> None:
        before, now = self._last, self._counters.report(0.0)
        self._last = now
        if last or now != before:
            self._instrumentation.emit(difference(self._job, before, now, last=last))


def difference(job: str, before: SyncReport, now: SyncReport, *, last: bool = False) -> OrdersProcessed:
    """Return the difference between two reports of a job."""
    reasons = {reason: count - before.reasons.get(reason, 0) for reason, count in now.reasons.items()}
    if job == ENQUEUE:  # what is read is soon in the queue
        unsent, in_hand = now.unsent - before.unsent, 0
    else:
        unsent, in_hand = (now.unsent, -before.unsent) if last else (0, now.unsent - before.unsent)
    return OrdersProcessed(
        job=job,
        read=now.read - before.read,
        accepted=now.accepted - before.accepted,
        rejected={reason: count for reason, count in reasons.items() if count},
        superseded=now.superseded - before.superseded,
        unsent=unsent,
        in_hand=in_hand,
        outcomes=now.outcomes - before.outcomes,
        rejected_outcomes=now.rejected_outcomes - before.rejected_outcomes,
    )


async def backlog_of(queue: Source) -> QueueBacklog | None:
    """Return the number of messages in a queue; None if the queue cannot count them."""
    waiting = await queue.waiting()
    if waiting is None:
        return None
    oldest = await queue.oldest() if isinstance(queue, KnowsAge) else None
    return QueueBacklog(queue=repr(queue), waiting=waiting, oldest=oldest)
