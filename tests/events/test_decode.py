"""Messages are decoded to events: the struct of each type, unknown members, and the reason of invalid ones."""

import base64
import copy
import datetime as dt
import gc
import json
import pickle
import random
import tracemalloc
from decimal import Decimal

import msgspec
import pytest

from mirakl_async import MiraklError, codec
from mirakl_async.events import Command, Event, Fact, InvalidEvent, UnknownEvent, decode
from mirakl_async.events.decode import MAX_LAYERS, TYPES
from mirakl_async.models.connect_events import (
    Accept,
    CreateShipment,
    LineDecision,
    OfferUpsert,
    PriceStockUpsert,
    ProductUpsert,
    Refund,
    StoreFeature,
    UploadDocument,
)
from tests.events import bodies

COMMANDS = {
    "ACCEPT", "CREATE_SHIPMENT", "REFUND", "CANCEL", "ACCEPT_RETURN", "UPDATE_RETURN_TRACKING_INFORMATION",
    "ACKNOWLEDGE_RETURN_RECEPTION", "CLOSE_RETURN", "UPLOAD_DOCUMENT",
}  # fmt: skip
FACTS = {"OFFER_UPSERT", "PRICE_STOCK_UPSERT", "PRODUCT_UPSERT", "STORE_FEATURE"}
ORDER = {"action_id": "a-1", "channel_id": "c", "channel_order_id": "o-1", "channel_store_id": "s"}
LINES = [{"channel_order_line_id": "l-1", "accepted": True}, {"channel_order_line_id": "l-2", "accepted": False}]


def event(type_="ACCEPT", data=None, **envelope):
    given = {"order_lines": LINES} if data is None and type_ == "ACCEPT" else {}
    whole = {
        "data": {**ORDER, **given} if data is None else data,
        "id": "01HGX",
        "time": "2024-05-20T10:15:30.500Z",
        "type": type_,
    }
    return {name: value for name, value in {**whole, **envelope}.items() if value is not ...}


def read(type_="ACCEPT", data=None, **envelope):
    return decode(json.dumps(event(type_, data, **envelope)))


def refused(body):
    with pytest.raises(InvalidEvent) as caught:
        decode(body)
    return caught.value


def test_each_of_the_thirteen_types_has_its_struct():
    assert TYPES.keys() == COMMANDS | FACTS
    assert len(set(TYPES.values())) == 13
    assert {name for name, kind in TYPES.items() if issubclass(kind, Command)} == COMMANDS
    assert {name for name, kind in TYPES.items() if issubclass(kind, Fact)} == FACTS
    assert all(kind.type == name and issubclass(kind, Event) for name, kind in TYPES.items())
    data = [next(f.type for f in msgspec.structs.fields(kind) if f.name == "data") for kind in TYPES.values()]
    assert len({str(kind) for kind in data}) == 13


@pytest.mark.parametrize("name", sorted(COMMANDS | FACTS))
def test_each_type_is_decoded_with_its_members_in_any_order(name):
    dice = random.Random(name)
    for _ in range(20):
        body = bodies.body(name, dice)
        found = decode(body)
        assert type(found) is TYPES[name]
        assert found.type == name
        assert found.raw == body
        assert found.repairs == ()
        assert isinstance(found.time, dt.datetime)


def test_a_command_is_matched_by_its_class():
    match read():
        case Accept(data=data, id=identifier):
            assert [line.accepted for line in data.order_lines] == [True, False]
            assert isinstance(data.order_lines[0], LineDecision)
            assert identifier == "01HGX"
        case _:
            pytest.fail("another class")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(event()),
        json.dumps(event()).encode(),
        bytearray(json.dumps(event()).encode()),
        memoryview(json.dumps(event()).encode()),
    ],
)
def test_a_body_can_be_text_or_bytes(body):
    found = decode(body)
    assert isinstance(found, Accept)
    assert found.action_id == "a-1"
    assert type(found.raw) is bytes


def test_identifiers_are_compared_without_case():
    assert read(id="01hgxNJ").key == read(id=" 01HGXnj ").key == "01hgxnj"
    assert read(id="01hgxNJ").id == "01hgxNJ"


def test_numbers_keep_their_digits():
    line = {"price": {"amount": "@1", "currency": "EUR"}, "quantity": 1}
    data = {**ORDER, "refunds": [line]}
    text = json.dumps(event("REFUND", data)).replace('"@1"', "12345678901234567.10000000000000000001")
    found = decode(text)
    assert isinstance(found, Refund)
    assert found.data.refunds[0].price.amount == Decimal("12345678901234567.10000000000000000001")
    attributes = [{"id": "a", "type": "NUMERIC", "value": "@1"}, {"id": "b", "type": "TEXT", "value": "1.10"},
                  {"id": "c", "type": "BOOLEAN", "value": True}, {"id": "d", "type": "LIST", "values": [{"value": "x"}]}]  # fmt: skip
    text = json.dumps(event("OFFER_UPSERT", {"offer_attributes": attributes})).replace('"@1"', "0.30000000000000000001")
    offer = decode(text)
    assert isinstance(offer, OfferUpsert)
    assert [item.value for item in offer.data.offer_attributes] == [
        Decimal("0.30000000000000000001"),
        "1.10",
        True,
        None,
    ]
    assert codec.encode(offer).count(b"0.30000000000000000001") == 1
    unknown = decode(json.dumps(event("LATER", {"amount": "@1"})).replace('"@1"', "0.30000000000000000001"))
    assert unknown.data == {"amount": Decimal("0.30000000000000000001")}


def test_unknown_members_of_a_known_event_are_in_its_bytes():
    found = read(data={**ORDER, "order_lines": LINES, "gift": {"text": "Ann"}}, priority=7)
    assert found.data.channel_order_id == "o-1"
    assert json.loads(found.raw)["data"]["gift"] == {"text": "Ann"}
    assert json.loads(found.raw)["priority"] == 7


@pytest.mark.parametrize("type_", ["ORDER_ACTION", "INVOICE_REQUESTED", "accept", "é", " ACCEPT"])
def test_an_event_of_an_unknown_type_keeps_all_its_data(type_):
    body = json.dumps(event(type_, {**ORDER, "new": [1]}, source="x"))
    match decode(body):
        case UnknownEvent(type=name, data={"new": [1]}) as found:
            assert name == type_
            assert (found.id, found.key, found.action_id) == ("01HGX", "01hgx", "a-1")
            assert found.time == dt.datetime(2024, 5, 20, 10, 15, 30, 500000, tzinfo=dt.UTC)
            assert found.raw == body.encode()
        case other:
            pytest.fail(repr(other))


@pytest.mark.parametrize("data", [..., None, "text", [], 5, {"action_id": 7}, {}])
def test_an_unknown_event_may_contain_anything(data):
    envelope = {"id": "1", "type": "LATER"} | ({} if data is ... else {"data": data})
    found = decode(json.dumps(envelope))
    assert isinstance(found, UnknownEvent)
    assert found.action_id is None
    assert found.time is None


def test_the_portals_placeholder_for_data_is_not_a_command():
    """The document's own example of a command has the word "object" where its data belong."""
    found = decode(json.dumps(event(data="object")))
    assert isinstance(found, UnknownEvent)
    assert found.type == "ACCEPT"


def test_neither_the_repr_nor_an_error_shows_data():
    found = read(data={**ORDER, "customer": "Ann Smith", "order_lines": LINES})
    assert repr(found) == "<Accept id='01HGX' members=3>"
    error = refused(json.dumps(event(data={"name": "Ann Smith", "order_lines": 5})))
    assert "Ann" not in repr(error) + str(error) + error.reason
    assert b"Ann Smith" in error.body
    assert repr(read("LATER", {"name": "Ann"})) == "<UnknownEvent id='01HGX' members=4>"


BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n ", "empty"),
    "text": (b"hello", "not JSON"),
    "cut off": (json.dumps(event()).encode()[:-9], "not JSON"),
    "more after the end": (json.dumps(event()).encode() + b"}", "not JSON"),
    "two documents": (json.dumps(event()).encode() * 2, "not JSON"),
    "HTML": (b"<html></html>", "not JSON"),
    "XML": (b'<?xml version="1.0"?><a/>', "not JSON"),
    "NaN": (b"NaN", "not JSON"),
    "array": (b"[" + json.dumps(event()).encode() + b"]", "not an object"),
    "number": (b"7", "not an object"),
    "null": (b"null", "not an object"),
    "string": (json.dumps(json.dumps(event())).encode(), "not an object"),
    "UTF-16": (json.dumps(event()).encode("utf-16"), "UTF-16"),
    "UTF-16, little end first, unmarked": (json.dumps(event()).encode("utf-16-le"), "UTF-16"),
    "UTF-16, big end first, unmarked": (json.dumps(event()).encode("utf-16-be"), "UTF-16"),
    "UTF-32": (json.dumps(event()).encode("utf-32"), "UTF-32"),
    "no id": (json.dumps(event(id=...)).encode(), "no id"),
    "null id": (json.dumps(event(id=None)).encode(), "no id"),
    "empty id": (json.dumps(event(id="")).encode(), "no id"),
    "blank id": (json.dumps(event(id=" ")).encode(), "no id"),
    "id that is an object": (json.dumps(event(id={"a": 1})).encode(), "no id"),
    "unknown without id": (json.dumps(event("LATER", id=...)).encode(), "no id"),
    "no type": (json.dumps(event(...)).encode(), "no type"),
    "null type": (json.dumps(event(None)).encode(), "no type"),
    "empty type": (json.dumps(event("")).encode(), "no type"),
    "type that is a number": (json.dumps(event(5)).encode(), "no type"),
    "type that is a list": (json.dumps(event(["ACCEPT"])).encode(), "no type"),
    "empty object": (b"{}", "no type"),
    "two types": (b'{"type":"REFUND",' + json.dumps(event()).encode()[1:], "two types"),
    "no data": (json.dumps({"id": "1", "type": "ACCEPT"}).encode(), "`data`"),
    "null data": (json.dumps({"id": "1", "type": "ACCEPT", "data": None}).encode(), "`data`"),
    "data that are a list": (json.dumps(event(data=[1])).encode(), "`data`"),
    "data that are a text": (json.dumps(event(data="oops")).encode(), "`data`"),
    "data that are a number": (json.dumps(event("PRICE_STOCK_UPSERT", 5)).encode(), "`data`"),
    "data that are JSON in a text": (json.dumps(event(data=json.dumps(ORDER))).encode(), "`data`"),
    "no action": (json.dumps(event(data={"order_lines": LINES})).encode(), "no action_id"),
    "blank action": (json.dumps(event(data={**ORDER, "action_id": " "})).encode(), "no action_id"),
    "null action": (json.dumps(event(data={**ORDER, "action_id": None})).encode(), "no action_id"),
    "action that is a list": (json.dumps(event(data={**ORDER, "action_id": [1]})).encode(), "no action_id"),
    "a line that is a number": (json.dumps(event(data={**ORDER, "order_lines": [*LINES, 5]})).encode(), "data.order_lines[2]"),
    "nested": (b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b',"type":"ACCEPT","data":{}}', "no id"),
    "nested and nothing else": (b"[" * 100_000, "not JSON"),
    "nested data": (b'{"id":"1","type":"ACCEPT","data":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", "no action_id"),
    "an endless number": (b'{"id":' + b"9" * 100_000 + b',"type":5}', "no type"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_an_invalid_body_is_an_error_with_the_reason_and_the_bytes(name):
    body, words = BAD[name]
    error = refused(body)
    assert words in error.reason
    assert error.body == body
    assert isinstance(error, MiraklError)
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert (again.reason, again.body) == (error.reason, error.body)


def test_a_byte_order_mark_and_surrounding_space_are_allowed():
    found = decode(b"\xef\xbb\xbf \n" + json.dumps(event()).encode() + b"\r\n")
    assert isinstance(found, Accept)


def test_the_last_of_duplicate_members_is_used():
    found = decode(b'{"id":"first","type":"ACCEPT",' + json.dumps(event()).encode()[1:])
    assert (type(found), found.id) == (Accept, "01HGX")


@pytest.mark.parametrize(
    ("envelope", "reads"),
    [
        ({"id": 7}, lambda found: found.id == "7"),
        ({"time": "2024-05-20 10:15"}, lambda found: found.time == dt.datetime(2024, 5, 20, 10, 15, tzinfo=dt.UTC)),
        ({"time": "yesterday"}, lambda found: found.time is None),
        ({"time": ...}, lambda found: found.time is None and not found.repairs),
        ({"data": {**ORDER, "action_id": 5}}, lambda found: found.action_id == "5"),
        ({"data": {**ORDER, "sub_channel_code": {"a": 1}}}, lambda found: found.data.sub_channel_code is None),
        ({"data": {**ORDER, "order_lines": LINES[0]}}, lambda found: len(found.data.order_lines) == 1),
        ({"data": {**ORDER, "order_lines": [{"accepted": "true", "channel_order_line_id": 5}]}},
         lambda found: found.data.order_lines[0].accepted is True and found.data.order_lines[0].channel_order_line_id == "5"),
    ],
)  # fmt: skip
def test_a_member_that_violates_its_contract_is_repaired_as_in_responses(envelope, reads):
    found = read(**envelope)
    assert isinstance(found, Accept)
    assert reads(found)


def test_a_repair_is_reported_without_values():
    found = read(data={**ORDER, "sub_channel_code": ["Ann"]})
    assert [(repair.path, repair.outcome) for repair in found.repairs] == [("$.data.sub_channel_code", "dropped")]
    assert "Ann" not in str(found.repairs)


def test_a_fact_with_an_invalid_item_is_read_without_it():
    found = read("PRICE_STOCK_UPSERT", {"product_id": "p", "identifiers": [{"type": "GTIN", "value": "1"}, 5]})
    assert isinstance(found, PriceStockUpsert)
    assert len(found.data.identifiers) == 1
    assert [repair.path for repair in found.repairs] == ["$.data.identifiers[1]"]


def test_members_that_only_examples_have_are_read():
    refund = read("REFUND", {**ORDER, "refunds": [{"order_line_id": "l-1"}]})
    upload = read("UPLOAD_DOCUMENT", {**ORDER, "document_entity_id": "r-1", "document_entity_type": "RETURN"})
    nested = read("UPLOAD_DOCUMENT", {**ORDER, "document_entity": {"id": "r-1", "type": "RETURN"}})
    product = read("PRODUCT_UPSERT", {"attributes": [{"code": "c", "id": "i", "value": "v"}]}, sequenceSize=3)
    feature = read("STORE_FEATURE", {"feature": "store-linking", "configuration": {"status": "linked"}})
    inner = read("STORE_FEATURE", {"configuration": {"feature": "store-linking"}})
    assert isinstance(refund, Refund)
    assert refund.data.refunds[0].order_line_id == "l-1"
    assert isinstance(upload, UploadDocument)
    assert upload.data.document_entity_type == "RETURN"
    assert isinstance(nested, UploadDocument)
    assert nested.data.document_entity.id == "r-1"
    assert isinstance(product, ProductUpsert)
    assert (product.data.attributes[0].code, product.sequence_size) == ("c", 3)
    assert isinstance(feature, StoreFeature)
    assert feature.data.configuration.status == "linked"
    assert isinstance(inner, StoreFeature)
    assert inner.data.configuration.feature == "store-linking"


def sns(text):
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": text})


def eventbridge(text):
    return json.dumps({"version": "0", "id": "e", "detail-type": "Connect", "source": "x", "detail": json.loads(text)})


def push(text):
    return json.dumps(
        {"message": {"data": base64.b64encode(text.encode()).decode(), "messageId": "1"}, "subscription": "s"}
    )


@pytest.mark.parametrize(
    "wrap", [sns, eventbridge, push, lambda text: sns(eventbridge(text)), lambda text: push(sns(text))]
)
@pytest.mark.parametrize("type_", ["CREATE_SHIPMENT", "LATER"])
def test_an_event_is_found_in_the_envelopes_of_other_services(wrap, type_):
    text = json.dumps(event(type_))
    found = decode(wrap(text))
    assert isinstance(found, CreateShipment if type_ != "LATER" else UnknownEvent)
    assert json.loads(found.raw) == json.loads(text)


@pytest.mark.parametrize(
    "body",
    [
        '{"Type": "Notification", "Message": 5}', '{"Type": "Notification", "Message": ""}', '{"Message": "x"}',
        '{"detail-type": "x", "detail": "{}"}', '{"detail-type": "x", "detail": {}}', '{"message": {}}', '{"message": 5}',
        '{"message": {"data": "%%%"}}', '{"message": {"data": "é"}}', '{"message": {"data": ""}}',
        '{"detail-type":"x","detail":' * 9000 + "{}" + "}" * 9000, sns(sns(sns(sns(json.dumps(event()))))),
    ],
)  # fmt: skip
def test_an_envelope_without_an_event_is_invalid(body):
    error = refused(body)
    assert error.reason
    assert error.body == body.encode()
    assert MAX_LAYERS == 3


def test_a_lone_surrogate_in_a_text_is_decoded():
    found = decode('{"id":"1","type":"LATER","data":"\ud800"}')
    assert isinstance(found, UnknownEvent)


def test_an_event_has_its_bytes_beside_its_members():
    found = read()
    assert json.loads(codec.encode(found)).keys() == {"type", "id", "time", "data"}
    assert found == read()
    assert copy.copy(found).raw == pickle.loads(pickle.dumps(found)).raw == b""
    assert Accept(id="1").raw == b""
    assert Accept(id="1").repairs == ()


def test_a_decoded_event_leaves_no_garbage():
    body = json.dumps(event(later="x" * 1000)).encode()

    def many():
        for number in range(2000):
            decode(body.replace(b"01HGX", b"%d" % number))

    many()
    gc.collect()
    tracemalloc.start()
    many()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 20_000


def fuzz(name, rounds):
    dice = random.Random(f"fuzz {name}")
    outcomes = {"read": 0, "invalid": 0}
    for _ in range(rounds):
        body = bodies.damaged(bodies.body(name, dice), dice)
        try:
            found = decode(body)
        except InvalidEvent as error:
            outcomes["invalid"] += bool(error.body == body and error.reason)
        else:
            assert found.key
            assert found.raw
            assert not isinstance(found, Command) or found.action_id
            codec.encode(found)
            outcomes["read"] += 1
    return outcomes


@pytest.mark.parametrize("name", sorted(COMMANDS | FACTS))
def test_a_damaged_body_is_an_event_or_invalid(name):
    outcomes = fuzz(name, 150)
    assert sum(outcomes.values()) == 150
    assert min(outcomes.values()) > 10


@pytest.mark.fuzz
@pytest.mark.parametrize("name", sorted(COMMANDS | FACTS))
def test_many_damaged_bodies_are_events_or_invalid(name):
    assert sum(fuzz(name, 2000).values()) == 2000
