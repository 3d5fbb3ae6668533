"""From the bytes of a page to its rows, and what identifies each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .. import codec
from ..codec.scanner import members
from ..codec.type_info import DECODE_ERRORS
from ..errors import DecodeFailed

if TYPE_CHECKING:
    from ..http.response import Response


class PageRows(NamedTuple):
    """A decoded page, row by row.

    `items` are the readable rows, `places` their indices among all rows. `keys` identify all rows; None is the key of
    a row that does not tell what it is.
    """

    value: Any
    items: list[Any]
    keys: list[object]
    places: Sequence[int]
    quarantined: tuple[codec.QuarantinedItem, ...]
    repaired: tuple[codec.Repair, ...]


def read_page(reply: Response) -> PageRows:
    """Decode a page; raises DecodeFailed only if it is none, never for one of its rows."""
    operation = reply.request.operation
    paging = operation.paging
    assert paging is not None  # noqa: S101 - it was asked for as a page
    try:
        page = codec.decode_page(paging, operation.reply, reply.content)
    except codec.CodecError as broken:
        raise _unreadable(reply, broken.message, broken.path) from broken
    items: list[Any] | None = getattr(page.value, paging.items, None)
    if items is None:
        _refuse_no_page(reply, page.value)
        items = []
    keys, places = _keys(items, page.quarantined, identity(paging.item, paging.key))
    return PageRows(page.value, items, keys, places, page.quarantined, page.repaired)


def member(reply: Response, rows: PageRows, name: str) -> Any:
    """A member that says whether the list goes on; raises DecodeFailed rather than take junk there for an end."""
    path = f"$.{name}"
    if any(mend.path == path and mend.outcome == "dropped" for mend in rows.repaired):
        raise _unreadable(reply, "what says whether the list goes on is not readable", path)
    return getattr(rows.value, name, None)


def peek(body: bytes, name: str) -> str | None:
    """A text of the page without the page, at a sixth of the cost; None if it cannot be had that cheaply."""
    try:
        value: str | None = _peeking(name).decode(body).value
    except DECODE_ERRORS:
        return None
    return value


class RowIdentity:
    """What tells the items of one type apart: the values of some members, or of one."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[msgspec.structs.FieldInfo]) -> None:
        self._fields = fields

    def of(self, item: Any) -> object:
        """An item's key; None where the server left a part of it out."""
        if len(self._fields) == 1:
            found: object = getattr(item, self._fields[0].name)
            return found
        values = tuple(getattr(item, field.name) for field in self._fields)
        return None if None in values else values

    def of_broken(self, raw: bytes) -> object:
        """The same key, from the bytes of an item that cannot be read; None where they do not tell."""
        try:
            parts = members(raw)
            values = [
                msgspec.json.decode(parts[field.encode_name], type=field.type, strict=False) for field in self._fields
            ]
        except (KeyError, ValueError, *DECODE_ERRORS):
            return None
        return values[0] if len(values) == 1 else None if None in values else tuple(values)


@cache
def identity(item: str, key: tuple[str, ...]) -> RowIdentity | None:
    """The identity of a type's items; None where the contract names nothing."""
    by_name = {info.encode_name: info for info in msgspec.structs.fields(codec.resolve(item))}
    return RowIdentity([by_name[name] for name in key]) if key else None


def _keys(
    items: list[Any], quarantined: tuple[codec.QuarantinedItem, ...], identity: RowIdentity | None
) -> tuple[list[object], Sequence[int]]:
    keys: list[object] = [None] * len(items) if identity is None else [identity.of(item) for item in items]
    broken = {one.index: one.raw for one in quarantined if one.index is not None}
    if not broken:
        return keys, range(len(items))
    for index in sorted(broken):
        keys.insert(index, None if identity is None else identity.of_broken(broken[index]))
    return keys, [index for index in range(len(keys)) if index not in broken]


def _refuse_no_page(reply: Response, value: Any) -> None:
    """An object without one member of a page must not pass for an empty page, at which the list would end."""
    names = {info.encode_name for info in msgspec.structs.fields(value)}
    try:
        found: Any = codec.decode_plain(reply.content)
    except codec.CodecError:
        return  # what was mended had members to mend
    if names.isdisjoint(found):
        raise _unreadable(reply, f"it has none of the members {', '.join(sorted(names))}", "$")


@cache
def _peeking(name: str) -> msgspec.json.Decoder[Any]:
    wanted = msgspec.defstruct("Wanted", [("value", str | None, None)], rename={"value": name})
    return msgspec.json.Decoder(wanted, strict=False)  # as pages are decoded: the two must not disagree


def _unreadable(reply: Response, words: str, path: str) -> DecodeFailed:
    context = reply.request.context(reply.attempts, reply.timings)
    return DecodeFailed(f"{reply.status} with a page that cannot be read: {words}", context, path)
