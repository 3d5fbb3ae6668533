"""The SQLite journal: what every journal does, and what is its own (files, owners, formats, full disks, spilling)."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from mirakl_async.errors import ClientStateError, JournalError
from mirakl_async.sync import sqlite
from mirakl_async.sync.journal import Cursor, Outcome
from mirakl_async.sync.sqlite import SqliteJournal
from tests.unit.journal.conformance import LEASE, JournalConformance, all_refused, key, names, opened, refusal, row


class TestInMemory(JournalConformance):
    @pytest.fixture
    def make(self, tmp_path):
        return lambda: SqliteJournal(tmp_path / "orders.db")


class TestThroughTheDisk(JournalConformance):
    """Nothing stays in memory: every row goes to the disk, and is read back."""

    @pytest.fixture
    def make(self, tmp_path):
        return lambda: SqliteJournal(tmp_path / "orders.db", room=0)


class TestMostlyThroughTheDisk(JournalConformance):
    @pytest.fixture
    def make(self, tmp_path):
        return lambda: SqliteJournal(tmp_path / "orders.db", room=2, commit_every=0.0)


class TestTheFile:
    async def test_a_second_process_is_told_who_owns_it(self, tmp_path):
        path = tmp_path / "orders.db"
        program = (
            "import asyncio, sys; from mirakl_async.sync.sqlite import SqliteJournal\n"
            "try: asyncio.run(SqliteJournal(sys.argv[1]).open())\n"
            "except Exception as error: print(type(error).__name__, error)"
        )
        async with opened(SqliteJournal(path)):
            child = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
            )
        assert child.stdout.startswith("JournalError")
        assert "one owner at a time" in child.stdout

    async def test_so_is_a_second_opening_by_the_same_process(self, tmp_path):
        async with opened(SqliteJournal(tmp_path / "orders.db")):
            with pytest.raises(JournalError, match="in use"):
                await SqliteJournal(tmp_path / "orders.db").open()

    async def test_a_journal_of_another_format_is_refused_with_words(self, tmp_path):
        path = tmp_path / "orders.db"
        async with opened(SqliteJournal(path)):
            pass
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 2")
        database.close()
        with pytest.raises(JournalError, match="format 2.* writes format 1"):
            await SqliteJournal(path).open()

    async def test_another_database_is_left_alone(self, tmp_path):
        path = tmp_path / "shop.db"
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE customers (id)")
        database.close()
        before = path.read_bytes()
        with pytest.raises(JournalError, match="not a journal"):
            await SqliteJournal(path).open()
        database = sqlite3.connect(path)
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("customers",)]
        database.close()
        assert path.read_bytes() == before

    async def test_what_is_no_database_is_left_alone(self, tmp_path):
        path = tmp_path / "notes.txt"
        path.write_text("these are notes, not a database\n" * 100)
        with pytest.raises(JournalError, match="no SQLite database"):
            await SqliteJournal(path).open()
        assert path.read_text().startswith("these are notes")

    @pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be deleted")
    @pytest.mark.parametrize("replaced", [False, True])
    @pytest.mark.parametrize("name", ["orders.db", "orders.db-wal"])
    async def test_a_file_that_is_deleted_under_way_is_noticed(self, tmp_path, name, replaced):
        path = tmp_path / "orders.db"
        journal = SqliteJournal(path)
        await journal.open()
        (tmp_path / name).unlink()
        if replaced:
            (tmp_path / name).write_bytes(b"")
        await journal.put([row(1)])
        with pytest.raises(JournalError, match="deleted, moved or replaced"):
            await journal.flush()
        with pytest.raises(JournalError, match="deleted, moved or replaced"):
            await journal.claim(1, LEASE)
        await journal.close()

    async def test_a_damaged_file_is_an_error_and_no_wait(self, tmp_path):
        path = tmp_path / "orders.db"
        async with opened(SqliteJournal(path)) as journal:
            await journal.put([row(n, text="x" * 4000) for n in range(500)])
        content = bytearray(path.read_bytes())
        content[16384 * 20 : 16384 * 80] = b"Z" * 16384 * 60
        path.write_bytes(content)
        with pytest.raises(JournalError, match="is damaged"):
            async with opened(SqliteJournal(path)) as journal:
                while claimed := await asyncio.wait_for(journal.claim(100, LEASE), 5):
                    await journal.ack(names(claimed))

    async def test_what_the_database_cannot_take_is_an_error_and_no_wait(self, tmp_path):
        journal = SqliteJournal(tmp_path / "orders.db")
        await journal.open()
        await journal.put([row(1)], cursor=Cursor("caf\udce9", "1"))  # no text in any encoding
        with pytest.raises(JournalError, match="surrogates not allowed"):
            await asyncio.wait_for(journal.flush(), 5)
        await journal.close()

    async def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(JournalError, match="cannot be opened"):
            await SqliteJournal(tmp_path / "nowhere" / "orders.db").open()

    @pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
    async def test_nobody_else_can_read_it(self, tmp_path):
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            await journal.put([row(1)])
            await journal.flush()
            for file in tmp_path.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name

    async def test_an_object_is_opened_once(self, tmp_path):
        journal = SqliteJournal(tmp_path / "orders.db")
        with pytest.raises(ClientStateError, match="not open"):
            await journal.put([row(1)])
        async with opened(journal):
            with pytest.raises(ClientStateError, match="opened before"):
                await journal.open()
        with pytest.raises(JournalError, match="closed"):
            await journal.claim(1, LEASE)


class TestTransactions:
    async def test_rows_and_cursor_are_durable_together(self, tmp_path):
        """What another connection would find after a kill: either all of a put, or nothing of it."""
        path = tmp_path / "orders.db"
        journal = SqliteJournal(path, commit_every=3600)
        await journal.open()
        await journal.put([row(n) for n in range(10)], cursor=Cursor("feed", "10"))
        copy = tmp_path / "killed.db"
        copy_of(path, copy)
        async with opened(SqliteJournal(copy)) as early:
            assert await early.claim(100, LEASE) == []
            assert await early.cursor("feed") is None
        await journal.flush()
        copy_of(path, copy)
        async with opened(SqliteJournal(copy)) as late:
            assert len(await late.claim(100, LEASE)) == 10
            assert await late.cursor("feed") == "10"
        await journal.close()

    async def test_what_comes_and_goes_between_two_commits_is_not_written(self, tmp_path):
        async with opened(SqliteJournal(tmp_path / "orders.db", commit_every=3600)) as journal:
            for n in range(50):
                await journal.put([row(n, text="x" * 10_000)])
                await journal.claim(10, LEASE)
                await journal.ack([(key(n), 1)])
            await journal.flush()
        assert (tmp_path / "orders.db").stat().st_size < 300_000

    async def test_many_callers_share_a_commit(self, tmp_path):
        commits = []
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            journal._store._db.set_trace_callback(lambda text: text == "COMMIT" and commits.append(text))

            async def durable(n):
                await journal.put([row(n)])
                await journal.flush()

            await asyncio.gather(*(durable(n) for n in range(500)))
        assert 1 <= len(commits) < 50

    async def test_closing_leaves_nobody_waiting(self, tmp_path):
        """Not even for a transaction that is under way."""
        journal = SqliteJournal(tmp_path / "orders.db")
        await journal.open()
        under_way, may_end = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()
        slow = journal._ask(lambda _: (loop.call_soon_threadsafe(under_way.set), may_end.wait(5)))
        await under_way.wait()
        put = asyncio.create_task(journal.put_outcomes([Outcome("1", b"{}")]))
        closing = asyncio.create_task(journal.close())
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.wait_for(asyncio.gather(slow, put, closing), 5)
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            assert (await journal.statistics()).outcomes == 1

    async def test_figures_are_of_one_moment(self, tmp_path, monkeypatch):
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            under_way, may_end = asyncio.Event(), threading.Event()
            loop = asyncio.get_running_loop()
            count = journal._store.statistics
            monkeypatch.setattr(
                journal._store,
                "statistics",
                lambda *given: (loop.call_soon_threadsafe(under_way.set), may_end.wait(5), count(*given))[-1],
            )
            figures = asyncio.create_task(journal.statistics())
            await under_way.wait()
            await journal.put([row(n) for n in range(10)])
            assert len(await journal.claim(10, LEASE)) == 10
            may_end.set()
            found = await figures
            assert (found.waiting, found.claimed) == (0, 0)
            found = await journal.statistics()
            assert (found.waiting, found.claimed) == (0, 10)

    async def test_a_cancelled_caller_does_not_disturb_the_others(self, tmp_path):
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            tasks = [asyncio.create_task(journal.put_outcomes([Outcome(str(n), b"{}")])) for n in range(20)]
            await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert len(await journal.claim_outcomes(50, LEASE)) >= 10


def copy_of(path, copy):
    """The files as they lie on disk, as a killed process would leave them."""
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        target = copy.with_name(copy.name + suffix)
        target.write_bytes(source.read_bytes() if source.exists() else b"")


class TestSpilling:
    async def test_a_feed_may_run_far_ahead(self, tmp_path):
        async with opened(SqliteJournal(tmp_path / "orders.db", room=300)) as journal:
            for start in range(0, 5000, 100):
                await journal.put([row(n) for n in range(start, start + 100)], cursor=Cursor("feed", str(start)))
            assert len(journal._window) <= 300
            found = []
            while claimed := await journal.claim(70, LEASE):
                found += claimed
                await journal.ack([(one.key, one.version) for one in claimed])
                assert len(journal._window) < 2000
            assert names(found) == [(key(n), 1) for n in range(5000)]
            assert (await journal.statistics()).waiting == 0

    async def test_newer_versions_find_their_order_wherever_it_is(self, tmp_path):
        """In the window and claimed, in the window and waiting, on disk: version 2 is what is claimed last of each."""
        async with opened(SqliteJournal(tmp_path / "orders.db", room=50)) as journal:
            await journal.put([row(n) for n in range(40)])
            claimed = await journal.claim(10, LEASE)
            for start in range(40, 1500, 20):
                await journal.put([row(n) for n in range(start, start + 20)])
            again = asyncio.gather(*(journal.put([row(n, 2)]) for n in range(1500)))
            last = {}
            while claimed:
                for one in claimed:
                    assert last.get(one.key, 0) < one.version
                    last[one.key] = one.version
                await journal.ack(names(claimed))
                claimed = await journal.claim(100, LEASE)
            await again
            while claimed := await journal.claim(100, LEASE):
                last.update(names(claimed))
                await journal.ack(names(claimed))
            assert last == {key(n): 2 for n in range(1500)}


class TestAFullDisk:
    async def test_it_stops_the_intake_and_not_the_pushing(self, tmp_path, caplog):
        async with opened(SqliteJournal(tmp_path / "orders.db", room=100)) as journal:
            await journal.put([row(n, text="x" * 1000) for n in range(100)])
            await journal.put([row(n, text="x" * 1000) for n in range(100, 1500)])
            limit(journal, pages=1)
            blocked = asyncio.create_task(journal.put([row(n, text="x" * 5000) for n in range(2000, 2500)]))
            found = []
            while claimed := await journal.claim(100, LEASE):
                found += names(claimed)
                await journal.ack(names(claimed))
                if len(found) >= 1500:
                    break
            assert found == [(key(n), 1) for n in range(1500)]
            assert not blocked.done()
            assert "nothing more is taken" in caplog.text
            limit(journal, pages=100_000)
            assert (await blocked).taken == 500
            assert len(await journal.claim(1000, LEASE, wait=30)) > 0

    async def test_what_was_settled_meanwhile_need_not_fit_any_more(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sqlite, "SECONDS_FULL", 0.01)
        async with opened(SqliteJournal(tmp_path / "orders.db", commit_every=3600)) as journal:
            await journal.put([row(1)])
            await journal.flush()
            limit(journal, pages=1)
            await journal.put([row(n, 2, text="x" * 5000) for n in range(200)], cursor=Cursor("feed", "200"))
            blocked = asyncio.create_task(journal.flush())
            claimed = await journal.claim(200, LEASE)
            await asyncio.sleep(0.05)
            assert not blocked.done()
            await journal.refuse([refusal(7, 2)])
            await journal.ack([version for version in names(claimed) if version[0] not in {key(7), key(8)}])
            await asyncio.wait_for(blocked, 5)
            assert await journal.cursor("feed") == "200"
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            assert names(await journal.claim(10, LEASE)) == [(key(8), 2)]
            assert [entry.key for entry in await all_refused(journal)] == [key(7)]

    async def test_closing_says_what_is_not_written(self, tmp_path):
        journal = SqliteJournal(tmp_path / "orders.db", commit_every=3600)
        await journal.open()
        limit(journal, pages=1)
        await journal.put([row(n, text="x" * 5000) for n in range(500)], cursor=Cursor("feed", "500"))
        with pytest.raises(JournalError, match="cannot be written.*read again from its last cursor"):
            await journal.close()
        async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
            assert await journal.cursor("feed") is None
            assert await journal.claim(1, LEASE) == []


def limit(journal, pages):
    """Let the file grow to so many pages, or to what it has already: SQLite then says that the disk is full."""
    journal._store._db.execute(f"PRAGMA max_page_count = {pages}")


async def test_refusals_are_paged(tmp_path):
    async with opened(SqliteJournal(tmp_path / "orders.db")) as journal:
        await journal.put([row(n) for n in range(700)])
        await journal.claim(1000, LEASE)
        await journal.refuse([refusal(n) for n in range(700)])
        assert [entry.key for entry in await all_refused(journal)] == [key(n) for n in range(700)]
        assert await journal.replay() == 700
        assert (await journal.statistics()).waiting == 700
