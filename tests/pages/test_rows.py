"""What tells the rows of a page apart, where that is more than one member."""

from __future__ import annotations

import pytest

from mirakl_async import codec
from mirakl_async.operations import operations
from mirakl_async.pages.rows import identity

PAGINGS = {one.code: one.paging for one in operations.values() if one.paging is not None and len(one.paging.key) > 1}


@pytest.mark.parametrize("code", PAGINGS)
def test_rows_with_several_key_members_differ_in_any_and_have_no_key_without_one(code):
    paging = PAGINGS[code]
    found = identity(paging.item, paging.key)
    values = {name: f'"{n}"' for n, name in enumerate(paging.key)} | {"date_created": '"2024-01-01T00:00:00Z"'}

    def raw(**changed):
        members = {name: text for name, text in (values | changed).items() if name in paging.key and text}
        return ("{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}").encode()

    whole = codec.decode(paging.item, raw()).value
    assert found.of(whole) == found.of_raw(raw()) != None  # noqa: E711
    for name in paging.key:
        text = '"2025-01-01T00:00:00Z"' if name == "date_created" else '"9"'
        assert found.of(codec.decode(paging.item, raw(**{name: text})).value) != found.of(whole)
        for nothing in ("null", ""):
            assert found.of(codec.decode(paging.item, raw(**{name: nothing})).value) is None
            assert found.of_raw(raw(**{name: nothing})) is None


def test_a_row_that_cannot_be_read_has_the_key_that_it_would_have():
    paging = operations["OR11"].paging
    found = identity(paging.item, paging.key)
    body = b'{"order_id": "o1", "order_lines": 5}'
    assert found.of_raw(body) == found.of(codec.decode(paging.item, body).value) == "o1"
    assert found.of_raw(b'{"order_lines": 5}') is None
