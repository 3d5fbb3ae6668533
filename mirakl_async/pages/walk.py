"""One reading of a list, from one place on: page after page, what is under way given up at its end."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ..errors import MiraklError, PaginationLoop
from .ahead import Ahead
from .cursor import NO_KEY, Cursor, digest
from .drift import REMEMBERED, Trail
from .manner import Progress
from .page import Page
from .rows import Rows

if TYPE_CHECKING:
    from ..reply import Reply
    from .manner import Manner
    from .source import Source

P = TypeVar("P", bound=Hashable)
FRUITLESS = 1000


class Delivery(NamedTuple):
    """What is handed over of a page: items, their places among its rows, and all rows that are new."""

    items: list[Any]
    places: Sequence[int]
    fresh: Sequence[int]


class Walk(ABC, Generic[P]):
    """The state of one reading; `P` is what names a page."""

    def __init__(self, source: Source, start: Cursor, manner: Manner, width: int) -> None:
        self.source = source
        self.start = start
        self.manner = manner
        self.ahead: Ahead[P, Reply] = Ahead(self.fetch, width)
        self.leg: int = start.leg
        self.trail: Trail = self._trail(start.marks)
        self._earlier: set[object] = set()
        self._fruitless = 0
        self._progress = Progress(pages=0, items=0, quarantined=0, total=None, cursor=None)

    async def pages(self) -> AsyncGenerator[Page[Any], None]:
        """The pages; an error raised between them says where to go on."""
        cursor: Cursor | None = self.start
        try:
            while cursor is not None:
                try:
                    page = await self.page(cursor)
                    self._refuse_a_standstill(page)
                except MiraklError as error:
                    error.resume_from = cursor.text()
                    raise
                await self._tell(page)
                yield page
                cursor = page.following
        finally:
            await self.ahead.close()

    @abstractmethod
    async def fetch(self, place: P) -> Reply:
        """Ask for a page."""

    @abstractmethod
    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""

    def enter(self, leg: int) -> None:
        """Go on to a call of the list: rows are known within theirs, and dropped if an earlier one delivered them."""
        if leg == self.leg:
            return
        if self.source.legs_overlap:
            self._earlier.update(self.trail.keys())
        self.leg = leg
        self.trail = self._trail()

    def choose(self, rows: Rows, fresh: Sequence[int]) -> Delivery:
        """The items to deliver of a page whose rows at `fresh` are new to this call."""
        if self._earlier:
            fresh = [index for index in fresh if rows.keys[index] is None or rows.keys[index] not in self._earlier]
        if len(fresh) == len(rows.keys):
            return Delivery(rows.items, rows.places, fresh)
        new = set(fresh)
        kept = [(index, item) for index, item in zip(rows.places, rows.items, strict=True) if index in new]
        return Delivery([item for _, item in kept], [index for index, _ in kept], fresh)

    async def _tell(self, page: Page[Any]) -> None:
        if self.manner.on_page is None:
            return
        so_far = self._progress
        self._progress = Progress(
            pages=so_far.pages + 1,
            items=so_far.items + len(page.items),
            quarantined=so_far.quarantined + len(page.quarantined),
            total=page.total,
            cursor=page.cursor,
        )
        told = self.manner.on_page(self._progress)
        if inspect.isawaitable(told):
            await told

    def _trail(self, marks: Sequence[str] = ()) -> Trail:
        return Trail(None if self.manner.exact else REMEMBERED, marks)

    def _refuse_a_standstill(self, page: Page[Any]) -> None:
        """A list that goes on and on and brings nothing is no list."""
        self._fruitless = 0 if page.items or page.quarantined else self._fruitless + 1
        if self._fruitless >= FRUITLESS and page.following is not None:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: {FRUITLESS} pages without a new row, and the server says that there is more")


def each_once(keys: Sequence[object], fresh: Sequence[int]) -> Sequence[int]:
    """The indices without those of rows that the same page has named already."""
    if len(set(keys)) == len(keys):
        return fresh
    first = {key: index for index, key in reversed([*enumerate(keys)])}
    return [index for index in fresh if keys[index] is None or first[keys[index]] == index]


def rows_done(cursor: Cursor, keys: Sequence[object]) -> int:
    """How many rows of a page are done, if it is resumed inside: up to the last marked row, wherever it is now.

    Where none of the marked rows is left the page is delivered whole: rows may come twice, none is lost.
    """
    if not cursor.done:
        return 0
    if all(mark == NO_KEY for mark in cursor.marks):
        return min(cursor.done, len(keys))
    found = [index for index, key in enumerate(keys) if key is not None and digest(key) in cursor.marks]
    return found[-1] + 1 if found else 0
