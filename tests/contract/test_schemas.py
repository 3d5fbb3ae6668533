"""The validator of the contract tests finds every kind of violation in a request."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_async.operations import operations
from tests.contract import documents
from tests.contract.arguments import said_in_path, said_in_query
from tests.contract.schemas import schemas

FIELD = {"code": "c", "type": "STRING", "value": "v"}


def sent_by(code: str) -> dict[str, Any]:
    operation = operations[code]
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None
    (media,) = described.contents.values()
    schema: dict[str, Any] = media["schema"]
    return schema


def shipment(**members: Any) -> dict[str, Any]:
    return {"shipments": [{"order_id": "o", "shipment_lines": [{"order_line_id": "l", "quantity": 1}], **members}]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "'shipments' is a required property"),
        ({"shipments": []}, "should be non-empty"),
        (shipment(order_id=None), "None is not of type 'string'"),
        (shipment(colour="red"), "$.shipments[0].colour: the document has no such member"),
        (shipment(tracking={"carrier": "x"}), "$.shipments[0].tracking.carrier: the document has no such member"),
        (shipment(shipment_additional_information=[{**FIELD, "value": 5}]), "5 is not of type 'string'"),
        (shipment(shipment_additional_information=[{**FIELD, "more": 5}]), "has no such member"),
    ],
)
def test_a_violation_is_found(body: Any, words: str) -> None:
    found = schemas("front").problems(sent_by("ST01"), body)
    assert any(words in problem for problem in found), found


def test_a_valid_body_has_no_violation() -> None:
    full = shipment(tracking={"carrier_code": "x"}, shipment_additional_information=[FIELD])
    assert schemas("front").problems(sent_by("ST01"), full) == []


def test_a_request_line_is_parsed_like_by_a_server() -> None:
    assert said_in_path("/a/{x}/b", "/a/50%20%25/b?c=d") == {"x": "50 %"}
    assert said_in_path("/a/{x}/b", "/a/c/d") is None
    assert said_in_path("/a/{x}", "/a/c/d") is None
    assert said_in_query("/a?b=c%26d&b=e+f&g=") == [("b", "c&d"), ("b", "e f"), ("g", "")]
