"""One process with a queue in SQLite, killed at random moments and restarted: no order is lost or stale.

Each life of the feed has orders, second versions (the newer one first now and then), invalid orders and outcomes of
actions. After the last kill it runs to its end, and the simulator's state is compared with the expected one.
`quota.LONG` says how many kills the long run has.
"""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from mirakl_async import codec
from mirakl_async.cli.demo.sample_orders import ORIGIN, sample_orders
from mirakl_async.queues.opening import open_queue
from mirakl_async.simulator import Fault, OrderKey, SimulatorProcess, digest_of
from tests.chaos import quota, worker

KILLS = quota.of("sqlite")
KILLS_A_FEED = 14


class Feed:
    """One file of orders, and the final state that it must lead to."""

    def __init__(self, seed, folder):
        random = Random(seed)
        count = random.randrange(3000, 6000)
        self.poison = random.randrange(1, 6)
        made = list(sample_orders(count, poison=self.poison, updates=count // 4, seed=seed))
        self.file = folder / f"orders-{seed}.ndjson"
        self.journal = folder / f"orders-{seed}.db"
        self.file.write_bytes(b"".join(codec.encode(order) + b"\n" for order, _ in made))
        final = [order for order, stays in made if stays]
        good = {order.channel_order_id for order in final}
        self.bad = {order.channel_order_id for order, _ in made} - good
        self.digest = digest_of(
            (OrderKey(ORIGIN.channel_id, ORIGIN.channel_store_id, order.channel_order_id), codec.encode(order))
            for order in final
        )
        self.orders = len(final)
        self.actions = [f"action-{n}" for n in range(40)]
        self.options = {
            "concurrency": random.choice([1, 3, 8]),
            "batch_size": random.choice([20, 60, 100]),
        }


async def live_and_die(feed, kills, random):
    """Run the feed to its end while its process is killed up to `kills` times; return how often it was."""
    async with open_queue(feed.journal) as queue:
        await queue.put([b'{"action_id":"%b","outcome":{"status":"SUCCESS"}}' % name.encode() for name in feed.actions])
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with SimulatorProcess(latency=(0.005, 0.08), channels=channels, seed=random.randrange(100)) as sim:
        await sim.control.add_actions(*feed.actions)
        await sim.control.add_faults(
            Fault.reset(after_processing=True, probability=0.02), Fault.status(503, probability=0.02)
        )
        died = 0
        while died < kills:
            if not await killed(sim, feed, random.uniform(0.05, 0.9)):
                break  # it finished before it could be killed
            died += 1
            quota.COUNTED["sqlite"] += 1
        figures = await asyncio.wait_for(finish(sim, feed), 120)
        assert figures[1] == 0
        state = await sim.control.state()
        assert state.orders == feed.orders
        assert state.digest == feed.digest
        assert state.versions.overwritten == 0
        assert state.actions == {"SUCCESS": len(feed.actions)}
    await check_journal(feed)
    return died


def start(sim, feed):
    known = {name: getattr(sim.addresses, name) for name in ("client_id", "client_secret", "connect_url", "auth_url")}
    context = worker.context()
    mine, theirs = context.Pipe(duplex=False)
    arguments = (known, str(feed.file), str(feed.journal), feed.options, theirs)
    process = context.Process(target=worker.push, args=arguments)
    process.start()
    theirs.close()
    return process, mine


async def killed(sim, feed, seconds):
    process, answer = await asyncio.to_thread(start, sim, feed)
    await asyncio.sleep(seconds)
    try:
        return await asyncio.to_thread(worker.kill, process)
    finally:
        answer.close()
        await asyncio.to_thread(process.join)
        process.close()


async def finish(sim, feed):
    process, answer = await asyncio.to_thread(start, sim, feed)
    try:
        return await asyncio.to_thread(answer.recv)
    finally:
        answer.close()
        await asyncio.to_thread(process.join)
        process.close()


async def check_journal(feed):
    async with open_queue(feed.journal) as queue:
        assert await queue.waiting() == 0
        rejected = [row async for row in queue.rejected()]
    assert sorted(row.order_id for row in rejected) == sorted(feed.bad)
    assert len(rejected) == feed.poison


async def test_no_order_is_lost_after_a_few_kills(tmp_path):
    assert await live_and_die(Feed(1, tmp_path), 4, Random(1)) > 0


@pytest.mark.chaos
@pytest.mark.timeout(60 + KILLS * 6)
async def test_no_order_is_lost_after_many_kills(tmp_path):
    died = seed = 0
    while died < KILLS:
        seed += 1
        random = Random(seed)
        kills = min(KILLS - died, KILLS_A_FEED)
        died += await live_and_die(Feed(seed, tmp_path), kills, random)
    assert died >= KILLS
