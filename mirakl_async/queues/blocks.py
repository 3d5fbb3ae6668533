r"""The format of messages: a block holds up to a hundred lines of one kind and origin.

    {"mirakl":1,"size":2048,"origin":{"channel_id":"C","channel_store_id":"S"},"lines":[["A-1",null,1700000000000000]]}\n
    {"channel_order_id":"A-1",...}\n

The first line is the header. It holds the origin and, for each order below it, the id, the sub-channel and the
timestamp in microseconds since 1970. The JSON of the orders therefore need not be parsed again: a block becomes the
body of one call by replacing its line breaks with commas. `numbers` are the line numbers of the orders in their file,
if they came from one. The header is part of the body because every broker has a different kind of attributes. It holds
the size of the lines in bytes, so that a truncated body is detected.

A block without a header comes from another program. Each of its lines is `{"origin":{...},"order":{...}}` or
`{"action_id":"...","outcome":{...}}`, as in a file, and is validated like a line of a file.
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
"""A longer line gets a block of its own, if the broker accepts it."""
START = b'{"mirakl":'

LineKey: TypeAlias = tuple[str, str | None, int]
"""An order's id, sub-channel and timestamp; for an outcome: the action's id, None and 0."""


class BlockError(MiraklError, ValueError):
    """The body of a message is not a valid block."""


class BlockHeader(Struct, frozen=True, gc=False):
    """The first line of a block; a block without an origin holds outcomes of actions."""

    mirakl: int
    size: int
    lines: list[LineKey]
    origin: msgspec.Raw | UnsetType = UNSET
    numbers: list[int] | UnsetType = UNSET


class Block(RedactedBytesRepr, Struct, frozen=True, gc=False):
    """A parsed block: its lines, each ended by a line break, begin at the offset `start` of `body`.

    `origin` is JSON; it is None in a block of outcomes. In a block of another program `origin` and `keys` are None.
    `numbers` are the line numbers in the file that the lines came from, if any.
    """

    body: bytes
    start: int = 0
    keys: Sequence[LineKey] | None = None
    origin: bytes | None = None
    numbers: Sequence[int] | None = None

    @property
    def size(self) -> int:
        """The size of all lines in bytes."""
        return len(self.body) - self.start

    def lines(self) -> list[bytes]:
        """Return the lines as a list, without line breaks."""
        return self.body[self.start :].split(b"\n")[:-1]

    def joined(self, before: bytes, after: bytes) -> bytes:
        """Return the lines separated by commas, between `before` and `after`, to build a JSON array.

        This is correct because the JSON of a line contains no line breaks.
        """
        return b"".join((before, memoryview(self.body)[self.start : -1], after)).replace(b"\n", b",")


_HEADER = msgspec.json.Decoder(BlockHeader)
_ENCODER = msgspec.json.Encoder()


def encode_block(
    keys: Sequence[LineKey], lines: Sequence[bytes], origin: bytes | None = None, numbers: Sequence[int] | None = None
) -> bytes:
    """Encode the body of one message; `lines` are JSON without line breaks, `origin` is the origin as JSON."""
    return join_block(keys, b"\n".join((*lines, b"")), origin, numbers)


def join_block(
    keys: Sequence[LineKey], lines: bytes, origin: bytes | None = None, numbers: Sequence[int] | None = None
) -> bytes:
    """Encode the body of one message from lines that are already joined, each ended by a line break."""
    raw_origin = UNSET if origin is None else msgspec.Raw(origin)
    head = BlockHeader(FORMAT, len(lines), list(keys), raw_origin, list(numbers) if numbers else UNSET)
    return b"%b\n%b" % (_ENCODER.encode(head), lines)


def parse_block(body: bytes) -> Block:
    """Parse the header of a block, not its lines; raises BlockError if the body is truncated or of a later format."""
    if not body.startswith(START):
        return Block(body if body.endswith(b"\n") else body + b"\n")
    start = body.find(b"\n") + 1
    try:
        header = _HEADER.decode(memoryview(body)[: start or None])
    except msgspec.DecodeError as error:
        raise BlockError(f"the header of a block cannot be read: {error}") from None
    if header.mirakl != FORMAT:
        raise BlockError(f"block format {header.mirakl} is not supported: this version reads format {FORMAT}")
    numbers = None if header.numbers is UNSET else header.numbers
    if len(body) - start != header.size or not start or (numbers and len(numbers) != len(header.lines)):
        raise BlockError(f"a block of {len(header.lines)} lines is not complete")
    return Block(body, start, header.lines, None if header.origin is UNSET else bytes(header.origin), numbers)
