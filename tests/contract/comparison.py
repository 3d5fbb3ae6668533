"""Compares a plain JSON value with the struct that was read from it.

A member that the struct does not know counts as lost, too: the document describes it, and the client dropped it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec


def lost(said: Any, read: Any, path: str = "$", gone: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Where the value read differs from the value said: each path, and how; `gone` are elements known to be left out."""
    if isinstance(read, msgspec.Struct) and isinstance(said, dict):
        yield from _lost_members(said, read, path, gone)
    elif isinstance(read, list) and isinstance(said, list):
        there = [(f"{path}[{index}]", one) for index, one in enumerate(said) if f"{path}[{index}]" not in gone]
        if len(there) != len(read):
            yield path, f"{len(there)} elements, {len(read)} read"
        for (where, one), other in zip(there, read, strict=False):
            yield from lost(one, other, where, gone)
    elif isinstance(read, dict) and isinstance(said, dict):
        for name, value in said.items():
            yield from lost(value, read.get(name), f"{path}.{name}", gone)
    elif not same(said, read):
        yield path, f"{said!r} reads as {read!r}"


def _lost_members(
    said: dict[str, Any], read: msgspec.Struct, path: str, gone: Collection[str]
) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field.name for field in msgspec.structs.fields(read)}
    for name, value in said.items():
        if name in fields:
            yield from lost(value, getattr(read, fields[name]), f"{path}.{name}", gone)
        elif name != read.__struct_config__.tag_field:
            yield f"{path}.{name}", "no struct has this member"


def same(said: Any, read: Any) -> bool:
    """Whether a plain value and the value read from it mean the same."""
    if said is None or isinstance(said, bool):
        return said is read
    if read is None:
        return False
    try:
        return bool(msgspec.convert(said, type(read), strict=False) == read)
    except msgspec.ValidationError:
        return False


def at(value: Any, path: str) -> Any:
    """The part of a plain value that a JSON path such as `$.a[1].b` names."""
    for step in path.removeprefix("$").replace("[", ".").replace("]", "").split(".")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def below(path: str, other: str) -> bool:
    """Whether a path names the place that another one does, or one inside it: `$.a[10]` is not inside `$.a[1]`."""
    return path == other or (path.startswith(other) and path[len(other)] in ".[")
