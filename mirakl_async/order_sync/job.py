"""One bulk order sync: sends every order of a source, and accounts for each.

**The result of an order.** It is accepted with its batch; or rejected, when it is proven faulty; or superseded by a
newer version; or unsent, if the job stops before. During an outage the job waits and keeps all batches; errors of the
configuration stop it at once (`worker_pool`).

**The end of the job.** It ends when the source is exhausted and all calls are answered. After `stop()`, an error inside
the `async with`, or a cancellation, calls in flight have `grace_period` seconds to finish. Those that do not are
cancelled, and their orders count as unsent although they may have arrived; sending them again is harmless, since Mirakl
keeps the newest timestamp. After an error of the job, only calls on the wire are waited for. A second cancellation ends
the job at once.
"""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Self

import anyio

from ..clock import is_own_cancellation
from ..errors import ClientStateError, InvalidArgument, MiraklError, SyncFailed
from ..redaction import clear_locals
from .batch_results import BatchResults
from .batching import Batcher
from .entries import Line
from .intake import OrderIntake
from .ledger import Ledger
from .monitor import JobMonitor
from .rejected_order import RejectedOrder
from .rejections import OrderRejections
from .report import SyncCounters, SyncReport
from .worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType

    from ..http.session import Session
    from ..models.connect.common import OriginRequest
    from ..models.connect.orders import OrderRequest
    from .entries import Entry
    from .intake import Source
    from .job_options import JobOptions

__all__ = ["PROGRESS_INTERVAL", "OrderSync"]

PROGRESS_INTERVAL = 0.1


class OrderSync:
    """One sync job, created by `connect.orders.sync(...)`. `report` can be read at any time."""

    def __init__(
        self,
        session: Session,
        source: Source,
        origin: OriginRequest | None,
        options: JobOptions,
        ledger: Ledger | None = None,
    ) -> None:
        self._ledger = ledger or Ledger()
        self._clock = session.clock
        self._grace_period = options.grace_period
        self._progress = options.progress
        self._counters = counters = SyncCounters()
        self._rejections = rejections = OrderRejections(options.rejected_file, counters)
        self._batcher = batcher = Batcher(
            options.batch_size, superseded=self._supersede, on_rejected=self._reject_entry
        )
        self._intake = OrderIntake(
            source,
            origin,
            batcher,
            counters,
            self._clock,
            options.batch_size,
            self._reject,
            rejections.wait_for_capacity,
        )
        self._workers = WorkerPool(
            session,
            self._intake,
            batcher,
            counters,
            rejections,
            options=options,
            fail=self._fail,
            answered=self._end_a_failed_job,
            progress=self._report_progress,
        )
        self._results = BatchResults(
            batcher,
            counters,
            self._ledger,
            self._clock,
            reject=self._reject,
            requeued=self._workers.requeued,
            fail=self._fail,
        )
        self._monitor = JobMonitor(session, counters, options.name)
        self._failure: BaseException | None = None
        self._stopping = False
        self._started_at = self._clock.monotonic()
        self._elapsed: float | None = None
        self._last_progress = 0.0
        self._group = anyio.create_task_group()
        self._job: asyncio.Task[None] | None = None

    # -- the job as its user sees it

    @property
    def report(self) -> SyncReport:
        """The current figures."""
        seconds = self._elapsed
        return self._counters.report(self._clock.monotonic() - self._started_at if seconds is None else seconds)

    @property
    def in_flight(self) -> int:
        """The number of orders in calls that are not answered yet."""
        return self._batcher.in_flight

    @property
    def has_started(self) -> bool:
        """Whether the job has begun; its queue, if any, is then open."""
        return self._job is not None

    @property
    def is_running(self) -> bool:
        """Whether the job has begun and is neither stopping nor ended."""
        return self._job is not None and not self._stopping and not self._job.done()

    async def run(self) -> SyncReport:
        """Run the job and return its report; raises SyncFailed if the job could not finish."""
        async with self:
            pass
        return self.report

    def stop(self) -> None:
        """Stop reading the source, finish the orders that were read within the grace period, and end."""
        if not self._stopping:
            self._stopping = True
            self._intake.close()
            self._ledger.stop()
            self._rejections.release()
            # The time of the loop, since anyio.current_time() requires a task, which a signal handler does not have.
            self._group.cancel_scope.deadline = asyncio.get_running_loop().time() + self._grace_period

    def abort(self) -> None:
        """End the job now; orders in flight count as unsent."""
        self.stop()
        self._group.cancel_scope.cancel()

    def rejected(self) -> AsyncIterator[RejectedOrder]:
        """Iterate over the rejected orders as they are found; ends with the job.

        Each order is yielded once, even to several iterators. Without an iterator, the first 10,000 are kept until
        after the job; `rejected_file` contains all. Raises ClientStateError before the job has begun.
        """
        if self._job is None:
            raise ClientStateError(
                "rejected(): the sync has not begun; write `async with connect.orders.sync(...) as sync:` and iterate "
                "sync.rejected() inside, or after `await sync.run()`"
            )
        return self._rejections.listen(self._job.done)

    def unsent(self) -> Iterator[tuple[OriginRequest, OrderRequest | bytes]]:
        """Yield the unsent orders with their origins (JSON of a mapping or a line); after a stop, send them again."""
        for origin, entry in chain(self._intake.unsent(), self._batcher.unsent(), self._ledger.unsent()):
            yield origin, entry.raw if isinstance(entry, Line) else entry

    async def __aenter__(self) -> Self:
        if self._job is not None:
            raise ClientStateError("a sync runs once: call orders.sync(...) again for another")
        self._rejections.open()
        try:
            await self._ledger.begin(self._counters, self._reject, self._rejections.sync)
        except BaseException:
            self._rejections.close()
            raise
        self._started_at = self._clock.monotonic()
        self._monitor.start(self._ledger.backlog)
        self._job = asyncio.create_task(self._run(), name="mirakl order sync")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.stop()
        self._rejections.release()
        await self._join(stopped=error is not None)
        if isinstance(self._failure, InvalidArgument) and error is None:
            clear_locals(self._failure)
            raise self._failure
        if self._failure is not None and error is None:
            clear_locals(self._failure)
            raise SyncFailed(_words(self._failure), self.report) from self._failure

    async def _join(self, *, stopped: bool) -> None:
        """Wait until the job has ended. A cancellation stops the job, and a second one aborts it.

        The shield is needed because a cancelled scope of anyio cancels every await inside it, not only one.
        """
        assert self._job is not None  # noqa: S101 - set by __aenter__
        cancelled: asyncio.CancelledError | None = None
        while not self._job.done():
            try:
                with anyio.CancelScope(shield=stopped):
                    await asyncio.wait([self._job])
            except asyncio.CancelledError as error:
                (self.abort if stopped else self.stop)()
                stopped, cancelled = True, error
        if not self._job.cancelled():
            self._failure = self._failure or self._job.exception()
        if cancelled is not None:
            raise cancelled

    # -- the job itself

    async def _run(self) -> None:
        try:
            async with self._group as group:
                group.start_soon(self._run_ledger)
                if self._intake.streaming:
                    group.start_soon(self._read_stream)
                self._workers.begin(group, self._results)
        except BaseExceptionGroup as group:  # contains a BaseException, which ends the job at once
            self._failure = self._failure or group.exceptions[0]
        except BaseException as error:  # noqa: BLE001 - __aexit__ raises it
            self._failure = self._failure or error
        finally:
            try:
                await self._monitor.stop()
                await self._end_ledger()
                self._elapsed = self._clock.monotonic() - self._started_at
                self._failure = self._failure or self._intake.failure
                self._report_progress(last=True)
                self._monitor.finish()
            finally:
                self._close_rejections()

    async def _read_stream(self) -> None:
        try:
            await self._intake.read_stream()
        finally:
            self._ledger.stop()

    async def _run_ledger(self) -> None:
        try:
            await self._ledger.run()
        except (Exception, asyncio.CancelledError) as error:
            if is_own_cancellation(error):
                raise
            self._fail(error)  # orders can no longer be stored

    async def _end_ledger(self) -> None:
        try:
            await self._ledger.end()
        except (Exception, asyncio.CancelledError) as error:
            if is_own_cancellation(error):
                raise
            self._failure = self._failure or error

    def _close_rejections(self) -> None:
        try:
            self._rejections.close()
        except OSError as error:  # a full disk
            self._failure = self._failure or error
            self._rejections.close()

    def _reject(self, rejected_order: RejectedOrder) -> None:
        try:
            self._rejections.add(rejected_order)
        except OSError as error:
            self._fail(error)
        self._counters.rejected += 1

    def _reject_entry(self, entry: Entry, rejected_order: RejectedOrder) -> None:
        self._ledger.rejected(entry, rejected_order)
        self._reject(rejected_order)

    def _supersede(self, entry: Entry, by: Entry) -> None:
        self._counters.superseded += 1
        self._ledger.superseded(entry, by)

    def _fail(self, error: BaseException) -> None:
        """End the job with this error: calls on the wire are finished, and no further ones are sent."""
        if self._failure is None:
            self._failure = error
            self._workers.end()
            self.stop()
            self._end_a_failed_job()

    def _end_a_failed_job(self) -> None:
        if self._failure is not None and not self._workers.on_wire:
            self._group.cancel_scope.cancel()

    def _report_progress(self, *, last: bool = False) -> None:
        now = self._clock.monotonic()
        if self._progress is not None and (last or now - self._last_progress >= PROGRESS_INTERVAL):
            self._last_progress = now
            try:
                self._progress(self.report)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - the user's CancelledError would look like one of this job
                self._fail(error)


def _words(failure: BaseException) -> str:
    """Describe an error in one line, with its type if it is not one of this package."""
    if isinstance(failure, MiraklError):
        return str(failure)
    return f"{type(failure).__name__}: {failure}".removesuffix(": ")
