"""The rules of the Marketplace document for bodies of calls, member by member.

Types, required members, lengths, bounds and patterns are those of the published document. Where Mirakl's own examples
differ from it (null, a number as text, a line without its reason), both forms are accepted.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..documents import STRING
from ..rules import (
    Check,
    array,
    boolean,
    boolean_text,
    both,
    instant,
    integers,
    mapping,
    nullable,
    number,
    one_of,
    pattern,
    record,
    tagged,
    text,
)
from .order_body_rules import ORDER_BODIES

__all__ = ["BODIES", "PARTS"]

_LETTERS = "made of letters, digits, _ and -"
_RMA = both(text(min_length=1, max_length=100), pattern("[0-9a-zA-Z_-]+", _LETTERS))
_INVOICE_REFERENCE = both(text(max_length=255), pattern("[0-9a-zA-Z_-]*", _LETTERS))

BODIES: Mapping[str, Check] = {
    **ORDER_BODIES,
    "OF52": record(
        required={},
        optional={
            "channel_codes": array(STRING),
            "exclude_customer_specific_prices": boolean_text,
            "export_type": STRING,
            "include_fields": array(STRING),
            "include_inactive_offers": boolean,
            "items_per_chunk": integers(minimum=1, maximum=1000000),
            "last_request_date": instant,
            "megabytes_per_chunk": integers(minimum=10, maximum=1000),
            "models": array(STRING),
            "ongoing_discount_campaign_identifiers": array(STRING),
            "rename_fields": mapping(STRING),
            "shipping_zones": array(STRING),
        },
    ),
    "RT01": record(
        required={
            "returns": array(
                record(
                    required={
                        "method_code": STRING,
                        "order_commercial_id": STRING,
                        "return_lines": array(
                            record(
                                required={"order_line_id": STRING, "quantity": integers(minimum=1)},
                                optional={"reason_code": STRING},
                            ),
                            min_items=1,
                            max_items=200,
                        ),
                    },
                    optional={
                        "accepted": nullable(boolean),
                        "description": text(max_length=2000),
                        "label_url": nullable(text(min_length=1, max_length=2000)),
                        "reason_code": STRING,
                        "rma": nullable(_RMA),
                    },
                ),
                min_items=1,
                max_items=200,
            )
        }
    ),
    "RT25": record(
        required={"returns": array(record(required={"id": text(max_length=36)}), min_items=1, max_items=100)}
    ),
    "RT29": record(
        required={"returns": array(record(required={"id": text(max_length=36)}), min_items=1, max_items=100)}
    ),
    "RT51": record(
        required={
            "return_labels": array(
                record(
                    required={
                        "package": record(
                            required={
                                "dimensions": record(
                                    required={
                                        "height": number(minimum=0),
                                        "length": number(minimum=0),
                                        "unit": pattern("^(in|cm)$", "of the form ^(in|cm)$"),
                                        "width": number(minimum=0),
                                    }
                                ),
                                "weight": record(
                                    required={
                                        "unit": pattern("^(lb|kg)$", "of the form ^(lb|kg)$"),
                                        "value": number(minimum=0),
                                    }
                                ),
                            }
                        ),
                        "return_id": STRING,
                    },
                    optional={
                        "carrier_code": nullable(STRING),
                        "carrier_service_code": nullable(STRING),
                        "label_options": record(required={}, optional={"qr_code": boolean}),
                        "label_selection_mode": STRING,
                        "shipping_from": record(
                            required={
                                "city": STRING,
                                "contact_name": STRING,
                                "contact_phone": STRING,
                                "country_iso_code": STRING,
                                "street_1": STRING,
                            },
                            optional={"state": nullable(STRING), "street_2": nullable(STRING), "zip_code": STRING},
                        ),
                    },
                ),
                max_items=200,
            )
        }
    ),
    "ST01": record(
        required={
            "shipments": array(
                record(
                    required={
                        "order_id": text(min_length=1),
                        "shipment_lines": array(
                            record(
                                required={"quantity": integers(minimum=1)},
                                optional={"offer_sku": STRING, "order_line_id": STRING, "package_reference": STRING},
                            ),
                            min_items=1,
                        ),
                    },
                    optional={
                        "invoice_reference": _INVOICE_REFERENCE,
                        "shipment_additional_information": nullable(
                            array(record(required={"code": STRING, "type": one_of("DATE", "STRING"), "value": STRING}))
                        ),
                        "shipped": boolean,
                        "shipping_from": record(
                            required={}, optional={"warehouse": record(required={}, optional={"code": STRING})}
                        ),
                        "tracking": record(
                            required={},
                            optional={
                                "carrier_code": STRING,
                                "carrier_name": STRING,
                                "carrier_standard_code": STRING,
                                "tracking_number": STRING,
                                "tracking_url": STRING,
                            },
                        ),
                    },
                ),
                min_items=1,
                max_items=1000,
            )
        }
    ),
    "ST06": record(
        required={"shipments": array(record(required={"id": text(min_length=1)}), min_items=1, max_items=1000)}
    ),
    "ST23": record(
        required={
            "shipments": array(
                record(
                    required={
                        "id": STRING,
                        "tracking": record(
                            required={},
                            optional={
                                "carrier_code": STRING,
                                "carrier_name": STRING,
                                "carrier_standard_code": STRING,
                                "tracking_number": STRING,
                                "tracking_url": STRING,
                            },
                        ),
                    }
                ),
                min_items=1,
                max_items=1000,
            )
        }
    ),
    "ST24": record(
        required={"shipments": array(record(required={"id": text(min_length=1)}), min_items=1, max_items=1000)}
    ),
    "ST26": record(
        required={"shipments": array(record(required={"id": text(min_length=1)}), min_items=1, max_items=1000)}
    ),
}

PARTS: Mapping[str, Check] = {
    "conversion_options": record(
        required={},
        optional={
            "ai_enrichment": record(required={}, optional={"status": STRING}),
            "ai_rewrite": record(required={}, optional={"status": STRING}),
            "ai_translation": record(required={}, optional={"status": STRING}),
        },
    ),
    "message_input": record(
        required={
            "body": text(min_length=3, max_length=50000),
            "to": array(record(required={"type": STRING}, optional={"id": STRING})),
        },
        optional={
            "topic": tagged(
                "type",
                {
                    "FREE_TEXT": record(required={"type": STRING, "value": text(min_length=3, max_length=200)}),
                    "REASON_CODE": record(required={"type": STRING, "value": text(min_length=1, max_length=200)}),
                },
            )
        },
    ),
    "order_documents": record(
        required={
            "order_documents": array(
                record(
                    required={"file_name": STRING, "type_code": STRING},
                    optional={"entity": record(required={"id": STRING, "type": STRING})},
                )
            )
        }
    ),
    "shop_documents": record(
        required={"shop_documents": array(record(required={"file_name": STRING, "type_code": STRING}))}
    ),
    "thread_input": record(
        required={
            "body": text(min_length=3, max_length=50000),
            "to": array(STRING),
            "topic": tagged(
                "type",
                {
                    "FREE_TEXT": record(required={"type": STRING, "value": text(min_length=3, max_length=200)}),
                    "REASON_CODE": record(required={"type": STRING, "value": text(min_length=1, max_length=200)}),
                },
            ),
        }
    ),
}
"""The parts of forms that hold JSON, by name."""
