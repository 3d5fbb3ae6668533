"""The bulk order sync: workers that pull batches, push them, and account for every order.

**How many at a time.** Nobody has to say. A worker whose call has gone on the wire makes room for the next, which waits
for the limiter; so as long as the pace allows more calls than are being answered, there are more workers, and the
calls in flight settle at rate x latency by themselves, for 5 ms as for 2 s. Workers that would only queue up end.

**What becomes of an order.** It is accepted with its batch; or its batch is refused, and cut (`isolation`) until the
guilty order is alone; or a newer version supersedes it; or the job stops, and it is counted, and kept, as unsent. An
outage is waited out for `patience` seconds, every batch staying in hand. What the configuration is to blame for (404,
401) stops the job at once.

**How it ends.** When the source is exhausted and all is answered; or drained within `grace` seconds after `stop()`, an
error inside the `async with`, or a cancellation; what is then still in flight is cancelled and counted as unsent,
although it may have arrived: sending it again is harmless, since Mirakl keeps the newest stamp.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Self

import anyio

from .. import calls
from ..errors import AuthenticationFailed, BadRequest, CallError, ConnectFailed, MiraklError, SyncStopped
from ..operations.connect.orders import UPSERT_ORDERS
from .batches import Assembly, Batch
from .dead_letters import DeadLetters
from .entries import encode_batch, refusal
from .intake import Intake
from .isolation import blame
from .outcomes import meaning, throttled
from .report import Refused, Report, Tally

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from ..calls import Reply
    from ..client import Client
    from ..models.connect.common import OriginRequest
    from ..models.connect.orders import OrderRequest
    from ..options import Options
    from .entries import Entry
    from .intake import Source

log = logging.getLogger("mirakl_async")
MOST_WORKERS = 96
WORKERS_WITHOUT_PACE = 8
KEPT_REFUSALS = 10_000
REFUSED_IN_A_ROW = 500
RENEWALS = 5
FIRST_CONTACT = 30.0
LONGEST_PAUSE = 30.0
PROGRESS_EVERY = 0.1


class OrderSync:
    """One sync job; made by `connect.orders.sync(...)`, see there. `report` may be read at any time."""

    def __init__(
        self,
        client: Client,
        source: Source,
        *,
        origin: OriginRequest | None,
        batch_size: int,
        batch_bytes: int,
        linger: float,
        concurrency: int | None,
        refused_file: Path | None,
        progress: Callable[[Report], None] | None,
        grace: float,
        patience: float,
    ) -> None:
        self._client = client
        self._transport = client.transport
        self._clock = self._transport.clock
        self._base = client.base_url("connect")
        self._options: Options = {**client.options_for({}), "deadline": None, "max_wait": 3600.0}
        self._batch_bytes = batch_bytes
        self._linger = linger
        self._grace = grace
        self._patience = patience
        self._progress = progress
        self._tally = Tally()
        self._assembly = Assembly(batch_size, superseded=self._supersede, refused=self._refuse)
        self._intake = Intake(source, origin, self._assembly, self._tally, self._clock, batch_size, self._refuse)
        self._dead_letters = DeadLetters(refused_file) if refused_file is not None else None
        self._again: deque[Batch] = deque()
        self._refusals: deque[Refused] = deque()
        self._news = asyncio.Event()
        self._listened = False
        self._untold = 0
        paced = self._transport.allowances.of(UPSERT_ORDERS)[1] is not None
        self._most = concurrency or (MOST_WORKERS if paced else WORKERS_WITHOUT_PACE)
        self._fixed = concurrency is not None
        self._workers = self._on_wire = 0
        self._refused_in_a_row = 0
        self._failure: BaseException | None = None
        self._stopping = False
        self._began = self._clock.monotonic()
        self._seconds: float | None = None
        self._last_answer: float | None = None
        self._last_progress = 0.0
        self._group = anyio.create_task_group()
        self._job: asyncio.Task[None] | None = None

    # -- the job as its user sees it

    @property
    def report(self) -> Report:
        """The figures so far."""
        seconds = self._seconds
        return self._tally.report(self._clock.monotonic() - self._began if seconds is None else seconds)

    async def run(self) -> Report:
        """Do it all and give the report; raises SyncStopped if the job could not finish."""
        async with self:
            pass
        return self.report

    def stop(self) -> None:
        """Take nothing more from the source, finish what is in hand within the grace period, and end."""
        if not self._stopping:
            self._stopping = True
            self._intake.close()
            self._group.cancel_scope.deadline = anyio.current_time() + self._grace

    def abort(self) -> None:
        """End now; what is in flight counts as unsent."""
        self.stop()
        self._group.cancel_scope.cancel()

    async def refused(self) -> AsyncIterator[Refused]:
        """Every order that Mirakl, or the contract, will not accept, as it is found; ends with the job.

        Whoever does not iterate finds the first 10,000 here after the job; the file, if one was named, has them all.
        """
        self._listened = True
        while True:
            while self._refusals:
                yield self._refusals.popleft()
            if self._job is None or self._job.done():
                return
            self._news.clear()
            await self._news.wait()

    def unsent(self) -> Iterator[tuple[OriginRequest, OrderRequest | bytes]]:
        """What is in hand, as pairs of origin and order (bytes for a line of a file): after a stop, what to send again."""
        for origin, entry in self._assembly.unsent():
            yield origin, getattr(entry, "raw", entry)

    async def __aenter__(self) -> Self:
        self._began = self._clock.monotonic()
        self._job = asyncio.create_task(self._run(), name="mirakl order sync")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._job is not None  # noqa: S101 - set by __aenter__
        if error is not None:
            self.stop()
        try:
            await asyncio.shield(self._job)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait([self._job])
            raise
        if self._failure is not None and error is None:
            raise SyncStopped(str(self._failure), self.report) from self._failure

    # -- the job itself

    async def _run(self) -> None:
        try:
            async with self._group as group:
                if self._intake.streaming:
                    group.start_soon(self._intake.pump)
                self._spawn(self._most if self._fixed else 1)
        except BaseException as error:
            self._failure = self._failure or error
            raise
        finally:
            self._seconds = self._clock.monotonic() - self._began
            self._failure = self._failure or self._intake.failure
            if self._dead_letters is not None:
                self._dead_letters.close()
            if self._untold and self._dead_letters is None:
                log.warning(
                    "%d refused orders were counted but not kept: iterate refused(), or name a file", self._untold
                )
            self._told_progress(last=True)
            self._news.set()

    def _spawn(self, count: int = 1) -> None:
        for _ in range(min(count, self._most - self._workers)):
            self._workers += 1
            self._group.start_soon(self._work)

    async def _work(self) -> None:
        try:
            while self._fixed or self._workers - self._on_wire <= 2:
                batch = await self._next()
                if batch is None:
                    return
                await self._push(batch)
                self._told_progress()
        finally:
            self._workers -= 1

    async def _next(self) -> Batch | None:
        """The next batch to push, or None when this worker is no longer needed."""
        intake, assembly = self._intake, self._assembly
        while self._failure is None:
            if self._again:
                return self._again.popleft()
            now = self._clock.monotonic()
            if intake.streaming:
                ripe = assembly.next_ripe(self._linger)
                if ripe is not None and ripe <= now:
                    intake.flush()
                batch = assembly.cut(now, None if intake.full else self._linger)
            else:
                batch = assembly.cut(now, None if intake.exhausted or intake.full else float("inf"))
            if batch is not None:
                intake.drained()
                return batch
            if intake.exhausted and not assembly.waiting:
                return None
            if not intake.read() and intake.streaming:
                ripe = assembly.next_ripe(self._linger)
                await intake.wait(None if ripe is None else max(0.0, ripe - now))
        return None

    async def _push(self, batch: Batch) -> None:
        """Send one batch until it is answered for good."""
        body = encode_batch(batch.origin, batch.entries)
        if len(body) > self._batch_bytes and len(batch) > 1:
            self._cut_again(batch, _halves(batch.entries))
            return
        request = calls.build(UPSERT_ORDERS, {}, self._base, body)
        patience = self._clock.monotonic() + self._patience
        pause, renewals = 0.5, 0
        while True:
            try:
                self._accept(batch, await self._send(request))
                return
            except MiraklError as error:
                self._count(error, len(batch))
                what = meaning(error)
                if what == "isolate" and isinstance(error, BadRequest):
                    self._isolate(batch, error)
                    return
                if what == "shrink" and len(batch) > 1:
                    self._cut_again(batch, _halves(batch.entries))
                    return
                if what == "shrink":
                    self._refuse_entry(batch, batch.entries[0], str(error), error)
                    self._land(batch)
                    return
                if isinstance(error, AuthenticationFailed) and len(error.attempts) > 1 and renewals < RENEWALS:
                    renewals += 1  # the token was renewed for this call, and revoked again before it arrived
                    what = "wait"
                if what == "stop" or self._clock.monotonic() + pause > self._until(patience, error):
                    self._fail(error)
                    return
                log.warning("order sync: %s; sending again within %.0f s", error, pause)
            if self._failure is not None:
                return
            await self._clock.sleep(pause * (0.5 + self._clock.random() / 2))
            pause = min(LONGEST_PAUSE, pause * 2)

    def _until(self, patience: float, error: MiraklError) -> float:
        """How long an outage is waited out; a host that was never reached is more likely misspelt than down."""
        if self._last_answer is None and isinstance(error, ConnectFailed):
            return min(patience, self._began + FIRST_CONTACT)
        return max(patience, (self._last_answer or 0.0) + self._patience)

    async def _send(self, request: calls.Request) -> Reply:
        on_wire = False

        def started() -> None:
            nonlocal on_wire
            if not on_wire:
                on_wire = True
                self._on_wire += 1
                if not self._fixed and self._workers == self._on_wire:
                    self._spawn()

        try:
            return await self._transport.run(request, self._options, started)
        finally:
            if on_wire:
                self._on_wire -= 1

    # -- what becomes of orders

    def _accept(self, batch: Batch, reply: Reply) -> None:
        tally, attempts = self._tally, len(reply.attempts)
        tally.accepted += len(batch)
        tally.sent += len(batch) * attempts
        tally.calls += attempts
        tally.retries += attempts - 1
        tally.throttles += throttled(reply.attempts) if attempts > 1 else 0
        self._refused_in_a_row = 0
        self._land(batch)

    def _land(self, batch: Batch) -> None:
        self._last_answer = self._clock.monotonic()
        self._assembly.land(batch, self._last_answer)

    def _isolate(self, batch: Batch, error: BadRequest) -> None:
        """Refuse whom the server named, and send the others in parts small enough to find the rest."""
        self._last_answer = self._clock.monotonic()
        named, parts = blame(batch.entries, error.problem)
        for index, (reason, path) in named.items():
            self._refuse_entry(batch, batch.entries[index], reason, error, path)
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            self._fail(error)
        if named:
            guilty = Batch(batch.lane, [batch.entries[index] for index in named])
            batch.lane.flying.append(guilty)
            self._cut_again(batch, parts)
            self._land(guilty)
        else:
            self._cut_again(batch, parts)

    def _cut_again(self, batch: Batch, parts: Sequence[Sequence[Entry]]) -> None:
        self._again.extend(batch.split(parts))
        if self._again and not self._fixed and self._workers == self._on_wire:
            self._spawn()

    def _refuse_entry(
        self, batch: Batch, entry: Entry, reason: str, error: MiraklError, path: str | None = None
    ) -> None:
        self._refused_in_a_row += 1
        problem = getattr(error, "problem", None)
        self._refuse(refusal(entry, batch.origin, "server", reason, path=path, problem=problem))

    def _refuse(self, refused: Refused) -> None:
        self._tally.refused += 1
        if self._dead_letters is not None:
            self._dead_letters.write(refused)
        if self._listened or len(self._refusals) < KEPT_REFUSALS:
            self._refusals.append(refused)
        else:
            self._untold += 1
        self._news.set()

    def _supersede(self, entry: Entry) -> None:  # noqa: ARG002 - counted, not kept
        self._tally.superseded += 1

    def _count(self, error: MiraklError, orders: int) -> None:
        if isinstance(error, CallError) and error.attempts:
            self._tally.calls += len(error.attempts)
            self._tally.retries += len(error.attempts) - 1
            self._tally.sent += len(error.attempts) * orders
            self._tally.throttles += throttled(error.attempts)

    def _fail(self, error: BaseException) -> None:
        """End the job: what is on the wire is waited for, nothing new goes."""
        if self._failure is None:
            self._failure = error
            self.stop()

    def _told_progress(self, *, last: bool = False) -> None:
        now = self._clock.monotonic()
        if self._progress is not None and (last or now - self._last_progress >= PROGRESS_EVERY):
            self._last_progress = now
            self._progress(self.report)


def _halves(entries: Sequence[Any]) -> list[Sequence[Any]]:
    middle = len(entries) // 2
    return [entries[:middle], entries[middle:]]
