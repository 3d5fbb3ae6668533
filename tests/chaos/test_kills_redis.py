"""Three processes on one queue in Redis and one shared rate, killed at random moments: nothing lost, nothing stale.

Orders, second versions (the newer one first now and then), invalid orders and outcomes of actions are fed while the
workers push; each death is followed by a new worker. When there were enough, the rest is worked off, and the world of
the simulator, which enforces the documented limit, is compared with the truth.
`MIRAKL_CHAOS_REDIS_KILLS` sets how many kills the long run has.
"""

from __future__ import annotations

import asyncio
import os
from random import Random

import pytest

from mirakl_async import codec
from mirakl_async.cli.demo.sample_orders import ORIGIN, sample_orders
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.simulator import Fault, OrderKey, SimulatorProcess, digest_of
from tests.chaos import shared_worker, worker
from tests.support.redis_server import redis_server  # noqa: F401 - a fixture

KILLS = int(os.environ.get("MIRAKL_CHAOS_REDIS_KILLS", "48"))
WORKERS = 3
ORDERS_A_KILL = 1000  # so that there is something to push whenever somebody dies
SECONDS_A_PUT = 0.07
LIFE = (0.2, 3.0)
HEAD = codec.encode(ORIGIN)


class Feed:
    """Orders, and what must come of them."""

    def __init__(self, seed, count):
        self.poison = 6
        made = list(sample_orders(count, poison=self.poison, updates=count // 4, seed=seed))
        self.lines = [codec.encode(order) for order, _ in made]
        final = [order for order, stays in made if stays]
        good = {order.channel_order_id for order in final}
        self.bad = {order.channel_order_id for order, _ in made} - good
        self.orders = len(final)
        self.digest = digest_of(
            (OrderKey(ORIGIN.channel_id, ORIGIN.channel_store_id, order.channel_order_id), codec.encode(order))
            for order in final
        )
        self.actions = [f"action-{n}" for n in range(60)]

    async def put(self, queue, over):
        """Put all, spread over the time that the kills take."""
        left, outcomes = list(self.lines), list(map(outcome, self.actions))
        while left:
            lines = [b'{"origin":%b,"order":%b}\n' % (HEAD, line) for line in left[:100]]
            del left[:100]
            await queue.put([b"".join(lines), *outcomes[:1]])
            del outcomes[:1]
            if not over.is_set():
                await asyncio.sleep(SECONDS_A_PUT)
        await queue.put(outcomes)


class Workers:
    """Processes that are killed one after another, and replaced."""

    def __init__(self, told):
        self._told = told
        self._context = worker.context()

    def start(self, *, until_empty):
        mine, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=shared_worker.work, args=(self._told, until_empty, theirs))
        process.start()
        theirs.close()
        return process, mine

    async def live_and_die(self, kills, random):
        """One place of the three: its worker dies, and the next takes it; gives how many died working."""
        died = 0
        while died < kills:
            process, answer = await asyncio.to_thread(self.start, until_empty=False)
            try:
                await asyncio.sleep(random.uniform(*LIFE))
                died += await asyncio.to_thread(worker.kill, process)
            finally:
                answer.close()
                await asyncio.to_thread(process.join)
                process.close()
        return died

    async def finish(self, queue):
        """Work on until nothing is left, not even with the dead."""
        while await queue.waiting():
            process, answer = await asyncio.to_thread(self.start, until_empty=True)
            try:
                _, unsent = await asyncio.to_thread(answer.recv)
                assert unsent == 0
            finally:
                answer.close()
                await asyncio.to_thread(process.join)
                process.close()


def outcome(name):
    return b'{"action_id":"%b","outcome":{"status":"SUCCESS"}}\n' % name.encode()


async def deaths(server, kills, seed):
    """One feed through so many deaths; how many there were."""
    random = Random(seed)
    feed = Feed(seed, ORDERS_A_KILL * kills)
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with (
        SimulatorProcess(latency=(0.005, 0.08), channels=channels, rate_limits="documented", seed=seed) as sim,
        RedisQueue(f"{server.url}/orders", lease=shared_worker.LEASE) as queue,
    ):
        await sim.control.add_actions(*feed.actions)
        await sim.control.add_faults(
            Fault.reset(after_processing=True, probability=0.02), Fault.status(503, probability=0.02)
        )
        known = {
            name: getattr(sim.addresses, name) for name in ("client_id", "client_secret", "connect_url", "auth_url")
        }
        workers, over = Workers({**known, "redis": f"{server.url}/orders"}), asyncio.Event()
        feeding = asyncio.create_task(feed.put(queue, over))
        shares = [kills // WORKERS + (place < kills % WORKERS) for place in range(WORKERS)]
        died = sum(await asyncio.gather(*(workers.live_and_die(share, random) for share in shares)))
        over.set()
        await feeding
        await asyncio.wait_for(asyncio.gather(*(workers.finish(queue) for _ in range(WORKERS))), 120)
        await compare(await sim.control.state(), queue, feed)
    return died


async def compare(state, queue, feed):
    assert state.orders == feed.orders
    assert state.digest == feed.digest
    assert state.versions.overwritten == 0
    assert state.actions == {"SUCCESS": len(feed.actions)}
    assert state.limited == 0, "the shared rate was not kept"
    rejected = [row.order_id async for row in queue.rejected()]
    assert sorted(rejected) == sorted(feed.bad)


async def test_a_few_deaths_of_three_workers(redis_server):  # noqa: F811 - the fixture
    assert await deaths(redis_server, 4, 1) == 4


@pytest.mark.chaos
@pytest.mark.timeout(300 + KILLS * 10)
async def test_many_deaths_of_three_workers(redis_server):  # noqa: F811 - the fixture
    assert await deaths(redis_server, KILLS, 2) == KILLS
