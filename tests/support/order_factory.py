"""Orders for tests of the bulk sync: small and valid, each with an id and a second of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from mirakl_async import codec
from mirakl_async.models.connect.common import OriginRequest
from mirakl_async.models.connect.orders import (
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    ProductRequest,
    ShippingInfoRequest,
)
from mirakl_async.simulator import OrderKey, Simulator

T = TypeVar("T")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
SECOND = OriginRequest(channel_id="channel-1", channel_store_id="store-2")


def order(
    name: int | str, second: float = 0, *, bad: bool = False, title: str = "A thing", **members: Any
) -> OrderRequest:
    """An order updated `second` seconds after noon; a bad one has an amount that every server rejects."""
    price = Money(amount=Decimal("12.34"), currency="EUR")
    if bad:
        price.amount = Decimal(-1)  # after the struct's own check
    return OrderRequest(
        channel_order_id=f"o{name}" if isinstance(name, int) else name,
        channel_updated_at=NOON + timedelta(seconds=second),
        created_at=NOON,
        status="SHIPPED",
        shipping_info=ShippingInfoRequest(),
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[
            OrderLineRequest(
                channel_order_line_id=f"{name}-1",
                created_at=NOON,
                updated_at=NOON,
                quantity=1,
                can_cancel=True,
                can_refund=True,
                price=price,
                total_shipping_price=Money(amount=Decimal(0), currency="EUR"),
                product=ProductRequest(id="p", title=title),
                status="SHIPPED",
            )
        ],
        **members,
    )


def as_line(entry: OrderRequest) -> bytes:
    """The order as a line of a file."""
    return codec.encode(entry)


def as_mapping(entry: OrderRequest) -> Any:
    """The order as plain values."""
    return codec.decode_plain(codec.encode(entry))


def key_of(entry: OrderRequest, origin: OriginRequest = ORIGIN) -> OrderKey:
    """The simulator's key of the order."""
    return OrderKey(origin.channel_id, origin.channel_store_id, entry.channel_order_id, entry.sub_channel_code or None)


def held(simulator: Simulator) -> dict[OrderKey, Any]:
    """The orders that the simulator has, decoded."""
    return {key: codec.decode_plain(body) for key, body in simulator.world.bodies()}


def expected(entries: Iterable[OrderRequest], origin: OriginRequest = ORIGIN) -> dict[OrderKey, Any]:
    """The orders that a simulator must have after these, in any sequence of arrival: the newest version of each."""
    newest: dict[OrderKey, OrderRequest] = {}
    for entry in entries:
        key = key_of(entry, origin)
        if key not in newest or entry.channel_updated_at >= newest[key].channel_updated_at:
            newest[key] = entry
    return {key: as_mapping(entry) for key, entry in newest.items()}


async def stream(items: Iterable[T]) -> AsyncIterator[T]:
    """The same items, asynchronously."""
    for item in items:
        yield item
