"""Orders (OR11, OR12): a row of OR11 in full, with lines, taxes and a refund here and there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exchange import Answer, Call, answer_json
from . import names
from .draws import EPOCH, Draws, address, instant, person, uuid_of
from .filters import any_of, flag, one_of, since, until
from .paging import Given, Listing
from .refusals import refused
from .tables import Head, Kind, Row, Table

SECONDS_APART = 20
SAFETY = 60.0
"""Seconds that a start of updates is moved back, "to ensure no orders are missed"; how many is not published."""

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
_USUAL_STATES = ("WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "SHIPPING", "SHIPPING", "SHIPPED", "RECEIVED", "CLOSED")
WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "PAY_ON_SHIPMENT",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)
REFUND_STATES = ("WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED")
REFUND = uuid_of("refund", 0)
_ACCEPTED = frozenset({"SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
_SENT = frozenset({"SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
_THINGS = ("Espresso machine", "Kettle", "Desk lamp", "Hiking boots", "Rain jacket", "Cast iron pan", "Backpack 40 l")


def head(rank: int, draws: Draws) -> Head:
    """Return what an order is filtered by."""
    state = draws.pick(_USUAL_STATES) if draws.below(12) else draws.pick(("REFUSED", "CANCELED", "STAGING"))
    created = EPOCH + rank * SECONDS_APART
    lines = 1 + draws.below(3) // 2
    products = [draws.below(1000) for _ in range(lines)]
    channel = draws.pick(names.CHANNELS)[0] if draws.below(4) else None
    return {
        "order_id": names.order_id(rank),
        "commercial_id": names.commercial_id(rank),
        "order_state": state,
        "created": created,
        "last_updated": created + 60 + draws.below(5 * 86_400),
        "customer_id": names.customer_id(draws.below(5000)),
        "shop_id": names.FIRST_SHOP + draws.below(names.SHOPS),
        "channel": channel,
        "center": draws.pick(names.CENTERS),
        "has_incident": draws.below(40) == 0,
        "debited": state in _ACCEPTED,
        "payment_workflow": "PAY_ON_ACCEPTANCE",
        "no_channel": channel is None,
        "organization_id": None,
        "commissionable": True,
        "waiting": False,
        "products": products,
        "product_skus": [names.product_sku(product) for product in products],
        "offer_ids": [names.offer_id(product) for product in products],
        "reference_for_customer": f"PO-{rank + 700_000}",
        "reference_for_seller": f"S-{rank + 700_000}",
        "refund_states": ["REFUNDED"] if state == "CLOSED" and draws.below(10) == 0 else [],
    }


def row(head: Head, draws: Draws) -> Row:
    """Return an order as OR11 sends it."""
    state, created, updated = head["order_state"], head["created"], head["last_updated"]
    accepted, sent = state in _ACCEPTED, state in _SENT
    first, last = person(draws)
    where = address(draws, first, last)
    shop = head["shop_id"]
    lines = [_line(head, draws, place) for place in range(len(head["products"]))]
    price = round(sum(line["price"] for line in lines), 2)
    shipping = round(sum(line["shipping_price"] for line in lines), 2)
    channel = next(({"code": code, "label": label} for code, label in names.CHANNELS if code == head["channel"]), None)
    carrier = draws.pick(names.CARRIERS) if sent else (None, None)
    tracking = f"1Z{draws.below(10**9):010}" if sent else None
    return {
        "acceptance_decision_date": instant(created + 1800) if accepted or state == "REFUSED" else None,
        "can_cancel": state in {"WAITING_ACCEPTANCE", "SHIPPING"},
        "can_evaluate": state == "RECEIVED",
        "can_shop_ship": state == "SHIPPING",
        "channel": channel,
        "commercial_id": head["commercial_id"],
        "created_date": instant(created),
        "currency_iso_code": "EUR",
        "customer": {
            "accounting_contact": None,
            "billing_address": where if accepted else None,
            "civility": None,
            "customer_id": head["customer_id"],
            "delivery_contact": None,
            "email": f"{head['customer_id'].lower()}@example.com",
            "firstname": first,
            "lastname": last,
            "locale": "en_US",
            "organization": None,
            "shipping_address": where | {"additional_info": None, "internal_additional_info": None}
            if accepted
            else None,
        },
        "customer_debited_date": instant(created + 1900) if head["debited"] else None,
        "customer_directly_pays_seller": False,
        "delivery_date": {"earliest": instant(created + 3 * 86_400), "latest": instant(created + 6 * 86_400)},
        "discount_campaigns": [],
        "fulfillment": {"center": {"code": head["center"]}},
        "fully_refunded": bool(head["refund_states"]),
        "has_customer_message": draws.below(8) == 0,
        "has_incident": head["has_incident"],
        "has_invoice": state == "CLOSED",
        "imprint_number": None,
        "invoice_details": None,
        "last_updated_date": instant(updated),
        "leadtime_to_ship": 2,
        "order_additional_fields": [{"code": "gift", "type": "BOOLEAN", "value": "true"}]
        if draws.below(10) == 0
        else [],
        "order_id": head["order_id"],
        "order_lines": lines,
        "order_refunds": [{"order_refund_id": REFUND, "taxes": []}] if head["refund_states"] else [],
        "order_state": state,
        "order_state_reason_code": "AUTO_REFUSED" if state == "REFUSED" else None,
        "order_state_reason_label": "Refused automatically" if state == "REFUSED" else None,
        "order_tax_mode": "TAX_INCLUDED",
        "order_taxes": None,
        "pay_out_psp_code": "NOT_SPECIFIED",
        "paymentType": "CARD",
        "payment_duration": 0,
        "payment_type": "CARD",
        "payment_workflow": head["payment_workflow"],
        "price": price,
        "promotions": {"applied_promotions": [], "total_deduced_amount": 0},
        "quote_id": None,
        "references": {
            "order_reference_for_customer": head["reference_for_customer"],
            "order_reference_for_seller": head["reference_for_seller"],
        },
        "shipping_carrier_code": carrier[0],
        "shipping_carrier_standard_code": carrier[0],
        "shipping_company": carrier[1],
        "shipping_deadline": instant(created + 2 * 86_400),
        "shipping_price": shipping,
        "shipping_pudo_id": None,
        "shipping_tracking": tracking,
        "shipping_tracking_url": f"https://track.example.com/{tracking}" if tracking else None,
        "shipping_type_code": "STD",
        "shipping_type_label": "Standard",
        "shipping_type_standard_code": "CUSTOMER_MAIL_DELIVERY",
        "shipping_zone_code": "EU",
        "shipping_zone_label": "European Union",
        "shop_id": shop,
        "shop_name": names.shop_name(shop),
        "total_commission": round(sum(line["total_commission"] for line in lines), 2),
        "total_price": round(price + shipping, 2),
        "transaction_date": instant(created + 1900) if head["debited"] else None,
        "transaction_number": f"T{draws.below(10**9):09}" if head["debited"] else None,
    }


def _line(head: Head, draws: Draws, place: int) -> dict[str, Any]:
    product, state = head["products"][place], head["order_state"]
    created, updated = instant(head["created"]), instant(head["last_updated"])
    quantity, unit = 1 + draws.below(3), draws.cents(5, 200)
    price, shipping = round(quantity * unit, 2), draws.cents(0, 9)
    commission = round(price * 0.1, 2)
    thing = draws.pick(_THINGS)
    sent = state in _SENT
    return {
        "can_open_incident": state in {"SHIPPED", "RECEIVED"},
        "can_refund": state in _ACCEPTED,
        "cancelations": [],
        "category_code": "5110114",
        "category_label": "Home and garden",
        "commission_fee": commission,
        "commission_rate_vat": 20,
        "commission_taxes": [{"amount": round(commission * 0.2, 2), "code": "TAXDEFAULT", "rate": 20}],
        "commission_vat": round(commission * 0.2, 2),
        "created_date": created,
        "debited_date": created if head["debited"] else None,
        "description": None,
        "eco_contributions": [],
        "fees": [],
        "last_updated_date": updated,
        "offer_id": head["offer_ids"][place],
        "offer_sku": f"S{product:05}",
        "offer_state_code": "11",
        "order_line_additional_fields": [],
        "order_line_id": names.line_id(head["rank"], place + 1),
        "order_line_index": place + 1,
        "order_line_state": state,
        "order_line_state_reason_code": None,
        "order_line_state_reason_label": None,
        "origin_unit_price": unit,
        "price": price,
        "price_additional_info": None,
        "price_unit": unit,
        "product_medias": [
            {"media_url": f"/media/product/image/{product}-{size}", "mime_type": "JPEG", "type": size}
            for size in ("MEDIUM", "SMALL")
        ],
        "product_shop_sku": f"{125_000 + product}",
        "product_sku": head["product_skus"][place],
        "product_title": f"{thing}, model {product} “Étoile”",
        "promotions": [],
        "quantity": quantity,
        "received_date": updated if state in {"RECEIVED", "CLOSED"} else None,
        "refunds": [_refund(price, updated)] if head["refund_states"] else [],
        "shipped_date": updated if sent else None,
        "shipping_from": {"address": {"country_iso_code": "FRA"}, "warehouse": None},
        "shipping_price": shipping,
        "shipping_price_additional_unit": None,
        "shipping_price_unit": None,
        "shipping_taxes": [],
        "tax_legal_notice": None,
        "tax_recalculation_required": False,
        "taxes": [
            {
                "amount": round(price * 0.2, 2),
                "code": "VAT",
                "rate": 20,
                "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT",
            }
        ],
        "total_commission": round(commission * 1.2, 2),
        "total_price": round(price + shipping, 2),
    }


def _refund(price: float, created: str) -> dict[str, Any]:
    return {
        "amount": price,
        "commission_amount": 0,
        "commission_tax_amount": 0,
        "commission_taxes": [],
        "commission_total_amount": 0,
        "created_date": created,
        "id": "1106",
        "order_refund_id": REFUND,
        "quantity": 1,
        "reason_code": "19",
        "refund_state": "REFUNDED",
        "shipping_amount": 0,
        "shipping_taxes": [],
        "state": "REFUNDED",
        "taxes": [],
    }


ORDERS = Kind("orders", "order_id", names.order_id, names.order_rank, head, row)


def one_order(tables: Mapping[str, Table], call: Call) -> Answer:
    """OR12: answer one order, with all that OR11 tells of it."""
    orders = tables["orders"]
    rank = orders.find(call.path["order_id"])
    return refused(404, "There is no such order").answer if rank is None else answer_json(200, orders.row(rank))


def evaluation(tables: Mapping[str, Table], call: Call) -> Answer:
    """OR51: answer what a customer thought of an order; only of orders that were received."""
    orders = tables["orders"]
    rank = orders.find(call.path["order_id"])
    if rank is None or orders.head(rank)["order_state"] not in {"RECEIVED", "CLOSED"}:
        return refused(404, "There is no evaluation of that order").answer
    row = orders.row(rank)
    customer = row["customer"]
    answer = {
        "assessments": [{"code": "1", "label": "As described", "response": "5"}],
        "comment": "Très bien",
        "customer_id": customer["customer_id"],
        "date": row["last_updated_date"],
        "firstname": customer["firstname"],
        "grade": 1 + rank % 5,
        "last_updated_date": row["last_updated_date"],
        "lastname": customer["lastname"],
        "reply": None,
        "visible": True,
    }
    return answer_json(200, answer)


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
