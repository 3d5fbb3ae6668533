"""Staying inside the documented call frequencies: a generic cell rate algorithm with a first-in, first-out queue.

**What Mirakl promises to accept** is "at most N calls in any W seconds". A bucket of burst B refilled at rate r lets up
to B + r * W calls into some window, so a bucket with "burst = limit" admits twice the limit in the worst second.
Here B and r are always chosen so that

    B + r * W <= N

For windows of a few seconds the bucket is nearly smooth: B = 1.25, the quarter being the debt that a late timer may
catch up (without it, every late wake-up would lower the rate for good). For longer windows half of N may go at once.
N = 1 has no such B; its calls are spaced by W and two per cent.

**The cell rate algorithm** keeps one number, `tat`: the time at which the bucket would be full again. A call may
go when `tat + (1 - B) * T <= now`, T being the seconds that a call costs, and then moves `tat` on by T.
Time is read when the call really goes, so a stalled event loop delays calls and never bunches them.

**The queue** has no pump task to die: the waiter at its head sleeps for itself and, granted or cancelled, wakes the
next. Nobody overtakes; a cancelled waiter takes nothing with it.

**A pause** (after a 429) is a deadline, not a flag: it cannot be left behind by a task that died. Those already
waiting see it when they wake. Each pause also cuts the rate by 30 %, down to a tenth, and the rate regains 5 % of the
documented one every second: the documented rate is known to be right, so a 429 tells of jitter on the way, or of
somebody who shares the credential, and in the second case the next one will follow. After a pause the bucket starts
empty, so that no burst follows. A pause can be lifted; who waits notices within a few seconds.
"""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, Self, TypeAlias

from msgspec import Struct

from ..options import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..clock import Clock
    from ..operation import Operation, Service

__all__ = [
    "SHORT_WINDOW",
    "UNDOCUMENTED_BUCKET",
    "BucketKey",
    "BucketSpec",
    "FifoSemaphore",
    "LimiterWaitTooLong",
    "LocalRateLimiter",
    "RateLimitPolicy",
    "RateLimiter",
    "TokenBucket",
    "Usage",
]

Usage: TypeAlias = Literal["recommended", "maximum"]
SHORT_WINDOW = 5.0
SHORT_WINDOW_BURST = 1.25
RATE_CUT_FACTOR, MIN_RATE_FACTOR = 0.7, 0.1
TIME_TOLERANCE = 1e-9
REGAIN_PER_SECOND = 0.05
MAX_SLEEP = 5.0  # a pause that was lifted is noticed after so many seconds at most


class LimiterWaitTooLong(Exception):
    """The wait would be `seconds`, longer than the caller allows."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BucketKey(NamedTuple):
    """What shares one allowance: a host, a credential (never the secret itself) and a group of operations."""

    host: str
    credential: str
    group: str


class BucketSpec(Struct, frozen=True, kw_only=True):
    """How a bucket lets calls go: `interval` seconds per call, after at most `burst` at once.

    `limit` is the documented limit that it keeps, for whoever has to keep it in other circumstances.
    """

    interval: float
    burst: float
    limit: Rate | None = None

    @classmethod
    def from_limit(cls, limit: Rate) -> Self:
        """The fastest pace that never exceeds a documented limit."""
        if limit.calls == 1:
            return cls(interval=limit.seconds * 1.02, burst=1.0, limit=limit)
        burst = SHORT_WINDOW_BURST if limit.seconds <= SHORT_WINDOW else limit.calls / 2
        return cls(interval=limit.seconds / (limit.calls - burst), burst=burst, limit=limit)

    @classmethod
    def from_recommended(cls, recommended: Rate, limit: Rate | None) -> Self:
        """The recommended pace, with whatever burst the documented limit leaves room for."""
        if limit is None:
            return cls.from_limit(recommended)
        steady = recommended.calls / recommended.seconds
        room = limit.calls - steady * limit.seconds
        if room < 1:
            return cls.from_limit(limit)
        burst = min(room, SHORT_WINDOW_BURST) if limit.seconds <= SHORT_WINDOW else room
        return cls(interval=1 / steady, burst=burst, limit=limit)


class RateLimitPolicy:
    """Which allowance an operation draws on, and at which pace; looked up once per operation.

    `usage` picks between the documented recommended and maximum rates, None switches pacing off. `overrides` gives
    a rate of the user's own to a group.
    """

    __slots__ = ("_credential", "_hosts", "_known", "_overrides", "_usage")

    def __init__(
        self,
        hosts: Mapping[Service, str],
        credential: str,
        usage: Usage | None,
        overrides: Mapping[str, Rate] | None = None,
    ) -> None:
        self._hosts = hosts
        self._credential = credential
        self._usage = usage
        self._overrides = overrides or {}
        self._known: dict[str, tuple[BucketKey, BucketSpec | None]] = {}

    def bucket_for(self, operation: Operation[Any]) -> tuple[BucketKey, BucketSpec | None]:
        """The key under which the operation is limited, and its pace; None where no rate is documented."""
        found = self._known.get(operation.code)
        if found is None:
            group = operation.group or operation.code
            key = BucketKey(self._hosts[operation.service], self._credential, group)
            found = self._known[operation.code] = (key, self._pace(operation, group))
        return found

    def _pace(self, operation: Operation[Any], group: str) -> BucketSpec | None:
        if (own := self._overrides.get(group)) is not None:
            return BucketSpec.from_limit(own)
        if self._usage is None:
            return None
        if self._usage == "recommended" and operation.recommended is not None:
            return BucketSpec.from_recommended(operation.recommended, operation.maximum)
        limit = operation.maximum or operation.recommended
        return None if limit is None else BucketSpec.from_limit(limit)


class RateLimiter(Protocol):
    """What a client asks before every attempt; several clients or machines may share one."""

    def try_acquire(self, key: BucketKey, pace: BucketSpec | None) -> bool:
        """Whether a call may go right now, and is thereby counted; False where that takes waiting, or asking."""
        ...

    async def acquire(self, key: BucketKey, pace: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """Return, with the seconds waited, when a call may go; raise LimitWait if that is over `max_wait` seconds away.

        `pace` None means that nothing is documented: such a key only ever waits for a pause.
        """
        ...

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """Hold this key for `seconds` from now, also for those already waiting, and slow it down afterwards."""
        ...

    async def resume(self, key: BucketKey) -> None:
        """Lift a pause: calls may go again, from an empty bucket and as slowly as the pause made them."""
        ...


class TokenBucket:
    """One bucket; see the module's text. Times are seconds of the given clock."""

    __slots__ = (
        "_clock",
        "_factor",
        "_factor_at",
        "_interval",
        "_pace",
        "_paused_until",
        "_queue",
        "_theoretical_arrival",
    )

    def __init__(self, pace: BucketSpec, clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._theoretical_arrival = 0.0
        self._paused_until = 0.0
        self._factor = 1.0
        self._factor_at = 0.0
        self._interval = pace.interval
        self._queue: deque[Future[None]] = deque()

    def interval(self, now: float) -> float:
        """Seconds a call costs now, after what 429 answers have taught."""
        if self._factor < 1.0:
            factor = min(1.0, self._factor + (now - self._factor_at) * REGAIN_PER_SECOND)
            self._change(self._pace.interval / factor, now)
            if factor == 1.0:
                self._factor = 1.0
        return self._interval

    def _change(self, interval: float, now: float) -> None:
        """Let a call cost so many seconds; the bucket lacks as many calls as before, whatever each of them costs."""
        origin = max(now, self._paused_until)
        if self._theoretical_arrival > origin:
            self._theoretical_arrival = origin + (self._theoretical_arrival - origin) * (interval / self._interval)
        self._interval = interval

    def free_at(self, now: float) -> float:
        """When a call arriving now would go, behind all who wait."""
        interval = self.interval(now)
        return self._ready_at(max(now, self._theoretical_arrival) + len(self._queue) * interval, interval)

    def _ready_at(self, start: float, interval: float) -> float:
        return max(start + (1 - self._pace.burst) * interval, self._paused_until)

    def try_acquire(self) -> bool:
        """Take a call if one may go right now and nobody waits."""
        if self._queue:
            return False
        now = self._clock.monotonic()
        interval = self.interval(now)
        start = max(now, self._theoretical_arrival)
        if self._ready_at(start, interval) > now + TIME_TOLERANCE:
            return False
        self._theoretical_arrival = start + interval
        return True

    async def acquire(self, max_wait: float | None = None) -> float:
        """Wait for a turn; returns the seconds waited."""
        if self.try_acquire():
            return 0.0
        began = self._clock.monotonic()
        self._refuse_if_too_long(self.free_at(began) - began, max_wait)
        turn: Future[None] = get_running_loop().create_future()
        if not self._queue:
            turn.set_result(None)
        self._queue.append(turn)
        try:
            await turn
            await self._sleep_until_ready(began, max_wait)
        finally:
            self._leave(turn)
        return self._clock.monotonic() - began

    async def _sleep_until_ready(self, began: float, max_wait: float | None) -> None:
        """Sleep at the head of the queue, again if a pause came meanwhile, then take the call."""
        head_since = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            interval = self.interval(now)
            start = max(head_since, self._theoretical_arrival)
            ready = self._ready_at(start, interval)
            if ready <= now + TIME_TOLERANCE:
                self._theoretical_arrival = max(start, now) + interval
                return
            self._refuse_if_too_long(ready - began, max_wait)
            await self._clock.sleep(min(ready - now, MAX_SLEEP))

    def _leave(self, turn: Future[None]) -> None:
        head = self._queue[0] is turn
        self._queue.remove(turn)
        if head and self._queue and not self._queue[0].done():
            self._queue[0].set_result(None)

    @staticmethod
    def _refuse_if_too_long(seconds: float, max_wait: float | None) -> None:
        if max_wait is not None and seconds > max_wait + TIME_TOLERANCE:
            raise LimiterWaitTooLong(seconds)

    def pause(self, seconds: float) -> None:
        """Let nothing go for `seconds`, and go slower afterwards; calls that fail together count once."""
        now = self._clock.monotonic()
        if now >= self._paused_until:
            current = self._pace.interval / self.interval(now)
            self._factor, self._factor_at = max(MIN_RATE_FACTOR, current * RATE_CUT_FACTOR), now
            self._change(self._pace.interval / self._factor, now)
        self._paused_until = max(self._paused_until, now + seconds)
        emptied = self._paused_until + (self._pace.burst - 1) * self._interval
        self._theoretical_arrival = max(self._theoretical_arrival, emptied)

    def resume(self) -> None:
        """Lift a pause."""
        now = self._clock.monotonic()
        if now < self._paused_until:
            self._paused_until = now
            self._theoretical_arrival = now + (self._pace.burst - 1) * self._interval


class FifoSemaphore:
    """A number of places, given in order of arrival; a place is handed straight to the next in the queue.

    Beside asyncio.Semaphore it enters without a coroutine when a place is free, which is nearly always.
    """

    __slots__ = ("_free", "_queue")

    def __init__(self, places: int) -> None:
        self._free = places
        self._queue: deque[Future[None]] = deque()

    def try_enter(self) -> bool:
        """Take a place if one is free."""
        if self._free > 0:
            self._free -= 1
            return True
        return False

    async def enter(self) -> None:
        """Wait for a place."""
        if self.try_enter():
            return
        turn: Future[None] = get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place up."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class LocalRateLimiter:
    """Buckets in this process, one per key, made when first needed."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[BucketKey, TokenBucket] = {}

    def bucket(self, key: BucketKey) -> TokenBucket | None:
        """The bucket of a key, if it was ever needed."""
        return self._buckets.get(key)

    def try_acquire(self, key: BucketKey, pace: BucketSpec | None) -> bool:
        """See RateLimiter."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if pace is None:
                return True
            bucket = self._buckets[key] = TokenBucket(pace, self._clock)
        return bucket.try_acquire()

    async def acquire(self, key: BucketKey, pace: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """See RateLimiter."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if pace is None:
                return 0.0
            bucket = self._buckets[key] = TokenBucket(pace, self._clock)
        return await bucket.acquire(max_wait)

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """See RateLimiter."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(UNDOCUMENTED_BUCKET, self._clock)
        bucket.pause(seconds)

    async def resume(self, key: BucketKey) -> None:
        """See RateLimiter."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.resume()


UNDOCUMENTED_BUCKET = BucketSpec(interval=0.02, burst=8.0)
"""After a first 429 without a documented rate: fast enough not to matter, slow enough not to stampede."""
