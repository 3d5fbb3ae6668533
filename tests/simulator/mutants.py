"""Requests with a single fault each: what a document forbids, made from its own schemas."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.contract.schemas import Schema, Schemas

WRONG: dict[str, list[Any]] = {
    "string": [{}, []],
    "integer": ["zz", 1.5, {}],
    "number": ["zz", {}],
    "boolean": ["maybe", {}],
    "object": ["zz", []],
    "array": ["zz", {}],
}
FORMATS = {"date-time": "yesterday", "uri": "not a URI", "email": "unknown", "iso-3166-1 alpha-3": "fr"}
MAX_ITEMS = 10_000


class Mutant(NamedTuple):
    """A value with one fault: where it is, which rule it breaks, and the whole value."""

    path: str
    fault: str
    value: Any


def mutants(schemas: Schemas, schema: Schema, value: Any) -> Iterator[Mutant]:
    """Every single fault that a schema forbids in a valid value, once for each place in its lists' first items."""
    for path, fault, wrong in _faults(schemas, schema, value, ()):
        yield Mutant(".".join(map(str, path)), fault, _replaced(value, path, wrong))


_REMOVED: Any = object()


def _replaced(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    """Return the value with something else at a path; what the path does not touch is shared with it."""
    if not path:
        return wrong
    step, rest = path[0], path[1:]
    whole = copy.copy(value)
    if not rest and wrong is _REMOVED:
        del whole[step]
    else:
        whole[step] = _replaced(value[step], rest, wrong) if rest else wrong
    return whole


def _faults(schemas: Schemas, schema: Schema, value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, str, Any]]:
    schema = schemas.flat(schema)
    choices = schema.get("anyOf", [])
    nullable = {"type": "null"} in choices
    if nullable:
        schema = schemas.flat(next(choice for choice in choices if choice != {"type": "null"}))
    kind = schema.get("type", "object" if "properties" in schema else "")
    if isinstance(kind, list):
        nullable, kind = "null" in kind, next(one for one in kind if one != "null")
    if value is None or not kind:
        return
    if not nullable:
        yield path, "null", None
    for wrong in WRONG[kind]:
        yield path, f"{type(wrong).__name__} for {kind}", wrong
    if kind == "object":
        yield from _object_faults(schemas, schema, value, path)
    elif kind == "array":
        yield from _array_faults(schemas, schema, value, path)
    else:
        yield from ((path, fault, wrong) for fault, wrong in _scalar_faults(schema, value))


def _object_faults(
    schemas: Schemas, schema: Schema, value: dict[str, Any], path: tuple[Any, ...]
) -> Iterator[tuple[Any, str, Any]]:
    tag, variants = schemas.variants(schema)
    if tag and value.get(tag) in variants:
        schema = schemas.flat(variants[value[tag]])
    for name in schema.get("required", []):
        yield (*path, name), "missing", _REMOVED
    for name, member in schema.get("properties", {}).items():
        if name in value and name != tag:
            yield from _faults(schemas, member, value[name], (*path, name))


def _array_faults(
    schemas: Schemas, schema: Schema, value: list[Any], path: tuple[Any, ...]
) -> Iterator[tuple[Any, str, Any]]:
    if schema.get("minItems", 0) > 0:
        yield path, "too few items", []
    if value and schema.get("maxItems", MAX_ITEMS + 1) <= MAX_ITEMS:
        yield path, "too many items", value[:1] * (schema["maxItems"] + 1)
    if value:
        yield from _faults(schemas, schema.get("items", {}), value[0], (*path, 0))


def _scalar_faults(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    if "enum" in schema:
        yield "none of its values", "NOT_A_VALUE"
    if "minimum" in schema:
        yield "below the minimum", schema["minimum"] - 1
    if "maximum" in schema:
        yield "above the maximum", schema["maximum"] + 1
    if schema.get("minLength", 0) > 0:
        yield "too short", value[: schema["minLength"] - 1]
    if schema.get("maxLength", MAX_ITEMS * 20) <= MAX_ITEMS * 10:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if schema.get("format") in FORMATS:
        yield "not of its format", FORMATS[schema["format"]]
    if schema.get("pattern"):
        yield "not of its pattern", "not/of it!"


def query_faults(parameter: dict[str, Any], *, numeric: bool) -> Iterator[tuple[str, list[str]]]:
    """The values of a query parameter that the document forbids; `numeric` texts hold numbers."""
    schema = parameter["schema"]
    repeats = schema.get("type") == "array"
    item = schema.get("items", schema)
    if item.get("type") == "integer" or numeric:
        yield "no number", ["zz"]
    if item.get("type") == "boolean":
        yield "no boolean", ["maybe"]
        yield "no boolean", ["TRUE"]
    if item.get("format") == "date-time":
        yield "no date-time", ["yesterday"]
        yield "no date-time", ["2026-01-01"]
    if item.get("enum"):
        yield "none of its values", ["NOT_A_VALUE"]
    if not repeats:
        yield "given twice", ["1", "1"] if numeric or item.get("type") == "integer" else _valid_twice(item)
    most = schema.get("maxItems") or schema.get("maximum")
    if most:
        numbers = [str(number) for number in range(most + 1)]
        yield "too many values", numbers if repeats else [",".join(numbers)]
    if parameter.get("required"):
        yield "missing", []


def _valid_twice(item: Schema) -> list[str]:
    if item.get("enum"):
        return [str(item["enum"][0])] * 2
    kinds = {"boolean": "true"}
    value = "2026-01-01T00:00:00Z" if item.get("format") == "date-time" else kinds.get(item.get("type", ""), "a")
    return [value, value]
