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

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import MAX_MARKS, Cursor, digest
from .link import next_link
from .list_changes import PageObservation, decide
from .nested import NestedReader
from .page import Page
from .page_reader import PageReader, SelectedRows, deduplicate
from .paginator import Paginator
from .read_options import ReadOptions
from .rows import PageRows, read_page

if TYPE_CHECKING:
    from ..http.response import Response
    from .list_requests import ListRequests

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

    def _read_pages(self, start: Cursor, options: ReadOptions) -> AsyncGenerator[Page[T], None]:
        kind = NestedReader if self._source.paging.nested else OffsetReader
        return cast("AsyncGenerator[Page[T], None]", kind(self._source, start, options).pages())

    def _first_query(self, options: ReadOptions) -> dict[str, object]:
        return {"max": options.size, "offset": 0}


class _OffsetPosition(NamedTuple):
    """A page: the call it belongs to, and the index of its first row."""

    subrequest: int
    offset: int


class _LoadedPage(NamedTuple):
    """A decoded page: its total, the offset after it, and whether more rows follow."""

    position: _OffsetPosition
    rows: PageRows
    total: int | None
    end: int
    more: bool


class OffsetReader(PageReader[_OffsetPosition]):
    """One iteration of an offset list."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, max(1, options.prefetch))
        self._overlap_needed = options.overlap
        self._size = options.size  # rows a page that the server returns
        self._count: int | None = None  # of rows on the page before

    async def fetch(self, position: _OffsetPosition) -> Response:
        """Request a page."""
        return await self.source.send(position.subrequest, {"max": self.options.size, "offset": position.offset})

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        self.start_subrequest(cursor.subrequest)
        resumed = cursor is self.start and bool(cursor.marks)
        overlap = self._overlap(cursor.offset, overlap=resumed or self._needs_overlap(cursor))
        position = _OffsetPosition(cursor.subrequest, cursor.offset - overlap)
        total, steps, moved = cursor.total, 0, False
        while True:
            loaded = await self._load(position, cursor)
            size, keys = self._size, loaded.rows.keys
            decision = decide(
                self.delivered_keys,
                PageObservation(position.offset, cursor.offset, size, keys, total, loaded.total, steps),
            )
            moved = moved or decision.moved
            if not decision.rewind:
                break
            await self.prefetcher.schedule(())
            total, steps, position = (
                loaded.total,
                steps + 1,
                position._replace(offset=position.offset - decision.rewind),
            )
        if moved:
            self._overlap_needed = True
        expected = cursor.total if loaded.total is None else loaded.total
        if moved or (not keys and loaded.position.offset < (expected or 0)):
            self.source.report_list_change(cursor.offset, cursor.total, loaded.total)
        page = self._deliver(cursor, loaded, decision.new_rows)
        await self._prefetch_after(page.following)
        return page

    def _needs_overlap(self, cursor: Cursor) -> bool:
        """Whether the next page has to overlap: without a total, nothing else shows that the list changed."""
        return self._overlap_needed or cursor.total is None

    def _overlap(self, reached: int, *, overlap: bool) -> int:
        """With how many of the last rows a page starts."""
        return min(MAX_MARKS, self._size // 2, reached) if overlap else 0

    async def _load(self, position: _OffsetPosition, cursor: Cursor) -> _LoadedPage:
        response = await self.prefetcher.get(position)
        size = self.options.size
        if cursor.offset < position.offset + self._size < (cursor.total or 0):
            # Most lists do not change: the next requests are sent before this page is decoded.
            await self._prefetch_after(replace(cursor, offset=position.offset + self._size))
        rows = read_page(response)
        count = len(rows.keys)
        total = _total_of(rows, self.source.paging.total)
        if total is not None and total < position.offset + count and count:
            total = None
        link = next_link(response.headers, response.request.url)
        end = position.offset + (count or self._size)
        if link.offset is not None and link.offset > position.offset:
            end = min(link.offset, position.offset + size)
        leads_back = link.offset is not None and link.offset <= position.offset
        if total is not None:
            more = end < total or (count >= size and link.has_next and not leads_back)
        elif link.has_links:
            more = link.has_next
        else:
            more = count >= size or end < (cursor.total or 0) or 0 < (self._count or 1) <= count
        if more and total is None and leads_back:
            raise PaginationLoop(
                f"{self.source.operation.code}: after offset {position.offset} the server links to offset {link.offset}"
            )
        if more:
            self._learn_size(count)
        return _LoadedPage(position, rows, total, end, more)

    def _learn_size(self, count: int) -> None:
        """Take the row count of a page that is not the last one as that of the pages after it."""
        if count > self._size or (count and self._count in {None, count}):
            self._size = min(count, self.options.size)
        self._count = count

    def _deliver(self, cursor: Cursor, loaded: _LoadedPage, new_rows: Sequence[int]) -> Page[Any]:
        keys, overlap = loaded.rows.keys, cursor.offset - loaded.position.offset
        selected = self.select(loaded.rows, deduplicate(keys, new_rows))
        before = self.delivered_keys.marks_before(keys, overlap)
        self.delivered_keys.add_page(keys, overlap)
        return Page(
            items=selected.items,
            row_cursors=partial(_cursor_inside, cursor, loaded, selected, before),
            following=self._following(cursor, loaded),
            total=loaded.total if len(self.source.subrequests) == 1 else None,
            quarantined=self.source.report_repairs(loaded.rows, selected.new_rows),
        )

    def _following(self, cursor: Cursor, loaded: _LoadedPage) -> Cursor | None:
        if loaded.more:
            return replace(cursor, offset=loaded.end, total=loaded.total, marks=tuple(self.delivered_keys.marks))
        if cursor.subrequest + 1 < len(self.source.subrequests):
            return replace(self.source.start(), subrequest=cursor.subrequest + 1)
        return None

    async def _prefetch_after(self, cursor: Cursor | None) -> None:
        """Request the pages after a cursor."""
        if cursor is not None and self.options.prefetch:
            await self.prefetcher.schedule(self._plan(cursor))

    def _plan(self, cursor: Cursor) -> Iterator[_OffsetPosition]:
        """The pages from a cursor on, as far as the total and the limit of rows go."""
        reached, limit = cursor.offset, self.options.limit
        while limit is None or reached < limit:
            overlap = self._overlap(reached, overlap=self._needs_overlap(cursor))
            yield _OffsetPosition(cursor.subrequest, reached - overlap)
            reached += self._size - overlap
            if reached >= (cursor.total or 0):
                break
        if limit is None:
            yield from (
                _OffsetPosition(subrequest, 0)
                for subrequest in range(cursor.subrequest + 1, len(self.source.subrequests))
            )


def _total_of(rows: PageRows, name: str) -> int | None:
    total: object = getattr(rows.value, name, None) if name else None
    # A cursor holds 64 bits; a larger total cannot be right.
    return total if isinstance(total, int) and 0 <= total < 2**63 else None


def _cursor_inside(
    cursor: Cursor, loaded: _LoadedPage, selected: SelectedRows, before: Sequence[str], count: int
) -> Cursor:
    """The cursor after the first `count` items of a page."""
    if not count:
        return cursor
    end = selected.indices[count - 1] + 1
    marks = (*before, *(digest(key) for key in loaded.rows.keys[max(0, end - MAX_MARKS) : end]))
    return replace(cursor, offset=loaded.position.offset + end, total=loaded.total, marks=marks[-MAX_MARKS:])
