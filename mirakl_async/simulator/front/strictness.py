"""The check that every call of Marketplace must pass before its handler; violations of the document are rejected."""

from __future__ import annotations

from msgspec import DecodeError, json

from ..exchange import Answer, Call, Route
from .body_rules import BODIES
from .filters import grouped
from .query_rules import query_problem
from .refusals import invalid, refused

__all__ = ["strict"]


def strict(route: Route) -> Route:
    """Return the route with a check of its query and its JSON body, which answers violations with 400."""
    operation, handle, rules = route.operation, route.handle, BODIES.get(route.operation)

    def check(call: Call) -> Answer:
        problem = query_problem(operation, grouped(call.pairs))
        if problem is not None:
            return refused(400, problem).answer
        if rules is None or call.content_type != "application/json":
            return handle(call)
        try:
            body = json.decode(call.body)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            return invalid([("INVALID_INPUT", "body", "The body is not valid JSON")]).answer
        if problems := rules(body):
            return invalid([("INVALID_FIELD", one.field or "body", f"It {one.message}") for one in problems]).answer
        return handle(call)

    return route._replace(handle=check)
