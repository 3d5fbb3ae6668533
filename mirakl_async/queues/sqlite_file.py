"""The file of a SqliteQueue. Its methods block and are called in one thread.

- A commit survives a power failure (write-ahead log, full synchronisation).
- The file is locked exclusively while it is open; the operating system releases the lock when the process ends.
- Ids are never reused: each opening of the file has its own range of ids.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from ..errors import QueueError, QueueLost, QueueUnavailable
from .protocol import RejectedRow

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Generator

__all__ = [
    "COUNT",
    "FORGET",
    "OLDEST",
    "OLD_JOURNAL",
    "REJECT",
    "REJECTED",
    "SCHEMA",
    "AddedRow",
    "Changes",
    "DiskFull",
    "LoadedRow",
    "QueueFile",
    "load_rejected",
]

APPLICATION, OLD_JOURNAL = 0x4D515545, 0x4D4A524E
PAGE_BYTES, CHECKPOINT_PAGES, LOG_BYTES = 32768, 256, 16 * 1024 * 1024
IDS_PER_OPENING = 2**32
SCHEMA = f"""
    PRAGMA page_size = {PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA application_id = {APPLICATION};
    CREATE TABLE queue (id INTEGER PRIMARY KEY, deliveries INTEGER NOT NULL, put_at REAL);
    CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
    CREATE TABLE cursors (name TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE rejected (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, reason TEXT NOT NULL, path TEXT,
        order_id TEXT, line BLOB, at REAL NOT NULL);
"""
LOAD = "SELECT id, body, deliveries, put_at FROM queue JOIN bodies USING (id) WHERE id > ? ORDER BY id LIMIT ?"
COUNT = "UPDATE queue SET deliveries = deliveries + 1 WHERE id BETWEEN ? AND ?"
REJECT = """
    INSERT INTO rejected (id, kind, reason, path, order_id, line, at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, at = excluded.at"""
FORGET = "DELETE FROM rejected WHERE id = ? AND at <= ?"  # a replayed row may have been rejected again since
REJECTED = (
    "SELECT number, id, kind, reason, path, order_id, line, at FROM rejected WHERE number > ? ORDER BY number LIMIT ?"
)
OLDEST = "SELECT put_at FROM queue ORDER BY id LIMIT 1"
LoadedRow: TypeAlias = tuple[int, bytes, int, float | None]
AddedRow: TypeAlias = tuple[int, int, float | None, bytes]


class DiskFull(QueueUnavailable):
    """The file cannot be written now because the disk is full or fails; a later attempt may succeed."""


class Changes(Struct):
    """What the next transaction writes in addition to new messages.

    `settled` are ids to delete, `counted` are numbers of deliveries by id. `steps` are functions to call with the
    connection, each with the future that receives its result.
    """

    settled: list[int] = []
    counted: dict[int, int] = {}
    cursors: dict[str, str] = {}
    rejected: list[RejectedRow] = []
    steps: list[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]] = []

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)

    def merge(self, later: Changes) -> Changes:
        """Return these changes followed by later ones."""
        return Changes(
            self.settled + later.settled,
            self.counted | later.counted,
            self.cursors | later.cursors,
            self.rejected + later.rejected,
            self.steps + later.steps,
        )


class QueueFile:
    """An open file: `count` is the number of messages when it was opened, `first_id` the first unused id."""

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        with _translate_errors(path):
            if not os.path.lexists(path):
                _create(path)
            elif not path.stat().st_size:
                raise QueueLost(
                    f"{path} is empty: it was truncated, and its messages are lost; delete it to start with a new one"
                )
            address = f"{path.absolute().as_uri()}?mode=rw"
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            with _translate_errors(path):
                self._prepare()
                self._last_state = self._file_state()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        run = self._db.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        self._check_format()  # before anything is written: the file may belong to another program
        for name in (self.path, self.path.with_name(self.path.name + "-wal")):
            if name.exists():
                name.chmod(0o600)  # orders contain personal data
        run("PRAGMA synchronous = FULL")
        run(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        run(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        run("BEGIN IMMEDIATE")
        opening = self._number("PRAGMA user_version") + 1
        run(f"PRAGMA user_version = {opening}")
        if not self._number("SELECT count(*) FROM pragma_table_info('queue') WHERE name = 'put_at'"):
            run("ALTER TABLE queue ADD COLUMN put_at REAL")  # the file was created by an earlier version
        self.count: int = self._number("SELECT count(*) FROM queue")
        run("COMMIT")
        self.first_id: int = opening * IDS_PER_OPENING
        self.max_bytes: int = self._db.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) - 1024

    def _check_format(self) -> None:
        application = self._number("PRAGMA application_id")
        if application == OLD_JOURNAL:
            raise QueueError(
                f"{self.path} is a journal of an earlier version of mirakl_async, which this version cannot read: let "
                "that version finish it, or use another file"
            )
        if application != APPLICATION:
            raise QueueError(f"{self.path} is a SQLite database of another program: use another file")

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    def close(self) -> None:
        """Close and unlock the file."""
        self._db.close()

    def check(self) -> None:
        """Raise QueueLost if another program wrote, moved or deleted the file, which SQLite does not detect."""
        try:
            same = self._file_state() == self._last_state
        except FileNotFoundError:
            same = False
        except OSError as error:
            raise DiskFull(f"{self.path} cannot be read: {os.strerror(error.errno or 0)}") from error
        if not same:
            raise QueueLost(
                f"{self.path} was deleted, replaced, truncated or changed by another program while it was in use: "
                "its messages may be lost; read their sources again"
            )

    def _file_state(self) -> list[tuple[int, ...]]:
        found = (os.stat(f"{self.path}{suffix}") for suffix in ("", "-wal"))  # noqa: PTH116 - on each commit
        return [(one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns) for one in found]

    def commit(
        self, added: list[AddedRow], changes: Changes, load: int, after: int
    ) -> tuple[list[Any], list[LoadedRow], DiskFull | None]:
        """Write all changes in one transaction, and load up to `load` messages whose ids are greater than `after`.

        Return the results of the steps, the loaded messages, and the error of a full disk, if any. Loaded messages are
        delivered next, so their deliveries are counted here. A full disk does not prevent loading.
        """
        self.check()
        try:
            with _translate_errors(self.path), self._transaction():
                results = self._write(added, changes)
                loaded = self._load(load, after)
                if loaded:
                    self._db.execute(COUNT, (loaded[0][0], loaded[-1][0]))
            return results, loaded, None
        except DiskFull as error:
            with _translate_errors(self.path):
                return [], self._load(load, after), error
        finally:
            with contextlib.suppress(OSError):
                self._last_state = self._file_state()

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def _write(self, added: list[AddedRow], changes: Changes) -> list[Any]:
        many = self._db.executemany
        for table in ("queue", "bodies"):
            many(f"DELETE FROM {table} WHERE id = ?", [(one,) for one in changes.settled])  # noqa: S608 - a constant
        many("INSERT INTO queue (id, deliveries, put_at) VALUES (?, ?, ?)", [one[:3] for one in added])
        many("INSERT INTO bodies VALUES (?, ?)", [(number, body) for number, _, _, body in added])
        many("UPDATE queue SET deliveries = ? WHERE id = ?", [(count, one) for one, count in changes.counted.items()])
        many("INSERT OR REPLACE INTO cursors VALUES (?, ?)", changes.cursors.items())
        many(REJECT, [(r.id, r.kind, r.reason, r.path, r.order_id, r.line, r.at) for r in changes.rejected])
        return [do(self._db) for do, _ in changes.steps]

    def _load(self, limit: int, after: int) -> list[LoadedRow]:
        return self._db.execute(LOAD, (after, limit)).fetchall() if limit else []


def load_rejected(db: sqlite3.Connection, after: int, limit: int) -> list[tuple[int, RejectedRow]]:
    """Return a page of rejected rows with their numbers, oldest first; `after` is the last number before the page."""
    found = db.execute(REJECTED, (after, limit)).fetchall()
    return [
        (number, RejectedRow(id=key, kind=kind, reason=reason, path=path, order_id=order_id, line=line, at=at))
        for number, key, kind, reason, path, order_id, line, at in found
    ]


def _create(path: Path) -> None:
    """Create the file under a temporary name and link it when it is complete, so that an empty file is an error."""
    handle, made = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as db:
            db.executescript(SCHEMA)
        with contextlib.suppress(FileExistsError):  # another process created it first
            os.link(made, path)
    finally:
        Path(made).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _translate_errors(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _to_queue_error(path, error) from error
    except OSError as error:
        raise QueueError(f"{path} cannot be opened: {os.strerror(error.errno or 0)}") from error


def _to_queue_error(path: Path, error: sqlite3.Error) -> QueueError:
    """Convert an error of SQLite into the error of the queue."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return QueueUnavailable(
            f"{path} is locked, because only one process can open a SQLite queue: stop the other process, use another "
            "file, or share a postgresql:// or redis:// queue"
        )
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return DiskFull(f"{path} cannot be written: {error}")
    if code == sqlite3.SQLITE_NOTADB:
        return QueueError(f"{path} is not a SQLite database: use another file")
    if code == sqlite3.SQLITE_CORRUPT:
        return QueueLost(f"{path} is damaged ({error}): use another file, and read the sources of its messages again")
    return QueueError(f"{path} cannot be used: {error}")
