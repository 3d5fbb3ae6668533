"""A process that is killed while it uses a SqliteQueue; each line that it prints reports a durable step."""

from __future__ import annotations

import asyncio
import sys
from random import Random

from mirakl_async.queues import sqlite_queue
from mirakl_async.queues.protocol import RejectedRow
from mirakl_async.queues.sqlite_queue import SqliteQueue


def tell(word: str, number: int) -> None:
    """One write, so that a kill leaves whole lines, or the start of the last one."""
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


async def feed(queue: SqliteQueue, first: int, random: Random) -> None:
    for number in range(first, first + 10**6):
        size = random.choice([10, 3000, 200_000])
        await queue.put_at([b"%d " % number + b"x" * size], "source", str(number))
        tell("put", number)


async def work(queue: SqliteQueue, random: Random) -> None:
    while True:
        for message in await queue.receive(3, wait=1):
            number = int(message.body.split(b" ", 1)[0])
            await asyncio.sleep(random.random() * 0.01)
            if random.random() < 0.2:
                tell("rejecting", number)  # from here on it may be in either place, and must be in one
                await queue.reject(message, [RejectedRow(id=str(number), kind="server", reason="no")])
            else:
                tell("acked", number)
                await queue.ack([message])


async def main(path: str, seed: int, limit: int) -> None:
    sqlite_queue.MAX_BYTES_IN_MEMORY = limit
    random = Random(seed)
    async with SqliteQueue(path) as queue:
        first = int(await queue.cursor("source") or 0) + 1
        await asyncio.gather(feed(queue, first, random), work(queue, random), work(queue, random))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
