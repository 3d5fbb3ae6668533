"""`--log-format json`: standard error is one JSON object a line, whatever writes there."""

from __future__ import annotations

import json
import logging
import signal
import sys
import warnings
from datetime import UTC, datetime

import pytest

from mirakl_async import ServerError
from mirakl_async.cli import app, main
from mirakl_async.cli.json_lines import as_object, clean, take_option
from mirakl_async.errors import CallContext
from mirakl_async.server_text import Problem
from mirakl_async.simulator import Fault, SimulatorProcess

from .program import ended, hosts, lines, program, start, write

AT_STORE = ("--channel-id", "channel-1", "--channel-store-id", "store-1")
AS_JSON = ("--log-format", "json")


def objects(text):
    """Every line as the object that it must be."""
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        assert list(one)[:4] == ["time", "level", "logger", "message"]
        assert one["time"].endswith("Z")
        assert datetime.fromisoformat(one["time"]).tzinfo == UTC
        assert one["level"] in {"INFO", "WARNING", "ERROR", "CRITICAL"}
        assert one["message"].isprintable()
    return found


def record(message, *arguments, name="mirakl_async", error=None, **extra):
    logger = logging.getLogger(name)
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    return logger.makeRecord(name, logging.WARNING, "file.py", 1, message, arguments, exc_info, extra=extra)


def failure(status=503):
    context = CallContext(operation="OR11", route="GET /api/orders")
    return ServerError(context, status=status, problem=Problem(message="No."), headers={}, request_id="r-1")


async def test_every_line_of_a_whole_sync_is_an_object_without_secrets_and_personal_data(tmp_path):
    encoded = lines(500, poison=14, seed=1)
    encoded[3] = b'{"channel_order_id": "cut off'
    file = write(tmp_path / "o.ndjson", encoded)
    async with SimulatorProcess() as mirakl:
        await mirakl.control.add_faults(Fault.status(503, operation="upsertOrders", times=4))
        done = await program(
            "sync",
            file,
            *hosts(mirakl.addresses),
            *AT_STORE,
            *AS_JSON,
            "--heartbeat",
            "0.2",
            "--concurrency",
            1,
            addresses=mirakl.addresses,
        )
        secret = mirakl.addresses.client_secret
    assert done.status == 1, done.err
    assert done.out.startswith("read 500, accepted 485, rejected 15")
    found = objects(done.err)
    last = found[-1]
    assert (last["read"], last["accepted"], last["rejected"], last["in_flight"]) == (500, 485, 15, 0)
    outages = [one for one in found if one.get("status") == 503]
    assert {(one["operation"], one["error"], one["level"]) for one in outages} == {
        ("upsertOrders", "ServerError", "WARNING")
    }
    rejected = [one for one in found if one["message"].startswith("rejected: ")]
    assert len(rejected) == 10
    assert {one["kind"] for one in rejected} <= {"server", "invalid", "conflict"}
    assert all(one.get("channel_order_id", "demo-").startswith("demo-") for one in rejected)
    for private in (secret, "Bearer", "Customer ", "Sample Street", "@shop.example", "cut off"):
        assert private not in done.err


async def test_a_signal_and_its_end_are_objects(tmp_path):
    async with SimulatorProcess() as mirakl:
        await mirakl.control.add_faults(Fault.latency(30.0, operation="upsertOrders"))
        file = write(tmp_path / "o.ndjson", lines(200))
        child = await start("sync", file, *hosts(mirakl.addresses), *AT_STORE, *AS_JSON, addresses=mirakl.addresses)
        await child.stderr.readline()  # the first figures
        child.send_signal(signal.SIGTERM)
        assert "SIGTERM" in json.loads(await child.stderr.readline())["message"]
        child.send_signal(signal.SIGTERM)
        done = await ended(child)
    assert done.status == 3
    assert objects(done.err)[-1] | {"time": ""} == {
        "time": "", "level": "ERROR", "logger": "mirakl_async.cli", "message": "stopped by SIGTERM",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["call", "NOPE"], "NOPE"),
        (["sync"], "See mirakl-async sync --help"),
        (["--bad"], "--bad"),
        (["call", "OR11", "x=1", "--front-url", "https://user:hunter2@x.example"], ""),
        (["simulator", "--port", "no"], "is not a port"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_errors_of_every_command_are_objects(arguments, words, capsys, monkeypatch):
    monkeypatch.delenv("MIRAKL_CLIENT_ID", raising=False)
    try:
        status = main([*arguments[:1], "--log-format=json", *arguments[1:]])
    except SystemExit as end:  # how argparse ends the simulator
        status = end.code
    assert status == 2
    err = capsys.readouterr().err
    assert words in " ".join(one["message"] for one in objects(err))
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("given", "left", "value"),
    [
        (["sync", "f"], ["sync", "f"], "text"),
        (["--log-format", "json", "sync", "f"], ["sync", "f"], "json"),
        (["sync", "--log-format=json", "f"], ["sync", "f"], "json"),
        (["sync", "f", "--log-format", "text"], ["sync", "f"], "text"),
        (["call", "X", "--", "--log-format", "json"], ["call", "X", "--", "--log-format", "json"], "text"),
        (["sync", "--log-format"], ["sync"], ""),
    ],
)
def test_the_option_stands_anywhere_before_two_hyphens(given, left, value):
    assert take_option(given) == (left, value)


@pytest.mark.parametrize("given", [["--log-format", "xml"], ["--log-format=JSON"], ["--log-format"]])
def test_another_format_is_a_usage_error(given, capsys):
    assert main(["operations", *given]) == 2
    assert "--log-format: must be text or json" in capsys.readouterr().err


def raised(make):
    try:
        make()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError


def chained():
    try:
        raise ConnectionResetError(104, "Connection reset by peer")
    except OSError as error:
        raise ValueError("Jane Doe, https://user:pass@host") from error


def test_of_an_exception_of_others_only_class_and_place_are_shown():
    shown = as_object(record("it failed", error=raised(chained)))
    exception = shown["exception"]
    assert (shown["error"], exception["type"], exception["cause"]["message"]) == (
        "ValueError", "ValueError", "Connection reset by peer",
    )  # fmt: skip
    assert exception["frames"][-1].endswith(" chained")
    assert "message" not in exception
    assert "Jane" not in json.dumps(shown)


def test_an_error_of_a_call_says_which_call_and_how_it_was_answered():
    def fail():
        raise failure()

    for made in (record("%s; again in %.1f s", failure(), 2.0), record("it failed", error=raised(fail))):
        shown = as_object(made)
        assert (shown["operation"], shown["status"], shown["error"], shown["request_id"]) == (
            "OR11", 503, "ServerError", "r-1",
        )  # fmt: skip
    assert "503" in shown["exception"]["message"]


def test_figures_of_our_records_are_shown_and_nothing_of_others():
    shown = as_object(record("done", seconds=1.5, queue="q", body={"name": "Jane"}))
    assert (shown["seconds"], shown["queue"]) == (1.5, "q")
    assert "body" not in shown
    assert "queue" not in as_object(record("done", name="redis", queue="q"))
    assert (
        as_object(record("first line\nfuture: <Task exception=ValueError('Jane')>", name="asyncio"))["message"]
        == "first line"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://user:hunter2@host:6379/0 is unreachable", "redis://***@host:6379/0 is unreachable"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("password=hunter2, client_secret: x1; api_key='k'", "password=***, client_secret: ***; api_key=***"),
        ("of jane.doe+x@shop.example at 12:00", "of *** at 12:00"),
        ("order 1234567890 of\nstore-1\x1b[2J", "order 1234567890 of store-1\\x1b[2J"),
    ],
)
def test_credentials_and_addresses_of_persons_are_not_shown(text, shown):
    assert clean(text) == shown


def test_whatever_writes_to_standard_error_becomes_an_object_and_all_is_as_before_in_the_end(monkeypatch, capsys):
    def write_anything(argv):
        sys.stderr.write("a line\nand a ")
        sys.stderr.write("second\x85\u2028one\n")
        warnings.warn("be warned", UserWarning, stacklevel=1)
        logging.getLogger("redis").error("down: %s", "rediss://:pw@h")
        sys.stderr.write("no end")
        return 0

    before = (sys.stderr, logging.getLogger().handlers[:], logging.getLogger("mirakl_async.cli").level)
    monkeypatch.setattr(app, "_run_to_its_end", write_anything)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(["operations", *AS_JSON]) == 0
    found = objects(capsys.readouterr().err)
    assert [one["message"] for one in found if one["logger"] == "stderr"] == ["a line", "and a second one", "no end"]
    assert [one["level"] for one in found if "UserWarning: be warned" in one["message"]] == ["WARNING"]
    assert [one["message"] for one in found if one["logger"] == "redis"] == ["down: rediss://***@h"]
    assert (sys.stderr, logging.getLogger().handlers, logging.getLogger("mirakl_async.cli").level) == before


def test_an_unexpected_exception_is_an_object_and_status_1(monkeypatch, capsys):
    def fail(argv):
        raise KeyError("Jane Doe")

    monkeypatch.setattr(app, "_run_to_its_end", fail)
    with pytest.raises(SystemExit) as end:
        main(["operations", *AS_JSON])
    assert end.value.code == 1
    err = capsys.readouterr().err
    [one] = objects(err)
    assert (one["level"], one["message"], one["exception"]["type"]) == ("CRITICAL", "unexpected KeyError", "KeyError")
    assert "Jane" not in err
