"""One successful call of each documented operation for the simulator, as plain values."""

from __future__ import annotations

import collections.abc
import datetime as dt
import importlib
import re
from collections.abc import Callable
from typing import Any

import msgspec

from mirakl_async import Upload
from mirakl_async.operations import RESOURCES, operations
from mirakl_async.simulator import OrderKey, Simulator
from mirakl_async.simulator.front import names
from mirakl_async.simulator.front.accounting_documents import document_id
from mirakl_async.simulator.world import StoredDocument

from .payloads import full_order, order

Arguments = dict[str, Any]

FILE = Upload(content=b"%PDF-1.4\n", filename="label.pdf")
SECOND = Upload(content=b"x", filename="b.pdf")
CSV = Upload(content=b"sku;title\n1;One\n", filename="products.csv")
LATER = "2026-11-20T13:00:00Z"
ORIGIN = {"channel_id": "channel-1", "channel_store_id": "store-1"}
ORDER: Arguments = {"channel_order_id": "o1"}
LABELS = [{"locale": "en", "value": "Shoes"}]
STORE = {"channel_id": "channel-1", "channel_store_id": "store-9", "name": "Nine", "state": "ACTIVE"}
USE_CASE = {"required": {"standard_attributes": ["ID"]}, "support": "SUPPORTED"}
RETURN = {
    "channel_order_id": "o1",
    "channel_return_id": "r1",
    "channel_updated_at": LATER,
    "created_at": LATER,
    "return_lines": [{"channel_order_line_id": "o1-1", "quantity": 1, "reason": "WRONG_ITEM"}],
    "status": "OPENED",
}
DOCUMENT = {"channel_document_id": "d1", "filename": "étiquette.pdf", "type": "RETURN_LABEL"}
PACKAGE = {"dimensions": {"height": 1, "length": 2, "width": 3, "unit": "cm"}, "weight": {"unit": "kg", "value": 1}}
UNSENT = ("SHIPPING", "SHIPMENT_PREPARED")
CUSTOMER = {
    "customer_id": "c1",
    "customer_email": "c1@example.com",
    "customer_firstname": "Ada",
    "customer_lastname": "Novak",
    "to_customer": False,
    "to_operator": False,
    "to_shop": True,
}


def first(mirakl: Simulator, table: str, **members: Any) -> Any:
    """The identity of the first row of a list whose head has these members, each one of several values."""
    rows = mirakl.front.tables[table]
    for rank in rows.ranks:
        head = rows.head(rank)
        if all(head[name] in values for name, values in members.items()):
            return rows.kind.identify(rank)
    raise LookupError(f"{table}: there is no row with {members}")


def order_in(mirakl: Simulator, *states: str) -> str:
    return str(first(mirakl, "orders", order_state=states))


def row_of(mirakl: Simulator, table: str, identity: Any) -> Any:
    rows = mirakl.front.tables[table]
    rank = rows.find(str(identity))
    assert rank is not None
    return rows.row(rank)


def line(mirakl: Simulator, *states: str) -> Any:
    return row_of(mirakl, "orders", order_in(mirakl, *states))["order_lines"][0]


def thread_with_attachment(mirakl: Simulator) -> str:
    return next(
        str(attachment["id"])
        for identity in mirakl.front.ids("threads")
        for message in row_of(mirakl, "threads", identity).get("messages", ())
        for attachment in message.get("attachments", ())
    )


def import_with(mirakl: Simulator, member: str) -> Any:
    return next(one for one in mirakl.front.ids("imports") if row_of(mirakl, "imports", one)[member])


def new_return(mirakl: Simulator) -> Arguments:
    identity = order_in(mirakl, "SHIPPED", "RECEIVED", "CLOSED")
    found = row_of(mirakl, "orders", identity)
    wanted = {"order_line_id": found["order_lines"][0]["order_line_id"], "quantity": 1, "reason_code": "RETURN_OTHER"}
    return {
        "returns": [
            {
                "method_code": "RETURN_METHOD_BY_MAIL",
                "order_commercial_id": found["commercial_id"],
                "reason_code": "RETURN_OTHER",
                "return_lines": [wanted],
            }
        ]
    }


def shipment(mirakl: Simulator, *states: str) -> Arguments:
    return {"shipments": [{"id": first(mirakl, "shipments", state=states)}]}


def new_shipment(mirakl: Simulator) -> Arguments:
    identity = order_in(mirakl, "SHIPPING")
    lines = [
        {"order_line_id": one["order_line_id"], "quantity": 1}
        for one in row_of(mirakl, "orders", identity)["order_lines"]
    ]
    return {"shipments": [{"order_id": identity, "shipment_lines": lines, "shipped": False}]}


def nothing(_mirakl: Simulator) -> Arguments:
    return {}


CALLS: dict[str, Callable[[Simulator], Arguments]] = {
    # Connect
    "upsertCarriers": lambda _: {"channel_id": "channel-1", "carriers": [{"channel_carrier_id": "u", "name": "UPS"}]},
    "configureChannelCatalog": lambda _: {
        "channel_id": "channel-1",
        "use_case_configurations": {"offer_creation": USE_CASE, "offer_update": USE_CASE},
    },
    "updateStoreCatalogItems": lambda _: {
        "channel_id": "channel-1",
        "store_id": "store-1",
        "store_catalog_items": [{"id": "p1", "offer_status": "OFFER_ACTIVE", "offer_diagnostics": []}],
    },
    "upsertOrders": lambda _: {"origin": ORIGIN, "orders": []},  # the test fills it in
    "updateActionStatus": lambda _: {"action_id": "action-1", "status": "SUCCESS"},
    "updateAnonymizeAfterDate": lambda _: {
        "orders": [{"anonymize_after": "2100-01-01T00:00:00Z", "channel_id": "channel-1", "channel_order_id": "o1"}]
    },
    "uploadOrderDocument": lambda _: ORDER | {"file": FILE, "metadata": DOCUMENT, "origin": ORIGIN},
    "deleteOrderDocument": lambda _: {"channel_document_id": "d0", "origin": ORIGIN},
    "upsertReturns": lambda _: {"origin": ORIGIN, "returns": [RETURN, RETURN | {"channel_order_id": "unknown"}]},
    "upsertBusinessInformation": lambda _: ORIGIN | {"currency": "EUR", "updated_at": LATER},
    "createTaxonomyRule": lambda _: {
        "channel_id": "channel-1",
        "rules": [{"id": "rule", "then": {"all": []}, "when": {"not": {"isSet": {"attribute": "size"}}}}],
    },
    "upsertProductType": lambda _: {
        "channel_id": "channel-1",
        "product_type_id": "shoes/men",
        "embedded_attributes": [],
        "labels": LABELS,
    },
    # Account
    "SELLER_ACCOUNT_CHANNEL_UPSERT": lambda _: {
        "channels": [{"external_id": "e1", "name": "One", "status": "AVAILABLE", "url": "https://one.example"}]
    },
    "SELLER_ACCOUNT_STORE_CREATE": lambda mirakl: {"token": mirakl.issue_link_token(), "stores": [STORE]},
    "SELLER_ACCOUNT_STORE_UPDATE": lambda _: ORIGIN | {"name": "One", "state": "ACTIVE"},
    # Marketplace Front: lists
    "IV01": nothing,
    "SBC11": nothing,
    "M01": lambda _: {"user_type": "ALL"},
    "M11": lambda _: {"with_messages": True},
    "OR41": lambda mirakl: {"order_id": order_in(mirakl, "SHIPPING", "SHIPPED", "RECEIVED", "CLOSED")},
    "OR11": nothing,
    "P11": lambda _: {"product_ids": [names.product_sku(rank) for rank in range(4)]},
    "P31": lambda _: {"product_references": [["EAN", names.ean(0)]]},
    "P51": nothing,
    "PL11": nothing,
    "PR01": nothing,
    "RT11": nothing,
    "RT12": nothing,
    "RT52": nothing,
    "ST11": nothing,
    "ST12": nothing,
    "OR72": lambda mirakl: {"order_ids": mirakl.front.ids("orders")[:3]},
    "S30": lambda _: {"shop_ids": ["2000"], "include_deleted": True},
    # single rows
    "M10": lambda mirakl: {"thread_id": first(mirakl, "threads")},
    "OF22": lambda mirakl: {"offer_id": first(mirakl, "offers")},
    "OF26": lambda mirakl: {"offer_id": first(mirakl, "offers")},
    "OR12": lambda mirakl: {"order_id": first(mirakl, "orders")},
    "OR51": lambda mirakl: {"order_id": order_in(mirakl, "CLOSED", "RECEIVED")},
    "P42": lambda mirakl: {"import_id": first(mirakl, "imports")},
    # messages
    "M12": lambda mirakl: {
        "thread_id": first(mirakl, "threads"),
        "message_input": {"body": "Hello", "to": [{"type": "SHOP"}]},
        "files": [FILE],
    },
    "OR42": lambda mirakl: CUSTOMER | {"order_id": first(mirakl, "orders"), "body": "Hello", "subject": "Delay"},
    "OR43": lambda mirakl: {
        "order_id": first(mirakl, "orders"),
        "thread_input": {"body": "Hello", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "Delay"}},
        "files": [FILE],
    },
    "M13": lambda mirakl: {"attachment_id": thread_with_attachment(mirakl)},
    # orders
    "OR04": lambda mirakl: {
        "orders": [
            {"order_id": first(mirakl, "orders"), "references": {"order_reference_for_seller": "s1"}},
            {"order_id": "unknown"},
        ]
    },
    "OR07": lambda mirakl: {
        "order_lines": [
            {
                "id": line(mirakl, "SHIPPING")["order_line_id"],
                "shipping_from": {"address": {"country_iso_code": "AUT", "city": "Graz"}},
            },
            {"id": "unknown", "shipping_from": {"address": {"country_iso_code": "AUT"}}},
        ]
    },
    "OR21": lambda mirakl: {
        "order_id": (identity := order_in(mirakl, "WAITING_ACCEPTANCE")),
        "order_lines": [
            {"id": one["order_line_id"], "accepted": True} for one in row_of(mirakl, "orders", identity)["order_lines"]
        ],
    },
    "OR23": lambda mirakl: {"order_id": order_in(mirakl, "SHIPPING"), "carrier_name": "UPS", "tracking_number": "1Z"},
    "OR24": lambda mirakl: {"order_id": order_in(mirakl, "SHIPPING")},
    "OR29": lambda mirakl: {"order_id": order_in(mirakl, "WAITING_ACCEPTANCE", "WAITING_DEBIT")},
    "OR30": lambda mirakl: {
        "cancelations": [
            {
                "order_line_id": line(mirakl, "SHIPPING")["order_line_id"],
                "quantity": 1,
                "reason_code": "41",
                "amount": 1.5,
                "shipping_amount": 0,
            }
        ]
    },
    "OR31": lambda mirakl: {
        "order_id": order_in(mirakl, "SHIPPING"),
        "order_additional_fields": [{"code": "gift", "value": "true"}, {"code": "colour", "value": "red"}],
        "order_lines": [
            {
                "order_line_id": line(mirakl, "SHIPPING")["order_line_id"],
                "order_line_additional_fields": [{"code": "note", "value": "fragile"}],
            }
        ],
    },
    # documents
    "OR73": lambda mirakl: {"order_ids": [first(mirakl, "orders")]},
    "OR74": lambda mirakl: {
        "order_id": first(mirakl, "orders"),
        "files": [FILE, SECOND],
        "order_documents": {
            "order_documents": [
                {"file_name": "label.pdf", "type_code": "CUSTOMER_INVOICE"},
                {"file_name": "b.pdf", "type_code": "UNKNOWN"},
            ]
        },
    },
    "OR76": lambda _: {"document_id": names.number(0)},
    "S31": lambda _: {"shop_ids": ["2000"]},
    "S32": lambda _: {
        "files": [FILE, SECOND],
        "shop_documents": {
            "shop_documents": [
                {"file_name": "label.pdf", "type_code": "LEGAL_DOC"},
                {"file_name": "b.pdf", "type_code": "UNKNOWN"},
            ]
        },
        "shop_id": 2000,
    },
    "S33": lambda _: {"document_id": names.number(0)},
    "DR73": lambda _: {"document_id": [document_id(0, "PDF")]},
    # imports, exports:
    "P41": lambda _: {"file": CSV, "shop": 2000},
    "P44": lambda mirakl: {"import_id": import_with(mirakl, "has_error_report")},
    "P45": lambda mirakl: {"import_id": import_with(mirakl, "has_new_product_report")},
    "P46": lambda mirakl: {"import_id": import_with(mirakl, "has_transformed_file")},
    "P47": lambda mirakl: {"import_id": import_with(mirakl, "has_transformation_error_report")},
    "OF51": nothing,
    "OF52": nothing,
    "OR13": lambda _: {"start_date": "2020-01-01T00:00:00Z", "end_date": "2030-01-01T00:00:00Z"},
    "OF53": lambda _: {"tracking_id": "the offers'"},  # the test fills these in: an export has to be there
    "OF54": lambda _: {"url": "the offers'"},
    "OR14": lambda _: {"tracking_id": "the orders'"},
    "OR15": lambda _: {"url": "the orders'"},
    # returns, shipments:
    "RT01": new_return,
    "RT25": lambda mirakl: {"returns": [{"id": first(mirakl, "returns", state=["IN_PROGRESS"])}, {"id": "unknown"}]},
    "RT29": lambda mirakl: {"returns": [{"id": first(mirakl, "returns", state=["IN_PROGRESS"])}, {"id": "unknown"}]},
    "RT51": lambda mirakl: {
        "return_labels": [
            {
                "return_id": first(mirakl, "returns", state=["IN_PROGRESS", "RECEIVED"]),
                "package": PACKAGE,
                "carrier_code": "UPS",
            },
            {"return_id": "unknown", "package": PACKAGE},
        ]
    },
    "ST01": new_shipment,
    "ST06": lambda mirakl: shipment(mirakl, *UNSENT),
    "ST23": lambda mirakl: {
        "shipments": [
            {"id": first(mirakl, "shipments"), "tracking": {"carrier_code": "UPS"}},
            {"id": "unknown", "tracking": {"carrier_code": "UPS"}},
        ]
    },
    "ST24": lambda mirakl: shipment(mirakl, *UNSENT),
    "ST26": lambda mirakl: shipment(mirakl, *UNSENT),
    # the platform's settings
    "RE02": lambda _: {"reason_type": "REFUND"},
    **dict.fromkeys(
        [
            "AF01",
            "CH11",
            "CUR01",
            "DO01",
            "H11",
            "L01",
            "OF61",
            "OR75",
            "PC01",
            "RE01",
            "RE11",
            "RE12",
            "RE14",
            "RO02",
            "SH11",
            "SH12",
            "SH21",
            "SH31",
            "VL11",
            "PM11",
        ],
        nothing,
    ),
}


def types_of(operation):
    """The types of a typed method's arguments; its module imports them for type checkers only."""
    module, _, name = RESOURCES[operation.service][operation.resource].partition(":")
    method = getattr(getattr(importlib.import_module(f"mirakl_async.operations.{module}"), name), operation.name)
    models = importlib.import_module(f"mirakl_async.models.{operation.service}")
    known = {name: getattr(collections.abc, name) for name in ("Sequence", "Mapping", "Collection")}
    known |= {"dt": dt, "UnsetType": msgspec.UnsetType, "FileSource": Any}
    types = {}
    for name, annotation in method.__annotations__.items():
        text = re.sub(r"Literal\[[^]]*\] \| ", "", annotation)
        words = [word for word in re.findall(r"[A-Z]\w+", text) if word not in known and word != "None"]
        if name not in {"options", "return"}:
            types[name] = eval(text, known | {word: getattr(models, word) for word in words})
    return types


def typed(operation, given):
    """Plain values as what the typed method takes."""
    types = types_of(operation)
    return {
        name: value if isinstance(value, Upload) or name == "files" else msgspec.convert(value, types[name])
        for name, value in given.items()
    }


async def prepared(mirakl, client, code):
    """The arguments of a call, once what it needs is there: an order in Connect, a file of an export."""
    given = CALLS[code](mirakl)
    if code in {"updateAnonymizeAfterDate", "uploadOrderDocument", "upsertReturns"}:
        mirakl.world.apply(OrderKey("channel-1", "store-1", "o1"), 0, msgspec.json.encode(order("o1")))
    elif code == "deleteOrderDocument":
        key = OrderKey("channel-1", "store-1", "o1")
        mirakl.world.documents["channel-1", "d0"] = StoredDocument(key, "a.pdf", "DELIVERY_SLIP", b"")
    elif code == "updateActionStatus":
        mirakl.world.add_action("action-1")
    elif code == "upsertOrders":
        given = {"origin": ORIGIN, "orders": [full_order("o1")]}
    elif code in {"OF53", "OF54", "OR14", "OR15"}:
        resource = client.offers if code.startswith("OF") else client.orders
        arguments = CALLS["OF52" if code.startswith("OF") else "OR13"](mirakl)
        tracking_id = (
            await resource.create_export(**typed(operations["OF52" if code.startswith("OF") else "OR13"], arguments))
        ).tracking_id
        given = {"tracking_id": tracking_id}
        if code in {"OF54", "OR15"}:
            while not (status := await resource.export_status(tracking_id)).urls:
                pass
            given = {"url": status.urls[0]}
    return given
