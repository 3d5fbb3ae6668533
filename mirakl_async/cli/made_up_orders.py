"""Orders for a demonstration: made up, the same for the same seed, some of them broken on purpose.

A broken order is a struct whose type allows what the contract does not, so that it reaches Mirakl, is refused there with
its whole batch, and has to be found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ..models.connect.common import OriginRequest
from ..models.connect.orders import (
    AddressRequest,
    CustomAttributeStringRequest,
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    ProductRequest,
    ShippingInfoRequest,
    TaxRequest,
)

ORIGIN = OriginRequest(channel_id="demo-channel", channel_store_id="demo-store")
START = datetime(2026, 1, 1, tzinfo=UTC)


def poisoned(count: int, poison: int, seed: int) -> frozenset[int]:
    """Which of `count` orders are broken."""
    return frozenset(Random(seed).sample(range(count), poison))  # noqa: S311 - a demonstration


def made_up_orders(count: int, bad: frozenset[int]) -> Iterator[OrderRequest]:
    """The orders, one at a time."""
    for number in range(count):
        order = _order(number)
        if number in bad:
            _break(order, number)
        yield order


def _order(number: int) -> OrderRequest:
    moment = START + timedelta(seconds=number)
    price = Money(amount=Decimal(500 + number % 9500).scaleb(-2), currency="EUR")
    return OrderRequest(
        channel_order_id=f"demo-{number:07d}",
        channel_updated_at=moment,
        created_at=moment,
        status="AWAITING_SHIPMENT",
        shipping_info=ShippingInfoRequest(
            address=AddressRequest(last_name=f"Sample {number}", street="1 Sample Street", city="Sampletown")
        ),
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[_line(number, line, moment, price) for line in range(1 + number % 3)],
    )


def _line(number: int, line: int, moment: datetime, price: Money) -> OrderLineRequest:
    return OrderLineRequest(
        channel_order_line_id=f"demo-{number:07d}-{line}",
        created_at=moment,
        updated_at=moment,
        quantity=1 + line,
        can_cancel=True,
        can_refund=True,
        price=price,
        total_shipping_price=price,
        product=ProductRequest(id=f"sku-{number % 1000}", title="A sample product"),
        status="AWAITING_SHIPMENT",
        taxes=[TaxRequest(code="VAT", amount=price, rate=Decimal("0.20"))],
    )


def _break(order: OrderRequest, number: int) -> None:
    """One of three ways in which an order is wrong that its struct does not notice when it is made."""
    broken: Any = order
    if number % 3 == 0:
        broken.order_lines = []
    elif number % 3 == 1:
        broken.custom_attributes = [CustomAttributeStringRequest(id="", value="an attribute without an id")]
    else:
        broken.order_lines[0].quantity = "two"
