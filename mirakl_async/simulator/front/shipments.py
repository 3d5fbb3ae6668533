"""Shipments (ST11), the items to ship (ST12) and the pick lists for preparing them (PL11)."""

from __future__ import annotations

from functools import partial
from typing import Any

from . import names
from .filters import any_of, one_of, since, until
from .paging import Listing
from .row_random import RowRandom, address, instant, person, rank_of_uuid, uuid_of
from .tables import Head, Kind, Row

__all__ = [
    "DEBIT_STATES",
    "ITEMS_TO_SHIP",
    "PICKLISTS",
    "PICK_STATES",
    "PL11",
    "SHIPMENTS",
    "ST11",
    "ST12",
    "STATES",
    "picklist_id",
    "shipment_id",
]

STATES = (
    "SHIPPING",
    "READY_FOR_PICK_UP",
    "SHIPMENT_PREPARED",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CANCELED",
    "CLOSED",
)
DEBIT_STATES = ("NO_DEBIT", "NOT_STARTED", "WAITING_DEBIT_CONFIRMATION", "DEBIT_OK", "CANCELED")
PICK_STATES = ("NOTHING_TO_PREPARE", "WAITING_PREPARATION", "IN_PREPARATION", "READY_FOR_PICKUP", "CLOSED")


def shipment_id(rank: int) -> str:
    """Return a shipment's id."""
    return uuid_of("shipment", rank)


def picklist_id(rank: int) -> str:
    """Return a pick list's id."""
    return uuid_of("picklist", rank)


def _head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    return {
        "id": shipment_id(rank),
        "order_id": names.order_id(rank // 2),
        "state": draws.pick(STATES),
        "debit_state": draws.pick(DEBIT_STATES),
        "created": created,
        "last_updated": draws.later(5 * 86_400),
    }


def _row(head: Head, draws: RowRandom) -> Row:
    shipped = head["state"] in {"SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"}
    paid = head["debit_state"] == "DEBIT_OK"
    moment = instant(head["last_updated"])
    return {
        "created_date": instant(head["created"]),
        "id": head["id"],
        "invoice_reference": f"INV-{draws.below(10**6):06}" if shipped else None,
        "last_updated_date": moment,
        "order_id": head["order_id"],
        "payment_details": {
            "customer_debited_date": moment,
            "transaction_date": moment,
            "transaction_number": f"T{draws.below(10**9):09}",
        }
        if paid
        else None,
        "shipment_additional_information": [{"code": "pallets", "type": "STRING", "value": "2"}],
        "shipment_lines": [
            {
                "offer_sku": f"S{draws.below(1000):05}",
                "order_line_id": f"{head['order_id']}-1",
                "package_reference": None,
                "quantity": 1 + draws.below(4),
            }
        ],
        "shipped_date": moment if shipped else None,
        "shipping_from": {"address": {"country_iso_code": "FRA"}, "warehouse": None},
        "status": head["state"],
        "status_customer_debit": head["debit_state"],
        "tracking": _tracking(head, draws) if shipped else None,
    }


def _tracking(head: Head, draws: RowRandom) -> dict[str, Any]:
    code, name = draws.pick(names.CARRIERS)
    day = {"date": instant(head["last_updated"] + draws.below(5) * 86_400)[:10], "offset": "+01:00", "time": "10:30"}
    return {
        "carrier_code": code,
        "carrier_expected_delivery_date": {"earliest": day, "latest": day},
        "carrier_name": name,
        "carrier_standard_code": code,
        "last_known_location": None,
        "milestones": [{"additional_info": None, "occurrence_date": day, "type": "IN_TRANSIT"}],
        "tracking_number": f"1Z{draws.below(10**9):09}",
        "tracking_url": None,
        "validity_status": "UNVERIFIED",
    }


SHIPMENTS = Kind("shipments", "id", shipment_id, partial(rank_of_uuid, "shipment"), _head, _row)

ST11 = Listing(
    "ST11",
    "/api/shipments",
    "shipments",
    "seek",
    sorts={"dateCreated": ""},
    filters=(
        one_of("order_id", "order_id", many="repeat"),
        one_of("shipment_state_code", "state", many="repeat"),
        one_of("shipment_customer_debit_state_code", "debit_state", many="repeat"),
        since("last_updated_from", "last_updated"),
        until("last_updated_to", "last_updated"),
    ),
)


def _item_head(rank: int, draws: RowRandom) -> Head:
    return {
        "order_id": names.order_id(rank),
        "center": draws.pick(names.CENTERS),
        "shipping": draws.created,
        "last_updated": draws.created,
    }


def _item_row(head: Head, draws: RowRandom) -> Row:
    first, last = person(draws)
    rank = head["rank"]
    return {
        "fulfillment": {"center": {"code": head["center"]}},
        "order_id": head["order_id"],
        "references": {
            "order_reference_for_customer": f"PO-{rank + 700_000}",
            "order_reference_for_seller": None,
        },
        "shipment_lines": [
            {
                "offer_sku": f"S{draws.below(1000):05}",
                "order_line_id": names.line_id(rank),
                "package_description": None,
                "package_reference": None,
                "product_title": "Desk lamp",
                "quantity": 1 + draws.below(3),
            }
        ],
        "shipping_address": address(draws, first, last) | {"additional_info": None},
        "shipping_date": instant(head["shipping"]),
        "shipping_deadline": instant(head["shipping"] + 2 * 86_400),
        "shipping_type_code": "STD",
        "shipping_type_standard_code": None,
    }


ITEMS_TO_SHIP = Kind("items_to_ship", "order_id", names.order_id, names.order_rank, _item_head, _item_row)

ST12 = Listing(
    "ST12",
    "/api/shipments/items_to_ship",
    "items_to_ship",
    "seek",
    sorts={"shippingDate": ""},
    filters=(
        one_of("order_id", "order_id", many="repeat"),
        one_of("fulfillment_center_code", "center", many="repeat"),
        since("shipping_date_from", "shipping"),
        until("shipping_date_to", "shipping"),
    ),
)


def _pick_head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    return {
        "id": picklist_id(rank),
        "state": draws.pick(PICK_STATES),
        "created": created,
        "last_updated": draws.later(3600),
        "pickup": created + 86_400,
        "pickrun": f"RUN-{rank // 10}",
        "shop_id": names.FIRST_SHOP + draws.below(names.SHOPS),
        "line_ids": [names.line_id(rank * 2), names.line_id(rank * 2 + 1)],
    }


def _pick_row(head: Head, draws: RowRandom) -> Row:
    return {
        "date_created": instant(head["created"]),
        "id": head["id"],
        "last_updated": instant(head["last_updated"]),
        "order_lines": [{"id": line} for line in head["line_ids"]],
        "picklist_lines": [
            {"offer_id": names.offer_id(draws.below(1000)), "quantity": 1 + draws.below(4)} for _ in head["line_ids"]
        ],
        "pickrun_code": head["pickrun"],
        "pickup_date": instant(head["pickup"]),
        "shop_id": head["shop_id"],
        "state": head["state"],
    }


PICKLISTS = Kind("picklists", "id", picklist_id, partial(rank_of_uuid, "picklist"), _pick_head, _pick_row)

PL11 = Listing(
    "PL11",
    "/api/picklists",
    "picklists",
    "seek",
    sorts={"pickupDate": ""},
    filters=(
        one_of("pickrun_code", "pickrun", many="no"),
        since("pickup_date_min", "pickup"),
        until("pickup_date_max", "pickup"),
        one_of("picklist_id", "id", many="repeat"),
        one_of("shop_id", "shop_id", many="no"),
        one_of("picklist_state", "state", many="repeat"),
        any_of("order_line_id", "line_ids", many="repeat"),
    ),
)
