"""From a feed into a journal: reads the user's source, makes rows of orders, and puts them with the feed's cursor.

A source that knows where it stands (`Resumable`; a file of JSON lines is one) is asked for its position after every
hundred orders, and the position is kept in the same transaction as they are. So the next process reads on where the
journal ends, and not where this one died.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import anyio
import msgspec

from .. import codec
from .batches import NO_ID, NO_STAMP, SAME_STAMP
from .entries import ENTRY_TYPES, Line, as_entry, as_pair, encoded, origin_key, refusal, unencodable
from .journal import Cursor, RefusedRow, Row, journal_key
from .refused import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ..models.connect.common import OriginRequest
    from .entries import Entry, OriginKey
    from .intake import Source
    from .journal import Journal
    from .report import Tally

A_PUT = 100
SECONDS_TO_CLOSE = 1.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = msgspec.json.Encoder()


@runtime_checkable
class Resumable(Protocol):
    """A source that can go on where an earlier process stopped reading it.

    `name` tells it from other feeds of the same journal. `position` says where reading would go on after the last
    item given; `resume` is called with such a position before the first item is asked for.
    """

    name: str

    def position(self) -> str:
        """Where it stands, in words of its own."""
        ...

    def resume(self, position: str) -> None:
        """Go on there."""
        ...


class Feeder:
    """Reads one source into a journal; `origin` None means that it gives pairs of origin and order.

    `room` is awaited before each put, `taken` told how many orders more are in the journal after it; `refuse` is given
    what is no order, or contradicts one in the journal.
    """

    def __init__(
        self,
        source: Source,
        origin: OriginRequest | None,
        journal: Journal,
        *,
        tally: Tally,
        refuse: Callable[[Refused], None],
        resume: bool,
        room: Callable[[], Awaitable[None]] | None = None,
        taken: Callable[[int], None] | None = None,
    ) -> None:
        self._source: Any = source
        self._streams = isinstance(source, AsyncIterable)
        self._origin = origin
        self._journal = journal
        self._tally = tally
        self._refuse = refuse
        self._room = room
        self._taken = taken
        self._resumable = source if isinstance(source, Resumable) else None
        self._resume = resume
        self._origins: dict[OriginKey, tuple[bytes, str]] = {}
        self._buffer: list[Any] = []
        self._news = asyncio.Event()
        self._rest = asyncio.Event()

    async def run(self) -> None:
        """Read to the end; raises what the source raises, after all it gave before was put."""
        if self._resumable is not None and self._resume:
            position = await self._journal.cursor(self._resumable.name)
            if position is not None:
                self._resumable.resume(position)
        if self._streams:
            await self._run_stream(self._source)
        else:
            await self._run_plain(iter(self._source))

    # -- reading

    async def _run_plain(self, iterator: Iterator[Any]) -> None:
        while True:
            if self._room is not None:
                await self._room()
            chunk: list[Any] = []
            try:
                chunk.extend(islice(iterator, A_PUT))
            finally:  # what came before a failure is kept
                if chunk:
                    await self._put(chunk, self._position())
            if not chunk:
                return
            await asyncio.sleep(0)  # a journal may take it at once, and the workers want to run too

    async def _run_stream(self, stream: AsyncIterable[Any]) -> None:
        """One task waits for the next item, one puts what has come meanwhile: none waits for a hundred to be full."""
        reader = asyncio.create_task(self._read(stream), name="mirakl order feed")
        try:
            while self._buffer or not reader.done():
                await self._news.wait()
                self._news.clear()
                if self._room is not None:
                    await self._room()
                chunk, self._buffer = self._buffer, []
                position = self._position()
                self._rest.set()
                if chunk:
                    await self._put(chunk, position)
            await reader
        finally:
            reader.cancel()
            await asyncio.wait([reader])

    async def _read(self, stream: AsyncIterable[Any]) -> None:
        iterator = aiter(stream)
        try:
            async for item in iterator:
                self._buffer.append(item)
                self._news.set()
                if len(self._buffer) >= A_PUT:
                    self._rest.clear()
                    await self._rest.wait()
        finally:
            self._news.set()
            if (close := getattr(iterator, "aclose", None)) is not None:
                with anyio.move_on_after(SECONDS_TO_CLOSE, shield=True):
                    await close()
            self._news.set()

    def _position(self) -> Cursor | None:
        source = self._resumable
        return None if source is None else Cursor(source.name, source.position())

    # -- putting

    async def _put(self, chunk: Sequence[Any], cursor: Cursor | None) -> None:
        self._tally.read += len(chunk)
        if self._origin is not None:
            quick = self._quick_rows(chunk, self._origin)
            if quick is not None:
                origin = self._origin
                await self._keep(quick, [(origin, entry) for entry in chunk], cursor, [])
                return
        rows: list[Row] = []
        orders: list[tuple[OriginRequest, Entry]] = []
        invalid: list[RefusedRow] = []
        for item in chunk:
            made = self._made(item)
            if isinstance(made, Refused):
                invalid.append(self._turned_away(made))
            else:
                rows.append(made[0])
                orders.append(made[1:])
        await self._keep(rows, orders, cursor, invalid)

    async def _keep(
        self,
        rows: Sequence[Row],
        orders: Sequence[tuple[OriginRequest, Entry]],
        cursor: Cursor | None,
        invalid: Sequence[RefusedRow],
    ) -> None:
        put = await self._journal.put(rows, cursor=cursor, invalid=invalid)
        if self._taken is not None:
            self._taken(put.taken)
        self._tally.superseded += put.superseded
        if put.conflicts:
            conflicts = [self._conflict(*orders[index]) for index in put.conflicts]
            await self._journal.put([], invalid=conflicts)

    def _quick_rows(self, entries: Sequence[Any], origin: OriginRequest) -> list[Row] | None:
        """Rows of plain orders, a hundred at once; None for what has to be looked at one by one."""
        if not ENTRY_TYPES.issuperset(map(type, entries)):
            return None
        ids = [entry.channel_order_id for entry in entries]
        if set(map(type, ids)) != {str} or str in {type(entry.sub_channel_code) for entry in entries}:
            return None
        head, start = self._head(origin)
        try:
            stamps = [microseconds(entry.channel_updated_at) for entry in entries]
            encoded = iter(codec.encode_each([entry for entry in entries if type(entry) is not Line]))
            bodies = [(entry.raw, entry.number) if type(entry) is Line else (next(encoded), 0) for entry in entries]
            return [
                Row(f"{start}{name},null]", head, stamp, body, number)
                for name, stamp, (body, number) in zip(_texts(ids), stamps, bodies, strict=True)
            ]
        except Exception:  # noqa: BLE001 - one that is no order; it is found when they are looked at one by one
            return None

    def _head(self, origin: OriginRequest) -> tuple[bytes, str]:
        """An origin's JSON, and how the keys of its orders begin."""
        names = origin_key(origin)
        head = self._origins.get(names)
        if head is None:
            start = journal_key(*names, "", None).removesuffix('"",null]')
            head = self._origins[names] = (codec.encode(origin), start)
        return head

    def _made(self, item: object) -> tuple[Row, OriginRequest, Entry] | Refused:
        if self._origin is None:
            pair = as_pair(item)
            if isinstance(pair, Refused):
                return pair
            origin, item = pair
        else:
            origin = self._origin
        entry = as_entry(item, origin)
        if isinstance(entry, Refused):
            return entry
        row = self._row(entry, origin)
        return row if isinstance(row, Refused) else (row, origin, entry)

    def _row(self, entry: Entry, origin: OriginRequest) -> Row | Refused:
        channel, store = origin_key(origin)
        head, _ = self._head(origin)
        identity, code = cast("Any", entry.channel_order_id), cast("Any", entry.sub_channel_code)
        if not isinstance(identity, str):
            return refusal(entry, origin, "invalid", NO_ID, path="channel_order_id")
        try:
            version = microseconds(cast("datetime", entry.channel_updated_at))
        except TypeError:
            return refusal(entry, origin, "invalid", NO_STAMP, path="channel_updated_at")
        try:
            body = encoded(entry)
        except Exception as error:  # noqa: BLE001 - a struct's members may be anything, and so may what they raise
            return refusal(entry, origin, "invalid", str(unencodable(entry) or error))
        key = journal_key(channel, store, identity, code if code and isinstance(code, str) else None)
        return Row(key, head, version, body, entry.number if isinstance(entry, Line) else 0)

    def _conflict(self, origin: OriginRequest, entry: Entry) -> RefusedRow:
        return self._turned_away(refusal(entry, origin, "conflict", SAME_STAMP, path="channel_updated_at"))

    def _turned_away(self, refused: Refused) -> RefusedRow:
        """Tell of what is no order, and say how the journal is to keep it."""
        self._refuse(refused)
        body = _body_of(refused)
        feed = "feed" if self._resumable is None else self._resumable.name
        place = f"line {refused.line}" if refused.line else blake2b(body or b"", digest_size=8).hexdigest()
        return RefusedRow(
            lane="orders",
            key=f"{feed}: {place}",
            kind=refused.kind,
            reason=refused.reason,
            path=refused.path,
            origin=None if refused.origin is None else codec.encode(refused.origin),
            body=body,
            line=refused.line or 0,
            at=(datetime.now(UTC) - _EPOCH).total_seconds(),
        )


def _texts(names: list[str]) -> list[str]:
    """Each as JSON, which holds no line break of its own."""
    return _NAMES.encode_lines(names).decode().split("\n")[: len(names)]


def microseconds(moment: datetime) -> int:
    """A stamp as a journal compares it; TypeError for one without a zone, which cannot be compared."""
    since = moment - _EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def _body_of(refused: Refused) -> bytes | None:
    if refused.raw is not None or refused.order is None:
        return refused.raw
    try:
        return codec.encode(refused.order)
    except (codec.CodecError, msgspec.MsgspecError, TypeError, ValueError):
        return None
