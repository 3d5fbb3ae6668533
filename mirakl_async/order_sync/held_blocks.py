"""A block of a queue while a job works on it.

A block is sent unchanged. Its header contains the ids and timestamps, which suffice to detect other versions of its
orders. Its lines are parsed only after a conflict or a rejection, or if the call would be too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from .entries import Entry, Line

if TYPE_CHECKING:
    from ..models.connect.common import OriginRequest
    from ..queues.blocks import Block, LineKey
    from ..queues.held_messages import HeldMessage

__all__ = ["BlockLines", "QueuedLine"]

MIN_WHOLE_LINES = 50
"""Blocks with fewer lines are parsed, so that their orders can share a call with others."""
SUSPECT_DELIVERIES = 2
"""A block that was delivered before is sent alone: its orders may be the reason why a worker died."""


class QueuedLine(Line, frozen=True, gc=False):
    """An order of a block; its timestamp is in microseconds. It refers to its block, but not the reverse."""

    block: HeldMessage


class BlockLines(Sequence[Entry]):
    """The orders of one block, of one origin."""

    __slots__ = ("_block", "_lines", "_parsed", "ids", "keys", "origin", "travels_whole")

    def __init__(self, block: HeldMessage, parsed: Block, keys: Sequence[LineKey], origin: OriginRequest) -> None:
        self.origin: OriginRequest = origin
        self.keys: Sequence[LineKey] = keys
        self.ids: set[str] = {identity for identity, _, _ in keys}
        suspect = (block.message.deliveries or 0) >= SUSPECT_DELIVERIES
        self.travels_whole: bool = suspect or len(keys) >= MIN_WHOLE_LINES
        self._block = block
        self._parsed = parsed
        self._lines: list[QueuedLine] | None = None

    @property
    def block(self) -> HeldMessage:
        """The message that contains the orders."""
        return self._block

    @property
    def size(self) -> int:
        """The size of all lines in bytes."""
        return self._parsed.size

    @property
    def opened(self) -> bool:
        """Whether its lines were parsed."""
        return self._lines is not None

    def body(self) -> bytes:
        """Return the body of the call that sends all orders."""
        parsed = self._parsed
        return parsed.joined(b'{"origin":%b,"orders":[' % (parsed.origin or b"null"), b"]}")

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._open())

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...

    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        return self._open()[index]

    def _open(self) -> list[QueuedLine]:
        if self._lines is None:
            numbers = self._parsed.numbers or [0] * len(self)
            self._lines = [
                QueuedLine(raw, number, identity, code, stamp, self._block)
                for raw, number, (identity, code, stamp) in zip(self._parsed.lines(), numbers, self.keys, strict=True)
            ]
        return self._lines
