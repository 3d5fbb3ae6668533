"""Group single orders into batches. Pure: no I/O, and the time is passed in.

Each origin has a buffer. A batch consists of at most `limit` orders of one buffer. Two rules hold:

* **Two versions of one order are never in flight at the same time**, nor two orders with the same id. Requests may
  overtake each other, and a retry of the older version could arrive after the newer one. A newer version is blocked
  until the batch with the older version is done.
* **The newest `channel_updated_at` is sent.** An older version, or a repetition of the same one, is superseded. Another
  body with the same timestamp is a conflict: Mirakl would keep the one that arrives last, which is a matter of chance.

Both rules apply to the orders that are buffered or in flight. Orders that are done are not remembered, since memory
would grow with the source. Versions of one order are always sent in the order of their arrival, so that Mirakl ends
with the last version of the source.

Usually no two orders are related. This is checked for a whole batch at once with set operations; single orders are
compared only if a batch contains an id twice, or an id that is in flight.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from .entries import (
    Entry,
    Line,
    OrderKey,
    OriginKey,
    exact_stamp,
    order_key,
    origin_key,
    rejection,
    same_content,
    stamp_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from ..errors import BadRequest
    from ..models.connect.common import OriginRequest
    from .held_blocks import BlockLines
    from .isolation import Reason
    from .rejected_order import RejectedOrder

__all__ = ["NO_ID", "NO_STAMP", "Batch", "Batcher", "Identified", "OriginBuffer"]

SAME_STAMP = "another body with the same channel_updated_at was already taken; give the change a newer timestamp"
NO_STAMP = "cannot be compared with that of another version of this order: it must be a date-time with a zone"
NO_ID = "must be a text"


class Batch:
    """Orders of one origin that are sent in one call."""

    __slots__ = ("_by_key", "awaiting", "buffer", "entries", "ids", "named")

    def __init__(self, buffer: OriginBuffer, entries: Sequence[Entry], ids: AbstractSet[str] | None = None) -> None:
        self.buffer: OriginBuffer = buffer
        self.entries: Sequence[Entry] = entries
        self.ids: AbstractSet[str] = {entry.channel_order_id for entry in entries} if ids is None else ids
        self._by_key: dict[OrderKey, Entry] | None = None
        self.awaiting: Identified | None = None
        self.named: bool = False  # whether the server named all of these orders as faulty

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def origin(self) -> OriginRequest:
        """The channel and the store of the orders."""
        return self.buffer.origin

    def find(self, key: OrderKey) -> Entry | None:
        """The version of an order in this batch, if any."""
        if self._by_key is None:
            self._by_key = {order_key(entry): entry for entry in self.entries}
        return self._by_key.get(key)

    def split(self, parts: Iterable[Sequence[Entry]]) -> list[Batch]:
        """Replace this batch by several ones with the same orders, which are then in flight in its place."""
        batches = [Batch(self.buffer, part) for part in parts if part]
        self.buffer.in_flight_batches.extend(batches)
        self.buffer.in_flight_batches.remove(self)
        return batches


class Identified(NamedTuple):
    """Orders that the server named as faulty; they wait until the other orders of their batch are answered."""

    batch: Batch
    reasons: list[Reason]
    error: BadRequest


class OriginBuffer:
    """The orders of one origin: queued, in flight, or blocked by another version that is in flight."""

    __slots__ = ("blocked", "in_flight_batches", "in_flight_ids", "key", "origin", "queued", "since")

    def __init__(self, origin: OriginRequest) -> None:
        self.origin: OriginRequest = origin
        self.key: OriginKey = origin_key(origin)
        self.queued: list[Entry] = []
        self.blocked: dict[OrderKey, Entry] = {}
        self.in_flight_batches: list[Batch] = []
        self.in_flight_ids: set[str] = set()
        self.since: float = 0.0

    def in_flight(self, key: OrderKey) -> Entry | None:
        """The version of an order that is in flight, if any."""
        for batch in self.in_flight_batches:
            if (entry := batch.find(key)) is not None:
                return entry
        return None


class Batcher:
    """The buffers of all origins, and the blocks of a queue that wait to be sent as a whole.

    `superseded` is called with every order that another version replaces, and with that version; `on_rejected` with
    every order that cannot be sent.
    """

    __slots__ = ("_blocks", "_buffers", "_limit", "_on_rejected", "_superseded", "queued")

    def __init__(
        self,
        limit: int,
        *,
        superseded: Callable[[Entry, Entry], None],
        on_rejected: Callable[[Entry, RejectedOrder], None],
    ) -> None:
        self._limit = limit
        self._blocks: deque[BlockLines] = deque()
        self._superseded = superseded
        self._on_rejected = on_rejected
        self._buffers: dict[OriginKey, OriginBuffer] = {}
        self.queued: int = 0

    @property
    def origin_count(self) -> int:
        """The number of origins with buffered orders or orders in flight; at least 1."""
        return len(self._buffers) or 1

    @property
    def in_flight(self) -> int:
        """The number of orders in calls that are not answered yet."""
        return sum(len(batch) for buffer in self._buffers.values() for batch in buffer.in_flight_batches)

    def origins(self) -> set[OriginKey]:
        """The origins with buffered orders, orders in flight, or waiting blocks."""
        return self._buffers.keys() | {origin_key(block.origin) for block in self._blocks}

    def buffer_for(self, origin: OriginRequest) -> OriginBuffer:
        """Return the buffer of an origin; it is created when it is first needed."""
        key = origin_key(origin)
        buffer = self._buffers.get(key)
        if buffer is None:
            buffer = self._buffers[key] = OriginBuffer(origin)
        return buffer

    def add(self, buffer: OriginBuffer, entries: Sequence[Entry], now: float) -> None:
        """Add entries to a buffer; `now` is the start of their linger time."""
        if not buffer.queued:
            buffer.since = now
        buffer.queued.extend(entries)
        self.queued += len(entries)

    def add_block(self, block: BlockLines) -> None:
        """Add a block, which is sent as a whole unless that would violate a rule."""
        self._blocks.append(block)
        self.queued += len(block)

    def next_batch(self, now: float, linger: float | None) -> Batch | None:
        """Return the next batch: a full one if there is any, else the longest whose `linger` seconds have passed.

        With `linger` None, incomplete batches do not wait.
        """
        while self._blocks:
            block = self._blocks.popleft()
            self.queued -= len(block)
            if (whole := self._batch_from_block(self.buffer_for(block.origin), block)) is not None:
                return whole
            self.add(self.buffer_for(block.origin), block, now)
        while True:
            buffer = self._due(now, linger)
            if buffer is None:
                return None
            batch = self._take_batch(buffer)
            buffer.since = now
            if batch is not None:
                return batch

    def next_batch_where(self, is_wanted: Callable[[OriginKey], bool], now: float) -> Batch | None:
        """Return a batch of an origin that `is_wanted`, also an incomplete one."""
        block = next((block for block in self._blocks if is_wanted(origin_key(block.origin))), None)
        if block is not None:
            self._blocks.remove(block)
            self.queued -= len(block)
            self.add(self.buffer_for(block.origin), block, now)
        for buffer in [*self._buffers.values()]:
            if buffer.queued and is_wanted(buffer.key) and (batch := self._take_batch(buffer)) is not None:
                return batch
        return None

    def next_due(self, linger: float) -> float | None:
        """The time at which the oldest queued entry will have waited `linger` seconds; None if none is queued."""
        times = [buffer.since + linger for buffer in self._buffers.values() if buffer.queued]
        return min(times, default=None)

    def _due(self, now: float, linger: float | None) -> OriginBuffer | None:
        best: OriginBuffer | None = None
        for buffer in self._buffers.values():
            count = len(buffer.queued)
            if count >= self._limit:
                return buffer
            if count and (linger is None or now >= buffer.since + linger) and (not best or count > len(best.queued)):
                best = buffer
        return best

    def _batch_from_block(self, buffer: OriginBuffer, block: BlockLines) -> Batch | None:
        """Return a block as a batch; None if one of its orders is repeated, in flight or already queued."""
        ids = block.ids
        if (
            not block.travels_whole
            or not len(ids) == len(block) <= self._limit
            or not buffer.in_flight_ids.isdisjoint(ids)
        ):
            return None
        if any(entry.channel_order_id in ids for entry in buffer.queued):
            return None
        batch = Batch(buffer, block, ids)
        buffer.in_flight_batches.append(batch)
        buffer.in_flight_ids |= ids
        return batch

    def _take_batch(self, buffer: OriginBuffer) -> Batch | None:
        entries = buffer.queued[: self._limit]
        count = len(entries)
        del buffer.queued[:count]
        self.queued -= count
        try:
            return self._make_batch(buffer, entries)
        except BaseException:  # an internal error must not lose an order; some may be listed twice
            buffer.queued[:0] = entries
            self.queued += count
            raise

    def _make_batch(self, buffer: OriginBuffer, entries: list[Entry]) -> Batch | None:
        ids = _distinct_ids(entries)
        if ids is None:
            entries = self._select_newest(buffer, self._with_identity(buffer, entries))
        elif not buffer.in_flight_ids.isdisjoint(ids):
            entries, ids = self._select_newest(buffer, entries), None
        if not entries:
            return None
        batch = Batch(buffer, entries, ids)
        buffer.in_flight_batches.append(batch)
        buffer.in_flight_ids.update(batch.ids)
        return batch

    def _with_identity(self, buffer: OriginBuffer, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries whose id and timestamp can be compared; reject the others."""
        valid: list[Entry] = []
        for entry in entries:
            if (fault := _identity_fault(entry)) is None:
                valid.append(entry)
            else:
                path, reason = fault
                self._on_rejected(entry, rejection(entry, buffer.origin, "invalid", reason, path=path))
        return valid

    def _select_newest(self, buffer: OriginBuffer, entries: Iterable[Entry]) -> list[Entry]:
        """Return the newest version of each order that may be sent now; block, supersede or reject the others."""
        chosen: dict[OrderKey, Entry] = {}
        ids: set[str] = set()
        for entry in entries:
            key = order_key(entry)
            if (rival := chosen.get(key)) is not None:
                chosen[key] = self._settle(buffer, rival, entry)
            elif key[0] in buffer.in_flight_ids or key[0] in ids:
                flying = buffer.in_flight(key)
                if flying is None or self._is_newer(buffer, entry, flying):
                    self._block(buffer, key, entry)
            else:
                chosen[key] = entry
                ids.add(key[0])
        return list(chosen.values())

    def _block(self, buffer: OriginBuffer, key: OrderKey, entry: Entry) -> None:
        rival = buffer.blocked.get(key)
        buffer.blocked[key] = entry if rival is None else self._settle(buffer, rival, entry)

    def _settle(self, buffer: OriginBuffer, rival: Entry, entry: Entry) -> Entry:
        """Return the one of two unsent versions that is kept."""
        if not self._is_newer(buffer, entry, rival):
            return rival
        self._superseded(rival, entry)
        return entry

    def _is_newer(self, buffer: OriginBuffer, later: Entry, earlier: Entry) -> bool:
        """Whether `later` replaces `earlier`; if it does not, it is superseded or rejected here."""
        try:
            new: Any = stamp_of(later)
            old: Any = stamp_of(earlier)
            if new == old:
                new, old = exact_stamp(later), exact_stamp(earlier)
        except Exception:  # noqa: BLE001 - a tzinfo may be the user's own
            self._on_rejected(later, rejection(later, buffer.origin, "invalid", NO_STAMP, path="channel_updated_at"))
            return False
        if new > old:
            return True
        if new == old and not same_content(earlier, later):
            self._on_rejected(later, rejection(later, buffer.origin, "conflict", SAME_STAMP, path="channel_updated_at"))
        else:
            self._superseded(later, earlier)
        return False

    def mark_done(self, batch: Batch, now: float) -> None:
        """Remove a batch that is done; the orders that it blocked are queued before all others."""
        buffer = batch.buffer
        buffer.in_flight_batches.remove(batch)
        buffer.in_flight_ids.difference_update(batch.ids)
        if buffer.blocked:
            freed = [key for key in buffer.blocked if key[0] not in buffer.in_flight_ids]
            if freed and not buffer.queued:
                buffer.since = now
            buffer.queued[:0] = [buffer.blocked.pop(key) for key in freed]
            self.queued += len(freed)
        if not (buffer.queued or buffer.in_flight_batches):
            del self._buffers[buffer.key]

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Yield all orders that are buffered or in flight: those that a stopped job did not send."""
        for block in self._blocks:
            yield from ((block.origin, entry) for entry in block)
        for buffer in self._buffers.values():
            for batch in buffer.in_flight_batches:
                yield from ((buffer.origin, entry) for entry in batch.entries)
            yield from ((buffer.origin, entry) for entry in buffer.blocked.values())
            yield from ((buffer.origin, entry) for entry in buffer.queued)


def _distinct_ids(entries: Sequence[Any]) -> AbstractSet[str] | None:
    """Return the ids; None if an id is repeated, or an id or a timestamp is invalid, as in a struct that was changed.

    Visits every entry once: fetching the entries from memory takes most of the time.
    """
    try:
        if type(entries[0]) is Line:
            zones = {
                entry.channel_order_id: type(entry) is Line or entry.channel_updated_at.tzinfo for entry in entries
            }
        else:
            zones = {entry.channel_order_id: entry.channel_updated_at.tzinfo for entry in entries}
        sound = len(zones) == len(entries) and None not in zones.values() and {str}.issuperset(map(type, zones))
    except Exception:  # noqa: BLE001 - members of a struct may have any type, which may raise anything
        return None
    return zones.keys() if sound else None


def _identity_fault(entry: Any) -> tuple[str, str] | None:
    """Why an entry cannot be compared with others: the path of the invalid member, and the reason."""
    path, reason = "channel_order_id", NO_ID
    try:
        if not isinstance(entry.channel_order_id, str):
            return path, reason
        hash(order_key(entry))
        path, reason = "channel_updated_at", NO_STAMP
        stamp_of(entry)
    except Exception:  # noqa: BLE001 - as in _distinct_ids
        return path, reason
    return None
