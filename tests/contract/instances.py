"""Values that a schema allows, made from a source of randomness, for example hypothesis."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from tests.contract.schemas import Schema, Schemas

# Everything that some layer between an argument and a socket has a meaning for.
TEXTS = (
    "a",
    "Ann & Bob",
    "50 %",
    "a+b=c",
    "100%41",
    "é ü 漢 🙂",
    'say "hi" \\ bye',
    "x;y|z",
    "a#b?c",
    "tab\there",
    "~_.-",
)
FORMATS = {
    "date-time": ("2024-02-29T23:59:58Z", "2023-03-28T09:34:42.125Z"),
    "date": ("2024-02-29", "1999-12-31"),
    "time": ("10:20:30Z", "23:59:59Z"),
    "uri": ("https://shop.example/a?b=c",),
    "email": ("ann@shop.example",),
    "iso-3166-1 alpha-3": ("FRA", "USA"),
}
PATTERNED = ("EUR", "a-1_Z", "cm", "kg", "")
INTEGERS = (0, 1, 7, 100, 2**31 - 1)
NUMBERS = (0, 1, 12.5, 0.01, 99999.99)
DEPTH = 12


class Instances:
    """Makes values; `fullness` is the chance of an optional member to be there, from 0.0 to 1.0."""

    def __init__(self, schemas: Schemas, random: Random, fullness: float) -> None:
        self._schemas = schemas
        self._random = random
        self._fullness = fullness

    def takes(self) -> bool:
        """Whether something optional is there."""
        return self._random.random() < self._fullness

    def of(self, schema: Schema, depth: int = 0) -> Any:
        """A value that the schema allows."""
        schema = self._schemas.flat(schema)
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return self.of(self._choice(choices, depth), depth + 1)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        kind = schema.get("type", "object" if schema.keys() & {"properties", "discriminator"} else "string")
        if isinstance(kind, list):
            kind = self._random.choice(kind)
        if kind in {"object", "array"}:
            return self._object(schema, depth) if kind == "object" else self._array(schema, depth)
        return self._scalar(schema, kind)

    def _scalar(self, schema: Schema, kind: str) -> Any:
        if kind in {"boolean", "null"}:
            return self._random.random() < 0.5 if kind == "boolean" else None
        if kind == "string":
            return self._string(schema)
        return self._number(schema, INTEGERS if kind == "integer" else NUMBERS)

    def _choice(self, choices: list[Schema], depth: int) -> Schema:
        """One of the choices; at great depth one that is not recursive, so that nested conditions end."""
        if depth > DEPTH:
            shallow = [choice for choice in choices if not self._recursive(choice)]
            choices = shallow or choices
        if self._fullness == 1.0 and {"type": "null"} in choices:
            choices = [choice for choice in choices if choice != {"type": "null"}]
        return self._random.choice(choices)

    def _recursive(self, choice: Schema) -> bool:
        return any(
            "oneOf" in self._schemas.flat(self._schemas.flat(member).get("items", member))
            for member in self._schemas.flat(choice).get("properties", {}).values()
        )

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        tag, variants = self._schemas.variants(schema)
        if variants:
            value = self._random.choice(sorted(variants))
            made: dict[str, Any] = self.of(variants[value], depth)
            return {**made, tag: value}
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            return {self._random.choice(TEXTS): self.of(extra, depth + 1) for _ in range(2)}
        required = schema.get("required", [])
        return {
            name: self.of(member, depth + 1)
            for name, member in schema.get("properties", {}).items()
            if name in required or (depth < DEPTH and self.takes())
        }

    def _array(self, schema: Schema, depth: int) -> Any:
        if schema.get("format") == "binary":
            return []
        low, high = schema.get("minItems", 0), schema.get("maxItems", 3)
        count = self._random.randint(low, max(low, min(high, 3))) if self._fullness else low
        made = [self.of(schema.get("items", {}), depth + 1) for _ in range(count)]
        if schema.get("uniqueItems"):
            made = [item for index, item in enumerate(made) if item not in made[:index]]
        return made

    def _string(self, schema: Schema) -> str:
        if schema.get("format") in FORMATS:
            return self._random.choice(FORMATS[schema["format"]])
        low, high = schema.get("minLength", 0), schema.get("maxLength", 10_000)
        if pattern := schema.get("pattern"):
            fitting = [text for text in PATTERNED if re.search(pattern, text) and low <= len(text) <= high]
            return self._random.choice(fitting)
        text = self._random.choice(TEXTS)[:high]
        return text + "x" * (low - len(text))

    def _number(self, schema: Schema, pool: tuple[float, ...]) -> float:
        low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
        fitting = [number for number in (*pool, low, high) if low <= number <= high and abs(number) != float("inf")]
        return self._random.choice(fitting)
