"""The members of a ZIP archive, once all of them are known to be harmless.

An archive is refused as a whole, before any member is given, if a name leaves the folder it is unpacked into, if a
member is a link, encrypted, or packed otherwise than by deflate, or if there is more in it than the limits allow: its
directory is measured before it is read. What a member says its size is can be
believed: no more than that is ever unpacked, and a checksum holds the rest to it.

Where each member is saved is settled before any is: two of one name, or of names that some disks take for one, lie
side by side, the second with its number, and so does a file that has the name of a folder.
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

READ_AT_ONCE = 256 * 1024
ENCRYPTED = 0x1
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
DIRECTORY_ENTRY = 1024
LONGEST_END = 56 + 20 + 22 + 65535
LONGEST_PATH = 1000
UNTOLD = 0xFFFFFFFF
# What zipfile raises for a member whose place, name, flags or content are not what the directory says.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)
# The archive's end, and its twin for more than 4 GB: where each tells the size of the directory.
_END = re.compile(rb"PK\x05\x06(?=.{8}(.{4}).{6})|PK\x06\x06(?=.{36}(.{8}).{8})", re.DOTALL)
SMALL = 1024 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")


class ArchiveLimits(Struct, frozen=True, kw_only=True):
    """What an archive may hold: members, bytes once unpacked, and bytes unpacked for each byte packed.

    The ratio is asked of members over a megabyte; documents reach 20, a bomb 1000.
    """

    max_members: int = 10_000
    max_unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    max_ratio: float = 200.0

    def __post_init__(self) -> None:
        """Refuse what cannot work; raises ConfigurationError."""
        check_settings("ArchiveLimits", _LIMITS, asdict(self))


_LIMITS: Rules = {"max_members": whole(0), "max_unpacked_bytes": whole(0), "max_ratio": POSITIVE}


class Archive:
    """An open archive; `members` are in its own order, without its folders."""

    def __init__(self, file: IO[bytes], limits: ArchiveLimits) -> None:
        if (size := _directory_size(file)) > limits.max_members * DIRECTORY_ENTRY:
            raise UnsafeArchive(
                f"the directory of the archive has {size} bytes, too many for {limits.max_members} members"
            )
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise UnreadableFile(f"the file is not a readable ZIP archive ({one_line(str(error))})") from None
        infos = [info for info in self._zip.infolist() if not info.filename.endswith(("/", "\\"))]
        _check(infos, limits)
        self._file = file
        places = _places(infos)
        self.members: list[ArchiveMember] = [
            ArchiveMember(self, info, place) for info, place in zip(infos, places, strict=True)
        ]

    def open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        """One member's bytes, unpacked as they are read."""
        if self._file.closed:
            raise ClientStateError("the members of an archive are read before their download is closed")
        return self._zip.open(info)


class ArchiveMember:
    """One file of an archive; to be read while the download it came with is open.

    `name` is its path in the archive, with slashes; `size` is in bytes, unpacked.
    """

    def __init__(self, archive: Archive, info: zipfile.ZipInfo, place: tuple[str, ...]) -> None:
        self.name: str = info.filename.replace("\\", "/")
        self.size: int = info.file_size
        self._archive = archive
        self._info = info
        self._place = place

    def __repr__(self) -> str:
        return f"<Member {self.name!r}, {self.size} bytes>"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The content, unpacked, a quarter of a megabyte at a time; raises UnreadableFile if it is damaged."""
        try:
            with self._archive.open(self._info) as file:
                while chunk := await asyncio.to_thread(file.read, READ_AT_ONCE):
                    yield chunk
                    chunk = b""  # so that no traceback with locals shows what was read
        except DAMAGE as error:
            raise UnreadableFile(one_line(f"{self.name} is damaged ({error})")) from None

    @clears_locals
    async def read(self) -> bytes:
        """The whole content; `size` says beforehand how much that is."""
        async with aclosing(self.chunks()) as chunks:
            return b"".join([chunk async for chunk in chunks])

    @clears_locals
    async def save(self, folder: str | Path) -> SavedFile:
        """Save it in `folder`, within the folders the archive has it in; `path` of the answer says where.

        Characters unfit for a name are replaced, and a name that another member has gets a number.
        """
        target = Path(folder, *self._place)
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        async with aclosing(self.chunks()) as chunks:
            size = await save_chunks(chunks, target)
        return SavedFile(path=target, size=size, complete=True)


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in {"", "."}]


def _places(infos: list[zipfile.ZipInfo]) -> list[tuple[str, ...]]:
    """Where each member is saved, below a folder: each in a place of its own, and no file where a folder has to be."""
    wanted = [tuple(safe_name(part, "_") for part in _parts(info.filename.replace("\\", "/"))) for info in infos]
    taken = {_key(place[:depth]) for place in wanted for depth in range(1, len(place))}
    times: dict[tuple[str, ...], int] = {}
    places: list[tuple[str, ...]] = []
    for place in wanted:
        *folders, name = place
        stem, ending = Path(name).stem, Path(name).suffix
        number = times.get(_key(place), 1)
        found = place
        while _key(found) in taken:
            number += 1
            found = (*folders, f"{stem} ({number}){ending}")
        taken.add(_key(found))
        times[_key(place)] = number
        places.append(found)
    return places


def _key(place: tuple[str, ...]) -> tuple[str, ...]:
    """What is equal for names that a disk may take for one: by case, or by how their accents are written."""
    return tuple(unicodedata.normalize("NFC", unicodedata.normalize("NFD", part).casefold()) for part in place)


def _directory_size(file: IO[bytes]) -> int:
    """The bytes of the directory as the archive's end tells them, which is how many are read; the most it may mean."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    sizes = [0]
    for end in _END.finditer(tail):
        told = struct.unpack("<L", end[1])[0] if end[1] else struct.unpack("<Q", end[2])[0]
        sizes.append(told % UNTOLD)
    return max(sizes)


def _check(infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(infos) > limits.max_members:
        raise UnsafeArchive(f"the archive holds {len(infos)} members; {limits.max_members} are allowed")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.max_unpacked_bytes:
        raise UnsafeArchive(f"the archive unpacks to {unpacked} bytes; {limits.max_unpacked_bytes} are allowed")
    for info in infos:
        if (reason := _refused(info, limits)) is not None:
            raise UnsafeArchive(one_line(f"the archive is not unpacked: {info.filename!r} {reason}"))


def _refused(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    # From Python 3.13 the name that is used can come from another field than the one that the directory shows.
    for name in (info.filename.replace("\\", "/"), info.orig_filename.replace("\\", "/")):
        if name.startswith("/") or _DRIVE.match(name) or "\0" in name or not _parts(name):
            return "is an absolute path, or no path at all"
        if ".." in name.split("/"):
            return "leaves its folder"
        if len(name.encode("utf-8", "replace")) > LONGEST_PATH:
            return f"has a path of over {LONGEST_PATH} bytes"
    if info.file_size > SMALL and info.file_size > limits.max_ratio * max(1, info.compress_size):
        return f"unpacks from {info.compress_size} bytes to {info.file_size}"
    return _unreadable(info)


def _unreadable(info: zipfile.ZipInfo) -> str | None:
    if info.header_offset < 0:
        return "lies outside of it"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in METHODS:
        return f"is packed by method {info.compress_type}; stored and deflated members are read"
    return None
