"""`sync --journal`, `worker`, `journal` and `demo --kill`, as their user runs them."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys

import pytest
from redis.asyncio import Redis

from mirakl_async.cli import main
from mirakl_async.cli.demo import kills as demo_kills
from mirakl_async.cli.demo.sample_orders import ORIGIN
from mirakl_async.queues.opening import open_queue
from mirakl_async.simulator import SimulatorProcess
from tests.support.redis_server import redis_url, shared_redis  # noqa: F401 - fixtures

from .program import ended, hosts, lines, program, start, write

CHANNELS = {ORIGIN.channel_id: [ORIGIN.channel_store_id]}
STORE = ("--channel-id", ORIGIN.channel_id, "--channel-store-id", ORIGIN.channel_store_id)


@pytest.fixture
async def mirakl():
    async with SimulatorProcess(channels=CHANNELS) as mirakl:
        yield mirakl


def arguments(mirakl, file, journal, *more):
    return ("sync", file, *STORE, *hosts(mirakl.addresses), "--rate", "none", "--journal", journal, "--json", *more)


async def test_a_second_run_resumes_or_restarts(mirakl, tmp_path):
    file, journal = write(tmp_path / "orders.ndjson", lines(250)), tmp_path / "orders.db"
    first = await program(*arguments(mirakl, file, journal), addresses=mirakl.addresses)
    assert (first.status, first.shown["accepted"]) == (0, 250), first.err
    again = await program(*arguments(mirakl, file, journal, "--resume"), addresses=mirakl.addresses)
    assert (again.status, again.shown["read"]) == (0, 0), again.err
    restarted = await program(*arguments(mirakl, file, journal), addresses=mirakl.addresses)
    assert (restarted.status, restarted.shown["accepted"]) == (0, 250), restarted.err
    assert (await mirakl.control.state()).orders == 250


async def test_rejected_orders_can_be_shown_and_replayed(mirakl, tmp_path):
    file, journal = write(tmp_path / "orders.ndjson", lines(200, poison=6, seed=4)), tmp_path / "orders.db"
    done = await program(*arguments(mirakl, file, journal), addresses=mirakl.addresses)
    assert (done.status, done.shown["rejected"]) == (1, 6), done.err
    stats = await program("journal", journal, "--stats", "--json")
    assert (stats.status, stats.shown) == (0, {"waiting": 0, "oldest": 0.0, "rejected": 6}), stats.err
    rejected = [json.loads(line) for line in (await program("journal", journal, "--show-rejected")).out.splitlines()]
    assert len(rejected) == 6
    assert {row["line"]["order"]["channel_order_id"] for row in rejected} == {
        row["channel_order_id"] for row in done.shown["rejections"]
    }
    assert all(row["reason"] for row in rejected)
    one = await program("journal", journal, "--purge", "--id", rejected[0]["id"], "--json")
    assert one.shown == {"purged": 1}
    replayed = await program("journal", journal, "--replay", "--json")
    assert replayed.shown == {"replayed": 5}
    again = [row for row in rejected[1:] if row["kind"] == "server"]
    worked = await program(
        "worker", journal, *hosts(mirakl.addresses), "--until-empty", "--json", addresses=mirakl.addresses
    )
    assert (worked.status, worked.shown["read"], worked.shown["rejected"]) == (1, 5, 5), worked.err
    assert len(again) <= 5


async def test_an_order_that_is_twice_in_a_file_of_rejected_orders_is_shown_once(mirakl, tmp_path):
    file, rejected = write(tmp_path / "orders.ndjson", lines(50, poison=4, seed=4)), tmp_path / "rejected.ndjson"
    for number in range(2):
        journal = tmp_path / f"{number}.db"
        done = await program(*arguments(mirakl, file, journal, "--rejected-file", rejected), addresses=mirakl.addresses)
        assert done.shown["rejected"] == 4, done.err
    with rejected.open("ab") as cut:
        cut.write(b'{"id":"cut o')
    assert len(rejected.read_bytes().splitlines()) == 9
    stats = await program("journal", rejected, "--json")
    assert (stats.status, stats.shown) == (0, {"rejected": 4}), stats.err
    shown = [json.loads(line) for line in (await program("journal", rejected, "--show-rejected")).out.splitlines()]
    poisoned = {row["channel_order_id"] for row in done.shown["rejections"]}
    assert {row["channel_order_id"] for row in shown} == poisoned
    numbers = [json.loads(line)["channel_order_id"] for line in file.read_bytes().splitlines()]
    assert all(numbers[row["line"] - 1] == row["channel_order_id"] for row in shown), "lines are those of the file"
    async with open_queue(tmp_path / "0.db") as kept:
        assert {row.id async for row in kept.rejected()} == {row["id"] for row in shown}
    refused = await program("journal", rejected, "--replay")
    assert refused.status == 2
    assert "sends its orders again" in refused.err


async def test_all_processes_on_a_queue_in_redis_share_one_rate_limit(mirakl, redis_url, tmp_path):  # noqa: F811 - the fixture
    file, queue = write(tmp_path / "orders.ndjson", lines(5)), f"{redis_url}/orders"
    common = (*hosts(mirakl.addresses), "--json")
    synced = await program("sync", file, *STORE, *common, "--journal", queue, addresses=mirakl.addresses)
    assert (synced.status, synced.shown["accepted"]) == (0, 5), synced.err
    async with Redis.from_url(redis_url) as redis:
        assert await redis.exists("{mirakl}:limit:processes")
        await redis.delete("{mirakl}:limit:processes")
        async with open_queue(queue) as kept:
            await kept.put([b'{"action_id":"none","outcome":{"status":"SUCCESS"}}\n'])
        worked = await program("worker", queue, *common, "--until-empty", addresses=mirakl.addresses)
        assert worked.shown["rejected_outcomes"] == 1, worked.err
        assert await redis.exists("{mirakl}:limit:processes")


async def test_a_worker_runs_until_it_is_signalled_to_stop(mirakl, tmp_path):
    queue = tmp_path / "orders.db"
    origin = b'{"channel_id":"demo-channel","channel_store_id":"demo-store"}'
    async with open_queue(queue) as kept:
        await kept.put([b'{"origin":%b,"order":%b}' % (origin, line) for line in lines(120)])
    child = await start("worker", queue, *hosts(mirakl.addresses), "--json", addresses=mirakl.addresses)
    async with asyncio.timeout(50):
        while (await mirakl.control.state()).orders < 120:
            await asyncio.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    done = await ended(child)
    assert (done.status, done.shown["accepted"], done.shown["unsent"]) == (0, 120, 0), done.err


async def test_the_output_for_people_is_readable(tmp_path, capsys):
    queue = tmp_path / "orders.db"
    async with open_queue(queue) as kept:
        await kept.put([b"{}"])
    assert await asyncio.to_thread(main, ["journal", str(queue)]) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(
        r"1 message \(a block of up to 100 orders\) waiting, the oldest for \d+ s, 0 orders rejected\n", out
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["journal", "{here}/nothing.db"], "does not exist"),
        (["journal", "{here}/orders.db", "--stats", "--replay"], "give one of"),
        (["journal", "{here}/orders.db", "--id", "k"], "goes with --replay"),
        (["sync", "{here}/orders.ndjson", "--resume"], "--resume needs --journal"),
        (["sync", "{here}/orders.ndjson", *STORE, "--journal", "mysql://x"], "mysql:// is not supported"),
        (["demo", "--kill", "-1"], "at least 0"),
        (["demo", "--journal", "orders.db"], "--journal needs --kill"),
    ],
)
def test_wrong_usage_is_reported(words, said, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_CLIENT_ID", "id")
    monkeypatch.setenv("MIRAKL_CLIENT_SECRET", "secret")
    write(tmp_path / "orders.ndjson", [])
    assert main([word.format(here=tmp_path) for word in words]) in {2, 3}
    assert said in capsys.readouterr().err
    assert not (tmp_path / "nothing.db").exists()


async def test_the_demo_survives_being_killed():
    done = await program("demo", "--kill", 2, "--orders", 6000, "--poison", 2, "--updates", 300, "--json")
    assert done.status == 1, done.err
    shown = done.shown
    assert (shown["kills"], shown["finished"], shown["lost"]) == (2, True, 0)
    assert shown["simulator"]["identical"] is True
    assert (shown["journal"]["waiting"], shown["journal"]["rejected"]) == (0, 2)


async def test_a_process_that_ends_by_itself_does_not_count_as_killed(mirakl):
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert not await demo_kills._kill_when(mirakl, child, held=1)
