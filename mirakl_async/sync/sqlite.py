"""The journal of one machine: a SQLite file, written by one thread, many changes to a transaction.

What is put can be claimed at once, and is written with the next commit: soon, or at once when somebody waits for it
with `flush`. A commit takes all that has changed since the last one, however many callers it is for, together with
the cursors of the feeds. What was put and settled between two commits is never written at all; it needs not be, since
the cursor that passes it is written only then.

Up to `room` orders are in memory (`window`). What is put beyond that goes to the disk alone and comes back, in order,
when there is room; from then on each put waits for its commit, so a feed runs ahead as far as the disk allows, in
bounded memory.

A disk that is full stops those who put, and nobody else: they wait, and the commit is tried again every second, while
orders in hand are claimed and pushed.

The file has one owner: a second process that opens it is told so. Claims live in memory: when their owner dies, every
order it had not settled on disk is waiting again.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import anyio

from ..clock import Clock, SystemClock, wait_at_most
from ..errors import ClientStateError, JournalError
from .journal import ClaimedOutcome, Cursor, Outcome, Put, RefusedRow, Row
from .sqlite_store import DiskFull, Store
from .transaction import A_LOAD, Job, Pending, Rows, Work, merged, tell
from .window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from types import TracebackType

    from .journal import Refusal, Statistics, Version

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
ROOM, ROOM_BYTES = 4000, 32 * 1024 * 1024
A_PAGE = 200
SECONDS_FULL = 1.0


class SqliteJournal:
    """A `Journal` in a file, for one process at a time; made by `journal="orders.db"`.

    `commit_every` is how many seconds a change may stay unwritten while nobody waits for it.
    """

    def __init__(
        self, path: str | Path, *, commit_every: float = 1.0, room: int = ROOM, clock: Clock | None = None
    ) -> None:
        self.path: Path = Path(path)
        self._commit_every = commit_every
        self._room = room
        self._clock = clock or SystemClock()
        self._window = Window()
        self._store: Store | None = None
        self._used = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mirakl journal")
        self._changed, self._urgent, self._news = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writable = asyncio.Event()
        self._spilled = False  # whether the disk holds orders that the window does not
        self._cursors: dict[str, Cursor] = {}
        self._invalid: list[RefusedRow] = []
        self._stuck: list[Pending] = []
        self._jobs: list[Job] = []
        self._through: list[Rows] = []
        self._loads: list[asyncio.Future[bool]] = []
        self._prefetch = False
        self._outcomes = 0
        self._outcome_news = asyncio.Event()
        self._lane: set[int] = set()
        self._lane_free = 0.0
        self._lane_attempts: dict[int, int] = {}
        self._failure: JournalError | None = None

    def __repr__(self) -> str:
        return f"<SqliteJournal {self.path}>"

    # -- opening and closing

    async def open(self) -> None:
        """See Journal."""
        if self._used:
            raise ClientStateError(f"{self!r} was opened before; make another")
        self._used = True
        self._loop = asyncio.get_running_loop()
        self._writable.set()
        try:
            self._store = store = await self._loop.run_in_executor(self._pool, Store, self.path)
            found = await self._loop.run_in_executor(self._pool, store.statistics)
        except BaseException:
            self._pool.shutdown(wait=False)
            raise
        self._spilled, self._outcomes = bool(found.waiting), found.outcomes
        self._writer = asyncio.create_task(self._write(store), name="mirakl journal writer")

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See Journal."""
        store, self._store = self._store, None
        if store is None:
            return
        with anyio.CancelScope(shield=True):
            self._wake(urgent=True)
            await asyncio.wait([self._writer])
            try:
                if self._failure is None:
                    await self._commit(store)
            except DiskFull as error:
                raise JournalError(f"{error}; its feed has to be read again from its last cursor") from error
            finally:
                self._fail(JournalError(f"{self.path} was closed"))
                await self._loop.run_in_executor(self._pool, store.close)
                self._pool.shutdown(wait=False)

    def _open_store(self) -> Store:
        if self._failure is not None:
            raise self._failure
        if self._store is None:
            raise ClientStateError(f"{self.path} is not open")
        return self._store

    # -- feeds

    async def put(
        self, rows: Sequence[Row], *, cursor: Cursor | None = None, invalid: Sequence[RefusedRow] = ()
    ) -> Put:
        """See Journal."""
        self._open_store()
        await self._writable.wait()
        self._open_store()  # it may have been closed meanwhile
        window = self._window
        if self._spilled or len(window) + len(rows) > self._room or window.size > ROOM_BYTES:
            self._spilled = True
            done: asyncio.Future[dict[int, str]] = self._loop.create_future()
            self._through.append(Rows(dict(enumerate(rows)), cursor, invalid, done))
            self._wake(urgent=True)
            self._news.set()
            found = await done
            fates = [found[index] for index in range(len(rows))]
        else:
            fates = [*window.put_all(rows)]
            self._invalid += invalid
            if cursor is not None:
                self._cursors[cursor.feed] = cursor
            self._wake()
            self._news.set()
        superseded = fates.count("superseded")
        conflicts = tuple(index for index, fate in enumerate(fates) if fate == "conflict")
        return Put(len(fates) - superseded - len(conflicts), superseded, conflicts)

    async def flush(self) -> None:
        """See Journal."""
        await self._ask(lambda _: None)

    async def cursor(self, feed: str) -> str | None:
        """See Journal."""
        return await self._ask(lambda store: store.cursor(feed))

    # -- workers

    async def claim(self, most: int, lease: float, *, wait: float = 0.0) -> list[Row]:
        """See Journal."""
        give_up = self._clock.monotonic() + wait
        while True:
            self._open_store()
            now = self._clock.monotonic()
            claimed = self._window.claim(most, now, lease)
            if self._spilled and self._window.waiting < A_LOAD:
                self._prefetch = True
                self._wake(urgent=True)
            if claimed:
                return claimed
            if self._spilled:
                found = await self._load()
                # What the load did not find, one ahead of it may have brought meanwhile.
                if claimed := self._window.claim(most, self._clock.monotonic(), lease):
                    return claimed
                if found:
                    continue
            now = self._clock.monotonic()
            if now >= give_up:
                return []
            await self._something(min(give_up, self._window.next_event()) - now)

    def _load(self) -> asyncio.Future[bool]:
        """Have orders read from the disk; whether any were found."""
        done: asyncio.Future[bool] = self._loop.create_future()
        self._loads.append(done)
        self._wake(urgent=True)
        return done

    async def extend(self, keys: Iterable[str], lease: float) -> None:
        """See Journal."""
        self._window.extend(keys, self._clock.monotonic() + lease)

    async def ack(self, versions: Iterable[Version]) -> None:
        """See Journal."""
        self._open_store()
        self._settled(self._window.ack(versions))

    async def nack(self, keys: Iterable[str], delay: float = 0.0) -> None:
        """See Journal."""
        self._open_store()
        self._settled(self._window.nack(keys, self._clock.monotonic(), delay))

    async def refuse(self, refusals: Iterable[Refusal]) -> None:
        """See Journal."""
        self._open_store()
        self._settled(self._window.refuse(refusals, self._clock.time()))

    def _settled(self, freed: bool) -> None:  # noqa: FBT001 - private, and said by its name
        self._wake()
        if freed:
            self._news.set()

    async def _something(self, seconds: float) -> None:
        """Until something new may be claimed, at most so many seconds."""
        self._news.clear()
        await wait_at_most(self._news, seconds)

    # -- outcomes of actions

    async def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """See Journal."""
        await self._ask(lambda store: store.put_outcomes(outcomes))
        self._outcomes += len(outcomes)
        self._outcome_news.set()

    async def claim_outcomes(self, most: int, lease: float, *, wait: float = 0.0) -> list[ClaimedOutcome]:
        """See Journal."""
        give_up = self._clock.monotonic() + wait
        while True:
            self._open_store()
            now = self._clock.monotonic()
            if self._outcomes and now >= self._lane_free:
                self._lane_free = now + lease
                try:
                    found = await self._ask(lambda store: store.first_outcomes(most))
                except BaseException:  # cancelled: nobody has them
                    await self.nack_outcomes()
                    raise
                return [self._claimed_outcome(one) for one in found]
            if now >= give_up:
                return []
            self._outcome_news.clear()
            until = min(give_up, self._lane_free) if self._outcomes else give_up
            await wait_at_most(self._outcome_news, until - now)

    def _claimed_outcome(self, one: ClaimedOutcome) -> ClaimedOutcome:
        self._lane.add(one.number)
        attempts = self._lane_attempts[one.number] = self._lane_attempts.get(one.number, 0) + 1
        return ClaimedOutcome(one.number, one.action_id, one.body, attempts)

    async def ack_outcomes(self, numbers: Iterable[int]) -> None:
        """See Journal."""
        numbers = list(numbers)
        self._outcomes_settled(numbers, await self._ask(lambda store: store.forget_outcomes(numbers)))

    async def nack_outcomes(self, delay: float = 0.0) -> None:
        """See Journal."""
        self._lane.clear()
        self._lane_free = self._clock.monotonic() + delay if delay > 0 else 0.0
        self._outcome_news.set()

    async def refuse_outcome(self, number: int, reason: str, path: str | None = None) -> None:
        """See Journal."""
        gone = await self._ask(lambda store: store.refuse_outcome(number, reason, path))
        self._outcomes_settled([number], gone)

    def _outcomes_settled(self, numbers: Iterable[int], gone: int) -> None:
        self._outcomes -= gone
        for number in numbers:
            self._lane_attempts.pop(number, None)
            self._lane.discard(number)
        if not self._lane:
            self._lane_free = 0.0
            self._outcome_news.set()

    # -- what there is

    async def statistics(self) -> Statistics:
        """See Journal."""
        return await self._ask(lambda store: store.statistics())

    async def refused(self) -> AsyncIterator[RefusedRow]:
        """See Journal."""
        last = 0
        while page := await self._refused_after(last):
            for number, row in page:
                last = number
                yield row

    def _refused_after(self, last: int) -> asyncio.Future[list[tuple[int, RefusedRow]]]:
        return self._ask(lambda store: store.refused(last, A_PAGE))

    async def replay(self, keys: Iterable[str] | None = None) -> int:
        """See Journal."""
        wanted, last, count = None if keys is None else set(keys), 0, 0
        done: set[str] = set()  # a worker may refuse them again meanwhile
        while page := await self._refused_after(last):
            last = page[-1][0]
            chosen = [
                (number, row)
                for number, row in page
                if row.version is not None and row.key not in done and (wanted is None or row.key in wanted)
            ]
            done.update(row.key for _, row in chosen if row.lane == "orders")
            count += await self._replay(chosen)
        return count

    async def _replay(self, chosen: Sequence[tuple[int, RefusedRow]]) -> int:
        orders = [
            Row(row.key, row.origin or b"null", row.version or 0, row.body or b"null", row.line)
            for _, row in chosen
            if row.lane == "orders"
        ]
        put = await self.put(orders) if orders else Put()
        outcomes = [_outcome(row) for _, row in chosen if row.lane == "actions"]
        if outcomes:
            await self.put_outcomes(outcomes)
        await self._ask(lambda store: store.forget_refused([number for number, _ in chosen]))
        return put.taken + len(outcomes)

    # -- the writer

    def _ask(self, do: Callable[[Store], T]) -> asyncio.Future[T]:
        """Have something done in the next transaction, which comes now."""
        self._open_store()
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.append(Job(do, done))
        self._wake(urgent=True)
        return done

    def _wake(self, *, urgent: bool = False) -> None:
        self._changed.set()
        if urgent:
            self._urgent.set()

    async def _write(self, store: Store) -> None:
        while self._store is not None:  # till it is closed
            await self._changed.wait()
            await wait_at_most(self._urgent, self._commit_every if self._writable.is_set() else SECONDS_FULL)
            self._changed.clear()
            self._urgent.clear()
            try:
                await self._commit(store)
            except DiskFull as error:
                if self._writable.is_set():
                    log.warning("%s; nothing more is taken until it can be", error)
                    self._writable.clear()
                self._wake()
            except JournalError as error:
                log.error("journal: %s", error)  # noqa: TRY400 - the message is all there is to know
                self._fail(error)
                return

    async def _commit(self, store: Store) -> None:
        """One transaction with all that there is to do; then whoever waits for it is told."""
        for one in self._through:
            one.decide(self._window)
        changed = Pending(self._window.take_changes(), list(self._cursors.values()), self._invalid)
        self._stuck = [merged([*self._stuck, changed])] if self._stuck else [changed]
        self._cursors, self._invalid = {}, []
        store.claimed = self._window.claimed
        work = Work(self._stuck[:], self._through, self._jobs, self._loads, prefetch=self._prefetch)
        self._through, self._jobs, self._loads, self._prefetch = [], [], [], False
        try:
            full = await asyncio.shield(self._loop.run_in_executor(self._pool, work.run, store))
        except Exception as error:
            fault = error if isinstance(error, JournalError) else JournalError(f"{self.path}: {error!r}")
            self._tell_all(work, fault)
            raise fault from error
        if full is None:
            self._stuck.clear()
            self._writable.set()
        self._install(work)
        if full is not None:
            self._through[:0], self._jobs[:0] = work.through, work.jobs
            raise full
        for rows, found in zip(work.through, work.fates, strict=True):
            tell(rows.done, {**rows.fates, **found})
        for job, result in zip(work.jobs, work.results, strict=True):
            tell(job.done, result)

    def _install(self, work: Work) -> None:
        """Put what was read from the disk into the window."""
        self._window.install(work.loaded, (one.changes for one in self._stuck))
        if work.most and len(work.loaded) < work.most:
            self._spilled = bool(self._through or (work.through and not work.fates))
        if work.loaded:
            self._news.set()
        for done in work.loads:
            tell(done, bool(work.loaded))

    def _fail(self, error: JournalError) -> None:
        """From now on everybody is told."""
        self._failure = error
        rest = Work([], self._through, self._jobs, self._loads)
        self._tell_all(rest, error)
        self._writable.set()
        self._news.set()

    @staticmethod
    def _tell_all(work: Work, error: JournalError) -> None:
        for one in (*(rows.done for rows in work.through), *(job.done for job in work.jobs), *work.loads):
            if not one.done():
                one.set_exception(error)


def _outcome(row: RefusedRow) -> Outcome:
    return Outcome(row.key, row.body or b"null")
