"""The rules of the Marketplace document for the bodies of calls on orders; see `body_rules`."""

from __future__ import annotations

from collections.abc import Mapping

from ..documents import STRING
from ..rules import (
    Check,
    array,
    boolean,
    decimal_text,
    instant,
    integer,
    integer_text,
    integers,
    nullable,
    number,
    record,
    tagged,
    text,
    text_or_number,
    variants,
)

__all__ = ["ORDER_BODIES"]

_ADDRESS: dict[str, Check] = {
    "city": nullable(STRING),
    "civility": nullable(STRING),
    "company": nullable(STRING),
    "company_2": nullable(STRING),
    "country": nullable(STRING),
    "country_iso_code": nullable(STRING),
    "firstname": nullable(STRING),
    "lastname": nullable(STRING),
    "phone": nullable(STRING),
    "phone_secondary": nullable(STRING),
    "state": nullable(STRING),
    "street_1": nullable(STRING),
    "street_2": nullable(STRING),
    "zip_code": nullable(STRING),
}
_CONTACT = nullable(record(required={}, optional={"customer_id": nullable(text(max_length=50))}))
_AMOUNTS = array(record(required={}, optional={"amount": decimal_text, "code": STRING}))
_FIELD_VALUES: dict[str, Check] = dict.fromkeys(
    ("BOOLEAN", "DATE", "LINK", "LIST", "NUMERIC", "REGEX", "STRING", "TEXTAREA"), nullable(STRING)
) | {"MULTIPLE_VALUES_LIST": nullable(array(STRING))}
_FIELD = variants(
    "type",
    {
        kind: record(required={"code": STRING, "value": value}, optional={"type": STRING})
        for kind, value in _FIELD_VALUES.items()
    },
    base=record(required={"code": STRING}, optional={"type": STRING}),
)
"""A custom field. Null deletes its value; the value is required only if the field contains its type."""


ORDER_BODIES: Mapping[str, Check] = {
    "OR04": record(
        required={
            "orders": array(
                record(
                    required={"order_id": STRING},
                    optional={
                        "customer": nullable(
                            record(
                                required={},
                                optional={
                                    "accounting_contact": _CONTACT,
                                    "billing_address": nullable(record(required={}, optional=_ADDRESS)),
                                    "delivery_contact": _CONTACT,
                                    "organization": nullable(
                                        record(
                                            required={},
                                            optional={
                                                "address": nullable(
                                                    record(
                                                        required={"zip_code": text(max_length=255)},
                                                        optional={
                                                            "city": nullable(text(max_length=255)),
                                                            "country_iso_code": nullable(STRING),
                                                            "state": nullable(text(max_length=255)),
                                                            "street_1": nullable(text(max_length=255)),
                                                            "street_2": nullable(text(max_length=255)),
                                                        },
                                                    )
                                                ),
                                                "identification_number": nullable(text(max_length=255)),
                                                "name": nullable(text(max_length=255)),
                                                "tax_identification_number": nullable(text(max_length=255)),
                                            },
                                        )
                                    ),
                                    "shipping_address": nullable(
                                        record(
                                            required={},
                                            optional=_ADDRESS
                                            | {
                                                "additional_info": nullable(text(max_length=1000)),
                                                "internal_additional_info": nullable(text(max_length=1000)),
                                            },
                                        )
                                    ),
                                },
                            )
                        ),
                        "invoice_details": nullable(
                            record(
                                required={},
                                optional={
                                    "document_details": nullable(
                                        array(record(required={}, optional={"format": nullable(STRING)}))
                                    ),
                                    "payment_terms": nullable(
                                        record(
                                            required={}, optional={"days": nullable(integer), "type": nullable(STRING)}
                                        )
                                    ),
                                },
                            )
                        ),
                        "payment_destination": nullable(
                            tagged(
                                "@type",
                                {
                                    "IBAN": record(
                                        required={"@type": STRING},
                                        optional={
                                            "payment_reference": nullable(STRING),
                                            "iban": nullable(text(max_length=255)),
                                        },
                                    )
                                },
                            )
                        ),
                        "payment_workflow": nullable(STRING),
                        "references": nullable(
                            record(
                                required={},
                                optional={
                                    "order_reference_for_customer": nullable(text(min_length=1, max_length=2000)),
                                    "order_reference_for_seller": nullable(text(min_length=1, max_length=2000)),
                                },
                            )
                        ),
                        "shipping_deadline": nullable(instant),
                        "shop_statistics": nullable(
                            record(required={"excluded": boolean}, optional={"reason": nullable(STRING)})
                        ),
                    },
                ),
                min_items=1,
                max_items=100,
            )
        }
    ),
    "OR07": record(
        required={
            "order_lines": array(
                record(
                    required={
                        "id": STRING,
                        "shipping_from": record(
                            required={},
                            optional={
                                "address": record(
                                    required={"country_iso_code": STRING},
                                    optional={
                                        "city": STRING,
                                        "state": STRING,
                                        "street_1": STRING,
                                        "street_2": STRING,
                                        "zip_code": STRING,
                                    },
                                ),
                                "warehouse": record(required={}, optional={"code": STRING}),
                            },
                        ),
                    }
                ),
                min_items=1,
                max_items=100,
            )
        }
    ),
    "OR13": record(
        required={},
        optional={
            "channel_codes": array(STRING, max_items=100),
            "end_date": instant,
            "end_refund_creation_date": instant,
            "end_update_date": instant,
            "fulfillment_center_codes": text(max_length=100),
            "items_per_chunk": integers(minimum=10000, maximum=1000000),
            "megabytes_per_chunk": integers(minimum=10, maximum=1024),
            "only_null_channel": boolean,
            "order_state_codes": array(STRING, max_items=100),
            "order_tax_mode": STRING,
            "refund_state_codes": array(STRING),
            "shop_ids": array(integer, max_items=100),
            "start_date": instant,
            "start_refund_creation_date": instant,
            "start_update_date": instant,
            "tax_recalculation_required_only": boolean,
            "waiting_funding_confirmation": boolean,
            "waiting_tax_confirmation": boolean,
        },
    ),
    "OR21": record(required={"order_lines": array(record(required={"accepted": boolean, "id": STRING}))}),
    "OR23": record(
        required={},
        optional={
            "carrier_code": STRING,
            "carrier_name": STRING,
            "carrier_standard_code": STRING,
            "carrier_url": STRING,
            "tracking_number": STRING,
        },
    ),
    "OR30": record(
        required={
            "cancelations": array(
                record(
                    required={
                        "amount": decimal_text,
                        "order_line_id": STRING,
                        "quantity": integer,
                        "reason_code": text_or_number,
                        "shipping_amount": number(),
                    },
                    optional={
                        "currency_iso_code": STRING,
                        "fees": _AMOUNTS,
                        "shipping_taxes": _AMOUNTS,
                        "taxes": _AMOUNTS,
                    },
                )
            )
        },
        optional={"order_tax_mode": STRING},
    ),
    "OR31": record(
        required={},
        optional={
            "order_additional_fields": array(_FIELD),
            "order_lines": array(
                record(required={"order_line_id": STRING}, optional={"order_line_additional_fields": array(_FIELD)})
            ),
        },
    ),
    "OR42": record(
        required={
            "body": text(min_length=3, max_length=50000),
            "customer_email": STRING,
            "customer_firstname": STRING,
            "customer_id": STRING,
            "customer_lastname": STRING,
            "subject": text(min_length=3, max_length=200),
            "to_customer": boolean,
            "to_operator": boolean,
            "to_shop": boolean,
        },
        optional={"customer_locale": STRING, "document_ids": array(integer_text)},
    ),
}
