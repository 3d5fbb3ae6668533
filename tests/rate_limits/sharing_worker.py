"""One of several processes that sync under one limit: `python -m tests.rate_limits.sharing_worker ADDRESSES URL NUMBER ORDERS`.

It says "ready" once its first call is through, begins when a line arrives, and prints what its client counted.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from mirakl_async import ClientCredentials, ConnectChannel
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter
from mirakl_async.simulator import Addresses
from tests.support.order_factory import ORIGIN, order


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(addresses: Addresses, url: str, number: int, orders: int) -> None:
    credentials = ClientCredentials(addresses.client_id, addresses.client_secret)
    async with (
        RedisRateLimiter(url) as limiter,
        ConnectChannel(
            auth=credentials,
            connect_url=addresses.connect_url,
            account_url=addresses.account_url,
            auth_url=addresses.auth_url,
            rate_limit="maximum",
            rate_limiter=limiter,
        ) as connect,
    ):
        await connect.orders.sync([order(f"warm-{number}")], origin=ORIGIN).run()
        say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        report = await connect.orders.sync((order(f"w{number}-{n}") for n in range(orders)), origin=ORIGIN).run()
        counters = connect.counters
        result = {"accepted": report.accepted, "throttles": counters.throttled, "calls": counters.calls}
        say(msgspec.json.encode(result).decode())


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Addresses), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
