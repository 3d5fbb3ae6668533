"""The SQLite side of a journal: blocking, and used by one thread.

Write-ahead log with full synchronisation, so that a commit survives a power failure. The lock is exclusive and held
for as long as the file is open: the operating system lets go of it when the process dies, however it dies. Rows keep
their place (`seq`) when a newer version takes theirs; the key's index is small, the bodies lie in order of arrival.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING

from ..errors import JournalError
from .entries import same_json
from .journal import ClaimedOutcome, Cursor, Outcome, RefusedRow, Row, Statistics

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from .window import Changes

APPLICATION, FORMAT = 0x4D4A524E, 1
PAGE, CHECKPOINT_PAGES, LOG_BYTES = 16384, 512, 16 * 1024 * 1024
SCHEMA = (
    """CREATE TABLE orders (
        seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, origin BLOB NOT NULL,
        body BLOB NOT NULL, line INTEGER NOT NULL, since REAL NOT NULL)""",
    "CREATE TABLE cursors (feed TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE outcomes (number INTEGER PRIMARY KEY AUTOINCREMENT, action_id TEXT NOT NULL, body BLOB NOT NULL)",
    """CREATE TABLE refused (
        id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
        reason TEXT NOT NULL, path TEXT, version INTEGER, origin BLOB, body BLOB, line INTEGER NOT NULL,
        at REAL NOT NULL)""",
    "CREATE UNIQUE INDEX refused_orders ON refused (key) WHERE lane = 'orders'",  # outcomes all count
)
KEEP = """INSERT INTO orders (seq, key, version, origin, body, line, since) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, origin = excluded.origin, body = excluded.body,
    line = excluded.line WHERE excluded.version > orders.version"""
FORGET = "DELETE FROM orders WHERE key = ? AND version <= ?"
REFUSE = """INSERT OR REPLACE INTO refused (lane, key, kind, reason, path, version, origin, body, line, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
REMEMBER = "INSERT OR REPLACE INTO cursors (feed, position) VALUES (?, ?)"
_NOT_NOW = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


class Store:
    """An open journal file."""

    def __init__(self, path: Path) -> None:
        self.claimed: int = 0
        self._path = path
        with _explained(path):
            path.touch(mode=0o600)  # it holds what orders hold
            self._db = sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)
        try:
            with _explained(path):
                self._prepare()
                self._files = _identities(path)
                self._seq = self._number("SELECT coalesce(max(seq), 0) FROM orders")
        except BaseException:
            self._db.close()
            raise
        self._loaded = 0

    def _prepare(self) -> None:
        run = self._db.execute
        run(f"PRAGMA page_size = {PAGE}")
        run("PRAGMA locking_mode = EXCLUSIVE")
        self._check_format()  # before anything is written: it may be somebody else's
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        run(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        run("BEGIN IMMEDIATE")
        try:
            if self._check_format():
                self._create()
        finally:
            run("COMMIT")

    def _create(self) -> None:
        for statement in SCHEMA:
            self._db.execute(statement)
        self._db.execute(f"PRAGMA application_id = {APPLICATION}")
        self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _check_format(self) -> bool:
        """Whether it is still empty; raises JournalError if it is neither that nor a journal of this format."""
        application, version = (self._number(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        if not application and not self._number("SELECT count(*) FROM sqlite_master"):
            return True
        if application != APPLICATION:
            raise JournalError(f"{self._path} is a SQLite database, but not a journal; name another file")
        if version != FORMAT:
            raise JournalError(
                f"{self._path} is a journal of format {version}, and this version of mirakl_async writes format "
                f"{FORMAT}; let the version that wrote it finish it, or name another file"
            )
        return False

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # -- what is done in one transaction

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """All of what happens inside, on disk, or nothing; raises JournalError, or DiskFull if it may work later."""
        seq = self._seq
        self._check_file()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            self._seq = seq
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise _fault(self._path, error) from error
            raise

    def _check_file(self) -> None:
        """SQLite would write on into files that nobody can find any more, such as a forked child may have deleted."""
        try:
            same = _identities(self._path) == self._files
        except FileNotFoundError:
            same = False
        except OSError:  # that of a file share that is away; SQLite says what it makes of it
            return
        if not same:
            raise JournalError(
                f"{self._path} was deleted, moved or replaced while it was in use, with the orders in it; "
                "read its feeds again"
            )

    def write(self, changes: Changes, cursors: Iterable[Cursor], invalid: Iterable[RefusedRow]) -> None:
        """Bring the disk up to a window."""
        if changes.gone:
            self._db.executemany(FORGET, changes.gone)
        if changes.rows:
            self._db.executemany(KEEP, map(self._values, changes.rows))
        self._refuse((*changes.refused, *invalid))
        self._db.executemany(REMEMBER, [(cursor.feed, cursor.position) for cursor in cursors])

    def _refuse(self, rows: Iterable[RefusedRow]) -> None:
        self._db.executemany(
            REFUSE,
            [(r.lane, r.key, r.kind, r.reason, r.path, r.version, r.origin, r.body, r.line, r.at) for r in rows],
        )

    def _values(self, row: Row) -> tuple[object, ...]:
        self._seq += 1
        return (self._seq, row.key, row.version, row.origin, row.body, row.line, time.time())

    def put(self, row: Row) -> str:
        """Keep a row of an order that no window holds; its fate."""
        found = self._db.execute("SELECT version, body FROM orders WHERE key = ?", (row.key,)).fetchone()
        if found is not None and row.version <= found[0]:
            same = row.version < found[0] or same_json(row.body, found[1])
            return "superseded" if same else "conflict"
        self._db.execute(KEEP, self._values(row))
        return "taken" if found is None else "superseded"

    # -- what is read

    def load(self, most: int) -> list[Row]:
        """The next rows that were not loaded yet, in the order of their arrival."""
        query = "SELECT key, origin, version, body, line, seq FROM orders WHERE seq > ? ORDER BY seq LIMIT ?"
        with _explained(self._path):
            found = self._db.execute(query, (self._loaded, most)).fetchall()
        if found:
            self._loaded = found[-1][5]
        return [Row(*values[:5]) for values in found]

    def cursor(self, feed: str) -> str | None:
        """Where a feed stands."""
        found = self._db.execute("SELECT position FROM cursors WHERE feed = ?", (feed,)).fetchone()
        return None if found is None else str(found[0])

    def statistics(self) -> Statistics:
        """The figures; the disk does not know how many orders are `claimed`, and is told with the changes."""
        with _explained(self._path):
            first = self._db.execute("SELECT since FROM orders ORDER BY seq LIMIT 1").fetchone()
            return Statistics(
                waiting=self._number("SELECT count(*) FROM orders") - self.claimed,
                claimed=self.claimed,
                refused=self._number("SELECT count(*) FROM refused WHERE lane = 'orders'"),
                outcomes=self._number("SELECT count(*) FROM outcomes"),
                refused_outcomes=self._number("SELECT count(*) FROM refused WHERE lane = 'actions'"),
                oldest=None if first is None else max(0.0, time.time() - first[0]),
                cursors=dict(self._db.execute("SELECT feed, position FROM cursors ORDER BY feed").fetchall()),
            )

    def refused(self, after: int, most: int) -> list[tuple[int, RefusedRow]]:
        """Refused rows with their ids, oldest first."""
        query = """SELECT id, lane, key, kind, reason, path, version, origin, body, line, at
            FROM refused WHERE id > ? ORDER BY id LIMIT ?"""
        return [(values[0], RefusedRow(*values[1:])) for values in self._db.execute(query, (after, most))]

    def forget_refused(self, ids: Iterable[int]) -> None:
        """Keep these no longer."""
        self._db.executemany("DELETE FROM refused WHERE id = ?", [(number,) for number in ids])

    # -- the lane of outcomes

    def put_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes behind all others."""
        self._db.executemany(
            "INSERT INTO outcomes (action_id, body) VALUES (?, ?)", [(one.action_id, one.body) for one in outcomes]
        )

    def first_outcomes(self, most: int) -> list[ClaimedOutcome]:
        """The oldest ones."""
        query = "SELECT number, action_id, body FROM outcomes ORDER BY number LIMIT ?"
        return [ClaimedOutcome(*values) for values in self._db.execute(query, (most,))]

    def forget_outcomes(self, numbers: Iterable[int]) -> int:
        """Keep these no longer; how many there were."""
        return self._db.executemany("DELETE FROM outcomes WHERE number = ?", [(one,) for one in numbers]).rowcount

    def refuse_outcome(self, number: int, reason: str, path: str | None) -> int:
        """Set one aside; how many there were."""
        found = self._db.execute("SELECT action_id, body FROM outcomes WHERE number = ?", (number,)).fetchone()
        if found is None:
            return 0
        row = RefusedRow("actions", found[0], "server", reason, path, number, None, found[1], at=time.time())
        self._refuse([row])
        return self.forget_outcomes([number])


class DiskFull(JournalError):
    """It could not be written now, and may be later."""


def _identities(path: Path) -> list[tuple[int, int]]:
    """Which files a journal and its write-ahead log are, whatever they are called."""
    found = (path.with_name(path.name + suffix).stat() for suffix in ("", "-wal"))
    return [(one.st_dev, one.st_ino) for one in found]


def _fault(path: Path, error: sqlite3.Error) -> JournalError:
    """What a failure of SQLite means for whoever uses the journal."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return JournalError(
            f"{path} is in use: a SQLite journal has one owner at a time; "
            "end the other process, name another file, or share a redis:// journal"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return JournalError(f"{path} is no SQLite database, so no journal; name another file")
    if code == sqlite3.SQLITE_CORRUPT:
        return JournalError(f"{path} is damaged ({error}); name another file, and read its feeds again")
    if code in _NOT_NOW:
        return DiskFull(f"{path} cannot be written: {error}")
    return JournalError(f"{path}: {error}")


@contextlib.contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _fault(path, error) from error
    except OSError as error:
        raise JournalError(f"{path} cannot be opened: {os.strerror(error.errno or 0)}") from error
