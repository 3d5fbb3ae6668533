"""One HTTP exchange as plain values, and a service as a table of routes.

A service decides what to answer from a `Call` alone and never touches a socket, so its rules can be read, and tested,
without one; `pipeline` moves the bytes. A new service is a new table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, json


class Call(Struct, frozen=True):
    """What a request says. `path` holds the decoded path parameters; `credential` is empty on open services."""

    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    body: bytes
    credential: str = ""


class Answer(Struct, frozen=True):
    """What is sent back."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


Handler = Callable[[Call], Answer]

Refuse = Callable[[int, str, str], Answer]
"""How a service words an error of its own: status, code, message."""


class Route(NamedTuple):
    """One operation: path parameters are written {name}, the path starts after the service's base."""

    method: str
    path: str
    operation: str
    handle: Handler


class Service(NamedTuple):
    """What one host serves. `guarded` services take calls with a bearer token only, and count them per credential."""

    name: str
    base: str
    routes: Sequence[Route]
    refuse: Refuse
    guarded: bool = True


def answer_json(status: int, value: object) -> Answer:
    """Answer with a JSON document."""
    return Answer(status, json.encode(value))
