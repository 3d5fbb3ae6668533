"""Arguments that Mirakl would reject are rejected before anything is sent, with operation and argument named."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from mirakl_async import BearerToken, ConnectChannel, InvalidArgument, MarketplaceFront, UnknownOperation, codec
from mirakl_async.errors import MiraklError
from mirakl_async.http.upload import Upload
from mirakl_async.http.wire import WireResponse
from mirakl_async.models.connect import (
    AdjustmentRequest,
    DocumentOriginRequest,
    Money,
    OriginRequest,
    UploadOrderDocumentMetadata,
)
from mirakl_async.models.front import OrderDocumentsInput, ReturnIdInput, ShipmentIdInput
from tests.support.order_factory import order

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - the point
ORIGIN = OriginRequest(channel_id="c", channel_store_id="s")
EURO = Money(amount=Decimal(1), currency="EUR")
IDS = [str(number) for number in range(101)]


class SilentWire:
    """Carries nothing: whatever reaches it was not refused in time."""

    async def exchange(self, method, url, *_, **__):
        raise AssertionError(f"{method} {url} was sent")

    open = exchange

    async def close(self):
        """Nothing is open."""


@pytest.fixture
async def front():
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=SilentWire()) as client:
        yield client


@pytest.fixture
async def connect():
    async with ConnectChannel(auth=BearerToken("t"), wire=SilentWire()) as client:
        yield client


async def refused(words, call):
    with pytest.raises(InvalidArgument, match=words) as error:
        await call
    assert isinstance(error.value, MiraklError)
    assert isinstance(error.value, ValueError)
    assert error.value.operation in str(error.value)
    assert error.value.argument in str(error.value)


async def test_a_missing_required_argument_is_named(front, connect):
    await refused("OR12: timout: unknown argument; .*timeout", front.orders.get("o", timout=5))
    await refused("OR12: timout: unknown argument", front.call("OR12", {"order_id": "o"}, timout=5))
    await refused("GET /api/new: timout: unknown argument", front.request("GET", "/api/new", timout=5))
    with pytest.raises(InvalidArgument, match="OR11: order_idd: unknown argument"):
        front.orders.list(order_idd="o")
    with pytest.raises(InvalidArgument, match="with_options: retrys: unknown argument"):
        front.with_options(retrys=2)
    await refused(
        "OR12: order_idd: unknown parameter; valid parameters: order_id", front.call("OR12", {"order_idd": "o"})
    )


async def test_a_value_outside_its_constraint_is_rejected(front, connect):
    await refused("RT25: returns.*length <= 100", front.returns.receive(returns=[ReturnIdInput(id="r")] * 101))
    await refused("ST06: shipments.*length >= 1", front.shipments.delete(shipments=[]))
    await refused("ST06: shipments.*id.*length >= 1", front.shipments.delete(shipments=[ShipmentIdInput(id="")]))
    await refused("upsertOrders: orders.*length >= 1", connect.orders.upsert(origin=ORIGIN, orders=[]))
    product_type = {"channel_id": "c", "embedded_attributes": [], "labels": []}
    await refused(
        "upsertProductType: product_type_id: has 256 characters; must have 1 to 255",
        connect.taxonomy.upsert_product_type(**product_type, product_type_id="x" * 256),
    )
    with pytest.raises(InvalidArgument, match="OR11: page_size: 101 is out of range; must be from 1 to 100"):
        front.orders.list(page_size=101)
    with pytest.raises(ValueError, match=r"Money\.amount: must be a finite number"):
        Money(amount=Decimal("NaN"), currency="EUR")


async def test_a_member_that_another_one_makes_required_is_named(connect):
    with pytest.raises(InvalidArgument, match="^updateActionStatus: errors: required where status is FAILED$") as error:
        await connect.orders.update_action_status("a", status="FAILED")
    assert error.value.argument == "errors"


async def test_a_value_of_another_type_is_rejected(front):
    await refused("OR12: order_id: must be one string, not list", front.orders.get(["a", "b"]))
    await refused(r"RT25: returns\[0\]\.id.*`str`, got `int`", front.returns.receive(returns=[ReturnIdInput(id=5)]))


async def test_an_empty_filter_and_an_iterator_are_rejected(front):
    with pytest.raises(InvalidArgument, match="OR11: order_ids: is an empty list; omit the argument"):
        front.orders.list(order_ids=[])
    with pytest.raises(InvalidArgument, match="OR11: order_ids: must be a list of string values, not generator"):
        front.orders.list(order_ids=(number for number in IDS))
    await refused("P31: product_references: is an empty list$", front.products.lookup([]))
    await refused("OR72: order_ids: is an empty list$", front.orders.list_documents([]))
    documents = OrderDocumentsInput(order_documents=[])
    await refused(
        "OR74: files: is an empty list", front.orders.upload_documents("o", files=[], order_documents=documents)
    )


async def test_a_list_of_ids_over_its_limit_that_cannot_be_split_is_rejected(front):
    with pytest.raises(InvalidArgument, match="OR11: channel_codes: has 101 values; one call takes at most 100"):
        front.orders.list(channel_codes=IDS)
    await refused("OR11: order_ids: has 101 values; one call takes at most 100", front.call("OR11", {"order_ids": IDS}))


async def test_a_date_time_without_a_zone_is_rejected(front):
    with pytest.raises(InvalidArgument, match="OR11: start_date: needs a time zone"):
        front.orders.list(start_date=NAIVE)
    await refused("OR11: start_date: needs a time zone", front.call("OR11", {"start_date": NAIVE}))
    await refused("^OR13: start_date: needs a time zone", front.orders.create_export(start_date=NAIVE))
    with pytest.raises(ValueError, match=r"AdjustmentRequest\.created_at: needs a time zone.*timezone\.utc"):
        AdjustmentRequest(
            channel_adjustment_id="a", created_at=NAIVE, price=EURO, quantity=1, reason="RETURN", shipping_price=EURO,
            type="REFUND",
        )  # fmt: skip


@pytest.mark.parametrize("order_id", ["a/b", "../users", "..", ""])
async def test_a_path_argument_with_a_slash_is_rejected(front, order_id):
    await refused(f"OR12: order_id: {order_id!r} cannot be part of a path", front.orders.get(order_id))
    await refused("OR12: order_id: .*cannot be part of a path", front.call("OR12", {"order_id": order_id}))


async def test_an_unknown_code_is_rejected(front):
    with pytest.raises(UnknownOperation, match=r"no operation has the code 'OR111': did you mean.*OR11"):
        await front.call("OR111")


async def test_product_references_that_are_not_pairs_are_rejected(front):
    await refused("P31: product_references: must be pairs such as", front.products.lookup([("EAN",)]))
    await refused(
        "P31: product_references: 'EAN|1,2' is not a reference of the form TYPE",
        front.products.lookup([("EAN", "1,2")]),
    )


async def test_a_date_time_in_the_past_is_accepted(front):
    with pytest.raises(
        AssertionError, match=r"GET https://acme.mirakl.net/api/orders\?start_date=2026-01-01T00:00:00Z"
    ):
        await front.call("OR11", {"start_date": NAIVE.replace(tzinfo=UTC)})


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"max": "5000"}, "OR11: max: 5000 is out of range; must be from 1 to 100"),
        ({"max": "ten"}, "OR11: max: 'ten' is not a valid integer"),
        ({"offset": "-1"}, "OR11: offset: -1 is out of range; must be at least 0"),
        ({"start_date": "06/05/2024"}, "OR11: start_date: '06/05/2024' is not a valid date-time"),
        ({"start_date": "2026-01-01T00:00:00"}, "OR11: start_date: needs a time zone"),
        ({"start_date": ""}, "OR11: start_date: is empty; omit the argument"),
        ({"order_ids": "a,,b"}, "OR11: order_ids: contains an empty value"),
        ({"has_incident": "maybe"}, "OR11: has_incident: 'maybe' is not a valid boolean"),
    ],
)
async def test_texts_are_checked_by_the_rules_of_their_values(front, params, words):
    await refused(words, front.call("OR11", params))
    await refused(words, front.call_raw("OR11", params))
    if not params.keys() & {"max", "offset"}:
        with pytest.raises(InvalidArgument, match=words):
            front.orders.list(**params)
        await refused(words, front.raw_response(front.orders.list, **params))


MESSAGE = {"body": "Hello", "to": [{"type": "SHOP", "id": "1"}]}
THREAD = {"body": "Hello", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "topic"}}
PDF = Upload(content=b"x", filename="a.pdf")


@pytest.mark.parametrize(
    ("code", "params", "words"),
    [
        (
            "M12",
            {"thread_id": "t", "message_input": {**MESSAGE, "body": "x"}},
            "M12: message_input.body: .*length >= 3",
        ),
        (
            "M12",
            {"thread_id": "t", "message_input": {**MESSAGE, "to": [{"type": 5}]}},
            r"M12: message_input.to\[0\].type: ",
        ),
        ("M12", {"thread_id": "t", "message_input": {**MESSAGE, "topic": {"type": "X"}}}, "M12: message_input.topic"),
        ("M12", {"thread_id": "t", "message_input": []}, "M12: message_input: Expected `object`, got `array`"),
        ("M12", {"thread_id": "t", "message_input": "{}"}, "M12: message_input: Expected `object`, got `str`"),
        ("M12", {"thread_id": "t", "message_input": {"body": float("nan"), "to": []}}, "M12: message_input"),
        ("M12", {"thread_id": "t", "message_input": {"body": object(), "to": []}}, "M12: message_input.body"),
        (
            "OR43",
            {"order_id": "o", "thread_input": {**THREAD, "to": "SHOP"}},
            "OR43: thread_input.to: Expected `array`",
        ),
        ("OR43", {"order_id": "o", "thread_input": {"body": "Hello"}}, "OR43: thread_input: .*required field `to`"),
        (
            "OR74",
            {"order_id": "o", "files": [PDF], "order_documents": {"order_documents": [{"file_name": "a.pdf"}]}},
            r"OR74: order_documents.order_documents\[0\]: .*type_code",
        ),
        (
            "OR74",
            {"order_id": "o", "files": [PDF], "order_documents": [{"file_name": "a.pdf", "type_code": "X"}]},
            "OR74: order_documents: Expected `object`, got `array`",
        ),
        (
            "S32",
            {"shop_id": 1, "files": [PDF], "shop_documents": {"shop_documents": [{"file_name": 1, "type_code": "X"}]}},
            r"S32: shop_documents.shop_documents\[0\].file_name: Expected `str`, got `int`",
        ),
        ("P41", {"file": b"x", "shop": 1, "conversion_options": {"ai_enrichment": 5}}, "P41: conversion_options.ai_"),
        ("P41", {"file": b"x", "shop": "one"}, "P41: shop: 'one' is not a valid integer"),
        ("P41", {"file": b"x", "shop": 1, "operator_format": "yes"}, "P41: operator_format: 'yes' is not a valid"),
    ],
)
async def test_the_json_parts_of_a_form_are_validated(front, code, params, words):
    await refused(words, front.call(code, params))


async def test_the_json_parts_of_a_document_for_connect_are_validated(connect):
    metadata = {"channel_document_id": "d", "filename": "", "type": "RETURN_LABEL"}
    origin = {"channel_id": "c", "channel_store_id": "s"}
    params = {"channel_order_id": "o", "file": b"x", "metadata": metadata, "origin": origin}
    await refused("uploadOrderDocument: metadata.filename: .*length >= 1", connect.call("uploadOrderDocument", params))
    metadata["filename"] = "a.pdf"
    origin["channel_id"] = 5
    await refused("uploadOrderDocument: origin.channel_id: .*got `int`", connect.call("uploadOrderDocument", params))
    document = UploadOrderDocumentMetadata(channel_document_id="d", filename="a.pdf", type="RETURN_LABEL")
    document.filename = 5
    shop = DocumentOriginRequest(channel_id="c", channel_store_id="s")
    call = connect.orders.upload_document("o", file=b"x", metadata=document, origin=shop)
    await refused("uploadOrderDocument: metadata.filename: Expected `str`, got `int`", call)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda made: setattr(made.order_lines[0].price, "amount", Decimal("NaN")), r"order_lines\[0\]\.price\.amount"),
        (lambda made: setattr(made.order_lines[0].price, "amount", float("inf")), r"order_lines\[0\]\.price\.amount"),
        (lambda made: setattr(made.order_lines[0].price, "amount", "much"), r"order_lines\[0\]\.price\.amount"),
        (lambda made: setattr(made.order_lines[0], "quantity", "1"), r"order_lines\[0\]\.quantity"),
        (lambda made: setattr(made, "created_at", NAIVE), "created_at"),
        (lambda made: setattr(made, "order_lines", []), "order_lines"),
        (lambda made: setattr(made, "status", None), "status"),
    ],
)
async def test_a_struct_that_was_changed_is_checked_before_it_is_sent(connect, change, words):
    made = order(1)
    change(made)
    await refused(rf"^upsertOrders: orders\[0\]\.{words}", connect.orders.upsert(origin=ORIGIN, orders=[made]))
    await refused(r"^upsertOrders: orders\[0\]", connect.call("upsertOrders", {"origin": ORIGIN, "orders": [made]}))
    await refused(r"^upsertOrders: ", connect.call("upsertOrders", body={"origin": ORIGIN, "orders": [made]}))


def spelled_by_hand():
    plain = msgspec.to_builtins(order(1), builtin_types=(datetime, Decimal))
    return json.loads(json.dumps(plain, default=str))


async def test_a_body_is_the_same_as_struct_mapping_or_json(connect, monkeypatch):
    bodies = []

    async def exchange(_self, _method, _url, _headers, body, **_):
        bodies.append(body)
        return WireResponse(204, {}, b"")

    monkeypatch.setattr(SilentWire, "exchange", exchange)
    origin = {"channel_id": "channel-1", "channel_store_id": "store-1"}
    whole = {"origin": origin, "orders": [spelled_by_hand()]}
    await connect.orders.upsert(**whole)
    await connect.call("upsertOrders", whole)
    await connect.call("upsertOrders", body=whole)
    await connect.call("upsertOrders", body=json.dumps(whole))
    await connect.call("upsertOrders", body=b"\xef\xbb\xbf" + json.dumps(whole).encode())
    await connect.orders.upsert(origin=ORIGIN, orders=[order(1)])
    assert len(bodies) == 6
    orders = [msgspec.json.decode(body)["orders"][0] for body in bodies]
    assert all(sent == orders[0] for sent in orders[:5])
    assert orders[0]["order_lines"][0]["price"]["amount"] == 12.34
    assert orders[0]["created_at"] == "2026-11-20T12:00:00+00:00"
    verbatim = codec.encode(whole | {"orders": [order(1)]}).replace(b",", b" , ")
    await connect.call("upsertOrders", body=verbatim)
    assert bodies[-1] == verbatim


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "upsertOrders: body: "),
        (b"", "upsertOrders: body: "),
        ("[]", "upsertOrders: body: Expected `object`, got `array`"),
        ({"origin": 1, "orders": []}, "upsertOrders: (origin|orders): "),
        ({"origin": {"channel_id": "c", "channel_store_id": "s"}, "orders": [{}]}, r"upsertOrders: orders\[0\]: "),
        ({"a": object()}, "upsertOrders: body: cannot be encoded as JSON"),
        ("\ud800", "upsertOrders: body: cannot be encoded as JSON"),
    ],
)
async def test_a_complete_body_is_validated(connect, body, words):
    await refused(words, connect.call("upsertOrders", body=body))
