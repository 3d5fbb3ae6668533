"""Decode a page so that a broken item costs itself and nothing else.

The good path is one pass. When it is refused, the page is taken apart: the items completed by then are kept, the
others are decoded each alone, the refused ones are mended, and what cannot be mended is set aside with its bytes.
The page's other members are mended as those of any struct.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from ..redaction import RedactedBytes
from .one_pass import Pass, one_pass
from .repair import Repair, UnrepairableError, build, keep_or_drop, repair
from .scanner import elements, members
from .type_info import DECODE_ERRORS, DecodeFailure, alternatives, decode_failure, decoder, list_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class QuarantinedItem(Struct, frozen=True):
    """An item that could not be read: its place on the page, its bytes as they came, and why.

    `index` is None where not an item but the whole list of items is something else. `reason` tells the JSON path
    and holds no value of the body; `raw` does, so treat it like the data it is.
    """

    index: int | None
    raw: bytes
    reason: str

    def __repr__(self) -> str:
        return f"QuarantinedItem(index={self.index}, raw=<{len(self.raw)} bytes>, reason={self.reason!r})"


class PageRows(NamedTuple):
    """A decoded page, row by row.

    `value` is the whole page, whose list holds the readable items. `items` are the readable rows, `indices` their
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
    """Decode a page whose items are in `member`; raises UnmendableError if the body is no page at all."""
    envelope = _envelope(page, member)
    taken = one_pass(page, envelope.field)(body)
    if taken.error is not None:
        return _take_apart(envelope, page, body, taken)
    items: list[Any] = getattr(taken.page, envelope.field) or []
    return PageRows(taken.page, items, range(len(items)))


class _PageEnvelope(NamedTuple):
    """A page type seen from outside: which field holds the items, and how to split a body into its members."""

    field: str
    member: str
    kind: Any
    item: Any
    others: tuple[msgspec.structs.FieldInfo, ...]
    split: msgspec.json.Decoder[Any]


class _Parts(NamedTuple):
    items: list[bytes | Raw] | None
    whole: bytes
    others: dict[str, bytes]


@cache
def _envelope(page: type[Struct], member: str) -> _PageEnvelope:
    fields = msgspec.structs.fields(page)
    info = next((info for info in fields if info.encode_name == member), None)
    if info is None:
        raise TypeError(f"{page.__name__} has no member {member!r} to hold the items of a page")
    lists = [item for choice in alternatives(info.type) if (item := list_of(choice)) is not None]
    if not lists:
        raise TypeError(f"{page.__name__}.{info.name} is not a list, so it cannot hold a page's items")
    others = tuple(other for other in fields if other is not info)
    raws: list[Any] = [(info.name, list[Raw] | None, None), *((other.name, Raw, None) for other in others)]
    names = {field.name: field.encode_name for field in fields}
    split = msgspec.json.Decoder(msgspec.defstruct(page.__name__, raws, rename=names, kw_only=True))
    return _PageEnvelope(info.name, member, info.type, lists[0], others, split)


def _take_apart(envelope: _PageEnvelope, page: type[Struct], body: bytes, taken: Pass) -> PageRows:
    told = decode_failure(taken.error) if taken.error else DecodeFailure("")
    parts = _split(envelope, body, told)
    values, mends = _read_others(envelope, parts.others)
    quarantined: list[QuarantinedItem] = []
    path = f"$.{envelope.member}"
    if parts.items is not None:
        items = _completed(envelope, taken, told, len(parts.items))
        values[envelope.field] = items
        quarantined += _read_items(envelope, parts.items, items, mends)
    elif parts.whole:
        value, more, kept = keep_or_drop(parts.whole, envelope.kind, path)
        if kept:
            mends += more
            values[envelope.field] = value
        else:
            quarantined.append(QuarantinedItem(None, parts.whole, f"{more[0].reason} - at `{path}`"))
    value = build(page, values, "$")
    readable: list[Any] = getattr(value, envelope.field) or []
    broken = {item.index for item in quarantined if item.index is not None}
    indices = [index for index in range(len(readable) + len(broken)) if index not in broken]
    return PageRows(value, readable, indices, tuple(quarantined), tuple(mends))


def _split(envelope: _PageEnvelope, body: bytes, told: DecodeFailure) -> _Parts:
    try:
        split = envelope.split.decode(body)
    except DECODE_ERRORS:
        return _split_slowly(envelope, body, told)
    others = {other.name: getattr(split, other.name) for other in envelope.others}
    present: dict[str, bytes] = {name: RedactedBytes(raw) for name, raw in others.items() if raw is not None}
    return _Parts(getattr(split, envelope.field), b"", present)


def _split_slowly(envelope: _PageEnvelope, body: bytes, told: DecodeFailure) -> _Parts:
    try:
        parts = members(body)
    except ValueError as error:
        words = told.words if told.path == "$" else f"JSON is malformed: {error}"
        raise UnrepairableError("$", words) from None
    others = {other.name: parts[other.encode_name] for other in envelope.others if other.encode_name in parts}
    whole = parts.get(envelope.member, b"")
    try:
        return _Parts([*elements(whole)], whole, others)
    except ValueError:
        return _Parts(None, whole, others)


def _read_others(envelope: _PageEnvelope, parts: dict[str, bytes]) -> tuple[dict[str, Any], list[Repair]]:
    values: dict[str, Any] = {}
    mends: list[Repair] = []
    for other in envelope.others:
        if (part := parts.get(other.name)) is None:
            continue
        value, more, kept = keep_or_drop(part, other.type, f"$.{other.encode_name}")
        mends += more
        if kept:
            values[other.name] = value
    return values, mends


def _completed(envelope: _PageEnvelope, taken: Pass, told: DecodeFailure, count: int) -> list[Any]:
    """The items that need no second look: those before the one that the error names.

    The error has to name the very next item, or something after all of them; otherwise what was completed may belong
    to a list that a second member of the same name replaced, and nothing is taken for granted.
    """
    path = f"$.{envelope.member}["
    done = len(taken.completed)
    if told.path.startswith(f"{path}{done}]"):
        return taken.completed
    elsewhere = told.path != "$" and not told.path.startswith(path)
    return taken.completed if elsewhere and done == count else []


def _read_items(
    envelope: _PageEnvelope, parts: list[bytes | Raw], items: list[Any], mends: list[Repair]
) -> Iterator[QuarantinedItem]:
    """Read the items after those already there, one by one."""
    read = decoder(envelope.item).decode
    for index in range(len(items), len(parts)):
        try:
            items.append(read(parts[index]))
        except DECODE_ERRORS:
            found = _read_broken(RedactedBytes(parts[index]), envelope, index)
            if isinstance(found, QuarantinedItem):
                yield found
            else:
                items.append(found[0])
                mends += found[1]


def _read_broken(raw: bytes, envelope: _PageEnvelope, index: int) -> QuarantinedItem | tuple[Any, list[Repair]]:
    path = f"$.{envelope.member}[{index}]"
    try:
        return repair(raw, envelope.item, path)
    except UnrepairableError as error:
        return QuarantinedItem(index, raw, str(error))
    except RecursionError:
        return QuarantinedItem(index, raw, f"Nested too deeply - at `{path}`")
