"""`mirakl-async events decode`: the events in a file, and those that a connector would reject."""

from __future__ import annotations

import base64
import io
import json
import random
import sys
from types import SimpleNamespace

import pytest

from mirakl_async.cli import main
from mirakl_async.cli.events import as_text, bodies, describe
from mirakl_async.events.decode import TYPES
from tests.events.bodies import body, damaged
from tests.events.conftest import command, price

UNKNOWN_FACT = b'{"id":"9","type":"LATER","data":{"n":1.10}}'
UNKNOWN_COMMAND = b'{"id":"9","type":"LATER","data":{"action_id":"a9"}}'


@pytest.fixture
def run(tmp_path, capsys):
    def run(content, *options):
        file = tmp_path / "events.ndjson"
        file.write_bytes(content)
        status = main(["events", "decode", str(file), *options])
        return status, capsys.readouterr()

    return run


def found(run, content):
    """The events of a file as plain values."""
    status, shown = run(content, "--json")
    assert shown.out.count("\n") == 1
    return status, json.loads(shown.out)


def test_events_are_printed_with_type_id_and_members(run):
    status, shown = run(command("a1") + b"\n" + price("P1", standard_price={"action_type": "UPDATE"}) + b"\n")
    assert status == 0
    first, second = shown.out.split("\n2: ")
    assert first.startswith("1: command ACCEPT 01J")
    assert '\n  action_id: "a1"' in first
    assert second.startswith("fact PRICE_STOCK_UPSERT 01j")
    assert '\n  standard_price: {"action_type":"UPDATE"}' in second
    assert second.endswith("2 events, 0 of them to be set aside\n")


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"<html>", 1, "the body is not JSON"),
        (b"[]7", 1, "the body is not JSON"),
        (b"17", 1, "the body is not an object"),
        (b'{"type":"ACCEPT","data":{"action_id":"a"}}', 1, "the envelope has no id"),
        (b'{"id":"1","data":{}}', 1, "the envelope has no type"),
        (b'{"id":"1","type":"ACCEPT","data":{}}', 1, "the command has no action_id"),
        (b'{"id":"1","type":"PRICE_STOCK_UPSERT","data":7}', 1, "there is no object in `data`"),
        (UNKNOWN_COMMAND, 1, "LATER is an unknown type of command: it cannot be answered"),
        (UNKNOWN_FACT, 0, None),
        (command("a1"), 0, None),
    ],
)
def test_an_event_that_a_connector_would_reject_has_its_reason(run, line, status, reason):
    found_status, shown = found(run, line + b"\n")
    assert found_status == status
    assert [one.get("error") for one in shown["events"]] == [reason]
    assert (shown["count"], shown["rejected"]) == (1, status)
    assert run(line)[1].out.count(f"set aside: {reason}") == status


def test_broken_events_do_not_stop_the_following_ones(run):
    status, shown = found(run, b"\n".join([b"", b"<html>", command("a1"), b"  ", b"{", price()]))
    assert status == 1
    assert [one["kind"] for one in shown["events"]] == ["invalid", "command", "invalid", "fact"]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_event_over_several_lines_and_an_array_of_events_are_read(run, indent):
    one = json.loads(command("a1"))
    assert found(run, json.dumps(one, indent=indent).encode())[1]["count"] == 1
    assert found(run, json.dumps([one, one], indent=indent).encode())[1]["count"] == 2
    assert found(run, b"\xef\xbb\xbf" + json.dumps(one, indent=indent).encode()) == found(run, json.dumps(one).encode())


def test_a_file_of_rejected_messages_is_decoded_again(run):
    row = {"id": "event 1", "kind": "event", "reason": "the body is not JSON", "at": 1.0}
    lines = [row | {"body": command("a1").decode()}, row | {"body_base64": base64.b64encode(b"\xff\xfe{").decode()}]
    status, shown = found(run, b"\n".join(json.dumps(line).encode() for line in lines))
    assert [one["kind"] for one in shown["events"]] == ["command", "invalid"]
    assert "UTF-16" in shown["events"][1]["error"]
    assert status == 1


def test_repairs_are_printed(run):
    _, shown = run(price(standard_price={"action_type": "UPDATE", "price": {"amount": 1.5, "currency": 7}}))
    assert "\n  repaired: $.data.standard_price.price.currency: Expected `str | null`, got `int`" in shown.out


def test_control_characters_of_an_event_are_escaped(run):
    line = b'{"id":"9\\u001b[2J","type":"LATER\\u009b","data":{"a\\u001b":"\\u001b[2J\\u202e"}}'
    for option in ([], ["--json"]):
        out = run(line, *option)[1].out
        assert not set(out) & {"\x1b", "\x9b", "\u202e"}


def test_standard_input_is_read(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(command("a1") + b"\n" + price())))
    assert main(["events", "decode", "-"]) == 0
    assert "2 events" in capsys.readouterr().out


def test_an_empty_file_has_no_events(run):
    for content in (b"", b"\n \n"):
        status, shown = found(run, content)
        assert (status, shown) == (0, {"events": [], "count": 0, "rejected": 0})


def test_a_file_that_cannot_be_read_and_wrong_usage_have_their_exit_statuses(tmp_path, capsys):
    assert main(["events", "decode", str(tmp_path / "none")]) == 3
    assert main(["events", "decode", str(tmp_path)]) == 2
    assert main(["events", "decode"]) == 2
    assert main(["events", "decode", "--nothing"]) == 2
    assert "none" in capsys.readouterr().err


def test_any_body_is_described():
    dice = random.Random(13)
    for _ in range(100):
        for name in TYPES:
            described = describe(damaged(body(name, dice), dice))
            assert ("error" in described) == (described["kind"] == "invalid") or described["kind"] == "unknown"
            assert as_text(1, described)


def test_lines_are_processed_as_they_arrive():
    def endless():
        while True:
            yield price()

    class Stream:
        def __init__(self):
            self.lines = endless()

        def __iter__(self):
            return self.lines

    read = bodies(Stream())
    assert [json.loads(next(read))["type"] for _ in range(3)] == ["PRICE_STOCK_UPSERT"] * 3
