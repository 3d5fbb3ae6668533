"""What a source may yield: orders and invalid items of any type, and rejections with no or several readers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import UserDict
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from mirakl_async import BearerToken, ConnectChannel, RejectedOrder, SyncFailed, codec
from mirakl_async.errors import ClientStateError, InvalidArgument
from mirakl_async.http.wire import WireResponse
from mirakl_async.models.connect.orders import OrderRequest
from mirakl_async.order_sync import batch_results
from mirakl_async.order_sync import rejections as refusals
from mirakl_async.order_sync.entries import SMALL_BATCH
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.simulator import Fault
from tests.support.order_factory import NOON, ORIGIN, SECOND, as_mapping, expected, held, key_of, order, stream


async def run(sync):
    async with asyncio.timeout(20), sync:
        found = [entry async for entry in sync.rejected()]
    report = sync.report
    assert report.read == report.accepted + report.rejected + report.superseded + report.unsent
    assert report.rejected == len(found)
    assert report.unsent == len(list(sync.unsent()))
    return report, found


@pytest.mark.parametrize("shape", [dict, MappingProxyType, UserDict])
async def test_mappings_of_any_type_are_accepted(mirakl, shape):
    entries = [order(n, n) for n in range(3)]
    report, _ = await run(mirakl.sync([shape(as_mapping(entry)) for entry in entries]))
    assert report.accepted == 3
    assert held(mirakl.sim) == expected(entries)


async def test_mappings_may_contain_python_values(mirakl):
    plain = as_mapping(order(1))
    plain["channel_updated_at"] = NOON
    plain["order_lines"][0]["price"]["amount"] = 0.1
    plain["order_lines"][0]["total_shipping_price"]["amount"] = Decimal("0.30")
    report, _ = await run(mirakl.sync([plain]))
    assert report.accepted == 1
    line = mirakl.sim.world.get("channel-1", "store-1", "o1")["order_lines"][0]
    assert (line["price"]["amount"], line["total_shipping_price"]["amount"]) == (0.1, 0.3)


async def test_a_subclass_of_the_struct_is_accepted(mirakl):
    class Ours(OrderRequest, kw_only=True):
        pass

    ours = Ours(**{name: getattr(order(1), name) for name in order(1).__struct_fields__})
    report, _ = await run(mirakl.sync([ours, order(2), ours, as_mapping(order(3))]))
    assert (report.accepted, report.superseded) == (3, 1)


class Text(str):
    """A text of a library, which JSON encoders do not know."""

    __slots__ = ()


class BrokenZone(tzinfo):
    def utcoffset(self, _):
        raise RuntimeError("the zone is not known")


class Hostile(UserDict):
    def __iter__(self):
        raise RuntimeError("no keys for you")


JUNK = [
    None,
    42,
    float("nan"),
    "text",
    b"bytes",
    (),
    (),
    {},
    {1: 2},
    {"channel_order_id": 5},
    {"channel_order_id": "half"},
    {"channel_order_id": "odd", "x": object()},
    object(),
    OrderRequest,
    NOON,
    Hostile(channel_order_id="h"),
    Exception("an error as a value"),
    {**as_mapping(order(1)), "channel_order_id": "half an emoji \ud83d"},
]


@pytest.mark.parametrize("make", [iter, stream])
async def test_invalid_items_are_rejected_one_by_one(mirakl, make):
    report, found = await run(mirakl.sync(make([*JUNK, order(1)])))
    assert report.accepted == 1
    assert len(found) == len(JUNK)
    assert all(entry.kind == "invalid" and entry.reason and entry.origin == ORIGIN for entry in found)
    assert found[JUNK.index({"channel_order_id": "half"})].channel_order_id == "half"


async def test_invalid_items_are_written_to_the_file_as_far_as_json_can_represent_them(mirakl, tmp_path):
    path = tmp_path / "refused.ndjson"
    await run(mirakl.sync(JUNK, rejected_file=path))
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(records) == len(JUNK)
    assert [record["order"] for record in records if record.get("channel_order_id") == "half"] == [
        {"channel_order_id": "half"}
    ]


@pytest.mark.parametrize(
    "junk",
    [
        order(1),
        (order(1),),
        (order(1), ORIGIN),
        (ORIGIN, order(1), 3),
        ("channel-1", order(1)),
        (None, order(1)),
        (type(ORIGIN)(channel_id=["c"], channel_store_id={}), order(1)),
        (type(ORIGIN)(channel_id=None, channel_store_id="s"), order(1)),
        (type(ORIGIN)(channel_id="c", channel_store_id="half an emoji \ud83d"), order(1)),
        (type(ORIGIN)(channel_id=Text("channel-1"), channel_store_id="s"), order(1)),
        (ORIGIN, None),
        (ORIGIN, (ORIGIN, order(1))),
        "ab",
        {"origin": 1, "order": 2},
    ],
)
async def test_invalid_pairs_are_rejected(mirakl, junk):
    report, found = await run(mirakl.sync([(ORIGIN, order(1)), junk, [SECOND, as_mapping(order(2))]], origin=None))
    assert report.accepted == 2
    assert [entry.kind for entry in found] == ["invalid"]
    assert set(held(mirakl.sim)) == {key_of(order(1), ORIGIN), key_of(order(2), SECOND)}


async def test_a_list_that_the_source_reuses_is_read_at_once(mirakl):
    def source():
        pair = [None, None]
        for n in range(5):
            pair[:] = [ORIGIN, order(n)]
            yield tuple(pair)

    report, _ = await run(mirakl.sync(source(), origin=None))
    assert report.accepted == 5


def changed_order(name, **members):
    entry = order(name)
    for member, value in members.items():
        setattr(entry, member, value)
    return entry


@pytest.mark.parametrize("concurrency", [None, 1, 4])
async def test_structs_that_became_invalid_are_rejected_one_by_one(mirakl, concurrency, tmp_path):
    """Each is rejected by itself, and all others are sent, although one batch cannot even be encoded."""
    bad = [
        changed_order("object", status=object()),
        changed_order("surrogate", status="\ud800"),
        changed_order("list-id", channel_order_id=["x"]),
        changed_order("int-id", channel_order_id=5),
        changed_order("no-stamp", channel_updated_at=None),
        changed_order("text-stamp", channel_updated_at="yesterday"),
        changed_order("naive", channel_updated_at=NOON.replace(tzinfo=None)),
        changed_order("sub", sub_channel_code=["fr"]),
        changed_order("lines", order_lines=5),
        changed_order("nan", has_incident=float("nan")),
        changed_order("decimal", has_incident=Decimal("NaN")),
        changed_order("huge", has_incident=10**30),
        changed_order("surrogate-id", channel_order_id="\ud83d"),
        changed_order("subclass", channel_order_id=Text("subclass")),
        changed_order("zone", channel_updated_at=NOON.replace(tzinfo=BrokenZone())),
    ]
    good = [order(n) for n in range(150)]
    feed = [*good[:60], *bad, *good[60:]]
    path = tmp_path / "refused.ndjson"
    report, found = await run(mirakl.sync(iter(feed), concurrency=concurrency, rejected_file=path))
    assert len(found) == len(bad)
    assert {id(entry.order) for entry in found} == {id(entry) for entry in bad}
    assert held(mirakl.sim) == expected(good)
    assert report.accepted == 150
    for line in path.read_bytes().splitlines():
        json.loads(line)


async def test_an_order_with_a_zone_that_raises_is_rejected_beside_another_version(mirakl):
    broken = changed_order(1, channel_updated_at=NOON.replace(tzinfo=BrokenZone()))
    report, found = await run(mirakl.sync([broken, order(1), *(order(n) for n in range(2, 9))]))
    assert [entry.order for entry in found] == [broken]
    assert (report.accepted, report.superseded, report.rejected) == (8, 0, 1)


@pytest.mark.parametrize("kept", ["file", "queue"])
async def test_a_rejection_with_invalid_unicode_of_the_server_is_stored(mirakl, tmp_path, kept):
    said = r'{"code":"X","errors":[{"field":"orders[0].id","message":"\ud83d","extensions":{"\ud83d":["\ud83d"]}}]}'
    mirakl.sim.faults.add(Fault.status(400, body=said, content_type="application/json"))
    path = tmp_path / "rejected.ndjson"
    if kept == "file":
        report = await mirakl.sync([order(1)], rejected_file=path).run()
        assert json.loads(path.read_bytes())["errors"][0]["extensions"] == {"\ufffd": ["\ufffd"]}
    else:
        async with MemoryQueue() as queue:
            await mirakl.connect.orders.enqueue([order(1)], queue, origin=ORIGIN)
            report = await mirakl.connect.orders.sync(queue).run()
            assert [row.order_id async for row in queue.rejected()] == ["o1"]
    assert (report.rejected, report.unsent) == (1, 0)


@pytest.mark.parametrize("naive_first", [True, False])
async def test_of_two_versions_the_one_without_a_zone_is_rejected_and_the_other_is_sent(mirakl, naive_first):
    naive, sound = changed_order(1, channel_updated_at=NOON.replace(tzinfo=None)), order(1, title="sound")
    feed = [naive, sound] if naive_first else [sound, naive]
    report, found = await run(mirakl.sync([*feed, *(order(n) for n in range(2, 9))]))
    assert [entry.order for entry in found] == [naive]
    assert (report.accepted, report.superseded, report.rejected) == (8, 0, 1)


async def test_a_timestamp_in_another_zone_is_the_same_instant(mirakl):
    tokyo = changed_order(1, channel_updated_at=NOON.astimezone(timezone(timedelta(hours=9))))
    later = changed_order(1, channel_updated_at=(NOON + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-8))))
    report, _ = await run(mirakl.sync([order(1), tokyo, later]))
    assert (report.accepted, report.superseded, report.rejected) == (1, 2, 0)


async def test_the_repeated_hour_of_a_clock_change_is_compared_by_instant(mirakl):
    """The later of two stamps of one zone may be earlier on the wall."""
    paris = ZoneInfo("Europe/Paris")
    first = changed_order(1, channel_updated_at=datetime(2024, 10, 27, 2, 50, tzinfo=paris))
    second = order(1, title="newer")
    second.channel_updated_at = datetime(2024, 10, 27, 2, 10, fold=1, tzinfo=paris)
    for feed in ([first, second], [second, first]):
        report, _ = await run(mirakl.sync(feed))
        assert (report.accepted, report.superseded, report.rejected) == (1, 1, 0)
        [body] = held(mirakl.sim).values()
        assert body["order_lines"][0]["product"]["title"] == "newer"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("12:00:00.1234561Z", "12:00:00.1234565Z"),
        ("12:00:00.999999100Z", "12:00:00.9999995Z"),
        ("12:00:00Z", "12:00:00.0000004Z"),
        ("12:00:00.0000001Z", "13:00:00.00000012+01:00"),
    ],
)
async def test_timestamps_that_differ_below_a_microsecond_are_different(mirakl, tmp_path, older, newer):
    def line(stamp, title):
        return codec.encode(order(1, title=title)).replace(b"2026-11-20T12:00:00Z", f"2026-11-20T{stamp}".encode(), 1)

    for lines in ([line(older, "older"), line(newer, "newer")], [line(newer, "newer"), line(older, "older")]):
        assert all(stamp.encode() in b"".join(lines) for stamp in (older, newer))
        path = tmp_path / "orders.ndjson"
        path.write_bytes(b"\n".join(lines))
        report, _ = await run(mirakl.sync(path))
        assert (report.accepted, report.superseded, report.rejected) == (1, 1, 0)
        [body] = held(mirakl.sim).values()
        assert body["order_lines"][0]["product"]["title"] == "newer"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
async def test_a_nan_is_never_sent(mirakl, value):
    bodies = []
    exchange = mirakl.connect.session.transport._wire.exchange

    async def watched(method, url, headers, body, **options):
        bodies.append(bytes(body or b"{}"))
        return await exchange(method, url, headers, body, **options)

    mirakl.connect.session.transport._wire.exchange = watched
    feed = [order(n) for n in range(150)]
    feed[70].order_lines[0].price.amount = Decimal(value)
    report, [found] = await run(mirakl.sync(feed))
    assert (found.kind, found.path, found.order) == ("invalid", "order_lines[0].price.amount", feed[70])
    assert report.accepted == 149
    for body in bodies:
        if body.startswith(b"{"):
            json.loads(body, parse_constant=pytest.fail)


class TestTheOriginThatWasForgotten:
    @pytest.mark.parametrize("make", [list, tuple])
    async def test_a_missing_origin_is_reported_at_once(self, mirakl, make):
        for one in (order(1), as_mapping(order(1))):
            with pytest.raises(InvalidArgument, match="origin=OriginRequest"):
                mirakl.sync(make([one]), origin=None)

    @pytest.mark.parametrize("make", [iter, stream])
    async def test_a_missing_origin_is_reported_with_the_first_order(self, mirakl, make):
        taken = []

        def source():
            for n in range(1000):
                taken.append(n)
                yield order(n)

        sync = mirakl.sync(make(source()), origin=None)
        with pytest.raises(InvalidArgument, match="origin=OriginRequest"):
            await sync.run()
        assert len(taken) == sync.report.read == sync.report.rejected < 10

    async def test_a_missing_origin_of_a_file_is_reported(self, mirakl, tmp_path):
        path = tmp_path / "orders.ndjson"
        path.write_bytes(codec.encode(order(1)) + b"\n" + codec.encode(order(2)))
        with pytest.raises(InvalidArgument, match="--channel-id"):
            await mirakl.sync(path, origin=None).run()

    async def test_a_superfluous_origin_is_reported(self, mirakl):
        with pytest.raises(InvalidArgument, match="leave out origin="):
            mirakl.sync([(ORIGIN, order(1))])
        with pytest.raises(InvalidArgument, match="leave out origin="):
            await mirakl.sync(iter([(ORIGIN, order(1))])).run()


async def test_newer_versions_of_orders_in_flight_are_sent_later(start):
    mirakl = await start(latency=0.05)
    feed = [order(n, version) for version in range(6) for n in range(40)]
    report, _ = await run(mirakl.sync(stream(feed), batch_size=10, linger=0.001, concurrency=8))
    assert held(mirakl.sim) == expected(feed)
    assert report.accepted + report.superseded == len(feed)
    assert mirakl.sim.world.versions.stale == 0


@pytest.mark.parametrize("after", [False, True])
async def test_no_fault_leaves_an_older_version_at_mirakl(start, after):
    mirakl = await start(latency=(0.0, 0.02), seed=int(after))
    mirakl.sim.faults.add(
        Fault.reset(after_processing=after, probability=0.15),
        Fault.status(503, after_processing=after, probability=0.1),
        Fault.truncate(probability=0.05),
        Fault.revoke_tokens(probability=0.02),
    )
    feed = [order(n, version, title=f"v{version}") for version in range(8) for n in range(60)]
    report, _ = await run(mirakl.sync(stream(feed), batch_size=10, linger=0.001, concurrency=6))
    assert held(mirakl.sim) == expected(feed)
    assert report.accepted + report.superseded == len(feed)
    assert mirakl.sim.world.versions.stale == 0, "a retry may repeat the newest, never an older one behind it"


async def test_older_versions_of_orders_in_flight_are_superseded(start):
    mirakl = await start(latency=0.2)
    feed = [order(n, 9 - version) for version in range(3) for n in range(100)]
    report, _ = await run(mirakl.sync(feed, concurrency=3))
    assert (report.accepted, report.superseded, report.calls) == (100, 200, 1)
    assert held(mirakl.sim) == expected(feed)


async def test_orders_with_one_id_and_several_sub_channels_are_all_sent(mirakl):
    feed = []
    for version in range(3):
        for code in ("fr", "de", None):
            entry = order(1, version, **({"sub_channel_code": code} if code else {}))
            entry.order_lines[0].channel_order_line_id = f"line-{code}"
            feed.append(entry)
    report, _ = await run(mirakl.sync(feed))
    assert report.accepted + report.superseded == 9
    assert held(mirakl.sim) == expected(feed)
    assert mirakl.sim.world.count() == 3


async def test_equal_timestamps_are_a_conflict(mirakl):
    report, found = await run(mirakl.sync([order(1), order(1), order(1, title="other"), order(1, 1)]))
    assert (report.accepted, report.superseded, report.rejected) == (1, 2, 1)
    assert [(entry.kind, entry.order.order_lines[0].product.title) for entry in found] == [("conflict", "other")]


async def test_batches_are_smaller_than_max_batch_bytes(start):
    mirakl = await start(latency=0.01)
    sizes = []
    upsert = mirakl.connect.session.transport._wire.exchange

    async def exchange(method, url, headers, body, **options):
        sizes.append(len(body or b""))
        return await upsert(method, url, headers, body, **options)

    mirakl.connect.session.transport._wire.exchange = exchange
    feed = [order(n, title="x" * (8_000 if n % 10 else 90_000)) for n in range(200)]
    report, _ = await run(mirakl.sync(feed, max_batch_bytes=60_000))
    assert held(mirakl.sim) == expected(feed)
    large = [size for size in sizes if size > 60_000]
    assert len(large) == 20, "those that are too large alone go alone"
    assert report.accepted == 200


@pytest.mark.parametrize("feed", ["small ones first", "a small one in each hundred"])
async def test_large_orders_are_not_encoded_together(mirakl, monkeypatch, feed):
    encoded, encode = [], codec.encode_large

    def record(value):
        encoded.append(encode(value))
        return encoded[-1]

    def is_large(number):
        return number >= 100 if feed == "small ones first" else number < 100 or number % 100 < 99

    monkeypatch.setattr(codec, "encode_large", record)
    feed = [order(n, title="x" * (100_000 if is_large(n) else 100)) for n in range(250)]
    report = await mirakl.sync(iter(feed), max_batch_bytes=1_000_000, concurrency=1).run()
    assert report.accepted == 250
    assert max(map(len, encoded)) < 1.1 * SMALL_BATCH


async def test_what_of_a_batch_of_mappings_does_not_fit_into_its_call_is_sent_in_another(mirakl):
    feed = [order(n, title="x" * (300 if n % 7 else 3_000)) for n in range(200)]
    report, _ = await run(mirakl.sync(map(as_mapping, feed), max_batch_bytes=20_000))
    assert held(mirakl.sim) == expected(feed)
    assert (report.accepted, report.unsent) == (200, 0)


async def test_batches_are_halved_for_a_server_with_a_lower_limit(mirakl):
    takes = 20_000
    feed = [order(n, title="x" * (30_000 if n == 77 else 500)) for n in range(100)]
    exchange = mirakl.connect.session.transport._wire.exchange

    async def narrow(method, url, headers, body, **options):
        answer = await exchange(method, url, headers, b"{}" if len(body or b"") > takes else body, **options)
        said = b'{"code":"PAYLOAD_TOO_LARGE","message":"Too large","errors":[]}'
        return type(answer)(413, answer.headers, said) if len(body or b"") > takes else answer

    mirakl.connect.session.transport._wire.exchange = narrow
    report, found = await run(mirakl.sync(feed))
    assert [entry.channel_order_id for entry in found] == ["o77"]
    assert report.accepted == 99
    assert held(mirakl.sim) == expected(entry for entry in feed if entry.channel_order_id != "o77")


class TestRefused:
    async def test_rejected_orders_need_not_be_iterated(self, mirakl, monkeypatch, caplog):
        monkeypatch.setattr(refusals, "KEPT", 20)
        sync = mirakl.sync(iter([None] * 300))
        async with asyncio.timeout(5):
            assert (await sync.run()).rejected == 300
        assert len([entry async for entry in sync.rejected()]) == 20
        assert [entry async for entry in sync.rejected()] == []
        assert "280 rejected orders were counted but not stored" in caplog.text

    async def test_with_a_rejected_file_there_is_no_warning(self, mirakl, monkeypatch, caplog, tmp_path):
        monkeypatch.setattr(refusals, "KEPT", 20)
        caplog.set_level(logging.WARNING)
        await mirakl.sync([None] * 300, rejected_file=tmp_path / "r").run()
        assert len((tmp_path / "r").read_bytes().splitlines()) == 300
        assert "not stored" not in caplog.text

    async def test_leaving_the_loop_early_does_not_block_the_job(self, mirakl, monkeypatch):
        monkeypatch.setattr(refusals, "KEPT", 20)
        async with asyncio.timeout(5), mirakl.sync(iter([None] * 3000)) as sync:
            async for _ in sync.rejected():
                break
        assert sync.report.rejected == 3000
        assert len(sync._rejections._kept) <= 3000

    async def test_an_unused_iterator_of_rejected_orders_does_not_block_the_job(self, mirakl, monkeypatch):
        monkeypatch.setattr(refusals, "KEPT", 20)
        async with asyncio.timeout(5):
            async with mirakl.sync(iter([None] * 3000)) as sync:
                held = sync.rejected()
                await anext(held)
            await held.aclose()
        assert sync.report.rejected == 3000

    @pytest.mark.parametrize("make", [iter, stream])
    async def test_invalid_items_are_read_only_as_fast_as_their_rejections(self, mirakl, monkeypatch, make):
        monkeypatch.setattr(refusals, "KEPT", 200)
        most = count = 0
        async with asyncio.timeout(20), mirakl.sync(make([None] * 5000)) as sync:
            async for _ in sync.rejected():
                count += 1
                most = max(most, len(sync._rejections._kept))
                if count % 50 == 0:
                    await asyncio.sleep(0)
        assert count == 5000
        assert most <= 200 + 3 * 100

    async def test_two_iterators_share_the_rejected_orders(self, mirakl):
        async with asyncio.timeout(5), mirakl.sync(iter([None] * 500)) as sync:

            async def take():
                found = []
                async for entry in sync.rejected():
                    found.append(entry)
                    await asyncio.sleep(0)
                return found

            first, second = await asyncio.gather(take(), take())
        assert len(first) + len(second) == 500
        assert first
        assert second

    async def test_another_task_can_iterate_the_rejected_orders(self, mirakl):
        sync = mirakl.sync([order(n, bad=n % 50 == 7) for n in range(300)])

        async def take():
            return [entry.channel_order_id async for entry in sync.rejected()]

        async with asyncio.timeout(5), sync:
            taking = asyncio.create_task(take())
        assert sorted(await taking) == sorted(f"o{n}" for n in range(300) if n % 50 == 7)

    async def test_iterating_before_the_start_is_an_error_with_advice(self, mirakl):
        sync = mirakl.sync([None])
        with pytest.raises(ClientStateError, match="async with"):
            sync.rejected()
        assert (await sync.run()).rejected == 1
        assert len([entry async for entry in sync.rejected()]) == 1

    async def test_the_first_rejection_of_each_kind_is_logged_and_all_are_counted_by_reason(self, mirakl, caplog):
        feed = [order(n, bad=n % 10 == 3) for n in range(50)]
        feed[10:10] = [None, 5]
        report, _ = await run(mirakl.sync(feed))
        assert sorted(report.reasons.values()) == [1, 1, 5]
        warned = [record.getMessage() for record in caplog.records if "was rejected" in record.getMessage()]
        assert len(warned) == 3
        assert any("o3" in words and "price.amount" in words for words in warned)

    async def test_reasons_contain_no_values_and_are_limited(self, mirakl, caplog):
        names = "abcdefghijklmnopqrstuvwxyz"
        feed = [RejectedOrder(kind="invalid", reason=f"bad: sam@mail.example {n} {names[n % 26]}") for n in range(100)]
        report, _ = await run(mirakl.sync(feed))
        assert sum(report.reasons.values()) == 100
        assert len(report.reasons) == refusals.MAX_REASONS + 1
        assert "sam@mail" not in caplog.text + str(report.reasons)

    async def test_stored_rejections_are_limited_by_their_bytes(self, mirakl, monkeypatch):
        monkeypatch.setattr(refusals, "KEPT_BYTES", 100_000)
        feed = [order(n, bad=True, title="x" * 30_000) for n in range(20)]
        sync = mirakl.sync(feed)
        assert (await sync.run()).rejected == 20
        assert len([entry async for entry in sync.rejected()]) == 4

    async def test_the_repr_of_a_rejection_has_the_reason_and_not_the_order(self, mirakl):
        entry = order(1, bad=True)
        entry.shipping_info.email = "sam@mail.example"
        _, [refused] = await run(mirakl.sync([entry]))
        assert refused.kind == "server"
        assert refused.problem.code == "INVALID_INPUT"
        assert "price.amount" in (refused.path or "")
        assert "sam@mail" not in str(refused)

    @pytest.mark.parametrize("fields", ["indexed", "none"])
    async def test_a_job_of_which_all_orders_are_rejected_stops(self, start, fields, monkeypatch):
        monkeypatch.setattr(batch_results, "MAX_CONSECUTIVE_REJECTIONS", 150)
        mirakl = await start(error_fields=fields)
        with pytest.raises(SyncFailed, match="400") as stopped:
            await mirakl.sync((order(n, bad=True) for n in range(10**6)), concurrency=4).run()
        report = stopped.value.report
        assert 150 <= report.rejected < 1000
        assert report.unsent < 3000
        assert report.read == report.rejected + report.unsent

    async def test_records_can_be_sent_again(self, mirakl, tmp_path):
        path = tmp_path / "refused.ndjson"
        feed = [order(n, bad=n % 10 == 3) for n in range(50)]
        await run(mirakl.sync(feed, rejected_file=path))
        corrected = []
        for line in path.read_bytes().splitlines():
            record = codec.decode_plain(line)
            assert record["origin"] == {"channel_id": "channel-1", "channel_store_id": "store-1"}
            record["order"]["order_lines"][0]["price"]["amount"] = Decimal("12.34")
            corrected.append(record["order"])
        report, _ = await run(mirakl.sync(corrected))
        assert report.accepted == 5
        assert held(mirakl.sim) == expected(order(n) for n in range(50))


class RecordingWire:
    """Answers 204 to everything, and keeps what was sent."""

    def __init__(self):
        self.bodies = []

    async def exchange(self, _method, _url, _headers, body, **_):
        self.bodies.append(codec.decode_plain(bytes(body)))
        return WireResponse(204, {}, b"")

    async def close(self):
        """Nothing is open."""


@pytest.mark.parametrize("shape", [dict, MappingProxyType, UserDict])
async def test_unknown_members_of_mappings_are_sent_like_those_of_lines(tmp_path, shape):
    plain = as_mapping(order(1)) | {"loyalty": {"points": 3, "since": "2020"}}
    plain["order_lines"][0]["product"] = shape(plain["order_lines"][0]["product"] | {"colour": "red"})
    file = tmp_path / "orders.ndjson"
    as_text = plain | {"order_lines": [plain["order_lines"][0] | {"product": dict(plain["order_lines"][0]["product"])}]}
    file.write_bytes(codec.encode(as_text) + b"\n")
    wire = RecordingWire()
    async with ConnectChannel(auth=BearerToken("t"), wire=wire, rate_limit="none") as connect, MemoryQueue() as queue:
        for source in (file, [shape(plain)]):
            for journal in (None, queue):
                await run(connect.orders.sync(source, origin=ORIGIN, journal=journal, resume=False))
        await run(connect.orders.sync([(ORIGIN, shape(plain))]))
    assert len(wire.bodies) == 5
    assert all(body == wire.bodies[0] for body in wire.bodies)
    [sent] = wire.bodies[0]["orders"]
    assert sent["loyalty"] == {"points": 3, "since": "2020"}
    assert sent["order_lines"][0]["product"]["colour"] == "red"


async def test_a_value_that_json_cannot_represent_is_rejected_in_a_mapping(mirakl):
    odd = [as_mapping(order(n)) for n in range(3)]
    odd[0]["channel_order_id"] = b"o0"
    odd[1]["order_lines"][0]["price"]["amount"] = float("nan")
    odd[2]["extra"] = object()
    report, found = await run(mirakl.sync(odd))
    assert (report.accepted, report.rejected) == (0, 3)
    assert {entry.kind for entry in found} == {"invalid"}
    assert [entry.line for entry in found] == [None] * 3
