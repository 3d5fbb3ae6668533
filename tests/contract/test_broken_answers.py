"""Responses that violate their documents: a page raises no error, and intact values are read unchanged.

A response is drawn from the document's schema, then damaged in a few places: a member is left out, is null, has
another type, or is unknown. Only a damaged value may be lost, and every loss is reported.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirakl_async import codec
from mirakl_async.operation import Operation
from mirakl_async.operations import operations
from tests.contract import documents
from tests.contract.comparison import below, lost
from tests.contract.instances import Instances
from tests.contract.schemas import Schema, schemas

ANSWERED = [code for code in operations if operations[code].reply]
WRONG: tuple[Any, ...] = (True, 5, -1.5, "a text", "", [], {}, [1], [{"a": None}], {"a": [1]}, 10**30, "2024-13-45")
NO_LIMITS = settings(suppress_health_check=list(HealthCheck), deadline=None)


def schema_of(operation: Operation[Any]) -> Schema:
    """The schema of an answer; of a streamed one, that of a piece."""
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None
    for status, response in described.responses.items():
        for kind, media in response.get("content", {}).items():
            if str(status).startswith("2") and media.get("schema") and ("json" in kind or operation.answer == "json"):
                schema: Schema = media["schema"]
                return schema
    raise AssertionError(f"{operation.code} promises a body that its document does not describe")


def places(value: Any, path: str = "$") -> Iterator[tuple[str, Any, Any]]:
    """Everything inside a value: its path, what holds it, and its name or index there."""
    named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in named:
        where = f"{path}.{key}" if isinstance(value, dict) else f"{path}[{key}]"
        yield where, value, key
        yield from places(part, where)


def damage(value: Any, random: Random) -> set[str]:
    """Break a value in up to three places; returns their paths."""
    broken: set[str] = set()
    for _ in range(random.randint(1, 3)):
        inside = list(places(value))
        if not inside:
            break
        path, holder, key = random.choice(inside)
        kind = random.choice(("absent", "null", "wrong", "wrong", "unknown"))
        if kind == "unknown" and isinstance(holder, dict):
            path, key = f"{path.rpartition('.')[0]}.unknown_member", "unknown_member"
        if kind == "absent" and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = None if kind == "null" else copy.deepcopy(random.choice(WRONG))
        broken.add(path)
    return broken


def decoded(operation: Operation[Any], body: bytes) -> tuple[Any, dict[str, str]]:
    """The value, and the outcome of each repair by its path."""
    if operation.paging is None:
        answer = codec.decode(operation.reply, body)
        return answer.value, {repair.path: repair.outcome for repair in answer.repaired}
    page = codec.decode_page(operation.paging, operation.reply, body)
    outcomes: dict[str, str] = {repair.path: repair.outcome for repair in page.repaired}
    for item in page.quarantined:
        index = "" if item.index is None else f"[{item.index}]"
        outcomes[f"$.{operation.paging.items}{index}"] = "dropped"
    return page.value, outcomes


def check(code: str, random: Random) -> None:
    operation = operations[code]
    known = schemas(operation.service)
    value = Instances(known, random, random.choice((0.2, 0.5, 1.0))).of(schema_of(operation))
    intact, outcomes = decoded(operation, json.dumps(value).encode())
    assert not outcomes, f"{code}: {outcomes} of an answer that keeps its schema"
    assert not list(lost(value, intact)), code
    broken = damage(value, random)
    read, outcomes = decoded(operation, json.dumps(value).encode())
    unexpected = [path for path in outcomes if not any(below(path, damaged) for damaged in broken)]
    assert not unexpected, f"{code}: {unexpected} repaired, only {broken} was damaged"
    gone = {path for path, outcome in outcomes.items() if outcome == "dropped"}
    wrong = [
        f"{path}: {how}"
        for path, how in lost(value, read, gone=gone)
        if not any(below(path, damaged) for damaged in broken)
    ]
    assert not wrong, f"{code}: {wrong}, only {broken} was damaged"


@pytest.mark.parametrize("code", ANSWERED)
@settings(NO_LIMITS, max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_intact_values_are_read_unchanged(code: str, seed: int) -> None:
    check(code, Random(seed))


@pytest.mark.fuzz
@pytest.mark.parametrize("code", ANSWERED)
@settings(NO_LIMITS, max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_intact_values_are_read_unchanged_in_many_examples(code: str, seed: int) -> None:
    check(code, Random(seed))


@pytest.mark.parametrize("code", ANSWERED)
@pytest.mark.parametrize("body", [b"", b"<html>", b"5", b'"text"', b"null", b"[1", b"\xff\xfe"])
def test_an_invalid_response_is_an_error_with_a_message(code: str, body: bytes) -> None:
    operation = operations[code]
    with pytest.raises(codec.CodecError) as refused:
        if operation.paging:
            codec.decode_page(operation.paging, operation.reply, body)
        else:
            codec.decode(operation.reply, body)
    assert refused.value.message
