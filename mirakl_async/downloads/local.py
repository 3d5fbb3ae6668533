"""Read saved files as downloads are read: row by row or item by item, in bounded memory.

These are synchronous iterators: a step reads and parses up to 256 KiB in the calling thread, which blocks an event loop
for a few milliseconds. If that matters, call them in a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..errors import UnreadableFile
from ..redaction import clear_locals
from .csv_rows import CsvParser, Row, as_dict
from .json_items import JsonArrayParser
from .sniffing import SNIFF_BYTES, detect_format, formats_of_csv

if TYPE_CHECKING:
    from .readers import Parser
    from .sniffing import FileFormat

__all__ = ["READ_BYTES", "read_csv_rows", "read_json_items"]

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
READ_BYTES = 256 * 1024


@overload
def read_json_items(path: str | Path, type: type[T], member: str | None = None) -> Iterator[T]: ...
@overload
def read_json_items(path: str | Path, type: str | None = None, member: str | None = None) -> Iterator[Any]: ...
def read_json_items(path: str | Path, type: Any = None, member: str | None = None) -> Iterator[Any]:  # noqa: A002 - as in msgspec
    """Iterate over a list in a JSON file, such as one file of an order export: `read_json_items(path, Order)`.

    `member` is the name of the list if the file contains an object with several. Unreadable items are skipped, and
    their number is logged; without `type`, items are plain Python objects. Raises UnreadableFile after the last
    readable item of a truncated file. Blocks while it reads (see `asyncio.to_thread`).
    """
    parser = JsonArrayParser[Any](Any if type is None else type, member)
    try:
        yield from _values(path, parser)
    except BaseException as error:
        clear_locals(error)
        raise
    if parser.unreadable:
        log.warning("%s: %d of %d items could not be read", path, parser.unreadable, parser.count)


def read_csv_rows(path: str | Path, delimiter: str | None = None, encoding: str | None = None) -> Iterator[Row]:
    """Iterate over the rows of a CSV file; the delimiter and the encoding are detected unless they are given.

    Raises UnreadableFile after the last readable row of a file that is corrupt or not CSV. Blocks while it reads, as
    `read_json_items` does.
    """
    return _without_locals(_rows(path, CsvParser(delimiter, encoding), formats_of_csv(encoding)))


def _without_locals(values: Iterator[T]) -> Iterator[T]:
    """The same values; an error shows no local variables."""
    try:
        yield from values
    except BaseException as error:
        clear_locals(error)
        raise


def _rows(path: str | Path, parser: CsvParser, formats: tuple[FileFormat, ...]) -> Iterator[Row]:
    for record in _values(path, parser, formats):
        yield as_dict(parser.columns or [], record)


def _values(path: str | Path, parser: Parser[T], formats: tuple[FileFormat, ...] = ()) -> Iterator[T]:
    with Path(path).open("rb") as file:
        if formats and (found := detect_format(file.read(SNIFF_BYTES))) not in formats:
            raise UnreadableFile(f"{path} is {found.upper()}, not {formats[0].upper()}")
        file.seek(0)
        while parser.failure is None and (data := file.read(READ_BYTES)):
            yield from parser.feed(data)
    yield from parser.finish()
    if parser.failure is not None:
        raise parser.failure
