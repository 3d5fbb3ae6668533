"""An idempotency store in two tables of PostgreSQL 11 or later, for runners on many machines.

Only the server's clock is used. An order in progress is a row that another runner may take over after it has expired.
It is taken in a separate statement before the action is read, so that everything the former owner stored is visible.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import anyio

from ..clock import Clock, SystemClock
from ..errors import ConfigurationError, QueueClosed, QueueError
from ..queues.outages import DEFAULT_MAX_OUTAGE, retry
from ..queues.postgres_opening import table_names
from ..queues.postgres_queue import TRANSIENT_ERRORS
from .idempotency import CLAIM_SECONDS, RETENTION, ActionProgress, Backlog

__all__ = [
    "BACKLOG",
    "CREATE",
    "DECIDE",
    "DEFER",
    "EXTEND",
    "FAILED",
    "FIND",
    "MAX_CONNECTIONS",
    "OVERDUE",
    "PURGE_INTERVAL",
    "RELEASE",
    "REPLY_TIMEOUT",
    "REPORTED",
    "UNREPORTED",
    "PostgresIdempotencyStore",
    "driver",
]

try:
    import asyncpg  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
except ImportError as _missing:
    raise ConfigurationError(
        "PostgresIdempotencyStore needs the extra: pip install 'mirakl-async[postgres]'"
    ) from _missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from types import TracebackType

T = TypeVar("T")
driver: Any = cast("Any", asyncpg)
DEFAULT_TABLE = "mirakl_actions"
MAX_CONNECTIONS, REPLY_TIMEOUT, PURGE_INTERVAL = 8, 10.0, 3600.0
CREATE = """
    CREATE TABLE IF NOT EXISTS @actions (
        id text PRIMARY KEY, started_by text, failures integer NOT NULL DEFAULT 0, outcome bytea, event bytea,
        due timestamptz, since timestamptz, claimed_until timestamptz NOT NULL DEFAULT '-infinity',
        at timestamptz NOT NULL DEFAULT clock_timestamp()) WITH (fillfactor = 70);
    CREATE INDEX IF NOT EXISTS @waiting ON @actions (since) WHERE since IS NOT NULL;
    CREATE TABLE IF NOT EXISTS @orders (id text PRIMARY KEY, runner text NOT NULL, until timestamptz NOT NULL)"""
TAKE = """
    INSERT INTO @orders VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) ON CONFLICT (id) DO UPDATE
    SET runner = excluded.runner, until = excluded.until
    WHERE @orders.runner = excluded.runner OR @orders.until <= clock_timestamp() RETURNING id"""
EXTEND = """
    UPDATE @orders SET until = clock_timestamp() + make_interval(secs => $3)
    WHERE id = ANY ($1::text[]) AND runner = $2"""
RELEASE = "DELETE FROM @orders WHERE id = $1 AND runner = $2"
FIND = """
    SELECT started_by, failures, outcome, since IS NOT NULL AS waits, event IS NOT NULL AS deferred
    FROM @actions WHERE id = $1"""
MARK = """
    INSERT INTO @actions (id, started_by) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE
    SET started_by = excluded.started_by, at = clock_timestamp()"""
FAILED = "UPDATE @actions SET failures = $2, at = clock_timestamp() WHERE id = $1"
DECIDE = """
    INSERT INTO @actions (id, outcome, since, claimed_until)
    VALUES ($1, $2, clock_timestamp(), clock_timestamp() + make_interval(secs => $3)) ON CONFLICT (id) DO UPDATE
    SET outcome = excluded.outcome, event = NULL, since = excluded.since, claimed_until = excluded.claimed_until,
        at = clock_timestamp()
    WHERE @actions.outcome IS NULL"""
DEFER = """
    INSERT INTO @actions (id, event, since, due)
    VALUES ($1, $2, clock_timestamp(), clock_timestamp() + make_interval(secs => $3)) ON CONFLICT (id) DO UPDATE
    SET event = excluded.event, since = excluded.since, due = excluded.due, at = clock_timestamp()
    WHERE @actions.outcome IS NULL AND @actions.event IS NULL"""
OUTCOME = "SELECT outcome FROM @actions WHERE id = $1"
REPORTED = "UPDATE @actions SET since = NULL, at = clock_timestamp() WHERE id = ANY ($1::text[])"
CLAIM = """
    UPDATE @actions SET claimed_until = clock_timestamp() + make_interval(secs => $2)
    WHERE id = ANY (ARRAY(
        SELECT id FROM @actions WHERE since IS NOT NULL AND claimed_until <= clock_timestamp() AND {}
        ORDER BY since LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING id, {}"""
UNREPORTED = CLAIM.format("outcome IS NOT NULL", "outcome")
OVERDUE = CLAIM.format("event IS NOT NULL AND due <= clock_timestamp()", "event")
BACKLOG = """
    SELECT event IS NOT NULL AS awaiting, count(*) AS count,
        extract(epoch FROM clock_timestamp() - min(since))::float AS oldest
    FROM @actions WHERE since IS NOT NULL GROUP BY 1"""
PURGE = (
    "DELETE FROM @actions WHERE since IS NULL AND at < clock_timestamp() - make_interval(secs => $1)",
    "DELETE FROM @orders WHERE until < clock_timestamp() - make_interval(secs => $1)",
)


class PostgresIdempotencyStore:
    """An idempotency store in PostgreSQL: "postgresql://user@host/database".

    The table is `mirakl_actions`, or is named by `?table=...` or `table`; missing tables are created. Instead of an
    address it accepts an asyncpg pool, which stays open. While the server is unreachable, calls are retried for
    `max_outage` seconds.
    """

    durable: bool = True

    def __init__(
        self,
        dsn_or_pool: Any,
        table: str = DEFAULT_TABLE,
        *,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        self._dsn: str | None = None
        self._pool: Any = None
        self._place = ""
        if isinstance(dsn_or_pool, str):
            parts = urlsplit(dsn_or_pool)
            options = dict(parse_qsl(parts.query))
            table = options.pop("table", table)
            self._dsn = urlunsplit(parts._replace(query=urlencode(options)))
            self._place = f" of {parts.hostname}"
        else:
            self._pool = dsn_or_pool
        quoted = table_names(table)["@queue"]
        plain = table.rpartition(".")[2]
        self._names = {"@actions": quoted, "@orders": f'{quoted[:-1]}_orders"', "@waiting": f'"{plain}_waiting"'}
        self._table = plain
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._purge_at = 0.0
        self._start_count = 0
        self._state = "new"

    def __repr__(self) -> str:
        return f"<PostgresIdempotencyStore {self._table!r}{self._place}>"

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise QueueClosed(f"{self!r} was already opened; create another one")
        self._state = "open"
        try:
            if self._dsn is not None:
                self._pool = await driver.create_pool(
                    self._dsn, min_size=0, max_size=MAX_CONNECTIONS, timeout=REPLY_TIMEOUT, reset=_no_reset
                )
            await self._run(self._create)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state = "closed"
        if self._dsn is not None and self._pool is not None:
            with anyio.CancelScope(shield=True), anyio.move_on_after(REPLY_TIMEOUT):
                await self._pool.close()
            self._pool.terminate()

    async def _create(self, connection: Any) -> None:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", self._names["@actions"])
            await connection.execute(self._expand_names(CREATE))

    # -- the entries

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Store the action as started, and lock its order."""
        self._start_count += 1
        by = f"{runner} {self._start_count}"

        async def start(connection: Any) -> ActionProgress:
            async with connection.transaction():
                if not await connection.fetch(self._expand_names(TAKE), order, runner, seconds):
                    return ActionProgress(busy=True)
                found = await connection.fetchrow(self._expand_names(FIND), action_id)
                if found is not None and (found["outcome"] is not None or (found["deferred"] and not overdue)):
                    await connection.execute(self._expand_names(RELEASE), order, runner)
                else:
                    await connection.execute(self._expand_names(MARK), action_id, by)
            return ActionProgress() if found is None else _progress(found, by)

        return await self._run(start)

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of this runner on these orders."""
        await self._fetch(EXTEND, [*orders], runner, seconds)

    async def release(self, order: str, runner: str) -> None:
        """Release the lock of this runner on an order."""
        await self._fetch(RELEASE, order, runner)

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler of an action has raised."""
        await self._fetch(FAILED, action_id, failures)

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome if the action has none; return the stored outcome."""
        await self._fetch(DECIDE, action_id, outcome, CLAIM_SECONDS)
        return cast("bytes", (await self._fetch(OUTCOME, action_id))[0][0])

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event of a deferred action; return the outcome if there is one."""
        await self._fetch(DEFER, action_id, event, seconds)
        return cast("bytes | None", (await self._fetch(OUTCOME, action_id))[0][0])

    async def reported(self, action_ids: Collection[str]) -> None:
        """Store that these outcomes were reported to Connect; delete old actions every PURGE_INTERVAL."""
        await self._fetch(REPORTED, [*action_ids])
        if self._clock.monotonic() >= self._purge_at:
            self._purge_at = self._clock.monotonic() + PURGE_INTERVAL
            for statement in PURGE:
                await self._fetch(statement, RETENTION)

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim outcomes that are not reported to Connect."""
        return [(key, value) for key, value in await self._fetch(UNREPORTED, limit, CLAIM_SECONDS)]

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim deferred events that are overdue."""
        return [(key, value) for key, value in await self._fetch(OVERDUE, limit, CLAIM_SECONDS)]

    async def backlog(self) -> Backlog:
        """Return the numbers and ages of the actions that wait."""
        found = {row["awaiting"]: (row["count"], max(0.0, row["oldest"])) for row in await self._fetch(BACKLOG)}
        return Backlog(*found.get(True, (0, 0.0)), *found.get(False, (0, 0.0)))

    # -- the server

    def _expand_names(self, statement: str) -> str:
        for mark, name in self._names.items():
            statement = statement.replace(mark, name)
        return statement

    async def _fetch(self, statement: str, *values: Any) -> list[Any]:
        text = self._expand_names(statement)
        return await self._run(lambda connection: connection.fetch(text, *values, timeout=REPLY_TIMEOUT))

    async def _run(self, use: Callable[[Any], Awaitable[T]]) -> T:
        """Call `use` with a connection, and retry while the server is unreachable."""

        async def attempt() -> T:
            if self._state != "open":
                raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
            async with asyncio.timeout(2 * REPLY_TIMEOUT), self._pool.acquire(timeout=REPLY_TIMEOUT) as connection:
                return await use(connection)

        try:
            return await retry(attempt, _is_transient, repr(self), self._max_outage, self._clock)
        except (driver.PostgresError, driver.InterfaceError) as error:
            raise QueueError(f"{self!r}: {error.args[0]}") from None  # the error's details quote rows


def _progress(found: Any, by: str) -> ActionProgress:
    outcome = found["outcome"]
    return ActionProgress(
        again=found["started_by"] not in {None, by},
        failures=found["failures"],
        outcome=outcome,
        reported=outcome is not None and not found["waits"],
        deferred=found["deferred"],
    )


def _is_transient(error: Exception) -> bool:
    return isinstance(error, TRANSIENT_ERRORS) and not isinstance(error, ValueError)


async def _no_reset(_connection: Any) -> None:
    """Do nothing: there are no changed settings to reset."""
