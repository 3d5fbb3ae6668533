"""Errors in the two formats of Marketplace: {status, message}, and {errors: [{code, field, message}]}."""

from __future__ import annotations

from collections.abc import Sequence

from ..exchange import Answer, answer_json

__all__ = ["Refused", "invalid", "refuse", "refused"]


class Refused(Exception):
    """The exception that ends a call with an error answer."""

    def __init__(self, answer: Answer, message: str = "") -> None:
        super().__init__(answer.status)
        self.answer = answer
        self.message = message


def refuse(status: int, _code: str, message: str) -> Answer:
    """Return an error of the service itself, which has no code in Marketplace."""
    return answer_json(status, {"status": status, "message": message})


def refused(status: int, message: str) -> Refused:
    """Return the exception for one reason."""
    return Refused(refuse(status, "", message), message)


def invalid(problems: Sequence[tuple[str, str, str]]) -> Refused:
    """Return the exception for invalid members of a body: the code, field and message of each."""
    errors = [{"code": code, "field": field, "message": message} for code, field, message in problems]
    return Refused(answer_json(400, {"errors": errors}), "; ".join(message for _, _, message in problems))
