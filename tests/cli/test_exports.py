"""`mirakl-async export`, as its user runs it."""

import asyncio
import csv
import io
import json
import os
import signal
from unittest.mock import Mock

import msgspec
import pandas as pd
import pytest

from mirakl_async import arrow_schema
from mirakl_async.cli import main
from mirakl_async.cli.export_files import MemberRows, export_writer
from mirakl_async.cli.outputs import open_output
from mirakl_async.cli.results import CommandError
from mirakl_async.imports_exports.orders import OrderExport
from mirakl_async.models.front.offers import ExportedOffer
from mirakl_async.models.front.orders import Order
from mirakl_async.operations import operations
from tests.cli.marketplace import program, started
from tests.cli.program import ended
from tests.imports_exports.marketplace import Marketplace
from tests.imports_exports.test_exports import OFFERS_CSV, orders_file


@pytest.fixture
async def marketplace():
    async with Marketplace() as marketplace:
        yield marketplace


def ready(marketplace, *files):
    marketplace.files = list(files)
    marketplace.states = [{"status": "PENDING"}, marketplace.completed()]


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


DATES = ("start_date=2026-11-01T00:00:00Z", "end_date=2026-11-30T00:00:00Z")


async def test_orders_are_written_to_ndjson_unchanged(marketplace, tmp_path):
    pretty = json.dumps({"orders": [{"order_id": "p", "new_member": [1.50, "a\nb"]}]}, indent=2).encode()
    ready(marketplace, orders_file(0, 2500), pretty)
    out = tmp_path / "orders.ndjson"
    done = await program(
        marketplace, "export", "orders", *DATES, "order_state_codes=SHIPPED", "order_state_codes=CLOSED",
        "--out", out, "--poll-interval", 0.01,
    )  # fmt: skip
    assert (done.status, done.out) == (0, f"2,501 orders in {out}\n"), done.err
    lines = out.read_bytes().splitlines()
    assert [json.loads(line)["order_id"] for line in lines[:-1]] == [f"o{n}" for n in range(2500)]
    assert lines[1] == b'{"order_id":"o1","total_price":1.50,"currency_iso_code":"EUR"}'
    assert json.loads(lines[-1]) == {"order_id": "p", "new_member": [1.5, "a\nb"]}
    assert marketplace.filters == [
        {
            "start_date": "2026-11-01T00:00:00Z",
            "end_date": "2026-11-30T00:00:00Z",
            "order_state_codes": ["SHIPPED", "CLOSED"],
        }
    ]
    assert [line.rpartition(": ")[2] for line in done.err.splitlines()] == ["started", "PENDING", "COMPLETED"]
    assert "2f1a-7" in done.err  # what --attach takes


async def test_orders_are_written_to_csv_as_one_row_each(marketplace, tmp_path):
    order = {"order_id": "o1", "total_price": 0, "can_cancel": True, "customer": {"city": "Zoë;ville"}, "channel": None}
    ready(marketplace, json.dumps({"orders": [order]}).replace(": 0,", ": 19.90,").encode())
    done = await program(
        marketplace, "export", "orders", *DATES, "--out", tmp_path / "o.csv", "--poll-interval", 0.01, "--json"
    )
    assert done.status == 0, done.err
    assert done.shown["orders"] == 1
    (row,) = rows_of(tmp_path / "o.csv")
    assert (row["order_id"], row["total_price"], row["can_cancel"]) == ("o1", "19.90", "true")
    assert json.loads(row["customer"]) == {"city": "Zoë;ville"}
    assert row["channel"] == row["order_lines"] == ""


@pytest.mark.parametrize("item", [b"7", b'{"order_id":"\xff"}'])
def test_an_item_that_is_not_an_object_is_an_error_of_a_csv_export(item):
    rows = MemberRows(io.StringIO(), Order)
    rows.write(msgspec.Raw(b'{"order_id":"o1"}'))
    with pytest.raises(CommandError, match="item 2 is not an object"):
        rows.write(msgspec.Raw(item))


def test_a_file_is_on_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append([path.read_bytes() for path in tmp_path.iterdir()]))
    export = OrderExport(Mock(), operations["OR14"], "t")
    with open_output(tmp_path / "o.ndjson") as opened, export_writer(export, opened, ".ndjson") as (_, file):
        file.write(msgspec.Raw(b'{"order_id":"o1"}'))
    assert synced == [[b'{"order_id":"o1"}\n']]
    assert (tmp_path / "o.ndjson").read_bytes() == synced[0][0]


@pytest.mark.parametrize("out", ["-", "/dev/stdout", "/dev/fd/1"])
async def test_an_export_on_standard_output_contains_only_the_items(marketplace, out):
    ready(marketplace, orders_file(0, 3))
    done = await program(marketplace, "export", "orders", *DATES, "--out", out, "--poll-interval", 0.01)
    assert done.status == 0, done.err
    assert [json.loads(line)["order_id"] for line in done.out.splitlines()] == ["o0", "o1", "o2"]
    assert "3 orders on standard output" in done.err


async def test_an_export_on_standard_output_excludes_json(marketplace):
    done = await program(marketplace, "export", "orders", *DATES, "--out", "-", "--json")
    assert done.status == 2
    assert "standard output holds one object" in done.shown["error"]


async def test_an_export_into_a_pipe_does_not_replace_the_pipe(marketplace, tmp_path):
    pipe = tmp_path / "orders.ndjson"
    os.mkfifo(pipe, 0o644)
    ready(marketplace, orders_file(0, 3))
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    done = await program(marketplace, "export", "orders", *DATES, "--out", pipe, "--poll-interval", 0.01)
    assert done.status == 0, done.err
    assert len((await reading).splitlines()) == 3
    assert pipe.is_fifo()
    assert pipe.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["orders.ndjson"]


async def test_offers_in_csv_keep_the_columns_of_the_instance(marketplace, tmp_path):
    ready(marketplace, OFFERS_CSV, OFFERS_CSV)
    done = await program(marketplace, "export", "offers", "--out", tmp_path / "offers.csv", "--poll-interval", 0.01)
    assert done.status == 0, done.err
    rows = rows_of(tmp_path / "offers.csv")
    assert len(rows) == 4
    assert rows[2]["price[channel=CA]"] == "10.00"
    assert rows[2]["description"] == "long;\r\ntext"
    assert marketplace.filters == [{"export_type": "text/csv"}]


async def test_offers_are_written_to_ndjson(marketplace, tmp_path):
    ready(marketplace, b'[{"offer_id":1},{"offer_id":2}]')
    done = await program(marketplace, "export", "offers", "--out", tmp_path / "o.ndjson", "--poll-interval", 0.01)
    assert done.status == 0, done.err
    assert (tmp_path / "o.ndjson").read_bytes() == b'{"offer_id":1}\n{"offer_id":2}\n'
    assert marketplace.filters == [{"export_type": "application/json"}]


async def test_an_interrupted_export_is_resumed_by_its_id(marketplace, tmp_path):
    ready(marketplace, orders_file(0, 10))
    out = tmp_path / "orders.ndjson"
    out.write_bytes(b"of yesterday\n")
    marketplace.states = [{"status": "PENDING"}]
    child = await started(marketplace, "export", "orders", *DATES, "--out", out, "--poll-interval", 60)
    while marketplace.questions == 0:
        await asyncio.sleep(0.02)
    child.send_signal(signal.SIGINT)
    done = await ended(child)
    assert done.status == 130  # as a shell says of SIGINT
    assert "Traceback" not in done.err
    assert "follow it with --attach 2f1a-7\n" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["orders.ndjson"]
    assert out.read_bytes() == b"of yesterday\n"
    ready(marketplace, orders_file(0, 10))
    done = await program(marketplace, "export", "orders", "--attach", "2f1a-7", "--out", out, "--poll-interval", 0.01)
    assert done.status == 0, done.err
    assert len(out.read_bytes().splitlines()) == 10
    assert len(marketplace.filters) == 1


async def test_no_incomplete_file_appears(marketplace, tmp_path):
    ready(marketplace, orders_file(0, 20_000))
    marketplace.damage = {0: [("cut", 300_000)] * 50}
    done = await program(
        marketplace, "export", "orders", *DATES, "--out", tmp_path / "o.ndjson", "--poll-interval", 0.01
    )
    assert done.status == 3
    assert "OR15" in done.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
    marketplace.states = [{"status": "FAILED", "error": {"code": "X", "detail": "too many"}}]
    done = await program(marketplace, "export", "orders", *DATES, "--out", tmp_path / "o.ndjson", "--json")
    assert (done.status, done.shown["error"]) == (3, "order export 2f1a-7 ended FAILED (X: too many)")
    assert "--attach" not in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["orders", "--out", "o.csv", "--front-url", "http://127.0.0.1:9"],
            "OR13: start_date: is required, or another range",
        ),
        (["orders", "--out", "o.xlsx"], "o.xlsx must end in .ndjson or .csv"),
        (["orders", "--out", "/nowhere/o.csv"], "/nowhere is not a folder"),
        (
            ["orders", "colour=red", "--out", "o.csv"],
            "OR13: colour: unknown parameter; valid parameters: channel_codes,",
        ),
        (["orders", "start_date=soon", "--out", "o.csv"], "start_date: 'soon' is not a date and time"),
        (["orders", *DATES, "--attach", "x", "--out", "o.csv"], "it goes without filters"),
        (
            ["offers", "export_type=text/csv", "--out", "o.ndjson"],
            "export_type must be application/json for a .ndjson file",
        ),
        (["invoices", "--out", "o.csv"], "invoices"),
        (["orders"], "--out"),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_sent(arguments, words, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    assert main(["export", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("what", "column"), [("orders", "order_id"), ("offers", "offer_id")])
async def test_an_export_to_parquet_has_the_columns_of_the_contract(marketplace, tmp_path, what, column):
    rows = [{"order_id": f"o{number}", "offer_id": number, "price": 1.5} for number in range(3)]
    ready(marketplace, json.dumps({"orders": rows} if what == "orders" else rows).encode())
    out = tmp_path / f"{what}.parquet"
    dates = DATES if what == "orders" else ()
    done = await program(marketplace, "export", what, *dates, "--out", out, "--poll-interval", 0.01)
    assert (done.status, done.out) == (0, f"3 {what} in {out}\n"), done.err
    frame = pd.read_parquet(out)
    assert list(frame[column]) == [row[column] for row in rows]
    assert list(frame.columns) == arrow_schema(Order if what == "orders" else ExportedOffer).names
    assert out.stat().st_mode & 0o777 == 0o600
    assert "export_type" not in marketplace.filters[0] or marketplace.filters[0]["export_type"] == "application/json"
