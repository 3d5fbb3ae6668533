"""Particularities of SqliteQueue: files and their owners, commits, restarts, full disks, losses."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from mirakl_async.errors import ClientStateError, QueueClosed, QueueError, QueueLost, QueueUnavailable
from mirakl_async.queues import sqlite_queue
from mirakl_async.queues.protocol import RejectedRow
from mirakl_async.queues.sqlite_file import OLD_JOURNAL, QueueFile
from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.queues.brokers import file_owner


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def copy(path: Path, folder: Path) -> Path:
    """The files as a kill at this moment would leave them."""
    folder.mkdir()
    for name in path.parent.glob("orders.db*"):
        shutil.copy(name, folder)
    return folder / path.name


async def bodies_of(queue: SqliteQueue) -> list[bytes]:
    found: list[bytes] = []
    while messages := await queue.receive(10, wait=0):
        found += [message.body for message in messages]
        await queue.ack(messages)
    return found


async def new_file(path: Path, *bodies: bytes) -> None:
    async with SqliteQueue(path) as queue:
        await queue.put(bodies)


# -- who may open it


async def test_a_second_process_gets_an_error_that_says_what_to_do(path: Path) -> None:
    program = (
        "import asyncio, sys\nfrom mirakl_async import SqliteQueue\n"
        "async def main():\n    async with SqliteQueue(sys.argv[1]): pass\n"
        "try: asyncio.run(main())\nexcept Exception as error: print(type(error).__name__, error)"
    )
    async with SqliteQueue(path):
        child = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
        )
    assert child.stdout == (
        f"QueueUnavailable {path} is locked, because only one process can open a SQLite queue: stop the other process, "
        "use another file, or share a postgresql:// or redis:// queue\n"
    )


async def test_all_notations_of_a_path_share_the_file(path: Path, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    async with SqliteQueue(path) as first:
        (tmp_path / "link.db").symlink_to(path)
        others = ["orders.db", "./sub/../orders.db", tmp_path / "folder" / "orders.db", tmp_path / "link.db"]
        for other in others:
            async with SqliteQueue(other) as second:
                await second.put([b"{}\n"])
                [message] = await first.receive(5, wait=1)
                await second.ack([message])
                assert await first.waiting() == 0


async def test_a_file_is_locked_until_its_last_queue_is_closed(path: Path) -> None:
    async with SqliteQueue(path) as first:
        async with SqliteQueue(path) as second:
            await second.put([b"{}\n"])
        assert not can_be_locked(path)
        assert await first.waiting() == 1
    assert can_be_locked(path)


def can_be_locked(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return False
    return True


async def test_a_hard_link_is_the_same_queue(path: Path, tmp_path: Path) -> None:
    async with SqliteQueue(path) as queue:
        (tmp_path / "hard.db").hardlink_to(path)
        with pytest.raises(QueueUnavailable, match="is locked"):
            async with SqliteQueue(tmp_path / "hard.db"):
                pass
        assert not can_be_locked(path)
        await queue.put([b"{}\n"])


async def test_a_queue_object_can_be_open_once_at_a_time(path: Path) -> None:
    queue = SqliteQueue(path)
    async with queue:
        with pytest.raises(ClientStateError, match="already open"):
            await queue.__aenter__()
        await queue.put([b"{}\n"])
    async with queue:
        assert await queue.waiting() == 1


async def test_a_second_event_loop_of_the_process_gets_an_error(path: Path) -> None:
    async def elsewhere() -> None:
        with pytest.raises(QueueError, match="open in another event loop of this process"):
            async with SqliteQueue(path):
                pass

    async with SqliteQueue(path) as queue:
        thread = threading.Thread(target=lambda: asyncio.run(elsewhere()))
        thread.start()
        await asyncio.to_thread(thread.join)
        await queue.put([b"{}\n"])


def test_a_file_that_an_ended_event_loop_left_open_can_be_opened(path: Path) -> None:
    async def leave_open() -> None:
        queue = SqliteQueue(path)
        await queue.__aenter__()
        await queue.put([b"{}\n"])

    async def take_over() -> None:
        async with SqliteQueue(path) as queue:
            assert await queue.waiting() == 1

    asyncio.run(leave_open())
    asyncio.run(take_over())


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_open_leaves_no_lock(path: Path, turns: int) -> None:
    await new_file(path, b"{}\n")
    opening = asyncio.create_task(SqliteQueue(path).__aenter__())
    for _ in range(turns):
        await asyncio.sleep(0.0005)
    opening.cancel()
    [result] = await asyncio.gather(opening, return_exceptions=True)
    if isinstance(result, SqliteQueue):
        await result.__aexit__(None, None, None)
    assert can_be_locked(path)
    async with SqliteQueue(path) as queue:
        assert await queue.waiting() == 1


async def test_a_cancelled_open_does_not_close_the_file_of_others(path: Path) -> None:
    first, second = (asyncio.create_task(SqliteQueue(path).__aenter__()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    queue = await second
    await queue.put([b"{}\n"])
    await queue.__aexit__(None, None, None)
    assert can_be_locked(path)


async def test_a_queue_can_be_opened_while_another_closes_its_file(path: Path) -> None:
    async def use() -> None:
        async with SqliteQueue(path) as queue:
            await queue.put([b"{}\n"])

    await asyncio.gather(*(use() for _ in range(5)))
    for _ in range(3):
        await asyncio.gather(use(), use())
    async with SqliteQueue(path) as queue:
        assert await queue.waiting() == 11


async def test_a_cancelled_close_still_commits_and_unlocks(path: Path) -> None:
    queue = SqliteQueue(path)
    await queue.__aenter__()
    await queue.put([b"1\n", b"2\n"])
    messages = await queue.receive(1, wait=1)
    await queue.ack(messages)
    closing = asyncio.create_task(queue.__aexit__(None, None, None))
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    assert can_be_locked(path)
    async with SqliteQueue(path) as queue:
        assert await queue.waiting() == 1


FORK = """
import asyncio, os, sys
from mirakl_async import SqliteQueue
from mirakl_async.errors import QueueClosed, QueueUnavailable

async def opened_again():
    try: await SqliteQueue(sys.argv[1]).__aenter__()
    except QueueUnavailable: return True

async def main():
    async with SqliteQueue(sys.argv[1]) as queue:
        await queue.put([b"before"])
        child = os.fork()
        if not child:
            # It ends as multiprocessing's children do: an interpreter that ends closes its event loop, and so takes the
            # parent's wake-up pipe out of the epoll that both share.
            try: await queue.put([b"child"])
            except QueueClosed: os._exit(0 if asyncio.run(opened_again()) else 4)
            os._exit(3)
        assert os.waitpid(child, 0)[1] == 0
        await queue.put([b"after"])
        assert await queue.waiting() == 2

asyncio.run(main())
"""


async def test_a_forked_child_neither_uses_nor_harms_the_file(path: Path) -> None:
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "ignore", "-c", FORK, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    async with SqliteQueue(path) as queue:
        assert await bodies_of(queue) == [b"before", b"after"]


# -- which files it takes


async def test_only_its_owner_can_read_a_new_file(path: Path) -> None:
    before = os.umask(0)
    try:
        async with SqliteQueue(path) as queue:
            await queue.put([b"{}\n"])
            assert {name.name: mode(name) for name in path.parent.iterdir()} == {
                "orders.db": 0o600,
                "orders.db-wal": 0o600,
            }
    finally:
        os.umask(before)


async def test_an_existing_readable_file_is_made_private(path: Path, tmp_path: Path) -> None:
    async with SqliteQueue(path) as queue:
        await queue.put([b"{}\n"])
        left = copy(path, tmp_path / "copy")
    for name in left.parent.iterdir():
        name.chmod(0o666)
    async with SqliteQueue(left) as queue:
        assert await queue.waiting() == 1
        assert {mode(name) for name in left.parent.iterdir()} == {0o600}


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE shop (id)")
    db.close()


def old_journal(path: Path) -> None:
    foreign(path)
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA application_id = {OLD_JOURNAL}")
    db.close()


def text(path: Path) -> None:
    path.write_text("channel_order_id;date\n" * 100)


def empty(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (foreign, QueueError, "is a SQLite database of another program: use another file"),
        (old_journal, QueueError, "is a journal of an earlier version of mirakl_async"),
        (text, QueueError, "is not a SQLite database: use another file"),
        (empty, QueueLost, "is empty: it was truncated, and its messages are lost; delete it to start with a new one"),
        (Path.mkdir, QueueError, "cannot be"),
    ],
)
async def test_a_file_that_is_not_a_queue_is_rejected_and_not_changed(
    path: Path, tmp_path: Path, make: Any, kind: type[Exception], words: str
) -> None:
    make(path)
    before = content(path)
    (tmp_path / "link.db").symlink_to(path)
    for name in (path, tmp_path / "link.db"):
        with pytest.raises(kind, match=words) as caught:
            async with SqliteQueue(name):
                pass
        assert "\n" not in str(caught.value)
        assert content(path) == before


def content(path: Path) -> tuple[int, bytes]:
    """Its bytes, and who may read them."""
    return mode(path), path.read_bytes() if path.is_file() else b""


async def test_a_dangling_link_creates_no_file(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere.db")  # noqa: ASYNC240
    with pytest.raises(QueueError, match="is a symbolic link to a file that does not exist"):
        async with SqliteQueue(path):
            pass
    assert not (tmp_path / "elsewhere.db").exists()


async def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(QueueError, match="cannot be opened: No such file or directory"):
        async with SqliteQueue(tmp_path / "missing" / "orders.db"):
            pass


async def test_creating_a_file_leaves_no_other_files(path: Path) -> None:
    await new_file(path)
    assert [name.name for name in path.parent.iterdir()] == ["orders.db"]


# -- commits


async def test_a_message_acknowledged_before_the_commit_is_never_written(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sqlite_queue, "COMMIT_DELAY", 60.0)
    async with SqliteQueue(path) as queue:
        waiting = asyncio.create_task(queue.receive(1, wait=5))
        await asyncio.sleep(0.01)
        puts = [asyncio.create_task(queue.put_at([b"%d\n" % n], "a", str(n))) for n in range(3)]
        for n in range(3):
            messages = await waiting if n == 0 else await queue.receive(1, wait=1)
            assert [message.body for message in messages] == [b"%d\n" % n]
            await queue.ack(messages)
        async with asyncio.timeout(5):
            await asyncio.gather(*puts)
        assert path.with_name("orders.db-wal").stat().st_size < 200_000
        assert await queue.cursor("a") == "2"
        assert await queue.waiting() == 0


@pytest.mark.parametrize("how", ["replace", "reject"])
async def test_a_put_whose_message_was_replaced_returns_when_the_new_one_is_on_disk(
    path: Path, monkeypatch: Any, how: str
) -> None:
    monkeypatch.setattr(sqlite_queue, "COMMIT_DELAY", 60.0)
    async with SqliteQueue(path) as queue:
        waiting = asyncio.create_task(queue.receive(1, wait=5))
        await asyncio.sleep(0.01)
        put = asyncio.create_task(queue.put([b"1\n2\n"]))
        [message] = await waiting
        other = asyncio.create_task(queue.receive(1, wait=0.2))  # so that nothing is committed at once
        await asyncio.sleep(0)
        if how == "replace":
            assert await queue.replace(message, [b"1\n", b"2\n"])
        else:
            assert await queue.reject(message, [RejectedRow(id="1", kind="server", reason="no")])
        await asyncio.sleep(0.01)
        assert not put.done()
        await queue.cursor("")  # which commits
        async with asyncio.timeout(5):
            await put
        await other


async def test_a_message_acknowledged_while_it_is_written_stays_acknowledged(path: Path, monkeypatch: Any) -> None:
    commit = QueueFile.commit

    def slow(*arguments: Any) -> Any:
        time.sleep(0.05)
        return commit(*arguments)

    monkeypatch.setattr(QueueFile, "commit", slow)
    async with SqliteQueue(path) as queue:
        put = asyncio.create_task(queue.put([b"{}\n"]))
        await asyncio.sleep(0.01)
        messages = await queue.receive(1, wait=1)
        await queue.ack(messages)
    await put
    async with SqliteQueue(path) as queue:
        assert await queue.waiting() == 0


async def test_puts_are_committed_at_once_without_receivers(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sqlite_queue, "COMMIT_DELAY", 60.0)
    async with asyncio.timeout(5), SqliteQueue(path) as queue:
        for n in range(20):
            await queue.put([b"%d\n" % n])


async def test_puts_that_wait_at_the_same_time_share_a_commit(path: Path, monkeypatch: Any) -> None:
    commits = 0
    commit = QueueFile.commit

    def counting(*arguments: Any) -> Any:
        nonlocal commits
        commits += 1
        return commit(*arguments)

    monkeypatch.setattr(QueueFile, "commit", counting)
    async with SqliteQueue(path) as queue:
        await asyncio.gather(*(queue.put([b"%d\n" % n]) for n in range(200)))
        assert commits < 10


async def test_messages_whose_put_returned_survive_a_kill(path: Path, tmp_path: Path) -> None:
    async with SqliteQueue(path) as queue:
        await queue.put([b"1\n", b"2\n"])
        left = copy(path, tmp_path / "copy")
    async with SqliteQueue(left) as queue:
        assert await bodies_of(queue) == [b"1\n", b"2\n"]


async def test_messages_leased_before_a_kill_are_delivered_at_once_and_counted(path: Path, tmp_path: Path) -> None:
    async with SqliteQueue(path) as queue:
        await queue.put([b"{}\n"])
        await queue.receive(1, wait=1)
        await queue.cursor("")  # by now it is on disk that it was delivered
        left = copy(path, tmp_path / "copy 0")
    for number in range(1, 4):  # an order that kills its worker as soon as it has it
        async with SqliteQueue(left) as queue:
            [message] = await queue.receive(5, wait=1)
            assert message.deliveries == number + 1
            left = copy(left, tmp_path / f"copy {number}")


async def test_ids_are_not_reused(path: Path, tmp_path: Path) -> None:
    ids: list[str] = []
    for number in range(4):
        async with SqliteQueue(path) as queue:
            await queue.put([b"{}\n"])
            messages = await queue.receive(5, wait=1)
            ids += [message.id for message in messages]
            await queue.ack(messages)
            if number == 2:
                path = copy(path, tmp_path / "copy")
    assert len(set(ids)) >= 4


@pytest.mark.parametrize("limit", [-1, 5000, 16 * 1024 * 1024])
async def test_messages_come_in_order_and_memory_is_bounded(path: Path, monkeypatch: Any, limit: int) -> None:
    monkeypatch.setattr(sqlite_queue, "MAX_BYTES_IN_MEMORY", limit)
    bodies = [b"%04d" % n + b"x" * 1000 for n in range(60)]
    async with SqliteQueue(path) as queue:
        for body in bodies[:40]:
            await queue.put([body])
        assert queue._shared is not None
        assert queue._shared.messages.waiting_bytes <= max(0, limit) + 1004
        first = await queue.receive(10, wait=1)
        await queue.ack(first)
        for body in bodies[40:]:
            await queue.put([body])
        assert await queue.waiting() == 60 - len(first)
        assert [message.body for message in first] + await bodies_of(queue) == bodies


# -- what goes wrong


async def limit_pages(queue: SqliteQueue, pages: int) -> None:
    """Limit the file to `pages` pages, or to its current size: SQLite then reports a full disk."""
    assert queue._shared is not None
    await queue._shared.run_in_transaction(lambda db: db.execute(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_delays_puts_and_no_other_call(path: Path, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(sqlite_queue, "RETRY_DELAY", 0.02)
    async with SqliteQueue(path) as queue:
        await queue.put([b"%d" % n * 100_000 for n in range(1, 5)])
        await limit_pages(queue, 1)
        puts = [asyncio.create_task(queue.put([b"%d" % n * 100_000])) for n in (5, 6)]
        await asyncio.sleep(0.1)
        assert not any(put.done() for put in puts)
        messages = await queue.receive(2, wait=1)
        assert [message.body[:1] for message in messages] == [b"1", b"2"]
        assert await queue.waiting() == 6
        assert not await queue.ack(messages)  # which makes the space that the others need
        async with asyncio.timeout(5):
            await asyncio.gather(*puts)
        assert len([record for record in caplog.records if "no messages can be put" in record.message]) == 1
    async with SqliteQueue(path) as queue:
        assert [body[:1] for body in await bodies_of(queue)] == [b"3", b"4", b"5", b"6"]


async def test_a_full_disk_is_an_error_after_max_outage_and_stores_nothing(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sqlite_queue, "RETRY_DELAY", 0.02)
    async with SqliteQueue(path, max_outage=0.1) as queue:
        await queue.put([b"1" * 1000])
        await limit_pages(queue, 1)
        for _ in range(3):
            with pytest.raises(QueueUnavailable, match="cannot be written"):
                await queue.put([b"2" * 300_000])
        assert await queue.waiting() == 1
        assert [body[:1] for body in await bodies_of(queue)] == [b"1"]


def replace_by_an_older_one(path: Path, older: Path) -> None:
    shutil.copy(older, path.with_name("new"))
    path.with_name("new").replace(path)


def overwrite_in_place(path: Path, older: Path) -> None:
    path.write_bytes(older.read_bytes())


DAMAGES = {
    "deleted": lambda path, _: path.unlink(),
    "moved": lambda path, _: path.rename(path.with_name("moved.db")),
    "truncated": lambda path, _: os.truncate(path, 0),
    "cut": lambda path, _: os.truncate(path, path.stat().st_size // 2),
    "replaced": replace_by_an_older_one,
    "overwritten": overwrite_in_place,
    "its log is deleted": lambda path, _: path.with_name("orders.db-wal").unlink(),
    "its log is truncated": lambda path, _: os.truncate(path.with_name("orders.db-wal"), 0),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("noticed_by", ["put", "waiting"])
async def test_changes_of_its_file_are_detected(path: Path, tmp_path: Path, damage: Any, noticed_by: str) -> None:
    await new_file(path, b"1\n")
    older = copy(path, tmp_path / "older")
    queue = SqliteQueue(path)
    await queue.__aenter__()
    await queue.put([b"2\n"])
    damage(path, older)
    with pytest.raises(QueueLost, match=r"orders.db was deleted, replaced, truncated or changed by another program"):
        await (queue.put([b"3\n"]) if noticed_by == "put" else queue.waiting())
    with pytest.raises(QueueLost):
        await queue.put([b"4\n"])
    with pytest.raises(QueueLost):
        await queue.receive(1, wait=0)
    await queue.__aexit__(None, None, None)  # all who used it know


async def test_a_damaged_file_raises_queue_lost(path: Path) -> None:
    await new_file(path, *[b"x" * 100_000] * 5)
    with path.open("r+b") as file:
        file.seek(32768)
        file.write(b"\xff" * 32768 * 6)
    with pytest.raises(QueueLost, match="is damaged"):
        async with SqliteQueue(path) as queue:
            await bodies_of(queue)


async def test_a_file_of_another_process_can_be_opened_when_it_ends(path: Path) -> None:
    await new_file(path, b"{}\n")
    with file_owner(path), pytest.raises(QueueUnavailable, match="is locked"):
        async with SqliteQueue(path):
            pass
    async with SqliteQueue(path) as queue:
        assert await queue.waiting() == 1


async def test_a_closed_queue_raises_an_error(path: Path) -> None:
    async with SqliteQueue(path) as queue:
        pass
    for call in (queue.waiting(), queue.cursor("a"), queue.reject(None, []), queue.ack([]), queue.extend([])):
        with pytest.raises(QueueClosed, match="is not open in this process: use it inside `async with`"):
            await call


async def test_a_file_of_a_version_without_times_can_be_used_and_has_no_age(path: Path) -> None:
    await new_file(path, b"1", b"2")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE queue DROP COLUMN put_at")
        database.commit()
    async with SqliteQueue(path) as queue:
        assert (await queue.waiting(), await queue.oldest()) == (2, None)
        await queue.put([b"3"])
        assert await bodies_of(queue) == [b"1", b"2", b"3"]
        assert await queue.oldest() == 0
    await new_file(path, b"4")
    async with SqliteQueue(path) as queue:
        age = await queue.oldest()
        assert age is not None
        assert age > 0
