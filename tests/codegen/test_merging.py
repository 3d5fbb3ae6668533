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


def test_objects_with_the_same_noun_and_members_are_one_model():
    made = catalog(
        reached("A", "X1", "orders[].taxes[]", member("code"), member("amount", NUMBER)),
        reached("B", "X1", "orders[].shipping_taxes[]", member("amount", NUMBER), member("code")),
    )
    assert made.of["read", "A"] is made.of["read", "B"]


def test_objects_with_different_nouns_are_two_models():
    made = catalog(
        reached("A", "X1", "offer.logistic_class", member("code")),
        reached("B", "X1", "offer.fulfillment.center", member("code")),
    )
    assert made.of["read", "A"] is not made.of["read", "B"]


def test_request_models_are_never_response_models():
    made = catalog(
        reached("A", "X1", "address", member("city")),
        reached("B", "X2", "address", member("city"), direction="sent"),
    )
    assert made.of["read", "A"] is not made.of["sent", "B"]


def test_request_models_with_different_constraints_are_different():
    made = catalog(
        reached("A", "X1", "address", member("city"), direction="sent"),
        reached("B", "X2", "address", member("city", required=True), direction="sent"),
        reached("C", "X3", "address", member("city", Scalar("str", max_length=3)), direction="sent"),
    )
    assert len(made.models) == 3


def test_a_subset_of_an_object_is_merged_without_making_members_optional():
    made = catalog(
        reached("A", "X1", "orders[]", member("id", required=True), member("state"), member("total", NUMBER)),
        reached("B", "X2", "order", member("id"), member("state")),
    )
    whole = made.of["read", "A"]
    assert made.of["read", "B"] is whole
    assert [item.required for item in whole.members if item.wire == "id"] == [True]


def test_a_subset_of_two_objects_is_not_merged():
    made = catalog(
        reached("A", "X1", "orders[]", member("id"), member("state")),
        reached("B", "X2", "orders[]", member("id"), member("total", NUMBER)),
        reached("C", "X3", "order", member("id")),
    )
    assert len(made.models) == 3


def test_a_row_prevents_the_merging_of_a_subset():
    items = [
        reached("A", "X1", "refunds[]", member("id"), member("amount", NUMBER)),
        reached("B", "X1", "order_refunds[]", member("id")),
    ]
    assert len(catalog(*items).models) == 1
    assert len(catalog(*items, separate=frozenset({"B"})).models) == 2


def test_a_member_name_has_one_model():
    made = catalog(
        reached("A", "X1", "orders[]", member("id"), member("state"), member("refund", Ref("A1"))),
        reached("A1", "X1", "orders[].refund", member("amount", NUMBER), member("id")),
        reached("B", "X2", "order", member("id"), member("refund", Ref("B1"))),
        reached("B1", "X2", "order.refund", member("reason"), member("id")),
    )
    assert made.of["read", "A1"] is made.of["read", "B1"]
    assert [item.wire for item in made.of["read", "A1"].members] == ["amount", "id", "reason"]


@pytest.mark.parametrize("depth", [1, 3])
def test_lists_contain_the_merged_model(depth):
    shape = Ref("A1")
    for _ in range(depth):
        shape = Many(shape)
    made = catalog(
        reached("A", "X1", "orders[]", member("lines", shape)),
        reached("A1", "X1", "orders[].lines[]", member("sku")),
        reached("B1", "X2", "lines[]", member("sku")),
    )
    assert made.target("read", shape) is made.of["read", "B1"]
