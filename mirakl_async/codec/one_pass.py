"""Decode a page in one pass, and keep the items that were decoded before an invalid one.

A decoder that raises discards everything decoded so far: a page whose last item is invalid would be decoded twice.
Therefore the items are decoded into a subclass that, when an item is complete, changes it to its real class and records
it. This costs a fraction of a per cent of decoding, and after an error the items before the invalid one are available.
The recorded items belong to the thread and are kept for one call.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from ..server_text import fraction
from .type_info import alternatives, decoder, is_struct, list_item_type

__all__ = ["PageDecoder", "PassResult", "one_pass"]


class PassResult(NamedTuple):
    """The result of one pass over a page: the page or the error, and the items completed, in order."""

    page: Any
    error: Exception | None
    completed: list[Any]


class PageDecoder(Protocol):
    """Decodes a page in one pass."""

    def __call__(self, body: bytes) -> PassResult:
        """Decode a page; returns an error instead of raising it."""
        ...


class _CompletedItems(threading.local):
    def __init__(self) -> None:
        self.items: list[Any] = []


@cache
def one_pass(page: type[Struct], field: str) -> PageDecoder:
    """The cached decoder of pages of this type, whose items are the list in `field`."""
    info = next(info for info in msgspec.structs.fields(page) if info.name == field)
    items = [item for choice in alternatives(info.type) if (item := list_item_type(choice)) is not None]
    item = items[0] if len(items) == 1 else None
    if item is None or not _is_convertible(item) or not _is_convertible(page):
        return _plain_decoder(page)
    completed_items = _CompletedItems()
    recording_item = _recording_subclass(item, completed_items)
    return _recording_decoder(_with_items(page, info, recording_item), page, completed_items)


def _plain_decoder(page: type[Struct]) -> PageDecoder:
    read = decoder(page).decode

    def decode(body: bytes) -> PassResult:
        try:
            return PassResult(read(body), None, [])
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return PassResult(None, error, [])

    return decode


def _recording_decoder(variant: type[Struct], page: type[Struct], completed_items: _CompletedItems) -> PageDecoder:
    read = msgspec.json.Decoder(variant, strict=False, float_hook=fraction).decode

    def decode(body: bytes) -> PassResult:
        completed: list[Any] = []
        completed_items.items = completed
        try:
            value: Any = read(body)
            value.__class__ = page
            return PassResult(value, None, completed)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return PassResult(None, error, completed)
        finally:
            completed_items.items = []

    return decode


def _recording_subclass(item: type[Struct], completed_items: _CompletedItems) -> type[Struct]:
    """A subclass without new members, so that an instance can be changed to `item` by assigning its class."""
    inherited = getattr(item, "__post_init__", None)

    def complete(self: Any) -> None:
        self.__class__ = item
        if inherited is not None:
            self.__post_init__()
        completed_items.items.append(self)

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


def _is_convertible(kind: Any) -> bool:
    """Whether an instance of a subclass can be changed to this type: not if it is frozen or generic."""
    return isinstance(kind, type) and is_struct(kind) and not kind.__struct_config__.frozen
