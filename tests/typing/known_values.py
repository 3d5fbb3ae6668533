"""Known values: an editor completes them, and any other text is accepted; checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, assert_type

from mirakl_async import ConnectChannel, MarketplaceFront
from mirakl_async.events import ActionFailed
from mirakl_async.models.account import Channel, ChannelStatusOrStr
from mirakl_async.models.connect import FulfillmentRequest, FulfillmentType, FulfillmentTypeOrStr
from mirakl_async.models.front import (
    AiRewriteInput,
    AnyTopicInput,
    FreeTextTopicInput,
    Order,
    OrderState,
    OrderStateOrStr,
    ThreadInput,
)


def read(order: Order, channel: Channel) -> bool:
    """What is read is a text whose known values are at hand, and stays one where a text is wanted."""
    assert_type(order.order_state, OrderStateOrStr)
    assert_type(channel.status, ChannelStatusOrStr | None)
    text: str = order.order_state
    by_state: dict[str, int] = {order.order_state: 1}
    states: list[str] = [order.order_state for _ in by_state]
    match order.order_state:
        case OrderState.SHIPPING | "SHIPPED":
            return True
        case "A_STATE_OF_TOMORROW":
            return bool(states)
        case _:
            return text.isupper()


async def send(front: MarketplaceFront, connect: ConnectChannel, given: str, several: list[str]) -> None:
    """Arguments take known values, their constants, and texts that no document knows; nothing that is not a text."""
    front.orders.list(order_state_codes=["SHIPPING", OrderState.SHIPPED, "A_STATE_OF_TOMORROW"], order="asc")
    front.orders.list(order_state_codes=several, sort=given)
    front.orders.list(order_state_codes=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    front.orders.list(sort=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await connect.orders.update_action_status("a1", status="SUCCESS")
    await connect.orders.update_action_status("a1", status=given)


def made(given: str) -> list[object]:
    """The same for structs."""
    own = FulfillmentRequest(type="FULFILLED_BY_SELLER")
    assert_type(own.type, FulfillmentTypeOrStr)
    own.type = given
    AiRewriteInput(status=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return [own, FulfillmentRequest(type=FulfillmentType.FULFILLED_BY_PARTNER), FulfillmentRequest(type=given)]


async def report(connect: ConnectChannel, given: str) -> list[ActionFailed]:
    """Outcomes of commands: the codes of failures, one or several, and the status that a queue keeps."""
    await connect.orders.enqueue_action_status("a1", status="FAILED", queue="outcomes.db")
    await connect.orders.enqueue_action_status("a1", status=given, queue="outcomes.db")
    return [ActionFailed("MISSING_CARRIER"), ActionFailed([("MISSING_CARRIER", "which?"), (given, "")])]


def narrow(states: Collection[Literal["SHIPPING", "SHIPPED"]], front: MarketplaceFront) -> None:
    """A type of one's own, with fewer values, fits."""
    front.orders.list(order_state_codes=states)


def topics(topic: AnyTopicInput, several: list[str]) -> list[ThreadInput]:
    """An alias for any of several structs annotates; what is made is one of them."""
    AnyTopicInput(type="FREE_TEXT", value="late")  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    own = FreeTextTopicInput(value="late")
    return [ThreadInput(body="Where is it?", to=several, topic=item) for item in (topic, own)]
