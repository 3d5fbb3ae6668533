"""Decode a page so that an invalid item does not affect the others.

A valid page takes one pass. After an error, the page is split: the items completed before it are kept, the others are
decoded one by one, invalid ones are repaired, and those that cannot be repaired are quarantined with their bytes. The
other members of the page are repaired like those of any struct.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from ..redaction import RedactedBytes
from .one_pass import PassResult, one_pass
from .repair import Repair, UnrepairableError, build, repair, repair_part
from .scanner import elements, members
from .type_info import DECODE_ERRORS, DecodeFailure, alternatives, decode_failure, decoder, list_item_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PageRows", "QuarantinedItem", "isolate"]


class QuarantinedItem(Struct, frozen=True):
    """An item that could not be decoded: its index on the page, its bytes, and the reason.

    `index` is None if the list of items itself is invalid. `reason` contains the JSON path and no value of the body;
    `raw` may contain personal data.
    """

    index: int | None
    raw: bytes
    reason: str

    def __repr__(self) -> str:
        return f"QuarantinedItem(index={self.index}, raw=<{len(self.raw)} bytes>, reason={self.reason!r})"


class PageRows(NamedTuple):
    """A decoded page and its rows.

    `value` is the whole page, whose list contains the readable items. `items` are the readable rows, `indices` their
    indices among all rows. `keys` are those of all rows, once computed (`pages.rows`); None for a row without identity.
    """

    value: Any
    items: list[Any]
    indices: Sequence[int]
    quarantined: tuple[QuarantinedItem, ...] = ()
    repaired: tuple[Repair, ...] = ()
    keys: Sequence[object] = ()

    def select(self, indices: Sequence[int]) -> PageRows:
        """The same page with only those of its rows that are at `indices`; `keys` are still those of all rows."""
        if len(indices) == len(self.keys):
            return self
        wanted = set(indices)
        rows = [(index, item) for index, item in zip(self.indices, self.items, strict=True) if index in wanted]
        return self._replace(
            items=[item for _, item in rows],
            indices=[index for index, _ in rows],
            quarantined=tuple(item for item in self.quarantined if item.index is None or item.index in wanted),
        )


def isolate(member: str, page: type[Struct], body: bytes) -> PageRows:
    """Decode a page whose items are in `member`; raises UnrepairableError if the body is not a page."""
    envelope = _envelope(page, member)
    result = one_pass(page, envelope.field)(body)
    if result.error is not None:
        return _decode_parts(envelope, page, body, result)
    items: list[Any] = getattr(result.page, envelope.field) or []
    return PageRows(result.page, items, range(len(items)))


class _PageEnvelope(NamedTuple):
    """The structure of a page type: the field with the items, its other fields, and the decoder that splits a body."""

    field: str
    member: str
    kind: Any
    item: Any
    others: tuple[msgspec.structs.FieldInfo, ...]
    split: msgspec.json.Decoder[Any]


class _Parts(NamedTuple):
    items: list[bytes | Raw] | None
    raw_list: bytes
    others: dict[str, bytes]


@cache
def _envelope(page: type[Struct], member: str) -> _PageEnvelope:
    fields = msgspec.structs.fields(page)
    info = next((info for info in fields if info.encode_name == member), None)
    if info is None:
        raise TypeError(f"{page.__name__} has no member {member!r} for the items of the page")
    lists = [item for choice in alternatives(info.type) if (item := list_item_type(choice)) is not None]
    if not lists:
        raise TypeError(f"{page.__name__}.{info.name} must be a list to contain the items of the page")
    others = tuple(other for other in fields if other is not info)
    raws: list[Any] = [(info.name, list[Raw] | None, None), *((other.name, Raw, None) for other in others)]
    names = {field.name: field.encode_name for field in fields}
    split = msgspec.json.Decoder(msgspec.defstruct(page.__name__, raws, rename=names, kw_only=True))
    return _PageEnvelope(info.name, member, info.type, lists[0], others, split)


def _decode_parts(envelope: _PageEnvelope, page: type[Struct], body: bytes, result: PassResult) -> PageRows:
    failure = decode_failure(result.error) if result.error else DecodeFailure("")
    parts = _split(envelope, body, failure)
    values, repairs = _read_others(envelope, parts.others)
    quarantined: list[QuarantinedItem] = []
    path = f"$.{envelope.member}"
    if parts.items is not None:
        read = _reusable_items(envelope, result, failure, len(parts.items))
        values[envelope.field] = read
        quarantined += _read_items(envelope, parts.items, read, repairs)
    elif parts.raw_list:
        value, part_repairs, is_kept = repair_part(parts.raw_list, envelope.kind, path)
        if is_kept:
            repairs += part_repairs
            values[envelope.field] = value
        else:
            quarantined.append(QuarantinedItem(None, parts.raw_list, f"{part_repairs[0].reason} - at `{path}`"))
    value = build(page, values, "$")
    readable: list[Any] = getattr(value, envelope.field) or []
    broken = {item.index for item in quarantined if item.index is not None}
    indices = [index for index in range(len(readable) + len(broken)) if index not in broken]
    return PageRows(value, readable, indices, tuple(quarantined), tuple(repairs))


def _split(envelope: _PageEnvelope, body: bytes, failure: DecodeFailure) -> _Parts:
    try:
        split = envelope.split.decode(body)
    except DECODE_ERRORS:
        return _split_slowly(envelope, body, failure)
    others = {other.name: getattr(split, other.name) for other in envelope.others}
    present: dict[str, bytes] = {name: RedactedBytes(raw) for name, raw in others.items() if raw is not None}
    return _Parts(getattr(split, envelope.field), b"", present)


def _split_slowly(envelope: _PageEnvelope, body: bytes, failure: DecodeFailure) -> _Parts:
    try:
        parts = members(body)
    except ValueError as error:
        message = failure.message if failure.path == "$" else f"JSON is malformed: {error}"
        raise UnrepairableError("$", message) from None
    others = {other.name: parts[other.encode_name] for other in envelope.others if other.encode_name in parts}
    raw_list = parts.get(envelope.member, b"")
    try:
        return _Parts([*elements(raw_list)], raw_list, others)
    except ValueError:
        return _Parts(None, raw_list, others)


def _read_others(envelope: _PageEnvelope, parts: dict[str, bytes]) -> tuple[dict[str, Any], list[Repair]]:
    values: dict[str, Any] = {}
    repairs: list[Repair] = []
    for other in envelope.others:
        if (part := parts.get(other.name)) is None:
            continue
        value, part_repairs, is_kept = repair_part(part, other.type, f"$.{other.encode_name}")
        repairs += part_repairs
        if is_kept:
            values[other.name] = value
    return values, repairs


def _reusable_items(envelope: _PageEnvelope, result: PassResult, failure: DecodeFailure, count: int) -> list[Any]:
    """The completed items that can be reused: those before the item that the error names.

    The error must name the next item, or something after the list; otherwise the completed items may belong to a list
    that a second member of the same name replaced, and none is reused.
    """
    path = f"$.{envelope.member}["
    count_completed = len(result.completed)
    if failure.path.startswith(f"{path}{count_completed}]"):
        return result.completed
    is_outside_list = failure.path != "$" and not failure.path.startswith(path)
    return result.completed if is_outside_list and count_completed == count else []


def _read_items(
    envelope: _PageEnvelope, parts: list[bytes | Raw], items: list[Any], repairs: list[Repair]
) -> Iterator[QuarantinedItem]:
    """Decode the remaining items one by one; yield those that cannot be repaired."""
    read = decoder(envelope.item).decode
    for index in range(len(items), len(parts)):
        try:
            items.append(read(parts[index]))
        except DECODE_ERRORS:
            item_or_quarantined = _read_broken(RedactedBytes(parts[index]), envelope, index)
            if isinstance(item_or_quarantined, QuarantinedItem):
                yield item_or_quarantined
            else:
                items.append(item_or_quarantined[0])
                repairs += item_or_quarantined[1]


def _read_broken(raw: bytes, envelope: _PageEnvelope, index: int) -> QuarantinedItem | tuple[Any, list[Repair]]:
    path = f"$.{envelope.member}[{index}]"
    try:
        return repair(raw, envelope.item, path)
    except UnrepairableError as error:
        return QuarantinedItem(index, raw, str(error))
    except RecursionError:
        return QuarantinedItem(index, raw, f"Nested too deeply - at `{path}`")
