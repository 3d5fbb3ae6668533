"""The rules for acknowledging a queue's messages, each against a queue that would violate it."""

from __future__ import annotations

import asyncio
import os

import pytest

from mirakl_async import SyncFailed, codec
from mirakl_async.errors import ConfigurationError, QueueLost, QueueUnavailable
from mirakl_async.order_sync import queue_feed
from mirakl_async.queues.blocks import parse_block
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.opening import open_queue
from mirakl_async.simulator import Fault
from tests.support.order_factory import ORIGIN, as_line, expected, held, order, stream


class Recording(MemoryQueue):
    """Tells what was done with it, and in which order."""

    def __init__(self, **options):
        super().__init__(**options)
        self.events = []

    async def receive(self, limit, *, wait):
        messages = await super().receive(limit, wait=wait)
        self.events += [("received", message.id) for message in messages]
        return messages

    async def ack(self, messages):
        self.events += [("acked", message.id) for message in messages]
        return await super().ack(messages)

    async def release(self, messages):
        self.events += [("released", message.id) for message in messages]
        await super().release(messages)

    def of(self, kind):
        return [identity for what, identity in self.events if what == kind]


class Inner:
    """A queue that offers less than the one it stands on."""

    def __init__(self, queue):
        self.queue = queue
        self.lease = queue.lease

    async def __aenter__(self):
        await self.queue.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.queue.__aexit__(*error)

    async def receive(self, limit, *, wait):
        return await self.queue.receive(limit, wait=wait)

    async def extend(self, messages):
        return await self.queue.extend(messages)

    async def ack(self, messages):
        return await self.queue.ack(messages)

    async def release(self, messages):
        await self.queue.release(messages)

    async def waiting(self):
        return await self.queue.waiting()


class PlainQueue(Inner):
    """Keeps neither cursors nor rejected lines, as SQS does."""

    max_bytes = 1024 * 1024

    async def put(self, bodies):
        await self.queue.put(bodies)


async def run(sync):
    async with asyncio.timeout(20), sync:
        found = [entry async for entry in sync.rejected()]
    report = sync.report
    assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
    return report, found


async def put(mirakl, queue, entries):
    await mirakl.connect.orders.enqueue(entries, queue, origin=ORIGIN)


class TestIdentity:
    async def test_a_message_delivered_again_while_in_hand_is_the_same_one(self, start):
        class Forgetful(Recording):
            async def extend(self, messages):
                return ()  # and the lease ends

        mirakl = await start(latency=0.6)
        async with Forgetful(lease=0.2) as queue:
            await put(mirakl, queue, [order(n, n) for n in range(100)])
            report, _ = await run(mirakl.connect.orders.sync(queue))
            assert await queue.waiting() == 0
        assert len(queue.of("received")) > 1
        assert (report.read, report.accepted, report.superseded, report.calls) == (100, 100, 0, 1)

    async def test_an_acknowledgement_that_was_not_confirmed_is_repeated_and_nothing_is_sent_again(self, mirakl):
        class Doubtful(Recording):
            async def ack(self, messages):
                if len(self.of("acked")) < 2:
                    self.events += [("acked", message.id) for message in messages]
                    return messages
                return await super().ack(messages)

        async with Doubtful(lease=0.2) as queue:
            await put(mirakl, queue, [order(n, n) for n in range(150)])
            report, _ = await run(mirakl.connect.orders.sync(queue))
            assert await queue.waiting() == 0
        assert (report.read, report.accepted, report.calls) == (150, 150, 2)


async def test_a_superseded_line_is_acknowledged_with_the_version_that_superseded_it(start):
    mirakl = await start(latency=0.3)
    async with Recording() as queue:
        for n in range(2):
            await put(mirakl, queue, [order(1, n, title=str(n)), *(order(f"{n}-{k}", n) for k in range(10))])
        async with asyncio.timeout(20), mirakl.connect.orders.sync(queue) as sync:
            while sync.report.superseded < 1:
                await asyncio.sleep(0.01)
            assert queue.of("acked") == []
        assert sorted(queue.of("acked")) == sorted(queue.of("received"))
    assert (sync.report.accepted, sync.report.superseded) == (21, 1)
    assert held(mirakl.sim)[next(key for key in held(mirakl.sim) if key.channel_order_id == "o1")]


async def test_versions_that_supersede_each_other_in_two_blocks_acknowledge_both(mirakl):
    first = [order(1, 1), order(2, 9)]
    second = [order(1, 9), order(2, 1)]
    async with Recording() as queue:
        for entries in (first, second):
            await put(mirakl, queue, entries)
        report, _ = await run(mirakl.connect.orders.sync(queue))
        assert await queue.waiting() == 0
    assert (report.accepted, report.superseded) == (2, 2)
    assert held(mirakl.sim) == expected([order(1, 9), order(2, 9)])


class TestLeases:
    async def test_the_leases_of_prefetched_messages_are_extended(self, start):
        mirakl = await start(latency=0.5)
        async with Recording(lease=0.6) as queue:
            await put(mirakl, queue, [order(n, n) for n in range(400)])
            report, _ = await run(mirakl.connect.orders.sync(queue, concurrency=1))
        assert report.calls == 4
        assert len(queue.of("received")) == 4, "none was delivered again"

    async def test_a_message_with_an_expired_lease_is_not_released(self, start):
        class Lapsed(Recording):
            async def extend(self, messages):
                return list(messages)

        mirakl = await start(latency=30)
        async with Lapsed(lease=0.3) as queue:
            await put(mirakl, queue, [order(n, n) for n in range(100)])
            async with asyncio.timeout(10), mirakl.connect.orders.sync(queue) as sync:
                await asyncio.sleep(0.2)
                sync.abort()
            assert queue.of("received")
            assert queue.of("released") == []

    async def test_remaining_messages_are_released_at_the_end(self, start):
        mirakl = await start(latency=30)
        async with Recording() as queue:
            await put(mirakl, queue, [order(n, n) for n in range(300)])
            async with asyncio.timeout(10), mirakl.connect.orders.sync(queue) as sync:
                while not queue.of("received"):
                    await asyncio.sleep(0.01)
                sync.abort()
            assert len(set(queue.of("released"))) == len(set(queue.of("received"))) > 0
            assert len(await queue.receive(10, wait=0)) == 3


class TestRejected:
    async def test_rejected_orders_are_in_the_file_before_the_acknowledgement(self, mirakl, tmp_path, monkeypatch):
        events = []
        monkeypatch.setattr(os, "fsync", lambda _: events.append("synced"))

        class Telling(Inner):
            async def ack(self, messages):
                events.append("acked")
                return await super().ack(messages)

        async with MemoryQueue() as queue:
            await put(mirakl, queue, [order(n, n, bad=n == 7) for n in range(100)])
            file = tmp_path / "rejected.ndjson"
            report, _ = await run(mirakl.connect.orders.worker(Telling(queue), until_empty=True, rejected=file))
        assert report.rejected == 1
        assert events == ["synced", "acked"]
        [line] = file.read_bytes().splitlines()
        assert codec.decode_plain(line)["channel_order_id"] == "o7"

    async def test_rejected_orders_are_in_another_queue_before_the_acknowledgement(self, mirakl):
        async with MemoryQueue() as queue, MemoryQueue() as rejected:
            await put(mirakl, queue, [order(n, n, bad=n == 7) for n in range(100)])
            await run(mirakl.connect.orders.sync(Inner(queue), rejected=rejected))
            [message] = await rejected.receive(10, wait=1)
        row = codec.decode_plain(message.body)
        assert (row["order_id"], row["kind"]) == ("o7", "server")

    async def test_the_same_rejection_is_stored_once(self, mirakl):
        bad = order(1, 1, bad=True)
        async with MemoryQueue() as queue:
            for _ in range(2):
                await put(mirakl, queue, [bad])
                await run(mirakl.connect.orders.sync(queue))
            assert len([row async for row in queue.rejected()]) == 1

    async def test_a_missing_place_for_rejected_orders_is_reported_before_the_first_call(self, mirakl):
        queue = Inner(MemoryQueue())
        for make in (mirakl.connect.orders.sync, mirakl.connect.orders.worker):
            with pytest.raises(ConfigurationError, match="does not store rejected lines: give rejected="):
                make(queue)
        assert not mirakl.sim.requests

    async def test_an_order_that_is_too_large_for_the_queue_is_rejected_with_its_size(self, mirakl):
        entries = [order(n, n, title="x" * (200_000 if n == 5 else 10)) for n in range(20)]
        async with MemoryQueue(max_bytes=100_000) as queue:
            report, [found] = await run(mirakl.sync(entries, journal=queue))
        assert (report.accepted, found.channel_order_id) == (19, "o5")
        assert "200" in found.reason
        assert "takes at most" in found.reason

    async def test_an_outcome_of_another_program_that_cannot_be_sent_does_not_end_the_job(self, mirakl):
        lines = [b'{"action_id":"%b","outcome":{"status":"SUCCESS"}}\n' % name for name in (b"a/b", b"", b"..")]
        async with MemoryQueue() as queue:
            await queue.put([b"".join(lines)])
            await put(mirakl, queue, [order(n, n) for n in range(10)])
            report, _ = await run(mirakl.connect.orders.sync(queue))
            rows = [row async for row in queue.rejected()]
            assert await queue.waiting() == 0
        assert (report.accepted, report.rejected_outcomes) == (10, 3)
        assert {row.kind for row in rows} == {"invalid"}
        assert [row.line + b"\n" for row in rows] == lines


class TestPositions:
    async def test_a_queue_without_positions_needs_a_resume_file(self, mirakl, tmp_path):
        file = tmp_path / "orders.ndjson"
        file.write_bytes(b"".join(as_line(order(n, n)) + b"\n" for n in range(150)))
        async with PlainQueue(MemoryQueue()) as queue:
            with pytest.raises(ConfigurationError, match="does not store cursors: give resume_file="):
                mirakl.sync(file, journal=queue, rejected=tmp_path / "r")
            for read in (150, 0):
                sync = mirakl.sync(file, journal=queue, rejected=tmp_path / "r", resume_file=tmp_path / "position")
                report, _ = await run(sync)
                assert report.read == read
        assert (tmp_path / "position").stat().st_mode & 0o777 == 0o600

    async def test_an_invalid_resume_file_is_an_error(self, mirakl, tmp_path):
        file, position = tmp_path / "orders.ndjson", tmp_path / "position"
        file.write_bytes(as_line(order(1)))
        position.write_text("notes")
        async with MemoryQueue() as queue:
            with pytest.raises(ConfigurationError, match="not a resume file"):
                await mirakl.sync(file, journal=queue, resume_file=position).run()


class TestTheEnd:
    async def test_a_job_on_an_uncountable_queue_ends_after_idle_seconds(self, mirakl, tmp_path):
        class Silent(Inner):
            async def waiting(self):
                return None

        async with MemoryQueue() as queue:
            await put(mirakl, queue, [order(n, n) for n in range(100)])
            report, _ = await run(mirakl.connect.orders.sync(Silent(queue), idle=0.2, rejected=tmp_path / "r"))
        assert report.accepted == 100

    async def test_a_queue_that_may_charge_per_request_is_polled_with_long_waits(self, mirakl, tmp_path):
        waits = []

        class Paid(PlainQueue):
            async def receive(self, limit, *, wait):
                waits.append(wait)
                return await super().receive(limit, wait=min(wait, 0.1))

            async def waiting(self):
                return None

        async with MemoryQueue() as queue:
            file = tmp_path / "rejected.ndjson"
            await put(mirakl, queue, [order(n, n) for n in range(100)])
            await run(mirakl.connect.orders.sync(Paid(queue), idle=0.3, rejected=file))
            assert set(waits) == {0.5}
            report, _ = await run(
                mirakl.sync(stream(map(order, range(200))), journal=Paid(queue), idle=0.6, rejected=file)
            )
            assert report.accepted == 200
            assert set(waits) == {0.5, 0.6}
            worker = mirakl.connect.orders.worker(Paid(queue), rejected=file)
            async with worker:
                await asyncio.sleep(0.05)
                worker.stop()
            assert set(waits) == {0.5, 0.6, 5.0}

    async def test_a_worker_survives_an_outage_of_its_queue_and_of_mirakl(self, mirakl, monkeypatch):
        monkeypatch.setattr(queue_feed, "RETRY_INTERVAL", 0.05)

        class Away(MemoryQueue):
            failures = 3

            async def receive(self, limit, *, wait):
                if self.failures:
                    self.failures -= 1
                    raise QueueUnavailable("the queue is unreachable")
                return await super().receive(limit, wait=wait)

        mirakl.sim.faults.add(Fault.status(503, times=5))
        async with Away() as queue:
            await put(mirakl, queue, [order(n, n) for n in range(100)])
            report, _ = await run(mirakl.connect.orders.worker(queue, until_empty=True))
            assert report.accepted == 100
            queue.failures = 1
            with pytest.raises(SyncFailed, match="unreachable"):
                await run(mirakl.connect.orders.sync(queue))

    async def test_lost_messages_fail_the_sync(self, mirakl):
        class Lost(MemoryQueue):
            async def put(self, bodies):
                raise QueueLost("the queue lost messages that it had accepted")

        async with Lost() as queue:
            with pytest.raises(SyncFailed, match="lost messages that it had accepted") as stopped:
                await run(mirakl.sync(map(order, range(150)), journal=queue))
        assert stopped.value.report.unsent == stopped.value.report.read > 0


async def test_a_cancelled_or_failed_put_leaves_no_task(mirakl):
    class Slow(MemoryQueue):
        async def put(self, bodies):
            await asyncio.sleep(30)

    class Broken(MemoryQueue):
        async def put(self, bodies):
            raise QueueUnavailable("the queue is unreachable")

    before = asyncio.all_tasks()
    async with Slow() as queue:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await put(mirakl, queue, map(order, range(5000)))
    async with Broken() as queue:
        with pytest.raises(QueueUnavailable):
            await put(mirakl, queue, map(order, range(5000)))
    assert asyncio.all_tasks() == before


async def test_enqueue_puts_all_orders_before_it_raises_the_sources_error(mirakl, kept):
    def source():
        yield from (order(n, n) for n in range(130))
        raise RuntimeError("the shop is closed")

    async with open_queue(kept.address) as queue:
        with pytest.raises(RuntimeError, match="the shop is closed"):
            await put(mirakl, queue, source())
        report, _ = await run(mirakl.connect.orders.sync(queue))
    assert report.accepted == 130


@pytest.mark.parametrize("way", ["stop", "abort", "cancel", "404"])
@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_all_orders_read_are_accounted_for_however_a_job_ends(start, kept, way, kind):
    mirakl = await start(latency=0.02)
    taken = []

    def source():
        for n in range(100_000):
            taken.append(order(n, n, bad=n % 97 == 5))
            yield taken[-1]

    if way == "404":
        body = '{"code":"NOT_FOUND","message":"No such store","errors":[]}'
        when = tuple(range(4, 10_000))
        mirakl.sim.faults.add(Fault.status(404, body=body, content_type="application/json", at=when))
    made = source() if kind == "plain" else stream(source())
    sync = mirakl.sync(made, journal=kept.address, read_ahead=1000, concurrency=2, grace_period=0.5)
    refused = []

    async def job():
        async with sync:
            async for entry in sync.rejected():
                refused.append(entry.channel_order_id)  # noqa: PERF401 - what came so far counts when it is cancelled

    task = asyncio.create_task(job())
    async with asyncio.timeout(20):
        while sync.report.accepted < 100 and not task.done():
            await asyncio.sleep(0.005)
        {"stop": sync.stop, "abort": sync.abort, "cancel": task.cancel, "404": list}[way]()
        await asyncio.wait([task])
    ended = None if task.cancelled() else task.exception()
    assert isinstance(ended, SyncFailed) if way == "404" else ended is None
    async with open_queue(kept.address) as queue:
        waiting = [message for _ in range(500) for message in await queue.receive(10, wait=0)]
        rejected = [row.order_id async for row in queue.rejected()]
        await queue.release(waiting)
    in_queue = {key[0] for message in waiting for key in parse_block(message.body).keys or ()}
    unsent = {
        codec.decode_plain(entry)["channel_order_id"] if isinstance(entry, bytes) else entry.channel_order_id
        for _, entry in sync.unsent()
    }
    arrived = {key.channel_order_id for key in held(mirakl.sim)}
    assert {entry.channel_order_id for entry in taken} == arrived | set(rejected) | in_queue | unsent
    assert set(refused) <= set(rejected) | in_queue


async def test_rejected_orders_have_their_line_of_the_file_with_a_queue_too(mirakl, tmp_path):
    """Also when their block was cut in two, since it was delivered again and again."""
    file = tmp_path / "orders.ndjson"
    entries = [order(n, n) for n in range(250)]
    for entry in entries[7::40]:
        entry.status = "NO_SUCH_STATUS"  # which only the server can know
    file.write_bytes(b"\n".join(map(as_line, entries)))
    async with MemoryQueue() as queue:
        await mirakl.connect.orders.enqueue(file, queue, origin=ORIGIN)
        for _ in range(3):
            messages = await queue.receive(10, wait=0)
            await queue.release(messages)
        report, found = await run(mirakl.connect.orders.sync(queue))
    assert (report.accepted, report.rejected) == (243, 7)
    assert {entry.channel_order_id: entry.line for entry in found} == {f"o{n}": n + 1 for n in range(7, 250, 40)}
    async with MemoryQueue() as queue:  # structs have no lines
        await put(mirakl, queue, [order(n, n, bad=n == 3) for n in range(10)])
        _, [entry] = await run(mirakl.connect.orders.sync(queue))
    assert entry.line is None
