"""A sync with a journal: a feed on one side, the engine on the other, and the journal between them.

This is the engine's source (what can be claimed) and its ledger (what became of it). Claims are kept alive for as long
as the engine holds them, whatever an outage takes; results are told to the journal many at a time.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import anyio
import msgspec

from ..clock import wait_at_most
from ..models.connect.common import OriginRequest
from .entries import Kept
from .feeder import Feeder
from .intake import Bundled
from .journal import Refusal
from .outcome_lane import OutcomeLane
from .refused import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from ..client import Client
    from .entries import Entry
    from .intake import Bundle, Source
    from .journal import Journal, Row
    from .report import Tally

log: logging.Logger = logging.getLogger("mirakl_async")
LEASE = 120.0
A_CLAIM = 200
SECONDS_IDLE, SECONDS_WHILE_FED = 1.0, 0.05
SECONDS_WITHOUT_PROGRESS = 2.0
SECONDS_TO_END = 5.0  # when a job is stopped, its journal may be away
AHEAD = 100

_KEYS: msgspec.json.Decoder[list[tuple[str, str, str, str | None]]] = msgspec.json.Decoder(
    list[tuple[str, str, str, str | None]]
)
_ORIGIN = msgspec.json.Decoder(OriginRequest)


class Feed:
    """What a job reads into its journal, and how far ahead of the pushing: at most `ahead` orders, None for any."""

    __slots__ = ("ahead", "origin", "resume", "source")

    def __init__(self, source: Source, origin: OriginRequest | None, *, ahead: int | None, resume: bool) -> None:
        self.source: Source = source
        self.origin: OriginRequest | None = origin
        self.ahead: int | None = ahead
        self.resume: bool = resume


class JournalLedger(Bundled):
    """One job's part in a journal.

    The job ends when its feed has ended, if it has one, and nothing waits; without `until_empty`, when it is stopped.
    """

    def __init__(
        self,
        client: Client,
        journal: Journal,
        *,
        owned: bool,
        feed: Feed | None,
        patience: float,
        until_empty: bool = True,
        lease: float = LEASE,
        give_up_after: int | None = None,
    ) -> None:
        self._client = client
        self._journal = journal
        self._owned = owned
        self._feed = feed
        self._until_empty = until_empty
        self._patience = patience
        self._lease = lease
        self._give_up_after = give_up_after
        self._fed = feed is None
        self._feed_failure: Exception | None = None
        self._failure: Exception | None = None
        self._in_hand: set[str] = set()
        self._kept = 0  # orders in the journal, as far as this job knows
        self._acks: list[tuple[str, int]] = []
        self._refusals: list[Refusal] = []
        self._telling = False
        self._told = asyncio.Event()
        self._landed = asyncio.Event()
        self._over = asyncio.Event()
        self._origins: dict[bytes, OriginRequest] = {}

    # -- the engine's ledger

    async def begin(self, tally: Tally, refuse: Callable[[Refused], None]) -> None:
        """See Ledger."""
        self._tally = tally
        self._refuse = refuse
        self._lane = OutcomeLane(self._client, self._journal, tally, patience=self._patience, lease=self._lease)
        if self._owned:
            await self._journal.open()
        if self._feed is not None:
            try:
                found = await self._journal.statistics()
            except BaseException:
                await self._close()
                raise
            self._kept = found.waiting + found.claimed
            tally.read += self._kept

    async def run(self) -> None:
        """See Ledger."""
        tasks: list[Coroutine[Any, Any, None]] = [self._tell(), self._keep_claims(), self._lane.run()]
        if self._feed is not None:
            tasks.append(self._read(self._feed))
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(self._guarded, task)
            await self._over.wait()
            group.cancel_scope.cancel()
        if self._failure is not None:
            raise self._failure

    async def _guarded(self, task: Coroutine[Any, Any, None]) -> None:
        try:
            await task
        except Exception as error:  # noqa: BLE001 - told by run, when the others have ended
            self._failure = self._failure or error
            self._over.set()

    def stop(self) -> None:
        """See Ledger."""
        self._over.set()

    def accepted(self, entries: Sequence[Entry]) -> None:
        """See Ledger."""
        versions = [entry.version for entry in entries if type(entry) is Kept]
        self._acks += versions
        self._forget([key for key, _ in versions])

    def refused(self, entry: Entry, refused: Refused) -> None:
        """See Ledger."""
        if isinstance(entry, Kept):
            self._refusals.append(Refusal(*entry.version, refused.kind, refused.reason, refused.path))
            self._forget([entry.version[0]])

    def _forget(self, keys: Sequence[str]) -> None:
        self._kept -= len(keys)
        self._in_hand.difference_update(keys)
        self._told.set()
        self._landed.set()

    async def end(self) -> None:
        """See Ledger."""
        try:
            with anyio.move_on_after(SECONDS_TO_END) as limit:
                await self._settle()
                if self._in_hand:
                    await self._journal.nack(self._in_hand)
            if limit.cancelled_caught:
                untold = len(self._acks) + len(self._refusals)
                log.warning("%r could not be told what became of %d orders: they are sent again", self._journal, untold)
        finally:
            await self._close()

    async def _close(self) -> None:
        if self._owned:
            await self._journal.close()

    # -- beside the workers

    async def _tell(self) -> None:
        """Tell the journal what has landed, all that there is at a time."""
        while True:
            await self._told.wait()
            self._told.clear()
            await self._settle()

    async def _settle(self) -> None:
        acks, self._acks = self._acks, []
        refusals, self._refusals = self._refusals, []
        self._telling = True
        try:
            if acks:
                await self._journal.ack(acks)
            if refusals:
                await self._journal.refuse(refusals)
        except BaseException:  # cancelled, when the job ends: it is told again then, which changes nothing
            self._acks[:0], self._refusals[:0] = acks, refusals
            raise
        self._telling = False
        self._landed.set()

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            await self._journal.extend(list(self._in_hand), self._lease)

    async def _read(self, feed: Feed) -> None:
        feeder = Feeder(
            feed.source,
            feed.origin,
            self._journal,
            tally=self._tally,
            refuse=self._refuse,
            room=self._room,
            taken=self._taken,
            resume=feed.resume,
        )
        try:
            await feeder.run()
        except Exception as error:  # noqa: BLE001 - the user's source may raise anything; what it gave is pushed first
            self._feed_failure = error
        finally:
            self._fed = True
            self._landed.set()

    def _taken(self, count: int) -> None:
        self._kept += count

    async def _room(self) -> None:
        """Wait while the feed is far enough ahead; others may work on the same journal, so look now and then."""
        ahead = None if self._feed is None else self._feed.ahead
        while ahead is not None and self._kept - len(self._in_hand) >= ahead:
            if not await self._landing(SECONDS_WITHOUT_PROGRESS):
                found = await self._journal.statistics()
                self._kept = found.waiting + found.claimed

    # -- the engine's source

    async def __aiter__(self) -> AsyncIterator[Bundle]:
        try:
            while True:
                ending = self._fed and self._until_empty
                wait = 0.0 if ending else SECONDS_IDLE if self._fed else SECONDS_WHILE_FED
                claimed = await self._journal.claim(A_CLAIM, self._lease, wait=wait)
                if claimed:
                    yield self._bundle(claimed)
                elif self._drained():
                    if self._feed_failure is not None:
                        raise self._feed_failure
                    return
                elif ending:
                    await self._landing(SECONDS_WHILE_FED)
        finally:
            self._over.set()

    def _drained(self) -> bool:
        """Whether nothing more is to come: until its ack is told, an order may free a newer version of itself."""
        told = not (self._in_hand or self._telling or self._acks or self._refusals)
        return self._fed and self._until_empty and told and self._lane.idle

    async def _landing(self, seconds: float) -> bool:
        """Wait for something to land and be told, at most so many seconds; whether it did."""
        self._landed.clear()
        return await wait_at_most(self._landed, seconds)

    def _bundle(self, claimed: Sequence[Row]) -> Bundle:
        if self._feed is None:
            self._tally.read += len(claimed)
        if self._give_up_after is not None:
            claimed = [row for row in claimed if not self._given_up(row, self._give_up_after)]
        self._in_hand.update([one.key for one in claimed])
        self._landed.set()
        names = _KEYS.decode(f"[{','.join([one.key for one in claimed])}]")  # at once, for a tenth of the time
        entries: list[Entry] = [
            Kept(one.body, one.line, identity, code, one.version, (one.key, one.version))
            for one, (_, _, identity, code) in zip(claimed, names, strict=True)
        ]
        heads = [one.origin for one in claimed]
        if len(different := dict.fromkeys(heads)) == 1:
            return [(self._origin(heads[0]), entries)]
        grouped: dict[bytes, list[Entry]] = {head: [] for head in different}
        for head, entry in zip(heads, entries, strict=True):
            grouped[head].append(entry)
        return [(self._origin(head), group) for head, group in grouped.items()]

    def _given_up(self, row: Row, after: int) -> bool:
        """Set an order aside that was claimed too often: it may be what its workers die of."""
        if row.attempts <= after:
            return False
        reason = f"claimed {row.attempts - 1} times without an answer"
        self._refusals.append(Refusal(row.key, row.version, "abandoned", reason))
        self._forget([row.key])
        _, _, identity, _ = _KEYS.decode(f"[{row.key}]")[0]
        self._refuse(
            Refused(
                kind="abandoned",
                reason=reason,
                origin=self._origin(row.origin),
                channel_order_id=identity,
                line=row.line or None,
                raw=row.body,
            )
        )
        return True

    def _origin(self, head: bytes) -> OriginRequest:
        origin = self._origins.get(head)
        if origin is None:
            origin = self._origins[head] = _ORIGIN.decode(head)
        return origin
