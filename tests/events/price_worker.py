"""A process that handles facts from a queue in Redis for a shop in SQLite, to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from examples.connector.handlers import Handlers
from examples.connector.shop import Shop
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.events import MemoryIdempotencyStore
from mirakl_async.queues.redis_queue import RedisQueue


async def main(queue: str, shop: Path) -> None:
    async with (
        ConnectChannel(auth=BearerToken("none")) as connect,
        RedisQueue(queue, lease=1.0) as source,
        MemoryIdempotencyStore() as store,
    ):
        await connect.events.run(
            source,
            Handlers(Shop(shop)).router(),
            idempotency_store=store,
            # The first call, after the run has installed its signal handlers, tells the test.
            progress=lambda _: print("running", flush=True),  # noqa: T201
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
