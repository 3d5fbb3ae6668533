"""Changes of lists while they are read: rows are inserted, deleted and updated between the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import Literal

from msgspec import Struct

from .tables import Table

__all__ = ["ListChange", "ListChanges", "Where"]

Where = Literal["first", "last", "read", "anywhere"]


class ListChange(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """After every `every`th page of `operation`, `rows` rows of its list are inserted, deleted or updated.

    `where` selects the oldest rows ("first"), the newest ("last"), those of the page just sent ("read"), or any.
    Inserted rows become the oldest or the newest. `times` limits how often this happens.
    """

    operation: str
    kind: Literal["insert", "delete", "change"]
    rows: int = 1
    where: Where = "first"
    every: int = 1
    times: int | None = None

    def __post_init__(self) -> None:
        if self.every < 1 or self.rows < 1:
            raise ValueError("every and rows must be at least 1")
        if self.kind == "insert" and self.where not in {"first", "last"}:
            raise ValueError('rows are inserted "first" or "last"')


class _ListChangeRule:
    __slots__ = ("change", "happened", "seen")

    def __init__(self, change: ListChange) -> None:
        self.change = change
        self.seen = 0
        self.happened = 0

    def falls_due(self, operation: str) -> bool:
        change = self.change
        if operation != change.operation:
            return False
        self.seen += 1
        if self.seen % change.every or (change.times is not None and self.happened >= change.times):
            return False
        self.happened += 1
        return True


class ListChanges:
    """The active changes; `moved` counts the changed rows so far, by kind."""

    def __init__(self, *, seed: int = 0) -> None:
        self.moved: Counter[str] = Counter()
        self._random = Random(seed)
        self._rules: list[_ListChangeRule] = []

    def add(self, *changes: ListChange) -> None:
        """Activate additional changes; each counts pages from now on."""
        self._rules.extend(_ListChangeRule(change) for change in changes)

    def clear(self) -> None:
        """Stop all changes of lists."""
        self._rules.clear()

    def after(self, operation: str, table: Table, page: Sequence[int]) -> None:
        """Apply the changes that are due after a page with these ranks was answered."""
        for rule in self._rules:
            if rule.falls_due(operation):
                self.moved[rule.change.kind] += self._move(rule.change, table, page)

    def _move(self, change: ListChange, table: Table, page: Sequence[int]) -> int:
        if change.kind == "insert":
            return len(table.insert(change.rows, "last" if change.where == "last" else "first"))
        ranks = self._chosen(change, table, page)
        if change.kind == "delete":
            return table.delete(ranks)
        for rank in ranks:
            table.touch(rank)
        return len(ranks)

    def _chosen(self, change: ListChange, table: Table, page: Sequence[int]) -> Sequence[int]:
        ranks, rows = table.ranks, change.rows
        if change.where == "first":
            return ranks[:rows]
        if change.where == "last":
            return ranks[-rows:]
        candidates: Iterable[int] = ranks
        if change.where == "read":
            candidates = [rank for rank in page if rank in table]
        known = list(candidates)
        return self._random.sample(known, min(rows, len(known)))
