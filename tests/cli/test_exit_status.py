"""The exit statuses of the documentation, for what is found before anything is sent, and for targets that fail."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async.cli import main
from mirakl_async.simulator import Fault, FaultPlan, Simulator

from .program import lines, program, write


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sync", "nofile"], "nofile: No such file or directory"),
        (["sync", "dir"], "dir: Is a directory"),
        (["sync", "one.json", "--concurrency", "99999999999999999999999"], "--concurrency. It must be a whole number"),
        (["events", "decode", "dir"], "dir is a folder"),
        (["journal", "nofile"], "nofile does not exist"),
        (["journal", "dir"], "dir is a folder"),
        (["list", "OR11", "--bookmark", "nodir/b"], "--bookmark: nodir is not a folder"),
        (["list", "OR11", "order_ids"], "is not name=value"),
        (["call", "OR1"], "did you mean"),
        (["export", "offers", "--attach", "", "--out", "o.csv"], "--attach must be the tracking id of an export"),
        (["export", "offers", "--attach", "a/b", "--out", "o.csv"], "--attach must be the tracking id of an export"),
        (["synk"], 'Did you mean "sync"?'),
    ],
)
async def test_wrong_usage_is_status_2_and_one_line(arguments, words, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    monkeypatch.setenv("MIRAKL_FRONT_URL", "http://127.0.0.1:9")
    (tmp_path / "dir").mkdir()
    (tmp_path / "one.json").write_text('{"channel_order_id": "1"}\n')
    assert await asyncio.to_thread(main, arguments) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)


async def test_orders_without_an_origin_are_wrong_usage(tmp_path):
    write(tmp_path / "one.json", lines(1))
    done = await program("sync", tmp_path / "one.json", variables={"MIRAKL_TOKEN": "t"})
    assert (done.status, done.out) == (2, "")
    assert "give --channel-id and --channel-store-id" in done.err


@pytest.mark.parametrize("arguments", [["list", "OR11"], ["call", "OR11"]])
async def test_a_full_disk_is_status_3(arguments):
    async with Simulator(front={"orders": 5}) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        done = await program(*arguments, "--out", "/dev/full", addresses=mirakl, variables=variables)
    assert done.status == 3
    assert "--out: /dev/full: No space left on device\n" in done.err


@pytest.mark.parametrize("arguments", [["list", "OR11"], ["call", "OR11"]])
async def test_an_unreachable_host_is_status_3(arguments):
    done = await program(*arguments, variables={"MIRAKL_FRONT_URL": "http://127.0.0.1:9", "MIRAKL_TOKEN": "t"})
    assert (done.status, done.err.count("\n")) == (3, 1)
    assert "could not connect to 127.0.0.1:9" in done.err


async def test_an_export_that_does_not_exist_is_status_3_and_not_said_to_go_on():
    async with Simulator() as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        command = ["export", "orders", "--attach", "2f1a-7", "--poll-interval", "0.01", "--out", "-"]
        done = await program(*command, addresses=mirakl, variables=variables)
    assert (done.status, done.out) == (3, "")
    assert "404 There is no such export" in done.err
    assert "goes on at Mirakl" not in done.err


@pytest.mark.parametrize("out", ["o.parquet", "o.csv", "o.ndjson", "o.csv.gz"])
@pytest.mark.parametrize("faults", [{"at": (1,)}, {"at": (2,)}])
async def test_a_list_that_breaks_off_is_one_line_and_no_file(tmp_path, out, faults):
    faults = FaultPlan(rules=[Fault.status(403, operation="OR11", **faults)])
    async with Simulator(front={"orders": 150}, faults=faults) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        done = await program("list", "OR11", "--out", tmp_path / out, addresses=mirakl, variables=variables)
    assert (done.status, done.out, done.err.count("\n")) == (3, "", 1), done.err
    assert "403" in done.err
    assert list(tmp_path.iterdir()) == []
