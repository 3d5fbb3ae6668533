"""Promotions (PR01)."""

from __future__ import annotations

from . import names
from .filters import any_of, one_of, since, until
from .paging import Listing
from .row_random import RowRandom, instant
from .tables import Head, Kind, Row

__all__ = ["PR01", "PROMOTIONS", "STATES", "TYPES", "key", "key_rank"]

STATES = ("ACTIVE", "PENDING", "PENDING_APPROVAL", "REJECTED", "EXPIRED")
TYPES = ("AMOUNT_OFF", "FREE_ITEMS", "PERCENTAGE_OFF", "REDUCED_UNIT_PRICE")


def key(rank: int) -> str:
    """Return a promotion's shop and its id in the shop, in the format of the parameter `ids`."""
    return f"{names.FIRST_SHOP + rank % names.SHOPS}|promo-{names.number(rank)}"


def key_rank(text: str) -> int | None:
    """Return the rank of a promotion."""
    rank = names.number_rank(text.rpartition("promo-")[2])
    return rank if rank is not None and key(rank) == text else None


def _head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    start = created + draws.below(30) * 86_400
    return {
        "key": key(rank),
        "internal_id": f"promo-{names.number(rank)}",
        "shop_id": names.FIRST_SHOP + rank % names.SHOPS,
        "type": draws.pick(TYPES),
        "state": draws.pick(STATES) if draws.below(2) else "ACTIVE",
        "created": created,
        "start": start,
        "end": start + (1 + draws.below(20)) * 86_400,
        "last_updated": draws.later(86_400),
        "triggers": [names.offer_id(draws.below(1000)) for _ in range(2)],
        "rewards": [names.offer_id(draws.below(1000))],
        "channels": [draws.pick(names.CHANNELS)[0]],
        "campaign": f"campaign-{rank % 7}" if draws.below(3) == 0 else None,
    }


def _row(head: Head, draws: RowRandom) -> Row:
    kind = head["type"]
    return {
        "amount_off": draws.cents(1, 20) if kind == "AMOUNT_OFF" else None,
        "application_to_cart": [],
        "campaign": {"identifier": head["campaign"]} if head["campaign"] else None,
        "channels": [{"code": code, "label": dict(names.CHANNELS).get(code, code)} for code in head["channels"]],
        "customer_group_ids": [],
        "customer_organization_ids": [],
        "date_created": instant(head["created"]),
        "end_date": instant(head["end"]),
        "free_items_quantity": 1 if kind == "FREE_ITEMS" else None,
        "internal_description": "Made up",
        "internal_id": head["internal_id"],
        "last_updated": instant(head["last_updated"]),
        "max_quantity_to_discount": None,
        "medias": [],
        "percentage_off": 1 + draws.below(60) if kind == "PERCENTAGE_OFF" else None,
        "public_descriptions": [{"locale": "en_US", "value": "For a while only"}],
        "reduced_unit_price": draws.cents(1, 50) if kind == "REDUCED_UNIT_PRICE" else None,
        "reward_offer_ids": head["rewards"],
        "reward_on_purchased_items": False,
        "shop_id": head["shop_id"],
        "start_date": instant(head["start"]),
        "state": head["state"],
        "trigger_offer_ids": head["triggers"],
        "triggers": [{"quantity_purchased": 2, "same_item_purchased": True, "type": "minimum_quantity"}],
        "type": kind,
    }


PROMOTIONS = Kind("promotions", "key", key, key_rank, _head, _row)

PR01 = Listing(
    "PR01",
    "/api/promotions",
    "promotions",
    "offset",
    items="promotions",
    sorts={"startDate": "start", "endDate": "end", "dateCreated": ""},
    newest_first=True,
    filters=(
        one_of("ids", "key"),
        one_of("types", "type", values=TYPES),
        one_of("states", "state", values=("ALL", *STATES), everything="ALL", default=("ACTIVE",)),
        one_of("shop_ids", "shop_id"),
        since("ending_after", "end"),
        until("starting_before", "start"),
        since("date_created_from", "created"),
        until("date_created_to", "created"),
        since("last_request_date", "last_updated"),
        any_of("trigger_offer_ids", "triggers"),
        any_of("reward_offer_ids", "rewards"),
        any_of("channel_codes", "channels"),
        one_of("campaign_identifiers", "campaign"),
    ),
)
