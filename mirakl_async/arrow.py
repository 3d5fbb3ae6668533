"""Structs as Arrow tables, for pandas, polars, DuckDB and Parquet files; needs the extra `arrow`.

    from mirakl_async.arrow import arrow_schema, record_batches

    async for batch in record_batches(front.orders.list(), Order):
        ...

The schema is the contract's: nested structs and lists stay nested, amounts are decimals, moments are in UTC. Items go
through Arrow's own JSON reader, a block at a time; a block that it cannot read is repaired item by item.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct

from . import codec
from .codec.type_info import alternatives, dict_value_type, is_struct, list_item_type
from .errors import ConfigurationError, UnreadableFile
from .server_text import one_line

if TYPE_CHECKING:
    from .codec import Reference

__all__ = ["MAX_BYTES", "BatchBuilder", "RecordBatches", "arrow_schema", "pa", "parquet_writer", "record_batches"]

try:  # as Any: it has no types of its own
    pa: Any = import_module("pyarrow")
    pa_json: Any = import_module("pyarrow.json")
except ModuleNotFoundError as _missing:
    raise ConfigurationError("tables need the extra: pip install 'mirakl-async[arrow]'") from _missing

DIGITS = 38
DECIMALS = 18
"""Places behind the point, for rates such as 0.3333333333333333; 20 digits stand before it."""
MAX_ROWS = 10_000
MAX_BYTES = 32 * 1024 * 1024
_STEP = Decimal(1).scaleb(-DECIMALS)
# Of one written as 1e25, which is too large for the column, Arrow's reader makes another number, and raises nothing.
_MAY_OVERFLOW = re.compile(rb": ?-?\d[\d.]*[eE]\+?\d\d")


def arrow_schema(kind: Reference) -> Any:
    """The `pyarrow.Schema` of a struct, or of a reference such as "front.orders:Order".

    What may be of several types, or of any, is text: as it is where it is text, and JSON otherwise.
    """
    return pa.schema(_fields(_struct(kind), ()))


def _struct(kind: Reference) -> type[Struct]:
    found: Any = codec.resolve(kind) if isinstance(kind, str) else kind
    if not is_struct(found):
        raise ConfigurationError(f"a table is made of structs such as Order, not of {found!r}")
    return found


def _fields(kind: Any, outer: tuple[Any, ...]) -> list[Any]:
    return [pa.field(member.encode_name, _type(member.type, (*outer, kind))) for member in msgspec.structs.fields(kind)]


def _type(kind: Any, outer: tuple[Any, ...]) -> Any:
    choices = [choice for choice in alternatives(kind) if choice is not msgspec.UnsetType]
    only: Any = choices[0] if len(choices) == 1 else None
    if only in outer:  # a struct that holds itself has no end
        return pa.string()
    if only is not None and is_struct(only):
        return pa.struct(_fields(only, outer))
    if (element := list_item_type(only)) is not None:
        return pa.list_(_type(element, outer))
    if dict_value_type(only) is not None:  # its keys are data, and no columns
        return pa.string()
    return _scalars().get(only, pa.string())


@cache
def _scalars() -> dict[Any, Any]:
    return {
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        Decimal: pa.decimal128(DIGITS, DECIMALS),
        dt.datetime: pa.timestamp("us", "UTC"),
        dt.date: pa.date32(),
    }


def record_batches(
    items: Iterable[Any] | AsyncIterable[Any], kind: Reference, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> RecordBatches:
    """Items as `pyarrow.RecordBatch`es of at most `max_rows`, each made from up to about `max_bytes` of JSON.

    `items` is a list's or an export's iterator, or any iterable: structs, mappings, or JSON as it came (`raw()`).
    Iterate with `async for`, or with `for` where the items are no async iterable. Raises UnreadableFile for an item
    that cannot be read as `kind`.
    """
    return RecordBatches(items, BatchBuilder(kind, max_rows=max_rows, max_bytes=max_bytes))


class RecordBatches(Iterable[Any], AsyncIterable[Any]):
    """The batches of items; each iteration reads the items from their start."""

    def __init__(self, items: Iterable[Any] | AsyncIterable[Any], builder: BatchBuilder) -> None:
        self.schema: Any = builder.schema
        self._items = items
        self._builder = builder

    def __iter__(self) -> Iterator[Any]:
        if not isinstance(self._items, Iterable):
            raise TypeError("these items come one by one from a server: use `async for`")
        for item in self._items:
            yield from self._builder.add(item)
        yield from self._builder.finish()

    async def __aiter__(self) -> AsyncIterator[Any]:
        if isinstance(self._items, AsyncIterable):
            async for item in self._items:
                for batch in self._builder.add(item):
                    yield batch
        else:
            for item in self._items:
                for batch in self._builder.add(item):
                    yield batch
        for batch in self._builder.finish():
            yield batch


class BatchBuilder:
    """Takes items one by one, and gives a batch whenever it holds enough of them."""

    def __init__(self, kind: Reference, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> None:
        self._kind = _struct(kind)
        self.schema: Any = arrow_schema(self._kind)
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._lines: list[bytes] = []
        self._bytes = 0
        self._given = 0
        parse: Any = pa_json.ParseOptions(explicit_schema=self.schema, unexpected_field_behavior="ignore")
        self._parse = parse

    def add(self, item: Any) -> list[Any]:
        """Take a struct, a mapping or JSON; gives the batch that it completes, if any."""
        line = bytes(item) if isinstance(item, msgspec.Raw | bytes) else codec.encode(item)
        self._lines.append(line)
        self._bytes += len(line)
        return self.finish() if len(self._lines) >= self._max_rows or self._bytes >= self._max_bytes else []

    def finish(self) -> list[Any]:
        """The batch of what is left, if anything is."""
        if not self._lines:
            return []
        lines, self._lines, self._bytes = self._lines, [], 0
        try:
            batch = self._read(lines)
        except pa.ArrowInvalid:
            batch = self._read_each(lines)
        self._given += len(lines)
        return [batch]

    def _read(self, lines: list[bytes]) -> Any:
        text = b"\n".join(lines)
        if _MAY_OVERFLOW.search(text) is not None:
            raise pa.ArrowInvalid("a number that may be too large")
        reading: Any = pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1)
        table: Any = pa_json.read_json(pa.BufferReader(text), read_options=reading, parse_options=self._parse)
        if table.num_rows != len(lines):  # what was no object, or several
            raise pa.ArrowInvalid("another number of rows")
        (batch,) = table.to_batches()  # the text is one block
        return batch

    def _read_each(self, lines: list[bytes]) -> Any:
        """The same from items that are decoded and repaired, at a fifth of the speed."""
        rows: list[Any] = []
        columns = pa.struct(list(self.schema))
        for at, line in enumerate(lines, self._given):
            try:
                rows.append(_plain(codec.decode(self._kind, line).value, columns))
            except (codec.CodecError, ArithmeticError) as error:
                raise UnreadableFile(f"item {at} cannot be read as {self._kind.__name__}: {error}") from None
        try:
            return pa.RecordBatch.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, OverflowError) as error:
            raise UnreadableFile(f"a value does not fit its column ({one_line(str(error), 200)})") from None


def parquet_writer(file: Any, schema: Any) -> Any:
    """A `pyarrow.parquet.ParquetWriter` of batches into an open file, or a path."""
    parquet: Any = import_module("pyarrow.parquet")  # which takes as long as all the rest
    return parquet.ParquetWriter(file, schema)


def _plain(value: Any, kind: Any) -> Any:
    """A value as Arrow takes it for a column of this type."""
    if value is None or value is UNSET:
        return None
    if pa.types.is_struct(kind):
        names = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
        return {field.name: _plain(getattr(value, names[field.name]), field.type) for field in kind}
    if pa.types.is_list(kind):
        return [_plain(item, kind.value_type) for item in value]
    if pa.types.is_string(kind) and not isinstance(value, str):
        return codec.encode(value).decode()
    return value.quantize(_STEP) if isinstance(value, Decimal) else value
