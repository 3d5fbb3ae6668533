"""Complete orders for OR11, made from what the list stores of an order and from generated values."""

from __future__ import annotations

from typing import Any

from . import names
from .row_random import RowRandom, address, instant, person, uuid_of
from .tables import Head, Row

__all__ = ["REFUND", "head", "row"]

REFUND = uuid_of("refund", 0)
_DAY = 86_400
_USUAL_STATES = ("WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "SHIPPING", "SHIPPING", "SHIPPED", "RECEIVED", "CLOSED")
_ACCEPTED = frozenset({"SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
_SENT = frozenset({"SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
_THINGS = ("Espresso machine", "Kettle", "Desk lamp", "Hiking boots", "Rain jacket", "Cast iron pan", "Backpack 40 l")
_CHANNELS = {code: {"code": code, "label": label} for code, label in names.CHANNELS}
_ALIKE: Row = {
    "currency_iso_code": "EUR",
    "customer_directly_pays_seller": False,
    "discount_campaigns": [],
    "imprint_number": None,
    "invoice_details": None,
    "leadtime_to_ship": 2,
    "order_tax_mode": "TAX_INCLUDED",
    "order_taxes": None,
    "pay_out_psp_code": "NOT_SPECIFIED",
    "paymentType": "CARD",
    "payment_duration": 0,
    "payment_type": "CARD",
    "promotions": {"applied_promotions": [], "total_deduced_amount": 0},
    "quote_id": None,
    "shipping_pudo_id": None,
    "shipping_type_code": "STD",
    "shipping_type_label": "Standard",
    "shipping_type_standard_code": "CUSTOMER_MAIL_DELIVERY",
    "shipping_zone_code": "EU",
    "shipping_zone_label": "European Union",
}
_LINES_ALIKE: Row = {
    "cancelations": [],
    "category_code": "5110114",
    "category_label": "Home and garden",
    "commission_rate_vat": 20,
    "description": None,
    "eco_contributions": [],
    "fees": [],
    "offer_state_code": "11",
    "order_line_additional_fields": [],
    "order_line_state_reason_code": None,
    "order_line_state_reason_label": None,
    "price_additional_info": None,
    "promotions": [],
    "shipping_from": {"address": {"country_iso_code": "FRA"}, "warehouse": None},
    "shipping_price_additional_unit": None,
    "shipping_price_unit": None,
    "shipping_taxes": [],
    "tax_legal_notice": None,
    "tax_recalculation_required": False,
}


def head(rank: int, draws: RowRandom) -> Head:
    """Return the values by which an order is filtered."""
    state = draws.pick(_USUAL_STATES) if draws.below(12) else draws.pick(("REFUSED", "CANCELED", "STAGING"))
    created = draws.created
    lines = 1 + draws.below(3) // 2
    products = [draws.below(1000) for _ in range(lines)]
    channel = draws.pick(names.CHANNELS)[0] if draws.below(4) else None
    return {
        "order_id": names.order_id(rank),
        "commercial_id": names.commercial_id(rank),
        "order_state": state,
        "created": created,
        "last_updated": draws.later(5 * _DAY, 60),
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


def row(head: Head, draws: RowRandom) -> Row:
    """Return an order in the form of OR11."""
    state, shop, created = head["order_state"], head["shop_id"], head["created"]
    lines = [_line(head, draws, place) for place in range(len(head["products"]))]
    price = round(sum(line["price"] for line in lines), 2)
    shipping = round(sum(line["shipping_price"] for line in lines), 2)
    gift = [{"code": "gift", "type": "BOOLEAN", "value": "true"}] if draws.below(10) == 0 else []
    return {
        **_ALIKE,
        **_members_of_state(head),
        **_payment(head, draws),
        **_shipment(head, draws),
        "channel": _CHANNELS.get(head["channel"]),
        "commercial_id": head["commercial_id"],
        "created_date": instant(created),
        "customer": _customer(head, draws),
        "delivery_date": {"earliest": instant(created + 3 * _DAY), "latest": instant(created + 6 * _DAY)},
        "fulfillment": {"center": {"code": head["center"]}},
        "has_customer_message": draws.below(8) == 0,
        "has_incident": head["has_incident"],
        "has_invoice": state == "CLOSED",
        "last_updated_date": instant(head["last_updated"]),
        "order_additional_fields": gift,
        "order_id": head["order_id"],
        "order_lines": lines,
        "order_refunds": [{"order_refund_id": REFUND, "taxes": []}] if head["refund_states"] else [],
        "price": price,
        "references": {
            "order_reference_for_customer": head["reference_for_customer"],
            "order_reference_for_seller": head["reference_for_seller"],
        },
        "shipping_price": shipping,
        "shop_id": shop,
        "shop_name": names.shop_name(shop),
        "total_commission": round(sum(line["total_commission"] for line in lines), 2),
        "total_price": round(price + shipping, 2),
    }


def _members_of_state(head: Head) -> Row:
    """Return the members that depend on an order's state."""
    state, refused = head["order_state"], head["order_state"] == "REFUSED"
    decided = state in _ACCEPTED or refused
    return {
        "acceptance_decision_date": instant(_shortly_after(head, 1800)) if decided else None,
        "can_cancel": state in {"WAITING_ACCEPTANCE", "SHIPPING"},
        "can_evaluate": state == "RECEIVED",
        "can_shop_ship": state == "SHIPPING",
        "fully_refunded": bool(head["refund_states"]),
        "order_state": state,
        "order_state_reason_code": "AUTO_REFUSED" if refused else None,
        "order_state_reason_label": "Refused automatically" if refused else None,
    }


def _shortly_after(head: Head, seconds: int) -> float:
    """Return a time some seconds after the creation, but not after the last update."""
    created: float = head["created"]
    latest: float = head["last_updated"]
    return min(created + seconds, latest)


def _payment(head: Head, draws: RowRandom) -> Row:
    paid = instant(_shortly_after(head, 1900)) if head["debited"] else None
    return {
        "customer_debited_date": paid,
        "payment_workflow": head["payment_workflow"],
        "transaction_date": paid,
        "transaction_number": f"T{draws.below(10**9):09}" if paid else None,
    }


def _shipment(head: Head, draws: RowRandom) -> Row:
    sent = head["order_state"] in _SENT
    code, company = draws.pick(names.CARRIERS) if sent else (None, None)
    tracking = f"1Z{draws.below(10**9):010}" if sent else None
    return {
        "shipping_carrier_code": code,
        "shipping_carrier_standard_code": code,
        "shipping_company": company,
        "shipping_deadline": instant(head["created"] + 2 * _DAY),
        "shipping_tracking": tracking,
        "shipping_tracking_url": f"https://track.example.com/{tracking}" if tracking else None,
    }


def _customer(head: Head, draws: RowRandom) -> Row:
    """Return the customer.

    The addresses are absent until the order is accepted, as in live answers, although the document requires them.
    """
    first, last = person(draws)
    where = address(draws, first, last) if head["order_state"] in _ACCEPTED else None
    return {
        "accounting_contact": None,
        "billing_address": where,
        "civility": None,
        "customer_id": head["customer_id"],
        "delivery_contact": None,
        "email": f"{head['customer_id'].lower()}@example.com",
        "firstname": first,
        "lastname": last,
        "locale": "en_US",
        "organization": None,
        "shipping_address": where and where | {"additional_info": None, "internal_additional_info": None},
    }


def _line(head: Head, draws: RowRandom, place: int) -> Row:
    product, state = head["products"][place], head["order_state"]
    updated = instant(head["last_updated"])
    return {
        **_LINES_ALIKE,
        **_amounts(draws),
        "can_open_incident": state in {"SHIPPED", "RECEIVED"},
        "can_refund": state in _ACCEPTED,
        "created_date": instant(head["created"]),
        "debited_date": instant(_shortly_after(head, 1900)) if head["debited"] else None,
        "last_updated_date": updated,
        "offer_id": head["offer_ids"][place],
        "offer_sku": f"S{product:05}",
        "order_line_id": f"{head['order_id']}-{place + 1}",
        "order_line_index": place + 1,
        "order_line_state": state,
        "product_medias": [
            {"media_url": f"/media/product/image/{product}-{size}", "mime_type": "JPEG", "type": size}
            for size in ("MEDIUM", "SMALL")
        ],
        "product_shop_sku": f"{125_000 + product}",
        "product_sku": head["product_skus"][place],
        "product_title": f"{draws.pick(_THINGS)}, model {product} “Étoile”",
        "received_date": updated if state in {"RECEIVED", "CLOSED"} else None,
        "refunds": [_refund(updated)] if head["refund_states"] else [],
        "shipped_date": updated if state in _SENT else None,
    }


def _amounts(draws: RowRandom) -> Row:
    """Return the quantity of a line and its amounts, which add up."""
    quantity, unit = 1 + draws.below(3), draws.cents(5, 200)
    price, shipping = round(quantity * unit, 2), draws.cents(0, 9)
    commission = round(price * 0.1, 2)
    on_commission, vat = round(commission * 0.2, 2), round(price * 0.2, 2)
    return {
        "commission_fee": commission,
        "commission_taxes": [{"amount": on_commission, "code": "TAXDEFAULT", "rate": 20}],
        "commission_vat": on_commission,
        "origin_unit_price": unit,
        "price": price,
        "price_unit": unit,
        "quantity": quantity,
        "shipping_price": shipping,
        "taxes": [{"amount": vat, "code": "VAT", "rate": 20, "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT"}],
        "total_commission": round(commission + on_commission, 2),
        "total_price": round(price + shipping, 2),
    }


def _refund(created: str) -> dict[str, Any]:
    return {
        "amount": 1.5,
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
