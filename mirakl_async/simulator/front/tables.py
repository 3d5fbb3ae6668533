"""A list of the marketplace of any size: the ranks of its rows are stored, their content is generated when it is read.

A row is identified by its rank, an integer that never changes and is never used again. Rows are listed in the order of
ranks, which is the order of creation: a row inserted last gets the next rank and is the newest; a row inserted first
gets the rank below all others and is the oldest. The ranks of an unchanged table are a `range`, regardless of its size.

The initial rows of a table were created at equal intervals during the week before, those of a short list six hours
apart. A row inserted last is created when it is inserted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from ..clock import Clock
from .promises import without_nulls
from .row_random import RowRandom, seed_of

__all__ = ["FILLED_SPAN", "MAX_INTERVAL", "End", "Head", "Kind", "Row", "Table"]

Head = dict[str, Any]
"""The values by which a row is filtered and sorted: few members, fast to generate, with times in seconds since 1970."""

Row = dict[str, Any]
"""A row as it is sent, as plain values."""

End = Literal["first", "last"]
FILLED_SPAN = 7 * 86_400
MAX_INTERVAL = 6 * 3600


class Kind(NamedTuple):
    """The kind of a table's rows.

    `identity` is the member of the head that identifies a row. `identify` makes it from a rank, and `rank` converts it
    back (None if it is not valid). `updated` is the member of the head that changes when a row is updated.
    """

    name: str
    identity: str
    identify: Callable[[int], Any]
    rank: Callable[[str], int | None]
    head: Callable[[int, RowRandom], Head]
    row: Callable[[Head, RowRandom], Row]
    updated: str = "last_updated"


class Table:
    """The rows of one kind, with the initial ranks 0 to `size` - 1.

    `version` increases with every change; `began` is the version at which the table was filled. With `nulls`, members
    without a value are sent as null, as in live answers; otherwise they are omitted, as in the document.
    """

    def __init__(self, kind: Kind, size: int, clock: Clock, *, seed: int, nulls: bool = False) -> None:
        self.kind = kind
        self._clock = clock
        self.nulls = nulls
        self.version: int = 0
        self._seed = seed_of(seed, kind.name)
        self._ranks: Sequence[int] = ()
        self._next = 0
        self._before = -1
        self._members: dict[int, dict[str, Any]] = {}
        self._corrupted: dict[int, dict[str, Any]] = {}
        self._heads: dict[int, dict[str, Any]] = {}
        self._touched: dict[int, int] = {}
        self._inserted: dict[int, float] = {}
        self._own: dict[str, int] = {}
        self.own: set[int] = set()
        """The ranks of rows that were given, not generated."""
        self.scattered: bool = False
        """Whether a given row has a date of creation, so that the order of ranks may differ from that of creation."""
        self._filled = 0.0
        self._interval = 0
        self.began: int = 0
        self.refill(size)

    def refill(self, size: int) -> None:
        """Fill the table with `size` unchanged rows."""
        if size < 0:
            raise ValueError(f"{self.kind.name}: there cannot be {size} rows")
        self._ranks, self._next, self._before = range(size), size, -1
        self._filled = float(int(self._clock.time()))
        self._interval = max(1, min(MAX_INTERVAL, FILLED_SPAN // max(1, size)))
        self._size = size
        self._inserted.clear()
        self._own.clear()
        self.own.clear()
        self.scattered = False
        self._members.clear()
        self._corrupted.clear()
        self._heads.clear()
        self._touched.clear()
        self.version += 1
        self.began = self.version

    def __len__(self) -> int:
        return len(self._ranks)

    def __contains__(self, rank: int) -> bool:
        place = self.place(rank)
        return place < len(self._ranks) and self._ranks[place] == rank

    @property
    def ranks(self) -> Sequence[int]:
        """The ranks of all rows, oldest first; the sequence must not be changed."""
        return self._ranks

    def place(self, rank: int) -> int:
        """Return the number of rows that are older than this rank, which need not exist."""
        return bisect_left(self._ranks, rank)

    def find(self, identity: str) -> int | None:
        """Return the rank of an existing row, or None."""
        if (own := self._own.get(identity)) is not None:
            return own
        rank = self.kind.rank(identity)
        return rank if rank is not None and rank in self and str(self.identify(rank)) == identity else None

    def identify(self, rank: int) -> Any:
        """Return the identity of a row."""
        own: Any = self._heads.get(rank, {}).get(self.kind.identity) if rank in self.own else None
        return self.kind.identify(rank) if own is None else own

    def identities(self) -> list[Any]:
        """Return the identity of each row, oldest first."""
        return [self.identify(rank) for rank in self._ranks]

    def head(self, rank: int) -> Head:
        """Return the values by which a row is filtered and sorted."""
        head = self.kind.head(rank, self._random(rank, 0))
        head["rank"] = rank
        touched = self._heads.get(rank)
        return head if touched is None else head | touched

    def complete_row(self, rank: int, changed: Head | None = None) -> Row:
        """Return a row with null for members that have no value; `changed` are other members of its head."""
        row = self.kind.row(self.head(rank) | (changed or {}), self._random(rank, 1))
        return row | self._members.get(rank, {})

    def row(self, rank: int) -> Row:
        """Return a row as it is sent."""
        row = self.complete_row(rank)
        if not self.nulls:
            row = without_nulls(row)
        corrupted = self._corrupted.get(rank)
        return row if corrupted is None else row | corrupted

    def insert(self, count: int = 1, where: End = "last") -> list[int]:
        """Add rows as the newest or the oldest, and return their ranks."""
        if where == "last":
            added = self._unused(self._next, count, 1)
            self._next = added[-1] + 1 if added else self._next
            self._inserted.update(dict.fromkeys(added, self._now()))
            self._ranks = [*self._ranks, *added]
        else:
            added = self._unused(self._before, count, -1)[::-1]
            self._before = added[0] - 1 if added else self._before
            self._ranks = [*added, *self._ranks]
        self.version += 1
        return added

    def add(self, identity: str | None, where: End) -> int:
        """Add a given row, by default with the identity of its rank, and return the rank."""
        (rank,) = self.insert(1, where)
        self.own.add(rank)
        if identity is not None:
            self._own[identity] = rank
        return rank

    def _unused(self, rank: int, count: int, step: int) -> list[int]:
        """Return the next ranks whose identities no given row has."""
        if not self._own:
            return list(range(rank, rank + step * count, step))
        unused: list[int] = []
        while len(unused) < count:
            if str(self.kind.identify(rank)) not in self._own:
                unused.append(rank)
            rank += step
        return unused

    def put(self, rank: int) -> None:
        """Add the row with this rank, at its position."""
        if rank not in self:
            self._inserted[rank] = self._now()
            place = self.place(rank)
            self._ranks = [*self._ranks[:place], rank, *self._ranks[place:]]
            self._next = max(self._next, rank + 1)
            self._before = min(self._before, rank - 1)
            self.version += 1
            self._touched[rank] = self.version  # the rank may have belonged to a deleted row

    def delete(self, ranks: Iterable[int]) -> int:
        """Delete rows permanently, and return how many existed."""
        gone = set(ranks)
        if not self.own.isdisjoint(gone):
            self.own -= gone
            self._own = {identity: rank for identity, rank in self._own.items() if rank not in gone}
        for state in (self._members, self._corrupted, self._heads, self._touched, self._inserted):
            for rank in gone:
                state.pop(rank, None)
        stay = [rank for rank in self._ranks if rank not in gone]
        removed = len(self._ranks) - len(stay)
        self._ranks = stay
        self.version += 1
        return removed

    def touch(self, rank: int, **head: Any) -> None:
        """Set a row's date of the last update to now, and set members of its head."""
        self._heads.setdefault(rank, {}).update({self.kind.updated: self._now()} | head)
        self.scattered = self.scattered or (rank in self.own and "created" in head)
        self.version += 1
        self._touched[rank] = self.version

    def changed(self, rank: int) -> bool:
        """Whether members of a row have been set."""
        return rank in self._members or rank in self._heads

    def touched_since(self, version: int) -> set[int]:
        """Return the ranks whose heads were changed after a version of the table."""
        return {rank for rank, at in self._touched.items() if at > version}

    def _now(self) -> float:
        # Rounded to milliseconds as in answers, so that a filter by the date in an answer finds the row.
        return int(self._clock.time() * 1000) / 1000

    def _random(self, rank: int, use: int) -> RowRandom:
        inserted = self._inserted.get(rank)
        if inserted is not None:
            return RowRandom(self._seed + use, rank, inserted, inserted)
        created = self._filled - (self._size - rank) * self._interval
        return RowRandom(self._seed + use, rank, created, self._filled)

    def set(self, rank: int, members: dict[str, Any]) -> None:
        """Set members of the row as it is sent; null is for a member without a value."""
        self._members.setdefault(rank, {}).update(members)
        self.version += 1

    def corrupt(self, rank: int, members: dict[str, Any]) -> None:
        """Set members of the row as it is sent to any values, even to values that Mirakl never sends."""
        self._corrupted.setdefault(rank, {}).update(members)
        self.version += 1
