"""From a source into a queue: orders are read, checked, grouped by store and put as blocks, with the source's position.

What is put at a time is a window of the source, all of it, and its position is stored in the same step (`put_at`) or
after it (a resume file). So the next process reads on behind what the queue has, and not behind what this one read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import anyio

from .. import codec
from ..queues.blocks import MAX_BLOCK_BYTES, MAX_BLOCK_LINES, encode_block
from ..queues.protocol import KeepsCursors, KeepsRejected, offers
from .batches import NO_ID, NO_STAMP, Assembly, Batch
from .entries import Line, encoded, microseconds, refusal, unencodable
from .intake import Intake
from .rejected_rows import row_of
from .resume_file import ResumeFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from ..clock import Clock
    from ..models.connect.common import OriginRequest
    from ..queues.blocks import LineKey
    from ..queues.protocol import RejectedRow, Sink
    from .entries import Entry
    from .intake import Source
    from .refused import Refused
    from .report import Tally

MAX_WINDOW_ORDERS = 800
MAX_WINDOW_BYTES = 4 * 1024 * 1024
HEADER_BYTES = 16 * 1024


@runtime_checkable
class Resumable(Protocol):
    """A source that can go on where an earlier process stopped reading it.

    `name` tells it from other sources of the same queue. `position` says where reading would go on after the last
    item given; `resume` is called with such a position before the first item is asked for.
    """

    name: str

    def position(self) -> str:
        """Where it stands, in words of its own."""
        ...

    def resume(self, position: str) -> None:
        """Go on there."""
        ...


class Enqueuer:
    """Reads one source into a queue; `origin` None means that it gives pairs of origin and order.

    `room` is awaited before each window is read. After `begin`, `enqueued` counts the orders that were put. Every order
    that will not be put is given to `refuse`, and to the queue if it keeps rejected ones.
    """

    def __init__(self, source: Source, origin: OriginRequest | None, *, resume: bool, resume_file: Path | None) -> None:
        self.enqueued: int = 0
        self.failure: BaseException | None = None
        self._source = source
        self._origin = origin
        self._resumable = source if isinstance(source, Resumable) else None
        self._resume = resume
        self._file = None if resume_file is None else ResumeFile(resume_file)
        self._unput: list[Batch] = []
        self._putting: asyncio.Task[None] | None = None
        self._rows: list[RejectedRow] = []
        self._intake: Intake | None = None

    async def begin(
        self,
        queue: Sink,
        tally: Tally,
        clock: Clock,
        refuse: Callable[[Refused], None],
        store: Callable[[Sequence[RejectedRow]], Awaitable[None]],
    ) -> None:
        """Let the source go on where the queue, or the resume file, ends; `store` keeps rejected orders elsewhere."""
        self._queue, self._tally, self._refuse, self._store = queue, tally, refuse, store
        source = self._resumable
        if source is not None and self._resume:
            stored = self._file or queue
            position = await cast("KeepsCursors", stored).cursor(source.name)
            if position is not None:
                source.resume(position)
        assembly = Assembly(MAX_BLOCK_LINES, superseded=self._supersede, refused=self._reject_entry)
        self._assembly = assembly
        self._intake = Intake(
            self._source, self._origin, assembly, tally, clock, MAX_WINDOW_ORDERS // 2, self._reject, _at_once
        )

    async def run(self, room: Callable[[], Awaitable[None]] | None = None) -> None:
        """Read and put to the end of the source; raises what the queue raises. See `failure` for the source's error."""
        assert self._intake is not None  # noqa: S101 - set by begin
        async with anyio.create_task_group() as group:
            if isinstance(self._source, AsyncIterable):
                group.start_soon(self._intake.pump)
            try:
                await self._put_all(self._intake, room or _at_once)
            finally:
                self._intake.close()
        self.failure = self._intake.failure

    async def finish(self) -> None:
        """After `run` was cancelled: put what was taken from the source by then."""
        if self._intake is None:
            return
        if self._putting is not None:
            try:
                await self._putting
            except asyncio.CancelledError:
                self._putting.cancel()
                raise
            self._unput = []
        self._intake.flush()
        await self._put_window()

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """What was taken from the source and is not in the queue."""
        if self._intake is not None:
            self._intake.flush()
            for batch in self._unput:
                yield from ((batch.origin, entry) for entry in batch.entries)
            yield from self._assembly.unsent()

    # -- inside

    async def _put_all(self, intake: Intake, room: Callable[[], Awaitable[None]]) -> None:
        while True:
            await room()
            if isinstance(self._source, AsyncIterable):
                if not (self._assembly.waiting or intake.exhausted):
                    await intake.wait(None)
                intake.flush()
            else:
                while not self._window_full(intake) and intake.read():
                    pass
            ended = intake.exhausted
            await self._put_window()
            intake.drained()
            if ended and not self._assembly.waiting:
                return
            await asyncio.sleep(0)  # a queue may take it at once, and the workers want to run too

    def _window_full(self, intake: Intake) -> bool:
        waiting = self._assembly.waiting
        return waiting >= MAX_WINDOW_ORDERS or waiting * intake.order_bytes >= MAX_WINDOW_BYTES

    async def _put_window(self) -> None:
        """Put what waits. A put goes on when its job is stopped, see `finish`: to put all again would be twice."""
        position = None if self._resumable is None else self._resumable.position()
        bodies, count = self._blocks()
        self.enqueued += count  # they may be received before it is certain that they are kept
        self._putting = asyncio.create_task(self._put(bodies, position), name="mirakl order sync put")
        await asyncio.shield(self._putting)
        self._putting = None
        self._unput = []

    async def _put(self, bodies: Sequence[bytes], position: str | None) -> None:
        source, queue = self._resumable, cast("Any", self._queue)
        rows, self._rows = self._rows, []
        if rows:
            if offers(queue, KeepsRejected):
                await queue.reject(None, rows)
            await self._store(rows)
        if source is None or position is None or self._file or not offers(queue, KeepsCursors):
            if bodies:
                await queue.put(bodies)
            if source is not None and position is not None and self._file:
                await self._file.store(source.name, position)
        else:
            await queue.put_at(bodies, source.name, position)

    def _blocks(self) -> tuple[list[bytes], int]:
        """What waits, as blocks; and of how many orders."""
        assembly, bodies, count = self._assembly, list[bytes](), 0
        while (batch := assembly.cut(0.0, None)) is not None:
            assembly.land(batch, 0.0)
            self._unput.append(batch)
        for batch in self._unput:
            for keys, lines in self._lines(batch):
                bodies.append(encode_block(keys, [lines], codec.encode(batch.origin)))
                count += len(keys)
        return bodies, count

    def _lines(self, batch: Batch) -> Iterator[tuple[Sequence[LineKey], bytes]]:
        """The keys and the lines of blocks that are no larger than the queue takes."""
        try:
            keys, lines = _keys(batch.entries), _joined(batch.entries)
        except Exception:  # noqa: BLE001 - some struct was changed into what cannot be sent
            batch.entries = self._sound(batch)
            keys, lines = _keys(batch.entries), _joined(batch.entries)
        most = self._queue.max_bytes
        limit = min(MAX_BLOCK_BYTES, most - HEADER_BYTES)
        start, at, dropped = 0, 0, set[int]()
        while start < len(keys):
            end = len(lines) if len(lines) - at <= limit else lines.rfind(b"\n", at, at + limit)
            if end <= at:  # one order that is larger than a block should be
                end = lines.find(b"\n", at)
                end = len(lines) if end < 0 else end
            part = lines[at:end] if at or end < len(lines) else lines
            count = part.count(b"\n") + 1 if part is not lines else len(keys)
            if len(part) > most - HEADER_BYTES:
                dropped.add(start)
                self._reject_too_large(batch, start, len(part), most)
            else:
                yield keys[start : start + count] if count < len(keys) else keys, part
            start, at = start + count, end + 1
        if dropped:
            batch.entries = [entry for index, entry in enumerate(batch.entries) if index not in dropped]

    def _reject_too_large(self, batch: Batch, index: int, size: int, most: int) -> None:
        entry = batch.entries[index]
        reason = f"the order has {size} bytes; {type(self._queue).__name__} takes at most {most - HEADER_BYTES}"
        self._reject_entry(entry, refusal(entry, batch.origin, "invalid", reason))

    def _sound(self, batch: Batch) -> list[Entry]:
        """The orders of a batch that can be put; the others are rejected."""
        sound: list[Entry] = []
        for entry in batch.entries:
            if (fault := unencodable(entry)) is not None:
                found = refusal(entry, batch.origin, "invalid", fault.message, path=fault.path or None)
                self._reject_entry(entry, found)
                continue
            try:
                _keys([entry])
            except TypeError as error:
                no_id = str(error) == NO_ID
                reason, path = (NO_ID, "channel_order_id") if no_id else (NO_STAMP, "channel_updated_at")
                self._reject_entry(entry, refusal(entry, batch.origin, "invalid", reason, path=path))
                continue
            sound.append(entry)
        return sound

    def _supersede(self, _entry: Entry, _by: Entry) -> None:
        self._tally.superseded += 1

    def _reject_entry(self, _entry: Entry, refused: Refused) -> None:
        self._reject(refused)

    def _reject(self, refused: Refused) -> None:
        self._rows.append(row_of(refused))
        self._refuse(refused)


def _keys(entries: Sequence[Entry]) -> list[LineKey]:
    """What the header says of each; raises TypeError for a stamp that cannot be compared."""
    keys: list[LineKey] = []
    for entry in entries:
        identity, code = cast("Any", entry.channel_order_id), cast("Any", entry.sub_channel_code)
        if not isinstance(identity, str):
            raise TypeError(NO_ID)
        stamp = microseconds(cast("Any", entry.channel_updated_at))
        keys.append((identity, code if type(code) is str and code else None, stamp))
    return keys


def _joined(entries: Sequence[Entry]) -> bytes:
    """The lines of all, without the last line break."""
    if any(isinstance(entry, Line) for entry in entries):
        return b"\n".join(map(encoded, entries))
    return codec.encode_lines(entries)


async def _at_once() -> None:
    """Nothing to wait for."""
