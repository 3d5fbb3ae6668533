"""What Mirakl documents about the files it takes, checked before anything is sent.

A size is checked where it is known: chunks made by a function are not counted beforehand. The limits are data of the
operations, from their own pages.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..operation import Operation, UploadLimit
    from .request import Part

MB = 1024 * 1024


def check(operation: Operation[Any], parts: Sequence[Part]) -> None:
    """Hold the parts of a form against what the operation takes; raises InvalidArgument."""
    cap = operation.upload_limit
    if cap is None:
        return
    files = [part for part in parts if part.filename is not None]
    for reason in (_count(cap, files), _sizes(cap, files), _names(cap, files), _descriptions(cap, parts, files)):
        if reason:
            raise InvalidArgument(operation.code, cap.argument, reason)


def _count(cap: UploadLimit, files: Sequence[Part]) -> str:
    if cap.files is not None and len(files) > cap.files:
        return f"{len(files)} files; Mirakl takes {cap.files}"
    return ""


def _sizes(cap: UploadLimit, files: Sequence[Part]) -> str:
    for part in files:
        if cap.bytes_each is not None and (part.size or 0) > cap.bytes_each:
            return f"{part.filename} has {part.size} bytes; Mirakl takes {cap.bytes_each // MB} MB"
    together = sum(part.size or 0 for part in files)
    if cap.bytes_together is not None and together > cap.bytes_together:
        return f"{together} bytes in {len(files)} files; Mirakl takes {cap.bytes_together // MB} MB together"
    return ""


def _names(cap: UploadLimit, files: Sequence[Part]) -> str:
    names = [part.filename or "" for part in files]
    for name in names:
        extension = PurePath(name).suffix.removeprefix(".").lower()
        if cap.extensions and extension not in cap.extensions and (extension or cap.names_part):
            return f"{name}: Mirakl takes files of these extensions: {', '.join(sorted(cap.extensions))}"
        if cap.ascii_names and not name.isascii():
            return f"{name!r} must be ASCII; send it as Upload(content=..., filename=...)"
    if cap.distinct_names and (twice := [name for name, count in Counter(names).items() if count > 1]):
        return f"file names must be distinct, {twice[0]!r} is not; send it as Upload(content=..., filename=...)"
    return ""


def _descriptions(cap: UploadLimit, parts: Sequence[Part], files: Sequence[Part]) -> str:
    described = next((part.content for part in parts if cap.names_part and part.name == cap.names_part), None)
    if not isinstance(described, bytes):
        return ""
    entries = _entries(msgspec.json.decode(described), cap.names_part)
    names = {part.filename for part in files}
    for entry in entries:
        if (name := entry.get("file_name")) is not None and name not in names:
            return f"{cap.names_part} describes {name!r}, which is not among the files: {', '.join(map(str, names))}"
    types = Counter(entry.get("type_code") for entry in entries)
    if cap.single_types and (twice := [kind for kind, count in types.items() if kind and count > 1]):
        return f"{cap.names_part}: Mirakl takes one file for each type, {twice[0]!r} has more"
    return ""


def _entries(described: Any, name: str) -> list[dict[str, Any]]:
    """The descriptions in a part: `{"order_documents": [...]}`, or the list alone."""
    listed: Any = cast("dict[str, Any]", described).get(name) if isinstance(described, dict) else described
    entries = cast("Sequence[Any]", listed) if isinstance(listed, list) else ()
    return [entry for entry in entries if isinstance(entry, dict)]
