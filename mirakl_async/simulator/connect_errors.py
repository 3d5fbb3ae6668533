"""Errors of Connect and Account: their format, and the checks that every body must pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import DecodeError, json

from .exchange import Answer, Call, Handler, answer_json
from .rules import Check, Problem

__all__ = [
    "ConnectRefusal",
    "ErrorFields",
    "decode_checked",
    "invalid",
    "not_found",
    "parse_body",
    "raise_for_problems",
    "refuse",
    "with_error_answers",
]

ErrorFields = Literal["indexed", "none"]
"""Whether `errors[].field` contains the place, as in `orders[3].status`; the contract leaves this open."""

MAX_PROBLEMS = 100


class ConnectRefusal(Exception):
    """The exception that ends a call with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def with_error_answers(handle: Handler) -> Handler:
    """Return a handler that answers a `ConnectRefusal` with its error."""

    def answer(call: Call) -> Answer:
        try:
            return handle(call)
        except ConnectRefusal as refused:
            return refused.answer

    return answer


def parse_body(call: Call, rules: Check, error_fields: ErrorFields) -> Any:
    """Return the JSON payload if it satisfies the document's rules; raises ConnectRefusal."""
    if call.content_type != "application/json":
        raise ConnectRefusal(refuse(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json"))
    return decode_checked(call.body, rules, error_fields)


def decode_checked(body: bytes, rules: Check, error_fields: ErrorFields, part: str = "") -> Any:
    """Decode JSON and check it; `part` names the part of a form that contains it. Raises ConnectRefusal."""
    try:
        payload = json.decode(body)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        what = f"The part {part}" if part else "The body"
        raise ConnectRefusal(refuse(400, "INVALID_INPUT", f"{what} is not valid JSON")) from None
    raise_for_problems([problem.under(part) if part else problem for problem in rules(payload)], error_fields)
    return payload


def raise_for_problems(problems: Sequence[Problem], error_fields: ErrorFields) -> None:
    """Raise ConnectRefusal if there are problems."""
    if problems:
        raise ConnectRefusal(invalid(problems, error_fields))


def invalid(problems: Sequence[Problem], error_fields: ErrorFields) -> Answer:
    """Answer 400 with the problems found, at most `MAX_PROBLEMS` of them."""
    errors: list[dict[str, Any]] = []
    for problem in problems[:MAX_PROBLEMS]:
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
    """Return an error in Connect's format."""
    return answer_json(status, {"code": code, "message": message})


def not_found(what: str) -> ConnectRefusal:
    """Return the exception for an unknown channel, store, order or action."""
    return ConnectRefusal(refuse(404, "DATA_NOT_FOUND", f"The {what} is unknown to Connect"))
