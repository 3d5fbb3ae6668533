"""The bulk order sync: workers that pull batches, push them, and account for every order.

**How many at a time.** Nobody has to say. A worker whose call has gone on the wire makes room for the next, which waits
for the limiter; so as long as the pace allows more calls than are being answered, there are more workers, and the
calls in flight settle at rate x latency by themselves, for 5 ms as for 2 s. Workers that would only queue up end.

**What becomes of an order.** It is accepted with its batch; or its batch is refused, and cut (`blame`) until the
guilty order is alone; or a newer version supersedes it; or the job stops, and it is counted, and kept, as unsent. An
outage is waited out for `patience` seconds, every batch staying in hand. What the configuration is to blame for (404,
401) stops the job at once.

**How it ends.** When the source is exhausted and all is answered; or drained within `grace` seconds after `stop()`, an
error inside the `async with`, or a cancellation; what is then still in flight is cancelled and counted as unsent,
although it may have arrived: sending it again is harmless, since Mirakl keeps the newest stamp. A failure of the job
waits only for what is on the wire. Cancelled again while it drains, the job ends at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Self

import anyio

from .. import calls
from ..errors import BadRequest, CallError, ClientStateError, MiraklError, SyncStopped
from ..operations.connect.orders import UPSERT_ORDERS
from .batches import Assembly, Batch
from .blame import blame
from .entries import Line, encode_batch, refusal, unencodable
from .intake import Intake
from .ledger import Ledger, NoLedger
from .outages import Outage
from .refusals import Refusals
from .refused import Refused
from .report import Report, Tally
from .triage import meaning, throttled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from ..client import Client
    from ..models.connect.common import OriginRequest
    from ..models.connect.orders import OrderRequest
    from ..options import Options
    from ..reply import Reply
    from ..request import Request
    from .entries import Entry
    from .intake import Source

log: logging.Logger = logging.getLogger("mirakl_async")
MOST_WORKERS = 96
WORKERS_WITHOUT_PACE = 8
SPARE_WORKERS = 2
REFUSED_IN_A_ROW = 500
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
        ledger: Ledger | None = None,
    ) -> None:
        self._client = client
        self._ledger = ledger or NoLedger()
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
        self._refusals = refusals = Refusals(refused_file)
        self._assembly = Assembly(batch_size, superseded=self._supersede, refused=self._refuse)
        self._intake = Intake(
            source, origin, self._assembly, self._tally, self._clock, batch_size, self._refuse, refusals.room
        )
        self._again: deque[Batch] = deque()
        paced = self._transport.allowances.of(UPSERT_ORDERS)[1] is not None
        self._most = concurrency or (MOST_WORKERS if paced else WORKERS_WITHOUT_PACE)
        self._fixed = concurrency is not None
        few = (paced or self._intake.streaming) and not self._fixed  # else none waits for long: to end costs more
        self._spare = SPARE_WORKERS if few else self._most
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
            self._ledger.stop()
            self._refusals.release()
            # The loop's own time, since a signal handler is no task, and anyio would not know where it is.
            self._group.cancel_scope.deadline = asyncio.get_running_loop().time() + self._grace

    def abort(self) -> None:
        """End now; what is in flight counts as unsent."""
        self.stop()
        self._group.cancel_scope.cancel()

    def refused(self) -> AsyncIterator[Refused]:
        """Every order that Mirakl, or the contract, will not accept, as it is found; ends with the job.

        Each comes out once: two who iterate share them. Whoever does not iterate finds the first 10,000 here after
        the job; the file, if one was named, has them all.
        """
        return self._refusals.listen(lambda: self._job is None or self._job.done())

    def unsent(self) -> Iterator[tuple[OriginRequest, OrderRequest | bytes]]:
        """What is in hand: origin and order (bytes for a line of a file); after a stop, what to send again."""
        for origin, entry in self._assembly.unsent():
            yield origin, entry.raw if isinstance(entry, Line) else entry

    async def __aenter__(self) -> Self:
        if self._job is not None:
            raise ClientStateError("a sync runs once: call orders.sync(...) again for another")
        self._refusals.open()
        try:
            await self._ledger.begin(self._tally, self._refuse)
        except BaseException:
            self._refusals.close()
            raise
        self._began = self._clock.monotonic()
        self._job = asyncio.create_task(self._run(), name="mirakl order sync")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.stop()
        self._refusals.release()
        await self._join(stopped=error is not None)
        if self._failure is not None and error is None:
            raise SyncStopped(_words(self._failure), self.report) from self._failure

    async def _join(self, *, stopped: bool) -> None:
        """Until the job has ended; cancelled meanwhile, it drains, and cancelled again, it ends at once.

        The shield is against anyio's scopes, which cancel not once but for as long as one stays inside.
        """
        assert self._job is not None  # noqa: S101 - set by __aenter__
        cancelled: asyncio.CancelledError | None = None
        while not self._job.done():
            try:
                with anyio.CancelScope(shield=stopped):
                    await asyncio.wait([self._job])
            except asyncio.CancelledError as error:
                (self.abort if stopped else self.stop)()
                stopped, cancelled = True, error
        if cancelled is not None:
            raise cancelled

    # -- the job itself

    async def _run(self) -> None:
        try:
            async with self._group as group:
                group.start_soon(self._run_ledger)
                if self._intake.streaming:
                    group.start_soon(self._intake.pump)
                self._spawn(self._most if self._fixed else 1)
        except asyncio.CancelledError as error:
            self._failure = self._failure or error
        except BaseExceptionGroup as group:  # of what is no Exception, and ends everything at once
            self._failure = self._failure or group.exceptions[0]
        finally:
            await self._end_ledger()
            self._seconds = self._clock.monotonic() - self._began
            self._failure = self._failure or self._intake.failure
            self._told_progress(last=True)
            try:
                self._refusals.close()
            except OSError as error:  # a full disk
                self._failure = self._failure or error
                self._refusals.close()

    async def _run_ledger(self) -> None:
        try:
            await self._ledger.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing more can be kept
            self._fail(error)

    async def _end_ledger(self) -> None:
        try:
            await self._ledger.end()
        except Exception as error:  # noqa: BLE001 - as above
            self._failure = self._failure or error

    def _spawn(self, count: int = 1) -> None:
        for _ in range(min(count, self._most - self._workers)):
            self._workers += 1
            self._group.start_soon(self._work)

    async def _work(self) -> None:
        try:
            while self._workers - self._on_wire <= self._spare:
                batch = await self._next()
                if batch is None:
                    return
                await self._push(batch)
                self._told_progress()
            if self._again or self._assembly.waiting:
                self._intake.more.set()  # those who stay may be waiting for the source only
        except Exception as error:  # noqa: BLE001 - a fault of ours: no order is lost by it
            self._fail(error)
        finally:
            self._workers -= 1

    async def _next(self) -> Batch | None:
        """The next batch to push, or None when this worker is no longer needed."""
        intake, assembly = self._intake, self._assembly
        while self._failure is None:
            if self._again:
                return self._again.popleft()
            if self._refusals.crowded:
                await self._refusals.room()
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
        body = self._body(batch)
        if body is None:
            return
        request = calls.build(UPSERT_ORDERS, {}, self._base, body)
        outage = Outage(self._patience)
        while self._failure is None:
            try:
                self._accept(batch, await self._send(request, len(batch), again=outage.began is not None))
                return
            except MiraklError as error:
                pause = self._heed(batch, error, outage)
            if pause is None:
                return
            await self._clock.sleep(pause * (0.5 + self._clock.random() / 2))

    def _body(self, batch: Batch) -> bytes | None:
        """What to send; None if the batch was cut instead."""
        try:
            body = encode_batch(batch.origin, batch.entries)
        except Exception as error:  # noqa: BLE001 - see unencodable
            self._turn_away_unencodable(batch, error)
            return None
        if len(body) > self._batch_bytes and len(batch) > 1:
            self._cut_again(batch, _halves(batch.entries))
            return None
        return body

    def _heed(self, batch: Batch, error: MiraklError, outage: Outage) -> float | None:
        """Act on what a failed call means; returns the seconds after which the same is to be sent again, if it is."""
        if isinstance(error, CallError):
            self._tally.throttles += throttled(error.attempts)
        what = meaning(error)
        if what == "isolate" and isinstance(error, BadRequest):
            self._isolate(batch, error)
        elif what == "shrink" and len(batch) > 1:
            self._cut_again(batch, _halves(batch.entries))
        elif what == "shrink":
            self._turn_away(batch, {0: _server_refusal(batch, 0, str(error), error)}, [])
        else:
            pause = outage.pause(error, self._clock.monotonic(), self._last_answer)
            if pause is None:
                self._fail(error)
            elif self._failure is None:
                log.warning("order sync: %s; sending again within %.1f s", error, pause)
                return pause
        return None

    async def _send(self, request: Request, orders: int, *, again: bool) -> Reply:
        tally, on_wire = self._tally, False

        def started() -> None:
            nonlocal on_wire
            tally.calls += 1
            tally.sent += orders
            tally.retries += on_wire or again
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
                self._end_a_failed_job()

    # -- what becomes of orders

    def _accept(self, batch: Batch, reply: Reply) -> None:
        self._tally.accepted += len(batch)
        if len(reply.attempts) > 1:
            self._tally.throttles += throttled(reply.attempts)
        self._refused_in_a_row = 0
        self._last_answer = self._clock.monotonic()
        self._assembly.land(batch, self._last_answer)
        self._ledger.accepted(batch.entries)

    def _isolate(self, batch: Batch, error: BadRequest) -> None:
        """Refuse whom the server named, and send the others in parts small enough to find the rest."""
        self._last_answer = self._clock.monotonic()
        named, parts = blame(batch.entries, error.problem)
        guilty = {index: _server_refusal(batch, index, reason, error, path) for index, (reason, path) in named.items()}
        self._turn_away(batch, guilty, parts)
        self._refused_in_a_row += len(guilty)
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            self._fail(error)

    def _turn_away_unencodable(self, batch: Batch, error: Exception) -> None:
        """Refuse the orders no JSON can be made of, and send the others."""
        faults = {index: unencodable(entry) for index, entry in enumerate(batch.entries)}
        guilty = {
            index: refusal(batch.entries[index], batch.origin, "invalid", fault)
            for index, fault in faults.items()
            if fault is not None
        }
        if not guilty:
            raise error
        self._turn_away(batch, guilty, [[entry for index, entry in enumerate(batch.entries) if index not in guilty]])

    def _turn_away(self, batch: Batch, guilty: Mapping[int, Refused], parts: Sequence[Sequence[Entry]]) -> None:
        """Let some orders of a batch go for good, and cut the others again."""
        out = Batch(batch.lane, [batch.entries[index] for index in guilty])
        batch.lane.flying.append(out)
        self._cut_again(batch, parts)
        self._assembly.land(out, self._clock.monotonic())
        for index, refused in guilty.items():
            self._ledger.refused(batch.entries[index], refused)
            self._refuse(refused)

    def _cut_again(self, batch: Batch, parts: Sequence[Sequence[Entry]]) -> None:
        self._again.extend(batch.split(parts))
        self._intake.more.set()
        if self._fixed:
            self._spawn(len(self._again) - 1)
        elif self._again and self._workers == self._on_wire:
            self._spawn()

    def _refuse(self, refused: Refused) -> None:
        self._tally.refused += 1
        try:
            self._refusals.add(refused)
        except OSError as error:
            self._fail(error)

    def _supersede(self, entry: Entry) -> None:  # noqa: ARG002 - counted, not kept
        self._tally.superseded += 1

    def _fail(self, error: BaseException) -> None:
        """End the job: what is on the wire is waited for, nothing new goes."""
        if self._failure is None:
            self._failure = error
            self.stop()
            self._end_a_failed_job()

    def _end_a_failed_job(self) -> None:
        if self._failure is not None and not self._on_wire:
            self._group.cancel_scope.cancel()

    def _told_progress(self, *, last: bool = False) -> None:
        now = self._clock.monotonic()
        if self._progress is not None and (last or now - self._last_progress >= PROGRESS_EVERY):
            self._last_progress = now
            try:
                self._progress(self.report)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - a CancelledError of the user's own would pass for one of ours
                self._fail(error)


def _server_refusal(batch: Batch, index: int, reason: str, error: MiraklError, path: str | None = None) -> Refused:
    problem = getattr(error, "problem", None)
    return refusal(batch.entries[index], batch.origin, "server", reason, path=path, problem=problem)


def _words(failure: BaseException) -> str:
    """A failure in one line; one that is not of this package says what it is."""
    if isinstance(failure, MiraklError):
        return str(failure)
    return f"{type(failure).__name__}: {failure}".removesuffix(": ")


def _halves(entries: Sequence[Any]) -> list[Sequence[Any]]:
    middle = len(entries) // 2
    return [entries[:middle], entries[middle:]]
