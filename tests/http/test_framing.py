"""Where an answer ends and how it is coded: what is whole counts, what is cut does not, and words are not lost."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import zlib

import pytest

from mirakl_async import (
    APIError,
    AttemptTimeout,
    BearerToken,
    ConnectChannel,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    ResponseTooLarge,
    Retry,
    TokenRefused,
    TransportError,
    UnexpectedRedirect,
)
from mirakl_async.http.auth import ClientCredentials
from mirakl_async.options import Limits
from tests.downloads.serving import file_answer, front, playing
from tests.support.raw_server import RawServer, answer, answering

NO_RETRIES = Retry(max_retries=0)
AT_ONCE = Retry(initial_delay=0.001, throttle_delay=0.001)
ROWS = b"sku;error\n" + b"".join(b"A-%d;no EAN\n" % number for number in range(500))
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ROWS), ROWS)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """Attempts of a save follow each other at once."""
    monkeypatch.setattr("mirakl_async.downloads.download.RETRY_DELAY", 0.001)


def connect(server, **settings):
    settings.setdefault("retry", NO_RETRIES)
    settings.setdefault("auth", BearerToken("t"))
    return ConnectChannel(connect_url=server.url, rate_limit="none", **settings)


async def report(client, **options):
    return await client.raw_response(client.orders.update_action_status, "a1", status="SUCCESS", **options)


def head(*fields, status="200 OK"):
    return "\r\n".join((f"HTTP/1.1 {status}", *fields)).encode() + b"\r\n\r\n"


UNVERIFIED = [
    (), ("Transfer-Encoding: identity",), ("Transfer-Encoding: ",), ("Transfer-Encoding: identity, identity",),
    ("Transfer-encoding : identity",), ("Transfer-Encoding:\r\n identity",),
]  # fmt: skip
REFUSED = [
    ("Transfer-Encoding: chunked, identity",), ("Transfer-Encoding: Chunked ;x",), ("Transfer-Encoding: chunked;q=1",),
    ("Transfer-Encoding: xchunked",), ("Transfer-Encoding: chunkedx",), ("Transfer-Encoding: chunked,",),
    ("Transfer-Encoding: gzip,\r\n chunked",), ("Transfer-Encoding: chunked,\r\n identity",),
    ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), ('Transfer-Encoding: "chunked"',),
    ("Transfer-Encoding: chunked", "Content-Length: 9"), ("Content-Length: 9", "Transfer-Encoding: chunked"),
    ("Content-Length: 9", "Transfer-Encoding: identity"), ("Content-Length: 9", "Content-Length: 9"),
    ("Content-Length: 9, 9",), ("Content-Length: +9",), ("Content-Length: 0x9",), ("Content-Length: ",),
    ("Transfer-Encoding: br",), ("Transfer-Encoding: chunked", "Transfer-Encoding: gzip"),
]  # fmt: skip
CHUNKED = [
    ("Transfer-Encoding: chunked",), ("Transfer-Encoding: CHUNKED",), ("transfer-encoding: Chunked",),
    ("Transfer-Encoding: identity, chunked",), ("Transfer-Encoding:\r\n chunked",),
    ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), ("Transfer-Encoding: ,chunked",),
]  # fmt: skip
# aiohttp sees the chunks, but gives no such header to us: whole, and not known to be so.
SPACED = ("Transfer-Encoding : chunked",)


@pytest.mark.parametrize("fields", UNVERIFIED)
@pytest.mark.parametrize("size", [len(ROWS), len(ROWS) // 2, 0])
async def test_a_body_that_ends_with_the_connection_is_never_reported_as_complete(fields, size, tmp_path, caplog):
    async with RawServer(*playing(head(*fields) + ROWS[:size])) as server, front(server) as client:
        saved = await client.products.download_error_report(1).save(tmp_path / "f.csv")
        assert (saved.complete, saved.size) == (None, size)
    assert "P44: cannot verify that P44 is complete: no length was sent" in caplog.text


@pytest.mark.parametrize("fields", REFUSED)
@pytest.mark.parametrize("body", [ROWS, CHUNKS, CHUNKS[:2000], b""])
async def test_an_unknown_framing_is_an_error(fields, body, tmp_path):
    async with RawServer(*playing(head(*fields) + body)) as server, front(server, retry=NO_RETRIES) as client:
        with pytest.raises(ProtocolError):
            await client.products.download_error_report(1).save(tmp_path / "f.csv")
        with pytest.raises(ProtocolError):
            await client.request("GET", "/api/x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fields", [*CHUNKED, SPACED])
@pytest.mark.parametrize("cut", [0, 1, 5, 2000])
async def test_chunks_that_end_early_are_not_a_complete_file(fields, cut, tmp_path):
    body = CHUNKS[: len(CHUNKS) - cut]
    async with RawServer(*playing(head(*fields) + body)) as server, front(server, retry=NO_RETRIES) as client:
        if not cut:
            saved = await client.products.download_error_report(1).save(tmp_path / "f.csv")
            assert (saved.complete, saved.size) == (True, len(ROWS))
            assert (await client.request("GET", "/api/x")).content == ROWS
            return
        with pytest.raises(TransportError):
            await client.products.download_error_report(1).save(tmp_path / "f.csv")
        with pytest.raises(TransportError):
            await client.request("GET", "/api/x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("transfer", ["gzip", "x-gzip", "gzip, chunked", "deflate, chunked"])
async def test_a_transfer_coding_is_decoded(transfer, tmp_path):
    packed = zlib.compress(ROWS) if "deflate" in transfer else gzip.compress(ROWS)
    whole, short = packed, packed[:-9]
    if "chunked" in transfer:
        whole, short = (b"%x\r\n%b\r\n0\r\n\r\n" % (len(part), part) for part in (packed, packed[:-9]))
    start = head(f"Transfer-Encoding: {transfer}")
    async with RawServer(*playing(start + whole, start + short)) as server, front(server) as client:
        assert await client.products.download_error_report(1).read() == ROWS
        with pytest.raises(TransportError, match="truncated"):
            await client.products.download_error_report(1).save(tmp_path, attempts=1)


async def test_truncated_json_without_a_length_is_requested_again():
    whole = json.dumps({"orders": [{"order_id": f"o{number}"} for number in range(99)], "total_count": 99}).encode()
    cut = [head() + whole[:size] for size in (len(whole) - 1, 40)]
    async with RawServer(*playing(*cut, head() + whole)) as server, front(server) as client:
        reply = await client.call_raw("OR11", {"max": 99})
    assert reply.content == whole
    assert [attempt.outcome for attempt in reply.attempts] == [
        "the response ended early: no length was sent, and its JSON is incomplete", "the response ended early: no length was sent, and its JSON is incomplete", "200",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content_range",
    ["bytes 0-9/100", "bytes 10-5009/5010", "bytes */100", "bytes 0-9/*", "rows 0-9/10", "bytes 0-9", ""],
)
async def test_a_200_with_a_content_range_is_not_a_complete_response(content_range, tmp_path):
    part = head(f"Content-Range: {content_range}", "Content-Length: 10") + b"sku;error\n"
    async with RawServer(answering(part)) as server, front(server, retry=NO_RETRIES) as client:
        with pytest.raises(ProtocolError, match="only a part"):
            await client.products.download_error_report(1).save(tmp_path)
        with pytest.raises(ProtocolError, match="only a part"):
            await client.request("GET", "/api/x")
    assert list(tmp_path.iterdir()) == []


async def test_a_content_range_of_the_whole_file_is_a_complete_response():
    whole = head("Content-Range: bytes 0-9/10", "Content-Length: 10") + b"sku;error\n"
    async with RawServer(answering(whole)) as server, front(server) as client:
        assert await client.products.download_error_report(1).read() == b"sku;error\n"


BODIES = {
    "a body": ((), b"hello"),
    "a body with its length": (("Content-Length: 5",), b"hello"),
    "an empty chunked one": (("Transfer-Encoding: chunked",), b"0\r\n\r\n"),
    "a chunked one": (("Transfer-Encoding: chunked",), b"5\r\nhello\r\n0\r\n\r\n"),
    "another answer": ((), answer(b'{"orders":[]}')),
    "line ends": ((), b"\r\n\r\n"),
    "an unknown coding": (("Content-Encoding: unknown",), b""),
    "nothing": ((), b""),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("split", [1, 3, 30, 10_000])
async def test_a_204_is_a_success_whatever_headers_and_body_it_has(body, split):
    fields, content = BODIES[body]
    raw = head(*fields, status="204 No Content") + content

    async def serve(peer):
        while await peer.request() is not None:
            at = max(0, len(raw) - len(content) - split)
            if at:  # the last bytes of the head come with the body, the others before
                await peer.send(raw[:at])
                await asyncio.sleep(0.005)
            await peer.send(raw[at:])

    async with RawServer(serve) as server, connect(server) as client:
        for _ in range(3):
            reply = await report(client)
            assert (reply.status, reply.content, len(reply.attempts)) == (204, b"", 1)
        unsafe = await client.request("POST", "/v1/anything", body={})
        assert (unsafe.status, unsafe.content) == (204, b"")
    assert len(server.requests) == 4


@pytest.mark.parametrize("size", [1, 7, 20, 60])
@pytest.mark.parametrize("raw", [answer(b'{"orders":[]}'), head("Link: <x>", status="103 X") + answer(b"[1]")])
async def test_a_head_in_many_packets_is_read_on_a_reused_connection_too(raw, size):
    async def serve(peer):
        while await peer.request() is not None:
            await peer.send(raw, slice_size=size, delay=0.0005)

    async with RawServer(serve) as server, connect(server) as client:
        for _ in range(3):
            reply = await client.request("GET", "/v1/anything")
            assert (raw.endswith(reply.content), len(reply.content) > 2, len(reply.attempts)) == (True, True, 1)
    assert server.connections == 1


async def test_a_204_with_bare_line_feeds_has_no_effect_on_the_next_response():
    bare, busy = b"HTTP/1.1 204 No Content\n\n", answer(b"{}", status="502 Bad Gateway")
    async with RawServer(answering(bare, busy, bare, busy, bare)) as server, connect(server, retry=AT_ONCE) as client:
        replies = [await report(client) for _ in range(3)]
    assert [(reply.status, len(reply.attempts)) for reply in replies] == [(204, 1), (204, 2), (204, 2)]
    assert server.connections == 1


@pytest.mark.parametrize("body", BODIES)
async def test_bytes_after_a_204_are_not_the_next_response(body):
    fields, content = BODIES[body]
    sent = asyncio.Event()

    async def serve(peer):
        while await peer.request() is not None:
            await peer.send(head(*fields, status="204 No Content"))
            await asyncio.sleep(0.005)
            try:
                await peer.send(content)
            finally:
                sent.set()

    async with RawServer(serve) as server, connect(server) as client:
        for _ in range(3):
            assert (await report(client)).status == 204
            await sent.wait()
            sent.clear()
            await asyncio.sleep(0.02)
    assert len(server.requests) == 3
    assert server.connections == (3 if content else 1)


async def test_bytes_after_a_200_are_not_the_next_response():
    late, sent = asyncio.Event(), asyncio.Event()

    async def serve(peer):
        await peer.request()
        await peer.send(answer())
        await late.wait()
        await peer.send(answer(b'{"forged":1}'))
        sent.set()
        await peer.drain()

    async with RawServer(serve, answering()) as server, connect(server) as client:
        assert (await client.request("GET", "/v1/anything")).content == b"{}"
        late.set()
        await sent.wait()
        await asyncio.sleep(0.02)
        assert (await client.request("GET", "/v1/anything")).content == b"{}"
    assert server.connections == 2


async def test_the_body_of_a_204_is_not_the_next_response():
    late = asyncio.Event()

    async def serve(peer):
        await peer.request()
        await peer.send(head("Content-Length: 99", status="204 No Content"))
        await late.wait()
        await peer.send(answer(b'{"forged":1}'))

    async with RawServer(serve, answering()) as server, connect(server) as client:
        assert (await report(client)).status == 204
        late.set()
        assert (await client.request("GET", "/v1/anything")).content == b"{}"
    assert server.connections == 2


@pytest.mark.parametrize("content", [b"hello", b"0\r\n\r\n", b""])
async def test_a_304_and_the_response_to_head_have_no_body(content):
    unchanged = head("Content-Length: 5", status="304 Not Modified") + content
    asked = head("Content-Length: 5") + content
    async with RawServer(*playing(unchanged, asked)) as server, connect(server) as client:
        with pytest.raises(UnexpectedRedirect, match="304"):
            await client.request("GET", "/v1/anything")
        assert (await client.request("HEAD", "/v1/anything")).status == 200


@pytest.mark.parametrize("provisional", ["100 Continue", "102 Processing", "103 Early Hints"])
async def test_a_1xx_response_is_not_the_final_response(provisional):
    raw = head("Link: <x>", status=provisional) * 2 + head(status="204 No Content") + b"more"
    async with RawServer(answering(raw)) as server, connect(server) as client:
        assert (await report(client)).status == 204


@pytest.mark.parametrize("fields", [("Content-Length: 3",), (), ("Content-Length: 3", "Connection: close")])
async def test_a_response_before_the_request_body_was_read_is_used(fields):
    async def refuse(peer):
        await peer.head()
        await peer.send(head(*fields, status="413 Too Large") + b"big")
        peer.end()
        await peer.drain()

    async with RawServer(refuse) as server, connect(server) as client:
        with pytest.raises(APIError, match="big") as caught:
            await client.request("POST", "/v1/anything", body=b"x" * 3_000_000)
        with pytest.raises(APIError, match="big"):
            await client.request("PUT", "/v1/anything", body=b"x" * 3_000_000, retry="idempotent")
    assert caught.value.status == 413


async def test_an_error_after_a_reset_says_what_is_known():
    async def refuse(peer):
        await peer.head()
        await peer.send(head("Content-Length: 3", status="413 Too Large") + b"big")  # and closes with bytes unread

    async with RawServer(refuse) as server, connect(server) as client:
        with pytest.raises((APIError, OutcomeUnknown), match="big|the request was sent but no response was received"):
            await client.request("POST", "/v1/anything", body=b"x" * 3_000_000)


LONG = [f"order-{number:03}-" + "x" * 60 for number in range(100)]


async def test_the_link_of_a_list_of_long_ids_is_read():
    def page(number, more):
        link = f'<http://127.0.0.1/api/orders?offset={number + 1}&order_ids={",".join(LONG) * 2}>; rel="next"'
        body = b'{"orders":[{"order_id":"o%d"}],"total_count":2}' % number
        return answer(body, headers=(f"Link: {link}",) if more else ())

    async with RawServer(answering(page(0, True), page(1, False))) as server, front(server) as client:
        assert [order.order_id async for order in client.orders.list(order_ids=LONG)] == ["o0", "o1"]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "fields", [["X: " + "y" * 140_000], [f"X-{number}: y" for number in range(300)], ["y" * 140_000 + ": x"]]
)
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
async def test_a_header_beyond_the_limit_is_reported_as_too_long(fields, status):
    async with RawServer(answering(head(*fields, status=status))) as server, front(server) as client:
        words = "the response header is too long; at most 256 fields of 128 KiB are read"
        with pytest.raises(ProtocolError, match=words) as caught:
            await client.request("GET", "/api/x")
        with pytest.raises(ProtocolError, match=words):
            await client.products.download_error_report(1).read()
    assert len(caught.value.attempts) == 1


async def test_many_headers_are_read():
    raw = answer(headers=tuple(f"X-{number}: {'y' * 1000}" for number in range(200)))
    async with RawServer(answering(raw)) as server, connect(server) as client:
        assert (await client.request("GET", "/v1/x")).headers["X-199"] == "y" * 1000


LABELS = [
    "UTF-8",
    "aws-chunked",
    "binary",
    "none",
    "identity",
    "8bit",
    "",
    "gzip, gzip",
    "gzip, identity",
    "utf-8,gzip",
]


def packed(body, label):
    for name in label.split(","):
        body = gzip.compress(body) if name.strip() == "gzip" else body
    return body


@pytest.mark.parametrize("label", LABELS)
async def test_labels_that_are_not_codings_are_ignored_and_codings_are_decoded(label, tmp_path):
    def coded(body, status="200 OK"):
        return answer(packed(body, label), status=status, headers=(f"Content-Encoding: {label}",))

    token = coded(b'{"access_token":"t","expires_in":3600}')
    refused = coded(b'{"error":"invalid_client","error_description":"wrong secret"}', "401 Unauthorized")
    missing = coded(b'{"message":"no such report"}', "404 Not Found")
    file = file_answer(packed(ROWS, label), f"Content-Encoding: {label}")
    async with RawServer(answering(file, file, missing, missing)) as server, front(server) as client:
        assert (await client.request("GET", "/api/x")).content == ROWS
        saved = await client.products.download_error_report(1).save(tmp_path / "f.csv")
        assert saved.path.read_bytes() == ROWS
        with pytest.raises(NotFound, match="no such report"):
            await client.products.download_error_report(1).read()
        with pytest.raises(NotFound, match="no such report"):
            await client.request("GET", "/api/x")
    credentials = ClientCredentials("id", "secret")
    for first, raises in ((token, False), (refused, True)):
        async with (
            RawServer(answering(first, answer())) as server,
            connect(server, auth=credentials, auth_url=server.url) as client,
        ):
            if not raises:
                assert (await client.request("GET", "/v1/x")).content == b"{}"
                continue
            with pytest.raises(TokenRefused, match="wrong secret"):
                await client.request("GET", "/v1/x")


@pytest.mark.parametrize("label", ["br", "zstd", "gzip", "deflate", "gzip, br", "compress", "nonsense"])
async def test_an_error_keeps_its_message_with_any_media_type(label):
    missing = answer(b'{"message":"no such report"}', status="404 Not Found", headers=(f"Content-Encoding: {label}",))
    success = answer(b"\x0b\x01\x80{}\x03", headers=(f"Content-Encoding: {label}",))
    async with RawServer(answering(missing, missing, success)) as server, front(server, retry=NO_RETRIES) as client:
        with pytest.raises(NotFound, match="no such report"):
            await client.products.download_error_report(1).read()
        with pytest.raises(NotFound, match="no such report"):
            await client.request("GET", "/api/x")
        with pytest.raises(TransportError):
            await client.request("GET", "/api/x")
        with pytest.raises(TransportError):
            await client.products.download_error_report(1).read()


async def test_a_truncated_or_slow_error_keeps_the_received_message(monkeypatch):
    monkeypatch.setattr("mirakl_async.http.transport.ERROR_BODY_TIMEOUT", 0.1)
    said = b'{"message":"no such report"}'

    async def stall(peer):
        await peer.request()
        await peer.send(head("Content-Length: 999", status="404 Not Found") + said)
        await asyncio.sleep(1)

    broken = head("Content-Length: 999", status="404 Not Found") + said
    async with RawServer(*playing(broken, broken), stall) as server, front(server) as client:
        for _ in range(2):
            with pytest.raises(NotFound, match="no such report"):
                await client.request("GET", "/api/x")
        with pytest.raises(NotFound, match="no such report"):
            await client.products.download_error_report(1).read()
        with pytest.raises(NotFound, match="no such report"):
            await client.request("GET", "/api/x", timeout=0.1)


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("size", [100, 3000, 300_000])
async def test_an_error_that_is_too_large_keeps_its_first_words(size, coding):
    page = b"<html><title>Blocked by a firewall</title>" + b"<p> </p>" * (size // 8)
    content, fields = (gzip.compress(page), (f"Content-Encoding: {coding}",)) if coding else (page, ())
    refused = file_answer(content, *fields, status="403 Forbidden")
    limits = Limits(max_response_bytes=90, max_error_bytes=90)
    async with RawServer(answering(refused)) as server, front(server, limits=limits) as client:
        for call in (client.request("GET", "/api/x"), client.products.download_error_report(1).read()):
            with pytest.raises(APIError, match="Blocked by a firewall") as raised:
                await call
            assert (raised.value.status, raised.value.recognized) == (403, False)


async def test_decompression_bombs_are_bounded_in_every_response(caplog):
    caplog.set_level(logging.DEBUG)
    bomb, double = gzip.compress(bytes(10**7)), gzip.compress(gzip.compress(bytes(10**8)))
    limits = Limits(max_response_bytes=10**6, max_error_bytes=10**4)
    for label, body in (("gzip", bomb), ("gzip, gzip", double)):
        coded = (f"Content-Encoding: {label}",)
        raws = [file_answer(body, *coded, status=status) for status in ("200 OK", "404 X", "200 OK", "404 X")]
        async with RawServer(answering(*raws)) as server, front(server, limits=limits) as client:
            with pytest.raises(ResponseTooLarge):
                await client.request("GET", "/api/x")
            with pytest.raises(NotFound) as caught:
                await client.request("GET", "/api/x")
            assert len(str(caught.value)) < 1000
            with pytest.raises(ResponseTooLarge):
                await client.products.download_error_report(1).with_limits(max_bytes=10**6).read()
            with pytest.raises(NotFound):
                await client.products.download_error_report(1).read()


async def test_an_attempt_still_times_out_within_a_success():
    async def stall(peer):
        await peer.request()
        await peer.send(head("Content-Length: 999") + b"{")
        await asyncio.sleep(1)

    async with RawServer(stall) as server, connect(server) as client:
        with pytest.raises(AttemptTimeout):
            await client.request("GET", "/v1/x", timeout=0.05)
