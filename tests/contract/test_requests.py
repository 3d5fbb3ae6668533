"""Every operation's request, made by its typed method and captured on a socket, conforms to its document.

The arguments are drawn from the document: required ones only, all of them, and halves in between. What arrives is
held against the document by a validator that knows nothing of this package, and against the values that went in.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, ReceivedResponse
from mirakl_async.client import Client
from mirakl_async.operation import Operation
from mirakl_async.operations import operations
from tests.contract import documents
from tests.contract.arguments import Drawn, draw, is_list, method_of, said_in_path, said_in_query, texts
from tests.contract.documents import Published
from tests.contract.instances import Instances
from tests.contract.schemas import Schemas, schemas
from tests.contract.server import Recorder, Seen, recorder

CODES = list(operations)
DRAWS = [(0, 0.0), (1, 1.0), *((number, 0.5) for number in range(2, 6))]
MORE_DRAWS = [(number, number % 11 / 10) for number in range(6, 60)]
PAGING = {"offset": {"max", "offset", "paginate"}, "seek": {"limit", "page_token"}}


def empty(response: ReceivedResponse) -> bool:
    """Whether it is the recorder's answer."""
    return response.status == 204


@contextlib.asynccontextmanager
async def client_of(operation: Operation[Any], server: Recorder) -> AsyncIterator[Client]:
    """A client whose every service is the recorder, whose empty 204 it takes for a success of any operation."""
    auth = BearerToken("token-of-the-test")
    made: Client
    if operation.service == "front":
        made = MarketplaceFront(server.url, auth=auth, rate_limit="none", accept_response=empty)
    else:
        made = ConnectChannel(
            auth=auth, rate_limit="none", connect_url=server.url, account_url=server.url, accept_response=empty
        )
    async with made as client:
        yield client


async def run(code: str, draws: list[tuple[int, float]]) -> None:
    operation = operations[code]
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None, f"{code}: no {operation.method} {operation.path} in its document"
    known = schemas(operation.service)
    async with recorder() as server, client_of(operation, server) as client:
        for seed, fullness in draws:
            drawn = draw(operation, described, known, Instances(known, Random(f"{code}{seed}"), fullness))
            for param in operation.params:
                if param.location == "url":
                    drawn.arguments[param.argument] = server.url + drawn.arguments[param.argument]
            await client.raw_response(method_of(client, operation), **drawn.arguments)
            (seen,) = server.seen
            server.seen.clear()
            wrong = [
                *line_problems(operation, described, known, drawn, seen),
                *body_problems(operation, described, known, drawn, seen),
            ]
            assert not wrong, f"{code}, draw {seed}: {wrong}"


@pytest.mark.parametrize("code", CODES)
async def test_a_request_is_what_its_document_describes(code: str) -> None:
    await run(code, DRAWS)


@pytest.mark.fuzz
@pytest.mark.parametrize("code", CODES)
async def test_many_requests_are_what_their_documents_describe(code: str) -> None:
    await run(code, MORE_DRAWS)


def line_problems(
    operation: Operation[Any], described: Published, known: Schemas, drawn: Drawn, seen: Seen
) -> list[str]:
    """What is wrong with method, path, query and the headers that no body brings."""
    wrong: list[str] = []
    if seen.method != described.method:
        wrong.append(f"method {seen.method}")
    if seen.headers.get("authorization") != "Bearer token-of-the-test":
        wrong.append("no token")
    kinds = [
        kind for status, answer in described.responses.items() if str(status)[0] == "2" for kind in answers(answer)
    ]
    if kinds and seen.headers.get("accept") != "*/*" and seen.headers.get("accept") not in kinds:
        wrong.append(f"Accept: {seen.headers.get('accept')}, the document answers {kinds}")
    if any(param.location == "url" for param in operation.params):
        return wrong
    said = said_in_path(documents.base_path(operation.service) + described.path, seen.target)
    if said != {name: str(value) for name, value in drawn.path.items()}:
        wrong.append(f"path {seen.target} says {said}, not {drawn.path}")
    return wrong + query_problems(operation, described, known, drawn, seen)


def answers(response: dict[str, Any]) -> list[str]:
    """The types of an answer."""
    return [kind.partition(";")[0] for kind in response.get("content", {})]


def query_problems(
    operation: Operation[Any], described: Published, known: Schemas, drawn: Drawn, seen: Seen
) -> list[str]:
    """Names, styles and values of the query."""
    wrong: list[str] = []
    declared = {parameter["name"]: parameter for parameter in described.parameters if parameter["in"] == "query"}
    said: dict[str, list[str]] = {}
    for name, text in said_in_query(seen.target):
        said.setdefault(name, []).append(text)
    paging = PAGING[operation.paging.kind] if operation.paging else set()
    for name, values in said.items():
        if name in paging:
            continue
        if name not in drawn.query:
            wrong.append(f"?{name} was not asked for")
        elif name in declared:
            wrong += value_problems(operation, known, declared[name], drawn.query[name], values)
        elif values != texts(drawn.query[name]):
            wrong.append(f"?{name} is {values}, not {drawn.query[name]}")
    needed = {name for name, parameter in declared.items() if parameter.get("required")}
    return wrong + [f"?{name} is missing" for name in sorted((needed | drawn.query.keys()) - said.keys())]


def value_problems(
    operation: Operation[Any], known: Schemas, described: dict[str, Any], given: Any, said: list[str]
) -> list[str]:
    """Whether the texts of one parameter are its values in the style of its document, and allowed by its schema."""
    name, schema = described["name"], described["schema"]
    match is_list(operation, name, described):
        case "comma" if len(said) == 1:
            said = said[0].split(",")
        case "repeat":
            pass
        case _ if len(said) > 1:
            return [f"?{name} is repeated"]
    if not same(said, texts(given)):
        return [f"?{name} says {said}, not {given}"]
    single = schema.get("items") or {key: value for key, value in schema.items() if key != "maximum"}
    if operation.code == "P31" and name == "products":
        return []
    return [
        f"?{name}: {problem}"
        for text in said
        for problem in known.problems(single, of_text(text, single.get("type", "string")))
    ]


def of_text(text: str, kind: str) -> Any:
    """A text of a URL as the plain value a schema speaks of."""
    return text if kind == "string" else json.loads(text)


def body_problems(
    operation: Operation[Any], described: Published, known: Schemas, drawn: Drawn, seen: Seen
) -> list[str]:
    """What is wrong with the body, and with the headers that say what it is."""
    length, kind = seen.headers.get("content-length"), seen.headers.get("content-type", "")
    if not described.contents:
        allowed = {"GET": {None}, "DELETE": {None, "0"}}.get(described.method, {"0"})
        wrong = [] if length in allowed else [f"Content-Length: {length}"]
        return wrong + ([f"Content-Type {kind} of no body"] if kind or seen.body else [])
    ((media, content),) = described.contents.items()
    if kind.partition(";")[0] != media.partition(";")[0]:
        return [f"Content-Type {kind}, not {media}"]
    if media.startswith("multipart/"):
        return form_problems(known, known.flat(content["schema"]), drawn, seen)
    said = json.loads(seen.body, parse_float=Decimal)
    if not same(said, drawn.body):
        return [f"the body says {said}, not {drawn.body}"]
    return known.problems(content["schema"], json.loads(seen.body))


def form_problems(known: Schemas, form: dict[str, Any], drawn: Drawn, seen: Seen) -> list[str]:
    """Each part has the type of its schema: a file with a name, an object as JSON, else plain text."""
    wrong = [f"part {name} is missing" for name in form.get("required", []) if name not in {p.name for p in seen.parts}]
    files: dict[str, list[bytes]] = {}
    for part in seen.parts:
        schema = known.flat(form["properties"].get(part.name, {}))
        items = known.flat(schema.get("items", {}))
        if "binary" in {schema.get("format"), items.get("format")}:
            files.setdefault(part.name, []).append(part.body)
            wrong += (
                []
                if (part.filename or "").endswith("of the day.csv")
                else [f"part {part.name} is named {part.filename}"]
            )
        elif schema.get("type") in {"object", "array"} or "properties" in schema:
            said = json.loads(part.body)
            wrong += [] if part.content_type == "application/json" else [f"part {part.name}: {part.content_type}"]
            wrong += [] if same(said, drawn.parts[part.name]) else [f"part {part.name} says {said}"]
            wrong += known.problems(form["properties"][part.name], said, part.name)
        else:
            wrong += [] if part.content_type.partition(";")[0] in {"", "text/plain"} else [f"{part.name} is not a text"]
            wrong += [] if [part.body.decode()] == texts(drawn.parts[part.name]) else [f"part {part.name} is changed"]
            wrong += known.problems(schema, of_text(part.body.decode(), schema.get("type", "string")), part.name)
    wrong += [f"file {name} is changed" for name, bodies in files.items() if bodies != drawn.parts[name]]
    absent = drawn.parts.keys() - {part.name for part in seen.parts} - {k for k, v in drawn.parts.items() if v == []}
    return wrong + [f"part {name} was asked for and not sent" for name in sorted(absent)]


def same(said: Any, given: Any) -> bool:
    """Whether two plain values mean the same: numbers by value, date-times by the instant they name."""
    if isinstance(given, dict) and isinstance(said, dict):
        return given.keys() == said.keys() and all(same(said[name], given[name]) for name in given)
    if isinstance(given, list) and isinstance(said, list):
        return len(given) == len(said) and all(same(one, other) for one, other in zip(said, given, strict=True))
    if isinstance(given, bool) or given is None or isinstance(said, bool):
        return said is given
    if isinstance(given, int | float):
        return isinstance(said, int | float | Decimal) and Decimal(str(said)) == Decimal(str(given))
    return said == given or (isinstance(said, str) and instant(said) is not None and instant(said) == instant(given))


def instant(text: str) -> dt.datetime | None:
    """The instant of a date-time with a zone; None for any other text."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
