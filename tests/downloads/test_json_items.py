"""JSON lists read item by item from their bytes as they arrive, compared with decoding them as a whole."""

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.codec import decode_plain
from mirakl_async.downloads import json_items
from mirakl_async.downloads.json_items import JsonArrayParser
from mirakl_async.errors import UnreadableFile
from mirakl_async.models.front.orders import Order


def read(data, *more, at_once=None, **options):
    """Return all items of a list, fed `at_once` bytes at a time."""
    reader = JsonArrayParser(*more, **options)
    size = at_once or max(1, len(data))
    items = [item for at in range(0, len(data), size) for item in reader.feed(data[at : at + size])]
    items += reader.finish()
    if reader.failure is not None:
        raise reader.failure
    return items


def failure(data, *more, **options):
    with pytest.raises(UnreadableFile) as caught:
        read(data, *more, **options)
    return str(caught.value)


@pytest.fixture(params=[1, 64, json_items.BLOCK_BYTES], ids="block={}".format)
def block(request, monkeypatch):
    """How much is read at a time."""
    monkeypatch.setattr(json_items, "BLOCK_BYTES", request.param)
    return request.param


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("at_once", [1, 3, 17, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        "[]", " [ ] ", "[1]", "[1,2,3]", '["a,b]","]","\\"[{"]', "[[1,[2]],[],{}]", "[null,true,false]",
        '[{"id":1},{"id":2},{"id":3}]', '[ {"id" : 1} ,\n {"id" : 2} ]', '[{"a":[{"id":1},{"id":2}]},{"a":[{"id":3}]}]',
        '[{"id":"},{\\"id\\":"},{"id":",{"},{"id":1.50}]', '[{"a":1},{"b":2},[],{"a":1}]', "[-1.5e3,0.10]",
    ],
)  # fmt: skip
def test_a_list_is_read_in_chunks_of_any_size(text, at_once):
    assert read(text.encode(), at_once=at_once) == decode_plain(text.encode())
    inside = f'{{"total":3,"skipped":[1,2],"orders":{text},"after":{{"x":[]}}}}'.encode()
    assert read(inside, member="orders", at_once=at_once) == decode_plain(text.encode())
    assert read(b"\xef\xbb\xbf" + text.encode(), at_once=at_once) == decode_plain(text.encode())


def test_the_first_list_is_read_by_default():
    assert read(b'{"total": 2, "orders": [1, 2], "others": [3]}') == [1, 2]
    assert read(b'{"total": 2, "orders": [1, 2], "others": [3]}', member="others") == [3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "truncated before its first item"),
        (b"[", "truncated before its first item"),
        (b"[1,2", "truncated after 1 items"),
        (b'[{"id":1},{"id":2}', "truncated after 1 items"),
        (b'[{"id":1},', "truncated after 1 items"),
        (b'{"orders":[1,2]', "truncated after 2 items"),
        (b'{"orders":[1,2],"total":', "truncated after 2 items"),
        (b"[1,2]]", "malformed after 2 items"),
        (b"[1 2]", "malformed after $[0]"),
        (b"[1,2}", "malformed after $[1]"),
        (b"<html>", "neither a JSON list"),
        (b'"text"', "neither a JSON list"),
        (b"{}", "contains no list"),
        (b'{"orders":{}}', "contains no list named 'orders'"),
        (b'{"others":[]}', "contains no list named 'orders'"),
    ],
)
@pytest.mark.usefixtures("block")
def test_an_incomplete_or_missing_list_is_an_error(text, words):
    member = "orders" if text.startswith((b'{"o', b"{}")) and b"named" in words.encode() else None
    assert words in failure(text, member=member, at_once=2)


def test_items_before_an_error_are_delivered():
    reader = JsonArrayParser()
    assert reader.feed(b"[1,2,3,") + reader.finish() == [1, 2, 3]
    assert "after 3 items" in str(reader.failure)
    assert reader.feed(b"4]") == []


class Line(msgspec.Struct, kw_only=True):
    id: int
    price: Decimal | None = None
    lines: list["Line"] | None = None


@pytest.mark.usefixtures("block")
def test_amounts_in_structs_keep_their_digits():
    data = json.dumps([{"id": n, "lines": [{"id": 0}, {"id": 1}]} for n in range(50)]).encode()
    data = data[:-1] + b', {"id": "51", "price": 19.90}]'
    items = read(data, Line, at_once=9)
    assert [item.id for item in items] == [*range(50), 51]
    assert str(items[-1].price) == "19.90"


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("broken", [0, 1, 7, 19])
def test_only_the_broken_item_is_left_out_and_it_is_reported(broken):
    orders = [{"order_id": f"o{n}", "total_price": n} for n in range(20)]
    orders[broken] = "not an order at all"
    quarantined = []
    reader = JsonArrayParser("front.orders:Order", "orders", on_quarantine=quarantined.append)
    items = reader.feed(json.dumps({"orders": orders}).encode()) + reader.finish()
    assert reader.failure is None
    assert [order.order_id for order in items] == [f"o{n}" for n in range(20) if n != broken]
    assert all(type(order) is Order for order in items)
    assert (reader.count, reader.unreadable) == (20, 1)
    assert reader.quarantined == quarantined
    assert (quarantined[0].index, quarantined[0].raw) == (broken, b'"not an order at all"')
    assert f"$.orders[{broken}]" in quarantined[0].reason


@pytest.mark.usefixtures("block")
def test_a_repaired_item_is_reported_with_its_path():
    repairs = []
    reader = JsonArrayParser("front.orders:Order", "orders", on_repair=repairs.append)
    data = json.dumps({"orders": [{"order_id": "a"}, {"order_id": "b", "created_date": "soon"}]}).encode()
    items = reader.feed(data) + reader.finish()
    assert [order.order_id for order in items] == ["a", "b"]
    assert [repair.path for repair in repairs] == ["$.orders[1].created_date"]


def test_only_the_first_hundred_broken_items_are_kept():
    reader = JsonArrayParser(Line)
    items = reader.feed(b"[" + b"[]," * 250 + b'{"id":1}]') + reader.finish()
    assert [item.id for item in items] == [1]
    assert (reader.unreadable, len(reader.quarantined)) == (250, 100)


def test_values_that_msgspec_rejects_are_skipped():
    deep = b"[" * 2000 + b"]" * 2000
    reader = JsonArrayParser(Line)
    items = reader.feed(b'[{"id":1},' + deep + b',{"id":"\xff"},{"id":4}]') + reader.finish()
    assert reader.failure is None
    assert [item.id for item in items] == [1, 4]
    assert reader.unreadable == 2


def test_too_deep_nesting_is_an_error():
    reader = JsonArrayParser()
    for _ in range(4):
        reader.feed(b"[" * 50_000)
    assert "nested more than 10000 levels deep" in str(reader.failure)


def test_the_size_of_an_item_is_limited(monkeypatch):
    monkeypatch.setattr(json_items, "MAX_ITEM_BYTES", 300_000)
    reader = JsonArrayParser()
    reader.feed(b'["')
    for _ in range(10):
        reader.feed(b"x" * 100_000)
    assert "is longer than 300000 bytes" in str(reader.failure)
    assert reader._buffered_bytes <= 2 * 300_001


def test_memory_depends_on_a_block():
    reader = JsonArrayParser()
    reader.feed(b"[1")
    for number in range(2000):
        reader.feed(b",%d" % number * 100)
    assert reader._buffered_bytes < 2 * json_items.BLOCK_BYTES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(st.sampled_from('a"\\,[]{}: \n€'), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", 'k"', ""]), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=12), st.booleans(), st.sampled_from([None, 1]), st.integers(1, 60), st.integers(1, 99))
def test_any_list_is_read_in_any_notation_and_chunks(items, ascii_only, indent, at_once, block):
    data = json.dumps(items, ensure_ascii=ascii_only, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_items, "BLOCK_BYTES", block)
        assert read(data, at_once=at_once) == items
        assert read(b'{"x":{"y":[]},"list":' + data + b"}", member="list", at_once=at_once) == items


@given(st.lists(JSON, min_size=1, max_size=6), st.data())
def test_a_truncated_list_is_never_complete(items, data):
    text = json.dumps(items).encode()
    cut = data.draw(st.integers(0, len(text) - 1))
    reader = JsonArrayParser()
    found = reader.feed(text[:cut]) + reader.finish()
    assert reader.failure is not None
    assert found == items[: len(found)]
