"""Jobs on a Redis that is emptied, restored, evicts, stalls or loses replies: losses are reported, the next job repairs.

`tests/queues/test_redis_queue.py` has the same for single calls of the queue.
"""

from __future__ import annotations

import asyncio
import shutil

import pytest
from redis.asyncio import Redis

from mirakl_async import QueueLost, Retry, SyncFailed
from mirakl_async.models.connect.common import OriginRequest
from mirakl_async.queues.postgres_queue import PostgresQueue
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.queues.sqs_queue import SqsQueue
from mirakl_async.simulator import Simulator
from tests.chaos.shared_brokers import SharedBroker
from tests.support.moto_server import make_session
from tests.support.order_factory import ORIGIN, as_line, expected, held, order
from tests.support.redis_server import RedisServer
from tests.support.reply_losing_proxy import ReplyLosingProxy

ENTRIES = [order(n, n) for n in range(1500)]


@pytest.fixture(autouse=True)
def _needs_redis_server(tmp_path):
    if not RedisServer(tmp_path).durable:
        pytest.skip("needs redis-server")


@pytest.fixture
async def simulator():
    async with Simulator(latency=0.01) as one:
        yield one


def client(simulator):
    return simulator.connect_client(retry=Retry(initial_delay=0.005, max_delay=0.02, quota=100_000))


@pytest.fixture
async def connect(simulator):
    async with client(simulator) as one:
        yield one


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_bytes(b"".join(as_line(entry) + b"\n" for entry in ENTRIES))
    return path


async def run(job, seconds=20):
    async with asyncio.timeout(seconds), job:
        pass
    report = job.report
    assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
    return report


async def empty(redis):
    await redis.flushall()


async def evict(redis):
    """Redis evicts when a command comes for which there is no memory; one that is set so while a queue is open."""
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    await redis.config_set("maxmemory", "1mb")
    while await redis.exists("{orders}:queue"):
        await redis.set("filling", "x" * 100_000)
    await redis.delete("filling")
    await redis.config_set("maxmemory", "0")
    await redis.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize("loss", [empty, evict])
@pytest.mark.parametrize("way", ["sync", "enqueue and work"])
async def test_a_job_reports_that_its_queue_was_lost_and_the_next_one_sends_all(simulator, connect, file, loss, way):
    tmp_path = file.parent
    with RedisServer(tmp_path, "--save", "") as server:
        address = f"{server.url}/orders"
        async with Redis.from_url(server.url) as redis:
            if way == "sync":
                job = connect.orders.sync(file, origin=ORIGIN, journal=address, concurrency=1, read_ahead=400)
                with pytest.raises(SyncFailed, match="read their sources again") as stopped:
                    async with asyncio.timeout(20), job:
                        while job.report.accepted < 200:
                            await asyncio.sleep(0.001)
                        await loss(redis)
                assert isinstance(stopped.value.__cause__, QueueLost)
            else:
                await connect.orders.enqueue(file, address, origin=ORIGIN)
                job = connect.orders.worker(address, concurrency=1)
                with pytest.raises(SyncFailed, match="read their sources again"):
                    async with asyncio.timeout(20), job:
                        while job.report.accepted < 200:
                            await asyncio.sleep(0.001)
                        await loss(redis)
        assert held(simulator) != expected(ENTRIES)
        report = await run(connect.orders.sync(file, origin=ORIGIN, journal=address))
        assert (report.accepted, report.unsent) == (len(ENTRIES), 0)
    assert held(simulator) == expected(ENTRIES)


async def test_after_a_restart_from_an_older_snapshot_lost_orders_are_read_again(simulator, connect, file, tmp_path):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        address = f"{server.url}/orders"
        half = tmp_path / "half.ndjson"
        half.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:700]))
        half.replace(tmp_path / "growing.ndjson")
        growing = tmp_path / "growing.ndjson"
        await connect.orders.enqueue(growing, address, origin=ORIGIN)
        async with Redis.from_url(server.url) as redis:
            await redis.save()
        shutil.copy(tmp_path / "dump.rdb", tmp_path / "saved")
        with growing.open("ab") as lines:
            lines.write(b"".join(file.read_bytes().splitlines(keepends=True)[700:]))
        job = connect.orders.sync(growing, origin=ORIGIN, journal=address, concurrency=1)
        with pytest.raises(SyncFailed, match="lost messages that it had accepted"):
            async with asyncio.timeout(20), job:
                while job.report.accepted < 300:
                    await asyncio.sleep(0.001)
                server.kill()
                shutil.copy(tmp_path / "saved", tmp_path / "dump.rdb")
                await asyncio.to_thread(server.start)
        await run(connect.orders.sync(growing, origin=ORIGIN, journal=address), 60)
        async with RedisQueue(address) as queue:
            assert await queue.waiting() == 0
    assert held(simulator) == expected(ENTRIES)


@pytest.mark.parametrize("trouble", ["cut", "stall"])
async def test_broken_and_stalled_connections_do_not_change_the_result(simulator, connect, file, tmp_path, trouble):
    with RedisServer(tmp_path, "--save", "") as server:
        async with (
            ReplyLosingProxy(server.port) as proxy,
            RedisQueue(f"redis://127.0.0.1:{proxy.port}/0/orders", lease=1.0) as queue,
            RedisQueue(f"{server.url}/orders") as seen,
        ):
            job = connect.orders.sync(file, origin=ORIGIN, journal=queue, concurrency=2, read_ahead=400)

            async def disturb():
                for _ in range(10):
                    await asyncio.sleep(0.03)
                    if trouble == "cut":
                        proxy.cut()
                    else:
                        proxy.stall()
                        await asyncio.sleep(0.05)
                        proxy.go_on()

            disturbing = asyncio.create_task(disturb())
            report = await run(job)
            disturbing.cancel()
            await asyncio.gather(disturbing, return_exceptions=True)
            assert report.accepted >= len(ENTRIES)
            assert await seen.waiting() == 0
    assert held(simulator) == expected(ENTRIES)


def queue_through(broker: SharedBroker, proxy: ReplyLosingProxy):
    """The broker's queue, spoken to through a proxy."""
    address = broker.settings["queue"]
    port = address.rpartition("/")[0].rpartition(":")[2].partition("/")[0]
    there = address.replace(f":{port}/", f":{proxy.port}/")
    if broker.kind == "sqs":
        return SqsQueue(there, session=make_session(), lease=1.0)
    return {"redis": RedisQueue, "postgres": PostgresQueue}[broker.kind](there, lease=1.0)


@pytest.mark.chaos
@pytest.mark.timeout(120)
async def test_no_order_is_lost_whichever_reply_is_lost(broker, simulator, connect, tmp_path):
    """A job after another, each of which loses the reply of another number, until a job has no more of them."""
    options, most = {}, 40
    if broker.kind == "sqs":  # each job waits to be sure that there is no more
        options, most = {"rejected": tmp_path / "rejected", "idle": 1.5}, 8
    port = int(broker.settings["queue"].rpartition("/")[0].rpartition(":")[2].partition("/")[0])
    number, entries = 0, []
    async with ReplyLosingProxy(port) as proxy:
        while number == proxy.lost and number < most:
            number += 1
            fresh = [order(f"{number}-{n}", number, bad=n == 3) for n in range(120)]
            entries += [entry for n, entry in enumerate(fresh) if n != 3]
            async with queue_through(broker, proxy) as queue:
                proxy.lose(number)
                report = await run(connect.orders.sync(iter(fresh), origin=ORIGIN, journal=queue, **options))
                assert report.accepted >= 119
    assert proxy.lost > 5
    assert held(simulator) == expected(entries)


async def test_two_accounts_on_one_server_are_separate(simulator, connect, file, tmp_path):
    other_entries = [order(n, n, title="Another account's") for n in range(900)]
    async with Simulator(latency=0.01) as other, client(other) as other_connect:
        with RedisServer(tmp_path, "--save", "") as server:
            mine, theirs = (f"{server.url}/{name}" for name in ("mine", "theirs"))
            reports = await asyncio.gather(
                run(connect.orders.sync(file, origin=ORIGIN, journal=mine)),
                run(other_connect.orders.sync(iter(other_entries), origin=ORIGIN, journal=theirs)),
            )
            assert [report.accepted for report in reports] == [len(ENTRIES), len(other_entries)]
        assert held(other) == expected(other_entries)
    assert held(simulator) == expected(ENTRIES)


async def test_orders_of_a_store_that_closes_are_rejected_and_can_be_replayed(simulator, connect, tmp_path):
    closing = OriginRequest(channel_id="channel-1", channel_store_id="store-2")
    pairs = [(closing if n % 2 else ORIGIN, order(n, n)) for n in range(2000)]
    with RedisServer(tmp_path, "--save", "") as server:
        address = f"{server.url}/orders"
        job = connect.orders.sync(iter(pairs), journal=address, concurrency=2, read_ahead=400)
        async with asyncio.timeout(20), job:
            while job.report.accepted < 600:
                await asyncio.sleep(0.001)
            simulator.world.channels["channel-1"].discard("store-2")
        report = job.report
        assert report.accepted + report.rejected == 2000
        assert report.unsent == 0
        async with RedisQueue(address) as queue:
            rows = [row async for row in queue.rejected()]
            assert {row.kind for row in rows} == {"origin"}
            assert {f"o{n}" for n in range(0, 2000, 2)}.isdisjoint(row.order_id for row in rows)
            simulator.world.add_channel("channel-1", ["store-2"])
            await queue.replay(rows, [(row.line or b"") + b"\n" for row in rows])
            assert (await run(connect.orders.sync(queue))).accepted == len(rows) > 0
    mine, theirs = ([entry for place, entry in pairs if place is origin] for origin in (ORIGIN, closing))
    assert held(simulator) == expected(mine) | expected(theirs, closing)
