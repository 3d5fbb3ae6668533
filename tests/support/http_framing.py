"""Where one HTTP/1.1 message on a connection ends and the next begins, without changing a byte of it.

`Framer.feed` cuts a stream into pieces: a head, then its body as it comes, then an end. A piece keeps its `raw` bytes,
so that a proxy can pass them on exactly as they came, and the `payload` in them, which is what a chunked body says
once its frames are taken off. What is not HTTP is passed on as a body that lasts until the connection closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

BODILESS = {b"204", b"304"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a message."""

    kind: Literal["head", "body", "end"]
    raw: bytes = b""
    payload: bytes = b""


def header(head: bytes, name: bytes) -> bytes | None:
    """The value of the first field called `name`, in lower case, or None."""
    for line in head.split(b"\r\n")[1:]:
        key, colon, value = line.partition(b":")
        if colon and key.strip().lower() == name:
            return value.strip()
    return None


class Framer:
    """Frames one direction of one connection.

    `asked` tells the method of the request that the next final response answers; without it the stream is requests.
    """

    def __init__(self, asked: Callable[[], bytes] | None = None) -> None:
        self._asked = asked
        self._buffer = bytearray()
        self._step: Callable[[], Iterator[Piece]] = self._head
        self._left = 0

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Yield the pieces that `data` completes."""
        self._buffer += data
        while True:
            step, size = self._step, len(self._buffer)
            yield from step()
            if self._step == step and len(self._buffer) == size:
                return

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _line(self, end: bytes) -> bytes | None:
        at = self._buffer.find(end)
        return None if at < 0 else self._take(at + len(end))

    def _head(self) -> Iterator[Piece]:
        if (head := self._line(b"\r\n\r\n")) is None:
            if self._asked is not None and b"HTTP/1."[: len(self._buffer)] != self._buffer[:7]:
                self._step = self._until_close
            return
        yield Piece("head", head)
        if self._asked is not None and not self._answer_has_body(head):
            yield Piece("end")
        elif b"chunked" in (header(head, b"transfer-encoding") or b"").lower():
            self._step = self._chunk_size
        elif (length := header(head, b"content-length")) is not None and length.isdigit():
            self._left, self._step = int(length), self._counted
        elif self._asked is not None:
            self._step = self._until_close
        else:
            yield Piece("end")

    def _answer_has_body(self, head: bytes) -> bool:
        assert self._asked is not None
        status = head.partition(b" ")[2][:3]
        if status.startswith(b"1"):
            return False
        return self._asked() != b"HEAD" and status not in BODILESS

    def _counted(self) -> Iterator[Piece]:
        data = self._take(self._left)
        self._left -= len(data)
        if data:
            yield Piece("body", data, data)
        if not self._left:
            self._step = self._head
            yield Piece("end")

    def _chunk_size(self) -> Iterator[Piece]:
        if (line := self._line(b"\r\n")) is not None:
            self._left = int(line.split(b";")[0], 16)
            self._step = self._chunk if self._left else self._trailer
            yield Piece("body", line)

    def _chunk(self) -> Iterator[Piece]:
        data = self._take(self._left)
        self._left -= len(data)
        if data:
            yield Piece("body", data, data)
        if not self._left and (line := self._line(b"\r\n")) is not None:
            self._step = self._chunk_size
            yield Piece("body", line)

    def _trailer(self) -> Iterator[Piece]:
        if (line := self._line(b"\r\n")) is not None:
            yield Piece("body", line)
            if line == b"\r\n":
                self._step = self._head
                yield Piece("end")

    def _until_close(self) -> Iterator[Piece]:
        if data := self._take(len(self._buffer)):
            yield Piece("body", data, data)
