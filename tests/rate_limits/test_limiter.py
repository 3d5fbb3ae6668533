"""Several processes that share one limit and one token, against a simulator that enforces the documented one."""

import asyncio
import sys
from contextlib import asynccontextmanager

import msgspec
import pytest

from mirakl_async.operations import operations
from mirakl_async.options import Rate
from mirakl_async.rate_limits.bucket import BucketKey, BucketSpec
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter
from mirakl_async.simulator import Simulator, SimulatorProcess
from tests.support.order_factory import ORIGIN, order

LATE = 3
"""429 answers that a loaded machine may cause, between a grant and Mirakl; the grants' own moments are simulated."""


@asynccontextmanager
async def workers(addresses, url, count, orders):
    """Start processes that sync `orders` orders each; `go` lets one begin."""
    encoded = msgspec.json.encode(addresses).decode()
    started = []
    try:
        for number in range(count):
            command = ["-m", "tests.rate_limits.sharing_worker", encoded, url, str(number), str(orders)]
            started.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
                )
            )
        for worker in started:
            assert (await worker.stdout.readline()).strip() == b"ready"
        yield started
    finally:
        for worker in started:
            if worker.returncode is None:
                worker.kill()
            await worker.communicate()


async def go(worker):
    worker.stdin.write(b"\n")
    await worker.stdin.drain()
    return msgspec.json.decode(await worker.stdout.readline())


async def test_four_processes_share_the_documented_rate(redis_url):
    async with (
        SimulatorProcess(rate_limits="documented", keep="digest") as mirakl,
        workers(mirakl.addresses, redis_url, 4, 3000) as ours,
    ):
        results = await asyncio.gather(*(go(worker) for worker in ours))
        state = await mirakl.control.state()
    assert [each["accepted"] for each in results] == [3000] * 4
    assert sum(each["throttles"] for each in results) == state.limited <= LATE
    assert state.orders == 4 * 3000 + 4
    assert state.tokens.requests == 4  # each process has a token of its own


@asynccontextmanager
async def machine(sim, limiter):
    async with sim.connect_client(rate_limit="maximum", rate_limiter=limiter) as connect:
        yield connect


async def test_a_429_of_one_machine_pauses_the_others(redis_url):
    async with (
        Simulator() as sim,
        RedisRateLimiter(redis_url) as first,
        RedisRateLimiter(redis_url) as second,
        machine(sim, first) as one,
        machine(sim, second) as other,
    ):
        await other.orders.sync([order("before")], origin=ORIGIN).run()
        key, pace = one.session.transport.rate_limit_policy.bucket_for(operations["upsertOrders"])
        await first.pause(key, 1.5)
        waited = await second.acquire(key, pace)
        assert waited >= 1.4


async def test_a_sync_survives_the_loss_of_redis(redis_server):
    async with (
        Simulator(rate_limits="documented") as sim,
        RedisRateLimiter(redis_server.url) as limiter,
        machine(sim, limiter) as connect,
    ):
        await connect.orders.sync([order("before")], origin=ORIGIN).run()
        redis_server.kill()
        report = await connect.orders.sync((order(n) for n in range(1500)), origin=ORIGIN).run()
        assert report.accepted == 1500
        redis_server.start()
        report = await connect.orders.sync((order(f"again-{n}") for n in range(3000)), origin=ORIGIN).run()
        assert report.accepted == 3000
        assert limiter.processes == 1
    assert sim.limits.traffic("upsertOrders").refused <= LATE


@pytest.mark.parametrize("cancelled", [1, 7])
async def test_waiters_cancelled_on_one_machine_do_not_delay_the_other(redis_url, cancelled):
    key, pace = BucketKey("host", "credential", "group"), BucketSpec.from_limit(Rate(30, 1))
    async with RedisRateLimiter(redis_url) as first, RedisRateLimiter(redis_url) as second:
        await first.acquire(key, pace)
        for _ in range(3):
            waiting = [asyncio.create_task(first.acquire(key, pace)) for _ in range(cancelled)]
            await asyncio.sleep(0.01)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await second.acquire(key, pace, max_wait=10)
        assert await first.acquire(key, pace, max_wait=10) <= 10
