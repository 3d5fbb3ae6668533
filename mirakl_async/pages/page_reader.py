"""One iteration of a list from a cursor: page after page; requests still in flight are cancelled at its end."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..errors import MiraklError, PaginationLoop
from .cursor import MAX_MARKS, NO_KEY, Cursor, digest
from .list_changes import MAX_REMEMBERED_KEYS, DeliveredKeys
from .page import Page
from .prefetcher import Prefetcher
from .read_options import Progress

if TYPE_CHECKING:
    from ..codec import PageRows
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

__all__ = ["PageReader", "cursor_within", "deduplicate", "marks_of", "rows_done"]

MAX_PAGES_WITHOUT_NEW_ROWS = 1000


class PageReader(ABC):
    """The state of one iteration; at most `width` pages are prefetched, by their URLs."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions, width: int) -> None:
        self.source = source
        self.start = start
        self.options = options
        self.prefetcher: Prefetcher[str, Response] = Prefetcher(source.send, width)
        self.subrequest: int = start.subrequest
        self.delivered_keys: DeliveredKeys = self._keys_from_marks(start.marks)
        self._earlier_keys: set[object] = set()
        self._pages_without_new_rows = 0
        self._progress = Progress(pages=0, items=0, quarantined=0, total=None, cursor=None)

    async def pages(self) -> AsyncGenerator[Page[Any], None]:
        """The pages; an error after the first page of the list has `resume_from`."""
        cursor: Cursor | None = self.start
        try:
            while cursor is not None:
                try:
                    page = await self.page(cursor)
                    self._check_progress(page)
                except MiraklError as error:
                    error.resume_from = None if cursor == self.source.start else cursor.text()
                    raise
                await self._report_progress(page)
                yield page
                cursor = page.following
        finally:
            await self.prefetcher.close()

    @abstractmethod
    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""

    def start_subrequest(self, subrequest: int) -> None:
        """Go on to a call of the list. Positions are those of its own rows; rows of earlier calls are left out."""
        if subrequest == self.subrequest:
            return
        if self.source.subrequests_overlap:
            self._earlier_keys.update(self.delivered_keys)
        self.subrequest = subrequest
        self.delivered_keys = self._keys_from_marks()

    def next_subrequest(self) -> Cursor | None:
        """The start of the call after this one; None after the last."""
        following = self.subrequest + 1
        return replace(self.source.start, subrequest=following) if following < len(self.source.urls) else None

    def select(self, rows: PageRows, new_rows: Sequence[int]) -> PageRows:
        """The rows to deliver of a page, which are reported; `new_rows` are the indices of those new to this call."""
        if self._earlier_keys:
            new_rows = [index for index in new_rows if rows.keys[index] not in self._earlier_keys]
        selected = rows.select(new_rows)
        self.source.report_repairs(selected)
        return selected

    async def _report_progress(self, page: Page[Any]) -> None:
        if self.options.on_page is None:
            return
        progress = self._progress
        self._progress = Progress(
            pages=progress.pages + 1,
            items=progress.items + len(page.items),
            quarantined=progress.quarantined + len(page.quarantined),
            total=page.total,
            cursor=page.next_cursor,
        )
        result = self.options.on_page(self._progress)
        if inspect.isawaitable(result):
            await result

    def _keys_from_marks(self, marks: Sequence[str] = ()) -> DeliveredKeys:
        return DeliveredKeys(None if self.options.overlap else MAX_REMEMBERED_KEYS, marks)

    def _check_progress(self, page: Page[Any]) -> None:
        """Raises PaginationLoop for a list that goes on without new rows."""
        self._pages_without_new_rows = 0 if page.items or page.quarantined else self._pages_without_new_rows + 1
        if self._pages_without_new_rows >= MAX_PAGES_WITHOUT_NEW_ROWS and page.following is not None:
            code = self.source.operation.code
            raise PaginationLoop(
                f"{code}: {MAX_PAGES_WITHOUT_NEW_ROWS} pages without a new row, but the server says that more follow"
            )


def deduplicate(keys: Sequence[object], new_rows: Sequence[int]) -> Sequence[int]:
    """The indices without those of rows that stand on the same page before."""
    if len(set(keys)) == len(keys):
        return new_rows
    first = {key: index for index, key in reversed([*enumerate(keys)])}
    return [index for index in new_rows if keys[index] is None or first[keys[index]] == index]


def rows_done(cursor: Cursor, keys: Sequence[object]) -> int:
    """How many rows of a page were delivered before a resumption: up to the last marked row, wherever it is now.

    If none of the marked rows is left, the whole page is delivered: rows may be repeated, none is lost.
    """
    if not cursor.done:
        return 0
    if all(mark == NO_KEY for mark in cursor.marks):
        return min(cursor.done, len(keys))
    found = [index for index, key in enumerate(keys) if key is not None and digest(key) in cursor.marks]
    return found[-1] + 1 if found else 0


def cursor_within(cursor: Cursor, offset: int, rows: PageRows, count: int) -> Cursor:
    """The cursor after the first `count` items of the page at `offset`, for `rows_done`."""
    if not count:
        return cursor
    end = rows.indices[count - 1] + 1
    return replace(cursor, offset=offset, done=end, marks=marks_of(rows.keys[:end]))


def marks_of(keys: Sequence[object]) -> tuple[str, ...]:
    """The marks of the last of these rows."""
    return tuple(digest(key) for key in keys[-MAX_MARKS:])
