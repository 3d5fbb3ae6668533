"""`connect.orders` with the bulk sync beside the generated methods."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from .. import codec
from ..checks import BOOLEAN, CALLABLE, SECONDS, SECONDS_OR_ZERO, Rules, check_arguments, instance, whole
from ..errors import InvalidArgument, UnreadableFile
from ..models.connect.common import OriginRequest
from ..models.connect.orders import ActionError, UpdateActionRequest
from ..operations.connect.orders import Orders as GeneratedOrders
from .entries import misplaced_origin
from .feeder import Feeder
from .job import OrderSync
from .journal import Outcome
from .journalled import AHEAD, LEASE, Feed, JournalLedger
from .journals import journal_of, opened
from .line_file import open_lines
from .ndjson_feed import NdjsonFeed
from .report import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..client import Client
    from ..resource import Caller
    from .intake import Source
    from .journal import Journal
    from .refused import Refused
    from .report import Report

MEBIBYTE = 1024 * 1024
OPTIONS: Rules = {
    "batch_size": whole(1, 100),
    "batch_bytes": whole(1),
    "linger": SECONDS_OR_ZERO,
    "concurrency": whole(1).or_none("as many as are needed"),
    "refused_file": instance((str, Path), "a path").or_none(),
    "progress": CALLABLE.or_none(),
    "grace": SECONDS_OR_ZERO,
    "patience": SECONDS_OR_ZERO,
    "resume": BOOLEAN,
    "ahead": whole(1).or_none(),
    "until_empty": BOOLEAN,
    "lease": SECONDS,
    "give_up_after": whole(1).or_none("no end"),
}
"""What the options of the bulk jobs take."""


class Orders(GeneratedOrders):
    """Orders pushed from the channel: single calls, and any number in bulk."""

    __slots__ = ("_client",)

    def __init__(self, caller: Caller, client: Client) -> None:
        super().__init__(caller)
        self._client = client

    def sync(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | str | Path,
        *,
        origin: OriginRequest | None = None,
        batch_size: int = 100,
        batch_bytes: int = MEBIBYTE,
        linger: float = 0.05,
        concurrency: int | None = None,
        refused_file: str | Path | None = None,
        progress: Callable[[Report], None] | None = None,
        grace: float = 10.0,
        patience: float = 300.0,
        journal: str | Path | Journal | None = None,
        resume: bool = True,
        ahead: int | None = None,
    ) -> OrderSync:
        """Push any number of orders into Connect, as fast as its documented rate allows, in bounded memory.

        `source` is an iterable or async iterable of orders (`OrderRequest`, or mappings of the same shape), or the
        path of an NDJSON file. Without `origin` it gives pairs of origin and order instead, or lines with `origin`
        and `order`, and orders are grouped by store.

            async with connect.orders.sync(read_orders(), origin=origin) as sync:
                async for refused in sync.refused():
                    print(refused)
            print(sync.report)

        Batches hold up to `batch_size` orders and `batch_bytes` bytes; from an async source one that is not full goes
        after `linger` seconds. Batches are sent as many at a time as the rate and the observed latency need, or
        `concurrency`. One bad order does not hold up the 99 others of its batch: it is isolated, and comes out of
        `refused()` and into `refused_file`, appended as NDJSON. `progress` is called with a report about ten times a
        second. An outage is waited out for `patience` seconds; when stopped, the job drains for `grace` seconds, and
        an async generator is closed.

        With a `journal` (a path, `redis://...`, or an open `Journal`) nothing is lost when the process dies: what it
        had in hand is in the journal and is sent by the next, which also reads a file, or any `Resumable` source, on
        from where the journal ends, unless `resume` is False. Orders are taken from the source up to `ahead` orders
        before they are sent: 100, or any number from an async source, which may not be there to be read again.

        Use it as above, or as `report = await connect.orders.sync(...).run()`. Raises InvalidArgument at once for what
        cannot be a source or an origin. Running it raises JournalError if the journal cannot be opened, and
        SyncStopped, with the report, if the job could not finish.
        """
        check_arguments("upsertOrders", OPTIONS, locals())
        if origin is not None:
            _check_origin(origin)
        orders = _source(source, origin)
        if refused_file is not None and isinstance(orders, NdjsonFeed):
            _check_apart(orders.path, Path(refused_file))
        ledger = None
        if journal is not None:
            if ahead is None and not isinstance(orders, AsyncIterable):
                ahead = AHEAD
            feed = Feed(orders, origin, ahead=ahead, resume=resume)
            kept, owned = journal_of(journal)
            ledger = JournalLedger(self._client, kept, owned=owned, feed=feed, patience=patience)
        return OrderSync(
            self._client,
            orders if ledger is None else ledger,
            origin=origin if ledger is None else None,
            batch_size=batch_size,
            batch_bytes=batch_bytes,
            linger=linger,
            concurrency=concurrency,
            refused_file=Path(refused_file) if refused_file is not None else None,
            progress=progress,
            grace=grace,
            patience=patience,
            ledger=ledger,
        )

    def work(
        self,
        journal: str | Path | Journal,
        *,
        until_empty: bool = False,
        lease: float = LEASE,
        give_up_after: int | None = None,
        batch_size: int = 100,
        batch_bytes: int = MEBIBYTE,
        linger: float = 0.05,
        concurrency: int | None = None,
        refused_file: str | Path | None = None,
        progress: Callable[[Report], None] | None = None,
        grace: float = 10.0,
        patience: float = 300.0,
    ) -> OrderSync:
        """Push what a journal holds, orders and outcomes of actions, and what others put there: until it is stopped.

        Any number of processes may work on one journal that several can open (Redis), beside those that `feed` it.
        `until_empty` ends the job when nothing waits and nothing is in hand. The report counts as read what this job
        claimed. What a process had in hand when it died is sent by others after `lease` seconds; while it lives its
        claims are kept, so a short one costs little. An order that was claimed `give_up_after` times without an answer,
        as one is that its workers die of, is set aside as refused ("abandoned"); None never does. A journal in Redis
        remembers the claims of dead processes, a SQLite file does not. All else is as with `sync`.
        """
        check_arguments("upsertOrders", OPTIONS, locals())
        kept, owned = journal_of(journal)
        ledger = JournalLedger(
            self._client,
            kept,
            owned=owned,
            feed=None,
            patience=patience,
            until_empty=until_empty,
            lease=lease,
            give_up_after=give_up_after,
        )
        return OrderSync(
            self._client,
            ledger,
            origin=None,
            batch_size=batch_size,
            batch_bytes=batch_bytes,
            linger=linger,
            concurrency=concurrency,
            refused_file=Path(refused_file) if refused_file is not None else None,
            progress=progress,
            grace=grace,
            patience=patience,
            ledger=ledger,
        )

    async def feed(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | str | Path,
        journal: str | Path | Journal,
        *,
        origin: OriginRequest | None = None,
        resume: bool = True,
    ) -> Report:
        """Put orders into a journal, for `work` to push; when it returns they are durable, and the source may forget.

        The report counts what was read, refused as no order, or superseded; what is `unsent` is in the journal. What
        was refused is in the journal's refused rows. `source`, `origin` and `resume` are as with `sync`. Raises
        InvalidArgument or JournalError.
        """
        if origin is not None:
            _check_origin(origin)
        orders = _source(source, origin)
        tally, clock = Tally(), self._client.transport.clock
        began = clock.monotonic()

        def refuse(_: Refused) -> None:
            tally.refused += 1

        async with opened(journal) as kept:
            feeder = Feeder(orders, origin, kept, tally=tally, refuse=refuse, resume=resume)
            await feeder.run()
            await kept.flush()
        return tally.report(clock.monotonic() - began)

    async def feed_action_status(
        self,
        action_id: str,
        *,
        status: str,
        journal: str | Path | Journal,
        errors: Sequence[ActionError] | None = None,
    ) -> None:
        """Put the outcome of an order action into a journal; `work` and `sync` send each once, in this order.

        It is durable on return. The arguments are those of `update_action_status`.
        """
        given: Any = UNSET if errors is None else list(errors)
        try:
            body = UpdateActionRequest(status=status, errors=given)
        except ValueError as error:
            raise InvalidArgument("updateActionStatus", "errors", str(error)) from error
        for violation in codec.explain(body):
            raise InvalidArgument("updateActionStatus", violation.path, violation.message)
        async with opened(journal) as kept:
            await kept.put_outcomes([Outcome(action_id, codec.encode(body))])


def _check_origin(origin: object) -> None:
    if not isinstance(origin, OriginRequest):
        raise InvalidArgument("upsertOrders", "origin", f"must be an OriginRequest, not {type(origin).__name__}")
    for violation in codec.explain(origin):
        raise InvalidArgument("upsertOrders", "origin", str(violation))


def _check_apart(source: Path, refused_file: Path) -> None:
    """A file that grows by a line for every line that is refused would never end."""
    if refused_file.exists() and refused_file.samefile(source):
        raise InvalidArgument("upsertOrders", "refused_file", f"{refused_file} is the file that is read")


def _check_lines(path: Path) -> None:
    try:
        with open_lines(path):
            pass
    except UnreadableFile as error:
        raise InvalidArgument("upsertOrders", "source", str(error)) from error


def _source(source: Source | str | Path, origin: OriginRequest | None) -> Source:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise InvalidArgument("upsertOrders", "source", f"{path} is not a file")
        with suppress(OSError):  # one that cannot be read is said when it is read
            _check_lines(path)
        return NdjsonFeed(path, origin)
    kind = type(source).__name__
    gives = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
    if not gives or isinstance(source, Mapping | bytes):
        what = f"must give orders one after another, which {kind} does not; try [order]"
        raise InvalidArgument("upsertOrders", "source", what)
    if isinstance(source, Sequence) and source and (wrong := misplaced_origin(source[0], origin)):
        raise InvalidArgument("upsertOrders", "origin", wrong)
    return source
