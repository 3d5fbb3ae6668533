"""Every struct of requests and responses is unchanged after it was encoded and decoded again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest

from mirakl_async import codec
from mirakl_async.events import decode
from mirakl_async.events.decode import TYPES
from mirakl_async.model import RequestModel, ResponseModel
from mirakl_async.operations import operations
from tests.codegen.test_published import STRUCTS
from tests.contract import documents
from tests.contract.arguments import part_types
from tests.contract.instances import Instances
from tests.contract.schemas import Schema, schemas
from tests.contract.test_broken_answers import ANSWERED, schema_of
from tests.contract.test_events import drawn
from tests.contract.test_requests import same

DRAWS = [(number, 1.0) for number in range(12)] + [(number, 0.5) for number in range(12, 20)]
BODIES = [code for code in operations if operations[code].content == "json"]
FORMS = [code for code in operations if operations[code].content == "multipart"]


def instances(code: str) -> Iterator[Instances]:
    for seed, fullness in DRAWS:
        yield Instances(schemas(operations[code].service), Random(f"{code}{seed}"), fullness)


def content_of(code: str) -> Schema:
    operation = operations[code]
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None
    (media,) = described.contents.values()
    return schemas(operation.service).flat(media["schema"])


@cache
def received(code: str) -> list[Any]:
    """Values of an operation's answer."""
    schema = schema_of(operations[code])
    bodies = [json.dumps(made.of(schema)).encode() for made in instances(code)]
    return [codec.decode(operations[code].reply, body).value for body in bodies]


@cache
def sent(code: str) -> list[tuple[Any, Any]]:
    """The bodies, or the forms' parts, of an operation: each as a plain value and as what it is to its method."""
    schema = content_of(code)
    kind: Any = codec.resolve(operations[code].body) if code in BODIES else None
    parts = {} if kind else part_types(operations[code])
    found: list[tuple[Any, Any]] = []
    for made in instances(code):
        plain = [(made.of(schema), kind)] if kind else [(made.of(schema["properties"][n]), k) for n, k in parts.items()]
        for value, type_ in plain:
            try:
                found.append((value, msgspec.json.decode(json.dumps(value), type=type_)))
            except msgspec.ValidationError as error:
                if "required when" not in str(error):
                    raise
    return found


@pytest.mark.parametrize("code", ANSWERED)
def test_received_values_are_encoded_without_loss(code: str) -> None:
    for value in received(code):
        again = codec.decode(operations[code].reply, codec.encode(value))
        assert again.value == value
        assert not again.repaired


@pytest.mark.parametrize("code", BODIES + FORMS)
def test_sent_values_are_encoded_and_decoded_without_loss(code: str) -> None:
    assert sent(code)
    for plain, value in sent(code):
        encoded = codec.encode(value)
        assert same(json.loads(encoded), plain)
        if isinstance(value, msgspec.Struct):
            assert codec.find_violations(value) == []
            assert msgspec.json.decode(encoded, type=type(value)) == value


def kinds_in(value: Any, found: set[type]) -> None:
    if isinstance(value, msgspec.Struct):
        found.add(type(value))
        for field in msgspec.structs.fields(value):
            kinds_in(getattr(value, field.name), found)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            kinds_in(part, found)


def test_every_struct_was_tested() -> None:
    found: set[type] = set()
    for code in ANSWERED:
        for value in received(code):
            kinds_in(value, found)
    for code in BODIES + FORMS:
        for _, value in sent(code):
            kinds_in(value, found)
    for name in TYPES:
        for event in drawn(name):
            kinds_in(decode(json.dumps(event)), found)
    assert {kind for kind in STRUCTS if issubclass(kind, ResponseModel)} - found == set()
    assert {kind for kind in STRUCTS if issubclass(kind, RequestModel)} - found == set()
