"""What both sides of the codec ask of a type: its decoder, its alternatives, and why a value was refused."""

from __future__ import annotations

import re
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeGuard, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from ..server_text import fraction

NESTED = "Nested too deeply"
# What a decoder raises for a body it cannot read: bad UTF-8 inside a text and nesting beyond the interpreter's limit
# are reported with Python's own exceptions.
DECODE_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError)

_MSGSPEC_MESSAGE = re.compile(r"(?P<words>.*?)(?: - at (?:`key` in )?`(?P<path>\$.*)`)?", re.DOTALL)
_QUOTED = re.compile(r"(Invalid (?:enum )?value) .*", re.DOTALL)


class DecodeFailure(NamedTuple):
    """Why a value was refused: msgspec's words without any value of the body, and where, as a JSON path."""

    words: str
    path: str = "$"


@cache
def decoder(kind: Any, *, strict: bool = False) -> msgspec.json.Decoder[Any]:
    """The one decoder of a type; it is made on first use. A fraction of no promised type is a Decimal."""
    return msgspec.json.Decoder(kind, strict=strict, float_hook=fraction)


def decode_failure(error: Exception) -> DecodeFailure:
    """Read what a decoder raised."""
    if isinstance(error, RecursionError):
        return DecodeFailure(NESTED)
    if isinstance(error, UnicodeError):
        return DecodeFailure("Text is not valid UTF-8")
    told = _MSGSPEC_MESSAGE.fullmatch(str(error))
    if told is None:
        return DecodeFailure("Not readable")
    return DecodeFailure(_QUOTED.sub(r"\1", told["words"]), told["path"] or "$")


@cache
def alternatives(kind: Any) -> tuple[Any, ...]:
    """The members of a union, without annotations and without None; of any other type, the type itself."""
    origin = get_origin(kind)
    if origin is Annotated:
        return alternatives(get_args(kind)[0])
    if origin is Union or origin is UnionType:
        return tuple(choice for member in get_args(kind) for choice in alternatives(member))
    return () if kind is type(None) else (kind,)


def is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    """Whether a type is a struct, or a generic struct with its parameters."""
    bare = get_origin(kind) or kind
    return isinstance(bare, type) and issubclass(bare, Struct)


def list_of(kind: Any) -> Any:
    """What a list type holds; None where the type is no list."""
    return _parameter(kind, list, 0)


def dict_of(kind: Any) -> Any:
    """What a dict type with text as its keys holds; None where the type is none."""
    arguments = get_args(kind)
    return _parameter(kind, dict, 1) if not arguments or arguments[0] is str else None


def _parameter(kind: Any, container: type, place: int) -> Any:
    if kind is container:
        return cast("Any", Any)
    return get_args(kind)[place] if get_origin(kind) is container else None
