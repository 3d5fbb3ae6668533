"""Uploads over real sockets: streamed, fresh at every attempt, and never sent twice by mistake."""

import asyncio
import tracemalloc

import pytest

from mirakl_async import BadRequest, BearerToken, ConnectChannel, InvalidArgument, OutcomeUnknown, Upload
from mirakl_async.errors import APIError, CallError, ConnectFailed
from mirakl_async.models.connect.orders import DocumentOriginRequest, UploadOrderDocumentMetadata
from mirakl_async.models.front.orders import OrderDocumentInput, OrderDocumentsInput
from tests.downloads.serving import SECRET, front, parts_of
from tests.support.http_framing import header
from tests.support.raw_server import RawServer, answer, answering

CREATED = answer(b'{"import_id":2043}', status="201 Created")
BUSY = answer(b'{"message":"busy"}', status="503 Service Unavailable", headers=("Retry-After: 0",))
THROTTLED = answer(b"{}", status="429 Too Many Requests", headers=("Retry-After: 0",))
CATALOG = b"sku;name\n" + b"A-1;Lamp\n" * 50_000


def counting(*chunks):
    """A function that makes these chunks, and how often it was called."""
    calls = []

    async def make():
        calls.append(1)
        for chunk in chunks:
            yield chunk

    return make, calls


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_bytes(CATALOG)
    return path


async def test_an_import_arrives_as_a_form_with_its_length(catalog):
    async with RawServer(answering(CREATED)) as server, front(server) as client:
        created = await client.products.create_import(file=catalog, shop=2000, conversion_options={"x": 1})
    assert created.import_id == 2043
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/api/products/imports")
    assert int(request.header("Content-Length")) == len(request.body)
    assert request.header("Transfer-Encoding") is None
    assert request.header("Authorization") == f"Bearer {SECRET}"
    assert parts_of(request) == {
        "file": [("catalog.csv", "text/csv", CATALOG)],
        "shop": [(None, None, b"2000")],
        "conversion_options": [(None, "application/json", b'{"x":1}')],
    }


async def test_chunks_of_unknown_total_size_arrive_chunked():
    make, _ = counting(b"sku;", b"name\n", b"1;2\n")
    async with RawServer(answering(CREATED)) as server, front(server) as client:
        await client.products.create_import(file=Upload(content=make, filename="made.csv"), shop=1)
    (request,) = server.requests
    assert request.header("Transfer-Encoding") == "chunked"
    assert request.header("Content-Length") is None
    assert parts_of(request)["file"] == [("made.csv", "text/csv", b"sku;name\n1;2\n")]


async def test_order_documents_are_sent_with_their_types(tmp_path):
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1.7")
    documents = {"order_documents": [{"file_name": "invoice.pdf", "type_code": "CUSTOMER_INVOICE"},
                                     {"file_name": "label.png", "type_code": "LABEL"}]}  # fmt: skip
    ok = answer(b'{"errors_count":0}')
    async with RawServer(answering(ok)) as server, front(server) as client:
        await client.orders.upload_documents(
            "o-1",
            files=[tmp_path / "invoice.pdf", Upload(content=b"\x89PNG", filename="label.png")],
            order_documents=documents,
        )
    parts = parts_of(server.requests[0])
    assert parts["files"] == [
        ("invoice.pdf", "application/pdf", b"%PDF-1.7"), ("label.png", "image/png", b"\x89PNG"),
    ]  # fmt: skip
    ((name, kind, content),) = parts["order_documents"]
    assert (name, kind) == (None, "application/json")
    assert content.startswith(b'{"order_documents":[{"file_name":"invoice.pdf"')


async def test_a_document_of_a_connect_order_is_uploaded():
    async with (
        RawServer(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as server,
        ConnectChannel(auth=BearerToken(SECRET), connect_url=server.url, rate_limit="none") as connect,
    ):
        await connect.orders.upload_document(
            "A-1",
            file=Upload(content=b"%PDF-", filename="invoice.pdf"),
            metadata=UploadOrderDocumentMetadata(
                channel_document_id="d1", filename="invoice.pdf", type="CUSTOMER_INVOICE"
            ),
            origin=DocumentOriginRequest(channel_id="c", channel_store_id="s"),
        )
    parts = parts_of(server.requests[0])
    assert parts["file"] == [("invoice.pdf", "application/pdf", b"%PDF-")]
    assert parts["metadata"][0][:2] == (None, "application/json")
    assert parts["origin"] == [(None, "application/json", b'{"channel_id":"c","channel_store_id":"s"}')]


@pytest.mark.parametrize("refusal", [BUSY, THROTTLED], ids=["503", "429"])
async def test_every_attempt_sends_the_complete_body(catalog, refusal):
    make, calls = counting(CATALOG[:1000], CATALOG[1000:])
    for content in (catalog, CATALOG, make):
        upload = Upload(content=content, filename="catalog.csv")
        async with RawServer(answering(refusal, CREATED)) as server, front(server) as client:
            await client.products.create_import(file=upload, shop=1)
        first, second = server.requests
        assert parts_of(first) == parts_of(second)
        assert parts_of(second)["file"][0][2] == CATALOG
        assert first.header("Content-Type") != second.header("Content-Type")  # a boundary of its own
    assert len(calls) == 2


async def test_progress_restarts_with_every_attempt(catalog):
    steps = []
    upload = Upload(content=catalog, progress=lambda sent, total: steps.append((sent, total)))
    async with RawServer(answering(BUSY, CREATED)) as server, front(server) as client:
        await client.products.create_import(file=upload, shop=1)
    size = len(CATALOG)
    assert {total for _, total in steps} == {size}
    half = len(steps) // 2
    assert steps[:half] == steps[half:]
    assert steps[-1] == (size, size)


async def test_consumed_chunks_are_an_error_and_not_sent_again():
    make, _ = counting(b"sku;name\n", b"1;2\n")
    given = make()
    upload = Upload(content=lambda: given, filename="made.csv")
    async with RawServer(answering(BUSY, CREATED)) as server, front(server) as client:
        with pytest.raises(
            ConnectFailed, match=r"made\.csv: its function must return a new iterator at every call"
        ) as caught:
            await client.products.create_import(file=upload, shop=1)
    assert [attempt.outcome[:3] for attempt in caught.value.attempts] == ["503", "the"]
    (only,) = server.requests
    assert parts_of(only)["file"][0][2] == b"sku;name\n1;2\n"


async def test_an_import_without_a_response_is_not_sent_again(catalog):
    async def swallow(peer):
        await peer.request()

    async with RawServer(swallow) as server, front(server) as client:
        with pytest.raises(
            OutcomeUnknown, match=r"P41 .*heck with products\.list_imports \(P51\) before sending it again"
        ):
            await client.products.create_import(file=catalog, shop=1)
    assert server.connections == 1


@pytest.mark.parametrize("known", [True, False], ids=["length", "chunked"])
async def test_an_import_that_was_not_sent_completely_is_sent_again(tmp_path, known):
    catalog = b"sku;name\n" + b"1;2\n" * 4_000_000

    async def break_off(peer):
        await peer._reader.readuntil(b"\r\n\r\n")
        peer.reset()

    async def make():
        for at in range(0, len(catalog), 1_000_000):
            yield catalog[at : at + 1_000_000]

    upload = Upload(content=make, filename="made.csv", size=len(catalog) if known else None)
    async with RawServer(break_off, answering(CREATED)) as server, front(server) as client:
        created = await client.products.create_import(file=upload, shop=1)
        assert created.import_id is not None
        server.scripts, server.connections = (break_off,), 0
        with pytest.raises(ConnectFailed, match=r"P41 .*the connection broke .*after 4 attempts"):
            await client.products.create_import(file=upload, shop=1)
    (request,) = server.requests
    assert catalog in request.body


async def test_a_response_during_the_upload_is_read(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024)

    async def too_large(peer):
        await peer._reader.readuntil(b"\r\n\r\n")
        await peer.send(answer(b'{"message":"too large"}', status="413 Payload Too Large"))
        await asyncio.sleep(60)

    async with RawServer(too_large) as server, front(server) as client:
        with pytest.raises(APIError, match="413") as caught:
            await client.products.create_import(file=path, shop=1)
    assert caught.value.status == 413
    assert server.connections == 1


async def test_no_more_is_read_from_the_disk_than_the_server_takes(tmp_path):
    path = tmp_path / "big.csv"
    size = 64 * 1024 * 1024
    with path.open("wb") as file:
        file.truncate(size)
    sent, waiting, go_on = [0], asyncio.Event(), asyncio.Event()

    async def slow_to_read(peer):
        await peer._reader.readuntil(b"\r\n\r\n")
        waiting.set()
        await go_on.wait()
        await peer.request()

    def progress(so_far, _):
        sent[0] = so_far

    async with RawServer(slow_to_read) as server, front(server) as client:
        call = asyncio.create_task(client.products.create_import(file=Upload(content=path, progress=progress), shop=1))
        await waiting.wait()
        settled = -1
        while sent[0] != settled:  # until nothing moves any more
            settled = sent[0]
            await asyncio.sleep(0.2)
        assert 0 < settled < size / 2
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


@pytest.mark.parametrize("known", [True, False], ids=["length", "chunked"])
async def test_a_broken_form_is_never_complete_at_the_server(known):
    async def make():
        yield b"sku;name\n"
        raise RuntimeError("a customer's name")

    whole = []

    async def listen(peer):
        whole.append(await peer.request())

    upload = Upload(content=make, filename="made.csv", size=1000 if known else None)
    async with RawServer(listen) as server, front(server) as client:
        with pytest.raises(CallError, match=r"cannot be sent: the chunks of made\.csv raised RuntimeError") as caught:
            await client.products.create_import(file=upload, shop=1)
    assert "customer's name" not in str(caught.value)
    assert server.connections == 1
    assert whole in ([], [None])
    assert server.requests == []


async def test_a_cancelled_upload_closes_its_file(tmp_path):
    """An open file would fail this test by its ResourceWarning."""
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    started = asyncio.Event()

    async def never_read(peer):
        started.set()
        await asyncio.sleep(60)

    async with RawServer(never_read) as server, front(server) as client:
        call = asyncio.create_task(client.products.create_import(file=path, shop=1))
        await started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    path.unlink()


async def test_the_documented_limits_are_checked_before_anything_is_sent():
    async with RawServer(answering(CREATED)) as server, front(server) as client:
        with pytest.raises(InvalidArgument, match="must be ASCII"):
            await client.orders.upload_documents(
                "o1", files=[Upload(content=b"x", filename="été.pdf")], order_documents={"order_documents": []}
            )
        with pytest.raises(InvalidArgument, match="is not a file"):
            await client.products.create_import(file="nowhere.csv", shop=1)
        with pytest.raises(InvalidArgument, match=r"OR74: order_documents.*file_name"):
            await client.orders.upload_documents(
                "o1",
                files=[Upload(content=b"x", filename="a.pdf")],
                order_documents=OrderDocumentsInput(order_documents=[OrderDocumentInput(file_name=5, type_code="X")]),
            )
    assert server.connections == 0


async def test_a_rejected_import_has_the_servers_message(catalog):
    refused = answer(b'{"message":"the file has no header","status":400}', status="400 Bad Request")
    async with RawServer(answering(refused)) as server, front(server) as client:
        with pytest.raises(BadRequest, match="the file has no header"):
            await client.products.create_import(file=catalog, shop=1)
    assert len(server.requests) == 1


@pytest.mark.parametrize("source", ["path", "function"])
async def test_memory_is_needed_for_a_piece_and_not_for_the_file(tmp_path, source):
    path, size = tmp_path / "big.csv", 48 * 1024 * 1024
    with path.open("wb") as file:
        file.truncate(size)
    make, _ = counting(*[bytes(256 * 1024)] * 192)
    upload = Upload(content=path if source == "path" else make, filename="big.csv", size=size)

    async def swallow(peer):
        """Read the body without keeping it."""
        head = await peer._reader.readuntil(b"\r\n\r\n")
        left = int(header(head, b"content-length"))
        while left:
            left -= len(await peer._reader.read(65536))
        await peer.send(CREATED)

    async with RawServer(swallow) as server, front(server) as client:
        tracemalloc.start()
        try:
            assert (await client.products.create_import(file=upload, shop=1)).import_id == 2043
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < size / 8
