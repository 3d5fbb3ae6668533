"""Read what can be read of a value that does not keep its contract.

Servers break their contracts in small ways: a date-time with second 60, a number where a text is promised, one object
where a list of them is. Reading such a value must not cost what surrounds it. So a value that its decoder refuses is
taken apart by one level, and each part is decoded by the decoder of its own type, from its own bytes: what is intact
is read exactly as it would have been, and the damage is chased down to the smallest member that holds it. There:

- a date or time in another spelling is read (`timestamps`); one without a zone, where a zone is required, is UTC;
- a member that may be anything is taken apart like a struct, twenty levels deep, and its fractions are Decimal;
- a number or a boolean where a text is promised becomes its text, digit by digit;
- an object or a scalar where a list is promised becomes a list of one, an empty object an empty list;
- a text with raw control characters keeps them; one that is not valid Unicode has U+FFFD for what is not;
- anything else is left out: the member reads as its default, which is None in a received struct, the element of a
  list is not there.

Every such step is told as a `Repair`. A value whose required part cannot be read is refused as a whole.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from ..server_text import fraction
from .scanner import elements, members
from .timestamps import read_date, read_datetime, read_milliseconds, read_time
from .type_info import (
    DECODE_ERRORS,
    NESTED,
    DecodeFailure,
    alternatives,
    decode_failure,
    decoder,
    dict_of,
    is_struct,
    list_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEEPEST = 20
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_SCALAR = re.compile(rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false")


class Repair(Struct, frozen=True):
    """One deviation from the contract that was read all the same.

    `path` is a JSON path, `reason` is what was wrong, without any value of the body. A "repaired" member has its
    value in another form than promised; a "dropped" one reads as if it had not been sent.
    """

    path: str
    reason: str
    outcome: Literal["repaired", "dropped"]


class UnrepairableError(Exception):
    """A value of which nothing can be kept; says where and why without any value of the body."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{reason} - at `{path}`")
        self.path = path
        self.reason = reason


def repair(text: bytes, kind: Any, path: str = "$") -> tuple[Any, list[Repair]]:
    """Decode a value as far as it can be, and tell what had to be mended; raises UnmendableError."""
    try:
        return decoder(kind).decode(text), []
    except DECODE_ERRORS as error:
        refused = decode_failure(error)
    opening = text[:1]
    for choice in alternatives(kind):
        try:
            if opening == b"{" and is_struct(choice) and _is_tagged_for(text, choice):
                return _repair_struct(text, choice, path)
            if choice is Any and _may_be_taken_apart(opening, path, refused):
                return _repair_dict(text, Any, path) if opening == b"{" else _repair_list(text, Any, path)
            if opening == b"{" and (value := dict_of(choice)) is not None:
                return _repair_dict(text, value, path)
            if opening == b"[" and (element := list_of(choice)) is not None:
                return _repair_list(text, element, path)
        except ValueError:
            continue
    return _convert(text, kind, path, refused)


def _may_be_taken_apart(opening: bytes, path: str, refused: DecodeFailure) -> bool:
    """Whether to look for the damage inside a value of no promised type: each level costs a look at all of it."""
    depth = path.rpartition(".")[2].count("[")
    if refused.words == NESTED:
        return opening == b"{" and depth == 0
    return opening in {b"{", b"["} and depth < DEEPEST


def keep_or_drop(text: bytes, kind: Any, path: str) -> tuple[Any, list[Repair], bool]:
    """Mend one part of a larger value: the value, what was mended, and whether the part is to be kept at all."""
    try:
        value, mends = repair(text, kind, path)
    except UnrepairableError as error:
        inside = "" if error.path == path else f" - at `{error.path}`"
        return None, [Repair(path, error.reason + inside, "dropped")], False
    except RecursionError:
        return None, [Repair(path, "Nested too deeply", "dropped")], False
    return value, mends, True


def build(kind: type[Struct], values: dict[str, Any], path: str) -> Any:
    """Make a struct of members that are already decoded; raises UnmendableError if a required one is missing."""
    try:
        return kind(**values)
    except (TypeError, ValueError):
        required = [field.encode_name for field, _ in _readers(kind) if field.required and field.name not in values]
    lacking = f"Object missing required field `{required[0]}`" if required else "Object breaks a rule of its own"
    raise UnrepairableError(path, lacking)


def _repair_struct(text: bytes, kind: type[Struct], path: str) -> tuple[Any, list[Repair]]:
    parts = members(text)
    values: dict[str, Any] = {}
    mends: list[Repair] = []
    for field, read in _readers(kind):
        if (part := parts.get(field.encode_name)) is None:
            continue
        try:
            values[field.name] = read(part)
        except DECODE_ERRORS:
            value, more, kept = keep_or_drop(part, field.type, f"{path}.{field.encode_name}")
            mends += more
            if kept:
                values[field.name] = value
    return build(kind, values, path), mends


def _repair_dict(text: bytes, kind: Any, path: str) -> tuple[dict[str, Any], list[Repair]]:
    values: dict[str, Any] = {}
    mends: list[Repair] = []
    for key, part in members(text).items():
        value, more, kept = keep_or_drop(part, kind, f"{path}[...]")
        mends += more
        if kept:
            values[key] = value
    return values, mends


def _repair_list(text: bytes, kind: Any, path: str) -> tuple[list[Any], list[Repair]]:
    values: list[Any] = []
    mends: list[Repair] = []
    for index, part in enumerate(elements(text)):
        value, more, kept = keep_or_drop(part, kind, f"{path}[{index}]")
        mends += more
        if kept:
            values.append(value)
    return values, mends


def _convert(text: bytes, kind: Any, path: str, refused: DecodeFailure) -> tuple[Any, list[Repair]]:
    """Find another form of a value that its type accepts."""
    told = Repair(path, refused.words, "repaired")
    for candidate in _candidates(text, alternatives(kind)):
        if candidate is None:
            continue
        try:
            return msgspec.convert(candidate, kind, strict=False), [told]
        except DECODE_ERRORS:
            continue
    if text[:1] not in b"[n":
        for choice in alternatives(kind):
            if (element := list_of(choice)) is None:
                continue
            if text == b"{}":
                return [], [told]
            try:
                value, mends = repair(text, element, path)
            except UnrepairableError:
                continue
            return [value], [told, *mends]
    raise UnrepairableError(path + refused.path[1:], refused.words)


def _candidates(text: bytes, choices: tuple[Any, ...]) -> Iterator[object]:
    if text[:1] == b'"':
        yield from _forms_of_text(_read_text(text), choices)
    elif text[:1] in b"tf-0123456789":
        scalar = text.decode("ascii") if _SCALAR.fullmatch(text) else ""
        if dt.datetime in choices and _INTEGER.fullmatch(scalar):
            yield read_milliseconds(int(scalar))
        if scalar and str in choices:
            yield scalar
        if scalar and Any in choices and scalar.lstrip("-").isdigit():  # a whole number of thousands of digits
            yield fraction(scalar)


def _forms_of_text(text: str, choices: tuple[Any, ...]) -> Iterator[object]:
    if dt.datetime in choices and (moment := read_datetime(text)) is not None:
        yield moment
        if moment.tzinfo is None:
            yield moment.replace(tzinfo=dt.UTC)
    if dt.datetime in choices and _INTEGER.fullmatch(text.strip()):
        yield read_milliseconds(int(text))
    if dt.date in choices:
        yield read_date(text)
    if dt.time in choices:
        yield read_time(text)
    if text and (str in choices or Any in choices):
        yield text
    if text := text.strip():
        yield text


def _read_text(text: bytes) -> str:
    """The valid part of a JSON string; U+FFFD stands for bytes and half surrogate pairs that are not Unicode."""
    try:
        read = json.loads(text.decode("utf-8", "replace"), strict=False)
    except ValueError:
        return ""
    return str(read).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_tagged_for(text: bytes, kind: type[Struct]) -> bool:
    """Whether an object may be read as this struct: one of a tagged family accepts its own tag only."""
    config = kind.__struct_config__
    if config.tag is None or config.tag_field is None:
        return True
    tag = members(text).get(config.tag_field)
    return tag is None or tag == msgspec.json.encode(config.tag)


@cache
def _readers(kind: type[Struct]) -> tuple[tuple[msgspec.structs.FieldInfo, Callable[[bytes], Any]], ...]:
    """The members of a struct, each with what decodes it: looked up once, since hashing a union type is slow."""
    return tuple((field, decoder(field.type).decode) for field in msgspec.structs.fields(kind))
