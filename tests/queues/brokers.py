"""The adapters of the conformance suite: one class for each broker, one row in `BROKERS` of the conftest.

An adapter's class says how to open a queue on a store of the test's own, and what its broker cannot do. A test that
needs what is None or False there is not made for it (`needs` in the conftest).
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from mirakl_async.queues import sqlite_queue
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.support.manual_clock import InstantClock

LEASE = 1000.0
"""Where the clock is injected; an adapter whose broker keeps the time overrides it with the shortest it can."""


class Broker:
    """A store of one test's own."""

    lease: float = LEASE
    puts = True  # a Sink; the tests below that need one are left out otherwise
    cursors = False  # KeepsCursors
    rejected = False  # KeepsRejected
    counts_deliveries = True
    counts_waiting = True
    knows_age = False  # KnowsAge
    releases_at_once = True
    binary = True  # every byte comes back as it was; else text
    durable = True  # what was put outlives the object
    receive_limit = 10  # the most that one receive gives
    needs_server: str | None = None  # the fixture that gives its server, which is then in `server`
    server: Any = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def start(self) -> None:
        """Before the test: start or empty the server."""

    async def stop(self) -> None:
        """After the test, whatever happened."""

    def queue(self) -> Any:
        """A queue on the store, to be used as `async with`; two of them see the same messages."""
        raise NotImplementedError

    async def let_leases_end(self) -> None:
        """Return when every lease that ran has ended; here by sleeping."""
        await asyncio.sleep(self.lease * 1.2)

    async def part_of_a_lease(self) -> None:
        """Let about two thirds of a lease pass."""
        await asyncio.sleep(self.lease * 0.66)

    async def deliver(self, queue: Any, bodies: Sequence[bytes]) -> None:
        """Put messages as the other side would; a Source without `put` overrides this."""
        await queue.put(bodies)

    # What may go wrong; a broker to which it can be done has a method of this name.
    unreachable: Any = None  # () -> a queue whose broker cannot be reached, with a `max_outage` of at most 0.5 s
    vanish: Any = None  # async () -> None: delete the queue under the one that is open


class MemoryBroker(Broker):
    cursors = rejected = knows_age = True
    durable = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = InstantClock()
        self._queue = MemoryQueue(lease=self.lease, clock=self.clock)

    def queue(self) -> Any:
        return self._queue

    async def let_leases_end(self) -> None:
        self.clock.now += self.lease * 1.2

    async def part_of_a_lease(self) -> None:
        self.clock.now += self.lease * 0.66


class LockedQueue(SqliteQueue):
    """A queue whose file another process has."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "orders.db", max_outage=0.3)

    async def __aenter__(self) -> Self:
        async with SqliteQueue(self.path):
            pass
        with file_owner(self.path):
            return await super().__aenter__()


@contextlib.contextmanager
def file_owner(path: Path) -> Iterator[None]:
    """Another process that has a SQLite file locked."""
    code = "import sqlite3, sys, time; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
    code += "db.execute('BEGIN EXCLUSIVE'); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        try:
            yield
        finally:
            owner.kill()


class SqliteBroker(MemoryBroker):
    durable = True

    def queue(self) -> Any:
        return SqliteQueue(self.folder / "orders.db", lease=self.lease, max_outage=0.3, clock=self.clock)

    def unreachable(self) -> Any:
        return LockedQueue(self.folder)

    async def vanish(self) -> None:
        (self.folder / "orders.db").unlink()


class SqliteOnDiskBroker(SqliteBroker):
    """Nothing waits in memory: every message is read back from the disk."""

    async def start(self) -> None:
        self._limit, sqlite_queue.MAX_BYTES_IN_MEMORY = sqlite_queue.MAX_BYTES_IN_MEMORY, -1

    async def stop(self) -> None:
        sqlite_queue.MAX_BYTES_IN_MEMORY = self._limit


@contextlib.asynccontextmanager
async def started(broker: Broker) -> AsyncIterator[Broker]:
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()
