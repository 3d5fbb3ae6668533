"""Failures of Redis: lost data, full memory, stalls, lost replies; with a real server."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from mirakl_async.errors import ConfigurationError, QueueClosed, QueueError, QueueLost, QueueUnavailable
from mirakl_async.queues import redis_queue
from mirakl_async.queues.protocol import RejectedRow
from mirakl_async.queues.redis_opening import split_name
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.redis_connection import Server, is_full
from tests.queues.broker_checks import CALLS, check_expired_lease, check_lost_reply, drain
from tests.support.redis_server import RedisServer
from tests.support.reply_losing_proxy import ReplyLosingProxy

STREAM = "{orders}:queue"
DOCS = Path(__file__).parents[2] / "docs" / "queues.md"


@pytest.fixture(autouse=True)
def _needs_redis_server(tmp_path: Path) -> None:
    if not RedisServer(tmp_path).durable:
        pytest.skip("needs redis-server")


@pytest.fixture
def server(tmp_path: Path):
    with RedisServer(tmp_path, "--save", "") as one:
        yield one


def queue_on(server: RedisServer, **options: Any) -> RedisQueue:
    return RedisQueue(f"{server.url}/orders", **options)


def bodies(count: int, size: int = 1) -> list[bytes]:
    return [b'{"n":%d,"x":"%s"}\n' % (number, b"x" * size) for number in range(count)]


async def ask(server: RedisServer, *command: Any) -> Any:
    async with Redis.from_url(server.url) as redis:
        return await redis.execute_command(*command)


async def fill(server: RedisServer) -> None:
    """Leave the server no memory."""
    await ask(server, "SET", "filling", "x" * 2_000_000)
    await ask(server, "CONFIG", "SET", "maxmemory", "2mb")


def restart(server: RedisServer) -> None:
    server.kill()
    server.start()


# -- losses


async def test_a_restart_with_an_append_only_file_loses_nothing(server):
    async with queue_on(server) as feeder, queue_on(server) as worker:
        await feeder.put(bodies(3))
        [held] = await worker.receive(1, wait=1)
        restart(server)
        await feeder.put(bodies(1))
        assert not await worker.extend([held])
        assert not await worker.ack([held])
        assert len(await drain(worker)) == 3
        assert await worker.waiting() == 0


@pytest.mark.parametrize("who", ["put", "put_at", "receive", "waiting", "extend", "cursor"])
async def test_a_restart_without_persistence_raises_queue_lost(tmp_path, who):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        queue = await queue_on(server).__aenter__()
        await queue.put(bodies(2))
        messages = await queue.receive(1, wait=1)
        restart(server)
        calls = {
            "put": lambda: queue.put(bodies(1)),
            "put_at": lambda: queue.put_at(bodies(1), "feed", "9"),
            "receive": lambda: queue.receive(1, wait=1),
            "waiting": queue.waiting,
            "extend": lambda: queue.extend(messages),
            "cursor": lambda: queue.cursor("feed"),
        }
        with pytest.raises(QueueLost, match="was deleted with its messages; read their sources again"):
            await calls[who]()
        with pytest.raises(QueueLost):
            await queue.put(bodies(1))
        assert not await ask(server, "EXISTS", STREAM)  # never made again in silence
        await queue.__aexit__(None, None, None)


async def test_an_emptied_and_recreated_queue_raises_queue_lost_in_earlier_producers(server):
    async with queue_on(server) as feeder:
        await feeder.put(bodies(2))
        server.empty()
        async with queue_on(server) as other:
            await other.put(bodies(1))
            with pytest.raises(QueueLost):
                await feeder.put(bodies(1))


async def test_an_undetected_loss_is_raised_when_the_queue_is_closed(server):
    with pytest.raises(QueueLost):
        async with queue_on(server) as feeder:
            await feeder.put(bodies(2))
            server.empty()


async def from_an_older_snapshot(server: RedisServer, folder: Path, later) -> None:
    """Save, let `later` go on, and start again with what was saved."""
    await ask(server, "SAVE")
    shutil.copy(folder / "dump.rdb", folder / "saved")
    await later()
    server.kill()
    shutil.copy(folder / "saved", folder / "dump.rdb")
    server.start()


async def test_a_restart_from_an_older_snapshot_is_detected_by_the_next_put_and_the_cursor_stays(tmp_path):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        feeder = await queue_on(server).__aenter__()
        await feeder.put_at(bodies(2), "feed", "2")
        await from_an_older_snapshot(server, tmp_path, lambda: feeder.put_at(bodies(2), "feed", "4"))
        async with queue_on(server) as other:  # its entries have later ids than those that are gone
            await other.put_at(bodies(1), "another feed", "1")
            feeder._verify_at = float("inf")  # as if the connection had not broken
            feeder._server, old = Server(server.url), feeder._server
            with pytest.raises(QueueLost, match="lost messages that it had accepted"):
                await feeder.put_at(bodies(2), "feed", "6")
            assert await other.cursor("feed") == "2"
            await old.close()
        await feeder.__aexit__(None, None, None)


async def test_a_first_cursor_that_was_moved_after_a_loss_is_deleted(tmp_path):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        feeder = await queue_on(server).__aenter__()
        await feeder.put(bodies(1))
        await from_an_older_snapshot(server, tmp_path, lambda: feeder.put(bodies(2)))
        feeder._verify_at = float("inf")
        feeder._server, old = Server(server.url), feeder._server
        with pytest.raises(QueueLost):
            await feeder.put_at(bodies(2), "feed", "6")
        await old.close()
        await feeder.__aexit__(None, None, None)
        async with queue_on(server) as other:
            assert await other.cursor("feed") is None


@pytest.mark.parametrize("who", ["put", "receive", "waiting"])
async def test_a_restart_from_an_older_snapshot_is_detected_after_the_lost_connection(tmp_path, who):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        queue = await queue_on(server).__aenter__()
        await queue.put(bodies(1))
        await from_an_older_snapshot(server, tmp_path, lambda: queue.put(bodies(2)))
        with pytest.raises(QueueLost, match="lost messages that it had accepted"):
            await {"put": lambda: queue.put([b"{}"]), "waiting": queue.waiting}.get(
                who, lambda: queue.receive(1, wait=1)
            )()
        await queue.__aexit__(None, None, None)


async def test_a_worker_detects_that_messages_it_received_are_lost(tmp_path):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        async with queue_on(server) as feeder:
            await feeder.put(bodies(1))
        worker = await queue_on(server).__aenter__()

        async def later() -> None:
            async with queue_on(server) as feeder:
                await feeder.put(bodies(2))
            await worker.ack(await worker.receive(10, wait=1))

        await from_an_older_snapshot(server, tmp_path, later)
        with pytest.raises(QueueLost):
            await worker.receive(1, wait=1)
        await worker.__aexit__(None, None, None)


async def test_cursors_of_a_lost_stream_are_deleted_when_it_is_recreated(server, caplog):
    async with queue_on(server) as queue:
        await queue.put_at(bodies(2), "feed", "2")
    await ask(server, "DEL", STREAM)
    async with queue_on(server) as queue:
        assert await queue.cursor("feed") is None
    assert "lost its messages; its cursors are deleted" in caplog.text


async def test_a_deleted_group_delivers_everything_again(server):
    async with queue_on(server) as queue:
        await queue.put(bodies(3))
        await queue.receive(2, wait=1)
        await ask(server, "XGROUP", "DESTROY", STREAM, "workers")
        with pytest.raises(QueueLost):
            await queue.receive(1, wait=1)
    async with queue_on(server) as queue:
        assert sorted(await drain(queue)) == bodies(3)


# -- memory


async def test_a_full_server_delays_puts_until_workers_have_freed_memory(server):
    await ask(server, "CONFIG", "SET", "maxmemory", "5mb")
    async with queue_on(server) as feeder, queue_on(server) as worker:
        putting = asyncio.create_task(feeder.put_at(bodies(60, 100_000), "feed", "60"))
        found: list[bytes] = []
        while not found or len(found) < 60:
            await asyncio.sleep(0.05)
            found += await drain(worker)
        await putting
        assert sorted(found) == sorted(bodies(60, 100_000))
        assert await feeder.cursor("feed") == "60"


async def test_workers_continue_with_a_full_server(server):
    async with queue_on(server) as queue:
        await queue.put(bodies(2))
        messages = await queue.receive(2, wait=1)
        await fill(server)
        assert not await queue.extend(messages)
        await queue.release(messages[1:])
        assert not await queue.ack(messages[:1])
        assert len(await drain(queue)) == 1


async def test_an_error_of_the_server_does_not_show_what_was_sent(server):
    await fill(server)
    one = Server(server.url)
    with pytest.raises(Exception, match="maxmemory") as caught:
        await one.batch([("XADD", "s", "*", "b", b'{"customer":"Ada"}'), ("XLEN", "s")], atomic=True)
    assert is_full(caught.value)
    assert "Ada" not in str(caught.value)
    assert caught.value.__suppress_context__
    await one.close()


async def test_put_waits_while_the_queue_has_room_messages(server):
    async with queue_on(server, room=3) as feeder, queue_on(server) as worker:
        await feeder.put(bodies(4))
        putting = asyncio.create_task(feeder.put(bodies(1)))
        await asyncio.sleep(0.2)
        assert not putting.done()
        assert len(await drain(worker)) == 4
        await putting
        assert len(await drain(worker)) == 1


async def test_a_server_that_evicts_keys_is_rejected(tmp_path):
    evicts = pytest.raises(ConfigurationError, match="set maxmemory-policy noeviction")
    with RedisServer(tmp_path, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as server, evicts:
        await queue_on(server).__aenter__()


async def test_settings_that_can_lose_orders_cause_a_warning(tmp_path, caplog):
    with RedisServer(tmp_path, "--appendonly", "no", "--maxmemory-policy", "allkeys-lru") as server:
        async with queue_on(server):
            pass
    assert "set appendonly yes" in caplog.text
    assert "set maxmemory-policy noeviction" in caplog.text


async def test_a_durable_server_causes_no_warning(server, caplog):
    async with queue_on(server):
        pass
    assert caplog.text == ""


# -- outages


async def test_calls_continue_after_a_restart_of_a_killed_server(server):
    async with queue_on(server) as queue:
        await queue.put(bodies(1))
        server.kill()
        putting, receiving = asyncio.create_task(queue.put(bodies(1))), asyncio.create_task(queue.receive(9, wait=5))
        await asyncio.sleep(0.3)
        server.start()
        await putting
        assert await receiving
        await queue.waiting()


async def test_a_stalled_server_is_an_error_after_max_outage_without_loss(server, monkeypatch):
    monkeypatch.setattr(redis_queue, "REPLY_TIMEOUT", 0.2)
    async with queue_on(server, max_outage=0.5) as queue:
        await queue.put(bodies(2))
        [message] = await queue.receive(1, wait=1)
        queue._largest = 1
        server.freeze()
        for call in (queue.put(bodies(1)), queue.receive(1, wait=0.1), queue.ack([message]), queue.extend([message])):
            with pytest.raises(QueueUnavailable, match="is unavailable for"):
                await call
        await queue.release([message])  # raises nothing
        server.thaw()
        assert set(await drain(queue)) >= set(bodies(2)[1:])


async def test_opening_fails_if_nothing_listens(server):
    server.kill()
    with pytest.raises(QueueUnavailable):
        await queue_on(server, max_outage=0.2).__aenter__()


@pytest.mark.parametrize("which", [*CALLS, "reclaim"])
async def test_a_call_with_a_lost_reply_is_repeated_without_loss(server, which):
    async def end_leases():
        for key, *_ in await ask(server, b"XPENDING", STREAM, "workers", "-", "+", 9):
            await ask(server, b"XCLAIM", STREAM, "workers", "workers", 0, key, "IDLE", 10**9, "JUSTID")

    async with ReplyLosingProxy(server.port) as proxy:
        queue = RedisQueue(f"redis://127.0.0.1:{proxy.port}/0/orders")
        async with queue, queue_on(server) as other:
            await check_lost_reply(
                which, proxy, queue, other, released_before="reclaim", end_leases=end_leases, wait=0.2,
                prepare=lambda: setattr(queue, "_verify_at", float("inf")),
            )  # fmt: skip


# -- what is on the server


async def test_two_names_on_one_server_are_separate_queues(server):
    async with queue_on(server) as one, RedisQueue(server.url, "others") as two:
        await one.put_at([b"1"], "feed", "1")
        await two.put([b"2"])
        await two.reject(None, [RejectedRow(id="1", kind="server", reason="no")])
        assert await drain(one) == [b"1"]
        assert await drain(two) == [b"2"]
        assert await two.cursor("feed") is None
        assert [row async for row in one.rejected()] == []


async def test_entries_deleted_while_leased_are_skipped(server):
    async with queue_on(server) as queue:
        await queue.put(bodies(60))
        held = [message for _ in range(6) for message in await queue.receive(10, wait=1)]
        await ask(server, "XDEL", STREAM, *(message.id for message in held[:-1]))
        await queue.release(held)
        assert await drain(queue) == [held[-1].body]


async def test_deleted_entries_are_nil_before_redis_7(server, monkeypatch):
    """And a page that holds nothing else is not the end."""
    async with queue_on(server) as queue:
        real = queue._server.batch
        pages = [[b"5-0", [None, None]], [b"0-0", [[b"6-0", [b"body", b"late"]], [b"7-0", None]]]]

        async def batch(commands: Any, **options: Any) -> Any:
            commands = list(commands)
            return [pages.pop(0)] if commands[0][0] == b"XAUTOCLAIM" and pages else await real(commands, **options)

        monkeypatch.setattr(Server, "batch", staticmethod(batch))
        assert [message.body for message in await queue.receive(2, wait=0)] == [b"late"]
        queue._highest = (0, 0)
        monkeypatch.undo()


async def test_a_release_does_not_count_as_a_delivery_and_an_expired_lease_does(server):
    async with queue_on(server, lease=1.0) as one, queue_on(server, lease=1.0) as two:
        await check_expired_lease(one, two)


async def test_messages_taken_over_while_the_queue_is_closed_are_released(server, monkeypatch):
    async with queue_on(server, lease=1.0) as queue:
        await queue.put(bodies(1))
        await queue.receive(1, wait=1)
        await asyncio.sleep(1.1)
        call, closing = queue._call, asyncio.Event()

        async def close_before_counting(commands, **options):
            if commands[0][0] == b"XPENDING":
                closing.set()
                await asyncio.sleep(0.05)
            return await call(commands, **options)

        monkeypatch.setattr(queue, "_call", close_before_counting)
        receiving = asyncio.create_task(queue.receive(1, wait=1))
        await closing.wait()
    with pytest.raises(QueueClosed):
        await receiving
    async with queue_on(server, lease=600.0) as queue:
        [message] = await queue.receive(1, wait=1)
        assert message.deliveries > 1


async def test_all_workers_share_one_permanent_consumer(server):
    async with queue_on(server) as feeder:
        await feeder.put(bodies(2))
        async with queue_on(server) as worker:
            await worker.receive(1, wait=1)
        async with queue_on(server) as worker:
            assert len(await drain(worker)) == 2
    consumers = await ask(server, "XINFO", "CONSUMERS", STREAM, "workers")
    assert len(consumers) == 1
    assert await ask(server, "HLEN", f"{STREAM}:puts") == 0


async def test_a_client_that_was_passed_in_stays_open_and_is_not_changed(server):
    async with Redis.from_url(server.url) as client, queue_on(server) as feeder:
        queue = RedisQueue(client, "orders")
        async with queue:
            waiting = asyncio.create_task(queue.receive(1, wait=5))
            await asyncio.sleep(0.1)
            await feeder.put([b"a"])
        await asyncio.gather(waiting, return_exceptions=True)
        assert await client.ping()
        assert await feeder.waiting() == 1
        if isinstance(waiting.exception(), BaseException):
            assert await drain(feeder) == [b"a"]


async def test_the_documented_privileges_are_sufficient(server):
    rights = re.search(r"ACL SETUSER worker on >password (.*?)`", DOCS.read_text(), re.DOTALL)
    await ask(server, "ACL", "SETUSER", "worker", "on", ">password", *rights[1].split())
    url = server.url.replace("//", "//worker:password@")
    row = RejectedRow(id="1", kind="server", reason="no")
    async with RedisQueue(f"{url}/orders") as queue:
        await queue.put_at([b"1", b"2", b"3"], "feed", "3")
        one, two, three = await queue.receive(3, wait=1)
        assert not await queue.extend([one])
        await queue.release([one])
        [again] = await queue.receive(1, wait=1)
        assert await queue.replace(again, [b"4"])
        assert await queue.reject(two, [row])
        assert [one.id async for one in queue.rejected()] == ["1"]
        await queue.replay([row], [b"5"])
        assert not await queue.ack([three])
        assert await queue.cursor("feed") == "3"
        assert await drain(queue) == [b"4", b"5"]
        assert await queue.waiting() == 0
    with pytest.raises(QueueError, match="no permissions|NOPERM") as caught:
        await RedisQueue(f"{url}/others").__aenter__()
    assert "password" not in str(caught.value)


async def test_another_program_can_add_lines(server):
    async with queue_on(server) as queue:
        await ask(server, "XADD", STREAM, "*", "body", '{"origin":{},"order":{}}')
        assert await drain(queue) == [b'{"origin":{},"order":{}}']


@pytest.mark.parametrize(
    ("url", "name"),
    [("/0/orders", None), ("/0", None), ("", None), ("/0", "orders")],
    ids=["named", "db", "bare", "by name"],
)
async def test_a_journal_of_an_earlier_format_is_rejected(server, url, name):
    old = "orders" if name or url == "/0/orders" else "mirakl"
    await ask(server, "HSET", f"{{{old}}}:journal:facts", "format", "1")
    with pytest.raises(
        QueueError, match="an earlier version of mirakl_async stored its journal there; let that version"
    ):
        await RedisQueue(server.url.removesuffix("/0") + url, name).__aenter__()


@pytest.mark.parametrize(
    "command",
    [("SET", STREAM, "1"), ("LPUSH", STREAM, "1"), ("XADD", STREAM, "*", "temperature", "7")],
    ids=["string", "list", "stream"],
)
async def test_a_key_of_another_application_is_rejected(server, command):
    await ask(server, *command)
    with pytest.raises(QueueError, match="holds something else; give the queue another name"):
        await queue_on(server).__aenter__()


def test_the_name_is_the_last_part_of_the_address():
    assert split_name("redis://h:1/0/orders") == ("redis://h:1/0", "orders")
    assert split_name("rediss://u:p@h/3/a%20b?ssl_cert_reqs=none") == ("rediss://u:p@h/3?ssl_cert_reqs=none", "a b")
    assert split_name("redis://h/orders") == ("redis://h/0", "orders")
    assert split_name("redis://h") == ("redis://h/0", None)
    assert split_name("unix:///run/redis.sock?db=1") == ("unix:///run/redis.sock?db=1", None)
    with pytest.raises(ConfigurationError):
        split_name("redis://h/0/a/b")
    with pytest.raises(ConfigurationError, match="the address names the queue 'a', and name= says 'b'"):
        RedisQueue("redis://h/0/a", "b")
