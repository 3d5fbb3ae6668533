"""The values of parameters, and their texts on the wire: pure.

A text is held to the rules of the value that it stands for: it is read as its parameter's type, checked, and sent in
the contract's spelling. So a value means the same whether it comes typed, as text, or from the command line.
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
"""The types whose texts are read; others stay as they are."""
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WORDS = {"true": True, "false": False}


def format_param(operation: Operation[Any], param: Param, value: object) -> str:
    """One value as its text on the wire: dates in UTC, booleans in lower case. Raises InvalidArgument."""
    if isinstance(value, str):
        return _checked_text(operation, param, value)
    if type(value) is int and param.type == "integer":  # nearly always one between the bounds
        high = param.maximum
        if (param.minimum or 0) <= value <= (INT64 - 1 if high is None else high):
            return str(value)
    _check_bounds(operation, param, value)
    text = _spelled(operation, param, value)
    if text is None:
        takes = f"one {param.type}" if param.list_style == "one" else f"a list of {param.type} values"
        raise InvalidArgument(operation.code, param.argument, f"takes {takes}, not {type(value).__name__}")
    return text


def read_text(kind: ParamType, text: str) -> object:
    """The value that a text stands for, as its parameter's type; raises ValueError where it stands for none.

    Strings, and what is structured, stay text. A date-time may lack a zone.
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
        if text not in _WORDS:
            raise ValueError(text)
        return _WORDS[text]
    if kind == "date":
        return date.fromisoformat(_matched(_DATE, text))
    if kind == "date-time":
        if _DATE.fullmatch(text):  # which would be read as midnight
            raise ValueError(text)
        return datetime.fromisoformat(codec.moment_text(text) or text)
    return text


def _matched(form: re.Pattern[str], text: str) -> str:
    if form.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _checked_text(operation: Operation[Any], param: Param, text: str) -> str:
    if not text and param.min_length != 0:
        words = f"is empty{omit_hint(param)}" if param.list_style == "one" else "holds an empty value"
        raise InvalidArgument(operation.code, param.argument, words)
    if ("\0" in text or not text.isascii()) and _UNSENDABLE.search(text):
        raise InvalidArgument(operation.code, param.argument, "holds a NUL or half a surrogate pair, which is no text")
    if param.type not in READ_TYPES:
        _check_string(operation, param, text)
        return text
    try:
        value = read_text(param.type, text)
    except (ValueError, InvalidOperation):
        shown = repr(text) if len(text) <= MAX_SHOWN_TEXT else "this text"
        example = EXAMPLES.get(param.type)
        words = f"{shown} is not a valid {param.type}" + (f"; it takes {example}" if example else "")
        raise InvalidArgument(operation.code, param.argument, words) from None
    _check_bounds(operation, param, value)
    spelled = str(_spelled(operation, param, value))
    # A date-time keeps its zone, and digits that a datetime has no room for.
    return (codec.moment_text(text.strip()) or spelled) if param.type == "date-time" else spelled


def _check_string(operation: Operation[Any], param: Param, text: str) -> None:
    low, high = param.min_length, param.max_length
    if (low is not None and len(text) < low) or (high is not None and len(text) > high):
        words = f"has {len(text)} characters; {low or 0} to {high or 'any number'} are taken"
        raise InvalidArgument(operation.code, param.argument, words)
    if param.pattern is not None and not _matches(param.pattern, text):
        raise InvalidArgument(operation.code, param.argument, f"does not have the form {param.pattern}")


def _matches(pattern: str, text: str) -> bool:
    """Whether a text matches as JSON Schema means it, where `$` is the end and never before a last line break."""
    return re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), text) is not None


def _spelled(operation: Operation[Any], param: Param, value: object) -> str | None:
    """The text of a value that is none yet; None where it is not what the parameter takes."""
    kind = param.type
    free = kind in {"string", "json"}
    if isinstance(value, bool):
        return ("true" if value else "false") if free or kind == "boolean" else None
    if isinstance(value, int):
        return str(int(value)) if free or kind in {"integer", "number"} else None
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        return format(number, "f") if (free or kind == "number") and _is_sendable(number) else None
    if isinstance(value, datetime):
        return _moment(operation, param, value) if free or kind == "date-time" else None
    if isinstance(value, date):
        return value.isoformat() if free or kind == "date" else None
    return str(value) if free and isinstance(value, UUID) else None


def _is_sendable(number: Decimal) -> bool:
    return number.is_finite() and abs(number.adjusted()) < MAX_NUMBER_DIGITS


def _moment(operation: Operation[Any], param: Param, value: datetime) -> str:
    if value.utcoffset() is None:
        words = "needs a time zone; for example datetime(..., tzinfo=timezone.utc), or a Z at the end of a text"
        raise InvalidArgument(operation.code, param.argument, words)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise InvalidArgument(operation.code, param.argument, "lies outside the years 1 to 9999") from None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _check_bounds(operation: Operation[Any], param: Param, value: object) -> None:
    if not isinstance(value, NUMBERS) or isinstance(value, bool):
        return
    if not isinstance(value, int) and not Decimal(value).is_finite():
        return
    low, high = param.minimum, param.maximum
    if isinstance(value, int) and not -INT64 <= value < INT64:  # more than a server has room for
        low, high = -INT64 if low is None else low, INT64 - 1 if high is None else high
    if (low is None or value >= low) and (high is None or value <= high):
        return
    shown = "this number" if isinstance(value, int) and value.bit_length() > 128 else value
    bounds = f"{'any number' if low is None else low} to {'any number' if high is None else high}"
    raise InvalidArgument(operation.code, param.argument, f"{shown} is outside {bounds}")


def omit_hint(param: Param) -> str:
    """What to do about an empty value, which would be left out, and so ask for everything."""
    return "" if param.required else "; leave it out to ask without it"
