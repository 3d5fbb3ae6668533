"""Saved files are read like downloads."""

import json

import pytest

from mirakl_async import UnreadableFile, read_csv_rows, read_json_items
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
