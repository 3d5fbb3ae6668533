"""Reads a document: schemas become objects and shapes, paths become endpoints.

`allOf` is folded, `$ref` is followed with or without siblings, a discriminator's mapping is kept beside its base,
and documented values are taken from `enum` or from the description's "Enum:" line. Nothing else of a description is
kept, except a few facts that only prose has: paging, sort criteria, locale, call frequency.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, cast

import msgspec
from msgspec import Struct

from .choosing import demands, knowing, tag_of_all, variants_of
from .documents import CodegenError, Document
from .scalars import default_of, documented_values, is_nullable, kind_of_values, notes_of, scalar_of
from .shapes import Choice, Keyed, Kind, Many, Member, Object, Ref, Scalar, Shape, referred

Json = dict[str, Any]

JSON = "application/json"
_COMMA = re.compile(r"comma[- ]separated|separated (?:by|with) (?:a )?comma|comma (?:\(,\) )?as (?:a )?separator")
_AT_MOST = re.compile(r"[Ll]imited to (\d+) values")
_ADDING = {"allOf", "anyOf", "oneOf", "properties", "required"}
_METHODS = ("get", "put", "post", "delete", "patch")
_FORMATS: dict[str, Kind] = {"date-time": "datetime", "date": "date", "time": "time", "binary": "bytes"}
_KINDS: dict[str, Kind] = {"string": "str", "integer": "int", "number": "decimal", "boolean": "bool"}


class Parameter(Struct, frozen=True, kw_only=True):
    """A declared path, query or header parameter; `comma` if its description says that commas separate its values.

    `default` is the server's default value; a default of `false` is omitted.
    """

    wire: str
    location: str
    shape: Shape
    required: bool
    deprecated: bool
    comma: bool
    max_items: int | None
    default: tuple[str, ...]


class Endpoint(Struct, frozen=True, kw_only=True):
    """One operation of a document, as it was read, without decisions of this project. A webhook has no path."""

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
        """The JSON content of a successful answer."""
        return next((shape for _, media, shape in self.answers if is_json(media, shape)), None)


def is_json(media: str, shape: Shape | None) -> bool:
    """Whether an answer is JSON: by its media type, or by its schema if any media type is allowed."""
    structured = shape is not None and referred(shape) is not None
    return shape is not None and (media == JSON or media.endswith("+json") or (media == "*/*" and structured))


class Reader:
    """Reads one document.

    `objects` is filled as shapes are requested, `codes` with all operations, including skipped ones.
    """

    def __init__(self, document: Document, skipped: Collection[str] = ()) -> None:
        self.document = document
        self.objects: dict[str, Object] = {}
        self.codes: list[str] = []
        self._skipped = skipped
        self._open: set[str] = set()
        self._choosing: set[str] = set()

    def endpoints(self) -> list[Endpoint]:
        """Return all operations in the order of the document's paths, followed by its webhooks."""
        found: list[Endpoint] = []
        for path, item in self.document.content.get("paths", {}).items():
            shared = item.get("parameters", [])
            for method in (method for method in _METHODS if method in item):
                self.codes.append(_code(path, method, item[method]))
                if self.codes[-1] not in self._skipped:
                    found.append(self._whole_endpoint(path, method, item[method], shared))
        for name, item in self.document.content.get("webhooks", {}).items():
            found += [self._event(name, item[method]) for method in _METHODS if method in item]
        codes = [endpoint.code for endpoint in found]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise CodegenError(f"{self.document.source.file}: operationId used twice: {', '.join(twice)}")
        return found

    def shape(self, schema: Json, key: str) -> Shape:
        """Return the shape of a schema.

        Objects found in it are read, and stored under `key` or under their component's name.
        """
        if "$ref" in schema and not _ADDING & schema.keys():
            return self._referred(schema)
        if _ADDING & schema.keys() == {"allOf"} and len(schema["allOf"]) == 1:
            return self.shape(schema["allOf"][0], key)  # a notation for a reference with a description
        schema = self._flat(schema, key)
        if _options(schema):
            return self._one_of(schema, key)
        if "allOf" in schema or schema.get("properties") or "discriminator" in schema:
            return self._object(schema, key)
        return self._plain(schema, key)

    def resolve(self, reference: str) -> tuple[str, Json]:
        """Return the component of a `$ref`, and its name."""
        node: Any = self.document.content
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            raise CodegenError(f"{self.document.source.file}: {reference} leads nowhere")
        return reference.rsplit("/", 1)[-1], cast("Json", node)

    def _event(self, name: str, spec: Json) -> Endpoint:
        """Return a webhook, which has a body and cannot be called."""
        operation = {"operationId": name, **spec, "requestBody": {}, "responses": {"200": spec.get("requestBody", {})}}
        return self._whole_endpoint("", "", operation, [])

    def _whole_endpoint(self, path: str, method: str, spec: Json, shared: list[Json]) -> Endpoint:
        try:
            return self._endpoint(path, method, spec, shared)
        except RecursionError:
            code = _code(path, method, spec)
            raise CodegenError(f"{code}: one of its schemas extends itself: `skip` it, with the reason") from None

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
        """Return a part of an operation, or the component to which it refers."""
        return self.resolve(spec["$ref"])[1] if "$ref" in spec else spec

    def _parameters(self, specs: list[Json]) -> tuple[Parameter, ...]:
        """Return the parameters of the path and the operation; the latter have precedence.

        Headers and cookies are omitted, because the transport sets them.
        """
        found = {(str(spec["in"]), str(spec["name"])): spec for spec in map(self._followed, specs)}
        return tuple(self._parameter(spec) for (where, _), spec in found.items() if where in {"path", "query"})

    def _parameter(self, spec: Json) -> Parameter:
        schema = spec.get("schema", {})
        text = str(spec.get("description") or "")
        shape = self.shape(schema, str(spec["name"]))
        if referred(shape):
            shape = Scalar("str")  # an object in a URL has several notations, of which the caller selects one
        if isinstance(shape, Scalar) and not shape.values and text:
            values, retired = documented_values({"description": text})
            shape = Scalar(shape.kind, values, retired, shape.min_length, shape.max_length, shape.pattern)
        listed = shape.item if isinstance(shape, Many) else shape
        capped = schema.get("maximum") if schema.get("type") in {"array", "string"} else None
        if isinstance(listed, Scalar) and listed.kind == "str" and listed.maximum is not None:
            # `maximum` on a text limits the number of values in these documents, never a bound of a value.
            bare = Scalar(
                listed.kind, listed.values, listed.retired, listed.min_length, listed.max_length, listed.pattern
            )
            shape = Many(bare, shape.min_length, shape.max_length) if isinstance(shape, Many) else bare
        limited = _AT_MOST.search(text)
        return Parameter(
            wire=str(spec["name"]),
            location=str(spec["in"]),
            shape=shape,
            required=bool(spec.get("required")),
            deprecated=bool(spec.get("deprecated") or schema.get("deprecated")),
            comma=_COMMA.search(" ".join(text.lower().split())) is not None,
            max_items=int(capped) if capped is not None else schema.get("maxItems") or (limited and int(limited[1])),
            default=default_of(schema),
        )

    def _referred(self, schema: Json) -> Shape:
        name, target = self.resolve(schema["$ref"])
        if name in self.objects:
            return Ref(name)
        if name in self._open:
            return Scalar("any")  # a list that contains itself, which no struct can describe
        self._open.add(name)
        shape = self.shape(target, name)
        self._open.discard(name)
        return shape

    def _flat(self, schema: Json, key: str) -> Json:
        """Return a schema merged with its `$ref` and with the choice in its `allOf`.

        A choice that lists the schema itself is not merged, because the schema is then a variant.
        """
        if "$ref" in schema:
            rest = {name: value for name, value in schema.items() if name != "$ref"}
            schema = {**rest, "allOf": [{"$ref": schema["$ref"]}, *schema.get("allOf", [])]}
        for part in schema.get("allOf", []) if not _options(schema) else []:
            target = self._followed(part)
            options = _options(target)
            if options and not any(option.get("$ref", "").rsplit("/", 1)[-1] == key for option in options):
                discriminator = schema.get("discriminator") or target.get("discriminator", {})
                return {**schema, "oneOf": options, "discriminator": discriminator}
        return schema

    def _one_of(self, schema: Json, key: str) -> Shape:
        choices = [item for item in _options(schema) if item.get("type") != "null"]
        has_base = bool({"properties", "allOf"} & schema.keys())
        if has_base and choices and all(map(demands, choices)):
            return self._one_required(schema, choices, key)
        if key in self._choosing:
            return Scalar("any")  # an option extends the schema that contains the choice
        self._choosing.add(key)
        self.objects[key] = Object(key=key)  # an option may refer to this schema
        options = [self.shape(option, f"{key}/{index}") for index, option in enumerate(choices)]
        self._choosing.discard(key)
        objects = [self.objects[option.key] for option in options if isinstance(option, Ref)]
        if objects and len(objects) == len(options) and (has_base or len(options) > 1):
            return self._alternatives(schema, objects, key)
        del self.objects[key]
        if has_base:
            return self._object(schema, key)
        if objects and len(options) == 1:
            self.objects[key] = objects[0]
        if len(options) == 1:
            return options[0]
        scalars = tuple(option for option in options if isinstance(option, Scalar))
        return Choice(scalars) if len(scalars) == len(options) else Scalar("any")

    def _one_required(self, schema: Json, choices: list[Json], key: str) -> Shape:
        """Return an object whose choices only state which of its members are required."""
        shape = self._object(schema, key)
        wires = [wire for choice in choices for wire in demands(choice)]
        item = self.objects[key]
        if "oneOf" in schema and len(choices) == len(wires) == len({*wires}) and all(map(item.member, wires)):
            item.alternatives = tuple(wires)
        return shape

    def _alternatives(self, schema: Json, options: list[Object], key: str) -> Shape:
        """Return an object for a choice.

        Objects that differ in one member each become one object in which exactly one of these members is set. Other
        objects become variants of an object with their common members, such as the tag. The other members of the schema
        belong to each variant.
        """
        members: dict[str, Member] = {}
        required = self._collect(schema, key, members)
        base = _requiring(members, required)
        own = [member for option in options for member in option.members]
        if len(own) == len(options) > 1 and len({*members, *(item.wire for item in own)}) == len(members) + len(own):
            optional = (msgspec.structs.replace(member, required=False) for member in own)
            self.objects[key] = Object(
                key=key,
                title=_title(schema),
                members=(*base, *optional),
                alternatives=tuple(member.wire for member in own),
                options=tuple(option.key for option in options),
            )
            return Ref(key)
        tag, variants = variants_of(schema, options, self._variant)
        if tag not in members and (shared := tag_of_all(options, tag)):
            base = (shared, *base)
        base = tuple(knowing(member, tuple(variants)) if member.wire == tag else member for member in base)
        is_tagged = any(member.wire == tag for member in base)
        if is_tagged and len(base) > 1:
            variants = {value: self._whole(f"{key}/{value}", base, variant) for value, variant in variants.items()}
        self.objects[key] = Object(
            key=key,
            title=_title(schema),
            members=base,
            tag=tag if is_tagged else "",
            variants=tuple(variants.items()),
            options=tuple(option.key for option in options),
            chosen_by=tag,
        )
        return Ref(key)

    def _whole(self, key: str, base: tuple[Member, ...], variant: str) -> str:
        """Return a variant with the members beside the choice; it becomes another object unless it has them already."""
        item = self.objects[variant]
        missing = tuple(member for member in base if item.member(member.wire) is None)
        if not missing:
            return variant
        self.objects[key] = Object(key=key, members=(*missing, *item.members), deprecated=item.deprecated)
        return key

    def _object(self, schema: Json, key: str) -> Shape:
        if key in self.objects:
            return Ref(key)
        entry = self.objects[key] = Object(key=key, title=_title(schema), deprecated=bool(schema.get("deprecated")))
        members: dict[str, Member] = {}
        required = self._collect(schema, key, members)
        entry.members = _requiring(members, required)
        discriminator = schema.get("discriminator") or {}
        tag = str(discriminator.get("propertyName", ""))
        mapped = {value: self._variant(reference) for value, reference in discriminator.get("mapping", {}).items()}
        chosen = next((item for item in self._choices(entry) if mapped and {*mapped.values()} <= {*item.options}), None)
        if chosen is not None:
            chosen.chosen_by, chosen.variants = tag, tuple(mapped.items())
        else:
            entry.tag, entry.variants = tag, tuple((mapped if mapped or not tag else self._children(key)).items())
        return Ref(key)

    def _choices(self, item: Object) -> list[Object]:
        """Return the members of an object whose value is one of several objects."""
        return [self.objects[key] for member in item.members if (key := referred(member.shape)) in self.objects]

    def _children(self, name: str) -> dict[str, str]:
        """Return the components, by name, that extend a component whose tag has no mapping."""
        schemas: dict[str, Json] = self.document.content.get("components", {}).get("schemas", {})
        reference = f"#/components/schemas/{name}"
        children = [
            child
            for child, schema in schemas.items()
            if {"$ref": reference} in schema.get("allOf", []) and child != name
        ]
        return {child: self._variant(f"#/components/schemas/{child}") for child in children}

    def _variant(self, reference: str) -> str:
        reference = reference if "/" in reference else f"#/components/schemas/{reference}"
        name, _ = self.resolve(reference)
        shape = self._referred({"$ref": reference})
        if referred(shape) != name:
            raise CodegenError(f"{self.document.source.file}: discriminator names {name}, which is not an object")
        return name

    def _collect(self, schema: Json, key: str, members: dict[str, Member]) -> set[str]:
        """Collect a schema's members, beginning with those of its `allOf`; return the names of the required ones."""
        required = set(schema.get("required", []))
        for part in schema.get("allOf", []):
            target = self.resolve(part["$ref"])[1] if "$ref" in part else part
            base = self.resolve(part["$ref"])[0] if "$ref" in part else key
            required |= self._collect(target, base, members)
        for wire, spec in schema.get("properties", {}).items():
            members[wire] = Member(
                wire=wire,
                shape=self.shape(spec, f"{key}/{wire}"),
                nullable=is_nullable(spec),
                deprecated=bool(spec.get("deprecated")),
                default=default_of(spec),
                notes=notes_of(wire, spec),
            )
        return required

    def _plain(self, schema: Json, key: str) -> Shape:
        kind = schema.get("type") or kind_of_values(schema.get("enum", [schema.get("const")]))
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
                return scalar_of(schema, _FORMATS.get(schema.get("format", ""), _KINDS[kind]))
            case _:
                return Scalar("any")

    def _free(self, schema: Json, key: str) -> Shape:
        if schema.get("format") == "binary":
            return Scalar("bytes")
        extra = schema.get("additionalProperties")
        return Keyed(self.shape(extra, key) if isinstance(extra, dict) and extra else Scalar("any"))


def _options(schema: Json) -> list[Json]:
    """Return the options of a schema's `oneOf` or `anyOf`."""
    return list(schema.get("oneOf") or schema.get("anyOf") or [])


def _requiring(members: dict[str, Member], required: set[str]) -> tuple[Member, ...]:
    return tuple(
        msgspec.structs.replace(member, required=True) if wire in required else member
        for wire, member in members.items()
    )


def _title(schema: Json) -> str:
    return str(schema.get("title") or "")


def _code(path: str, method: str, spec: Json) -> str:
    return str(spec.get("operationId") or f"{method}{path}")


def _is_sendable(media: str) -> bool:
    return media.split(";", maxsplit=1)[0].strip() == JSON or media.startswith("multipart/")
