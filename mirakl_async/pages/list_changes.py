"""Lists that move while they are read, and how nothing is lost all the same. Pure.

An offset counts rows. When rows before the reader's place leave, the rest moves up and the next page skips some; when
rows come, the next page repeats some. What follows from one observation:

    *If a page starts with a row that was delivered, no row was skipped before that page.*

(As long as the rows that stay keep their order: what precedes a delivered row was delivered too, or is new. Neither
does it matter which of two pages was asked for first.) So a page is asked for this proof whenever there is reason to
doubt:

- the total is another one than on the page before;
- the page repeats a row that was delivered, though not as its first row;
- the page was made to overlap (`exact`, where no total is told, after a resumption, and for the rest of a list that
  has moved once), and its first rows are not the last rows delivered, in their order.

Without proof the reader steps back, by as many rows as the total fell plus one, then by a page at a time, to the
beginning of the list if need be, reads again and drops what it has delivered. Each time it is said. Without doubt
nothing is read twice.

**What each mode can see.** The default sees every change of the total, and every row that comes back. A row that
leaves while another comes leaves the total as it was; only the overlap of `exact` sees that. Rows that only change
places are seen in both: as many places as rows were read, so a row that was missed means that another one came twice.
Pages of one row cannot overlap: where no total is told either, a row that leaves is not seen.
What nobody can see is a row that goes from unread to read places, while one leaves from there and one comes elsewhere:
the answers are those of a list in which it never was.

**Memory.** Keys of delivered rows: of the last hundred thousand, about 10 MB; with `exact`, of all. A resumed reading
knows those that it delivered itself, and of the earlier ones the marks: where the list has moved, others may come
twice, and where all that are marked left the list, it begins again. None is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from .cursor import MARKS, digest

MAX_REMEMBERED_KEYS = 100_000


class DeliveredKeys:
    """The rows of one call that were delivered, as far as they are remembered; `marks` are digests of the last few.

    A row whose key is None has no identity and is never known. After a resumption only the marks are known.
    """

    __slots__ = ("_keys", "_memory", "_resumed", "forgot", "marks")

    def __init__(self, memory: int | None = None, marks: Iterable[str] = ()) -> None:
        self._memory = memory
        self._keys: dict[object, None] = {}
        self.marks: deque[str] = deque(marks, maxlen=MARKS)
        self._resumed = frozenset(self.marks)
        self.forgot: bool = bool(self._resumed)

    def knows(self, key: object) -> bool:
        """Whether the row with this key was delivered."""
        return key is not None and (key in self._keys or (bool(self._resumed) and digest(key) in self._resumed))

    def ends_with(self, keys: Sequence[object]) -> bool:
        """Whether these are the last rows, in this order."""
        return len(keys) <= len(self.marks) and [digest(key) for key in keys] == list(self.marks)[-len(keys) :]

    def marks_before(self, keys: Sequence[object], overlap: int) -> tuple[str, ...]:
        """The marks of the rows before a page, whose first `overlap` rows should be those before it."""
        if not overlap:
            return tuple(self.marks)
        if self.ends_with(keys[:overlap]):
            return tuple(self.marks)[:-overlap]
        here = {digest(key) for key in keys}
        return tuple(mark for mark in self.marks if mark not in here)

    def follow(self, keys: Sequence[object], overlap: int = 0) -> None:
        """Note the rows of a page, delivered now or before, as the last ones."""
        before = self.marks_before(keys, overlap)
        self.marks.clear()
        self.marks.extend((*before, *(digest(key) for key in keys[-MARKS:])))
        self._keys.update((key, None) for key in keys if key is not None)
        too_many = 0 if self._memory is None else len(self._keys) - self._memory
        for key in list(islice(self._keys, max(0, too_many))):
            del self._keys[key]
            self.forgot = True

    def keys(self) -> Iterable[object]:
        """The keys that are remembered."""
        return self._keys.keys()


class PageObservation(NamedTuple):
    """A page as it was found: the offset it was asked with, how far the reader had come, and the totals told.

    `before` is the total told last, `steps` how often the reader has stepped back for this page.
    """

    offset: int
    reached: int
    size: int
    keys: Sequence[object]
    before: int | None = None
    total: int | None = None
    steps: int = 0

    @property
    def overlap(self) -> int:
        """How many rows were read before, unless the list moved."""
        return self.reached - self.offset

    @property
    def rose(self) -> int:
        """By how many rows the total rose; negative if it fell."""
        return 0 if self.total is None or self.before is None else self.total - self.before


class PageDecision(NamedTuple):
    """What to do with a page: step back by `back` rows and read again, or deliver the rows at the indices `fresh`."""

    new_rows: Sequence[int] = ()
    rewind: int = 0
    moved: bool = False


def decide(trail: DeliveredKeys, sight: PageObservation) -> PageDecision:
    """Decide about one page; see the module's text."""
    keys, overlap, changed = sight.keys, sight.overlap, sight.rose != 0
    if sight.reached == 0:
        return PageDecision(range(len(keys)))
    if keys and all(key is None for key in keys):
        return _decide_by_total(sight)
    known = [trail.knows(key) for key in keys]
    if 0 < overlap <= len(keys) and trail.ends_with(keys[:overlap]):
        fresh = [index for index in range(overlap, len(keys)) if not known[index]]
        return PageDecision(fresh, moved=changed or any(known[overlap:]))
    if overlap == 0 and not changed and not any(known):
        return PageDecision(range(len(keys)))
    return _decide_changed(trail, sight, known)


def _decide_by_total(sight: PageObservation) -> PageDecision:
    """Rows without keys cannot be told apart: where the total fell they are read again, and may come twice."""
    if sight.rose < 0 < sight.offset:
        return PageDecision(rewind=min(-sight.rose, sight.offset), moved=True)
    start = sight.overlap if sight.steps == 0 else 0
    return PageDecision(range(start, len(sight.keys)), moved=sight.rose != 0)


def _decide_changed(trail: DeliveredKeys, sight: PageObservation, known: list[bool]) -> PageDecision:
    first = known.index(True) if True in known else None
    # What is remembered may begin after the page does; then the rows before the first known one are older than that,
    # or came in behind the reader. A known row further on than where the list can have moved to proves nothing.
    reaches_back = trail.forgot and first is not None and sight.overlap > 0 and first <= sight.overlap + sight.rose
    if not (sight.offset == 0 or first == 0 or reaches_back):
        step = max(0, -sight.rose) + 1 if sight.steps == 0 else max(1, sight.size - 1)
        return PageDecision(rewind=min(step, sight.offset), moved=True)
    start = first if reaches_back and first is not None else 0
    return PageDecision([index for index in range(start, len(known)) if not known[index]], moved=True)
