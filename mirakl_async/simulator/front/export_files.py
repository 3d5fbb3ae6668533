"""The files of an export, generated while they are sent: orders as JSON, offers as a JSON array or as CSV.

The columns of a CSV file depend on the instance: prices for each channel, and one column for each custom field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import json

from .offers import product_sku_of
from .reports import csv_lines
from .row_random import instant
from .tables import Row, Table

__all__ = ["Columns", "offers_as_csv", "offers_as_json", "orders"]

ROWS_A_PIECE = 50


class Columns(NamedTuple):
    """The columns of a CSV file: a selection or all, new names of some, and the channels whose prices are included."""

    named: Sequence[str]
    renamed: Mapping[str, str]
    channels: Sequence[str]

    def all(self) -> list[str]:
        """Return every column with its own name."""
        dynamic = (f"{name}[channel={code}]" for code in self.channels for name in _CHANNEL_COLUMNS)
        return list(self.named) or [*_COLUMNS, *dynamic]


def orders(table: Table, ranks: Sequence[int]) -> Iterator[bytes]:
    """Yield a file of orders (OR15): a JSON object with the single member `orders`."""
    yield b'{"orders":['
    yield from _rows(ranks, table.row)
    yield b"]}"


def offers_as_json(table: Table, ranks: Sequence[int], fields: Sequence[str]) -> Iterator[bytes]:
    """Yield a file of offers (OF54) as a JSON array, although the document's schema differs.

    Without `fields`, each offer has all fields.
    """

    def row(rank: int) -> Row:
        offer = _exported(table, rank)
        return {name: offer[name] for name in fields if name in offer} if fields else offer

    yield b"["
    yield from _rows(ranks, row)
    yield b"]"


def offers_as_csv(table: Table, ranks: Sequence[int], columns: Columns) -> Iterator[bytes]:
    """Yield a file of offers (OF54) as CSV."""
    wanted = columns.all()
    yield b"".join(csv_lines([[columns.renamed.get(name, name) for name in wanted]]))
    for begin in range(0, len(ranks), ROWS_A_PIECE):
        rows = [_cells(_exported(table, rank), wanted) for rank in ranks[begin : begin + ROWS_A_PIECE]]
        yield b"".join(csv_lines(rows))


def _rows(ranks: Sequence[int], row: Callable[[int], Row]) -> Iterator[bytes]:
    """Yield rows as JSON with commas between them, several rows at a time."""
    for begin in range(0, len(ranks), ROWS_A_PIECE):
        piece = json.encode([row(rank) for rank in ranks[begin : begin + ROWS_A_PIECE]])[1:-1]
        yield (b"," if begin else b"") + piece


def _exported(table: Table, rank: int) -> Row:
    """Return an offer as in exports: without the members of its product, and with the flag `deleted`."""
    head, row = table.head(rank), table.row(rank)
    price = row["price"]
    prices: list[dict[str, Any]] = [
        {"origin_price": price, "volume_prices": [{"quantity_threshold": 1, "unit_origin_price": price}]},
        {"context": {"channel_codes": head["channels"]}, "origin_price": round(price * 0.9, 2), "volume_prices": []},
    ]
    return {
        "active": row["active"],
        "allow_quote_requests": False,
        "channels": row["channels"],
        "currency_iso_code": row["currency_iso_code"],
        "date_created": instant(head["created"]),
        "deleted": head["deleted"],
        "description": row.get("description"),
        "eco_contributions": [],
        "fulfillment": row["fulfillment"],
        "is_professional": True,
        "last_updated": instant(head["last_updated"]),
        "leadtime_to_ship": row["leadtime_to_ship"],
        "logistic_class": {"code": "M"},
        "min_shipping_price": row["min_shipping_price"],
        "min_shipping_price_additional": 0,
        "min_shipping_type": "STD",
        "min_shipping_zone": "EU",
        "model": row["model"],
        "offer_additional_fields": row["offer_additional_fields"],
        "offer_id": row["offer_id"],
        "premium": head["premium"],
        "prices": prices,
        "product_sku": product_sku_of(head),
        "quantity": row["quantity"],
        "shop_id": row["shop_id"],
        "shop_name": row["shop_name"],
        "shop_sku": row["shop_sku"],
        "state_code": row["state_code"],
    }


def _price(offer: Row) -> Any:
    return offer["prices"][0]["origin_price"]


_COLUMNS: dict[str, Callable[[Row], Any]] = {
    "offer-id": lambda offer: offer["offer_id"],
    "product-sku": lambda offer: offer["product_sku"],
    "min-shipping-price": lambda offer: offer["min_shipping_price"],
    "price": _price,
    "total-price": lambda offer: round(_price(offer) + offer["min_shipping_price"], 2),
    "quantity": lambda offer: offer["quantity"],
    "description": lambda offer: offer["description"],
    "state-code": lambda offer: offer["state_code"],
    "shop-id": lambda offer: offer["shop_id"],
    "shop-name": lambda offer: offer["shop_name"],
    "professional": lambda offer: offer["is_professional"],
    "premium": lambda offer: offer["premium"],
    "active": lambda offer: offer["active"],
    "channels": lambda offer: "|".join(offer["channels"]),
    "deleted": lambda offer: offer["deleted"],
    "origin-price": _price,
    "currency-iso-code": lambda offer: offer["currency_iso_code"],
    "leadtime-to-ship": lambda offer: offer["leadtime_to_ship"],
    "fulfillment-center-code": lambda offer: offer["fulfillment"]["center"]["code"],
    "shop-sku": lambda offer: offer["shop_sku"],
    "date-created": lambda offer: offer["date_created"],
    "last-updated": lambda offer: offer["last_updated"],
    "model": lambda offer: offer["model"],
    "warranty": lambda offer: offer["offer_additional_fields"][0]["value"],
}
_CHANNEL_COLUMNS = ("price", "origin-price", "discount-price")


def _cells(offer: Row, columns: Sequence[str]) -> list[str]:
    return [_text(_cell(offer, name)) for name in columns]


def _cell(offer: Row, column: str) -> Any:
    name, dynamic, channel = column.partition("[channel=")
    if not dynamic:
        return _COLUMNS[name](offer) if name in _COLUMNS else None
    if name == "discount-price" or channel.rstrip("]") not in offer["prices"][1]["context"]["channel_codes"]:
        return None
    return offer["prices"][1]["origin_price"]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
