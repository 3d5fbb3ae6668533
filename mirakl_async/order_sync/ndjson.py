"""Orders from a file of JSON lines, each validated and then sent byte for byte as it stands.

An amount that is a text, or a date-time with a space instead of T, is corrected first (`codec.exact`). A line contains
one order or, if the file has no common origin, an object with `origin` and `order`. An invalid line is rejected with
its number and the JSON path of the violation, and the others are sent. Empty lines are skipped, and a byte order mark
is ignored. A file may be compressed with gzip; offsets are those of its content.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import crc32

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from ..codec import exact
from ..errors import InvalidArgument
from ..models.connect.common import OriginRequest
from ..models.connect.orders import OrderRequest
from .entries import Line, fault_path, line_of
from .line_file import BYTE_ORDER_MARK, open_lines, packed_position
from .rejected_order import RejectedOrder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MAX_LINE_BYTES", "REFUSED", "FilePosition", "NdjsonFile", "read_orders", "read_pair"]

log: logging.Logger = logging.getLogger("mirakl_async")
MISSING_ORIGIN = (
    "is missing: the lines are orders; write origin=OriginRequest(channel_id=..., channel_store_id=...) "
    '(--channel-id and --channel-store-id), or write each line as {"origin": {...}, "order": {...}}'
)
MAX_LINE_BYTES = 16 * 1024 * 1024
REFUSED = (msgspec.MsgspecError, UnicodeError, RecursionError)


class _Peek(Struct, gc=False):
    channel_order_id: str | UnsetType = UNSET


class _Pair(Struct, gc=False):
    origin: OriginRequest
    order: Raw


_PEEK = msgspec.json.Decoder(_Peek)
_PAIR = msgspec.json.Decoder(_Pair)


class FilePosition(Struct):
    """A position in a file: the offset after the last complete line, its number, and a checksum of what was read.

    `checksum` covers the length, the beginning and the end of each line. `packed` is the compressed file, if any.
    """

    offset: int = 0
    line: int = 0
    checksum: int = 0
    packed: BinaryIO | None = None

    def pass_line(self, raw: bytes, more: int = 0) -> None:
        """Move the position behind a line, of which `more` bytes were skipped."""
        self.offset += len(raw) + more
        self.line += 1
        self.checksum = crc32(raw[-64:], crc32(raw[:256], self.checksum + len(raw) & 0xFFFFFFFF))


class NdjsonFile:
    """The orders of a file from the position given to `resume`; `ended` is set at the end of the file.

    A position is valid only for the file that was read. A file that was replaced or rewritten is read from its start,
    which is harmless, since Mirakl does not replace a version by an older one. Lines that were appended are read.
    """

    def __init__(self, path: Path, origin: OriginRequest | None) -> None:
        # The name of a queue must be valid Unicode, which a file name need not be.
        self.name: str = f"file:{os.fsencode(path.resolve()).decode(errors='backslashreplace')}"
        self.path: Path = path
        self.ended: bool = False
        self._origin = origin
        self._place = FilePosition()
        self._identity = (0, 0)

    def __iter__(self) -> Iterator[Any]:
        yield from read_orders(self.path, self._origin, self._place)
        self.ended = True

    @property
    def offset(self) -> int:
        """The number of bytes that were read or skipped."""
        packed = self._place.packed
        return self._place.offset if packed is None or packed.closed else packed.tell()

    def position(self) -> str:
        """Return the current position; see Resumable."""
        place = self._place
        if not self._identity[0]:
            self._identity = _identity(self.path)
        return msgspec.json.encode(_Position(place.offset, place.line, place.checksum, *self._identity)).decode()

    def resume(self, position: str) -> None:
        """Continue at this position; see Resumable."""
        try:
            at = msgspec.json.decode(position, type=_Position)
        except msgspec.MsgspecError:
            at = None
        if at is None or _identity(self.path) != (at.device, at.inode) or not self._pass(at):
            self._place = FilePosition()
            line = f" since line {at.line} of it was read" if at else ""
            log.warning("%s was replaced or has changed%s: it is read from its start", self.path, line)

    def _pass(self, at: _Position) -> bool:
        """Read up to a position; returns whether the content is unchanged."""
        place = self._place
        with open_lines(self.path) as file:
            while place.offset < at.offset and (raw := file.readline(MAX_LINE_BYTES + len(b"\r\n"))):
                place.pass_line(raw, 0 if raw.endswith(b"\n") else _skip_rest(file))
        return (place.offset, place.line, place.checksum) == (at.offset, at.line, at.checksum)


class _Position(Struct, frozen=True):
    offset: int
    line: int
    checksum: int
    device: int
    inode: int


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def read_orders(path: Path, origin: OriginRequest | None, place: FilePosition | None = None) -> Iterator[Any]:
    """Yield the entries of a file, or pairs of origin and entry; for an invalid line, a `RejectedOrder`.

    Reading starts at `place`, which is moved behind each line before the line is yielded. It stays before a last line
    without a line break, which may be incomplete because the file is still being written.
    """
    place = FilePosition() if place is None else place
    with open_lines(path) as file:
        place.packed = packed_position(file)
        if place.offset:  # a pipe can only be read from its start
            file.seek(place.offset)
        number = place.line
        while raw := file.readline(MAX_LINE_BYTES + len(b"\r\n")):
            number += 1
            text = (raw.removeprefix(BYTE_ORDER_MARK) if number == 1 else raw).strip()
            if len(raw.removesuffix(b"\n").removesuffix(b"\r")) > MAX_LINE_BYTES:
                place.pass_line(raw, 0 if raw.endswith(b"\n") else _skip_rest(file))
                reason = f"longer than {MAX_LINE_BYTES} bytes"
                yield RejectedOrder(kind="invalid", reason=reason, line=number, path="$", origin=origin)
                continue
            if raw.endswith(b"\n"):
                place.pass_line(raw)
            if not text:
                continue
            if number == 1 and origin is None and _is_order(text):
                raise InvalidArgument("upsertOrders", "origin", MISSING_ORIGIN)
            yield _line(text, number, origin)


def _is_order(text: bytes) -> bool:
    try:
        exact(OrderRequest).read(text)
    except REFUSED:
        return False
    return True


def _skip_rest(file: Any) -> int:
    """Skip the rest of a line; returns the number of bytes skipped."""
    skipped = 0
    while rest := file.readline(MAX_LINE_BYTES):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped


def read_pair(text: bytes, number: int) -> tuple[OriginRequest, Line] | RejectedOrder:
    """Read a line that is an object with `origin` and `order`."""
    found: tuple[OriginRequest, Line] | RejectedOrder = _line(text, number, None)
    return found


def _line(text: bytes, number: int, origin: OriginRequest | None) -> Any:
    order = text
    try:
        if origin is not None:
            return line_of(order, number)
        pair = _PAIR.decode(text)
        origin, order = pair.origin, bytes(pair.order)
        return (origin, line_of(order, number))
    except REFUSED as error:
        return RejectedOrder(
            kind="invalid",
            reason=str(error),
            line=number,
            raw=order,
            path=fault_path(error),
            origin=origin,
            channel_order_id=_peek(order),
        )


def _peek(text: bytes) -> str | None:
    try:
        identity = _PEEK.decode(text).channel_order_id
    except REFUSED:
        return None
    return None if identity is UNSET else identity
