"""A rate limit shared by any number of processes and machines: the algorithm of `bucket`, with its state in Redis.

**The server decides**, in one script (shared_bucket.lua) and by its own clock: the clocks of the machines need not
agree, and a process learns only how long to wait. Slots are assigned in the order of requests, and each process
requests one at a time (`redis_bucket`), so they alternate. A 429 in one process pauses all of them and reduces the rate
for all; it recovers as in `bucket`.

**The documented limit** applies to the arrival at Mirakl, and calls take different network paths. The rate leaves room
for a relative delay of 60 ms (half a per cent of a longer window): see `redis_bucket.shared_spec`.

**When Redis is unreachable** (refused, no response for five seconds, loading), each process continues with its share:
the documented limit divided by the number of processes seen in the last half minute. It tries to reconnect every
second; then all waiting calls go to Redis again, and the buckets start empty. A process that has not reached Redis
since it started does not know the number of processes, and a limit may be too low to be divided: then calls raise
RateLimiterUnavailable. With `when_unreachable="fail"` they raise it immediately. Pauses are not shared in an outage.

For operations without a documented rate, Redis is asked once a second for a pause; there is no other wait.
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
from ..redis_connection import UNREACHABLE_ERRORS, RedisError, Script, Server
from .bucket import BucketKey, BucketSpec, LocalRateLimiter
from .redis_bucket import MICROSECONDS, SharedBucket, jitter, shared_spec

if TYPE_CHECKING:
    from asyncio import Future, Task
    from collections.abc import Sequence
    from types import TracebackType

    from ..redis_connection import Redis

__all__ = ["RECONNECT_INTERVAL", "RULES", "LimiterOutage", "RedisRateLimiter", "process_share"]

log: logging.Logger = logging.getLogger("mirakl_async")
SHARED_BUCKET = Script("shared_bucket")
RULES: Rules = {
    "name": Rule("a non-empty string", lambda value: isinstance(value, str) and bool(value)),
    "when_unreachable": one_of("share", "fail"),
    "clock": offering("a Clock", "monotonic", "sleep").or_none(),
}
"""The rules for the settings of the limiter."""
REGISTRATION_INTERVAL, RECONNECT_INTERVAL = 5.0, 1.0


class LimiterOutage:
    """An outage of the server: a local limiter with this process's share, and a future that ends with the outage."""

    def __init__(self, clock: Clock) -> None:
        self.limiter: LocalRateLimiter = LocalRateLimiter(clock)
        self.ended: Future[None] = asyncio.get_running_loop().create_future()


def process_share(spec: BucketSpec, processes: int) -> BucketSpec | None:
    """Return the parameters with which each of several independent processes keeps to the limit.

    The result is None if the limit is lower than the number of processes.
    """
    if (limit := spec.limit) is None:
        return replace(spec, interval=spec.interval * processes, burst=1.0)
    calls = limit.calls // processes
    if not calls:
        return None
    interval = (limit.seconds + jitter(spec)) / calls
    return replace(spec, interval=max(interval, shared_spec(spec).interval * processes), burst=1.0)


class RedisRateLimiter:
    """A `RateLimiter` that is shared by processes and machines.

    `ConnectChannel(rate_limiter=RedisRateLimiter("redis://..."))` uses it.

    `url_or_client` is a URL (rediss:// for TLS) or a redis.asyncio client; all limiters with the same server and `name`
    share the rates, for each host, credential and limit group. `when_unreachable` decides what calls do while Redis is
    unreachable: continue with this process's share of the limit, or raise RateLimiterUnavailable. Close it after its
    clients.
    """

    def __init__(
        self,
        url_or_client: str | Redis,
        *,
        name: str = "mirakl",
        when_unreachable: Literal["share", "fail"] = "share",
        clock: Clock | None = None,
    ) -> None:
        check_settings("RedisRateLimiter", RULES, locals())
        self.clock: Clock = clock or SystemClock()
        self._tag = f"{{{name}}}:limit"
        self._server = Server(url_or_client)
        self._when_unreachable = when_unreachable
        self._process = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._processes = 0
        self._registered_at = float("-inf")
        self._buckets: dict[BucketKey, SharedBucket] = {}
        self._outage: LimiterOutage | None = None
        self._reconnect_task: Task[None] | None = None
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
        """Return unused slots, and close the connections, except those of a client given by the user."""
        if self._reconnect_task is not None:
            self._reconnect_task.cancel()
            await asyncio.wait([self._reconnect_task])
        for bucket in self._buckets.values():
            await bucket.close()
        self._closed = True
        await self._server.close()

    @property
    def processes(self) -> int:
        """The number of processes that share the rates, as of the last contact with Redis; 0 if there was none."""
        return self._processes

    # -- the interface of RateLimiter

    def try_acquire(self, key: BucketKey, spec: BucketSpec | None) -> bool:
        """Return True if a call is allowed without asking Redis, which is possible only without a documented rate."""
        if spec is not None:
            return False
        bucket = self._buckets.get(key)
        return bucket is not None and bucket.is_free()

    async def acquire(self, key: BucketKey, spec: BucketSpec | None, *, max_wait: float | None = None) -> float:
        """Wait until a call is allowed, and return the seconds waited.

        Raises LimiterWaitTooLong beyond `max_wait`, and RateLimiterUnavailable as described in the class.
        """
        started_at = self.clock.monotonic()
        while True:
            remaining = None if max_wait is None else max(0.0, max_wait - (self.clock.monotonic() - started_at))
            try:
                if self._outage is None:
                    await self._bucket(key, spec).acquire(remaining)
                elif not await self._acquire_locally(self._outage, key, spec, remaining):
                    continue
            except UNREACHABLE_ERRORS as error:
                self._start_outage(error)
            except RedisError as error:
                raise self._rejected(error) from error
            else:
                return self.clock.monotonic() - started_at

    async def pause(self, key: BucketKey, seconds: float) -> None:
        """Pause this key for `seconds` in all processes, and reduce its rate afterwards."""
        if not await self._set_pause(key, seconds * MICROSECONDS) and self._outage is not None:
            await self._outage.limiter.pause(key, seconds)

    async def resume(self, key: BucketKey) -> None:
        """Lift a pause in all processes."""
        if not await self._set_pause(key, -1) and self._outage is not None:
            await self._outage.limiter.resume(key)

    async def _set_pause(self, key: BucketKey, seconds: float) -> bool:
        """Pause a bucket for a number of microseconds, or lift its pause (-1); return False if Redis is unreachable."""
        bucket = self._buckets.get(key) or self._bucket(key, None)
        bucket.mark_paused()
        if self._outage is not None:
            return False
        try:
            args = [bucket.spec.interval * MICROSECONDS, bucket.spec.burst, seconds]
            await self._server.run(SHARED_BUCKET, [self._name(key)], args)
        except UNREACHABLE_ERRORS as error:
            self._start_outage(error)
            return False
        except RedisError as error:
            raise self._rejected(error) from error
        return True

    def _rejected(self, error: RedisError) -> RateLimiterUnavailable:
        return RateLimiterUnavailable(f"{self._server.name} rejected the command: {error}", refused=True)

    def _name(self, key: BucketKey) -> str:
        return f"{self._tag}:{key.host}:{key.credential}:{key.group}"

    def _bucket(self, key: BucketKey, spec: BucketSpec | None) -> SharedBucket:
        bucket = self._buckets.get(key)
        if bucket is None or (spec is not None and not bucket.is_documented):
            bucket = self._buckets[key] = SharedBucket(self, self._name(key), spec)
        return bucket

    async def exchange_slot(self, bucket: str, args: Sequence[float]) -> Sequence[int]:
        """Run shared_bucket.lua for a bucket, and register this process every few seconds."""
        if self._closed:
            raise ClientStateError(f"{self!r} is closed")
        if self._outage is not None:
            raise ConnectionError(f"{self._server.name} is unreachable")
        now = self.clock.monotonic()
        process = self._process if now - self._registered_at >= REGISTRATION_INTERVAL else ""
        keys = [bucket, f"{self._tag}:processes", f"{bucket}:calls"]
        reply = await self._server.run(SHARED_BUCKET, keys, [*map(float, args), process])
        if process:
            self._registered_at, self._processes = now, max(1, reply[5])
        return [int(value) for value in (*reply[:5], reply[6])]

    # -- during an outage

    def _start_outage(self, error: Exception) -> None:
        """Start an outage, and a task that tries to reconnect."""
        if self._outage is not None or self._closed:
            return
        self._outage = LimiterOutage(self.clock)
        fallback = (
            "calls fail" if self._when_unreachable == "fail" else "continuing with this process's share of the rates"
        )
        log.warning("%s is unreachable (%s): %s", self._server.name, type(error).__name__, fallback)
        self._reconnect_task = asyncio.create_task(self._reconnect(self._outage), name="mirakl shared limiter")

    async def _reconnect(self, outage: LimiterOutage) -> None:
        while True:
            await self.clock.sleep(RECONNECT_INTERVAL)
            with contextlib.suppress(*UNREACHABLE_ERRORS):
                await self._server.command("PING")
                break
        log.warning("%s is reachable again; the rates are shared again", self._server.name)
        for bucket in self._buckets.values():
            bucket.starts_empty = True
        self._outage = None
        outage.ended.set_result(None)

    async def _acquire_locally(
        self, outage: LimiterOutage, key: BucketKey, spec: BucketSpec | None, max_wait: float | None
    ) -> bool:
        """Wait for this process's share of the rate; return False if the server becomes reachable before that."""
        acquiring: Future[Any] = asyncio.ensure_future(
            outage.limiter.acquire(key, self._local_spec(spec), max_wait=max_wait)
        )
        ended: Future[Any] = outage.ended
        try:
            await asyncio.wait({acquiring, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not acquiring.done():
                acquiring.cancel()
                await asyncio.wait([acquiring])
        if acquiring.cancelled():
            return False
        acquiring.result()
        return True

    def _local_spec(self, spec: BucketSpec | None) -> BucketSpec | None:
        """Return this process's share of a rate; raises RateLimiterUnavailable if there is none."""
        if self._when_unreachable == "fail":
            reason = "when_unreachable is 'fail'"
        elif spec is None:
            return None
        elif not self._processes:
            reason = "was never reached, so the number of processes that share the rate is unknown"
        elif (share := process_share(spec, self._processes)) is None:
            reason = f"the limit of {spec.limit} is too low to be divided among {self._processes} processes"
        else:
            return share
        raise RateLimiterUnavailable(f"{self._server.name} is unreachable, and {reason}; the call was not sent")
