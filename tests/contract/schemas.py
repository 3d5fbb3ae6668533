"""One document's schemas with the project's corrections, and the rules that JSON Schema cannot express.

`codegen/corrections.toml` lists what the documents get wrong about what is sent, each row with its reason: a member
that Mirakl's own examples send as null, a list's length that only the text gives. The schemas here are corrected by the
same rows. A discriminator is OpenAPI's word: a validator of JSON Schema ignores it, so its variants are followed here.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema

from tests.contract import documents

Schema: TypeAlias = dict[str, Any]

CORRECTIONS = Path(__file__).parents[2] / "codegen/corrections.toml"


class Schemas:
    """The schemas of one service."""

    def __init__(self, service: str) -> None:
        self.components = copy.deepcopy(documents.document(service)["components"])
        _correct(self.components["schemas"], tomllib.loads(CORRECTIONS.read_text()).get(service, {}))
        for schema in self.components["schemas"].values():
            self._free_overridden(schema)

    def follow(self, schema: Schema) -> Schema:
        """What a reference stands for; anything else is itself."""
        while "$ref" in schema:
            schema = self.components["schemas"][schema["$ref"].removeprefix("#/components/schemas/")]
        return schema

    def flat(self, schema: Schema) -> Schema:
        """A schema with the members of its `allOf` among its own."""
        schema = self.follow(schema)
        if "allOf" not in schema:
            return schema
        parts = [*map(self.flat, schema["allOf"]), {key: value for key, value in schema.items() if key != "allOf"}]
        folded: Schema = {}
        for part in parts:
            folded |= part
        folded["properties"] = {name: kind for part in parts for name, kind in part.get("properties", {}).items()}
        folded["required"] = sorted({name for part in parts for name in part.get("required", [])})
        return folded

    def _free_overridden(self, base: Schema) -> None:
        """Let the variants alone say what they override: of such a member the base says `object`, and means anything."""
        own = {
            name
            for variant in base.get("discriminator", {}).get("mapping", {}).values()
            for name in self.follow({"$ref": variant}).get("properties", {})
        }
        for name in own & base.get("properties", {}).keys() - {base.get("discriminator", {}).get("propertyName")}:
            base["properties"][name] = {}

    def variants(self, schema: Schema) -> tuple[str, dict[str, Schema]]:
        """The discriminating member and the schema of each of its values; ("", {}) where there is none."""
        discriminator = schema.get("discriminator", {})
        tag = discriminator.get("propertyName", "")
        if tag not in schema.get("properties", {}) and f"@{tag}" in schema.get("properties", {}):
            tag = f"@{tag}"  # IV01's payment_info: the member is @type, in its example too
        # A variant that builds on its base inherits the discriminator, and says nothing new with it.
        return tag, {
            value: {key: part for key, part in self.flat({"$ref": reference}).items() if key != "discriminator"}
            for value, reference in discriminator.get("mapping", {}).items()
        }

    def problems(self, schema: Schema, value: Any, path: str = "$") -> list[str]:
        """Why a value is not what a schema allows; members it does not describe are a problem, too."""
        validator = jsonschema.Draft202012Validator(
            {**schema, "components": self.components}, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        found = [f"{path}{error.json_path[1:]}: {error.message}" for error in validator.iter_errors(value)]
        return found + list(self._beyond(schema, value, path))

    def _beyond(self, schema: Schema, value: Any, path: str) -> Iterator[str]:
        """What JSON Schema lets pass: members no schema names, and variants that only a discriminator names."""
        schema = self._not_null(self.flat(schema))
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._beyond(schema.get("items", {}), item, f"{path}[{index}]")
        if not isinstance(value, dict):
            return
        tag, variants = self.variants(schema)
        if tag and value.get(tag) in variants:
            yield from self.problems(variants[value[tag]], value, path)
            return
        known = self.members(schema)
        if known is None:
            return
        for name, member in value.items():
            if name in known:
                yield from self._beyond(known[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name}: the document has no such member"

    def _not_null(self, schema: Schema) -> Schema:
        """What a value that may be null is where it is not."""
        choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
        return self.flat(choices[0]) if len(choices) == 1 else schema

    def members(self, schema: Schema) -> dict[str, Schema] | None:
        """The members an object may have; None where it may have any."""
        schema = self.flat(schema)
        if schema.get("additionalProperties") or not (schema.keys() & {"properties", "oneOf", "anyOf"}):
            return None
        found = dict(schema.get("properties", {}))
        for choice in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
            found |= self.members(choice) or {}
        return found


@cache
def schemas(service: str) -> Schemas:
    """The schemas of one service, corrected once."""
    return Schemas(service)


def _correct(components: dict[str, Schema], corrections: dict[str, Any]) -> None:
    for row in corrections.get("members", []):
        schema = components.get(row["schema"], {})
        _correct_member(schema, row) if row["member"] in schema.get("properties", {}) else None
    for row in corrections.get("nullable_requests", []):
        for name, schema in components.items():
            if name.startswith(f"{row['schema']}_"):
                for member in schema.get("properties", {}).keys() - set(schema.get("required", [])):
                    _allow_null(schema, member)


def _correct_member(schema: Schema, row: dict[str, Any]) -> None:
    member = row["member"]
    required = set(schema.get("required", []))
    if "required" in row:
        schema["required"] = sorted(required | {member} if row["required"] else required - {member})
    if "max_items" in row:
        schema["properties"][member]["maxItems"] = row["max_items"]
    if "type" in row:
        schema["properties"][member] = {"type": {"str": "string"}[row["type"]]}
    if row.get("nullable"):
        _allow_null(schema, member)


def _allow_null(schema: Schema, member: str) -> None:
    schema["properties"][member] = {"anyOf": [schema["properties"][member], {"type": "null"}]}
