"""Helpers for types, shared by encoding and decoding: decoders, union members, and the reason of a failure."""

from __future__ import annotations

import re
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeGuard, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from ..server_text import fraction

__all__ = [
    "DECODE_ERRORS",
    "NESTED",
    "DecodeFailure",
    "alternatives",
    "decode_failure",
    "decoder",
    "dict_value_type",
    "is_struct",
    "list_item_type",
]

NESTED = "Nested too deeply"
# The exceptions of a decoder: invalid UTF-8 inside a string and too deep nesting raise Python's own.
DECODE_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError)

_MSGSPEC_MESSAGE = re.compile(r"(?P<message>.*?)(?: - at (?:`key` in )?`(?P<path>\$.*)`)?", re.DOTALL)
_QUOTED = re.compile(r"(Invalid (?:enum )?value) .*", re.DOTALL)


class DecodeFailure(NamedTuple):
    """Why decoding failed: msgspec's message without any value of the body, and the JSON path."""

    message: str
    path: str = "$"


@cache
def decoder(kind: Any, *, strict: bool = False) -> msgspec.json.Decoder[Any]:
    """The cached decoder of a type. Where the type is Any, a number with a fraction is a Decimal."""
    return msgspec.json.Decoder(kind, strict=strict, float_hook=fraction)


def decode_failure(error: Exception) -> DecodeFailure:
    """The reason and the path of a decoder's exception."""
    if isinstance(error, RecursionError):
        return DecodeFailure(NESTED)
    if isinstance(error, UnicodeError):
        return DecodeFailure("Text is not valid UTF-8")
    match = _MSGSPEC_MESSAGE.fullmatch(str(error))
    if match is None:
        return DecodeFailure("Not readable")
    return DecodeFailure(_QUOTED.sub(r"\1", match["message"]), match["path"] or "$")


@cache
def alternatives(kind: Any) -> tuple[Any, ...]:
    """The members of a union, without annotations and None; for any other type, the type itself."""
    origin = get_origin(kind)
    if origin is Annotated:
        return alternatives(get_args(kind)[0])
    if origin is Union or origin is UnionType:
        return tuple(choice for member in get_args(kind) for choice in alternatives(member))
    return () if kind is type(None) else (kind,)


def is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    """Whether a type is a struct or a parametrized generic struct."""
    bare = get_origin(kind) or kind
    return isinstance(bare, type) and issubclass(bare, Struct)


def list_item_type(kind: Any) -> Any:
    """The type of a list's items; None if the type is not a list."""
    return _parameter(kind, list, 0)


def dict_value_type(kind: Any) -> Any:
    """The type of a dict's values; None if the type is not a dict with str keys."""
    arguments = get_args(kind)
    return _parameter(kind, dict, 1) if not arguments or arguments[0] is str else None


def _parameter(kind: Any, container: type, index: int) -> Any:
    if kind is container:
        return cast("Any", Any)
    return get_args(kind)[index] if get_origin(kind) is container else None
