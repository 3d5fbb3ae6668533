"""One of several processes that work on one journal and keep one rate, to be killed by a test."""

from __future__ import annotations

import asyncio
from typing import Any

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.cli.made_up_orders import ORIGIN
from mirakl_async.redis.journal import RedisJournal
from mirakl_async.redis.limiter import RedisRateLimiter

LEASE = 2.0


def work(told: dict[str, str], until_empty: bool, answer: Any) -> None:
    """Work until the journal is empty, or somebody ends it, and give the report's figures."""
    answer.send(asyncio.run(_work(told, until_empty=until_empty)))


async def _work(told: dict[str, str], *, until_empty: bool) -> tuple[int, int]:
    async with (
        RedisRateLimiter(told["redis"]) as limiter,
        ConnectChannel(
            auth=ClientCredentials(told["client_id"], told["client_secret"]),
            connect_url=told["connect_url"],
            auth_url=told["auth_url"],
            rate="recommended",  # two thirds of what is enforced: a machine that stalls must not fail the test
            limiter=limiter,
            retry=Retry(base=0.01, throttle_base=0.02, cap=0.1, quota=10**6),
        ) as connect,
        RedisJournal(told["redis"]) as journal,
    ):
        report = await connect.orders.work(journal, until_empty=until_empty, lease=LEASE).run()
        return report.accepted, report.unsent


def work_for_ever(told: dict[str, str]) -> None:
    """Work until somebody ends it, or Redis is away."""
    asyncio.run(_work(told, until_empty=False))


def feed(told: dict[str, str], file: str) -> None:
    """Feed a file into the journal, on from where the journal ends."""
    asyncio.run(_feed(told, file))


async def _feed(told: dict[str, str], file: str) -> None:
    credentials = ClientCredentials(told["client_id"], told["client_secret"])
    async with ConnectChannel(auth=credentials, connect_url=told["connect_url"], auth_url=told["auth_url"]) as connect:
        await connect.orders.feed(file, told["redis"], origin=ORIGIN)


def replay(told: dict[str, str]) -> None:
    """Let all that was refused wait again."""
    asyncio.run(_replay(told["redis"]))


async def _replay(redis: str) -> None:
    async with RedisJournal(redis) as journal:
        await journal.replay()
