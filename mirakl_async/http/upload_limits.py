"""Check uploaded files against the limits that Mirakl documents, before anything is sent.

A size is checked if it is known; the chunks of a function are not counted. The limits are part of each operation, from
its page in Mirakl's documentation.
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

__all__ = ["MB", "check"]

MB = 1024 * 1024


def check(operation: Operation[Any], parts: Sequence[Part]) -> None:
    """Check the parts of a form against the limits of the operation; raises InvalidArgument."""
    limit = operation.upload_limit
    if limit is None:
        return
    files = [part for part in parts if part.filename is not None]
    for reason in (
        _count(limit, files),
        _sizes(limit, files),
        _names(limit, files),
        _descriptions(limit, parts, files),
    ):
        if reason:
            raise InvalidArgument(operation.code, limit.argument, reason)


def _count(limit: UploadLimit, files: Sequence[Part]) -> str:
    if limit.files is not None and len(files) > limit.files:
        return f"has {len(files)} files; Mirakl accepts at most {limit.files}"
    return ""


def _sizes(limit: UploadLimit, files: Sequence[Part]) -> str:
    for part in files:
        if limit.bytes_each is not None and (part.size or 0) > limit.bytes_each:
            return f"{part.filename} has {part.size} bytes; Mirakl accepts at most {limit.bytes_each // MB} MB"
    together = sum(part.size or 0 for part in files)
    if limit.bytes_together is not None and together > limit.bytes_together:
        return (
            f"{together} bytes in {len(files)} files; Mirakl accepts at most {limit.bytes_together // MB} MB in total"
        )
    return ""


def _names(limit: UploadLimit, files: Sequence[Part]) -> str:
    names = [part.filename or "" for part in files]
    for name in names:
        extension = PurePath(name).suffix.removeprefix(".").lower()
        if limit.extensions and extension not in limit.extensions and (extension or limit.names_part):
            return f"{name}: Mirakl accepts only these file extensions: {', '.join(sorted(limit.extensions))}"
        if limit.ascii_names and not name.isascii():
            return f"the file name {name!r} must be ASCII; pass Upload(content=..., filename=...)"
    if limit.distinct_names and (duplicates := [name for name, count in Counter(names).items() if count > 1]):
        return f"file names must be unique, but {duplicates[0]!r} is repeated; pass Upload(content=..., filename=...)"
    return ""


def _descriptions(limit: UploadLimit, parts: Sequence[Part], files: Sequence[Part]) -> str:
    description = next((part.content for part in parts if limit.names_part and part.name == limit.names_part), None)
    if not isinstance(description, bytes):
        return ""
    entries = _entries(msgspec.json.decode(description), limit.names_part)
    names = {part.filename for part in files}
    for entry in entries:
        if (name := entry.get("file_name")) is not None and name not in names:
            return f"{limit.names_part} describes {name!r}, which is not among the files: {', '.join(map(str, names))}"
    types = Counter(entry.get("type_code") for entry in entries)
    if limit.single_types and (duplicates := [kind for kind, count in types.items() if kind and count > 1]):
        return f"{limit.names_part}: Mirakl accepts one file for each type, but {duplicates[0]!r} has several"
    return ""


def _entries(description: Any, name: str) -> list[dict[str, Any]]:
    """The file descriptions in a part: `{"order_documents": [...]}`, or only the list."""
    listed: Any = cast("dict[str, Any]", description).get(name) if isinstance(description, dict) else description
    entries = cast("Sequence[Any]", listed) if isinstance(listed, list) else ()
    return [entry for entry in entries if isinstance(entry, dict)]
