"""The caps Mirakl documents, held before anything is sent."""

import pytest

from mirakl_async.errors import InvalidArgument
from mirakl_async.http.request_builder import build
from mirakl_async.http.upload import Upload
from mirakl_async.operations.connect.orders import UPLOAD_ORDER_DOCUMENT
from mirakl_async.operations.front.messages import M12, OR43
from mirakl_async.operations.front.orders import OR74
from mirakl_async.operations.front.stores import S32

MB = 1024 * 1024
THREAD = {"body": "abc", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "a topic"}}


def named(*names, content=b"x"):
    return [Upload(content=content, filename=name) for name in names]


def connect(file):
    metadata = {"channel_document_id": "d", "filename": "scan", "type": "RETURN_LABEL"}
    origin = {"channel_id": "c", "channel_store_id": "s"}
    arguments = {"channel_order_id": "o1", "file": file, "metadata": metadata, "origin": origin}
    build(UPLOAD_ORDER_DOCUMENT, arguments, "https://c")


def or74(files, names=()):
    entries = [{"file_name": name, "type_code": "INVOICE"} for name in names]
    build(OR74, {"order_id": "o", "files": files, "order_documents": {"order_documents": entries}}, "https://f")


def s32(files, entries=()):
    build(S32, {"files": files, "shop_id": 1, "shop_documents": {"shop_documents": list(entries)}}, "https://f")


def m12(files):
    build(M12, {"thread_id": "t", "files": files, "message_input": {"body": "abc", "to": []}}, "https://f")


def or43(files):
    build(OR43, {"order_id": "o", "files": files, "thread_input": THREAD}, "https://f")


def sized(size):
    return [Upload(content=lambda: None, size=size, filename="big.pdf")]


@pytest.mark.parametrize(
    "allowed",
    [
        lambda: connect(sized(10 * MB)[0]),
        lambda: connect(named("scan.JPG")[0]),
        lambda: connect(b"%PDF-"),  # the name of the file is not used by Connect
        lambda: m12([b"x"] * 50),
        lambda: or43(sized(15 * MB) * 2),
        lambda: or74(named(*[f"{n}.pdf" for n in range(50)]), ["0.pdf", "49.pdf"]),
        lambda: s32(
            named("a.odt", "b.zip"),
            [{"file_name": "a.odt", "type_code": "ID"}, {"file_name": "b.zip", "type_code": "OTHER"}],
        ),
    ],
)
def test_uploads_within_the_documented_limits_are_sent(allowed):
    allowed()


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: connect(sized(10 * MB + 1)[0]), f"uploadOrderDocument: file: big.pdf has {10 * MB + 1} bytes; Mirakl accepts at most 10 MB"),
        (lambda: connect(named("malware.exe")[0]), r"malware.exe: Mirakl accepts only these file extensions: csv, jpeg"),
        (lambda: m12([b"x"] * 51), "M12: files: has 51 files; Mirakl accepts at most 50"),
        (lambda: or43(sized(15 * MB) * 3), "in 3 files; Mirakl accepts at most 30 MB in total"),
        (lambda: or74(named(*[f"{n}.pdf" for n in range(51)])), "51 files"),
        (lambda: or74(named("été.pdf")), "must be ASCII; pass Upload"),
        (lambda: or74(named("a.pdf", "a.pdf")), "file names must be unique, but 'a.pdf' is repeated"),
        (lambda: or74(named("a.docm")), "a.docm: Mirakl accepts only these file extensions"),
        (lambda: or74([b"x"]), "files: Mirakl accepts only these file extensions"),
        (lambda: or74(named("a.pdf"), ["b.pdf"]), "order_documents describes 'b.pdf', which is not among the files: a.pdf"),
        (lambda: s32(named(*[f"{n}.pdf" for n in range(51)])), "51 files"),
        (lambda: s32(named("a.pdf", "b.pdf"), [{"file_name": "a.pdf", "type_code": "ID"}, {"file_name": "b.pdf", "type_code": "ID"}]),
         "shop_documents: Mirakl accepts one file for each type, but 'ID' has several"),
    ],
)  # fmt: skip
def test_uploads_beyond_the_documented_limits_are_rejected_before_sending(refused, words):
    with pytest.raises(InvalidArgument) as caught:
        refused()
    assert words in str(caught.value)
