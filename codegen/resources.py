"""Decides what each operation looks like in Python, and writes a service's resources.

Where `operations.toml` has no row, the rules here decide: the resource is the document's tag, the method's name comes
from the operation's code, reads are safe and everything else is unsafe, and paging is what the description says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .documents import CodegenError, Document
from .merging import Model
from .models import Package, python_name
from .reading import Endpoint, Parameter
from .shapes import Choice, Keyed, Many, Member, Object, Ref, Scalar, Shape
from .tables import Row
from .words import camel, member_name, singular, snake, words
from .writing import call, docstring, header, signature, string, strings

_PARAM_TYPES = {
    "str": "string", "int": "integer", "decimal": "number", "bool": "boolean", "datetime": "date-time", "date": "date",
    "time": "string", "bytes": "file", "any": "json",
}  # fmt: skip
_PYTHON = {
    "str": "str", "int": "int", "decimal": "Decimal", "bool": "bool", "datetime": "dt.datetime", "date": "dt.date",
    "time": "dt.time", "bytes": "FileSource", "any": "Any",
}  # fmt: skip
_PAGED = {"offset": "OffsetPaginator", "seek": "SeekPaginator"}


@dataclass
class Argument:
    """One argument of a method, and where it goes on the wire."""

    name: str
    wire: str
    place: str
    shape: Shape
    required: bool
    many: str = "one"
    nullable: bool = False
    at_most: int | None = None
    split: bool = False
    deprecated: bool = False
    references: bool = False
    model: Model | None = None


@dataclass
class Plan:
    """An operation as it will be written."""

    endpoint: Endpoint
    row: Row
    service: str
    resource: str
    method: str
    paging: str = ""
    arguments: list[Argument] = field(default_factory=list)
    body: Model | None = None
    reply: Model | None = None
    page_items: str = ""
    page_item: Model | None = None
    total: str = ""
    answer: str = "none"
    accept: str = "application/json"
    content: str = "none"

    @property
    def constant(self) -> str:
        """The name of the operation's constant."""
        return snake(self.endpoint.code).upper() if not self.endpoint.code.isupper() else self.endpoint.code

    @property
    def retry(self) -> str:
        """By row, else: reads are safe, all else is not."""
        return self.row.retry or ("safe" if self.endpoint.method == "GET" else "unsafe")


def place(endpoint: Endpoint, row: Row) -> tuple[str, str]:
    """The resource and the method of an operation."""
    resource = row.resource or snake(endpoint.tag) or "operations"
    if row.method:
        return resource, row.method
    spoken = words(endpoint.code)
    return resource, member_name("_".join(spoken)) if len(spoken) > 1 else endpoint.code.lower()


def paging(endpoint: Endpoint, row: Row) -> str:
    """How the answer is paged: by row, else as the description says."""
    if row.paging:
        return row.paging.removeprefix("none")
    found = re.search(r"supports (offset|seek) pagination", endpoint.description)
    return found[1] if found else ""


def sorting(endpoint: Endpoint, row: Row) -> tuple[str, ...]:
    """The criteria by which the answer can be sorted."""
    if row.sort:
        return row.sort
    block = re.search(r"<code>sort</code> field can have.*?</ul>", endpoint.description, re.DOTALL)
    return tuple(re.findall(r"<b>([^<]+)</b>", block[0])) if block else ()


def localized(endpoint: Endpoint, row: Row) -> bool:
    """Whether the undeclared `locale` is understood."""
    return row.locale if row.locale is not None else "supports <code>locale</code> parameter" in endpoint.description


def root_names(endpoint: Endpoint, row: Row, listed: bool) -> tuple[str, str]:
    """What the roots of an operation's request and answer are called."""
    resource, method = place(endpoint, row)
    verb = camel(method)
    noun = verb + camel(resource) if "_" not in method and row.method else verb
    request = row.request or f"{noun}Request"
    if row.reply or not row.item:
        return request, row.reply or f"{noun}Response"
    if paging(endpoint, row):
        return request, f"{row.item}Page"
    return request, f"{row.item}List" if listed else row.item


class Planner:
    """Turns endpoints into plans, against the models of their service."""

    def __init__(self, document: Document, package: Package, objects: dict[str, Object]) -> None:
        self._document = document
        self._package = package
        self._objects = objects

    def plan(self, endpoint: Endpoint, row: Row) -> Plan:
        """Everything about one operation."""
        resource, method = place(endpoint, row)
        plan = Plan(endpoint, row, self._package.service, resource, method, paging(endpoint, row))
        plan.arguments = [self._parameter(item, row) for item in endpoint.parameters if item.wire not in row.omit]
        if row.url:
            plan.arguments.append(Argument(row.url, row.url, "url", Scalar("str"), required=True))
        self._body(plan)
        self._answer(plan)
        self._undeclared(plan)
        plan.arguments.sort(key=_order)
        names = [argument.name for argument in plan.arguments]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise CodegenError(
                f"{endpoint.code}: two arguments would be called {', '.join(twice)}: add `rename` to its row"
            )
        return plan

    def _parameter(self, item: Parameter, row: Row) -> Argument:
        references = item.wire in row.references
        comma = item.wire not in row.repeat and (item.comma or item.wire in row.comma or references)
        many = "comma" if comma else "repeat" if isinstance(item.shape, Many) else "one"
        return Argument(
            name=row.rename.get(item.wire) or member_name(item.wire),
            wire=item.wire,
            place=item.place,
            shape=item.shape.item if isinstance(item.shape, Many) else item.shape,
            required=item.required,
            many=many,
            at_most=row.at_most.get(item.wire, item.at_most),
            split=item.wire in row.split,
            deprecated=item.deprecated,
            references=references,
        )

    def _body(self, plan: Plan) -> None:
        endpoint = plan.endpoint
        if endpoint.body is None:
            plan.content = "none" if endpoint.method in {"GET", "DELETE"} else "empty"
            return
        multipart = endpoint.body_type.startswith("multipart/")
        plan.content = "multipart" if multipart else "json"
        if not isinstance(endpoint.body, Ref):
            raise CodegenError(f"{endpoint.code}: its body is not an object")
        root = self._objects[endpoint.body.key]
        if not multipart:
            plan.body = self._package.catalog.of["sent", root.key]
        for member in root.members:
            plan.arguments.append(self._member(plan, member, "part" if multipart else "body"))

    def _member(self, plan: Plan, member: Member, where: str) -> Argument:
        listed = member.shape if isinstance(member.shape, Many) else None
        name = plan.row.rename.get(member.wire) or member_name(member.wire)
        if plan.body is not None:
            name = python_name(plan.body, member, self._package.corrections)
        return Argument(
            name=name,
            wire=member.wire,
            place=where,
            shape=listed.item if listed else member.shape,
            required=member.required,
            many="repeat" if listed else "one",
            nullable=member.nullable,
            at_most=listed.max_length if listed else plan.row.at_most.get(member.wire),
            deprecated=member.deprecated,
            split=member.wire in plan.row.split,
        )

    def _answer(self, plan: Plan) -> None:
        answers = [(media, shape) for _, media, shape in plan.endpoint.answers]
        json = next((shape for media, shape in answers if media == "application/json" and shape is not None), None)
        plan.answer = plan.row.answer or (
            "json" if json else "stream" if any(media for media, _ in answers) else "none"
        )
        if plan.answer == "stream":
            plan.accept = plan.row.accept or next((media for media, _ in answers if media), "*/*")
        if json is None or plan.answer == "none":
            return
        plan.reply = self._package.catalog.target("read", json)
        if plan.paging and plan.reply:
            self._page(plan, plan.reply)

    def _page(self, plan: Plan, root: Model) -> None:
        lists = [member for member in root.members if isinstance(member.shape, Many)]
        if len(lists) != 1:
            raise CodegenError(f"{plan.endpoint.code}: a page should hold one list, this one holds {len(lists)}")
        plan.page_items = lists[0].wire
        plan.page_item = self._package.catalog.target("read", lists[0].shape)
        plan.total = next((member.wire for member in root.members if member.wire == "total_count"), "")

    def _undeclared(self, plan: Plan) -> None:
        have = {argument.wire for argument in plan.arguments}
        row, endpoint = plan.row, plan.endpoint

        def add(wire: str, values: tuple[str, ...] = (), kind: str = "str") -> None:
            if wire not in have:
                shape = Scalar(kind, values)  # type: ignore[arg-type]
                name = row.rename.get(wire) or member_name(wire)
                plan.arguments.append(Argument(name=name, wire=wire, place="query", shape=shape, required=False))

        criteria = sorting(endpoint, row)
        if criteria:
            add("sort", criteria)
        if row.order if row.order is not None else plan.paging == "offset" and criteria:
            add("order", ("asc", "desc"))
        if localized(endpoint, row):
            add("locale")
        kinds = {name: kind for kind, name in _PARAM_TYPES.items()}
        for extra in row.extra:
            add(extra.name, extra.values, kinds[extra.type])


def _order(argument: Argument) -> tuple[int, int]:
    """Identity first, then what is required, what filters, and last how the answer is arranged."""
    arranged = {"sort": 1, "order": 2, "locale": 3}.get(argument.wire, 0) if argument.place == "query" else 0
    return ({"path": 0, "url": 0}.get(argument.place, 1), arranged + (10 if not argument.required else 0))


class ResourceWriter:
    """Writes one module: the operations' constants and the class with their methods."""

    def __init__(self, document: Document, package: Package, resource: str, plans: list[Plan], about: str) -> None:
        self._document = document
        self._package = package
        self._resource = resource
        self._plans = plans
        self._about = about or f"{camel(resource)} of {document.source.title}."
        self._imports: set[str] = set()
        self._models: dict[str, set[str]] = {}

    def text(self) -> str:
        """The module's text."""
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
        body = "\n".join(head) + "\n" + "\n".join(constants)
        name = camel(self._resource)
        title = f"class {name}(Resource):\n" + docstring([self._about], 4) + "\n\n    __slots__ = ()\n\n"
        return body + "\n\n" + title + "\n\n".join(methods) + "\n"

    def _runtime(self) -> list[str]:
        up = "." * 3
        lines = []
        if "UNSET" in self._imports:
            lines += ["from msgspec import UNSET\n"]
        names = ["Operation", *sorted(self._imports & {"Paging", "Param"})]
        lines.append(f"from {up}operation import {', '.join(names)}")
        if "Rate" in self._imports:
            lines.append(f"from {up}options import Rate")
        lines.append(f"from {up}resource import Resource")
        return lines

    def _checking(self) -> list[str]:
        lines: list[str] = []
        if "dt" in self._imports:
            lines.append("    import datetime as dt")
        if "Sequence" in self._imports or "Mapping" in self._imports:
            lines.append(
                f"    from collections.abc import {', '.join(sorted(self._imports & {'Mapping', 'Sequence'}))}"
            )
        if "Decimal" in self._imports:
            lines.append("    from decimal import Decimal")
        typing = [*sorted(self._imports & {"Any"}), "Unpack"]
        lines.append(f"    from typing import {', '.join(typing)}")
        lines.append("")
        if "UnsetType" in self._imports:
            lines += ["    from msgspec import UnsetType", ""]
        files = sorted(self._imports & {"Download", "FileSource"})
        if files:
            lines.append(f"    from ...files import {', '.join(files)}")
        for module in sorted(self._models):
            names = sorted(self._models[module])
            line = f"    from ...models.{module} import {', '.join(names)}"
            lines.append(line if len(line) <= 120 else call(f"from ...models.{module} import (", names, ")", 4))
        lines.append("    from ...options import Options")
        pages = sorted(self._imports & {"OffsetPaginator", "SeekPaginator"})
        if pages:
            lines.append(f"    from ...pages import {', '.join(pages)}")
        return lines

    def _use(self, model: Model) -> str:
        self._models.setdefault(f"{self._package.service}.{model.module}", set()).add(model.name)
        return model.name

    def _path_of(self, model: Model) -> str:
        return string(f"{self._package.service}.{model.module}:{model.name}")

    def _constant(self, plan: Plan) -> str:
        _row, endpoint = plan.row, plan.endpoint
        reply = self._use(plan.reply) if plan.reply and plan.answer == "json" else "None"
        if plan.answer == "stream":
            self._imports.add("Download")
            reply = "Download"
        fields = [
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
            fields.append(call("params=(", [self._param(argument) for argument in plan.arguments], ")"))
            if len(plan.arguments) == 1:
                fields[-1] = fields[-1] if "\n" in fields[-1] else fields[-1][:-1] + ",)"
        fields += self._exchange(plan)
        fields += self._pace(plan)
        return call(f"{plan.constant}: Operation[{reply}] = Operation(", fields) + (
            "" if plan is self._plans[-1] else "\n"
        )

    def _exchange(self, plan: Plan) -> list[str]:
        fields = []
        if plan.content != "none":
            fields.append(f"content={string(plan.content)}")
        if plan.body:
            fields.append(f"body={self._path_of(plan.body)}")
        if plan.answer != "none":
            fields.append(f"answer={string(plan.answer)}")
        if plan.reply:
            fields.append(f"reply={self._path_of(plan.reply)}")
        if plan.accept != "application/json":
            fields.append(f"accept={string(plan.accept)}")
        if plan.paging:
            fields.append(self._paging(plan))
        fields.append(f"retry={string(plan.retry)}")
        return fields

    def _paging(self, plan: Plan) -> str:
        self._imports.add("Paging")
        row = plan.row
        if plan.page_item is None:
            raise CodegenError(f"{plan.endpoint.code}: its pages hold no objects")
        fields = [
            f"kind={string(plan.paging)}",
            f"items={string(plan.page_items)}",
            f"item={self._path_of(plan.page_item)}",
        ]
        key = row.key or identity(plan.page_item)
        if key:
            fields.append(f"key={strings(key)}")
        if row.page_default:
            fields.append(f"default={row.page_default}")
        if row.page_maximum:
            fields.append(f"maximum={row.page_maximum}")
        if plan.total:
            fields.append(f"total={string(plan.total)}")
        if row.nested:
            fields.append(f"nested={string(row.nested)}")
        return call("paging=Paging(", fields)

    def _pace(self, plan: Plan) -> list[str]:
        row, endpoint = plan.row, plan.endpoint
        fields = []
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
            fields.append(f"failures={strings(tuple(path.split('[')[0] for path in row.failures))}")
        if endpoint.scope:
            fields.append(f"scope={string(endpoint.scope)}")
        if endpoint.deprecated:
            fields.append("deprecated=True")
        if docs(self._document, plan):
            fields.append(f"docs={string(docs(self._document, plan))}")
        return fields

    def _param(self, argument: Argument) -> str:
        fields = [f"name={string(argument.wire)}", f"argument={string(argument.name)}"]
        if argument.place != "query":
            fields.append(f"place={string(argument.place)}")
        kind = "references" if argument.references else param_type(argument.shape)
        if kind != "string":
            fields.append(f"type={string(kind)}")
        if argument.many != "one":
            fields.append(f"many={string(argument.many)}")
        if argument.required:
            fields.append("required=True")
        if argument.nullable:
            fields.append("nullable=True")
        if argument.at_most is not None:
            fields.append(f"at_most={argument.at_most}")
        if argument.split:
            fields.append("split=True")
        fields += _bounds(argument.shape)
        return call("Param(", fields)

    def _method(self, plan: Plan) -> str:
        path = [
            argument
            for argument in plan.arguments
            if argument.place in {"path", "url"} or argument.name in (plan.row.positional or ())
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
        given = "{" + ", ".join(f"{string(argument.name)}: {argument.name}" for argument in plan.arguments) + "}"
        verb, returns, prefix, arguments = self._verb(plan, given)
        lines = [
            signature(f"{prefix}def {plan.method}(", parameters, f") -> {returns}:", 4),
            docstring(self._words(plan), 8),
            self._return(f"return {verb}(", arguments),
        ]
        return "\n".join(lines)

    def _verb(self, plan: Plan, given: str) -> tuple[str, str, str, list[str]]:
        """The caller's verb, what the method returns, its prefix and the verb's arguments."""
        if plan.paging and plan.answer == "json" and plan.page_item:
            self._imports.add(_PAGED[plan.paging])
            kind = f"{_PAGED[plan.paging]}[{self._use(plan.page_item)}]"
            return f"self._caller.{plan.paging}", kind, "", [plan.constant, given, "page_size", "options"]
        if plan.answer == "stream":
            self._imports.add("Download")
            return "self._caller.download", "Download", "", [plan.constant, given, "options"]
        reply = self._use(plan.reply) if plan.reply else "None"
        return "await self._caller.call", reply, "async ", [plan.constant, given, "options"]

    def _return(self, head: str, arguments: list[str]) -> str:
        line = call(head, arguments, ")", 8)
        if "\n" not in line:
            return line
        middle = f"            {', '.join(arguments)}"
        if len(middle) <= 120:
            return f"        {head}\n{middle}\n        )"
        constant, given, *rest = arguments
        if len(given) + 13 > 120:
            inner = "".join(f"                {item},\n" for item in given[1:-1].split(", "))
            given = "{\n" + inner + "            }"
        body = "".join(f"            {item},\n" for item in (constant, given, *rest))
        return f"        {head}\n{body}        )"

    def _declared(self, argument: Argument) -> str:
        kind = self._python(argument.shape)
        if argument.references:
            kind = "tuple[str, str]"
        if argument.many != "one":
            self._imports.add("Sequence")
            kind = f"Sequence[{kind}]"
        if argument.nullable:
            self._imports |= {"UNSET", "UnsetType"}
            return f"{argument.name}: {kind} | None" + ("" if argument.required else " | UnsetType = UNSET")
        return f"{argument.name}: {kind}" if argument.required else f"{argument.name}: {kind} | None = None"

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

    def _words(self, plan: Plan) -> list[str]:
        row, endpoint = plan.row, plan.endpoint
        first = f"{endpoint.code}: {summary(plan)}"
        route = f"`{endpoint.method} {endpoint.path}`."
        if plan.row.url:
            route = "The address comes with the answer that announces the file."
        pace = f" Documented pace: {frequency(row)}." if frequency(row) else ""
        paragraphs = [first, f"Deprecated by Mirakl. {route}{pace}" if endpoint.deprecated else f"{route}{pace}"]
        if plan.paging:
            paragraphs.append(self._paging_words(plan))
        paragraphs.append(row.note)
        facts = [fact for argument in plan.arguments if (fact := self._fact(argument))]
        facts += [f"{status}: {reason}" for status, reason in row.errors.items()]
        paragraphs.append("\n".join(f"  {fact}" for fact in facts))
        paragraphs.append(docs(self._document, plan))
        return paragraphs

    def _paging_words(self, plan: Plan) -> str:
        row = plan.row
        size = f"{row.page_default or 10} a page, at most {row.page_maximum or 100}"
        if plan.paging == "offset":
            return f"Pages by offset: {size}."
        return f"Pages by token: {size}; the token alone tells which page comes next."

    def _fact(self, argument: Argument) -> str:
        said: list[str] = []
        shape = argument.shape
        if argument.references:
            said.append("pairs of type and value")
        if isinstance(shape, Scalar) and shape.values:
            known = ", ".join(shape.values) if len(shape.values) <= 16 else f"{len(shape.values)} known values"
            said.append(known)
        if argument.at_most is not None:
            said.append(
                f"at most {argument.at_most}{', longer lists are cut into several calls' if argument.split else ''}"
            )
        if argument.deprecated:
            said.append("deprecated")
        return f"{argument.name}: {'; '.join(said)}" if said else ""


def summary(plan: Plan) -> str:
    """What an operation is for, in our words where a row has them."""
    if plan.row.says:
        return plan.row.says
    resource = plan.resource.replace("_", " ")
    return f"{plan.method.replace('_', ' ')} ({resource})."


def frequency(row: Row) -> str:
    """How often Mirakl asks to be called, in words."""
    if row.frequency:
        return row.frequency
    said = [
        f"{name} {_rate(rate)}" for name, rate in (("recommended", row.recommended), ("at most", row.maximum)) if rate
    ]
    if row.recommended_interval:
        said.append(f"recommended {_once(row.recommended_interval)}")
    if row.interval:
        said.append(f"at most {_once(row.interval)}")
    return ", ".join(said)


def docs(document: Document, plan: Plan) -> str:
    """The operation's page on Mirakl's portal."""
    if plan.row.docs or not document.pages:
        return plan.row.docs
    tag = "-".join(word.lower() for word in re.findall(r"[A-Za-z0-9]+", plan.endpoint.tag))
    return f"{document.pages}/{tag}/{plan.endpoint.code.lower()}"


def identity(model: Model) -> tuple[str, ...]:
    """The member that tells items apart, where its name says so."""
    wires = [member.wire for member in model.members]
    noun = snake(model.name)
    return next(((wire,) for wire in (f"{noun}_id", f"{noun}_code", "id", "code") if wire in wires), ())


def param_type(shape: Shape) -> str:
    """What `Param.type` says of a shape."""
    match shape:
        case Scalar():
            return _PARAM_TYPES[shape.kind]
        case _:
            return "json"


def _bounds(shape: Shape) -> list[str]:
    if not isinstance(shape, Scalar):
        return []
    fields = []
    if shape.values:
        fields.append(f"values={strings(shape.values)}")
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


def _rate(rate: tuple[int, float]) -> str:
    calls, seconds = rate
    return f"{calls} {_period(seconds)}" if calls > 1 else _once(seconds)


def _once(seconds: float) -> str:
    period = _period(seconds)
    return period if period.startswith("every") else f"once {period}"


def _period(seconds: float) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0:
            count = int(seconds // unit)
            return f"a{'n' if name == 'hour' else ''} {name}" if count == 1 else f"every {count} {name}s"
    return f"every {seconds} seconds"


__all__ = ["Plan", "Planner", "ResourceWriter", "place", "root_names", "singular"]
