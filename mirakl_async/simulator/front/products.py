"""Products (P31): up to a hundred, found by their references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..exchange import Answer, Call, answer_json
from . import names
from .refusals import Refused, refused
from .row_random import RowRandom
from .tables import Head, Kind, Row, Table

__all__ = ["MAX_REFERENCES", "PRODUCTS", "look_up", "ranks_of", "references", "title"]

MAX_REFERENCES = 100
_THINGS = ("Espresso machine", "Kettle", "Desk lamp", "Hiking boots", "Rain jacket", "Cast iron pan", "Backpack 40 l")


def _head(rank: int, draws: RowRandom) -> Head:
    return {"product_sku": names.product_sku(rank), "last_updated": draws.created}


def title(rank: int) -> str:
    """Return a product's title."""
    return f"{_THINGS[rank % len(_THINGS)]} {rank}"


def _row(head: Head, _draws: RowRandom) -> Row:
    rank = head["rank"]
    return {
        "authorized_shop_ids": [],
        "category_code": "5110114",
        "category_label": "Home and garden",
        "product_id": names.ean(rank),
        "product_id_type": "EAN",
        "product_sku": head["product_sku"],
        "product_title": title(rank),
    }


PRODUCTS = Kind("products", "product_sku", names.product_sku, names.product_rank, _head, _row)


def references(text: str, name: str, *, kind_first: bool = True) -> list[tuple[str, str]]:
    """Parse TYPE|ID,TYPE|ID (the deprecated parameter has the reverse order); raises Refused."""
    pairs = [tuple(part.split("|")) for part in text.split(",") if part]
    if not pairs or any(len(pair) != 2 or not all(pair) for pair in pairs):
        shape = "TYPE|ID,TYPE|ID" if kind_first else "ID|TYPE,ID|TYPE"
        raise refused(400, f"The parameter {name} must be {shape}")
    if len(pairs) > MAX_REFERENCES:
        raise refused(400, f"The parameter {name} takes at most {MAX_REFERENCES} values, {len(pairs)} given")
    return [(pair[0], pair[1]) if kind_first else (pair[1], pair[0]) for pair in pairs]


def ranks_of(pairs: Sequence[tuple[str, str]], products: Table) -> list[int]:
    """Return the products for these references, by SKU; only generated EANs are known."""
    found = (names.ean_rank(value) for kind, value in pairs if kind == "EAN")
    made_up = {rank for rank in found if rank is not None and rank in products and rank not in products.own}
    own = {rank: products.row(rank) for rank in products.own}
    wanted = set(pairs)
    return sorted(
        made_up | {rank for rank, row in own.items() if (row["product_id_type"], row["product_id"]) in wanted}
    )


def look_up(tables: Mapping[str, Table], call: Call) -> Answer:
    """P31: answer the products of up to a hundred references, sorted by SKU; unknown references are omitted."""
    try:
        if "product_references" in call.query:
            pairs = references(call.query["product_references"], "product_references")
        elif "products" in call.query:
            pairs = references(call.query["products"], "products", kind_first=False)
        else:
            raise refused(400, "The parameter product_references is missing")
        for kind, _ in pairs:
            if kind in {"SKU", "SHOP_SKU"}:
                raise refused(400, f"The reference type {kind} is not accepted here")
    except Refused as refusal:
        return refusal.answer
    products = tables["products"]
    rows = [products.row(rank) for rank in ranks_of(pairs, products)]
    return answer_json(200, {"products": rows, "total_count": len(rows)})
