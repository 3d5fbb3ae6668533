"""Identifiers of the marketplace's objects, which are made from a rank and can be converted back."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "CARRIERS",
    "CENTERS",
    "CHANNELS",
    "FIRST_SHOP",
    "SHOPS",
    "commercial_id",
    "customer_id",
    "digits",
    "ean",
    "ean_rank",
    "line_id",
    "line_rank",
    "number",
    "number_rank",
    "offer_id",
    "order_id",
    "order_rank",
    "product_rank",
    "product_sku",
    "shop_name",
    "shop_rank",
]

SHOPS: Final = 20
FIRST_SHOP: Final = 2000
CHANNELS: Final = (("US", "Website US"), ("FR", "Site France"), ("DE", "Webseite Deutschland"))
CENTERS: Final = ("DEFAULT", "FC-NORTH", "FC-SOUTH")
CARRIERS: Final = (("UPS", "UPS"), ("DHL", "DHL"), ("COLISSIMO", "Colissimo"))

_ORDER_BASE = 1_000_000_000
_NUMBER_BASE = 1_000_000
_ORDER = re.compile(r"Order_(\d+)-A", re.ASCII).fullmatch
_SKU = re.compile(r"MKP(\d{15})", re.ASCII).fullmatch


def shop_name(shop_id: int) -> str:
    """Return a shop's name."""
    return f"Shop {shop_id}"


def order_id(rank: int) -> str:
    """Return an order's id; the ids sort as texts in the order of their ranks."""
    return f"Order_{_ORDER_BASE + rank}-A"


def commercial_id(rank: int) -> str:
    """Return the id that an order shares with the orders paid together with it."""
    return f"Order_{_ORDER_BASE + rank}"


def order_rank(text: str) -> int | None:
    """Return the rank for an order's id."""
    matched = _ORDER(text)
    return int(matched[1]) - _ORDER_BASE if matched and order_id(int(matched[1]) - _ORDER_BASE) == text else None


def line_id(rank: int, line: int = 1) -> str:
    """Return the id of an order's line, counted from 1."""
    return f"{order_id(rank)}-{line}"


def line_rank(text: str) -> int | None:
    """Return the rank of the order whose first line has this id."""
    return order_rank(text.removesuffix("-1")) if text.endswith("-1") else None


def customer_id(number: int) -> str:
    """Return a customer's id."""
    return f"Customer_{number:06}"


def product_sku(rank: int) -> str:
    """Return a product's sku."""
    return f"MKP{_ORDER_BASE + rank:015}"


def product_rank(sku: str) -> int | None:
    """Return the rank for a product's SKU."""
    matched = _SKU(sku)
    return int(matched[1]) - _ORDER_BASE if matched else None


def ean(rank: int) -> str:
    """Return a product's EAN, including its check digit."""
    twelve = f"4{(_ORDER_BASE + rank):011}"
    odd, even = sum(map(int, twelve[::2])), sum(map(int, twelve[1::2]))
    return f"{twelve}{-(odd + 3 * even) % 10}"


def ean_rank(text: str) -> int | None:
    """Return the rank of the product with this EAN."""
    if len(text) != 13 or not (text.isascii() and text.isdecimal()):
        return None
    rank = int(text[1:12]) - _ORDER_BASE
    return rank if ean(rank) == text else None


def offer_id(product: int) -> int:
    """Return the id of a product's first offer; every sixth offer is a first offer."""
    return number(6 * product)


def number(rank: int) -> int:
    """Return the id of a row that is identified by a number."""
    return _NUMBER_BASE + rank


def digits(text: str) -> int | None:
    """Return the number that a text of ASCII digits is; None for other text, and for more digits than 64 bits hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def number_rank(text: str) -> int | None:
    """Return the rank of a row that is identified by a number."""
    number = digits(text)
    return None if number is None else number - _NUMBER_BASE


def shop_rank(text: str) -> int | None:
    """Return the rank of the shop of this id."""
    number = digits(text)
    return number - FIRST_SHOP if number is not None and 0 <= number - FIRST_SHOP < SHOPS else None
