import asyncio
import json
import stat
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from benchmarks.synthetic import ORIGIN, order
from mirakl_async import ClientCredentials, Retry, SyncFailed, codec
from mirakl_async.models.connect.common import OriginRequest
from mirakl_async.simulator import Fault, OrderKey, Simulator, digest_of

OTHER = OriginRequest(channel_id="channel-1", channel_store_id="store-2")
QUICK = Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.05, quota=100_000)


@asynccontextmanager
async def mirakl(*, rate_limit="none", **settings):
    async with Simulator(**settings) as sim, client(sim, rate_limit=rate_limit) as connect:
        yield sim, connect


def client(sim, **settings):
    settings.setdefault("retry", QUICK)
    return sim.connect_client(**settings)


def key(one, origin=ORIGIN):
    return OrderKey(origin.channel_id, origin.channel_store_id, one.channel_order_id)


def digest(orders, origin=ORIGIN):
    return digest_of((key(one, origin), codec.encode(one)) for one in orders)


def poison(one):
    one.order_lines = []
    return one


def adds_up(report):
    return report.read == report.accepted + report.rejected + report.superseded + report.unsent


async def test_every_order_arrives_unchanged():
    orders = [order(n) for n in range(250)]
    async with mirakl() as (sim, connect):
        report = await connect.orders.sync(orders, origin=ORIGIN).run()
        assert (report.read, report.accepted, report.unsent, report.calls) == (250, 250, 0, 3)
        assert sim.world.digest == digest(orders)
        assert report.complete
        assert adds_up(report)


@pytest.mark.parametrize(("fields", "most"), [("indexed", 5), ("none", 3 + 14 * 3)])
async def test_an_invalid_order_does_not_delay_the_others(fields, most):
    bad = {5, 133, 299}
    orders = [poison(order(n)) if n in bad else order(n) for n in range(300)]
    async with mirakl(error_fields=fields) as (sim, connect):
        async with connect.orders.sync(iter(orders), origin=ORIGIN) as sync:
            refused = [entry async for entry in sync.rejected()]
        assert {entry.channel_order_id for entry in refused} == {orders[n].channel_order_id for n in bad}
        assert all(entry.kind == "server" and entry.reason and entry.origin == ORIGIN for entry in refused)
        assert sync.report.calls <= most + 3
        assert (sync.report.accepted, sync.report.rejected) == (297, 3)
        assert sim.world.digest == digest(one for n, one in enumerate(orders) if n not in bad)


@pytest.mark.parametrize("size", [1, 300])
async def test_no_text_of_a_rejected_order_contains_its_index_in_a_batch(size, tmp_path, caplog):
    orders = [poison(order(n)) if n in {0, 133, 299} else order(n) for n in range(size)]
    bad = [one.channel_order_id for one in orders if not one.order_lines]
    file = tmp_path / "rejected.ndjson"
    async with mirakl() as (_, connect), connect.orders.sync(orders, origin=ORIGIN, rejected_file=file) as sync:
        rejected = [entry async for entry in sync.rejected()]
    assert [str(entry).partition(":")[0] for entry in rejected] == bad
    assert all("order_lines" in entry.reason and entry.path == "order_lines" for entry in rejected)
    shown = [caplog.text, file.read_text(), *map(str, rejected), *map(repr, rejected), *sync.report.reasons]
    assert [text for text in shown if "orders[" in text] == []
    assert [json.loads(line)["errors"][0]["field"] for line in file.read_text().splitlines()] == ["order_lines"] * len(
        bad
    )
    assert bad[0] in caplog.text


async def test_halving_finds_orders_that_neither_server_nor_contract_identifies():
    orders = [order(n) for n in range(100)]
    for n in (41, 90):  # line ids of another order: only the server can know
        orders[n].order_lines[0].channel_order_line_id = "order-00000000-0"
    async with mirakl(error_fields="none") as (sim, connect):
        await connect.orders.sync(orders[:1], origin=ORIGIN).run()
        async with connect.orders.sync(orders[1:], origin=ORIGIN) as sync:
            refused = {entry.channel_order_id async for entry in sync.rejected()}
        assert refused == {orders[41].channel_order_id, orders[90].channel_order_id}
        assert sync.report.calls <= 29
        assert sim.world.count() == 98


FAULTS = {
    "reset": [Fault.reset(probability=0.25)],
    "answer lost after it was applied": [Fault.reset(after_processing=True, probability=0.25)],
    "503 bursts": [Fault.status(503, probability=0.3), Fault.html(502, probability=0.1)],
    "429 bursts": [Fault.status(429, probability=0.3)],
    "tokens revoked": [Fault.revoke_tokens(every=4)],
    "cut answers": [Fault.hang_up(probability=0.2)],
}


@pytest.mark.parametrize("name", FAULTS)
async def test_faults_do_not_change_the_final_state(name):
    orders = [order(n) for n in range(600)]
    async with mirakl() as (sim, connect):
        sim.faults.add(*FAULTS[name])
        report = await connect.orders.sync(orders, origin=ORIGIN, batch_size=25).run()
        assert sim.world.digest == digest(orders)
        assert report.accepted == 600
        assert report.calls >= 24
        assert adds_up(report)


async def test_an_unknown_store_stops_the_job_with_everything_accounted_for():
    nowhere = OriginRequest(channel_id="channel-1", channel_store_id="nowhere")
    async with mirakl() as (sim, connect):
        sync = connect.orders.sync((order(n) for n in range(1000)), origin=nowhere)
        with pytest.raises(SyncFailed, match="404") as stopped:
            await sync.run()
        report = stopped.value.report
        assert report.accepted == 0
        assert 0 < report.read == report.unsent == len(list(sync.unsent()))
        assert sim.world.count() == 0


async def test_rejected_credentials_stop_the_job():
    async with Simulator() as sim, client(sim, auth=ClientCredentials("who", "me")) as connect:
        with pytest.raises(SyncFailed, match="invalid_client"):
            await connect.orders.sync([order(1)], origin=ORIGIN).run()


async def test_an_outage_longer_than_max_outage_stops_the_job():
    async with mirakl() as (sim, connect):
        sim.faults.add(Fault.status(503))
        with pytest.raises(SyncFailed, match="503") as stopped:
            await connect.orders.sync([order(n) for n in range(50)], origin=ORIGIN, max_outage=0.1).run()
        assert stopped.value.report.unsent == 50


async def test_orders_before_an_error_of_the_source_are_sent():
    def source():
        yield from (order(n) for n in range(130))
        raise RuntimeError("the feed broke")

    async with mirakl() as (sim, connect):
        with pytest.raises(SyncFailed, match="the feed broke") as stopped:
            await connect.orders.sync(source(), origin=ORIGIN).run()
        assert stopped.value.report.accepted == 130
        assert isinstance(stopped.value.__cause__, RuntimeError)
        assert sim.world.count() == 130


async def test_a_batch_is_sent_after_linger_while_an_async_source_pauses():
    held = asyncio.Event()

    async def source():
        for n in range(30):
            yield order(n)
        await held.wait()
        yield order(30)

    async with mirakl() as (sim, connect):
        async with connect.orders.sync(source(), origin=ORIGIN, linger=0.02):
            async with asyncio.timeout(5):
                while sim.world.count() < 30:
                    await asyncio.sleep(0.01)
            held.set()
        assert sim.world.count() == 31


async def test_stop_ends_a_job_with_an_endless_source():
    async def source():
        for n in range(130):
            yield order(n)
        await asyncio.Event().wait()

    async with mirakl() as (sim, connect):
        async with asyncio.timeout(10), connect.orders.sync(source(), origin=ORIGIN, linger=0.01) as sync:
            while sync.report.accepted < 130:
                await asyncio.sleep(0.01)
            sync.stop()
        assert sync.report.accepted == sim.world.count() == 130


async def test_cancelling_finishes_the_calls_in_flight():
    def endless():
        n = 0
        while True:
            yield order(n)
            n += 1

    async with mirakl(latency=0.03) as (sim, connect):
        sync = connect.orders.sync(endless(), origin=ORIGIN)
        job = asyncio.create_task(sync.run())
        while sync.report.accepted < 300:
            await asyncio.sleep(0.01)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        report = sync.report
        assert adds_up(report)
        assert report.accepted == sim.world.count()


async def test_an_error_in_the_block_stops_the_job_and_is_raised():
    async with mirakl(latency=0.02) as (sim, connect):
        with pytest.raises(ZeroDivisionError):
            async with connect.orders.sync((order(n) for n in range(10**6)), origin=ORIGIN) as sync:
                while not sync.report.accepted:
                    await asyncio.sleep(0.01)
                raise ZeroDivisionError
        assert adds_up(sync.report)
        assert sync.report.accepted == sim.world.count()


async def test_newer_versions_win_and_two_contents_with_one_timestamp_are_reported():
    old, new, same = order(1), order(1), order(2)
    new.channel_updated_at += timedelta(minutes=1)
    new.status = "SHIPPED"
    other = order(2)
    other.status = "SHIPPED"
    feed = [old, same, new, order(2), other, old]
    async with mirakl() as (sim, connect):
        async with connect.orders.sync(feed, origin=ORIGIN) as sync:
            refused = [entry async for entry in sync.rejected()]
        assert [entry.kind for entry in refused] == ["conflict"]
        assert sync.report.superseded == 3
        assert sim.world.digest == digest([new, same])
        assert adds_up(sync.report)


async def test_a_newer_version_waits_until_its_predecessor_is_not_in_flight():
    versions = []
    for minute in range(6):
        version = order(7)
        version.channel_updated_at += timedelta(minutes=minute)
        version.has_incident = bool(minute % 2)
        versions.append(version)

    async def source():
        for version in versions:
            yield version
            await asyncio.sleep(0.03)

    async with mirakl(latency=0.08) as (sim, connect):
        report = await connect.orders.sync(source(), origin=ORIGIN, linger=0.005).run()
        assert sim.world.digest == digest([versions[-1]])
        assert report.accepted + report.superseded == 6
        assert report.superseded >= 1
        assert sim.world.versions.stale == 0


async def test_pairs_of_origin_and_order_are_grouped_by_store():
    pairs = [(ORIGIN if n % 3 else OTHER, order(n)) for n in range(330)]
    async with mirakl() as (sim, connect):
        report = await connect.orders.sync(pairs).run()
        assert report.accepted == 330
        assert report.calls == 3 + 2
        expected = digest_of((key(one, origin), codec.encode(one)) for origin, one in pairs)
        assert sim.world.digest == expected


async def test_mappings_are_accepted_and_invalid_members_are_named():
    feed = [json.loads(codec.encode(order(0))), {"channel_order_id": "half"}, 42, order(1)]
    async with mirakl() as (sim, connect):
        async with connect.orders.sync(feed, origin=ORIGIN) as sync:
            refused = [entry async for entry in sync.rejected()]
        assert [entry.kind for entry in refused] == ["invalid", "invalid"]
        assert refused[0].channel_order_id == "half"
        assert "int" in refused[1].reason
        assert sync.report.accepted == sim.world.count() == 2
        async with connect.orders.sync(["x", ("y", order(3)), (ORIGIN, order(4))]) as sync:
            assert len([entry async for entry in sync.rejected()]) == 2
        assert sync.report.accepted == 1


async def test_a_job_in_which_all_orders_are_invalid_stops():
    async with mirakl(error_fields="indexed") as (sim, connect):
        with pytest.raises(SyncFailed) as stopped:
            await connect.orders.sync((poison(order(n)) for n in range(5000)), origin=ORIGIN).run()
        assert 500 <= stopped.value.report.rejected < 1500
        assert adds_up(stopped.value.report)


async def test_large_batches_are_cut_by_bytes_and_concurrency_is_kept():
    async with mirakl(latency=0.02) as (sim, connect):
        report = await connect.orders.sync(
            (order(n) for n in range(100)), origin=ORIGIN, max_batch_bytes=40_000, concurrency=2
        ).run()
        assert report.accepted == 100
        assert report.calls >= 8


async def test_progress_always_adds_up():
    seen = []
    async with mirakl(latency=0.01) as (_, connect):
        await connect.orders.sync((order(n) for n in range(1500)), origin=ORIGIN, progress=seen.append).run()
    assert seen[-1].accepted == 1500
    assert all(adds_up(report) for report in seen)


async def test_a_file_of_lines_is_sent(tmp_path):
    lines = [codec.encode(order(n)) for n in range(120)]
    lines[3] = b'{"channel_order_id": "broken'
    lines[50] = b'{"channel_order_id":"short"}'
    lines[77] = lines[77].replace(b'"quantity":1', b'"quantity":"many"', 1)
    lines[90] = codec.encode(poison(order(90)))
    source = tmp_path / "orders.ndjson"
    source.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([*lines[:60], b"", *lines[60:]]))
    letters = tmp_path / "refused.ndjson"
    async with mirakl() as (sim, connect):
        async with connect.orders.sync(source, origin=ORIGIN, rejected_file=letters) as sync:
            refused = {entry.line: entry async for entry in sync.rejected()}
        assert set(refused) == {4, 51, 79, 92}
        assert refused[79].path == "$.order_lines[0].quantity"
        assert sync.report.accepted == sim.world.count() == 116
    records = [json.loads(line) for line in letters.read_bytes().splitlines()]
    assert len(records) == 4
    assert stat.S_IMODE(letters.stat().st_mode) == 0o600
    assert {record["channel_order_id"] for record in records if "order" in record} >= {"short", "order-00000077"}


async def test_lines_with_their_own_origin_are_sent(tmp_path):
    source = tmp_path / "pairs.ndjson"
    source.write_bytes(
        b"\n".join(codec.encode({"origin": OTHER if n % 2 else ORIGIN, "order": order(n)}) for n in range(40))
    )
    async with mirakl() as (sim, connect):
        report = await connect.orders.sync(source).run()
        assert report.accepted == 40
        assert sim.world.by_origin()["channel-1"] == {"store-1": 20, "store-2": 20, "store-3": 0}


async def test_the_rate_limit_is_kept_and_used():
    async with mirakl(rate_limit="maximum", rate_limits="documented", latency=0.2) as (sim, connect):
        report = await connect.orders.sync((order(n) for n in range(4500)), origin=ORIGIN).run()
        traffic = sim.limits.by_operation()["upsertOrders"]
        assert report.throttled == traffic.refused
        assert traffic.highest_accepted <= 30
        assert report.elapsed >= 43 / 28.75
