"""Undo gzip and deflate as bytes arrive, in pieces of bounded size, and know whether the end was reached.

The HTTP client would do it, but it passes for whole a compressed stream that ends early inside a body that does not:
what a gateway makes of an answer that broke off behind it. Pure, no I/O.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED = "gzip, deflate"
PIECE = 256 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15
_METHOD = 0x0F
_COMPRESSED = {"gzip", "x-gzip", "deflate", "br", "zstd", "compress"}


def is_compressed(encoding: str) -> bool:
    """Whether a Content-Encoding names a compression; some servers write a charset there."""
    return encoding.strip().lower() in _COMPRESSED


class Inflater:
    """Fed with the bytes of one body; `encoding` is its Content-Encoding, of which no other than ours are known."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower().removeprefix("x-")
        if name not in {"", "identity", "gzip", "deflate"}:
            raise ValueError(f"the answer is compressed as {name[:20]!r}, which was not asked for")
        self._name = name
        self._stream = zlib.decompressobj()  # takes its format from the first bytes
        self._begun = False

    @property
    def finished(self) -> bool:
        """Whether all was given that the bytes so far promise; an empty body promises nothing."""
        return self._stream.eof or not self._begun

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The content of these bytes, a quarter of a megabyte at a time; raises zlib.error where they are damaged."""
        if self._name in {"", "identity"}:
            yield data
            return
        full = False
        while data or full:
            if self._stream.eof or not self._begun:  # gzip may hold several members, one after the other
                self._stream, self._begun = zlib.decompressobj(self._format(data)), True
            piece = self._stream.decompress(data, PIECE)
            data = self._stream.unconsumed_tail or self._stream.unused_data
            full = len(piece) == PIECE and not self._stream.eof
            if piece:
                yield piece

    def _format(self, data: bytes) -> int:
        if self._name == "gzip":
            return _GZIP
        # Some servers mean zlib's format by "deflate", as the standard does, some the bare stream.
        return _ZLIB if data[0] & _METHOD == zlib.DEFLATED else _RAW
