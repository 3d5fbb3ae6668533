"""Writers of items for each output format: unchanged items as NDJSON, CSV, or Parquet."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TextIO

import msgspec

from .. import codec
from ..imports_exports.orders import OrderExport
from ..models.front.offers import ExportedOffer
from ..models.front.orders import Order
from .results import unfinished

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..imports_exports.exports import ExportReader
    from ..imports_exports.offers import OfferExport

__all__ = [
    "ENDINGS",
    "PACKABLE",
    "ExportFile",
    "MemberRows",
    "Ndjson",
    "OfferRows",
    "ParquetRows",
    "export_writer",
    "items_file",
]

ENDINGS = (".ndjson", ".csv", ".parquet")
PACKABLE = (".ndjson", ".csv")
"""The endings that `.gz` may follow; Parquet compresses its columns itself."""


class ExportFile(Protocol):
    """A writer that counts the items it writes."""

    count: int

    def write(self, item: Any) -> None:
        """Write one item."""
        ...


class Ndjson:
    """Writes the unchanged JSON of each item as one line."""

    def __init__(self, file: BinaryIO) -> None:
        self.count: int = 0
        self._file = file

    def write(self, item: bytes | msgspec.Raw) -> None:
        """Write one item, without the line breaks between its members."""
        text = bytes(item)
        self._file.write((msgspec.json.format(text, indent=-1) if b"\n" in text or b"\r" in text else text) + b"\n")
        self.count += 1


class OfferRows:
    """Writes the rows of an export of offers as CSV, with the columns of the export's first file."""

    def __init__(self, file: TextIO) -> None:
        self.count: int = 0
        self._csv = csv.writer(file, delimiter=";")
        self._columns: list[str] = []

    def write(self, item: dict[str, str]) -> None:
        """Write one row; raises CommandError if a later file of the export has other columns."""
        if not self._columns:
            self._columns = list(item)
            self._csv.writerow(self._columns)
        if item.keys() != dict.fromkeys(self._columns).keys():
            raise unfinished(f"row {self.count + 1} of the export has other columns than the first")
        self._csv.writerow([item[column] for column in self._columns])
        self.count += 1


class MemberRows:
    """Writes one item as one CSV row: each member in a column, nested members as JSON."""

    def __init__(self, file: TextIO, kind: type[msgspec.Struct]) -> None:
        self.count: int = 0
        self._csv = csv.writer(file, delimiter=";")
        self._columns = [field.encode_name for field in msgspec.structs.fields(kind)]
        self._csv.writerow(self._columns)

    def write(self, item: bytes | msgspec.Raw) -> None:
        """Write one item; raises CommandError if it is not a JSON object."""
        try:
            members: dict[str, msgspec.Raw] = _members(item)
            row = [_cell(members.get(column)) for column in self._columns]
        except (msgspec.MsgspecError, UnicodeError, codec.CodecError) as error:
            raise unfinished(f"item {self.count + 1} is not an object that can be read ({error})") from error
        self._csv.writerow(row)
        self.count += 1


class ParquetRows:
    """Writes items with the columns of their contract; each batch becomes a row group."""

    def __init__(self, file: BinaryIO, kind: type[msgspec.Struct]) -> None:
        from ..arrow import BatchBuilder, parquet_writer  # noqa: PLC0415 - an extra

        self.count: int = 0
        self._builder = BatchBuilder(kind)
        self._writer = parquet_writer(file, self._builder.schema)

    def write(self, item: bytes | msgspec.Raw) -> None:
        """Add one item; a full batch is written."""
        self._put(self._builder.add(item))
        self.count += 1

    def close(self) -> None:
        """Write the last batch and the end of the file."""
        self._put(self._builder.finish())
        self._writer.close()

    def abandon(self) -> None:
        """Keep the writer of an unfinished file from finishing it when it is collected, after the file was closed."""
        self._writer.is_open = False

    def _put(self, batches: list[Any]) -> None:
        for batch in batches:
            self._writer.write_batch(batch)


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _cell(value: msgspec.Raw | None) -> str:
    """Return the CSV cell of a JSON value: a text without quotes, "" for null, any other value unchanged.

    Numbers keep their digits, because they are not decoded.
    """
    text = bytes(value) if value is not None else b"null"
    if text == b"null":
        return ""
    return str(codec.decode_plain(text)) if text.startswith(b'"') else text.decode()


@contextmanager
def export_writer(
    job: OrderExport | OfferExport, file: BinaryIO, kind: str
) -> Generator[tuple[ExportReader[Any], ExportFile]]:
    """Return the reader of an export, and the writer of its items."""
    if kind == ".csv" and not isinstance(job, OrderExport):
        with _text(file) as text:
            yield job.rows(), OfferRows(text)
        return
    with items_file(file, kind, Order if isinstance(job, OrderExport) else ExportedOffer) as items:
        yield job.raw(), items


@contextmanager
def items_file(file: BinaryIO, ending: str, kind: type[msgspec.Struct]) -> Generator[ExportFile]:
    """Return a writer of items, which are given as JSON, for a file that ends in one of `ENDINGS`."""
    if ending == ".ndjson":
        yield Ndjson(file)
    elif ending == ".parquet":
        rows = ParquetRows(file, kind)
        try:
            yield rows
            rows.close()
        finally:
            rows.abandon()
    else:
        with _text(file) as text:
            yield MemberRows(text, kind)


@contextmanager
def _text(file: BinaryIO) -> Generator[TextIO]:
    # Excel reads a CSV file as UTF-8 only if it starts with a byte order mark.
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    yield text
    text.detach()  # flushes the text, and leaves the file open
