"""The sync with a queue against the simulator: no order is lost however a job ends, and it can be resumed."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mirakl_async import SyncFailed
from mirakl_async.errors import ConfigurationError, InvalidArgument, QueueError
from mirakl_async.models.connect.orders import ActionError
from mirakl_async.order_sync.opened_blocks import halves_of
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.opening import open_queue
from mirakl_async.simulator import Fault
from tests.order_sync.conftest import mirakls
from tests.support.order_factory import ORIGIN, SECOND, as_line, as_mapping, expected, held, order, stream


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orders.db"


def write(path, entries):
    path.write_bytes(b"".join((entry if isinstance(entry, bytes) else as_line(entry)) + b"\n" for entry in entries))
    return path


async def run(sync):
    async with asyncio.timeout(30), sync:
        found = [entry async for entry in sync.rejected()]
    report = sync.report
    assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
    return report, found


async def until(sync, accepted):
    async with asyncio.timeout(20):
        while sync.report.accepted < accepted:
            await asyncio.sleep(0.005)


class TestOneJob:
    @pytest.mark.parametrize("shape", ["structs", "mappings", "stream", "file"])
    async def test_all_orders_are_accepted_and_the_journal_is_empty(self, mirakl, kept, tmp_path, shape):
        entries = [order(n, n) for n in range(730)]
        source = {
            "structs": lambda: entries,
            "mappings": lambda: map(as_mapping, entries),
            "stream": lambda: stream(entries),
            "file": lambda: write(tmp_path / "orders.ndjson", entries),
        }[shape]()
        report, refused = await run(mirakl.sync(source, journal=kept.address))
        assert (report.read, report.accepted, report.unsent, refused) == (730, 730, 0, [])
        assert held(mirakl.sim) == expected(entries)
        assert await kept.look() == (0, [])

    async def test_orders_of_different_stores_are_sent_separately(self, mirakl, kept):
        pairs = [(ORIGIN if n % 2 else SECOND, order(n, title="A thing")) for n in range(300)]
        for n, (_, entry) in enumerate(pairs):
            entry.order_lines[0].channel_order_line_id = f"line {n}"
        report, _ = await run(mirakl.sync(pairs, origin=None, journal=kept.address))
        assert report.accepted == 300
        assert len(held(mirakl.sim)) == 300
        assert mirakl.sim.world.count("channel-1", "store-2") == 150

    async def test_the_newest_of_many_versions_is_stored_by_mirakl(self, mirakl, kept):
        entries = [
            order(n % 40, second, title=f"{second}") for second, n in enumerate([*range(400), *range(399, 0, -1)])
        ]
        entries += entries[::-1]
        report, refused = await run(mirakl.sync(entries, journal=kept.address))
        assert refused == []
        assert report.accepted + report.superseded == len(entries)
        assert held(mirakl.sim) == expected(entries)

    async def test_rejected_orders_are_identified_and_stored_with_their_reasons(self, mirakl, kept):
        entries = [order(n, n, bad=n in {3, 177, 178}) for n in range(300)]
        report, refused = await run(mirakl.sync(entries, journal=kept.address))
        assert (report.accepted, report.rejected) == (297, 3)
        assert {entry.channel_order_id for entry in refused} == {"o3", "o177", "o178"}
        waiting, rows = await kept.look()
        assert waiting == 0
        assert {row.order_id for row in rows} == {"o3", "o177", "o178"}
        assert all("amount" in row.reason or "amount" in (row.path or "") for row in rows)

    async def test_an_invalid_line_is_stored_with_its_number(self, mirakl, kept, tmp_path):
        entries = [order(n, n) for n in range(5)]
        file = write(
            tmp_path / "orders.ndjson", [*entries[:2], b"{not json", b"", *entries[2:], b'{"channel_order_id":"x"}']
        )
        report, refused = await run(mirakl.sync(file, journal=kept.address))
        assert (report.read, report.accepted, report.rejected) == (7, 5, 2)
        assert [entry.line for entry in refused] == [3, 8]
        _, rows = await kept.look()
        assert [(row.kind, row.order_id) for row in rows] == [("invalid", None), ("invalid", "x")]
        assert rows[0].line == b"{not json"

    async def test_two_contents_with_one_timestamp_are_a_conflict(self, start, kept):
        mirakl = await start(latency=0.2)
        entries = [order(1, 1, title="one"), *[order(n, n) for n in range(2, 9)], order(1, 1, title="other")]
        report, refused = await run(mirakl.sync(entries, journal=kept.address))
        assert (report.accepted, report.rejected) == (8, 1)
        assert refused[0].kind == "conflict"
        _, rows = await kept.look()
        assert [row.kind for row in rows] == ["conflict"]

    async def test_invalid_structs_are_rejected_individually(self, mirakl, kept):
        entries = [order(n, n) for n in range(6)]
        entries[1].channel_order_id = 17
        entries[2].channel_updated_at = entries[2].channel_updated_at.replace(tzinfo=None)
        entries[3].order_lines[0].quantity = object()
        report, refused = await run(mirakl.sync([*entries, "junk"], journal=kept.address))
        assert (report.read, report.accepted, report.rejected) == (7, 3, 4)
        assert {entry.kind for entry in refused} == {"invalid"}

    async def test_an_error_of_the_source_fails_the_job(self, mirakl, kept):
        def source():
            yield from [order(n, n) for n in range(150)]
            raise RuntimeError("the shop is closed")

        with pytest.raises(SyncFailed, match="the shop is closed") as caught:
            await run(mirakl.sync(source(), journal=kept.address))
        assert caught.value.report.accepted == 150
        assert len(held(mirakl.sim)) == 150

    async def test_a_journal_that_cannot_be_opened_is_an_error(self, mirakl, path):
        path.write_text("notes" * 1000)
        with pytest.raises(QueueError, match="not a SQLite"):
            await run(mirakl.sync([order(1)], journal=path))
        assert held(mirakl.sim) == {}

    async def test_invalid_addresses_of_a_journal_are_errors(self, mirakl):
        with pytest.raises(ConfigurationError, match="mysql:// is not supported"):
            mirakl.sync([order(1)], journal="mysql://host/orders")
        with pytest.raises(ConfigurationError, match="empty"):
            mirakl.sync([order(1)], journal="sqlite:///")

    async def test_a_sqlite_url_opens_a_file(self, mirakl, path):
        await run(mirakl.sync([order(1)], journal=f"sqlite:///{path}"))
        assert path.exists()

    async def test_a_cancellation_inside_an_async_source_fails_the_job(self, mirakl, kept):
        async def source():
            yield order(1)
            other = asyncio.create_task(asyncio.sleep(60))
            other.cancel()
            await other

        with pytest.raises(SyncFailed, match="CancelledError") as caught:
            await run(mirakl.sync(source(), journal=kept.address))
        assert caught.value.report.accepted == 1

    async def test_a_block_is_sent_as_one_call(self, mirakl, kept):
        entries = [order(n, n) for n in range(300)]
        report, _ = await run(mirakl.sync(entries, journal=kept.address))
        assert (report.calls, report.sent) == (3, 300)

    async def test_single_orders_share_a_call(self, mirakl, kept):
        async with open_queue(kept.address) as queue:
            for n in range(120):
                await mirakl.connect.orders.enqueue([order(n, n)], queue, origin=ORIGIN)
            report, _ = await run(mirakl.connect.orders.worker(queue, until_empty=True))
        assert report.accepted == 120
        assert report.calls < 12


class TestStoppedAndResumed:
    async def test_orders_that_a_stopped_job_left_are_sent_by_the_next(self, start, kept, tmp_path):
        mirakl = await start(latency=0.01)
        entries = [order(n, n) for n in range(3000)]
        file = write(tmp_path / "orders.ndjson", entries)
        async with mirakl.sync(file, journal=kept.address, concurrency=2) as first:
            await until(first, 300)
            first.abort()
        assert first.report.accepted < 3000
        assert (await kept.look())[0] > 0
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert first.report.accepted + report.accepted == 3000
        assert report.read == 3000 - first.report.accepted
        assert held(mirakl.sim) == expected(entries)

    async def test_a_failed_job_keeps_its_orders_in_the_journal(self, start, kept):
        mirakl = await start()
        mirakl.sim.faults.add(mirakls(403, at=tuple(range(3, 100))))
        entries = [order(n, n) for n in range(900)]
        with pytest.raises(SyncFailed):
            await run(mirakl.sync(iter(entries), journal=kept.address))
        mirakl.sim.faults.clear()
        await run(mirakl.sync(entries, journal=kept.address))
        assert held(mirakl.sim) == expected(entries)

    async def test_only_new_lines_of_a_file_are_read_again(self, mirakl, kept, tmp_path):
        entries = [order(n, n) for n in range(250)]
        file = write(tmp_path / "orders.ndjson", entries[:200])
        await run(mirakl.sync(file, journal=kept.address))
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert (report.read, report.calls) == (0, 0)
        write(file, entries)
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert (report.read, report.accepted) == (50, 50)
        report, _ = await run(mirakl.sync(file, journal=kept.address, resume=False))
        assert report.read == 250

    async def test_another_file_with_the_same_name_is_read_from_its_start(self, mirakl, kept, tmp_path, caplog):
        file = write(tmp_path / "orders.ndjson", [order(n, n) for n in range(200)])
        await run(mirakl.sync(file, journal=kept.address))
        write(file, [order(n, n) for n in range(1000, 1400)])
        with caplog.at_level(logging.WARNING):
            report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert report.read == 400
        assert "is read from its start" in caplog.text

    async def test_a_last_line_that_is_still_being_written_is_read_again(self, mirakl, kept, tmp_path):
        whole = as_line(order(2, 2))
        file = write(tmp_path / "orders.ndjson", [order(1, 1)])
        with file.open("ab") as feed:
            feed.write(whole[:50])
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert (report.accepted, report.rejected) == (1, 1)
        with file.open("ab") as feed:
            feed.write(whole[50:] + b"\n")
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert (report.read, report.accepted) == (1, 1)

    async def test_a_source_with_a_position_is_resumed(self, mirakl, kept):
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

        first = await run(mirakl.sync(Shop(), journal=kept.address))
        again = await run(mirakl.sync(Shop(), journal=kept.address))
        assert (first[0].read, again[0].read) == (300, 0)

    async def test_a_rewritten_file_is_read_again_although_its_end_is_the_same(self, mirakl, kept, tmp_path):
        last = order(9, 9)
        file = write(tmp_path / "orders.ndjson", [order(1, 1), last])
        await run(mirakl.sync(file, journal=kept.address))
        newer = write(tmp_path / "new", [order(1, 2), last])
        newer.replace(file)
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert held(mirakl.sim) == expected([order(1, 2), last])
        write(file, [order(1, 3), last])  # the same file, rewritten
        report, _ = await run(mirakl.sync(file, journal=kept.address))
        assert report.read == 2
        assert held(mirakl.sim) == expected([order(1, 3), last])

    async def test_leases_are_extended_during_an_outage(self, start):
        mirakl = await start()
        mirakl.sim.faults.add(Fault.status(503, times=12))
        entries = [order(n, n) for n in range(200)]
        async with MemoryQueue(lease=0.3) as queue:
            report, _ = await run(mirakl.sync(entries, journal=queue, concurrency=1))
        assert report.accepted == report.read == 200
        assert mirakl.sim.world.versions.repeated == 0

    async def test_replayed_orders_are_sent_again(self, mirakl, kept):
        entries = [order(n, n, bad=n == 5) for n in range(20)]
        await run(mirakl.sync(entries, journal=kept.address))
        async with open_queue(kept.address) as queue:
            rows = [row async for row in queue.rejected()]
            await queue.replay(rows, [row.line + b"\n" for row in rows])
        report, refused = await run(mirakl.sync([], journal=kept.address))
        assert (report.read, report.rejected) == (1, 1)
        assert refused[0].channel_order_id == "o5"


class TestEnqueueAndWork:
    async def test_enqueueing_and_pushing_can_be_two_jobs(self, mirakl, kept, tmp_path):
        entries = [order(n, n) for n in range(600)]
        file = write(tmp_path / "orders.ndjson", [*entries, b"junk"])
        put = await mirakl.connect.orders.enqueue(file, kept.address, origin=ORIGIN)
        assert (put.read, put.rejected, put.unsent) == (601, 1, 600)
        assert held(mirakl.sim) == {}
        report, _ = await run(mirakl.connect.orders.worker(kept.address, until_empty=True))
        assert (report.read, report.accepted) == (600, 600)
        assert held(mirakl.sim) == expected(entries)

    async def test_a_worker_runs_until_it_is_stopped(self, mirakl, kept):
        async with open_queue(kept.address) as queue, asyncio.timeout(20):
            async with mirakl.connect.orders.worker(queue) as job:
                for n in range(3):
                    await mirakl.connect.orders.enqueue([order(n, n)], queue, origin=ORIGIN)
                    await until(job, n + 1)
                job.stop()
            assert job.report.accepted == 3

    @pytest.mark.parametrize("kept", ["memory", "sqlite"], indirect=True)  # Redis does not count what is given back
    async def test_an_order_beyond_max_deliveries_is_rejected(self, mirakl, kept):
        """Whether its workers die of it is not known, so it has to be asked for, and it can be replayed."""
        async with open_queue(kept.address) as queue:
            await mirakl.connect.orders.enqueue([order(1, 1)], queue, origin=ORIGIN)
            for _ in range(3):
                await queue.release(await queue.receive(1, wait=1))
            await mirakl.connect.orders.enqueue([order(2, 2)], queue, origin=ORIGIN)
            worker = mirakl.connect.orders.worker(queue, until_empty=True, max_deliveries=3)
            report, found = await run(worker)
            assert (report.read, report.accepted, report.rejected) == (2, 1, 1)
            assert [(one.kind, one.channel_order_id) for one in found] == [("abandoned", "o1")]
            [row] = [row async for row in queue.rejected()]
            assert row.kind == "abandoned"
            await queue.replay([row], [row.line + b"\n"])
            report, _ = await run(mirakl.connect.orders.worker(queue, until_empty=True))
        assert report.accepted == 1

    async def test_a_block_that_was_delivered_often_is_split_and_not_rejected(self, mirakl, kept):
        async with open_queue(kept.address) as queue:
            await mirakl.connect.orders.enqueue([order(n, n) for n in range(100)], queue, origin=ORIGIN)
            for _ in range(3):
                await queue.release(await queue.receive(1, wait=1))
            report, _ = await run(mirakl.connect.orders.worker(queue, until_empty=True, max_deliveries=1))
        assert (report.accepted, report.rejected) == (100, 0)
        assert report.calls == (1 if "Redis" in repr(queue) else 2)  # Redis does not count what is given back

    async def test_lines_of_another_program_are_sent(self, mirakl, kept):
        mirakl.sim.world.add_action("a")
        lines = [
            b'{"origin":{"channel_id":"channel-1","channel_store_id":"store-1"},"order":%b}' % as_line(order(1, 1)),
            b'{"origin":{"channel_id":"channel-1","channel_store_id":"store-2"},"order":%b}' % as_line(order(2, 2)),
            b'{"action_id":"a","outcome":{"status":"SUCCESS"}}',
            b"junk",
            b"",
        ]
        async with open_queue(kept.address) as queue:
            await queue.put([b"\n".join(lines), lines[0].replace(b"2026-11-20T12:00:01Z", b"2026-11-20 12:00:02Z")])
            report, found = await run(mirakl.connect.orders.sync(queue))
            assert await queue.waiting() == 0
        assert (report.read, report.rejected, report.outcomes) == (4, 1, 1)
        assert found[0].raw == b"junk"
        assert len(held(mirakl.sim)) == 2

    async def test_a_truncated_block_is_rejected(self, mirakl, kept):
        async with open_queue(kept.address) as queue:
            await queue.put([b'{"mirakl":1,"size":9,"lines":[["a",null,0]]}\n', b'{"mirakl":9,"size":0,"lines":[]}\n'])
            report, found = await run(mirakl.connect.orders.sync(queue))
            assert (await queue.waiting(), report.rejected) == (0, 2)
            assert len([row async for row in queue.rejected()]) == 2
        assert "not complete" in found[0].reason

    async def test_a_block_that_cannot_be_split_is_one_part(self):
        for body in (b"", b"x", b"x\n", b'{"mirakl":'):
            assert len(halves_of(body)) == 1


class TestOutcomes:
    async def put(self, mirakl, journal, names, status="SUCCESS"):
        errors = [ActionError(code="OTHER", message="no")] if status == "FAILED" else None
        for name in names:
            await mirakl.connect.orders.enqueue_action_status(name, status=status, errors=errors, queue=journal)

    def sent(self, sim):
        return [request.path.rsplit("/", 1)[1] for request in sim.requests if request.operation == "updateActionStatus"]

    async def test_each_outcome_is_sent_once(self, mirakl, kept):
        names = [f"action-{n}" for n in range(45)]
        for name in names:
            mirakl.sim.world.add_action(name)
        await self.put(mirakl, kept.address, names[:30])
        await self.put(mirakl, kept.address, names[30:], "FAILED")
        report, _ = await run(mirakl.sync([order(1)], journal=kept.address))
        assert (report.accepted, report.outcomes, report.rejected_outcomes) == (1, 45, 0)
        assert sorted(self.sent(mirakl.sim)) == sorted(names)
        assert {mirakl.sim.world.actions[name].status for name in names[30:]} == {"FAILED"}
        assert await kept.look() == (0, [])

    async def test_a_final_outcome_counts_as_sent_and_an_unknown_action_is_rejected(self, mirakl, kept):
        mirakl.sim.world.add_action("a")
        await self.put(mirakl, kept.address, ["a", "unknown", "a"])
        report, _ = await run(mirakl.connect.orders.worker(kept.address, until_empty=True))
        assert (report.outcomes, report.rejected_outcomes) == (2, 1)
        waiting, [row] = await kept.look()
        assert (waiting, row.id) == (0, "action unknown")
        assert b'"action_id":"unknown"' in row.line

    async def test_outcomes_are_sent_after_an_outage(self, start, kept):
        mirakl = await start()
        for name in "abc":
            mirakl.sim.world.add_action(name)
        mirakl.sim.faults.add(Fault.status(503, operation="updateActionStatus", times=6))
        await self.put(mirakl, kept.address, "abc")
        report, _ = await run(mirakl.connect.orders.worker(kept.address, until_empty=True))
        assert report.outcomes == 3

    async def test_no_outcome_is_rejected_without_a_response_of_mirakl(self, mirakl, kept):
        mirakl.sim.faults.add(Fault.html(404, operation="updateActionStatus"))
        await self.put(mirakl, kept.address, "ab")
        with pytest.raises(SyncFailed, match="404"):
            await run(mirakl.connect.orders.worker(kept.address, until_empty=True, max_outage=0.2))
        assert await kept.look() == (2, [])

    async def test_an_invalid_outcome_is_an_error_at_once(self, mirakl, kept):
        with pytest.raises(InvalidArgument, match="errors"):
            await mirakl.connect.orders.enqueue_action_status("a", status="FAILED", queue=kept.address)
        assert await kept.look() == (0, [])
