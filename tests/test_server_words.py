"""Texts of a hostile or broken server in errors, in logs, and on the command line."""

from __future__ import annotations

import json
import logging
from decimal import Decimal

import pytest

from mirakl_async import errors
from mirakl_async.cli.results import print_error, print_json
from mirakl_async.downloads.json_items import JsonArrayParser
from mirakl_async.imports_exports.exports import Export
from mirakl_async.models.front.common import ExportStatus
from mirakl_async.operations.front.orders import OR14
from tests.support.moving_list import front_of, make

FORGED = "down\r\nERROR root: forged \x1b[2J\x1b]0;title\x07 \x9b1m \u202eesrever\u2066"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"code": "C", "message": FORGED}).encode(),
        json.dumps({"status": 400, "message": FORGED, "correlationId": FORGED}, ensure_ascii=False).encode(),
        json.dumps({"errors": [{"code": FORGED, "field": FORGED, "message": FORGED}]}).encode(),
        f"<html>{FORGED}</html>".encode(),
        f'{{"code":"C","message":"{FORGED}"}}'.encode(),
        FORGED.encode(),
    ],
)
async def test_texts_of_an_error_are_escaped_in_logs_and_on_terminals(body, caplog, capsys):
    served = make(1)
    served.answer = lambda _url: (400, {"X-Request-Id": FORGED}, body)
    front, _ = front_of(served)
    with caplog.at_level(logging.DEBUG, "mirakl_async"):
        async with front:
            with pytest.raises(errors.MiraklError) as raised:
                await front.orders.list().first()
    assert str(raised.value).isprintable()
    assert "forged" in str(raised.value)
    logging.getLogger("mirakl_async").warning("failed: %s", raised.value)
    assert all(record.getMessage().isprintable() for record in caplog.records)
    print_error(raised.value)
    print_json({"error": FORGED})
    shown = capsys.readouterr()
    assert all(line.isprintable() for line in (shown.err + shown.out).splitlines())
    assert json.loads(shown.out) == {"error": FORGED}


def test_an_exports_id_and_status_are_shown_on_one_line():
    job = Export(None, OR14, FORGED)
    job.last_status = ExportStatus(status=FORGED)
    assert repr(job).isprintable()
    assert job.title.isprintable()
    assert job.id == FORGED  # the value itself is as it came


def test_the_name_of_a_list_in_a_file_is_shown_on_one_line():
    repairs = []
    reader = JsonArrayParser(int, on_repair=repairs.append)
    reader.feed(json.dumps({FORGED: ["1", "x"]}).encode())
    reader.finish()
    reasons = [one.reason for one in reader.quarantined]
    assert reasons
    assert all(reason.isprintable() for reason in reasons)


async def test_details_of_an_error_and_plain_responses_keep_their_digits():
    served = make(1)
    served.answer = lambda _url: (400, {}, b'{"code":"C","extensions":{"tax":12.10}}')
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.BadRequest) as raised:
            await front.orders.list().first()
    assert raised.value.problem.extensions == {"tax": Decimal("12.10")}
