r"""Blocks: how lines travel through a queue, up to a hundred of one kind and origin in one message.

    {"mirakl":1,"size":2048,"origin":{"channel_id":"C","channel_store_id":"S"},"lines":[["A-1",null,1700000000000000]]}\n
    {"channel_order_id":"A-1",...}\n

The first line is the header. It names the origin and, of each order below it, the id, the sub-channel and the stamp in
microseconds since 1970, so that an order's JSON need not be read again: a block becomes the body of one call with its
line breaks replaced by commas. `numbers`, where the orders came from a file, are their lines there. The header is in
the body, because five brokers have five kinds of attributes, and it holds the size of what follows, so that a body that
was cut off is noticed.

A block without a header comes from another program. Each of its lines is `{"origin":{...},"order":{...}}` or
`{"action_id":"...","outcome":{...}}`, as in a file, and is validated as a file's lines are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ..errors import MiraklError
from ..redaction import RedactedBytesRepr

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_BLOCK_BYTES",
    "MAX_BLOCK_LINES",
    "START",
    "Block",
    "BlockError",
    "BlockHeader",
    "LineKey",
    "encode_block",
    "join_block",
    "parse_block",
]

FORMAT = 1
MAX_BLOCK_LINES = 100
MAX_BLOCK_BYTES = 512 * 1024
"""One longer line is a block of its own, where the broker takes it."""
START = b'{"mirakl":'

LineKey: TypeAlias = tuple[str, str | None, int]
"""An order's id, sub-channel and stamp; an action's id, None and 0."""


class BlockError(MiraklError, ValueError):
    """A body that is not a block: the message says why."""


class BlockHeader(Struct, frozen=True, gc=False):
    """The first line of a block; without an origin its lines are outcomes of actions."""

    mirakl: int
    size: int
    lines: list[LineKey]
    origin: msgspec.Raw | UnsetType = UNSET
    numbers: list[int] | UnsetType = UNSET


class Block(RedactedBytesRepr, Struct, frozen=True, gc=False):
    """A parsed block: its lines, each ended by a line break, are what follows `start` in `body`.

    `origin` is JSON; None in a block of outcomes, and in one of another program (`keys` is None there as well).
    `numbers` are those of the lines in the file that they came from, where they came from one.
    """

    body: bytes
    start: int = 0
    keys: Sequence[LineKey] | None = None
    origin: bytes | None = None
    numbers: Sequence[int] | None = None

    @property
    def size(self) -> int:
        """Bytes of all lines."""
        return len(self.body) - self.start

    def lines(self) -> list[bytes]:
        """The lines one by one."""
        return self.body[self.start :].split(b"\n")[:-1]

    def joined(self, before: bytes, after: bytes) -> bytes:
        """The lines as the members of a JSON array, between two texts; JSON holds no line break of its own."""
        return b"".join((before, memoryview(self.body)[self.start : -1], after)).replace(b"\n", b",")


_HEADER = msgspec.json.Decoder(BlockHeader)
_ENCODER = msgspec.json.Encoder()


def encode_block(
    keys: Sequence[LineKey], lines: Sequence[bytes], origin: bytes | None = None, numbers: Sequence[int] | None = None
) -> bytes:
    """The body of one message; `lines` are JSON without line breaks, `origin` is the JSON of one."""
    return join_block(keys, b"\n".join((*lines, b"")), origin, numbers)


def join_block(
    keys: Sequence[LineKey], lines: bytes, origin: bytes | None = None, numbers: Sequence[int] | None = None
) -> bytes:
    """The same from lines that are one text, each ended by a line break."""
    raw_origin = UNSET if origin is None else msgspec.Raw(origin)
    head = BlockHeader(FORMAT, len(lines), list(keys), raw_origin, list(numbers) if numbers else UNSET)
    return b"%b\n%b" % (_ENCODER.encode(head), lines)


def parse_block(body: bytes) -> Block:
    """Read a header, and nothing of the lines; raises BlockError for a body that is cut off or of a later format."""
    if not body.startswith(START):
        return Block(body if body.endswith(b"\n") else body + b"\n")
    start = body.find(b"\n") + 1
    try:
        header = _HEADER.decode(memoryview(body)[: start or None])
    except msgspec.DecodeError as error:
        raise BlockError(f"the header of a block cannot be read: {error}") from None
    if header.mirakl != FORMAT:
        raise BlockError(f"a block of format {header.mirakl}: this version reads format {FORMAT}")
    numbers = None if header.numbers is UNSET else header.numbers
    if len(body) - start != header.size or not start or (numbers and len(numbers) != len(header.lines)):
        raise BlockError(f"a block of {len(header.lines)} lines is not complete")
    return Block(body, start, header.lines, None if header.origin is UNSET else bytes(header.origin), numbers)
