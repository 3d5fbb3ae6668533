"""Three processes on one queue and one shared rate limit, killed at random moments: no order is lost or stale.

Orders, second versions (the newer one first now and then), invalid orders and outcomes of actions are fed while the
workers push; each killed worker is replaced. After the last kill the rest is processed, and the state of the simulator,
which enforces the documented limit, is compared with the expected one. Other workers are suspended until their leases
have expired, and resume when their messages are leased to others.
`quota.LONG` says how many kills the long run has.
"""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.chaos import quota, shared_worker
from tests.chaos.shared_feed import Feed, Workers, compare, mirakl

WORKERS = 3
ORDERS_A_KILL = 1000  # so that there is work left whenever a worker is killed


async def kill_workers(broker, count, seed, *, orders=ORDERS_A_KILL, **lives):
    """Process one feed while `count` workers are killed."""
    random, feed, over = Random(seed), Feed(seed, orders * count), asyncio.Event()
    async with mirakl(broker, feed, seed=seed) as (simulator, settings), shared_worker.open_queue(settings) as queue:
        workers = Workers(settings, broker.kind, **lives)
        feeding = asyncio.create_task(feed.put(queue, over))
        shares = [count // WORKERS + (place < count % WORKERS) for place in range(WORKERS)]
        await asyncio.gather(*(workers.live_and_die(str(n), share, random) for n, share in enumerate(shares)))
        over.set()
        await feeding
        await asyncio.wait_for(asyncio.gather(*(workers.finish(str(n), queue) for n in range(WORKERS))), 120)
        await compare(simulator, settings, queue, feed)


async def test_no_order_is_lost_when_a_few_workers_are_killed(broker):
    broker.settings["lease"] = 1.0
    await kill_workers(broker, 3, 1, orders=300, life=(0.2, 0.6))


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_no_order_is_lost_when_many_workers_are_killed(broker):
    before = quota.COUNTED[broker.kind]
    await kill_workers(broker, quota.of(broker.kind), 2)
    assert quota.COUNTED[broker.kind] - before == quota.of(broker.kind)


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_a_worker_suspended_beyond_its_lease_loses_no_order(broker):
    random, feed, over = Random(5), Feed(5, 8_000), asyncio.Event()
    async with mirakl(broker, feed) as (simulator, settings), shared_worker.open_queue(settings) as queue:
        workers = Workers(settings, broker.kind)
        feeding = asyncio.create_task(feed.put(queue, over))
        frozen = [workers.freeze_beyond_the_lease(str(n), 2, random) for n in range(2)]
        assert all(await asyncio.gather(*frozen))
        over.set()
        await feeding
        await asyncio.wait_for(asyncio.gather(*(workers.finish(str(n), queue) for n in range(2))), 120)
        await compare(simulator, settings, queue, feed, may_be_late=True)


def test_the_long_run_kills_at_least_120_processes():
    assert sum(quota.LONG.values()) >= 120
