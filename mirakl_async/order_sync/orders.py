"""`connect.orders`: the generated methods and the bulk jobs."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from .. import codec
from ..checks import BOOLEAN, CALLABLE, SECONDS_OR_ZERO, Rule, Rules, check_arguments, whole
from ..errors import InvalidArgument, UnreadableFile
from ..http.request_builder import build
from ..models.connect.common import OriginRequest
from ..operations.connect.orders import UPDATE_ACTION_STATUS
from ..operations.connect.orders import Orders as GeneratedOrders
from ..queues.opening import make_queue, open_queue, require
from ..queues.protocol import KeepsCursors, KeepsRejected, Queue, Sink, Source, offers
from ..redaction import clears_locals
from .enqueueing import Enqueuer, Resumable
from .entries import misplaced_origin
from .job import OrderSync
from .job_options import JobOptions
from .line_file import open_lines
from .monitor import ENQUEUE, JobMonitor
from .ndjson import NdjsonFile
from .opened_blocks import action_block
from .queue_feed import QueueFeed, QueueOptions, store_rejected
from .rejections import OrderRejections
from .report import SyncCounters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from ..models.connect.orders import ActionError, UpdateActionStatusOrStr
    from .intake import Source as OrderSource
    from .job_options import EnqueueOptions, OrderIterable, PairIterable, SourceOptions, SyncOptions
    from .rejected_order import RejectedOrder
    from .report import SyncReport

__all__ = ["OPTIONS", "PATH", "QUEUE", "Orders"]

MEBIBYTE = 1024 * 1024
PATH = Rule("a path", lambda value: isinstance(value, Path) or (isinstance(value, str) and value != ""))
QUEUE = Rule(
    "a path, the address of a queue, or a queue",
    lambda value: (
        PATH.test(value)
        or (
            not isinstance(value, type)
            and (offers(value, Source) or offers(value, Sink) or offers(value, KeepsRejected))
        )
    ),
)
OPTIONS: Rules = {
    "journal": QUEUE.or_none(),
    "queue": QUEUE,
    "rejected": QUEUE.or_none(),
    "batch_size": whole(1, 100),
    "max_batch_bytes": whole(1),
    "linger": SECONDS_OR_ZERO,
    "concurrency": whole(1).or_none("as many as are needed"),
    "rejected_file": PATH.or_none(),
    "progress": CALLABLE.or_none(),
    "grace_period": SECONDS_OR_ZERO,
    "resume": BOOLEAN,
    "resume_file": PATH.or_none(),
    "read_ahead": whole(1).or_none(),
    "until_empty": BOOLEAN,
    "idle": SECONDS_OR_ZERO,
    "max_deliveries": whole(1).or_none("no end"),
    "max_outage": SECONDS_OR_ZERO,
}
"""What the options of the bulk jobs take."""
WORKER_OPTIONS: Rules = {**OPTIONS, "max_outage": SECONDS_OR_ZERO.or_none("no end")}
DEFAULT_READ_AHEAD = 2_000
NO_CURSOR = "give resume_file=..., or resume=False to read the source from its start each time"


class Orders(GeneratedOrders):
    """Orders that the channel sends to Connect, one by one or in bulk."""

    __slots__ = ()

    @overload
    def sync(self, source: OrderIterable, *, origin: OriginRequest, **options: Unpack[SourceOptions]) -> OrderSync: ...

    @overload
    def sync(self, source: PairIterable, *, origin: None = None, **options: Unpack[SourceOptions]) -> OrderSync: ...

    @overload
    def sync(
        self, source: str | Path, *, origin: OriginRequest | None = None, **options: Unpack[SourceOptions]
    ) -> OrderSync: ...

    @overload
    def sync(self, source: Source, **options: Unpack[SyncOptions]) -> OrderSync: ...

    @clears_locals
    def sync(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | str | Path | Source,
        *,
        origin: OriginRequest | None = None,
        batch_size: int = 100,
        max_batch_bytes: int = MEBIBYTE,
        linger: float = 0.05,
        concurrency: int | None = None,
        rejected_file: str | Path | None = None,
        progress: Callable[[SyncReport], None] | None = None,
        grace_period: float = 10.0,
        max_outage: float = 300.0,
        journal: str | Path | Queue | None = None,
        resume: bool = True,
        resume_file: str | Path | None = None,
        read_ahead: int | None = None,
        rejected: str | Path | Sink | None = None,
        idle: float = 5.0,
        max_deliveries: int | None = None,
    ) -> OrderSync:
        """Send any number of orders to Connect at its documented rate, in bounded memory.

        `source` is an iterable or async iterable of orders (`OrderRequest`, or mappings of the same shape), the path of
        an NDJSON file, or a queue. Without `origin` it yields pairs of origin and order instead, or lines with `origin`
        and `order`, and orders are grouped by store. An iterable may also yield lists of these: with a `journal` or
        `enqueue`, the next list is requested when the last one is durable, so that the source may forget that one.

            async with connect.orders.sync(read_orders(), origin=origin) as sync:
                async for rejected in sync.rejected():
                    print(rejected)
            print(sync.report)

        A batch contains up to `batch_size` orders and `max_batch_bytes` bytes; with an async source, an incomplete
        batch is sent after `linger` seconds. The number of concurrent calls follows the rate and the latency, unless
        `concurrency` is given. A faulty order does not affect the 99 others of its batch: it is isolated, yielded by
        `rejected()` and appended to `rejected_file` as NDJSON. `progress` is called with a report about ten times a
        second. An outage is waited out for `max_outage` seconds. A stopped job finishes its calls within `grace_period`
        seconds, and closes an async generator.

        With a `journal` (the path of a SQLite file, the address of a queue such as `redis://host/0/orders`, or an open
        queue), orders survive the death of the process: the next job sends those in the journal, and continues a file,
        or any other `Resumable` source, after the last of them, unless `resume` is False. A queue that does not store
        positions needs a `resume_file`. Up to `read_ahead` orders are read before they are sent: 2,000, or any number
        from an async source, which may not be available again.

        A queue as the source (an open one, or its address with `://`) is read until it is empty or, if the queue cannot
        count its messages, until no message arrived for `idle` seconds. A queue that cannot store rejected orders needs
        `rejected`, a file or another queue. A single order that was delivered more than `max_deliveries` times is
        rejected ("abandoned"), if the queue counts deliveries and stores rejected orders.

        Use it as above, or as `report = await connect.orders.sync(...).run()`. Raises InvalidArgument for an invalid
        source or origin, and ConfigurationError for an option that the queue does not support. Running it raises
        QueueError if the queue cannot be opened, and SyncFailed, with the report, if the job could not finish.
        """
        if origin is not None:
            _check_origin(origin)
        check_arguments("upsertOrders", OPTIONS, locals())
        options = JobOptions(
            batch_size=batch_size,
            max_batch_bytes=max_batch_bytes,
            linger=linger,
            concurrency=concurrency,
            progress=progress,
            grace_period=grace_period,
            max_outage=max_outage,
        )
        on_queue = QueueOptions(idle=idle, max_outage=max_outage, max_deliveries=max_deliveries, read_ahead=read_ahead)
        places = rejected_file if rejected is None else rejected
        if offers(source, Source) or (isinstance(source, str) and "://" in source):
            if origin is not None or journal is not None:
                raise InvalidArgument("upsertOrders", "source", "a queue takes neither origin= nor journal=")
            return self._job_on_checked(_checked(source, Source), options, on_queue, places)
        orders = _source(source, origin)
        if isinstance(places, str | Path) and isinstance(orders, NdjsonFile):
            _check_apart(orders.path, Path(places))
        if journal is None:
            if places is not None and not isinstance(places, str | Path):
                raise InvalidArgument("upsertOrders", "rejected", "without a queue this must be the path of a file")
            options.rejected_file = None if places is None else Path(places)
            return OrderSync(self.session, orders, origin, options)
        file = None if resume_file is None else Path(resume_file)
        queue = _checked(journal, Queue)
        if _needs_cursor(orders, resume, file):
            _checked(queue, KeepsCursors, NO_CURSOR)
        enqueuer = Enqueuer(orders, origin, resume=resume, resume_file=file)
        if read_ahead is None and not isinstance(orders, AsyncIterable):
            on_queue.read_ahead = DEFAULT_READ_AHEAD
        return self._job_on_checked(queue, options, on_queue, places, enqueuer)

    def worker(
        self,
        queue: str | Path | Source,
        *,
        until_empty: bool = False,
        idle: float = 5.0,
        rejected: str | Path | Sink | None = None,
        max_deliveries: int | None = None,
        batch_size: int = 100,
        max_batch_bytes: int = MEBIBYTE,
        linger: float = 0.05,
        concurrency: int | None = None,
        progress: Callable[[SyncReport], None] | None = None,
        grace_period: float = 10.0,
        max_outage: float | None = None,
    ) -> OrderSync:
        """Send the orders and outcomes in a queue, and those that are put there later, until it is stopped.

        Any number of workers may share a queue that several processes can open, and others may `enqueue` into it. An
        outage does not end a worker, unless `max_outage` limits its seconds. With `until_empty`, it ends like `sync` of
        a queue. The messages of a worker that died are delivered to others when their leases end. The report counts the
        orders received by this worker as read. The other options are those of `sync`.
        """
        check_arguments("upsertOrders", WORKER_OPTIONS, locals())
        options = JobOptions(
            batch_size=batch_size,
            max_batch_bytes=max_batch_bytes,
            linger=linger,
            concurrency=concurrency,
            progress=progress,
            grace_period=grace_period,
            max_outage=inf if max_outage is None else max_outage,
            name="worker",
        )
        on_queue = QueueOptions(
            until_empty=until_empty, idle=idle, max_outage=options.max_outage, max_deliveries=max_deliveries
        )
        return self._job_on_checked(_checked(queue, Source), options, on_queue, rejected)

    @overload
    async def enqueue(
        self,
        source: OrderIterable,
        queue: str | Path | Sink,
        *,
        origin: OriginRequest,
        **options: Unpack[EnqueueOptions],
    ) -> SyncReport: ...

    @overload
    async def enqueue(
        self, source: PairIterable, queue: str | Path | Sink, *, origin: None = None, **options: Unpack[EnqueueOptions]
    ) -> SyncReport: ...

    @overload
    async def enqueue(
        self,
        source: str | Path,
        queue: str | Path | Sink,
        *,
        origin: OriginRequest | None = None,
        **options: Unpack[EnqueueOptions],
    ) -> SyncReport: ...

    @clears_locals
    async def enqueue(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | str | Path,
        queue: str | Path | Sink,
        *,
        origin: OriginRequest | None = None,
        resume: bool = True,
        resume_file: str | Path | None = None,
        rejected: str | Path | Sink | None = None,
    ) -> SyncReport:
        """Put orders into a queue, for workers to send. On return they are durable, and the source may forget them.

        The report counts orders that were read, rejected as invalid, or superseded; those in the queue are `unsent`.
        Rejected orders are stored in the queue if it supports that, and in `rejected`, a file or another queue.
        `source`, `origin`, `resume` and `resume_file` are those of `sync`. Raises InvalidArgument, ConfigurationError
        and QueueError; an error of the source is raised after the orders before it were put.
        """
        check_arguments("upsertOrders", OPTIONS, locals())
        if origin is not None:
            _check_origin(origin)
        orders = _source(source, origin)
        position_file = None if resume_file is None else Path(resume_file)
        if _needs_cursor(orders, resume, position_file):
            _checked(queue, KeepsCursors, NO_CURSOR)
        enqueuer = Enqueuer(orders, origin, resume=resume, resume_file=position_file)
        file, sink = _places(rejected)
        clock = self.session.clock
        counters, began = SyncCounters(), clock.monotonic()
        monitor = JobMonitor(self.session, counters, ENQUEUE)
        rejections = OrderRejections(file, counters)
        rejections.open()
        try:
            async with open_queue(_checked(queue, Sink)) as kept:

                def reject(rejected_order: RejectedOrder) -> None:
                    counters.rejected += 1
                    rejections.add(rejected_order)

                await enqueuer.begin(kept, counters, clock, reject, partial(store_rejected, sink, rejections.sync))
                monitor.start()
                try:
                    await enqueuer.run()
                finally:
                    await enqueuer.close()
        finally:
            await monitor.stop()
            monitor.finish()
            rejections.close(quiet=True)
        if enqueuer.failure is not None:
            raise enqueuer.failure
        return counters.report(clock.monotonic() - began)

    @clears_locals
    async def enqueue_action_status(
        self,
        action_id: str,
        *,
        status: UpdateActionStatusOrStr,
        queue: str | Path | Sink,
        errors: Sequence[ActionError] | None = None,
    ) -> None:
        """Put the outcome of an order action into a queue, from which `worker` and `sync` send it.

        It is durable on return. The arguments are those of `update_action_status`.
        """
        check_arguments(UPDATE_ACTION_STATUS.code, OPTIONS, {"queue": queue})
        arguments = {"action_id": action_id, "status": status, "errors": errors}
        request = build(UPDATE_ACTION_STATUS, arguments, self.session.base_url("connect"))
        async with open_queue(_checked(queue, Sink)) as kept:
            await kept.put([action_block(str(action_id), cast("bytes", request.body))])

    def _job_on_checked(
        self,
        queue: Any,
        options: JobOptions,
        on_queue: QueueOptions,
        rejected: str | Path | Sink | None,
        enqueuer: Enqueuer | None = None,
    ) -> OrderSync:
        options.rejected_file, on_queue.rejected = _places(rejected)
        if rejected is None:
            _checked(queue, KeepsRejected, "give rejected=..., the path of a file or another queue")
        feed = QueueFeed(self.session, queue, on_queue, enqueuer)
        return OrderSync(self.session, feed, None, options, feed)


def _checked(given: Any, needed: Any, instead: str = "give another queue") -> Any:
    """Return the given queue or address; raises ConfigurationError if it lacks a needed capability."""
    require(make_queue(given) if isinstance(given, str | Path) else given, needed, instead)
    return given


def _needs_cursor(source: object, resume: bool, resume_file: Path | None) -> bool:  # noqa: FBT001 - as the user gave it
    return resume and resume_file is None and isinstance(source, Resumable)


def _places(rejected: str | Path | Sink | None) -> tuple[Path | None, Sink | None]:
    """Return the file and the queue for rejected orders."""
    if rejected is None:
        return None, None
    if isinstance(rejected, str | Path) and "://" not in str(rejected):
        return Path(rejected), None
    if isinstance(rejected, str | Path):
        raise InvalidArgument("upsertOrders", "rejected", "must be the path of a file, or an open queue")
    return None, rejected


def _check_origin(origin: object) -> None:
    if not isinstance(origin, OriginRequest):
        raise InvalidArgument("upsertOrders", "origin", f"must be an OriginRequest, not {type(origin).__name__}")
    for violation in codec.find_violations(origin):
        raise InvalidArgument("upsertOrders", "origin", str(violation))


def _check_apart(source: Path, rejected_file: Path) -> None:
    """Reject a source that is also the file of rejected orders: it would never end."""
    if rejected_file.exists() and rejected_file.samefile(source):
        raise InvalidArgument("upsertOrders", "rejected_file", f"{rejected_file} is the file that is read")


def _check_lines(path: Path) -> None:
    try:
        with open_lines(path):
            pass
    except UnreadableFile as error:
        raise InvalidArgument("upsertOrders", "source", str(error)) from error


def _source(source: Any, origin: OriginRequest | None) -> OrderSource:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise InvalidArgument("upsertOrders", "source", f"{path} is not a file")
        with suppress(OSError):  # reading the file reports the error
            _check_lines(path)
        return NdjsonFile(path, origin)
    kind = type(source).__name__
    gives = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
    if not gives or isinstance(source, Mapping | bytes):
        what = f"must give orders one after another, which {kind} does not; try [order]"
        raise InvalidArgument("upsertOrders", "source", what)
    items: Any = source
    if isinstance(source, Sequence) and len(items) and (wrong := misplaced_origin(items[0], origin)):
        raise InvalidArgument("upsertOrders", "origin", wrong)
    return cast("OrderSource", source)
