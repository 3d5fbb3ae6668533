"""Whatever a server says about a rejected batch: exactly the invalid orders are rejected, in few calls."""

from __future__ import annotations

from types import SimpleNamespace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mirakl_async.errors import BadRequest, CallContext
from mirakl_async.order_sync import batch_results
from mirakl_async.order_sync.batch_results import BatchResults
from mirakl_async.order_sync.batching import Batcher
from mirakl_async.order_sync.entries import Line
from mirakl_async.order_sync.isolation import plan_isolation, without_places
from mirakl_async.order_sync.ledger import Ledger
from mirakl_async.order_sync.report import SyncCounters
from mirakl_async.server_text import FieldError, Problem
from tests.support.manual_clock import ManualClock
from tests.support.order_factory import ORIGIN, as_line, order

CONTEXT = CallContext(operation="upsertOrders", route="POST /v1/orders")
INDISTINCT = Problem(code="INVALID_INPUT", message="The request is invalid", errors=(FieldError(message="wrong"),))
HUNDRED = [order(n) for n in range(100)]


def naming(*fields):
    return Problem(code="INVALID_INPUT", errors=tuple(FieldError(field=field, message="is wrong") for field in fields))


def named(indexes):
    return naming(*[f"orders[{index}].status" for index in indexes])


class Search:
    """Drives the results of a job as its workers do, one call at a time; `answer(bad, size)` is the server's word."""

    def __init__(self, entries, at_fault, answer):
        self.entries = entries
        self.failures = []
        self.calls = 0
        rejected = []
        batcher = Batcher(len(entries), superseded=None, on_rejected=None)
        clock = ManualClock()
        self.results = results = BatchResults(
            batcher,
            SyncCounters(),
            Ledger(),
            clock,
            reject=rejected.append,
            requeued=list,
            fail=self.failures.append,
        )
        batcher.add(batcher.buffer_for(ORIGIN), entries, 0.0)
        results.again.append(batcher.next_batch(0.0, None))
        position = {entry.channel_order_id: index for index, entry in enumerate(entries)}
        while results.again:
            batch = results.again.popleft()
            self.calls += 1
            clock.now += 1.0
            assert self.calls <= 10 * len(entries), "it never ends"
            bad = [index for index, entry in enumerate(batch.entries) if position[entry.channel_order_id] in at_fault]
            if bad:
                error = BadRequest(CONTEXT, status=400, problem=answer(bad, len(batch)), headers={})
                results.isolate(batch, error)
            else:
                results.accept(batch, SimpleNamespace(attempts=()))
            assert results.last_answer == clock.now  # a rejection is an answer, too
        assert list(batcher.unsent()) == []
        self.rejected = sorted(position[one.channel_order_id] for one in rejected)
        assert len(set(self.rejected)) == len(self.rejected)
        self.reasons = {one.channel_order_id: (one.reason, one.path) for one in rejected}


AT_FAULT = st.sets(st.integers(0, 99), max_size=12)


@given(AT_FAULT)
def test_halving_finds_exactly_the_invalid_orders(at_fault):
    search = Search(HUNDRED, at_fault, lambda bad, size: INDISTINCT)
    assert search.rejected == sorted(at_fault)
    assert search.calls <= 1 + 14 * len(at_fault)


@given(st.integers(0, 99))
def test_a_named_order_needs_one_more_call_and_is_not_sent_alone(index):
    search = Search(HUNDRED, {index}, lambda bad, size: named(bad))
    assert search.rejected == [index]
    assert search.calls == 2


@given(st.sets(st.integers(0, 99), min_size=2, max_size=8))
def test_several_named_orders_are_proven_one_by_one(at_fault):
    search = Search(HUNDRED, at_fault, lambda bad, size: named(bad))
    assert search.rejected == sorted(at_fault)
    assert search.calls == 2 + len(at_fault)


@given(st.sets(st.integers(0, 99), min_size=1, max_size=12))
def test_orders_named_one_at_a_time_need_two_calls_each(at_fault):
    search = Search(HUNDRED, at_fault, lambda bad, size: naming(f"$.orders[{bad[0]}]"))
    assert search.rejected == sorted(at_fault)
    assert search.calls <= 1 + 2 * len(at_fault)


LIES = {
    "counted from one": lambda bad, size: named([index + 1 for index in bad]),
    "always the first": lambda bad, size: named([0]),
    "always the last": lambda bad, size: named([size - 1]),
    "all": lambda bad, size: named(range(size)),
    "all but those at fault": lambda bad, size: named(set(range(size)) - set(bad)),
    "one more": lambda bad, size: named([*bad, (bad[-1] + 1) % size]),
    "out of range": lambda bad, size: named([size, 999]),
    "the line's index": lambda bad, size: naming("order_lines[0].price", "orders[0].order_lines[3]"),
    "none, in many words": lambda bad, size: naming("orders", "", "orders[-1]"),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("at_fault", [{50}, {0}, {99}, {0, 1}, {3, 40, 41, 97}])
def test_a_wrong_name_never_rejects_a_valid_order(lie, at_fault):
    search = Search(HUNDRED, at_fault, LIES[lie])
    assert search.rejected == sorted(at_fault)
    assert search.calls <= 110 + 16 * len(at_fault)


@given(AT_FAULT, st.randoms(use_true_random=False), st.integers(1, 100))
def test_a_server_with_wrong_names_never_rejects_a_valid_order(at_fault, draw, size):
    at_fault = {index for index in at_fault if index < size}

    def lie(bad, many):
        return named(draw.sample(range(many + 3), draw.randrange(many + 3)))

    search = Search(HUNDRED[:size], at_fault, lie)
    assert search.rejected == sorted(at_fault)
    assert search.calls <= 3 * size + 16 * len(at_fault)


def test_a_server_that_named_a_valid_order_is_not_trusted_again(caplog):
    search = Search(HUNDRED, {50}, LIES["always the first"])
    assert search.calls <= 25
    assert caplog.text.count("isolated by halves") == 1


@pytest.mark.parametrize("many", [1, 8])
def test_orders_that_violate_the_contract_are_tried_separately_first(many):
    entries = [order(n, bad=n < many) for n in range(100)]
    search = Search(entries, set(range(many)), lambda bad, size: INDISTINCT)
    assert search.rejected == list(range(many))
    assert search.calls == 2 + many


def test_the_contract_is_only_a_hint():
    entries = [order(n, bad=n == 3) for n in range(100)]
    assert Search(entries, {50}, lambda bad, size: INDISTINCT).rejected == [50]


def test_a_batch_in_which_all_orders_violate_the_contract_is_halved():
    plan = plan_isolation([order(n, bad=True) for n in range(100)], INDISTINCT)
    assert plan.rejected is None
    assert plan.identified == {}
    assert [len(part) for part in plan.parts] == [50, 50]


def test_lines_are_halved_too():
    entries = [
        Line(as_line(one), n, one.channel_order_id, None, one.channel_updated_at) for n, one in enumerate(HUNDRED)
    ]
    search = Search(entries, {41}, lambda bad, size: INDISTINCT)
    assert (search.rejected, search.calls) == ([41], 15)


def test_when_all_are_rejected_the_job_fails(monkeypatch):
    monkeypatch.setattr(batch_results, "MAX_CONSECUTIVE_REJECTIONS", 40)
    search = Search(HUNDRED, set(range(100)), lambda bad, size: named(bad))
    assert search.rejected == list(range(100))
    assert search.failures
    assert search.calls <= 200


def test_rejections_between_which_others_are_accepted_do_not_stop_the_job(monkeypatch):
    monkeypatch.setattr(batch_results, "MAX_CONSECUTIVE_REJECTIONS", 3)
    assert not Search(HUNDRED, set(range(0, 100, 2)), lambda bad, size: INDISTINCT).failures


def test_a_single_order_is_rejected_whatever_the_server_names():
    assert plan_isolation(HUNDRED[:1], Problem()).rejected[:2] == ("rejected without a reason", None)
    assert plan_isolation(HUNDRED[:1], naming("somewhere")).rejected.path == "somewhere"
    for place in ("orders[0]", "orders[1]", "$.orders[17]", "/orders/0"):
        assert plan_isolation(HUNDRED[:1], naming(f"{place}/status")).rejected[:2] == ("status: is wrong", "status")
    both = plan_isolation(HUNDRED[:1], naming("origin", "orders[0].status")).rejected
    assert (both.path, [error.field for error in both.problem.errors]) == ("status", ["origin", "status"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("orders[3].status is odd", "status is odd"),
        ("$.orders[3].lines[0].price: must be positive", "lines[0].price: must be positive"),
        ("orders[3]: is odd", "the order: is odd"),
        ("/orders/3/status is odd", "status is odd"),
        ("orders[3] has the id of orders[5]", "the order has the id of another order"),
        ("orders[3].id is that of orders[5].id", "id is that of another order.id"),
        ("order_lines[3] of 3 orders", "order_lines[3] of 3 orders"),
    ],
)
def test_the_reason_of_an_order_does_not_contain_its_index_in_a_batch(text, words):
    assert without_places(text, 3) == words
    field = FieldError(field="orders[3].status", message=text)
    said = plan_isolation(HUNDRED, Problem(message=text, errors=(field, *naming("orders[5].a").errors)))
    assert said.identified[3].problem == Problem(message=words, errors=(FieldError(field="status", message=words),))
    assert "orders[" not in said.identified[3].text


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
def test_all_notations_of_an_index_are_read(field, path):
    reason = plan_isolation(HUNDRED, naming(field)).identified[3]
    assert reason[:2] == (f"{path}: is wrong" if path else "is wrong", path)


@pytest.mark.parametrize(
    "field", ["orders", "orders[100].x", "orders[-1]", "reorders[3]", "orders[]", "", "order_lines[3]"]
)
def test_a_field_that_names_no_order_of_the_batch_identifies_none(field):
    plan = plan_isolation(HUNDRED, naming(field))
    assert plan.identified == {}
    assert len(plan.parts) == 2


def test_all_errors_of_one_order_are_in_its_reason():
    plan = plan_isolation(HUNDRED, naming("orders[3].a", "orders[3].b", "orders[5]"))
    assert {index: reason[:2] for index, reason in plan.identified.items()} == {
        3: ("a: is wrong; b: is wrong", "a"),
        5: ("is wrong", None),
    }


def test_suspects_are_released_when_the_rest_of_their_batch_has_to_be_split():
    """The others were too large for the server: those that were named are sent by themselves."""
    search = Search(HUNDRED, {7}, lambda bad, size: named(bad))
    assert search.reasons["o7"] == ("status: is wrong", "status")
    batcher, sent = Batcher(100, superseded=None, on_rejected=None), []
    rejected = []
    results = BatchResults(
        batcher, SyncCounters(), Ledger(), ManualClock(), reject=rejected.append, requeued=list, fail=sent.append
    )
    batcher.add(batcher.buffer_for(ORIGIN), HUNDRED, 0.0)
    results.isolate(batcher.next_batch(0.0, None), BadRequest(CONTEXT, status=400, problem=named([7]), headers={}))
    results.halve(results.again.popleft())
    assert sorted(len(batch) for batch in results.again) == [1, 49, 50]
    assert len(list(batcher.unsent())) == 100
    for batch in list(results.again):
        results.accept(batch, SimpleNamespace(attempts=()))
    assert rejected == []
