"""A multipart form as a stream of chunks (RFC 7578), made for one attempt and closed after it.

The form is encoded here rather than by aiohttp for three reasons: its length is known whenever the sizes of its parts
are known; its files are closed whenever the attempt ends; and a part whose size differs from the declared one ends the
attempt instead of being sent.
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

__all__ = ["MAX_CHUNK_BYTES", "Form", "FormBroken"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_CHUNK_BYTES = 256 * 1024


class FormBroken(Exception):
    """The form cannot be sent completely; the message names the file, never its content."""


class Form:
    """The body of one attempt: its `content_type`, its `length` in bytes (None if unknown), and its `chunks`.

    The chunks can be read once. `broken` is the error that ended them early, if any; `finished` says whether the last
    one was produced. A server never acts on a form whose last chunk was not sent.
    """

    def __init__(self, multipart: Multipart) -> None:
        boundary = secrets.token_hex(16)
        self.content_type: str = f"multipart/form-data; boundary={boundary}"
        self.broken: FormBroken | None = None
        self.finished: bool = False
        self._parts = multipart.parts
        self._heads = [_head(part, boundary) for part in multipart.parts]
        self._tail = f"--{boundary}--\r\n".encode()
        self._files: list[BinaryIO] = []
        self._closed = False

    @property
    def length(self) -> int | None:
        """The length of the body in bytes; None if the size of a part is unknown."""
        total = len(self._tail)
        for head, part in zip(self._heads, self._parts, strict=True):
            if (size := _size(part)) is None:
                return None
            total += len(head) + size + 2
        return total

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body in chunks of at most 256 KiB."""
        for head, part in zip(self._heads, self._parts, strict=True):
            if isinstance(part.content, bytes) and part.progress is None and len(part.content) <= MAX_CHUNK_BYTES:
                yield head + part.content + b"\r\n"
                continue
            yield head
            try:
                async with aclosing(self._checked_content(part)) as content:
                    async for chunk in content:
                        yield chunk
            except FormBroken as broken:
                self.broken = broken
                raise
            yield b"\r\n"
        self.finished = True
        yield self._tail

    def close(self) -> None:
        """Close the files that are still open; iterating the chunks afterwards ends immediately."""
        self._closed = True
        while self._files:
            self._files.pop().close()

    async def _checked_content(self, part: Part) -> AsyncGenerator[bytes, None]:
        size, sent = _size(part), 0
        async with aclosing(self._part_chunks(part)) as source:
            async for chunk in source:
                if size is not None and sent + len(chunk) > size:
                    raise FormBroken(f"{part.filename} is longer than its declared size of {size} bytes")
                yield chunk
                sent += len(chunk)
                _report_progress(part, sent)
        if size is not None and sent < size:
            raise FormBroken(f"{part.filename} ended after {sent} of {size} bytes")

    def _part_chunks(self, part: Part) -> AsyncGenerator[bytes, None]:
        if isinstance(part.content, bytes):
            return _split(part.content)
        return self._read_file(part.content) if isinstance(part.content, Path) else _from_function(part)

    async def _read_file(self, path: Path) -> AsyncGenerator[bytes, None]:
        if self._closed:
            return
        file = self._open_file(path)
        try:
            while chunk := await asyncio.to_thread(file.read, MAX_CHUNK_BYTES):
                yield chunk
        except (OSError, ValueError) as error:
            raise FormBroken(f"reading {path} failed ({error})") from error
        finally:
            file.close()
            if file in self._files:
                self._files.remove(file)

    def _open_file(self, path: Path) -> BinaryIO:
        # Not in a thread: after a cancellation, the file that the thread opens would never be closed.
        try:
            file = path.open("rb")
        except OSError as error:
            raise FormBroken(f"{path} cannot be read ({error.strerror})") from error
        self._files.append(file)
        return file


async def _split(content: bytes) -> AsyncGenerator[bytes, None]:
    view = memoryview(content)
    for start in range(0, len(content), MAX_CHUNK_BYTES):
        yield bytes(view[start : start + MAX_CHUNK_BYTES])


async def _from_function(part: Part) -> AsyncGenerator[bytes, None]:
    """Yield the chunks that the user's function produces."""
    make = cast("RestartableChunks", part.content)
    try:
        chunks = make()
    except Exception as error:
        reason = str(error) if isinstance(error, ValueError) else f"its function raised {type(error).__name__}"
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
        raise FormBroken(f"the chunks of {part.filename} raised {type(error).__name__}") from error
    finally:
        if (aclose := getattr(chunks, "aclose", None)) is not None:
            await aclose()


def _report_progress(part: Part, sent: int) -> None:
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
    media_type = part.content_type
    if part.filename is not None:
        lines[-1] += f'; filename="{_quoted(part.filename)}"'
        media_type = media_type or mimetypes.guess_type(part.filename)[0] or "application/octet-stream"
    if media_type is not None:
        lines.append(f"Content-Type: {media_type}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _quoted(text: str) -> str:
    """Quote a name as browsers do (WHATWG): UTF-8, with only quotes and line breaks escaped."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
