"""Messages that wait in a table of PostgreSQL 11 or later; a shop may insert them in the transaction of its change.

    INSERT INTO mirakl_queue (body) VALUES ('{"origin":{...},"order":{...}}')

**The outbox.** An order's change and its message are committed together, by plain SQL in any language, so that no
change is ever committed and not enqueued. The body is text, since PostgreSQL changes the digits and the order of jsonb,
and a literal for bytea would need other escapes. NOTIFY mirakl_queue wakes a worker at once; else it looks after half
a second. There is no trigger, because NOTIFY makes all transactions that use it commit one after the other.

**Leases** follow the server's clock alone. A delivery is identified by the message's id and its number, so that nothing
is taken from its present holder.

**Losses.** The table's oid and the last id given out are compared with what was seen, after each lost connection and
every third of a lease: a table that vanished, and a server that was restored or failed over to an older state, raise
QueueLost. What others have put since then may hide such a loss.
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
from .postgres_opening import check_server, named, table_names
from .protocol import RejectedRow
from .transactional_queue import Transaction, TransactionalQueue

__all__ = [
    "CURSOR",
    "EXTEND",
    "FORGET",
    "MAX_BYTES",
    "MAX_CONNECTIONS",
    "OLDEST",
    "PASSING",
    "POLL_INTERVAL",
    "PUT",
    "REJECT",
    "REJECTED",
    "RELEASE",
    "REPLACE",
    "REPLY_TIMEOUT",
    "ROWS_PER_PAGE",
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
PASSING: tuple[type[Exception], ...] = (
    OSError,
    driver.InterfaceError,
    driver.InternalClientError,  # a connection that broke at a bad moment
    driver.PostgresConnectionError,
    driver.exceptions.OperatorInterventionError,
    driver.exceptions.InsufficientResourcesError,
    driver.exceptions.TransactionRollbackError,
    driver.exceptions.ReadOnlySQLTransactionError,
)
MAX_CONNECTIONS = 8
MAX_BYTES = 256 * 1024 * 1024
"""A quarter of the largest field, since a statement holds a body beside its text."""
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
# A table that was created before it had the column `put_at` gives NULL: the name is then that of the outer query.
OLDEST = """
    SELECT (SELECT extract(epoch FROM clock_timestamp() - put_at)::float8 FROM (SELECT first.*) AS columns)
    FROM (SELECT * FROM @queue ORDER BY id LIMIT 1) AS first, (SELECT NULL::timestamptz AS put_at) AS unknown"""
STATE = "SELECT to_regclass($1)::oid::bigint, pg_sequence_last_value(pg_get_serial_sequence($1, 'id'))"

_encode_row = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(RejectedRow).decode


class PostgresQueue(BrokerSource, TransactionalQueue):
    """A queue in a table of PostgreSQL, shared by many machines: "postgresql://user@host/database?table=mirakl_queue".

    Instead of an address it takes an asyncpg pool, which stays open. It keeps cursors and rejected lines in two more
    tables, `..._cursors` and `..._rejected`; those that are missing are created. While the server is unreachable, calls
    are repeated for `max_outage` seconds.
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
        self._news = asyncio.Event()
        self._listening = asyncio.Lock()
        self._listener: Any = None
        self._returning: set[asyncio.Future[Any]] = set()
        self._table_id: int | None = None
        self._highest = 0
        self._verify_at = 0.0
        self._verified: set[int] = set()  # by connections to these processes of the server, since a pool reconnects

    def __repr__(self) -> str:
        return f"<PostgresQueue {self._channel!r}{self._place}>"

    # -- opening and closing

    async def _open(self) -> None:
        if self._dsn is not None:
            self._pool = await _create_pool(self._dsn)
        await self._run(lambda connection: check_server(connection, self._names, repr(self)))

    async def _close(self) -> None:
        if self._listens():
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

    async def _write(self, steps: Sequence[tuple[str, tuple[Any, ...]]], carried: Sequence[bytes | str]) -> None:
        """These steps in one statement, which is one transaction; `carried` is what makes it long."""
        parts: list[str] = []
        values: list[Any] = []
        for part, arguments in steps:
            parts.append(part.format(*(f"${len(values) + number}" for number in range(1, len(arguments) + 1))))
            values += arguments
        end = f"max(id), pg_notify('{self._channel}', '') FROM put" if " put AS" in "".join(parts) else "NULL"
        [(highest, *_)] = await self._call(
            f"WITH {', '.join(parts)} SELECT {end}", *values, size=sum(map(len, carried))
        )
        self._highest = max(self._highest, highest or 0)

    async def cursor(self, name: str) -> str | None:
        """The position that was stored last for this source."""
        rows = await self._call(CURSOR, name)
        return str(rows[0][0]) if rows else None

    async def rejected(self) -> AsyncIterator[RejectedRow]:
        """What was rejected, oldest first."""
        place = 0
        while rows := await self._call(REJECTED, place, ROWS_PER_PAGE, size=ROWS_PER_PAGE * self._largest):
            for _, line in rows:
                yield _decode_row(line)
            place = rows[-1][0]

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        time = asyncio.get_running_loop().time
        gives_up = time() + wait
        while True:
            self._news.clear()
            if (found := await self._take(limit)) or (left := gives_up - time()) <= 0:
                return found
            await self._listen()
            await wait_at_most(self._news, min(left, POLL_INTERVAL))

    async def _take(self, limit: int) -> Sequence[BrokerDelivery]:
        since = self._clock.monotonic()
        rows = await self._call(RECEIVE, limit, self.lease, size=limit * self._largest)
        self._highest = max([self._highest, *(row[0] for row in rows)])
        return self._hold([BrokerDelivery(str(number), body, count) for number, body, count in sorted(rows)], since)

    async def _listen(self) -> None:
        """Be woken by NOTIFY, if the pool can spare a connection; else `receive` looks now and then."""
        if self._listening.locked() or self._pool.get_max_size() < 2:
            return
        if self._listens():
            return
        async with self._listening:
            with suppress(*PASSING, driver.PostgresError):
                broken, self._listener = self._listener, None
                if broken is not None:
                    await self._pool.release(broken)
                connection = await self._pool.acquire(timeout=REPLY_TIMEOUT)
                self._listener = connection
                await connection.add_listener(self._channel, self._wake)

    def _listens(self) -> bool:
        with suppress(driver.InterfaceError):  # a connection that broke went back to the pool by itself
            return self._listener is not None and not self._listener.is_closed()
        return False

    def _wake(self, *_: object) -> None:
        self._news.set()

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        rows = await self._call(EXTEND, *_identities(messages), self.lease, max_outage=self.lease / 3)
        return {str(row[0]) for row in rows}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        await self._call(ACK, [int(message.id) for message in messages])
        return {message.id for message in messages}  # one that is not there any more was settled before

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        with suppress(*PASSING, driver.PostgresError):
            await self._with_connection(
                lambda connection: connection.fetch(
                    named(RELEASE, self._names), *_identities(messages), self._channel, timeout=REPLY_TIMEOUT
                )
            )

    async def waiting(self) -> int:
        """How many messages are not settled, delivered ones included; beyond 10,000 it is an estimate."""
        self._verify_at = 0.0
        [(count, estimate)] = await self._call(WAITING, EXACT_COUNT, self._names["@queue"])
        return int(count if count < EXACT_COUNT else max(count, estimate))

    async def oldest(self) -> float | None:
        """For how many seconds the oldest message that is not settled has been there; None without column `put_at`."""
        rows = await self._call(OLDEST)
        return 0.0 if not rows else None if rows[0][0] is None else max(0.0, float(rows[0][0]))

    # -- the server

    async def _call(self, statement: str, *values: Any, size: int = 0, max_outage: float | None = None) -> list[Any]:
        """Run a statement that may carry `size` bytes."""
        text, seconds = named(statement, self._names), REPLY_TIMEOUT + size / MIN_BYTES_PER_SECOND
        return await self._run(lambda connection: connection.fetch(text, *values, timeout=seconds), max_outage)

    async def _run(self, use: Callable[[Any], Awaitable[T]], max_outage: float | None = None) -> T:
        """Use a connection, again while the server is unreachable."""
        try:
            return await self._repeat(
                lambda: self._with_connection(use, verify=self._highest > 0), _may_pass, max_outage
            )
        except driver.UndefinedTableError:
            raise QueueLost(f"{self!r} has vanished with its messages; read their sources again") from None
        except (driver.PostgresError, driver.InterfaceError) as error:
            raise QueueError(f"{self!r}: {error.args[0]}") from None  # its details quote rows

    async def _with_connection(self, use: Callable[[Any], Awaitable[T]], *, verify: bool = False) -> T:
        connection = await self._acquire()
        try:
            if verify and (
                self._clock.monotonic() >= self._verify_at or connection.get_server_pid() not in self._verified
            ):
                await self._verify(connection)
            return await use(connection)
        except BaseException as error:
            if not isinstance(error, driver.PostgresError):  # what it was doing is not known
                connection.terminate()
            if isinstance(error, PASSING):
                self._verify_at = 0.0
            raise
        finally:
            await self._pool.release(connection, timeout=REPLY_TIMEOUT)

    async def _acquire(self) -> Any:
        """A connection; making one is not cancelled, because asyncpg may then log an error of its own."""
        acquiring: asyncio.Future[Any] = asyncio.ensure_future(self._pool.acquire(timeout=REPLY_TIMEOUT))
        try:
            return await (acquiring if self._pool.get_idle_size() else asyncio.shield(acquiring))
        except asyncio.CancelledError:
            acquiring.add_done_callback(self._give_back)
            raise

    def _give_back(self, acquiring: asyncio.Future[Any]) -> None:
        if not acquiring.cancelled() and acquiring.exception() is None:
            returning = asyncio.ensure_future(self._pool.release(acquiring.result()))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)

    async def _verify(self, connection: Any) -> None:
        """Compare what the server has with what was seen of it."""
        highest = self._highest
        table_id, last = await connection.fetchrow(STATE, self._names["@queue"], timeout=REPLY_TIMEOUT)
        self._table_id = self._table_id or table_id
        if table_id != self._table_id or (last or 0) < highest:
            raise QueueLost(f"{self!r} came back without messages that it had taken; read their sources again")
        self._verify_at = self._clock.monotonic() + self.lease / 3
        self._verified.add(connection.get_server_pid())


async def _create_pool(dsn: str) -> Any:
    """A pool that connects when it is used, and does not ask the server to forget what this queue never sets."""

    async def reset(connection: Any) -> None:
        """Nothing is set that would have to be reset."""

    return await driver.create_pool(dsn, min_size=0, max_size=MAX_CONNECTIONS, timeout=REPLY_TIMEOUT, reset=reset)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, PASSING) and not isinstance(error, ValueError)


def _identities(messages: Sequence[Message]) -> tuple[list[int], list[int | None]]:
    return [int(message.id) for message in messages], [message.deliveries for message in messages]


def _row_id(row: RejectedRow) -> bytes:
    """Of one length, since an index takes no long keys, and of any characters, since text takes no NUL."""
    return sha256(row.id.encode()).digest()
