"""An idempotency store in a SQLite file: its own file, or the file of the orders' queue.

The file is opened like that of a SqliteQueue: one process owns it, and all users of the same path in the process share
it, its writer thread and its commits. Orders in progress and claims are therefore held in memory: they end with the
process, and clocks of different machines are never compared. Times in the file are in seconds since 1970.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from ..clock import Clock, SystemClock
from ..queues.outages import DEFAULT_MAX_OUTAGE
from ..queues.sqlite_queue import SqliteQueue
from .idempotency import CLAIM_SECONDS, RETENTION, ActionProgress, Backlog, ExpiringLocks

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = [
    "BACKLOG",
    "FIND",
    "OVERDUE",
    "PURGE_INTERVAL",
    "SCHEMA",
    "UNREPORTED",
    "WAITING",
    "SqliteIdempotencyStore",
]

PURGE_INTERVAL = 3600.0
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS actions (
        id TEXT PRIMARY KEY, failures INTEGER NOT NULL DEFAULT 0, outcome BLOB, event BLOB, due REAL, since REAL,
        at REAL NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS waiting_actions ON actions (since) WHERE since IS NOT NULL",
)
FIND = "SELECT failures, outcome, event IS NOT NULL, since IS NOT NULL FROM actions WHERE id = ?"
WAITING = "SELECT id, {} FROM actions WHERE since IS NOT NULL AND {} ORDER BY since LIMIT ?"
UNREPORTED = WAITING.format("outcome", "outcome IS NOT NULL")
OVERDUE = WAITING.format("event", "event IS NOT NULL AND due <= ?")
BACKLOG = "SELECT event IS NOT NULL, count(*), min(since) FROM actions WHERE since IS NOT NULL GROUP BY 1"


class SqliteIdempotencyStore:
    """An idempotency store in the file at `path`, which one process at a time can open."""

    durable: bool = True

    def __init__(self, path: str | Path, *, max_outage: float = DEFAULT_MAX_OUTAGE, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._file = SqliteQueue(path, max_outage=max_outage)
        self._orders, self._claims = ExpiringLocks(self._clock), ExpiringLocks(self._clock)
        self._purge_at = 0.0

    def __repr__(self) -> str:
        return f"<SqliteIdempotencyStore {self._file.path}>"

    async def __aenter__(self) -> Self:
        await self._file.__aenter__()
        try:
            await self._file.transact(_create)
        except BaseException:
            await self._file.__aexit__(None, None, None)
            raise
        self._orders, self._claims = _LOCKS.setdefault(self._file.shared_by, (self._orders, self._claims))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._file.__aexit__(kind, error, trace)

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Store the action as started, and lock its order."""
        if not self._orders.take(order, runner, seconds):
            return ActionProgress(busy=True)
        progress = await self._file.transact(partial(_start, action_id, self._clock.time()))
        if progress.outcome is not None or (progress.deferred and not overdue):
            self._orders.release(order, runner)
        return progress

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of this runner on these orders."""
        self._orders.extend(orders, runner, seconds)

    async def release(self, order: str, runner: str) -> None:
        """Release the lock of this runner on an order."""
        self._orders.release(order, runner)

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler of an action has raised."""
        await self._file.transact(partial(_failed, action_id, failures, self._clock.time()))

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome if the action has none; return the stored outcome."""
        self._claims.take(action_id, "", CLAIM_SECONDS)
        return await self._file.transact(partial(_decide, action_id, outcome, self._clock.time()))

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event of a deferred action; return the outcome if there is one."""
        return await self._file.transact(partial(_defer, action_id, event, seconds, self._clock.time()))

    async def reported(self, action_ids: Collection[str]) -> None:
        """Store that these outcomes were reported to Connect; delete old actions every PURGE_INTERVAL."""
        now = self._clock.time()
        purge = now >= self._purge_at
        if purge:
            self._purge_at = now + PURGE_INTERVAL
        await self._file.transact(partial(_reported, [*action_ids], now, purge))

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim outcomes that are not reported to Connect."""
        return self._claims.claim(await self._file.transact(partial(_rows, UNREPORTED, 10 * limit)), limit)

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim deferred events that are overdue."""
        found = await self._file.transact(partial(_rows, OVERDUE, self._clock.time(), 10 * limit))
        return self._claims.claim(found, limit)

    async def backlog(self) -> Backlog:
        """Return the numbers and ages of the actions that wait."""
        now = self._clock.time()
        found = {
            waits: (count, max(0.0, now - since))
            for waits, count, since in await self._file.transact(partial(_rows, BACKLOG))
        }
        return Backlog(*found.get(1, (0, 0.0)), *found.get(0, (0, 0.0)))


_LOCKS: WeakKeyDictionary[object, tuple[ExpiringLocks, ExpiringLocks]] = WeakKeyDictionary()
"""The locks of orders in progress, and the claims, of each open file."""


def _create(db: sqlite3.Connection) -> None:
    for statement in SCHEMA:
        db.execute(statement)


def _start(action_id: str, now: float, db: sqlite3.Connection) -> ActionProgress:
    found = db.execute(FIND, (action_id,)).fetchone()
    if found is None:
        db.execute("INSERT INTO actions (id, at) VALUES (?, ?)", (action_id, now))
        return ActionProgress()
    failures, outcome, deferred, waits = found
    if outcome is None and not deferred:
        db.execute("UPDATE actions SET at = ? WHERE id = ?", (now, action_id))
    return ActionProgress(
        again=True,
        failures=failures,
        outcome=outcome,
        reported=outcome is not None and not waits,
        deferred=bool(deferred),
    )


def _failed(action_id: str, failures: int, now: float, db: sqlite3.Connection) -> None:
    db.execute("UPDATE actions SET failures = ?, at = ? WHERE id = ?", (failures, now, action_id))


def _decide(action_id: str, outcome: bytes, now: float, db: sqlite3.Connection) -> bytes:
    changed = db.execute(
        "INSERT INTO actions (id, outcome, since, at) VALUES (:id, :outcome, :now, :now) ON CONFLICT (id) DO UPDATE "
        "SET outcome = :outcome, since = :now, at = :now, event = NULL, due = NULL WHERE outcome IS NULL",
        {"id": action_id, "outcome": outcome, "now": now},
    )
    if changed.rowcount:
        return outcome
    found: bytes = db.execute("SELECT outcome FROM actions WHERE id = ?", (action_id,)).fetchone()[0]
    return found


def _defer(action_id: str, event: bytes, seconds: float, now: float, db: sqlite3.Connection) -> bytes | None:
    db.execute(
        "INSERT INTO actions (id, event, due, since, at) VALUES (:id, :event, :due, :now, :now) ON CONFLICT (id) "
        "DO UPDATE SET event = :event, due = :due, since = :now, at = :now WHERE outcome IS NULL AND event IS NULL",
        {"id": action_id, "event": event, "due": now + seconds, "now": now},
    )
    found: bytes | None = db.execute("SELECT outcome FROM actions WHERE id = ?", (action_id,)).fetchone()[0]
    return found


def _reported(action_ids: list[str], now: float, purge: bool, db: sqlite3.Connection) -> None:  # noqa: FBT001
    db.executemany("UPDATE actions SET since = NULL, at = ? WHERE id = ?", [(now, one) for one in action_ids])
    if purge:
        db.execute("DELETE FROM actions WHERE since IS NULL AND at < ?", (now - RETENTION,))


def _rows(query: str, *values: Any) -> list[Any]:
    *parameters, db = values
    found: list[Any] = db.execute(query, parameters).fetchall()
    return found
