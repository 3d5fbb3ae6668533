"""Fills response structs with generated values that match their types: realistic sizes, no real data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from mirakl_async.codec.type_info import alternatives, is_struct, list_item_type
from mirakl_async.models.front.common import OrderLine
from mirakl_async.models.front.orders import Order

START = dt.datetime(2026, 1, 5, 9, 30, tzinfo=dt.UTC)
# Members that few orders have: only every tenth order gets them, so that an order takes about 7 KB.
RARE = frozenset({
    "accounting_contact", "cancelations", "commission_taxes", "delivery_contact", "eco_contributions", "funding",
    "measurement", "order_refunds", "organization", "price_amount_breakdown", "promotions", "purchase_information",
    "quote_id", "refunds", "shipping_from", "shipping_price_amount_breakdown",
})  # fmt: skip


def order(number: int) -> dict[str, Any]:
    """Return the order of this number as plain JSON values, always the same."""
    without = frozenset[str]() if number % 10 == 0 else RARE
    made = _fill(Order, number, without)
    made["order_lines"] = [_fill(OrderLine, number + line, without) for line in range(1 + number % 2)]
    return made


def _fill(kind: type[Struct], number: int, without: frozenset[str]) -> dict[str, Any]:
    return {
        field.encode_name: _value(field.name, field.type, number + place, without)
        for place, field in enumerate(msgspec.structs.fields(kind))
        if field.name not in without
    }


def _value(name: str, kind: Any, number: int, without: frozenset[str]) -> object:
    choice = alternatives(kind)[0]
    if is_struct(choice):
        return _fill(choice, number, without)
    if (element := list_item_type(choice)) is not None:
        return [_value(name, element, number, without)]
    scalars: dict[Any, object] = {
        bool: number % 2 == 0,
        int: number % 5000,
        Decimal: Decimal(100 + number * 37 % 90000).scaleb(-2),
        dt.datetime: START + dt.timedelta(seconds=number),
        dt.date: START.date(),
        dt.time: START.time(),
        str: f"{name[:12]}-{number}",
    }
    return scalars[choice]
