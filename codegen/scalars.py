"""Reads a schema of a single value: its type, its documented values, its default, and whether it can be null."""

from __future__ import annotations

import re
from typing import Any

from .shapes import Kind, Scalar

Json = dict[str, Any]
_NOTES = {
    "ISO 4217": re.compile(r"(?i)ISO[ -]?4217"),
    "ISO 3166-1 alpha-2": re.compile(r"(?i)ISO[ -]?3166-1[ -]\(?alpha-?2"),
    "ISO 3166-1 alpha-3": re.compile(r"(?i)ISO[ -]?3166-1[ -]\(?alpha-?3"),
    "ISO 639 language, with or without an ISO 3166 country": re.compile(r"(?is)ISO[ -]?639.*ISO[ -]?3166"),
    "an e-mail address": re.compile(r"^email "),
    "a URI": re.compile(r"^uri "),
}
_TAX = {
    "tax excluded": re.compile(r"(?i)\b(?:excluding tax|tax(?:es)? excluded)"),
    "tax included": re.compile(r"(?i)\b(?:including tax|tax(?:es)? included)"),
}
_UNIT = re.compile(r"(?i)\bin (days|hours|minutes|seconds|milliseconds|bytes|megabytes)\b")


def documented_values(schema: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values a schema documents, and separately those it calls deprecated."""
    text = str(schema.get("description") or "")
    listed = [str(value) for value in schema.get("enum", [schema.get("const")]) if value is not None]
    if not listed:
        listed = [
            value for line in re.findall(r"(?<!\w)Enum:(.*)", text) for value in re.findall(r'`"([^"`]*)"`', line)
        ]
    retired = [
        value for line in re.findall(r"Deprecated values:(.*)", text) for value in re.findall(r'`"([^"`]*)"`', line)
    ]
    return tuple(dict.fromkeys(listed)), tuple(dict.fromkeys(retired))


def kind_of_values(values: list[Any]) -> str:
    """Return the type of a schema without a type, derived from its values."""
    for kind, name in ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number")):
        if any(isinstance(value, kind) for value in values):
            return name
    return "any"


def default_of(schema: Json) -> tuple[str, ...]:
    """Return the server's default value as text; a default of `false` is omitted."""
    given = schema.get("default")
    return tuple(str(value) for value in (given if isinstance(given, list) else [given]) if value)


def notes_of(wire: str, schema: Json) -> tuple[str, ...]:
    """Return the unit, standard and other facts about a member, from its format and description."""
    said = f"{schema.get('format') or ''} {schema.get('description') or ''}"
    given = schema.get("type")
    kinds = {*(given if isinstance(given, list) else [given])} - {"null"}
    found = [note for note, pattern in _NOTES.items() if pattern.search(said)]
    if kinds & {"number", "integer"}:
        found += [f"in {unit}" for unit in dict.fromkeys(unit.lower() for unit in _UNIT.findall(said))]
    if not kinds & {"boolean", "string", "array"} and not re.search(r"(?i)excl|incl", wire):
        found += [note for note, pattern in _TAX.items() if pattern.search(said)]
    if schema.get("uniqueItems"):
        found.append("no item twice")
    if schema.get("readOnly"):
        found.append("read-only")
    return tuple(found)


def is_nullable(schema: Json) -> bool:
    """Whether null is allowed: by a list of types, by a choice, or in the notation of OpenAPI 3.0."""
    kinds = schema.get("type")
    choices = schema.get("oneOf") or schema.get("anyOf") or []
    return (
        (isinstance(kinds, list) and "null" in kinds)
        or any(choice.get("type") == "null" for choice in choices)
        or schema.get("nullable") is True
    )


def scalar_of(schema: Json, kind: Kind) -> Scalar:
    """Return a single value with its bounds."""
    values, retired = documented_values(schema)
    return Scalar(
        kind=kind,
        values=values if kind == "str" else (),
        retired=retired if kind == "str" else (),
        min_length=schema.get("minLength") or None,
        max_length=schema.get("maxLength"),
        pattern=schema.get("pattern") or None,
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
    )
