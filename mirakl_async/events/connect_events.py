"""`connect.events`: what Connect puts on the connector's queue, handled and answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..checks import CALLABLE, SECONDS, SECONDS_OR_ZERO, Rules, check_settings, instance, whole
from ..errors import ConfigurationError, QueueUnavailable
from ..queues.opening import opened, queue_of, require
from ..queues.protocol import Sink, Source
from .counters import EventCounters, EventRecorder
from .opening import checked_store, opened_store
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
"""What the options of receiving events take."""


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
        """The events of a queue, one by one: `async for delivery in connect.events.receive(...)`.

        Each delivery has the `event`, and is settled by `done()`, `failed()`, `deferred()` or `retry()`; until then it
        is leased. Up to `prefetch` events are in hand, one of an order at a time. The rest is as with `run`. As `async
        with` it ends where it should; a loop that is left early is closed by `contextlib.aclosing`.
        """
        check_settings("events.receive", OPTIONS, locals())
        _check_places(queue, idempotency_store, orders, rejected)
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
        """Handle what comes, until SIGTERM, SIGINT or cancellation; then end gracefully.

        A command's outcome is stored in `idempotency_store` (the path of a SQLite file, which may be that of the
        orders' queue, an address, or a store), reported to Connect, and then its message is acknowledged. The orders in
        `Done.then` are put into `orders`. A handler that raises is tried again, and after `max_failures` the command is
        reported FAILED with UNEXPECTED, or the fact set aside. `concurrency` handlers run at a time, each for at most
        `time_limit` seconds; one that is cancelled then, or after `grace_period` at the end, has no outcome, and is
        called again. What cannot be decoded is set aside beside the queue, or in `rejected`, a file or another queue.
        With `until_empty` it ends when nothing waits in the queue, or nothing came for `idle` seconds where the queue
        cannot say. `progress` is called every five seconds with an `EventStatus`, for a liveness probe; what it raises
        ends the run.

        Raises ConfigurationError when a type of command has neither a handler nor `decline`, and for what a queue
        cannot do; QueueError; and the error of a report that would meet every further one, such as PermissionDenied.
        """
        check_settings("events.run", OPTIONS, locals())
        if missing := router.missing():
            raise ConfigurationError(
                f"events.run: commands need a handler, or EventRouter.decline: {', '.join(missing)}"
            )
        _check_places(queue, idempotency_store, orders, rejected)
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
        """Give a deferred action its outcome: stored, then reported; None is `Done()`.

        An action has one outcome: if it has one already, that one stands. If Connect is unreachable, the outcome is
        durable all the same, where the store is, and any runner of this store reports it.
        """
        store = checked_store(idempotency_store)
        decided = _outcome(action_id, outcome)
        if decided.then and orders is None:
            raise ConfigurationError("events.settle: the outcome has orders in `then`: give orders=...")
        transport = self._session.transport
        recorder = EventRecorder(transport.instrumentation, transport.clock)

        async def keep(action_id: str, _outcome: ActionOutcome, _reason: str) -> None:
            """It is logged; there is no queue to keep it beside."""

        async with opened_store(store if store is idempotency_store else idempotency_store) as kept:
            encoded = decided.encode()
            stored = await kept.decide(action_id, encoded)
            if orders is None:
                reporter = Reporter(self._session, None, recorder, keep)
                reported = await reporter.report(action_id, decode_outcome(stored), is_first=stored == encoded)
            else:
                async with opened(orders) as queue:
                    reporter = Reporter(self._session, require(queue, Sink, "give another queue"), recorder, keep)
                    reported = await reporter.report(action_id, decode_outcome(stored), is_first=stored == encoded)
            if reported:
                await kept.reported([action_id])
            elif not kept.durable:
                raise QueueUnavailable(f"the outcome of action {action_id} could not be reported, and is not durable")


def _outcome(action_id: str, outcome: Any) -> ActionOutcome:
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


def _check_places(queue: Any, store: Any, orders: Any, rejected: Any) -> None:
    """Raise ConfigurationError, before anything is opened, for what a queue or a store cannot do."""
    source = require(_queue(queue), Source, "give another queue")
    check_place(source, rejected)
    checked_store(store)
    if orders is not None:
        require(_queue(orders), Sink, "give another queue")


def _queue(given: Any) -> Any:
    return queue_of(given) if isinstance(given, str | Path) else given
