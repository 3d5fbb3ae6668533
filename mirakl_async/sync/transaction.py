"""What one transaction of a SQLite journal does, and whom it tells: made on the loop, run by the thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from .journal import Cursor, RefusedRow, Row
from .sqlite_store import DiskFull, Store
from .window import Changes, Window

T = TypeVar("T")
A_LOAD = 500


class Pending(NamedTuple):
    """What the next commit writes, apart from what callers ask it for."""

    changes: Changes
    cursors: list[Cursor]
    invalid: list[RefusedRow]


def merged(pending: Sequence[Pending]) -> Pending:
    """Several in one, without the rows that were settled since: a disk that could not take them need not any more."""
    gone: dict[str, int] = {}
    rows: dict[str, Row] = {}
    for changes, _, _ in pending:
        for key, version in changes.gone:
            gone[key] = max(version, gone.get(key, version))
            if key in rows and rows[key].version <= version:
                del rows[key]
        rows.update({row.key: row for row in changes.rows})
    refused = [row for one in pending for row in one.changes.refused]
    return Pending(
        Changes([*gone.items()], [*rows.values()], refused),
        [cursor for one in pending for cursor in one.cursors],
        [row for one in pending for row in one.invalid],
    )


class Job(NamedTuple):
    """What one caller waits for: done in the transaction, after everything that was pending."""

    do: Callable[[Store], Any]
    done: asyncio.Future[Any]


class Rows(Struct):
    """Rows that go to the disk without passing through memory; `fates` has those that were decided, by their index."""

    rows: dict[int, Row]
    cursor: Cursor | None
    invalid: Sequence[RefusedRow]
    done: asyncio.Future[dict[int, str]]
    fates: dict[int, str] = {}

    def decide(self, window: Window) -> None:
        """Let a window that holds some of the orders by now decide on them."""
        for index in [index for index, row in self.rows.items() if row.key in window]:
            self.fates[index] = window.put(self.rows.pop(index))

    def write(self, store: Store) -> dict[int, str]:
        """Write the others; the fate of each."""
        found = {index: store.put(row) for index, row in self.rows.items()}
        store.write(Changes([], [], []), [self.cursor] if self.cursor else [], self.invalid)
        return found


class Work:
    """One transaction, and what is read after it: made on the loop, run by the thread, read on the loop again."""

    __slots__ = ("fates", "jobs", "loaded", "loads", "most", "pending", "results", "through")

    def __init__(
        self,
        pending: list[Pending],
        through: list[Rows],
        jobs: list[Job],
        loads: list[asyncio.Future[bool]],
        *,
        prefetch: bool = False,
    ) -> None:
        self.pending: list[Pending] = pending
        self.through: list[Rows] = through
        self.jobs: list[Job] = jobs
        self.loads: list[asyncio.Future[bool]] = loads
        self.most = A_LOAD if loads or prefetch else 0
        self.fates: list[dict[int, str]] = []
        self.results: list[Any] = []
        self.loaded: list[Row] = []

    def run(self, store: Store) -> DiskFull | None:
        """Do it; a full disk is no failure, and does not keep anybody from reading."""
        full = None
        try:
            with store.transaction():
                for one in self.pending:
                    store.write(one.changes, one.cursors, one.invalid)
                self.fates = [rows.write(store) for rows in self.through]
                self.results = [job.do(store) for job in self.jobs]
        except DiskFull as error:
            self.fates = []
            full = error
        if self.most:
            self.loaded = store.load(self.most)
        return full


def tell(done: asyncio.Future[T], result: T) -> None:
    """Give a caller what it waits for."""
    if not done.done():  # whoever waited may have been cancelled
        done.set_result(result)
