"""A multipart form as it is written: its parts, its length, its files, and what it does not let through."""

import asyncio
import re
from email.parser import BytesParser
from email.policy import HTTP

import pytest

from mirakl_async.errors import InvalidArgument
from mirakl_async.http.multipart import MAX_CHUNK_BYTES, Form, FormBroken
from mirakl_async.http.request import Multipart, Part
from mirakl_async.http.request_builder import build
from mirakl_async.http.upload import Upload
from mirakl_async.operations.front.orders import OR74
from mirakl_async.operations.front.products import P41

BASE = "https://acme.mirakl.net"


async def whole(form):
    return b"".join([chunk async for chunk in form.chunks()])


def parsed(form, body):
    """The parts as another program reads them: name, file name, type, content."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + form.content_type.encode() + b"\r\n\r\n" + body)
    return [
        (
            part.get_param("name", header="content-disposition"), part.get_filename(),
            part["Content-Type"], part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]  # fmt: skip


def request(operation=P41, **arguments):
    return build(operation, arguments, BASE)


async def sent(operation=P41, **arguments):
    """The parts, and the form they came in; its length must be what it said."""
    form = Form(request(operation, **arguments).body)
    body = await whole(form)
    assert form.length in {None, len(body)}
    return parsed(form, body), form


def chunks_of(*chunks):
    async def make():
        for chunk in chunks:
            yield chunk

    return make


async def test_a_path_sends_its_name_its_type_and_its_bytes(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_bytes(b"sku;name\n" * 100_000)
    parts, form = await sent(file=path, shop=2000, operator_format=False)
    assert parts == [
        ("file", "catalog.csv", "text/csv", path.read_bytes()),
        ("shop", None, None, b"2000"),
        ("operator_format", None, None, b"false"),
    ]
    assert form.length is not None


async def test_a_json_part_carries_the_json_content_type():
    content = {"order_documents": [{"file_name": "a.pdf", "type_code": "CUSTOMER_INVOICE"}]}
    parts, _ = await sent(
        OR74, order_id="o1", files=[Upload(content=b"%PDF-", filename="a.pdf")], order_documents=content
    )
    assert parts == [
        ("files", "a.pdf", "application/pdf", b"%PDF-"),
        (
            "order_documents", None, "application/json",
            b'{"order_documents":[{"file_name":"a.pdf","type_code":"CUSTOMER_INVOICE"}]}',
        ),
    ]  # fmt: skip


async def test_bytes_text_paths_and_functions_are_the_same_form(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b")
    for source in (path, str(path), Upload(content=b"a;b", filename="a.csv"),
                   Upload(content=chunks_of(b"a", b"", b";b"), filename="a.csv", size=3)):  # fmt: skip
        parts, form = await sent(file=source, shop=1)
        assert parts[0] == ("file", "a.csv", "text/csv", b"a;b")
        assert form.length is not None
    parts, form = await sent(file=Upload(content=chunks_of(b"a;b"), filename="a.csv"), shop=1)
    assert parts[0] == ("file", "a.csv", "text/csv", b"a;b")
    assert form.length is None


async def test_a_name_and_a_type_can_be_set(tmp_path):
    path = tmp_path / "tmp83x"
    path.write_bytes(b"x")
    parts, _ = await sent(file=Upload(content=path, filename='Été "1".xlsx\r\nX: y', content_type="text/x"), shop=1)
    assert parts[0] == ("file", "Été %221%22.xlsx%0D%0AX: y", "text/x", b"x")
    parts, _ = await sent(file=path, shop=1)
    assert parts[0] == ("file", "tmp83x", "application/octet-stream", b"x")


async def test_a_form_is_read_piece_by_piece(tmp_path):
    path = tmp_path / "big.csv"
    path.write_bytes(b"x" * (3 * MAX_CHUNK_BYTES + 5))
    for source in (path, path.read_bytes()):
        form = Form(request(file=source, shop=1).body)
        assert max([len(chunk) async for chunk in form.chunks()]) <= MAX_CHUNK_BYTES


async def test_every_attempt_has_its_own_form(tmp_path):
    body = request(file=Upload(content=chunks_of(b"1", b"2")), shop=1).body
    forms = [Form(body), Form(body)]
    assert forms[0].content_type != forms[1].content_type
    contents = [parsed(form, await whole(form))[0][3] for form in forms]
    assert contents == [b"12", b"12"]


@pytest.mark.parametrize("read_before", [2, 3, 9])
async def test_an_iterator_of_chunks_that_was_used_is_not_sent_again(read_before):
    given = chunks_of(*[b"x"] * 5)()
    body = request(file=Upload(content=lambda: given, filename="a.csv"), shop=1).body
    first = Form(body).chunks()
    for _ in range(read_before):
        await anext(first, None)
    await first.aclose()
    again = Form(body)
    with pytest.raises(FormBroken, match=r"a\.csv: its function must return a new iterator at every call") as caught:
        await whole(again)
    assert again.broken is caught.value
    await given.aclose()


async def test_a_collection_of_chunks_can_be_sent_twice():
    class Chunks:
        def __aiter__(self):
            return chunks_of(b"1", b"2")()

    chunks = Chunks()
    body = request(file=Upload(content=lambda: chunks), shop=1).body
    for _ in range(2):
        form = Form(body)
        assert parsed(form, await whole(form))[0][3] == b"12"


@pytest.mark.parametrize(
    ("size", "words"), [(2, "a.csv is longer than its declared size of 2 bytes"), (4, "a.csv ended after 3 of 4 bytes")]
)
async def test_content_of_another_length_than_announced_breaks_the_form(size, words):
    form = Form(request(file=Upload(content=chunks_of(b"12", b"3"), filename="a.csv", size=size), shop=1).body)
    with pytest.raises(FormBroken, match=words) as caught:
        await whole(form)
    assert form.broken is caught.value


async def test_a_file_that_grows_while_it_is_sent_breaks_the_form(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"123")
    body = request(file=path, shop=1).body
    path.write_bytes(b"1234")
    with pytest.raises(FormBroken, match="longer than its declared size of 3 bytes"):
        await whole(Form(body))
    path.unlink()
    with pytest.raises(FormBroken, match="cannot be read"):
        await whole(Form(body))


async def test_a_failing_function_breaks_the_form_without_showing_its_message():
    async def make():
        yield b"1"
        raise RuntimeError("a customer's name")

    for source in (make, lambda: 1 / 0, lambda: 5):
        form = Form(request(file=Upload(content=source, filename="a.csv"), shop=1).body)
        with pytest.raises(FormBroken, match="Error") as caught:
            await whole(form)
        assert "customer" not in str(caught.value)


async def test_chunks_that_are_not_bytes_break_the_form():
    form = Form(request(file=Upload(content=chunks_of(b"1", "2"), filename="a.csv"), shop=1).body)
    with pytest.raises(FormBroken, match="the chunks of a.csv must be bytes, not str") as caught:
        await whole(form)
    assert form.broken is caught.value


async def test_progress_tells_bytes_and_total(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (MAX_CHUNK_BYTES + 10))
    for content, total in ((path, MAX_CHUNK_BYTES + 10), (path.read_bytes(), MAX_CHUNK_BYTES + 10),
                           (chunks_of(b"x" * MAX_CHUNK_BYTES, b"x" * 10), None)):  # fmt: skip
        steps = []
        await sent(file=Upload(content=content, progress=lambda *step: steps.append(step)), shop=1)  # noqa: B023
        assert steps == [(MAX_CHUNK_BYTES, total), (MAX_CHUNK_BYTES + 10, total)]


async def test_a_failing_progress_callback_does_not_fail_the_upload(caplog):
    def fail(sent, total):
        raise ValueError("no terminal")

    parts, _ = await sent(file=Upload(content=b"123", progress=fail, filename="a.csv"), shop=1)
    assert parts[0][3] == b"123"
    assert "the progress callback of a.csv failed" in caplog.text


async def test_closing_a_form_closes_the_files_it_had_open(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (3 * MAX_CHUNK_BYTES))
    form = Form(request(file=path, shop=1).body)
    chunks = form.chunks()
    await anext(chunks)
    await anext(chunks)
    (file,) = form._files
    form.close()
    assert file.closed
    with pytest.raises(FormBroken):
        await anext(chunks)
    late = Form(request(file=path, shop=1).body)
    late.close()
    with pytest.raises(FormBroken, match="ended after 0"):
        await whole(late)


async def test_a_cancelled_form_leaves_no_file_open(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    form = Form(request(file=path, shop=1).body)

    async def read():
        async for _ in form.chunks():
            await asyncio.sleep(60)

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    form.close()
    assert form._files == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere.csv", r"P41: file: nowhere\.csv is not a file"),
        (".", "is not a file"),
        ("sku;name\n1;Mr Smith\n", "P41: file: this text is not a file; pass content as bytes"),
        ("Mr Smith;" * 1000, "this text is not a file"),
        (5, "must be a path, bytes, or Upload"),
        (chunks_of(b"x")(), "not async_generator; to stream, pass a function that returns a new async iterator"),
    ],
)
def test_an_invalid_file_is_rejected_before_anything_is_sent(source, words):
    with pytest.raises(InvalidArgument, match=words) as caught:
        request(file=source, shop=1)
    assert "Smith" not in str(caught.value)


def test_the_repr_of_an_upload_does_not_show_its_content():
    assert repr(Upload(content=b"Mr Smith", filename="a.csv")) == "<Upload content='bytes' filename='a.csv' size=8>"


def test_a_part_name_cannot_inject_headers():
    form = Form(Multipart(parts=(Part(name='a"\r\nX: y', content=b"1"),)))
    body = asyncio.run(whole(form))
    assert re.search(rb'name="a%22%0D%0AX: y"\r\n\r\n1', body)
