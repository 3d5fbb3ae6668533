"""The data of Connect's events: actions of sellers, with the members that the webhooks document describes.

With `live`, the data has the form of Mirakl's own samples where these violate their schema: IGNORE parts with nulls, a
refund's `order_line_id`, an uploaded document's flat entity, prices without `offer_attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Data", "discount_part", "inventory_part", "lines_of", "money", "price_part", "refund_line", "stock_part"]

Data = dict[str, Any]


def money(amount: float, currency: str) -> Data:
    """Return an amount."""
    return {"amount": amount, "currency": currency}


def lines_of(order: Data, wanted: Sequence[str]) -> list[Data]:
    """Return the lines of an order with these ids, or all lines if no id is given; KeyError for an unknown id."""
    by_id: dict[str, Data] = {line["channel_order_line_id"]: line for line in order["order_lines"]}
    return [by_id[one] for one in wanted] if wanted else list(by_id.values())


def refund_line(line: Data, quantity: int | None, reason: str, *, member: str = "channel_order_line_id") -> Data:
    """Return a line of a refund or a cancelation; its amount is the price of the quantity."""
    units = line["quantity"] if quantity is None else quantity
    share = units / line["quantity"] if line["quantity"] else 0
    return {
        member: line["channel_order_line_id"],
        "product_id": line["product"]["id"],
        "quantity": units,
        "reason": reason,
        "price": _share(line["price"], share),
        "shipping_price": _share(line["total_shipping_price"], share),
        "taxes": [_tax(tax, share) for tax in line.get("taxes", ())],
        "shipping_taxes": [_tax(tax, share) for tax in line.get("shipping_taxes", ())],
    }


def _share(price: Data, share: float) -> Data:
    return money(round(price["amount"] * share, 2), price["currency"])


def _tax(tax: Data, share: float) -> Data:
    return {"code": tax["code"], "amount": _share(tax["amount"], share)}


def price_part(action: str, price: Data | None, *, live: bool) -> Data:
    """Return the part for a standard price: UPDATE has a price, DELETE and IGNORE have none."""
    return {"action_type": action, **_members(live, price=price)}


def discount_part(action: str, price: Data | None, start: str | None, end: str | None, *, live: bool) -> Data:
    """Return the part for a discount price and its period."""
    return {"action_type": action, **_members(live, price=price, start_date=start, end_date=end)}


def inventory_part(action: str, quantity: int | None, *, live: bool) -> Data:
    """Return the part for the aggregated stock."""
    partner = {"name": "__self__"} if quantity is not None else None
    return {"action_type": action, **_members(live, quantity=quantity, delivery_partner=partner)}


def stock_part(action: str, quantities: Mapping[str, int] | None, *, live: bool) -> Data:
    """Return the part for the stock of each warehouse; "" is the seller's centralized stock."""
    breakdown = None if quantities is None else [_stock(name, quantity) for name, quantity in quantities.items()]
    return {"action_type": action, **_members(live, breakdown=breakdown)}


def _stock(warehouse: str, quantity: int) -> Data:
    if not warehouse:
        return {"type": "SELLER_CENTRALIZED", "quantity": quantity}
    return {"type": "SELLER_WAREHOUSE", "quantity": quantity, "warehouse": {"id": warehouse}}


def _members(live: bool, **members: Any) -> Data:  # noqa: FBT001 - beside members of any name
    return {name: value for name, value in members.items() if live or value is not None}
