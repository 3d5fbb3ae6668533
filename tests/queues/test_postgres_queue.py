"""The outbox, and failures of PostgreSQL; with a real server."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from mirakl_async.errors import ConfigurationError, QueueError, QueueLost, QueueUnavailable
from mirakl_async.queues import postgres_queue
from mirakl_async.queues.postgres_queue import PostgresQueue
from mirakl_async.queues.protocol import RejectedRow
from tests.queues.broker_checks import CALLS, check_expired_lease, check_lost_reply, drain
from tests.support.postgres_server import PostgresServer
from tests.support.reply_losing_proxy import ReplyLosingProxy

LINE = r"""{"origin":{"channel_id":"C"},"order":{"price":1.10,"b":1e2,"a":"\u0000 \\ \" ' é"}}"""
ROW = RejectedRow(id="1", kind="server", reason="no")


@pytest.fixture
def table() -> str:
    return f"t{uuid4().hex}"


def queue_on(server: PostgresServer, table: str, **options: Any) -> PostgresQueue:
    return PostgresQueue(server.url, table, **options)


async def execute(server: PostgresServer, *statements: str, user: str = "postgres") -> None:
    connection = await asyncpg.connect(server.url.replace("postgres@", f"{user}@"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


# -- the outbox


async def test_a_shop_inserts_a_line_in_the_transaction_of_its_change(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        shop = await asyncpg.connect(shared_postgres.url)
        await shop.execute(f"CREATE TABLE {table}_shop (id int)")
        quoted = "'" + LINE.replace("'", "''") + "'"
        insert = f"INSERT INTO {table}_shop VALUES (1); INSERT INTO {table} (body) VALUES ({quoted})"
        change = shop.transaction()
        await change.start()
        await shop.execute(insert)
        assert await drain(queue) == []
        await change.rollback()
        assert await drain(queue) == []
        await shop.execute(f"BEGIN; {insert}; COMMIT")
        assert await drain(queue) == [LINE.encode()]  # digit for digit
        await shop.close()


@pytest.mark.parametrize("notify", [True, False])
async def test_a_waiting_worker_receives_a_line_that_a_shop_inserts(shared_postgres, table, notify, monkeypatch):
    monkeypatch.setattr(postgres_queue, "POLL_INTERVAL", 60.0 if notify else 0.1)
    async with queue_on(shared_postgres, table) as queue:
        receiving = asyncio.create_task(queue.receive(9, wait=5))
        while notify and (queue._listener is None or not queue._listener._listeners):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        insert = f"INSERT INTO {table} (body) VALUES ('{{}}')"
        await execute(shared_postgres, f"BEGIN; {insert}; NOTIFY {table}; COMMIT" if notify else insert)
        began = time.monotonic()
        [message] = await receiving
        assert message.body == b"{}"
        assert time.monotonic() - began < 3.0


async def test_a_put_wakes_a_waiting_worker(shared_postgres, table, monkeypatch):
    monkeypatch.setattr(postgres_queue, "POLL_INTERVAL", 60.0)
    async with queue_on(shared_postgres, table) as feeder, queue_on(shared_postgres, table) as worker:
        receiving = asyncio.create_task(worker.receive(9, wait=5))
        while worker._listener is None or not worker._listener._listeners:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        await feeder.put([b"{}"])
        began = time.monotonic()
        assert await receiving
        assert time.monotonic() - began < 3.0


async def test_many_lines_are_received_at_once(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        await execute(
            shared_postgres, f"INSERT INTO {table} (body) SELECT '{{\"n\":' || n || '}}' FROM generate_series(1, 900) n"
        )
        messages = await queue.receive(1000, wait=1)
        assert [message.body for message in messages] == [b'{"n":%d}' % n for n in range(1, 901)]
        assert not await queue.extend(messages)
        assert not await queue.ack(messages)
        assert await queue.waiting() == 0


async def test_a_row_that_is_committed_late_is_not_skipped(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        shop = await asyncpg.connect(shared_postgres.url)
        change = shop.transaction()
        await change.start()
        await shop.execute(f"INSERT INTO {table} (body) VALUES ('early')")
        await queue.put([b"late"])
        assert await drain(queue) == [b"late"]
        await change.commit()
        assert await drain(queue) == [b"early"]
        await shop.close()


async def test_the_documented_privileges_are_sufficient(shared_postgres, table):
    shop, worker = f"shop_{table[:9]}", f"worker_{table[:9]}"
    async with queue_on(shared_postgres, table) as queue:  # the owner creates the tables
        await execute(
            shared_postgres,
            f"CREATE ROLE {shop} LOGIN; CREATE ROLE {worker} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"GRANT INSERT (body) ON {table} TO {shop}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table}, {table}_cursors, {table}_rejected TO {worker}",
            f"GRANT SELECT ON SEQUENCE {table}_id_seq TO {worker}",
        )
        await execute(shared_postgres, f"INSERT INTO {table} (body) VALUES ('{{}}')", user=shop)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(shared_postgres, f"SELECT * FROM {table}", user=shop)
        async with PostgresQueue(shared_postgres.url.replace("postgres@", f"{worker}@"), table) as theirs:
            [message] = await theirs.receive(1, wait=1)
            assert not await theirs.extend([message])
            await theirs.release([message])
            await theirs.put_at([b"1"], "feed", "1")
            one, two = await theirs.receive(9, wait=1)
            assert await theirs.replace(one, [b"2"])
            assert await theirs.reject(two, [ROW])
            await theirs.replay([ROW], [b"3"])
            assert await theirs.cursor("feed") == "1"
            assert await drain(theirs) == [b"2", b"3"]
            assert await theirs.waiting() == 0
        assert await queue.waiting() == 0


async def test_a_missing_right_to_create_tables_is_reported(shared_postgres, table):
    role = f"nobody_{table[:9]}"
    await execute(shared_postgres, f"CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(QueueError, match="permission denied for schema public"):
        await PostgresQueue(shared_postgres.url.replace("postgres@", f"{role}@"), table).__aenter__()


# -- what is there already, and what would lose orders


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE {} (id bigint, body text)",
        "CREATE TABLE {} (id bigint, body jsonb, leased_until timestamptz, deliveries int)",
        "CREATE VIEW {} AS SELECT 1::bigint AS id, ''::text AS body, now() AS leased_until, 1 AS deliveries",
        "CREATE TABLE {}_cursors (name text)",
    ],
    ids=["columns", "types", "view", "cursors"],
)
async def test_a_table_of_another_application_is_rejected(shared_postgres, table, statement):
    await execute(shared_postgres, statement.format(table))
    with pytest.raises(QueueError, match="is not a table of this queue; give the queue another name"):
        await queue_on(shared_postgres, table).__aenter__()


async def test_additional_columns_are_allowed(shared_postgres, table):
    async with queue_on(shared_postgres, table):
        await execute(shared_postgres, f"ALTER TABLE {table} ADD COLUMN inserted_at timestamptz DEFAULT now()")
    async with queue_on(shared_postgres, table) as queue:
        await queue.put([b"{}"])
        assert await drain(queue) == [b"{}"]


async def test_a_table_without_put_at_has_no_age(shared_postgres, table):
    async with queue_on(shared_postgres, table):
        await execute(shared_postgres, f"ALTER TABLE {table} DROP COLUMN put_at")
    async with queue_on(shared_postgres, table) as queue:
        assert await queue.oldest() == 0
        await queue.put([b"{}"])
        assert (await queue.waiting(), await queue.oldest()) == (1, None)
        await execute(shared_postgres, f"ALTER TABLE {table} ADD COLUMN put_at timestamptz NOT NULL DEFAULT now()")
        await queue.put([b"{}"])
        assert await queue.oldest() > 0
        assert await drain(queue) == [b"{}", b"{}"]


async def test_several_processes_can_create_the_tables_at_once(shared_postgres, table):
    queues = [queue_on(shared_postgres, table) for _ in range(5)]
    await asyncio.gather(*(queue.__aenter__() for queue in queues))
    await queues[0].put([b"{}"])
    assert await drain(queues[1]) == [b"{}"]
    await asyncio.gather(*(queue.__aexit__(None, None, None) for queue in queues))


async def test_settings_that_can_lose_orders_cause_a_warning(shared_postgres, table, caplog):
    async with queue_on(shared_postgres, table):
        await execute(shared_postgres, f"ALTER TABLE {table} SET UNLOGGED")
    async with PostgresQueue(shared_postgres.url + "?options=-csynchronous_commit%3Doff", table):
        pass
    for warning in ("set fsync = on", "set synchronous_commit = on", "SET LOGGED"):
        assert warning in caplog.text


async def test_a_durable_server_causes_no_warning(table, caplog):
    with PostgresServer(fsync="on") as server:
        async with queue_on(server, table):
            pass
    assert caplog.text == ""


async def test_a_database_with_another_encoding_is_rejected(shared_postgres, table):
    await execute(shared_postgres, f"CREATE DATABASE {table} ENCODING 'SQL_ASCII' TEMPLATE template0")
    url = shared_postgres.url.removesuffix("postgres") + table
    with pytest.raises(ConfigurationError, match="a database whose encoding is UTF8"):
        await PostgresQueue(url).__aenter__()


@pytest.mark.parametrize("name", ["", "a b", 'a"b', "a.b.c", "x" * 51, "1a", "orders; DROP TABLE x"])
def test_an_invalid_table_name_is_rejected(name):
    with pytest.raises(ConfigurationError, match="is not a valid table name"):
        PostgresQueue("postgresql://host/db", name)


async def test_a_table_may_be_in_a_schema(shared_postgres, table):
    await execute(shared_postgres, f"CREATE SCHEMA {table}")
    async with queue_on(shared_postgres, f"{table}.orders") as one, queue_on(shared_postgres, table) as two:
        await one.put_at([b"1"], "feed", "1")
        await two.put([b"2"])
        await two.reject(None, [ROW])
        assert (await one.cursor("feed"), await two.cursor("feed")) == ("1", None)
        assert [row async for row in one.rejected()] == []
        assert (await drain(one), await drain(two)) == ([b"1"], [b"2"])
        assert await one.waiting() == 0


# -- outages and losses


async def test_calls_continue_after_a_restart_of_a_killed_server_without_loss(postgres_server, table):
    async with queue_on(postgres_server, table) as queue:
        await queue.put([b"1", b"2"])
        [held] = await queue.receive(1, wait=1)
        postgres_server.kill()
        calls = [queue.put([b"3"]), queue.extend([held]), queue.receive(1, wait=5)]
        tasks = [asyncio.create_task(call) for call in calls]
        await asyncio.sleep(0.3)
        postgres_server.start()
        _, lapsed, [second] = await asyncio.gather(*tasks)
        assert not lapsed
        assert not await queue.ack([held, second])
        assert await drain(queue) == [b"3"]
        receiving = asyncio.create_task(queue.receive(1, wait=5))  # listens again
        await asyncio.sleep(0.2)
        await queue.put([b"4"])
        assert await receiving


async def test_the_listening_connection_may_break(postgres_server, table):
    async with queue_on(postgres_server, table) as queue:
        assert await queue.receive(1, wait=0.01) == []  # listens from now on
        for number in (b"1", b"2"):
            postgres_server.kill()
            postgres_server.start()
            await asyncio.sleep(0)
            assert await queue.receive(1, wait=0.01) == []
            receiving = asyncio.create_task(queue.receive(1, wait=5))
            await asyncio.sleep(0.05)
            await queue.put([number])
            assert [message.body for message in await receiving] == [number]
        postgres_server.kill()  # closing meets it too


async def test_a_stalled_server_is_an_error_after_max_outage(postgres_server, table, monkeypatch):
    monkeypatch.setattr(postgres_queue, "REPLY_TIMEOUT", 0.2)
    async with queue_on(postgres_server, table, max_outage=0.3) as queue:
        await queue.put([b"1"])
        [message] = await queue.receive(1, wait=1)
        queue._largest = 1
        postgres_server.freeze()
        for call in (queue.put([b"2"]), queue.receive(1, wait=0), queue.ack([message]), queue.extend([message])):
            began = time.monotonic()
            with pytest.raises(QueueUnavailable, match="is unavailable for"):
                await call
            assert time.monotonic() - began < 6.0
        await queue.release([message])
        postgres_server.thaw()
        assert set(await drain(queue)) <= {b"1", b"2"}


async def test_closing_ends_while_the_server_is_stalled(postgres_server, table, monkeypatch):
    monkeypatch.setattr(postgres_queue, "REPLY_TIMEOUT", 0.2)
    async with queue_on(postgres_server, table, max_outage=0.3) as queue:
        await queue.put([b"1"])
        await queue.receive(1, wait=0.1)
        await queue.receive(1, wait=0.1)
        postgres_server.freeze()
    postgres_server.thaw()


async def test_a_server_restored_to_an_older_state_raises_queue_lost(postgres_server, table):
    async with contextlib.AsyncExitStack() as stack:
        one, two, three, four = [await stack.enter_async_context(queue_on(postgres_server, table)) for _ in range(4)]
        for queue in (one, two, three, four):
            await queue.put([b"1"])
        postgres_server.kill()
        postgres_server.copy_data()
        postgres_server.start()
        for queue in (one, two, three, four):
            await queue.put([b"2"] * 40)  # a restart skips up to 32 ids
        postgres_server.kill()
        postgres_server.restore_data()
        postgres_server.start()
        for call in (one.put([b"3"]), two.put_at([b"3"], "feed", "3"), three.receive(1, wait=0), four.waiting()):
            with pytest.raises(QueueLost, match="lost messages that it had accepted"):
                await call
    async with queue_on(postgres_server, table) as queue:
        assert await drain(queue) == [b"1"] * 4
        assert await queue.cursor("feed") is None


async def test_a_table_that_was_recreated_raises_queue_lost(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        await queue.put([b"1"])
        await queue.waiting()
        await execute(shared_postgres, f"DROP TABLE {table}")
        async with queue_on(shared_postgres, table) as other:
            await other.put([b"2", b"3"])
            with pytest.raises(QueueLost):
                await queue.waiting()


async def test_opening_fails_if_nothing_listens(postgres_server, table):
    postgres_server.kill()
    with pytest.raises(QueueUnavailable):
        await queue_on(postgres_server, table, max_outage=0.2).__aenter__()


@pytest.mark.parametrize("part", ["user", "database"])
async def test_wrong_credentials_and_names_are_errors_at_once(shared_postgres, part):
    wrong = {"user": ("postgres@", "stranger:secret@"), "database": ("/postgres", "/nothing")}[part]
    with pytest.raises(QueueError, match="does not exist") as caught:
        await PostgresQueue(shared_postgres.url.replace(*wrong)).__aenter__()
    assert not isinstance(caught.value, QueueUnavailable)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("which", CALLS)
async def test_a_call_with_a_lost_reply_is_repeated_without_loss(shared_postgres, table, which):
    async def end_leases():
        await execute(shared_postgres, f"UPDATE {table} SET leased_until = '-infinity'")

    async with ReplyLosingProxy(shared_postgres.port) as proxy:
        address = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?sslmode=disable"
        async with (
            PostgresQueue(address, table, lease=1.0) as queue,
            queue_on(shared_postgres, table, lease=1.0) as other,
        ):
            await check_lost_reply(which, proxy, queue, other, released_before="receive", end_leases=end_leases)


# -- leases, pools, and what is said


async def test_a_release_does_not_count_as_a_delivery_and_an_expired_lease_does(shared_postgres, table):
    async with queue_on(shared_postgres, table, lease=1.0) as one, queue_on(shared_postgres, table, lease=1.0) as two:
        await check_expired_lease(one, two)


@pytest.mark.parametrize("size", [1, 3])
async def test_a_pool_that_was_passed_in_stays_open(shared_postgres, table, size):
    async with asyncpg.create_pool(shared_postgres.url, min_size=0, max_size=size) as pool:
        async with PostgresQueue(pool, table) as queue:
            assert not await queue.receive(1, wait=0.1)
            await queue.put([b"{}"])
            assert await drain(queue) == [b"{}"]
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_cancelled_receive_leaves_a_usable_connection(shared_postgres, table):
    async with queue_on(shared_postgres, table, lease=0.5) as queue:
        await queue.put([b"x" * 1_000_000] * 4)
        for delay in (0.0, 0.001, 0.002, 0.004):
            task = asyncio.create_task(queue.receive(1, wait=0))
            await asyncio.sleep(delay)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        found: list[bytes] = []
        while len(found) < 4:
            await asyncio.sleep(0.1)
            found += await drain(queue)


async def test_a_body_that_is_not_text_is_rejected_without_showing_it(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        for body in (b'{"name":"Ada \xff"}', b'{"name":"Ada \x00"}'):
            with pytest.raises(QueueError, match="invalid byte sequence") as caught:
                await queue.put_at([b"{}", body], "feed", "1")
            assert "Ada" not in str(caught.value)
        assert await drain(queue) == []
        assert await queue.cursor("feed") is None


async def test_an_error_of_the_server_does_not_show_rows(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        await execute(shared_postgres, f"ALTER TABLE {table} ADD CONSTRAINT small CHECK (length(body) < 9)")
        with pytest.raises(QueueError, match="violates check constraint") as caught:
            await queue.put([b'{"name":"Ada"}'])
        assert "Ada" not in str(caught.value)
        assert caught.value.__suppress_context__


async def test_rejected_lines_may_contain_any_character(shared_postgres, table):
    rows = [
        RejectedRow(id="C \0 1" + "x" * 9000, kind="invalid", reason="a \0 b", line=b"\xff\0", at=1.5),
        RejectedRow(id="2", kind="invalid", reason="", order_id="\U0010ffff\u2028"),
    ]
    async with queue_on(shared_postgres, table) as queue:
        await queue.reject(None, [*rows, rows[0]])
        assert [row async for row in queue.rejected()] == rows
        await queue.replay(rows[:1], [])
        assert [row async for row in queue.rejected()] == rows[1:]


async def test_waiting_is_an_estimate_above_ten_thousand(shared_postgres, table):
    async with queue_on(shared_postgres, table) as queue:
        await execute(
            shared_postgres,
            f"INSERT INTO {table} (body) SELECT '{{}}' FROM generate_series(1, 12000)",
            f"ANALYZE {table}",
        )
        assert await queue.waiting() == 12_000
        await execute(shared_postgres, f"DELETE FROM {table} WHERE id > 9999")
        assert await queue.waiting() == 9_999
