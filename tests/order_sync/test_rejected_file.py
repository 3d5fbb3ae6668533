"""The file of rejected orders: lines of JSON, appended, readable by the owner only, and usable as a source."""

from __future__ import annotations

import json
import os
import stat
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async import codec
from mirakl_async.order_sync.rejected_file import RejectedFile, record
from mirakl_async.order_sync.rejected_order import RejectedOrder
from mirakl_async.server_text import FieldError, Problem
from tests.support.order_factory import ORIGIN, as_line, as_mapping, order


def refused(**members):
    return RejectedOrder(**{"kind": "server", "reason": "no", **members})


def test_a_record_has_the_order_and_all_details_of_its_rejection():
    problem = Problem(code="INVALID_INPUT", errors=(FieldError(field="orders[0].status", message="is odd"),))
    line = record(refused(order=order(1), channel_order_id="o1", origin=ORIGIN, path="status", problem=problem, line=7))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    content = codec.decode_plain(line)
    assert content["order"] == as_mapping(order(1))
    assert content["origin"] == {"channel_id": "channel-1", "channel_store_id": "store-1"}
    assert (content["kind"], content["reason"], content["line"], content["path"]) == ("server", "no", 7, "status")
    assert content["code"] == "INVALID_INPUT"
    assert content["errors"][0]["field"] == "orders[0].status"


def test_amounts_keep_their_digits():
    raw = as_line(order(1)).replace(b"12.34", b"12.340000000000000000001")
    assert b"12.340000000000000000001" in record(refused(raw=raw))


@pytest.mark.parametrize("raw", [b"{", b"\xff", b'{"a": NaN}', b"", b'"\xff"', b"{} {}"])
def test_a_line_that_is_not_json_is_stored_as_text(raw):
    content = json.loads(record(refused(raw=raw)))
    assert "order" not in content
    assert content["text"] == raw.decode("utf-8", "replace")


def test_an_order_that_cannot_be_encoded_is_recorded_all_the_same():
    odd = order(1)
    odd.status = object()
    assert json.loads(record(refused(order=odd, channel_order_id="o1")))["channel_order_id"] == "o1"
    odd.status = Decimal("NaN")
    content = json.loads(record(refused(order=odd)))
    assert "order" not in content
    assert "o1" in content["text"]


@given(st.binary(max_size=40))
def test_the_record_of_any_line_is_one_line_of_json(raw):
    line = record(refused(raw=raw))
    assert line.count(b"\n") == 1
    json.loads(line)


def test_the_file_is_readable_by_its_owner_only(tmp_path):
    letters = RejectedFile(tmp_path / "refused.ndjson")
    letters.close()
    assert stat.S_IMODE((tmp_path / "refused.ndjson").stat().st_mode) == 0o600


def test_records_are_appended_and_written_at_once(tmp_path):
    path = tmp_path / "refused.ndjson"
    for name in ("o1", "o2"):
        letters = RejectedFile(path)
        letters.write(refused(channel_order_id=name))
        assert json.loads(path.read_bytes().splitlines()[-1])["channel_order_id"] == name
        letters.close()
    assert len(path.read_bytes().splitlines()) == 2


def test_a_record_cut_off_by_a_crash_does_not_damage_the_next(tmp_path):
    path = tmp_path / "refused.ndjson"
    path.write_bytes(b'{"kind":"server"}\n{"kind":"ser')
    letters = RejectedFile(path)
    letters.write(refused(channel_order_id="o1"))
    letters.close()
    lines = path.read_bytes().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[2])["channel_order_id"] == "o1"


def test_a_pipe_can_be_used(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    letters = RejectedFile(path)
    letters.write(refused(channel_order_id="o1"))
    assert json.loads(os.read(reader, 1000))["channel_order_id"] == "o1"
    letters.close()
    os.close(reader)
