"""Feeders, workers, those who replay and the Redis server itself, all killed again and again: nothing lost or stale."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from mirakl_async.cli.demo.sample_orders import ORIGIN
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.simulator import SimulatorProcess
from tests.chaos import shared_worker, worker
from tests.chaos.test_kills_redis import Feed, Workers, compare, outcome
from tests.support.redis_server import redis_server  # noqa: F401 - a fixture

FEEDERS = 8
ORDERS = 8000
LIVES = {"feeder": (0.05, 0.4), "worker": (0.4, 2.0), "replay": (0.05, 0.3)}


class Mortals:
    """Processes of one kind after another, each killed after a while; `died` counts those that did not end before."""

    def __init__(self, kind, random, target, *arguments):
        self.died = 0
        self._life = LIVES[kind]
        self._random = random
        self._target = target
        self._arguments = arguments

    async def one(self, *, killed=True):
        """Whether it ended well by itself."""
        process = worker.context().Process(target=self._target, args=self._arguments)
        await asyncio.to_thread(process.start)
        try:
            if killed:
                await asyncio.sleep(self._random.uniform(*self._life))
                self.died += await asyncio.to_thread(worker.kill, process)
        finally:
            await asyncio.to_thread(process.join)
        return process.exitcode == 0

    async def until(self, over):
        while not over.is_set():
            await self.one()


async def kill_the_server(server, random, over):
    died = 0
    while not over.is_set():
        await asyncio.sleep(random.uniform(0.7, 2.0))
        server.kill()
        died += 1
        await asyncio.sleep(random.uniform(0.0, 0.3))
        await asyncio.to_thread(server.start)
    return died


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_whoever_is_killed_nothing_is_lost(redis_server, tmp_path):  # noqa: F811 - the fixture
    if not redis_server.durable:
        pytest.skip("needs redis-server, which keeps an append-only file")
    random, feed, over = Random(3), Feed(3, ORDERS), asyncio.Event()
    file = tmp_path / "orders.ndjson"
    file.write_bytes(b"".join(line + b"\n" for line in feed.lines))
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with SimulatorProcess(latency=(0.005, 0.08), channels=channels, rate_limits="documented") as sim:
        known = ("client_id", "client_secret", "connect_url", "auth_url")
        told = {name: getattr(sim.addresses, name) for name in known} | {"redis": f"{redis_server.url}/orders"}
        await sim.control.add_actions(*feed.actions)
        async with RedisQueue(told["redis"], lease=shared_worker.LEASE) as queue:
            await queue.put(list(map(outcome, feed.actions)))
        feeders = Mortals("feeder", random, shared_worker.feed, told, str(file))
        workers = [Mortals("worker", random, shared_worker.work_for_ever, told) for _ in range(2)]
        replays = Mortals("replay", random, shared_worker.replay, told)
        others = [asyncio.create_task(each.until(over)) for each in (*workers, replays)]
        server = asyncio.create_task(kill_the_server(redis_server, random, over))
        while feeders.died < FEEDERS:
            await feeders.one()
        while not await feeders.one(killed=False):
            pass  # Redis was away
        await asyncio.sleep(2)
        over.set()
        await asyncio.gather(*others)
        async with RedisQueue(told["redis"], lease=shared_worker.LEASE) as queue:
            assert await server > 1
            await asyncio.wait_for(Workers(told).finish(queue), 120)
            await compare(await sim.control.state(), queue, feed)
    assert feeders.died == FEEDERS
    assert replays.died > 0
    assert all(each.died for each in workers)
