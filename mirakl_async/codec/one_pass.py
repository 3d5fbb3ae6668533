"""Decode a page in one pass, and do not lose the items already decoded when a later one is refused.

A decoder that raises throws away everything it has made so far: a page whose last item is broken would be decoded
twice. Therefore the items are decoded into a subclass that does one thing when an item is complete: it turns the item
into its real class and notes it down. Per item that costs a fraction of a per cent of its decoding, and after a
refusal the items before the broken one are there. The notes belong to the thread and last for one call.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from ..server_text import fraction
from .type_info import alternatives, decoder, is_struct, list_of


class Pass(NamedTuple):
    """One pass over a page: the page, or the error that ended it; and the items completed, in their order."""

    page: Any
    error: Exception | None
    completed: list[Any]


class OnePass(Protocol):
    """Decodes a page."""

    def __call__(self, body: bytes) -> Pass:
        """Decode a page; gives any error instead of raising it."""
        ...


class _Notes(threading.local):
    def __init__(self) -> None:
        self.items: list[Any] = []


@cache
def one_pass(page: type[Struct], field: str) -> OnePass:
    """The function that decodes pages of this type, whose items are the list in `field`."""
    info = next(info for info in msgspec.structs.fields(page) if info.name == field)
    items = [item for choice in alternatives(info.type) if (item := list_of(choice)) is not None]
    item = items[0] if len(items) == 1 else None
    if item is None or not _can_become(item) or not _can_become(page):
        return _plain(page)
    notes = _Notes()
    noting = _noting(item, notes)
    return _keeping(_with_items(page, info, noting), page, notes)


def _plain(page: type[Struct]) -> OnePass:
    read = decoder(page).decode

    def decode(body: bytes) -> Pass:
        try:
            return Pass(read(body), None, [])
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return Pass(None, error, [])

    return decode


def _keeping(variant: type[Struct], page: type[Struct], notes: _Notes) -> OnePass:
    read = msgspec.json.Decoder(variant, strict=False, float_hook=fraction).decode

    def decode(body: bytes) -> Pass:
        completed: list[Any] = []
        notes.items = completed
        try:
            value: Any = read(body)
            value.__class__ = page
            return Pass(value, None, completed)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return Pass(None, error, completed)
        finally:
            notes.items = []

    return decode


def _noting(item: type[Struct], notes: _Notes) -> type[Struct]:
    """A subclass that adds no member, so that an instance can become one of `item` by changing its class."""
    inherited = getattr(item, "__post_init__", None)

    def complete(self: Any) -> None:
        self.__class__ = item
        if inherited is not None:
            self.__post_init__()
        notes.items.append(self)

    return _variant(item, [], {"__post_init__": complete})


def _with_items(page: type[Struct], info: msgspec.structs.FieldInfo, item: type[Struct]) -> type[Struct]:
    kind: Any = list[item] | None  # type: ignore[valid-type]  # a type made at run time
    member: Any = (info.name, kind) if info.required else (info.name, kind, None)
    return _variant(page, [member], {}, rename={info.name: info.encode_name})


def _variant(
    base: type[Struct], fields: list[Any], namespace: dict[str, Any], rename: dict[str, str] | None = None
) -> type[Struct]:
    return msgspec.defstruct(
        base.__name__,
        fields,
        bases=(base,),
        module=base.__module__,
        namespace=namespace,
        rename=rename,
        kw_only=True,
        gc=base.__struct_config__.gc,
    )


def _can_become(kind: Any) -> bool:
    """Whether an instance of a subclass can be turned into this type: not if it is frozen, or has type parameters."""
    return isinstance(kind, type) and is_struct(kind) and not kind.__struct_config__.frozen
