"""Read the members of a ZIP archive, after checking that all of them are safe.

An archive is rejected before any member is read if a name leaves the target folder, if a member is a link, encrypted,
or compressed by anything but deflate, or if the limits are exceeded: the size of its directory is checked before it is
read. The declared size of a member can be trusted: never more is unpacked, and a checksum verifies the content.

The path of each member is chosen before any is saved: of two members with the same name, or with names that are equal
on some file systems, the second gets a number, as does a file with the name of a folder.
"""

from __future__ import annotations

import asyncio
import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import IO

from msgspec import Struct
from msgspec.structs import asdict

from ..checks import POSITIVE, Rules, check_settings, whole
from ..errors import ClientStateError, UnreadableFile, UnsafeArchive
from ..redaction import clears_locals
from ..server_text import one_line
from .disposition import safe_name
from .saving import SavedFile, save_chunks

__all__ = ["READ_BYTES", "Archive", "ArchiveLimits", "ArchiveMember"]

READ_BYTES = 256 * 1024
ENCRYPTED = 0x1
SUPPORTED_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
MAX_ENTRY_BYTES = 1024
MAX_END_BYTES = 56 + 20 + 22 + 65535
MAX_PATH_BYTES = 1000
UNKNOWN_SIZE = 0xFFFFFFFF
# zipfile raises these for a member whose offset, name, flags or content contradict the directory.
CORRUPTION_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)
# The end-of-central-directory records (ZIP and ZIP64), with the size of the directory.
_END = re.compile(rb"PK\x05\x06(?=.{8}(.{4}).{6})|PK\x06\x06(?=.{36}(.{8}).{8})", re.DOTALL)
MIN_RATIO_CHECK_BYTES = 1024 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")


class ArchiveLimits(Struct, frozen=True, kw_only=True):
    """The limits of an archive: members, unpacked bytes in total, and unpacked bytes per compressed byte.

    The ratio applies to members over 1 MiB; documents reach 20, a zip bomb 1000.
    """

    max_members: int = 10_000
    max_unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    max_ratio: float = 200.0

    def __post_init__(self) -> None:
        """Validate the fields; raises ConfigurationError."""
        check_settings("ArchiveLimits", _LIMITS, asdict(self))


_LIMITS: Rules = {"max_members": whole(0), "max_unpacked_bytes": whole(0), "max_ratio": POSITIVE}


class Archive:
    """An open archive; `members` are in the order of the archive, without folders."""

    def __init__(self, file: IO[bytes], limits: ArchiveLimits) -> None:
        if (size := _directory_size(file)) > limits.max_members * MAX_ENTRY_BYTES:
            raise UnsafeArchive(
                f"the directory of the archive is too large: {size} bytes for at most {limits.max_members} members"
            )
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise UnreadableFile(f"the file is not a readable ZIP archive ({one_line(str(error))})") from None
        infos = [info for info in self._zip.infolist() if not info.filename.endswith(("/", "\\"))]
        _check(infos, limits)
        self._file = file
        paths = _target_paths(infos)
        self.members: list[ArchiveMember] = [
            ArchiveMember(self, info, path_parts) for info, path_parts in zip(infos, paths, strict=True)
        ]

    def open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """Open one member; its bytes are unpacked as they are read."""
        if self._file.closed:
            raise ClientStateError("the download is closed; read the members of an archive before")
        return self._zip.open(info)


class ArchiveMember:
    """One file of an archive; must be read before the download is closed.

    `name` is its path in the archive, with slashes; `size` is the unpacked size in bytes.
    """

    def __init__(self, archive: Archive, info: zipfile.ZipInfo, path_parts: tuple[str, ...]) -> None:
        self.name: str = info.filename.replace("\\", "/")
        self.size: int = info.file_size
        self._archive = archive
        self._info = info
        self._path_parts = path_parts

    def __repr__(self) -> str:
        return f"<ArchiveMember {self.name!r}, {self.size} bytes>"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the unpacked content in chunks of at most 256 KiB; raises UnreadableFile if it is corrupt."""
        try:
            with self._archive.open(self._info) as file:
                while chunk := await asyncio.to_thread(file.read, READ_BYTES):
                    yield chunk
                    chunk = b""  # so that no traceback with locals shows what was read
        except CORRUPTION_ERRORS as error:
            raise UnreadableFile(one_line(f"{self.name} is corrupt ({error})")) from None

    @clears_locals
    async def read(self) -> bytes:
        """Read the whole content, which has `size` bytes, into memory."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    @clears_locals
    async def save(self, folder: str | Path) -> SavedFile:
        """Save the member in `folder`, below its folders in the archive; the result has the `path`.

        Invalid characters in names are replaced, and a name that is already used gets a number.
        """
        target = Path(folder, *self._path_parts)
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        async with aclosing(self.chunks()) as chunks:
            size = await save_chunks(chunks, target)
        return SavedFile(path=target, size=size, complete=True)


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in {"", "."}]


def _target_paths(infos: list[zipfile.ZipInfo]) -> list[tuple[str, ...]]:
    """The relative path of each member: all are unique, and no file has the path of a folder."""
    wanted_paths = [tuple(safe_name(part, "_") for part in _parts(info.filename.replace("\\", "/"))) for info in infos]
    used_keys = {_key(path_parts[:depth]) for path_parts in wanted_paths for depth in range(1, len(path_parts))}
    counts: dict[tuple[str, ...], int] = {}
    paths: list[tuple[str, ...]] = []
    for path_parts in wanted_paths:
        *folders, name = path_parts
        stem, ending = Path(name).stem, Path(name).suffix
        number = counts.get(_key(path_parts), 1)
        candidate = path_parts
        while _key(candidate) in used_keys:
            number += 1
            candidate = (*folders, f"{stem} ({number}){ending}")
        used_keys.add(_key(candidate))
        counts[_key(path_parts)] = number
        paths.append(candidate)
    return paths


def _key(path_parts: tuple[str, ...]) -> tuple[str, ...]:
    """A key that is equal for paths that are equal on some file systems: by case or Unicode normalization."""
    return tuple(unicodedata.normalize("NFC", unicodedata.normalize("NFD", part).casefold()) for part in path_parts)


def _directory_size(file: IO[bytes]) -> int:
    """The size of the directory in bytes, as declared at the end of the archive; the largest of several."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - MAX_END_BYTES))
    tail = file.read()
    sizes = [0]
    for end in _END.finditer(tail):
        directory_size = struct.unpack("<L", end[1])[0] if end[1] else struct.unpack("<Q", end[2])[0]
        sizes.append(directory_size % UNKNOWN_SIZE)
    return max(sizes)


def _check(infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(infos) > limits.max_members:
        raise UnsafeArchive(f"the archive has {len(infos)} members; at most {limits.max_members} are allowed")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.max_unpacked_bytes:
        raise UnsafeArchive(f"the archive unpacks to {unpacked} bytes; at most {limits.max_unpacked_bytes} are allowed")
    for info in infos:
        if (reason := _find_violation(info, limits)) is not None:
            raise UnsafeArchive(one_line(f"the archive is unsafe and was not unpacked: {info.filename!r} {reason}"))


def _find_violation(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    # Since Python 3.13, the name that is used may come from another field than the directory's.
    for name in (info.filename.replace("\\", "/"), info.orig_filename.replace("\\", "/")):
        if name.startswith("/") or _DRIVE.match(name) or "\0" in name or not _parts(name):
            return "is an absolute or an empty path"
        if ".." in name.split("/"):
            return "leaves the target folder"
        if len(name.encode("utf-8", "replace")) > MAX_PATH_BYTES:
            return f"has a path of more than {MAX_PATH_BYTES} bytes"
    if info.file_size > MIN_RATIO_CHECK_BYTES and info.file_size > limits.max_ratio * max(1, info.compress_size):
        return f"unpacks from {info.compress_size} to {info.file_size} bytes, above the allowed ratio"
    return _find_unsupported(info)


def _find_unsupported(info: zipfile.ZipInfo) -> str | None:
    if info.header_offset < 0:
        return "has an offset outside the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in SUPPORTED_METHODS:
        return f"has compression method {info.compress_type}; only stored and deflated members are supported"
    return None
