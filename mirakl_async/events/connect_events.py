"""`connect.events`: receives and handles the events on the connector's queue, and reports outcomes to Connect."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..checks import CALLABLE, SECONDS, SECONDS_OR_ZERO, Rules, check_settings, instance, whole
from ..errors import ConfigurationError, QueueUnavailable
from ..queues.bodies import check_sizes
from ..queues.opening import make_queue, open_queue, require
from ..queues.protocol import Sink, Source
from .counters import EventCounters, EventRecorder
from .opening import checked_store, open_store
from .outcomes import ActionFailed, Done, decode_outcome, failed, succeeded
from .rejections import check_place
from .reporting import Reporter
from .router import EventRouter
from .running import Runner
from .stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..http.session import Session
    from .counters import EventStatus
    from .idempotency import IdempotencyStore
    from .outcomes import ActionOutcome

__all__ = ["OPTIONS", "Events"]

DEFAULT_CONCURRENCY = 16
OPTIONS: Rules = {
    "router": instance(EventRouter, "an EventRouter"),
    "concurrency": whole(1, 1000),
    "prefetch": whole(1),
    "max_failures": whole(1).or_none("no end"),
    "time_limit": SECONDS.or_none("no limit"),
    "grace_period": SECONDS_OR_ZERO,
    "idle": SECONDS_OR_ZERO,
    "progress": CALLABLE.or_none(),
}
"""The valid values of the options of `receive` and `run`."""


class Events:
    """Commands and facts from Connect; see `mirakl_async.events`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def receive(
        self,
        queue: str | Path | Source,
        *,
        idempotency_store: str | Path | IdempotencyStore,
        orders: str | Path | Sink | None = None,
        rejected: str | Path | Sink | None = None,
        prefetch: int = 32,
        max_failures: int | None = 5,
        until_empty: bool = False,
        idle: float = 5.0,
    ) -> EventStream:
        """Return an iterator over the events of a queue: `async for delivery in connect.events.receive(...)`.

        A delivery has an `event`. Settle it with `done()`, `failed()`, `deferred()` or `retry()`; until then its
        message stays leased. Up to `prefetch` events are held; of one order, one event at a time is delivered. The
        other parameters are those of `run`. Use the stream with `async with` to close it reliably, or
        `contextlib.aclosing` for a loop that may be left early.
        """
        check_settings("events.receive", OPTIONS, locals())
        _check_arguments(queue, idempotency_store, orders, rejected)
        return EventStream(
            self._session,
            queue,
            idempotency_store=idempotency_store,
            orders=orders,
            rejected=rejected,
            prefetch=prefetch,
            max_failures=max_failures,
            until_empty=until_empty,
            idle=idle,
        )

    async def run(
        self,
        queue: str | Path | Source,
        router: EventRouter,
        *,
        idempotency_store: str | Path | IdempotencyStore,
        orders: str | Path | Sink | None = None,
        rejected: str | Path | Sink | None = None,
        max_failures: int | None = 5,
        concurrency: int = DEFAULT_CONCURRENCY,
        time_limit: float | None = 300.0,
        grace_period: float = 20.0,
        until_empty: bool = False,
        idle: float = 5.0,
        progress: Callable[[EventStatus], None] | None = None,
    ) -> EventCounters:
        """Handle events until SIGTERM, SIGINT or cancellation, then shut down gracefully.

        - The outcome of a command is stored in `idempotency_store` and reported to Connect; then its message is
          acknowledged. `idempotency_store` is the path of a SQLite file (which may be the file of the orders' queue),
          an address, or a store.
        - The orders in `Done.then` are put into the queue `orders`.
        - If a handler raises, the event is handled again. After `max_failures` failures, a command is reported FAILED
          with UNEXPECTED, and a fact is set aside.
        - At most `concurrency` handlers run at a time, each for at most `time_limit` seconds. A handler that is
          cancelled then, or `grace_period` seconds into the shutdown, has no outcome, so its event is handled again.
        - A message that cannot be decoded is set aside: in its queue, or in `rejected`, a file or another queue.
        - With `until_empty`, the run ends when the queue is empty. If the queue cannot count its messages, the run ends
          when it has received no event for `idle` seconds.
        - `progress` is called every five seconds with an `EventStatus`, for a liveness probe. An exception that it
          raises ends the run.

        Raises ConfigurationError if a type of command has neither a handler nor `decline`, or a queue does not support
        an operation; QueueError; and the error of a report that every further report would get, such as
        PermissionDenied.
        """
        check_settings("events.run", OPTIONS, locals())
        if missing := router.missing():
            raise ConfigurationError(
                f"events.run: commands need a handler, or EventRouter.decline: {', '.join(missing)}"
            )
        _check_arguments(queue, idempotency_store, orders, rejected)
        stream = EventStream(
            self._session,
            queue,
            idempotency_store=idempotency_store,
            orders=orders,
            rejected=rejected,
            prefetch=2 * concurrency + 16,
            max_failures=max_failures,
            until_empty=until_empty,
            idle=idle,
            declined=router.declined,
            progress=progress,
        )
        runner = Runner(
            stream,
            router,
            self._session.clock,
            concurrency=concurrency,
            time_limit=time_limit,
            grace_period=grace_period,
        )
        return await runner.run()

    async def settle(
        self,
        action_id: str,
        outcome: Done | ActionFailed | None = None,
        *,
        idempotency_store: str | Path | IdempotencyStore,
        orders: str | Path | Sink | None = None,
    ) -> None:
        """Store the outcome of a deferred action and report it to Connect; None means `Done()`.

        An action has one outcome; if an outcome is already stored, it is not replaced. If Connect is unreachable, the
        outcome stays in the store, and any runner that uses the store reports it later. A store that is not durable
        raises QueueUnavailable in this case.
        """
        store = checked_store(idempotency_store)
        decided = _to_outcome(action_id, outcome)
        if decided.then and orders is None:
            raise ConfigurationError("events.settle: the outcome has orders in `then`: give orders=...")
        transport = self._session.transport
        recorder = EventRecorder(transport.instrumentation, transport.clock)

        async def log_only(action_id: str, _outcome: ActionOutcome, _reason: str) -> None:
            """Do nothing: the reporter logs the rejection, and there is no queue to store it in."""

        async with AsyncExitStack() as stack:
            opening = open_store(store if store is idempotency_store else idempotency_store)
            active_store = await stack.enter_async_context(opening)
            sink: Sink | None = None
            if orders is not None:
                queue = await stack.enter_async_context(open_queue(orders))
                sink = require(queue, Sink, "give another queue")
                check_sizes(repr(sink), decided.then, sink.max_bytes)
            encoded = decided.encode()
            stored = await active_store.decide(action_id, encoded)
            reporter = Reporter(self._session, sink, recorder, log_only)
            reported = await reporter.report(action_id, decode_outcome(stored), is_first=stored == encoded)
            if reported:
                await active_store.reported([action_id])
            elif not active_store.durable:
                raise QueueUnavailable(f"the outcome of action {action_id} could not be reported, and is not durable")


def _to_outcome(action_id: str, outcome: Any) -> ActionOutcome:
    if not str(action_id).strip():
        raise ConfigurationError("events.settle: action_id must be the id of an action")
    match outcome:
        case None:
            return succeeded()
        case Done(then=then):
            return succeeded(then)
        case ActionFailed(errors=errors):
            return failed(errors)
        case _:
            raise ConfigurationError(
                f"events.settle: outcome must be Done(...) or ActionFailed(...), not {type(outcome).__name__}"
            )


def _check_arguments(queue: Any, store: Any, orders: Any, rejected: Any) -> None:
    """Raise ConfigurationError, before anything is opened, if a queue or a store lacks a required operation."""
    source = require(_queue(queue), Source, "give another queue")
    check_place(source, rejected)
    checked_store(store)
    if orders is not None:
        require(_queue(orders), Sink, "give another queue")


def _queue(given: Any) -> Any:
    return make_queue(given) if isinstance(given, str | Path) else given
