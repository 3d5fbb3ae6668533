"""The rules of the Connect document for the payloads of the order operations, field by field.

Types, required members, lengths, bounds and enumerations are those of the published document. Where the document names
a format (date-time, uri, email) or a code list (ISO 4217, ISO 3166-1 alpha-3), only the form of a value is checked. The
document sets no bounds for quantities, so every quantity is accepted.
"""

from __future__ import annotations

from typing import Any

from .rules import OK, Problem, array, boolean, both, instant, integer, number, one_of, pattern, record, tagged, text

__all__ = [
    "ANONYMIZE_AFTER",
    "COUNTRY",
    "CURRENCY",
    "ORDER",
    "ORDER_LINE",
    "ORIGIN",
    "STATUS",
    "STRING",
    "UPDATE_ACTION",
    "UPSERT_ORDERS",
    "URI",
]

STRING = text()
URI = pattern(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", "an absolute URI")
EMAIL = pattern(r"[^@\s]+@[^@\s]+", "an email address")
COUNTRY = pattern(r"[A-Z]{3}", "an ISO 3166-1 alpha-3 code")
CURRENCY = pattern(r"[A-Z]{3}", "an ISO 4217 code")

STATUS = one_of(
    "AWAITING_ACCEPTANCE",
    "AWAITING_FRAUD_CHECK",
    "AWAITING_PAYMENT",
    "AWAITING_SHIPMENT",
    "CHANNEL_SPECIFIC",
    "CLOSED",
    "DELIVERED",
    "SHIPPED",
)
STATUS_REASON = one_of(
    "ACCEPTANCE_TIMEOUT",
    "AUTOMATICALLY_CLOSED",
    "CANCELED",
    "FRAUD_CHECK_FAILED",
    "FRAUD_CHECK_TIMEOUT",
    "PAYMENT_TIMEOUT",
    "REFUNDED",
    "REFUSED",
    "REFUSED_PAYMENT",
)
ADJUSTMENT_REASON = one_of(
    "CUSTOMER_CANCELATION",
    "OUT_OF_STOCK",
    "RETURN",
    "ITEM_NOT_RECEIVED",
    "AGREEMENT",
    "DEFECT",
    "UNABLE_TO_DELIVER",
    "CHANNEL_SPECIFIC",
)
ACTION_ERROR = one_of(
    "INVALID_INPUT",
    "DATA_NOT_FOUND",
    "UNEXPECTED",
    "UNAVAILABLE",
    "TOO_MANY_REQUEST",
    "ACTION_NOT_SUPPORTED",
    "ORDER_IN_WRONG_STATE",
    "RETURN_IN_WRONG_STATE",
    "CARRIER_NOT_SUPPORTED",
    "MISSING_CARRIER",
    "WAREHOUSE_ID_NOT_FOUND",
    "WAREHOUSE_ID_REQUIRED",
    "OTHER",
)

MONEY = record(required={"amount": number(minimum=0), "currency": CURRENCY})

TAX = record(
    required={"amount": MONEY, "code": STRING},
    optional={"rate": number(), "seller_collectible": MONEY, "channel_collectible": MONEY},
)

ADDRESS = record(
    required={"city": STRING, "last_name": STRING, "street": STRING},
    optional={
        "additional_info": STRING,
        "company": STRING,
        "country": STRING,
        "country_iso_code": COUNTRY,
        "first_name": STRING,
        "phone": STRING,
        "state": STRING,
        "street_additional_info": STRING,
        "zip_code": STRING,
    },
)

_ATTRIBUTE_VALUES = {
    "STRING": text(max_length=100_000),
    "NUMERIC": number(minimum=-1_000_000_000, maximum=1_000_000_000),
    "BOOLEAN": boolean,
    "DATE": instant,
    "LIST": array(text(max_length=10_000), min_items=1, max_items=1000),
}
CUSTOM_ATTRIBUTES = array(
    tagged(
        "type",
        {
            kind: record(required={"id": text(min_length=1, max_length=255), "type": STRING, "value": value})
            for kind, value in _ATTRIBUTE_VALUES.items()
        },
    ),
    max_items=1000,
)

SHIPPING_INFO = record(
    required={},
    optional={
        "address": ADDRESS,
        "carrier": STRING,
        "delivery_date": record(required={"earliest": instant, "latest": instant}),
        "email": EMAIL,
        "method": STRING,
        "pudo_id": STRING,
        "shipping_deadline": instant,
    },
)

ADJUSTMENT = record(
    required={
        "channel_adjustment_id": STRING,
        "created_at": instant,
        "price": MONEY,
        "quantity": integer,
        "reason": ADJUSTMENT_REASON,
        "shipping_price": MONEY,
        "type": one_of("REFUND", "CANCELATION"),
    },
    optional={"taxes": array(TAX), "shipping_taxes": array(TAX)},
)

ORDER_LINE = record(
    required={
        "can_cancel": boolean,
        "can_refund": boolean,
        "channel_order_line_id": STRING,
        "created_at": instant,
        "price": MONEY,
        "product": record(required={"id": STRING, "title": STRING}, optional={"thumbnail_url": URI}),
        "quantity": integer,
        "status": STATUS,
        "total_shipping_price": MONEY,
        "updated_at": instant,
    },
    optional={
        "adjustments": array(ADJUSTMENT),
        "custom_attributes": CUSTOM_ATTRIBUTES,
        "shipping_taxes": array(TAX),
        "status_reason": STATUS_REASON,
        "taxes": array(TAX),
    },
)

ORDER = record(
    required={
        "channel_order_id": STRING,
        "channel_updated_at": instant,
        "created_at": instant,
        "fulfillment": record(
            required={"type": one_of("FULFILLED_BY_SELLER", "FULFILLED_BY_PARTNER")},
            optional={"code": STRING},
        ),
        "order_lines": array(ORDER_LINE, min_items=1),
        "shipping_info": SHIPPING_INFO,
        "status": STATUS,
    },
    optional={
        "billing_info": record(required={}, optional={"address": ADDRESS}),
        "custom_attributes": CUSTOM_ATTRIBUTES,
        "has_incident": boolean,
        "status_reason": STATUS_REASON,
        "sub_channel_code": STRING,
    },
)

ORIGIN = record(required={"channel_id": STRING, "channel_store_id": STRING})

UPSERT_ORDERS = record(
    required={
        "origin": ORIGIN,
        "orders": array(ORDER, min_items=1, max_items=100),
    },
)


def _failure_says_why(value: Any) -> tuple[Problem, ...]:
    if value["status"] == "FAILED" and not value.get("errors"):
        return (Problem("is required when status is FAILED", "errors"),)
    return OK


UPDATE_ACTION = both(
    record(
        required={"status": one_of("SUCCESS", "FAILED")},
        optional={"errors": array(record(required={"code": ACTION_ERROR, "message": STRING}))},
    ),
    _failure_says_why,
)

ANONYMIZE_AFTER = record(
    required={
        "orders": array(
            record(
                required={"anonymize_after": instant, "channel_id": STRING, "channel_order_id": STRING},
                optional={"sub_channel_code": STRING},
            ),
            min_items=1,
            max_items=100,
        ),
    },
)
