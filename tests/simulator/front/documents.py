"""The published document, read independently of the package: routes, parameters, and members of responses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = "mirakl-mmp-front-openapi.yaml"


@cache
def document() -> Any:
    path = _path()
    if path is None:
        pytest.skip("MIRAKL_OPENAPI_DIR does not hold the Marketplace document")
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _path() -> Path | None:
    path = Path(os.environ.get("MIRAKL_OPENAPI_DIR", "nowhere")) / FILE
    return path if path.exists() else None


def assert_described(value: Any, code: str) -> None:
    """Assert that an answer is what the document describes, in a test that has more to say; nothing without it."""
    if _path() is not None:
        assert list(strays(value, answer_schema(code))) == []


@cache
def operations() -> dict[str, tuple[str, str, Any]]:
    """Map each code to its method, path and description."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def query_parameters(code: str) -> dict[str, Any]:
    return {p["name"]: p["schema"] for p in operations()[code][2].get("parameters", []) if p["in"] == "query"}


def answer_schema(code: str) -> Any:
    responses = operations()[code][2]["responses"]
    (status,) = [status for status in responses if status.startswith("2")]
    return responses[status]["content"]["application/json"]["schema"]


def csv_columns(code: str) -> set[str]:
    """Return the columns that a CSV answer may have, dynamic ones as the document writes them."""
    return set(members(operations()[code][2]["responses"]["200"]["content"]["text/csv"]["schema"]["items"])[0])


def _resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def members(schema: Any) -> tuple[dict[str, Any], Any]:
    """Return an object's members with those of what it is made of and all that it may turn out to be."""
    schema = _resolved(schema)
    known: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        known |= members(part)[0]
    return known | schema.get("properties", {}), schema


def strays(value: Any, schema: Any, where: str = "") -> Iterator[str]:
    """Yield each place where a value is not what the document describes; null is taken for every member.

    A null where nothing may be null is what the document's own examples are full of.
    """
    known, schema = members(schema)
    if value is None:
        return
    if known or schema.get("type") == "object":
        yield from _strays_of_an_object(value, known, schema, where)
    elif schema.get("type") == "array":
        if not isinstance(value, list):
            yield f"{where}: {type(value).__name__} for a list"
            return
        for place, item in enumerate(value):
            yield from strays(item, schema["items"], f"{where}[{place}]")
    elif not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
        yield f"{where}: {type(value).__name__} for {schema['type']}"


TYPES: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def _strays_of_an_object(value: Any, known: dict[str, Any], schema: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {type(value).__name__} for an object"
        return
    for variant in schema.get("discriminator", {}).get("mapping", {}).values():
        known = known | _resolved({"$ref": variant}).get("properties", {})
    for name, member in value.items():
        if name in known:
            yield from strays(member, known[name], f"{where}.{name}")
        else:
            yield f"{where}.{name}: not in the document"
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}.{name}: missing"
