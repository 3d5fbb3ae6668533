"""`mirakl-async list`, as its user runs it: all pages, into files, and what has changed since the last time."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import json
import sys

import polars as pl
import pytest

from mirakl_async.cli import main
from mirakl_async.cli.bookmark import Bookmark, moment
from mirakl_async.cli.results import CommandError
from mirakl_async.simulator import Simulator
from tests.cli.program import NO_MIRAKL, ended, program

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
async def mirakl(monkeypatch):
    async with Simulator(front={"orders": 250}) as simulator:
        addresses = {
            "MIRAKL_FRONT_URL": simulator.front_url,
            "MIRAKL_AUTH_URL": simulator.auth_url,
            "MIRAKL_CLIENT_ID": simulator.client_id,
            "MIRAKL_CLIENT_SECRET": simulator.client_secret,
        }
        for name, value in addresses.items():
            monkeypatch.setitem(NO_MIRAKL, name, value)
        yield simulator


async def ids(*arguments):
    done = await program("list", "OR11", *arguments)
    assert done.status == 0, done.err
    return [json.loads(line)["order_id"] for line in done.out.splitlines()], done.err


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("state=SHIPPING", "OR11: state: unknown parameter; valid parameters: channel_codes, "),
        ("max=5", "OR11: max: unknown parameter"),
        ("order_idss=a", "did you mean order_ids?"),
    ],
)
async def test_a_parameter_that_the_list_does_not_have_is_named(mirakl, argument, message):
    done = await program("list", "OR11", argument)
    assert done.status == 2
    assert message in done.err
    assert "deadline" not in done.err
    assert not mirakl.requests


async def test_all_pages_are_written_to_standard_output(mirakl):
    found, err = await ids()
    assert len(set(found)) == len(found) == 250
    assert "250 items" in err
    few, _ = await ids(f"order_ids={found[3]}", f"order_ids={found[7]}")
    assert set(few) == {found[3], found[7]}


@pytest.mark.parametrize("ending", [".ndjson", ".csv", ".parquet"])
async def test_all_pages_are_written_to_a_file(mirakl, tmp_path, ending):
    out = tmp_path / f"orders{ending}"
    done = await program("list", "OR11", "--out", out, "--json")
    assert done.status == 0, done.err
    assert done.shown == {"code": "OR11", "items": 250, "out": str(out), "since": None}
    if ending == ".parquet":
        rows = pl.read_parquet(out).to_dicts()
    elif ending == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
    else:
        rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert len({row["order_id"] for row in rows}) == 250


async def test_with_a_bookmark_only_changes_since_the_last_run_are_written(mirakl, tmp_path):
    mark = tmp_path / "orders.bookmark"
    first, _ = await ids("--bookmark", mark)
    assert len(first) == 250
    assert mark.stat().st_mode & 0o777 == 0o600
    again, _ = await ids("--bookmark", mark)
    assert 1 <= len(again) < 10  # those that changed at the very last moment
    kept = json.loads(mark.read_bytes())
    assert kept["since"]
    assert "cursor" not in kept


async def test_an_interrupted_list_is_resumed_after_the_last_item(mirakl, tmp_path):
    mark = tmp_path / "orders.bookmark"
    whole, _ = await ids("--bookmark", mark)
    interrupted = json.loads(mark.read_bytes()) | {"since": None, "cursor": await _cursor_after(mirakl, 100)}
    mark.write_text(json.dumps(interrupted))
    rest, _ = await ids("--bookmark", mark)
    assert rest == whole[100:]


async def _cursor_after(mirakl, count):
    async with mirakl.front_client() as front:
        items = front.orders.list().items()
        async for _ in items:
            count -= 1
            if not count:
                break
        return items.cursor


async def test_a_closed_pipe_ends_the_output_and_the_bookmark_is_not_ahead_of_it(mirakl, tmp_path):
    mark = tmp_path / "orders.bookmark"
    command = f"{sys.executable} -m mirakl_async list OR11 --bookmark {mark}"
    child = await asyncio.create_subprocess_shell(
        f"{command} | head -n 1", env=NO_MIRAKL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    done = await ended(child)
    assert "Traceback" not in done.err
    rest, _ = await ids("--bookmark", mark)
    assert len(rest) + len(done.out.splitlines()) >= 250


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["OR12"], "OR12 is not a list"), (["P11", "--since", "1d"], "cannot be read by date of change"),
        (["OR11", "--since", "yesterday"], "--since"), (["OR11", "--since", "2026-01-01"], "--since"),
        (["OR11", "--since", "1d", "start_update_date=2026-01-01T00:00:00Z"], "give one of them"),
        (["OR11", "--out", "orders.xlsx"], "must end in .ndjson"), (["OR11", "--json"], "one object and nothing else"),
        (["OR11", "--out", "no/such/o.csv"], "no/such is not a folder"), (["XX99"], "XX99"),
        (["OR11", "nonsense"], "name=value"),
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2(arguments, words, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_FRONT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MIRAKL_API_KEY", "k")
    assert main(["list", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_bookmark_of_another_list_is_rejected(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_FRONT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MIRAKL_API_KEY", "k")
    mark = tmp_path / "mark"
    Bookmark(code="RT11", filters="x").save(mark, "cursor")
    assert main(["list", "OR11", "--bookmark", str(mark)]) == 2
    assert "belongs to RT11" in capsys.readouterr().err
    mark.write_bytes(b"not a bookmark")
    assert main(["list", "OR11", "--bookmark", str(mark)]) == 2
    assert "is not a bookmark" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "hours"), [("1d", 24), ("12h", 12), ("30m", 0.5), ("2w", 336), ("3600s", 1), ("2026-11-20T11:00:00Z", 1)]
)
def test_since_is_a_duration_or_a_date_time(text, hours):
    assert moment(text, NOW) == NOW - dt.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "d", "1", "1y", "-1d", "1.5d", "999999w", "now", "2026-11-20"])
def test_other_values_of_since_are_rejected(text):
    with pytest.raises(CommandError, match="--since"):
        moment(text, NOW)
