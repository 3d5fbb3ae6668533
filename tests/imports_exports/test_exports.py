"""Exports of orders and offers: submitted, followed, read item by item over all their files, and taken up again."""

import asyncio
import inspect
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mirakl_async import (
    ConnectionLost,
    InvalidArgument,
    JobFailed,
    JobTimeout,
    NotFound,
    UnexpectedResponse,
    UnreadableFile,
    read_json_items,
)
from mirakl_async.imports_exports import exports
from mirakl_async.imports_exports.offers import Offers
from mirakl_async.imports_exports.orders import Orders

from .marketplace import SECRET, Instead, Marketplace, front

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 30, tzinfo=UTC)


def orders_file(first, count):
    """One file of an export of orders."""
    rows = ",".join(
        f'{{"order_id":"o{n}","total_price":{n}.50,"currency_iso_code":"EUR"}}' for n in range(first, first + count)
    )
    return f'{{"orders":[{rows}]}}'.encode()


@pytest.fixture
async def marketplace():
    async with Marketplace() as marketplace:
        yield marketplace


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(exports, "RETRY_DELAY", 0.0)


def ready(marketplace, *files):
    marketplace.files = list(files)
    marketplace.states = [{"status": "PENDING"}, {"status": "PENDING"}, marketplace.completed()]


async def ids(walk):
    return [order.order_id async for order in walk]


async def test_orders_are_read_from_all_files(marketplace):
    ready(marketplace, orders_file(0, 3000), orders_file(3000, 0), orders_file(3000, 2000))
    async with front(marketplace) as client:
        export = await client.orders.start_export(
            start_date=START, end_date=END, order_state_codes=["SHIPPED"], items_per_chunk=10_000
        )
        walk = export.items()
        assert await ids(walk) == [f"o{n}" for n in range(5000)]
        assert client.clock.slept == [10.0, 10.0]  # OR14: recommended every 10 seconds
        assert walk.cursor == "2f1a-7:3:0"
        assert await ids(walk) == [f"o{n}" for n in range(5000)]  # a walk can be walked again
    assert marketplace.filters == [
        {
            "start_date": "2026-11-01T00:00:00Z",
            "end_date": "2026-11-30T00:00:00Z",
            "order_state_codes": ["SHIPPED"],
            "items_per_chunk": 10_000,
        }
    ]
    assert marketplace.credentials == [f"Bearer {SECRET}"] * 6  # the files lie at the instance itself


async def test_files_on_another_host_are_requested_without_the_credential(marketplace):
    async with Marketplace() as store:
        store.files = [orders_file(0, 10)]
        marketplace.store, marketplace.files = store, store.files
        marketplace.states = [marketplace.completed()]
        async with front(marketplace) as client:
            assert len(await ids(client.orders.export_job("2f1a-7").items())) == 10
    assert store.credentials == [None]
    assert marketplace.fetched == []


@pytest.mark.parametrize("damage", ["cut", "unframed"])
async def test_a_broken_connection_neither_loses_nor_repeats_an_order(marketplace, damage):
    ready(marketplace, orders_file(0, 20_000), orders_file(20_000, 20_000))
    size = len(marketplace.files[0])
    marketplace.damage = {
        0: [(damage, size // 4), (damage, size // 2), (damage, size * 3 // 4)],
        1: [(damage, 500_000)],
    }
    async with front(marketplace) as client:
        assert await ids(client.orders.export_job("2f1a-7").items()) == [f"o{n}" for n in range(40_000)]
    assert marketplace.fetched == [0, 0, 0, 0, 1, 1]


async def test_a_file_without_progress_is_an_error_with_a_cursor(marketplace):
    ready(marketplace, orders_file(0, 1000), orders_file(1000, 20_000))
    marketplace.damage = {1: [("cut", 600_000)] * 50}
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        walk, seen = export.items(), []
        with pytest.raises(ConnectionLost) as caught:
            async for order in walk:
                seen.append(order.order_id)  # noqa: PERF401 - it ends early
        assert caught.value.resume_from == walk.cursor
        assert walk.cursor.startswith("2f1a-7:1:")
        assert "s3cr3t" not in str(caught.value)
        marketplace.damage.clear()
        rest = await ids(export.items(after=caught.value.resume_from))
    assert seen + rest == [f"o{n}" for n in range(21_000)]


async def test_an_export_can_be_resumed_after_any_order(marketplace):
    ready(marketplace, orders_file(0, 5), orders_file(5, 5))
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        walk = export.items()
        cursors = [walk.cursor async for _ in walk]
        for number, cursor in enumerate(cursors):
            rest = await ids(client.orders.export_job("2f1a-7").items(after=cursor))
            assert rest == [f"o{n}" for n in range(number + 1, 10)]
        for wrong in ("", "2f1a-7:0", "other:0:0", "2f1a-7:x:0", "2f1a-7:0:-1"):
            with pytest.raises(InvalidArgument, match="is not a cursor of the export 2f1a-7"):
                export.items(after=wrong)
        with pytest.raises(UnreadableFile, match="the cursor is past the end of its file"):
            await ids(export.items(after="2f1a-7:1:6"))
        assert await ids(export.items(after="2f1a-7:2:0")) == []
        with pytest.raises(InvalidArgument, match="'2f1a-7:3:0' is past its 2 files"):
            await ids(export.items(after="2f1a-7:3:0"))


READER = """
import asyncio, os, sys
from mirakl_async import BearerToken, MarketplaceFront

async def main(url, path, after, until):
    out = os.open(path, os.O_WRONLY | os.O_APPEND)
    async with MarketplaceFront(url, auth=BearerToken("bearer-that-must-stay-home")) as front:
        walk = front.orders.export_job("2f1a-7").items(after=after or None)
        async for order in walk:
            os.write(out, f"{order.order_id} {walk.cursor}\\n".encode())
            if order.order_id == until:
                await asyncio.sleep(3600)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_200_000_orders_in_three_files_killed_twice_and_resumed(marketplace, tmp_path):
    ready(marketplace, orders_file(0, 70_000), orders_file(70_000, 70_000), orders_file(140_000, 60_000))
    marketplace.states = marketplace.states[-1:]
    done = tmp_path / "done.txt"
    done.touch()

    async def read(until=""):
        """Read in a process of its own, from where the last one was; kill it when it has dealt with an order."""
        written = done.read_bytes()
        after = written.rpartition(b" ")[2].decode().strip()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", READER, marketplace.url, str(done), after, until,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        while until and child.returncode is None and f"{until} ".encode() not in done.read_bytes()[-100:]:
            await asyncio.sleep(0.02)
        if until and child.returncode is None:
            child.kill()
        _, errors = await child.communicate()
        return child.returncode, errors.decode()

    assert await read("o30000") == (-signal.SIGKILL, "")
    assert await read("o99999") == (-signal.SIGKILL, "")
    assert await read() == (0, "")
    assert [line.split()[0] for line in done.read_text().splitlines()] == [f"o{n}" for n in range(200_000)]


async def test_files_are_saved_and_existing_ones_are_kept(marketplace, tmp_path):
    ready(marketplace, orders_file(0, 100), orders_file(100, 20_000), orders_file(20_100, 5))
    marketplace.damage = {1: [("cut", 500_000)] * 3}
    steps = []
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        with pytest.raises(ConnectionLost):
            await export.save(tmp_path / "export", progress=lambda *step: steps.append(step))
        assert [path.name for path in (tmp_path / "export").iterdir()] == ["2f1a-7-001.json"]
        paths = await client.orders.export_job("2f1a-7").save(
            tmp_path / "export", progress=lambda *step: steps.append(step)
        )
    assert [path.name for path in paths] == ["2f1a-7-001.json", "2f1a-7-002.json", "2f1a-7-003.json"]
    assert sorted((tmp_path / "export").iterdir()) == paths
    assert [path.read_bytes() for path in paths] == marketplace.files
    assert marketplace.fetched == [0, 1, 1, 1, 1, 2]
    assert steps == [(1, 3), (1, 3), (2, 3), (3, 3)]
    assert sum(1 for path in paths for _ in read_json_items(path, "front.orders:Order")) == 20_105


async def test_a_saved_file_without_a_length_is_logged_as_unverified(marketplace, tmp_path, caplog):
    ready(marketplace, b"sku;price\n1;2\n")
    marketplace.damage = {0: [("unframed", 14)]}
    async with front(marketplace) as client:
        (path,) = await client.offers.export_job("2f1a-7").save(tmp_path)
    assert path.name == "2f1a-7-001.csv"
    assert "is complete: no length was sent" in caplog.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"status": "FAILED"}, "order export 2f1a-7 ended FAILED"),
        ({"status": "CANCELED"}, "order export 2f1a-7 ended CANCELED"),
        ({"status": "CANCELLED"}, "order export 2f1a-7 ended CANCELLED"),
        (
            {"status": "FAILED", "error": {"code": "TOO_MANY", "detail": "too many orders"}},
            r"FAILED \(TOO_MANY: too many orders\)",
        ),
    ],
)
async def test_a_failed_export_raises_only_when_its_items_are_read(marketplace, state, words):
    marketplace.states = [{"status": "PENDING"}, state]
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        assert (await export.wait()).status == state["status"]
        assert export.done
        with pytest.raises(JobFailed, match=words) as caught:
            export.raise_for_failure()
        assert export.failed
        assert caught.value.status == state["status"]
        with pytest.raises(JobFailed, match=words):
            await ids(export.items())


async def test_an_unknown_status_is_logged_once(marketplace, caplog):
    ready(marketplace, orders_file(0, 1))
    marketplace.states[:0] = [{"status": "PENDING"}, {"status": "ARCHIVED"}, {"status": "ARCHIVED"}]
    async with front(marketplace) as client:
        assert (await client.orders.export_job("2f1a-7").wait()).status == "COMPLETED"
    assert [record.getMessage() for record in caplog.records] == [
        "order export 2f1a-7 has the unknown status ARCHIVED; waiting continues"
    ]


async def test_an_export_that_takes_too_long_can_be_waited_for_again(marketplace):
    ready(marketplace, orders_file(0, 1))
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        with pytest.raises(JobTimeout, match="order export 2f1a-7 did not finish within 5 s; last status: PENDING"):
            await export.wait(timeout=5)
        assert (await export.wait(timeout=30, poll_interval=2)).status == "COMPLETED"
        assert client.clock.slept == [2]


OFFERS_CSV = (
    b'offer-id;product-sku;price[channel=CA];price;description\r\n1;A;10.00;11.00;"long;\r\ntext"\r\n2;B;;12.50;\r\n'
)


async def test_offers_in_csv_have_the_columns_of_their_instance(marketplace):
    ready(marketplace, OFFERS_CSV, OFFERS_CSV.replace(b"\r\n1;", b"\r\n3;").replace(b"\r\n2;", b"\r\n4;"))
    async with front(marketplace) as client:
        export = await client.offers.start_export(export_type="text/csv", items_per_chunk=10_000)
        rows = [row async for row in export.rows()]
        assert client.clock.slept == [60.0, 60.0]  # OF53: recommended once a minute
        assert len([row async for row in export.rows(after="2f1a-7:1:1")]) == 1
    assert [row["offer-id"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["price[channel=CA]"] == "10.00"
    assert rows[0]["description"] == "long;\r\ntext"


async def test_offers_in_json_are_a_list_at_the_top(marketplace):
    files = [
        json.dumps([{"offer_id": str(n), "min_shipping_price": 10.5} for n in numbers]).encode()
        for numbers in (range(3), range(3, 5))
    ]
    ready(marketplace, *files)
    async with front(marketplace) as client:
        export = await client.offers.start_export(export_type="application/json")
        offers = [offer async for offer in export.items()]
    assert [str(offer.offer_id) for offer in offers] == ["0", "1", "2", "3", "4"]
    assert str(offers[0].min_shipping_price) == "10.5"
    assert marketplace.filters == [{"export_type": "application/json"}]


async def test_reading_an_export_in_the_wrong_format_is_an_error(marketplace):
    ready(marketplace, OFFERS_CSV)
    async with front(marketplace) as client:
        with pytest.raises(UnreadableFile, match="OF54: .* is CSV, not JSON"):
            await ids(client.offers.export_job("2f1a-7").items())


async def test_orders_that_cannot_be_read_are_counted_and_logged(marketplace, caplog):
    ready(marketplace, b'{"orders":[{"order_id":"a"},"rubbish",{"order_id":"b"}]}')
    async with front(marketplace) as client:
        walk = client.orders.export_job("2f1a-7").items()
        assert await ids(walk) == ["a", "b"]
        assert walk.unreadable == 1
        assert client.counters.quarantined == 1
    assert "order export 2f1a-7: 1 items of a file could not be read" in caplog.text


async def test_a_cursor_includes_orders_that_could_not_be_read(marketplace):
    ready(marketplace, b'{"orders":[0,{"order_id":"a"},1,2,{"order_id":"b"},3]}', b'{"orders":[]}')
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        walk = export.items()
        cursors = [walk.cursor async for _ in walk]
        assert cursors == ["2f1a-7:0:2", "2f1a-7:0:5"]
        assert [bytes(raw) async for raw in export.raw(after=cursors[0])] == [b"1", b"2", b'{"order_id":"b"}', b"3"]
        walk = export.raw()
        cursors = [walk.cursor async for _ in walk]
        assert [await ids(export.items(after=cursor)) for cursor in cursors] == [["a", "b"], *[["b"]] * 3, [], []]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({}, "start_date: is required, or another range: start_date and end_date, or start_update_date"),
        ({"shop_ids": [1]}, "is required, or another range"),
        ({"start_date": START}, "start_date and end_date must be given together"),
        (
            {"start_date": START, "end_date": END, "end_update_date": END},
            "start_update_date and end_update_date must be given together",
        ),
        (
            {"start_refund_creation_date": START, "end_refund_creation_date": datetime(2026, 12, 3, tzinfo=UTC)},
            "must be at most 31 days after start_refund_creation_date",
        ),
        ({"start_update_date": END, "end_update_date": START}, "end_update_date: must not be before start_update_date"),
        ({"start_refund_creation_date": START, "end_refund_creation_date": END.replace(tzinfo=None)}, "a time zone"),
        ({"start_refund_creation_date": "2026-11-01", "end_refund_creation_date": "2026-11-02"}, "Invalid RFC3339"),
    ],
)
async def test_an_invalid_export_of_orders_is_not_requested(marketplace, filters, words):
    async with front(marketplace) as client:
        with pytest.raises(InvalidArgument, match=f"OR13: .*{words}"):
            await client.orders.start_export(**filters)
    assert marketplace.filters == []


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"include_inactive_offers": True, "last_request_date": START}, "cannot be combined with last_request_date"),
        ({"export_type": "application/json", "rename_fields": {"price": "Preis"}}, "rename_fields: is for CSV only"),
    ],
)
async def test_an_invalid_export_of_offers_is_not_requested(marketplace, filters, words):
    async with front(marketplace) as client:
        with pytest.raises(InvalidArgument, match=f"OF52: .*{words}"):
            await client.offers.start_export(**filters)
    assert marketplace.filters == []


def test_starting_an_export_has_the_arguments_of_its_operation():
    for own, model in ((Orders.start_export, Orders.create_export), (Offers.start_export, Offers.create_export)):
        assert inspect.signature(own).parameters == inspect.signature(model).parameters
        assert inspect.signature(own).return_annotation != inspect.signature(model).return_annotation


async def test_saved_files_have_the_extension_of_the_servers_file_name(marketplace, tmp_path):
    ready(marketplace, b"one column\n1\n")
    marketplace.names = {0: "offers_1.csv"}
    async with front(marketplace) as client:
        (path,) = await client.offers.export_job("2f1a-7").save(tmp_path)
    assert path.name == "2f1a-7-001.csv"


async def test_json_without_a_length_is_complete_at_its_closing_bracket(marketplace, caplog):
    ready(marketplace, orders_file(0, 10))
    marketplace.damage = {0: [("unframed", len(marketplace.files[0]))]}
    async with front(marketplace) as client:
        assert len(await ids(client.orders.export_job("2f1a-7").items())) == 10
    assert "is complete" not in caplog.text


async def test_a_file_that_is_not_json_is_an_error_with_a_cursor(marketplace):
    ready(marketplace, orders_file(0, 3), b'{"orders":[{"order_id":"o3"}}')
    async with front(marketplace) as client:
        with pytest.raises(UnreadableFile) as caught:
            await ids(client.orders.export_job("2f1a-7").items())
    assert caught.value.resume_from == "2f1a-7:1:0"


async def test_rows_are_fetched_again_when_the_file_ends_within_a_line(marketplace, caplog):
    ready(marketplace, b"sku;price\n" + b"".join(b"A-%d;10.50\n" % number for number in range(5000)))
    marketplace.damage = {0: [("unframed", 30_001), ("unframed", len(marketplace.files[0]))]}
    async with front(marketplace) as client:
        rows = [row async for row in client.offers.export_job("2f1a-7").rows()]
    assert rows == [{"sku": f"A-{number}", "price": "10.50"} for number in range(5000)]
    assert marketplace.fetched == [0, 0]
    assert "is complete: no length was sent" in caplog.text


PAGE = Instead(200, b"<html>Checking your browser</html>", "text/html")
GONE = Instead(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")
EXPIRED = Instead(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
UNKNOWN = Instead(404, b'{"status": 404, "message": "no such export"}')


@pytest.mark.parametrize("passing", [[UNKNOWN] * 2, [PAGE] * 4, [502, PAGE, UNKNOWN]])
@pytest.mark.parametrize("trouble", [[PAGE] * 2, [GONE, EXPIRED], [PAGE, GONE], [Instead(503, b"")] * 2])
async def test_temporary_errors_lose_no_order_of_an_export(marketplace, passing, trouble, tmp_path):
    marketplace.files = [orders_file(0, 3), orders_file(3, 2)]
    marketplace.states = [*passing, {"status": "PENDING"}, *passing, marketplace.completed()]
    marketplace.instead = {0: [*trouble], 1: [*trouble]}
    async with front(marketplace) as client:
        export = await client.orders.start_export(start_date=START, end_date=END)
        assert await ids(export.items()) == [f"o{n}" for n in range(5)]
        marketplace.instead = {0: [*trouble], 1: [*trouble]}
        paths = await export.save(tmp_path)
    assert [path.read_bytes() for path in paths] == marketplace.files


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (PAGE, UnexpectedResponse),
        (Instead(200, PAGE.body), UnexpectedResponse),
        (Instead(200, PAGE.body, "application/octet-stream"), UnexpectedResponse),
        (Instead(206, b'{"orders":[]}'), UnexpectedResponse),
        (Instead(200, b"Please wait", "text/plain"), UnexpectedResponse),
        (GONE, NotFound),
    ],
)
async def test_a_response_that_is_not_a_file_is_never_saved(marketplace, tmp_path, page, error):
    ready(marketplace, orders_file(0, 3))
    marketplace.instead = {0: [page] * 50}
    async with front(marketplace) as client:
        export = client.orders.export_job("2f1a-7")
        with pytest.raises(error):
            await export.save(tmp_path)
        walk = export.items()
        with pytest.raises(error) as raised:
            await ids(walk)
        assert raised.value.resume_from is None
        (download,) = await export.downloads()
        with pytest.raises(error):
            await download.save(tmp_path / "file.json")
        with pytest.raises(error):
            await download.read()
    assert list(tmp_path.iterdir()) == []
