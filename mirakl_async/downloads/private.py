"""Files that hold what orders hold: readable and writable by their owner only, whatever the umask is."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

if TYPE_CHECKING:
    from pathlib import Path

_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_OPEN_ALREADY = re.compile(r"/dev/(?:fd/(\d{1,9})|(stdout)|(stderr))")


def open_stream(path: Path) -> BinaryIO | None:
    """Open what is written through: an open descriptor (`/dev/stdout`), a pipe, a device; None for a file.

    There is nothing to be put in place of these, and they are nobody's in particular. A symbolic link is none of them.
    """
    if (named := _OPEN_ALREADY.fullmatch(path.as_posix())) is not None:
        descriptor = int(named[1]) if named[1] else 1 if named[2] else 2
        return os.fdopen(os.dup(descriptor), "wb")
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None
    is_file = stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)
    return None if is_file else path.open("wb")


def open_private(path: Path, mode: Literal["xb", "ab", "wb"]) -> BinaryIO:
    """Open a file to write to: new (`xb`), at its end (`ab`), or in place of what it holds (`wb`).

    What is no file is opened as `open_stream` does. A file that others may read is closed to them. Raises OSError where
    that is not possible, and for a symbolic link: whoever may put one there could choose what is overwritten.
    """
    if (stream := open_stream(path)) is not None:
        return stream
    if path.is_symlink():  # told with its reason, and on systems without O_NOFOLLOW
        raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed", str(path))
    file = cast("BinaryIO", path.open(mode) if os.name == "nt" else open(path, mode, opener=_open))  # noqa: SIM115
    try:
        _close_to_others(file.fileno())
    except OSError:
        file.close()
        raise
    return file


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_FOLLOW, 0o600)


def _close_to_others(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if os.name != "nt" and stat.S_ISREG(mode) and mode & 0o077:
        os.fchmod(descriptor, 0o600)
