"""The files that an export is written into: NDJSON of the items as they came, or CSV."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TextIO

import msgspec

from .. import codec
from ..imports_exports.orders import OrderExport
from ..models.front.orders import Order
from .results import unfinished

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..imports_exports.exports import ExportReader
    from ..imports_exports.offers import OfferExport

ENDINGS = (".ndjson", ".csv")


class ExportFile(Protocol):
    """Takes items, and counts them."""

    count: int

    def write(self, item: Any) -> None:
        """Write one."""
        ...


class Ndjson:
    """Each item's own JSON on a line of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self.count: int = 0
        self._file = file

    def write(self, item: msgspec.Raw) -> None:
        """Write one; line breaks between its members go."""
        text = bytes(item)
        self._file.write((msgspec.json.format(text, indent=-1) if b"\n" in text or b"\r" in text else text) + b"\n")
        self.count += 1


class OfferRows:
    """The rows of an export of offers, under the columns of its first file."""

    def __init__(self, file: TextIO) -> None:
        self.count: int = 0
        self._csv = csv.writer(file, delimiter=";")
        self._columns: list[str] = []

    def write(self, item: dict[str, str]) -> None:
        """Write one; raises CommandError where a later file has other columns."""
        if not self._columns:
            self._columns = list(item)
            self._csv.writerow(self._columns)
        if item.keys() != dict.fromkeys(self._columns).keys():
            raise unfinished(f"row {self.count + 1} of the export has other columns than the first")
        self._csv.writerow([item[column] for column in self._columns])
        self.count += 1


class OrderRows:
    """An order a row: its own members in columns, what is nested in them as JSON."""

    def __init__(self, file: TextIO) -> None:
        self.count: int = 0
        self._csv = csv.writer(file, delimiter=";")
        self._columns = [field.encode_name for field in msgspec.structs.fields(Order)]
        self._csv.writerow(self._columns)

    def write(self, item: msgspec.Raw) -> None:
        """Write one; raises CommandError where it is none."""
        try:
            members: dict[str, msgspec.Raw] = _members(item)
            row = [_cell(members.get(column)) for column in self._columns]
        except (msgspec.MsgspecError, UnicodeError, codec.CodecError) as error:
            raise unfinished(f"item {self.count + 1} of the export is no order ({error})") from error
        self._csv.writerow(row)
        self.count += 1


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _cell(value: msgspec.Raw | None) -> str:
    """A text without its quotes, nothing for null, anything else as it stands: numbers keep their digits."""
    text = bytes(value) if value is not None else b"null"
    if text == b"null":
        return ""
    return str(codec.decode_plain(text)) if text.startswith(b'"') else text.decode()


@contextmanager
def writer_of(
    job: OrderExport | OfferExport, file: BinaryIO, kind: str
) -> Generator[tuple[ExportReader[Any], ExportFile]]:
    """The walk over an export, and what writes its items into a file."""
    if kind == ".ndjson":
        yield job.raw(), Ndjson(file)
        return
    # The mark is for Excel, which reads a CSV without it as something else than UTF-8.
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    yield (job.raw(), OrderRows(text)) if isinstance(job, OrderExport) else (job.rows(), OfferRows(text))
    text.detach()  # which writes what it holds, and leaves the file open
