"""The examples of Connect's events, including those that violate their schema, are decoded without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from mirakl_async import codec
from mirakl_async.events import InvalidEvent, UnknownEvent, decode
from mirakl_async.events.decode import TYPES
from tests.contract import documents
from tests.contract.comparison import lost
from tests.contract.instances import Instances
from tests.contract.schemas import schemas

SERVICE = "connect_events"


def examples() -> list[tuple[str, Any]]:
    """The examples of all webhooks, and those that their schemas have."""
    if documents.folder() is None:
        return []
    content = documents.document(SERVICE)
    found = [
        (f"{name} {label}", example["value"])
        for name, item in content["webhooks"].items()
        for label, example in item["post"]["requestBody"]["content"]["application/json"]["examples"].items()
    ]
    schemas = content["components"]["schemas"].items()
    return found + [
        (f"{name} {number}", value)
        for name, schema in schemas
        for number, value in enumerate(schema.get("examples", []))
    ]


EXAMPLES = examples()
DRAWS = [(number, 1.0) for number in range(12)] + [(number, 0.5) for number in range(12, 20)]
FACTS = {
    "OFFER_UPSERT": "OfferUpsertEvent",
    "PRICE_STOCK_UPSERT": "PriceStockUpsertEvent",
    "PRODUCT_UPSERT": "ProductUpsertEvent",
    "STORE_FEATURE": "StoreManagementFeatureEvent",
}


def drawn(name: str) -> Iterator[Any]:
    """Events of a type as its schemas allow them; of a command the data are those whose title is the type."""
    known = schemas(SERVICE)
    for seed, fullness in DRAWS:
        made = Instances(known, Random(f"{name}{seed}"), fullness)
        event = made.of({"$ref": f"#/components/schemas/{FACTS.get(name, 'OrderActionEvent')}"})
        if name not in FACTS:
            options = known.components["schemas"]["ActionPayload"]["oneOf"]
            event["data"] = made.of(next(option for option in options if known.follow(option)["title"] == name))
            event["data"]["action_id"] = "action-1"
        yield event | {"type": name, "id": "01HGXNJ6VTZR5KJBBQT28YZ2PB"}


def test_all_examples_of_the_document_are_found() -> None:
    assert len(EXAMPLES) == 25
    assert len([name for name, _ in EXAMPLES if "json-" in name]) == 23


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_decoded_and_nothing_is_lost(name: str, example: Any) -> None:
    body = json.dumps(example).encode()
    event = decode(body)
    assert event.repairs == ()
    assert event.raw == body
    assert event.type == example["type"]
    assert type(event) is TYPES.get(example["type"], UnknownEvent) or example["data"] == "object"
    assert [*lost(example, event)] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_without_any_one_member_is_an_event_or_invalid(name: str, example: Any) -> None:
    for member in example:
        rest = {name: value for name, value in example.items() if name != member}
        try:
            event = decode(json.dumps(rest))
        except InvalidEvent:
            assert member in {"id", "type", "data"}
        else:
            assert member in {"time", "source", "sequence", "sequenceSize", "sequenceType", "data"}
            assert member != "data" or isinstance(event, UnknownEvent)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_valid_events_are_decoded_and_encoded_without_loss(name: str) -> None:
    for said in drawn(name):
        event = decode(json.dumps(said))
        assert type(event) is TYPES[name]
        assert event.repairs == ()
        assert [*lost(said, event)] == []
        assert decode(codec.encode(event)) == event


def test_every_type_of_the_document_has_an_example_or_is_only_a_placeholder() -> None:
    assert {value["type"] for _, value in EXAMPLES} == TYPES.keys() | {"string"}
