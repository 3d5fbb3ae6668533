"""Returns (RT11), the items that can be returned (RT12) and the labels of returns (RT52)."""

from __future__ import annotations

from . import names
from .filters import any_of, one_of, since, until
from .paging import Listing
from .row_random import RowRandom, instant, rank_of_uuid, uuid_of
from .tables import Head, Kind, Row

__all__ = [
    "ITEMS_TO_RETURN",
    "LABEL_STATES",
    "METHODS",
    "REASONS",
    "RETURNS",
    "RETURN_LABELS",
    "RT11",
    "RT12",
    "RT52",
    "STATES",
    "return_id",
    "return_rank",
]

STATES = ("WAITING_ACCEPTANCE", "IN_PROGRESS", "REFUSED", "RECEIVED", "NO_RECEPTION", "CLOSED", "CANCELED")
METHODS = ("RETURN_METHOD_BY_MAIL", "RETURN_METHOD_DROP_OFF_POINT", "RETURN_METHOD_IN_STORE")
REASONS = ("RETURN_BROKEN_ITEM", "RETURN_CHANGED_MIND", "RETURN_DEFECTIVE_ITEM", "RETURN_OTHER")
LABEL_STATES = ("PENDING", "CREATED", "FAILED")


def return_id(rank: int) -> str:
    """Return a return's id."""
    return uuid_of("return", rank)


def return_rank(text: str) -> int | None:
    """Return the rank for a return's id."""
    return rank_of_uuid("return", text)


def _head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    return {
        "id": return_id(rank),
        "state": draws.pick(STATES),
        "created": created,
        "last_updated": draws.later(86_400),
        "order_commercial_id": names.commercial_id(rank),
        "line_ids": [names.line_id(rank)],
        "rma": f"RMA-{names.number(rank)}",
        "customer_id": names.customer_id(draws.below(5000)),
    }


def _row(head: Head, draws: RowRandom) -> Row:
    state, reason = head["state"], draws.pick(REASONS)
    tracked = state in {"IN_PROGRESS", "RECEIVED", "CLOSED"}
    return {
        "date_created": instant(head["created"]),
        "description": None,
        "documents": [{"id": names.number(head["rank"]), "type": "SYSTEM_RETURN_LABEL"}] if tracked else [],
        "id": head["id"],
        "label_url": None,
        "last_updated": instant(head["last_updated"]),
        "method_code": draws.pick(METHODS),
        "order_commercial_id": head["order_commercial_id"],
        "order_id": names.order_id(head["rank"]),
        "reason_code": reason,
        "rejection_reason_code": "RETURN_REJECTION_WINDOW_CLOSED" if state == "REFUSED" else None,
        "return_address": {
            "city": "Lyon",
            "country_iso_code": "FRA",
            "state": None,
            "street1": f"{1 + draws.below(90)} Rue des Tanneurs",
            "street2": None,
            "zip_code": "69002",
        },
        "return_lines": [
            {"compliance": [], "order_line_id": line, "quantity": 1, "reason_code": reason} for line in head["line_ids"]
        ],
        "rma": head["rma"],
        "state": state,
        "tracking": {
            "carrier_code": "UPS",
            "carrier_name": "UPS",
            "carrier_standard_code": "UPS",
            "tracking_number": f"1Z{draws.below(10**9):09}",
            "tracking_url": None,
        }
        if tracked
        else None,
    }


RETURNS = Kind("returns", "id", return_id, return_rank, _head, _row)

RT11 = Listing(
    "RT11",
    "/api/returns",
    "returns",
    "seek",
    sorts={"date_created": ""},
    filters=(
        one_of("return_id", "id", many="repeat"),
        one_of("return_state", "state", many="repeat"),
        since("return_creation_date_from", "created"),
        until("return_creation_date_to", "created"),
        since("return_last_updated_from", "last_updated"),
        until("return_last_updated_to", "last_updated"),
        one_of("order_commercial_id", "order_commercial_id", many="repeat"),
        any_of("order_line_id", "line_ids", many="repeat"),
        one_of("return_rma", "rma", many="repeat"),
        one_of("customer_id", "customer_id", many="repeat"),
    ),
)


def _item_head(rank: int, draws: RowRandom) -> Head:
    received = draws.later(600)
    return {
        "order_line_id": names.line_id(rank),
        "order_commercial_id": names.commercial_id(rank),
        "received": received,
        "last_updated": received,
    }


def _item_row(head: Head, draws: RowRandom) -> Row:
    return {
        "available_return_methods": list(METHODS),
        "available_return_reasons": list(REASONS),
        "order_commercial_id": head["order_commercial_id"],
        "order_line_id": head["order_line_id"],
        "return_window": 14,
        "return_window_end_date": instant(head["received"] + 14 * 86_400),
        "return_window_start_date": instant(head["received"]),
        "returnable_quantity": 1 + draws.below(3),
    }


ITEMS_TO_RETURN = Kind("items_to_return", "order_line_id", names.line_id, names.line_rank, _item_head, _item_row)

RT12 = Listing(
    "RT12",
    "/api/returns/items_to_return",
    "items_to_return",
    "seek",
    sorts={"order_line_id": ""},
    filters=(
        one_of("order_commercial_id", "order_commercial_id", many="repeat"),
        one_of("order_line_id", "order_line_id", many="repeat"),
    ),
)


def _label_head(rank: int, draws: RowRandom) -> Head:
    created = draws.later(61, 60)
    return {
        "return_id": return_id(rank),
        "label_state": draws.pick(LABEL_STATES) if draws.below(3) == 0 else "CREATED",
        "created": created,
        "last_updated": draws.later(3600),
    }


def _label_row(head: Head, draws: RowRandom) -> Row:
    state = head["label_state"]
    created = state == "CREATED"
    failure = {"code": "CARRIER_UNAVAILABLE", "message": "The carrier did not answer in time"}
    file = {"file_type": "PDF", "url": f"https://labels.example.com/{head['return_id']}.pdf"}
    return {
        "date_created": instant(head["created"]),
        "errors": [failure] if state == "FAILED" else [],
        "estimated_cost": {"amount": draws.cents(3, 9), "currency_iso_code": "EUR"} if created else None,
        "files": {"label": file, "qr_code": None} if created else None,
        "label_state": state,
        "last_updated": instant(head["last_updated"]),
        "return_id": head["return_id"],
        "tracking": {
            "carrier_code": "DHL",
            "carrier_name": "DHL",
            "carrier_service_code": "DHL_RETURN",
            "carrier_standard_code": "DHL",
            "tracking_number": f"JD{draws.below(10**9):09}",
            "tracking_url": None,
        }
        if created
        else None,
    }


RETURN_LABELS = Kind("return_labels", "return_id", return_id, return_rank, _label_head, _label_row)

RT52 = Listing(
    "RT52",
    "/api/returns/return-labels",
    "return_labels",
    "seek",
    sorts={"date_created": ""},
    filters=(
        one_of("return_id", "return_id", many="repeat", most=100),
        one_of("label_state", "label_state", many="repeat", values=LABEL_STATES),
        since("date_created_from", "created"),
        until("date_created_to", "created"),
        since("last_updated_from", "last_updated"),
        until("last_updated_to", "last_updated"),
    ),
)
