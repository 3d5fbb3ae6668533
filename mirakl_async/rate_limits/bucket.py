"""Keep to the documented rate limits: the generic cell rate algorithm (GCRA) with a first-in, first-out queue.

**Mirakl's limits** are "at most N calls in any W seconds". A token bucket of burst B and refill rate r allows up to
B + r * W calls in a window, so a bucket with "burst = limit" allows twice the limit in the worst window. Here B and r
are always chosen so that

    B + r * W <= N

For windows of a few seconds the bucket is nearly smooth: B = 1.25, where the quarter compensates for late timers
(without it, every late wake-up would lower the rate). For longer windows half of N may be sent at once. N = 1 has no
such B; its calls are spaced by W plus two per cent.

**GCRA** stores one number, the theoretical arrival time `tat`, at which the bucket is full again. A call is allowed
when `tat + (1 - B) * T <= now`, where T is the interval in seconds per call, and then increases `tat` by T. The time is
read when the call is actually sent, so a stalled event loop delays calls but never bunches them.

**The queue** needs no background task: the waiter at its head sleeps and, whether it is granted or cancelled, wakes the
next. The order is strict, and a cancelled waiter consumes nothing.

**A pause** (after a 429) is a point in time, not a flag, so it always ends. Waiters see it when they wake. Each pause
also reduces the rate by 30 %, to at least a tenth, and the rate recovers by 5 % of the documented one per second: the
documented rate is correct, so a 429 is caused by network jitter or by another client with the same credentials, and in
the second case it will recur. After a pause the bucket starts empty, so that no burst follows. When a pause is lifted,
waiters notice within a few seconds.
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
RATE_RECOVERY_PER_SECOND = 0.05
MAX_SLEEP_INTERVAL = 5.0  # the maximum delay until a lifted pause is noticed


class LimiterWaitTooLong(Exception):
    """The wait of `seconds` would be longer than the caller allows."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BucketKey(NamedTuple):
    """Identifies a rate limit: a host, a credential (a digest, never the secret) and a group of operations."""

    host: str
    credential: str
    group: str


class BucketSpec(Struct, frozen=True, kw_only=True):
    """The parameters of a bucket: `interval` seconds per call, after at most `burst` calls at once.

    `limit` is the documented limit that they are derived from, for limiters with other constraints.
    """

    interval: float
    burst: float
    limit: Rate | None = None

    @classmethod
    def from_limit(cls, limit: Rate) -> Self:
        """Return the fastest parameters that never exceed a documented limit."""
        if limit.calls == 1:
            return cls(interval=limit.seconds * 1.02, burst=1.0, limit=limit)
        burst = SHORT_WINDOW_BURST if limit.seconds <= SHORT_WINDOW else limit.calls / 2
        return cls(interval=limit.seconds / (limit.calls - burst), burst=burst, limit=limit)

    @classmethod
    def from_recommended(cls, recommended: Rate, limit: Rate | None) -> Self:
        """Return the recommended rate, with as large a burst as the documented limit allows."""
        if limit is None:
            return cls.from_limit(recommended)
        calls_per_second = recommended.calls / recommended.seconds
        max_burst = limit.calls - calls_per_second * limit.seconds
        if max_burst < 1:
            return cls.from_limit(limit)
        burst = min(max_burst, SHORT_WINDOW_BURST) if limit.seconds <= SHORT_WINDOW else max_burst
        return cls(interval=1 / calls_per_second, burst=burst, limit=limit)


class RateLimitPolicy:
    """Determines the bucket of each operation, with its key and parameters; cached per operation.

    `usage` selects the documented recommended or maximum rates; None disables rate limiting. `overrides` maps groups to
    rates set by the user.
    """

    __slots__ = ("_buckets_by_code", "_credential", "_hosts", "_overrides", "_usage")

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
        self._buckets_by_code: dict[str, tuple[BucketKey, BucketSpec | None]] = {}

    def bucket_for(self, operation: Operation[Any]) -> tuple[BucketKey, BucketSpec | None]:
        """Return the key of the operation's bucket, and its parameters, which are None if no rate is documented."""
        key_and_spec = self._buckets_by_code.get(operation.code)
        if key_and_spec is None:
            group = operation.group or operation.code
            key = BucketKey(self._hosts[operation.service], self._credential, group)
            key_and_spec = self._buckets_by_code[operation.code] = (key, self._spec(operation, group))
        return key_and_spec

    def _spec(self, operation: Operation[Any], group: str) -> BucketSpec | None:
        if (override := self._overrides.get(group)) is not None:
            return BucketSpec.from_limit(override)
        if self._usage is None:
            return None
        if self._usage == "recommended" and operation.recommended is not None:
            return BucketSpec.from_recommended(operation.recommended, operation.maximum)
        limit = operation.maximum or operation.recommended
        return None if limit is None else BucketSpec.from_limit(limit)


class RateLimiter(Protocol):
    """Limits the rate of attempts; several clients or machines may share one."""

    def try_acquire(self, key: BucketKey, spec: BucketSpec | None) -> bool:
        """Count a call and return True if it is allowed now; False if it must wait, or ask a server."""
        ...

    async def acquire(self, key: BucketKey, spec: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """Wait until a call is allowed, and return the seconds waited; raises LimiterWaitTooLong beyond `max_wait`.

        With `spec` None no rate is documented: such a call waits only during a pause.
        """
        ...

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """Pause this key for `seconds`, also for waiting calls, and reduce its rate afterwards."""
        ...

    async def resume(self, key: BucketKey) -> None:
        """Lift a pause; the bucket starts empty and keeps its reduced rate."""
        ...


class TokenBucket:
    """One bucket of the algorithm in the module's docstring; times are seconds of the given clock."""

    __slots__ = (
        "_clock",
        "_factor",
        "_factor_at",
        "_interval",
        "_paused_until",
        "_queue",
        "_spec",
        "_theoretical_arrival",
    )

    def __init__(self, spec: BucketSpec, clock: Clock) -> None:
        self._spec = spec
        self._clock = clock
        self._theoretical_arrival = 0.0
        self._paused_until = 0.0
        self._factor = 1.0
        self._factor_at = 0.0
        self._interval = spec.interval
        self._queue: deque[Future[None]] = deque()

    def interval(self, now: float) -> float:
        """Return the current seconds per call, which 429 responses increase for a while."""
        if self._factor < 1.0:
            factor = min(1.0, self._factor + (now - self._factor_at) * RATE_RECOVERY_PER_SECOND)
            self._set_interval(self._spec.interval / factor, now)
            if factor == 1.0:
                self._factor = 1.0
        return self._interval

    def _set_interval(self, interval: float, now: float) -> None:
        """Set the seconds per call, and keep the number of calls that the bucket lacks."""
        origin = max(now, self._paused_until)
        if self._theoretical_arrival > origin:
            self._theoretical_arrival = origin + (self._theoretical_arrival - origin) * (interval / self._interval)
        self._interval = interval

    def free_at(self, now: float) -> float:
        """Return the time at which a call that arrives now would be allowed, after all waiting calls."""
        interval = self.interval(now)
        return self._ready_at(max(now, self._theoretical_arrival) + len(self._queue) * interval, interval)

    def _ready_at(self, start: float, interval: float) -> float:
        return max(start + (1 - self._spec.burst) * interval, self._paused_until)

    def try_acquire(self) -> bool:
        """Count a call and return True if it is allowed now and no call is waiting."""
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
        """Wait until a call is allowed, and return the seconds waited; raises LimiterWaitTooLong."""
        if self.try_acquire():
            return 0.0
        started_at = self._clock.monotonic()
        self._check_max_wait(self.free_at(started_at) - started_at, max_wait)
        waiter: Future[None] = get_running_loop().create_future()
        if not self._queue:
            waiter.set_result(None)
        self._queue.append(waiter)
        try:
            await waiter
            await self._sleep_until_ready(started_at, max_wait)
        finally:
            self._leave(waiter)
        return self._clock.monotonic() - started_at

    async def _sleep_until_ready(self, started_at: float, max_wait: float | None) -> None:
        """Sleep at the head of the queue, again after a new pause, and then count the call."""
        head_since = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            interval = self.interval(now)
            start = max(head_since, self._theoretical_arrival)
            ready = self._ready_at(start, interval)
            if ready <= now + TIME_TOLERANCE:
                self._theoretical_arrival = max(start, now) + interval
                return
            self._check_max_wait(ready - started_at, max_wait)
            await self._clock.sleep(min(ready - now, MAX_SLEEP_INTERVAL))

    def _leave(self, waiter: Future[None]) -> None:
        head = self._queue[0] is waiter
        self._queue.remove(waiter)
        if head and self._queue and not self._queue[0].done():
            self._queue[0].set_result(None)

    @staticmethod
    def _check_max_wait(seconds: float, max_wait: float | None) -> None:
        if max_wait is not None and seconds > max_wait + TIME_TOLERANCE:
            raise LimiterWaitTooLong(seconds)

    def pause(self, seconds: float) -> None:
        """Allow no call for `seconds`, and reduce the rate afterwards, once for calls that fail together."""
        now = self._clock.monotonic()
        if now >= self._paused_until:
            current = self._spec.interval / self.interval(now)
            self._factor, self._factor_at = max(MIN_RATE_FACTOR, current * RATE_CUT_FACTOR), now
            self._set_interval(self._spec.interval / self._factor, now)
        self._paused_until = max(self._paused_until, now + seconds)
        arrival_when_empty = self._paused_until + (self._spec.burst - 1) * self._interval
        self._theoretical_arrival = max(self._theoretical_arrival, arrival_when_empty)

    def resume(self) -> None:
        """Lift a pause; the bucket starts empty."""
        now = self._clock.monotonic()
        if now < self._paused_until:
            self._paused_until = now
            self._theoretical_arrival = now + (self._spec.burst - 1) * self._interval


class FifoSemaphore:
    """A semaphore that grants its slots in order of arrival.

    Unlike asyncio.Semaphore, it can be entered without a coroutine when a slot is free, which is nearly always.
    """

    __slots__ = ("_free", "_queue")

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._queue: deque[Future[None]] = deque()

    def try_enter(self) -> bool:
        """Take a slot if one is free, and return whether this succeeded."""
        if self._free > 0:
            self._free -= 1
            return True
        return False

    async def enter(self) -> None:
        """Wait for a slot and take it."""
        if self.try_enter():
            return
        waiter: Future[None] = get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Release the slot, to the next waiter if there is one."""
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1


class LocalRateLimiter:
    """A rate limiter for one process: a bucket per key, created when first needed."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[BucketKey, TokenBucket] = {}

    def bucket(self, key: BucketKey) -> TokenBucket | None:
        """Return the bucket of a key, or None if it does not exist yet."""
        return self._buckets.get(key)

    def try_acquire(self, key: BucketKey, spec: BucketSpec | None) -> bool:
        """Count a call and return True if it is allowed now."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if spec is None:
                return True
            bucket = self._buckets[key] = TokenBucket(spec, self._clock)
        return bucket.try_acquire()

    async def acquire(self, key: BucketKey, spec: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """Wait until a call is allowed, and return the seconds waited; raises LimiterWaitTooLong beyond `max_wait`."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if spec is None:
                return 0.0
            bucket = self._buckets[key] = TokenBucket(spec, self._clock)
        return await bucket.acquire(max_wait)

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """Pause this key for `seconds`, and reduce its rate afterwards."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(UNDOCUMENTED_BUCKET, self._clock)
        bucket.pause(seconds)

    async def resume(self, key: BucketKey) -> None:
        """Lift a pause."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.resume()


UNDOCUMENTED_BUCKET = BucketSpec(interval=0.02, burst=8.0)
"""The bucket after a first 429 without a documented rate: 50 calls per second, to avoid a burst of retries."""
