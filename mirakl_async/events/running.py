"""Runs handlers: a fixed number of tasks call them, a watchdog enforces the time limit, and shutdown is graceful.

Functions that are not coroutine functions run in threads. A thread cannot be stopped: its message stays leased until
the function returns, and its result counts even after the time limit and the grace period.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct

from ..clock import is_own_cancellation
from ..errors import ConfigurationError
from ..model import Command
from .outcomes import ActionFailed, Deferred, Done
from .stream import to_run_error

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..clock import Clock
    from .counters import EventCounters
    from .delivery import Delivery
    from .router import EventRouter, Handler
    from .stream import EventStream

__all__ = ["Runner", "Worker"]

log: logging.Logger = logging.getLogger("mirakl_async")
WATCH_INTERVAL = 1.0
CANCEL_TIMEOUT = 5.0


class Worker(Struct, eq=False):
    """The state of one task; `started_at` is when its handler was called, None while no handler runs."""

    task: asyncio.Task[None] | None = None
    started_at: float | None = None
    is_thread: bool = False
    timed_out: bool = False
    handler_name: str = ""


class Runner:
    """Calls the handlers for the deliveries of one stream until the stream ends or is stopped."""

    def __init__(
        self,
        stream: EventStream,
        router: EventRouter,
        clock: Clock,
        *,
        concurrency: int,
        time_limit: float | None,
        grace_period: float,
    ) -> None:
        self._stream = stream
        self._router = router
        self._clock = clock
        self._time_limit = time_limit
        self._grace_period = grace_period
        self._workers = [Worker() for _ in range(concurrency)]
        self._threads = ThreadPoolExecutor(concurrency, "mirakl handler")
        self._ended = asyncio.Event()
        self._failure: BaseException | None = None
        self._stop_count = 0
        self._warned_types: set[str] = set()

    async def run(self) -> EventCounters:
        """Handle events until SIGTERM, SIGINT, cancellation, an empty queue, or an error that affects all events."""
        watchdog = asyncio.create_task(self._watch(), name="mirakl events watchdog")
        try:
            async with self._stream:
                for worker in self._workers:
                    worker.task = asyncio.create_task(self._work(worker), name="mirakl event handler")
                try:
                    with self._signals():
                        await self._ended.wait()
                finally:
                    await self._drain()
            if self._failure is not None:
                raise self._failure
            return self._stream.recorder.counters
        finally:
            watchdog.cancel()
            await asyncio.gather(watchdog, return_exceptions=True)
            self._threads.shutdown(wait=False)

    async def _drain(self) -> None:
        """Wait for the handlers for the grace period, then cancel the coroutines and wait for the threads."""
        self._stream.stop()
        tasks = [worker.task for worker in self._workers if worker.task is not None]
        with anyio.CancelScope(shield=True):
            if tasks:
                await asyncio.wait(tasks, timeout=0 if self._stop_count > 1 else self._grace_period)
            for worker in self._workers:
                if worker.task is not None and not (worker.is_thread and worker.started_at is not None):
                    worker.task.cancel()
            threads = [one.task for one in self._workers if one.task and one.is_thread and one.started_at is not None]
            if threads:
                log.warning("waiting for %d handlers in threads, which cannot be cancelled", len(threads))
                await asyncio.wait(threads)
            pending = (await asyncio.wait(tasks, timeout=CANCEL_TIMEOUT))[1] if tasks else ()
            if pending:
                log.error("%d handlers ignored their cancellation; their events are delivered again", len(pending))

    @contextmanager
    def _signals(self) -> Generator[None]:
        """Install signal handlers: the first signal ends the run gracefully, the second at once."""
        loop, installed = asyncio.get_running_loop(), list[signal.Signals]()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._stop)
                    installed.append(number)
        try:
            yield
        finally:
            for number in installed:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self._stop_count += 1
        self._stream.stop()
        self._ended.set()

    # -- one worker

    async def _work(self, worker: Worker) -> None:
        try:
            while (delivery := await self._stream.next()) is not None:
                await self._handle(worker, delivery)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            if is_own_cancellation(error):
                raise
            self._failure = self._failure or to_run_error(error)
        finally:
            self._ended.set()

    async def _handle(self, worker: Worker, delivery: Delivery) -> None:
        handler = self._router.handler(delivery.event)
        if handler is None:
            self._warn_unhandled(delivery)
            await delivery.ignored()
            return
        try:
            result = await self._call(worker, handler, delivery)
        except asyncio.CancelledError as error:
            if not is_own_cancellation(error):  # raised by something that the handler awaited
                await self._retry(delivery, handler, error)
                return
            if not worker.timed_out:
                raise
            self._clear_timeout(worker)
            log.warning(
                "%s took longer than %.0f s and was cancelled; trying again", worker.handler_name, self._time_limit or 0
            )
            await delivery.retry()
        except ActionFailed as failure:
            await self._settle(delivery, failure, handler)
        except Exception as error:  # noqa: BLE001 - a handler may raise anything
            await self._retry(delivery, handler, error)
        else:
            if worker.timed_out:  # the handler caught the cancellation and returned
                self._clear_timeout(worker)
            await self._settle(delivery, result, handler)

    async def _retry(self, delivery: Delivery, handler: Handler, error: BaseException) -> None:
        event = delivery.event
        action = f" {event.action_id}" if isinstance(event, Command) else ""
        log.error("%s failed on %s%s", handler.name, event.type, action, exc_info=error)
        await delivery.retry(error)

    async def _settle(self, delivery: Delivery, result: Any, handler: Handler) -> None:
        if isinstance(delivery.event, Command):
            match result:
                case None:
                    await delivery.done()
                case Done(then=then):
                    await delivery.done(then)
                case Deferred(within=within):
                    await delivery.deferred(within)
                case ActionFailed(errors=errors):
                    await delivery.failed(errors)
                case _:
                    raise ConfigurationError(
                        f"{handler.name} returned {type(result).__name__}; it must return Done, Deferred or None"
                    )
        elif result is None:
            await delivery.done()
        elif isinstance(result, ActionFailed):
            await delivery.retry(result)
        else:
            raise ConfigurationError(f"{handler.name} handles a fact, and must not return {type(result).__name__}")

    async def _call(self, worker: Worker, handler: Handler, delivery: Delivery) -> Any:
        arguments = (delivery.event, delivery) if handler.takes_delivery else (delivery.event,)
        worker.handler_name, worker.is_thread, worker.timed_out = handler.name, not handler.is_async, False
        worker.started_at = self._clock.monotonic()
        try:
            if handler.is_async:
                return await handler.call(*arguments)
            result = await self._in_thread(handler, arguments)
            worker.is_thread = False
            return await result if asyncio.iscoroutine(result) else result
        finally:
            worker.started_at = None

    async def _in_thread(self, handler: Handler, arguments: tuple[Any, ...]) -> Any:
        call = partial(contextvars.copy_context().run, handler.call, *arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _clear_timeout(self, worker: Worker) -> None:
        worker.timed_out = False
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()

    def _warn_unhandled(self, delivery: Delivery) -> None:
        kind = delivery.event.type[:64]
        if kind not in self._warned_types and len(self._warned_types) < 100:
            self._warned_types.add(kind)
            log.warning("facts of type %s have no handler, and are acknowledged", kind)

    # -- the watchdog

    async def _watch(self) -> None:
        limit = self._time_limit
        if limit is None:
            return
        while True:
            await self._clock.sleep(min(WATCH_INTERVAL, limit / 4))
            now = self._clock.monotonic()
            for worker in self._workers:
                if worker.started_at is None or worker.timed_out or now - worker.started_at <= limit:
                    continue
                worker.timed_out = True
                if worker.is_thread:
                    log.warning("%s runs longer than %.0f s; threads cannot be cancelled", worker.handler_name, limit)
                elif worker.task is not None:
                    worker.task.cancel()
