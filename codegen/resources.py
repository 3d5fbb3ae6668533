"""Writes the resources of a service: operations as constants, and a class with their typed methods."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import asdict

from .documents import CodegenError, Document
from .merging import Model
from .package import Alias, Package
from .planning import Argument, Plan
from .shapes import Choice, Keyed, Many, Ref, Scalar, Shape
from .tables import UploadLimits
from .wording import docs, frequency, paragraphs, summary
from .words import camel, snake
from .writing import WIDTH, Group, docstring, exported, header, imported, render, string, strings

_PARAM_TYPES = {
    "str": "string", "int": "integer", "decimal": "number", "bool": "boolean", "datetime": "date-time", "date": "date",
    "time": "string", "bytes": "file", "any": "json",
}  # fmt: skip
_PYTHON = {
    "str": "str", "int": "int", "decimal": "Decimal", "bool": "bool", "datetime": "dt.datetime", "date": "dt.date",
    "time": "dt.time", "bytes": "FileSource", "any": "Any",
}  # fmt: skip
_MAX_LITERAL = 90
"""The maximum length of a list of values in a signature, in characters, if no class of constants has these values."""
_PAGED = {"offset": "OffsetPaginator", "seek": "SeekPaginator"}


class ResourceWriter:
    """Writes one module: the constants of the operations, and the class with their methods."""

    def __init__(self, document: Document, package: Package, resource: str, plans: list[Plan], about: str) -> None:
        self._document = document
        self._package = package
        self._resource = resource
        self._plans = plans
        self._about = about or f"{camel(resource)} of {document.source.title}."
        self._imports: set[str] = set()
        self._models: dict[str, set[str]] = {}

    def text(self) -> str:
        """Return the text of the module."""
        constants = [self._constant(plan) for plan in self._plans]
        methods = [self._method(plan) for plan in self._plans]
        head = [
            header(self._document.source.file),
            docstring([self._about]) + "\n",
            "from __future__ import annotations\n",
            "from typing import TYPE_CHECKING\n",
            *self._runtime(),
            "",
            "if TYPE_CHECKING:",
            *self._checking(),
            "",
        ]
        name = camel(self._resource)
        head.append(exported([name, *(plan.constant for plan in self._plans)]))
        body = "\n".join(head) + "\n" + "\n".join(constants)
        title = f"class {name}(Resource):\n" + docstring([self._about], 4) + "\n\n    __slots__ = ()\n\n"
        return body + "\n\n" + title + "\n".join(methods)

    def _runtime(self) -> list[str]:
        up = "." * 3
        lines = []
        if "UNSET" in self._imports:
            lines += ["from msgspec import UNSET\n"]
        names = ["Operation", *sorted(self._imports & {"Paging", "Param", "UploadLimit"})]
        lines.append(f"from {up}operation import {', '.join(names)}")
        if "Rate" in self._imports:
            lines.append(f"from {up}options import Rate")
        if "hidden" in self._imports:
            lines.append(f"from {up}redaction import hidden")
        lines.append(f"from {up}resource import Resource")
        return lines

    def _checking(self) -> list[str]:
        lines: list[str] = []
        if "dt" in self._imports:
            lines.append("    import datetime as dt")
        abstract = sorted(self._imports & {"Collection", "Mapping", "Sequence"})
        if abstract:
            lines.append(f"    from collections.abc import {', '.join(abstract)}")
        if "Decimal" in self._imports:
            lines.append("    from decimal import Decimal")
        typing = [*sorted(self._imports & {"Any", "Literal"}), "Unpack"]
        lines.append(f"    from typing import {', '.join(typing)}")
        lines.append("")
        if "UnsetType" in self._imports:
            lines += ["    from msgspec import UnsetType", ""]
        if "Download" in self._imports:
            lines.append("    from ...downloads import Download")
        if "FileSource" in self._imports:
            lines.append("    from ...http.upload import FileSource")
        for module in sorted(self._models):
            names = sorted(self._models[module])
            lines.append(imported(f"...models.{module}", names, 4))
        lines.append("    from ...options import Options")
        pages = sorted(self._imports & {"OffsetPaginator", "SeekPaginator"})
        if pages:
            lines.append(f"    from ...pages import {', '.join(pages)}")
        return lines

    def _use(self, model: Model | Alias) -> str:
        return self._named(model.module, model.name)

    def _named(self, module: str, name: str) -> str:
        self._models.setdefault(f"{self._package.service}.{module}", set()).add(name)
        return name

    def _path_of(self, model: Model | Alias) -> str:
        return string(f"{self._package.service}.{model.module}:{model.name}")

    def _constant(self, plan: Plan) -> str:
        _row, endpoint = plan.row, plan.endpoint
        reply = self._use(plan.reply) if plan.reply and plan.answer == "json" else "None"
        if plan.answer == "stream":
            self._imports.add("Download")
            reply = "Download"
        fields: list[str | Group] = [
            f"code={string(endpoint.code)}",
            f"service={string(plan.service)}",
            f"resource={string(plan.resource)}",
            f"name={string(plan.method)}",
            f"method={string(endpoint.method)}",
            f"path={string(endpoint.path)}",
            f"summary={string(summary(plan))}",
        ]
        if plan.arguments:
            self._imports.add("Param")
            fields.append(Group("params=(", tuple(self._param(argument) for argument in plan.arguments), literal=True))
        fields += self._exchange(plan)
        fields += self._pace(plan)
        return render(Group(f"{plan.constant}: Operation[{reply}] = Operation(", tuple(fields))) + "\n"

    def _exchange(self, plan: Plan) -> list[str | Group]:
        fields: list[str | Group] = []
        if plan.content != "none":
            fields.append(f"content={string(plan.content)}")
        if plan.body:
            fields.append(f"body={self._path_of(plan.body)}")
        if plan.answer != "none":
            fields.append(f"answer={string(plan.answer)}")
        if plan.success != (200,):
            fields.append(f"success=({', '.join(map(str, plan.success))}{',' if len(plan.success) == 1 else ''})")
        if plan.reply:
            fields.append(f"reply={self._path_of(plan.reply)}")
        if plan.accept != "application/json":
            fields.append(f"accept={string(plan.accept)}")
        if plan.paging:
            fields.append(self._paging(plan))
        fields.append(f"retry={string(plan.retry)}")
        return fields

    def _paging(self, plan: Plan) -> Group:
        self._imports.add("Paging")
        row = plan.row
        if plan.page_item is None:
            raise CodegenError(f"{plan.endpoint.code}: its pages hold no objects: say `paging = 'none'` in its row")
        fields: list[str | Group] = [
            f"kind={string(plan.paging)}",
            f"items={string(plan.page_items)}",
            f"item={self._path_of(plan.page_item)}",
        ]
        key = row.key or identity(plan.page_item)
        unknown = sorted(set(key) - {member.wire for member in plan.page_item.members})
        if unknown:
            raise CodegenError(
                f"{plan.endpoint.code}: its items have no {', '.join(unknown)} to be known by: correct `key`"
            )
        if key:
            fields.append(strings("key", key))
        if row.page_default:
            fields.append(f"default={row.page_default}")
        if row.page_maximum:
            fields.append(f"maximum={row.page_maximum}")
        if plan.total:
            fields.append(f"total={string(plan.total)}")
        if row.nested:
            fields.append(f"nested={string(row.nested)}")
        return Group("paging=Paging(", tuple(fields))

    def _pace(self, plan: Plan) -> list[str | Group]:
        row, endpoint = plan.row, plan.endpoint
        fields: list[str | Group] = []
        if row.reconcile_with:
            fields.append(f"reconcile_with={string(row.reconcile_with)}")
        if row.group:
            fields.append(f"group={string(row.group)}")
        for name, rate in (("recommended", row.recommended), ("maximum", row.maximum)):
            if rate:
                self._imports.add("Rate")
                fields.append(f"{name}=Rate({rate[0]}, {float(rate[1])})")
        if row.interval:
            fields.append(f"interval={float(row.interval)}")
        if row.recommended_interval:
            fields.append(f"recommended_interval={float(row.recommended_interval)}")
        if frequency(row):
            fields.append(f"frequency={string(frequency(row))}")
        if row.failures:
            fields.append(strings("failures", tuple(path.split("[")[0].split(".")[0] for path in row.failures)))
        if row.upload_limit is not None:
            self._imports.add("UploadLimit")
            fields.append(Group("upload_limit=UploadLimit(", tuple(_limits(row.upload_limit))))
        if endpoint.scope:
            fields.append(f"scope={string(endpoint.scope)}")
        if endpoint.deprecated:
            fields.append("deprecated=True")
        if docs(self._document, plan):
            fields.append(f"docs={string(docs(self._document, plan))}")
        return fields

    def _param(self, argument: Argument) -> Group:
        fields: list[str | Group] = [f"name={string(argument.wire)}", f"argument={string(argument.name)}"]
        if argument.location != "query":
            fields.append(f"location={string(argument.location)}")
        kind = "references" if argument.references else param_type(argument.shape)
        if kind != "string":
            fields.append(f"type={string(kind)}")
        if argument.list_style != "one":
            fields.append(f"list_style={string(argument.list_style)}")
        if argument.required:
            fields.append("required=True")
        if argument.nullable:
            fields.append("nullable=True")
        if argument.max_items is not None:
            fields.append(f"max_items={argument.max_items}")
        if argument.split:
            fields.append("split=True")
        if argument.location == "part" and isinstance(argument.shape, Ref):
            fields.append(f"body={self._path_of(self._package.catalog.of['sent', argument.shape.key])}")
        fields += _bounds(argument.shape)
        return Group("Param(", tuple(fields))

    def _method(self, plan: Plan) -> str:
        path = [
            argument
            for argument in plan.arguments
            if argument.location in {"path", "url"} or argument.name in (plan.row.positional or ())
        ]
        others = [argument for argument in plan.arguments if argument not in path]
        parameters = ["self", *(self._declared(argument) for argument in path)]
        paged = bool(plan.paging and plan.answer == "json")
        if others or paged:
            parameters.append("*")
        parameters += [self._declared(argument) for argument in others]
        if paged:
            parameters.append("page_size: int | None = None")
        parameters.append("**options: Unpack[Options]")
        verb, returns, prefix, last = self._verb(plan)
        given = Group("{", tuple(f"{string(item.name)}: {item.name}" for item in plan.arguments), "}", literal=True)
        lines = [
            render(Group(f"{prefix}def {plan.method}(", tuple(parameters), f") -> {returns}:"), 4),
            docstring(paragraphs(plan, self._document), 8),
            *self._hidden(plan),
            render(Group(f"return {verb}(", (plan.constant, given, *last)), 8),
        ]
        return "\n".join(lines) + "\n"

    def _hidden(self, plan: Plan) -> list[str]:
        """Return the lines that keep the plain mappings passed to a method out of tracebacks."""
        names = [item.name for item in plan.arguments if item.location in {"body", "part"} and _has_members(item.shape)]
        if names:
            self._imports.add("hidden")
        return [f"        {name} = hidden({name})" for name in names]

    def _verb(self, plan: Plan) -> tuple[str, str, str, tuple[str, ...]]:
        """Return the caller's method, the return type, its prefix and the last arguments."""
        if plan.paging and plan.answer == "json" and plan.page_item:
            self._imports.add(_PAGED[plan.paging])
            kind = f"{_PAGED[plan.paging]}[{self._use(plan.page_item)}]"
            return f"self._caller.{plan.paging}", kind, "", ("page_size", "options")
        if plan.answer == "stream":
            self._imports.add("Download")
            return "self._caller.download", "Download", "", ("options",)
        reply = self._use(plan.reply) if plan.reply else "None"
        return "await self._caller.call", reply, "async ", ("options",)

    def _declared(self, argument: Argument) -> str:
        kind = self._text(argument) or self._python(argument.shape)
        if argument.references:
            kind = "tuple[str, str]"
        if argument.list_style != "one":
            many = "Collection" if argument.location == "query" else "Sequence"
            self._imports.add(many)
            kind = f"{many}[{kind}]"
        if argument.nullable:
            self._imports |= {"UNSET", "UnsetType"}
            return f"{argument.name}: {kind} | None" + ("" if argument.required else " | UnsetType = UNSET")
        line = f"{argument.name}: {kind}" if argument.required else f"{argument.name}: {kind} | None = None"
        # Indented by eight blanks, and with a comma after it.
        return line if len(line) + 9 <= WIDTH else "\n        | ".join(_options(line))

    def _text(self, argument: Argument) -> str:
        """Return the type of an argument with known values: the alias of their class, or a few literal values."""
        if argument.known:
            return self._named(argument.known.module, argument.known.alias)
        shape = argument.shape
        values = ", ".join(map(string, shape.values)) if isinstance(shape, Scalar) else ""
        if not values or len(values) > _MAX_LITERAL:
            return ""
        self._imports.add("Literal")
        return f"Literal[{values}] | str"

    def _python(self, shape: Shape) -> str:
        match shape:
            case Scalar():
                kind = _PYTHON[shape.kind]
                self._imports |= {kind.split(".")[0]} & {"dt", "Decimal", "Any", "FileSource"}
                return kind
            case Many(item):
                self._imports.add("Sequence")
                return f"Sequence[{self._python(item)}]"
            case Keyed(value):
                self._imports.add("Mapping")
                return f"Mapping[str, {self._python(value)}]"
            case Choice(options):
                return " | ".join(dict.fromkeys(self._python(option) for option in options))
            case Ref(key):
                return self._sent(key)

    def _sent(self, key: str) -> str:
        model = self._package.catalog.of["sent", key]
        return self._use(model)


def _options(declared: str) -> list[str]:
    """Split a declaration at the bars of its union that are outside brackets."""
    found = [""]
    for part in declared.split(" | "):
        is_open = found[-1].count("[") > found[-1].count("]")
        found[-1:] = [f"{found[-1]} | {part}"] if is_open else [*filter(None, found[-1:]), part]
    return found


def identity(model: Model) -> tuple[str, ...]:
    """Return the member that identifies an item, if its name shows it."""
    wires = [member.wire for member in model.members]
    noun = snake(model.name)
    return next(((wire,) for wire in (f"{noun}_id", f"{noun}_code", "id", "code") if wire in wires), ())


def param_type(shape: Shape) -> str:
    """Return `Param.type` for a shape."""
    match shape:
        case Scalar():
            return _PARAM_TYPES[shape.kind]
        case _:
            return "json"


def _has_members(shape: Shape) -> bool:
    """Whether plain mappings may be passed for it, or for objects inside it."""
    match shape:
        case Many(item):
            return _has_members(item)
        case Choice(options):
            return any(_has_members(option) for option in options)
        case Scalar():
            return shape.kind == "any"
        case _:
            return True


def _bounds(shape: Shape) -> list[str | Group]:
    if not isinstance(shape, Scalar):
        return []
    fields: list[str | Group] = []
    if shape.values:
        fields.append(strings("values", shape.values))
    for name, value in (
        ("minimum", shape.minimum),
        ("maximum", shape.maximum),
        ("min_length", shape.min_length),
        ("max_length", shape.max_length),
        ("pattern", shape.pattern),
    ):
        if value is not None:
            fields.append(f"{name}={string(value) if isinstance(value, str) else int(value)}")
    return fields


def _limits(limit: UploadLimits) -> Iterator[str | Group]:
    for name, value in asdict(limit).items():
        if name == "extensions" and value:
            yield strings(name, tuple(value.split()))
        elif value:
            yield f"{name}={string(value) if isinstance(value, str) else value}"
