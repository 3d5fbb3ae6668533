"""A queue in a table of PostgreSQL 11 or later; a shop can insert messages in its own transactions.

    INSERT INTO mirakl_queue (body) VALUES ('{"origin":{...},"order":{...}}')

**Transactional outbox.** A shop commits the change of an order and its message in one transaction, with plain SQL in
any language, so that every committed change is enqueued. The body is text, because jsonb changes the digits of numbers
and the order of members, and a bytea literal would need different escapes. NOTIFY mirakl_queue wakes a worker at once;
without it, a worker polls every half second. There is no trigger, because transactions that use NOTIFY commit one after
the other.

**Leases** follow the server's clock only. A delivery is identified by the id of the message and the number of its
deliveries, so that an old delivery cannot change the lease of the current holder.

**Losses.** The oid of the table and the last id of its sequence are compared with the known ones after each lost
connection and every third of a lease. QueueLost is raised if the table was dropped, or if the server was restored or
failed over to an older state. Messages that other programs put after a loss may hide it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import anyio
import msgspec

from ..clock import wait_at_most
from ..errors import ConfigurationError, QueueError, QueueLost
from .bodies import chunks
from .broker_source import MIN_BYTES_PER_SECOND, BrokerDelivery, BrokerSource
from .leases import DEFAULT_LEASE
from .outages import DEFAULT_MAX_OUTAGE
from .postgres_opening import check_server, expand_names, table_names
from .protocol import RejectedRow
from .transactional_queue import Transaction, TransactionalQueue

__all__ = [
    "CURSOR",
    "EXTEND",
    "FORGET",
    "MAX_BYTES",
    "MAX_CONNECTIONS",
    "OLDEST",
    "POLL_INTERVAL",
    "PUT",
    "REJECT",
    "REJECTED",
    "RELEASE",
    "REPLACE",
    "REPLY_TIMEOUT",
    "ROWS_PER_PAGE",
    "TRANSIENT_ERRORS",
    "WAITING",
    "PostgresQueue",
    "driver",
]

try:
    import asyncpg  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
except ImportError as _missing:
    raise ConfigurationError("PostgresQueue needs the extra: pip install 'mirakl-async[postgres]'") from _missing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence

    from ..clock import Clock
    from .protocol import Message

T = TypeVar("T")
driver: Any = cast("Any", asyncpg)
TRANSIENT_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    driver.InterfaceError,
    driver.InternalClientError,  # raised when a connection breaks during an operation
    driver.PostgresConnectionError,
    driver.exceptions.OperatorInterventionError,
    driver.exceptions.InsufficientResourcesError,
    driver.exceptions.TransactionRollbackError,
    driver.exceptions.ReadOnlySQLTransactionError,
)
MAX_CONNECTIONS = 8
MAX_BYTES = 256 * 1024 * 1024
"""A quarter of PostgreSQL's maximum field size, because a statement holds a body as bytes and as text."""
MAX_STATEMENT_BYTES = 16 * 1024 * 1024
REPLY_TIMEOUT = 10.0
POLL_INTERVAL = 0.5
EXACT_COUNT = 10_000
ROWS_PER_PAGE = 100
RECEIVE = """
    UPDATE @queue SET leased_until = clock_timestamp() + make_interval(secs => $2), deliveries = deliveries + 1
    WHERE id = ANY (ARRAY(
        SELECT id FROM @queue WHERE leased_until <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING id, convert_to(body, 'UTF8'), deliveries"""
EXTEND = """
    UPDATE @queue SET leased_until = clock_timestamp() + make_interval(secs => $3)
    WHERE (id, deliveries) IN (SELECT * FROM unnest($1::bigint[], $2::integer[])) RETURNING id"""
RELEASE = """
    WITH given AS (
        UPDATE @queue SET leased_until = '-infinity', deliveries = deliveries - 1
        WHERE (id, deliveries) IN (SELECT * FROM unnest($1::bigint[], $2::integer[])) RETURNING id)
    SELECT max(id), pg_notify($3, '') FROM given"""
ACK = "DELETE FROM @queue WHERE id = ANY ($1::bigint[])"
SETTLE = "gone AS (DELETE FROM @queue WHERE id = {} AND deliveries = {} RETURNING id)"
PUT = """
    put AS (
        INSERT INTO @queue (body) SELECT convert_from(body, 'UTF8') FROM unnest({}::bytea[]) AS body RETURNING id)"""
REPLACE = PUT.replace("AS body", "AS body WHERE EXISTS (SELECT FROM gone)")
MOVE = """
    moved AS (INSERT INTO @cursors VALUES ({}, {}) ON CONFLICT (name) DO UPDATE SET position = excluded.position)"""
REJECT = """
    stored AS (
        INSERT INTO @rejected (id, line) SELECT * FROM unnest({}::bytea[], {}::text[])
        ON CONFLICT (id) DO UPDATE SET line = excluded.line)"""
FORGET = "forgotten AS (DELETE FROM @rejected WHERE id = ANY ({}::bytea[]))"
REJECTED = "SELECT place, line FROM @rejected WHERE place > $1 ORDER BY place LIMIT $2"
CURSOR = "SELECT position FROM @cursors WHERE name = $1"
WAITING = """
    SELECT count(*), (SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($2))
    FROM (SELECT FROM @queue LIMIT $1) AS first"""
# In a table of an earlier version, which has no column `put_at`, the name refers to the outer query's NULL.
OLDEST = """
    SELECT (SELECT extract(epoch FROM clock_timestamp() - put_at)::float8 FROM (SELECT first.*) AS columns)
    FROM (SELECT * FROM @queue ORDER BY id LIMIT 1) AS first, (SELECT NULL::timestamptz AS put_at) AS unknown"""
STATE = "SELECT to_regclass($1)::oid::bigint, pg_sequence_last_value(pg_get_serial_sequence($1, 'id'))"

_encode_row = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(RejectedRow).decode


class PostgresQueue(BrokerSource, TransactionalQueue):
    """A queue in a table of PostgreSQL, shared by many machines: "postgresql://user@host/database?table=mirakl_queue".

    Instead of an address it accepts an asyncpg pool, which stays open. It stores cursors and rejected lines in two more
    tables, `..._cursors` and `..._rejected`. Missing tables are created. While the server is unreachable, calls are
    retried for `max_outage` seconds.
    """

    def __init__(
        self,
        dsn_or_pool: Any,
        table: str = "mirakl_queue",
        *,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(lease, max_outage, clock)
        self._names = table_names(table)
        self._channel = table.rpartition(".")[2]
        self._dsn: str | None = dsn_or_pool if isinstance(dsn_or_pool, str) else None
        self._pool: Any = None if self._dsn is not None else dsn_or_pool
        self._place = f" of {urlsplit(self._dsn).hostname}" if self._dsn is not None else ""
        self.max_bytes: int = MAX_BYTES
        self._new_messages = asyncio.Event()
        self._listening = asyncio.Lock()
        self._listener: Any = None
        self._releases: set[asyncio.Future[Any]] = set()
        self._table_id: int | None = None
        self._highest = 0
        self._verify_at = 0.0
        self._verified: set[int] = set()  # server process ids, since a pool may reconnect unnoticed

    def __repr__(self) -> str:
        return f"<PostgresQueue {self._channel!r}{self._place}>"

    # -- opening and closing

    async def _open(self) -> None:
        if self._dsn is not None:
            self._pool = await _create_pool(self._dsn)
        await self._run(lambda connection: check_server(connection, self._names, repr(self)))

    async def _close(self) -> None:
        if self._is_listening():
            self._listener.terminate()
            await self._pool.release(self._listener)
        if self._dsn is not None and self._pool is not None:
            with suppress(Exception), anyio.move_on_after(REPLY_TIMEOUT):
                await self._pool.close()
            self._pool.terminate()

    # -- putting, cursors and rejected lines

    async def _transact(self, changes: Transaction) -> None:
        settled = changes.settled
        *before, last = chunks(changes.bodies, MAX_STATEMENT_BYTES if settled is None else inf) or [[]]
        steps: list[tuple[str, tuple[Any, ...]]] = []
        if settled is not None:
            steps.append((SETTLE, (int(settled.id), settled.deliveries)))
        if last:
            steps.append((PUT if settled is None else REPLACE, (last,)))
        steps += [(MOVE, cursor) for cursor in changes.cursors.items()]
        lines = {_row_id(row): _encode_row(row).decode() for row in changes.rejected}
        if lines:
            steps.append((REJECT, (list(lines), list(lines.values()))))
        if changes.forgotten:
            steps.append((FORGET, ([_row_id(row) for row in changes.forgotten],)))
        with self._leases.settling():
            for chunk in before:
                await self._write([(PUT, (chunk,))], chunk)
            if steps:
                await self._write(steps, [*last, *lines.values()])
        if settled is not None:
            self._leases.forget([settled])

    async def _write(self, steps: Sequence[tuple[str, tuple[Any, ...]]], payload: Sequence[bytes | str]) -> None:
        """Run these steps as one statement, which is one transaction; its timeout grows with the size of `payload`."""
        parts: list[str] = []
        values: list[Any] = []
        for part, arguments in steps:
            parts.append(part.format(*(f"${len(values) + number}" for number in range(1, len(arguments) + 1))))
            values += arguments
        end = f"max(id), pg_notify('{self._channel}', '') FROM put" if " put AS" in "".join(parts) else "NULL"
        [(highest, *_)] = await self._call(
            f"WITH {', '.join(parts)} SELECT {end}", *values, size=sum(map(len, payload))
        )
        self._highest = max(self._highest, highest or 0)

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of this source."""
        rows = await self._call(CURSOR, name)
        return str(rows[0][0]) if rows else None

    async def rejected(self) -> AsyncIterator[RejectedRow]:
        """Iterate over the rejected rows, oldest first."""
        place = 0
        while rows := await self._call(REJECTED, place, ROWS_PER_PAGE, size=ROWS_PER_PAGE * self._largest):
            for _, line in rows:
                yield _decode_row(line)
            place = rows[-1][0]

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        time = asyncio.get_running_loop().time
        end_at = time() + wait
        while True:
            self._new_messages.clear()
            if (found := await self._take(limit)) or (left := end_at - time()) <= 0:
                return found
            await self._listen()
            await wait_at_most(self._new_messages, min(left, POLL_INTERVAL))

    async def _take(self, limit: int) -> Sequence[BrokerDelivery]:
        since = self._clock.monotonic()
        rows = await self._call(RECEIVE, limit, self.lease, size=limit * self._largest)
        self._highest = max([self._highest, *(row[0] for row in rows)])
        return self._hold([BrokerDelivery(str(number), body, count) for number, body, count in sorted(rows)], since)

    async def _listen(self) -> None:
        """Listen for NOTIFY if the pool allows a connection for it; otherwise `receive` only polls."""
        if self._listening.locked() or self._pool.get_max_size() < 2:
            return
        if self._is_listening():
            return
        async with self._listening:
            with suppress(*TRANSIENT_ERRORS, driver.PostgresError):
                broken, self._listener = self._listener, None
                if broken is not None:
                    await self._pool.release(broken)
                connection = await self._pool.acquire(timeout=REPLY_TIMEOUT)
                self._listener = connection
                await connection.add_listener(self._channel, self._wake)

    def _is_listening(self) -> bool:
        with suppress(driver.InterfaceError):  # a broken connection returns to the pool by itself
            return self._listener is not None and not self._listener.is_closed()
        return False

    def _wake(self, *_: object) -> None:
        self._new_messages.set()

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        rows = await self._call(EXTEND, *_identities(messages), self.lease, max_outage=self.lease / 3)
        return {str(row[0]) for row in rows}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        await self._call(ACK, [int(message.id) for message in messages])
        return {message.id for message in messages}  # a message that no longer exists was settled before

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        with suppress(*TRANSIENT_ERRORS, driver.PostgresError):
            await self._with_connection(
                lambda connection: connection.fetch(
                    expand_names(RELEASE, self._names), *_identities(messages), self._channel, timeout=REPLY_TIMEOUT
                )
            )

    async def waiting(self) -> int:
        """Return the number of unsettled messages, including leased ones; an estimate from 10,000 on."""
        self._verify_at = 0.0
        [(count, estimate)] = await self._call(WAITING, EXACT_COUNT, self._names["@queue"])
        return int(count if count < EXACT_COUNT else max(count, estimate))

    async def oldest(self) -> float | None:
        """Return the age of the oldest unsettled message in seconds; None if the table has no column `put_at`."""
        rows = await self._call(OLDEST)
        return 0.0 if not rows else None if rows[0][0] is None else max(0.0, float(rows[0][0]))

    # -- the server

    async def _call(self, statement: str, *values: Any, size: int = 0, max_outage: float | None = None) -> list[Any]:
        """Run a statement; its timeout grows with `size`, the bytes of its arguments and results."""
        text, seconds = expand_names(statement, self._names), REPLY_TIMEOUT + size / MIN_BYTES_PER_SECOND
        return await self._run(lambda connection: connection.fetch(text, *values, timeout=seconds), max_outage)

    async def _run(self, use: Callable[[Any], Awaitable[T]], max_outage: float | None = None) -> T:
        """Call `use` with a connection, and retry while the server is unreachable."""
        try:
            return await self._retry(
                lambda: self._with_connection(use, verify=self._highest > 0), _is_transient, max_outage
            )
        except driver.UndefinedTableError:
            raise QueueLost(f"{self!r} was deleted with its messages; read their sources again") from None
        except (driver.PostgresError, driver.InterfaceError) as error:
            raise QueueError(f"{self!r}: {error.args[0]}") from None  # the error's details quote rows

    async def _with_connection(self, use: Callable[[Any], Awaitable[T]], *, verify: bool = False) -> T:
        connection = await self._acquire()
        try:
            if verify and (
                self._clock.monotonic() >= self._verify_at or connection.get_server_pid() not in self._verified
            ):
                await self._verify(connection)
            return await use(connection)
        except BaseException as error:
            if not isinstance(error, driver.PostgresError):  # the state of the connection is unknown
                connection.terminate()
            if isinstance(error, TRANSIENT_ERRORS):
                self._verify_at = 0.0
            raise
        finally:
            await self._pool.release(connection, timeout=REPLY_TIMEOUT)

    async def _acquire(self) -> Any:
        """Acquire a connection; connecting is not cancelled, because asyncpg could then log an error of its own."""
        acquiring: asyncio.Future[Any] = asyncio.ensure_future(self._pool.acquire(timeout=REPLY_TIMEOUT))
        try:
            return await (acquiring if self._pool.get_idle_size() else asyncio.shield(acquiring))
        except asyncio.CancelledError:
            acquiring.add_done_callback(self._release_connection)
            raise

    def _release_connection(self, acquiring: asyncio.Future[Any]) -> None:
        if not acquiring.cancelled() and acquiring.exception() is None:
            returning = asyncio.ensure_future(self._pool.release(acquiring.result()))
            self._releases.add(returning)
            returning.add_done_callback(self._releases.discard)

    async def _verify(self, connection: Any) -> None:
        """Raise QueueLost if the table was replaced or its last id is below the known one."""
        highest = self._highest
        table_id, last = await connection.fetchrow(STATE, self._names["@queue"], timeout=REPLY_TIMEOUT)
        self._table_id = self._table_id or table_id
        if table_id != self._table_id or (last or 0) < highest:
            raise QueueLost(f"{self!r} lost messages that it had accepted; read their sources again")
        self._verify_at = self._clock.monotonic() + self.lease / 3
        self._verified.add(connection.get_server_pid())


async def _create_pool(dsn: str) -> Any:
    """Create a pool that connects on first use, and does not reset connections: this queue changes no settings."""

    async def reset(connection: Any) -> None:
        """Do nothing: there are no changed settings to reset."""

    return await driver.create_pool(dsn, min_size=0, max_size=MAX_CONNECTIONS, timeout=REPLY_TIMEOUT, reset=reset)


def _is_transient(error: Exception) -> bool:
    return isinstance(error, TRANSIENT_ERRORS) and not isinstance(error, ValueError)


def _identities(messages: Sequence[Message]) -> tuple[list[int], list[int | None]]:
    return [int(message.id) for message in messages], [message.deliveries for message in messages]


def _row_id(row: RejectedRow) -> bytes:
    """Hash the id of a row: an index does not accept long keys, and text does not accept NUL characters."""
    return sha256(row.id.encode()).digest()
