"""Validate the values of parameters and format them for the wire. Pure.

A value that is given as text is parsed as the type of its parameter, validated, and sent in the documented format. So
a value means the same whether it is given as a Python object, as text, or on the command line.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .. import codec
from ..errors import InvalidArgument

if TYPE_CHECKING:
    from ..operation import Operation, Param, ParamType

__all__ = ["EXAMPLES", "NUMBERS", "format_param", "omit_hint", "read_text"]

NUMBERS = (int, float, Decimal)
INT64 = 2**63
MAX_NUMBER_DIGITS = 400
MAX_SHOWN_TEXT = 64
EXAMPLES = {
    "boolean": "true or false",
    "date": "a date such as 2026-11-30",
    "date-time": "a date and time such as 2026-11-30T12:00:00Z",
}
READ_TYPES = frozenset({"integer", "number", "boolean", "date", "date-time"})
"""The types whose text is parsed; the text of other types is sent unchanged."""
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def format_param(operation: Operation[Any], param: Param, value: object) -> str:
    """Format one value for the wire: date-times in UTC, booleans in lower case. Raises InvalidArgument."""
    if isinstance(value, str):
        return _checked_text(operation, param, value)
    if type(value) is int and param.type == "integer":  # fast path for an integer within its bounds
        maximum = param.maximum
        if (param.minimum or 0) <= value <= (INT64 - 1 if maximum is None else maximum):
            return str(value)
    _check_bounds(operation, param, value)
    text = _format_value(operation, param, value)
    if text is None:
        expected = f"one {param.type}" if param.list_style == "one" else f"a list of {param.type} values"
        raise InvalidArgument(operation.code, param.argument, f"must be {expected}, not {type(value).__name__}")
    return text


def read_text(kind: ParamType, text: str) -> object:
    """Parse a text as the type of its parameter; raises ValueError for an invalid one.

    Strings and JSON stay text. A date-time may lack a time zone.
    """
    text = text.strip() if kind in READ_TYPES else text
    if kind == "integer":
        return int(_matched(_INTEGER, text))
    if kind == "number":
        number = Decimal(_matched(_NUMBER, text))
        if not _is_sendable(number):
            raise ValueError(text)
        return number
    if kind == "boolean":
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if kind == "date":
        return date.fromisoformat(_matched(_DATE, text))
    if kind == "date-time":
        if _DATE.fullmatch(text):  # fromisoformat() would read a date as midnight
            raise ValueError(text)
        return datetime.fromisoformat(codec.canonical_datetime(text) or text)
    return text


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _checked_text(operation: Operation[Any], param: Param, text: str) -> str:
    if not text and param.min_length != 0:
        reason = f"is empty{omit_hint(param)}" if param.list_style == "one" else "contains an empty value"
        raise InvalidArgument(operation.code, param.argument, reason)
    if ("\0" in text or not text.isascii()) and _UNSENDABLE.search(text):
        raise InvalidArgument(operation.code, param.argument, "contains a NUL or an unpaired surrogate")
    if param.type not in READ_TYPES:
        _check_string(operation, param, text)
        return text
    try:
        value = read_text(param.type, text)
    except (ValueError, InvalidOperation):
        shown = repr(text) if len(text) <= MAX_SHOWN_TEXT else "this text"
        example = EXAMPLES.get(param.type)
        reason = f"{shown} is not a valid {param.type}" + (f"; pass {example}" if example else "")
        raise InvalidArgument(operation.code, param.argument, reason) from None
    _check_bounds(operation, param, value)
    formatted = str(_format_value(operation, param, value))
    # The text of a date-time keeps its zone, and more digits than a datetime can represent.
    return (codec.canonical_datetime(text.strip()) or formatted) if param.type == "date-time" else formatted


def _check_string(operation: Operation[Any], param: Param, text: str) -> None:
    minimum, maximum = param.min_length, param.max_length
    if (minimum is not None and len(text) < minimum) or (maximum is not None and len(text) > maximum):
        reason = f"has {len(text)} characters; must have {minimum or 0} to {maximum or 'any number'}"
        raise InvalidArgument(operation.code, param.argument, reason)
    if param.pattern is not None and not _matches(param.pattern, text):
        raise InvalidArgument(operation.code, param.argument, f"does not match the pattern {param.pattern}")


def _matches(pattern: str, text: str) -> bool:
    """Whether a text matches as in JSON Schema, where `$` matches only the end, not before a final line break."""
    return re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text) is not None


def _format_value(operation: Operation[Any], param: Param, value: object) -> str | None:
    """The text of a value that is not a str; None if the parameter does not accept its type."""
    kind = param.type
    is_free_text = kind in {"string", "json"}
    if isinstance(value, bool):
        return ("true" if value else "false") if is_free_text or kind == "boolean" else None
    if isinstance(value, int):
        return str(int(value)) if is_free_text or kind in {"integer", "number"} else None
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        return format(number, "f") if (is_free_text or kind == "number") and _is_sendable(number) else None
    if isinstance(value, datetime):
        return _format_datetime(operation, param, value) if is_free_text or kind == "date-time" else None
    if isinstance(value, date):
        return value.isoformat() if is_free_text or kind == "date" else None
    return str(value) if is_free_text and isinstance(value, UUID) else None


def _is_sendable(number: Decimal) -> bool:
    return number.is_finite() and abs(number.adjusted()) < MAX_NUMBER_DIGITS


def _format_datetime(operation: Operation[Any], param: Param, value: datetime) -> str:
    if value.utcoffset() is None:
        reason = "needs a time zone, such as datetime(..., tzinfo=timezone.utc), or a Z at the end of a text"
        raise InvalidArgument(operation.code, param.argument, reason)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise InvalidArgument(operation.code, param.argument, "is outside the years 1 to 9999") from None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _check_bounds(operation: Operation[Any], param: Param, value: object) -> None:
    if not isinstance(value, NUMBERS) or isinstance(value, bool):
        return
    if not isinstance(value, int) and not Decimal(value).is_finite():
        return
    minimum, maximum = param.minimum, param.maximum
    if isinstance(value, int) and not -INT64 <= value < INT64:  # the server cannot store more than 64 bits
        minimum, maximum = -INT64 if minimum is None else minimum, INT64 - 1 if maximum is None else maximum
    if (minimum is None or value >= minimum) and (maximum is None or value <= maximum):
        return
    shown = "this number" if isinstance(value, int) and value.bit_length() > 128 else value
    if minimum is None or maximum is None:
        bounds = f"at most {maximum}" if minimum is None else f"at least {minimum}"
    else:
        bounds = f"from {minimum} to {maximum}"
    raise InvalidArgument(operation.code, param.argument, f"{shown} is out of range; must be {bounds}")


def omit_hint(param: Param) -> str:
    """What to do about an empty value, which would be omitted from the query and so select everything."""
    return "" if param.required else "; omit the argument to call without it"
