"""Downloads over real sockets: streamed, complete or reported as incomplete, and within their limits."""

import asyncio
import gzip
import io
import json
import random
import zipfile
import zlib
from functools import partial

import pytest

from mirakl_async import (
    AttemptTimeout,
    ClientStateError,
    ConnectionLost,
    DeadlineExceeded,
    InvalidArgument,
    NotFound,
    ProtocolError,
    ResponseTooLarge,
    Retry,
    UnexpectedResponse,
    UnreadableFile,
    UnsafeArchive,
)
from mirakl_async.http import request_builder
from mirakl_async.models.front.orders import Order
from tests.downloads.serving import chunked_answer, file_answer, front, playing, unframed_answer
from tests.support.raw_server import RawServer, answer, answering

REPORT = b"sku;error\n" + b"".join(b"A-%d;no EAN\n" % number for number in range(2000))
NAMED = ('Content-Disposition: attachment; filename="../errors 2043.csv"', "Content-Type: text/csv; charset=utf-8")
QUARTERS = [0.0, 0.25, 0.5, 0.75]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """Attempts of a save follow each other at once."""
    monkeypatch.setattr("mirakl_async.downloads.download.RETRY_DELAY", 0.001)


async def collect(values, into):
    """Keep what was given when the iteration fails."""
    async for value in values:
        into.append(value)


def report(client):
    return client.products.download_error_report(2043)


def cut(response, share):
    """A response of which the body ends after this share of its bytes."""
    head, _, body = response.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body[: int(len(body) * share)]


def framings(body):
    packed = gzip.compress(body)
    return {
        "length": file_answer(body, *NAMED),
        "chunked": chunked_answer(body, *NAMED),
        "gzip": file_answer(packed, *NAMED, "Content-Encoding: gzip"),
        "gzip chunked": chunked_answer(packed, *NAMED, "Content-Encoding: gzip", size=100),
    }


@pytest.mark.parametrize("framing", framings(b""))
async def test_a_file_is_read_completely_with_every_framing(framing, tmp_path):
    async with RawServer(answering(framings(REPORT)[framing])) as server, front(server) as client:
        async with report(client) as file:
            assert (file.filename, file.content_type) == ("errors 2043.csv", "text/csv")
            assert file.size == (len(REPORT) if framing == "length" else None)
            assert file.complete is False
            assert b"".join([chunk async for chunk in file]) == REPORT
            assert (file.complete, file.received) == (True, len(REPORT))
        assert await report(client).read() == REPORT
        saved = await report(client).save(tmp_path)
        assert (saved.path, saved.size, saved.complete) == (tmp_path / "errors 2043.csv", len(REPORT), True)
        assert saved.path.read_bytes() == REPORT
        async with report(client) as file:
            rows = [row async for row in file.rows()]
    assert rows[0] == {"sku": "A-0", "error": "no EAN"}
    assert len(rows) == 2000
    assert server.connections == 1  # a file read to its end leaves the connection to the next
    assert server.requests[0].target == "/api/products/imports/2043/error_report"


async def test_a_file_can_be_requested_by_code(tmp_path):
    async with RawServer(answering(file_answer(REPORT, *NAMED))) as server, front(server) as client:
        found = await client.call("P44", {"import": 2043})
        assert server.requests == []
        assert (await found.save(tmp_path)).path.read_bytes() == REPORT
        with pytest.raises(InvalidArgument, match="P44: import_id: is required"):
            await client.call("P44")
        with pytest.raises(InvalidArgument, match="P44: timout: unknown argument"):
            await client.call("P44", {"import": 2043}, timout=1)
    assert [request.target for request in server.requests] == ["/api/products/imports/2043/error_report"]


@pytest.mark.parametrize("share", QUARTERS)
@pytest.mark.parametrize("framing", framings(b""))
async def test_a_truncated_file_is_never_reported_as_complete(framing, share, tmp_path):
    damaged = cut(framings(REPORT)[framing], share)
    async with RawServer(*playing(damaged)) as server, front(server) as client:
        received = b""
        with pytest.raises(ConnectionLost, match=r"P44 .*after \d+"):
            async with report(client) as file:
                async for chunk in file.chunks():
                    received += chunk
        assert REPORT.startswith(received)
        assert file.complete is False
        rows = []
        with pytest.raises(ConnectionLost):
            async with report(client) as file:
                await collect(file.rows(), rows)
        with pytest.raises(ConnectionLost):
            await report(client).read()
        before = server.connections
        with pytest.raises(ConnectionLost):
            await report(client).save(tmp_path / "errors.csv", attempts=3)
        assert server.connections == before + 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("frame", [file_answer, chunked_answer])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 0.999])
async def test_truncated_compressed_content_in_a_complete_body_is_an_error(frame, encoding, share, tmp_path):
    """What a gateway makes of an answer that broke off behind it."""
    packed = gzip.compress(REPORT) if encoding == "gzip" else zlib.compress(REPORT)
    short = frame(packed[: int(len(packed) * share)], f"Content-Encoding: {encoding}")
    async with RawServer(answering(short)) as server, front(server) as client:
        with pytest.raises(ConnectionLost, match="the compressed response is truncated, after"):
            await report(client).save(tmp_path)
        with pytest.raises(ConnectionLost):
            await report(client).read()
    assert list(tmp_path.iterdir()) == []


async def test_compressed_content_is_accepted_and_damage_is_an_error():
    damaged = file_answer(gzip.compress(REPORT)[:-8] + bytes(8), "Content-Encoding: gzip")
    foreign = file_answer(b"...", "Content-Encoding: br")
    refused = answer(
        gzip.compress(b'{"message":"no such report"}'), status="404 Not Found", headers=("Content-Encoding: gzip",)
    )
    async with RawServer(answering(damaged, foreign, refused)) as server, front(server) as client:
        with pytest.raises(ConnectionLost, match="the compressed response is corrupt"):
            await report(client).read()
        with pytest.raises(ProtocolError, match="is compressed as 'br', which was not requested"):
            await report(client).read()
        with pytest.raises(NotFound, match="no such report"):
            await report(client).read()
    assert {request.header("Accept-Encoding") for request in server.requests} == {"gzip, deflate"}


async def test_a_204_is_a_complete_empty_file():
    nothing = answering(b"HTTP/1.1 204 No Content\r\n\r\n")
    async with RawServer(nothing) as server, front(server) as client, report(client) as file:
        assert await file.read() == b""
        assert file.complete is True


async def in_two(peer):
    """A report, of which the rest comes when it is too late."""
    whole = framings(REPORT)["length"]
    while await peer.request() is not None:
        await peer.send(whole[:3000])
        await asyncio.sleep(0.2)
        await peer.send(whole[3000:])


async def test_a_file_whose_format_detection_failed_is_not_read_as_complete(tmp_path):
    damaged = cut(framings(REPORT)["length"], 0.1)
    async with RawServer(*playing(damaged)) as server, front(server) as client, report(client) as file:
        with pytest.raises(ConnectionLost):
            await file.detect_format()
        with pytest.raises(ConnectionLost, match="after 2690 of 26900 bytes"):
            await file.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_was_closed_before_its_end_is_not_read_as_empty(tmp_path):
    async with RawServer(in_two) as server, front(server) as client:
        async with report(client) as file:
            pass
        with pytest.raises(ClientStateError, match="was closed or reading was cancelled before its end"):
            await file.save(tmp_path)
        async with report(client) as file:
            rows = file.rows()
            assert await rows.header() == ["sku", "error"]
        with pytest.raises(ClientStateError):
            await collect(rows, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["chunks", "rows", "lists", "kind"])
async def test_a_cancelled_read_is_not_the_end_of_the_file(way):
    async with RawServer(in_two) as server, front(server) as client, report(client) as file:
        lists = {"rows": file.rows, "lists": lambda: file.rows().lists()}.get(way, file.chunks)()
        step = file.detect_format if way == "kind" else partial(collect, lists, [])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(step(), 0.05)
        with pytest.raises(ClientStateError, match="or reading was cancelled"):
            await collect(lists, [])


async def test_closing_a_file_while_another_task_reads_it_leaves_no_connection():
    async with RawServer(in_two) as server, front(server) as client:
        async with report(client) as file:
            reader = asyncio.create_task(file.read())
            await asyncio.sleep(0.05)
        with pytest.raises(ConnectionLost):
            await reader
        await asyncio.sleep(0)
        assert not client.session.transport._wire._pooled.connector._acquired


async def test_closing_the_client_ends_the_download():
    async with RawServer(in_two) as server, front(server) as client, report(client) as file:
        chunks = file.chunks()
        await anext(chunks)
        await client.close()
        with pytest.raises(ConnectionLost, match=r"after \d+ of 26900 bytes"):
            await collect(chunks, [])


async def test_one_download_can_be_opened_by_several_tasks(tmp_path):
    async def read_after(delay):
        async with download as file:
            await asyncio.sleep(delay)
            return await file.read()

    async with RawServer(in_two) as server, front(server) as client:
        download = report(client)
        assert await asyncio.gather(read_after(0.1), read_after(0.0), read_after(0.05)) == [REPORT] * 3


async def test_a_file_of_another_format_can_still_be_saved(tmp_path):
    answers = answering(file_answer(b"<lines/>"))
    async with RawServer(answers) as server, front(server) as client, report(client) as file:
        with pytest.raises(UnreadableFile, match="is XML, not CSV; save it or read its chunks"):
            await file.rows().header()
        assert (await file.save(tmp_path)).size == 8


@pytest.mark.parametrize("share", QUARTERS)
async def test_a_saved_file_is_fetched_again_until_it_is_complete(share, tmp_path):
    whole = framings(REPORT)["length"]
    async with RawServer(*playing(cut(whole, share), cut(whole, share), whole)) as server, front(server) as client:
        steps = []
        saved = await report(client).save(tmp_path, progress=lambda *step: steps.append(step))
    assert saved.path.read_bytes() == REPORT
    assert saved.complete is True
    assert steps == [(len(REPORT), len(REPORT))]
    assert server.connections == 3


@pytest.mark.parametrize("share", [0.25, 0.3, 0.51, 1.0])
async def test_a_file_that_ends_with_its_connection_is_not_reported_as_complete(share, tmp_path):
    async with RawServer(*playing(cut(unframed_answer(REPORT, *NAMED), share))) as server, front(server) as client:
        saved = await report(client).save(tmp_path)
        assert saved.complete is None
        assert saved.size == int(len(REPORT) * share)
        rows = []
        async with report(client) as file:
            if REPORT[: saved.size].endswith(b"\n"):  # then not even the text can tell
                await collect(file.rows(), rows)
                assert file.complete is None
            else:
                with pytest.raises(
                    UnreadableFile, match=r"after row \d+: the last line has no line break and no length was sent"
                ):
                    await collect(file.rows(), rows)
        assert rows == [{"sku": f"A-{number}", "error": "no EAN"} for number in range(len(rows))]
        assert len(rows) == REPORT[: saved.size].count(b"\n") - 1


async def test_truncated_json_without_a_length_is_an_error():
    orders = json.dumps({"orders": [{"order_id": f"o{n}"} for n in range(3000)]}).encode()
    async with RawServer(*playing(cut(unframed_answer(orders), 0.5))) as server, front(server) as client:
        given = []
        with pytest.raises(UnreadableFile, match=r"the JSON is truncated after 1\d\d\d items"):
            async with client.orders.download_export(server.url + "/f") as file:
                await collect(file.items(Order, "orders"), given)
    assert [order.order_id for order in given] == [f"o{n}" for n in range(len(given))]
    assert len(given) > 1000


async def test_the_request_of_a_download_is_checked_and_built_once(monkeypatch):
    built = []
    build = request_builder.build
    monkeypatch.setattr(
        request_builder, "build", lambda operation, *rest: built.append(operation.code) or build(operation, *rest)
    )
    async with RawServer(answering(file_answer(b"a;b"))) as server, front(server) as client:
        with pytest.raises(InvalidArgument, match="is not an absolute"):
            client.orders.download_export("nowhere")
        with pytest.raises(InvalidArgument, match="is required"):
            await client.call("P44")
        built.clear()
        by_method, by_code = report(client), await client.call("P44", {"import": 2043})
        assert built == ["P44", "P44"]
        for download in (by_method, by_code, by_method, by_code.with_limits(max_bytes=9)):
            assert await download.read() == b"a;b"
        assert built == ["P44", "P44"]


async def test_items_are_delivered_before_the_rest_has_arrived():
    first = b'{"orders":[' + b",".join(b'{"order_id":"o%d"}' % n for n in range(20_000))
    go_on = asyncio.Event()

    async def in_two(peer):
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(first), first))
        await go_on.wait()
        await peer.send(b'16\r\n,{"order_id":"last"}]}\r\n0\r\n\r\n')

    async with (
        RawServer(in_two) as server,
        front(server) as client,
        client.orders.download_export(server.url + "/f") as file,
    ):
        items = file.items("front.orders:Order", "orders")
        assert (await anext(items)).order_id == "o0"
        go_on.set()
        ids = [order.order_id async for order in items]
        assert (items.count, items.unreadable, items.quarantined) == (20_001, 0, [])
    assert ids[-1] == "last"
    assert len(ids) == 20_000


async def test_repaired_and_quarantined_items_are_reported_to_the_listener():
    events = []
    body = b'[{"order_id":"a","created_date":"soon"},7,{"order_id":"b"}]'
    async with RawServer(answering(file_answer(body))) as server, front(server, listener=events.append) as client:
        async with client.orders.download_export(server.url + "/f") as file:
            items = file.items(Order)
            assert [order.order_id async for order in items] == ["a", "b"]
            assert [lost.raw for lost in items.quarantined] == [b"7"]
        assert (client.counters.repaired, client.counters.quarantined) == (1, 1)
    named = {type(event).__name__: event for event in events}
    assert named["ResponseRepaired"].path == "$[0].created_date"
    assert (named["ItemQuarantined"].operation, named["ItemQuarantined"].index) == ("OR15", 1)


async def test_the_header_of_rows_is_available_before_and_after_reading():
    answers = answering(
        file_answer(b"\xef\xbb\xbfa,b\r\n1,2\r\n"), file_answer(b"a;b\r\n"), file_answer(b"")
    )  # fmt: skip
    async with RawServer(answers) as server, front(server) as client:
        async with report(client) as file:
            rows = file.rows()
            assert rows.columns is None
            assert await rows.header() == ["a", "b"]
            assert [row async for row in rows.lists()] == [["1", "2"]]
            assert rows.columns == ["a", "b"]
        async with report(client) as file:
            rows = file.rows()
            assert await rows.header() == ["a", "b"]
            assert [row async for row in rows] == []
        async with report(client) as file:
            assert await file.rows().header() == []


async def drip(peer):
    """A byte at a time, for ever."""
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nContent-Type: text/csv\r\n\r\n")
    await peer.send(b"x" * 10_000, slice_size=1, delay=0.01)


async def silence(peer):
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nsku;error\n")
    await asyncio.sleep(60)


@pytest.mark.parametrize("script", [drip, silence])
async def test_a_download_that_is_too_slow_is_ended(script, tmp_path):
    async with RawServer(script) as server, front(server) as client:
        slow = report(client).with_limits(min_rate=100_000, min_rate_window=0.2)
        with pytest.raises(
            AttemptTimeout, match=r"slower than 100000 bytes per second for 0.2 s, after \d+ of 1000000 bytes"
        ):
            async with slow as file:
                await file.read()
        with pytest.raises(AttemptTimeout):
            await slow.save(tmp_path, attempts=2)
        assert server.connections == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_decompression_bomb_ends_at_the_limit(encoding):
    size = 100 * 1024 * 1024
    zeros = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    bomb = b"".join(zeros.compress(bytes(1024 * 1024)) for _ in range(size // 1024 // 1024)) + zeros.flush()
    response = file_answer(bomb, f"Content-Encoding: {encoding}")
    cap = 5_000_000
    async with RawServer(answering(response)) as server, front(server) as client:
        with pytest.raises(ResponseTooLarge, match="the file is larger than 5000000 bytes"):
            async with report(client).with_limits(max_bytes=cap) as file:
                async for chunk in file:
                    assert len(chunk) < cap
        assert file.received < 2 * cap
        with pytest.raises(ResponseTooLarge):
            await report(client).read(cap)


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


async def test_documents_are_read_from_their_archive(tmp_path):
    large = random.Random(1).randbytes(5_000_000)  # more than is kept in memory
    archive = file_answer(
        zipped(**{"o1/invoice.pdf": large, "o2/label.png": b"\x89PNG"}), "Content-Type: application/zip"
    )
    async with (
        RawServer(answering(archive)) as server,
        front(server) as client,
        client.orders.download_documents(order_ids="o1,o2") as file,
    ):
        assert await file.detect_format() == "zip"
        saved = [await member.save(tmp_path) async for member in file.members()]
    assert [one.path.relative_to(tmp_path).as_posix() for one in saved] == ["o1/invoice.pdf", "o2/label.png"]
    assert saved[0].path.read_bytes() == large


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (zipped(**{"good.pdf": b"x", "../../x": b"harm"}), r"'\.\./\.\./x' leaves the target folder"),
        (zipped(bomb=bytes(50_000_000)), "'bomb' unpacks from"),
    ],
)
async def test_an_unsafe_archive_yields_no_member(archive, words, tmp_path):
    async with (
        RawServer(answering(file_answer(archive))) as server,
        front(server) as client,
        client.orders.download_documents(order_ids="o1") as file,
    ):
        with pytest.raises(UnsafeArchive, match=words):
            async for member in file.members():
                await member.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "way", "words"),
    [
        (zipped(**{"[Content_Types].xml": b"x"}), "rows", "P44: P44 is XLSX, not CSV; save it or read its chunks"),
        (b"<?xml version='1.0'?><errors/>", "rows", "is XML, not CSV"),
        (b"sku;error\n", "items", "is CSV, not JSON"),
        (b"sku;error\n", "members", "is CSV, not ZIP"),
        (b"", "items", "is EMPTY, not JSON"),
    ],
)
async def test_a_file_of_another_format_is_an_error(body, way, words):
    async with RawServer(answering(file_answer(body))) as server, front(server) as client, report(client) as file:
        with pytest.raises(UnreadableFile, match=words):
            await anext(aiter(getattr(file, way)()))


async def test_a_file_can_be_read_once_only():
    async with RawServer(answering(file_answer(REPORT))) as server, front(server) as client, report(client) as file:
        assert await file.detect_format() == "csv"
        assert await file.read() == REPORT
        with pytest.raises(ClientStateError, match="P44: the file was already read"):
            file.chunks()


async def test_closing_an_unread_file_leaves_no_connection():
    """A connection or a generator left open would fail this test by its ResourceWarning."""
    big = file_answer(b"sku;error\n" * 500_000)
    async with RawServer(answering(big)) as server, front(server) as client:
        async with report(client):
            pass
        async with report(client) as file:
            async for _ in file.rows():
                break
        async with report(client) as file:
            async for _ in file:
                break


async def test_a_cancelled_download_leaves_no_connection(tmp_path):
    async with RawServer(silence) as server, front(server) as client:
        saving = asyncio.create_task(report(client).save(tmp_path))
        while not list(tmp_path.iterdir()):
            await asyncio.sleep(0.01)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
    assert list(tmp_path.iterdir()) == []


async def test_a_missing_report_is_an_error_with_the_servers_message(tmp_path):
    missing = answer(b'{"message":"no report for this import"}', status="404 Not Found")
    async with RawServer(answering(missing)) as server, front(server) as client:
        for fetch in (report(client).read(), report(client).save(tmp_path)):
            with pytest.raises(NotFound, match="no report for this import"):
                await fetch
    assert len(server.requests) == 2
    assert list(tmp_path.iterdir()) == []


async def test_a_request_to_a_busy_server_is_retried():
    busy = answer(b"{}", status="503 Service Unavailable")
    async with RawServer(answering(busy, busy, file_answer(REPORT))) as server, front(server) as client:
        assert await report(client).read() == REPORT
    assert len(server.requests) == 3


async def test_two_downloads_of_one_client_do_not_wait_for_each_other():
    async with RawServer(answering(file_answer(REPORT))) as server, front(server, retry=Retry(max_retries=0)) as client:
        one = report(client)
        async with one as first, one as second:
            a, b = aiter(first), aiter(second)
            assert await anext(b)
            assert await anext(a)


async def test_the_deadline_includes_reading_a_slow_error():
    async def dripping(peer):
        while await peer.request() is not None:
            await peer.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                await peer.send(b"x")
                await asyncio.sleep(0.02)

    async with RawServer(dripping) as server, front(server) as client, asyncio.timeout(5):
        with pytest.raises(DeadlineExceeded):
            await client.products.download_error_report(2043, deadline=0.1).read()


@pytest.mark.parametrize("framing", ["length", "chunked", "gzip"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_an_html_page_is_not_a_file_in_whatever_chunks_it_arrives(framing, size, tmp_path):
    page = b"\xef\xbb\xbf  \r\n<!-- firewall -->\n<!DOCTYPE html><html>Checking your browser</html>"
    framed = framings(page)[framing].replace(b"text/csv; charset=utf-8", b"application/octet-stream")

    async def in_pieces(peer):
        while await peer.request() is not None:
            for at in range(0, len(framed), size):
                await peer.send(framed[at : at + size])

    async with RawServer(in_pieces) as server, front(server, retry=Retry(max_retries=0)) as client:
        for fetch in (report(client).save(tmp_path), report(client).read()):
            with pytest.raises(UnexpectedResponse, match="Checking your browser") as raised:
                await fetch
    assert raised.value.status == 200
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_starts_like_an_html_page_is_read_completely():
    xml = b"<?xml version='1.0'?>\n<!-- a report -->\n<products>" + b"<p/>" * 1000 + b"</products>"
    async with RawServer(answering(file_answer(xml))) as server, front(server) as client:
        assert await report(client).read() == xml
        async with report(client) as file:
            assert await file.detect_format() == "xml"
            assert b"".join([chunk async for chunk in file]) == xml
