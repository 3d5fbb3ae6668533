"""A file of JSON lines as a feed that can be resumed.

A position is a byte offset and the number of the last line read, with a digest of that line: a file that does not hold
it at that place is not the file that was read, or was rewritten, and is then read from its start. Lines that were
appended since are read like any others.
"""

from __future__ import annotations

import logging
import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from .line_file import open_lines
from .ndjson import Place, read_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..models.connect.common import OriginRequest

log: logging.Logger = logging.getLogger("mirakl_async")


class _Position(Struct, frozen=True):
    offset: int
    line: int
    length: int
    digest: str


class NdjsonFeed:
    """The orders of a file, from where `resume` said; `ended` once it was read to its end."""

    def __init__(self, path: Path, origin: OriginRequest | None) -> None:
        # A name that is no text to the system is one to a journal all the same.
        self.name: str = f"file:{os.fsencode(path.resolve()).decode(errors='backslashreplace')}"
        self.path: Path = path
        self.ended: bool = False
        self._origin = origin
        self._place = Place()

    def __iter__(self) -> Iterator[Any]:
        yield from read_orders(self.path, self._origin, self._place)
        self.ended = True

    @property
    def offset(self) -> int:
        """How many bytes of the file were read, or passed over."""
        packed = self._place.packed
        return self._place.offset if packed is None or packed.closed else packed.tell()

    def position(self) -> str:
        """See Resumable."""
        place = self._place
        return msgspec.json.encode(_Position(place.offset, place.line, len(place.last), _digest(place.last))).decode()

    def resume(self, position: str) -> None:
        """See Resumable."""
        at = msgspec.json.decode(position, type=_Position)
        with open_lines(self.path) as file:
            file.seek(at.offset - at.length)
            last = file.read(at.length)
        if len(last) != at.length or _digest(last) != at.digest:
            log.warning("%s has changed since line %d of it was read: it is read from its start", self.path, at.line)
            return
        self._place = Place(at.offset, at.line, last)


def _digest(line: bytes) -> str:
    return blake2b(line, digest_size=16).hexdigest()
