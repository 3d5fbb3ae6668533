"""Producers, workers, replays and the server are killed again and again: no order is lost or stale.

The stand-in for SQS is frozen instead of killed, because it keeps its messages in memory.
"""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.chaos import quota, shared_worker, worker
from tests.chaos.shared_feed import Feed, Workers, compare, mirakl, outcome

FEEDERS = {"redis": 8, "postgres": 8, "sqs": 4}
ORDERS = 6000
LIVES = {"feeder": (0.05, 0.4), "worker": (0.4, 2.0), "replay": (0.05, 0.3)}


class KilledProcesses:
    """Processes of one kind after another, each killed after a while; `died` counts those that did not end before."""

    def __init__(self, kind, random, target, *arguments):
        self.died = 0
        self._life = LIVES[kind]
        self._random = random
        self._target = target
        self._arguments = arguments

    async def one(self, *, killed=True):
        """Run one process; return whether it ended without an error."""
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


async def disturb_server(broker, random, over):
    """Kill or freeze the server repeatedly; return how often."""
    times = 0
    while not over.is_set():
        await asyncio.sleep(random.uniform(0.7, 2.0))
        server = broker.server if broker.durable is None else broker.durable
        pause = random.uniform(0.0, 0.3)
        times += 1
        if broker.durable is None:
            server.freeze()
            await asyncio.sleep(1 + pause)
            server.thaw()
        else:
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(pause)
            await asyncio.to_thread(server.start)
    return times


@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_no_order_is_lost_whichever_process_is_killed(broker, tmp_path):
    random, feed, over = Random(3), Feed(3, ORDERS), asyncio.Event()
    file = tmp_path / "orders.ndjson"
    file.write_bytes(b"".join(line + b"\n" for line in feed.lines))
    async with mirakl(broker, feed) as (simulator, settings):
        async with shared_worker.open_queue(settings) as queue:
            await queue.put(list(map(outcome, feed.actions)))
        feeders = KilledProcesses("feeder", random, shared_worker.feed, settings, str(file))
        others = [KilledProcesses("worker", random, shared_worker.work_for_ever, settings, str(n)) for n in range(2)]
        if "places" not in settings:
            others.append(KilledProcesses("replay", random, shared_worker.replay, settings))
        running = [asyncio.create_task(each.until(over)) for each in others]
        server = asyncio.create_task(disturb_server(broker, random, over))
        while feeders.died < FEEDERS[broker.kind]:
            await feeders.one()
        while not await feeders.one(killed=False):
            pass  # the server was down
        await asyncio.sleep(2)
        over.set()
        await asyncio.gather(*running)
        times = await server
        assert times > 1
        async with shared_worker.open_queue(settings) as queue:
            await asyncio.wait_for(Workers(settings, broker.kind).finish("0", queue), 120)
            await compare(simulator, settings, queue, feed)
    assert feeders.died == FEEDERS[broker.kind]
    assert all(each.died for each in others)
    quota.COUNTED[broker.kind] += feeders.died + sum(each.died for each in others) + (times if broker.durable else 0)
