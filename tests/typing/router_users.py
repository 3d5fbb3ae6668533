"""How a connector registers its handlers; checked by mypy and pyright, never run.

What must not type-check has a comment that ignores the error, and an unused one is an error itself.
"""

from __future__ import annotations

from typing import assert_type

from mirakl_async import ConnectChannel
from mirakl_async.events import (
    ActionErrorCode,
    ActionFailed,
    Deferred,
    Delivery,
    Done,
    Event,
    EventCounters,
    EventRouter,
    MemoryIdempotencyStore,
)
from mirakl_async.model import Command
from mirakl_async.models.connect_events import Accept, Cancel, LineDecision, PriceStockUpsert, Refund, UploadDocument
from mirakl_async.queues.memory_queue import MemoryQueue

events = EventRouter()


@events.on(Accept)
async def accept(command: Accept, delivery: Delivery) -> Done:
    """A coroutine function of the command and its delivery."""
    assert_type(command.data.order_lines, list[LineDecision])
    assert_type(delivery.again, bool)
    return Done()


@events.on(Refund)
def refund(command: Refund) -> None:
    """A plain function of the command."""
    raise ActionFailed(ActionErrorCode.ORDER_IN_WRONG_STATE, "it is closed")


@events.on(Cancel)
async def cancel(command: Command) -> Done | Deferred | None:
    """One that takes any command."""
    return Deferred(within=60) if command.action_id else None


@events.on(UploadDocument)
async def upload(command: UploadDocument) -> None:
    """One that fetches the document."""
    assert_type(await command.download().read(), bytes)


@events.on(PriceStockUpsert)
async def price(fact: PriceStockUpsert) -> None:
    """A fact."""


async def other(command: Refund) -> None:
    """Another type's handler."""


async def answers(fact: PriceStockUpsert) -> Done:
    """A fact is not answered."""
    return Done()


def wrong_result(command: Accept) -> str:
    """No outcome."""
    return command.action_id


def three(command: Accept, delivery: Delivery, third: int) -> None:
    """Too many parameters."""


def wrong(router: EventRouter) -> None:
    """What type checkers refuse."""
    router.on(Accept)(other)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on(PriceStockUpsert)(answers)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on(Accept)(wrong_result)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on(Accept)(three)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on(Event)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.on("ACCEPT")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    router.decline(PriceStockUpsert)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def run(connect: ConnectChannel, queue: MemoryQueue) -> None:
    """A queue, a store, and what comes of it."""
    store = MemoryIdempotencyStore()
    counters = await connect.events.run(queue, events, idempotency_store=store, orders="orders.db", time_limit=None)
    assert_type(counters, EventCounters)
    async for delivery in connect.events.receive(queue, idempotency_store="connector.db"):
        assert_type(delivery.event, Event)
        await delivery.done()
    await connect.events.settle("a1", ActionFailed("OTHER"), idempotency_store=store)
