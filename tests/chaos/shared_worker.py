"""One of several processes that work on one journal and keep one rate, to be killed by a test."""

from __future__ import annotations

import asyncio
from typing import Any

from mirakl_async import ClientCredentials, ConnectChannel, Retry
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
