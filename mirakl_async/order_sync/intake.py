"""Read the user's source no faster than batches are sent, and fill the buffers of the batcher.

A plain iterable is read in chunks of a hundred orders, or fewer if they are large, by the worker that needs them. An
async iterable is read by a task of its own, since orders that have arrived must not wait for the next item; the task
pauses while enough orders are queued. In both cases the queued orders are bounded in number and in bytes. Every order
taken from the source is counted and kept, even if reading fails.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio

from ..clock import is_own_cancellation, wait_at_most
from ..errors import InvalidArgument
from .entries import ENTRY_TYPES, Entry, as_entry, as_pair, encoded, is_pair, misplaced_origin, origin_key
from .held_blocks import BlockLines
from .rejected_order import RejectedOrder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from ..clock import Clock
    from ..models.connect.common import OriginRequest
    from .batching import Batcher
    from .entries import OriginKey
    from .report import SyncCounters

__all__ = ["MAX_CHUNK_BYTES", "Bundle", "Bundled", "OrderIntake", "Source", "size_of"]

Source: TypeAlias = "Iterable[Any] | AsyncIterable[Any] | Bundled"
Bundle: TypeAlias = "Sequence[BlockLines | tuple[OriginRequest, Sequence[Entry]]]"
ROOM_FOR_ONE, ROOM_FOR_MANY = 2, 40
MAX_READ = 1_000_000
MAX_CHUNK_BYTES, MAX_WAITING_BYTES = 4 * 1024 * 1024, 16 * 1024 * 1024
CLOSE_TIMEOUT = 1.0


class Bundled(ABC):
    """A source of orders that are already validated, counted and grouped by origin: a queue."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[Bundle]:
        """Yield the orders in groups."""


class OrderIntake:
    """Reads a source into a batcher; `origin` None means that the source gives pairs of origin and order."""

    def __init__(  # noqa: PLR0917 - one caller, the engine
        self,
        source: Source,
        origin: OriginRequest | None,
        batcher: Batcher,
        counters: SyncCounters,
        clock: Clock,
        limit: int,
        on_rejected: Callable[[RejectedOrder], None],
        wait_for_capacity: Callable[[], Awaitable[None]],
        is_durable: Callable[[], bool] = lambda: True,
    ) -> None:
        self.gives_lists: bool = False
        self.failure: BaseException | None = None
        self.exhausted: bool = False
        self.more: asyncio.Event = asyncio.Event()
        self.order_bytes: float = MAX_CHUNK_BYTES  # of one order; before the first, orders are read singly
        self._average_bytes = 0.0  # of one order of the batch that was encoded last
        self._origin = origin
        self._batcher = batcher
        self._counters = counters
        self._clock = clock
        self._limit = limit
        self._reject = on_rejected
        self._wait_for_capacity = wait_for_capacity
        self._is_durable = is_durable
        self._chunk: list[Any] = []
        self._taken: list[Any] = []  # what is not yet with the batcher, or rejected
        self._flush_immediately = True
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
        """Whether enough orders are queued."""
        waiting = self._batcher.queued
        if waiting < self._limit * ROOM_FOR_ONE:  # for any number of origins
            return waiting * self.order_bytes >= MAX_WAITING_BYTES
        room = self._limit * min(ROOM_FOR_MANY, ROOM_FOR_ONE * self._batcher.origin_count)
        return waiting >= room or waiting * self.order_bytes >= MAX_WAITING_BYTES

    @property
    def _chunk_size(self) -> int:
        """The number of orders to read at a time."""
        return 1 if self.gives_lists else max(1, min(self._limit, int(MAX_CHUNK_BYTES / self.order_bytes)))

    @property
    def streaming(self) -> bool:
        """Whether the source is being read by a task of its own."""
        return self._stream is not None and not self.exhausted

    def close(self) -> None:
        """Stop reading the source."""
        self.exhausted = True
        self._scope.cancel()
        self.more.set()
        self._rest.set()

    def read(self, most: int = MAX_READ) -> bool:
        """Read the next orders of a plain iterable, at most `most`; returns False if none can be read now."""
        if self._iterator is None or self.exhausted or self.full:
            return False
        chunk: list[Any] = []
        try:
            chunk.extend(islice(self._iterator, min(most, self._chunk_size)))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - the user's iterator may raise anything, a CancelledError too
            self.failure = error
            self.exhausted = True
        finally:
            self._taken += chunk
            self._take(chunk)
        if not chunk:
            self.exhausted = True
        return True

    async def read_stream(self) -> None:
        """Read an async iterable to its end, pausing while enough orders are queued."""
        assert self._stream is not None  # noqa: S101 - only started for one
        iterator: AsyncIterator[Any] | None = None
        try:
            with self._scope:
                iterator = aiter(self._stream)
                await self._consume(iterator)
        except asyncio.CancelledError as error:
            if is_own_cancellation(error):
                raise
            self.failure = error  # of something that the source waited for
        except Exception as error:  # noqa: BLE001 - as above
            self.failure = error
        finally:
            self.exhausted = True
            try:
                self.flush()
            except Exception as error:  # noqa: BLE001 - a fault of ours
                self.failure = self.failure or error
            self.more.set()
            await self._close(iterator)

    async def _consume(self, iterator: AsyncIterator[Any]) -> None:
        if isinstance(self._stream, Bundled):
            await self._draw_bundles(iterator)
            return
        chunk, size = self._chunk, 1
        async for item in iterator:
            chunk.append(item)
            if len(chunk) >= size or self._flush_immediately:
                self._flush_immediately = False
                self.flush()
                size = self._chunk_size
                self.more.set()
                await self._rest_while_full()
                if self.exhausted:
                    return

    async def _draw_bundles(self, bundles: AsyncIterator[Bundle]) -> None:
        async for bundle in bundles:
            for unit in bundle:
                if isinstance(unit, BlockLines):
                    self.order_bytes = unit.size / len(unit)
                    self._batcher.add_block(unit)
                else:
                    buffer = self._batcher.buffer_for(unit[0])
                    self._batcher.add(buffer, unit[1], self._clock.monotonic())
            self.more.set()
            await self._rest_while_full()

    async def _rest_while_full(self) -> None:
        await self._wait_for_capacity()
        while (self.full or (self.gives_lists and not self._is_durable())) and not self.exhausted:
            self._rest.clear()
            await self._rest.wait()

    async def _close(self, iterator: AsyncIterator[Any] | None) -> None:
        """Close an async generator now, so that it does not wait for garbage collection to clean up."""
        close = getattr(iterator, "aclose", None)
        if close is None:
            return
        try:
            with anyio.move_on_after(CLOSE_TIMEOUT, shield=True):
                await close()
        except Exception as error:  # noqa: BLE001 - as above
            self.failure = self.failure or error

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Yield the orders that did not reach the batcher; after an internal error, some may be in both."""
        for origin, items in self._by_origin(self._members([*self._taken, *self._chunk]), lambda _: None):
            entries = (as_entry(item, origin) for item in items)
            yield from ((origin, entry) for entry in entries if not isinstance(entry, RejectedOrder))

    def flush(self) -> None:
        """Pass the orders that were read from an async iterable to the batcher."""
        if self._chunk:
            chunk = self._chunk[:]
            self._chunk.clear()
            self._taken += chunk
            self._take(chunk)

    def resume_reading(self) -> None:
        """Continue reading an async iterable, since a batch was taken."""
        self._rest.set()

    def record_order_size(self, order_bytes: float) -> None:
        """Record the average size of the orders of a batch, measured by encoding it."""
        self.order_bytes = self._average_bytes = order_bytes

    async def wait(self, seconds: float | None) -> None:
        """Wait until new orders are queued, for at most `seconds`."""
        self.more.clear()
        if seconds is None:
            self._flush_immediately = True  # else the queued orders are sent soon, with those that arrive meanwhile
        if self.exhausted:
            return
        await wait_at_most(self.more, seconds)

    def _take(self, items: list[Any]) -> None:
        kinds = {*map(type, items)}
        chunk = self._members(items) if list in kinds else items
        if chunk and not self._counters.read and (wrong := misplaced_origin(chunk[0], self._origin)):
            self.failure = InvalidArgument("upsertOrders", "origin", wrong)
            self.exhausted = True
        self._counters.read += len(chunk)
        groups = self._by_origin(chunk, self._reject)
        if self._origin is None or not kinds <= ENTRY_TYPES:
            groups = [(origin, self._valid(orders, origin)) for origin, orders in groups]
        for origin, orders in groups:
            if orders:
                # The last one may be much larger than those before, or much smaller than the others of a mixed feed.
                self.order_bytes = max(1, size_of(orders[-1]), self._average_bytes)
                self._batcher.add(self._batcher.buffer_for(origin), orders, self._clock.monotonic())
        del self._taken[len(self._taken) - len(items) :]

    def _members(self, items: list[Any]) -> list[Any]:
        """Flatten lists of orders; a list may also be a pair of origin and order."""
        chunk: list[Any] = []
        for item in items:
            if _is_list(item) and (self._origin is not None or not is_pair(item)):
                self.gives_lists = True
                chunk.extend(item)
            else:
                chunk.append(item)
        return chunk

    def _valid(self, items: list[Any], origin: OriginRequest) -> list[Entry]:
        if ENTRY_TYPES.issuperset(map(type, items)):
            return items
        entries: list[Entry] = []
        for item in items:
            entry = as_entry(item, origin)
            if isinstance(entry, RejectedOrder):
                self._reject(entry)
            else:
                entries.append(entry)
        return entries

    def _by_origin(
        self, items: list[Any], reject: Callable[[RejectedOrder], None]
    ) -> Iterable[tuple[OriginRequest, list[Any]]]:
        if self._origin is not None:
            return [(self._origin, items)]
        groups: dict[OriginKey, tuple[OriginRequest, list[Any]]] = {}
        for item in items:
            pair = as_pair(item)
            if isinstance(pair, RejectedOrder):
                reject(pair)
                continue
            origin, order = pair
            group = groups.get(origin_key(origin))
            if group is None:
                group = groups[origin_key(origin)] = (origin, [])
            group[1].append(order)
        return groups.values()


def _is_list(item: Any) -> bool:
    return type(item) is list


def size_of(entry: Entry) -> int:
    """The size of one order in bytes; 0 if it cannot be encoded."""
    try:
        return len(encoded(entry))
    except Exception:  # noqa: BLE001 - a struct's members may be anything, and so may what they raise
        return 0
