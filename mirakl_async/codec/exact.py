"""What may be sent as it stands: JSON held against a request's type, and respelled where only its spelling is wrong.

msgspec reads more than the contract allows to be written: an amount as text, a date-time with a space for the `T`, a
`z`, or an offset without its colon (what `json.dumps(order, default=str)` and `strftime` write). Such a value is
unambiguous, so it is written as the contract wants it; everything else that is right goes out byte for byte.

Most JSON is right, so that is asked first and cheaply: by a `lean` form of the type, in which no Python runs and an
amount is a number between bounds that every contract allows. What it does not accept is looked at in full.
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

_AMOUNT = Annotated[float, Meta(ge=0, le=1e9)]
"""Narrower than any bounds of the contract; a test holds it to that."""
_RULES_BETWEEN_MEMBERS = {"check_exactly_one", "check_required"}
# A time of day whose date-time is not RFC 3339 with an upper-case T and Z; begins with a colon, which is found quickly.
_ODD_MOMENT = re.compile(rb':\d\d:\d\d(?:(?<!T\d\d:\d\d:\d\d)|(?:\.\d+)?(?![.\d]|Z"|[+-]\d\d:\d\d"))')
_ESCAPED = re.compile(rb"\\u00[2-7]")  # ASCII that was escaped without need
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:([Zz])|([+-]\d\d):?(\d\d))", re.ASCII)
_PLAIN: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


class Exact:
    """Reads the JSON of one type of request."""

    __slots__ = ("_full", "_lean")

    def __init__(self, kind: type[Struct]) -> None:
        self._lean: Callable[[bytes], Any] | None = None
        with suppress(TypeError):  # of a type that holds itself: it is always looked at in full
            self._lean = msgspec.json.Decoder(lean(kind)).decode
        self._full = decoder(kind, strict=True).decode

    def read(self, body: bytes) -> tuple[Any, bytes]:
        """A value with the members of the type, and the JSON to send; raises one of `type_info.DECODE_ERRORS`.

        The value is not one of the type itself where the JSON was right as it stood.
        """
        if self._lean is not None:
            try:
                value = self._lean(body)
            except DECODE_ERRORS:
                pass
            else:
                if not _may_be_misspelt(body):
                    return value, body
        value = self._full(body)
        plain = _PLAIN.decode(body)
        respelled = _respelled(plain, value)
        return value, body if respelled == plain else encode(respelled)


def _may_be_misspelt(body: bytes) -> bool:
    """Whether a date-time may be spelled otherwise than it should be; also, whether that cannot be seen."""
    return _ODD_MOMENT.search(body) is not None or (b"\\u00" in body and _ESCAPED.search(body) is not None)


@cache
def exact(kind: type[Struct]) -> Exact:
    """The one reader of a type; it is made on first use."""
    return Exact(kind)


def _respelled(plain: Any, value: Any) -> Any:
    """Plain values, spelled as their type is; what the type does not know stays as it is."""
    if isinstance(value, Struct) and isinstance(plain, dict):
        names, members = _names(type(value)), cast("dict[str, Any]", plain)
        return {
            name: _respelled(member, getattr(value, names[name])) if name in names else member
            for name, member in members.items()
        }
    if isinstance(value, list) and isinstance(plain, list):
        items, values = cast("list[object]", plain), cast("list[object]", value)
        return [_respelled(item, value) for item, value in zip(items, values, strict=True)]
    if isinstance(value, dict) and isinstance(plain, dict):
        named = cast("dict[str, object]", value)
        return {name: _respelled(member, named.get(name)) for name, member in cast("dict[str, Any]", plain).items()}
    if isinstance(plain, str) and not isinstance(value, str):
        return value if isinstance(value, Decimal) else moment_text(plain) or plain
    return plain


@cache
def _names(kind: type[Struct]) -> dict[str, str]:
    return dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))


def moment_text(text: str) -> str | None:
    """A date-time as RFC 3339 writes it, not a digit lost; None for text that is none."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    zone = "Z" if found[3] else f"{found[4]}:{found[5]}"
    return f"{found[1]}T{found[2]}{zone}"


def lean(kind: Any, inside: tuple[type[Struct], ...] = ()) -> Any:
    """A type that accepts some of what `kind` does, all of it rightly spelled but for date-times, and fast.

    `inside` are the structs that this one is a part of. Raises TypeError for a type that holds itself.
    """
    origin: Any = get_origin(kind)
    arguments = get_args(kind)
    if kind is Decimal:
        return _AMOUNT
    if is_struct(kind):
        if kind in inside:
            raise TypeError(f"{kind.__name__} holds itself")
        return _lean_struct(kind, inside)
    if origin is Annotated:
        return Annotated[(lean(arguments[0], inside), *arguments[1:])]
    leaner = tuple(lean(argument, inside) for argument in arguments)
    if origin in {Union, UnionType}:
        return Union[leaner]  # noqa: UP007 - of a number of members that is known here only
    return GenericAlias(origin, leaner) if origin in {list, dict} else kind


def _lean_struct(kind: type[Struct], inside: tuple[type[Struct], ...]) -> type[Struct]:
    """The members of a struct, and those of its rules that the types of its members do not say."""
    given = msgspec.structs.fields(kind)
    check, config = vars(kind).get("__post_init__"), kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__,
        [
            (field.name, lean(field.type, (*inside, kind)), *(() if field.required else (field.default,)))
            for field in given
        ],
        namespace={"__post_init__": check} if check and _RULES_BETWEEN_MEMBERS & {*check.__code__.co_names} else {},
        rename={field.name: field.encode_name for field in given},
        tag_field=config.tag_field,
        tag=config.tag,
        kw_only=True,
        gc=False,
    )
