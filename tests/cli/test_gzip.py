"""gzip on both sides: what commands read is unpacked by its first bytes, what they write is packed by its name."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json

import pytest

from mirakl_async.cli import main
from mirakl_async.cli.outputs import open_output
from mirakl_async.cli.results import CommandError
from mirakl_async.simulator import Simulator

from .program import ended, hosts, lines, program, start

STORE = ["--channel-id", "channel-1", "--channel-store-id", "store-1"]
FACT = {"id": "01jv", "time": "2024-05-20T10:15:30Z", "type": "LATER", "data": {}}


def packed(encoded):
    return gzip.compress(b"".join(line + b"\n" for line in encoded))


@pytest.mark.parametrize("members", [1, 2])
async def test_orders_from_a_packed_file_and_from_packed_standard_input(members, tmp_path):
    half = len(made := lines(6)) // members
    content = b"".join(packed(made[at : at + half]) for at in range(0, 6, half))
    file = tmp_path / "orders of any name"
    file.write_bytes(content)
    async with Simulator() as mirakl:
        from_file = await program("sync", file, *STORE, *hosts(mirakl), "--json", addresses=mirakl)
        child = await start("sync", "-", *STORE, *hosts(mirakl), "--json", addresses=mirakl, given=True)
        out, err = await child.communicate(content)
    assert (from_file.status, from_file.shown["accepted"]) == (0, 6), from_file.err
    assert (child.returncode, json.loads(out)["accepted"]) == (0, 6), err


@pytest.mark.parametrize("cut", [12, -1])
async def test_packed_orders_that_are_cut_off_end_with_status_3(cut):
    async with Simulator() as mirakl:
        child = await start("sync", "-", *STORE, *hosts(mirakl), addresses=mirakl, given=True)
        _, err = await child.communicate(packed(lines(50))[:cut])
    assert child.returncode == 3
    assert b"gzip data is damaged or cut off" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize("name", ["orders.ndjson.gz", "orders.csv.gz", "ORDERS.NDJSON.GZ"])
async def test_a_list_into_a_packed_file(name, tmp_path):
    out = tmp_path / name
    async with Simulator(front={"orders": 7}) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        done = await program("list", "OR11", "--out", out, "--json", addresses=mirakl, variables=variables)
    assert (done.status, done.shown["items"]) == (0, 7), done.err
    text = gzip.decompress(out.read_bytes()).decode("utf-8-sig")
    if "csv" in name:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    else:
        rows = [json.loads(line) for line in text.splitlines()]
    assert len({row["order_id"] for row in rows}) == 7
    assert [path.name for path in tmp_path.iterdir()] == [name]


async def test_an_export_into_a_packed_file(tmp_path):
    out = tmp_path / "offers.ndjson.gz"
    async with Simulator(front={"offers": 5}) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        command = ("export", "offers", "--out", out, "--poll-interval", 0.01, "--json")
        done = await program(*command, addresses=mirakl, variables=variables)
    assert done.status == 0, done.err
    assert len(gzip.decompress(out.read_bytes()).splitlines()) == done.shown["offers"] > 0


async def test_a_response_and_sample_orders_into_packed_files(tmp_path):
    async with Simulator(front={"orders": 1}) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        out = tmp_path / "page.json.gz"
        assert (await program("call", "OR11", "--out", out, addresses=mirakl, variables=variables)).status == 0
    assert len(json.loads(gzip.decompress(out.read_bytes()))["orders"]) == 1
    files = tmp_path / "a.ndjson.gz", tmp_path / "b.ndjson.gz"
    for file in files:
        assert await asyncio.to_thread(main, ["sample", "orders", "3000", "--out", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    assert gzip.decompress(files[0].read_bytes()).count(b"\n") == 3000


async def test_packed_events_are_decoded_from_a_file_and_from_standard_input(tmp_path):
    content = packed([json.dumps(FACT).encode()] * 2)
    file = tmp_path / "events"
    file.write_bytes(content)
    done = await program("events", "decode", file, "--json")
    assert (done.status, done.shown["count"]) == (0, 2), done.err
    child = await start("events", "decode", "-", "--json", given=True)
    out, _ = await child.communicate(content)
    assert json.loads(out)["count"] == 2
    file.write_bytes(content[:-9])
    done = await program("events", "decode", file)
    assert done.status == 3
    assert "gzip data is damaged or cut off" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "OR11", "--out", "o.parquet.gz"], "must end in .ndjson or .csv or .parquet (or .ndjson.gz, .csv.gz)"),
        (["list", "OR11", "--out", "o.gz"], "must end in"),
        (["export", "offers", "--out", "o.json.gz"], "must end in"),
        (["sync", "o.ndjson", "--rejected-file", "r.ndjson.gz"], "--rejected-file: gzip is not supported"),
    ],
)
def test_what_cannot_be_packed_is_wrong_usage(arguments, words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "o.ndjson").touch()
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["o.ndjson"]


def test_a_packed_file_that_is_not_finished_does_not_appear(tmp_path):
    def fail():
        with open_output(tmp_path / "o.ndjson.gz") as file:
            file.write(b"x" * 200_000)
            raise OSError(28, "No space left on device")

    with pytest.raises(CommandError, match=r"--out: .*o\.ndjson\.gz: No space left on device"):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["sync", "-"], ["events", "decode", "-"], ["call", "upsertOrders", "--body", "-"]]
)
async def test_without_a_standard_input_reading_from_it_is_wrong_usage(arguments):
    script = (
        "import os, sys; os.close(0); os.execv(sys.executable, [sys.executable, '-m', 'mirakl_async', *sys.argv[1:]])"
    )
    child = await start(*arguments, script=script)
    done = await ended(child)
    assert (done.status, done.err) == (2, "mirakl-async: standard input is closed\n")
