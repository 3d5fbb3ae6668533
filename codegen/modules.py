"""Writes one module of models: constants first, then the structs, each after the structs it contains."""

from __future__ import annotations

from .documents import CodegenError
from .facts import sentence
from .merging import Catalog, Model
from .package import Alias, Package, python_name
from .shapes import Choice, Direction, Keyed, Many, Member, Ref, Scalar, Shape
from .tables import Need
from .values import Values
from .words import constant, member_name
from .writing import Group, alternatives, call, docstring, exported, header, imported, string

_TYPES = {
    "str": "str",
    "int": "int",
    "decimal": "Decimal",
    "bool": "bool",
    "datetime": "dt.datetime",
    "date": "dt.date",
    "time": "dt.time",
    "any": "Any",
    "bytes": "bytes",
}


_FROM_MODEL = frozenset(
    [
        "EXPECTED_DEFAULT",
        "Command",
        "Expected",
        "Fact",
        "ResponseModel",
        "BulkResult",
        "RequestModel",
        "Untyped",
        "check_required",
        "check_number",
        "check_exactly_one",
        "check_timezone",
    ]
)
_TEXTS = frozenset({"str", "datetime", "date", "time", "bytes"})


class ModuleWriter:
    """Writes one module, and records the imports that it needs."""

    def __init__(self, package: Package, module: str) -> None:
        self.package = package
        self.module = module
        self.models = ordered([model for model in package.models if model.module == module], package.catalog)
        self.values = sorted((item for item in package.values if item.module == module), key=lambda item: item.name)
        self.imports: set[str] = set()
        self.siblings: set[str] = set()
        self._written: set[Model] = set()
        self._ahead = False

    def text(self) -> str:
        """Return the text of the module."""
        bodies = [self._constants(item) for item in self.values]
        if self.values:
            bodies.append(self._aliases())
        for model in self.models:
            bodies.append(self._model(model))
            self._written.add(model)
        bodies += [self._alias(item) for item in self.package.aliases if item.module == self.module]
        where = f"{self.package.service}.{self.module}"
        about = f"What {where} sends and reads."
        if self.module == "common":
            about = f"What several parts of {self.package.service} share."
        elif {place.code for model in self.models for place in model.places} <= self.package.events.keys():
            about = f"The {self.module} of {self.package.title}."
        names = [name for name, module in self.package.names() if module == self.module]
        head = [header(self.package.file), f'"""{about}"""\n', *self._imports(), "", exported(names).rstrip("\n")]
        return "\n".join([*head, "\n\n".join(["", *bodies])]).rstrip("\n") + "\n"

    def _imports(self) -> list[str]:
        lines: list[str] = []
        if "dt" in self.imports:
            lines.append("import datetime as dt")
        if "Decimal" in self.imports:
            lines.append("from decimal import Decimal")
        names = {"TYPE_CHECKING", "Annotated", "Any", "ClassVar", "Final", "Literal", "TypeAlias"}
        typing = sorted(self.imports & names, key=lambda name: (not name.isupper(), name))
        if typing:
            lines.append(f"from typing import {', '.join(typing)}")
        if lines:
            lines.append("")
        msgspec = sorted(self.imports & {"Meta", "UNSET", "UnsetType"}, key=lambda name: (name != "UNSET", name))
        if msgspec:
            lines += [f"from msgspec import {', '.join(msgspec)}", ""]
        model = sorted(
            self.imports & _FROM_MODEL,
            key=lambda n: (not n.isupper(), n[0].islower(), n),
        )
        if model:
            lines.append(imported("mirakl_async.model", model))
        if self.siblings:
            lines += ["", imported(".common", sorted(self.siblings))]
        return lines if lines and lines[-1] else lines[:-1]

    def _constants(self, item: Values) -> str:
        self.imports.add("Final")
        where = " and ".join(sorted({f"`{name}`" for name in item.wires()})[:3])
        lines = [f"class {item.name}:", f'    """Known values of {where}; others may appear at any time."""', ""]
        seen: dict[str, str] = {}
        places = item.keyed()
        given = {row.value: row.name for row in self.package.corrections.names if (row.schema, row.member) in places}
        for value in (*item.values, *item.retired):
            name = given.get(value) or constant(value)
            if seen.setdefault(name, value) != value:
                schema, member = places[0]
                raise CodegenError(
                    f"{item.name}: {value} and {seen[name]} would both be {name}: give one a row under `names` in "
                    f"corrections.toml (schema = {schema!r}, member = {member!r}, value = {value!r}, name = ...)"
                )
        lines += [f"    {name}: Final = {string(value)}" for name, value in seen.items()]
        return "\n".join(lines) + "\n"

    def _aliases(self) -> str:
        """Return the aliases for known values.

        At run time they are plain text, because a decoder accepts no union of texts.
        """
        self.imports |= {"TYPE_CHECKING", "Literal", "TypeAlias"}
        known = [Group("Literal[", tuple(string(value) for value in item.values), "]") for item in self.values]
        return "\n".join(
            [
                "if TYPE_CHECKING:",
                "    # One of the known values, which editors complete, or any other text.",
                *(
                    alternatives(f"{item.alias}: TypeAlias =", [literal, "str"], 4)
                    for item, literal in zip(self.values, known, strict=True)
                ),
                "else:",
                *(f"    {item.alias} = str" for item in self.values),
                "",
            ]
        )

    def _model(self, model: Model) -> str:
        if model.kind == "union":
            return self._union(model)
        base = self._base(model)
        self.imports.add(base)
        bases = [base]
        reported = self._failed(model)
        if reported:
            self.imports.add("BulkResult")
            bases.append(f"BulkResult[{reported[0]}]")
        fields = self._type_of_event(model)
        for member in sorted(model.members, key=lambda item: not item.required):
            fields.append(self._field(model, member))
            said = sentence(self.package, model, member)
            fields += [docstring([said], 4)] if said else []
        names = [(member.wire, python_name(model, member, self.package.corrections)) for member in model.members]
        self._unique(model, names)
        renamed = [f"{string(name)}: {string(wire)}" for wire, name in names if wire != name]
        arguments: list[str | Group] = [*bases, "kw_only=True", "gc=False"]
        if model.value:
            arguments += [f"tag_field={string(model.tag)}", f"tag={string(model.value)}"]
        if renamed:
            arguments.append(Group("rename={", tuple(renamed), "}", literal=True))
        lines = [
            call(f"class {model.name}(", arguments, "):"),
            docstring([self.package.summaries.get(model.name) or self._summary(model)], 4),
        ]
        if fields:
            lines += ["", *fields]
        checks = self._checks(model)
        if checks:
            lines += ["", "    def __post_init__(self) -> None:", *checks]
        if reported:
            lines += ["", f"    def _failures(self) -> list[{reported[0]}]:", reported[1]]
        return "\n".join(lines) + "\n"

    def _base(self, model: Model) -> str:
        if self.package.is_event(model):
            return next(
                (base for place in model.places if (base := self.package.events.get(place.code))), "ResponseModel"
            )
        return "ResponseModel" if model.direction == "read" else "RequestModel"

    def _type_of_event(self, model: Model) -> list[str]:
        """Return the type as a class attribute.

        The decoder selects the struct by the type and creates no member for it.
        """
        if not self.package.is_event(model):
            return []
        self.imports.add("ClassVar")
        return [f"    {member_name(model.tag)}: ClassVar[str] = {string(model.value)}"]

    def _alias(self, item: Alias) -> str:
        self.imports.add("TypeAlias")
        kind = self._type("read", item.shape)
        return f"{item.name}: TypeAlias = {kind}\n" + docstring([f"The answer of {item.code}."]) + "\n"

    def _union(self, model: Model) -> str:
        self.imports.add("TypeAlias")
        variants = [self.package.catalog.of[model.direction, key] for _, key in model.variants]
        names: list[str | Group] = list(dict.fromkeys(self._refer(variant) for variant in variants))
        tag = model.tag or variants[0].tag
        head = alternatives(f"{model.name}: TypeAlias =", names)
        return f"{head}\n" + docstring([f"Any of these structs, by its `{tag}`."]) + "\n"

    def _unique(self, model: Model, names: list[tuple[str, str]]) -> None:
        seen: dict[str, str] = {}
        for wire, name in names:
            if seen.setdefault(name, wire) != wire:
                raise CodegenError(
                    f"{model.name}: {wire} and {seen[name]} would both be {name}: "
                    f"give one a row under `members` in corrections.toml (schema = {model.schemas[0]!r}, python = ...)"
                )

    def _field(self, model: Model, member: Member) -> str:
        name = python_name(model, member, self.package.corrections)
        self._ahead = False
        kind = self._type(model.direction, member.shape, self._text(model, member))
        line = self._declared(model, member, name, kind)
        return _quoted(line) if self._ahead else line

    def _declared(self, model: Model, member: Member, name: str, kind: str) -> str:
        if model.direction == "read":
            if member.required:
                self.imports |= {"Expected", "EXPECTED_DEFAULT"}
                return f"    {name}: Expected[{kind}] = EXPECTED_DEFAULT"
            return f"    {name}: {kind} | None = None" if kind != "Any" else f"    {name}: Any = None"
        if member.nullable and kind != "Any":
            kind += " | None"
        if member.required:
            return f"    {name}: {kind}"
        self.imports |= {"UNSET", "UnsetType"}
        return f"    {name}: {kind} | UnsetType = UNSET"

    def _text(self, model: Model, member: Member) -> str:
        """Return the type of a text member: the alias of its known values if the document lists some, else `str`."""
        known = self.package.known_values(model, member.wire)
        if known is None:
            return "str"
        if known.module != self.module:
            self.siblings.add(known.alias)
        return known.alias

    def _type(self, direction: Direction, shape: Shape, text: str = "str") -> str:
        match shape:
            case Scalar():
                return self._scalar(direction, shape, text)
            case Many(item, low, high):
                inner = f"list[{self._type(direction, item, text)}]"
                return (
                    self._bounded(inner, [("min_length", low or None), ("max_length", high)])
                    if direction == "sent"
                    else inner
                )
            case Keyed(value):
                return f"dict[str, {self._type(direction, value)}]"
            case Choice(options):
                return self._choice(direction, options)
            case Ref(key):
                return self._refer(self.package.catalog.of[direction, key])

    def _choice(self, direction: Direction, options: tuple[Shape, ...]) -> str:
        """Return a union whose options a decoder can distinguish: one JSON text, one list and one object at most.

        A decoder also accepts a text for a Decimal. So a value that may be a number or a text has no type in responses,
        which keeps all digits, and is a float in requests.
        """
        kinds = {option.kind for option in options if isinstance(option, Scalar)}
        if "any" in kinds or sum(not isinstance(option, Scalar) for option in options) > 1:
            self.imports.add("Any")
            return "Any"
        text = ["str"] if len(kinds & _TEXTS) > 1 else []
        others = [self._option(direction, item) for item in options if not (text and _is_text(item))]
        union = " | ".join(dict.fromkeys([*text, *others]))
        if direction == "sent" or "decimal" not in kinds:
            return union
        self.imports.add("Untyped")
        return f"Untyped[{union}]"

    def _option(self, direction: Direction, shape: Shape) -> str:
        is_number = isinstance(shape, Scalar) and shape.kind == "decimal"
        return "int | float" if is_number and direction == "sent" else self._type(direction, shape)

    def _scalar(self, direction: Direction, shape: Scalar, text: str) -> str:
        kind = text if shape.kind == "str" else _TYPES[shape.kind]
        self.imports |= {kind.split(".")[0]} & {"dt", "Decimal", "Any"}
        if shape.kind == "datetime":
            # In responses, too: without a time zone it could not be compared, so it is rejected, and repaired as UTC.
            return self._bounded(kind, [("tz", True)])
        if direction == "read":
            return kind
        bounds: list[tuple[str, object]] = [
            ("min_length", shape.min_length),
            ("max_length", shape.max_length),
            ("pattern", shape.pattern),
        ]
        if shape.kind == "int":
            bounds = [("ge", shape.minimum), ("le", shape.maximum)]
        elif shape.kind != "str":
            bounds = []
        return self._bounded(kind, bounds)

    def _bounded(self, kind: str, bounds: list[tuple[str, object]]) -> str:
        given = [
            f"{name}={string(value) if isinstance(value, str) else value}"
            for name, value in bounds
            if value is not None
        ]
        if not given:
            return kind
        self.imports |= {"Annotated", "Meta"}
        return f"Annotated[{kind}, Meta({', '.join(given)})]"

    def _refer(self, model: Model) -> str:
        if model.module != self.module:
            self.siblings.add(model.name)
        elif model not in self._written:
            self._ahead = True
        return model.name

    def _failed(self, model: Model) -> tuple[str, str] | None:
        """Return the type of the failed items, and the statement that returns them."""
        if model.direction == "sent":
            return None
        codes = [place.code for place in model.places if not place.steps]
        paths = dict.fromkeys(path for code in codes for path in self.package.failures.get(code, ()))
        found = [self._failures(model, path) for path in paths]
        if not found:
            return None
        kinds, lists = zip(*found, strict=True)
        if len(set(kinds)) > 1:
            raise CodegenError(f"{model.name} reports failures of several types: {', '.join(sorted(set(kinds)))}")
        if len(lists) == 1:
            return kinds[0], f"        return {lists[0]}"
        unpacked = [f"*{part}" if part.startswith("[") else f"*({part})" for part in lists]
        return kinds[0], call("return [", unpacked, "]", 8)

    def _failures(self, model: Model, path: str) -> tuple[str, str]:
        """Return the type of the items at one path, and the list of them."""
        wire, _, inner = path.partition("[]")
        member = next((item for item in model.members if item.wire == wire), None)
        target = self.package.catalog.target(model.direction, member.shape) if member else None
        if member is None or target is None:
            raise CodegenError(
                f"{model.name} has no {wire} to report failures in: correct `failures` in operations.toml"
            )
        name = python_name(model, member, self.package.corrections)
        kind = self._refer(target)
        if not isinstance(member.shape, Many):
            return kind, f"[self.{name}] if self.{name} else []"
        if not inner:
            return kind, f"self.{name} or []"
        return kind, f"[item for item in self.{name} or [] if item{inner}]"

    def _checks(self, model: Model) -> list[str]:
        if model.direction == "read":
            return []
        lines: list[str] = []
        if model.kind == "alternatives":
            self.imports.add("check_exactly_one")
            pairs = [
                f"({string(member.wire)}, self.{python_name(model, member, self.package.corrections)})"
                for member in model.members
                if member.wire in model.alternatives
            ]
            lines.append(call("check_exactly_one(", [string(model.name), *pairs], ")", 8))
        for member in model.members:
            name = python_name(model, member, self.package.corrections)
            place = string(f"{model.name}.{name}")
            if not isinstance(member.shape, Scalar):
                continue
            if member.shape.kind == "decimal":
                self.imports |= {"check_number", "Decimal"}
                low, high = member.shape.minimum, member.shape.maximum
                bounds = [
                    f"{word}=Decimal({_literal(value)})"
                    for word, value in (("low", low), ("high", high))
                    if value is not None
                ]
                lines.append(call("check_number(", [place, f"self.{name}", *bounds], ")", 8))
            elif member.shape.kind == "datetime":
                self.imports.add("check_timezone")
                lines.append(f"        check_timezone({place}, self.{name})")
        return lines + [
            line for need in self.package.corrections.needs if need.model == model.name for line in self._need(need)
        ]

    def _need(self, need: Need) -> list[str]:
        self.imports.add("check_required")
        reason = f"where {need.when} is {need.equals}"
        return [
            f"        if self.{need.when} == {string(need.equals)}:",
            f"            check_required({string(f'{need.model}.{need.needs}')}, self.{need.needs}, {string(reason)})",
        ]

    def _summary(self, model: Model) -> str:
        verb = "Sent" if model.direction == "sent" else "Read"
        places: dict[str, list[str]] = {}
        for place in model.places:
            where = ".".join(step.wire for step in place.steps)
            places.setdefault(where, [])
            if place.code not in places[where]:
                places[where].append(place.code)
        if list(places) == [""]:
            codes = list(dict.fromkeys(code for codes in places.values() for code in codes))
            body = model.direction == "sent" or all(code in self.package.events for code in codes)
            chosen = f" whose `{model.tag}` is {model.value}" if self.package.is_event(model) else ""
            return f"The {'body' if body else 'answer'} of {_listed(codes)}{chosen}."
        where, codes = next((item for item in places.items() if item[0]), ("", []))
        codes = list(dict.fromkeys(code for found in places.values() for code in found))
        more = f" and {len(places) - 1} more places" if len(places) > 2 else ""
        preposition = "to" if model.direction == "sent" else "from"
        return f"{verb} as `{where}`{more}, {preposition} {_listed(codes)}."


def _quoted(line: str) -> str:
    """Return a declaration, quoted if its type names a struct that is written later.

    msgspec resolves the quoted text later.
    """
    name, _, rest = line.partition(": ")
    kind, equals, default = rest.partition(" = ")
    return f"{name}: {string(kind)}{equals}{default}"


def ordered(models: list[Model], catalog: Catalog) -> list[Model]:
    """Return the models with each one after those it contains; a model that contains itself occurs once."""
    found: list[Model] = []
    seen: set[Model] = set()
    inside = set(models)

    def visit(model: Model) -> None:
        if model in seen or model not in inside:
            return
        seen.add(model)
        targets = [catalog.target(model.direction, member.shape) for member in model.members]
        targets += [catalog.of[model.direction, key] for _, key in model.variants] if model.kind == "union" else []
        for target in sorted((item for item in targets if item), key=lambda item: item.name):
            visit(target)
        found.append(model)

    for model in sorted(models, key=lambda item: item.name):
        visit(model)
    return found


def _is_text(shape: Shape) -> bool:
    return isinstance(shape, Scalar) and shape.kind in _TEXTS


def _literal(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else string(str(value))


def _listed(codes: list[str]) -> str:
    if len(codes) > 6:
        return f"{', '.join(codes[:5])} and {len(codes) - 5} more operations"
    return " and ".join([", ".join(codes[:-1]), codes[-1]] if len(codes) > 1 else codes)
