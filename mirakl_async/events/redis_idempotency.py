"""An idempotency store in Redis 6.2 or later, for runners on many machines: a hash for each action.

Orders in progress are keys with a time to live, so that only the server's clock is used. Concurrent calls are sent to
the server in one pipeline. Each script is safe to retry when its reply was lost.
"""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import uuid4

import anyio

from ..clock import Clock, SystemClock
from ..errors import ConfigurationError, QueueClosed, QueueError
from ..queues.outages import DEFAULT_MAX_OUTAGE, retry
from ..queues.redis_opening import split_name
from ..redis_connection import UNREACHABLE_ERRORS, RedisError, Server, is_full
from .idempotency import CLAIM_SECONDS, RETENTION, ActionProgress, Backlog

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

    from ..redis_connection import Redis, Value

__all__ = [
    "BACKLOG",
    "DECIDE",
    "DEFAULT_NAME",
    "DEFER",
    "EXTEND",
    "FAILED",
    "NOW",
    "RELEASE",
    "REPLY_TIMEOUT",
    "REPORTED",
    "START",
    "RedisIdempotencyStore",
    "StoreScript",
]

DEFAULT_NAME = "actions"
REPLY_TIMEOUT = 10.0
MAX_PIPELINE = 200
NOW = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"


class StoreScript:
    """A Lua script, called by its hash; its text is sent if the server does not know it."""

    __slots__ = ("sha", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self.sha: str = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


START = StoreScript("""
local found = redis.call('HMGET', KEYS[1], 'by', 'failures', 'outcome', 'event')
local waits = redis.call('ZSCORE', KEYS[3], ARGV[1])
if not found[3] and (ARGV[6] == '1' or not found[4]) then
  local owner = redis.call('GET', KEYS[2])
  if owner and owner ~= ARGV[2] then return {1} end
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
  redis.call('HSET', KEYS[1], 'by', ARGV[4])
  if not found[4] then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
end
return {0, found[1] or '', found[2] or '0', found[3] or false, waits and 1 or 0, found[4] and 1 or 0}
""")
EXTEND = StoreScript("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end")
RELEASE = StoreScript("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")
FAILED = StoreScript("""
redis.call('HSET', KEYS[1], 'failures', ARGV[1])
if redis.call('HEXISTS', KEYS[1], 'event') == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
""")
DECIDE = StoreScript(
    NOW
    + """
if redis.call('HSETNX', KEYS[1], 'outcome', ARGV[2]) == 1 then
  redis.call('HDEL', KEYS[1], 'event')
  redis.call('PERSIST', KEYS[1])
  redis.call('ZREM', KEYS[3], ARGV[1]); redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
  redis.call('SET', KEYS[5], '', 'PX', ARGV[3])
end
return redis.call('HGET', KEYS[1], 'outcome')
"""
)
DEFER = StoreScript(
    NOW
    + """
local outcome = redis.call('HGET', KEYS[1], 'outcome')
if not outcome and redis.call('HSETNX', KEYS[1], 'event', ARGV[2]) == 1 then
  redis.call('PERSIST', KEYS[1])
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1]); redis.call('ZADD', KEYS[3], now, ARGV[1])
end
return outcome
"""
)
REPORTED = StoreScript("redis.call('ZREM', KEYS[2], ARGV[1]); redis.call('PEXPIRE', KEYS[1], ARGV[2])")
DUE = StoreScript(
    NOW
    + """
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] == '1' and now or '+inf', 'LIMIT', 0, ARGV[2])
"""
)
BACKLOG = StoreScript(
    NOW
    + """
local answer = {}
for index = 1, 2 do
  local oldest = redis.call('ZRANGE', KEYS[index], 0, 0, 'WITHSCORES')
  answer[2 * index - 1] = redis.call('ZCARD', KEYS[index])
  answer[2 * index] = oldest[2] and now - oldest[2] or 0
end
return answer
"""
)


class RedisIdempotencyStore:
    """An idempotency store in Redis: "redis://host:6379/0/actions"; the last part of the address is its name.

    Instead of an address it accepts a `redis.asyncio.Redis`, which stays open, and a `name`. While the server is
    unreachable, calls are retried for `max_outage` seconds. If the server loses writes (see RedisQueue), a command may
    be handled again.
    """

    durable: bool = True

    def __init__(
        self,
        url_or_client: str | Redis,
        name: str | None = None,
        *,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        where, named = split_name(url_or_client) if isinstance(url_or_client, str) else (url_or_client, None)
        self._name = f"{{{named or name or DEFAULT_NAME}}}"
        self._unreported = f"{self._name}:unreported"
        self._due, self._since = f"{self._name}:due", f"{self._name}:deferred"
        self._server = Server(where, timeouts=False)
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._process, self._start_count = uuid4().hex[:12], count()
        self._waiting: list[tuple[StoreScript, list[Value], asyncio.Future[Any]]] = []
        self._has_waiting = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<RedisIdempotencyStore {self._name[1:-1]!r} of {self._server.name}>"

    async def __aenter__(self) -> Self:
        if self._sender is not None:
            raise QueueClosed(f"{self!r} was already opened; create another one")
        self._sender = asyncio.create_task(self._send_all(), name="mirakl idempotency store")
        try:
            info = await self._retry(self._server.info)
            if info.get("maxmemory_policy", "").startswith("allkeys") and info.get("maxmemory", "0") != "0":
                raise ConfigurationError(f"{self!r} evicts entries when it is full; set maxmemory-policy noeviction")
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            if self._sender is not None:
                self._sender.cancel()
                await asyncio.wait([self._sender])
            for _, _, done in self._waiting:
                done.cancel()
            await self._server.close()

    # -- the entries

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Store the action as started, and lock its order."""
        by = f"{self._process}-{next(self._start_count)}"
        keys = [self._entry(action_id), self._order(order), self._unreported]
        busy, *found = await self._run(
            START, keys, action_id, runner, _milliseconds(seconds), by, _milliseconds(RETENTION), int(overdue)
        )
        if busy:
            return ActionProgress(busy=True)
        earlier, failures, outcome, waits, deferred = found
        return ActionProgress(
            again=bool(earlier) and earlier.decode() != by,
            failures=int(failures),
            outcome=outcome,
            reported=outcome is not None and not waits,
            deferred=bool(deferred),
        )

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of this runner on these orders."""
        milliseconds = _milliseconds(seconds)
        await asyncio.gather(*(self._run(EXTEND, [self._order(one)], runner, milliseconds) for one in orders))

    async def release(self, order: str, runner: str) -> None:
        """Release the lock of this runner on an order."""
        await self._run(RELEASE, [self._order(order)], runner)

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler of an action has raised."""
        await self._run(FAILED, [self._entry(action_id)], failures, _milliseconds(RETENTION))

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome if the action has none; return the stored outcome."""
        keys = [self._entry(action_id), self._unreported, self._due, self._since, self._claim(action_id)]
        return cast("bytes", await self._run(DECIDE, keys, action_id, outcome, _milliseconds(CLAIM_SECONDS)))

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event of a deferred action; return the outcome if there is one."""
        keys = [self._entry(action_id), self._due, self._since]
        return cast("bytes | None", await self._run(DEFER, keys, action_id, event, _milliseconds(seconds)))

    async def reported(self, action_ids: Collection[str]) -> None:
        """Store that these outcomes were reported to Connect."""
        milliseconds = _milliseconds(RETENTION)
        await asyncio.gather(
            *(self._run(REPORTED, [self._entry(one), self._unreported], one, milliseconds) for one in action_ids)
        )

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim outcomes that are not reported to Connect."""
        return await self._claimed(self._unreported, "outcome", limit, only_due=False)

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim deferred events that are overdue."""
        return await self._claimed(self._due, "event", limit, only_due=True)

    async def backlog(self) -> Backlog:
        """Return the numbers and ages of the actions that wait."""
        awaiting, oldest_awaiting, unreported, oldest = await self._run(BACKLOG, [self._since, self._unreported])
        return Backlog(awaiting, oldest_awaiting / 1000, unreported, oldest / 1000)

    # -- the server

    def _entry(self, action_id: str) -> str:
        return f"{self._name}:action:{action_id}"

    def _order(self, order: str) -> str:
        return f"{self._name}:order:{order}"

    def _claim(self, action_id: str) -> str:
        return f"{self._name}:claim:{action_id}"

    async def _claimed(self, key: str, field: str, limit: int, *, only_due: bool) -> list[tuple[str, bytes]]:
        """Claim and return entries of a sorted set that no other runner has claimed."""
        claimed: list[tuple[str, bytes]] = []
        for name in await self._run(DUE, [key], int(only_due), 10 * limit):
            action_id = name.decode()
            if len(claimed) == limit:
                break
            took = await self._command("SET", self._claim(action_id), "", "NX", "PX", _milliseconds(CLAIM_SECONDS))
            value = await self._command("HGET", self._entry(action_id), field) if took else None
            if value is not None:
                claimed.append((action_id, value))
        return claimed

    async def _command(self, *parts: Value) -> Any:
        async def attempt() -> Any:
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await self._server.command(*parts)

        return await self._retry(attempt)

    async def _run(self, script: StoreScript, keys: Sequence[str], *values: Value) -> Any:
        if self._sender is None or self._sender.done():
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((script, [len(keys), *keys, *values], done))
        self._has_waiting.set()
        return await done

    async def _send_all(self) -> None:
        while True:
            await self._has_waiting.wait()
            self._has_waiting.clear()
            while self._waiting:
                sent, self._waiting = self._waiting[:MAX_PIPELINE], self._waiting[MAX_PIPELINE:]
                try:
                    replies = await self._retry(partial(self._send, sent))
                except Exception as error:  # noqa: BLE001 - raised in the waiting calls
                    replies = [error] * len(sent)
                except BaseException:
                    self._waiting[:0] = sent
                    raise
                for (_, _, done), reply in zip(sent, replies, strict=True):
                    self._resolve(done, reply)

    async def _send(self, sent: Sequence[tuple[StoreScript, list[Value], Any]]) -> list[Any]:
        async with asyncio.timeout(REPLY_TIMEOUT):
            replies = await self._server.batch(["EVALSHA", script.sha, *rest] for script, rest, _ in sent)
            unknown = [index for index, reply in enumerate(replies) if _is_unknown(reply)]
            again = await self._server.batch(["EVAL", sent[one][0].text, *sent[one][1]] for one in unknown)
        for index, reply in zip(unknown, again, strict=True):
            replies[index] = reply
        return replies

    async def _retry(self, attempt: Any) -> Any:
        try:
            return await retry(
                attempt,
                lambda error: isinstance(error, UNREACHABLE_ERRORS) or is_full(error),
                repr(self),
                self._max_outage,
                self._clock,
            )
        except RedisError as error:
            raise QueueError(f"{self!r}: {error}") from None

    def _resolve(self, done: asyncio.Future[Any], reply: Any) -> None:
        if done.done():  # the waiting call was cancelled
            return
        if isinstance(reply, RedisError):
            done.set_exception(QueueError(f"{self!r}: {reply}"))
        elif isinstance(reply, BaseException):
            done.set_exception(reply)
        else:
            done.set_result(reply)


def _is_unknown(reply: Any) -> bool:
    return isinstance(reply, RedisError) and str(reply).startswith("No matching script")


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
