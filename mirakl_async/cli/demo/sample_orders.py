"""Sample orders: fictitious, reproducible from a seed, and generated one at a time.

Some are invalid on purpose, in ways that a struct does not detect when it is created: such an order reaches Mirakl, is
rejected there together with its whole batch, and has to be isolated. Others occur twice, in two versions, sometimes
with the newer one first: only the newest version may be held at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from random import Random
from typing import Any, NamedTuple

from ...models.connect.common import OriginRequest
from ...models.connect.orders import (
    AddressRequest,
    BillingInfoRequest,
    CustomAttributeBooleanRequest,
    CustomAttributeStringRequest,
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    ProductRequest,
    ShippingInfoRequest,
    TaxRequest,
)

__all__ = ["FAULTS", "ORIGIN", "START", "SampleOrder", "sample_orders"]

ORIGIN = OriginRequest(channel_id="demo-channel", channel_store_id="demo-store")
START = datetime(2026, 1, 1, tzinfo=UTC)
NEWER_FIRST = 0.25
FARTHEST = 1000


class SampleOrder(NamedTuple):
    """An order as it is sent, and whether Mirakl must hold exactly this version at the end."""

    order: OrderRequest
    stays: bool


def sample_orders(count: int, *, poison: int = 0, updates: int = 0, seed: int = 0) -> Iterator[SampleOrder]:
    """Yield `count` different orders, of which `poison` are invalid, and a second version of `updates` others.

    Invalid orders and second versions are at random positions; a second version follows at most 1,000 orders after the
    first one.
    """
    draw = Random(seed)  # noqa: S311 - nothing is kept secret
    later: list[tuple[int, int, int]] = []
    for number in range(count):
        while later and later[0][0] <= number:
            yield _version(*heappop(later)[1:])
        left = count - number
        if draw.random() * left < poison:
            poison -= 1
            yield SampleOrder(_broken(number, draw.choice(FAULTS)), stays=False)
        elif draw.random() * (left - poison) < updates:
            updates -= 1
            first = 2 if draw.random() < NEWER_FIRST else 1
            heappush(later, (number + draw.randint(1, FARTHEST), number, 3 - first))
            yield _version(number, first)
        else:
            yield SampleOrder(_order(number), stays=True)
    while later:
        yield _version(*heappop(later)[1:])


def _version(number: int, version: int) -> SampleOrder:
    """Return one of the two versions of an order that occurs twice."""
    return SampleOrder(_order(number, version), stays=version == 2)


def _broken(number: int, fault: Callable[[Any], None]) -> OrderRequest:
    order = _order(number)
    fault(order)
    return order


def _order(number: int, version: int = 1) -> OrderRequest:
    created = START + timedelta(seconds=number)
    updated = created + timedelta(hours=version)
    status = "AWAITING_SHIPMENT" if version == 1 else "SHIPPED"
    address = _address(number)
    return OrderRequest(
        channel_order_id=f"demo-{number:07d}",
        channel_updated_at=updated,
        created_at=created,
        status=status,
        shipping_info=ShippingInfoRequest(
            address=address,
            carrier="Sample Carrier",
            method="STANDARD",
            email=f"customer-{number}@shop.example",
            shipping_deadline=created + timedelta(days=2),
        ),
        billing_info=BillingInfoRequest(address=address),
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[_line(number, line, created, updated, status) for line in range(1 + number % 3)],
        custom_attributes=[CustomAttributeBooleanRequest(id="gift", value=number % 10 == 0)],
    )


def _line(number: int, line: int, created: datetime, updated: datetime, status: str) -> OrderLineRequest:
    cents = 500 + (number * 37 + line * 11) % 9500
    return OrderLineRequest(
        channel_order_line_id=f"demo-{number:07d}-{line}",
        created_at=created,
        updated_at=updated,
        quantity=1 + line,
        can_cancel=status != "SHIPPED",
        can_refund=True,
        price=_money(cents),
        total_shipping_price=_money(499),
        product=ProductRequest(
            id=f"sku-{(number + line) % 5000}",
            title="A sample product with a title of ordinary length",
            thumbnail_url="https://images.example/thumbnail.jpg",
        ),
        status=status,
        taxes=[TaxRequest(code="VAT", amount=_money(cents // 5), rate=Decimal("0.20"))],
    )


def _address(number: int) -> AddressRequest:
    return AddressRequest(
        first_name="Sample",
        last_name=f"Customer {number}",
        street=f"{1 + number % 97} Sample Street",
        city="Sampletown",
        zip_code=f"{10000 + number % 90000}",
        country_iso_code="FRA",
    )


def _money(cents: int) -> Money:
    return Money(amount=Decimal(cents).scaleb(-2), currency="EUR")


# Each takes an order as Any, because some of the invalid values have the wrong type.


def _no_lines(order: Any) -> None:
    order.order_lines = []


def _quantity_in_words(order: Any) -> None:
    order.order_lines[0].quantity = "two"


def _attribute_without_id(order: Any) -> None:
    order.custom_attributes.append(CustomAttributeStringRequest(id="", value="whose is this?"))


def _unknown_status(order: Any) -> None:
    order.status = "ON_ITS_WAY"


def _unknown_currency(order: Any) -> None:
    order.order_lines[0].price.currency = "euro"


def _two_letter_country(order: Any) -> None:
    order.shipping_info.address.country_iso_code = "FR"


def _relative_url(order: Any) -> None:
    order.order_lines[0].product.thumbnail_url = "thumbnail.jpg"


def _line_id_twice(order: Any) -> None:
    order.order_lines.append(order.order_lines[0])


def _negative_price(order: Any) -> None:
    order.order_lines[0].price.amount = Decimal(-1)


FAULTS: tuple[Callable[[Any], None], ...] = (
    _no_lines,
    _quantity_in_words,
    _attribute_without_id,
    _unknown_status,
    _unknown_currency,
    _two_letter_country,
    _relative_url,
    _line_id_twice,
    _negative_price,
)
