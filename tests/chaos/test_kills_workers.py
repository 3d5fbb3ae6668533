"""Three processes on one queue and one shared rate, killed at random moments: nothing lost, nothing stale.

Orders, second versions (the newer one first now and then), invalid orders and outcomes of actions are fed while the
workers push; each death is followed by a new worker. When there were enough, the rest is worked off, and the world of
the simulator, which enforces the documented limit, is compared with the truth. Others are frozen until their leases
have ended, and go on with what somebody else has by then.
`quota.LONG` says how many kills the long run has.
"""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.chaos import quota, shared_worker
from tests.chaos.shared_feed import Feed, Workers, compare, mirakl

WORKERS = 3
ORDERS_A_KILL = 1000  # so that there is something to push whenever somebody dies


async def deaths(broker, count, seed, *, orders=ORDERS_A_KILL, **lives):
    """One feed through so many deaths."""
    random, feed, over = Random(seed), Feed(seed, orders * count), asyncio.Event()
    async with mirakl(broker, feed, seed=seed) as (simulator, told), shared_worker.open_queue(told) as queue:
        workers = Workers(told, broker.kind, **lives)
        feeding = asyncio.create_task(feed.put(queue, over))
        shares = [count // WORKERS + (place < count % WORKERS) for place in range(WORKERS)]
        await asyncio.gather(*(workers.live_and_die(str(n), share, random) for n, share in enumerate(shares)))
        over.set()
        await feeding
        await asyncio.wait_for(asyncio.gather(*(workers.finish(str(n), queue) for n in range(WORKERS))), 120)
        await compare(simulator, told, queue, feed)


async def test_a_few_deaths_of_three_workers(broker):
    broker.told["lease"] = 1.0
    await deaths(broker, 3, 1, orders=300, life=(0.2, 0.6))


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_many_deaths_of_three_workers(broker):
    before = quota.COUNTED[broker.kind]
    await deaths(broker, quota.of(broker.kind), 2)
    assert quota.COUNTED[broker.kind] - before == quota.of(broker.kind)


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_a_worker_that_stands_still_beyond_its_lease_does_no_harm(broker):
    random, feed, over = Random(5), Feed(5, 8_000), asyncio.Event()
    async with mirakl(broker, feed) as (simulator, told), shared_worker.open_queue(told) as queue:
        workers = Workers(told, broker.kind)
        feeding = asyncio.create_task(feed.put(queue, over))
        frozen = [workers.freeze_beyond_the_lease(str(n), 2, random) for n in range(2)]
        assert all(await asyncio.gather(*frozen))
        over.set()
        await feeding
        await asyncio.wait_for(asyncio.gather(*(workers.finish(str(n), queue) for n in range(2))), 120)
        await compare(simulator, told, queue, feed, may_be_late=True)


def test_the_long_run_has_enough_deaths():
    assert sum(quota.LONG.values()) >= 120
