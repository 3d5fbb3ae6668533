"""The format of a file is detected from its first bytes."""

import io
import zipfile

import pytest

from mirakl_async.downloads.sniffing import SNIFF_BYTES, detect_format


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"", "empty"),
        (b"sku;error\n", "csv"),
        (b"\xef\xbb\xbfsku,error\r\n", "csv"),
        ("\ufeffsku\terror\n".encode("utf-16"), "csv"),
        (b"errors\n1\n", "text"),
        (b"line, too long to end in what is looked at" * 200, "csv"),
        (b'<?xml version="1.0"?>', "xml"),
        (b"\xef\xbb\xbf  <errors>", "xml"),
        (b'{"orders":[', "json"),
        (b"[\n  {", "json"),
        (b"[]", "json"),
        (b"[", "json"),
        (b"{}", "json"),
        (b"[column];[other]\n", "csv"),
        (b"%PDF-1.7", "pdf"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (zipped("o1/invoice.pdf"), "zip"),
        (b"PK\x05\x06" + b"\0" * 18, "zip"),
        (b"\x89PNG\r\n\x1a\n\0\0;", "binary"),
    ],
)
def test_formats_are_detected_from_the_first_bytes(start, kind):
    assert detect_format(start[:SNIFF_BYTES]) == kind
