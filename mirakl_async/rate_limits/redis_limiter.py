"""One allowance for any number of processes and machines: the cell rate algorithm of `limits`, kept by Redis.

**Who decides.** The server does, in one script (turn.lua), by its own clock: machines need not agree on the time, and a
process learns only how long to wait. Slots are given in the order in which processes ask, and each asks for one at a
time (`bucket`), so they take turns. A 429 in one process holds all of them, cuts the rate for all, and the rate is
regained, as `limits` says.

**The documented limit** is kept at Mirakl's door, not only here: calls travel there by different ways. The rate leaves
room for calls that are late by 60 ms against each other (half a per cent of a longer window): `bucket.shared`.

**When Redis is unreachable** (refused, silent for five seconds, loading), each process goes on with its share: the
documented limit divided by the number of processes seen within the half minute before. It asks again every second; once
Redis is back, all waiting calls are sent there, and the buckets start empty. A process that has not reached Redis since
it started does not know how many share, and a limit may be too low to be shared blindly: then calls raise
RateLimiterUnavailable. With `when_unreachable="fail"` they do at once. Pauses are not shared meanwhile.

Operations without a documented rate ask once a second whether somebody was paused, and wait for nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from typing import TYPE_CHECKING, Any, Literal, Self
from uuid import uuid4

from msgspec.structs import replace

from ..checks import Rule, Rules, check_settings, offering, one_of
from ..clock import Clock, SystemClock
from ..errors import ClientStateError, RateLimiterUnavailable
from ..redis_connection import AWAY, RedisError, Script, Server
from .bucket import BucketKey, BucketSpec, LocalRateLimiter
from .redis_bucket import MICRO, SharedBucket, jitter, shared

if TYPE_CHECKING:
    from asyncio import Future, Task
    from collections.abc import Sequence
    from types import TracebackType

    from ..redis_connection import Redis

__all__ = ["LOOK_EVERY", "SETTINGS", "LimiterOutage", "RedisRateLimiter", "share"]

log: logging.Logger = logging.getLogger("mirakl_async")
TURN, PAUSE = Script("turn"), Script("pause")
SETTINGS: Rules = {
    "name": Rule("a text that is not empty", lambda value: isinstance(value, str) and bool(value)),
    "when_unreachable": one_of("share", "fail"),
    "clock": offering("a Clock", "monotonic", "sleep").or_none(),
}
"""What the limiter's settings take."""
GREET_EVERY, LOOK_EVERY = 5.0, 1.0


class LimiterOutage:
    """A time without the server: a local limiter at this process's share, and whoever waits for the end."""

    def __init__(self, clock: Clock) -> None:
        self.limiter: LocalRateLimiter = LocalRateLimiter(clock)
        self.over: Future[None] = asyncio.get_running_loop().create_future()


def share(pace: BucketSpec, processes: int) -> BucketSpec | None:
    """The pace at which each of so many processes stays within the limit, knowing nothing of the others.

    None if there is none: the limit is lower than their number.
    """
    if (limit := pace.limit) is None:
        return replace(pace, interval=pace.interval * processes, burst=1.0)
    calls = limit.calls // processes
    if not calls:
        return None
    interval = (limit.seconds + jitter(pace)) / calls
    return replace(pace, interval=max(interval, shared(pace).interval * processes), burst=1.0)


class RedisRateLimiter:
    """A `RateLimiter` that processes and machines share.

    `ConnectChannel(rate_limiter=RedisRateLimiter("redis://..."))` uses it.

    `url_or_client` is a URL (rediss:// for TLS) or a redis.asyncio client; everybody with the same server and `name`
    shares, for each host, credential and limit group. `when_unreachable` says what calls do while Redis cannot be
    asked: go on with this process's share of the limit, or raise RateLimiterUnavailable. Close it after its clients.
    """

    def __init__(
        self,
        url_or_client: str | Redis,
        *,
        name: str = "mirakl",
        when_unreachable: Literal["share", "fail"] = "share",
        clock: Clock | None = None,
    ) -> None:
        check_settings("RedisRateLimiter", SETTINGS, locals())
        self.clock: Clock = clock or SystemClock()
        self._tag = f"{{{name}}}:limit"
        self._server = Server(url_or_client)
        self._away = when_unreachable
        self._process = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._processes = 0
        self._greeted = float("-inf")
        self._buckets: dict[BucketKey, SharedBucket] = {}
        self._outage: LimiterOutage | None = None
        self._looking: Task[None] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<RedisRateLimiter {self._server.name}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give unused slots back, and close the connections that were made here."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        for bucket in self._buckets.values():
            await bucket.close()
        self._closed = True
        await self._server.close()

    @property
    def processes(self) -> int:
        """How many processes shared when Redis was heard last; 0 if it never was."""
        return self._processes

    # -- what a client asks

    def try_acquire(self, key: BucketKey, pace: BucketSpec | None) -> bool:
        """See RateLimiter: only what has no rate goes without asking Redis."""
        if pace is not None:
            return False
        bucket = self._buckets.get(key)
        return bucket is not None and bucket.is_free()

    async def acquire(self, key: BucketKey, pace: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """See RateLimiter; raises RateLimiterUnavailable as the class says."""
        began = self.clock.monotonic()
        while True:
            left = None if max_wait is None else max(0.0, max_wait - (self.clock.monotonic() - began))
            try:
                if self._outage is None:
                    await self._bucket(key, pace).acquire(left)
                elif not await self._alone(self._outage, key, pace, left):
                    continue
            except AWAY as error:
                self._lost(error)
            except RedisError as error:
                raise self._refused(error) from error
            else:
                return self.clock.monotonic() - began

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """See RateLimiter."""
        if not await self._hold(key, seconds * MICRO) and self._outage is not None:
            await self._outage.limiter.pause(key, seconds)

    async def resume(self, key: BucketKey) -> None:
        """See RateLimiter."""
        if not await self._hold(key, -1) and self._outage is not None:
            await self._outage.limiter.resume(key)

    async def _hold(self, key: BucketKey, seconds: float) -> bool:
        """Whether the server did it: pause a bucket for so many microseconds, or lift its pause where they are -1."""
        bucket = self._buckets.get(key) or self._bucket(key, None)
        bucket.paused()
        if self._outage is not None:
            return False
        try:
            args = [bucket.pace.interval * MICRO, bucket.pace.burst, seconds]
            await self._server.run(PAUSE, [self._name(key)], args)
        except AWAY as error:
            self._lost(error)
            return False
        except RedisError as error:
            raise self._refused(error) from error
        return True

    def _refused(self, error: RedisError) -> RateLimiterUnavailable:
        return RateLimiterUnavailable(f"{self._server.name} refuses to keep the rates: {error}", refused=True)

    def _name(self, key: BucketKey) -> str:
        return f"{self._tag}:{key.host}:{key.credential}:{key.group}"

    def _bucket(self, key: BucketKey, pace: BucketSpec | None) -> SharedBucket:
        bucket = self._buckets.get(key)
        if bucket is None or (pace is not None and not bucket.documented):
            bucket = self._buckets[key] = SharedBucket(self, self._name(key), pace)
        return bucket

    async def exchange_slot(self, bucket: str, args: Sequence[float]) -> Sequence[int]:
        """One trip for a bucket, and now and then a sign of life."""
        if self._closed:
            raise ClientStateError(f"{self!r} is closed")
        if self._outage is not None:
            raise ConnectionError(f"{self._server.name} is unreachable")
        now = self.clock.monotonic()
        greeting = self._process if now - self._greeted >= GREET_EVERY else ""
        keys = [bucket, f"{self._tag}:processes", f"{bucket}:calls"]
        found = await self._server.run(TURN, keys, [*map(float, args), greeting])
        if greeting:
            self._greeted, self._processes = now, max(1, found[5])
        return [int(value) for value in (*found[:5], found[6])]

    # -- without the server

    def _lost(self, error: Exception) -> None:
        """Redis is unreachable, as far as is known."""
        if self._outage is not None or self._closed:
            return
        self._outage = LimiterOutage(self.clock)
        instead = "calls fail" if self._away == "fail" else "this process goes on with its share of the rates"
        log.warning("%s is unreachable (%s): %s", self._server.name, type(error).__name__, instead)
        self._looking = asyncio.create_task(self._look_for_it(self._outage), name="mirakl shared limiter")

    async def _look_for_it(self, outage: LimiterOutage) -> None:
        while True:
            await self.clock.sleep(LOOK_EVERY)
            with contextlib.suppress(*AWAY):
                await self._server.command("PING")
                break
        log.warning("%s is back: the rates are shared again", self._server.name)
        for bucket in self._buckets.values():
            bucket.empty = True
        self._outage = None
        outage.over.set_result(None)

    async def _alone(
        self, outage: LimiterOutage, key: BucketKey, pace: BucketSpec | None, max_wait: float | None
    ) -> bool:
        """Whether this process's share let a call go; False if the server came back first."""
        going: Future[Any] = asyncio.ensure_future(outage.limiter.acquire(key, self._slower(pace), max_wait=max_wait))
        over: Future[Any] = outage.over
        try:
            await asyncio.wait({going, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not going.done():
                going.cancel()
                await asyncio.wait([going])
        if going.cancelled():
            return False
        going.result()
        return True

    def _slower(self, pace: BucketSpec | None) -> BucketSpec | None:
        """This process's share of a pace; raises RateLimiterUnavailable where there is none."""
        if self._away == "fail":
            why = "when_unreachable='fail'"
        elif pace is None:
            return None
        elif not self._processes:
            why = "was never reached, so that nobody knows how many processes share the rate"
        elif (slower := share(pace, self._processes)) is None:
            why = f"the limit of {pace.limit} is too low for {self._processes} processes that cannot ask each other"
        else:
            return slower
        raise RateLimiterUnavailable(f"{self._server.name} is unreachable, and {why}; the call was not sent")
