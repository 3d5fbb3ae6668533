"""The published documents: their operations, the schemas of requests, the examples of responses.

The documents are Mirakl's and are not part of this project; `MIRAKL_OPENAPI_DIR` names the folder that holds them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from codegen.documents import SOURCES

VARIABLE = "MIRAKL_OPENAPI_DIR"
FILES = {source.service: source.file for source in SOURCES}
METHODS = {"get", "put", "post", "patch", "delete"}


class Published(NamedTuple):
    """An operation as its document describes it."""

    method: str
    path: str
    parameters: list[dict[str, Any]]
    contents: dict[str, Any]
    responses: dict[str, Any]


class Example(NamedTuple):
    """An official example of a successful answer."""

    code: str
    label: str
    value: Any


def folder() -> Path | None:
    """Where the documents are; None if nothing says so."""
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


@cache
def document(service: str) -> dict[str, Any]:
    """One parsed document."""
    place = folder()
    assert place is not None, f"{VARIABLE} is not set"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # Dates stay text, as they are in JSON.
    plain = type("Plain", (loader,), {})
    plain.yaml_implicit_resolvers = {
        key: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for key, pairs in loader.yaml_implicit_resolvers.items()
    }
    loaded: dict[str, Any] = yaml.load((place / FILES[service]).read_bytes(), plain)
    return loaded


def followed(service: str, node: dict[str, Any]) -> dict[str, Any]:
    """What a reference inside a document stands for; anything else is itself."""
    while "$ref" in node:
        found: Any = document(service)
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


@cache
def _by_route(service: str) -> dict[tuple[str, str], Published]:
    found: dict[tuple[str, str], Published] = {}
    for path, item in document(service)["paths"].items():
        for method in METHODS & item.keys():
            described = item[method]
            listed = item.get("parameters", []) + described.get("parameters", [])
            request = followed(service, described.get("requestBody", {}))
            found[method.upper(), path] = Published(
                method=method.upper(),
                path=path,
                parameters=[followed(service, parameter) for parameter in listed],
                contents=request.get("content", {}),
                responses={
                    status: followed(service, response) for status, response in described.get("responses", {}).items()
                },
            )
    return found


def published(service: str, method: str, path: str) -> Published | None:
    """The operation at a route of one service; None if the document has none there."""
    return _by_route(service).get((method, path))


def base_path(service: str) -> str:
    """The path below which a service's routes lie, from its document's first server."""
    return urlsplit(document(service)["servers"][0]["url"]).path.rstrip("/")


def routes(service: str) -> set[tuple[str, str]]:
    """Every method and path of one document."""
    return set(_by_route(service))


def examples(code: str, service: str, method: str, path: str) -> list[Example]:
    """The JSON examples of an operation's successful answers."""
    described = published(service, method, path)
    assert described is not None, f"{code}: no {method} {path} in the document of {service}"
    found: list[Example] = []
    for status, response in described.responses.items():
        for kind, media in response.get("content", {}).items():
            if not str(status).startswith("2") or "json" not in kind:
                continue
            if "example" in media:
                found.append(Example(code, f"{status}", media["example"]))
            for name, example in media.get("examples", {}).items():
                found.append(Example(code, f"{status} {name}", followed(service, example).get("value")))
    return found
