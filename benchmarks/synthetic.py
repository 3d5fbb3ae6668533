"""Fictitious orders of a realistic size, about 3 KB each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mirakl_async.models.connect.common import OriginRequest
from mirakl_async.models.connect.orders import (
    AddressRequest,
    BillingInfoRequest,
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    ProductRequest,
    ShippingInfoRequest,
    TaxRequest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
LINES = 4


def _money(cents: int) -> Money:
    return Money(amount=Decimal(cents).scaleb(-2), currency="EUR")


def _address(number: int) -> AddressRequest:
    return AddressRequest(
        last_name=f"Name {number}",
        first_name="Given",
        street=f"{number % 97} Sample Street",
        city="Sampletown",
        zip_code=f"{10000 + number % 89999}",
        country="Nowhere",
        country_iso_code="FRA",
        phone="000",
    )


def _line(number: int, line: int, moment: datetime) -> OrderLineRequest:
    cents = 1000 + (number * 37 + line * 11) % 9000
    return OrderLineRequest(
        channel_order_line_id=f"order-{number:08d}-{line}",
        created_at=moment,
        updated_at=moment,
        quantity=1 + line,
        can_cancel=False,
        can_refund=True,
        price=_money(cents),
        total_shipping_price=_money(499),
        product=ProductRequest(
            id=f"product-{(number + line) % 5000}",
            title="A sample product with a title of ordinary length",
            thumbnail_url="https://images.example/sample/thumbnail.jpg",
        ),
        status="AWAITING_SHIPMENT",
        taxes=[
            TaxRequest(
                code="VAT", amount=_money(cents // 5), rate=Decimal("0.20"), seller_collectible=_money(cents // 5)
            )
        ],
        shipping_taxes=[TaxRequest(code="VAT", amount=_money(99), rate=Decimal("0.20"))],
    )


def order(number: int) -> OrderRequest:
    """Return the order with this number, which is always the same."""
    moment = START + timedelta(seconds=number)
    address = _address(number)
    return OrderRequest(
        channel_order_id=f"order-{number:08d}",
        channel_updated_at=moment,
        created_at=moment,
        status="AWAITING_SHIPMENT",
        shipping_info=ShippingInfoRequest(address=address, carrier="Sample Carrier", method="STANDARD"),
        billing_info=BillingInfoRequest(address=address),
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[_line(number, line, moment) for line in range(LINES)],
    )


def orders(count: int) -> Iterator[OrderRequest]:
    """Yield `count` different orders, generated one at a time."""
    return (order(number) for number in range(count))
