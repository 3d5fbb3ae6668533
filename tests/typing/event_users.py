"""Code that reads events; checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import assert_type

from mirakl_async.events import Command, Event, Fact, InvalidEvent, UnknownEvent, decode
from mirakl_async.models.connect_events import Accept, LineDecision, OfferUpsert, PriceStockUpsert, Refund


def read(body: bytes) -> str:
    """A match narrows to the struct of each type, and its data are typed."""
    event = decode(body)
    assert_type(event, Event)
    assert_type(event.raw, bytes)
    assert_type(event.key, str)
    assert_type(event.time, dt.datetime)
    match event:
        case Accept(data=data):
            assert_type(data.order_lines, list[LineDecision])
            return event.action_id
        case Refund():
            return str([line.price.amount for line in event.data.refunds or []])
        case PriceStockUpsert(data=data) if data.standard_price and data.standard_price.price:
            assert_type(data.standard_price.price.amount, Decimal | None)
        case OfferUpsert():
            for attribute in event.data.offer_attributes or []:
                assert_type(attribute.value, bool | Decimal | str | None)
        case UnknownEvent():
            assert_type(event.action_id, str | None)
        case Command():
            return event.action_id
        case Fact():
            return event.type
        case _:
            return event.id
    return ""


def rejected(error: InvalidEvent) -> tuple[str, bytes]:
    """What is kept of a message that holds no event."""
    return error.reason, error.body


def types() -> dict[str, type[Event]]:
    """A struct knows its type."""
    kinds: list[type[Event]] = [Accept, PriceStockUpsert]
    return {kind.type: kind for kind in kinds}
