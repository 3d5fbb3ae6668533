"""Orders: the list (OR11), a single order (OR12), and the customer's evaluation (OR51)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exchange import Answer, Call, answer_json
from . import names
from .filters import any_of, flag, one_of, since, until
from .order_rows import head, row
from .paging import Given, Listing
from .promises import as_one_order, without_nulls
from .refusals import refused
from .tables import Kind, Table

__all__ = ["OR11", "ORDERS", "REFUND_STATES", "SAFETY", "STATES", "WORKFLOWS", "evaluation", "one_order"]

SAFETY = 60.0
"""Seconds by which a start of updates is moved back, to find late writes; the value at Mirakl is unknown."""

STATES = (
    "STAGING",
    "WAITING_ACCEPTANCE",
    "WAITING_DEBIT",
    "WAITING_DEBIT_PAYMENT",
    "SHIPPING",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CLOSED",
    "REFUSED",
    "CANCELED",
)
WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "PAY_ON_SHIPMENT",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)
REFUND_STATES = ("WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED")

ORDERS = Kind("orders", "order_id", names.order_id, names.order_rank, head, row)


def one_order(tables: Mapping[str, Table], call: Call) -> Answer:
    """OR12: answer one order; live answers have all members of OR11, the document has fewer."""
    orders = tables["orders"]
    rank = orders.find(call.path["order_id"])
    if rank is None:
        return refused(404, "There is no such order").answer
    return answer_json(200, orders.row(rank) if orders.nulls else as_one_order(orders.row(rank)))


def evaluation(tables: Mapping[str, Table], call: Call) -> Answer:
    """OR51: answer the customer's evaluation of an order that was received."""
    orders = tables["orders"]
    rank = orders.find(call.path["order_id"])
    if rank is None or orders.head(rank)["order_state"] not in {"RECEIVED", "CLOSED"}:
        return refused(404, "There is no evaluation of that order").answer
    order = orders.row(rank)
    customer = order["customer"]
    answer: dict[str, Any] = {
        "assessments": [{"code": "1", "label": "As described", "response": "5"}],
        "comment": "Très bien",
        "customer_id": customer["customer_id"],
        "date": order["last_updated_date"],
        "firstname": customer["firstname"],
        "grade": 1 + rank % 5,
        "last_updated_date": order["last_updated_date"],
        "lastname": customer["lastname"],
        "reply": None,
        "visible": True,
    }
    return answer_json(200, answer if orders.nulls else without_nulls(answer))


def _check(given: Given) -> None:
    ranged = "start_update_date" in given and "end_update_date" in given
    if "refund_state_codes" in given and not ranged:
        raise refused(400, "refund_state_codes needs start_update_date and end_update_date")
    if "only_null_channel" in given and "channel_codes" in given:
        raise refused(501, "The simulator does not combine only_null_channel with channel_codes")


OR11 = Listing(
    "OR11",
    "/api/orders",
    "orders",
    "offset",
    items="orders",
    sorts={"dateCreated": ""},
    check=_check,
    filters=(
        one_of("commercial_ids", "commercial_id", most=100),
        one_of("customer_ids", "customer_id", most=100),
        any_of("offer_ids", "offer_ids", most=100),
        one_of("order_ids", "order_id", most=100),
        one_of("shop_ids", "shop_id", most=100),
        one_of("order_references_for_customer", "reference_for_customer", most=100),
        one_of("order_references_for_seller", "reference_for_seller", most=100),
        any_of("product_skus", "product_skus", most=100),
        one_of("order_state_codes", "order_state", values=STATES),
        one_of("channel_codes", "channel", most=100),
        since("start_date", "created"),
        until("end_date", "created"),
        since("start_update_date", "last_updated", less=SAFETY),
        until("end_update_date", "last_updated"),
        flag("customer_debited", "debited"),
        one_of("payment_workflow", "payment_workflow", many="no", values=WORKFLOWS),
        flag("has_incident", "has_incident"),
        one_of("fulfillment_center_code", "center", many="repeat", most=100),
        flag("commissionable", "commissionable"),
        any_of("refund_state_codes", "refund_states"),
        one_of("customer_organization_ids", "organization_id"),
        flag("only_null_channel", "no_channel", only_true=True),
        flag("waiting_tax_confirmation", "waiting", only_true=True),
        flag("waiting_funding_confirmation", "waiting", only_true=True),
        flag("tax_recalculation_required_only", "waiting", only_true=True),
    ),
    unserved=("order_tax_mode",),
)
