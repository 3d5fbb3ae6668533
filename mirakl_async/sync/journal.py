"""What a durable journal of a sync does, whatever keeps it: the protocol, and what passes through it.

A journal stands between a feed and the workers that push it. It is a queue of *states*, not of messages: Mirakl wants
the newest full state of each order and nothing else, so of two versions of one order that wait, the older is dropped.

    feed --put--> [ waiting ] --claim--> [ claimed ] --ack--> gone
                      ^                       |--nack-------> waiting again, after a delay
                      |                       |--refuse-----> [ refused ], with the server's reason
                      |                       '--lease over-> waiting again: whoever claimed it has died
                      '--replay------------------------------- [ refused ]

**Delivery** is at least once: what a dead process had claimed is claimed again. That is harmless, because Mirakl keeps
the newest `channel_updated_at`, and so is an `ack` that was lost. **Never two versions of one order at a time**: a
version that is put while an older one is claimed waits until that claim has ended, however it ends.

**Orders** are known by a key, the JSON array of channel, store, order id and sub-channel (null where there is none),
and compared by a version, the microseconds of `channel_updated_at` since 1970. A version settles only itself: `ack`
and `refuse` name the version they mean, and leave a newer one alone, which then becomes claimable.

**Outcomes** of order actions (updateActionStatus) are another matter: each counts, none supersedes another, and they
go in the order in which they were put. Their lane is a plain queue, of which one claimant at a time holds the head.

Every method may be called from many tasks at once. Any may raise `JournalError`; none of them waits for Mirakl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from ..discreet import Sealed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

Lane: TypeAlias = Literal["orders", "actions"]
Version: TypeAlias = tuple[str, int]
"""One version of one order: its key, and the microseconds of its stamp."""


class Row(Sealed, Struct, frozen=True, gc=False):
    """One state of one order in a journal: `origin` and `body` are JSON, sent as they stand.

    `line` is where it stood in its feed, 0 where that has no lines. `attempts` counts its claims, the one it was given
    out by included, as far as they are remembered.
    """

    key: str
    origin: bytes
    version: int
    body: bytes
    line: int = 0
    attempts: int = 1


class Outcome(Sealed, Struct, frozen=True, gc=False):
    """How an order action ended: `body` is the JSON of updateActionStatus."""

    action_id: str
    body: bytes


class ClaimedOutcome(Sealed, Struct, frozen=True, gc=False):
    """An outcome that somebody sends; `number` is its place in the lane, by which it is settled."""

    number: int
    action_id: str
    body: bytes
    attempts: int = 1


class Cursor(Struct, frozen=True, gc=False):
    """Where a feed stands after the rows it comes with: `position` is the feed's own, opaque to the journal."""

    feed: str
    position: str


class Refusal(Struct, frozen=True, gc=False):
    """Why one version of an order will not be accepted; the words are the server's where it gave any."""

    key: str
    version: int
    kind: str
    reason: str
    path: str | None = None


class RefusedRow(Sealed, Struct, frozen=True, gc=False):
    """What a journal keeps of something refused, until it is replayed.

    `key` is the order's key, an action's id in the lane "actions", or the place in its feed of what is no order at
    all; such a row has no `version`, and cannot be replayed. `at` is in seconds since 1970.
    """

    lane: Lane
    key: str
    kind: str
    reason: str
    path: str | None = None
    version: int | None = None
    origin: bytes | None = None
    body: bytes | None = None
    line: int = 0
    at: float = 0.0


class Put(Struct, frozen=True, gc=False):
    """What became of rows that were put; the three add up to their number.

    `superseded` were older than what waits or is claimed, or the same again, or made an older waiting version
    superfluous (which is the one that is counted then). `conflicts` holds the indices of those that say something else
    under the version of a row in the journal, which stays.
    """

    taken: int = 0
    superseded: int = 0
    conflicts: tuple[int, ...] = ()


class Statistics(Struct, frozen=True, kw_only=True):
    """A journal's figures: orders `waiting` (delayed ones among them), `claimed`, and `refused`; outcomes to be sent.

    `oldest` is for how many seconds the oldest order has been in the journal, None when there is none. `cursors` are
    the positions of its feeds.
    """

    waiting: int = 0
    claimed: int = 0
    refused: int = 0
    outcomes: int = 0
    refused_outcomes: int = 0
    oldest: float | None = None
    cursors: dict[str, str]


class Journal(Protocol):
    """Keeps orders and outcomes from when they are put until they are settled, whatever dies in between."""

    async def open(self) -> None:
        """Make it ready; raises JournalError if it is not a journal, of another format, or owned by somebody else."""
        ...

    async def close(self) -> None:
        """Write what is still to be written, and let go; claims of this process are void. Twice is harmless."""
        ...

    async def put(
        self, rows: Sequence[Row], *, cursor: Cursor | None = None, invalid: Sequence[RefusedRow] = ()
    ) -> Put:
        """Take rows, of each order the newest, and what of the feed is no order; waits while there is no room.

        They can be claimed from now on. They are durable at the latest when a `flush` that follows returns; until
        then either all of one put is, with its cursor, or nothing.
        """
        ...

    async def flush(self) -> None:
        """Return when all that was put, acked and refused before is as durable as this journal can make it."""
        ...

    async def cursor(self, feed: str) -> str | None:
        """Where a feed stood with the last put that became durable; None for a feed it does not know."""
        ...

    async def claim(self, most: int, lease: float, *, wait: float = 0.0) -> list[Row]:
        """Take up to `most` rows that nobody else works on, oldest first, for `lease` seconds.

        Where there is none, wait up to `wait` seconds for some; an empty list says that there was none.
        """
        ...

    async def extend(self, keys: Iterable[str], lease: float) -> None:
        """Keep claims of one's own for another `lease` seconds from now: an outage may be longer than a lease."""
        ...

    async def ack(self, versions: Iterable[Version]) -> None:
        """These were accepted: forget them, unless a newer version has come meanwhile, which then may be claimed."""
        ...

    async def nack(self, keys: Iterable[str], delay: float = 0.0) -> None:
        """End claims without a result: the rows wait again, and may be claimed after `delay` seconds."""
        ...

    async def refuse(self, refusals: Iterable[Refusal]) -> None:
        """These will never be accepted: keep them aside with the reason, unless a newer version has come meanwhile."""
        ...

    async def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Take outcomes of actions, each once more than before, behind all others; durable on return."""
        ...

    async def claim_outcomes(self, most: int, lease: float, *, wait: float = 0.0) -> list[ClaimedOutcome]:
        """Take the oldest outcomes for `lease` seconds; nothing while another claim of this lane is out."""
        ...

    async def ack_outcomes(self, numbers: Iterable[int]) -> None:
        """These were taken by Mirakl, or had been before: forget them."""
        ...

    async def nack_outcomes(self, delay: float = 0.0) -> None:
        """Give the rest of one's claim back; the lane may be claimed after `delay` seconds, in the same order."""
        ...

    async def refuse_outcome(self, number: int, reason: str, path: str | None = None) -> None:
        """Mirakl will never take this one: keep it aside with the reason."""
        ...

    async def statistics(self) -> Statistics:
        """The figures now."""
        ...

    def refused(self) -> AsyncIterator[RefusedRow]:
        """What was refused and not replayed since, oldest first."""
        ...

    async def replay(self, keys: Iterable[str] | None = None) -> int:
        """Let refused orders and outcomes wait again, all or those of these keys; returns how many.

        An order of which the journal holds a newer version by now is dropped instead, and not counted.
        """
        ...


def journal_key(channel_id: str, channel_store_id: str, channel_order_id: str, sub_channel_code: str | None) -> str:
    """The key of an order."""
    return msgspec.json.encode((channel_id, channel_store_id, channel_order_id, sub_channel_code)).decode()
