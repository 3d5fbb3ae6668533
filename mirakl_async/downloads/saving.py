"""Chunks to a file that appears under its name only when it is whole, readable by its owner only.

It takes the place of what has that name: of a file that others could read, and of a symbolic link, which is replaced
and not followed.
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

WRITE_AT_ONCE = 1024 * 1024


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file that was saved: where, its size in bytes, and whether it is known to be whole.

    `complete` is None where the server closed the connection to end the file, having told no length: a file cut off by
    a fault looks the same, so nobody knows. A file known to be cut off is not saved.
    """

    path: Path
    size: int
    complete: bool | None


async def save_chunks(chunks: AsyncIterator[bytes], path: Path, progress: Callable[[int], None] | None = None) -> int:
    """Write to a temporary file beside `path`, rename it when the chunks are over, and give its size in bytes.

    Standard output, a pipe or a device (`/dev/stdout`) is written through instead. If the chunks or the disk fail, the
    temporary file is removed, and a file that was there before is untouched.
    """
    stream = open_stream(path)
    part = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")
    file = _create(part) if stream is None else stream
    try:
        size = await _write(chunks, file, progress)
        if stream is None:
            await asyncio.to_thread(_complete, file)
            await asyncio.to_thread(part.replace, path)
        else:
            await asyncio.to_thread(file.close)
    except BaseException:
        with contextlib.suppress(OSError):  # a full disk refuses what was held back once more
            file.close()
        if stream is None:
            part.unlink(missing_ok=True)
        raise
    if progress is not None:
        progress(size)
    return size


async def _write(chunks: AsyncIterator[bytes], file: BinaryIO, progress: Callable[[int], None] | None) -> int:
    size, held, waiting = 0, 0, list[bytes]()
    async for chunk in chunks:
        waiting.append(chunk)
        held += len(chunk)
        if held >= WRITE_AT_ONCE:
            await asyncio.to_thread(file.writelines, waiting)
            size, held = size + held, 0
            waiting.clear()
            if progress is not None:
                progress(size)
    await asyncio.to_thread(file.writelines, waiting)
    return size + held


def _create(path: Path) -> BinaryIO:
    # Not in a thread: a cancelled save would leave behind what the thread creates after it.
    return open_private(path, "xb")


def _complete(file: BinaryIO) -> None:
    """Close; a file that has its name must have its content, also after a power cut."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
