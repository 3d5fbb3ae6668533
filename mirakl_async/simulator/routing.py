"""Selects the route of a request with a tree of path segments, in which names have precedence over parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from .exchange import Answer, Route, Service

__all__ = ["Match", "Router", "refusal"]

_WORDS = {
    501: ("NOT_IMPLEMENTED", "The simulator does not implement this path; no operation of the documents has it"),
    405: ("METHOD_NOT_ALLOWED", "The path takes another method"),
    413: ("PAYLOAD_TOO_LARGE", "The body is too large"),
}


class Match(NamedTuple):
    """A route, and its path parameters."""

    route: Route
    parameters: dict[str, str]


class _Node:
    __slots__ = ("names", "parameter", "routes")

    def __init__(self) -> None:
        self.names: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.routes: dict[str, tuple[Route, tuple[str, ...]]] = {}


class Router:
    """Finds the routes of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._root = _Node()
        for route in service.routes:
            node, parameters = self._root, list[str]()
            for segment in route.path.split("/")[1:]:
                if segment.startswith("{"):
                    parameters.append(segment.strip("{}"))
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.names.setdefault(segment, _Node())
            node.routes.setdefault(route.method, (route, tuple(parameters)))

    def find(self, method: str, path: str) -> Match | Answer:
        """Return the route of a complete path, or an answer with 405 or 501 if there is none."""
        allowed: set[str] = set()
        base = self.service.base
        if path.startswith(f"{base}/"):
            segments = path[len(base) + 1 :].split("/")
            if "%" in path:
                segments = [unquote(segment) for segment in segments]
            for node, values in _matching(self._root, segments):
                if method in node.routes:
                    route, names = node.routes[method]
                    return Match(route, dict(zip(names, values, strict=True)))
                allowed.update(node.routes)
        return refusal(self.service, 405, allow=allowed) if allowed else refusal(self.service, 501)


def refusal(service: Service, status: int, reason: str = "", *, allow: set[str] | None = None) -> Answer:
    """Return an error that belongs to no operation, in the service's error format."""
    code, message = _WORDS.get(status, (reason.upper().replace(" ", "_"), reason))
    answer = service.refuse(status, code, message)
    headers = {"Allow": ",".join(sorted(allow))} if allow else {}
    return Answer(status, answer.body, answer.content_type, headers)


def _matching(node: _Node, segments: list[str], at: int = 0) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    """Yield the nodes that match a path, with the values of the path parameters."""
    if at == len(segments):
        yield node, ()
        return
    segment = segments[at]
    if (named := node.names.get(segment)) is not None:
        yield from _matching(named, segments, at + 1)
    if node.parameter is not None and segment:
        for found, values in _matching(node.parameter, segments, at + 1):
            yield found, (segment, *values)
