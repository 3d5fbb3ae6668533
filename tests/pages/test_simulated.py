"""Lists of the simulator that change while they are read: each row that stays is delivered exactly once."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from mirakl_async import Retry
from mirakl_async.simulator import Fault, ListChange, Simulator


@asynccontextmanager
async def marketplace(**sizes):
    async with (
        Simulator(front=sizes) as mirakl,
        mirakl.front_client(retry=Retry(initial_delay=0.001, quota=10**6)) as front,
    ):
        yield mirakl, front


async def check(front, mirakl, there_before, **options):
    got = [order.order_id async for order in front.orders.list(page_size=20).configure(**options)]
    there_after = set(mirakl.front.ids("orders"))
    stayed = [name for name in there_before if name in there_after]
    assert [name for name in got if name in set(stayed)] == stayed
    assert len(got) == len(set(got))


@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize(
    "changes",
    [
        [ListChange(operation="OR11", kind="delete", rows=3, where="first")],
        [ListChange(operation="OR11", kind="delete", rows=30, where="first", every=3)],
        [ListChange(operation="OR11", kind="delete", rows=2, where="read")],
        [ListChange(operation="OR11", kind="insert", rows=5, where="first")],
        [ListChange(operation="OR11", kind="insert", rows=1, where="last")],
        [
            ListChange(operation="OR11", kind="insert", rows=2, where="first", every=2),
            ListChange(operation="OR11", kind="delete", rows=3, where="anywhere", every=3),
        ],
    ],
)
async def test_inserted_and_deleted_orders_are_delivered_exactly_once(changes, prefetch):
    async with marketplace(orders=230) as (mirakl, front):
        mirakl.front.list_changes.add(*changes)
        await check(front, mirakl, mirakl.front.ids("orders"), prefetch=prefetch)
        assert front.counters.list_changes > 0


@pytest.mark.parametrize("prefetch", [1, 4])
async def test_equal_numbers_of_inserted_and_deleted_orders_are_noticed_with_overlap(prefetch):
    async with marketplace(orders=230) as (mirakl, front):
        mirakl.front.list_changes.add(
            ListChange(operation="OR11", kind="delete", rows=2, where="first"),
            ListChange(operation="OR11", kind="insert", rows=2, where="last"),
        )
        await check(front, mirakl, mirakl.front.ids("orders"), prefetch=prefetch, overlap=True)
        assert front.counters.list_changes > 0


async def test_faults_and_list_changes_together():
    async with marketplace(orders=230) as (mirakl, front):
        mirakl.front.list_changes.add(ListChange(operation="OR11", kind="delete", rows=3, where="first", every=2))
        mirakl.faults.add(Fault.reset(every=5), Fault.status(503, every=7))
        await check(front, mirakl, mirakl.front.ids("orders"))
        assert front.counters.retries > 0


async def test_only_the_broken_order_is_quarantined():
    async with marketplace(orders=60) as (mirakl, front):
        every = mirakl.front.ids("orders")
        mirakl.front.corrupt("orders", every[33], {"order_lines": {"not": "a list"}, "price": []})
        got = [order.order_id async for order in front.orders.list(page_size=20)]
        assert [name for name in every if name not in got] in ([], [every[33]])
        assert front.counters.quarantined + front.counters.repaired > 0


async def test_long_lists_of_ids_are_split():
    async with marketplace(orders=350) as (mirakl, front):
        every = mirakl.front.ids("orders")
        got = [order.order_id async for order in front.orders.list(order_ids=[*every, "unknown"])]
        assert got == every


async def test_labels_of_many_returns_are_read_with_several_calls():
    async with marketplace(return_labels=230) as (mirakl, front):
        every = mirakl.front.ids("return_labels")
        got = [label.return_id async for label in front.returns.list_labels(return_id=every)]
        assert got == every
