"""A full disk under a sync's SQLite queue: a clear message, nothing lost, and resuming when there is space."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async import SyncFailed, codec
from mirakl_async.errors import QueueUnavailable
from mirakl_async.queues import sqlite_queue
from mirakl_async.queues.blocks import parse_block
from mirakl_async.queues.sqlite_file import QueueFile
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Fault
from tests.support.order_factory import ORIGIN, as_line, expected, held, order, stream

WORDS = "orders.db cannot be written: database or disk is full"
PAGES = 40  # of 32 KiB


@pytest.fixture
def small_disk(monkeypatch):
    """Files of SQLite that cannot grow beyond some pages until it is called: the error is SQLite's own."""
    monkeypatch.setattr(sqlite_queue, "RETRY_DELAY", 0.02)
    monkeypatch.setitem(SqliteQueue.__init__.__kwdefaults__, "max_outage", 0.2)
    prepare, limit = QueueFile._prepare, [PAGES]

    def limited(file):
        prepare(file)
        file._db.execute(f"PRAGMA max_page_count = {limit[0]}")

    monkeypatch.setattr(QueueFile, "_prepare", limited)

    def grow(pages=1_000_000):
        limit[0] = pages

    return grow


def made(count):
    return [order(n, n, title="x" * 4000) for n in range(count)]


async def in_queue(path):
    """The ids of what the file holds."""
    async with SqliteQueue(path) as queue:
        messages = [message for _ in range(100) for message in await queue.receive(10, wait=0)]
        await queue.release(messages)
    return {key[0] for message in messages for key in parse_block(message.body).keys or ()}


@pytest.mark.parametrize("kind", ["list", "file", "stream"])
async def test_a_sync_stops_with_a_clear_message_and_can_be_resumed_when_there_is_space(
    mirakl, tmp_path, small_disk, kind
):
    path, entries, taken = tmp_path / "orders.db", made(600), []
    file = tmp_path / "orders.ndjson"
    file.write_bytes(b"".join(as_line(entry) + b"\n" for entry in entries))

    def given():
        for entry in entries[len(taken) :]:
            taken.append(entry)
            yield entry

    source = {"list": lambda: entries, "file": lambda: file, "stream": lambda: stream(given())}[kind]
    mirakl.sim.faults.add(Fault.status(503))
    async with asyncio.timeout(20):
        with pytest.raises(SyncFailed, match=WORDS):
            await (sync := mirakl.sync(source(), journal=path, read_ahead=1000)).run()
    mirakl.sim.faults.clear()
    small_disk()
    unsent = {
        codec.decode_plain(entry)["channel_order_id"] if isinstance(entry, bytes) else entry.channel_order_id
        for _, entry in sync.unsent()
    }
    assert unsent
    assert sync.report.unsent == sync.report.read
    if kind == "stream":
        assert {entry.channel_order_id for entry in taken} == unsent | await in_queue(path)
        again = [entry for entry in entries if entry.channel_order_id in unsent]
        await mirakl.sync(again, journal=path).run()
    await mirakl.sync(source(), journal=path).run()
    assert held(mirakl.sim) == expected(entries)


async def test_settling_orders_needs_no_disk_space(mirakl, tmp_path, small_disk):
    """A full disk does not stop a sync whose orders Mirakl takes: its blocks go as soon as they are put."""
    del small_disk
    entries = made(600)
    await mirakl.sync(entries, journal=tmp_path / "orders.db").run()
    assert held(mirakl.sim) == expected(entries)


async def test_enqueueing_stops_with_a_clear_message_and_can_be_resumed_when_there_is_space(
    mirakl, tmp_path, small_disk
):
    path, entries, file = tmp_path / "orders.db", made(600), tmp_path / "orders.ndjson"
    file.write_bytes(b"".join(as_line(entry) + b"\n" for entry in entries))
    async with asyncio.timeout(20):
        with pytest.raises(QueueUnavailable, match=WORDS):
            await mirakl.connect.orders.enqueue(file, path, origin=ORIGIN)
    assert len(await in_queue(path)) < 600
    small_disk()
    await mirakl.connect.orders.enqueue(file, path, origin=ORIGIN)
    await mirakl.connect.orders.worker(path, until_empty=True).run()
    assert held(mirakl.sim) == expected(entries)


async def test_rejected_orders_are_stored_once_there_is_space(mirakl, tmp_path, small_disk):
    """Their rows wait in memory, and a job that cannot write them leaves their orders in the queue."""
    path = tmp_path / "orders.db"
    entries = [order(n, n, bad=n % 2 == 0, title="x" * 4000) for n in range(60)]
    small_disk(20)
    await mirakl.connect.orders.enqueue(entries, path, origin=ORIGIN)
    async with asyncio.timeout(20):
        try:
            await mirakl.connect.orders.worker(path, until_empty=True).run()
        except SyncFailed as stopped:
            assert WORDS in str(stopped)  # noqa: PT017 - either way is right
    small_disk()
    await mirakl.connect.orders.worker(path, until_empty=True).run()
    async with SqliteQueue(path) as queue:
        assert {row.order_id for row in [row async for row in queue.rejected()]} == {f"o{n}" for n in range(0, 60, 2)}
        assert await queue.waiting() == 0
