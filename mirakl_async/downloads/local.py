"""Files that were saved before, read as downloads are: row by row, item by item, in bounded memory.

Plain iterators: a step reads and parses up to 256 KiB on the calling thread, and blocks an event loop for a few
milliseconds. Where that matters, call them in a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..redaction import clear_locals
from .csv_rows import CsvParser, Row, as_dict
from .json_items import JsonArrayParser

if TYPE_CHECKING:
    from .readers import Reader

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
READ_AT_ONCE = 256 * 1024


@overload
def read_json_items(path: str | Path, kind: type[T], member: str | None = None) -> Iterator[T]: ...
@overload
def read_json_items(path: str | Path, kind: str | None = None, member: str | None = None) -> Iterator[Any]: ...
def read_json_items(path: str | Path, kind: Any = None, member: str | None = None) -> Iterator[Any]:
    """The items of a list in a JSON file, such as one file of an order export: `read_json_items(path, Order)`.

    `member` names the list if the file holds an object with several. Items that cannot be read are left out, and their
    number is logged; without `kind`, items are plain values. Raises UnreadableFile after the last readable item of a
    file that is cut off. Blocks while it reads (see `asyncio.to_thread`).
    """
    reader = JsonArrayParser[Any](Any if kind is None else kind, member)
    try:
        yield from _values(path, reader)
    except BaseException as error:
        clear_locals(error)
        raise
    if reader.unreadable:
        log.warning("%s: %d of %d items could not be read", path, reader.unreadable, reader.count)


def read_csv_rows(path: str | Path, delimiter: str | None = None, encoding: str | None = None) -> Iterator[Row]:
    """The rows of a CSV file by column; delimiter and encoding are found out unless they are given.

    Raises UnreadableFile after the last row that can be read of a file that is damaged, or not CSV. Blocks while it
    reads, as `read_json_items` does.
    """
    try:
        yield from _rows(path, CsvParser(delimiter, encoding))
    except BaseException as error:
        clear_locals(error)
        raise


def _rows(path: str | Path, reader: CsvParser) -> Iterator[Row]:
    for record in _values(path, reader):
        yield as_dict(reader.columns or [], record)


def _values(path: str | Path, reader: Reader[T]) -> Iterator[T]:
    with Path(path).open("rb") as file:
        while reader.failure is None and (data := file.read(READ_AT_ONCE)):
            yield from reader.feed(data)
    yield from reader.finish()
    if reader.failure is not None:
        raise reader.failure
