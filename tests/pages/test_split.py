"""Lists of ids that are longer than one call takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.errors import InvalidArgument
from mirakl_async.operations import operations
from mirakl_async.pages.split import may_overlap, split

OR11, P31, IV01, SBC11 = (operations[code] for code in ("OR11", "P31", "IV01", "SBC11"))


@given(st.lists(st.integers(0, 400).map(str), max_size=350))
def test_each_id_is_requested_once_in_order_within_the_limit(ids):
    calls = split(OR11, {"order_ids": ids, "locale": "en"})
    asked = [one for call in calls for one in call["order_ids"]]
    assert asked == list(dict.fromkeys(ids))
    assert all(len(call["order_ids"]) <= 100 and call["locale"] == "en" for call in calls)
    assert len(calls) == max(1, -(-len(set(ids)) // 100))


def test_a_short_list_is_one_call_and_missing_arguments_become_none():
    assert split(OR11, {"order_ids": ["a"], "shop_ids": None}) == [{"order_ids": ["a"]}]
    assert split(OR11, {}) == [{}]


def test_sets_texts_references_and_numbers_are_split():
    assert [call["order_ids"] for call in split(OR11, {"order_ids": {str(n) for n in range(101)}})][1] == ["99"]
    assert [len(call["order_ids"]) for call in split(OR11, {"order_ids": ",".join(map(str, range(150)))})] == [100, 50]
    pairs = [("EAN", str(n)) for n in range(120)]
    assert [len(call["product_references"]) for call in split(P31, {"product_references": pairs})] == [100, 20]
    assert [len(call["invoice_id"]) for call in split(IV01, {"invoice_id": list(range(205))})] == [100, 100, 5]


def test_two_long_lists_are_rejected_before_anything_is_sent():
    ids = [str(n) for n in range(101)]
    with pytest.raises(InvalidArgument, match=r"order_ids \(101 values\).*only one can be split"):
        split(OR11, {"order_ids": ids, "shop_ids": ids})


@pytest.mark.parametrize(
    ("operation", "argument", "overlap"),
    [(OR11, "order_ids", False), (OR11, "offer_ids", True), (SBC11, "id", False)],
)
def test_calls_may_return_the_same_row_unless_split_by_its_key(operation, argument, overlap):
    values = list(range(101))
    assert may_overlap(operation, split(operation, {argument: values})) is overlap
    assert not may_overlap(operation, split(operation, {argument: values[:5]}))
