"""Which objects become one model, and which do not."""

import pytest

from codegen.merging import Catalog
from codegen.reach import Place, Reached, Step
from codegen.shapes import Many, Member, Object, Ref, Scalar

TEXT, NUMBER = Scalar("str"), Scalar("decimal")


def member(wire, shape=TEXT, *, required=False):
    return Member(wire=wire, shape=shape, required=required)


def reached(key, code, path, *members, direction="read"):
    steps = tuple(Step(part.removesuffix("[]"), part.endswith("[]")) for part in path.split(".") if part)
    return (direction, key), Reached(direction, Object(key=key, members=tuple(members)), [Place(code, steps)])


def catalog(*items, roots=None, separate=frozenset()):
    found = dict(items)
    return Catalog(found, roots or {}, {}, set(), separate)


def test_one_noun_and_one_shape_are_one_model():
    made = catalog(
        reached("A", "X1", "orders[].taxes[]", member("code"), member("amount", NUMBER)),
        reached("B", "X1", "orders[].shipping_taxes[]", member("amount", NUMBER), member("code")),
    )
    assert made.of["read", "A"] is made.of["read", "B"]


def test_one_shape_of_two_nouns_is_two_models():
    made = catalog(
        reached("A", "X1", "offer.logistic_class", member("code")),
        reached("B", "X1", "offer.fulfillment.center", member("code")),
    )
    assert made.of["read", "A"] is not made.of["read", "B"]


def test_what_is_sent_is_never_what_is_read():
    made = catalog(
        reached("A", "X1", "address", member("city")),
        reached("B", "X2", "address", member("city"), direction="sent"),
    )
    assert made.of["read", "A"] is not made.of["sent", "B"]


def test_what_is_sent_differs_by_what_it_requires_and_by_its_bounds():
    made = catalog(
        reached("A", "X1", "address", member("city"), direction="sent"),
        reached("B", "X2", "address", member("city", required=True), direction="sent"),
        reached("C", "X3", "address", member("city", Scalar("str", max_length=3)), direction="sent"),
    )
    assert len(made.models) == 3


def test_a_narrow_view_joins_the_whole_and_weakens_none_of_its_promises():
    made = catalog(
        reached("A", "X1", "orders[]", member("id", required=True), member("state"), member("total", NUMBER)),
        reached("B", "X2", "order", member("id"), member("state")),
    )
    whole = made.of["read", "A"]
    assert made.of["read", "B"] is whole
    assert [item.required for item in whole.members if item.wire == "id"] == [True]


def test_a_view_of_two_wholes_stays_apart():
    made = catalog(
        reached("A", "X1", "orders[]", member("id"), member("state")),
        reached("B", "X2", "orders[]", member("id"), member("total", NUMBER)),
        reached("C", "X3", "order", member("id")),
    )
    assert len(made.models) == 3


def test_a_row_keeps_a_likely_view_apart():
    items = [
        reached("A", "X1", "refunds[]", member("id"), member("amount", NUMBER)),
        reached("B", "X1", "order_refunds[]", member("id")),
    ]
    assert len(catalog(*items).models) == 1
    assert len(catalog(*items, separate=frozenset({"B"})).models) == 2


def test_one_member_names_one_model():
    made = catalog(
        reached("A", "X1", "orders[]", member("id"), member("state"), member("refund", Ref("A1"))),
        reached("A1", "X1", "orders[].refund", member("amount", NUMBER), member("id")),
        reached("B", "X2", "order", member("id"), member("refund", Ref("B1"))),
        reached("B1", "X2", "order.refund", member("reason"), member("id")),
    )
    assert made.of["read", "A1"] is made.of["read", "B1"]
    assert [item.wire for item in made.of["read", "A1"].members] == ["amount", "id", "reason"]


@pytest.mark.parametrize("depth", [1, 3])
def test_lists_hold_the_merged_model(depth):
    shape = Ref("A1")
    for _ in range(depth):
        shape = Many(shape)
    made = catalog(
        reached("A", "X1", "orders[]", member("lines", shape)),
        reached("A1", "X1", "orders[].lines[]", member("sku")),
        reached("B1", "X2", "lines[]", member("sku")),
    )
    assert made.target("read", shape) is made.of["read", "B1"]
