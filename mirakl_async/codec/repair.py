"""Decode as much as possible of a value that violates its schema.

Servers violate their schemas in small ways: a date-time with second 60, a number instead of a string, one object
instead of a list. Such a value must not make its surroundings unreadable. So a value that cannot be decoded is split by
one level, and each part is decoded with the decoder of its own type, from its own bytes: valid parts are decoded as
usual, and the violation is traced to the smallest member that contains it. There:

- a date or time in another format is parsed (`timestamps`); without a time zone, where one is required, it is UTC;
- a member of any type is split like a struct, up to twenty levels deep, and its fractions are Decimal;
- a number or a boolean instead of a string becomes its text, with all digits;
- an object or a scalar instead of a list becomes a list of one, an empty object an empty list;
- a string with raw control characters keeps them; invalid Unicode is replaced by U+FFFD;
- anything else is dropped: the member has its default, which is None in a response model, and the element is missing
  from its list.

Every such step is reported as a `Repair`. A value with an unreadable required part is rejected as a whole.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from ..server_text import fraction, valid_text
from .scanner import elements, members
from .timestamps import read_date, read_datetime, read_milliseconds, read_time
from .type_info import (
    DECODE_ERRORS,
    NESTED,
    DecodeFailure,
    alternatives,
    decode_failure,
    decoder,
    dict_value_type,
    is_struct,
    list_item_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["MAX_DEPTH", "Repair", "UnrepairableError", "build", "repair", "repair_part"]

MAX_DEPTH = 20
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_TEXT_DECODER = json.JSONDecoder(strict=False)  # json.loads(strict=False) would make one for each text
_SCALAR = re.compile(rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false")


class Repair(Struct, frozen=True):
    """One violation of the schema that was tolerated.

    `path` is a JSON path, `reason` describes the violation without any value of the body. A "repaired" member was
    converted; a "dropped" one is treated as if it had not been sent.
    """

    path: str
    reason: str
    outcome: Literal["repaired", "dropped"]


class UnrepairableError(Exception):
    """A value that cannot be repaired; `path` and `reason` contain no value of the body."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{reason} - at `{path}`")
        self.path = path
        self.reason = reason


def repair(text: bytes, kind: Any, path: str = "$") -> tuple[Any, list[Repair]]:
    """Decode a value, and return it with its repairs; raises UnrepairableError."""
    try:
        return decoder(kind).decode(text), []
    except DECODE_ERRORS as error:
        failure = decode_failure(error)
    first_char = text[:1]
    for choice in alternatives(kind):
        try:
            if first_char == b"{" and is_struct(choice) and _is_tagged_for(text, choice):
                return _repair_struct(text, choice, path)
            if choice is Any and _is_worth_splitting(first_char, path, failure):
                return _repair_dict(text, Any, path) if first_char == b"{" else _repair_list(text, Any, path)
            if first_char == b"{" and (value := dict_value_type(choice)) is not None:
                return _repair_dict(text, value, path)
            if first_char == b"[" and (element := list_item_type(choice)) is not None:
                return _repair_list(text, element, path)
        except ValueError:
            continue
    return _convert(text, kind, path, failure)


def _is_worth_splitting(first_char: bytes, path: str, failure: DecodeFailure) -> bool:
    """Whether to split a value of type Any further; each level scans the whole value again."""
    depth = path.rpartition(".")[2].count("[")
    if failure.message == NESTED:
        return first_char == b"{" and depth == 0
    return first_char in {b"{", b"["} and depth < MAX_DEPTH


def repair_part(text: bytes, kind: Any, path: str) -> tuple[Any, list[Repair], bool]:
    """Decode one part of a larger value; return it, its repairs, and False if the part must be dropped."""
    try:
        value, repairs = repair(text, kind, path)
    except UnrepairableError as error:
        location = "" if error.path == path else f" - at `{error.path}`"
        return None, [Repair(path, error.reason + location, "dropped")], False
    except RecursionError:
        return None, [Repair(path, "Nested too deeply", "dropped")], False
    return value, repairs, True


def build(kind: type[Struct], values: dict[str, Any], path: str) -> Any:
    """Make a struct of decoded members; raises UnrepairableError if a required one is missing."""
    try:
        return kind(**values)
    except (TypeError, ValueError):
        required = [field.encode_name for field, _ in _readers(kind) if field.required and field.name not in values]
    message = f"Object missing required field `{required[0]}`" if required else "Object violates a rule of its type"
    raise UnrepairableError(path, message)


def _repair_struct(text: bytes, kind: type[Struct], path: str) -> tuple[Any, list[Repair]]:
    parts = members(text)
    values: dict[str, Any] = {}
    repairs: list[Repair] = []
    for field, read in _readers(kind):
        if (part := parts.get(field.encode_name)) is None:
            continue
        try:
            values[field.name] = read(part)
        except DECODE_ERRORS:
            value, part_repairs, is_kept = repair_part(part, field.type, f"{path}.{field.encode_name}")
            repairs += part_repairs
            if is_kept:
                values[field.name] = value
    return build(kind, values, path), repairs


def _repair_dict(text: bytes, kind: Any, path: str) -> tuple[dict[str, Any], list[Repair]]:
    values: dict[str, Any] = {}
    repairs: list[Repair] = []
    for key, part in members(text).items():
        value, part_repairs, is_kept = repair_part(part, kind, f"{path}[...]")
        repairs += part_repairs
        if is_kept:
            values[key] = value
    return values, repairs


def _repair_list(text: bytes, kind: Any, path: str) -> tuple[list[Any], list[Repair]]:
    values: list[Any] = []
    repairs: list[Repair] = []
    for index, part in enumerate(elements(text)):
        value, part_repairs, is_kept = repair_part(part, kind, f"{path}[{index}]")
        repairs += part_repairs
        if is_kept:
            values.append(value)
    return values, repairs


def _convert(text: bytes, kind: Any, path: str, failure: DecodeFailure) -> tuple[Any, list[Repair]]:
    """Convert a value to a form that its type accepts; raises UnrepairableError."""
    own_repair = Repair(path, failure.message, "repaired")
    for candidate in _candidates(text, alternatives(kind)):
        if candidate is None:
            continue
        try:
            return msgspec.convert(candidate, kind, strict=False), [own_repair]
        except DECODE_ERRORS:
            continue
    if text[:1] not in b"[n":
        for choice in alternatives(kind):
            if (element := list_item_type(choice)) is None:
                continue
            if text == b"{}":
                return [], [own_repair]
            try:
                value, repairs = repair(text, element, path)
            except UnrepairableError:
                continue
            return [value], [own_repair, *repairs]
    raise UnrepairableError(path + failure.path[1:], failure.message)


def _candidates(text: bytes, choices: tuple[Any, ...]) -> Iterator[object]:
    if text[:1] == b'"':
        yield from _candidates_of_text(_read_text(text), choices)
    elif text[:1] in b"tf-0123456789":
        scalar = text.decode("ascii") if _SCALAR.fullmatch(text) else ""
        if dt.datetime in choices and _INTEGER.fullmatch(scalar):
            yield read_milliseconds(int(scalar))
        if scalar and str in choices:
            yield scalar
        if scalar and Any in choices and scalar.lstrip("-").isdigit():  # an integer beyond Python's limit of digits
            yield fraction(scalar)


def _candidates_of_text(text: str, choices: tuple[Any, ...]) -> Iterator[object]:
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
    """The text of a JSON string; invalid bytes and unpaired surrogates are replaced by U+FFFD."""
    try:
        read = _TEXT_DECODER.decode(text.decode("utf-8", "replace"))
    except ValueError:
        return ""
    return valid_text(str(read))


def _is_tagged_for(text: bytes, kind: type[Struct]) -> bool:
    """Whether an object may be decoded as this struct: a tagged struct accepts its own tag only."""
    config = kind.__struct_config__
    if config.tag is None or config.tag_field is None:
        return True
    tag = members(text).get(config.tag_field)
    return tag is None or tag == msgspec.json.encode(config.tag)


@cache
def _readers(kind: type[Struct]) -> tuple[tuple[msgspec.structs.FieldInfo, Callable[[bytes], Any]], ...]:
    """The fields of a struct with their decoders; cached, since hashing a union type is slow."""
    return tuple((field, decoder(field.type).decode) for field in msgspec.structs.fields(kind))
