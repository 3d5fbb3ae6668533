"""Offset lists: by `max` and `offset`, several pages requested at once, delivered in order.

Whether another page follows is what the server says, by its total or by its Link header. A total is ignored where its
own page contradicts it, and where it would end the list although a full page links to the next. A response without
either does not end the list before the last known total, nor before a page that is empty, or shorter than both the page
before and the requested size: a short first page may be the server's own maximum. `list_changes` decides what to do
when the list changes meanwhile; an empty page within the total is reported as such a change.

A server may return fewer rows a page than requested. If the first page does, or two in a row have equally few, later
pages are requested by that number; a single short page in the middle of a list has no such effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import MAX_MARKS, Cursor
from .link import next_link
from .list_changes import decide
from .nested import NestedReader
from .page import Page
from .page_reader import PageReader, deduplicate, marks_of
from .paginator import Paginator
from .rows import read_page

if TYPE_CHECKING:
    from ..codec import PageRows
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

__all__ = ["OffsetPaginator", "OffsetReader"]

T = TypeVar("T")


class OffsetPaginator(Paginator[T]):
    """A list paged by `max` and `offset`; see Paginator.

    Changes of the list while it is read are reported as `instrumentation.ListChanged`, and no row is lost by them;
    `pages.list_changes` says what is detected.
    """

    def _check_overlap(self) -> None:
        code = self._source.operation.code
        if self._source.paging.nested:
            raise InvalidArgument(code, "overlap", "is not supported for a list whose pages run inside its items")
        if self._read_options.size < 2:
            raise InvalidArgument(code, "overlap", "needs pages of two rows or more")

    def _reader(self, start: Cursor, options: ReadOptions) -> PageReader:
        return (NestedReader if self._source.paging.nested else OffsetReader)(self._source, start, options)


class OffsetReader(PageReader):
    """One iteration of an offset list."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, max(1, options.prefetch))
        self._overlap_needed = options.overlap
        self._size = options.size  # rows a page that the server returns
        self._count: int | None = None  # of rows on the page before

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        self.start_subrequest(cursor.subrequest)
        resumed = cursor is self.start and bool(cursor.marks)
        offset = cursor.offset - self._overlap(cursor.offset, needed=resumed or self._needs_overlap(cursor))
        before, steps, moved = cursor.total, 0, False
        while True:
            response = await self._request(cursor, offset)
            rows = read_page(response)
            total = _total_of(rows, self.source.paging.total, offset)
            end = self._end_of(response, offset, len(rows.keys), total, cursor.total or 0)
            decision = decide(
                self.delivered_keys,
                rows.keys,
                offset=offset,
                reached=cursor.offset,
                size=self._size,
                before=before,
                total=total,
                steps=steps,
            )
            moved = moved or decision.moved
            if not decision.rewind:
                break
            await self.prefetcher.schedule(())
            before, steps, offset = total, steps + 1, offset - decision.rewind
        if moved:
            self._overlap_needed = True
        if moved or (not rows.keys and offset < ((cursor.total if total is None else total) or 0)):
            self.source.report_list_change(cursor.offset, cursor.total, total)
        selected = self.select(rows, deduplicate(rows.keys, decision.new_rows))
        page = self._deliver(cursor, offset, selected, total, end)
        await self._prefetch_after(page.following)
        return page

    def _deliver(self, cursor: Cursor, offset: int, rows: PageRows, total: int | None, end: int | None) -> Page[Any]:
        """Record the rows of a page; returns it with its cursors."""
        marks = self.delivered_keys.marks_before(rows.keys, cursor.offset - offset)
        self.delivered_keys.add_page(rows.keys, cursor.offset - offset)
        if end is None:
            following = self.next_subrequest()
        else:
            following = replace(cursor, offset=end, total=total, marks=tuple(self.delivered_keys.marks))
        return Page(
            items=rows.items,
            row_cursors=partial(_cursor_within, cursor, offset, rows, total=total, marks=marks),
            following=following,
            total=total if len(self.source.urls) == 1 else None,
            quarantined=rows.quarantined,
        )

    def _needs_overlap(self, cursor: Cursor) -> bool:
        """Whether the next page has to overlap: without a total, nothing else shows that the list changed."""
        return self._overlap_needed or cursor.total is None

    def _overlap(self, reached: int, *, needed: bool) -> int:
        """With how many of the last rows a page starts."""
        return min(MAX_MARKS, self._size // 2, reached) if needed else 0

    async def _request(self, cursor: Cursor, offset: int) -> Response:
        response = await self.prefetcher.get(self._url(cursor.subrequest, offset))
        if cursor.offset < offset + self._size < (cursor.total or 0):
            # Most lists do not change: the next requests are sent before this page is decoded.
            await self._prefetch_after(replace(cursor, offset=offset + self._size))
        return response

    def _end_of(self, response: Response, offset: int, count: int, total: int | None, last_total: int) -> int | None:
        """The offset after a page of `count` rows; None if it is the last."""
        size, link = self.options.size, next_link(response.headers, response.request.url)
        end = offset + (count or self._size)
        if link.offset is not None and link.offset > offset:
            end = min(link.offset, offset + size)
        leads_back = link.offset is not None and link.offset <= offset
        if total is not None:
            more = end < total or (count >= size and link.has_next and not leads_back)
        elif link.has_links:
            more = link.has_next
        else:
            more = count >= size or end < last_total or 0 < (self._count or 1) <= count
        if not more:
            return None
        if total is None and leads_back:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: after offset {offset} the server links to offset {link.offset}")
        self._learn_size(count)
        return end

    def _learn_size(self, count: int) -> None:
        """Take the row count of a page that is not the last one as that of the pages after it."""
        if count > self._size or (count and self._count in {None, count}):
            self._size = min(count, self.options.size)
        self._count = count

    async def _prefetch_after(self, cursor: Cursor | None) -> None:
        """Request the pages after a cursor."""
        if cursor is not None and self.options.prefetch:
            await self.prefetcher.schedule(self._plan(cursor))

    def _plan(self, cursor: Cursor) -> Iterator[str]:
        """The URLs of the pages from a cursor on, as far as the total and the limit of rows go."""
        reached, limit = cursor.offset, self.options.limit
        while limit is None or reached < limit:
            overlap = self._overlap(reached, needed=self._needs_overlap(cursor))
            yield self._url(cursor.subrequest, reached - overlap)
            reached += self._size - overlap
            if reached >= (cursor.total or 0):
                break
        if limit is None:
            yield from (self._url(subrequest, 0) for subrequest in range(cursor.subrequest + 1, len(self.source.urls)))

    def _url(self, subrequest: int, offset: int) -> str:
        return self.source.page_url(subrequest, self.options.size, offset=offset)


def _total_of(rows: PageRows, name: str, offset: int) -> int | None:
    """The total of a page at `offset`, unless the page itself contradicts it."""
    total: object = getattr(rows.value, name, None) if name else None
    # A cursor holds 64 bits; a larger total cannot be right.
    if not isinstance(total, int) or not 0 <= total < 2**63:
        return None
    return None if rows.keys and total < offset + len(rows.keys) else total


def _cursor_within(
    cursor: Cursor, offset: int, rows: PageRows, count: int, *, total: int | None, marks: Sequence[str]
) -> Cursor:
    """The cursor after the first `count` items of the page at `offset`; `marks` are those of the rows before it."""
    if not count:
        return cursor
    end = rows.indices[count - 1] + 1
    marks = (*marks, *marks_of(rows.keys[:end]))
    return replace(cursor, offset=offset + end, total=total, marks=marks[-MAX_MARKS:])
