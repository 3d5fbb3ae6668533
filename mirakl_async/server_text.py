"""What a server wrote, made fit for us: its words for one line, its numbers, and what it says of an error.

A text from outside may hold line breaks, which forge log lines, escape sequences, which a terminal obeys, and marks
that turn the direction of writing, which let a line read as another. Values of models stay as they came; a text goes
through here where it becomes part of a message of ours.

Errors come in many shapes. Seen: Connect's `{code, message, errors: [{message, field, extensions}], extensions}`; the
Marketplace's `{status, message, correlationId}` and `{errors: [{code, field, message}]}`; OAuth's
`{error, error_description}`; HTML from a gateway; nothing at all. The Marketplace's document declares none of them, so
all are read everywhere. Every text of a problem fits on one line of a log; `extensions` are data and stay as they came.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec
from msgspec import Struct

__all__ = [
    "MAX_LENGTH",
    "FieldError",
    "Problem",
    "excerpt",
    "fraction",
    "natural",
    "one_line",
    "read_json",
    "read_problem",
]

MAX_LENGTH = 2000
MAX_DIGITS = 18
"""As many digits as any 64-bit number may have; int() itself refuses over 4,300 of them."""
EXCERPT = 300


def one_line(text: str, max_length: int = MAX_LENGTH) -> str:
    """The text on one line and at most so long: any white space is a space, what cannot be printed is its escape."""
    start = text[:max_length]
    if not start.isprintable():
        start = "".join(map(_printable, start)).strip()
    return start if len(start) <= max_length and len(text) <= max_length else start[: max_length - 1] + "…"


def natural(text: str) -> int | None:
    """The number in decimal digits that is the whole text; None for any other text, and beyond 18 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def fraction(text: str) -> Decimal:
    """A JSON number with all its digits, such as `12.10`; raises ValueError for an exponent of twenty digits."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("Number out of range") from None


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ascii(character)[1:-1]


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECODER: msgspec.json.Decoder[object] = msgspec.json.Decoder(float_hook=fraction)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PRIVATE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|[Bb]earer\s+\S+|\beyJ[\w.-]{10,}|\b\d{9,}\b")


class FieldError(Struct, frozen=True, kw_only=True):
    """One entry of the server's `errors`: where (a JSON path, as the server writes it), and why."""

    message: str = ""
    field: str | None = None
    code: str | None = None
    extensions: dict[str, Any] | None = None

    def __str__(self) -> str:
        """Field and message, as far as the server gave them; the field once, where the message begins with it."""
        words = self.message or self.code
        named = self.field is None or (words or "").startswith(self.field)
        return ": ".join(part for part in (None if named else self.field, words) if part)


class Problem(Struct, frozen=True, kw_only=True):
    """What the server said, in one shape.

    `recognized` tells that the body is an error as Mirakl writes them. Gateways answer with JSON, too: a lone `message`
    is not enough.
    """

    code: str | None = None
    message: str | None = None
    errors: tuple[FieldError, ...] = ()
    extensions: dict[str, Any] | None = None
    correlation_id: str | None = None
    body_excerpt: str = ""
    recognized: bool = False

    def __str__(self) -> str:
        """Code and message, then the first few field errors."""
        head = ": ".join(part for part in (self.code, self.message or self.body_excerpt) if part)
        details = "; ".join(str(error) for error in self.errors[:3])
        more = f"; and {len(self.errors) - 3} more" if len(self.errors) > 3 else ""
        return one_line(f"{head} ({details}{more})" if details else head)


def read_problem(body: bytes) -> Problem:
    """Read an error body of any shape; never raises."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    content = read_json(body)
    if isinstance(content, dict):
        return _from_object(cast("dict[str, Any]", content), body)
    if isinstance(content, list):
        errors = _field_errors(cast("object", content))
        return Problem(errors=errors, recognized=_tells_faults(cast("object", content)))
    return Problem(body_excerpt=excerpt(body))


def read_json(body: bytes) -> object:
    """What the body holds as JSON, also where a text has raw line breaks or half a character; None if it is none."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return json.loads(body, strict=False, parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> Decimal | str:
    try:
        return fraction(text)
    except ValueError:
        return text


def excerpt(body: bytes) -> str:
    """The start of a body as one line of text: markup removed, addresses, tokens and long numbers masked."""
    text = _MARKUP.sub(" ", body[:8192].decode("utf-8", "replace"))
    return one_line(_PRIVATE.sub("***", " ".join(text.split())), EXCERPT)


def _from_object(content: dict[str, Any], body: bytes) -> Problem:
    code = _text(content.get("code")) or _text(content.get("error"))
    message = _text(content.get("message")) or _text(content.get("error_description")) or _text(content.get("detail"))
    errors = _field_errors(content.get("errors"))
    extensions = content.get("extensions")
    known = code or message or errors
    return Problem(
        code=code,
        message=message,
        errors=errors,
        extensions=cast("dict[str, Any]", extensions) if isinstance(extensions, dict) else None,
        correlation_id=_text(content.get("correlationId")) or _text(content.get("correlation_id")),
        body_excerpt="" if known else excerpt(body),
        recognized=_is_mirakls(content),
    )


def _is_mirakls(content: dict[str, Any]) -> bool:
    """Whether this is a code with a message (Connect), a status with one (Marketplace), or a list of field errors."""
    code, status, message = content.get("code"), content.get("status"), content.get("message")
    coded = isinstance(code, str) and bool(code)
    numbered = isinstance(status, int) and isinstance(message, str) and bool(message)
    return coded or numbered or _tells_faults(content.get("errors"))


def _tells_faults(errors: object) -> bool:
    """Whether these are field errors: objects that each have a message or a code."""
    if not isinstance(errors, list) or not errors:
        return False
    return all(
        isinstance(item, dict) and ("message" in item or "code" in item) for item in cast("list[object]", errors)
    )


def _field_errors(content: object) -> tuple[FieldError, ...]:
    if not isinstance(content, list):
        return ()
    return tuple(_field_error(item) for item in cast("list[object]", content))


def _field_error(item: object) -> FieldError:
    if not isinstance(item, dict):
        return FieldError(message=_text(item) or "")
    entry = cast("dict[str, Any]", item)
    extensions = entry.get("extensions")
    return FieldError(
        message=_text(entry.get("message")) or "",
        field=_text(entry.get("field")),
        code=_text(entry.get("code")),
        extensions=cast("dict[str, Any]", extensions) if isinstance(extensions, dict) else None,
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return one_line(str(value))
