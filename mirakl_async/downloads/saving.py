"""Save chunks to a file that appears under its name only when it is complete, accessible by its owner only.

An existing file of that name is replaced, even if others could read it; a symbolic link is replaced, not followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from .private import open_private, open_stream

__all__ = ["WRITE_BYTES", "SavedFile", "save_chunks"]

WRITE_BYTES = 1024 * 1024


class SavedFile(Struct, frozen=True, kw_only=True):
    """A saved file: its path, its size in bytes, and whether it is complete.

    `complete` is None if the server sent no length and closed the connection at the end: a truncated file would look
    the same. A file that is known to be truncated is not saved.
    """

    path: Path
    size: int
    complete: bool | None


async def save_chunks(chunks: AsyncIterator[bytes], path: Path, progress: Callable[[int], None] | None = None) -> int:
    """Write chunks to a temporary file beside `path`, rename it at the end, and return its size in bytes.

    Standard output, a pipe or a device (`/dev/stdout`) is written directly. If the chunks or the disk fail, the
    temporary file is removed, and an existing file remains unchanged.
    """
    stream = open_stream(path)
    part = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")
    file = _create(part) if stream is None else stream
    try:
        size = await _write(chunks, file, progress)
        if stream is None:
            await asyncio.to_thread(_sync_and_close, file)
            await asyncio.to_thread(part.replace, path)
        else:
            await asyncio.to_thread(file.close)
    except BaseException:
        with contextlib.suppress(OSError):  # flushing fails again if the disk is full
            file.close()
        if stream is None:
            part.unlink(missing_ok=True)
        raise
    if progress is not None:
        progress(size)
    return size


async def _write(chunks: AsyncIterator[bytes], file: BinaryIO, progress: Callable[[int], None] | None) -> int:
    size, buffered, buffer = 0, 0, list[bytes]()
    async for chunk in chunks:
        buffer.append(chunk)
        buffered += len(chunk)
        if buffered >= WRITE_BYTES:
            await asyncio.to_thread(file.writelines, buffer)
            size, buffered = size + buffered, 0
            buffer.clear()
            if progress is not None:
                progress(size)
    await asyncio.to_thread(file.writelines, buffer)
    return size + buffered


def _create(path: Path) -> BinaryIO:
    # Not in a thread: after a cancellation, the file that the thread creates would remain.
    return open_private(path, "xb")


def _sync_and_close(file: BinaryIO) -> None:
    """Flush to disk and close, so that the renamed file has its content even after a power failure."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
