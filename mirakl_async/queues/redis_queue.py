"""A queue in Redis 6.2 or later, or in Valkey: one stream and one consumer group, without scripts.

**Leases.** All workers share one consumer, which is never deleted, because deleting a consumer loses its pending
entries. Leases follow the server's clock: XAUTOCLAIM claims the entries that have been idle for the lease.

**Losses.** Redis may lose its last writes: when it is killed with `appendfsync everysec`, after a failover, when it
starts from a snapshot, after FLUSHALL. Each process counts its puts on the server, in the transaction of the put, and
compares the count with its own. The first put after a loss therefore raises QueueLost and restores the cursor that it
had set. The highest id that the process has seen is compared with the last id of the stream after each lost connection,
every third of a lease, and when the queue is closed.

**Retries.** A put whose reply was lost is retried, so its blocks may be in the queue twice. That is harmless, because
an order may be sent twice.

**Other programs** may put lines with `XADD {orders}:queue * body '{"origin":{...},"order":{...}}'`.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import msgspec

from ..checks import check_settings
from ..clock import Clock
from ..errors import ConfigurationError, QueueError, QueueLost
from ..redis_connection import UNREACHABLE_ERRORS, OutOfMemoryError, RedisError, Server, is_full
from .bodies import chunks
from .broker_source import MIN_BYTES_PER_SECOND, BrokerDelivery, BrokerSource
from .leases import DEFAULT_LEASE, SETTINGS
from .outages import DEFAULT_MAX_OUTAGE, retry
from .protocol import RejectedRow
from .redis_opening import BODY, GROUP, Keys, check_server, create_stream, split_name, to_dict
from .transactional_queue import Transaction, TransactionalQueue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence

    from ..redis_connection import Command, Redis, Value
    from .protocol import Message

__all__ = ["CONSUMER", "LOSS_REASON", "POLL_INTERVAL", "REPLY_TIMEOUT", "ROWS_PER_PAGE", "RedisQueue"]

T = TypeVar("T")
LOSS_REASON = "lost messages that it had accepted"
CONSUMER = "workers"
DEFAULT_ROOM = 2_000
REPLY_TIMEOUT = 5.0
POLL_INTERVAL = ROOM_INTERVAL = 0.5
MAX_TRANSACTION_BYTES = 1024 * 1024
RELEASED_IDLE = 30 * 86_400_000  # more than any lease, in milliseconds
ROWS_PER_PAGE = 100
NO_CURSORS: Mapping[str, str] = {}

_encode_row = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(RejectedRow).decode


class RedisQueue(BrokerSource, TransactionalQueue):
    """A queue that many machines share: "redis://host:6379/0/orders"; the last part of the address is its name.

    Instead of an address it accepts a `redis.asyncio.Redis`, which stays open, and a `name`. It also stores cursors and
    rejected lines. `put` waits while the queue holds `room` messages or more, or the server's memory is full. While the
    server is unreachable, calls are retried for `max_outage` seconds.
    """

    def __init__(
        self,
        url_or_client: str | Redis,
        name: str | None = None,
        *,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        room: int = DEFAULT_ROOM,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(lease, max_outage, clock)
        check_settings("RedisQueue", SETTINGS, {"room": room})
        where, named = split_name(url_or_client) if isinstance(url_or_client, str) else (url_or_client, None)
        if name and named and name != named:
            raise ConfigurationError(f"RedisQueue: the address names the queue {named!r}, and name= says {name!r}")
        self._keys = Keys(named or name)
        self._server = Server(where, timeouts=False)
        self._room = room
        self.max_bytes: int = 0
        self._process = f"{os.getpid()}-{uuid4().hex[:12]}"
        self._puts = self._length = 0
        self._highest = (0, 0)
        self._poll = min(POLL_INTERVAL, lease / 4)
        self._verify_at = self._reclaim_at = 0.0
        self._loss = ""

    def __repr__(self) -> str:
        return f"<RedisQueue {self._keys.name!r} of {self._server.name}>"

    async def _open(self) -> None:
        self.max_bytes = await self._retry_call(lambda: check_server(self._server, repr(self)))
        await self._retry_call(lambda: create_stream(self._server, self._keys, repr(self)))

    async def _check_end(self) -> None:
        with suppress(RedisError, OSError):
            async with asyncio.timeout(REPLY_TIMEOUT):
                if self._puts and not self._loss:
                    await self._verify()

    async def _close(self) -> None:
        try:
            with suppress(RedisError, OSError):
                async with asyncio.timeout(REPLY_TIMEOUT):
                    if self._puts:
                        await self._server.command(b"HDEL", self._keys.puts, self._process)
        finally:
            await self._server.close()

    # -- putting, cursors and rejected lines

    async def _transact(self, changes: Transaction) -> None:
        extra: list[Command] = []
        for row in changes.rejected:
            extra.append((b"HSET", self._keys.rejected, row.id, _encode_row(row)))
            extra.append((b"ZADD", self._keys.rejected_at, "NX", row.at, row.id))
        if keys := [row.id for row in changes.forgotten]:
            extra += [(b"HDEL", self._keys.rejected, *keys), (b"ZREM", self._keys.rejected_at, *keys)]
        if (settled := changes.settled) is not None:
            extra += self._ack_commands([settled])
        *before, last = chunks(changes.bodies, MAX_TRANSACTION_BYTES if settled is None else inf) or [[]]
        with self._leases.settling():
            for chunk in before:
                await self._add(chunk)
            if last or changes.cursors:
                await self._add(last, extra, changes.cursors)
            elif extra:
                await self._write(extra, sum(len(row.line or b"") for row in changes.rejected), self._max_outage)
        if settled is not None:
            self._leases.forget([settled])

    async def _add(
        self, bodies: Sequence[bytes], extra: Iterable[Command] = (), cursors: Mapping[str, str] = NO_CURSORS
    ) -> None:
        """Put these bodies, set the cursors and run the other commands in one transaction."""
        await self._wait_for_room()
        confirmed = self._puts
        commands: list[Command] = [(b"HINCRBY", self._keys.puts, self._process, 1), (b"XLEN", self._keys.stream)]
        commands += [(b"XADD", self._keys.stream, "NOMKSTREAM", "*", BODY, body) for body in bodies]
        for cursor in cursors.items():
            commands += [(b"HGET", self._keys.cursors, cursor[0]), (b"HSET", self._keys.cursors, *cursor)]
        counted, length, *ids = await self._write(
            [*commands, *extra], sum(map(len, bodies)), self._max_outage if extra else inf
        )
        answers = ids[len(bodies) :]
        del ids[len(bodies) :]
        if counted <= confirmed or None in ids:
            self._loss = LOSS_REASON
            for name, position in zip(cursors, answers[::2], strict=False):  # these positions are after lost messages
                await self._set_cursor(name, position)
            raise QueueLost(self._loss_text())
        self._puts = max(self._puts, counted)
        self._length = length + len(ids)
        self._update_highest_id(ids[-1:])

    async def _set_cursor(self, name: str, position: bytes | None) -> None:
        key = self._keys.cursors
        await self._call([(b"HDEL", key, name) if position is None else (b"HSET", key, name, position)], verify=False)

    async def _wait_for_room(self) -> None:
        while self._length >= self._room:
            [self._length] = await self._call([(b"XLEN", self._keys.stream)])
            if self._length >= self._room:
                await self._clock.sleep(ROOM_INTERVAL)

    async def _write(self, commands: Sequence[Command], size: int, max_wait: float) -> list[Any]:
        """Run a transaction; retry it for `max_wait` seconds while the server's memory is full."""
        seconds = size / MIN_BYTES_PER_SECOND
        return await retry(
            lambda: self._call(commands, atomic=True, seconds=seconds), is_full, repr(self), max_wait, self._clock
        )

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        time = asyncio.get_running_loop().time
        end_at = time() + wait
        found: Sequence[BrokerDelivery] = await self._reclaim(limit) if time() >= self._reclaim_at else ()
        while not found:
            left = end_at - time()
            found = await self._read(limit, min(left, self._poll)) or await self._reclaim(limit)
            if left <= 0:
                break
        return found

    async def _read(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        since = self._clock.monotonic()
        block: list[Value] = ["BLOCK", max(1, int(wait * 1000))] if wait > 0 else []
        command = (b"XREADGROUP", "GROUP", GROUP, CONSUMER, "COUNT", limit, *block, "STREAMS", self._keys.stream, ">")
        [reply] = await self._call([command], seconds=wait + self._seconds(limit))
        entries: Sequence[Any] = next(iter(to_dict(reply).values())) if reply else []
        return self._deliver(entries, [1] * len(entries), since)

    async def _reclaim(self, limit: int) -> Sequence[BrokerDelivery]:
        """Claim messages that were released or whose lease has ended.

        XAUTOCLAIM may return an empty page before the last one, so all pages are read until one has messages.
        """
        start, idle = b"0-0", round(self.lease * 1000)
        since = self._clock.monotonic()
        while True:
            command: Command = (b"XAUTOCLAIM", self._keys.stream, GROUP, CONSUMER, idle, start, "COUNT", limit)
            [(start, found, *_)] = await self._call([command], seconds=self._seconds(limit))
            if entries := [entry for entry in found if entry and entry[1]]:  # before Redis 7.0, a deleted entry is nil
                self._deliver(entries, [None] * len(entries), since)  # if the next call fails, closing releases them
                pending = [[b"XPENDING", self._keys.stream, GROUP, key, key, 1] for key, _ in entries]
                counts = [rows[0][3] if rows else 1 for rows in await self._call(pending)]
                return self._deliver(entries, counts, since)
            if start == b"0-0":
                self._reclaim_at = asyncio.get_running_loop().time() + self._poll
                return []

    def _deliver(self, entries: Sequence[Any], counts: Sequence[int | None], since: float) -> Sequence[BrokerDelivery]:
        found = [
            BrokerDelivery(key.decode(), to_dict(fields).get(BODY, b""), count)
            for (key, fields), count in zip(entries, counts, strict=True)
        ]
        self._update_highest_id([key for key, _ in entries])
        return self._hold(found, since)

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        keys = [message.id for message in messages]
        command: Command = (b"XCLAIM", self._keys.stream, GROUP, CONSUMER, 0, *keys, "IDLE", 0, "JUSTID")
        [claimed] = await self._call([command], max_outage=self.lease / 3)
        return {key.decode() for key in claimed}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        commands = self._ack_commands(messages)
        try:
            await self._call(commands, atomic=True, verify=False)
        except OutOfMemoryError:  # a full server rejects every transaction, but these commands free memory
            await self._call(commands, verify=False)
        return {message.id for message in messages}  # a message that no longer exists was settled before

    def _ack_commands(self, messages: Iterable[Message]) -> list[Command]:
        keys = [message.id for message in messages]
        return [(b"XDEL", self._keys.stream, *keys), (b"XACK", self._keys.stream, GROUP, *keys)]

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        claim = (b"XCLAIM", self._keys.stream, GROUP, CONSUMER, 0)
        counts = [() if (count := one.deliveries) is None else ("RETRYCOUNT", count - 1) for one in messages]
        with suppress(RedisError, OSError):
            async with asyncio.timeout(REPLY_TIMEOUT):
                await self._server.batch(
                    (*claim, message.id, "IDLE", RELEASED_IDLE, *count, "JUSTID")
                    for message, count in zip(messages, counts, strict=True)
                )

    async def waiting(self) -> int:
        """Return the number of unsettled messages, including leased ones; raises QueueLost if messages were lost."""
        self._verify_at = 0.0
        [self._length] = await self._call([[b"XLEN", self._keys.stream]])
        return self._length

    async def oldest(self) -> float:
        """Return the age of the oldest unsettled message in seconds, by the server's clock."""
        commands: list[Command] = [(b"XRANGE", self._keys.stream, "-", "+", "COUNT", 1), (b"TIME",)]
        entries, (seconds, microseconds) = await self._call(commands, seconds=self._seconds(1))
        put_at = min((int(key.partition(b"-")[0]) for key, _ in entries), default=None)  # a key begins with its time
        now = int(seconds) * 1000 + int(microseconds) // 1000
        return 0.0 if put_at is None else max(0.0, (now - put_at) / 1000)

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of this source."""
        [found] = await self._call([[b"HGET", self._keys.cursors, name]])
        return None if found is None else found.decode()

    async def rejected(self) -> AsyncIterator[RejectedRow]:
        """Iterate over the rejected rows, oldest first."""
        [keys] = await self._call([[b"ZRANGE", self._keys.rejected_at, 0, -1]])
        for start in range(0, len(keys), ROWS_PER_PAGE):
            page = keys[start : start + ROWS_PER_PAGE]
            [rows] = await self._call([[b"HMGET", self._keys.rejected, *page]], seconds=self._seconds(len(page)))
            for row in rows:
                if row is not None:  # None: the row was replayed meanwhile
                    yield _decode_row(row)

    # -- the server

    async def _call(
        self,
        commands: Sequence[Command],
        *,
        atomic: bool = False,
        verify: bool = True,
        seconds: float = 0.0,
        max_outage: float | None = None,
    ) -> list[Any]:
        """Send commands in one round trip, and retry while the server is unreachable.

        `seconds` is added to the timeout, for large bodies or blocking commands.
        """

        async def attempt() -> list[Any]:
            try:
                async with asyncio.timeout(REPLY_TIMEOUT + seconds):
                    if verify and (self._loss or self._clock.monotonic() >= self._verify_at):
                        await self._verify()
                    return await self._server.batch(commands, atomic=atomic)
            except UNREACHABLE_ERRORS:
                self._verify_at = 0.0
                raise

        replies = await self._retry_call(attempt, max_outage)
        for reply in replies:
            self._raise_if_error(reply)
        return replies

    async def _retry_call(self, attempt: Callable[[], Awaitable[T]], max_outage: float | None = None) -> T:
        try:
            return await self._retry(attempt, lambda error: isinstance(error, UNREACHABLE_ERRORS), max_outage)
        except RedisError as error:
            if not is_full(error):
                self._raise_if_error(error)
            raise

    async def _verify(self) -> None:
        """Raise QueueLost if the server's count of puts or last id is below the known one."""
        puts, highest, keys = self._puts, self._highest, self._keys
        commands = [(b"XINFO", "STREAM", keys.stream), (b"HGET", keys.puts, self._process)]
        stream, count = await self._server.batch(commands)
        self._raise_if_error(stream)
        if int(count or 0) < puts or _number(to_dict(stream)[b"last-generated-id"]) < highest:
            self._loss = LOSS_REASON
        if self._loss:
            raise QueueLost(self._loss_text())
        self._verify_at = self._clock.monotonic() + self.lease / 3

    def _update_highest_id(self, keys: Sequence[bytes]) -> None:
        self._highest = max([self._highest, *map(_number, keys)])

    def _loss_text(self) -> str:
        return f"{self!r} {self._loss}; read their sources again"

    def _raise_if_error(self, reply: Any) -> None:
        if not isinstance(reply, RedisError):
            return
        text = str(reply)
        if text.startswith(("NOGROUP", "UNBLOCKED")) or "no such key" in text:
            self._loss = "was deleted with its messages"
            raise QueueLost(self._loss_text())
        raise QueueError(f"{self!r}: {text}")


def _number(key: bytes) -> tuple[int, int]:
    """Parse the id of a stream entry into two numbers, which sort as ids do on the server."""
    milliseconds, _, sequence = key.partition(b"-")
    return int(milliseconds), int(sequence)
