"""Orders from a file of JSON lines, each validated and then sent byte for byte as it stands.

An amount that is text, or a date-time with a space for its T, is respelled first (`codec.exact`).
A line is one order; or, when no origin is given for the whole file, an object with `origin` and `order`. A line that is
not a valid order is refused with its number and the JSON path of the fault, and the rest go on. Empty lines are
skipped; a byte order mark at the start is ignored. A file may be packed with gzip; offsets
are those of its content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from ..codec import exact
from ..errors import InvalidArgument
from ..models.connect.common import OriginRequest
from ..models.connect.orders import OrderRequest
from .entries import Line, fault_path
from .line_file import BYTE_ORDER_MARK, open_lines, packed_position
from .refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISSING_ORIGIN = (
    "is missing: the lines are orders; write origin=OriginRequest(channel_id=..., channel_store_id=...) "
    '(--channel-id and --channel-store-id), or write each line as {"origin": {...}, "order": {...}}'
)
LONGEST_LINE = 16 * 1024 * 1024
_REFUSED = (msgspec.MsgspecError, UnicodeError, RecursionError)


class _Peek(Struct, gc=False):
    channel_order_id: str | UnsetType = UNSET


class _Pair(Struct, gc=False):
    origin: OriginRequest
    order: Raw


_PEEK = msgspec.json.Decoder(_Peek)
_PAIR = msgspec.json.Decoder(_Pair)


class Place(Struct):
    """How far a file was read: the offset behind `last`, the last whole line that was read, which is number `line`.

    `packed` is the file under one that is unpacked as it is read.
    """

    offset: int = 0
    line: int = 0
    last: bytes = b""
    packed: BinaryIO | None = None


def read_orders(path: Path, origin: OriginRequest | None, place: Place | None = None) -> Iterator[Any]:
    """The entries of a file, or pairs of origin and entry; a `Refused` in place of each line that is none.

    Reading begins at `place`, which is moved behind every line before it is given. It stays before a last line without
    a line break, which may be one that is still being written.
    """
    place = Place() if place is None else place
    with open_lines(path) as file:
        place.packed = packed_position(file)
        if place.offset:  # a pipe has no other places than its beginning
            file.seek(place.offset)
        number = place.line
        while raw := file.readline(LONGEST_LINE + len(b"\r\n")):
            number += 1
            text = (raw.removeprefix(BYTE_ORDER_MARK) if number == 1 else raw).strip()
            if raw.endswith(b"\n"):
                place.offset += len(raw)
                place.line, place.last = number, raw
            if len(raw.removesuffix(b"\n").removesuffix(b"\r")) > LONGEST_LINE:
                if not raw.endswith(b"\n"):
                    place.offset += len(raw) + _skip_rest(file)
                    place.line, place.last = number, b""
                reason = f"longer than {LONGEST_LINE} bytes"
                yield Refused(kind="invalid", reason=reason, line=number, path="$", origin=origin)
            elif text:
                if number == 1 and origin is None and _is_order(text):
                    raise InvalidArgument("upsertOrders", "origin", MISSING_ORIGIN)
                yield _line(text, number, origin)


def _is_order(text: bytes) -> bool:
    try:
        exact(OrderRequest).read(text)
    except _REFUSED:
        return False
    return True


def _skip_rest(file: Any) -> int:
    """Read to the end of the line; how many bytes that were."""
    skipped = 0
    while rest := file.readline(LONGEST_LINE):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped


def _line(text: bytes, number: int, origin: OriginRequest | None) -> Any:
    order = text
    try:
        if origin is not None:
            return _entry(order, number)
        pair = _PAIR.decode(text)
        origin, order = pair.origin, bytes(pair.order)
        return (origin, _entry(order, number))
    except _REFUSED as error:
        return Refused(
            kind="invalid",
            reason=str(error),
            line=number,
            raw=order,
            path=fault_path(error),
            origin=origin,
            channel_order_id=_peek(order),
        )


def _entry(text: bytes, number: int) -> Line:
    order, sent = exact(OrderRequest).read(text)
    return Line(sent, number, order.channel_order_id, order.sub_channel_code, order.channel_updated_at)


def _peek(text: bytes) -> str | None:
    try:
        identity = _PEEK.decode(text).channel_order_id
    except _REFUSED:
        return None
    return None if identity is UNSET else identity
