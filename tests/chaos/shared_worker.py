"""One of several processes that work on one queue and keep one rate, to be killed by a test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.cli.demo.sample_orders import ORIGIN
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter

LEASE = 2.0
IDLE_LEASES = 2.0
"""So many leases a queue that cannot be counted must give nothing, what the dead held included, to be empty."""
ADAPTERS = {
    "redis": ("redis_queue", "RedisQueue"),
    "postgresql": ("postgres_queue", "PostgresQueue"),
    "http": ("sqs_queue", "SqsQueue"),
}


def open_queue(told: dict[str, Any], **options: Any) -> Any:
    """The queue, with a lease that is short enough for a test."""
    os.environ.update(told.get("environment", {}))
    module, name = ADAPTERS[told["queue"].partition(":")[0]]
    adapter = getattr(import_module(f"mirakl_async.queues.{module}"), name)
    return adapter(told["queue"], lease=told.get("lease", LEASE), **options)


def places(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Where a queue that keeps no rejected orders has them kept; a file for each process that runs at a time."""
    return {"rejected": f"{told['places']}/rejected-{name}.ndjson"} if "places" in told else {}


def work(told: dict[str, Any], name: str, until_empty: bool, answer: Any) -> None:
    """Work until the queue is empty, or somebody ends it, and give how many orders are unsent."""
    answer.send(asyncio.run(_work(told, name, until_empty=until_empty)))


async def _work(told: dict[str, Any], name: str, *, until_empty: bool) -> int:
    async with (
        RedisRateLimiter(told["redis"]) as limiter,
        _connect(told, rate_limiter=limiter) as connect,
        open_queue(told) as queue,
    ):
        options = {"idle": queue.lease * IDLE_LEASES, "max_outage": 20, **places(told, name)}
        report = await connect.orders.worker(queue, until_empty=until_empty, **options).run()
        assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
        return report.unsent


@asynccontextmanager
async def _connect(told: dict[str, Any], **options: Any) -> AsyncIterator[ConnectChannel]:
    async with ConnectChannel(
        auth=ClientCredentials(told["client_id"], told["client_secret"]),
        connect_url=told["connect_url"],
        auth_url=told["auth_url"],
        rate_limit="recommended",  # two thirds of what is enforced: a machine that stalls must not fail the test
        retry=Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.1, quota=10**6),
        **options,
    ) as connect:
        yield connect


def work_for_ever(told: dict[str, Any], name: str) -> None:
    """Work until somebody ends it, or the queue is away."""
    asyncio.run(_work(told, name, until_empty=False))


def feed(told: dict[str, Any], file: str) -> None:
    """Put a file into the queue, on from where the queue, or a file beside it, ends."""
    asyncio.run(_feed(told, file))


async def _feed(told: dict[str, Any], file: str) -> None:
    options = places(told, "feed")
    if options:
        options["resume_file"] = f"{told['places']}/position.json"
    async with _connect(told) as connect, open_queue(told) as queue:
        await connect.orders.enqueue(file, queue, origin=ORIGIN, **options)


def replay(told: dict[str, Any]) -> None:
    """Let all that was rejected wait again."""
    asyncio.run(_replay(told))


async def _replay(told: dict[str, Any]) -> None:
    async with open_queue(told) as queue:
        rows = [row async for row in queue.rejected()]
        await queue.replay(rows, [(row.line or b"") + b"\n" for row in rows])
