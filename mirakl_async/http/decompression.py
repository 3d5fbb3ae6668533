"""Undo the codings of a body as its bytes arrive, in pieces of bounded size, and know whether the end was reached.

The HTTP client would do it, but it passes for whole a compressed stream that ends early inside a body that does not:
what a gateway makes of an answer that broke off behind it. Pure, no I/O.
"""

from __future__ import annotations

import codecs
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from ..redaction import RedactedBytes
from .wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCEPTED = "gzip, deflate"
PIECE = 256 * 1024
MAX_CODINGS = 4
LONGEST_LABEL = 40
SAMPLE = 1024
MAX_BETWEEN_CODINGS = 512 * 1024 * 1024
"""Bytes between two codings of one body: what bounds the work that a bomb inside a bomb can ask for."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
_METHOD = 0x0F
_KNOWN = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "x-deflate": "deflate"}
# Seen as a Content-Encoding where nothing was encoded: MIME transfer encodings, S3's marks, booleans.
_NO_CODINGS = frozenset({
    "", "identity", "none", "null", "no", "false", "off", "plain", "text", "raw", "binary", "7bit", "8bit", "chunked",
    "aws-chunked", "quoted-printable", "json", "csv", "xml",
})  # fmt: skip
# What Python can look up as an encoding, and is no charset.
_CODECS = frozenset({"zip", "zlib", "bz2", "base64", "hex", "uu", "rot13"})


def codings_of(headers: Mapping[str, str], *, chunked: bool = False) -> list[str]:
    """What is to be undone, in that order; raises WireFault for a coding that is not known here.

    `chunked` says that the HTTP client has taken the chunks apart. Where it has not and the header speaks of chunks,
    their frames would be taken for content.
    """
    content = headers.get("Content-Encoding", "")
    transfer = headers.get("Transfer-Encoding", "")
    if not content and (not transfer or (chunked and transfer.lower() == "chunked")):
        return []
    codings = [_coding(name) for name in _listed(headers, "Content-Encoding") if not _is_no_coding(name)]
    undone = {"", "identity", "chunked"} if chunked else {"", "identity"}
    transfers = _listed(headers, "Transfer-Encoding")
    codings += [_coding(name, "Transfer-Encoding") for name in transfers if name not in undone]
    if len(codings) > MAX_CODINGS:
        raise WireError("protocol", "partial", f"the answer has more than {MAX_CODINGS} codings", permanent=True)
    return codings[::-1]


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    every = getattr(headers, "getall", None)
    lines: list[str] = every(name, []) if every is not None else [headers.get(name, "")]
    return [part.strip().lower() for part in ",".join(lines).split(",")]


def _is_no_coding(name: str) -> bool:
    """Whether a Content-Encoding says nothing about the bytes: no name of a coding, a charset, or a media type."""
    label = name.partition(";")[0].strip().removeprefix("charset=")
    if label in _KNOWN or len(label) > LONGEST_LABEL:
        return False
    if label in _NO_CODINGS or "/" in label:
        return True
    try:
        return codecs.lookup(label).name not in _CODECS
    except (LookupError, ValueError):  # the latter for a label with a null character
        return False


def _coding(name: str, header: str = "Content-Encoding") -> str:
    known = _KNOWN.get(name)
    if known is None:
        words = f"the answer is compressed as {name[:20]!r}, which was not asked for"
        if header == "Transfer-Encoding":
            words = f"the answer has the transfer coding {name[:20]!r}, which is not supported"
        raise WireError("protocol", "partial", words, permanent=True)
    return known


class Decoder:
    """Fed with the bytes of one body; `codings` are to be undone in this order, none of them for a plain body."""

    def __init__(self, codings: list[str]) -> None:
        self._inflaters = [Inflater(name) for name in codings]
        self._between = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The content of these bytes, a quarter of a megabyte at a time; raises WireFault where they are damaged."""
        try:
            yield from self._through(data, 0)
        except zlib.error as error:
            raise WireError("lost", "partial", "the compressed answer is damaged") from error

    def end(self) -> None:
        """Raises WireFault where the bytes so far promise more."""
        if not all(inflater.finished for inflater in self._inflaters):
            raise WireError("lost", "partial", "the compressed answer ends early")

    def _through(self, data: bytes, stage: int) -> Iterator[bytes]:
        if stage == len(self._inflaters):
            yield data
            return
        for piece in self._inflaters[stage].feed(data):
            if stage < len(self._inflaters) - 1:
                self._between += len(piece)
                if self._between > MAX_BETWEEN_CODINGS:
                    raise WireError("large", "partial", "the compressed answer is too large", permanent=True)
            yield from self._through(piece, stage + 1)


class Inflater:
    """Undoes one coding, "gzip" or "deflate"."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream = zlib.decompressobj()  # takes its format from the first bytes
        self._begun = False

    @property
    def finished(self) -> bool:
        """Whether all was given that the bytes so far promise; an empty body promises nothing."""
        return self._stream.eof or not self._begun

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The content of these bytes, a quarter of a megabyte at a time; raises zlib.error where they are damaged."""
        full = False
        while data or full:
            if self._stream.eof or not self._begun:  # gzip may hold several members, one after the other
                self._stream, self._begun = zlib.decompressobj(self._format(data)), True
            piece = RedactedBytes(self._stream.decompress(data, PIECE))
            data = RedactedBytes(self._stream.unconsumed_tail or self._stream.unused_data)
            full = len(piece) == PIECE and not self._stream.eof
            if piece:
                yield piece

    def _format(self, data: bytes) -> int:
        if self._name == "gzip":
            return _GZIP
        # Some servers mean zlib's format by "deflate", as the standard does, some the bare stream.
        return _ZLIB if data[0] & _METHOD == zlib.DEFLATED else _RAW


def legible(raw: bytes, headers: Mapping[str, str], cap: int, *, chunked: bool = False) -> bytes:
    """As much of an error's body as can be read, at most `cap` bytes: whatever its labels say, it has words.

    What is text already stays as it is, since a gateway's own words may stand under the label of the answer that they
    replace. Of a body that cannot be decoded to its end, it is what came out until then.
    """
    if _is_text(raw):
        return RedactedBytes(raw[:cap])
    pieces: list[bytes] = []
    size = 0
    with suppress(WireError):
        for piece in Decoder(codings_of(headers, chunked=chunked)).feed(raw):
            pieces.append(piece)
            size += len(piece)
            if size >= cap:
                break
    return RedactedBytes(b"".join(pieces)[:cap])


def _is_text(raw: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(raw[:SAMPLE])
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
