"""Texts of a server are shown on one line without control characters; and its numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.cli.results import printable_json
from mirakl_async.codec import decode_plain, encode
from mirakl_async.downloads.disposition import safe_name
from mirakl_async.http.response import request_id
from mirakl_async.http.wire import WireError
from mirakl_async.imports_exports.products import ImportJob
from mirakl_async.model import BulkResult
from mirakl_async.models.front.products import ProductImport
from mirakl_async.server_text import MAX_LENGTH, fraction, natural, one_line, read_problem

FORGED = "gone\r\n2026-01-01 ERROR forged \x1b[2J\x9b31m \u202eesrever\u2066 \u2028 \ud800 \x00"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("Désignation 日本 😀", "Désignation 日本 😀"),
        ("a\r\nb\tc\u2028d\xa0e", "a  b c d e"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("half \ud83d", "half \\ud83d"),
        ("", ""),
    ],
)
def test_a_text_is_shown_on_one_line(text, line):
    assert one_line(text) == line


@given(st.text(max_size=50), st.integers(2, 30))
def test_any_text_is_printable_and_not_longer_than_requested(text, most):
    line = one_line(text, most)
    assert line.isprintable()
    assert len(line) <= most
    line.encode()


def test_a_long_text_is_truncated_with_an_ellipsis():
    assert one_line("x" * 10**6) == "x" * (MAX_LENGTH - 1) + "…"


class Answer(BulkResult):
    def _failures(self):
        yield ProductImport(reason_status=None)
        yield read_problem(encode({"message": "x"}))


def test_server_texts_are_escaped_in_every_message():
    problem = read_problem(
        encode({"code": FORGED[:-9], "message": FORGED[:-9], "errors": [{"field": FORGED[:-9]}] * 9})
    )
    job = ImportJob.__new__(ImportJob)
    job.id, job.last_status = 1, ProductImport(import_status="FAILED", reason_status=FORGED)
    with pytest.raises(Exception, match="forged") as failed:
        job.raise_for_failure()
    shown = [
        str(problem), problem.code, problem.message, str(problem.errors[0]), problem.errors[0].field,
        read_problem(f"<p>{FORGED[:-9]}</p>".encode()).body_excerpt, str(failed.value), failed.value.reason,
        WireError("lost", "sent", FORGED).reason, str(WireError("lost", "sent", FORGED)),
        request_id({"X-Request-Id": FORGED}), safe_name(FORGED),
    ]  # fmt: skip
    assert [text for text in shown if not text.isprintable()] == []


def test_the_size_of_an_error_is_limited():
    problem = read_problem(encode({"message": "m" * 10**5, "errors": [{"message": "e" * 10**5}] * 1000}))
    assert len(str(problem)) <= MAX_LENGTH


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"C","message":"two\nlines"}',
        b'\xef\xbb\xbf{"code":"C","message":"two  lines"}',
        b'{"code":"C","message":"two lines","n":NaN}',
        b'{"code":"C","message":"two lines","half":"\\ud800"}',
        b'{"code":"C","message":"two lines","n":%s}' % (b"1" * 5000),
        b'{"code":"C","message":"two lines","n":1e400}',
        b'{"code":"C","message":"two lines","n":1e99999999999999999999}',
    ],
)
def test_the_text_of_a_broken_body_is_shown(body):
    problem = read_problem(body)
    assert (problem.code, " ".join(problem.message.split())) == ("C", "two lines")


def test_details_of_an_error_keep_their_digits():
    assert read_problem(b'{"message":"m","extensions":{"tax":12.10}}').extensions == {"tax": Decimal("12.10")}


def test_json_for_a_terminal_has_escaped_control_characters():
    body = encode({"name": "\x9b31m \u202e \x7f é", "n": 1})
    shown = printable_json(body.decode())
    assert shown.isprintable()
    assert decode_plain(shown.encode()) == decode_plain(body)
    assert printable_json('{"raw":"\x1b[2J"}\n') == '{"raw":"\\u001b[2J"}\n'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("20", 20), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), ("-1", None), ("", None),
        ("+1", None), (" 1", None), ("1_0", None), ("²", None), ("٣", None), ("1.0", None),
    ],
)  # fmt: skip
def test_numbers_in_headers_are_read(text, number):
    assert natural(text) == number


def test_a_fraction_keeps_its_digits_and_an_extreme_one_is_a_value_error():
    assert str(fraction("12.10")) == "12.10"
    with pytest.raises(ValueError, match="out of range"):
        fraction("1e99999999999999999999")
