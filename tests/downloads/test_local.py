"""Saved files are read like downloads."""

import json

import pytest

from mirakl_async import UnreadableFile, read_csv_rows, read_json_items
from mirakl_async.errors import InvalidArgument
from mirakl_async.models.front.orders import Order


def test_items_of_a_saved_export_are_read(tmp_path):
    path = tmp_path / "orders.json"
    path.write_text(json.dumps({"orders": [{"order_id": f"o{n}"} for n in range(5000)]}))
    orders = list(read_json_items(path, Order, "orders"))
    assert [order.order_id for order in orders] == [f"o{n}" for n in range(5000)]
    assert type(orders[0]) is Order
    assert next(iter(read_json_items(str(path)))) == {"order_id": "o0"}


def test_unreadable_items_are_logged_and_the_others_are_read(tmp_path, caplog):
    path = tmp_path / "orders.json"
    path.write_text('[{"order_id":"a"},5,{"order_id":"b"}]')
    assert [order.order_id for order in read_json_items(path, "front.orders:Order")] == ["a", "b"]
    assert "1 of 3 items could not be read" in caplog.text


def test_rows_of_a_saved_report_are_read(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_bytes('\ufeffsku;error\nÄ1;"two\nlines"\n'.encode())
    assert list(read_csv_rows(path)) == [{"sku": "Ä1", "error": "two\nlines"}]


@pytest.mark.parametrize(
    ("content", "read"), [(b'[{"order_id":"a"},{', read_json_items), (b'sku;error\na;b\nc;"', read_csv_rows)]
)
def test_a_truncated_file_is_an_error_after_its_last_value(tmp_path, content, read):
    path = tmp_path / "file"
    path.write_bytes(content)
    values = read(path)
    assert next(values)
    with pytest.raises(UnreadableFile, match="truncated"):
        next(values)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"<html><body>Sign in</body></html>", "XML"), (b'{"error": "gone"}', "JSON"), (b"PK\x03\x04...", "ZIP"),
     (b"%PDF-1.7", "PDF"), ("a;b\r\n1;2\r\n".encode("utf-16-le"), "BINARY")],
)  # fmt: skip
def test_a_saved_file_that_is_not_csv_is_not_an_empty_table(tmp_path, content, found):
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=f"is {found}, not CSV"):
        list(read_csv_rows(path))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"one\n1\n"])
def test_an_empty_file_and_one_column_are_csv(tmp_path, content):
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    assert len(list(read_csv_rows(path))) == content.count(b"1")


def test_a_file_without_a_byte_order_mark_is_read_in_the_encoding_that_is_given(tmp_path):
    path = tmp_path / "report.csv"
    path.write_bytes("a;b\r\né;2\r\n".encode("utf-16-le"))
    assert list(read_csv_rows(path, encoding="utf-16-le")) == [{"a": "é", "b": "2"}]


@pytest.mark.parametrize(
    "dialect",
    [{"delimiter": ""}, {"delimiter": "||"}, {"delimiter": '"'}, {"delimiter": "\n"}, {"delimiter": 5},
     {"encoding": "nope"}, {"encoding": "hex"}, {"encoding": ""}, {"encoding": 5}],
)  # fmt: skip
def test_a_delimiter_or_an_encoding_that_cannot_be_one_is_refused_at_once(tmp_path, dialect):
    with pytest.raises(InvalidArgument, match=next(iter(dialect))):
        read_csv_rows(tmp_path / "none.csv", **dialect)
