"""A family of structs with the shapes that received and sent structs have, for the tests of the codec."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Optional

from msgspec import UNSET, Meta, Struct, UnsetType

from mirakl_async.operation import Paging


class Received(Struct, kw_only=True, gc=False, omit_defaults=True):
    pass


class Line(Received):
    line_id: Optional[str] = None  # noqa: UP045 - how Expected[T] looks at run time
    price: Optional[Decimal] = None  # noqa: UP045
    quantity: int | None = None
    shipped: dt.datetime | None = None
    open: bool | None = None
    taxes: list[Decimal] | None = None


class Address(Received, rename={"from_": "from", "type_": "@type"}):
    name: str | None = None
    from_: dt.date | None = None
    opens: dt.time | None = None
    type_: str | None = None


class Order(Received):
    order_id: Optional[str] = None  # noqa: UP045
    total: Optional[Decimal] = None  # noqa: UP045
    created: Optional[dt.datetime] = None  # noqa: UP045
    lines: Optional[list[Line]] = None  # noqa: UP045
    address: Address | None = None
    labels: dict[str, str] | None = None
    value: str | list[str] | None = None
    extra: Any = None


class OrderPage(Received):
    orders: Optional[list[Order]] = None  # noqa: UP045
    total_count: Optional[int] = None  # noqa: UP045
    next_page_token: str | None = None


class Strict(Struct):
    """Has a member without a default, as no received struct of the package has."""

    code: str
    price: Decimal | None = None


class Family(Struct, tag_field="kind", tag=str.lower):
    pass


class Cat(Family):
    lives: int | None = None


class Dog(Family):
    barks: int | None = None


class ProductInput(Struct, kw_only=True, gc=False):
    title: Annotated[str, Meta(min_length=1, max_length=5)]
    weight: Decimal | UnsetType = UNSET


class LineInput(Struct, kw_only=True, gc=False):
    product: ProductInput
    quantity: Annotated[int, Meta(ge=1)] = 1
    note: str | UnsetType | None = UNSET


class OrderInput(Struct, kw_only=True, gc=False, rename={"line_list": "order_lines"}):
    order_id: str
    line_list: Annotated[list[LineInput], Meta(min_length=1, max_length=3)]
    labels: dict[str, Decimal] | UnsetType = UNSET
    ordered: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET


class Upsert(Struct, kw_only=True, gc=False):
    orders: list[OrderInput]


ORDERS = Paging(kind="offset", items="orders", item="front.orders:Order", total="total_count")
