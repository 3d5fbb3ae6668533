"""The workers of a sync: each takes a batch, sends it until it has a final result, and takes the next one.

**Concurrency.** When all workers have a request on the wire, another worker is started, which waits for the rate
limiter. So the number of workers grows as long as the rate limit allows more calls than are answered, and the number of
calls in flight becomes rate x latency, for a latency of 5 ms as for one of 2 s. Workers that would only wait end.

An outage is waited out for `max_outage` seconds; meanwhile batches are kept and retried. Errors of the configuration
(404, 401) stop the job at once.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..clock import is_own_cancellation
from ..errors import APIError, BadRequest, CallError, MiraklError
from ..http import request_builder
from ..operations.connect.orders import UPSERT_ORDERS
from .entries import encode_batch
from .error_policy import is_foreign, recovery_for, throttled
from .held_blocks import BlockLines
from .outages import BatchBackoff

if TYPE_CHECKING:
    from collections.abc import Callable

    import anyio.abc

    from ..http.request import Request
    from ..http.response import Response
    from ..http.session import Session
    from ..options import Options
    from .batch_results import BatchResults
    from .batching import Batch, Batcher
    from .intake import OrderIntake
    from .job_options import JobOptions
    from .rejections import OrderRejections
    from .report import SyncCounters

__all__ = ["WorkerPool"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_WORKERS = 96
WORKERS_WITHOUT_PACE = 8
SPARE_WORKERS = 2
ORIGIN_PAUSE = 0.5
MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024


class WorkerPool:
    """Sends the orders that the intake provides.

    `fail` is called with an error that stops the job, `answered` when a call has ended, and `progress` after each
    batch.
    """

    def __init__(
        self,
        session: Session,
        intake: OrderIntake,
        batcher: Batcher,
        counters: SyncCounters,
        rejections: OrderRejections,
        *,
        options: JobOptions,
        fail: Callable[[BaseException], None],
        answered: Callable[[], None],
        progress: Callable[[], None],
    ) -> None:
        self._transport = session.transport
        self._clock = session.clock
        self._request = request_builder.build(UPSERT_ORDERS, {}, session.base_url("connect"), b"")
        self._options: Options = {**session.options_for({}), "deadline": None, "max_wait": 3600.0}
        self._intake = intake
        self._batcher = batcher
        self._counters = counters
        self._rejections = rejections
        self._batch_bytes = options.max_batch_bytes
        self._linger = options.linger
        self._max_outage = options.max_outage
        self._fail = fail
        self._answered = answered
        self._progress = progress
        paced = self._transport.rate_limit_policy.bucket_for(UPSERT_ORDERS)[1] is not None
        concurrency = options.concurrency
        self._fixed = concurrency is not None
        self._most = concurrency or (MAX_WORKERS if paced else WORKERS_WITHOUT_PACE)
        few = (
            paced or intake.streaming
        ) and not self._fixed  # else no worker waits for long, and ending it would cost more
        self._spare = SPARE_WORKERS if few else self._most
        self._workers = 0
        self.on_wire: int = 0
        self._bytes = 0
        self._room = asyncio.Event()
        self._ended = False

    def begin(self, group: anyio.abc.TaskGroup, results: BatchResults) -> None:
        """Start the first workers, which start the others."""
        self._group = group
        self._results = results
        self._spawn(self._most if self._fixed else 1)

    def end(self) -> None:
        """Take no further batch, and retry none."""
        self._ended = True

    def requeued(self) -> None:
        """Make sure that workers take the batches that are to be sent again."""
        self._intake.more.set()
        waiting = len(self._results.again)
        if self._fixed:
            self._spawn(waiting - 1)
        elif waiting and self._workers == self.on_wire:
            self._spawn()

    # -- one worker

    def _spawn(self, count: int = 1) -> None:
        for _ in range(min(count, self._most - self._workers)):
            self._workers += 1
            self._group.start_soon(self._work)

    async def _work(self) -> None:
        try:
            while self._workers - self.on_wire <= self._spare:
                batch = await self._next()
                if batch is None:
                    return
                await self._push(batch)
                self._progress()
            if self._results.again or self._batcher.queued:
                self._intake.more.set()  # the remaining workers may be waiting for the source
        except (Exception, asyncio.CancelledError) as error:
            if is_own_cancellation(error):
                raise
            self._fail(error)  # an internal error, or one of a library; no order is lost
        finally:
            self._workers -= 1

    async def _next(self) -> Batch | None:
        """Return the next batch to send; None if this worker is no longer needed."""
        intake, batcher = self._intake, self._batcher
        while not self._ended:
            while self._bytes >= MAX_BYTES_IN_FLIGHT:
                self._room.clear()
                await self._room.wait()
            if self._results.again:
                return self._results.again.popleft()
            if self._rejections.is_over_capacity:
                await self._rejections.wait_for_capacity()
            now, ended = self._clock.monotonic(), intake.exhausted
            if intake.streaming:
                due = batcher.next_due(self._linger)
                if due is not None and due <= now:
                    intake.flush()
                batch = batcher.next_batch(now, None if intake.full else self._linger)
                intake.resume_reading()  # also if all orders of the batch were superseded
            else:
                batch = batcher.next_batch(now, None if ended or intake.full else float("inf"))
            if batch is not None:
                return batch
            if ended:
                return None
            if not intake.read() and intake.streaming:
                due = batcher.next_due(self._linger)
                await intake.wait(None if due is None else max(0.0, due - now))
        return None

    # -- one batch

    async def _push(self, batch: Batch) -> None:
        """Send a batch until it has a final result; orders that do not fit into the call are sent in another one."""
        if self._results.reject_if_closed(batch):
            return
        try:
            body, count = _encode(batch, self._batch_bytes, self._intake.order_bytes)
        except Exception as error:  # noqa: BLE001 - see unencodable
            self._results.reject_unencodable(batch, error)
            return
        if count < len(batch):
            batch = self._results.cut(batch, count)
        elif len(body) > self._batch_bytes and count > 1:
            self._results.halve(batch)
            return
        self._intake.record_order_size(len(body) / count)
        self._bytes += len(body)
        try:
            await self._send_until_answered(batch, replace(self._request, body=body))
        finally:
            self._bytes -= len(body)
            self._room.set()

    async def _send_until_answered(self, batch: Batch, request: Request) -> None:
        outage = BatchBackoff(self._max_outage)
        while not self._ended:
            try:
                self._results.accept(batch, await self._send(request, len(batch), again=outage.began is not None))
                return
            except MiraklError as error:
                pause = self._handle_error(batch, error, outage)
            if pause is None:
                return
            await self._clock.sleep(pause * (0.5 + self._clock.random() / 2))

    def _handle_error(self, batch: Batch, error: MiraklError, outage: BatchBackoff) -> float | None:
        """Handle the error of a call; returns the seconds before the same batch is retried, None if it is not."""
        if isinstance(error, CallError):
            self._counters.throttled += throttled(error.attempts)
        recovery = recovery_for(error)
        if recovery == "isolate" and isinstance(error, BadRequest):
            self._results.isolate(batch, error)
            return None
        if recovery == "shrink" and isinstance(error, APIError):
            if len(batch) > 1:
                self._results.halve(batch)
                return None
            if not is_foreign(error):
                self._results.reject_too_large(batch, error)
                return None
        if recovery == "origin" and isinstance(error, APIError):
            decision = self._results.handle_origin_error(batch, error)
            if decision != "stop":
                return ORIGIN_PAUSE if decision == "again" else None
        pause = outage.pause(error, self._clock.monotonic(), self._results.last_answer)
        if pause is None:
            self._fail(error)
        elif not self._ended:
            who = "the answer is not Mirakl's; " if is_foreign(error) else ""
            log.warning("order sync: %s; %ssending again within %.1f s", error, who, pause)
            return pause
        return None

    async def _send(self, request: Request, orders: int, *, again: bool) -> Response:
        counters, on_wire = self._counters, False

        def started() -> None:
            nonlocal on_wire
            counters.calls += 1
            counters.sent += orders
            counters.retries += on_wire or again
            if not on_wire:
                on_wire = True
                self.on_wire += 1
                if not self._fixed and self._workers == self.on_wire:
                    self._spawn()

        try:
            return await self._transport.run(request, self._options, started)
        finally:
            if on_wire:
                self.on_wire -= 1
                self._answered()


def _encode(batch: Batch, max_bytes: int, typical: float) -> tuple[memoryview, int]:
    """Return the body of a call and the number of orders in it; a block of a queue is sent unchanged."""
    entries = batch.entries
    if type(entries) is BlockLines and entries.size <= max_bytes:
        return memoryview(entries.body()), len(entries)
    return encode_batch(batch.origin, entries, max_bytes, typical)
