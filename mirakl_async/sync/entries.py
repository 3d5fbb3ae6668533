"""What travels through a sync: an order as a struct, or as a line of JSON that is sent as it stands.

Both have `channel_order_id`, `sub_channel_code` and `channel_updated_at`: the order's identity within its origin, and
the stamp by which Mirakl decides which of two states is newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from .. import codec
from ..models.connect.common import OriginRequest
from ..models.connect.orders import OrderRequest
from .report import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

OriginKey: TypeAlias = tuple[str, str]
OrderKey: TypeAlias = tuple[str, str | UnsetType | None]


class Line(Struct, frozen=True, gc=False):
    """An order of an NDJSON file: its bytes, and what was peeked from them."""

    raw: bytes
    number: int
    channel_order_id: str
    sub_channel_code: str | UnsetType | None
    channel_updated_at: datetime


Entry: TypeAlias = OrderRequest | Line
ENTRY_TYPES = {OrderRequest, Line}


class _Envelope(Struct):
    origin: Any
    orders: Any


def origin_key(origin: OriginRequest) -> OriginKey:
    """What makes two origins the same."""
    return (origin.channel_id, origin.channel_store_id)


def order_key(entry: Entry) -> OrderKey:
    """What makes two orders of one origin the same (Connect's data model)."""
    return (entry.channel_order_id, entry.sub_channel_code or UNSET)


def encode_batch(origin: OriginRequest, entries: Sequence[Entry]) -> bytes:
    """The body of one call. Lines go out byte for byte; structs are encoded together, which is cheaper than one by one."""
    orders: Any = entries if type(entries[0]) is OrderRequest else [Raw(encoded(entry)) for entry in entries]
    return codec.encode(_Envelope(origin, orders))


def encoded(entry: Entry) -> bytes:
    """One order's JSON."""
    return entry.raw if isinstance(entry, Line) else codec.encode(entry)


def same_content(one: Entry, other: Entry) -> bool:
    """Whether two versions say the same, however their JSON is spelled."""
    first, second = encoded(one), encoded(other)
    return first == second or codec.decode_plain(first) == codec.decode_plain(second)


def as_entry(item: object) -> Entry | Refused:
    """An order from whatever the source yields: a struct as it is, a mapping converted and checked."""
    if isinstance(item, OrderRequest | Line):
        return item
    if isinstance(item, Mapping):
        try:
            return msgspec.convert(item, OrderRequest)
        except msgspec.ValidationError as error:
            return Refused(kind="invalid", reason=str(error), channel_order_id=_id_of(item))
    return Refused(
        kind="invalid", reason=f"the source gave a {type(item).__name__}; an OrderRequest or a mapping is needed"
    )


def _id_of(item: Mapping[Any, Any]) -> str | None:
    identity = item.get("channel_order_id")
    return identity if isinstance(identity, str) else None


def refusal(
    entry: Entry, origin: OriginRequest, kind: Any, reason: str, *, path: str | None = None, problem: Any = None
) -> Refused:
    """The record of an entry that will not be accepted."""
    line = entry if isinstance(entry, Line) else None
    return Refused(
        kind=kind,
        reason=reason,
        origin=origin,
        order=None if line else entry,  # type: ignore[arg-type]
        channel_order_id=entry.channel_order_id,
        line=line.number if line else None,
        raw=line.raw if line else None,
        path=path,
        problem=problem,
    )
