"""The part of a journal that is in memory: pure, no I/O, no clock of its own.

A window holds orders between the moment they are put and the moment they are settled, and knows for each whether a
version of it is on disk. What has changed since the last `take_changes` is what a transaction has to write; an order
that came and went between two of them costs the disk nothing.

For the orders it holds the window is right and the disk is behind; of others it knows nothing.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from .entries import same_json
from .journal import Refusal, RefusedRow, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .journal import Version

WAITING, CLAIMED, SETTLED = 0, 1, 2
Fate: TypeAlias = Literal["taken", "superseded", "conflict"]


class Held(Struct, gc=False):
    """One order in the window: `row` waits or is claimed, `newer` came while it was claimed.

    `until` is when a claim or a delay ends; `stored` tells that some version of it is on disk.
    """

    row: Row
    state: int = WAITING
    newer: Row | None = None
    attempts: int = 0
    until: float = 0.0
    stored: bool = False


class Changes(NamedTuple):
    """What the disk has to be told: first the keys to forget, then the rows to keep, and those that were refused."""

    gone: list[Version]
    rows: list[Row]
    refused: list[RefusedRow]


class Window:
    """Orders in hand, oldest first; `size` is that of their bodies in bytes, `claimed` how many are claimed."""

    __slots__ = ("_delayed", "_earliest", "_fresh", "_gone", "_held", "_refused", "_waiting", "claimed", "size")

    def __init__(self) -> None:
        self.size: int = 0
        self._held: dict[str, Held] = {}
        self._waiting: deque[Held] = deque()
        self._delayed: list[tuple[float, int, Held]] = []
        self.claimed: int = 0
        self._earliest = float("inf")  # no claim ends before this
        self._fresh: dict[str, Held] = {}
        self._gone: list[Version] = []
        self._refused: list[RefusedRow] = []

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        return key in self._held

    @property
    def waiting(self) -> int:
        """How many orders may be claimed now, at most."""
        return len(self._waiting)

    def next_event(self) -> float:
        """When the next claim or delay ends."""
        return min(self._earliest, self._delayed[0][0] if self._delayed else float("inf"))

    # -- in

    def put_all(self, rows: Sequence[Row]) -> list[Fate]:
        """Take rows, or not; the fate of each."""
        new = {row.key: Held(row) for row in rows}
        if len(new) != len(rows) or not self._held.keys().isdisjoint(new):
            return [self.put(row) for row in rows]
        self._held.update(new)
        self._fresh.update(new)
        self._waiting.extend(new.values())
        self.size += sum([len(row.body) for row in rows])
        return ["taken"] * len(rows)

    def put(self, row: Row) -> Fate:
        """Take a row, or not."""
        held = self._held.get(row.key)
        if held is None:
            held = self._held[row.key] = self._fresh[row.key] = Held(row)
            self._waiting.append(held)
            self.size += len(row.body)
            return "taken"
        newest = held.newer or held.row
        if row.version <= newest.version:
            same = row.version < newest.version or same_json(row.body, newest.body)
            return "superseded" if same else "conflict"
        self.size += len(row.body)
        if held.state == CLAIMED:
            first = held.newer is None
            self.size -= 0 if first else len(newest.body)
            held.newer = row
            self._fresh[row.key] = held
            return "taken" if first else "superseded"
        self.size -= len(held.row.body)
        held.row = row
        self._fresh[row.key] = held
        return "superseded"

    def install(self, rows: Iterable[Row], unwritten: Iterable[Changes]) -> None:
        """Take rows that were read from the disk, except of orders that are here, or were settled here.

        The disk may not know the latter yet: their changes are still to be taken, or `unwritten`.
        """
        settled = dict(self._gone)
        for changes in unwritten:
            settled.update(changes.gone)
        for row in rows:
            if row.key not in self._held and settled.get(row.key, -1) < row.version:
                held = self._held[row.key] = Held(row, stored=True)
                self._waiting.append(held)
                self.size += len(row.body)

    # -- out

    def claim(self, most: int, now: float, lease: float) -> list[Row]:
        """Take what waits, for `lease` seconds from now."""
        self._end_what_is_over(now)
        claimed: list[Row] = []
        waiting, until = self._waiting, now + lease
        while waiting and len(claimed) < most:
            held = waiting.popleft()
            if held.state != WAITING:
                continue
            row = held.row
            held.state, held.until = CLAIMED, until
            held.attempts += 1
            claimed.append(row if held.attempts == 1 else replace(row, attempts=held.attempts))
        if claimed:
            self.claimed += len(claimed)
            self._earliest = min(self._earliest, until)
        return claimed

    def extend(self, keys: Iterable[str], until: float) -> None:
        """Let claims last until then."""
        for key in keys:
            if (held := self._held.get(key)) is not None and held.state == CLAIMED:
                held.until = until

    def ack(self, versions: Iterable[Version]) -> bool:
        """Forget what was accepted; whether something became claimable by it."""
        freed = False
        find = self._held.get
        for key, version in versions:
            held = find(key)
            if held is not None and held.row.version == version:
                freed |= self._settle(held)
        return freed

    def refuse(self, refusals: Iterable[Refusal], at: float) -> bool:
        """Set aside what was refused; whether something became claimable by it."""
        freed = False
        for refusal in refusals:
            held = self._held.get(refusal.key)
            if held is None or held.row.version != refusal.version:
                continue
            if held.newer is None:
                row = held.row
                self._refused.append(
                    RefusedRow(
                        "orders", row.key, refusal.kind, refusal.reason, refusal.path,
                        row.version, row.origin, row.body, row.line, at,
                    )
                )  # fmt: skip
            freed |= self._settle(held)
        return freed

    def nack(self, keys: Iterable[str], now: float, delay: float) -> bool:
        """End claims without a result; whether something became claimable by it."""
        ended = [held for key in dict.fromkeys(keys) if (held := self._held.get(key)) and held.state == CLAIMED]
        self.claimed -= len(ended)
        for held in reversed(ended):
            self._wait_again(held, now, delay)
        return bool(ended) and delay <= 0

    def _settle(self, held: Held) -> bool:
        """The version in work has come to its end; a newer one takes its place, and may be claimed."""
        row = held.row
        key = row.key
        self.size -= len(row.body)
        self.claimed -= held.state == CLAIMED
        if held.newer is not None:
            held.row, held.newer = held.newer, None
            if held.state == CLAIMED:
                held.state, held.attempts = WAITING, 0
                self._waiting.appendleft(held)
            return True
        held.state = SETTLED
        del self._held[key]
        if self._fresh:
            self._fresh.pop(key, None)
        if held.stored:
            self._gone.append((key, row.version))
        return False

    def _wait_again(self, held: Held, now: float, delay: float) -> None:
        held.state = WAITING
        if held.newer is not None:
            self.size -= len(held.row.body)
            held.row, held.newer, held.attempts = held.newer, None, 0
            delay = 0.0
        if delay > 0:
            heappush(self._delayed, (now + delay, id(held), held))
        else:
            self._waiting.appendleft(held)

    def _end_what_is_over(self, now: float) -> None:
        while self._delayed and self._delayed[0][0] <= now:
            self._waiting.appendleft(heappop(self._delayed)[2])
        if now < self._earliest:
            return
        over = [key for key, held in self._held.items() if held.state == CLAIMED and held.until <= now]
        self.nack(over, now, 0.0)
        ends = (held.until for held in self._held.values() if held.state == CLAIMED)
        self._earliest = min(ends, default=float("inf"))

    # -- towards the disk

    def take_changes(self) -> Changes:
        """What has changed since the last time; from now on it counts as on disk."""
        fresh, gone, refused = self._fresh, self._gone, self._refused
        self._fresh, self._gone, self._refused = {}, [], []
        rows: list[Row] = []
        for held in fresh.values():
            held.stored = True
            rows.append(held.newer or held.row)
        return Changes(gone, rows, refused)
