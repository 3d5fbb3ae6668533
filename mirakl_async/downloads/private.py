"""Open files that contain personal data: accessible by their owner only, regardless of the umask."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_private", "open_stream"]

_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_DESCRIPTOR_PATH = re.compile(r"/dev/(?:fd/(\d{1,9})|(stdout)|(stderr))")


def open_stream(path: Path) -> BinaryIO | None:
    """Open an existing stream: a file descriptor (`/dev/stdout`), a pipe or a device; None for a file or a new path.

    A stream is written directly: it cannot be replaced atomically, and has no permissions to restrict. A symbolic link
    is not followed and returns None.
    """
    if (descriptor_path := _DESCRIPTOR_PATH.fullmatch(path.as_posix())) is not None:
        descriptor = int(descriptor_path[1]) if descriptor_path[1] else 1 if descriptor_path[2] else 2
        return os.fdopen(os.dup(descriptor), "wb")
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None
    is_file = stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)
    return None if is_file else path.open("wb")


def open_private(path: Path, mode: Literal["xb", "ab", "wb"]) -> BinaryIO:
    """Open a file for writing: create (`xb`), append (`ab`) or truncate (`wb`), with access for its owner only.

    A stream is opened as `open_stream` does. The permissions of an existing file are restricted. Raises OSError if that
    is not possible, and for a symbolic link: its creator could choose which file is overwritten.
    """
    if (stream := open_stream(path)) is not None:
        return stream
    if path.is_symlink():  # a clear message, also on systems without O_NOFOLLOW
        raise OSError(errno.ELOOP, "is a symbolic link, which is not followed", str(path))
    file = cast("BinaryIO", path.open(mode) if os.name == "nt" else open(path, mode, opener=_open))  # noqa: SIM115
    try:
        _restrict_to_owner(file.fileno())
    except OSError:
        file.close()
        raise
    return file


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_FOLLOW, 0o600)


def _restrict_to_owner(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if os.name != "nt" and stat.S_ISREG(mode) and mode & 0o077:
        os.fchmod(descriptor, 0o600)
