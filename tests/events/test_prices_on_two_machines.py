"""Parts of prices and stock, shuffled over two processes, one of which is killed: the newest are final."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from examples.connector.shop import Shop
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.simulator import Delivery, Simulator

ROOT = Path(__file__).parents[2]


async def started(queue, shop):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.events.price_worker", queue, str(shop), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert await process.stdout.readline() == b"running\n"
    return process


def offers(path):
    db = sqlite3.connect(path, timeout=60)
    try:
        rows = db.execute("SELECT product_id, price, stock FROM offers").fetchall()
        return {name: (None if price is None else float(price), stock) for name, price, stock in rows}
    finally:
        db.close()


@pytest.mark.chaos
async def test_the_shop_finally_has_the_newest_of_every_part(tmp_path, shared_redis):
    if not shared_redis.durable:
        pytest.skip("needs redis-server")
    dice, shop = random.Random(7), tmp_path / "shop.db"
    Shop(shop)
    address = f"{shared_redis.url}/q{uuid4().hex}"
    async with Simulator() as mirakl, RedisQueue(address, lease=1.0, room=10_000) as queue:
        mirakl.events.connect(None, Delivery(duplicates=0.2, reorder=10_000))
        seller = mirakl.seller()
        for _ in range(1500):
            product = f"p{dice.randrange(20)}"
            if dice.random() < 0.5:
                await seller.set_price(product, dice.choice([None, round(dice.uniform(1, 99), 2)]))
            else:
                await seller.set_stock(product, dice.choice([None, dice.randrange(100)]))
        await mirakl.events.deliver(everything=True)
        await queue.put(mirakl.events.outbox)
        workers = [await started(address, shop) for _ in range(2)]
        while await queue.waiting() > len(mirakl.events.outbox) // 2:
            await asyncio.sleep(0.01)
        workers[0].kill()
        await workers[0].wait()
        workers[0] = await started(address, shop)
        async with asyncio.timeout(60):
            while await queue.waiting():
                await asyncio.sleep(0.05)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            assert await worker.wait() == 0
        wanted = {
            name: (None if one.price is None else float(one.price["amount"]), one.quantity)
            for name, one in seller.offers.items()
        }
    assert offers(shop) == wanted
