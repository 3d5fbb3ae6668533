"""The sync with a journal, against the simulator: nothing lost, whatever ends the job; what a resumed one does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mirakl_async import SyncStopped
from mirakl_async.errors import ConfigurationError, InvalidArgument, JournalError
from mirakl_async.models.connect.orders import ActionError
from mirakl_async.simulator import Fault
from mirakl_async.sync import journalled, sqlite_store
from mirakl_async.sync.sqlite import SqliteJournal
from tests.feeds import ORIGIN, SECOND, as_line, as_mapping, expected, held, order, stream


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orders.db"


def write(path, entries):
    path.write_bytes(b"".join((entry if isinstance(entry, bytes) else as_line(entry)) + b"\n" for entry in entries))
    return path


async def run(sync):
    async with asyncio.timeout(30), sync:
        found = [entry async for entry in sync.refused()]
    report = sync.report
    assert report.read == report.accepted + report.refused + report.superseded + report.unsent
    return report, found


async def until(sync, accepted):
    async with asyncio.timeout(20):
        while sync.report.accepted < accepted:
            await asyncio.sleep(0.005)


async def look_into(path):
    async with SqliteJournal(path) as journal:
        return await journal.statistics(), [row async for row in journal.refused()]


class TestOneJob:
    @pytest.mark.parametrize("shape", ["structs", "mappings", "stream", "file"])
    async def test_all_is_accepted_and_nothing_is_left(self, mirakl, path, tmp_path, shape):
        entries = [order(n, n) for n in range(730)]
        source = {
            "structs": lambda: entries,
            "mappings": lambda: map(as_mapping, entries),
            "stream": lambda: stream(entries),
            "file": lambda: write(tmp_path / "orders.ndjson", entries),
        }[shape]()
        report, refused = await run(mirakl.sync(source, journal=path))
        assert (report.read, report.accepted, report.unsent, refused) == (730, 730, 0, [])
        assert held(mirakl.sim) == expected(entries)
        statistics, _ = await look_into(path)
        assert (statistics.waiting, statistics.claimed) == (0, 0)

    async def test_stores_are_kept_apart(self, mirakl, path):
        pairs = [(ORIGIN if n % 2 else SECOND, order(n, title="A thing")) for n in range(300)]
        for n, (_, entry) in enumerate(pairs):
            entry.order_lines[0].channel_order_line_id = f"line {n}"
        report, _ = await run(mirakl.sync(pairs, origin=None, journal=path))
        assert report.accepted == 300
        assert len(held(mirakl.sim)) == 300
        assert mirakl.sim.world.count("channel-1", "store-2") == 150

    async def test_of_many_versions_the_newest_is_held(self, mirakl, path):
        entries = [
            order(n % 40, second, title=f"{second}") for second, n in enumerate([*range(400), *range(399, 0, -1)])
        ]
        entries += entries[::-1]
        report, refused = await run(mirakl.sync(entries, journal=path))
        assert refused == []
        assert report.accepted + report.superseded == len(entries)
        assert held(mirakl.sim) == expected(entries)

    async def test_the_guilty_are_found_and_kept_with_their_reasons(self, mirakl, path):
        entries = [order(n, n, bad=n in {3, 177, 178}) for n in range(300)]
        report, refused = await run(mirakl.sync(entries, journal=path))
        assert (report.accepted, report.refused) == (297, 3)
        assert {entry.channel_order_id for entry in refused} == {"o3", "o177", "o178"}
        statistics, rows = await look_into(path)
        assert (statistics.waiting, statistics.refused) == (0, 3)
        assert {row.key.split('"')[5] for row in rows} == {"o3", "o177", "o178"}
        assert all("amount" in row.reason or "amount" in (row.path or "") for row in rows)

    async def test_what_is_no_order_is_kept_with_its_line(self, mirakl, path, tmp_path):
        entries = [order(n, n) for n in range(5)]
        file = write(
            tmp_path / "orders.ndjson", [*entries[:2], b"{not json", b"", *entries[2:], b'{"channel_order_id":"x"}']
        )
        report, refused = await run(mirakl.sync(file, journal=path))
        assert (report.read, report.accepted, report.refused) == (7, 5, 2)
        assert [entry.line for entry in refused] == [3, 8]
        _, rows = await look_into(path)
        assert [(row.line, row.kind, row.version) for row in rows] == [(3, "invalid", None), (8, "invalid", None)]
        assert rows[0].body == b"{not json"

    async def test_two_bodies_with_one_stamp_are_a_conflict(self, start, path):
        mirakl = await start(latency=0.2)
        entries = [order(1, 1, title="one"), *[order(n, n) for n in range(2, 9)], order(1, 1, title="other")]
        report, refused = await run(mirakl.sync(entries, journal=path))
        assert (report.accepted, report.refused) == (8, 1)
        assert refused[0].kind == "conflict"
        _, rows = await look_into(path)
        assert [row.kind for row in rows] == ["conflict"]

    async def test_structs_that_are_broken_are_refused_alone(self, mirakl, path):
        entries = [order(n, n) for n in range(6)]
        entries[1].channel_order_id = 17
        entries[2].channel_updated_at = entries[2].channel_updated_at.replace(tzinfo=None)
        entries[3].order_lines[0].quantity = object()
        report, refused = await run(mirakl.sync([*entries, "junk"], journal=path))
        assert (report.read, report.accepted, report.refused) == (7, 3, 4)
        assert {entry.kind for entry in refused} == {"invalid"}

    async def test_a_source_that_fails(self, mirakl, path):
        def source():
            yield from [order(n, n) for n in range(150)]
            raise RuntimeError("the shop is closed")

        with pytest.raises(SyncStopped, match="the shop is closed") as caught:
            await run(mirakl.sync(source(), journal=path))
        assert caught.value.report.accepted == 150
        assert len(held(mirakl.sim)) == 150

    async def test_a_journal_that_cannot_be_opened(self, mirakl, path):
        path.write_text("notes" * 1000)
        with pytest.raises(JournalError, match="no SQLite database"):
            await run(mirakl.sync([order(1)], journal=path))
        assert held(mirakl.sim) == {}

    async def test_a_journal_that_cannot_be_counted_is_let_go(self, mirakl, path, monkeypatch):
        async def statistics(_):
            raise JournalError("no figures")

        with monkeypatch.context() as patched:
            patched.setattr(SqliteJournal, "statistics", statistics)
            with pytest.raises(JournalError, match="no figures"):
                await mirakl.sync([order(1)], journal=path).run()
        await look_into(path)

    async def test_names_that_stand_for_no_journal(self, mirakl):
        with pytest.raises(ConfigurationError, match="mysql:// is unknown"):
            mirakl.sync([order(1)], journal="mysql://host/orders")
        with pytest.raises(ConfigurationError, match="empty"):
            mirakl.sync([order(1)], journal="sqlite:///")

    async def test_a_url_names_a_file_too(self, mirakl, path):
        await run(mirakl.sync([order(1)], journal=f"sqlite:///{path}"))
        assert path.exists()


class TestStoppedAndResumed:
    async def test_what_a_stopped_job_leaves_the_next_one_sends(self, start, path, tmp_path):
        mirakl = await start(latency=0.01)
        entries = [order(n, n) for n in range(3000)]
        file = write(tmp_path / "orders.ndjson", entries)
        async with mirakl.sync(file, journal=path, concurrency=2) as first:
            await until(first, 300)
            first.abort()
        assert first.report.accepted < 3000
        statistics, _ = await look_into(path)
        assert statistics.waiting == first.report.unsent > 0
        report, _ = await run(mirakl.sync(file, journal=path))
        assert first.report.accepted + report.accepted == 3000
        assert report.read == 3000 - first.report.accepted
        assert held(mirakl.sim) == expected(entries)

    async def test_what_was_accepted_before_a_stop_is_told_to_the_journal(self, start, path):
        """Although the telling was under way when the job was stopped, and the journal stays open."""

        class Slow(SqliteJournal):
            async def ack(self, versions):
                telling.set()
                await asyncio.sleep(0.05)
                await super().ack(versions)

        mirakl, telling = await start(latency=0.1), asyncio.Event()
        async with Slow(path) as journal:
            await mirakl.connect.orders.feed([order(n, n) for n in range(900)], journal, origin=ORIGIN)
            job = mirakl.connect.orders.work(journal, batch_size=50, grace=5)
            async with job:
                await telling.wait()
                job.stop()
            statistics = await journal.statistics()
            assert job.report.accepted > 0
            assert (statistics.waiting, statistics.claimed) == (900 - job.report.accepted, 0)

    async def test_a_job_that_fails_keeps_what_it_had(self, start, path):
        mirakl = await start()
        mirakl.sim.faults.add(Fault.status(403, at=tuple(range(3, 100))))
        entries = [order(n, n) for n in range(900)]
        with pytest.raises(SyncStopped):
            await run(mirakl.sync(iter(entries), journal=path))
        mirakl.sim.faults.clear()
        await run(mirakl.sync(entries, journal=path))
        assert held(mirakl.sim) == expected(entries)

    async def test_a_file_that_was_read_is_not_read_again_but_its_new_lines_are(self, mirakl, path, tmp_path):
        entries = [order(n, n) for n in range(250)]
        file = write(tmp_path / "orders.ndjson", entries[:200])
        await run(mirakl.sync(file, journal=path))
        report, _ = await run(mirakl.sync(file, journal=path))
        assert (report.read, report.calls) == (0, 0)
        write(file, entries)
        report, _ = await run(mirakl.sync(file, journal=path))
        assert (report.read, report.accepted) == (50, 50)
        report, _ = await run(mirakl.sync(file, journal=path, resume=False))
        assert report.read == 250

    async def test_another_file_of_the_same_name_is_read_from_its_start(self, mirakl, path, tmp_path, caplog):
        file = write(tmp_path / "orders.ndjson", [order(n, n) for n in range(200)])
        await run(mirakl.sync(file, journal=path))
        write(file, [order(n, n) for n in range(1000, 1400)])
        with caplog.at_level(logging.WARNING):
            report, _ = await run(mirakl.sync(file, journal=path))
        assert report.read == 400
        assert "is read from its start" in caplog.text

    async def test_a_last_line_that_is_still_being_written_is_read_again(self, mirakl, path, tmp_path):
        whole = as_line(order(2, 2))
        file = write(tmp_path / "orders.ndjson", [order(1, 1)])
        with file.open("ab") as feed:
            feed.write(whole[:50])
        report, _ = await run(mirakl.sync(file, journal=path))
        assert (report.accepted, report.refused) == (1, 1)
        with file.open("ab") as feed:
            feed.write(whole[50:] + b"\n")
        report, _ = await run(mirakl.sync(file, journal=path))
        assert (report.read, report.accepted) == (1, 1)

    async def test_any_source_may_say_where_it_stands(self, mirakl, path):
        class Shop:
            name = "shop"

            def __init__(self):
                self.next = 0

            def position(self):
                return str(self.next)

            def resume(self, position):
                self.next = int(position)

            def __iter__(self):
                while self.next < 300:
                    self.next += 1
                    yield order(self.next, self.next)

        first = await run(mirakl.sync(Shop(), journal=path))
        again = await run(mirakl.sync(Shop(), journal=path))
        assert (first[0].read, again[0].read) == (300, 0)

    async def test_claims_outlive_their_lease_in_an_outage(self, start, path, monkeypatch):
        monkeypatch.setattr(journalled, "LEASE", 0.3)
        mirakl = await start()
        mirakl.sim.faults.add(Fault.status(503, times=12))
        entries = [order(n, n) for n in range(200)]
        report, _ = await run(mirakl.sync(entries, journal=path, batch_size=100, concurrency=1))
        assert report.accepted == report.read == 200
        assert mirakl.sim.world.versions.repeated == 0

    async def test_replayed_orders_go_once_more(self, mirakl, path):
        entries = [order(n, n, bad=n == 5) for n in range(20)]
        await run(mirakl.sync(entries, journal=path))
        async with SqliteJournal(path) as journal:
            assert await journal.replay() == 1
        report, refused = await run(mirakl.sync([], journal=path))
        assert (report.read, report.refused) == (1, 1)
        assert refused[0].channel_order_id == "o5"


class TestAFullDisk:
    async def test_the_intake_stops_the_pushing_goes_on_and_then_all_does(self, mirakl, path):
        entries = [order(n, n, title="x" * 2000) for n in range(1500)]
        async with SqliteJournal(path, commit_every=0.01) as journal:
            limit(journal, pages=1)
            async with asyncio.timeout(40), mirakl.sync(entries, journal=journal) as sync:
                async with asyncio.timeout(20):
                    while journal._writable.is_set() or sync.report.unsent > 100 or not sync.report.accepted:
                        await asyncio.sleep(0.01)
                assert 0 < len(held(mirakl.sim)) < 1500
                limit(journal, pages=1_000_000)
            assert sync.report.accepted == 1500
        assert held(mirakl.sim) == expected(entries)

    async def test_a_stopped_job_says_what_could_not_be_kept(self, mirakl, path, monkeypatch):
        monkeypatch.setattr(sqlite_store, "SCHEMA", (*sqlite_store.SCHEMA, "PRAGMA max_page_count = 1"))
        with pytest.raises(SyncStopped, match="cannot be written"):
            async with asyncio.timeout(20), mirakl.sync([order(n, n) for n in range(5000)], journal=path) as sync:
                await until(sync, 100)
                sync.abort()


def limit(journal, pages):
    """Let the file grow to so many pages, or to what it has already: SQLite then says that the disk is full."""
    journal._store._db.execute(f"PRAGMA max_page_count = {pages}")


class TestFeedAndWork:
    async def test_one_feeds_and_another_works(self, mirakl, path, tmp_path):
        entries = [order(n, n) for n in range(600)]
        file = write(tmp_path / "orders.ndjson", [*entries, b"junk"])
        fed = await mirakl.connect.orders.feed(file, path, origin=ORIGIN)
        assert (fed.read, fed.refused, fed.unsent) == (601, 1, 600)
        assert held(mirakl.sim) == {}
        report, _ = await run(mirakl.connect.orders.work(path, until_empty=True))
        assert (report.read, report.accepted) == (600, 600)
        assert held(mirakl.sim) == expected(entries)

    async def test_work_goes_on_until_it_is_stopped(self, mirakl, path):
        async with SqliteJournal(path) as journal, asyncio.timeout(20):
            async with mirakl.connect.orders.work(journal) as job:
                for n in range(3):
                    await mirakl.connect.orders.feed([order(n, n)], journal, origin=ORIGIN)
                    await until(job, n + 1)
                job.stop()
            assert job.report.accepted == 3

    async def test_what_was_claimed_too_often_is_set_aside_on_request(self, mirakl, path):
        """Nobody knows whether it is what its workers die of; so somebody has to ask for it, and it can be replayed."""
        async with SqliteJournal(path) as journal:
            await mirakl.connect.orders.feed([order(1, 1)], journal, origin=ORIGIN)
            for _ in range(2):  # whoever took it died
                await journal.nack([row.key for row in await journal.claim(10, 60.0)])
            await mirakl.connect.orders.feed([order(2, 2)], journal, origin=ORIGIN)
            report, found = await run(mirakl.connect.orders.work(journal, until_empty=True, give_up_after=2))
            assert (report.read, report.accepted, report.refused) == (2, 1, 1)
            assert [(one.kind, one.channel_order_id) for one in found] == [("abandoned", "o1")]
            assert [row.kind async for row in journal.refused()] == ["abandoned"]
            assert await journal.replay() == 1
            await journal.nack([row.key for row in await journal.claim(10, 60.0)])
            report, found = await run(mirakl.connect.orders.work(journal, until_empty=True, give_up_after=1))
            assert (report.read, report.refused, len(found)) == (1, 1, 1)  # of a claim of which nothing is left
            assert await journal.replay() == 1
            report, _ = await run(mirakl.connect.orders.work(journal, until_empty=True, give_up_after=2))
        assert report.accepted == 1
        with pytest.raises(InvalidArgument, match="give_up_after: must be a whole number, at least 1"):
            mirakl.connect.orders.work(path, give_up_after=0)

    async def test_a_million_need_not_fit_into_memory(self, mirakl, path):
        """A feed that nobody works on yet goes to the disk."""
        async with SqliteJournal(path, room=200) as journal:
            await mirakl.connect.orders.feed((order(n, n) for n in range(3000)), journal, origin=ORIGIN)
            assert len(journal._window) <= 200
            report, _ = await run(mirakl.connect.orders.work(journal, until_empty=True))
        assert report.accepted == 3000
        assert len(held(mirakl.sim)) == 3000


class TestOutcomes:
    async def put(self, mirakl, journal, names, status="SUCCESS"):
        errors = [ActionError(code="OTHER", message="no")] if status == "FAILED" else None
        for name in names:
            await mirakl.connect.orders.feed_action_status(name, status=status, errors=errors, journal=journal)

    def sent(self, sim):
        return [request.path.rsplit("/", 1)[1] for request in sim.requests if request.operation == "updateActionStatus"]

    async def test_each_goes_once_and_in_order(self, mirakl, path):
        names = [f"action-{n}" for n in range(45)]
        for name in names:
            mirakl.sim.world.add_action(name)
        await self.put(mirakl, path, names[:30])
        await self.put(mirakl, path, names[30:], "FAILED")
        report, _ = await run(mirakl.sync([order(1)], journal=path))
        assert (report.accepted, report.outcomes, report.refused_outcomes) == (1, 45, 0)
        assert self.sent(mirakl.sim) == names
        assert {mirakl.sim.world.actions[name].status for name in names[30:]} == {"FAILED"}
        assert (await look_into(path))[0].outcomes == 0

    async def test_whoever_stops_leaves_the_lane_to_others(self, start, path):
        class Distant(SqliteJournal):
            async def claim_outcomes(self, most, lease, *, wait=0.0):
                found = await super().claim_outcomes(most, lease, wait=wait)
                if found:
                    claimed.set()
                return found

            async def nack_outcomes(self, delay=0.0):
                await asyncio.sleep(0)  # a point to be cancelled at, as a server's journal has
                await super().nack_outcomes(delay)

        mirakl, claimed = await start(latency=0.3), asyncio.Event()
        async with Distant(path) as journal:
            await self.put(mirakl, journal, ["a", "b"])
            async with mirakl.connect.orders.work(journal) as job:
                await claimed.wait()
                job.stop()
            assert [one.action_id for one in await journal.claim_outcomes(9, 60.0)] == ["a", "b"]

    async def test_what_is_final_already_is_done_and_what_is_unknown_is_kept_aside(self, mirakl, path):
        mirakl.sim.world.add_action("a")
        await self.put(mirakl, path, ["a", "unknown", "a"])
        report, _ = await run(mirakl.connect.orders.work(path, until_empty=True))
        assert (report.outcomes, report.refused_outcomes) == (2, 1)
        statistics, rows = await look_into(path)
        assert (statistics.outcomes, statistics.refused_outcomes) == (0, 1)
        assert [(row.lane, row.key) for row in rows] == [("actions", "unknown")]

    async def test_an_outage_holds_the_lane(self, start, path):
        mirakl = await start()
        for name in "abc":
            mirakl.sim.world.add_action(name)
        mirakl.sim.faults.add(Fault.status(503, operation="updateActionStatus", times=6))
        await self.put(mirakl, path, "abc")
        report, _ = await run(mirakl.connect.orders.work(path, until_empty=True))
        assert report.outcomes == 3
        assert self.sent(mirakl.sim)[-3:] == ["a", "b", "c"]

    async def test_where_no_mirakl_answers_none_is_set_aside(self, mirakl, path):
        mirakl.sim.faults.add(Fault.html(404, operation="updateActionStatus"))
        await self.put(mirakl, path, "ab")
        with pytest.raises(SyncStopped, match="404"):
            await run(mirakl.connect.orders.work(path, until_empty=True, patience=0.2))
        statistics, _ = await look_into(path)
        assert (statistics.outcomes, statistics.refused_outcomes) == (2, 0)

    async def test_an_outcome_that_cannot_be_is_refused_at_once(self, mirakl, path):
        with pytest.raises(InvalidArgument, match="errors"):
            await mirakl.connect.orders.feed_action_status("a", status="FAILED", journal=path)
        assert not path.exists()
