"""The codec with the types it is made for: every paged operation isolates its items in one pass."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from mirakl_async import codec
from mirakl_async.codec.one_pass import one_pass
from mirakl_async.operations import operations

PAGED = [code for code in operations if operations[code].paging is not None]


def test_the_paged_operations_are_the_documented_fifteen():
    assert len(PAGED) == 15


@pytest.mark.parametrize("code", PAGED)
def test_a_broken_item_affects_no_other_item_of_any_operation(code: str):
    operation = operations[code]
    paging: Any = operation.paging
    page: Any = codec.resolve(operation.reply)
    [field] = [info.name for info in msgspec.structs.fields(page) if info.encode_name == paging.items]
    body = json.dumps({paging.items: [{}, {"unknown": 1}, 5, {}]}).encode()

    assert len(one_pass(page, field)(body).completed) == 2
    found = codec.decode_page(paging, operation.reply, body)
    items: list[Any] = getattr(found.value, field)
    assert type(found.value) is page
    assert items == [type(items[0])()] * 3
    assert [(item.index, item.raw) for item in found.quarantined] == [(2, b"5")]
