"""The codec by example: values read unchanged, repaired, quarantined and rejected."""

import datetime as dt
import json
import pickle
import sys
import threading
import weakref
from decimal import Decimal
from types import ModuleType
from typing import Any

import msgspec
import pytest

from mirakl_async import codec
from mirakl_async.codec.one_pass import PassResult, one_pass
from tests.codec.codec_structs import (
    ORDERS,
    Address,
    Cat,
    Dog,
    Line,
    LineInput,
    Order,
    OrderInput,
    OrderPage,
    ProductInput,
    Strict,
    Upsert,
)

NESTED = b"[" * 100_000 + b"]" * 100_000  # beyond the limit of every supported Python


def page(body: str | bytes) -> codec.PageRows:
    return codec.decode_page(ORDERS, OrderPage, body.encode() if isinstance(body, str) else body)


def test_a_valid_page_is_decoded_like_plain_msgspec():
    body = b'{"orders":[{"order_id":"a","total":10.10},{"lines":[{"quantity":"2"}]}],"total_count":2,"new":1}'
    found = page(body)
    assert found.value == msgspec.json.decode(body, type=OrderPage, strict=False)
    assert (found.items, list(found.indices)) == (found.value.orders, [0, 1])
    assert (found.quarantined, found.repaired) == ((), ())
    assert type(found.value) is OrderPage
    assert [type(order) for order in found.value.orders or ()] == [Order, Order]
    assert pickle.loads(pickle.dumps(found.value)) == found.value


def test_items_around_a_broken_one_are_decoded_like_plain_msgspec():
    good = [{"order_id": str(n), "total": 1.25, "lines": [{"price": "1.10"}]} for n in range(9)]
    whole = msgspec.json.decode(json.dumps({"orders": good}), type=OrderPage, strict=False)
    for broken in range(9):
        orders = [*good[:broken], {"order_id": [], "total": 7.50}, *good[broken:]]
        found = page(json.dumps({"total_count": 10, "orders": orders}))
        assert found.value.orders.pop(broken) == Order(total=Decimal("7.5"))
        assert found.value.orders == whole.orders
        assert [type(order) for order in found.value.orders] == [Order] * 9
        assert found.repaired == (
            codec.Repair(f"$.orders[{broken}].order_id", "Expected `str | null`, got `array`", "dropped"),
        )
        assert found.value.total_count == 10


def test_an_item_that_is_not_an_object_is_quarantined_with_its_bytes():
    found = page('{"orders":[{"order_id":"a"}, 12.50 ,null,{"order_id":"b"}],"total_count":4}')
    assert [order.order_id for order in found.value.orders] == ["a", "b"]
    assert [(item.index, item.raw) for item in found.quarantined] == [(1, b"12.50"), (2, b"null")]
    assert found.quarantined[0].reason == "Expected `object`, got `float` - at `$.orders[1]`"


def test_the_repr_of_a_quarantined_item_does_not_show_its_bytes():
    found = page('{"orders":["jane@example.org"]}')
    assert "jane" not in repr(found.quarantined)
    assert found.quarantined[0].raw == b'"jane@example.org"'


def test_an_item_without_a_required_member_is_quarantined():
    class StrictPage(msgspec.Struct):
        orders: list[Strict]

    found = codec.decode_page(ORDERS, StrictPage, b'{"orders":[{"code":"a"},{"price":1},{"code":{}},{"code":3}]}')
    assert [item.code for item in found.value.orders] == ["a", "3"]
    assert [item.reason for item in found.quarantined] == [
        "Object missing required field `code` - at `$.orders[1]`",
        "Object missing required field `code` - at `$.orders[2]`",
    ]


def test_members_of_a_page_beside_its_items_are_repaired_too():
    found = page('{"orders":[{"order_id":"a"}],"total_count":"many","next_page_token":17}')
    assert found.value == OrderPage(orders=[Order(order_id="a")], next_page_token="17")
    assert [(repair.path, repair.outcome) for repair in found.repaired] == [
        ("$.total_count", "dropped"),
        ("$.next_page_token", "repaired"),
    ]


@pytest.mark.parametrize("orders", ["null", "[]", "{}"])
def test_a_page_without_items_is_empty(orders: str):
    found = page(f'{{"orders":{orders},"total_count":0}}')
    assert not found.value.orders
    assert found.value.total_count == 0
    assert found.quarantined == ()


def test_a_value_instead_of_the_list_of_items_is_quarantined():
    found = page('{"orders":"later","total_count":3}')
    assert found.value == OrderPage(total_count=3)
    assert [(item.index, item.raw) for item in found.quarantined] == [(None, b'"later"')]


def test_one_item_instead_of_a_list_is_a_list_of_one():
    found = page('{"orders":{"order_id":"a","total":"x"}}')
    assert found.value.orders == [Order(order_id="a")]


def test_a_repeated_list_never_mixes_with_the_one_it_replaces():
    twice = '{"orders":[{"order_id":"a"},{"order_id":"b"}],"orders":[{"order_id":"c"},{"total":"x"},{"order_id":"d"}]}'
    assert [order.order_id for order in page(twice).value.orders] == ["c", None, "d"]
    other = '{"orders":[{"order_id":"a"}],"orders":[{"order_id":"c"}],"total_count":"x"}'
    assert [order.order_id for order in page(other).value.orders] == ["c"]
    assert codec.decode_page(ORDERS, OrderPage, b'{"orders":[{"order_id":"a"}],"orders":[]}').value.orders == []


def test_threads_do_not_mix_their_pages():
    together = threading.Barrier(2, timeout=10)

    class Slow(msgspec.Struct, kw_only=True):
        order_id: str | None = None

        def __post_init__(self) -> None:
            together.wait()

    class SlowPage(msgspec.Struct, kw_only=True):
        orders: list[Slow] | None = None

    found: dict[str, PassResult] = {}

    def read(name: str) -> None:
        body = json.dumps({"orders": [{"order_id": f"{name}{n}"} for n in range(3)], "unknown": 1}).encode()
        found[name] = one_pass(SlowPage, "orders")(body)

    one_pass(SlowPage, "orders")
    threads = [threading.Thread(target=read, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in "ab":
        assert [item.order_id for item in found[name].completed] == [f"{name}{n}" for n in range(3)]
        assert found[name].completed == found[name].page.orders


def test_the_memory_of_a_page_is_freed_with_it():
    class Watched(msgspec.Struct, weakref=True, kw_only=True):
        order_id: str | None = None

    class WatchedPage(msgspec.Struct, kw_only=True):
        orders: list[Watched] | None = None

    found = codec.decode_page(ORDERS, WatchedPage, b'{"orders":[{"order_id":"a"}]}')
    item = weakref.ref(found.value.orders[0])
    del found
    assert item() is None


def test_frozen_items_are_isolated_as_well():
    class Frozen(msgspec.Struct, frozen=True):
        order_id: str | None = None

    class FrozenPage(msgspec.Struct, frozen=True):
        orders: list[Frozen] | None = None

    found = codec.decode_page(ORDERS, FrozenPage, b'{"orders":[{"order_id":"a"},7,{"order_id":"b"}]}')
    assert [item.order_id for item in found.value.orders] == ["a", "b"]
    assert len(found.quarantined) == 1


def test_an_items_own_check_runs_once_and_quarantines_invalid_items():
    class Checked(msgspec.Struct, kw_only=True):
        n: int | None = None

        def __post_init__(self) -> None:
            if type(self) is not Checked or self.n == 13:
                raise ValueError("no")

    class CheckedPage(msgspec.Struct, kw_only=True):
        orders: list[Checked] | None = None

    found = codec.decode_page(ORDERS, CheckedPage, b'{"orders":[{"n":1},{"n":13},{"n":2}]}')
    assert [item.n for item in found.value.orders] == [1, 2]
    assert [item.index for item in found.quarantined] == [1]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "12", "12"),
        (str, "1.50", "1.50"),
        (str, "true", "true"),
        (str, '"caf\\ud83d"', "caf\ufffd"),
        (str, '"a\tb"', "a\tb"),
        (dt.datetime, "1700000000123", dt.datetime(2023, 11, 14, 22, 13, 20, 123000, dt.UTC)),
        (dt.datetime, '"2024-02-29T10:00Z"', dt.datetime(2024, 2, 29, 10, tzinfo=dt.UTC)),
        (dt.date, '"2024-02-29T10:00:00Z"', dt.date(2024, 2, 29)),
        (dt.time, '"10:20"', dt.time(10, 20)),
        (int | None, '" 12 "', 12),
        (list[str] | None, '"a"', ["a"]),
        (list[str], '["a",1,{}]', ["a", "1"]),
        (dict[str, int], '{"a":1,"b":"x","c":[]}', {"a": 1}),
        (str | list[str] | None, "5", "5"),
        (str | list[str] | None, "[5,null]", ["5"]),
        (list[list[int]], "[1,[2]]", [[1], [2]]),
    ],
)
def test_a_value_in_another_notation_is_repaired(kind: type, text: str, value: object):
    found = codec.decode(kind, text.encode())
    assert found.value == value
    assert type(found.value) is type(value)
    assert found.repaired


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("quantity", "1.5"),
        ("quantity", '""'),
        ("quantity", "true"),
        ("price", '"free"'),
        ("price", "true"),
        ("price", "[1]"),
        ("open", '"perhaps"'),
        ("open", "2"),
        ("shipped", '"soon"'),
        ("shipped", '"2023-02-29T00:00"'),
        ("shipped", "99999999999999999999"),
        ("shipped", "{}"),
        ("line_id", "{}"),
        ("line_id", "[]"),
        ("taxes", "7e"),
        ("line_id", "NaN"),
    ],
)
def test_a_member_that_cannot_be_repaired_becomes_none(member: str, text: str):
    body = f'{{"line_id":"l","price":9.90,"quantity":3,"{member}":{text}}}'
    found = codec.decode(Line, body.encode())
    intact: dict[str, Any] = {"line_id": "l", "price": Decimal("9.90"), "quantity": 3}
    intact.pop(member, None)
    assert found.value == Line(**intact)
    assert [(repair.path, repair.outcome) for repair in found.repaired] == [(f"$.{member}", "dropped")]


def test_repairs_of_renamed_members_have_their_wire_names():
    found = codec.decode(Address, b'{"from":"2024-01-02 00:00","@type":1,"name":"n","opens":[]}')
    assert found.value == Address(from_=dt.date(2024, 1, 2), type_="1", name="n")
    assert {repair.path for repair in found.repaired} == {"$.from", "$.@type", "$.opens"}


def test_an_invalid_date_or_time_is_dropped_and_not_reported_as_repaired():
    found = codec.decode(Address, b'{"from":"soon","opens":"later","name":"n"}')
    assert found.value == Address(name="n")
    assert [repair.outcome for repair in found.repaired] == ["dropped", "dropped"]


def test_a_tagged_struct_is_repaired_as_the_type_of_its_tag():
    family: Any = Cat | Dog
    assert codec.decode(family, b'{"kind":"dog","barks":"x"}').value == Dog()
    with pytest.raises(codec.CodecError, match=r"Invalid value - at `\$.kind`"):
        codec.decode(family, b'{"kind":"jane","barks":"x"}')


@pytest.mark.parametrize("total", ["1", '"x"'])
def test_untyped_members_keep_their_digits_beside_a_repaired_one_too(total: str):
    body = b'{"extra":{"n":12.10,"list":[1,null]},"total":%b}' % total.encode()
    for found in (codec.decode(Order, body).value, page(b'{"orders":[%b]}' % body).value.orders[0]):
        assert found.extra == {"n": Decimal("12.10"), "list": [1, None]}
        assert codec.encode(found.extra) == b'{"n":12.10,"list":[1,null]}'


@pytest.mark.parametrize(
    ("junk", "rest"),
    [
        ("NaN", {"b": 1}),
        ("1e99999999999999999999", {"b": 1}),
        ('"\\ud800x"', {"a": "\ufffdx", "b": 1}),
        ('"x\ny"', {"a": "x\ny", "b": 1}),
        ("9" * 5000, {"a": Decimal("9" * 5000), "b": 1}),
        ("[1.10,NaN]", {"a": [Decimal("1.10")], "b": 1}),
        ('{"c":NaN}', {"a": {}, "b": 1}),
        ("[" * 100_000 + "]" * 100_000, {"b": 1}),  # deeper than any Python's own limit
        ("[" * 30 + "NaN" + "]" * 30, {"b": 1}),
    ],
)
def test_invalid_parts_of_an_untyped_member_are_dropped_individually(junk: str, rest: object):
    found = codec.decode(Order, f'{{"order_id":"o","extra":{{"a":{junk},"b":1}}}}'.encode())
    if junk.startswith("[" * 30):  # no deeper than is worth the time
        assert found.value.extra["b"] == 1
    else:
        assert found.value == Order(order_id="o", extra=rest)
    assert len(found.repaired) == 1


def test_a_rejected_document_keeps_its_entity_beside_invalid_members():
    body = b'{"order_documents":[{"input":{"file_name":"f","entity":{"id":NaN,"type":"ORDER","tax":12.10}}}]}'
    (document,) = codec.decode("front.orders:UploadOrderDocumentsResponse", body).value.order_documents
    assert document.input.entity == {"type": "ORDER", "tax": Decimal("12.10")}


def test_nesting_beyond_the_interpreters_limit_drops_only_its_member():
    body = b'{"orders":[{"order_id":"a"},{"order_id":"b","unknown":%b},{"order_id":"c","extra":%b}]}' % (NESTED, NESTED)
    found = page(body)
    assert [order.order_id for order in found.value.orders] == ["a", "b", "c"]
    assert [(repair.path, repair.reason) for repair in found.repaired] == [("$.orders[2].extra", "Nested too deeply")]


def test_excessive_nesting_instead_of_an_item_is_quarantined():
    found = page(b'{"orders":[{"order_id":"a"},%b]}' % NESTED)
    assert [order.order_id for order in found.value.orders] == ["a"]
    assert found.quarantined[0].raw == NESTED


def test_invalid_utf8_replaces_only_its_own_characters():
    found = page(b'{"orders":[{"order_id":"a","value":"Ren\xe9"},{"order_id":"b"}]}')
    assert found.value.orders == [Order(order_id="a", value="Ren\ufffd"), Order(order_id="b")]
    assert found.repaired == (codec.Repair("$.orders[0].value", "Text is not valid UTF-8", "repaired"),)


def test_invalid_utf8_in_an_unknown_name_is_ignored():
    found = page(b'{"orders":[{"order_id":"a","\xff":"x","total":"x"}]}')
    assert found.value.orders == [Order(order_id="a")]


def test_a_byte_order_mark_is_not_content():
    body = b'\xef\xbb\xbf{"orders":[{"order_id":"a"}],"total_count":1}'
    found = page(body)
    assert found.value == OrderPage(orders=[Order(order_id="a")], total_count=1)
    assert found.items == found.value.orders
    assert (found.quarantined, found.repaired) == ((), ())
    assert codec.decode(OrderPage, body) == codec.Decoded(page(body).value)
    assert codec.decode_plain(body)["total_count"] == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<html><body>Jane Doe</body></html>", "HTML"),
        (b"Jane Doe", "malformed"),
        (b"[]", "Expected `object`, got `array`"),
        (b'[{"order_id":"a"}]', "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b'"Jane Doe"', "Expected `object`, got `str`"),
        (b'{"orders":[{"order_id":"a"}', "truncated"),
        (b'{"orders":[{"order_id":"a"},{"total":"x"}', "truncated"),
        (b'{"orders":[{"order_id":"a"},{"total":"x"}}]', "brackets"),
        (b'{"orders":[{"order_id":"a', "truncated"),
        (b'{"orders":[]} {"Jane":"Doe"}', "trailing"),
        (NESTED, "array|deeply"),
    ],
)
def test_a_body_that_is_not_a_page_is_an_error(body: bytes, message: str):
    with pytest.raises(codec.CodecError, match=message) as page_error:
        page(body)
    with pytest.raises(codec.CodecError) as decode_error:
        codec.decode(OrderPage, body)
    for error in (page_error.value, decode_error.value):
        assert "Jane" not in f"{error} {error!r}"
        assert error.__cause__ is None
        assert error.__suppress_context__


def test_a_page_type_without_the_items_member_is_a_programming_error():
    with pytest.raises(TypeError, match="no member 'orders'"):
        codec.decode_page(ORDERS, Address, b"{}")


def test_plain_values_keep_their_digits():
    assert codec.decode_plain(b'{"a":[1.10,1,"x",null]}') == {"a": [Decimal("1.10"), 1, "x", None]}
    assert str(codec.decode_plain(b"1.10")) == "1.10"
    with pytest.raises(codec.CodecError):
        codec.decode_plain(b"<html>")


def test_a_reference_is_imported_once_on_first_use(monkeypatch):
    module: Any = ModuleType("mirakl_async.models.made_up")
    module.OrderPage = OrderPage
    monkeypatch.setitem(sys.modules, "mirakl_async.models", ModuleType("mirakl_async.models"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    codec.resolve.cache_clear()
    try:
        assert codec.resolve("made_up:OrderPage") is OrderPage
        assert codec.decode_page(ORDERS, "made_up:OrderPage", b'{"total_count":5}').value == OrderPage(total_count=5)
        assert codec.decode("made_up:OrderPage", b'{"total_count":5}').value == OrderPage(total_count=5)
        monkeypatch.delitem(sys.modules, module.__name__)
        assert codec.resolve("made_up:OrderPage") is OrderPage
    finally:
        codec.resolve.cache_clear()


def order(**members: Any) -> OrderInput:
    line = LineInput(product=ProductInput(title="t"))
    return OrderInput(**{"order_id": "o", "line_list": [line], **members})


def test_amounts_are_encoded_with_their_digits_and_unset_is_left_out():
    assert codec.encode(ProductInput(title="t")) == b'{"title":"t"}'
    assert codec.encode(ProductInput(title="t", weight=Decimal("1.10"))) == b'{"title":"t","weight":1.10}'
    assert codec.encode(LineInput(product=ProductInput(title="t"), note=None)).endswith(b'"note":null}')


def test_a_valid_request_is_encoded():
    value = Upsert(orders=[order(ordered=dt.datetime(2024, 1, 2, tzinfo=dt.UTC), labels={"a": Decimal("1.0")})])
    assert codec.find_violations(value) == []


def test_every_violation_is_reported_with_its_python_path():
    long = LineInput(product=ProductInput(title="far too long"))
    none = LineInput(product=ProductInput(title="t", weight=Decimal("NaN")), quantity=0)
    value = Upsert(
        orders=[
            order(),
            order(line_list=[long, none]),
            order(line_list=[]),
            order(order_id=None, labels={"a": "x"}),
            order(ordered=dt.datetime(2024, 1, 2)),  # noqa: DTZ001
            order(order_id=object()),
        ]
    )
    assert [(violation.path, violation.message) for violation in codec.find_violations(value)] == [
        ("orders[1].line_list[0].product.title", "Expected `str` of length <= 5"),
        ("orders[1].line_list[1].product.weight", "Expected a finite number"),
        ("orders[1].line_list[1].quantity", "Expected `int` >= 1"),
        ("orders[2].line_list", "Expected `array` of length >= 1"),
        ("orders[3].order_id", "Expected `str`, got `null`"),
        ("orders[3].labels['a']", "Invalid decimal string"),
        ("orders[4].ordered", "Expected `datetime` with a timezone component"),
        ("orders[5].order_id", "Encoding objects of type object is unsupported"),
    ]


def test_an_unset_required_member_is_reported_at_its_struct():
    value = Upsert(orders=[order(order_id=msgspec.UNSET)])
    assert [str(violation) for violation in codec.find_violations(value)] == [
        "orders[0]: Object missing required field `order_id`"
    ]


def test_a_dict_instead_of_a_struct_is_validated_against_it():
    written: Any = {"order_id": "o", "order_lines": [{"product": {"title": ""}}]}
    value = Upsert(orders=[written])
    assert [str(violation) for violation in codec.find_violations(value)] == [
        "orders[0].order_lines[0].product.title: Expected `str` of length >= 1"
    ]


def test_a_text_that_is_repaired_keeps_the_spaces_at_its_ends():
    assert codec.decode(Order, b'{"order_id":"  a\x01 "}').value.order_id == "  a\x01 "


@pytest.mark.parametrize(("levels", "read"), [(1, 1), (20, 20), (21, 19), (200, 19)])
def test_damage_is_looked_for_twenty_levels_deep_in_a_member_that_may_be_anything(levels, read):
    class Open(msgspec.Struct):
        value: Any = None

    value = codec.decode(Open, b'{"value":' + b"[" * levels + b"1,NaN" + b"]" * levels + b"}").value.value
    found = 0
    while isinstance(value, list) and value:
        value, found = value[0], found + 1
    assert found == read
    assert value == (1 if levels <= 20 else [])
