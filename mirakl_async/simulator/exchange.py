"""One HTTP exchange as plain values, and a service as a table of routes.

A service decides what to answer from a `Call` alone and never touches a socket, so its rules can be read, and tested,
without one. Requests arrive by `sockets`, or are handed over in the same process (`direct`); `pipeline` is the way of
both. A new service is a new table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, json

__all__ = ["Answer", "Call", "Handler", "Headers", "Refuse", "Route", "Service", "answer_json"]


class Headers(dict[str, str]):
    """Headers, looked up in any case of letters."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a header, or `default`."""
        return super().get(name.lower(), default)


class Call(Struct, frozen=True):
    """What a request says. `path` holds the decoded path parameters; `credential` is empty on open services.

    `pairs` are the query's parameters in their order, repeated ones too; of these `query` holds the first. `headers`
    is looked up in any case of letters. `url` is the request's own, without query.
    """

    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    body: bytes
    credential: str = ""
    pairs: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = {}
    url: str = ""


class Answer(Struct, frozen=True):
    """What is sent back. `pieces` follow `body` one by one, made when they are sent, for answers of any length."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}
    pieces: Iterable[bytes] | None = None


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
    """What one host serves. `guarded` services take calls with a credential only, and count them by it.

    That is a bearer token or, with `takes_keys`, a raw API key. `most_bytes` bounds a request's body.
    """

    name: str
    base: str
    routes: Sequence[Route]
    refuse: Refuse
    guarded: bool = True
    takes_keys: bool = False
    most_bytes: int = 64 * 1024 * 1024


def answer_json(status: int, value: object) -> Answer:
    """Answer with a JSON document."""
    return Answer(status, json.encode(value))
