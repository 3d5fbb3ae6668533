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
"""A queue that cannot be counted is empty when it delivers nothing for this many leases (killed workers' included)."""
ADAPTERS = {
    "redis": ("redis_queue", "RedisQueue"),
    "postgresql": ("postgres_queue", "PostgresQueue"),
    "http": ("sqs_queue", "SqsQueue"),
}


def open_queue(settings: dict[str, Any], **options: Any) -> Any:
    """The queue, with a lease that is short enough for a test."""
    os.environ.update(settings.get("environment", {}))
    module, name = ADAPTERS[settings["queue"].partition(":")[0]]
    adapter = getattr(import_module(f"mirakl_async.queues.{module}"), name)
    return adapter(settings["queue"], lease=settings.get("lease", LEASE), **options)


def places(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """The file for rejected orders of a queue that does not store them: one for each process."""
    return {"rejected": f"{settings['places']}/rejected-{name}.ndjson"} if "places" in settings else {}


def work(settings: dict[str, Any], name: str, until_empty: bool, answer: Any) -> None:
    """Work until the queue is empty or the process is stopped; send back how many orders are unsent."""
    answer.send(asyncio.run(_work(settings, name, until_empty=until_empty)))


async def _work(settings: dict[str, Any], name: str, *, until_empty: bool) -> int:
    async with (
        RedisRateLimiter(settings["redis"]) as limiter,
        _connect(settings, rate_limiter=limiter) as connect,
        open_queue(settings) as queue,
    ):
        options = {"idle": queue.lease * IDLE_LEASES, "max_outage": 20, **places(settings, name)}
        report = await connect.orders.worker(queue, until_empty=until_empty, **options).run()
        assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
        return report.unsent


@asynccontextmanager
async def _connect(settings: dict[str, Any], **options: Any) -> AsyncIterator[ConnectChannel]:
    async with ConnectChannel(
        auth=ClientCredentials(settings["client_id"], settings["client_secret"]),
        connect_url=settings["connect_url"],
        auth_url=settings["auth_url"],
        rate_limit="recommended",  # two thirds of what is enforced: a machine that stalls must not fail the test
        retry=Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.1, quota=10**6),
        **options,
    ) as connect:
        yield connect


def work_for_ever(settings: dict[str, Any], name: str) -> None:
    """Work until the process is stopped or the queue is unreachable."""
    asyncio.run(_work(settings, name, until_empty=False))


def feed(settings: dict[str, Any], file: str) -> None:
    """Put a file into the queue, from the position that the queue, or a file beside it, has stored."""
    asyncio.run(_feed(settings, file))


async def _feed(settings: dict[str, Any], file: str) -> None:
    options = places(settings, "feed")
    if options:
        options["resume_file"] = f"{settings['places']}/position.json"
    async with _connect(settings) as connect, open_queue(settings) as queue:
        await connect.orders.enqueue(file, queue, origin=ORIGIN, **options)


def replay(settings: dict[str, Any]) -> None:
    """Put all rejected orders back into the queue."""
    asyncio.run(_replay(settings))


async def _replay(settings: dict[str, Any]) -> None:
    async with open_queue(settings) as queue:
        rows = [row async for row in queue.rejected()]
        await queue.replay(rows, [(row.line or b"") + b"\n" for row in rows])
