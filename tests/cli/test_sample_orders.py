import tracemalloc
from collections import Counter

import msgspec
import pytest

from mirakl_async import codec
from mirakl_async.cli.demo.sample_orders import FAULTS, ORIGIN, SampleOrder, _broken, sample_orders
from mirakl_async.simulator.documents import UPSERT_ORDERS


def problems(order):
    """What the simulator's rules have against an order; they know nothing of the client's structs."""
    return UPSERT_ORDERS(msgspec.json.decode(codec.encode({"origin": ORIGIN, "orders": [order]})))


@pytest.mark.parametrize(("poison", "updates"), [(0, 0), (7, 0), (0, 40), (30, 60), (200, 0), (0, 200), (120, 80)])
def test_the_requested_number_of_orders_is_made(poison, updates):
    made = list(sample_orders(200, poison=poison, updates=updates, seed=5))
    assert len(made) == 200 + updates
    by_id = Counter(each.order.channel_order_id for each in made)
    assert len(by_id) == 200
    assert sorted(by_id.values()) == [1] * (200 - updates) + [2] * updates
    stays = [each.order for each in made if each.stays]
    assert len(stays) == len({order.channel_order_id for order in stays}) == 200 - poison


def test_the_final_orders_are_valid_and_the_newest_versions():
    made = list(sample_orders(150, poison=20, updates=60, seed=1))
    assert [problems(each.order) for each in made if each.stays] == [()] * 130
    newest: dict = {}
    for each in made:
        stamp = each.order.channel_updated_at
        newest[each.order.channel_order_id] = max(stamp, newest.get(each.order.channel_order_id, stamp))
    assert all(each.order.channel_updated_at == newest[each.order.channel_order_id] for each in made if each.stays)


def test_the_newer_version_is_sometimes_first():
    first: dict = {}
    for order, stays in sample_orders(300, updates=100, seed=2):
        first.setdefault(order.channel_order_id, (order.channel_updated_at - order.created_at, stays))
    assert 5 < sum(age.seconds == 7200 for age, _ in first.values()) < 95


def test_the_same_seed_makes_the_same_orders_and_another_seed_others():
    def feed(seed):
        return [(codec.encode(order), stays) for order, stays in sample_orders(80, poison=9, updates=9, seed=seed)]

    assert feed(1) == feed(1)
    assert feed(1) != feed(2)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
def test_an_invalid_order_can_be_encoded_and_violates_a_rule(fault):
    order = _broken(4, fault)
    line_ids = [line.channel_order_line_id for line in order.order_lines]
    assert problems(order) or len(set(line_ids)) < len(line_ids)


def test_memory_does_not_grow_with_the_number_of_orders():
    tracemalloc.start()
    for _ in sample_orders(300):
        pass
    before = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    for each in sample_orders(6000, poison=10, updates=100):
        assert isinstance(each, SampleOrder)
    assert tracemalloc.get_traced_memory()[1] < before + 500_000
    tracemalloc.stop()
