"""How Connect and Account refuse a call: their error shape, and the checks that every body passes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import DecodeError, json

from .exchange import Answer, Call, Handler, answer_json
from .rules import Check, Problem

__all__ = [
    "ConnectRefusal",
    "ErrorFields",
    "accepted",
    "answering",
    "invalid",
    "not_found",
    "refuse",
    "refuse_any",
    "satisfying",
]

ErrorFields = Literal["indexed", "none"]
"""Whether `errors[].field` names the place, as in `orders[3].status`, or is left out: the contract promises neither."""

MOST_PROBLEMS = 100


class ConnectRefusal(Exception):
    """A call that ends with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answering(handle: Handler) -> Handler:
    """Return the handler with what it raises as `RejectedOrder` turned into the answer."""

    def answer(call: Call) -> Answer:
        try:
            return handle(call)
        except ConnectRefusal as refused:
            return refused.answer

    return answer


def accepted(call: Call, rules: Check, error_fields: ErrorFields) -> Any:
    """Return the JSON payload once it satisfies the document's rules; raise ConnectRefusal otherwise."""
    if call.content_type != "application/json":
        raise ConnectRefusal(refuse(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json"))
    return satisfying(call.body, rules, error_fields)


def satisfying(body: bytes, rules: Check, error_fields: ErrorFields, part: str = "") -> Any:
    """Return JSON bytes as a value that satisfies the rules; `part` names the part of a form that holds them."""
    try:
        payload = json.decode(body)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        what = f"The part {part}" if part else "The body"
        raise ConnectRefusal(refuse(400, "INVALID_INPUT", f"{what} is not valid JSON")) from None
    refuse_any([problem.under(part) if part else problem for problem in rules(payload)], error_fields)
    return payload


def refuse_any(problems: Sequence[Problem], error_fields: ErrorFields) -> None:
    """Raise ConnectRefusal when there are problems."""
    if problems:
        raise ConnectRefusal(invalid(problems, error_fields))


def invalid(problems: Sequence[Problem], error_fields: ErrorFields) -> Answer:
    """Answer 400 with the problems found, at most `MOST_PROBLEMS` of them."""
    errors: list[dict[str, Any]] = []
    for problem in problems[:MOST_PROBLEMS]:
        error: dict[str, Any] = {"message": problem.message}
        if error_fields == "indexed":
            error["message"] = f"{problem.field or 'body'} {problem.message}"
            if problem.field:
                error["field"] = problem.field
        if problem.extensions:
            error["extensions"] = problem.extensions
        errors.append(error)
    message = "The request is invalid, nothing of it was applied"
    return answer_json(400, {"code": "INVALID_INPUT", "message": message, "errors": errors})


def refuse(status: int, code: str, message: str) -> Answer:
    """Answer with an error in Connect's own shape."""
    return answer_json(status, {"code": code, "message": message})


def not_found(what: str) -> ConnectRefusal:
    """Return the error to raise for a thing that is unknown."""
    return ConnectRefusal(refuse(404, "DATA_NOT_FOUND", f"The {what} is unknown to Connect"))
