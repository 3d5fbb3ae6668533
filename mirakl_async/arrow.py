"""Convert models to Arrow tables, for pandas, polars, DuckDB and Parquet files; requires the extra `arrow`.

    from mirakl_async.arrow import arrow_schema, record_batches

    async for batch in record_batches(front.orders.list(), Order):
        ...

The schema follows the models: nested structs and lists stay nested, amounts are decimals, date-times are in UTC. Items
are read by Arrow's JSON reader in blocks; where it cannot read a block, the items at fault and those around them are
decoded and repaired one by one.
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

try:  # as Any: pyarrow has no type annotations
    pa: Any = import_module("pyarrow")
    pa_json: Any = import_module("pyarrow.json")
except ModuleNotFoundError as _missing:
    raise ConfigurationError("Arrow tables require the extra: pip install 'mirakl-async[arrow]'") from _missing

DIGITS = 38
DECIMALS = 18
"""The digits after the decimal point, for rates such as 0.3333333333333333; 20 digits remain before it."""
MAX_ROWS = 10_000
MAX_BYTES = 32 * 1024 * 1024
PIECE_ROWS = 128
_QUANTUM = Decimal(1).scaleb(-DECIMALS)


def arrow_schema(kind: Reference) -> Any:
    """The `pyarrow.Schema` of a struct, or of a reference such as "front.orders:Order".

    A member of several types, or of any type, is a string column: strings stay unchanged, other values are JSON.
    """
    return pa.schema(_fields(_struct(kind), (), _scalars(pa.decimal128(DIGITS, DECIMALS))))


def _reading_schema(kind: type[Struct]) -> Any:
    """The schema with wider decimals, to be cast to it: Arrow's reader changes a number that exceeds 128 bits.

    With 256 bits, up to 58 digits before the point are read exactly, so that the cast raises. The reader rejects most
    larger numbers, and the results of the others are too large for the cast as well.
    """
    return pa.schema(_fields(kind, (), _scalars(pa.decimal256(2 * DIGITS, DECIMALS))))


def _struct(kind: Reference) -> type[Struct]:
    try:
        struct: Any = codec.resolve(kind) if isinstance(kind, str) else kind
    except (ImportError, AttributeError):
        raise ConfigurationError(f'{kind!r} is not a struct; give one such as Order, or "front.orders:Order"') from None
    if not is_struct(struct):
        raise ConfigurationError(f"a table requires a struct such as Order, not {struct!r}")
    return struct


def _fields(kind: Any, outer: tuple[Any, ...], scalars: dict[Any, Any]) -> list[Any]:
    inner = (*outer, kind)
    return [pa.field(one.encode_name, _type(one.type, inner, scalars)) for one in msgspec.structs.fields(kind)]


def _type(kind: Any, outer: tuple[Any, ...], scalars: dict[Any, Any]) -> Any:
    choices = [choice for choice in alternatives(kind) if choice is not msgspec.UnsetType]
    single: Any = choices[0] if len(choices) == 1 else None
    if single in outer:  # a recursive struct
        return pa.string()
    if single is not None and is_struct(single):
        return pa.struct(_fields(single, outer, scalars))
    if (element := list_item_type(single)) is not None:
        return pa.list_(_type(element, outer, scalars))
    if dict_value_type(single) is not None:  # its keys are data, not columns
        return pa.string()
    return scalars.get(single, pa.string())


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
    """Convert items to `pyarrow.RecordBatch`es of at most `max_rows` and about `max_bytes` of JSON.

    `items` is the iterator of a list or an export, or any iterable of structs, mappings or undecoded JSON (`raw()`).
    Iterate with `async for`, or with `for` if the items are not async. Raises UnreadableFile for an item that cannot be
    decoded as `kind`.
    """
    return RecordBatches(items, BatchBuilder(kind, max_rows=max_rows, max_bytes=max_bytes))


class RecordBatches(Iterable[Any], AsyncIterable[Any]):
    """Iterates over the batches of items; each iteration starts the items again."""

    def __init__(self, items: Iterable[Any] | AsyncIterable[Any], builder: BatchBuilder) -> None:
        self.schema: Any = builder.schema
        self._items = items
        self._builder = builder

    def __iter__(self) -> Iterator[Any]:
        if not isinstance(self._items, Iterable):
            raise TypeError("the items are async; use `async for`")
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
    """Collects items, and returns a batch whenever there are enough of them."""

    def __init__(self, kind: Reference, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> None:
        self._kind = _struct(kind)
        self.schema: Any = arrow_schema(self._kind)
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._text = bytearray()  # the items so far as NDJSON
        self._ends: list[int] = []
        self._row_count = 0
        schema = _reading_schema(self._kind)
        parse: Any = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        self._parse = parse

    def add(self, item: Any) -> list[Any]:
        """Add a struct, a mapping or JSON; returns the batch that it completes, if any."""
        self._text += item if isinstance(item, msgspec.Raw | bytes) else codec.encode(item)
        self._text += b"\n"
        self._ends.append(len(self._text))
        return self.finish() if len(self._ends) >= self._max_rows or len(self._text) >= self._max_bytes else []

    def finish(self) -> list[Any]:
        """Return a batch of the remaining items, if there are any."""
        if not self._ends:
            return []
        text, ends, self._text, self._ends = self._text, self._ends, bytearray(), []
        first, self._row_count = self._row_count, self._row_count + len(ends)
        try:
            return [self._read(text, len(ends))]
        except pa.ArrowInvalid:
            pass
        return [self._read_in_pieces(text, ends, first)]

    def _read(self, text: bytes | bytearray, count: int) -> Any:
        read_options: Any = pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1)
        table: Any = pa_json.read_json(pa.BufferReader(text), read_options=read_options, parse_options=self._parse)
        if table.num_rows != count:  # an item is not an object, or several
            raise pa.ArrowInvalid("the number of rows differs")
        (batch,) = table.cast(self.schema).to_batches()  # the text is one block
        return batch

    def _read_in_pieces(self, text: bytearray, ends: list[int], row_count: int) -> Any:
        """Make a batch of which only the pieces with items that break the contract are read item by item."""
        starts = [0, *ends[:-1]]
        pieces: list[Any] = []
        for first in range(0, len(ends), PIECE_ROWS):
            own = slice(first, first + PIECE_ROWS)
            lines = [bytes(text[start:end]) for start, end in zip(starts[own], ends[own], strict=True)]
            try:
                if len(ends) <= PIECE_ROWS:
                    raise pa.ArrowInvalid("this very piece could not be read")
                pieces.append(self._read(b"".join(lines), len(lines)))
            except pa.ArrowInvalid:
                pieces.append(self._read_each(lines, row_count + first))
        text.clear()  # otherwise memory would hold all items three times
        return _one_batch(pieces)

    def _read_each(self, lines: list[bytes], first: int) -> Any:
        """Make a batch from items that are decoded and repaired one by one, at a tenth of the speed."""
        rows: list[Any] = []
        columns = pa.struct(list(self.schema))
        for index, line in enumerate(lines, first):
            try:
                rows.append(_plain(codec.decode(self._kind, line).value, columns))
            except (codec.CodecError, ArithmeticError) as error:
                raise UnreadableFile(f"item {index} cannot be read as {self._kind.__name__}: {error}") from None
        try:
            return pa.RecordBatch.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, OverflowError) as error:
            if len(lines) == 1:
                raise UnreadableFile(f"item {first} does not fit its columns ({one_line(str(error), 200)})") from None
        # One by one, so that the error names the item.
        return _one_batch([self._read_each([line], index) for index, line in enumerate(lines, first)])


def _one_batch(batches: list[Any]) -> Any:
    (batch,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return batch


def parquet_writer(file: Any, schema: Any) -> Any:
    """A `pyarrow.parquet.ParquetWriter` for an open file or a path."""
    parquet: Any = import_module("pyarrow.parquet")  # slow to import
    # Readers cannot use the statistics of nested columns, which cost a fourteenth of the writing time.
    return parquet.ParquetWriter(file, schema, write_statistics=list(schema.names))


def _plain(value: Any, kind: Any) -> Any:
    """Convert a value for an Arrow column of this type."""
    if value is None or value is UNSET:
        return None
    if pa.types.is_struct(kind):
        names = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
        return {field.name: _plain(getattr(value, names[field.name]), field.type) for field in kind}
    if pa.types.is_list(kind):
        return [_plain(item, kind.value_type) for item in value]
    if pa.types.is_string(kind) and not isinstance(value, str):
        return codec.encode(value).decode()
    return value.quantize(_QUANTUM) if isinstance(value, Decimal) else value
