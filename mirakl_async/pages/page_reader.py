"""One reading of a list, from one place on: page after page, what is under way given up at its end."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ..errors import MiraklError, PaginationLoop
from .cursor import NO_KEY, Cursor, digest
from .list_changes import MAX_REMEMBERED_KEYS, DeliveredKeys
from .page import Page
from .prefetcher import Prefetcher
from .read_options import Progress
from .rows import PageRows

if TYPE_CHECKING:
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

P = TypeVar("P", bound=Hashable)
MAX_PAGES_WITHOUT_NEW_ROWS = 1000


class SelectedRows(NamedTuple):
    """What is handed over of a page: items, their places among its rows, and all rows that are new."""

    items: list[Any]
    places: Sequence[int]
    fresh: Sequence[int]


class PageReader(ABC, Generic[P]):
    """The state of one reading; `P` is what names a page."""

    def __init__(self, source: ListRequests, start: Cursor, manner: ReadOptions, width: int) -> None:
        self.source = source
        self.start = start
        self.manner = manner
        self.prefetcher: Prefetcher[P, Response] = Prefetcher(self.fetch, width)
        self.subrequest: int = start.subrequest
        self.delivered_keys: DeliveredKeys = self._keys_from_marks(start.marks)
        self._earlier: set[object] = set()
        self._pages_without_new_rows = 0
        self._progress = Progress(pages=0, items=0, quarantined=0, total=None, cursor=None)

    async def pages(self) -> AsyncGenerator[Page[Any], None]:
        """The pages; an error raised after the first of the list says where to go on."""
        cursor: Cursor | None = self.start
        try:
            while cursor is not None:
                try:
                    page = await self.page(cursor)
                    self._check_progress(page)
                except MiraklError as error:
                    error.resume_from = None if cursor == self.source.start() else cursor.text()
                    raise
                await self._report_progress(page)
                yield page
                cursor = page.following
        finally:
            await self.prefetcher.close()

    @abstractmethod
    async def fetch(self, place: P) -> Response:
        """Ask for a page."""

    @abstractmethod
    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""

    def enter(self, leg: int) -> None:
        """Go on to a call of the list: rows are known within theirs, and dropped if an earlier one delivered them."""
        if leg == self.subrequest:
            return
        if self.source.subrequests_overlap:
            self._earlier.update(self.delivered_keys.keys())
        self.subrequest = leg
        self.delivered_keys = self._keys_from_marks()

    def choose(self, rows: PageRows, fresh: Sequence[int]) -> SelectedRows:
        """The items to deliver of a page whose rows at `fresh` are new to this call."""
        if self._earlier:
            fresh = [index for index in fresh if rows.keys[index] is None or rows.keys[index] not in self._earlier]
        if len(fresh) == len(rows.keys):
            return SelectedRows(rows.items, rows.places, fresh)
        new = set(fresh)
        kept = [(index, item) for index, item in zip(rows.places, rows.items, strict=True) if index in new]
        return SelectedRows([item for _, item in kept], [index for index, _ in kept], fresh)

    async def _report_progress(self, page: Page[Any]) -> None:
        if self.manner.on_page is None:
            return
        so_far = self._progress
        self._progress = Progress(
            pages=so_far.pages + 1,
            items=so_far.items + len(page.items),
            quarantined=so_far.quarantined + len(page.quarantined),
            total=page.total,
            cursor=page.next_cursor,
        )
        told = self.manner.on_page(self._progress)
        if inspect.isawaitable(told):
            await told

    def _keys_from_marks(self, marks: Sequence[str] = ()) -> DeliveredKeys:
        return DeliveredKeys(None if self.manner.overlap else MAX_REMEMBERED_KEYS, marks)

    def _check_progress(self, page: Page[Any]) -> None:
        """A list that goes on and on and brings nothing is no list."""
        self._pages_without_new_rows = 0 if page.items or page.quarantined else self._pages_without_new_rows + 1
        if self._pages_without_new_rows >= MAX_PAGES_WITHOUT_NEW_ROWS and page.following is not None:
            code = self.source.operation.code
            raise PaginationLoop(
                f"{code}: {MAX_PAGES_WITHOUT_NEW_ROWS} pages without a new row, and the server says that there is more"
            )


def deduplicate(keys: Sequence[object], fresh: Sequence[int]) -> Sequence[int]:
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
