"""Decides the Python form of each operation.

For an operation without a row in `operations.toml`, these rules apply: the resource is the document's tag, the method's
name is derived from the operation's code, reads are safe and all others unsafe, and paging follows the description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec

from mirakl_async.operation import PAGING_PARAMS

from .documents import CodegenError
from .merging import Model
from .package import TAKEN, Alias, Package, python_name
from .reading import Endpoint, Parameter, is_json
from .shapes import Kind, Many, Member, Object, Ref, Scalar, Shape
from .tables import Row
from .values import Values
from .words import camel, member_name, snake, words

# A path segment that is a complete URL, returned by another operation.
_DYNAMIC = re.compile(r"(?i)^dynamic[-_]?(ur[il]|path|link)|^\{\w*ur[il]\}$")
EXTRA_KINDS: dict[str, Kind] = {
    "string": "str",
    "integer": "int",
    "number": "decimal",
    "boolean": "bool",
    "date-time": "datetime",
}


@dataclass
class Argument:
    """One argument of a method, and its location in the request."""

    name: str
    wire: str
    location: str
    shape: Shape
    required: bool
    list_style: str = "one"
    nullable: bool = False
    max_items: int | None = None
    split: bool = False
    default: tuple[str, ...] = ()
    deprecated: bool = False
    references: bool = False
    known: Values | None = None


@dataclass
class Plan:
    """The decisions about one operation, from which it is written."""

    endpoint: Endpoint
    row: Row
    service: str
    resource: str
    method: str
    paging: str = ""
    arguments: list[Argument] = field(default_factory=list)
    body: Model | None = None
    reply: Model | Alias | None = None
    page_items: str = ""
    page_item: Model | None = None
    total: str = ""
    answer: str = "none"
    success: tuple[int, ...] = ()
    accept: str = "application/json"
    content: str = "none"

    @property
    def constant(self) -> str:
        """The name of the operation's constant."""
        code = self.endpoint.code
        name = code if code.isupper() and code.isidentifier() else snake(code).upper()
        return name if name.isidentifier() else f"N{name}"

    @property
    def retry(self) -> str:
        """The retry class: from the row, or else safe for reads and unsafe for all others."""
        return self.row.retry or ("safe" if self.endpoint.method == "GET" else "unsafe")


def place(endpoint: Endpoint, row: Row) -> tuple[str, str]:
    """Return the resource and the method of an operation."""
    untagged = "operations" if endpoint.path else "events"
    resource = row.resource or (snake(endpoint.tag) if endpoint.tag else untagged)
    return resource, row.method or member_name(
        endpoint.code if len(words(endpoint.code)) > 1 else endpoint.code.lower()
    )


def argument_name(wire: str) -> str:
    """Return the Python name of an argument, which ends in "_" if every method has an argument of that name."""
    name = member_name(wire)
    return f"{name}_" if name in TAKEN else name


def paging(endpoint: Endpoint, row: Row) -> str:
    """Return the kind of paging: from the row, or else from the description."""
    if row.paging:
        return row.paging.removeprefix("none")
    found = re.search(r"supports (offset|seek) pagination", endpoint.description)
    return found[1] if found else ""


def sorting(endpoint: Endpoint, row: Row) -> tuple[str, ...]:
    """Return the criteria by which the answer can be sorted."""
    if row.sort:
        return row.sort
    block = re.search(r"<code>sort</code> field can have.*?</ul>", endpoint.description, re.DOTALL)
    return tuple(re.findall(r"<b>([^<]+)</b>", block[0])) if block else ()


def localized(endpoint: Endpoint, row: Row) -> bool:
    """Whether the operation supports the undeclared parameter `locale`."""
    return row.locale if row.locale is not None else "supports <code>locale</code> parameter" in endpoint.description


def root_names(endpoint: Endpoint, row: Row, listed: bool) -> tuple[str, str]:
    """Return the names of the root structs of an operation's request and answer."""
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
    """Turns endpoints into plans, using the models of their service."""

    def __init__(self, package: Package, objects: dict[str, Object]) -> None:
        self._package = package
        self._objects = objects

    def plan(self, endpoint: Endpoint, row: Row) -> Plan:
        """Return all decisions about one operation."""
        resource, method = place(endpoint, row)
        plan = Plan(endpoint, row, self._package.service, resource, method, paging(endpoint, row))
        plan.arguments = [self._parameter(item, row) for item in endpoint.parameters if _is_argument(item, plan)]
        declared = {item.wire for item in endpoint.parameters} if not row.url else {*_in_path(endpoint.path)}
        for wire in _in_path(endpoint.path):
            if wire not in declared:
                plan.arguments.append(Argument(argument_name(wire), wire, "path", Scalar("str"), required=True))
        if row.url:
            plan.arguments.append(Argument(row.url, row.url, "url", Scalar("str"), required=True))
        self._body(plan)
        self._answer(plan)
        self._undeclared(plan)
        plan.arguments.sort(key=_order)
        for argument in plan.arguments:
            argument.known = self._constants(plan, argument)
        self._stale(plan)
        names = [argument.name for argument in plan.arguments]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise CodegenError(
                f"{endpoint.code}: two arguments would be called {', '.join(twice)}: add `rename` to its row, or for a "
                "member of its body a row under `members` in corrections.toml (python = ...)"
            )
        return plan

    def _stale(self, plan: Plan) -> None:
        """Raise CodegenError for a row with parameters that the operation does not have."""
        row = plan.row
        named = {
            *row.rename,
            *row.comma,
            *row.repeat,
            *row.references,
            *row.max_items,
            *row.split,
            *row.known,
            *row.omit,
        }
        taken = {item.wire for item in plan.endpoint.parameters} | {item.wire for item in plan.arguments}
        if named - taken:
            names = ", ".join(sorted(named - taken))
            raise CodegenError(f"operations.toml: {plan.endpoint.code} takes no {names}")

    def _parameter(self, item: Parameter, row: Row) -> Argument:
        references = item.wire in row.references
        comma = item.wire not in row.repeat and (item.comma or item.wire in row.comma or references)
        style = "comma" if comma else "repeat" if isinstance(item.shape, Many) else "one"
        return Argument(
            name=row.rename.get(item.wire) or argument_name(item.wire),
            wire=item.wire,
            location=item.location,
            shape=self._each(item.wire, item.shape, row),
            required=item.required,
            list_style=style,
            max_items=row.max_items.get(item.wire, item.max_items),
            split=item.wire in row.split,
            default=item.default,
            deprecated=item.deprecated,
            references=references,
        )

    def _each(self, wire: str, shape: Shape, row: Row) -> Shape:
        """Return the shape of one value, with the values in a row."""
        one = shape.item if isinstance(shape, Many) else shape
        if wire in row.known and isinstance(one, Scalar):
            return msgspec.structs.replace(one, values=self._known(row.known[wire]))
        return one

    def _known(self, given: str | tuple[str, ...]) -> tuple[str, ...]:
        """Return the values that a row lists, or those of the class of constants that it names."""
        if isinstance(given, tuple):
            return given
        found = next((item.values for item in self._package.values if item.name == given), None)
        if found is None:
            raise CodegenError(f"operations.toml: `known` names {given}, and there are no such constants")
        return found

    def _constants(self, plan: Plan, argument: Argument) -> Values | None:
        """Return the class of constants made from an argument's values, or a class with exactly these values."""
        shape = argument.shape
        if not isinstance(shape, Scalar) or not shape.values:
            return None
        code, wire = plan.endpoint.code, argument.wire
        own = (
            item
            for item in self._package.values
            if any((known.code, known.wire) == (code, wire) for known in item.parameters)
            or any(owner is plan.body and member == wire for owner, member in item.owners)
        )
        same = (item for item in self._package.values if {*item.values} == {*shape.values})
        return next(own, None) or next(same, None)

    def _body(self, plan: Plan) -> None:
        endpoint = plan.endpoint
        if endpoint.body is None:
            plan.content = "none" if endpoint.method in {"GET", "DELETE"} else "empty"
            return
        multipart = endpoint.body_type.startswith("multipart/")
        plan.content = "multipart" if multipart else "json"
        if not isinstance(endpoint.body, Ref):
            raise CodegenError(f"{endpoint.code}: its body is not an object: `skip` it, with the reason")
        root = self._objects[endpoint.body.key]
        if not multipart:
            plan.body = self._package.catalog.of["sent", root.key]
        for member in root.members:
            plan.arguments.append(self._member(plan, member, "part" if multipart else "body"))

    def _member(self, plan: Plan, member: Member, where: str) -> Argument:
        listed = member.shape if isinstance(member.shape, Many) else None
        name = plan.row.rename.get(member.wire) or argument_name(member.wire)
        if plan.body is not None:
            name = python_name(plan.body, member, self._package.corrections)
        return Argument(
            name=name,
            wire=member.wire,
            location=where,
            shape=self._each(member.wire, member.shape, plan.row),
            required=member.required,
            list_style="repeat" if listed else "one",
            nullable=member.nullable,
            max_items=listed.max_length if listed else plan.row.max_items.get(member.wire),
            default=member.default,
            deprecated=member.deprecated,
            split=member.wire in plan.row.split,
        )

    def _answer(self, plan: Plan) -> None:
        answers = [(media, shape) for _, media, shape in plan.endpoint.answers]
        # A range such as "2XX" is replaced by the usual status.
        statuses = dict.fromkeys(int(status) for status, _, _ in plan.endpoint.answers if status.isdecimal())
        plan.success = tuple(statuses) or (200,)
        json = plan.endpoint.json_answer
        _ask(plan, json)
        plan.answer = plan.row.answer or (
            "json" if json else "stream" if any(media for media, _ in answers) else "none"
        )
        if json and plan.answer == "json":
            plan.accept = plan.row.accept or next(media for media, shape in answers if is_json(media, shape))
        if plan.answer == "stream":
            plan.accept = plan.row.accept or next((media for media, _ in answers if media), "*/*")
        if json is None or plan.answer == "none":
            return
        aliased = next((item for item in self._package.aliases if item.code == plan.endpoint.code), None)
        root = self._package.catalog.target("read", json)
        plan.reply = aliased or root
        if plan.paging and root and not aliased:
            self._page(plan, root)

    def _page(self, plan: Plan, root: Model) -> None:
        lists = [member for member in root.members if isinstance(member.shape, Many)]
        items = [member for member in lists if self._package.catalog.target("read", member.shape)]
        if len(items) != 1:
            raise CodegenError(
                f"{plan.endpoint.code}: a page should hold one list of objects, this one holds {len(items)}: "
                "say `paging = 'none'` in its row"
            )
        plan.page_items = items[0].wire
        plan.page_item = self._package.catalog.target("read", items[0].shape)
        plan.total = next((member.wire for member in root.members if member.wire == "total_count"), "")

    def _undeclared(self, plan: Plan) -> None:
        have = {argument.wire for argument in plan.arguments}
        row, endpoint = plan.row, plan.endpoint

        def add(wire: str, values: tuple[str, ...] = (), kind: Kind = "str") -> None:
            if wire not in have:
                shape = Scalar(kind, values)
                name = row.rename.get(wire) or argument_name(wire)
                plan.arguments.append(Argument(name=name, wire=wire, location="query", shape=shape, required=False))

        criteria = sorting(endpoint, row)
        if criteria:
            add("sort", criteria)
        if row.order if row.order is not None else plan.paging == "offset" and criteria:
            add("order", ("asc", "desc"))
        if localized(endpoint, row):
            add("locale")
        for extra in row.extra:
            add(extra.name, extra.values, EXTRA_KINDS[extra.type])


def _is_argument(item: Parameter, plan: Plan) -> bool:
    """Whether a declared parameter is an argument of the method; paging parameters are set by the client."""
    if item.location == "path":
        return item.wire not in plan.row.omit and (item.wire in _in_path(plan.endpoint.path) or bool(plan.row.url))
    return item.wire not in plan.row.omit and item.wire not in PAGING_PARAMS.get(plan.paging, ())[:2]


def _in_path(path: str) -> list[str]:
    return re.findall(r"\{([^{}]+)\}", path)


def _ask(plan: Plan, json: Shape | None) -> None:
    """Raise CodegenError where the rules would write a method that can never parse its answer.

    A person then has to add a row.
    """
    row, code = plan.row, plan.endpoint.code
    where = f"its row in operations.toml, [operations.{plan.service}.{code}]"
    if isinstance(json, Scalar) and json.kind == "bytes" and not row.answer:
        raise CodegenError(
            f"{code}: answers JSON by its media type and a file by its schema: say `answer = 'stream'` in {where}, or "
            "`answer = 'none'` if nothing is to be read"
        )
    address = next(filter(_DYNAMIC.search, re.split(r"[/?]", plan.endpoint.path)), None)
    if address and not row.url:
        raise CodegenError(
            f"{code}: its file has an address of its own, for which {plan.endpoint.path} stands: say `url = 'url'` in "
            f"{where}, and `answer = 'stream'` if it is a file"
        )


def _order(argument: Argument) -> tuple[int, int]:
    """Return the sort key of an argument: identity, required arguments, filters, then the form of the answer."""
    arranged = {"sort": 1, "order": 2, "locale": 3}.get(argument.wire, 0) if argument.location == "query" else 0
    return ({"path": 0, "url": 0}.get(argument.location, 1), arranged + (10 if not argument.required else 0))
