"""The rules of the Connect and Account documents for returns, carriers, documents, business information and stores.

Enumerations are those that the published documents list in the description of a member.
"""

from __future__ import annotations

from .documents import COUNTRY, CURRENCY, ORIGIN, STRING
from .rules import array, boolean, instant, integer, nullable, number, one_of, record, text

__all__ = [
    "CREATE_STORES",
    "DELETE_DOCUMENT",
    "DOCUMENT_METADATA",
    "DOCUMENT_ORIGIN",
    "RETURN",
    "UPDATE_STORE",
    "UPSERT_BUSINESS_INFORMATION",
    "UPSERT_CARRIERS",
    "UPSERT_CHANNELS",
    "UPSERT_RETURNS",
]

IDENTIFIER = text(min_length=1)

RETURN = record(
    required={
        "channel_order_id": STRING,
        "channel_return_id": STRING,
        "channel_updated_at": instant,
        "created_at": instant,
        "return_lines": array(
            record(
                required={
                    "channel_order_line_id": STRING,
                    "quantity": integer,
                    "reason": one_of(
                        "WRONG_ITEM", "MISSING_ITEM", "DEFECTIVE_ITEM", "DAMAGED_ITEM", "UNWANTED_ITEM", "OTHER"
                    ),
                }
            ),
            min_items=1,
        ),
        "status": one_of("REQUEST_INITIATED", "REQUEST_DECLINED", "OPENED", "RECEIVED", "CLOSED", "CHANNEL_SPECIFIC"),
    },
    optional={
        "address": record(
            required={"city": STRING, "country_iso_code": COUNTRY, "street": STRING},
            optional={"country": STRING, "state": STRING, "street_additional_info": STRING, "zip_code": STRING},
        ),
        "label_url": STRING,
        "method": STRING,
        "rejection_reason": one_of("RETURN_WINDOW_CLOSED", "NOT_ELIGIBLE_FOR_RETURN", "FINAL_SALES", "OTHER"),
        "rma_id": STRING,
        "sub_channel_code": STRING,
        "tracking": record(
            required={}, optional={"carrier_name": STRING, "tracking_number": STRING, "tracking_url": STRING}
        ),
    },
)

UPSERT_RETURNS = record(required={"origin": ORIGIN, "returns": array(RETURN, min_items=1, max_items=100)})

UPSERT_CARRIERS = record(
    required={
        "carriers": array(record(required={"channel_carrier_id": STRING, "name": STRING}), min_items=1, max_items=5000)
    }
)

DOCUMENT_ORIGIN = record(
    required={"channel_id": STRING, "channel_store_id": STRING}, optional={"sub_channel_code": STRING}
)

DOCUMENT_METADATA = record(
    required={
        "channel_document_id": STRING,
        "filename": text(min_length=1, max_length=255),
        "type": one_of(
            "RETURN_LABEL", "CUSTOMER_INVOICE", "DELIVERY_SLIP", "SHIPMENT_DELIVERY_SLIP", "CHANNEL_SPECIFIC"
        ),
    },
    optional={
        "channel_type": STRING,
        "entity": record(required={"id": STRING, "type": one_of("RETURN")}),
    },
)

DELETE_DOCUMENT = record(required={"origin": DOCUMENT_ORIGIN})

UPSERT_BUSINESS_INFORMATION = record(
    required={"currency": CURRENCY, "updated_at": instant},
    optional={
        "kyc_status": one_of("PENDING_SUBMISSION", "PENDING_APPROVAL", "REFUSED", "APPROVED", "NOT_REQUIRED"),
        "kyc_status_reason": STRING,
        "missing_configuration": boolean,
        "payment_information_configured": boolean,
        "payment_information_warning": STRING,
        "quality_suspension_reasons": array(
            record(
                required={"rule": STRING},
                optional={
                    "period": STRING,
                    "rule_comparison_method": STRING,
                    "rule_type": STRING,
                    "stat_value": number(),
                    "threshold": number(),
                },
            )
        ),
        "shipping_warning": STRING,
        "sub_channels": array(record(required={"currency": CURRENCY, "id": STRING, "name": STRING})),
    },
)

UPSERT_CHANNELS = record(
    required={
        "channels": array(record(required={"external_id": STRING, "name": STRING, "status": STRING, "url": STRING}))
    }
)

_STORE = {"access_expiration_date": nullable(instant), "suspension_type": nullable(STRING)}
"""Mirakl's own examples send null for both, which the document does not allow."""

CREATE_STORES = record(
    required={
        "stores": array(
            record(
                required={"channel_id": STRING, "channel_store_id": STRING, "name": STRING, "state": STRING},
                optional=_STORE,
            )
        )
    }
)

UPDATE_STORE = record(required={"name": STRING, "state": STRING}, optional=_STORE)
