"""Open a file of JSON lines; gzip is decompressed while it is read, and other formats raise an error that names them.

The format is detected from the first bytes, not from the file's name, so that a pipe is treated like a file.
"""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from ..errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = ["BYTE_ORDER_MARK", "open_lines", "packed_position"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_SNIFF_BYTES = 8192
# The longer mark first: UTF-32's begins with UTF-16's. Without a mark, the zeros beside the first ASCII character tell.
_ENCODINGS = (
    (re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0]"), "UTF-32"),
    (re.compile(rb"\xff\xfe|\xfe\xff|[^\0]\0|\0[^\0]"), "UTF-16"),
)
_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    _GZIP: "a gzip file inside a gzip file",
}
_OTHER = {b"PAR1": "a Parquet file", b"<": "XML or HTML", b"%PDF": "a PDF file", b"SQLite format 3": "a SQLite file"}
_SEVERAL_LINES = re.compile(rb"\{[ \t]*\r?\n")


@contextmanager
def open_lines(path: Path) -> Generator[BinaryIO]:
    """Open the lines of a file, decompressed if it is gzip; raises UnreadableFile unless it is JSON lines in UTF-8.

    The file is seekable unless it is a pipe. Seeking in gzip reads everything before the position again, in bounded
    memory.
    """
    with path.open("rb") as file:
        if not file.peek(2).startswith(_GZIP):
            _check_start(path, file.peek(_SNIFF_BYTES))
            yield file
            return
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                _check_start(path, unpacked.peek(_SNIFF_BYTES))
                yield cast("BinaryIO", unpacked)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFile(f"{path}: its gzip data is damaged or cut off ({error})") from error


def packed_position(file: object) -> BinaryIO | None:
    """Return the compressed file below the one from `open_lines`, for its position; None if it is not compressed."""
    return cast("BinaryIO", file.fileobj) if isinstance(file, gzip.GzipFile) else None


def _check_start(path: Path, start: bytes) -> None:
    for form, encoding in _ENCODINGS:
        if form.match(start):
            how = f"iconv -f {encoding} -t UTF-8"
            raise UnreadableFile(
                f"{path} is {encoding}; JSON lines must be UTF-8: convert it, for example with `{how}`"
            )
    for magic, what in _PACKED.items():
        if start.startswith(magic):
            raise UnreadableFile(f"{path} is {what}; JSON lines are needed, as they are or as gzip: unpack it first")
    text = start.removeprefix(BYTE_ORDER_MARK).lstrip()
    for magic, what in _OTHER.items():
        if text.startswith(magic):
            raise UnreadableFile(f"{path} is {what}; JSON lines (NDJSON) are needed, one order a line")
    if text.startswith(b"["):
        what, how = "is a JSON array", "jq -c '.[]'"
    elif _SEVERAL_LINES.match(text):
        what, how = "is JSON that runs over several lines", "jq -c ."
    else:
        return
    raise UnreadableFile(
        f"{path} {what}; JSON lines (NDJSON) are needed, one order on each line: convert it, for example with `{how}`"
    )
