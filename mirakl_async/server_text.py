"""Sanitize text from a server for messages and logs, parse its numbers, and parse error bodies.

Text from a server may contain line breaks, which forge log lines, escape sequences, which a terminal executes, and
bidirectional control characters, which disguise a line. The values of models stay unchanged; text is sanitized here
where it becomes part of a message of this package.

Error bodies have several formats. Known ones are Connect's `{code, message, errors: [{message, field, extensions}],
extensions}`; the Marketplace's `{status, message, correlationId}` and `{errors: [{code, field, message}]}`; OAuth's
`{error, error_description}`; HTML from a gateway; and an empty body. The Marketplace's document declares none, so all
are accepted everywhere. Every text of a problem fits on one line; `extensions` are data and stay unchanged.
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
    "valid_text",
]

MAX_LENGTH = 2000
MAX_DIGITS = 18
"""The digits that always fit into 64 bits; int() raises ValueError for more than 4,300."""
MAX_EXCERPT_LENGTH = 300


def one_line(text: str, max_length: int = MAX_LENGTH) -> str:
    """Sanitize a text to one line of limited length: white space becomes spaces, unprintable characters are escaped."""
    start = text[:max_length]
    if not start.isprintable():
        start = "".join(map(_printable, start)).strip()
    return start if len(start) <= max_length and len(text) <= max_length else start[: max_length - 1] + "…"


def natural(text: str) -> int | None:
    """Parse a text of up to 18 decimal digits; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def fraction(text: str) -> Decimal:
    """Parse a JSON number with all its digits, such as `12.10`; raises ValueError for an exponent out of range."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("Number out of range") from None


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ascii(character)[1:-1]


def valid_text(text: str) -> str:
    """The text as UTF-8 can carry it: an unpaired surrogate, such as half an emoji, is replaced by U+FFFD."""
    return str.encode(text, "utf-16", "surrogatepass").decode("utf-16", "replace")


_BOM = b"\xef\xbb\xbf"
_DECODER: msgspec.json.Decoder[object] = msgspec.json.Decoder(float_hook=fraction)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PRIVATE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|[Bb]earer\s+\S+|\beyJ[\w.-]{10,}|\b\d{9,}\b")


class FieldError(Struct, frozen=True, kw_only=True):
    """One entry of the server's `errors`: `field` is a JSON path in the server's notation."""

    message: str = ""
    field: str | None = None
    code: str | None = None
    extensions: dict[str, Any] | None = None

    def __str__(self) -> str:
        """Show field and message; the field is not repeated if the message starts with it."""
        words = self.message or self.code
        is_named = self.field is None or (words or "").startswith(self.field)
        return ": ".join(part for part in (None if is_named else self.field, words) if part)


class Problem(Struct, frozen=True, kw_only=True):
    """The content of an error body, in one format.

    `recognized` says that the body is in Mirakl's error format. Gateways also send JSON, so a `message` alone is not
    enough.
    """

    code: str | None = None
    message: str | None = None
    errors: tuple[FieldError, ...] = ()
    extensions: dict[str, Any] | None = None
    correlation_id: str | None = None
    body_excerpt: str = ""
    recognized: bool = False

    def __str__(self) -> str:
        """Show code and message, then the first three field errors."""
        head = ": ".join(part for part in (self.code, self.message or self.body_excerpt) if part)
        details = "; ".join(str(error) for error in self.errors[:3])
        more = f"; and {len(self.errors) - 3} more" if len(self.errors) > 3 else ""
        return one_line(f"{head} ({details}{more})" if details else head)


def read_problem(body: bytes) -> Problem:
    """Parse an error body in any format; never raises."""
    body = body.removeprefix(_BOM)
    content = read_json(body)
    if isinstance(content, dict):
        return _from_object(cast("dict[str, Any]", content), body)
    if isinstance(content, list):
        errors = _field_errors(cast("object", content))
        return Problem(errors=errors, recognized=_are_field_errors(cast("object", content)))
    return Problem(body_excerpt=excerpt(body))


def read_json(body: bytes) -> object:
    """Decode a body as JSON, also with raw line breaks or invalid Unicode in strings; None if it is not JSON."""
    body = body.removeprefix(_BOM)
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return _valid(json.loads(body, strict=False, parse_float=_number, parse_int=_number))
    except (ValueError, RecursionError):
        return None


def _valid(value: Any) -> Any:
    members: Any = value
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return {valid_text(name): _valid(member) for name, member in members.items()}
    return [*map(_valid, members)] if isinstance(value, list) else value


def _number(text: str) -> Decimal | str:
    try:
        return fraction(text)
    except ValueError:
        return text


def excerpt(body: bytes) -> str:
    """The start of a body as one line of text: markup removed, addresses, tokens and long numbers masked."""
    text = _MARKUP.sub(" ", body[:8192].decode("utf-8", "replace"))
    return one_line(_PRIVATE.sub("***", " ".join(text.split())), MAX_EXCERPT_LENGTH)


def _from_object(content: dict[str, Any], body: bytes) -> Problem:
    code = _text(content.get("code")) or _text(content.get("error"))
    message = _text(content.get("message")) or _text(content.get("error_description")) or _text(content.get("detail"))
    errors = _field_errors(content.get("errors"))
    extensions = content.get("extensions")
    is_known = code or message or errors
    return Problem(
        code=code,
        message=message,
        errors=errors,
        extensions=cast("dict[str, Any]", extensions) if isinstance(extensions, dict) else None,
        correlation_id=_text(content.get("correlationId")) or _text(content.get("correlation_id")),
        body_excerpt="" if is_known else excerpt(body),
        recognized=_is_mirakl_error(content),
    )


def _is_mirakl_error(content: dict[str, Any]) -> bool:
    """Whether an object has Mirakl's error format: a code, a status with a message, or a list of field errors."""
    code, status, message = content.get("code"), content.get("status"), content.get("message")
    has_code = isinstance(code, str) and bool(code)
    has_status = isinstance(status, int) and isinstance(message, str) and bool(message)
    return has_code or has_status or _are_field_errors(content.get("errors"))


def _are_field_errors(errors: object) -> bool:
    """Whether a value is a list of field errors: objects with a message or a code."""
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
