"""Converts values that a document allows to the arguments of a typed method, and a request back to those values.

Nothing here looks at how the package builds a request: what goes in is taken from the document's schemas and the
method's annotations, what comes out is read off the request line and the body.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import re
import typing
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote, unquote_plus

import msgspec
from msgspec import UNSET

from mirakl_async import codec
from mirakl_async.client import Client
from mirakl_async.http.upload import FileSource, Upload
from mirakl_async.operation import Operation, Param
from mirakl_async.operations import RESOURCES
from tests.contract.documents import Published
from tests.contract.instances import Instances
from tests.contract.schemas import Schema, Schemas

FILE = b"%PDF-1.7 \x00\xff\r\n--not the boundary--\r\n"

# Lists that travel as one text, although the text of the document does not say by what they are separated.
JOINED = {("P11", "offer_state_codes"), ("P11", "shipping_zones"), ("S30", "shop_ids"), ("P31", "products")}


class Drawn(typing.NamedTuple):
    """The arguments of one call, by Python name, and what they have to say on the wire, by wire name."""

    arguments: dict[str, Any]
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any
    parts: dict[str, Any]


def method_of(client: Client, operation: Operation[Any]) -> Callable[..., Any]:
    """The typed method of an operation, as a user reaches it."""
    owner: Any = client
    if operation.service == "account":
        owner = owner.account
    found: Callable[..., Any] = getattr(getattr(owner, operation.resource), operation.name)
    return found


def draw(operation: Operation[Any], described: Published, schemas: Schemas, instances: Instances) -> Drawn:
    """Arguments that the document allows; query parameters it does not require are there as often as members are."""
    drawn = Drawn({}, {}, {}, None, {})
    by_name = {(parameter["in"], parameter["name"]): parameter for parameter in described.parameters}
    for param in operation.params:
        if param.location == "url":
            address = operation.path.replace("{", "").replace("}", "")
            drawn.arguments[param.argument] = address
        elif param.location == "path":
            value = instances.of(by_name["path", param.name]["schema"])
            drawn.path[param.name] = drawn.arguments[param.argument] = value
        elif param.location == "query" and (param.required or instances.takes()):
            value = _query_value(operation, param, by_name.get(("query", param.name)), instances)
            drawn.query[param.name] = value
            drawn.arguments[param.argument] = _argument(param, value)
    if operation.content == "json":
        return drawn._replace(body=_draw_body(operation, described, instances, drawn.arguments))
    if operation.content == "multipart":
        _draw_parts(operation, schemas.flat(described.contents["multipart/form-data"]["schema"]), instances, drawn)
    return drawn


def is_list(operation: Operation[Any], name: str, described: dict[str, Any] | None) -> str:
    """How the document says a parameter's values travel: "repeat", "comma", or "one" where there is but one."""
    text = " ".join((described or {}).get("description", "").lower().split())
    if "comma" in text or "<productidtype>|<productid>," in text or (operation.code, name) in JOINED:
        return "comma"
    return "repeat" if described and described["schema"].get("type") == "array" else "one"


def _query_value(
    operation: Operation[Any], param: Param, described: dict[str, Any] | None, instances: Instances
) -> Any:
    if param.type == "references":
        return ["EAN|9312 & 1", "SKU|a b"]
    if described is None:
        return param.values[0] if param.values else "fr_FR"
    schema: Schema = described["schema"]
    if is_list(operation, param.name, described) == "one":
        return instances.of(schema)
    item = schema.get("items") or {key: value for key, value in schema.items() if key not in {"maximum", "default"}}
    return list(dict.fromkeys(instances.of(item) for _ in range(3)))  # a value asked for twice is asked for once


def _argument(param: Param, value: Any) -> Any:
    if isinstance(value, list):
        if param.type == "references":
            return [tuple(text.split("|")) for text in value]
        return [_argument(param, item) for item in value]
    if param.type == "date-time":
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if param.type == "date" else value


def _draw_body(operation: Operation[Any], described: Published, instances: Instances, arguments: dict[str, Any]) -> Any:
    """Draw until a value also keeps the rules that no schema holds: "errors are required where status is FAILED"."""
    (media,) = described.contents.values()
    for _ in range(200):
        body = instances.of(media["schema"])
        try:
            struct = msgspec.json.decode(msgspec.json.encode(body), type=codec.resolve(operation.body))
        except msgspec.ValidationError as error:
            if "required when" not in str(error):
                raise
            continue
        members = {field.name: getattr(struct, field.name) for field in msgspec.structs.fields(struct)}
        arguments |= {name: value for name, value in members.items() if value is not UNSET}
        return body
    raise AssertionError(f"{operation.code}: no drawn body keeps its rules")


def part_types(operation: Operation[Any]) -> dict[str, Any]:
    """The types of a form's parts other than files, by wire name."""
    hints = _hints(operation)
    parts = [param for param in operation.params if param.location == "part" and param.type != "file"]
    return {param.name: hints[param.argument] for param in parts}


def _draw_parts(operation: Operation[Any], form: Schema, instances: Instances, drawn: Drawn) -> None:
    hints = _hints(operation)
    for param in operation.params:
        if param.location != "part" or not (param.required or instances.takes()):
            continue
        schema = form["properties"][param.name]
        if param.type == "file":
            uploads = [Upload(content=FILE, filename=f"{number} of the day.csv") for number in (1, 2)]
            drawn.parts[param.name] = [FILE, FILE] if param.list_style != "one" else [FILE]
            drawn.arguments[param.argument] = uploads if param.list_style != "one" else uploads[0]
            continue
        value = drawn.parts[param.name] = instances.of(schema)
        _name_files(value)
        typed = msgspec.json.decode(msgspec.json.encode(value), type=hints[param.argument])
        drawn.arguments[param.argument] = typed


def _name_files(value: Any, number: int = 1) -> None:
    """Have every description name a file that is sent, and a type of its own: no schema can say either."""
    if isinstance(value, dict):
        value |= {"file_name": "1 of the day.csv"} if "file_name" in value else {}
        value |= {"type_code": f"TYPE_{number}"} if "type_code" in value else {}
    parts = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for index, part in parts:
        _name_files(part, index if isinstance(index, int) else number)


def _hints(operation: Operation[Any]) -> dict[str, Any]:
    """The types of a method's arguments; its module imports them for type checkers only."""
    module, _, name = RESOURCES[operation.service][operation.resource].partition(":")
    method = getattr(getattr(importlib.import_module(f"mirakl_async.operations.{module}"), name), operation.name)
    models = importlib.import_module(f"mirakl_async.models.{operation.service}")
    hints: dict[str, Any] = {}
    for name in inspect.signature(method).parameters.keys() - {"self", "options"}:
        text = re.sub(r"Literal\[[^]]*\] \| ", "", method.__annotations__[name])
        known = {word: getattr(models, word) for word in re.findall(r"[A-Z]\w+", text) if hasattr(models, word)}
        hints[name] = eval(text, known | {"Sequence": list, "FileSource": FileSource, "dt": dt})
    return hints


def said_in_path(template: str, target: str) -> dict[str, str] | None:
    """The values that stand in a request's path; None where it is another path."""
    given = target.partition("?")[0].split("/")
    wanted = template.split("/")
    if len(given) != len(wanted):
        return None
    said: dict[str, str] = {}
    for have, want in zip(given, wanted, strict=True):
        if want.startswith("{"):
            said[want.strip("{}")] = unquote(have)
        elif have != want:
            return None
    return said


def said_in_query(target: str) -> list[tuple[str, str]]:
    """The pairs of a request's query, as a servlet reads them."""
    query = target.partition("?")[2]
    pairs = [part.partition("=") for part in query.split("&") if part]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def texts(value: Any) -> list[str]:
    """The texts that a value has to be in a URL."""
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    return [("true" if item else "false") if isinstance(item, bool) else str(item) for item in items]
