"""The local part of a bucket that is stored in Redis: a FIFO queue whose head takes slots from the server.

**One request per call.** When the slot of the head is due, one request (shared_bucket.lua) confirms it and takes the
slot of the next waiter. Confirming makes a pause visible to all processes: a slot from before a pause is void, and its
holder gets another one after the pause. It also enforces the limit: the server knows when the last calls were
confirmed, and delays a call for which the window has no room. So late calls (a stalled event loop, a slow network)
never bunch. Only a waiter that is alone in the queue needs two requests.

**Cancelled** waiters leave their slot to the next waiter. If there is none, it is returned, unless another process has
taken a later one: then the slot is lost. A request is never cancelled half-way, so its slot is not lost.
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

__all__ = ["LONG_WAIT", "MICROSECONDS", "BucketServer", "SharedBucket", "Slot", "SlotResponse", "jitter", "shared_spec"]

MICROSECONDS = 1_000_000
JITTER, JITTER_OF_WINDOW = 0.06, 0.005
JITTER_MARGIN = (
    0.8  # the part of the jitter by which windows are extended, so that delayed requests seldom reach the limit
)
PAUSE_CHECK_INTERVAL = 1.0
LONG_WAIT, RECHECK_INTERVAL = 60.0, 30.0


class BucketServer(Protocol):
    """Sends the requests of a bucket to the server."""

    clock: Clock

    async def exchange_slot(self, bucket: str, args: Sequence[float]) -> Sequence[int]:
        """Run shared_bucket.lua once."""
        ...


class Slot(NamedTuple):
    """A reserved time for a call: `due` on the clock of this process, the rest as the server returned it."""

    due: float = 0.0
    at: int = 0
    end: int = 0
    epoch: int = 0


class SlotResponse(NamedTuple):
    """The result of a request: whether the call is allowed, the slot taken, or a wait that is too long, in seconds."""

    granted: bool
    slot: Slot | None = None
    too_long: float | None = None


NO_SLOT = Slot()


def jitter(spec: BucketSpec) -> float:
    """Return the seconds by which the network may delay calls relative to each other."""
    return JITTER if spec.limit is None else max(JITTER, JITTER_OF_WINDOW * spec.limit.seconds)


def shared_spec(spec: BucketSpec) -> BucketSpec:
    """Return the parameters for calls from several machines: at most the limit in a window extended by the jitter.

    With a limit of 30 calls per second, 28.3 are sent.
    """
    if (limit := spec.limit) is None:
        return spec
    window = limit.seconds + jitter(spec)
    if limit.calls == 1 or limit.seconds <= SHORT_WINDOW:
        return replace(spec, interval=max(spec.interval, window / limit.calls))
    return replace(spec, interval=spec.interval * window / limit.seconds)


class SharedBucket:
    """A `TokenBucket` whose state is stored on a server."""

    __slots__ = (
        "_free_until",
        "_name",
        "_queue",
        "_request",
        "_server",
        "_slot",
        "_tasks",
        "is_documented",
        "spec",
        "starts_empty",
    )

    def __init__(self, server: BucketServer, name: str, spec: BucketSpec | None) -> None:
        self._server = server
        self._name = name
        self._queue: deque[Future[None]] = deque()
        self._slot: Slot | None = None
        self._request: Task[SlotResponse] | None = None
        self._tasks: set[Task[None]] = set()
        self._free_until = 0.0
        self.spec: BucketSpec = shared_spec(spec or UNDOCUMENTED_BUCKET)
        self.is_documented: bool = spec is not None
        self.starts_empty: bool = False
        """Whether the bucket must start empty at the next request, because calls were sent during an outage."""

    def is_free(self) -> bool:
        """Whether a check within the last second found no pause, for a bucket without a documented rate."""
        return self._server.clock.monotonic() < self._free_until

    def mark_paused(self) -> None:
        """Discard the result of the last check, after a pause."""
        self._free_until = 0.0

    async def acquire(self, max_wait: float | None) -> float:
        """Wait until a call is allowed, and return the seconds waited.

        Raises LimiterWaitTooLong or a server's error.
        """
        clock = self._server.clock
        started_at = clock.monotonic()
        waiter: Future[None] = asyncio.get_running_loop().create_future()
        if self._queue:
            self._check_min_wait(started_at, max_wait)
        else:
            waiter.set_result(None)
        self._queue.append(waiter)
        try:
            await self._become_head(waiter, max_wait)
            await self._take_slot(started_at, max_wait)
        finally:
            self._leave(waiter)
        return clock.monotonic() - started_at

    def _check_min_wait(self, now: float, max_wait: float | None) -> None:
        due = self._slot.due if self._slot else now
        min_wait = due - now + (len(self._queue) - self.spec.burst) * self.spec.interval
        if max_wait is not None and min_wait > max_wait:
            raise LimiterWaitTooLong(min_wait)

    async def _become_head(self, waiter: Future[None], max_wait: float | None) -> None:
        if waiter.done():
            return
        try:
            async with asyncio.timeout(max_wait):
                await waiter
        except TimeoutError:
            raise LimiterWaitTooLong((max_wait or 0.0) + self.spec.interval) from None

    async def _take_slot(self, started_at: float, max_wait: float | None) -> None:
        """Take a slot, sleep until it is due and confirm it; repeat if it has become void."""
        clock = self._server.clock
        if self._request is not None:  # the request of a cancelled waiter
            await asyncio.wait([self._request])
        while True:
            if (slot := self._slot) is None:
                remaining = None if max_wait is None else max_wait - (clock.monotonic() - started_at)
                response = await self._exchange(NO_SLOT, remaining, another=True)
                if response.granted:
                    return
                if response.too_long is not None:
                    raise LimiterWaitTooLong(clock.monotonic() - started_at + response.too_long)
                continue
            if max_wait is not None and slot.due - started_at > max_wait:
                raise LimiterWaitTooLong(slot.due - started_at)
            wait = max(0.0, slot.due - clock.monotonic())
            await clock.sleep(wait if wait <= LONG_WAIT else RECHECK_INTERVAL)  # a pause may be lifted
            self._slot = None
            if (await self._exchange(slot, None, another=len(self._queue) > 1)).granted:
                return

    def _exchange(self, slot: Slot, max_slot_wait: float | None, *, another: bool) -> Future[SlotResponse]:
        """Send a request in a task that outlives the waiter; its slot belongs to the queue."""
        self._request = asyncio.create_task(
            self._request_slot(slot, max_slot_wait, another=another), name="mirakl shared limiter"
        )
        self._request.add_done_callback(self._on_response)
        return asyncio.shield(self._request)

    def _on_response(self, request: Task[SlotResponse]) -> None:
        self._request = None
        if not request.cancelled() and request.exception() is None:
            self._slot = request.result().slot
            if not self._queue:
                self._release_slot()

    async def _request_slot(self, slot: Slot, max_slot_wait: float | None, *, another: bool) -> SlotResponse:
        clock = self._server.clock
        max_slot_wait = -1 if max_slot_wait is None else max(0.0, max_slot_wait) * MICROSECONDS
        starts_empty, self.starts_empty = self.starts_empty, False
        initial_pause = self._initial_pause() if starts_empty else -1
        script_args = [*self._script_args(slot), another, max_slot_wait, initial_pause, not self.is_documented, 0]
        try:
            now, granted, at, end, epoch, too_long = await self._server.exchange_slot(self._name, script_args)
        except BaseException:
            self.starts_empty |= starts_empty
            raise
        if too_long:
            return SlotResponse(granted=False, too_long=(at - now) / MICROSECONDS)
        if not at:
            if not self.is_documented and not epoch:
                self._free_until = clock.monotonic() + PAUSE_CHECK_INTERVAL
            return SlotResponse(bool(granted))
        return SlotResponse(bool(granted), Slot(clock.monotonic() + max(0, at - now) / MICROSECONDS, at, end, epoch))

    def _script_args(self, slot: Slot) -> list[float]:
        spec, limit = self.spec, self.spec.limit
        window = (limit.seconds + JITTER_MARGIN * jitter(spec)) * MICROSECONDS if limit else 0.0
        args = [spec.interval * MICROSECONDS, spec.burst, limit.calls if limit else 0, window]
        return [*args, slot.at, slot.epoch, slot.end]

    def _initial_pause(self) -> float:
        """Return the microseconds to pause after an outage, in which calls were sent that the server did not count."""
        limit = self.spec.limit
        return min(limit.seconds, SHORT_WINDOW) * MICROSECONDS if limit else 0.0

    def _leave(self, waiter: Future[None]) -> None:
        head = self._queue[0] is waiter
        self._queue.remove(waiter)
        if not self._queue:
            self._release_slot()
        elif head and not self._queue[0].done():
            self._queue[0].set_result(None)

    def _release_slot(self) -> None:
        """Return the slot to the server, because no waiter of this process needs it."""
        slot, self._slot = self._slot, None
        if slot is not None:
            task = asyncio.create_task(self._return_slot(slot), name="mirakl shared limiter")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _return_slot(self, slot: Slot) -> None:
        with contextlib.suppress(Exception):  # the slot is lost; the next request raises the error
            await self._server.exchange_slot(self._name, [*self._script_args(slot), 0, -1, -1, 0, 1])

    async def close(self) -> None:
        """Wait for running requests."""
        while running := [task for task in (self._request, *self._tasks) if task is not None]:
            await asyncio.wait(running)
