"""Structs as Arrow tables, for pandas, polars, DuckDB and Parquet files; needs the extra `arrow`.

    from mirakl_async.arrow import arrow_schema, record_batches

    async for batch in record_batches(front.orders.list(), Order):
        ...

The schema is the contract's: nested structs and lists stay nested, amounts are decimals, moments are in UTC. Items go
through Arrow's own JSON reader, a block at a time; a block that it cannot read is repaired item by item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from decimal import Decimal
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


def arrow_schema(kind: Reference) -> Any:
    """The `pyarrow.Schema` of a struct, or of a reference such as "front.orders:Order".

    What may be of several types, or of any, is text: as it is where it is text, and JSON otherwise.
    """
    return pa.schema(_fields(_struct(kind), (), _scalars(pa.decimal128(DIGITS, DECIMALS))))


def _reading_schema(kind: type[Struct]) -> Any:
    """The same with wider decimals, to be cast to it: of a number too large for 128 bits, Arrow makes another one.

    With 256 bits, 58 digits before the point are read as they are, so that the cast raises. Of more Arrow's reader
    refuses most, and what it makes of the others is too large for the cast as well.
    """
    return pa.schema(_fields(kind, (), _scalars(pa.decimal256(2 * DIGITS, DECIMALS))))


def _struct(kind: Reference) -> type[Struct]:
    found: Any = codec.resolve(kind) if isinstance(kind, str) else kind
    if not is_struct(found):
        raise ConfigurationError(f"a table is made of structs such as Order, not of {found!r}")
    return found


def _fields(kind: Any, outer: tuple[Any, ...], scalars: dict[Any, Any]) -> list[Any]:
    inner = (*outer, kind)
    return [pa.field(one.encode_name, _type(one.type, inner, scalars)) for one in msgspec.structs.fields(kind)]


def _type(kind: Any, outer: tuple[Any, ...], scalars: dict[Any, Any]) -> Any:
    choices = [choice for choice in alternatives(kind) if choice is not msgspec.UnsetType]
    only: Any = choices[0] if len(choices) == 1 else None
    if only in outer:  # a struct that holds itself has no end
        return pa.string()
    if only is not None and is_struct(only):
        return pa.struct(_fields(only, outer, scalars))
    if (element := list_item_type(only)) is not None:
        return pa.list_(_type(element, outer, scalars))
    if dict_value_type(only) is not None:  # its keys are data, and no columns
        return pa.string()
    return scalars.get(only, pa.string())


def _scalars(decimal: Any) -> dict[Any, Any]:
    return {
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        Decimal: decimal,
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
        self._text = bytearray()  # of the items so far, a line each
        self._ends: list[int] = []
        self._given = 0
        schema = _reading_schema(self._kind)
        parse: Any = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        self._parse = parse

    def add(self, item: Any) -> list[Any]:
        """Take a struct, a mapping or JSON; gives the batch that it completes, if any."""
        self._text += item if isinstance(item, msgspec.Raw | bytes) else codec.encode(item)
        self._text += b"\n"
        self._ends.append(len(self._text))
        return self.finish() if len(self._ends) >= self._max_rows or len(self._text) >= self._max_bytes else []

    def finish(self) -> list[Any]:
        """The batch of what is left, if anything is."""
        if not self._ends:
            return []
        text, ends, self._text, self._ends = self._text, self._ends, bytearray(), []
        try:
            batch = self._read(text, len(ends))
        except pa.ArrowInvalid:
            batch = self._read_each(text, ends)
        self._given += len(ends)
        return [batch]

    def _read(self, text: bytearray, count: int) -> Any:
        reading: Any = pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1)
        table: Any = pa_json.read_json(pa.BufferReader(text), read_options=reading, parse_options=self._parse)
        if table.num_rows != count:  # what was no object, or several
            raise pa.ArrowInvalid("another number of rows")
        (batch,) = table.cast(self.schema).to_batches()  # the text is one block
        return batch

    def _read_each(self, text: bytearray, ends: list[int]) -> Any:
        """The same from items that are decoded and repaired, at a fifth of the speed."""
        rows: list[Any] = []
        columns = pa.struct(list(self.schema))
        for at, (start, end) in enumerate(zip([0, *ends], ends, strict=False), self._given):
            try:
                rows.append(_plain(codec.decode(self._kind, bytes(text[start:end])).value, columns))
            except (codec.CodecError, ArithmeticError) as error:
                raise UnreadableFile(f"item {at} cannot be read as {self._kind.__name__}: {error}") from None
        try:
            return pa.RecordBatch.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, OverflowError) as error:
            raise UnreadableFile(f"a value does not fit its column ({one_line(str(error), 200)})") from None


def parquet_writer(file: Any, schema: Any) -> Any:
    """A `pyarrow.parquet.ParquetWriter` of batches into an open file, or a path."""
    parquet: Any = import_module("pyarrow.parquet")  # which takes as long as all the rest
    # Statistics of what lies in lists let no reader skip anything, and cost a fourteenth of the writing.
    return parquet.ParquetWriter(file, schema, write_statistics=list(schema.names))


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
