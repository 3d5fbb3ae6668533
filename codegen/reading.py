"""Reads a document: schemas become objects and shapes, paths become endpoints.

`allOf` is folded, `$ref` is followed with or without siblings, a discriminator's mapping is kept beside its base,
and documented values are taken from `enum` or from the description's "Enum:" line. Nothing else of a description is
kept, except the facts `prose` looks for: paging, sort criteria, locale, call frequency.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, cast

import msgspec
from msgspec import Struct

from .documents import CodegenError, Document
from .shapes import Choice, Keyed, Kind, Many, Member, Object, Ref, Scalar, Shape, referred

Json = dict[str, Any]

JSON = "application/json"
_COMMA = re.compile(r"comma[- ]separated|separated (?:by|with) (?:a )?comma|comma (?:\(,\) )?as (?:a )?separator")
_AT_MOST = re.compile(r"[Ll]imited to (\d+) values")
_METHODS = ("get", "put", "post", "delete", "patch")
_FORMATS: dict[str, Kind] = {"date-time": "datetime", "date": "date", "time": "time", "binary": "bytes"}
_KINDS: dict[str, Kind] = {"string": "str", "integer": "int", "number": "decimal", "boolean": "bool"}


class Parameter(Struct, frozen=True, kw_only=True):
    """A declared path, query or header parameter; `comma` where its text says that values are joined by commas.

    `default` is what the server takes where it is left out; a plain `false` is not told.
    """

    wire: str
    place: str
    shape: Shape
    required: bool
    deprecated: bool
    comma: bool
    at_most: int | None
    default: tuple[str, ...]


class Endpoint(Struct, frozen=True, kw_only=True):
    """One operation of a document, as read: no decision of ours is in it yet. A webhook is one without a path."""

    code: str
    method: str
    path: str
    title: str
    tag: str
    parameters: tuple[Parameter, ...]
    body: Shape | None
    body_type: str
    answers: tuple[tuple[str, str, Shape | None], ...]
    errors: tuple[str, ...]
    scope: str
    deprecated: bool
    description: str

    @property
    def json_answer(self) -> Shape | None:
        """What a successful answer holds in JSON."""
        return next((shape for _, media, shape in self.answers if media == JSON and shape is not None), None)


class Reader:
    """Reads one document; `objects` fills as shapes are asked for, `codes` with all operations, skipped or not."""

    def __init__(self, document: Document, skipped: Collection[str] = ()) -> None:
        self.document = document
        self.objects: dict[str, Object] = {}
        self.codes: list[str] = []
        self._skipped = skipped

    def endpoints(self) -> list[Endpoint]:
        """All operations, in the document's order of paths, and then what the document tells of webhooks."""
        found: list[Endpoint] = []
        for path, item in self.document.content.get("paths", {}).items():
            shared = item.get("parameters", [])
            for method in (method for method in _METHODS if method in item):
                self.codes.append(_code(path, method, item[method]))
                if self.codes[-1] not in self._skipped:
                    found.append(self._endpoint(path, method, item[method], shared))
        for name, item in self.document.content.get("webhooks", {}).items():
            found += [self._event(name, item[method]) for method in _METHODS if method in item]
        codes = [endpoint.code for endpoint in found]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise CodegenError(f"{self.document.source.file}: operationId used twice: {', '.join(twice)}")
        return found

    def shape(self, schema: Json, key: str) -> Shape:
        """The shape of a schema; objects met on the way are read and kept under `key`, or their component's name."""
        if "$ref" in schema:
            return self._referred(schema)
        if "oneOf" in schema or "anyOf" in schema:
            return self._one_of(schema, key)
        if "allOf" in schema or schema.get("properties") or "discriminator" in schema:
            return self._object(schema, key)
        return self._plain(schema, key)

    def resolve(self, reference: str) -> tuple[str, Json]:
        """The component a `$ref` names, with its name."""
        node: Any = self.document.content
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            raise CodegenError(f"{self.document.source.file}: {reference} leads nowhere")
        return reference.rsplit("/", 1)[-1], cast("Json", node)

    def _event(self, name: str, spec: Json) -> Endpoint:
        """A webhook: nothing to call, but a body to read."""
        told = {"operationId": name, **spec, "requestBody": {}, "responses": {"200": spec.get("requestBody", {})}}
        return self._endpoint("", "", told, [])

    def _endpoint(self, path: str, method: str, spec: Json, shared: list[Json]) -> Endpoint:
        code = _code(path, method, spec)
        content = self._followed(spec.get("requestBody", {})).get("content", {})
        nothing: tuple[str, Json] = ("", {})
        body_type, media = next((item for item in content.items() if _is_sendable(item[0])), nothing)
        if content and not body_type:
            raise CodegenError(
                f"{code}: takes {', '.join(content)}, which no method can send: `skip` it, with the reason"
            )
        answers: list[tuple[str, str, Shape | None]] = []
        errors: list[str] = []
        for status, response in spec.get("responses", {}).items():
            if not str(status).startswith("2"):
                errors.append(str(status))
                continue
            for answer_type, answer in (self._followed(response).get("content") or {"": {}}).items():
                schema = answer.get("schema")
                shape = self.shape(schema, f"{code}_Response_{status}") if schema else None
                answers.append((str(status), answer_type.split(";")[0].strip(), shape))
        title = " ".join(str(spec.get("summary") or "").split())
        return Endpoint(
            code=code,
            method=method.upper(),
            path=path,
            title=title.removeprefix(code).removeprefix(" - ").strip(),
            tag=(spec.get("tags") or [""])[0],
            parameters=self._parameters([*shared, *spec.get("parameters", [])]),
            body=self.shape(media["schema"], f"{code}_Request") if media.get("schema") else None,
            body_type=body_type.split(";")[0].strip(),
            answers=tuple(answers),
            errors=tuple(errors),
            scope=next(
                (scope for rule in spec.get("security", []) for scopes in rule.values() for scope in scopes), ""
            ),
            deprecated=bool(spec.get("deprecated")),
            description=str(spec.get("description") or ""),
        )

    def _followed(self, spec: Json) -> Json:
        """A part of an operation, or the component it refers to."""
        return self.resolve(spec["$ref"])[1] if "$ref" in spec else spec

    def _parameters(self, specs: list[Json]) -> tuple[Parameter, ...]:
        """The path's and the operation's parameters, the latter winning; headers and cookies are the transport's."""
        found = {(str(spec["in"]), str(spec["name"])): spec for spec in map(self._followed, specs)}
        return tuple(self._parameter(spec) for (where, _), spec in found.items() if where in {"path", "query"})

    def _parameter(self, spec: Json) -> Parameter:
        schema = spec.get("schema", {})
        text = str(spec.get("description") or "")
        shape = self.shape(schema, str(spec["name"]))
        if referred(shape):
            shape = Scalar(
                "str"
            )  # an object in an address: there are several ways to write one, the caller knows which
        if isinstance(shape, Scalar) and not shape.values and text:
            values, retired = documented_values({"description": text})
            shape = Scalar(shape.kind, values, retired, shape.min_length, shape.max_length, shape.pattern)
        listed = shape.item if isinstance(shape, Many) else shape
        capped = schema.get("maximum") if schema.get("type") in {"array", "string"} else None
        if isinstance(listed, Scalar) and listed.kind == "str" and listed.maximum is not None:
            # `maximum` on a text means "at most so many values" in these documents, never a bound of a value.
            bare = Scalar(
                listed.kind, listed.values, listed.retired, listed.min_length, listed.max_length, listed.pattern
            )
            shape = Many(bare, shape.min_length, shape.max_length) if isinstance(shape, Many) else bare
        told = _AT_MOST.search(text)
        return Parameter(
            wire=str(spec["name"]),
            place=str(spec["in"]),
            shape=shape,
            required=bool(spec.get("required")),
            deprecated=bool(spec.get("deprecated") or schema.get("deprecated")),
            comma=_COMMA.search(" ".join(text.lower().split())) is not None,
            at_most=int(capped) if capped is not None else schema.get("maxItems") or (told and int(told[1])),
            default=_default(schema),
        )

    def _referred(self, schema: Json) -> Shape:
        name, target = self.resolve(schema["$ref"])
        if name in self.objects:
            return Ref(name)
        return self.shape(target, name)

    def _one_of(self, schema: Json, key: str) -> Shape:
        self.objects[key] = Object(key=key)  # an option may lead back here
        choices: list[Json] = [item for item in schema.get("oneOf") or schema["anyOf"] if item.get("type") != "null"]
        options = [self.shape(option, f"{key}/{index}") for index, option in enumerate(choices)]
        objects = [self.objects[option.key] for option in options if isinstance(option, Ref)]
        if len(objects) == len(options) > 1:
            return self._alternatives(schema.get("discriminator", {}), objects, key)
        del self.objects[key]
        if len(options) == 1:
            return options[0]
        scalars = tuple(option for option in options if isinstance(option, Scalar))
        return Choice(scalars) if len(scalars) == len(options) else Scalar("any")

    def _alternatives(self, discriminator: Json, objects: list[Object], key: str) -> Shape:
        """Objects told apart by the one member each has become one object of which exactly one member is set.

        Others become the variants of an object that has what they all have in common: their tag, if there is one.
        """
        members = [member for item in objects for member in item.members]
        if len({member.wire for member in members}) == len(members) == len(objects):
            optional = tuple(msgspec.structs.replace(member, required=False) for member in members)
            self.objects[key] = Object(key=key, members=optional, alternatives=True)
            return Ref(key)
        tag = discriminator.get("propertyName", "")
        tags = [member for item in objects if (member := item.member(tag))]
        shared = (msgspec.structs.replace(tags[0], required=all(item.required for item in tags)),) if tags else ()
        mapped = {value: self._variant(reference) for value, reference in discriminator.get("mapping", {}).items()}
        variants = mapped or {item.key.rsplit("/", 1)[-1]: item.key for item in objects}
        self.objects[key] = Object(
            key=key,
            members=shared if len(tags) == len(objects) else (),
            tag=tag if len(tags) == len(objects) else "",
            variants=tuple(variants.items()),
        )
        return Ref(key)

    def _object(self, schema: Json, key: str) -> Shape:
        if key in self.objects:
            return Ref(key)
        entry = self.objects[key] = Object(key=key, deprecated=bool(schema.get("deprecated")))
        members: dict[str, Member] = {}
        required = self._collect(schema, key, members)
        discriminator = schema.get("discriminator", {})
        entry.tag = discriminator.get("propertyName", "")
        entry.variants = tuple(
            (value, self._variant(reference)) for value, reference in discriminator.get("mapping", {}).items()
        )
        entry.members = tuple(
            member if member.required or name not in required else msgspec.structs.replace(member, required=True)
            for name, member in members.items()
        )
        return Ref(key)

    def _variant(self, reference: str) -> str:
        name, _ = self.resolve(reference)
        shape = self._referred({"$ref": reference})
        if referred(shape) != name:
            raise CodegenError(f"{self.document.source.file}: discriminator names {name}, which is not an object")
        return name

    def _collect(self, schema: Json, key: str, members: dict[str, Member]) -> set[str]:
        """Gather a schema's members, those of its `allOf` first; returns the names it requires."""
        required = set(schema.get("required", []))
        for part in schema.get("allOf", []):
            target = self.resolve(part["$ref"])[1] if "$ref" in part else part
            base = self.resolve(part["$ref"])[0] if "$ref" in part else key
            required |= self._collect(target, base, members)
        for wire, spec in schema.get("properties", {}).items():
            members[wire] = Member(
                wire=wire,
                shape=self.shape(spec, f"{key}/{wire}"),
                nullable=_nullable(spec),
                deprecated=bool(spec.get("deprecated")),
                default=_default(spec),
            )
        return required

    def _plain(self, schema: Json, key: str) -> Shape:
        kind = schema.get("type", "string" if "enum" in schema else "any")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "any")
        match kind:
            case "array":
                if schema.get("format") == "binary":
                    return Scalar("bytes")
                return Many(self.shape(schema.get("items", {}), key), schema.get("minItems"), schema.get("maxItems"))
            case "object":
                return self._free(schema, key)
            case "string" | "integer" | "number" | "boolean":
                return _scalar(schema, _FORMATS.get(schema.get("format", ""), _KINDS[kind]))
            case _:
                return Scalar("any")

    def _free(self, schema: Json, key: str) -> Shape:
        if schema.get("format") == "binary":
            return Scalar("bytes")
        extra = schema.get("additionalProperties")
        return Keyed(self.shape(extra, key) if isinstance(extra, dict) and extra else Scalar("any"))


def _code(path: str, method: str, spec: Json) -> str:
    return str(spec.get("operationId") or f"{method}{path}")


def _is_sendable(media: str) -> bool:
    return media.split(";", maxsplit=1)[0].strip() == JSON or media.startswith("multipart/")


def documented_values(schema: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values a schema documents and, apart, those it calls deprecated."""
    text = str(schema.get("description") or "")
    listed = [str(value) for value in schema.get("enum", []) if value is not None]
    if not listed:
        listed = [
            value for line in re.findall(r"(?<!\w)Enum:(.*)", text) for value in re.findall(r'`"([^"`]*)"`', line)
        ]
    retired = [
        value for line in re.findall(r"Deprecated values:(.*)", text) for value in re.findall(r'`"([^"`]*)"`', line)
    ]
    return tuple(dict.fromkeys(listed)), tuple(dict.fromkeys(retired))


def _default(schema: Json) -> tuple[str, ...]:
    given = schema.get("default")
    return tuple(str(value) for value in (given if isinstance(given, list) else [given]) if value)


def _nullable(schema: Json) -> bool:
    """Whether null is among the types: in a list of types, in a choice, or as OpenAPI 3.0 said it."""
    kinds = schema.get("type")
    choices = schema.get("oneOf") or schema.get("anyOf") or []
    return (
        (isinstance(kinds, list) and "null" in kinds)
        or any(choice.get("type") == "null" for choice in choices)
        or schema.get("nullable") is True
    )


def _scalar(schema: Json, kind: Kind) -> Scalar:
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
