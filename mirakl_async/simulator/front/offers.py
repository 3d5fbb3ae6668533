"""Offers: one offer (OF22), the offers of products (P11), and the rows of their export (OF54).

Half of all offers belong to product 0, so that one product has many pages of them; the other products have three each.

P11 pages the offers of each product: `max` and `offset` count within every product, `total_count` is a member of each
product, and there is neither a total of all offers nor a Link header.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..exchange import Answer, Call, answer_json
from . import names
from .filters import MAX_VALUES, boolean, whole_number
from .products import MAX_REFERENCES, ranks_of, references, title
from .refusals import Refused, refused
from .row_random import RowRandom, instant
from .tables import Head, Kind, Row, Table

__all__ = ["OFFERS", "OfferQuery", "offers_of_products", "one_offer", "product_of", "product_sku_of", "quantity"]

_SORTS = ("bestPrice", "bestEvaluation")
_FILTERS = frozenset(
    {"offer_state_codes", "premium", "all_offers", "channel_codes", "all_channels", "shop_ids", "models"}
)
_KNOWN = _FILTERS | {"product_ids", "product_references", "max", "offset", "sort", "order", "locale", "paginate"}
_UNSERVED = frozenset(
    ("pricing_channel_code", "pricing_customer_organization_id", "shipping_zones", "all_shipping_zones")
)


def product_of(rank: int) -> int:
    """Return the rank of an offer's product."""
    return 0 if rank % 2 else rank // 6


def _head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    shop = draws.below(names.SHOPS)
    return {
        "offer_id": names.number(rank),
        "product": product_of(rank),
        "shop_id": names.FIRST_SHOP + shop,
        "created": created,
        "last_updated": draws.later(10 * 86_400),
        "active": draws.below(12) != 0,
        "deleted": False,
        "premium": shop % 3 == 0,
        "grade": 3 + (shop % 20) / 10,
        "price": draws.cents(5, 400),
        "shipping": draws.cents(0, 8),
        "state_code": "11" if draws.below(5) else "10",
        "channels": [draws.pick(names.CHANNELS)[0]],
        "model": "MARKETPLACE",
        "quantity": draws.below(200),
    }


def _row(head: Head, draws: RowRandom) -> Row:
    """Return an offer with the members that OF22 and P11 have in common."""
    shop, price = head["shop_id"], head["price"]
    pricing: dict[str, Any] = {
        "channel_code": None,
        "context": {"channel_codes": [], "customer_group_ids": [], "customer_organization_ids": []},
        "discount_end_date": None,
        "discount_start_date": None,
        "price": price,
        "unit_discount_price": None,
        "unit_origin_price": price,
        "volume_prices": [
            {"price": price, "quantity_threshold": 1, "unit_discount_price": None, "unit_origin_price": price}
        ],
    }
    return {
        "active": head["active"],
        "all_prices": [pricing],
        "allow_quote_requests": False,
        "applicable_pricing": pricing,
        "available_end_date": None,
        "available_start_date": None,
        "channels": head["channels"],
        "currency_iso_code": "EUR",
        "description": "As new;\nwith “quotes”" if draws.below(3) == 0 else None,
        "discount": None,
        "eco_contributions": [],
        "favorite_rank": None,
        "fulfillment": {"center": {"code": "DEFAULT"}},
        "inactivity_reasons": [] if head["active"] else ["ZERO_QUANTITY"],
        "leadtime_to_ship": 2,
        "logistic_class": {"code": "M", "label": "Medium"},
        "max_order_quantity": None,
        "min_order_quantity": None,
        "min_quantity_alert": None,
        "min_shipping_price": head["shipping"],
        "min_shipping_price_additional": 0,
        "min_shipping_type": "STD",
        "min_shipping_zone": "EU",
        "model": head["model"],
        "msrp": None,
        "offer_additional_fields": [{"code": "warranty", "type": "NUMERIC", "value": "24"}],
        "offer_id": head["offer_id"],
        "package_quantity": None,
        "price": price,
        "price_additional_info": None,
        "product_tax_code": None,
        "quantity": head["quantity"] if head["active"] else 0,
        "shipping_deadline": instant(head["created"] + 3 * 86_400),
        "shop_grade": head["grade"],
        "shop_id": shop,
        "shop_name": names.shop_name(shop),
        "shop_sku": f"S{head['rank']:06}",
        "state_code": head["state_code"],
        "total_price": round(price + head["shipping"], 2),
    }


OFFERS = Kind("offers", "offer_id", names.number, names.number_rank, _head, _row)


def product_sku_of(head: Head) -> str:
    """Return the SKU of an offer's product, from the offer's head."""
    return head.get("product_sku") or names.product_sku(head["product"])


def _product_of_head(head: Head, products: Table) -> Row:
    rank = products.find(product_sku_of(head))
    return _product(head["product"] if rank is None else rank, products) | {"product_sku": product_sku_of(head)}


def _product(rank: int, products: Table) -> Row:
    made_up: Row = {
        "category_code": "5110114",
        "category_label": "Home and garden",
        "product_brand": "Étoile",
        "product_description": "",
        "product_references": [{"reference": names.ean(rank), "reference_type": "EAN"}],
        "product_sku": names.product_sku(rank),
        "product_title": title(rank),
    }
    if rank not in products.own and not products.changed(rank):
        return made_up
    row = products.row(rank)
    reference = {"reference": row["product_id"], "reference_type": row["product_id_type"]}
    known = {name: row[name] for name in ("category_code", "category_label", "product_sku", "product_title")}
    return made_up | known | {"product_references": [reference]}


def one_offer(tables: Mapping[str, Table], call: Call) -> Answer:
    """OF22: answer one offer."""
    offers = tables["offers"]
    rank = offers.find(call.path["offer"])
    if rank is None:
        return refused(404, "There is no such offer").answer
    return answer_json(200, offers.row(rank) | _product_of_head(offers.head(rank), tables["products"]))


def quantity(tables: Mapping[str, Table], call: Call) -> Answer:
    """OF26: answer the quantity of an offer, which is 0 if it is not available."""
    offers = tables["offers"]
    rank = offers.find(call.path["offer"])
    if rank is None:
        return refused(404, "There is no such offer").answer
    row = offers.row(rank)
    return answer_json(200, {"offer_id": row["offer_id"], "quantity": row["quantity"]})


class OfferQuery(NamedTuple):
    """The parameters of P11, which apply to every product."""

    size: int
    offset: int
    sort: str
    descends: bool
    active_only: bool
    premium: str
    channels: tuple[str, ...]
    states: tuple[str, ...]
    shops: tuple[str, ...]
    models: tuple[str, ...]


def offers_of_products(tables: Mapping[str, Table], call: Call, ignored: Counter[str]) -> tuple[Answer, list[int]]:
    """P11: answer the offers of up to a hundred products, and return the ranks of these offers."""
    try:
        _check_names(call, ignored)
        products, asked = _requested_products(tables["products"], call), _parse_query(call)
    except Refused as refusal:
        return refusal.answer, []
    shown: list[int] = []
    rows: list[Row] = []
    for product in products:
        heads = _matching(tables, product, asked)
        page = heads[asked.offset : asked.offset + asked.size]
        shown.extend(head["rank"] for head in page)
        offers = [tables["offers"].row(head["rank"]) | _of_its_shop(head) for head in page]
        rows.append(_product(product, tables["products"]) | {"offers": offers, "total_count": len(heads)})
    return answer_json(200, {"products": rows}), shown


def _check_names(call: Call, ignored: Counter[str]) -> None:
    for name in call.query:
        if name in _UNSERVED:
            raise refused(501, f"The simulator does not filter by {name}")
        if name not in _KNOWN:
            ignored[f"P11 {name}"] += 1


def _parse_query(call: Call) -> OfferQuery:
    query = call.query
    everywhere = boolean("all_channels", query.get("all_channels", "false"))
    return OfferQuery(
        size=whole_number("max", query.get("max", "10"), 1, 100),
        offset=whole_number("offset", query.get("offset", "0"), 0),
        sort=_choice(call, "sort", _SORTS[0], _SORTS),
        descends=_choice(call, "order", "asc", ("asc", "desc")) == "desc",
        active_only=not boolean("all_offers", query.get("all_offers", "false")),
        premium=_choice(call, "premium", "ALL", ("TRUE", "FALSE", "ALL")),
        channels=() if everywhere else _several(call, "channel_codes"),
        states=_several(call, "offer_state_codes"),
        shops=_several(call, "shop_ids"),
        models=_several(call, "models"),
    )


def _choice(call: Call, name: str, default: str, values: tuple[str, ...]) -> str:
    value = call.query.get(name, default)
    if value not in values:
        raise refused(400, f"The parameter {name} takes {', '.join(values)}")
    return value


def _several(call: Call, name: str) -> tuple[str, ...]:
    values = tuple(value for value in call.query.get(name, "").split(",") if value)
    if name == "shop_ids" and len(values) > MAX_VALUES:
        raise refused(400, f"The parameter {name} takes at most {MAX_VALUES} values, {len(values)} given")
    return values


def _requested_products(products: Table, call: Call) -> list[int]:
    if "product_references" in call.query:
        return ranks_of(references(call.query["product_references"], "product_references"), products)
    if "product_ids" not in call.query:
        raise refused(400, "One of the parameters product_ids and product_references is needed")
    skus = [sku for sku in call.query["product_ids"].split(",") if sku]
    if len(skus) > MAX_REFERENCES:
        raise refused(400, f"The parameter product_ids takes at most {MAX_REFERENCES} values, {len(skus)} given")
    return sorted({rank for sku in skus if (rank := products.find(sku)) is not None})


def _matching(tables: Mapping[str, Table], product: int, asked: OfferQuery) -> list[Head]:
    """Return the heads of a product's offers that match the query, in the requested order."""
    offers, sku = tables["offers"], tables["products"].identify(product)
    if product == 0:
        ranks = [rank for rank in offers.ranks if product_of(rank) == 0]
    else:
        ranks = [rank for rank in range(6 * product, 6 * product + 6, 2) if rank in offers]
    candidates = sorted({*ranks, *offers.own}) if offers.own else ranks
    heads = [head for rank in candidates if product_sku_of(head := offers.head(rank)) == sku and _wanted(head, asked)]
    heads.sort(key=_best_price if asked.sort == "bestPrice" else _best_evaluation, reverse=asked.descends)
    return heads


def _wanted(head: Head, asked: OfferQuery) -> bool:
    return (
        (head["active"] or not asked.active_only)
        and (asked.premium == "ALL" or head["premium"] == (asked.premium == "TRUE"))
        and (not asked.channels or any(code in asked.channels for code in head["channels"]))
        and (not asked.states or head["state_code"] in asked.states)
        and (not asked.shops or str(head["shop_id"]) in asked.shops)
        and (not asked.models or head["model"] in asked.models)
    )


def _best_price(head: Head) -> tuple[Any, ...]:
    return head["price"] + head["shipping"], not head["premium"], -head["grade"], head["rank"]


def _best_evaluation(head: Head) -> tuple[Any, ...]:
    return -head["grade"], head["price"] + head["shipping"], not head["premium"], head["rank"]


def _of_its_shop(head: Head) -> Row:
    return {"is_professional": True, "nb_evaluation": head["rank"] % 90, "premium": head["premium"]}
