"""Delivers the events of a queue and reports their outcomes to Connect; it does not call handlers.

- Of each order and each offer, one event at a time is delivered, in the order of arrival.
- The steps of a command: store it as started, deliver it, store its outcome, report it, acknowledge the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

import anyio

from ..clock import is_own_cancellation
from ..errors import ClientStateError, ConfigurationError, QueueError, QueueUnavailable
from ..model import Command
from ..models.connect_events import UploadDocument
from ..queues.held_messages import HeldMessages
from ..queues.opening import open_queue, require
from ..queues.protocol import Sink, Source
from .counters import EventRecorder
from .delivery import Delivery
from .document import document_of
from .intake import EventIntake
from .maintenance import StoreMaintenance
from .opening import open_store
from .outcomes import ActionFailed, ActionOutcome, Deferred, Done, decode_outcome, failed, succeeded, unexpected
from .parts import NewestParts
from .rejections import RejectedEvents, open_place
from .reporting import Reporter
from .schedule import Item, Schedule, retry_delay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from pathlib import Path
    from types import TracebackType

    from ..http.session import Session
    from ..model import Event
    from .counters import EventStatus
    from .idempotency import ActionProgress, IdempotencyStore

__all__ = [
    "END_TIMEOUT",
    "PROGRESS_INTERVAL",
    "RETRY_INTERVAL",
    "EventStream",
    "to_run_error",
]

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
END_TIMEOUT, RETRY_INTERVAL, PROGRESS_INTERVAL = 10.0, 5.0, 5.0
BUSY_DELAY = 1.0
MAX_WAITS_FOR_REPORT = 5


class EventStream:
    """An iterator over the deliveries of a queue; inside `async with`, several tasks may call `next`."""

    def __init__(
        self,
        session: Session,
        queue: str | Path | Source,
        *,
        idempotency_store: str | Path | IdempotencyStore,
        orders: str | Path | Sink | None,
        rejected: str | Path | Sink | None,
        max_failures: int | None,
        prefetch: int,
        until_empty: bool = False,
        idle: float = 5.0,
        declined: Callable[[Event], ActionOutcome | None] | None = None,
        progress: Callable[[EventStatus], None] | None = None,
    ) -> None:
        self._session = session
        self._arguments = (queue, idempotency_store, orders, rejected)
        self._max_failures = max_failures
        self._prefetch = prefetch
        self._until_empty, self._idle = until_empty, idle
        self._declined = declined
        self._progress = progress
        self._runner = uuid4().hex
        self._schedule = Schedule()
        self._parts = NewestParts()
        self._in_progress: dict[str, Item] = {}
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stack = AsyncExitStack()
        self._stopping = self._opened = self._ready = False
        self._failure: BaseException | None = None

    # -- opening and closing

    async def __aenter__(self) -> Self:
        if self._opened:
            raise ClientStateError("events.receive: the stream was already opened; create another one")
        self._opened = True
        self._clock = self._session.clock
        self.recorder: EventRecorder = EventRecorder(self._session.transport.instrumentation, self._clock)
        queue, store, orders, rejected = self._arguments
        try:
            enter = self._stack.enter_async_context
            self._queue: Source = require(await enter(open_queue(queue)), Source, "give a queue")
            self._store: IdempotencyStore = await enter(open_store(store))
            sink: Any = None if orders is None else require(await enter(open_queue(orders)), Sink, "give another queue")
            place = await enter(open_place(rejected))
        except BaseException:
            await self._stack.aclose()
            raise
        self._has_orders = sink is not None
        self._held = HeldMessages(self._queue, self._clock, self._extend_in_progress)
        self._intake = EventIntake(
            self._queue,
            self._held,
            self._schedule,
            rejections=RejectedEvents(self._queue, place),
            recorder=self.recorder,
            clock=self._clock,
            prefetch=self._prefetch,
            until_empty=self._until_empty,
            idle=self._idle,
            wake=self._wake,
            stop=self.stop,
        )
        self._reporter = Reporter(
            self._session,
            sink,
            self.recorder,
            self._intake.reject_report,
            rejected_order=partial(self._intake.set_aside, None),
        )
        self._maintenance = StoreMaintenance(
            self._session, self._store, self._reporter, self.recorder, self._intake.add_overdue
        )
        self._ready = True
        loops: list[Coroutine[Any, Any, None]] = [
            self._intake.run(),
            self._held.acknowledge_all(),
            self._held.keep_leases(),
            self._maintenance.run(),
            self._maintenance.flush_all(),
        ]
        if self._progress is not None:
            loops.append(self._report_progress(self._progress))
        for loop in loops:
            self._spawn(self._stop_on_error(loop))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        with anyio.CancelScope(shield=True):
            try:
                with anyio.move_on_after(END_TIMEOUT) as limit, suppress(QueueUnavailable):
                    await self._end()
                if limit.cancelled_caught:
                    log.warning("%r did not answer; %d messages will be redelivered", self._queue, len(self._held))
            finally:
                await self._end_tasks()
                await self._held.cancel_receive()
                await self._stack.aclose()

    async def _end(self) -> None:
        try:
            await self._settle_and_release()
        except asyncio.CancelledError as error:
            if is_own_cancellation(error):
                raise
            raise to_run_error(error) from error

    async def _settle_and_release(self) -> None:
        await self._held.receive_last()
        await self._end_tasks()
        await self._maintenance.flush()
        await self._held.acknowledge()
        for order in [*self._in_progress]:
            await self._store.release(order, self._runner)
        await self._held.release_all()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="mirakl events")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop_on_error(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (Exception, asyncio.CancelledError) as error:
            if is_own_cancellation(error):
                raise
            self._failure = self._failure or to_run_error(error)
            self.stop()

    async def _report_progress(self, progress: Callable[[EventStatus], None]) -> None:
        while True:
            progress(self.status)
            await self._clock.sleep(PROGRESS_INTERVAL)

    @property
    def status(self) -> EventStatus:
        """The status for a liveness probe; raises ClientStateError before the stream is opened."""
        if not self._ready:
            raise ClientStateError("events.receive: the stream is not open yet")
        return self.recorder.status(len(self._schedule))

    def stop(self) -> None:
        """Stop receiving and delivering; outcomes of current deliveries are still stored and reported."""
        self._stopping = True
        if self._ready:
            self._reporter.stop_retrying()
            self._intake.stop_receiving()
        while self._waiters:
            self._wake()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called, or the queue is empty."""
        return self._stopping

    # -- delivering

    def __aiter__(self) -> AsyncIterator[Delivery]:
        return self._iterate()

    async def _iterate(self) -> AsyncIterator[Delivery]:
        if self._opened:
            while (delivery := await self.next()) is not None:
                yield delivery
            return
        async with self:
            while (delivery := await self.next()) is not None:
                yield delivery

    async def next(self) -> Delivery | None:
        """Return the next delivery or None at the end; raises the stream's error. Several tasks may call it."""
        while (item := await self._take()) is not None:
            try:
                is_admitted = await self._admit(item)
            except BaseException:
                if not item.is_finished:  # if the caller was cancelled, the next one gets it
                    self._schedule.put_back(item)
                    self._wake()
                raise
            if is_admitted:
                item.started_at = self._clock.monotonic()
                if isinstance(item.event, UploadDocument):
                    item.event.keep_download(partial(document_of, self._session, item.event.data.document_download_url))
                return Delivery(self, item)
        if self._failure is not None:
            raise self._failure
        return None

    async def _take(self) -> Item | None:
        while not self._stopping:
            if (item := self._schedule.take(self._clock.monotonic())) is not None:
                return item
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._wake()
                raise
        return None

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    async def _admit(self, item: Item) -> bool:
        """Return whether the item is to be handled; otherwise settle, postpone or drop it."""
        if item.message is not None and item.message.until <= self._clock.monotonic():
            await self._end_progress(item)
            self._drop(item)  # the lease has ended, so the message is redelivered
            return False
        if not isinstance(item.event, Command):
            if self._parts.is_outdated(item.event):
                self.recorder.record("outdated", item.event)
                self._finish(item)
                return False
            return True
        if item.in_progress:
            return True  # handled before, and its order is still locked
        progress = await self._start(item)
        return progress is not None and await self._admit_command(item, progress)

    async def _start(self, item: Item) -> ActionProgress | None:
        lease = self._queue.lease if item.message is None else item.message.until - self._clock.monotonic()
        self._in_progress[item.order] = item  # before the call: its response may be lost
        try:
            return await self._store.start(
                item.action_id, item.order, self._runner, max(0.001, lease), overdue=item.message is None
            )
        except QueueUnavailable as error:
            log.warning("%s; trying again in %.0f s", error, RETRY_INTERVAL)
            self._postpone(item, RETRY_INTERVAL)
            return None

    async def _admit_command(self, item: Item, progress: ActionProgress) -> bool:
        if progress.busy or progress.outcome is not None or (progress.deferred and item.message is not None):
            self._in_progress.pop(item.order, None)  # the store did not lock it
        if progress.busy:
            self._postpone(item, BUSY_DELAY)
        elif progress.outcome is not None:
            reported = progress.reported or self._maintenance.is_reported(item.action_id)
            if not reported and item.attempts < MAX_WAITS_FOR_REPORT:
                self._postpone(item, BUSY_DELAY)  # the runner that stored it is about to report it
                return False
            self.recorder.record("duplicates", item.event)
            if reported:
                self._finish(item)
            else:
                await self._report(item, progress.outcome, is_first=False)
        elif progress.deferred and item.message is not None:
            self.recorder.record("duplicates", item.event)
            self._finish(item)
        else:
            item.in_progress = True
            item.again = item.again or progress.again or item.message is None
            item.failures = progress.failures
            outcome = self._declined(item.event) if self._declined is not None else None
            if outcome is None and self._is_exhausted(item):
                outcome = unexpected(f"the handler failed {item.failures} times")
            if outcome is None:
                return True
            await self._decide(item, outcome)
        return False

    # -- settling

    async def settle(self, item: Item, result: Done | Deferred | ActionFailed) -> None:
        """Store and report a result, then acknowledge the message; raises ConfigurationError for an invalid result."""
        if not isinstance(item.event, Command):
            if not isinstance(result, Done) or result.then:
                raise ConfigurationError(f"{item.event.type} is a fact, which has no outcome: settle it with `done()`")
            self._parts.handled(item.event)
            self.recorder.record("facts", item.event, item.started_at)
            self._finish(item)
        elif isinstance(result, Deferred):
            await self._defer(item, result.within)
        elif isinstance(result, ActionFailed):
            await self._decide(item, failed(result.errors))
        else:
            if result.then and not self._has_orders:
                raise ConfigurationError("the outcome has orders in `then`: give orders=..., a queue for them")
            await self._decide(item, succeeded(result.then))

    async def ignore(self, item: Item) -> None:
        """Acknowledge a fact without handling it; raises ConfigurationError for a command."""
        if isinstance(item.event, Command):
            raise ConfigurationError(f"{item.event.type} is a command, which requires an outcome")
        self.recorder.record("ignored", item.event)
        self._finish(item)

    async def retry(self, item: Item, error: BaseException | None) -> None:
        """Deliver an event again later; after `max_failures` errors report the command as failed or reject the fact."""
        item.again = True
        if error is None:
            self.recorder.record("timeouts", item.event, item.started_at)
            self._postpone(item, retry_delay(item.attempts, self._clock.random()))
            return
        self.recorder.record("errors", item.event, item.started_at)
        item.failures += 1
        reason = f"the handler failed {item.failures} times, last with {type(error).__name__}"
        if isinstance(item.event, Command):
            await self._persist(lambda: self._store.failed(item.action_id, item.failures), item)
            if self._is_exhausted(item):
                await self._decide(item, unexpected(reason))
                return
        elif self._is_exhausted(item):
            await self._intake.set_aside(item.message, item.event.raw, reason)
            self._finish(item, acknowledge=False)
            return
        self._postpone(item, retry_delay(item.failures - 1, self._clock.random()))

    def _is_exhausted(self, item: Item) -> bool:
        return self._max_failures is not None and item.failures >= self._max_failures

    async def _decide(self, item: Item, outcome: ActionOutcome) -> None:
        encoded = outcome.encode()
        stored = await self._persist(lambda: self._store.decide(item.action_id, encoded), item)
        await self._end_progress(item)
        if stored != encoded:
            self.recorder.record("duplicates", item.event)
        elif outcome.status == "SUCCESS":
            self.recorder.record("handled", item.event, item.started_at)
        else:
            self.recorder.record("failed", item.event, item.started_at)
        await self._report(item, stored, is_first=stored == encoded)

    async def _defer(self, item: Item, within: float) -> None:
        if item.message is None:
            await self._decide(item, unexpected("no outcome came in time"))
            return
        stored = await self._persist(lambda: self._store.defer(item.action_id, item.event.raw, within), item)
        await self._end_progress(item)
        if stored is not None:
            await self._report(item, stored, is_first=False)
            return
        self.recorder.record("deferred", item.event, item.started_at)
        self._finish(item)

    async def _end_progress(self, item: Item) -> None:
        if item.order in self._in_progress:
            with suppress(QueueUnavailable):  # the lock expires
                await self._store.release(item.order, self._runner)
            self._in_progress.pop(item.order, None)

    async def _report(self, item: Item, stored: bytes, *, is_first: bool) -> None:
        """Report the stored outcome. If it fails, a durable store reports it later; otherwise retry until the end."""
        outcome = decode_outcome(stored)
        while not await self._reporter.report(item.action_id, outcome, is_first=is_first):
            if self._store.durable:
                self._finish(item)
                return
            if self._stopping:
                self._drop(item)
                return
            is_first = False
            await self._clock.sleep(RETRY_INTERVAL)
        self._maintenance.reported(item.action_id)
        self._finish(item)

    async def _persist(self, operation: Callable[[], Awaitable[T]], item: Item) -> T:
        """Run an operation of the store, and retry while the store is unreachable, until the stream ends."""
        while True:
            try:
                return await operation()
            except QueueUnavailable as error:
                if self._stopping:
                    self._drop(item)
                    raise
                log.warning("%s; trying again in %.0f s", error, RETRY_INTERVAL)
                await self._clock.sleep(RETRY_INTERVAL)

    def _finish(self, item: Item, *, acknowledge: bool = True) -> None:
        if item.message is not None and acknowledge:
            self._held.finish(item.message)
        self._remove(item)

    def _drop(self, item: Item) -> None:
        """Remove an item without settling it: its message is released at the end, or redelivered after its lease."""
        if item.message is not None and item.message.until <= self._clock.monotonic():
            self._held.forget(item.message)
        self._remove(item)

    def _remove(self, item: Item) -> None:
        if item.is_finished:
            return
        item.is_finished = True
        if self._in_progress.get(item.order) is item:
            del self._in_progress[item.order]
        self._schedule.finish(item)
        self._wake()
        self._intake.notify_capacity()

    def _postpone(self, item: Item, seconds: float) -> None:
        self._schedule.postpone(item, self._clock.monotonic() + seconds)
        self._spawn(self._stop_on_error(self._wake_after(seconds)))

    async def _wake_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._wake()

    async def _extend_in_progress(self, seconds: float) -> None:
        """Extend the locks of orders in progress before the leases, so that no lock outlasts its message's lease."""
        if self._in_progress:
            await self._store.extend([*self._in_progress], self._runner, seconds)


def to_run_error(error: BaseException) -> BaseException:
    """Replace a driver's cancellation by an error: it would look like a cancellation of the caller's task."""
    if not isinstance(error, asyncio.CancelledError):
        return error
    failure = QueueError("events: a call to the queue or the store was cancelled by its driver, not by this program")
    failure.__cause__ = error
    return failure
