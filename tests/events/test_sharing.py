"""Runners that share a queue and a store, like those on many machines: Redis, PostgreSQL, and SQLite."""

from __future__ import annotations

import asyncio
import random
from uuid import uuid4

import pytest

from mirakl_async.events import RedisIdempotencyStore, SqliteIdempotencyStore
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.events.conftest import command, price, router_of
from tests.support.postgres_server import shared_postgres  # noqa: F401 - a fixture

COUNT = 150
LEASE = 3600.0  # of the client's fast clock too: a busy machine may stand still for a minute of it


@pytest.fixture(params=["redis", "sqlite", "redis and postgres"])
def places(request, tmp_path):
    """What makes a queue and a store that others share."""
    if request.param == "sqlite":
        path = tmp_path / "all.db"
        return lambda: (SqliteQueue(path, lease=LEASE), SqliteIdempotencyStore(path))
    server = request.getfixturevalue("shared_redis")
    if not server.durable:
        pytest.skip("needs redis-server")
    name = uuid4().hex
    if request.param == "redis":
        return lambda: (
            RedisQueue(f"{server.url}/q{name}", lease=LEASE),
            RedisIdempotencyStore(f"{server.url}/a{name}"),
        )
    from mirakl_async.events import PostgresIdempotencyStore

    dsn = f"{request.getfixturevalue('shared_postgres').url}?table=a{name[:20]}"
    return lambda: (RedisQueue(f"{server.url}/q{name}", lease=LEASE), PostgresIdempotencyStore(dsn))


async def test_runners_with_one_queue_and_store_handle_each_command_once_and_an_order_one_at_a_time(mirakl, places):
    running, overlaps, handled = set(), [], []
    dice = random.Random(3)

    async def handle(command):
        order = command.data.channel_order_id
        overlaps.append(order in running)
        running.add(order)
        await asyncio.sleep(dice.random() * 0.01)
        running.discard(order)
        handled.append(command.action_id)

    bodies = [command(f"a{number}", f"O{number % 40}") for number in range(COUNT)]
    bodies += dice.sample(bodies, COUNT // 5)
    dice.shuffle(bodies)
    for number in range(COUNT):
        mirakl.sim.world.add_action(f"a{number}")
    queue, _ = places()
    async with queue:
        await queue.put(bodies)

    async def run():
        queue, store = places()
        async with queue, store:
            return await mirakl.run(router_of(handle), queue=queue, idempotency_store=store, idle=2.0)

    counters = await asyncio.gather(run(), run(), run())
    assert sorted(handled) == sorted(f"a{number}" for number in range(COUNT))
    assert not any(overlaps)
    assert set(mirakl.outcomes().values()) == {"SUCCESS"}
    assert sum(one.handled for one in counters) == COUNT
    # A runner that starts late may report an outcome that another one is just reporting: Connect keeps the first.
    assert sum(one.already_final for one in counters) <= COUNT // 10


async def test_two_runners_and_a_restart_end_with_the_newest_of_each_part_of_prices(mirakl, places):
    """What was seen ends with a run; the shop's own `changed_at <= time` is the guarantee."""
    dice = random.Random(5)
    parts = ("standard_price", "discount_price", "inventory", "stock")
    bodies, expected = [], {}
    for second in range(120):
        product = f"P{second % 3}"
        chosen = dice.sample(parts, dice.randint(1, 3))
        sent = {name: {"action_type": "UPDATE" if name in chosen else "IGNORE"} for name in parts}
        bodies.append(price(product, second, **sent))
        expected.update(dict.fromkeys(((product, name) for name in chosen), second))
    dice.shuffle(bodies)
    shop = {}

    async def handle(fact):
        for name in parts:
            if getattr(fact.data, name).action_type != "IGNORE":
                await asyncio.sleep(0)
                key = (fact.data.product_id, name)
                shop[key] = max(shop.get(key, fact.time), fact.time)

    async def run():
        queue, store = places()
        async with queue, store:
            await mirakl.run(router_of(PRICE_STOCK_UPSERT=handle), queue=queue, idempotency_store=store, idle=1.0)

    for half in (bodies[:60], bodies[60:]):
        queue, _ = places()
        async with queue:
            await queue.put(half)
        await asyncio.gather(run(), run())
    assert {key: time.minute * 60 + time.second for key, time in shop.items()} == expected
