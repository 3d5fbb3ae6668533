"""The entries of a sync: an order as a struct, or as a line of JSON that is sent unchanged.

Both have `channel_order_id` and `sub_channel_code`, which identify the order within its origin, and
`channel_updated_at`, the timestamp by which Mirakl decides which of two versions is newer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from .. import codec
from ..codec import exact
from ..models.connect.common import OriginRequest
from ..models.connect.orders import OrderRequest
from ..redaction import RedactedBytesRepr
from ..server_text import valid_text
from .rejected_order import RejectedOrder

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ENTRY_TYPES",
    "EPOCH",
    "Entry",
    "Line",
    "OrderKey",
    "OriginKey",
    "as_entry",
    "as_pair",
    "encode_batch",
    "encoded",
    "exact_stamp",
    "fault_path",
    "is_pair",
    "line_of",
    "microseconds",
    "misplaced_origin",
    "order_key",
    "origin_key",
    "rejection",
    "same_content",
    "same_json",
    "stamp_of",
    "unencodable",
    "unreadable",
]

SMALL_BATCH = 4 * 1024 * 1024
"""Up to this size, the structs of a batch are encoded together, without measuring each."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINE_FRACTION = re.compile(r"(?<=\.)(\d{6})(\d{1,12})(?=\D|$)")

OriginKey: TypeAlias = tuple[str, str]
OrderKey: TypeAlias = tuple[str, str | UnsetType | None]


class Line(RedactedBytesRepr, Struct, frozen=True, gc=False):
    """An order as JSON, with its identity and timestamp; `number` is its line in an NDJSON file, else 0."""

    raw: bytes
    number: int
    channel_order_id: str
    sub_channel_code: str | UnsetType | None
    channel_updated_at: datetime | int


Entry: TypeAlias = OrderRequest | Line
ENTRY_TYPES: set[type[Entry]] = {OrderRequest, Line}


class _Envelope(Struct):
    origin: Any
    orders: Any


class _Stamp(Struct, gc=False):
    channel_updated_at: str


_STAMP = msgspec.json.Decoder(_Stamp)


def origin_key(origin: OriginRequest) -> OriginKey:
    """Return the key that equal origins share."""
    return (origin.channel_id, origin.channel_store_id)


def order_key(entry: Entry) -> OrderKey:
    """Return the key that versions of one order share within an origin (Connect's data model)."""
    code: Any = getattr(entry, "sub_channel_code", UNSET)
    return (entry.channel_order_id, code if isinstance(code, str) and code else UNSET)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970; raises TypeError for a date-time without a zone.

    Python compares date-times of one `ZoneInfo` by wall clock, which is wrong in the hour that is repeated in autumn.
    """
    since = moment - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def stamp_of(entry: Entry) -> int:
    """Return the timestamp of an entry in microseconds; raises TypeError if it has no zone."""
    stamp: Any = entry.channel_updated_at
    return stamp if isinstance(entry, Line) and isinstance(stamp, int) else microseconds(stamp)


def exact_stamp(entry: Entry) -> tuple[int, int]:
    """Return the exact timestamp of an entry: whole microseconds, and the following digits in 10^-18 s.

    Only the text contains these digits: decoding rounds them, which could make two timestamps equal.
    """
    if isinstance(entry, Line):
        with suppress(msgspec.MsgspecError, UnicodeError):
            text = _STAMP.decode(entry.raw).channel_updated_at
            if found := _FINE_FRACTION.search(text):
                cut = text[: found.start(2)] + text[found.end(2) :]
                return microseconds(msgspec.convert(cut, datetime)), int(found[2].ljust(12, "0"))
    return stamp_of(entry), 0


def encode_batch(
    origin: OriginRequest, entries: Sequence[Entry], max_bytes: int, typical: float
) -> tuple[memoryview, int]:
    """Return the body of one call and the number of entries in it: as many as `max_bytes` allows, at least one.

    Lines are sent unchanged. Structs are encoded together, which is faster than one by one, unless the `typical` size
    of one is large. Raises any exception for a struct that was changed into an invalid one.
    """
    are_structs = {OrderRequest}.issuperset(map(type, entries))
    if len(entries) > 1 and not (are_structs and len(entries) * typical <= SMALL_BATCH):
        sizes = [len(encoded(entry)) for entry in entries]
        total, count = len(codec.encode(_Envelope(origin, []))) + sizes[0], 1
        while count < len(sizes) and total + sizes[count] + 1 <= max_bytes:
            total += sizes[count] + 1
            count += 1
        entries = entries[:count]
    if are_structs:
        return codec.encode_large(_Envelope(origin, entries)), len(entries)
    return codec.encode_large(_Envelope(origin, [*map(Raw, map(encoded, entries))])), len(entries)


def encoded(entry: Entry) -> bytes:
    """Return an order as JSON."""
    return entry.raw if isinstance(entry, Line) else codec.encode(entry)


def unencodable(entry: Entry) -> codec.Violation | None:
    """Return the reason why an order cannot be encoded; None if it can."""
    try:
        encoded(entry)
    except Exception as error:  # noqa: BLE001 - a struct's members may be anything, and so may what they raise
        fault = codec.Violation("", f"cannot be encoded: {error}")
        with suppress(Exception):
            fault = next(iter(codec.find_violations(cast("OrderRequest", entry))), fault)
        return fault
    return None


def same_content(one: Entry, other: Entry) -> bool:
    """Whether two versions have the same content, independent of the JSON format; False if one is unreadable."""
    if one is other:
        return True
    try:
        return same_json(encoded(one), encoded(other))
    except Exception:  # noqa: BLE001 - members of a struct may have any type, which may raise anything
        return False


def same_json(one: bytes, other: bytes) -> bool:
    """Whether two JSON texts have the same content; False if one is unreadable."""
    if one == other:
        return True
    try:
        return _alike(codec.decode_plain(one), codec.decode_plain(other))
    except (codec.CodecError, TypeError, ValueError, RecursionError):
        return False


def _alike(one: Any, other: Any) -> bool:
    """Whether two plain values are equal; equal instants in different zones are equal."""
    if type(one) is dict is type(other):
        return one.keys() == other.keys() and all(_alike(value, other[name]) for name, value in one.items())
    if type(one) is list is type(other):
        return len(one) == len(other) and all(map(_alike, one, other))
    if one == other:
        return True
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    moment = _moment(one)
    return moment is not None and moment == _moment(other)


def _moment(text: str) -> datetime | None:
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    return moment if moment.tzinfo is not None else None


def as_entry(item: object, origin: OriginRequest | None) -> Entry | RejectedOrder:
    """Convert an item of the source: a struct stays unchanged, a mapping becomes a line with all its members."""
    if isinstance(item, OrderRequest | Line | RejectedOrder):
        return item
    if not isinstance(item, Mapping):
        what = "an OrderRequest or a mapping is needed"
        return unreadable(item, f"the source gave a {type(item).__name__}; {what}", origin)
    try:
        msgspec.convert(item, OrderRequest)  # sees what JSON would hide, such as bytes for a text
        return line_of(_encoded_mapping(item), 0)
    except Exception as error:  # noqa: BLE001 - the mapping may be of the user's own making
        return unreadable(item, str(error), origin, fault_path(error))


def line_of(text: bytes, number: int) -> Line:
    """Make a line of the JSON of an order, including unknown members; raises the errors of the decoder."""
    order, sent = exact(OrderRequest).read(text)
    return Line(sent, number, order.channel_order_id, order.sub_channel_code, order.channel_updated_at)


def _encoded_mapping(item: Any) -> bytes:
    try:
        return codec.encode(item)
    except (codec.CodecError, TypeError):  # it may hold mappings that are not dicts
        return codec.encode(_plain(item))


def _plain(value: Any) -> Any:
    members: Any = value
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in members.items()}
    return [*map(_plain, members)] if isinstance(value, list | tuple) else value


def as_pair(item: object) -> tuple[OriginRequest, Any] | RejectedOrder:
    """Split an item of the source into an origin and an order, which is not validated yet."""
    if isinstance(item, RejectedOrder):
        return item
    if not isinstance(item, tuple | list) or len(cast("tuple[Any, ...]", item)) != 2:
        return unreadable(item, "without origin= the source must give pairs (origin, order)")
    origin, order = cast("tuple[Any, Any]", item)
    if not isinstance(origin, OriginRequest):
        return unreadable(order, f"the origin is a {type(origin).__name__}, not an OriginRequest")
    names: tuple[Any, ...] = origin_key(origin)
    if not all(type(name) is str and (name.isascii() or valid_text(name) == name) for name in names):
        return unreadable(order, "the origin's channel_id and channel_store_id must be valid texts")
    return origin, order


def is_pair(item: object) -> bool:
    """Whether an item seems to be a pair of origin and order."""
    pair = cast("tuple[Any, ...]", item)
    return isinstance(item, tuple | list) and len(pair) == 2 and isinstance(pair[0], OriginRequest)


def misplaced_origin(item: object, origin: OriginRequest | None) -> str | None:
    """Return advice if the items of a source do not match the `origin` argument; None if they do."""
    if origin is None and isinstance(item, OrderRequest | Line | Mapping):
        return (
            "is missing: the source gives orders, not pairs; write origin=OriginRequest(channel_id=..., "
            "channel_store_id=...), or give pairs (origin, order)"
        )
    if origin is not None and is_pair(item):
        return "was given, but the source gives pairs (origin, order); leave out origin=, or give orders"
    return None


def unreadable(item: Any, reason: str, origin: OriginRequest | None = None, path: str | None = None) -> RejectedOrder:
    """Return the rejection of an item that is not an order, with its JSON representation if it has one."""
    identity = raw = None
    with suppress(Exception):
        if isinstance(item, Mapping):
            item = dict(cast("Any", item))
            identity = item.get("channel_order_id")
        raw = codec.encode(item)
    return RejectedOrder(
        kind="invalid",
        reason=valid_text(reason),
        origin=origin,
        channel_order_id=valid_text(identity) if isinstance(identity, str) else None,
        raw=raw,
        path=path,
    )


def fault_path(error: Exception) -> str:
    """Extract the JSON path of a violation from the message of the decoder."""
    _, found, path = str(error).rpartition(" - at `")
    return path.rstrip("`") if found else "$"


def rejection(
    entry: Entry, origin: OriginRequest, kind: Any, reason: str, *, path: str | None = None, problem: Any = None
) -> RejectedOrder:
    """Return the rejection of an entry."""
    line = entry if isinstance(entry, Line) else None
    identity: Any = getattr(entry, "channel_order_id", None)
    return RejectedOrder(
        kind=kind,
        reason=valid_text(reason),
        origin=origin,
        order=None if line else entry,  # type: ignore[arg-type]
        channel_order_id=valid_text(identity) if isinstance(identity, str) else None,
        line=(line.number or None) if line else None,
        raw=line.raw if line else None,
        path=path,
        problem=problem,
    )
