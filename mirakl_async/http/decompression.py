"""Decompress a response body as it arrives, in chunks of bounded size, and detect a truncated stream.

aiohttp would decompress it, but accepts a compressed stream that ends early inside a complete body, as a gateway sends
it when its own connection to the server broke. Pure, no I/O.
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

__all__ = [
    "ACCEPT_ENCODING",
    "MAX_BETWEEN_CODINGS",
    "MAX_CHUNK_BYTES",
    "Decoder",
    "Inflater",
    "content_codings",
    "decode_error_body",
]

ACCEPT_ENCODING = "gzip, deflate"
MAX_CHUNK_BYTES = 256 * 1024
MAX_CODINGS = 4
MAX_LABEL_LENGTH = 40
SAMPLE_BYTES = 1024
MAX_BETWEEN_CODINGS = 512 * 1024 * 1024
"""The limit on the intermediate bytes of a body that is compressed twice: a defence against nested zip bombs."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
_METHOD = 0x0F
_KNOWN = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "x-deflate": "deflate"}
# Seen as the Content-Encoding of bodies that are not encoded: MIME transfer encodings, values of S3, booleans.
_NO_CODINGS = frozenset({
    "", "identity", "none", "null", "no", "false", "off", "plain", "text", "raw", "binary", "7bit", "8bit", "chunked",
    "aws-chunked", "quoted-printable", "json", "csv", "xml",
})  # fmt: skip
# codecs.lookup() finds these although they are not charsets.
_CODECS = frozenset({"zip", "zlib", "bz2", "base64", "hex", "uu", "rot13"})


def content_codings(headers: Mapping[str, str], *, chunked: bool = False) -> list[str]:
    """The codings to decode, in this order; raises WireError for an unsupported one.

    `chunked` says that the HTTP client has decoded the chunks. If it has not although the header says "chunked", the
    framing of the chunks would be read as content.
    """
    content = headers.get("Content-Encoding", "")
    transfer = headers.get("Transfer-Encoding", "")
    if not content and (not transfer or (chunked and transfer.lower() == "chunked")):
        return []
    codings = [_coding(name) for name in _header_values(headers, "Content-Encoding") if not _is_not_a_coding(name)]
    undone = {"", "identity", "chunked"} if chunked else {"", "identity"}
    transfers = _header_values(headers, "Transfer-Encoding")
    codings += [_coding(name, "Transfer-Encoding") for name in transfers if name not in undone]
    if len(codings) > MAX_CODINGS:
        raise WireError(
            "protocol", "partial", f"the response has more than {MAX_CODINGS} content codings", permanent=True
        )
    return codings[::-1]


def _header_values(headers: Mapping[str, str], name: str) -> list[str]:
    getall = getattr(headers, "getall", None)
    lines: list[str] = getall(name, []) if getall is not None else [headers.get(name, "")]
    return [part.strip().lower() for part in ",".join(lines).split(",")]


def _is_not_a_coding(name: str) -> bool:
    """Whether a Content-Encoding does not name a compression: it is empty, a charset or a media type."""
    label = name.partition(";")[0].strip().removeprefix("charset=")
    if label in _KNOWN or len(label) > MAX_LABEL_LENGTH:
        return False
    if label in _NO_CODINGS or "/" in label:
        return True
    try:
        return codecs.lookup(label).name not in _CODECS
    except (LookupError, ValueError):  # ValueError: the label contains a NUL
        return False


def _coding(name: str, header: str = "Content-Encoding") -> str:
    coding_name = _KNOWN.get(name)
    if coding_name is None:
        message = f"the response is compressed as {name[:20]!r}, which was not requested and is not supported"
        if header == "Transfer-Encoding":
            message = f"the response has the transfer coding {name[:20]!r}, which is not supported"
        raise WireError("protocol", "partial", message, permanent=True)
    return coding_name


class Decoder:
    """Decodes the bytes of one body; `codings` are undone in this order, an empty list stands for a plain body."""

    def __init__(self, codings: list[str]) -> None:
        self._inflaters = [Inflater(name) for name in codings]
        self._between = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the decoded content in chunks of at most 256 KiB; raises WireError if it is corrupt."""
        try:
            yield from self._decode_from(data, 0)
        except zlib.error as error:
            raise WireError("lost", "partial", "the compressed response is corrupt") from error

    def end(self) -> None:
        """Check that the stream is complete; raises WireError if it is truncated."""
        if not all(inflater.finished for inflater in self._inflaters):
            raise WireError("lost", "partial", "the compressed response is truncated")

    def _decode_from(self, data: bytes, stage: int) -> Iterator[bytes]:
        if stage == len(self._inflaters):
            yield data
            return
        for piece in self._inflaters[stage].feed(data):
            if stage < len(self._inflaters) - 1:
                self._between += len(piece)
                if self._between > MAX_BETWEEN_CODINGS:
                    raise WireError("large", "partial", "the compressed response is too large", permanent=True)
            yield from self._decode_from(piece, stage + 1)


class Inflater:
    """Decodes one coding, "gzip" or "deflate"."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream = zlib.decompressobj()  # replaced when the first bytes show the format
        self._started = False

    @property
    def finished(self) -> bool:
        """Whether the stream is complete; an empty body is."""
        return self._stream.eof or not self._started

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the decoded content in chunks of at most 256 KiB; raises zlib.error if it is corrupt."""
        full = False
        while data or full:
            if self._stream.eof or not self._started:  # a gzip file may consist of several members
                self._stream, self._started = zlib.decompressobj(self._format(data)), True
            piece = RedactedBytes(self._stream.decompress(data, MAX_CHUNK_BYTES))
            data = RedactedBytes(self._stream.unconsumed_tail or self._stream.unused_data)
            full = len(piece) == MAX_CHUNK_BYTES and not self._stream.eof
            if piece:
                yield piece

    def _format(self, data: bytes) -> int:
        if self._name == "gzip":
            return _GZIP
        # Some servers send the zlib format for "deflate", as RFC 9110 says, some the raw stream.
        return _ZLIB if data[0] & _METHOD == zlib.DEFLATED else _RAW


def decode_error_body(raw: bytes, headers: Mapping[str, str], max_bytes: int, *, chunked: bool = False) -> bytes:
    """The decoded body of an error, at most `max_bytes` bytes, as far as it can be decoded; never raises.

    A body that is text already is returned unchanged, since a gateway may replace a body and keep its headers.
    """
    if _is_text(raw):
        return RedactedBytes(raw[:max_bytes])
    pieces: list[bytes] = []
    size = 0
    with suppress(WireError):
        for piece in Decoder(content_codings(headers, chunked=chunked)).feed(raw):
            pieces.append(piece)
            size += len(piece)
            if size >= max_bytes:
                break
    return RedactedBytes(b"".join(pieces)[:max_bytes])


def _is_text(raw: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(raw[:SAMPLE_BYTES])
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
