"""Selected rows, cached between the pages of a list; after changes, only the changed rows are tested again.

Generating the heads of 44,000 rows takes more than a second. Reading all pages of such a list asks the same question
440 times, and rows may be inserted, deleted and updated after every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .filters import Wanted
from .tables import Table

__all__ = ["Question", "Selection"]


class Question(NamedTuple):
    """The filters and the order of a list.

    The rows are those of `ranks` (None: all rows) that pass every test, sorted by the head's `member` ("" is the order
    of creation).
    """

    ranks: Sequence[int] | None
    tests: Sequence[Wanted]
    member: str
    descends: bool


_OUT: Any = object()


class Selection:
    """The rows that answer one question, at a version of the table."""

    __slots__ = ("_chosen", "_keys", "_version")

    def __init__(self) -> None:
        self._version = -1
        self._chosen: Sequence[int] = ()
        self._keys: dict[int, Any] = {}
        """The sort key of each tested row, or `_OUT` if the row was not selected."""

    def chosen(self, table: Table, question: Question) -> Sequence[int]:
        """Return the ranks in the requested order; the question must be the same in every call."""
        if self._version != table.version:
            self._chosen = self._choose(table, question)
            self._version = table.version
        return self._chosen

    def _choose(self, table: Table, question: Question) -> Sequence[int]:
        ranks = table.ranks if question.ranks is None else question.ranks
        if question.tests or question.member:
            self._judge(table, question, ranks)
            keys = self._keys
            ranks = [rank for rank in ranks if keys[rank] is not _OUT]
            if question.member:
                ranks.sort(key=lambda rank: (keys[rank], rank))
        return ranks[::-1] if question.descends else ranks

    def _judge(self, table: Table, question: Question, ranks: Sequence[int]) -> None:
        """Test the rows that are new or were changed since the last call."""
        keys, since = self._keys, self._version
        if table.began > since:
            keys.clear()
        touched = table.touched_since(since)
        for rank in ranks:
            if rank in keys and rank not in touched:
                continue
            head = table.head(rank)
            passes = all(test(head) for test in question.tests)
            keys[rank] = (head[question.member] if question.member else 0) if passes else _OUT
