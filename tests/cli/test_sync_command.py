import asyncio
import gzip
import json
import signal

import pytest
from msgspec.structs import replace

from mirakl_async.cli import main
from mirakl_async.cli.job import draining
from mirakl_async.simulator import Fault, SimulatorProcess

from .program import ended, hosts, lines, program, start, write

AT_STORE = ("--channel-id", "channel-1", "--channel-store-id", "store-1")


@pytest.fixture
async def mirakl():
    async with SimulatorProcess() as mirakl:
        yield mirakl


def sync(file, mirakl, *more):
    return ("sync", file, *hosts(mirakl.addresses), *more)


async def test_invalid_lines_and_rejected_orders_are_reported(mirakl, tmp_path):
    encoded = lines(420)
    encoded[7] = b'{"channel_order_id": "cut off'
    encoded[8] = b"[]"
    encoded[301] = encoded[301].replace(b'"quantity":1', b'"quantity":null', 1)
    encoded[40] = encoded[40].replace(b'"status":"AWAITING_SHIPMENT"', b'"status":"ON_ITS_WAY"', 1)
    encoded[400] = encoded[400].replace(b'"currency":"EUR"', b'"currency":"euro"', 1)
    letters = tmp_path / "rejected.ndjson"
    done = await program(
        *sync(write(tmp_path / "o.ndjson", encoded), mirakl, *AT_STORE, "--rejected-file", letters, "--json"),
        addresses=mirakl.addresses,
    )
    assert done.status == 1, done.err
    shown = done.shown
    assert [shown[name] for name in ("read", "accepted", "rejected", "superseded", "unsent")] == [420, 415, 5, 0, 0]
    assert (await mirakl.control.state()).orders == 415
    written = {record["line"]: record for record in map(json.loads, letters.read_bytes().splitlines())}
    assert sorted(written) == [8, 9, 41, 302, 401]
    assert [written[number]["kind"] for number in sorted(written)] == ["invalid"] * 2 + ["server", "invalid", "server"]
    assert written[302]["path"].startswith("$.order_lines[0].quantity")
    assert written[401]["code"] == "INVALID_INPUT"
    assert written[401]["order"] == json.loads(encoded[400])
    assert {refusal["line"] for refusal in shown["rejections"]} == set(written)


async def test_lines_can_have_their_own_origin(mirakl, tmp_path):
    stores = [b"store-1", b"store-2"]
    encoded = [
        b'{"origin":{"channel_id":"channel-1","channel_store_id":"%s"},"order":%s}' % (stores[number % 2], line)
        for number, line in enumerate(lines(60))
    ]
    done = await program(*sync(write(tmp_path / "o.ndjson", encoded), mirakl), addresses=mirakl.addresses)
    assert done.status == 0, done.err
    assert done.out.startswith("read 60, accepted 60, rejected 0")
    by_origin = (await mirakl.control.state()).by_origin
    assert by_origin["channel-1"] == {"store-1": 30, "store-2": 30, "store-3": 0}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
async def test_standard_input_and_gzip_files_are_read(mirakl, tmp_path, pack):
    content = pack(b"".join(line + b"\n" for line in lines(150)))
    file = tmp_path / "orders"
    file.write_bytes(content)
    done = await program(*sync(file, mirakl, *AT_STORE, "--json"), addresses=mirakl.addresses)
    assert (done.status, done.shown["accepted"]) == (0, 150), done.err
    piped = await start(*sync("-", mirakl, *AT_STORE, "--json"), addresses=mirakl.addresses, given=True)
    out, err = await piped.communicate(content)
    assert (piped.returncode, json.loads(out)["accepted"]) == (0, 150), err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[%s]" % b",".join(lines(2)), "is a JSON array; JSON lines (NDJSON) are needed"),
        (b"\n".join(lines(2)).decode().encode("utf-16"), "is UTF-16"),
        (b"PAR1\x15\x04", "is a Parquet file; JSON lines (NDJSON) are needed"),
        (b"\n<!doctype html>\n<title>Sign in</title>\n", "is XML or HTML; JSON lines (NDJSON) are needed"),
    ],
)
@pytest.mark.parametrize("piped", [False, True])
async def test_a_file_of_another_format_is_reported_in_one_sentence(mirakl, tmp_path, content, words, piped):
    file = tmp_path / "orders"
    file.write_bytes(content)
    child = await start(*sync("-" if piped else file, mirakl, *AT_STORE), addresses=mirakl.addresses, given=piped)
    out, err = await child.communicate(content if piped else None)
    assert child.returncode == (3 if piped else 2)
    assert words in err.decode()
    assert err.count(b"\n") == 1
    assert b"rejected 0" in out if piped else not out


async def test_sigterm_finishes_the_calls_in_flight(tmp_path):
    file = write(tmp_path / "o.ndjson", lines(5000))
    async with SimulatorProcess(latency=0.05) as mirakl:
        command = sync(file, mirakl, *AT_STORE, "--json", "--concurrency", 2)
        child = await start(*command, addresses=mirakl.addresses)
        while (await mirakl.control.state()).orders == 0:
            await asyncio.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        done = await ended(child)
        held = (await mirakl.control.state()).orders
    shown = done.shown
    assert done.status == 3
    assert shown["stopped"] == "stopped by SIGTERM"
    assert 0 < shown["accepted"] == held < 5000
    assert shown["read"] == shown["accepted"] + shown["rejected"] + shown["superseded"] + shown["unsent"]
    assert shown["unsent"] == 0


async def test_a_second_signal_ends_at_once(tmp_path):
    file = write(tmp_path / "o.ndjson", lines(1000))
    async with SimulatorProcess() as mirakl:
        await mirakl.control.add_faults(Fault.latency(30.0, operation="upsertOrders"))
        child = await start(*sync(file, mirakl, *AT_STORE, "--json"), addresses=mirakl.addresses)
        while not any(request.operation == "token" for request in await mirakl.control.requests()):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        child.send_signal(signal.SIGINT)
        assert b"repeat the signal to stop immediately" in await child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            done = await ended(child)
    assert done.status == 3
    assert done.shown["unsent"] == done.shown["read"] > 0
    assert "Traceback" not in done.err


class Stoppable:
    def __init__(self):
        self.calls = []

    def stop(self):
        self.calls.append("stop")

    def abort(self):
        self.calls.append("abort")


@pytest.mark.parametrize("signals", [0, 1, 2])
async def test_a_further_signal_does_not_prevent_the_report_of_a_stopped_job(signals):
    loop, stoppable = asyncio.get_running_loop(), Stoppable()
    with draining(stoppable) as caught:
        for _ in range(signals):
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0.01)
    assert caught == ["SIGINT"] * signals
    assert stoppable.calls == ["stop", "abort"][:signals]
    still = [loop.remove_signal_handler(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert still == [signals > 0] * 2


@pytest.mark.parametrize(
    ("store", "secret", "words"), [("no-such-store", None, "404"), ("store-1", "wrong", "invalid_client")]
)
async def test_errors_of_the_configuration_are_status_3(mirakl, tmp_path, store, secret, words):
    file = write(tmp_path / "o.ndjson", lines(5))
    addresses = mirakl.addresses if secret is None else replace(mirakl.addresses, client_secret=secret)
    command = sync(file, mirakl, "--channel-id", "channel-1", "--channel-store-id", store, "--json")
    done = await program(*command, addresses=addresses)
    assert done.status == 3
    assert words in done.shown["stopped"]
    assert (done.shown["accepted"], done.shown["unsent"]) == (0, 5)
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.ndjson", *AT_STORE], "nowhere.ndjson: No such file or directory"),
        ([".", *AT_STORE], "Is a directory"),
        (["o.ndjson", "--channel-id", "c"], "go together"),
        (["o.ndjson", "--channel-id", "", "--channel-store-id", ""], "neither may be empty"),
        (["o.ndjson", *AT_STORE, "--concurrency", "0"], "concurrency"),
        (["o.ndjson", *AT_STORE, "--rejected-file", "o.ndjson"], "the file that is read"),
        (
            ["o.ndjson", *AT_STORE, "--rejected-file", "no/such/folder"],
            "--rejected-file: no/such/folder cannot be written",
        ),
        (["o.ndjson", *AT_STORE, "--rejected-file", "."], "--rejected-file: . cannot be written"),
        (["o.ndjson", *AT_STORE, "--base-url", "http://mirakl.example"], "https"),
        (["o.ndjson", *AT_STORE, "--rate", "fast"], "--rate"),
        ([], "FILE"),
    ],
)
def test_wrong_usage_is_status_2(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    write(tmp_path / "o.ndjson", lines(1))
    assert main(["sync", *arguments, "--json"]) == 2
    shown = capsys.readouterr()
    assert words in json.loads(shown.out)["error"]
    assert shown.err.count("\n") == 1


def test_missing_credentials_are_reported_with_their_variables(tmp_path, monkeypatch, capsys):
    for name in ("MIRAKL_CLIENT_ID", "MIRAKL_CLIENT_SECRET", "MIRAKL_TOKEN", "MIRAKL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert main(["sync", str(write(tmp_path / "o.ndjson", lines(1))), *AT_STORE]) == 2
    shown = capsys.readouterr()
    assert "MIRAKL_CLIENT_ID" in shown.err
    assert shown.out == ""


async def test_rejected_orders_are_the_only_lines_on_standard_output(tmp_path):
    file = write(tmp_path / "o.ndjson", [*lines(2), b"{}"])
    async with SimulatorProcess() as mirakl:
        done = await program(*sync(file, mirakl, *AT_STORE, "--rejected-file", "-"), addresses=mirakl.addresses)
        refused = await program(*sync(file, mirakl, *AT_STORE, "--rejected-file", "-", "--json"))
    assert done.status == 1, done.err
    assert json.loads(done.out)["line"] == 3
    assert "accepted 2" in done.err
    assert refused.status == 2
    assert "--rejected-file: with --json" in refused.shown["error"]
