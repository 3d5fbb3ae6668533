"""A queue for one machine: a SQLite file, written by one thread, with many changes in one transaction.

- A message can be received as soon as it is put, before it is on disk.
- A message is written by the next commit. The commit starts at once, or after COMMIT_DELAY while messages are leased
  or awaited: a message that is settled before the commit need not be written.
- A commit writes all changes made so far, so a cursor or an acknowledgement is never on disk before the changes that
  it depends on.
- Messages of up to MAX_BYTES_IN_MEMORY are kept in memory. Further messages are on disk only, and are received after
  the messages in memory.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio
from msgspec import Struct

from ..checks import check_settings
from ..errors import ClientStateError, QueueClosed, QueueError
from .leases import DEFAULT_LEASE, SETTINGS, LeasedMessages, QueueEntry
from .outages import DEFAULT_MAX_OUTAGE
from .sqlite_file import FORGET, OLDEST, AddedRow, Changes, DiskFull, LoadedRow, QueueFile, load_rejected
from .transactional_queue import Transaction, TransactionalQueue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
    from types import TracebackType

    from ..clock import Clock
    from .leases import LeasedDelivery
    from .protocol import Message, RejectedRow

__all__ = ["COMMIT_DELAY", "MAX_BYTES_IN_MEMORY", "RETRY_DELAY", "PendingPut", "SharedFile", "SqliteQueue"]

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
COMMIT_DELAY, RETRY_DELAY = 0.1, 1.0
MAX_BYTES_IN_MEMORY = 16 * 1024 * 1024
REJECTED_PAGE_SIZE = 200


class PendingPut(Struct, eq=False):
    """A waiting call of `put`: `done` is resolved when all of its messages are on disk, or all are settled."""

    unsettled: int
    done: asyncio.Future[None]


class SharedFile:
    """An open file and its messages in memory, shared by every SqliteQueue of the same path in this process."""

    def __init__(self, path: Path, lease: float, max_outage: float, clock: Clock | None) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self.process: int = os.getpid()
        self.path: Path = path
        self.users: int = 0
        self.messages: LeasedMessages = LeasedMessages(lease, clock)
        self.changes: Changes = Changes()
        self.on_disk: int = 0  # messages that `messages` does not hold; some may still be in `_unwritten`
        self.failure: QueueError | None = None
        self.closed: asyncio.Future[None] | None = None
        self._max_outage = max_outage
        # The list is an argument of the thread, so that it lives as long as the thread; in a forked child it is never
        # freed. If it were, closing the connection in the child would delete the write-ahead log of the parent.
        self._files: list[QueueFile] = []
        self._thread = ThreadPoolExecutor(1, "mirakl queue", initializer=len, initargs=(self._files,))
        self._unwritten: dict[str, QueueEntry] = {}
        self._next_id = self._loaded = self._load = 0
        self._loads: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._committing = self._urgent = False
        self._full_since: float | None = None
        self.opened: asyncio.Future[QueueFile] = self.loop.run_in_executor(
            self._thread, self._open
        )  # sets `on_disk` and `_next_id`

    def _open(self) -> QueueFile:
        file = QueueFile(self.path)
        self._files.append(file)
        self.on_disk, self._next_id = file.count, file.first_id
        return file

    async def close(self) -> None:
        """Commit the remaining changes and close the file."""
        self.closed = self.loop.create_future()
        try:
            await asyncio.wait([self.opened])
            if not self.opened.exception():
                await self.flush()
        finally:
            await asyncio.to_thread(self.unlock)
            self.closed.set_result(None)

    async def flush(self) -> None:
        """Commit all changes, including those made while an earlier commit is running."""
        if self.failure is None and (self._committing or self._unwritten or self.changes):
            await self.run_in_transaction(lambda _: None)

    def unlock(self) -> None:
        """Close the file without committing; blocks until the thread has ended."""
        if self._timer is not None:
            self._timer.cancel()
        self._thread.submit(self._close_files).result()
        self._thread.shutdown()

    def _close_files(self) -> None:
        for file in self._files:
            file.close()

    def check(self) -> None:
        """Raise QueueLost if another program changed or deleted the file."""
        if not self._committing:
            self.opened.result().check()

    # -- changes

    def add(self, bodies: Sequence[bytes], put: PendingPut | None = None) -> None:
        """Add new messages, which can be received at once; `put` is the call that waits for them."""
        now = self.messages.clock.time()
        entries = [QueueEntry(str(self._next_id + index), one, put=put, put_at=now) for index, one in enumerate(bodies)]
        if not self.on_disk:
            self._loaded = self._next_id - 1  # messages that are only on disk have greater ids
        self._next_id += len(bodies)
        self._unwritten.update((entry.id, entry) for entry in entries)
        if self.on_disk or self.messages.waiting_bytes > MAX_BYTES_IN_MEMORY:
            self.on_disk += len(entries)
            self.messages.wake()
        else:
            self.messages.add(entries)
        self.schedule_commit()

    def settle(self, message: Message, *, moved: bool = False) -> None:
        """Remove a message; `moved` means that its lines stay in the file, so its put waits for the next commit."""
        if (entry := self.messages.settle(message)) is None:
            return
        if entry.stored:
            self.changes.settled.append(int(entry.id))
        self._unwritten.pop(entry.id, None)  # if it is being written now, the next commit deletes it
        put: PendingPut | None = entry.put
        if put is not None and moved:
            self.changes.steps.append((lambda _: None, put.done))
        elif put is not None:
            put.unsettled -= 1
            if not put.unsettled:
                _resolve(put.done, None)
        self.schedule_commit()

    def take(self, limit: int, holder: object) -> Sequence[LeasedDelivery]:
        """Lease up to `limit` messages from memory to `holder`, and count their deliveries."""
        taken = self.messages.take(limit, holder)
        for delivery in taken:
            if self.messages.entries[delivery.id].stored:
                self.changes.counted[int(delivery.id)] = delivery.deliveries
        return taken

    def run_in_transaction(self, do: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Run a function in the next transaction, which starts at once; the future receives its result."""
        done: asyncio.Future[T] = self.loop.create_future()
        self.changes.steps.append((do, done))
        self.schedule_commit(at_once=True)
        return done

    async def load(self, limit: int) -> bool:
        """Load up to `limit` messages from disk into memory; return whether there were any."""
        if not self.on_disk:
            return False
        before = self._loaded
        self._load += limit
        self._loads.append(done := self.loop.create_future())
        self.schedule_commit(at_once=True)
        await done
        return self._loaded != before

    # -- commits

    def schedule_commit(self, *, at_once: bool = False) -> None:
        """Schedule a commit: at once if `at_once` is set or the queue is not busy, otherwise after COMMIT_DELAY."""
        at_once = at_once or not self.messages.busy
        if self._committing:
            self._urgent = self._urgent or at_once
        elif self._timer is None or (at_once and self._timer.when() > self.loop.time()):
            self._commit_in(0 if at_once else COMMIT_DELAY)

    def _commit_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._commit)

    def _commit(self) -> None:
        entries, changes, loads, load = [*self._unwritten.values()], self.changes, self._loads, self._load
        self._timer, self._committing, self._urgent = None, True, False
        self.changes, self._loads, self._load = Changes(), [], 0
        added: list[AddedRow] = [(int(entry.id), entry.deliveries, entry.put_at, entry.body) for entry in entries]
        commit = partial(self.opened.result().commit, added, changes, load, self._loaded)
        written = self.loop.run_in_executor(self._thread, commit)
        written.add_done_callback(partial(self._committed, entries, added, changes, loads))

    def _committed(
        self,
        entries: list[QueueEntry],
        added: list[Any],
        changes: Changes,
        loads: list[asyncio.Future[None]],
        written: Any,
    ) -> None:
        self._committing = False
        if (error := written.exception()) is not None:
            self.failure = error if isinstance(error, QueueError) else QueueError(f"{self.path}: {error!r}")
            self._fail_waiting_calls(self.failure, changes.steps, loads)
            return
        results, loaded, full = written.result()
        self._add_loaded(loaded)
        for done in loads:
            _resolve(done, None)
        if full is not None:
            self.changes = changes.merge(self.changes)
            self._wait_for_space(full)
            return
        self._full_since = None
        for entry, (number, deliveries, *_) in zip(entries, added, strict=True):
            self._mark_stored(entry, number, deliveries)
        for (_, done), result in zip(changes.steps, results, strict=True):
            _resolve(done, result)
        if self._urgent or self._unwritten or self.changes:
            self.schedule_commit(at_once=self._urgent)

    def _mark_stored(self, entry: QueueEntry, number: int, deliveries: int) -> None:
        """Record that a message is on disk; it may have been delivered or settled while it was written."""
        self._unwritten.pop(entry.id, None)
        entry.stored = True
        if entry.settled:
            self.changes.settled.append(number)
        elif entry.deliveries != deliveries:
            self.changes.counted[number] = entry.deliveries
        put: PendingPut | None = entry.put
        if put is not None:
            _resolve(put.done, None)
            entry.put = None

    def _add_loaded(self, loaded: list[LoadedRow]) -> None:
        self.on_disk -= len(loaded)
        if loaded:
            self._loaded = loaded[-1][0]
            self.messages.add(
                QueueEntry(str(number), body, deliveries, stored=True, put_at=put_at)
                for number, body, deliveries, put_at in loaded
            )

    def _wait_for_space(self, error: DiskFull) -> None:
        """Schedule another commit; after `max_outage` seconds waiting calls fail and their messages are removed."""
        if self._full_since is None:
            self._full_since = self.loop.time()
            log.warning("%s; no messages can be put until this is solved", error)
        if self.closed is not None or self.loop.time() - self._full_since >= self._max_outage:
            self._fail_waiting_calls(error, self.changes.steps, [])
            self.changes.steps = []
        self._commit_in(RETRY_DELAY)

    def _fail_waiting_calls(self, error: QueueError, steps: list[Any], loads: list[asyncio.Future[None]]) -> None:
        for done in (*loads, *(done for _, done in steps)):
            _resolve(done, error)
        for entry in [*self._unwritten.values()]:
            put: PendingPut | None = entry.put
            if put is not None:
                _resolve(put.done, error)
                entry.put = None
                if not entry.deliveries:
                    del self._unwritten[entry.id]
                    self.on_disk -= not self.messages.discard(entry)
        self.messages.wake()


class SqliteQueue(TransactionalQueue):
    """A Queue in a file, which also stores cursors and rejected lines; one process at a time can open it.

    Queues of one path share the file inside the process, in one event loop. `lease`, `max_outage` (how long to wait
    when the disk is full) and `clock` are those of the queue that was opened first. A missing file is created.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        check_settings("SqliteQueue", SETTINGS, {"lease": lease, "max_outage": max_outage})
        self.path: Path = Path(path)
        self._lease, self._max_outage, self._clock = lease, max_outage, clock
        self._shared: SharedFile | None = None

    def __repr__(self) -> str:
        return f"<SqliteQueue {self.path}>"

    async def __aenter__(self) -> Self:
        if self._shared is not None:
            raise ClientStateError(f"{self!r} is already open: create another SqliteQueue with the same path")
        path = Path(os.path.realpath(self.path))  # noqa: ASYNC240 - one look at local names
        if self.path.is_symlink() and not path.exists():  # noqa: ASYNC240
            raise QueueError(f"{self.path} is a symbolic link to a file that does not exist: name the file itself")
        while (
            (shared := _OPEN_FILES.get(path)) is not None and shared.closed is not None and not shared.loop.is_closed()
        ):
            await asyncio.wait([shared.closed])
        if shared is not None and shared.loop.is_closed():
            shared.unlock()  # its event loop ended without closing it
            shared = None
        if shared is None:
            shared = _OPEN_FILES[path] = SharedFile(path, self._lease, self._max_outage, self._clock)
        elif shared.loop is not asyncio.get_running_loop():
            raise QueueError(f"{self.path} is open in another event loop of this process: use it there, or close it")
        shared.users += 1
        try:
            await asyncio.wait([shared.opened])
            shared.opened.result()
        except BaseException:
            await _run_shielded(_stop_using(shared))
            raise
        self._shared = shared
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shared, self._shared = self._shared, None
        if shared is not None and shared.process == os.getpid():
            shared.messages.release_all(self)
            await _run_shielded(_stop_using(shared))

    def _check_open(self) -> SharedFile:
        shared = self._shared
        if shared is None or shared.process != os.getpid():
            raise QueueClosed(f"{self!r} is not open in this process: use it inside `async with`")
        if shared.failure is not None:
            raise shared.failure
        return shared

    @property
    def lease(self) -> float:
        """The duration of a lease in seconds."""
        return self._lease if self._shared is None else self._shared.messages.lease

    @property
    def max_bytes(self) -> int:
        """The maximum size of a body in bytes, a limit of SQLite: 1 GB in most builds."""
        return self._check_open().opened.result().max_bytes

    def _holds(self, message: Message) -> bool:
        return self._check_open().messages.held(message) is not None

    async def _transact(self, changes: Transaction) -> None:
        """Make the changes.

        Putting bodies waits until they are on disk or settled, and deleting rejected rows waits until that is on disk.
        Other changes are written by the next commit, without waiting for it.
        """
        shared = self._check_open()
        shared.changes.rejected.extend(changes.rejected)
        shared.changes.cursors.update(changes.cursors)
        bodies, waits = changes.bodies, changes.settled is None and not changes.forgotten
        put = PendingPut(len(bodies), shared.loop.create_future()) if bodies and waits else None
        shared.add(bodies, put)
        if changes.settled is not None:
            shared.settle(changes.settled, moved=True)
        if put is not None:
            await put.done
        if changes.forgotten:
            rows = [(row.id, row.at) for row in changes.forgotten]
            await shared.run_in_transaction(lambda db: db.executemany(FORGET, rows))

    async def receive(self, limit: int, *, wait: float) -> Sequence[LeasedDelivery]:
        """Receive up to `limit` messages; return as soon as there is one, or [] after `wait` seconds (at most 5)."""
        shared = self._check_open()
        return await shared.messages.receive(
            limit, wait, lambda limit: self._check_open().take(limit, self), shared.load
        )

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Extend the leases to `lease` seconds from now; return the messages whose lease had already ended."""
        return self._check_open().messages.extend(messages)

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Acknowledge messages; the next commit writes it. They are redelivered if the process dies before that."""
        shared = self._check_open()
        for message in messages:
            shared.settle(message)
        return ()

    async def release(self, messages: Collection[Message]) -> None:
        """Make messages available to receivers at once."""
        if self._shared is not None:
            self._shared.messages.release(messages)

    async def waiting(self) -> int:
        """Return the number of unsettled messages, including leased ones."""
        shared = self._check_open()
        shared.check()
        return len(shared.messages.entries) + shared.on_disk

    async def oldest(self) -> float | None:
        """Return the age of the oldest unsettled message in seconds; None if its time was not stored."""
        shared = self._check_open()
        if shared.messages.entries or not shared.on_disk:
            return shared.messages.oldest()
        found = await shared.run_in_transaction(lambda db: db.execute(OLDEST).fetchone())
        if found is None or found[0] is None:
            return 0.0 if found is None else None
        return max(0.0, shared.messages.clock.time() - float(found[0]))

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of this source."""
        query = "SELECT position FROM cursors WHERE name = ?"
        found = await self._check_open().run_in_transaction(lambda db: db.execute(query, (name,)).fetchone())
        return None if found is None else found[0]

    async def rejected(self) -> AsyncIterator[RejectedRow]:
        """Iterate over the rejected rows, oldest first."""
        last = 0
        while page := await self._check_open().run_in_transaction(
            partial(load_rejected, after=last, limit=REJECTED_PAGE_SIZE)
        ):
            for last, row in page:  # noqa: B007 - the next page begins after it
                yield row

    @property
    def shared_by(self) -> object:
        """The open file, the same object for all queues of this path in this process."""
        return self._check_open()

    async def transact(self, do: Callable[[sqlite3.Connection], T]) -> T:
        """Run `do` in the next transaction and return its result, for other tables in the same file.

        `do` is called in the writer thread.
        """
        return await self._check_open().run_in_transaction(do)


_OPEN_FILES: dict[Path, SharedFile] = {}
"""The open files of this process by their real paths; locking a file a second time would fail."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_OPEN_FILES.clear)


async def _stop_using(shared: SharedFile) -> None:
    shared.users -= 1
    if shared.users:
        await shared.flush()
        return
    try:
        await shared.close()
    finally:
        if _OPEN_FILES.get(shared.path) is shared:
            del _OPEN_FILES[shared.path]


async def _run_shielded(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, even if the task is cancelled meanwhile."""
    with anyio.CancelScope(shield=True):
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise
        finally:
            if task.done():
                task.result()


def _resolve(done: asyncio.Future[T], result: T | BaseException) -> None:
    if done.done():  # the waiting task may have been cancelled
        return
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
