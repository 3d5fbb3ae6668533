"""A worker that pushes what waits in a queue, until SIGTERM: `python -m examples.worker QUEUE`.

The first SIGTERM or SIGINT drains: what is in flight is waited for, and the rest stays in the queue.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from mirakl_async import ConnectChannel


async def main(queue: str) -> None:
    """Push until a signal comes."""
    async with ConnectChannel() as connect:
        job = connect.orders.worker(queue)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, job.stop)
        print("working", flush=True)
        print(await job.run())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
