"""One of several processes that work on one queue and keep one rate, to be killed by a test."""

from __future__ import annotations

import asyncio
from typing import Any

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.cli.demo.sample_orders import ORIGIN
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter

LEASE = 2.0


def work(told: dict[str, str], until_empty: bool, answer: Any) -> None:
    """Work until the queue is empty, or somebody ends it, and give the report's figures."""
    answer.send(asyncio.run(_work(told, until_empty=until_empty)))


async def _work(told: dict[str, str], *, until_empty: bool) -> tuple[int, int]:
    async with (
        RedisRateLimiter(told["redis"]) as limiter,
        ConnectChannel(
            auth=ClientCredentials(told["client_id"], told["client_secret"]),
            connect_url=told["connect_url"],
            auth_url=told["auth_url"],
            rate_limit="recommended",  # two thirds of what is enforced: a machine that stalls must not fail the test
            rate_limiter=limiter,
            retry=Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.1, quota=10**6),
        ) as connect,
        RedisQueue(told["redis"], lease=LEASE) as queue,
    ):
        report = await connect.orders.worker(queue, until_empty=until_empty, max_outage=20).run()
        return report.accepted, report.unsent


def work_for_ever(told: dict[str, str]) -> None:
    """Work until somebody ends it, or Redis is away."""
    asyncio.run(_work(told, until_empty=False))


def feed(told: dict[str, str], file: str) -> None:
    """Put a file into the queue, on from where the queue ends."""
    asyncio.run(_feed(told, file))


async def _feed(told: dict[str, str], file: str) -> None:
    credentials = ClientCredentials(told["client_id"], told["client_secret"])
    async with ConnectChannel(auth=credentials, connect_url=told["connect_url"], auth_url=told["auth_url"]) as connect:
        await connect.orders.enqueue(file, told["redis"], origin=ORIGIN)


def replay(told: dict[str, str]) -> None:
    """Let all that was rejected wait again."""
    asyncio.run(_replay(told["redis"]))


async def _replay(redis: str) -> None:
    async with RedisQueue(redis, lease=LEASE) as queue:
        rows = [row async for row in queue.rejected()]
        await queue.replay(rows, [(row.line or b"") + b"\n" for row in rows])
