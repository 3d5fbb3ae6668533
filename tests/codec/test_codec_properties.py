"""Responses that violate their contract at random: no page is lost, and intact values are exact.

Samples are made in two layers at once, the JSON text and what has to be read from it. A damaged member is absent,
null, unknown or of any other type; what is read from it is free, everything beside it is not.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_async import codec
from tests.codec.codec_structs import ORDERS, Address, Line, Order, OrderPage

ANYTHING = object()
EXAMPLES = 60


class Sample(NamedTuple):
    """A JSON text, and the value to be read from it: a struct is a dict of those members that are certain."""

    text: str
    value: Any


def texts() -> st.SearchStrategy[Sample]:
    return st.text(max_size=12).map(lambda text: Sample(json.dumps(text, ensure_ascii="é" in text), text))


@st.composite
def amounts(draw: st.DrawFn) -> Sample:
    digits = draw(st.decimals(allow_nan=False, allow_infinity=False, places=draw(st.integers(0, 18))))
    text = str(digits)
    return Sample(draw(st.sampled_from([text, f'"{text}"'])), Decimal(text))


@st.composite
def moments(draw: st.DrawFn) -> Sample:
    moment = draw(st.datetimes(min_value=dt.datetime(1000, 1, 2), timezones=st.just(dt.UTC)))  # noqa: DTZ001
    text = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return Sample(f'"{text}{draw(st.sampled_from(["Z", "+00:00", "+0000", "+00"]))}"', moment)


def integers() -> st.SearchStrategy[Sample]:
    written = st.sampled_from(["%d", '"%d"', "%d.0"])
    return st.builds(lambda form, n: Sample(form % n, n), written, st.integers(-(2**53), 2**53))


def booleans() -> st.SearchStrategy[Sample]:
    forms = [("true", True), ("false", False), ('"true"', True), ('"FALSE"', False), ("1", True), ("0", False)]
    return st.sampled_from([Sample(*form) for form in forms])


def lists(element: st.SearchStrategy[Sample], damaged: st.SearchStrategy[str]) -> st.SearchStrategy[Sample]:
    """A list with damaged elements between the intact ones."""
    parts = st.lists(st.one_of(element, element, damaged.map(lambda text: Sample(text, ANYTHING))), max_size=4)
    return parts.map(
        lambda found: Sample(
            f"[{','.join(part.text for part in found)}]", [part.value for part in found if part.value is not ANYTHING]
        )
    )


def dicts(element: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    parts = st.dictionaries(st.text(max_size=5), element, max_size=3)
    return parts.map(
        lambda found: Sample(
            "{" + ",".join(f"{json.dumps(key)}:{part.text}" for key, part in found.items()) + "}",
            {key: part.value for key, part in found.items()},
        )
    )


wrong_json = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
broken_json = st.sampled_from(
    ["NaN", "Infinity", "01", "1.", r'"\ud83d"', r'"\q"', '"\t"', "nul", "[" * 1200 + "]" * 1200]
)
damage = st.one_of(wrong_json.map(json.dumps), wrong_json.map(json.dumps), broken_json)
no_object = st.sampled_from(["null", '"x"', "5", "true", "[]", "[{}]", "1.5", "NaN"])
no_amount = st.sampled_from(["null", '"free"', "{}", "[]", "[1]", "true", '""', "NaN"])


class Shape(NamedTuple):
    """The members of a struct by their wire names, and which Python names those have."""

    kind: type
    members: dict[str, st.SearchStrategy[Sample]]
    names: dict[str, str] = {}  # noqa: RUF012


@st.composite
def objects(draw: st.DrawFn, shape: Shape) -> Sample:
    """An object of which every member is intact, absent, or damaged, among unknown members."""
    written: list[str] = []
    certain: dict[str, Any] = {}
    for wire, strategy in draw(st.permutations(list(shape.members.items()))):
        name = shape.names.get(wire, wire)
        condition = draw(st.sampled_from(["intact", "intact", "intact", "absent", "null", "damaged"]))
        if condition == "absent":
            certain[name] = None
            continue
        sample = draw(strategy) if condition == "intact" else Sample("null", None)
        if condition == "damaged":
            sample = Sample(draw(damage), ANYTHING)
        written.append(f"{json.dumps(wire)}: {sample.text}")
        if sample.value is not ANYTHING:
            certain[name] = sample.value
        if draw(st.booleans()):
            written.append(f'"unknown {len(written)}":{draw(damage)}')
    return Sample("{" + ",".join(written) + "}", (shape.kind, certain))


lines = objects(
    Shape(
        Line,
        {
            "line_id": texts(),
            "price": amounts(),
            "quantity": integers(),
            "shipped": moments(),
            "open": booleans(),
            "taxes": lists(amounts(), no_amount),
        },
    )
)
addresses = objects(
    Shape(
        Address,
        {
            "name": texts(),
            "from": st.dates(min_value=dt.date(1000, 1, 1)).map(lambda day: Sample(f'"{day}"', day)),
            "opens": st.times().map(lambda time: Sample(f'"{time.isoformat("microseconds")}"', time)),
            "@type": texts(),
        },
        {"from": "from_", "@type": "type_"},
    )
)
orders = objects(
    Shape(
        Order,
        {
            "order_id": texts(),
            "total": amounts(),
            "created": moments(),
            "lines": lists(lines, no_object),
            "address": addresses,
            "labels": dicts(texts()),
            "value": st.one_of(texts(), lists(texts(), st.sampled_from(["null", "{}", "[]"]))),
            "extra": wrong_json.map(
                lambda value: Sample(text := json.dumps(value), json.loads(text, parse_float=Decimal))
            ),
        },
    )
)


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, list[Any], list[tuple[int, bytes]], int | None]:
    """A page's text, its items, what has to be set aside, and its total."""
    items: list[Any] = []
    aside: list[tuple[int, bytes]] = []
    written: list[str] = []
    for part in draw(st.lists(st.one_of(orders, orders, no_object), max_size=4)):
        if isinstance(part, Sample):
            items.append(part.value)
        else:
            aside.append((len(written), part.encode()))
            part = Sample(part, None)  # noqa: PLW2901
        written.append(part.text)
    total = draw(st.one_of(st.none(), st.integers(0, 10**6)))
    members = [f'"orders":[{",".join(written)}]', f'"total_count":{json.dumps(total)}', f'"unknown":{draw(damage)}']
    return "{" + ",".join(draw(st.permutations(members))) + "}", items, aside, total


def assert_agrees(found: Any, value: Any) -> None:
    if isinstance(value, tuple):
        kind, certain = value
        assert type(found) is kind
        for name, member in certain.items():
            assert_agrees(getattr(found, name), member)
    elif isinstance(value, list):
        assert len(found) == len(value)
        for one, other in zip(found, value, strict=True):
            assert_agrees(one, other)
    elif isinstance(value, Decimal):
        assert str(found) == str(value)
    else:
        assert found == value
        assert type(found) is type(value)


def check_page(sample: tuple[str, list[Any], list[tuple[int, bytes]], int | None]) -> None:
    text, items, aside, total = sample
    found = codec.decode_page(ORDERS, OrderPage, text.encode())
    assert_agrees(found.value.orders, items)
    assert [(item.index, item.raw) for item in found.quarantined] == aside
    assert found.value.total_count == total
    for repair in found.repaired:
        assert repair.path.startswith("$.orders[")


def check_bytes(body: bytes) -> None:
    """Only CodecError may come out; any other exception fails the test that asks."""
    for read in (
        lambda: codec.decode_page(ORDERS, OrderPage, body),
        lambda: codec.decode(OrderPage, body),
        lambda: codec.decode_plain(body),
    ):
        with contextlib.suppress(codec.CodecError):
            read()


@st.composite
def damaged_bytes(draw: st.DrawFn) -> bytes:
    """A page with a few bytes replaced, inserted or taken away."""
    body = bytearray(draw(pages())[0].encode())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(body)


any_value = st.one_of(wrong_json.map(json.dumps), damage).map(str.encode)
any_body = st.one_of(damaged_bytes(), st.binary(max_size=40), any_value)


@given(pages())
@settings(max_examples=EXAMPLES)
def test_no_page_is_lost_and_intact_values_are_exact(sample):
    check_page(sample)


@given(any_body)
@settings(max_examples=EXAMPLES)
def test_any_bytes_raise_only_decode_failed(body: bytes):
    check_bytes(body)


@given(any_value)
@settings(max_examples=EXAMPLES)
def test_no_value_of_a_member_raises_an_error(text: bytes):
    for member in ("orders", "total_count", "next_page_token"):
        codec.decode_page(ORDERS, OrderPage, b'{"%s":%s}' % (member.encode(), text))


@pytest.mark.fuzz
@pytest.mark.timeout(1200)
@given(pages())
def test_fuzz_pages(sample):
    check_page(sample)


@pytest.mark.fuzz
@pytest.mark.timeout(1200)
@given(any_body)
def test_fuzz_bytes(body: bytes):
    check_bytes(body)
