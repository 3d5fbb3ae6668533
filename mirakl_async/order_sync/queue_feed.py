"""A queue as the source of a job: messages are received, and acknowledged when their orders have results.

A message is acknowledged when all of its lines are settled; a superseded line is settled together with the line that
superseded it. The lease of a held message is extended every third of a lease. A lease that has ended all the same is
neither extended nor released, since another worker may have the message. If a held message is delivered again, only its
handle is replaced. Rejected lines are stored before the acknowledgement, or in the same step.

The job ends when its own source, if any, has been put, no message is held, and the queue is empty or, if the queue
cannot count messages, `idle` seconds have passed without one. A worker runs until it is stopped.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, cast

import anyio
import msgspec
from msgspec import Struct

from ..clock import is_own_cancellation, wait_at_most
from ..errors import QueueUnavailable
from ..queues.held_messages import HeldMessage, HeldMessages
from ..queues.opening import open_queue
from ..queues.protocol import KeepsRejected, Sink, offers
from .actions import ActionSender
from .held_blocks import BlockLines, QueuedLine
from .intake import Bundled
from .ledger import Ledger
from .monitor import backlog_of
from .opened_blocks import BlockOpener, halves_of
from .rejected_rows import row_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from ..http.session import Session
    from ..instrumentation import QueueBacklog
    from ..models.connect.common import OriginRequest
    from ..queues.protocol import Message, Queue, RejectedRow
    from .enqueueing import Enqueuer
    from .entries import Entry
    from .intake import Bundle
    from .rejected_order import RejectedOrder
    from .report import SyncCounters

__all__ = [
    "END_TIMEOUT",
    "LONG_WAIT",
    "MAX_RECEIVE",
    "RETRY_INTERVAL",
    "WAIT_AT_END",
    "QueueFeed",
    "QueueOptions",
    "store_rejected",
]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_RECEIVE = 4
MAX_RECEIVE_BYTES = 4 * 1024 * 1024
LONG_WAIT, WAIT_WHILE_FED, WAIT_FOR_OTHERS, WAIT_AT_END = 5.0, 0.25, 0.5, 0.05
SPLIT_DELIVERIES = 3
END_TIMEOUT = 5.0  # when a job is stopped, its queue may be unreachable
RETRY_INTERVAL = 5.0
OTHERS_INTERVAL = 2.0


class QueueOptions(Struct, kw_only=True):
    """The options of a job on a queue; see `orders.sync` and `orders.worker`."""

    until_empty: bool = True
    idle: float = 5.0
    max_outage: float = 300.0
    max_deliveries: int | None = None
    read_ahead: int | None = None
    rejected: Sink | None = None


class QueueFeed(Bundled, Ledger):
    """The queue of one job; `enqueuer` puts the job's own source into it, if there is one."""

    def __init__(self, session: Session, queue: Any, options: QueueOptions, enqueuer: Enqueuer | None) -> None:
        self._session = session
        self._clock = session.clock
        self._given = queue
        self._options = options
        self._enqueuer = enqueuer
        self._stack = AsyncExitStack()
        self._owed: dict[int, list[QueuedLine]] = {}  # lines by the line that superseded them
        self._received = self._from_others = 0
        self._block_bytes = 0.0
        self._fed = enqueuer is None
        self._drained = False
        self._failure: BaseException | None = None
        self._landed, self._over = asyncio.Event(), asyncio.Event()

    # -- the engine's ledger

    async def begin(
        self, counters: SyncCounters, on_rejected: Callable[[RejectedOrder], None], sync_file: Callable[[], None]
    ) -> None:
        """Open the queue; raises QueueError and ConfigurationError."""
        self._counters, self._on_rejected = counters, on_rejected
        self._store = partial(store_rejected, self._options.rejected, sync_file)
        try:
            queue = await self._stack.enter_async_context(open_queue(self._given))
            self._queue: Queue = queue
            retry = self._options.max_outage == inf
            self._held = HeldMessages(queue, self._clock, store=self._store, retry=retry)
            self._can_count = await queue.waiting() is not None
            self._actions = ActionSender(
                self._session,
                counters,
                max_outage=self._options.max_outage,
                settled=self._settle,
                rejected=self._add_row,
            )
            self._opener = BlockOpener(self._on_rejected, self._add_row, self._actions)
            if self._enqueuer is not None:
                await self._enqueuer.begin(queue, counters, self._clock, on_rejected, self._store)
        except BaseException:
            await self._stack.aclose()
            raise

    async def backlog(self) -> QueueBacklog | None:
        """Return the number of messages in the queue, including those held by this job."""
        return await backlog_of(self._queue)

    async def run(self) -> None:
        """Acknowledge messages, extend leases, send outcomes, and put the job's own source, beside the workers."""
        tasks = [self._held.acknowledge_all, self._held.keep_leases, self._actions.run]
        if self._enqueuer is not None:
            tasks.append(partial(self._enqueue, self._enqueuer))
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(self._guarded, task)
            await self._over.wait()
            group.cancel_scope.cancel()
        if self._failure is not None:
            raise self._failure

    async def _guarded(self, task: Callable[[], Awaitable[None]]) -> None:
        try:
            await task()
        except (Exception, asyncio.CancelledError) as error:  # raised by run, when the others have ended
            if is_own_cancellation(error):
                raise
            self._failure = self._failure or _first(error)
            self._over.set()

    def stop(self) -> None:
        """Stop receiving messages."""
        self._over.set()

    def accepted(self, entries: Sequence[Entry]) -> None:
        """Settle accepted lines."""
        if isinstance(entries, BlockLines) and not entries.opened:
            self._settle(entries.block, len(entries))
            return
        for entry in entries:
            self._done(entry)

    def rejected(self, entry: Entry, rejected_order: RejectedOrder) -> None:
        """Store a rejected line with its reason, and settle it."""
        if isinstance(entry, QueuedLine):
            self._add_row(entry.block, row_of(rejected_order))
            self._done(entry)

    def superseded(self, entry: Entry, by: Entry) -> None:
        """Settle a superseded line together with the line that superseded it."""
        if isinstance(entry, QueuedLine):
            self._owed.setdefault(id(by), []).extend([entry, *self._owed.pop(id(entry), ())])

    def unsent(self) -> Iterator[tuple[OriginRequest, Entry]]:
        """Yield the orders of the job's own source that are not in the queue."""
        return iter(()) if self._enqueuer is None else self._enqueuer.unsent()

    async def end(self) -> None:
        """Acknowledge the settled messages, release the others, and close the queue."""
        try:
            with anyio.move_on_after(END_TIMEOUT) as limit:
                await self._held.acknowledge()
                try:
                    if self._enqueuer is not None:
                        await self._enqueuer.finish()
                finally:
                    await self._held.receive_last()
                    await self._held.release_all()
            if limit.cancelled_caught:
                left = len(self._held)
                log.warning(
                    "%r: %d blocks could not be acknowledged or released; they are sent again", self._queue, left
                )
            if self._drained and self._enqueuer is not None:  # what others received is theirs
                self._counters.read -= max(0, self._enqueuer.enqueued + self._from_others - self._received)
        finally:
            await self._held.cancel_receive()
            await self._stack.aclose()

    # -- settling

    def _done(self, entry: Entry) -> None:
        if isinstance(entry, QueuedLine):
            self._settle(entry.block)
            for superseded in self._owed.pop(id(entry), ()):
                self._settle(superseded.block)

    def _settle(self, block: HeldMessage, lines: int = 1) -> None:
        block.pending -= lines
        if not block.pending:
            self._held.finish(block)

    def _add_row(self, block: HeldMessage, row: RejectedRow) -> None:
        block.rows.append(row)

    async def _wait_out(self, error: QueueUnavailable) -> None:
        """Handle an outage that the queue itself has waited for; it ends every job except one that waits forever."""
        if self._options.max_outage != inf:
            raise error
        log.warning("order sync: %s; trying again in %.0f s", error, RETRY_INTERVAL)
        await self._clock.sleep(RETRY_INTERVAL)

    # -- the job's own source

    async def _enqueue(self, enqueuer: Enqueuer) -> None:
        try:
            await enqueuer.run(self._room)
        finally:
            self._fed = True
            self._landed.set()

    async def _room(self) -> None:
        """Wait while enough orders were read ahead; checks at intervals, since other workers may use the same queue."""
        ahead = self._options.read_ahead
        assert self._enqueuer is not None  # noqa: S101 - who asks is one
        while ahead is not None and self._enqueuer.enqueued + self._from_others - self._received >= ahead:
            self._landed.clear()
            if not await wait_at_most(self._landed, OTHERS_INTERVAL):
                waiting = await self._queue.waiting()
                if waiting is not None and waiting <= len(self._held):
                    return

    # -- the engine's source

    async def __aiter__(self) -> AsyncIterator[Bundle]:
        last = self._clock.monotonic()
        while True:
            messages = await self._receive()
            units: list[Any] = []
            for held in self._held.take(messages):
                if not await self._split(held):
                    units += self._open(held)
            if messages:
                last = self._clock.monotonic()
            if units:
                yield units
            elif not messages and await self._is_done(last):
                if self._enqueuer is not None and self._enqueuer.failure is not None:
                    raise self._enqueuer.failure
                self._drained = True
                return

    async def _receive(self) -> Sequence[Message]:
        limit = max(1, min(MAX_RECEIVE, int(MAX_RECEIVE_BYTES / (self._block_bytes or MAX_RECEIVE_BYTES))))
        if not self._can_count:  # it may be paid by the request, and ends after `idle` seconds anyway
            wait = min(LONG_WAIT, max(self._options.idle, WAIT_FOR_OTHERS)) if self._options.until_empty else LONG_WAIT
        elif not self._fed:
            wait = WAIT_WHILE_FED
        elif not self._options.until_empty:
            wait = LONG_WAIT
        else:
            wait = WAIT_AT_END if self._held or self._block_bytes == 0 else WAIT_FOR_OTHERS
        try:
            return await self._held.receive(limit, wait=wait)
        except QueueUnavailable as error:
            await self._wait_out(error)
            return ()

    async def _is_done(self, last: float) -> bool:
        if self._held or not (self._fed and self._options.until_empty):
            return False
        waiting = await self._queue.waiting()
        if waiting is None:
            return self._clock.monotonic() - last >= self._options.idle
        return waiting == 0

    async def _split(self, held: HeldMessage) -> bool:
        """Divide a block that was delivered repeatedly, so that a fatal order affects fewer others."""
        message, queue = held.message, cast("Any", self._queue)
        if (message.deliveries or 0) < SPLIT_DELIVERIES or not offers(queue, Sink):
            return False
        bodies = halves_of(message.body)
        if len(bodies) < 2:
            return False
        if not offers(queue, KeepsRejected):
            await queue.put(bodies)
            self._held.finish(held)
        elif await queue.replace(message, bodies):
            self._held.forget(held)
        else:
            return False
        return True

    def _open(self, held: HeldMessage) -> Sequence[Any]:
        """Open a message and return its orders."""
        message, most = held.message, self._options.max_deliveries
        self._block_bytes = max(len(message.body), self._block_bytes / 2, 1)
        abandon = most is not None and offers(self._queue, KeepsRejected) and (message.deliveries or 0) > most
        units, orders = self._opener.open(held, abandon=abandon)
        self._received += orders
        beyond = self._received - self._from_others - (0 if self._enqueuer is None else self._enqueuer.enqueued)
        if beyond > 0:
            self._from_others += beyond
            self._counters.read += beyond
        self._settle(held)  # the line that stood for the block itself
        self._landed.set()
        return units


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


async def store_rejected(sink: Sink | None, sync_file: Callable[[], None], rows: Sequence[RejectedRow]) -> None:
    """Store rejected lines safely in the given places."""
    if sink is not None:
        await sink.put([b"".join(msgspec.json.encode(row) + b"\n" for row in rows)])
    await asyncio.to_thread(sync_file)
