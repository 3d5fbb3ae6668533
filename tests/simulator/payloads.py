"""Orders as a channel would send them, and the ways to corrupt one."""

from __future__ import annotations

import copy
import re
from typing import Any

NOON = "2026-11-20T12:00:00Z"
ORIGIN = {"channel_id": "channel-1", "channel_store_id": "store-1"}
ABSENT = object()


def money(amount: float = 1.5) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def tax() -> dict[str, Any]:
    return {
        "amount": money(),
        "code": "VAT",
        "rate": 0.2,
        "seller_collectible": money(1),
        "channel_collectible": money(0.5),
    }


def address() -> dict[str, Any]:
    return {
        "additional_info": "ring twice",
        "city": "Sampletown",
        "company": "Sample",
        "country": "France",
        "country_iso_code": "FRA",
        "first_name": "Sam",
        "last_name": "Sample",
        "phone": "000",
        "state": "none",
        "street": "1 Sample Street",
        "street_additional_info": "left",
        "zip_code": "00000",
    }


def attributes() -> list[dict[str, Any]]:
    return [
        {"id": "a", "type": "STRING", "value": "red"},
        {"id": "b", "type": "NUMERIC", "value": 1234.56},
        {"id": "c", "type": "BOOLEAN", "value": True},
        {"id": "d", "type": "DATE", "value": "2024-01-27T09:24:36.326Z"},
        {"id": "e", "type": "LIST", "value": ["x", "y"]},
    ]


def line(line_id: str) -> dict[str, Any]:
    return {
        "channel_order_line_id": line_id,
        "created_at": NOON,
        "updated_at": NOON,
        "quantity": 2,
        "can_cancel": True,
        "can_refund": False,
        "price": money(19.99),
        "total_shipping_price": money(3),
        "product": {"id": "p", "title": "A thing", "thumbnail_url": "https://images.example/p.png"},
        "status": "AWAITING_SHIPMENT",
        "status_reason": "REFUNDED",
        "taxes": [tax()],
        "shipping_taxes": [tax()],
        "custom_attributes": attributes(),
        "adjustments": [
            {
                "channel_adjustment_id": "adj",
                "created_at": NOON,
                "price": money(),
                "quantity": 1,
                "reason": "OUT_OF_STOCK",
                "shipping_price": money(0),
                "type": "CANCELATION",
                "taxes": [tax()],
                "shipping_taxes": [tax()],
            }
        ],
    }


def full_order(order_id: str = "o1", updated_at: str = NOON) -> dict[str, Any]:
    """An order with every field that the document has."""
    return {
        "channel_order_id": order_id,
        "channel_updated_at": updated_at,
        "created_at": NOON,
        "status": "SHIPPED",
        "status_reason": "REFUNDED",
        "has_incident": False,
        "sub_channel_code": "fr",
        "fulfillment": {"type": "FULFILLED_BY_PARTNER", "code": "w1"},
        "billing_info": {"address": address()},
        "shipping_info": {
            "address": address(),
            "carrier": "post",
            "delivery_date": {"earliest": NOON, "latest": "2026-11-22T12:00:00+01:00"},
            "email": "sam@mail.example",
            "method": "standard",
            "pudo_id": "p9",
            "shipping_deadline": NOON,
        },
        "custom_attributes": attributes(),
        "order_lines": [line(f"{order_id}-1"), line(f"{order_id}-2")],
    }


def order(order_id: str = "o1", updated_at: str = NOON, **members: Any) -> dict[str, Any]:
    """An order with what the document requires and no more."""
    return {
        "channel_order_id": order_id,
        "channel_updated_at": updated_at,
        "created_at": NOON,
        "status": "AWAITING_SHIPMENT",
        "fulfillment": {"type": "FULFILLED_BY_SELLER"},
        "shipping_info": {},
        "order_lines": [
            {
                "channel_order_line_id": f"{order_id}-1",
                "created_at": NOON,
                "updated_at": NOON,
                "quantity": 1,
                "can_cancel": True,
                "can_refund": True,
                "price": money(),
                "total_shipping_price": money(0),
                "product": {"id": "p", "title": "A thing"},
                "status": "AWAITING_SHIPMENT",
            }
        ],
        **members,
    }


def upsert(*orders: dict[str, Any], origin: dict[str, Any] = ORIGIN) -> dict[str, Any]:
    return {"origin": origin, "orders": list(orders)}


def changed(value: Any, path: str, to: object) -> Any:
    """Return a copy with the member at `path` ("a.b[0].c") set, or removed if `to` is ABSENT."""
    steps = [int(step[1:-1]) if step.startswith("[") else step for step in re.findall(r"\[\d+\]|[^.\[\]]+", path)]
    result = copy.deepcopy(value)
    parent = result
    for step in steps[:-1]:
        parent = parent[step]
    if to is ABSENT:
        del parent[steps[-1]]
    else:
        parent[steps[-1]] = to
    return result


def paths(value: Any, prefix: str = "") -> list[str]:
    """Return the path of every member below `value`, of objects and of lists."""
    found: list[str] = []
    if isinstance(value, dict):
        for name, member in value.items():
            path = f"{prefix}.{name}" if prefix else name
            found += [path, *paths(member, path)]
    elif isinstance(value, list):
        for position, member in enumerate(value):
            path = f"{prefix}[{position}]"
            found += [path, *paths(member, path)]
    return found
