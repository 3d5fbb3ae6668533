"""Shows the progress of a job, as a bar or as regular lines of figures, and runs the server of --health."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from .health import serving_health
from .job_status import JobStatus
from .options import SECONDS_AT_LEAST_ZERO
from .progress import progress_bar
from .results import print_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ..client import Client
    from ..order_sync.job import OrderSync
    from ..order_sync.report import SyncReport

__all__ = ["FIRST_DELAY", "Heartbeat", "QueueShare", "Supervisor", "figures_of", "line_of", "supervised"]

DEFAULT_INTERVAL, FIRST_DELAY, BAR_INTERVAL = 30.0, 1.0, 1.0
Heartbeat: TypeAlias = Annotated[
    float | None,
    Parameter(
        help="seconds between lines of figures; 0 for none (default: 30 without a terminal)",
        validator=SECONDS_AT_LEAST_ZERO,
    ),
]


class Supervisor:
    """Shows the progress of one job; `progress` is the callback for the job."""

    def __init__(self, status: JobStatus, progress: Callable[[SyncReport], None] | None, interval: float) -> None:
        self.progress = progress
        self._status = status
        self._interval = interval
        self._printed = False
        self._task: asyncio.Task[None] | None = None

    def watch(self, job: OrderSync) -> OrderSync:
        """Start showing the progress of a job that is about to start, and return the job."""
        self._status.job = job
        self._status.rate(job.report)
        if self._interval or self.progress is not None:
            self._task = asyncio.create_task(self._run(job), name="mirakl heartbeat")
        return job

    async def _run(self, job: OrderSync) -> None:
        while self.progress is not None:  # a job does not call `progress` while it cannot send
            self.progress(job.report)
            await asyncio.sleep(BAR_INTERVAL)
        await asyncio.sleep(min(FIRST_DELAY, self._interval))
        while True:
            self._print(job)
            await asyncio.sleep(self._interval)

    async def end(self) -> None:
        """Stop, and print the last figures."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        job = self._status.job
        if job is not None and self._interval and self.progress is None and (self._printed or job.report.read):
            self._print(job, last=True)

    def _print(self, job: OrderSync, *, last: bool = False) -> None:
        self._printed = True
        report = job.report
        rate = report.orders_per_second if last else self._status.rate(report)
        figures = figures_of(report, job.in_flight, rate, self._status)
        with suppress(OSError):  # the reader of standard error is gone
            print_error(line_of(figures), figures)


@asynccontextmanager
async def supervised(
    client: Client,
    label: str,
    share: Callable[[SyncReport], float | None] | None,
    *,
    quiet: bool,
    heartbeat: float | None,
    health: str | None = None,
) -> AsyncGenerator[Supervisor]:
    """Show the progress of a job of this client while the block runs.

    `share` is the argument of `progress_bar`; None means the share of the job's queue. Raises CommandError if the
    server cannot listen at the address `health`.
    """
    status = JobStatus()
    status.calls = client.counters
    unsubscribe = client.subscribe(status)
    interval = (0.0 if quiet or sys.stderr.isatty() else DEFAULT_INTERVAL) if heartbeat is None else heartbeat
    hidden = quiet or bool(heartbeat)
    try:
        async with serving_health(health, status, quiet=quiet):
            with progress_bar(
                label, share or QueueShare(status), quiet=hidden, rate=status.rate, more=status.notes
            ) as bar:
                supervisor = Supervisor(status, bar, interval)
                try:
                    yield supervisor
                finally:
                    await supervisor.end()
    finally:
        unsubscribe()


class QueueShare:
    """The share of a queue that is processed, relative to the longest queue since it was last empty."""

    def __init__(self, status: JobStatus) -> None:
        self._status = status
        self._most = 0

    def __call__(self, _: SyncReport) -> float | None:
        """Return the share, from 0 to 1, or None while the length of the queue is unknown."""
        if self._status.backlog is None:
            return None
        waiting = self._status.backlog.waiting
        self._most = max(self._most, waiting) if waiting else 0
        return 1 - waiting / self._most if waiting else 1.0


def figures_of(report: SyncReport, in_flight: int, rate: float, status: JobStatus) -> dict[str, int | float | str]:
    """Return the figures of a heartbeat by name."""
    figures: dict[str, int | float | str] = {
        "read": report.read,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "superseded": report.superseded,
        "unsent": report.unsent,
        "in_flight": in_flight,
        "orders_per_second": round(rate, 1),
    }
    if report.outcomes or report.rejected_outcomes:
        figures |= {"outcomes": report.outcomes, "rejected_outcomes": report.rejected_outcomes}
    if status.backlog is not None:
        figures["waiting"] = status.backlog.waiting
        if status.backlog.oldest is not None:
            figures["oldest"] = round(status.backlog.oldest, 1)
    if status.outage is not None:
        seconds, reason = status.outage
        figures |= {"outage": round(seconds, 1), "outage_reason": reason}
    return figures


def line_of(figures: dict[str, int | float | str]) -> str:
    """Return the figures of a heartbeat as one line."""
    texts = {
        "orders_per_second": "{} orders/s",
        "outcomes": "outcomes accepted {}",
        "rejected_outcomes": "outcomes rejected {}",
        "waiting": "messages waiting {}",
        "oldest": "the oldest for {} s",
        "outage": "no exchange has succeeded for {} s",
        "outage_reason": "last failure: {}",
    }
    return ", ".join(texts.get(name, name.replace("_", " ") + " {}").format(value) for name, value in figures.items())
