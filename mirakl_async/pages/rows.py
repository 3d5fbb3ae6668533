"""The rows of a page, each with the key that identifies it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from .. import codec
from ..codec.quarantine import PageRows
from ..codec.scanner import members
from ..codec.type_info import DECODE_ERRORS
from ..errors import DecodeFailed

if TYPE_CHECKING:
    from ..http.response import Response

__all__ = ["RowIdentity", "identity", "member", "peek", "read_page"]


def read_page(response: Response) -> PageRows:
    """Decode a page; raises DecodeFailed only if the whole is not a page, never for one of its rows."""
    operation = response.request.operation
    paging = operation.paging
    assert paging is not None  # noqa: S101 - only paged operations are read by pages
    try:
        rows = codec.decode_page(paging, operation.reply, response.content)
    except codec.CodecError as broken:
        raise _unreadable(response, broken.message, broken.path) from broken
    if getattr(rows.value, paging.items, None) is None:
        _check_is_page(response, rows.value)
    return rows._replace(keys=_keys(rows, identity(paging.item, paging.key)))


def member(response: Response, rows: PageRows, name: str) -> Any:
    """The value of a paging member; raises DecodeFailed if it was unreadable, which must not pass for the end."""
    path = f"$.{name}"
    if any(repair.path == path and repair.outcome == "dropped" for repair in rows.repaired):
        raise _unreadable(response, "the member that says whether more pages follow is not readable", path)
    return getattr(rows.value, name, None)


def peek(body: bytes, name: str) -> str | None:
    """A text member of a page without decoding the rest, at a sixth of the cost; None if that fails."""
    try:
        value: str | None = _member_decoder(name).decode(body).value
    except DECODE_ERRORS:
        return None
    return value


class RowIdentity:
    """Computes the keys of items of one type: the value of one member, or of several."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[msgspec.structs.FieldInfo]) -> None:
        self._fields = fields

    def of(self, item: Any) -> object:
        """An item's key; None if the server left out a part of it."""
        if len(self._fields) == 1:
            value: object = getattr(item, self._fields[0].name)
            return value
        values = tuple(getattr(item, field.name) for field in self._fields)
        return None if None in values else values

    def of_raw(self, raw: bytes) -> object:
        """The key of an item that cannot be decoded, from its bytes; None if they do not hold it."""
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
    """The identity of a type's items; None where the contract names none."""
    by_name = {info.encode_name: info for info in msgspec.structs.fields(codec.resolve(item))}
    return RowIdentity([by_name[name] for name in key]) if key else None


def _keys(rows: PageRows, identity: RowIdentity | None) -> list[object]:
    keys: list[object] = [None] * len(rows.items) if identity is None else [identity.of(item) for item in rows.items]
    raw = {item.index: item.raw for item in rows.quarantined if item.index is not None}
    for index in sorted(raw):
        keys.insert(index, None if identity is None else identity.of_raw(raw[index]))
    return keys


def _check_is_page(response: Response, value: Any) -> None:
    """Raises DecodeFailed for an object with no member of a page, which must not pass for the empty last page."""
    names = {info.encode_name for info in msgspec.structs.fields(value)}
    try:
        present: Any = codec.decode_plain(response.content)
    except codec.CodecError:
        return  # it was repaired, so it had members
    if names.isdisjoint(present):
        raise _unreadable(response, f"it has none of the members {', '.join(sorted(names))}", "$")


@cache
def _member_decoder(name: str) -> msgspec.json.Decoder[Any]:
    type_ = msgspec.defstruct("PageMember", [("value", str | None, None)], rename={"value": name})
    return msgspec.json.Decoder(type_, strict=False)  # lenient like the decoder of pages, so that both agree


def _unreadable(response: Response, reason: str, path: str) -> DecodeFailed:
    context = response.request.context(response.attempts, response.timings)
    return DecodeFailed(f"{response.status} with a page that cannot be read: {reason}", context, path)
