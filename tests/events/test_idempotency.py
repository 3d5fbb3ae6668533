"""The rules of every idempotency store: memory, SQLite, Redis and PostgreSQL, on real servers."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async.errors import QueueClosed
from mirakl_async.events.idempotency import ActionProgress, Backlog
from tests.events.stores import CLAIM_SECONDS, RETENTION

pytestmark = pytest.mark.timeout(60) if hasattr(pytest.mark, "timeout") else []


async def start(store, action="a1", order="o1", runner="r1", seconds=60.0, **options):
    return await store.start(action, order, runner, seconds, **options)


async def test_a_second_start_is_marked_as_again_and_the_first_is_not(store):
    assert await start(store) == ActionProgress()
    assert await start(store) == ActionProgress(again=True)


async def test_an_order_is_in_progress_in_one_runner_until_its_mark_expires(store, kind):
    await start(store, seconds=60)
    assert await start(store, "a2", runner="r2") == ActionProgress(busy=True)
    assert await start(store, "a2", order="o2", runner="r2") == ActionProgress()
    await kind.pass_time(61)
    assert await start(store, "a2", order="o1", runner="r2") == ActionProgress(again=True)


async def test_a_busy_action_is_not_started(store, kind):
    await start(store)
    assert (await start(store, "a2", runner="r2")).busy
    await store.release("o1", "r1")
    assert await start(store, "a2", runner="r2") == ActionProgress()


async def test_only_its_own_runner_extends_and_releases_a_mark(store, kind):
    await start(store, seconds=60)
    await store.release("o1", "r2")
    await store.extend(["o1"], "r2", 600)
    assert (await start(store, runner="r2")).busy
    await kind.pass_time(40)
    await store.extend(["o1"], "r1", 60)
    await kind.pass_time(40)
    assert (await start(store, runner="r2")).busy
    await kind.pass_time(30)
    assert await start(store, runner="r2") == ActionProgress(again=True)


async def test_an_extension_does_not_mark_an_order_that_is_not_in_progress(store):
    await store.extend(["o1"], "r1", 600)
    assert await start(store, runner="r2") == ActionProgress()


async def test_the_first_outcome_is_final(store):
    await start(store)
    assert await store.decide("a1", b"first") == b"first"
    assert await store.decide("a1", b"second") == b"first"
    assert await start(store) == ActionProgress(again=True, outcome=b"first")
    await store.reported(["a1"])
    assert await start(store) == ActionProgress(again=True, outcome=b"first", reported=True)


async def test_one_of_many_simultaneous_outcomes_is_final(store):
    found = await asyncio.gather(*(store.decide("a1", b"%d" % number) for number in range(20)))
    assert len({*found}) == 1


async def test_one_of_many_simultaneous_starts_is_not_busy(store):
    found = await asyncio.gather(*(start(store, f"a{number}", runner=f"r{number}") for number in range(10)))
    assert [one.busy for one in found].count(False) == 1


async def test_an_action_with_an_outcome_does_not_mark_its_order(store):
    await store.decide("a1", b"outcome")
    await start(store)
    assert await start(store, "a2", runner="r2") == ActionProgress()


async def test_failures_are_stored(store):
    await start(store)
    await store.failed("a1", 1)
    await store.failed("a1", 2)
    assert await start(store) == ActionProgress(again=True, failures=2)


async def test_outcomes_are_claimed_by_one_runner_until_they_are_reported(store, kind):
    for number in range(3):
        await store.decide(f"a{number}", b"%d" % number)
    assert await store.unreported(10) == [], "who decided reports it"
    await kind.pass_time(CLAIM_SECONDS + 1)
    first, rest = await store.unreported(2), await store.unreported(10)
    assert sorted([*first, *rest]) == [("a0", b"0"), ("a1", b"1"), ("a2", b"2")]
    assert len(first) == 2
    assert await store.unreported(10) == []
    await store.reported(["a0", "a2"])
    await kind.pass_time(CLAIM_SECONDS + 1)
    assert await store.unreported(10) == [("a1", b"1")]


async def test_a_deferred_event_without_an_outcome_is_overdue_after_its_time(store, kind):
    await start(store)
    await start(store, "a2", order="o2")
    assert await store.defer("a1", b"event 1", 100) is None
    assert await store.defer("a2", b"event 2", 100) is None
    assert await start(store) == ActionProgress(again=True, deferred=True)
    assert await store.overdue(10) == []
    await store.decide("a2", b"outcome")
    await kind.pass_time(101)
    assert await store.overdue(10) == [("a1", b"event 1")]
    assert await store.overdue(10) == []
    await store.release("o1", "r1")
    assert await start(store, overdue=True, runner="r2") == ActionProgress(again=True, deferred=True)
    assert (await start(store, "a3", runner="r3")).busy
    await kind.pass_time(CLAIM_SECONDS + 1)
    assert await store.overdue(10) == [("a1", b"event 1")], "it stays until it has an outcome"
    assert await store.decide("a1", b"late") == b"late"
    await kind.pass_time(CLAIM_SECONDS + 1)
    assert await store.overdue(10) == []


async def test_a_deferral_after_the_outcome_returns_the_outcome(store):
    await store.decide("a1", b"outcome")
    assert await store.defer("a1", b"event", 100) == b"outcome"
    assert not (await start(store)).deferred


async def test_a_repeated_deferral_keeps_its_time(store, kind):
    await store.defer("a1", b"event", 100)
    await kind.pass_time(60)
    await store.defer("a1", b"event", 100)
    await kind.pass_time(60)
    assert await store.overdue(10) == [("a1", b"event")]


async def test_the_backlog_has_the_number_and_the_oldest_of_waiting_outcomes(store, kind):
    assert await store.backlog() == Backlog()
    await store.defer("a1", b"event", 1000)
    await kind.pass_time(50)
    await store.defer("a2", b"event", 1000)
    await store.decide("a3", b"outcome")
    await kind.pass_time(20)
    found = await store.backlog()
    assert (found.awaiting, found.unreported) == (2, 1)
    assert found.oldest_awaiting == pytest.approx(70, abs=5)
    assert found.oldest_unreported == pytest.approx(20, abs=5)


async def test_reported_outcomes_are_deleted_after_a_time_and_unreported_ones_never(store, kind):
    await start(store, "old")
    await store.decide("old", b"1")
    await store.reported(["old"])
    await store.decide("unreported", b"2")
    await store.defer("awaiting", b"event", 1.0)
    await kind.pass_time(RETENTION + 100)
    for number in range(3):  # what lets a store look for old ones
        await store.decide(f"new{number}", b"3")
        await store.reported([f"new{number}"])
    assert (await start(store, "old", "x1")).outcome is None
    assert (await start(store, "unreported", "x2")).outcome == b"2"
    assert (await start(store, "awaiting", "x3")).deferred


@pytest.mark.parametrize("action", ["a/b", "ä漢", "a b", "x" * 2000, "{a}:*?", "'\"\\"])
async def test_any_action_id_can_be_stored(store, action):
    order = f'["{action}"]'
    assert await start(store, action, order) == ActionProgress()
    assert await store.decide(action, b"\x00\xff") == b"\x00\xff"
    await store.release(order, "r1")
    assert (await start(store, action, order)).outcome == b"\x00\xff"


async def test_entries_of_a_durable_store_survive_the_process(kind):
    if not kind.durable:
        pytest.skip("memory ends with its process")
    async with kind.make() as store:
        assert store.durable
        await start(store)
        await store.decide("a2", b"outcome")
    async with kind.make() as store:
        assert await start(store, runner="r2") == ActionProgress(again=True) or kind.shared
        assert (await start(store, "a2", "o2")).outcome == b"outcome"


async def test_a_closed_store_raises_an_error(kind):
    if not kind.durable:
        pytest.skip("memory is never closed")
    async with kind.make() as store:
        pass
    with pytest.raises(QueueClosed):
        await start(store)
