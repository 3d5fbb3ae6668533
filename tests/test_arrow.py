"""Structs as plain values, and as Arrow tables that pandas and polars read back."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import msgspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mirakl_async import ConfigurationError, UnreadableFile, arrow_schema, codec, record_batches, to_dict, to_json
from mirakl_async.arrow import PIECE_ROWS, BatchBuilder, parquet_writer
from mirakl_async.models.front.orders import Order
from mirakl_async.operations import operations

UTC = dt.UTC
ORDER = {
    "order_id": "o1",
    "created_date": "2026-01-05T09:30:04Z",
    "total_price": 19.90,
    "can_cancel": True,
    "customer": {"lastname": "Zoë"},
    "order_lines": [{"order_line_id": "l1", "quantity": 2, "price": 0.10}, {"order_line_id": "l2"}],
}


def decoded(**members):
    return codec.decode(Order, json.dumps(ORDER | members).replace("19.9,", "19.90,").encode()).value


def only(items, **options):
    (batch,) = record_batches(items, Order, **options)
    return batch


def test_a_struct_as_a_dict_keeps_numbers_and_date_times():
    plain = to_dict(decoded())
    assert plain["total_price"] == Decimal("19.90")
    assert plain["created_date"] == dt.datetime(2026, 1, 5, 9, 30, 4, tzinfo=UTC)
    assert plain["order_lines"][0]["price"] == Decimal("0.1")
    assert plain["customer"]["lastname"] == "Zoë"
    assert to_dict([decoded()]) == [plain]


def test_a_struct_as_json_keeps_the_digits_of_its_numbers():
    text = to_json(decoded())
    assert '"total_price":19.90' in text
    assert "Zoë" in text
    assert json.loads(text) == ORDER
    assert to_json(to_dict(decoded())) == text
    assert to_json({"a": [Decimal("1.10")]}, indent=2) == '{\n  "a": [\n    1.10\n  ]\n}'


def test_the_schema_follows_the_contract():
    schema = arrow_schema(Order)
    assert schema.equals(arrow_schema("front.orders:Order"))
    assert schema.field("total_price").type == pa.decimal128(38, 18)
    assert schema.field("created_date").type == pa.timestamp("us", "UTC")
    assert schema.field("can_cancel").type == pa.bool_()
    lines = schema.field("order_lines").type
    assert pa.types.is_list(lines)
    assert lines.value_type.field("quantity").type == pa.int64()
    assert pa.types.is_struct(schema.field("customer").type)


def test_every_list_has_a_schema():
    for operation in operations.values():
        if operation.paging is not None and operation.paging.item:
            assert len(arrow_schema(operation.paging.item)) > 0


@pytest.mark.parametrize("kind", [int, "front.orders:ORDER_STATES", dict, "Order", "front.order:Order", ""])
def test_a_type_that_is_not_a_struct_has_no_schema(kind):
    with pytest.raises(ConfigurationError, match="struct"):
        arrow_schema(kind)


@pytest.mark.parametrize(
    ("members", "column", "value"),
    [
        ({"total_price": "19.90"}, "total_price", Decimal("19.90")),
        ({"total_price": 1e3}, "total_price", Decimal(1000)),
        ({"leadtime_to_ship": "5"}, "leadtime_to_ship", 5),
        ({"leadtime_to_ship": 5.0}, "leadtime_to_ship", 5),
        ({"order_id": 5}, "order_id", "5"),
        ({"can_cancel": "true"}, "can_cancel", True),
        ({"order_lines": 5}, "order_lines", None),
        ({"tomorrows_member": {"a": [1]}}, "order_id", "o1"),
        ({"created_date": "2026-01-05T10:30:04.25+01:00"}, "created_date", dt.datetime(2026, 1, 5, 9, 30, 4, 250000, UTC)),
        ({"created_date": "2026-01-05T09:30:04.123456789Z"}, "created_date", dt.datetime(2026, 1, 5, 9, 30, 4, 123457, UTC)),
        ({"order_additional_fields": [{"code": "a", "value": ["x", "y"]}]}, "order_additional_fields",
         [{"code": "a", "type": None, "value": '["x","y"]'}]),
    ],
)  # fmt: skip
def test_values_that_violate_the_contract_are_repaired_without_affecting_other_items(members, column, value):
    odd = json.dumps(ORDER | members).encode()
    batch = only([decoded(), odd, msgspec.Raw(json.dumps(ORDER).encode())])
    assert batch.num_rows == 3
    assert batch.column(column)[1].as_py() == value
    assert batch.column("order_lines")[2].as_py()[0]["quantity"] == 2
    assert only([odd]).column(column)[0].as_py() == value


def test_both_ways_of_reading_give_the_same_result():
    lines = [codec.encode(decoded(order_id=str(number), total_price=number / 8)) for number in range(20)]
    assert only(lines).equals(BatchBuilder(Order)._read_each(lines, 0))


ODD = b'{"order_id":"odd","created_date":"2026-01-05T09:30:04.123456789Z"}'  # nanoseconds are not Arrow's here


@pytest.mark.parametrize("places", [{0}, {299}, {127, 128}, {5, 6, 290}, set(range(300))])
def test_an_odd_item_slows_only_those_around_it(places, monkeypatch):
    slow, read_each = [], BatchBuilder._read_each

    def noting(builder, lines, first):
        slow.extend(range(first, first + len(lines)))
        return read_each(builder, lines, first)

    monkeypatch.setattr(BatchBuilder, "_read_each", noting)
    items = [ODD if number in places else json.dumps({"order_id": str(number)}).encode() for number in range(300)]
    names = ["odd" if number in places else str(number) for number in range(300)]
    assert only(items).column("order_id").to_pylist() == names
    assert slow == [
        number for number in range(300) if {place // PIECE_ROWS for place in places} >= {number // PIECE_ROWS}
    ]


def test_an_item_that_cannot_be_read_is_named_by_its_place_among_all_items():
    items = [b'{"order_id":"a"}'] * 700 + [b"5"]
    with pytest.raises(UnreadableFile, match="item 700 cannot be read"):
        list(record_batches(items, Order, max_rows=400))


TOO_LARGE = [
    "1e20",
    "1e25",
    "-1e25",
    "9e37",
    "1E+30",
    "1e60",
    "1e999",
    "1" + 20 * "0",
    "1" + 25 * "0",
    76 * "9",
    400 * "9",
]
PRICES = [b'{"total_price":%s}' % number.encode() for number in TOO_LARGE]
INSIDE = b'{"order_lines":[{"price":1%s}]}' % (25 * b"0")


@pytest.mark.parametrize("item", [b"5", b"[]", b'{"order_id":"a"', b"{}{}", b"\xff", INSIDE, *PRICES])
def test_an_item_that_cannot_be_read_is_named_and_no_value_is_changed(item):
    with pytest.raises(UnreadableFile, match="item 1 (cannot be read|does not fit)") as caught:
        only([decoded(), item])
    assert "122083294381374201810" not in str(caught.value)


def test_batches_are_bounded_by_rows_and_by_bytes():
    assert [batch.num_rows for batch in record_batches([decoded()] * 7, Order, max_rows=3)] == [3, 3, 1]
    assert [batch.num_rows for batch in record_batches([decoded()] * 4, Order, max_bytes=1)] == [1, 1, 1, 1]
    assert list(record_batches([], Order)) == []


async def test_items_that_arrive_one_by_one_are_batched():
    async def arriving():
        for number in range(3):
            yield decoded(order_id=str(number))

    table = pa.Table.from_batches([batch async for batch in record_batches(arriving(), Order, max_rows=2)])
    assert table.column("order_id").to_pylist() == ["0", "1", "2"]
    assert [batch.num_rows async for batch in record_batches([decoded()], Order)] == [1]
    with pytest.raises(TypeError, match="async for"):
        list(record_batches(arriving(), Order))


def test_pandas_and_polars_read_the_file_back(tmp_path):
    path = tmp_path / "orders.parquet"
    batches = record_batches([decoded(order_id=f"o{number}") for number in range(5)], Order, max_rows=2)
    with parquet_writer(path, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    assert pq.ParquetFile(path).num_row_groups == 3

    frame = pd.read_parquet(path)
    assert list(frame["order_id"]) == [f"o{number}" for number in range(5)]
    assert frame["total_price"][0] == Decimal("19.90")
    assert str(frame["created_date"].dtype) == "datetime64[us, UTC]"
    assert frame["order_lines"][0][0]["price"] == Decimal("0.1")

    frame = pl.read_parquet(path)
    assert frame["total_price"].sum() == Decimal("99.5")
    assert frame.schema["created_date"] == pl.Datetime("us", "UTC")
    exploded = frame.select(pl.col("order_lines").explode()).unnest("order_lines")
    assert exploded["quantity"].to_list() == [2, None] * 5
