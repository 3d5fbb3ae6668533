"""Lists that change while they are read, and how no row is lost all the same. Pure.

An offset counts rows. When rows before the reader's position are removed, the rest moves up and the next page skips
some; when rows are added there, the next page repeats some. What follows from one observation:

    *If a page starts with a row that was delivered, no row was skipped before that page.*

(As long as the remaining rows keep their order: what precedes a delivered row was delivered too, or is new. It does not
matter which of two pages was requested first.) This proof is required of a page whenever there is a reason to doubt:

- the total differs from that of the page before;
- the page repeats a delivered row, though not as its first row;
- the page was requested with an overlap (option `overlap`; where the responses have no total; after a resumption; for
  the rest of a list that has changed once), and its first rows are not the last rows delivered, in their order.

Without proof the reader goes back, by as many rows as the total fell plus one, then by a page at a time, to the
beginning of the list if need be, reads again and drops the rows that were delivered. Each time it is reported. Without
doubt nothing is read twice.

**What is detected.** By default every change of the total, and every row that is repeated. A row that is removed while
another is added leaves the total as it was; only the option `overlap` detects that. Rows that only change places are
detected in both cases: there are as many places as rows were read, so a missed row means that another one is repeated.
Pages of one row cannot overlap: where the responses have no total either, the removal of a row is not detected.
One change cannot be detected: a row moves from the unread to the read part, while one is removed there and one is added
elsewhere. The responses are those of a list in which it never was.

**Memory.** The keys of delivered rows: of the last hundred thousand, about 10 MB; with `overlap`, of all. A resumed
iteration knows the rows that it delivered itself, and of the earlier ones the marks: where the list has changed, others
may be delivered twice, and if all marked rows are gone it starts again from the beginning. No row is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from .cursor import MAX_MARKS, digest

__all__ = ["MAX_REMEMBERED_KEYS", "DeliveredKeys", "PageDecision", "decide"]

MAX_REMEMBERED_KEYS = 100_000


class DeliveredKeys:
    """The keys of the rows delivered in one subrequest, at most `max_keys`; `marks` are digests of the last few.

    A row whose key is None has no identity and is never found. After a resumption only the marks are known.
    """

    __slots__ = ("_keys", "_max_keys", "_resumed", "incomplete", "marks")

    def __init__(self, max_keys: int | None = None, marks: Iterable[str] = ()) -> None:
        self._max_keys = max_keys
        self._keys: dict[object, None] = {}
        self.marks: deque[str] = deque(marks, maxlen=MAX_MARKS)
        self._resumed = frozenset(self.marks)
        self.incomplete: bool = bool(self._resumed)

    def __contains__(self, key: object) -> bool:
        return key is not None and (key in self._keys or (bool(self._resumed) and digest(key) in self._resumed))

    def __iter__(self) -> Iterator[object]:
        return iter(self._keys)

    def ends_with(self, keys: Sequence[object]) -> bool:
        """Whether these are the last rows, in this order."""
        return len(keys) <= len(self.marks) and [digest(key) for key in keys] == list(self.marks)[-len(keys) :]

    def marks_before(self, keys: Sequence[object], overlap: int) -> tuple[str, ...]:
        """The marks of the rows before a page that was requested to start with the last `overlap` rows."""
        if not overlap:
            return tuple(self.marks)
        if self.ends_with(keys[:overlap]):
            return tuple(self.marks)[:-overlap]
        on_page = {digest(key) for key in keys}
        return tuple(mark for mark in self.marks if mark not in on_page)

    def add_page(self, keys: Sequence[object], overlap: int = 0) -> None:
        """Record the rows of a page, delivered now or before, as the last ones."""
        before = self.marks_before(keys, overlap)
        self.marks.clear()
        self.marks.extend((*before, *(digest(key) for key in keys[-MAX_MARKS:])))
        self._keys.update((key, None) for key in keys if key is not None)
        excess = 0 if self._max_keys is None else len(self._keys) - self._max_keys
        for key in list(islice(self._keys, max(0, excess))):
            del self._keys[key]
            self.incomplete = True


class PageDecision(NamedTuple):
    """What to do with a page: go back by `rewind` rows and read again, or, if 0, deliver the rows at `new_rows`.

    `moved` says that the list changed.
    """

    new_rows: Sequence[int] = ()
    rewind: int = 0
    moved: bool = False


def decide(
    delivered: DeliveredKeys,
    keys: Sequence[object],
    *,
    offset: int,
    reached: int,
    size: int,
    before: int | None = None,
    total: int | None = None,
    steps: int = 0,
) -> PageDecision:
    """Decide about one page, by the rules at the top of this module.

    `offset` is where the page was requested, `reached` how many rows were read before. `before` is the total of the
    page before, `total` that of this page; None where a response had none. `size` is rows a page; `steps` is how often
    the reader has gone back for this page.
    """
    overlap = reached - offset  # how many of its rows were read before, unless the list changed
    rose = 0 if total is None or before is None else total - before
    if reached == 0:
        return PageDecision(range(len(keys)))
    if keys and all(key is None for key in keys):
        return _decide_by_total(len(keys), offset, overlap if steps == 0 else 0, rose)
    known = [key in delivered for key in keys]
    if 0 < overlap <= len(keys) and delivered.ends_with(keys[:overlap]):
        new_rows = [index for index in range(overlap, len(keys)) if not known[index]]
        return PageDecision(new_rows, moved=rose != 0 or any(known[overlap:]))
    if overlap == rose == 0 and not any(known):
        return PageDecision(range(len(keys)))
    first = known.index(True) if True in known else None
    # The page may begin before the oldest remembered key; then the rows before the first known one are older than that,
    # or were added behind the reader. A known row further on than the list can have moved proves nothing.
    reaches_back = delivered.incomplete and first is not None and overlap > 0 and first <= overlap + rose
    if not (offset == 0 or first == 0 or reaches_back):
        step = max(0, -rose) + 1 if steps == 0 else max(1, size - 1)
        return PageDecision(rewind=min(step, offset), moved=True)
    start = first if reaches_back and first is not None else 0
    return PageDecision([index for index in range(start, len(known)) if not known[index]], moved=True)


def _decide_by_total(count: int, offset: int, overlap: int, rose: int) -> PageDecision:
    """Rows without keys are indistinguishable: if the total fell they are read again, and may be delivered twice."""
    if rose < 0 < offset:
        return PageDecision(rewind=min(-rose, offset), moved=True)
    return PageDecision(range(overlap, count), moved=rose != 0)
