"""Writes a value as the Python expression that makes it, and notes what has to be imported for that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from mirakl_async import Upload

Imports = dict[str, set[str]]
"""The names that are needed of each module."""


def source(value: object, imports: Imports) -> str:
    """The expression; structs are written with the members that were given."""
    if isinstance(value, Upload):
        imports.setdefault("mirakl_async", set()).add("Upload")
        return f"Upload(content={value.content!r}, filename={value.filename!r})"
    if isinstance(value, msgspec.Struct):
        return _struct(value, imports)
    if isinstance(value, dt.datetime):
        imports.setdefault("datetime", set()).add("datetime")
        return f"datetime.fromisoformat({value.isoformat()!r})"
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value).items()
        return "{" + ", ".join(f"{name!r}: {source(member, imports)}" for name, member in members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = [source(item, imports) for item in cast("Sequence[Any]", value)]
        return f"({', '.join(items)},)" if isinstance(value, tuple) else f"[{', '.join(items)}]"
    if type(value).__name__ == "Decimal":
        imports.setdefault("decimal", set()).add("Decimal")
    return repr(value)


def import_lines(imports: Imports) -> list[str]:
    """The import statements, in the order of isort: the standard library first."""
    standard = {name for name in imports if not name.startswith("mirakl_async")}
    groups = [sorted(standard), sorted(imports.keys() - standard)]
    return "\n\n".join("\n".join(_line(name, imports[name]) for name in group) for group in groups if group).split("\n")


def _line(module: str, names: set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}" if names else f"import {module}"


def _struct(value: msgspec.Struct, imports: Imports) -> str:
    kind = type(value)
    service = ".".join(kind.__module__.split(".")[:3])  # models are imported from their service's package
    imports.setdefault(service, set()).add(kind.__name__)
    given = [
        f"{field.name}={source(member, imports)}"
        for field in msgspec.structs.fields(kind)
        if (member := getattr(value, field.name)) is not msgspec.UNSET and not _is_default(member, field)
    ]
    return f"{kind.__name__}({', '.join(given)})"


def _is_default(member: object, field: msgspec.structs.FieldInfo) -> bool:
    return field.default is not msgspec.NODEFAULT and member == field.default
