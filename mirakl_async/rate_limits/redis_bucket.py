"""This process's part of a shared bucket: a queue, first in, first out, whose head takes slots from the server.

**One trip a call.** When the head's slot is due, one trip (turn.lua) settles it and takes the slot of the next in the
queue. Settling is what makes a pause seen by all: a slot given before a pause is void, and its holder gets another
behind the pause. It is also where the limit is kept: the server knows when the last calls were settled, and one for
which the window has no room waits until it has. So calls that are late (a stalled event loop, a slow network) never
bunch, and lose nothing as long as they do not. Only somebody who waits alone needs two trips.

**Cancelled** waiters leave their slot to the next in the queue. If there is none it goes back, unless another process
has taken a later one by then: that slot lapses. A trip is never cancelled half-way, so what it takes is not lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec.structs import replace

from .bucket import SHORT_WINDOW, UNDOCUMENTED_BUCKET, BucketSpec, LimiterWaitTooLong

if TYPE_CHECKING:
    from asyncio import Future, Task
    from collections.abc import Sequence

    from ..clock import Clock

__all__ = ["LONG_WAIT", "MICRO", "Answer", "BucketServer", "SharedBucket", "Slot", "jitter", "shared"]

MICRO = 1_000_000
JITTER, JITTER_OF_WINDOW = 0.06, 0.005
KEPT_OF_JITTER = 0.8  # slots are so much farther apart than need be that trips of unequal length seldom meet the limit
ASK_EVERY = 1.0
LONG_WAIT, LOOK_AGAIN_EVERY = 60.0, 30.0


class BucketServer(Protocol):
    """What a bucket reaches the server through."""

    clock: Clock

    async def exchange_slot(self, bucket: str, args: Sequence[float]) -> Sequence[int]:
        """One trip of turn.lua."""
        ...


class Slot(NamedTuple):
    """A place in the row of calls: `due` by the clock of this process, the rest as the server gave it."""

    due: float = 0.0
    at: int = 0
    end: int = 0
    epoch: int = 0


class Answer(NamedTuple):
    """What a trip brought: whether the call may go, the slot taken, or the wait, which is longer than allowed."""

    granted: bool
    slot: Slot | None = None
    too_long: float | None = None


NO_SLOT = Slot()


def jitter(pace: BucketSpec) -> float:
    """By how many seconds calls may be late against each other on their way to Mirakl."""
    return JITTER if pace.limit is None else max(JITTER, JITTER_OF_WINDOW * pace.limit.seconds)


def shared(pace: BucketSpec) -> BucketSpec:
    """The pace of calls that travel by several ways: never more of them in the window and the jitter than the limit.

    With 30 calls a second, 28.3 go.
    """
    if (limit := pace.limit) is None:
        return pace
    window = limit.seconds + jitter(pace)
    if limit.calls == 1 or limit.seconds <= SHORT_WINDOW:
        return replace(pace, interval=max(pace.interval, window / limit.calls))
    return replace(pace, interval=pace.interval * window / limit.seconds)


class SharedBucket:
    """A `TokenBucket` whose level is kept by a server."""

    __slots__ = ("_desk", "_free_until", "_name", "_queue", "_slot", "_tasks", "_trip", "documented", "empty", "pace")

    def __init__(self, desk: BucketServer, name: str, pace: BucketSpec | None) -> None:
        self._desk = desk
        self._name = name
        self._queue: deque[Future[None]] = deque()
        self._slot: Slot | None = None
        self._trip: Task[Answer] | None = None
        self._tasks: set[Task[None]] = set()
        self._free_until = 0.0
        self.pace: BucketSpec = shared(pace or UNDOCUMENTED_BUCKET)
        self.documented: bool = pace is not None
        self.empty: bool = False
        """Whether the next trip has to find the bucket empty, because calls went past it."""

    def is_free(self) -> bool:
        """Without a documented rate: whether nobody was paused when that was asked, less than a second ago."""
        return self._desk.clock.monotonic() < self._free_until

    def paused(self) -> None:
        """Somebody was paused."""
        self._free_until = 0.0

    async def acquire(self, max_wait: float | None) -> float:
        """Wait for a turn; returns the seconds waited. Raises LimitWait, and whatever the desk raises."""
        clock = self._desk.clock
        began = clock.monotonic()
        turn: Future[None] = asyncio.get_running_loop().create_future()
        if self._queue:
            self._refuse_what_must_be_too_long(began, max_wait)
        else:
            turn.set_result(None)
        self._queue.append(turn)
        try:
            await self._become_head(turn, max_wait)
            await self._go(began, max_wait)
        finally:
            self._leave(turn)
        return clock.monotonic() - began

    def _refuse_what_must_be_too_long(self, now: float, max_wait: float | None) -> None:
        due = self._slot.due if self._slot else now
        least = due - now + (len(self._queue) - self.pace.burst) * self.pace.interval
        if max_wait is not None and least > max_wait:
            raise LimiterWaitTooLong(least)

    async def _become_head(self, turn: Future[None], max_wait: float | None) -> None:
        if turn.done():
            return
        try:
            async with asyncio.timeout(max_wait):
                await turn
        except TimeoutError:
            raise LimiterWaitTooLong((max_wait or 0.0) + self.pace.interval) from None

    async def _go(self, began: float, max_wait: float | None) -> None:
        """Take a slot, sleep until it is due, settle it; again if it was void by then."""
        clock = self._desk.clock
        if self._trip is not None:  # of a waiter that was cancelled
            await asyncio.wait([self._trip])
        while True:
            if (slot := self._slot) is None:
                left = None if max_wait is None else max_wait - (clock.monotonic() - began)
                answer = await self._travel(NO_SLOT, left, another=True)
                if answer.granted:
                    return
                if answer.too_long is not None:
                    raise LimiterWaitTooLong(clock.monotonic() - began + answer.too_long)
                continue
            if max_wait is not None and slot.due - began > max_wait:
                raise LimiterWaitTooLong(slot.due - began)
            wait = max(0.0, slot.due - clock.monotonic())
            await clock.sleep(wait if wait <= LONG_WAIT else LOOK_AGAIN_EVERY)  # what pauses it may have been lifted
            self._slot = None
            if (await self._travel(slot, None, another=len(self._queue) > 1)).granted:
                return

    def _travel(self, slot: Slot, longest: float | None, *, another: bool) -> Future[Answer]:
        """Ask the server in a task that outlives the waiter; what it takes belongs to the queue."""
        self._trip = asyncio.create_task(self._ask(slot, longest, another=another), name="mirakl shared limiter")
        self._trip.add_done_callback(self._arrived)
        return asyncio.shield(self._trip)

    def _arrived(self, trip: Task[Answer]) -> None:
        self._trip = None
        if not trip.cancelled() and trip.exception() is None:
            self._slot = trip.result().slot
            if not self._queue:
                self._give_back()

    async def _ask(self, slot: Slot, longest: float | None, *, another: bool) -> Answer:
        clock = self._desk.clock
        longest = -1 if longest is None else max(0.0, longest) * MICRO
        empty, self.empty = self.empty, False
        hold = self._hold() if empty else -1
        args = [*self._terms(slot), another, longest, hold, not self.documented, 0]
        try:
            now, granted, at, end, epoch, too_long = await self._desk.exchange_slot(self._name, args)
        except BaseException:
            self.empty |= empty
            raise
        if too_long:
            return Answer(granted=False, too_long=(at - now) / MICRO)
        if not at:
            if not self.documented and not epoch:
                self._free_until = clock.monotonic() + ASK_EVERY
            return Answer(bool(granted))
        return Answer(bool(granted), Slot(clock.monotonic() + max(0, at - now) / MICRO, at, end, epoch))

    def _terms(self, slot: Slot) -> list[float]:
        pace, limit = self.pace, self.pace.limit
        window = (limit.seconds + KEPT_OF_JITTER * jitter(pace)) * MICRO if limit else 0.0
        terms = [pace.interval * MICRO, pace.burst, limit.calls if limit else 0, window]
        return [*terms, slot.at, slot.epoch, slot.end]

    def _hold(self) -> float:
        """For how long calls are held that come after some that the server does not know of."""
        limit = self.pace.limit
        return min(limit.seconds, SHORT_WINDOW) * MICRO if limit else 0.0

    def _leave(self, turn: Future[None]) -> None:
        head = self._queue[0] is turn
        self._queue.remove(turn)
        if not self._queue:
            self._give_back()
        elif head and not self._queue[0].done():
            self._queue[0].set_result(None)

    def _give_back(self) -> None:
        """Nobody in this process wants the slot any more."""
        slot, self._slot = self._slot, None
        if slot is not None:
            task = asyncio.create_task(self._return(slot), name="mirakl shared limiter")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _return(self, slot: Slot) -> None:
        with contextlib.suppress(Exception):  # it lapses then, and whoever asks next sees what is wrong
            await self._desk.exchange_slot(self._name, [*self._terms(slot), 0, -1, -1, 0, 1])

    async def close(self) -> None:
        """Wait for the trips under way."""
        while under_way := [task for task in (self._trip, *self._tasks) if task is not None]:
            await asyncio.wait(under_way)
