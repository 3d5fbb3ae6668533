"""Validate the JSON of a request against its type, and normalize valid values that are not in the documented format.

msgspec accepts more than the schema allows: an amount as text, a date-time with a space instead of the `T`, a `z`, or
an offset without a colon (as `json.dumps(order, default=str)` and `strftime` produce). Such a value is unambiguous, so
it is rewritten in the documented format; all other valid JSON is sent byte for byte.

Most JSON needs no change. A `fast_type`, a simplified type that runs no Python code and in which an amount is a number
within bounds that every schema allows, detects this first. Whatever it rejects is validated completely.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import cache
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from .encoding import encode
from .type_info import DECODE_ERRORS, decoder, is_struct

__all__ = ["Exact", "canonical_datetime", "exact", "fast_type"]

_FAST_AMOUNT = Annotated[float, Meta(ge=0, le=1e9)]
"""Narrower than all documented bounds, which a test verifies."""
_CROSS_FIELD_CHECKS = {"check_exactly_one", "check_required"}
# A time whose date-time is not RFC 3339 with an upper-case T and Z; starts with a colon, which is fast to search for.
_NON_CANONICAL_TIME = re.compile(rb':\d\d:\d\d(?:(?<!T\d\d:\d\d:\d\d)|(?:\.\d+)?(?![.\d]|Z"|[+-]\d\d:\d\d"))')
_ESCAPED = re.compile(rb"\\u00[2-7]")  # an escaped ASCII character
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:([Zz])|([+-]\d\d):?(\d\d))", re.ASCII)
_PLAIN_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


class Exact:
    """Validates and normalizes the JSON of one request type."""

    __slots__ = ("_fast", "_full")

    def __init__(self, kind: type[Struct]) -> None:
        self._fast: Callable[[bytes], Any] | None = None
        with suppress(TypeError):  # a recursive type: it is always validated completely
            self._fast = msgspec.json.Decoder(fast_type(kind)).decode
        self._full = decoder(kind, strict=True).decode

    def read(self, body: bytes) -> tuple[Any, bytes]:
        """Return a value with the members of the type, and the JSON to send; raises one of `type_info.DECODE_ERRORS`.

        The value is an instance of the fast type if the JSON needed no change.
        """
        if self._fast is not None:
            try:
                value = self._fast(body)
            except DECODE_ERRORS:
                pass
            else:
                if not _may_need_normalization(body):
                    return value, body
        value = self._full(body)
        plain = _PLAIN_DECODER.decode(body)
        normalized = _normalized(plain, value)
        return value, body if normalized == plain else encode(normalized)


def _may_need_normalization(body: bytes) -> bool:
    """Whether the JSON may contain a date-time in another format, or escapes that could hide one."""
    return _NON_CANONICAL_TIME.search(body) is not None or (b"\\u00" in body and _ESCAPED.search(body) is not None)


@cache
def exact(kind: type[Struct]) -> Exact:
    """The cached validator of a type."""
    return Exact(kind)


def _normalized(plain: Any, value: Any) -> Any:
    """Plain values in the documented format of their types; unknown members stay unchanged."""
    if isinstance(value, Struct) and isinstance(plain, dict):
        names, members = _names(type(value)), cast("dict[str, Any]", plain)
        return {
            name: _normalized(member, getattr(value, names[name])) if name in names else member
            for name, member in members.items()
        }
    if isinstance(value, list) and isinstance(plain, list):
        items, values = cast("list[object]", plain), cast("list[object]", value)
        return [_normalized(item, value) for item, value in zip(items, values, strict=True)]
    if isinstance(value, dict) and isinstance(plain, dict):
        named = cast("dict[str, object]", value)
        return {name: _normalized(member, named.get(name)) for name, member in cast("dict[str, Any]", plain).items()}
    if isinstance(plain, str) and not isinstance(value, str):
        return value if isinstance(value, Decimal) else canonical_datetime(plain) or plain
    return plain


@cache
def _names(kind: type[Struct]) -> dict[str, str]:
    return dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))


def canonical_datetime(text: str) -> str | None:
    """Rewrite a date-time in RFC 3339 format with all its digits; None if the text is not a date-time."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    zone = "Z" if match[3] else f"{match[4]}:{match[5]}"
    return f"{match[1]}T{match[2]}{zone}"


def fast_type(kind: Any, parents: tuple[type[Struct], ...] = ()) -> Any:
    """A faster type that accepts a subset of `kind`, in the documented format except for date-times.

    `parents` are the structs that contain this type. Raises TypeError for a recursive type.
    """
    origin: Any = get_origin(kind)
    arguments = get_args(kind)
    if kind is Decimal:
        return _FAST_AMOUNT
    if is_struct(kind):
        if kind in parents:
            raise TypeError(f"{kind.__name__} is recursive")
        return _fast_struct(kind, parents)
    if origin is Annotated:
        return Annotated[(fast_type(arguments[0], parents), *arguments[1:])]
    fast_arguments = tuple(fast_type(argument, parents) for argument in arguments)
    if origin in {Union, UnionType}:
        return Union[fast_arguments]  # noqa: UP007 - the members are known at run time only
    return GenericAlias(origin, fast_arguments) if origin in {list, dict} else kind


def _fast_struct(kind: type[Struct], parents: tuple[type[Struct], ...]) -> type[Struct]:
    """A struct of faster members, with the checks of the original that span several members."""
    fields = msgspec.structs.fields(kind)
    check, config = vars(kind).get("__post_init__"), kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__,
        [
            (field.name, fast_type(field.type, (*parents, kind)), *(() if field.required else (field.default,)))
            for field in fields
        ],
        namespace={"__post_init__": check} if check and _CROSS_FIELD_CHECKS & {*check.__code__.co_names} else {},
        rename={field.name: field.encode_name for field in fields},
        tag_field=config.tag_field,
        tag=config.tag,
        kw_only=True,
        gc=False,
    )
