"""The reading side of a sync: takes from the user's source no faster than batches leave, and fills the lanes.

A plain iterable is read a hundred orders at a time, by whichever worker needs them: no task, no queue. An async
iterable is read by one task of its own, because the next item may be long in coming while what is there wants to go;
it rests while enough is waiting. Either way what waits is bounded, whatever the source's length.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import anyio

from ..models.connect.common import OriginRequest
from .entries import ENTRY_TYPES, Entry, as_entry
from .report import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..clock import Clock
    from .batches import Assembly
    from .report import Tally

Source: TypeAlias = Iterable[Any] | AsyncIterable[Any]
ROOM_FOR_ONE, ROOM_FOR_MANY = 2, 40


class Intake:
    """Fills an assembly from a source; `origin` None means that the source gives pairs of origin and order."""

    def __init__(
        self,
        source: Source,
        origin: OriginRequest | None,
        assembly: Assembly,
        tally: Tally,
        clock: Clock,
        limit: int,
        refused: Callable[[Refused], None],
    ) -> None:
        self.failure: BaseException | None = None
        self.exhausted = False
        self.more = asyncio.Event()
        self._origin = origin
        self._assembly = assembly
        self._tally = tally
        self._clock = clock
        self._limit = limit
        self._refused = refused
        self._room = limit * (ROOM_FOR_ONE if origin is not None else ROOM_FOR_MANY)
        self._chunk: list[Any] = []
        self._hungry = True
        self._scope = anyio.CancelScope()
        self._rest = asyncio.Event()
        self._iterator: Iterator[Any] | None = None
        self._stream: AsyncIterable[Any] | None = None
        if isinstance(source, AsyncIterable):
            self._stream = source
        else:
            self._iterator = iter(source)

    @property
    def full(self) -> bool:
        """Whether enough is waiting."""
        return self._assembly.waiting >= self._room

    @property
    def streaming(self) -> bool:
        """Whether the source is read by a task of its own."""
        return self._stream is not None and not self.exhausted

    def close(self) -> None:
        """Take nothing more from the source."""
        self.exhausted = True
        self._scope.cancel()
        self.more.set()
        self._rest.set()

    def read(self) -> bool:
        """Take the next orders of a plain iterable; False if there is nothing to take now."""
        if self._iterator is None or self.exhausted or self.full:
            return False
        chunk: list[Any] = []
        try:
            chunk.extend(islice(self._iterator, self._limit))
        except Exception as error:  # noqa: BLE001 - the user's iterator may raise anything; what it gave first is kept
            self.failure = error
            self.exhausted = True
        if not chunk:
            self.exhausted = True
        self._take(chunk)
        return True

    async def pump(self) -> None:
        """Take from an async iterable until it ends, resting while enough waits."""
        assert self._stream is not None  # noqa: S101 - only started for one
        chunk, limit = self._chunk, self._limit
        try:
            with self._scope:
                async for item in self._stream:
                    chunk.append(item)
                    if len(chunk) >= limit or self._hungry:
                        self._hungry = False
                        self.flush()
                        self.more.set()
                        while self.full and not self.exhausted:
                            self._rest.clear()
                            await self._rest.wait()
        except Exception as error:  # noqa: BLE001 - as above
            self.failure = error
        self.flush()
        self.exhausted = True
        self.more.set()

    def flush(self) -> None:
        """Put what the pump holds into the lanes."""
        if self._chunk:
            chunk = self._chunk[:]
            self._chunk.clear()
            self._take(chunk)

    def drained(self) -> None:
        """A batch was cut: the pump may go on."""
        self._rest.set()

    async def wait(self, seconds: float | None) -> None:
        """Until something new waits, at most `seconds`."""
        self.more.clear()
        self._hungry = True
        if self.exhausted:
            return
        with anyio.move_on_after(seconds):
            await self.more.wait()

    def _take(self, chunk: list[Any]) -> None:
        self._tally.read += len(chunk)
        if self._origin is not None:
            self._place(self._origin, chunk)
            return
        for origin, orders in _by_origin(chunk, self._refused):
            self._place(origin, orders)

    def _place(self, origin: OriginRequest, orders: Sequence[Any]) -> None:
        if not ENTRY_TYPES.issuperset(map(type, orders)):
            orders = self._sound(orders)
        if orders:
            self._assembly.add(self._assembly.lane(origin), orders, self._clock.monotonic())

    def _sound(self, items: Sequence[Any]) -> list[Entry]:
        entries: list[Entry] = []
        for item in items:
            entry = item if isinstance(item, Refused) else as_entry(item)
            if isinstance(entry, Refused):
                self._refused(entry)
            else:
                entries.append(entry)
        return entries


def _by_origin(pairs: Iterable[Any], refused: Callable[[Refused], None]) -> Iterable[tuple[OriginRequest, list[Any]]]:
    groups: dict[tuple[str, str], tuple[OriginRequest, list[Any]]] = {}
    for pair in pairs:
        if isinstance(pair, Refused):
            refused(pair)
            continue
        if not isinstance(pair, tuple | list) or len(cast("tuple[Any, ...]", pair)) != 2:
            refused(Refused(kind="invalid", reason="without origin= the source must give pairs (origin, order)"))
            continue
        origin, order = cast("tuple[Any, Any]", pair)
        if not isinstance(origin, OriginRequest):
            refused(Refused(kind="invalid", reason=f"the origin is a {type(origin).__name__}, not an OriginRequest"))
            continue
        key = (origin.channel_id, origin.channel_store_id)
        group = groups.get(key)
        if group is None:
            group = groups[key] = (origin, [])
        group[1].append(order)
    return groups.values()
