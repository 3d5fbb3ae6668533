"""The rules of the Connect document for a channel's catalogue: its configuration, its taxonomy, the state of its items.

One rule follows Mirakl's example instead of its schema: the attributes of a product type need no descriptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .documents import STRING
from .rules import (
    Check,
    Problem,
    array,
    boolean,
    integer,
    integers,
    nullable,
    number,
    one_of,
    only_one_member,
    record,
    scalar,
    tagged,
    text,
)

__all__ = ["CONFIGURE_CATALOG", "CREATE_RULES", "UPDATE_ITEMS", "UPSERT_PRODUCT_TYPE", "condition"]

LOCALIZED = record(required={"locale": STRING, "value": STRING})
ATTRIBUTE_ID = text(min_length=1, max_length=255)
REQUIREMENT = one_of("OPTIONAL", "RECOMMENDED", "REQUIRED")
SUPPORT = one_of("SUPPORTED", "UNSUPPORTED")

_OFFER_ATTRIBUTE: dict[str, Check] = {
    "configuration_modes": array(one_of("CONSTANT", "VARIABLE"), min_items=1),
    "id": text(min_length=1),
    "labels": array(LOCALIZED, min_items=1),
    "requirement_level": REQUIREMENT,
    "type": STRING,
}
_LIST_ITEM = record(required={"id": text(min_length=1)}, optional={"labels": array(LOCALIZED)})


def _offer_attribute(optional: dict[str, Check], required: dict[str, Check] | None = None) -> Check:
    return record(required=_OFFER_ATTRIBUTE | (required or {}), optional={"descriptions": array(LOCALIZED)} | optional)


OFFER_ATTRIBUTE = tagged(
    "type",
    {
        "Boolean": _offer_attribute({"default_value": boolean}),
        "Numeric": _offer_attribute({"default_value": number()}),
        "Text": _offer_attribute({"default_value": STRING}, {"max_size": integer}),
        "List": _offer_attribute(
            {"default_values": array(STRING)},
            {"max_size": integers(minimum=1), "values": array(_LIST_ITEM, max_items=100)},
        ),
    },
)

_PRICE_FIELD = record(required={"requirement_level": one_of("OPTIONAL", "REQUIRED")})
_USE_CASE_ATTRIBUTES = record(
    required={},
    optional={
        "custom_attributes": array(STRING),
        "standard_attributes": array(one_of("ID", "STANDARD_PRICE", "DISCOUNT_PRICE", "STOCK", "GTIN")),
    },
)
_USE_CASE = record(
    required={"required": _USE_CASE_ATTRIBUTES, "support": SUPPORT}, optional={"optional": _USE_CASE_ATTRIBUTES}
)

CONFIGURE_CATALOG = record(
    required={},
    optional={
        "offer_configuration": record(
            required={},
            optional={
                "custom_attributes": array(OFFER_ATTRIBUTE),
                "pricing_configuration": record(
                    required={},
                    optional={
                        "discount_price_period": record(
                            required={"end_date": _PRICE_FIELD, "start_date": _PRICE_FIELD, "support": SUPPORT}
                        )
                    },
                ),
            },
        ),
        "use_case_configurations": record(required={"offer_creation": _USE_CASE, "offer_update": _USE_CASE}),
    },
)

_PRODUCT_ATTRIBUTE: dict[str, Check] = {
    "id": ATTRIBUTE_ID,
    "labels": array(LOCALIZED, min_items=1),
    "requirement_level": REQUIREMENT,
    "type": STRING,
}
_PRODUCT_ATTRIBUTE_OPTIONS: dict[str, Check] = {
    "connect_standard_attributes": array(
        one_of("PRODUCT_ID", "CATEGORY", "BRAND", "TITLE", "DESCRIPTION", "IMAGE", "GTIN", "VARIANT_GROUP_CODE")
    ),
    "context": record(required={}, optional={"labels": array(LOCALIZED), "path": STRING}),
    "descriptions": array(LOCALIZED),
}


def _product_attribute(optional: dict[str, Check], required: dict[str, Check] | None = None) -> Check:
    return record(required=_PRODUCT_ATTRIBUTE | (required or {}), optional=_PRODUCT_ATTRIBUTE_OPTIONS | optional)


_LIST_VALUE = record(required={"id": STRING}, optional={"labels": array(LOCALIZED, min_items=1)})
PRODUCT_ATTRIBUTE = tagged(
    "type",
    {
        "Text": _product_attribute({"max_length": integers(minimum=1), "min_length": integers(minimum=0)}),
        "Integer": _product_attribute({"maximum": integer, "minimum": integer}),
        "Decimal": _product_attribute({"maximum": number(), "minimum": number()}, {"scale": integers(minimum=0)}),
        "List": _product_attribute(
            {"max_values": integers(minimum=1)},
            {"available_values": array(_LIST_VALUE, min_items=1, max_items=1000)},
        ),
        "Media": _product_attribute({"media_type": one_of("IMAGE", "OTHER")}),
    },
)

UPSERT_PRODUCT_TYPE = record(
    required={"embedded_attributes": array(PRODUCT_ATTRIBUTE), "labels": array(LOCALIZED, min_items=1)},
    optional={
        "context": record(required={}, optional={"labels": array(LOCALIZED)}),
        "rules": array(record(required={"ref": STRING})),
    },
)

MAX_CONDITION_DEPTH = 64
"""The document sets no bound for nested conditions; the simulator rejects deeper ones."""


def condition(value: Any, depth: int = 0) -> Sequence[Problem]:
    """Accept a condition of a rule: an object with exactly one of six members, three of which contain conditions."""
    if depth > MAX_CONDITION_DEPTH:
        return (Problem("is nested too deeply"),)

    def nested(inner: Any) -> Sequence[Problem]:
        return condition(inner, depth + 1)

    return _CONDITION_SHAPE(value) or only_one_member(
        {
            "all": array(nested),
            "any": array(nested),
            "not": nested,
            "isSet": record(required={"attribute": ATTRIBUTE_ID}),
            "equals": record(required={"attribute": ATTRIBUTE_ID, "value": scalar}),
            "in": record(required={"attribute": ATTRIBUTE_ID, "values": array(scalar)}),
        }
    )(value)


_CONDITION_SHAPE = record(required={})

CREATE_RULES = record(
    required={
        "rules": array(
            record(
                required={
                    "id": STRING,
                    "then": record(
                        required={
                            "all": array(
                                record(
                                    required={
                                        "redefine": record(
                                            required={"attribute": ATTRIBUTE_ID, "requirementLevel": REQUIREMENT}
                                        )
                                    }
                                )
                            )
                        }
                    ),
                    "when": condition,
                }
            ),
            min_items=1,
        )
    }
)

_DIAGNOSTICS = nullable(
    array(
        record(
            required={"message": STRING},
            optional={
                "channel_attribute_id": nullable(STRING),
                "channel_diagnostic_id": nullable(STRING),
                "connector_override_action": nullable(one_of("REMOVED")),
            },
        ),
        max_items=100,
    )
)

UPDATE_ITEMS = record(
    required={
        "store_catalog_items": array(
            record(
                required={"id": STRING},
                optional={
                    "diagnostics": _DIAGNOSTICS,
                    "offer_diagnostics": _DIAGNOSTICS,
                    "offer_status": one_of("OFFER_ACTIVE", "OFFER_DOES_NOT_EXIST", "ACTION_REQUIRED"),
                    "product_diagnostics": _DIAGNOSTICS,
                    "product_status": one_of(
                        "PRODUCT_DOES_NOT_EXIST",
                        "PRODUCT_PENDING_APPROVAL",
                        "PRODUCT_REFUSED",
                        "PRODUCT_CREATED",
                        "ACTION_REQUIRED",
                    ),
                },
            ),
            min_items=1,
            max_items=10_000,
        )
    }
)
