"""Who is to blame for a refused batch: whoever is guilty is found, nobody else, in few calls."""

from __future__ import annotations

from collections import deque

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mirakl_async.problems import FieldError, Problem
from mirakl_async.sync.blame import blame
from mirakl_async.sync.entries import Line
from tests.feeds import as_line, order

INDISTINCT = Problem(code="INVALID_INPUT", message="The request is invalid", errors=(FieldError(message="wrong"),))
HUNDRED = [order(n) for n in range(100)]


def naming(*fields):
    return Problem(code="INVALID_INPUT", errors=tuple(FieldError(field=field, message="is wrong") for field in fields))


def search(entries, guilty, answer):
    """Push batches as the engine does; returns the indexes refused and the number of calls."""
    position = {id(entry): index for index, entry in enumerate(entries)}
    refused, calls, todo = [], 0, deque([list(entries)])
    while todo:
        batch = todo.popleft()
        calls += 1
        bad = [index for index, entry in enumerate(batch) if position[id(entry)] in guilty]
        if not bad:
            continue
        named, parts = blame(batch, answer(bad))
        refused += [position[id(batch[index])] for index in named]
        rest = [id(entry) for part in parts for entry in part]
        assert sorted(rest + [id(batch[index]) for index in named]) == sorted(map(id, batch))
        todo.extend(part for part in parts if part)
    return refused, calls


@given(st.sets(st.integers(0, 99), max_size=12))
def test_by_halves_exactly_the_guilty_are_found(guilty):
    refused, calls = search(HUNDRED, guilty, lambda bad: INDISTINCT)
    assert sorted(refused) == sorted(guilty)
    assert calls <= 1 + 14 * len(guilty)


@given(st.sets(st.integers(0, 99), min_size=1, max_size=12))
def test_named_by_index_they_take_one_call_more(guilty):
    refused, calls = search(HUNDRED, guilty, lambda bad: naming(*[f"orders[{index}].status" for index in bad]))
    assert sorted(refused) == sorted(guilty)
    assert calls == 2


@given(st.sets(st.integers(0, 99), min_size=1, max_size=12))
def test_named_one_at_a_time_they_take_a_call_each(guilty):
    refused, calls = search(HUNDRED, guilty, lambda bad: naming(f"$.orders[{bad[0]}]"))
    assert sorted(refused) == sorted(guilty)
    assert calls == 1 + len(guilty)


@pytest.mark.parametrize("many", [1, 8])
def test_those_who_break_the_contract_are_tried_alone_first(many):
    entries = [order(n, bad=n < many) for n in range(100)]
    refused, calls = search(entries, set(range(many)), lambda bad: INDISTINCT)
    assert sorted(refused) == list(range(many))
    assert calls == 2 + many


def test_the_contract_is_only_a_hint():
    entries = [order(n, bad=n == 3) for n in range(100)]
    refused, _ = search(entries, {50}, lambda bad: INDISTINCT)
    assert refused == [50]


def test_a_batch_in_which_all_break_the_contract_is_halved():
    entries = [order(n, bad=True) for n in range(100)]
    named, parts = blame(entries, INDISTINCT)
    assert not named
    assert [len(part) for part in parts] == [50, 50]


def test_lines_are_halved_too():
    entries = [
        Line(as_line(one), n, one.channel_order_id, None, one.channel_updated_at) for n, one in enumerate(HUNDRED)
    ]
    refused, calls = search(entries, {41}, lambda bad: INDISTINCT)
    assert (refused, calls) == ([41], 15)


def test_one_alone_is_to_blame_whatever_is_said():
    assert blame(HUNDRED[:1], Problem()).named == {0: ("refused without a reason", None)}
    assert blame(HUNDRED[:1], naming("somewhere")).named[0][1] == "somewhere"


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("orders[3].order_lines[0].price.amount", "order_lines[0].price.amount"),
        ("$.orders[3].status", "status"),
        ("orders.3.status", "status"),
        ("/orders/3/status", "status"),
        ("orders[3]", None),
    ],
)
def test_ways_to_write_an_index(field, path):
    assert blame(HUNDRED, naming(field)).named == {3: (f"{field}: is wrong", path)}


@pytest.mark.parametrize(
    "field", ["orders", "orders[100].x", "orders[-1]", "reorders[3]", "orders[]", "", "order_lines[3]"]
)
def test_what_names_no_order_of_the_batch_is_not_taken_for_one(field):
    named, parts = blame(HUNDRED, naming(field))
    assert not named
    assert len(parts) == 2


def test_all_that_is_said_of_one_order_is_told():
    named, _ = blame(HUNDRED, naming("orders[3].a", "orders[3].b", "orders[5]"))
    assert named == {3: ("orders[3].a: is wrong; orders[3].b: is wrong", "a"), 5: ("orders[5]: is wrong", None)}


def test_an_index_of_thousands_of_digits_names_nobody():
    named, parts = blame(HUNDRED, naming(f"orders[{'9' * 5000}]"))
    assert named == {}
    assert sum(map(len, parts)) == 100
