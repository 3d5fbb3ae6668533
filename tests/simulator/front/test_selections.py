"""The rows selected from a list that changes, compared with a new selection each time."""

from __future__ import annotations

from random import Random

import pytest

from mirakl_async.simulator import ManualClock
from mirakl_async.simulator.front.orders import ORDERS
from mirakl_async.simulator.front.promotions import PROMOTIONS
from mirakl_async.simulator.front.selections import Question, Selection
from mirakl_async.simulator.front.tables import Table


def shipping(head):
    return head["order_state"] == "SHIPPING"


def active(head):
    return head["state"] == "ACTIVE"


def move(random, table):
    ranks = list(table.ranks)
    match random.randrange(6):
        case 0:
            table.insert(random.randrange(1, 4), random.choice(["first", "last"]))
        case 1:
            table.delete(random.sample(ranks, min(3, len(ranks))))
        case 2 | 3:
            for rank in random.sample(ranks, min(4, len(ranks))):
                state = random.choice(["SHIPPING", "ACTIVE", "CLOSED"])
                member = "order_state" if table.kind is ORDERS else "state"
                table.touch(rank, **{member: state, "end": random.random()})
        case 4:
            table.put(random.randrange(-50, 150))
        case 5:
            if random.random() < 0.2:
                table.refill(random.randrange(60))


@pytest.mark.parametrize("descends", [False, True])
@pytest.mark.parametrize(
    ("kind", "tests", "member"),
    [(ORDERS, [shipping], ""), (ORDERS, [], ""), (PROMOTIONS, [active], "end"), (PROMOTIONS, [], "start")],
)
def test_a_cached_selection_is_the_same_as_a_new_one(kind, tests, member, descends):
    random = Random(f"{kind.name} {member} {descends}")
    table = Table(kind, 40, ManualClock(), seed=5)
    kept = Selection()
    question = Question(None, tests, member, descends)
    for _ in range(300):
        move(random, table)
        ranks = [rank for rank in table.ranks if all(test(table.head(rank)) for test in tests)]
        ranks.sort(key=lambda rank: (table.head(rank)[member] if member else 0, rank))
        assert list(kept.chosen(table, question)) == (ranks[::-1] if descends else ranks)
        assert list(table.ranks) == sorted(set(table.ranks))


def test_a_deleted_row_is_never_replaced_by_another():
    table = Table(ORDERS, 10, ManualClock(), seed=1)
    newest = table.insert(2)
    table.delete(newest)
    assert table.insert(1) == [12]
    oldest = table.insert(1, "first")
    table.delete(oldest)
    assert table.insert(1, "first") == [-2]
    assert table.find(ORDERS.identify(-1)) is None
    assert table.find(ORDERS.identify(-2)) == -2
