"""Every official example of a successful response is decoded without a difference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mirakl_async import codec
from mirakl_async.operations import operations
from tests.contract import documents
from tests.contract.comparison import at, below, lost

CODES = list(operations)

# What an example generated from types alone gives for a text, whatever the text's format.
PLACEHOLDER = "string"


def pieces(code: str, value: Any) -> list[tuple[str, Any]]:
    """The values of an example that its operation's struct reads.

    A streamed answer is read item by item, and the struct is that of one item: OF54's example is the whole file, a
    list.
    """
    if operations[code].answer == "stream" and isinstance(value, list):
        return [(f"{code}[{index}]", item) for index, item in enumerate(value)]
    return [(code, value)]


def problems(code: str, value: Any) -> list[str]:
    """The differences between a value and what was read from it; a placeholder instead of a date is not counted."""
    decoded = codec.decode(operations[code].reply, json.dumps(value).encode())
    dropped = [repair.path for repair in decoded.repaired if repair.outcome == "dropped"]
    repaired = [repair.path for repair in decoded.repaired if repair.outcome == "repaired"]
    wrong = [f"{path}: dropped" for path in dropped if at(value, path) != PLACEHOLDER]
    allowed = [*dropped, *repaired]
    return wrong + [
        f"{path}: {how}" for path, how in lost(value, decoded.value) if not any(below(path, other) for other in allowed)
    ]


@pytest.mark.parametrize("code", CODES)
def test_an_example_is_read_without_differences(code: str) -> None:
    operation = operations[code]
    found = documents.examples(code, operation.service, operation.method, operation.path)
    for example in found:
        if example.value == PLACEHOLDER:
            continue
        if not operation.reply:
            assert not example.value, f"{code} ({example.label}): the example has a body that no struct reads"
            continue
        for name, value in pieces(code, example.value):
            wrong = problems(code, value)
            assert not wrong, f"{name} ({example.label}): {wrong}"


def test_all_examples_of_the_documents_are_found() -> None:
    found = [
        example
        for code in CODES
        for example in documents.examples(
            code, operations[code].service, operations[code].method, operations[code].path
        )
    ]
    assert len(found) > 70, f"only {len(found)} examples of answers were found"
    assert [example.code for example in found if example.value == PLACEHOLDER] == ["OF54", "OR15"]


def test_the_comparison_reports_differences() -> None:
    """`lost` reports a lost, a changed and an unknown member."""
    order = codec.decode("front.orders:Order", b'{"order_id": "a", "total_price": 3, "can_cancel": "yes"}').value
    differences = dict(lost({"order_id": "b", "total_price": 3, "can_cancel": "yes", "unheard_of": 1}, order))
    assert set(differences) == {"$.order_id", "$.can_cancel", "$.unheard_of"}
    assert not below("$.a[10]", "$.a[1]")
    assert below("$.a[1].b", "$.a[1]")
