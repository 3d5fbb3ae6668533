"""Read a source into a queue: orders are validated, grouped by store and put as blocks, with the source's position.

Orders are put in windows of the source, up to MAX_OPEN_PUTS at the same time. A position is stored only after all
orders before it are durable, so that the next process continues where the queue ends, which may be before the point
that this process had read; orders that are put twice are harmless. A source that yields lists of orders is asked for
the next list when the last one is durable, so that it may forget that one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast, runtime_checkable

from .. import codec
from ..models.connect.orders import OrderRequest
from ..queues.blocks import MAX_BLOCK_BYTES, MAX_BLOCK_LINES, join_block
from ..queues.protocol import KeepsCursors, KeepsRejected, offers
from .batching import NO_ID, NO_STAMP, Batch, Batcher
from .entries import EPOCH, Line, encoded, rejection, unencodable
from .intake import OrderIntake
from .rejected_rows import row_of
from .resume_file import ResumeFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from ..clock import Clock
    from ..models.connect.common import OriginRequest
    from ..queues.blocks import LineKey
    from ..queues.protocol import RejectedRow, Sink
    from .entries import Entry
    from .intake import Source
    from .rejected_order import RejectedOrder
    from .report import SyncCounters

__all__ = ["Enqueuer", "Resumable"]

MAX_WINDOW_ORDERS = 200
MAX_WINDOW_BYTES = 4 * 1024 * 1024
MAX_OPEN_PUTS = 3
HEADER_BYTES = 16 * 1024
MICROSECOND = timedelta(microseconds=1)


@runtime_checkable
class Resumable(Protocol):
    """A source that can continue where an earlier process stopped reading it.

    `name` identifies it among the sources of one queue. `position` returns the position after the last item yielded;
    `resume` is called with such a position before the first item is requested.
    """

    name: str

    def position(self) -> str:
        """Return the current position as a text, in a format of its own."""
        ...

    def resume(self, position: str) -> None:
        """Continue at this position."""
        ...


class _DurablePut(NamedTuple):
    """A window that is being put, and the source's position after it."""

    batches: list[Batch]
    position: str | None
    task: asyncio.Task[None]


class Enqueuer:
    """Reads one source into a queue; `origin` None means that it yields pairs of origin and order.

    `wait_for_capacity` is awaited before each window is read. After `begin`, `enqueued` counts the orders that were
    put. Every order that will not be put is given to `on_rejected`, and to the queue if it keeps rejected ones.
    """

    def __init__(self, source: Source, origin: OriginRequest | None, *, resume: bool, resume_file: Path | None) -> None:
        self.enqueued: int = 0
        self.failure: BaseException | None = None
        self._source = source
        self._origin = origin
        self._resumable = source if isinstance(source, Resumable) else None
        self._resume = resume
        self._file = None if resume_file is None else ResumeFile(resume_file)
        self._window: list[Batch] = []  # cut, and not yet being put
        self._puts: deque[_DurablePut] = deque()
        self._durable: str | None = None
        self._rows: list[RejectedRow] = []
        self._intake: OrderIntake | None = None

    async def begin(
        self,
        queue: Sink,
        counters: SyncCounters,
        clock: Clock,
        on_rejected: Callable[[RejectedOrder], None],
        store: Callable[[Sequence[RejectedRow]], Awaitable[None]],
    ) -> None:
        """Open the source at the stored position; `store` stores rejected orders in another place."""
        self._queue, self._counters, self._on_rejected, self._store = queue, counters, on_rejected, store
        source = self._resumable
        if source is not None and self._resume:
            stored = self._file or queue
            position = await cast("KeepsCursors", stored).cursor(source.name)
            if position is not None:
                source.resume(position)
        batcher = Batcher(MAX_BLOCK_LINES, superseded=self._supersede, on_rejected=self._reject_entry)
        self._batcher = batcher
        self._intake = OrderIntake(
            self._source,
            self._origin,
            batcher,
            counters,
            clock,
            MAX_WINDOW_ORDERS // 2,
            self._reject,
            _no_wait,
            lambda: not (self._puts or batcher.queued),
        )

    async def run(self, wait_for_capacity: Callable[[], Awaitable[None]] | None = None) -> None:
        """Read the source to its end and put its orders; raises QueueError. An error of the source is in `failure`."""
        assert self._intake is not None  # noqa: S101 - set by begin
        streams = isinstance(self._source, AsyncIterable)
        pumps = [asyncio.create_task(self._intake.read_stream(), name="mirakl order sync source")] if streams else []
        try:
            await self._put_all(self._intake, wait_for_capacity or _no_wait)
        finally:
            self._intake.close()
            await asyncio.gather(*pumps, return_exceptions=True)
        self.failure = self._intake.failure

    async def finish(self) -> None:
        """Put the orders that were read before `run` was cancelled."""
        if self._intake is None:
            return
        try:
            self._intake.flush()
            await self._put_window()
            await self._wait_for_puts(0)
            await self._store_position()
        finally:
            await self.close()

    async def close(self) -> None:
        """Cancel the puts that have not ended; their orders count as unsent, but may be in the queue."""
        for put in self._puts:
            put.task.cancel()
        await asyncio.gather(*(put.task for put in self._puts), return_exceptions=True)

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Yield the orders that were read from the source and are not in the queue."""
        if self._intake is not None:
            yield from self._intake.unsent()
            for batches in (*(put.batches for put in self._puts), self._window):
                for batch in batches:
                    yield from ((batch.origin, entry) for entry in batch.entries)
            yield from self._batcher.unsent()

    # -- inside

    async def _put_all(self, intake: OrderIntake, wait_for_capacity: Callable[[], Awaitable[None]]) -> None:
        while True:
            await wait_for_capacity()
            if isinstance(self._source, AsyncIterable):
                if not (self._batcher.queued or intake.exhausted):
                    await intake.wait(None)
                intake.flush()
            else:
                while (room_left := self._room_left(intake)) > 0 and intake.read(room_left) and not intake.gives_lists:
                    pass
            ended = intake.exhausted
            await self._put_window()
            if intake.gives_lists:  # the next one is asked for when this one is durable
                await self._wait_for_puts(0)
            intake.resume_reading()
            if ended:
                await self._wait_for_puts(0)
                await self._store_position()
                return
            await asyncio.sleep(0)  # a queue may take it at once, and the workers want to run too

    def _room_left(self, intake: OrderIntake) -> int:
        """The number of orders that the window can still take."""
        waiting = self._batcher.queued
        full = waiting * intake.order_bytes >= MAX_WINDOW_BYTES
        return 0 if full else MAX_WINDOW_ORDERS - waiting

    async def _put_window(self) -> None:
        """Start to put the window; a stopped job finishes it (`finish`), since putting it again would repeat orders."""
        position = None if self._resumable is None else self._resumable.position()
        batches = self._window
        while (batch := self._batcher.next_batch(0.0, None)) is not None:
            batches.append(batch)
            self._batcher.mark_done(batch, 0.0)
        bodies = [
            join_block(keys, lines, codec.encode(batch.origin), numbers)
            for batch in batches
            for keys, lines, numbers in self._lines(batch)
        ]
        self.enqueued += sum(map(len, batches))  # they may be received before it is certain that they are kept
        rows, self._rows = self._rows, []
        if bodies or rows:
            task = asyncio.create_task(self._put(bodies, rows, self._durable), name="mirakl order sync put")
            self._puts.append(_DurablePut(batches, position, task))
        elif not self._puts:
            self._durable = position
        self._window = []
        await self._wait_for_puts(MAX_OPEN_PUTS - 1)

    async def _wait_for_puts(self, most: int) -> None:
        """Wait until at most `most` puts are open; raises the error of a put, whose orders then count as unsent."""
        while self._puts and (len(self._puts) > most or self._puts[0].task.done()):
            put = self._puts[0]
            await asyncio.wait([put.task])
            put.task.result()
            self._durable = put.position
            self._puts.popleft()

    async def _store_position(self) -> None:
        if self._durable is not None:
            await self._put([], [], self._durable)

    async def _put(self, bodies: Sequence[bytes], rows: Sequence[RejectedRow], position: str | None) -> None:
        source, queue = self._resumable, cast("Any", self._queue)
        if rows:
            if offers(queue, KeepsRejected):
                await queue.reject(None, rows)
            await self._store(rows)
        if source is not None and position is not None and not self._file and offers(queue, KeepsCursors):
            await queue.put_at(bodies, source.name, position)
            return
        if bodies:
            await queue.put(bodies)
        if source is not None and position is not None and self._file:
            await self._file.store(source.name, position)

    def _lines(self, batch: Batch) -> Iterator[tuple[Sequence[LineKey], bytes, Sequence[int]]]:
        """Yield the keys, the lines and the line numbers of blocks that are small enough for the queue."""
        try:
            keys, lines = _keys(batch.entries), _joined(batch.entries)
        except Exception:  # noqa: BLE001 - some struct was changed into what cannot be sent
            batch.entries = self._valid(batch)
            keys, lines = _keys(batch.entries), _joined(batch.entries)
        most = self._queue.max_bytes - HEADER_BYTES
        limit = min(MAX_BLOCK_BYTES, most)
        if len(lines) <= limit:
            if keys:
                yield keys, lines, _numbers(batch.entries)
            return
        numbers = _numbers(batch.entries)
        dropped: set[int] = set()
        for start, part in _parts(lines, limit):
            if len(part) > most:
                dropped.add(start)
                self._reject_too_large(batch, start, len(part), most)
            else:
                own = slice(start, start + part.count(b"\n"))
                yield keys[own], part, numbers[own]
        batch.entries = [entry for index, entry in enumerate(batch.entries) if index not in dropped]

    def _reject_too_large(self, batch: Batch, index: int, size: int, most: int) -> None:
        entry = batch.entries[index]
        reason = f"the order has {size} bytes; {type(self._queue).__name__} takes at most {most}"
        self._reject_entry(entry, rejection(entry, batch.origin, "invalid", reason))

    def _valid(self, batch: Batch) -> list[Entry]:
        """Return the orders of a batch that can be put; reject the others."""
        valid: list[Entry] = []
        for entry in batch.entries:
            if (fault := unencodable(entry)) is not None:
                found = rejection(entry, batch.origin, "invalid", fault.message, path=fault.path or None)
                self._reject_entry(entry, found)
                continue
            try:
                _keys([entry])
            except TypeError as error:
                no_id = str(error) == NO_ID
                reason, path = (NO_ID, "channel_order_id") if no_id else (NO_STAMP, "channel_updated_at")
                self._reject_entry(entry, rejection(entry, batch.origin, "invalid", reason, path=path))
                continue
            valid.append(entry)
        return valid

    def _supersede(self, _entry: Entry, _by: Entry) -> None:
        self._counters.superseded += 1

    def _reject_entry(self, _entry: Entry, rejected_order: RejectedOrder) -> None:
        self._reject(rejected_order)

    def _reject(self, rejected_order: RejectedOrder) -> None:
        self._rows.append(row_of(rejected_order))
        self._on_rejected(rejected_order)


def _keys(entries: Sequence[Any]) -> list[LineKey]:
    """Return the header's keys; raises TypeError for an id that is not a text, or a timestamp without a zone."""
    ids = [entry.channel_order_id for entry in entries]
    if not {str}.issuperset(map(type, ids)):
        raise TypeError(NO_ID)
    codes = [code if type(code := entry.sub_channel_code) is str and code else None for entry in entries]
    stamps = [(entry.channel_updated_at - EPOCH) // MICROSECOND for entry in entries]
    return [*zip(ids, codes, stamps, strict=True)]


def _numbers(entries: Sequence[Any]) -> Sequence[int]:
    """Return the line numbers in the source file; empty for orders of another source."""
    if not {Line}.issuperset(map(type, entries)):
        return ()
    numbers = [entry.number for entry in entries]
    return numbers if all(numbers) else ()


def _joined(entries: Sequence[Any]) -> bytes:
    """Encode all entries as lines."""
    kinds = set(map(type, entries))
    if kinds == {Line}:
        return b"\n".join([*[entry.raw for entry in entries], b""])
    if kinds == {OrderRequest}:
        return codec.encode_lines(entries)
    return b"\n".join([*map(encoded, entries), b""])


def _parts(lines: bytes, limit: int) -> Iterator[tuple[int, bytes]]:
    """Split lines into parts of at most `limit` bytes or one line, each with the index of its first line."""
    at = first = 0
    while at < len(lines):
        end = lines.rfind(b"\n", at, at + limit) + 1 or lines.find(b"\n", at) + 1
        part = lines[at:end]
        yield first, part
        first, at = first + part.count(b"\n"), end


async def _no_wait() -> None:
    """Return at once: the capacity is not limited."""
