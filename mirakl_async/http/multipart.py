"""A multipart form as a stream of chunks (RFC 7578), made for one attempt and closed after it.

The form is written here rather than by the HTTP client, so that three things hold: its length is known whenever the
sizes of its parts are, its files are closed when the attempt ends however it ends, and a part that turns out shorter
or longer than it was said to be ends the attempt instead of reaching the server as something else.
"""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import secrets
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .request import Multipart, Part
    from .upload import RestartableChunks

log: logging.Logger = logging.getLogger("mirakl_async")
READ_AT_ONCE = 256 * 1024


class FormBroken(Exception):
    """The form cannot be sent whole; the message names the file, never its content."""


class Form:
    """One attempt's body: its `content_type`, its `length` in bytes (None if unknown), and its `chunks`, once.

    `broken` says why the chunks ended early, where they did; `whole`, whether the last one was given. A form of which
    the last chunk never left was never acted on.
    """

    def __init__(self, multipart: Multipart) -> None:
        boundary = secrets.token_hex(16)
        self.content_type: str = f"multipart/form-data; boundary={boundary}"
        self.broken: FormBroken | None = None
        self.whole: bool = False
        self._parts = multipart.parts
        self._heads = [_head(part, boundary) for part in multipart.parts]
        self._tail = f"--{boundary}--\r\n".encode()
        self._files: list[BinaryIO] = []
        self._closed = False

    @property
    def length(self) -> int | None:
        """The length of the whole body; None where a part's size is not known beforehand."""
        total = len(self._tail)
        for head, part in zip(self._heads, self._parts, strict=True):
            if (size := _size(part)) is None:
                return None
            total += len(head) + size + 2
        return total

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body, a quarter of a megabyte at a time."""
        for head, part in zip(self._heads, self._parts, strict=True):
            if isinstance(part.content, bytes) and part.progress is None and len(part.content) <= READ_AT_ONCE:
                yield head + part.content + b"\r\n"
                continue
            yield head
            try:
                async with aclosing(self._content(part)) as content:
                    async for chunk in content:
                        yield chunk
            except FormBroken as broken:
                self.broken = broken
                raise
            yield b"\r\n"
        self.whole = True
        yield self._tail

    def close(self) -> None:
        """Close the files that are still open; chunks asked for later end at once."""
        self._closed = True
        while self._files:
            self._files.pop().close()

    async def _content(self, part: Part) -> AsyncGenerator[bytes, None]:
        size, sent = _size(part), 0
        async with aclosing(self._source(part)) as source:
            async for chunk in source:
                if size is not None and sent + len(chunk) > size:
                    raise FormBroken(f"{part.filename} is longer than the {size} bytes it was said to have")
                yield chunk
                sent += len(chunk)
                _tell(part, sent)
        if size is not None and sent < size:
            raise FormBroken(f"{part.filename} ended after {sent} of {size} bytes")

    def _source(self, part: Part) -> AsyncGenerator[bytes, None]:
        if isinstance(part.content, bytes):
            return _pieces(part.content)
        return self._read(part.content) if isinstance(part.content, Path) else _made(part)

    async def _read(self, path: Path) -> AsyncGenerator[bytes, None]:
        if self._closed:
            return
        file = self._open(path)
        try:
            while chunk := await asyncio.to_thread(file.read, READ_AT_ONCE):
                yield chunk
        except (OSError, ValueError) as error:
            raise FormBroken(f"{path} could not be read to its end ({error})") from error
        finally:
            file.close()
            if file in self._files:
                self._files.remove(file)

    def _open(self, path: Path) -> BinaryIO:
        # Not in a thread: a cancelled attempt would leave behind what the thread opens after it.
        try:
            file = path.open("rb")
        except OSError as error:
            raise FormBroken(f"{path} cannot be read ({error.strerror})") from error
        self._files.append(file)
        return file


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    view = memoryview(content)
    for start in range(0, len(content), READ_AT_ONCE):
        yield bytes(view[start : start + READ_AT_ONCE])


async def _made(part: Part) -> AsyncGenerator[bytes, None]:
    """The chunks of the user's own function."""
    make = cast("RestartableChunks", part.content)
    try:
        chunks = make()
    except Exception as error:
        reason = str(error) if isinstance(error, ValueError) else f"its function failed with {type(error).__name__}"
        raise FormBroken(f"{part.filename}: {reason}") from error
    try:
        async for chunk in chunks:
            if not isinstance(cast("object", chunk), bytes | bytearray | memoryview):
                raise FormBroken(f"the chunks of {part.filename} must be bytes, not {type(chunk).__name__}")
            if chunk:
                yield chunk
    except FormBroken:
        raise
    except Exception as error:
        raise FormBroken(f"the chunks of {part.filename} ended with {type(error).__name__}") from error
    finally:
        if (end := getattr(chunks, "aclose", None)) is not None:
            await end()


def _tell(part: Part, sent: int) -> None:
    if part.progress is None:
        return
    try:
        part.progress(sent, _size(part))
    except Exception:
        log.exception("the progress callback of %s failed", part.filename)


def _size(part: Part) -> int | None:
    return len(part.content) if isinstance(part.content, bytes) else part.size


def _head(part: Part, boundary: str) -> bytes:
    lines = [f"--{boundary}", f'Content-Disposition: form-data; name="{_quoted(part.name)}"']
    kind = part.content_type
    if part.filename is not None:
        lines[-1] += f'; filename="{_quoted(part.filename)}"'
        kind = kind or mimetypes.guess_type(part.filename)[0] or "application/octet-stream"
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _quoted(text: str) -> str:
    """As browsers write it: UTF-8 as it is, and only what would end the value escaped."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
