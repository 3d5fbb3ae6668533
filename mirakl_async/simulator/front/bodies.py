"""Decoding of JSON bodies, and the check of calls that must not have a body."""

from __future__ import annotations

from typing import TypeVar

from msgspec import DecodeError, ValidationError, json

from ..exchange import Call
from .refusals import invalid, refused

__all__ = ["body_of", "no_body"]

T = TypeVar("T")


def body_of(call: Call, type_: type[T]) -> T:
    """Return the decoded JSON body of a call; raises Refused if it is not JSON or not of the type."""
    if call.content_type != "application/json":
        raise refused(415, "The body must be application/json")
    try:
        return json.decode(call.body, type=type_, strict=False)  # Mirakl's examples contain numbers as texts
    except ValidationError as error:
        raise invalid([("INVALID_FIELD_TYPE", "body", str(error))]) from None
    except (DecodeError, UnicodeDecodeError):
        raise invalid([("INVALID_INPUT", "body", "The body is not valid JSON")]) from None


def no_body(call: Call) -> None:
    """Raise Refused unless the call has an empty body and the header Content-Length: 0, which OR24 and OR29 require."""
    if call.headers.get("Content-Length") != "0":
        raise refused(411, "The header Content-Length must be there, with the value 0")
