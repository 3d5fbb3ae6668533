"""The configuration of the platform: short lists that never change while the simulator runs.

Labels are in English for every `locale`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..exchange import Answer, Call, Route, answer_json
from . import names
from .configuration import PLATFORM
from .filters import boolean, grouped, whole_number
from .promises import without_nulls
from .refusals import Refused, refused
from .reports import csv_lines
from .tables import Row

__all__ = ["Given", "attributes", "settings_routes"]

Given = Mapping[str, list[str]]
_CATEGORIES = (
    # code, label, level, parent
    ("511", "Home", 1, ""),
    ("5110114", "Home and garden", 2, "511"),
    ("512", "Outdoor", 1, ""),
    ("51201", "Hiking", 2, "512"),
)
_REASONS = (
    ("11", "Item not received", "INCIDENT_OPEN"),
    ("12", "Item damaged", "INCIDENT_OPEN"),
    ("21", "Solved with the customer", "INCIDENT_CLOSE"),
    ("31", "Delay", "ORDER_MESSAGING"),
    ("41", "Out of stock", "REFUND"),
)
_MESSAGING = frozenset({"ORDER_MESSAGING", "OFFER_MESSAGING"})
_ATTRIBUTES = (
    # code, label, category, type, requirement, values
    ("title", "Title", "", "TEXT", "REQUIRED", ""),
    ("ean", "EAN", "", "TEXT", "RECOMMENDED", ""),
    ("colour", "Colour", "511", "LIST", "OPTIONAL", "colours"),
    ("weight", "Weight", "512", "DECIMAL", "OPTIONAL", ""),
)


def _labelled(codes: Sequence[tuple[str, str]]) -> list[Row]:
    return [{"code": code, "label": label, "description": None} for code, label in codes]


_FIELDS: list[Row] = [
    {"code": "gift", "entity": "ORDER", "label": "Gift", "required": False, "type": "BOOLEAN"},
    {"code": "warranty", "entity": "OFFER", "label": "Warranty in months", "required": False, "type": "NUMERIC"},
    {"code": "note", "entity": "ORDER_LINE", "label": "Note", "required": False, "type": "STRING"},
]
_DOCUMENT_TYPES: list[Row] = [
    {"code": "CUSTOMER_INVOICE", "description": None, "entity": "ORDER", "label": "Invoice"},
    {"code": "SYSTEM_DELIVERY_BILL", "description": None, "entity": "ORDER", "label": "Delivery bill"},
    {"code": "LEGAL_DOC", "description": None, "entity": "SHOP", "label": "Legal document"},
    {"code": "ID_CARD", "description": None, "entity": "SHOP", "label": "Identity card"},
]
_TAXES: list[Row] = [
    {
        "active": True,
        "code": "VAT",
        "included_in_commission": True,
        "label": "Value added tax",
        "operator_withheld": False,
        "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT",
    }
]
_SHIPPING_TYPES: list[Row] = [
    {
        "click_and_collect": False,
        "code": "STD",
        "delivery_by_operator": False,
        "description": None,
        "label": "Standard",
        "mandatory_tracking": False,
        "standard_code": "CUSTOMER_MAIL_DELIVERY",
    }
]
_CARRIERS = [
    {"code": code, "label": label, "standard_code": code, "tracking_url": None} for code, label in names.CARRIERS
]


def _of_entities(rows: Sequence[Row], given: Given) -> list[Row]:
    wanted = [value for text in given.get("entities", ()) for value in text.split(",")]
    return [row for row in rows if not wanted or row["entity"] in wanted]


def _fields(_call: Call, given: Given) -> Any:
    rows = [row | {"shop_permission": "READ_ONLY"} for row in _of_entities(_FIELDS, given)]
    return {"additional_fields": rows, "total_count": len(rows)}


def _conditions(_call: Call, given: Given) -> Any:
    rows = [{"active": code != "1", "code": code, "label": label} for code, label in _CONDITIONS]
    if "active" in given:
        wanted = boolean("active", given["active"][0])
        rows = [row for row in rows if row["active"] == wanted]
    return {"offer_states": rows, "total_count": len(rows)}


_CONDITIONS = (("11", "New"), ("10", "Used, as new"), ("1", "Used"))


def _reasons(_call: Call, _given: Given) -> Any:
    rows = [_reason(*reason) for reason in _REASONS]
    return {"reasons": rows, "total_count": len(rows)}


def _reason(code: str, label: str, kind: str) -> Row:
    rights = {"is_customer_right": True, "is_operator_right": True, "is_shop_right": kind != "INCIDENT_OPEN"}
    return {"code": code, "label": label, "type": kind, **rights}


def _reasons_of_a_type(call: Call, given: Given) -> Any:
    wanted = call.path["reason_type"]
    if wanted not in {kind for _, _, kind in _REASONS}:
        raise refused(404, "There are no reasons of that type")
    return _short_reasons(wanted)(call, given)


def _short_reasons(*kinds: str) -> Callable[[Call, Given], Any]:
    rows = [{"code": code, "label": label} for code, label, kind in _REASONS if kind in kinds]
    return lambda _call, _given: {"reasons": rows, "total_count": len(rows)}


def _below(given: Given) -> list[tuple[str, str, int, str]]:
    """Return the categories under one category, including itself, down to the requested number of levels."""
    wanted = given.get("hierarchy", [""])[0]
    root = next((row for row in _CATEGORIES if row[0] == wanted), None)
    if wanted and root is None:
        raise refused(404, "There is no such category")
    deepest = (root[2] if root else 0) + whole_number("max_level", given.get("max_level", ["99"])[0], 0)
    return [row for row in _CATEGORIES if row[0].startswith(wanted) and row[2] <= deepest]


def _categories(_call: Call, given: Given) -> Any:
    rows: list[Row] = [
        {"code": code, "label": label, "label_translations": [], "level": level, "parent_code": parent}
        for code, label, level, parent in _below(given)
    ]
    return {"hierarchies": rows}


def _values(_call: Call, given: Given) -> Any:
    colours: list[Row] = [
        {"code": code, "label": code.title(), "label_translations": []} for code in ("red", "green", "blue")
    ]
    found = given.get("code", ["colours"])[0] == "colours"
    one: Row = {"code": "colours", "label": "Colours", "label_translations": [], "values": colours}
    return {"values_lists": [one] if found else []}


def attributes(call: Call) -> Answer:
    """PM11: answer the attributes of products, as CSV if the Accept header prefers it."""
    try:
        given = grouped(call.pairs)
        categories = {code for code, _, _, _ in _below(given)}
    except Refused as refusal:
        return refusal.answer
    chosen = [one for one in _ATTRIBUTES if not one[2] or one[2] in categories]
    if call.headers.get("Accept", "").startswith("text/csv"):
        header = ["code", "label", "hierarchy-code", "type", "requirement-level", "values-list"]
        return Answer(200, b"".join(csv_lines([header, *chosen])), "text/csv")
    return answer_json(200, {"attributes": [_attribute(one) for one in chosen]})


def _attribute(one: tuple[str, str, str, str, str, str]) -> Row:
    code, label, category, kind, level, values = one
    return {
        "code": code,
        "description_translations": [],
        "hierarchy_code": category,
        "label": label,
        "label_translations": [{"locale": "en_US", "value": label}],
        "required": level == "REQUIRED",
        "requirement_level": level,
        "roles": [],
        "type": kind,
        "type_parameter": values,
        "type_parameters": [{"name": "LIST_CODE", "value": values}] if values else [],
        "values_list": values,
        "variant": False,
    }


def _static(body: Any) -> Callable[[Call, Given], Any]:
    return lambda _call, _given: body


_ANSWERS: Sequence[tuple[str, str, Callable[[Call, Given], Any]]] = (
    ("AF01", "/api/additional_fields", _fields),
    ("CH11", "/api/channels", _static({"channels": _labelled(names.CHANNELS)})),
    ("CUR01", "/api/currencies", _static({"currencies": [{"code": "EUR", "label": "Euro", "platform_default": True}]})),
    ("DO01", "/api/documents", lambda _call, given: {"documents": _of_entities(_DOCUMENT_TYPES, given)}),
    ("H11", "/api/hierarchies", _categories),
    ("L01", "/api/locales", _static({"locales": [{"code": "en_US", "label": "English", "platform_default": True}]})),
    ("OF61", "/api/offers/states", _conditions),
    ("OR75", "/api/orders/taxes", _static({"taxes": _TAXES})),
    ("PC01", "/api/platform/configuration", _static(PLATFORM)),
    ("RE01", "/api/reasons", _reasons),
    ("RE11", "/api/reasons/incident_open", _short_reasons("INCIDENT_OPEN")),
    ("RE12", "/api/reasons/incident_close", _short_reasons("INCIDENT_CLOSE")),
    ("RE14", "/api/reasons/messaging", _short_reasons(*_MESSAGING)),
    ("RE02", "/api/reasons/{reason_type}", _reasons_of_a_type),
    ("RO02", "/api/users/shops/roles", _static({"roles": [{"code": "ADMIN", "description": "Administrator"}]})),
    ("SH11", "/api/shipping/zones", _static({"shipping_zones": _labelled([("EU", "European Union")])})),
    ("SH12", "/api/shipping/types", _static({"shipping_types": _SHIPPING_TYPES})),
    ("SH21", "/api/shipping/carriers", _static({"carriers": _CARRIERS})),
    ("SH31", "/api/shipping/logistic_classes", _static({"logistic_classes": _labelled([("M", "Medium")])})),
    ("VL11", "/api/values_lists", _values),
)


def settings_routes(*, nulls: bool) -> list[Route]:
    """Return the routes of all settings; with `nulls`, members without a value are sent as null."""
    routes = [Route("GET", path, code, _handler(answer, nulls=nulls)) for code, path, answer in _ANSWERS]
    return [*routes, Route("GET", "/api/products/attributes", "PM11", attributes)]


def _handler(answer: Callable[[Call, Given], Any], *, nulls: bool) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        try:
            value = answer(call, grouped(call.pairs))
            return answer_json(200, value if nulls else without_nulls(value))
        except Refused as refusal:
            return refusal.answer

    return handle
