"""Input for several workers on one queue, the workers that are killed, and the check of the final state."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from contextlib import asynccontextmanager
from pathlib import Path

from mirakl_async import codec
from mirakl_async.cli.demo.sample_orders import ORIGIN, sample_orders
from mirakl_async.simulator import Fault, OrderKey, SimulatorProcess, digest_of
from tests.chaos import quota, shared_worker, worker

SECONDS_A_PUT = 0.07
HEAD = codec.encode(ORIGIN)
ADDRESSES = ("client_id", "client_secret", "connect_url", "auth_url")


class Feed:
    """Orders, and the final state that they must lead to."""

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
        """Put all orders, spread over the time during which workers are killed."""
        left, outcomes = list(self.lines), list(map(outcome, self.actions))
        while left:
            lines = [b'{"origin":%b,"order":%b}\n' % (HEAD, line) for line in left[:100]]
            del left[:100]
            await queue.put([b"".join(lines), *outcomes[:1]])
            del outcomes[:1]
            if not over.is_set():
                await asyncio.sleep(SECONDS_A_PUT)
        await queue.put(outcomes)


def outcome(name):
    return b'{"action_id":"%b","outcome":{"status":"SUCCESS"}}\n' % name.encode()


class Workers:
    """Processes that are killed one after another, and replaced."""

    def __init__(self, settings, kind, life=(0.2, 3.0)):
        self._settings = settings
        self._kind = kind
        self._life = life
        self._context = worker.context()

    def start(self, name, *, until_empty):
        mine, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=shared_worker.work, args=(self._settings, name, until_empty, theirs))
        process.start()
        theirs.close()
        return process, mine

    async def live_and_die(self, name, count, random):
        """Run one worker after another under this name, each killed at work, until `count` were killed."""
        died = 0
        while died < count:
            process, answer = await asyncio.to_thread(self.start, name, until_empty=False)
            try:
                await asyncio.sleep(random.uniform(*self._life))
                killed = await asyncio.to_thread(worker.kill, process)
                died += killed
                quota.COUNTED[self._kind] += killed
            finally:
                answer.close()
                await asyncio.to_thread(process.join)
                process.close()

    async def freeze_beyond_the_lease(self, name, times, random):
        """Suspend a worker until others have its messages, then resume it; return whether it survived all `times`."""
        process, answer = await asyncio.to_thread(self.start, name, until_empty=False)
        try:
            for _ in range(times):
                await asyncio.sleep(random.uniform(0.5, 1.0))
                os.kill(process.pid, signal.SIGSTOP)
                await asyncio.sleep(shared_worker.LEASE * 1.5)
                os.kill(process.pid, signal.SIGCONT)
            await asyncio.sleep(0.5)
            return await asyncio.to_thread(worker.kill, process)
        finally:
            answer.close()
            await asyncio.to_thread(process.join)
            process.close()

    async def finish(self, name, queue):
        """Run workers until the queue is empty, including messages leased to killed workers."""
        while True:
            process, answer = await asyncio.to_thread(self.start, name, until_empty=True)
            try:
                assert await asyncio.to_thread(answer.recv) == 0, "a worker that ended by itself left orders unsent"
            finally:
                answer.close()
                await asyncio.to_thread(process.join)
                process.close()
            if not await queue.waiting():
                return


@asynccontextmanager
async def mirakl(broker, feed, *, seed=0):
    """A simulator that enforces the documented limit, and the settings that a process needs."""
    channels = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
    async with SimulatorProcess(
        latency=(0.005, 0.08), channels=channels, rate_limits="documented", seed=seed
    ) as simulator:
        await simulator.control.add_actions(*feed.actions)
        await simulator.control.add_faults(
            Fault.reset(after_processing=True, probability=0.02), Fault.status(503, probability=0.02)
        )
        known = {name: getattr(simulator.addresses, name) for name in ADDRESSES}
        yield simulator, known | broker.settings


async def compare(simulator, settings, queue, feed, *, may_be_late=False):
    """Check that no order is lost or stale and rejected ones are stored; `may_be_late` allows calls over the limit."""
    state = await simulator.control.state()
    assert state.orders == feed.orders
    assert state.digest == feed.digest
    assert state.versions.overwritten == 0
    assert state.actions == {"SUCCESS": len(feed.actions)}
    assert may_be_late or state.limited == 0, "the shared rate was not kept"
    if "places" in settings:  # without a transaction over both, a kill between the two brings a record twice
        assert set(_records(Path(settings["places"]))) == feed.bad
    else:
        assert sorted([row.order_id async for row in queue.rejected()]) == sorted(feed.bad)
    assert not await queue.waiting()
    assert await queue.receive(10, wait=0.1) == []


def _records(folder):
    for file in folder.glob("rejected-*.ndjson"):
        for line in file.read_bytes().splitlines():
            with contextlib.suppress(ValueError):  # cut off by a kill; it was written again
                yield json.loads(line)["channel_order_id"]
