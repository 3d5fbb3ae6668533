"""Every way a job can end, and what remains: no task, no order in two places, no order lost."""

from __future__ import annotations

import asyncio
import errno
from itertools import count

import anyio
import pytest

from mirakl_async import Retry, SyncFailed
from mirakl_async.errors import ClientStateError, InvalidArgument
from mirakl_async.order_sync import outages
from mirakl_async.simulator import Fault
from tests.order_sync.conftest import mirakls
from tests.support.order_factory import ORIGIN, expected, held, order, stream


@pytest.fixture(autouse=True)
async def no_task_is_left():
    before = asyncio.all_tasks()
    yield
    for _ in range(3):
        await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() - before if "sync" in task.get_name() or "OrderSync" in repr(task)]
    assert not left


def endless(taken):
    for n in count():
        entry = order(n)
        taken.append(entry)
        yield entry


async def endless_stream(taken):
    for entry in endless(taken):
        yield entry
        await asyncio.sleep(0)


def check(sync, taken, sim):
    """What was taken is accounted for, order by order."""
    report = sync.report
    unsent = [entry.channel_order_id for _, entry in sync.unsent()]
    assert report.read == len(taken) == report.accepted + report.rejected + report.superseded + report.unsent
    assert report.unsent == len(unsent) == len(set(unsent))
    assert {entry.channel_order_id for entry in taken} == set(unsent) | {key.channel_order_id for key in held(sim)}


SOURCES = [endless, endless_stream]


async def until(sync, accepted):
    async with asyncio.timeout(10):
        while sync.report.accepted < accepted:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("source", SOURCES)
class TestStopping:
    async def test_stop_finishes_the_calls_in_flight(self, start, source):
        mirakl = await start(latency=0.01)
        taken = []
        async with mirakl.sync(source(taken)) as sync:
            await until(sync, 300)
            sync.stop()
            sync.stop()
        assert sync.report.complete
        check(sync, taken, mirakl.sim)
        assert held(mirakl.sim) == expected(taken)

    async def test_stop_can_be_called_from_a_plain_callback(self, start, source):
        mirakl = await start(latency=0.01)
        taken = []
        async with asyncio.timeout(10), mirakl.sync(source(taken)) as sync:
            asyncio.get_running_loop().call_later(0.1, sync.stop)  # as a signal handler is called
        check(sync, taken, mirakl.sim)

    async def test_abort_ends_at_once(self, start, source):
        mirakl = await start(latency=0.3)
        taken = []
        async with asyncio.timeout(5):
            async with mirakl.sync(source(taken), concurrency=3) as sync:
                await asyncio.sleep(0.1)
                sync.abort()
        assert sync.report.unsent == sync.report.read == len(taken) > 0
        await asyncio.sleep(0.4)
        check_unsent_only(sync, taken)

    async def test_orders_that_the_grace_period_is_too_short_for_are_unsent(self, start, source):
        mirakl = await start(latency=30)
        taken = []
        async with asyncio.timeout(5):
            async with mirakl.sync(source(taken), grace_period=0.1) as sync:
                await asyncio.sleep(0.1)
                sync.stop()
        check_unsent_only(sync, taken)

    async def test_leaving_the_block_waits_for_the_end_of_the_job(self, mirakl, source):
        taken = []

        async def leave():
            async with mirakl.sync(source(taken)) as sync:
                await until(sync, 200)
                sync.stop()
                return sync
            return None

        check(await leave(), taken, mirakl.sim)

    async def test_an_error_in_the_block_stops_the_job_and_is_raised(self, start, source):
        mirakl = await start(latency=0.02)
        taken = []
        with pytest.raises(ZeroDivisionError):
            async with mirakl.sync(source(taken)) as sync:
                await until(sync, 200)
                raise ZeroDivisionError
        check(sync, taken, mirakl.sim)

    async def test_cancelling_finishes_the_calls_in_flight(self, start, source):
        mirakl = await start(latency=0.02)
        taken = []
        sync = mirakl.sync(source(taken))
        job = asyncio.create_task(sync.run())
        await until(sync, 200)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert sync.report.complete
        check(sync, taken, mirakl.sim)

    async def test_cancelling_twice_ends_at_once(self, start, source):
        mirakl = await start(latency=30)
        taken = []
        sync = mirakl.sync(source(taken))
        job = asyncio.create_task(sync.run())
        await asyncio.sleep(0.1)
        job.cancel()
        await asyncio.sleep(0.05)
        assert not job.done()
        job.cancel()
        async with asyncio.timeout(1):
            with pytest.raises(asyncio.CancelledError):
                await job
        check_unsent_only(sync, taken)

    async def test_cancelling_twice_in_the_block_ends_at_once(self, start, source):
        mirakl = await start(latency=30)
        taken = []
        syncs = []

        async def block():
            async with mirakl.sync(source(taken)) as sync:
                syncs.append(sync)
                await asyncio.Event().wait()

        job = asyncio.create_task(block())
        await asyncio.sleep(0.1)
        for _ in range(2):
            job.cancel()
            await asyncio.sleep(0.05)
        assert job.done()
        check_unsent_only(syncs[0], taken)

    async def test_a_cancel_scope_of_anyio_finishes_the_calls_in_flight(self, start, source):
        mirakl = await start(latency=0.05)
        taken = []
        sync = mirakl.sync(source(taken))
        with anyio.move_on_after(0.3) as scope:
            await sync.run()
        assert scope.cancelled_caught
        assert sync.report.complete
        check(sync, taken, mirakl.sim)

    async def test_a_timeout_finishes_the_calls_in_flight(self, start, source):
        mirakl = await start(latency=0.05)
        taken = []
        sync = mirakl.sync(source(taken))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sync.run()
        assert sync.report.complete
        check(sync, taken, mirakl.sim)

    async def test_closing_the_client_stops_the_job(self, start, source):
        mirakl = await start(latency=0.02)
        taken = []
        with pytest.raises(SyncFailed):
            async with mirakl.sync(source(taken)) as sync:
                await until(sync, 200)
                await mirakl.connect.close()
        report = sync.report
        assert report.read == len(taken) == report.accepted + report.unsent
        assert report.unsent == len(list(sync.unsent())) > 0


def check_unsent_only(sync, taken):
    assert sync.report.accepted == 0
    assert [entry for _, entry in sync.unsent()] == taken


async def test_stop_before_the_start_reads_nothing(mirakl):
    taken = []
    sync = mirakl.sync(endless(taken))
    sync.stop()
    report = await sync.run()
    assert (report.read, taken) == (0, [])


async def test_a_job_runs_once(mirakl):
    sync = mirakl.sync([order(1)])
    await sync.run()
    with pytest.raises(ClientStateError, match="once"):
        await sync.run()
    sync.stop()
    sync.abort()
    assert sync.report.accepted == 1


async def test_a_job_that_is_never_started_leaves_nothing(mirakl, tmp_path):
    mirakl.sync([order(1)], rejected_file=tmp_path / "refused.ndjson")
    assert not (tmp_path / "refused.ndjson").exists()


@pytest.mark.parametrize("source", [[], iter(()), stream([])])
@pytest.mark.parametrize("concurrency", [None, 1, 5])
async def test_an_empty_source_is_a_complete_job(mirakl, source, concurrency):
    seen = []
    report = await mirakl.sync(source, concurrency=concurrency, progress=seen.append).run()
    assert (report.read, report.calls) == (0, 0)
    assert len(seen) == 1


class Unusual(BaseException):
    pass


class TestSourcesThatFail:
    @pytest.mark.parametrize("gives", [0, 1, 130])
    @pytest.mark.parametrize("kind", ["iterable", "async"])
    async def test_orders_before_the_error_are_sent(self, mirakl, kind, gives):
        def source():
            yield from map(order, range(gives))
            raise ValueError("the feed broke")

        with pytest.raises(SyncFailed, match="ValueError: the feed broke") as stopped:
            await mirakl.sync(source() if kind == "iterable" else stream(source())).run()
        assert isinstance(stopped.value.__cause__, ValueError)
        assert stopped.value.report.accepted == stopped.value.report.read == mirakl.sim.world.count() == gives

    @pytest.mark.parametrize("error", [asyncio.CancelledError, GeneratorExit, Unusual])
    @pytest.mark.parametrize("concurrency", [None, 1])
    async def test_a_base_exception_is_not_lost(self, mirakl, error, concurrency):
        def source():
            yield from map(order, range(130))
            raise error

        with pytest.raises(SyncFailed, match=error.__name__) as stopped:
            await mirakl.sync(source(), concurrency=concurrency).run()
        assert stopped.value.report.accepted == stopped.value.report.read == 130

    async def test_a_base_exception_of_an_async_source_is_not_lost(self, mirakl):
        async def source():
            yield order(1)
            raise Unusual

        with pytest.raises(SyncFailed, match="Unusual"):
            await mirakl.sync(source()).run()

    async def test_an_error_without_a_message_is_named_by_its_class(self, mirakl):
        async def source():
            raise KeyError
            yield

        with pytest.raises(SyncFailed, match="KeyError"):
            await mirakl.sync(source()).run()

    async def test_a_cancellation_inside_the_source_is_an_error_of_the_source(self, mirakl):
        async def source():
            yield order(1)
            other = asyncio.create_task(asyncio.sleep(60))
            other.cancel()
            await other

        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed, match="CancelledError") as stopped:
                await mirakl.sync(source()).run()
        assert stopped.value.report.accepted == 1

    async def test_an_iterator_that_fails_at_its_start_is_an_error(self, mirakl):
        class Broken:
            def __aiter__(self):
                raise OSError("no feed")

        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed, match="no feed"):
                await mirakl.sync(Broken()).run()


class TestAsyncSourcesThatAreLeft:
    async def test_a_source_that_hangs_is_cancelled(self, mirakl):
        ends = []

        async def source():
            try:
                for n in range(130):
                    yield order(n)
                await asyncio.Event().wait()
            finally:
                ends.append("cleaned up")

        async with asyncio.timeout(5), mirakl.sync(source(), linger=0.01) as sync:
            await until(sync, 130)
            sync.stop()
        assert ends == ["cleaned up"]
        assert sync.report.accepted == 130

    async def test_a_waiting_source_is_closed(self, start):
        mirakl = await start(latency=0.5)
        ends = []

        async def source():
            try:
                for n in count():
                    yield order(n)
            finally:
                ends.append("cleaned up")

        async with asyncio.timeout(5), mirakl.sync(source(), grace_period=0.05) as sync:
            await asyncio.sleep(0.1)
            sync.stop()
        assert ends == ["cleaned up"]
        assert sync.report.unsent == len(list(sync.unsent()))

    async def test_a_source_that_does_not_close_does_not_block_the_job(self, mirakl):
        async def source():
            try:
                yield order(1)
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)

        async with asyncio.timeout(5), mirakl.sync(source(), linger=0) as sync:
            await until(sync, 1)
            sync.stop()
        assert sync.report.accepted == 1

    async def test_the_last_order_of_the_source_is_unsent_when_the_job_is_aborted(self, start):
        mirakl = await start(latency=30)
        taken = []

        async def source():
            for n in range(105):
                taken.append(order(n))
                yield taken[-1]
            await asyncio.Event().wait()

        async with asyncio.timeout(5):
            async with mirakl.sync(source(), linger=60) as sync:
                await asyncio.sleep(0.1)
                sync.abort()
        check_unsent_only(sync, taken)
        assert len(taken) == sync.report.read == 105


class TestUsersOwnErrors:
    @pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError, Unusual])
    async def test_an_error_of_the_progress_callback_is_raised(self, mirakl, error):
        def progress(report):
            raise error("no terminal")

        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed, match="no terminal") as stopped:
                await mirakl.sync(map(order, range(1000)), progress=progress).run()
        report = stopped.value.report
        assert report.read == report.accepted + report.unsent

    async def test_an_error_of_the_last_progress_call_is_raised(self, mirakl):
        def progress(report):
            if report.complete and report.read:
                raise RuntimeError("no terminal")

        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed, match="no terminal"):
                async with mirakl.sync(map(order, range(50)), progress=progress) as sync:
                    assert [entry async for entry in sync.rejected()] == []
        assert sync.report.accepted == 50

    async def test_an_error_in_the_block_has_precedence_over_the_jobs_error(self, mirakl):
        mirakl.sim.faults.add(mirakls(404))
        with pytest.raises(ZeroDivisionError):
            async with mirakl.sync([order(1)]) as sync:
                async for _ in sync.rejected():
                    pass
                raise ZeroDivisionError

    async def test_a_rejected_file_that_cannot_be_written_stops_the_job(self, mirakl, tmp_path):
        with pytest.raises(IsADirectoryError):
            await mirakl.sync([order(1)], rejected_file=tmp_path).run()

    async def test_a_full_disk_stops_the_job(self, mirakl, tmp_path):
        feed = [order(n, bad=n == 50) for n in range(100)]
        with pytest.raises(SyncFailed, match="No space left") as stopped:
            async with mirakl.sync(feed, rejected_file="/dev/full") as sync:
                refused = [entry.channel_order_id async for entry in sync.rejected()]
        assert stopped.value.__cause__.errno == errno.ENOSPC
        assert refused == ["o50"]
        report = sync.report
        assert report.rejected == 1
        assert report.read == 100 == report.accepted + report.rejected + report.unsent
        assert len(list(sync.unsent())) == report.unsent


class TestConfiguration:
    @pytest.mark.parametrize("status", [404, 403, 401, 301])
    async def test_an_error_that_retries_cannot_solve_stops_at_once(self, mirakl, status):
        mirakl.sim.faults.add(mirakls(status))
        taken = []
        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed) as stopped:
                async with mirakl.sync(endless(taken)) as sync:
                    pass
        assert 0 < stopped.value.report.unsent == stopped.value.report.read
        check_unsent_only(sync, taken)

    @pytest.mark.parametrize("status", [400, 404, 403, 413, 422])
    async def test_a_gateways_error_page_is_an_outage_and_rejects_no_order(self, mirakl, monkeypatch, status, caplog):
        monkeypatch.setattr(outages, "INITIAL_DELAY", 0.02)
        mirakl.sim.faults.add(Fault.html(status, times=12))
        report = await mirakl.sync(map(order, range(300)), concurrency=3, max_outage=30).run()
        assert (report.accepted, report.rejected) == (300, 0)
        assert status == 413 or "the answer is not Mirakl's" in caplog.text

    async def test_a_firewalls_page_with_status_200_does_not_accept_orders(self, mirakl, monkeypatch, caplog):
        monkeypatch.setattr(outages, "INITIAL_DELAY", 0.02)
        mirakl.sim.faults.add(Fault.html(200, every=3))
        orders = [order(n, bad=n == 77) for n in range(1000)]
        report = await mirakl.sync(iter(orders), batch_size=20, max_outage=30).run()
        assert (report.accepted, report.rejected, report.unsent) == (999, 1, 0)
        assert held(mirakl.sim) == expected(one for one in orders if one.channel_order_id != "o77")
        assert report.calls > 60

    async def test_a_permanent_gateways_error_page_stops_the_job_with_all_orders_unsent(self, mirakl):
        mirakl.sim.faults.add(Fault.html(400))
        with pytest.raises(SyncFailed, match="400") as stopped:
            await mirakl.sync(map(order, range(50)), max_outage=0.1).run()
        assert stopped.value.report.unsent == 50

    async def test_an_invalid_origin_is_not_isolated_order_by_order(self, mirakl):
        body = '{"code":"INVALID_INPUT","errors":[{"field":"origin.channel_store_id","message":"is closed"}]}'
        mirakl.sim.faults.add(Fault.status(400, body=body, content_type="application/json"))
        with pytest.raises(SyncFailed, match="is closed") as stopped:
            await mirakl.sync(map(order, range(300))).run()
        assert stopped.value.report.rejected == 0
        assert stopped.value.report.calls < 10

    @pytest.mark.parametrize("first", ["channel-1", "closed"])
    async def test_a_closed_store_does_not_stop_the_others(self, mirakl, first, caplog):
        origins = [type(ORIGIN)(channel_id=name, channel_store_id="store-1") for name in ("channel-1", "closed")]
        origins.sort(key=lambda origin: origin.channel_id != first)
        pairs = [(origins[n % 2], order(n)) for n in range(1000)]
        sync = mirakl.sync(iter(pairs), origin=None)
        async with asyncio.timeout(20), sync:
            refused = [entry async for entry in sync.rejected()]
        assert {entry.kind for entry in refused} == {"origin"}
        assert {entry.origin.channel_id for entry in refused} == {"closed"}
        assert (sync.report.accepted, sync.report.rejected, sync.report.unsent) == (500, 500, 0)
        assert sync.report.calls < 20
        assert "set aside" in caplog.text

    @pytest.mark.parametrize("make", [iter, stream])
    @pytest.mark.parametrize("concurrency", [1, 2, None])
    @pytest.mark.parametrize("last", ["accepted", "invalid", "unknown"])
    async def test_more_unknown_stores_than_calls_at_a_time_do_not_keep_the_job_busy(
        self, mirakl, monkeypatch, make, concurrency, last
    ):
        monkeypatch.setattr("mirakl_async.order_sync.worker_pool.ORIGIN_PAUSE", 0.02)
        unknown = [type(ORIGIN)(channel_id="unknown", channel_store_id=f"store-{n}") for n in range(15)]
        pairs = [(origin, order(n)) for n, origin in enumerate(unknown)]
        if last != "unknown":
            pairs.append((ORIGIN, order("last", bad=last == "invalid")))
        sync = mirakl.sync(make(pairs), origin=None, concurrency=concurrency)
        async with asyncio.timeout(5):
            if last == "accepted":
                await sync.run()
            else:
                with pytest.raises(SyncFailed, match="404"):
                    await sync.run()
        report = sync.report
        counts = {"accepted": (1, 15, 0), "invalid": (0, 1, 15), "unknown": (0, 0, 15)}
        assert (report.accepted, report.rejected, report.unsent) == counts[last]
        assert report.calls < 60

    async def test_the_job_stops_if_all_stores_are_closed(self, mirakl):
        origins = [type(ORIGIN)(channel_id=name, channel_store_id="store-1") for name in ("a", "b", "c")]
        pairs = [(origins[n % 3], order(n)) for n in range(1000)]
        async with asyncio.timeout(20):
            with pytest.raises(SyncFailed, match="404") as stopped:
                await mirakl.sync(iter(pairs), origin=None).run()
        assert stopped.value.report.unsent == stopped.value.report.read

    async def test_a_failing_job_waits_only_for_calls_in_flight(self, start, monkeypatch):
        monkeypatch.setattr(outages, "INITIAL_DELAY", 40.0)
        mirakl = await start(client={"retry": Retry(max_retries=0)})
        mirakl.sim.faults.add(Fault.status(503, at=(1,)), mirakls(404, at=(2,)))
        async with asyncio.timeout(5):
            with pytest.raises(SyncFailed, match="404") as stopped:
                await mirakl.sync(map(order, range(200)), concurrency=2, grace_period=60).run()
        assert stopped.value.report.unsent == 200

    async def test_the_outage_of_a_host_that_never_answered_is_shorter(self, start, unused_tcp_port, monkeypatch):
        monkeypatch.setattr(outages, "FIRST_CONTACT", 0.3)
        url = f"http://127.0.0.1:{unused_tcp_port}"
        for wrong in ({"connect_url": url}, {"auth_url": url}):
            mirakl = await start(addresses=wrong)
            async with asyncio.timeout(8):
                with pytest.raises(SyncFailed) as stopped:
                    await mirakl.sync(map(order, range(250)), max_outage=600).run()
            assert stopped.value.report.accepted == 0
            assert stopped.value.report.unsent == stopped.value.report.read

    async def test_an_outage_shorter_than_max_outage_is_survived(self, mirakl, monkeypatch):
        monkeypatch.setattr(outages, "INITIAL_DELAY", 0.05)
        mirakl.sim.faults.add(Fault.status(503, times=40))
        report = await mirakl.sync(map(order, range(300)), concurrency=3, max_outage=30).run()
        assert report.accepted == 300
        assert report.retries >= 40

    async def test_an_outage_of_the_token_endpoint_is_survived(self, mirakl, monkeypatch):
        monkeypatch.setattr(outages, "INITIAL_DELAY", 0.05)
        mirakl.sim.faults.add(Fault.status(503, operation="token", times=6))
        report = await mirakl.sync(map(order, range(300)), max_outage=30).run()
        assert report.accepted == 300

    async def test_invalid_options_are_rejected_before_the_start(self, mirakl):
        for name, nonsense in (
            ("batch_size", {"batch_size": 0}),
            ("batch_size", {"batch_size": 101}),
            ("concurrency", {"concurrency": 0}),
            ("origin", {"origin": {"channel_id": "c"}}),
            ("origin", {"origin": type(ORIGIN)(channel_id=None, channel_store_id="s")}),
        ):
            with pytest.raises(InvalidArgument, match=name):
                mirakl.sync([], **nonsense)
        for source in (order(1), {"channel_order_id": "o1"}, b"[]", 5, None, "no/such/file"):
            with pytest.raises(InvalidArgument, match="source"):
                mirakl.sync(source)

    async def test_a_source_file_cannot_be_its_own_rejected_file(self, mirakl, tmp_path):
        file, link = tmp_path / "orders.ndjson", tmp_path / "link"
        file.write_bytes(b"junk\n")
        link.symlink_to(file)
        for letters in (file, str(file), link):
            with pytest.raises(InvalidArgument, match="rejected_file"):
                mirakl.sync(file, rejected_file=letters)
