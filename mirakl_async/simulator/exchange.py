"""One HTTP exchange as plain values, and a service as a table of routes.

A service answers a `Call` without using a socket, so its rules can be read and tested without one. Requests arrive
through `sockets` or are passed directly within the process (`direct`); `pipeline` processes both kinds. A new service
is a new table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, json

__all__ = ["Answer", "Call", "Handler", "Headers", "Refuse", "Route", "Service", "answer_json"]


class Headers(dict[str, str]):
    """HTTP headers with case-insensitive names."""

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
    """The content of a request. `path` holds the decoded path parameters; `credential` is empty for open services.

    `pairs` are the query parameters in order, including repeated ones; `query` holds the first value of each. The names
    in `headers` are case-insensitive. `url` is the URL of the request without its query.
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
    """The content of an answer.

    `pieces` follow `body`. They are generated while they are sent, for answers of any length.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}
    pieces: Iterable[bytes] | None = None


Handler = Callable[[Call], Answer]

Refuse = Callable[[int, str, str], Answer]
"""Returns an error in a service's format, from status, code and message."""


class Route(NamedTuple):
    """One operation; path parameters are written {name}, and the path begins after the service's base."""

    method: str
    path: str
    operation: str
    handle: Handler


class Service(NamedTuple):
    """The routes of one host. Calls to a `guarded` service need a credential, and are counted for each credential.

    The credential is a bearer token or, with `takes_keys`, a raw API key. `max_bytes` is the maximum size of a body.
    """

    name: str
    base: str
    routes: Sequence[Route]
    refuse: Refuse
    guarded: bool = True
    takes_keys: bool = False
    max_bytes: int = 64 * 1024 * 1024


def answer_json(status: int, value: object) -> Answer:
    """Return an answer with a JSON document."""
    return Answer(status, json.encode(value))
