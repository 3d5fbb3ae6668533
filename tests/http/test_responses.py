"""Which 2xx answer is the documented success of its operation."""

import pytest

from mirakl_async.http.expected_responses import ReceivedResponse, can_detect_html, find_unexpected
from mirakl_async.operation import Operation
from mirakl_async.operations import operations

PAGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
ANYTHING = Operation(code="GET /x", service="front", resource="", name="send", method="GET", path="/x", answer="any")

CODES = list(operations)
SUCCESSES = {"none": ({}, b""), "json": (JSON, b"{}"), "stream": (JSON, b"{}")}


def typed(text):
    return {"Content-Type": text}


def unexpected(code, status, headers, body, accept=None):
    operation = operations[code] if isinstance(code, str) else code
    return find_unexpected(operation, status, headers, body, accept)


@pytest.mark.parametrize("code", CODES)
def test_the_documented_success_of_every_operation_is_accepted(code):
    operation = operations[code]
    headers, body = SUCCESSES[operation.answer]
    if operation.answer == "stream":
        headers = typed("application/octet-stream" if operation.accept == "*/*" else operation.accept)
    for status in operation.success:
        assert unexpected(code, status, headers, body) is None


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, HTML, PAGE), (200, JSON, PAGE), (200, {}, PAGE), (200, typed("application/octet-stream"), PAGE),
        (200, typed("text/csv"), PAGE), (200, HTML, b""), (200, HTML, b"{}"), (204, {}, PAGE),
        (200, typed("application/xhtml+xml"), b'<?xml version="1.0"?>\n<!-- a --><html/>'),
        (200, JSON, b"\xef\xbb\xbf \r\n" + PAGE), (200, JSON, b"\xff\xfe" + PAGE.decode().encode("utf-16-le")),
        (200, JSON, b"Access denied"), (200, typed("application/problem+json"), b'{"status": 403}'),
        (206, JSON, b"{}"), (206, {}, b""), (206, typed("text/csv"), b"a;b\n"), (203, JSON, b"{}"), (205, {}, b""),
        (226, JSON, b"{}"), (299, {}, b""),
    ],
)  # fmt: skip
def test_these_responses_are_not_a_success_of_any_operation(code, status, headers, body):
    found = unexpected(code, status, headers, body)
    assert found is not None
    assert str(status) in str(found)
    assert found.reason


@pytest.mark.parametrize("code", [code for code in CODES if operations[code].answer == "json"])
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, JSON, b""), (200, {}, b""), (204, {}, b""), (200, JSON, b" \r\n"), (200, {}, b"OK"),
        (200, typed("text/plain"), b"{}"), (200, typed("text/csv"), b"a;b\n"), (202, JSON, b"{}"),
        (200, JSON, b'"OK"'), (200, JSON, b"null"), (200, typed("application/jsonp"), b"{}"),
    ],
)  # fmt: skip
def test_where_json_is_documented_only_json_is_a_success(code, status, headers, body):
    assert unexpected(code, status, headers, body) is not None


@pytest.mark.parametrize("code", [code for code in CODES if operations[code].answer == "none"])
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, JSON, b"{}"), (200, typed("text/plain"), b"OK"), (202, JSON, b"{}"), (201, {}, b"x"), (204, {}, b"\n"),
        (200, JSON, b"null"), (200, {}, b" "),
    ],
)  # fmt: skip
def test_where_no_body_is_documented_a_body_is_not_a_success(code, status, headers, body):
    assert unexpected(code, status, headers, body) is not None


@pytest.mark.parametrize("code", [code for code in CODES if operations[code].answer == "none"])
@pytest.mark.parametrize("status", [200, 201, 202, 203, 205, 226])
@pytest.mark.parametrize("headers", [{}, typed("text/plain")])
def test_an_empty_body_does_not_make_another_status_the_documented_one(code, status, headers):
    assert (unexpected(code, status, headers, b"") is None) == (status in operations[code].success)


@pytest.mark.parametrize("code", [code for code in CODES if operations[code].answer == "stream"])
@pytest.mark.parametrize("status", [201, 202, 206])
def test_a_file_needs_its_documented_status(code, status):
    assert unexpected(code, status, typed("application/octet-stream"), b"a;b\n1;2\n") is not None


@pytest.mark.parametrize(
    ("code", "status", "headers", "body"),
    [
        ("OR11", 200, typed("application/json;charset=UTF-8"), b"{}"),
        ("OR11", 200, typed("Application/JSON ; charset=iso-8859-1"), b" {}"),
        ("OR11", 200, typed("text/json"), b"\xef\xbb\xbf{}"),
        ("OR11", 200, typed("application/hal+json"), b"{}"), ("OR11", 200, {}, b"[]"),
        ("OR11", 200, typed("application/octet-stream"), b"\n{}"), ("OR11", 201, JSON, b"{}"),
        ("P41", 201, JSON, b"{}"), ("P41", 200, JSON, b"{}"),
        ("upsertOrders", 204, {}, b""), ("upsertOrders", 204, typed("text/plain"), b""), ("upsertOrders", 204, HTML, b""),
        ("upsertProductType", 202, {}, b""), ("upsertProductType", 204, {}, b""),
        ("SELLER_ACCOUNT_STORE_CREATE", 201, {}, b""),
        ("OF51", 200, typed("text/csv;charset=UTF-8"), b"a;b"), ("OF51", 200, typed("text/plain"), b"a;b"),
        ("OF51", 200, typed("application/octet-stream"), b"\n"), ("OF51", 200, {}, b""), ("OF51", 204, {}, b""),
        ("P44", 200, typed("text/xml"), b"<?xml version='1.0'?><products/>"), ("P44", 200, {}, b"PK\x03\x04"),
        ("P46", 200, typed("application/octet-stream"), b"<a/>"), ("OR73", 200, typed("application/pdf"), b"%PDF-1"),
        ("OR15", 200, typed("binary/octet-stream"), b'{"orders":'), ("OF54", 200, typed("text/csv"), b"a;b"),
        (ANYTHING, 202, typed("text/plain"), b"queued"), (ANYTHING, 207, JSON, b""),
    ],
)  # fmt: skip
def test_permitted_variations_are_a_success(code, status, headers, body):
    assert unexpected(code, status, headers, body) is None


@pytest.mark.parametrize(
    ("code", "status", "headers", "body"),
    [
        ("OF51", 200, JSON, b'{"message": "no"}'), ("OF51", 200, typed("image/png"), b"PNG"),
        ("OR15", 200, typed("text/plain"), b"wait"), ("OR15", 200, JSON, b""), ("OR15", 200, typed("text/csv"), b"a;b"),
        ("OF54", 200, JSON, b"wait"), ("P44", 200, typed("application/problem+json"), b"{}"),
        ("P44", 200, typed("application/octet-stream"), b"<!-- " + b"x" * 2000),
        ("upsertOrders", 201, {}, b""), ("upsertOrders", 202, {}, b""), ("upsertProductType", 201, {}, b""),
        (ANYTHING, 200, HTML, b""), (ANYTHING, 200, {}, PAGE), (ANYTHING, 206, JSON, b"{}"),
    ],
)  # fmt: skip
def test_undocumented_responses_are_not_a_success(code, status, headers, body):
    assert unexpected(code, status, headers, body) is not None


def test_the_text_of_a_page_is_kept_and_personal_data_is_not():
    page = unexpected("upsertOrders", 200, HTML, PAGE)
    assert page.body_excerpt == "Just a moment... Checking your browser"
    assert (str(page), page.documented) == ("200 text/html", "204 without a body")
    assert unexpected("upsertOrders", 200, {}, b"Blocked " * 100).body_excerpt.startswith("Blocked Blocked")
    assert len(unexpected("upsertOrders", 200, {}, b"Blocked " * 100).body_excerpt) <= 120
    for code, status in [("OR11", 206), ("upsertOrders", 200), ("OR15", 206)]:
        assert unexpected(code, status, JSON, b'{"customer": {"lastname": "Doe"}}').body_excerpt == ""
    assert unexpected("OF51", 206, typed("text/csv"), b"lastname\nDoe").body_excerpt == ""


def test_a_response_that_accept_response_accepts_is_a_success():
    asked = []

    def accept(response):
        asked.append(response)
        return response.media_type == "text/plain"

    assert unexpected("upsertOrders", 200, typed("Text/Plain; charset=utf-8"), b"OK", accept) is None
    assert unexpected("upsertOrders", 200, HTML, PAGE, accept) is not None
    assert unexpected("upsertOrders", 204, {}, b"", accept) is None
    assert [(a.operation, a.status, a.media_type, a.body) for a in asked] == [
        ("upsertOrders", 200, "text/plain", b"OK"),
        ("upsertOrders", 200, "text/html", PAGE),
    ]
    assert isinstance(asked[0], ReceivedResponse)
    assert "OK" not in repr(asked[0])


@pytest.mark.parametrize(
    ("start", "enough"),
    [
        (b"", False), (b" \n  ", False), (b"<html", False), (b"\xef\xbb\xbf<html", False), (b"\xef", False),
        (b"a", False), (b"\xff\xfe<\0", False), (b"a;b\n", True), (b"\xef\xbb\xbf{", True),
    ],
)  # fmt: skip
def test_a_file_is_read_until_it_can_be_distinguished_from_html(start, enough):
    assert can_detect_html(start) is enough
    assert can_detect_html(start + b" " * 1024)


def test_an_html_page_is_detected_from_its_first_bytes_and_other_markup_is_not_html():
    for page in (
        b"<html>",
        b"<!DOCTYPE HTML>",
        b"<HTML lang=en>",
        b"<h1>Blocked</h1>",
        b"<?xml version='1.0'?><html/>",
    ):
        assert unexpected("P44", 200, {}, page) is not None
    for markup in (b"<", b"<products/>", b"<headers/>", b"<a/>", b"<page>", b"<?xml version='1.0'?><!-- html --><b/>"):
        assert unexpected("P44", 200, {}, markup) is None
