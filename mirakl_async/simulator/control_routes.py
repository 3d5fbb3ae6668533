"""The table of routes of the control plane, from which both its handlers and its OpenAPI document are made."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import DecodeError, json

from .exchange import Answer

__all__ = ["PREFIX", "Conflict", "ControlRoute", "document", "serve"]

PREFIX = "/_simulator"


class ControlRoute(NamedTuple):
    """One route below `PREFIX`; path parameters are written {name}.

    `handle` gets the path parameters and the decoded body, and returns the content of the answer, None for 204, or an
    `Answer`; it may be a coroutine. It raises ValueError for 400, LookupError for 404 and `Conflict` for 409. `body`
    and `answer` are the types of the request's and the answer's content, or None if there is no content.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    name: str
    summary: str
    handle: Callable[[Mapping[str, str], Any], Any]
    answer: Any = None
    body: Any = None
    content_type: str = "application/json"


_NO_STORE = {"Cache-Control": "no-store"}


class Conflict(Exception):
    """The state of the simulator does not allow the request."""


def serve(app: web.Application, routes: Iterable[ControlRoute]) -> None:
    """Add the routes to `app`."""
    for route in routes:
        app.router.add_route(route.method, PREFIX + route.path, _handler(route))


def _handler(route: ControlRoute) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = None if route.body is None else json.decode(await request.read(), type=route.body)
            value = route.handle(request.match_info, body)
            return await _answered(request, await value if inspect.isawaitable(value) else value)
        except (DecodeError, ValueError) as error:
            return web.Response(status=400, text=str(error))
        except LookupError as error:
            return web.Response(status=404, text=str(error.args[0] if error.args else error))
        except Conflict as error:
            return web.Response(status=409, text=str(error))

    return handle


async def _answered(request: web.Request, value: object) -> web.StreamResponse:
    if value is None:
        return web.Response(status=204)
    if not isinstance(value, Answer):
        return web.Response(body=json.encode(value), content_type="application/json", headers=_NO_STORE)
    response = web.StreamResponse(status=value.status, headers={"Content-Type": value.content_type})
    await response.prepare(request)
    for piece in value.pieces or (value.body,):
        await response.write(piece)
    await response.write_eof()
    return response


def document(routes: Sequence[ControlRoute], version: str) -> dict[str, Any]:
    """Return the OpenAPI document of the routes."""
    types = [kind for route in routes for kind in (route.body, route.answer) if kind is not None]
    schemas, components = json.schema_components(types, ref_template="#/components/schemas/{name}")
    described = iter(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        body = None if route.body is None else next(described)
        answer = None if route.answer is None else next(described)
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, body, answer)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control routes of the Mirakl simulator",
            "version": version,
            "description": "They take no credential and answer programs of this machine only.",
        },
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(route: ControlRoute, body: Any, answer: Any) -> dict[str, Any]:
    words = {"text/plain": {"schema": {"type": "string"}}}
    responses: dict[str, Any] = {
        "204": {"description": "Done"},
        "default": {"description": "What is wrong, in words", "content": words},
    }
    if answer is not None:
        done = {"description": "Done", "content": {route.content_type: {"schema": answer}}}
        responses = {"200": done, "default": responses["default"]}
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary, "responses": responses}
    names = re.findall(r"\{(\w+)\}", route.path)
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation
