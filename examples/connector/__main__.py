"""Run the connector, until SIGTERM: `python -m examples.connector EVENTS_QUEUE FOLDER`.

`EVENTS_QUEUE` is where Connect puts events, such as https://sqs.eu-west-1.amazonaws.com/123456789012/events. `FOLDER`
holds the shop and what the connector has to remember: orders to be pushed, and the outcomes of commands.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mirakl_async import ConnectChannel
from mirakl_async.models.connect import OriginRequest

from .handlers import Handlers
from .shop import Shop

ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
"""Whose orders the shop has; yours to set."""
POLL_INTERVAL = 0.5


async def enqueue_changes(connect: ConnectChannel, shop: Shop, queue: Path) -> None:
    """Put every change of an order into the queue; after a crash perhaps twice, which does no harm."""
    while True:
        while orders := await asyncio.to_thread(shop.changed_orders):
            await connect.orders.enqueue(orders, queue, origin=ORIGIN)  # on return they are durable
            await asyncio.to_thread(shop.mark_enqueued, orders)
        await asyncio.sleep(POLL_INTERVAL)


async def main(events_queue: str, folder: Path) -> None:
    """Orders out, commands in, until a signal comes; then what is in hand is ended, and the rest is kept."""
    shop, memory = Shop(folder / "shop.db"), folder / "connector.db"
    async with ConnectChannel() as connect, asyncio.TaskGroup() as group:
        pusher = connect.orders.worker(memory)
        group.create_task(pusher.run())
        enqueuer = group.create_task(enqueue_changes(connect, shop, memory))
        print("running", flush=True)
        print(await connect.events.run(events_queue, Handlers(shop).router(), idempotency_store=memory, orders=memory))
        enqueuer.cancel()
        pusher.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
