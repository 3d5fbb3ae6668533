"""Offset lists: by `max` and `offset`, several pages under way at once, delivered in their order.

Where a page ends and whether another follows is what the server says, by its total or by its Link header. A total that
the page itself contradicts is not believed, nor one that would end the list where a full page links to the next. Where
an answer says nothing at all, the list goes on as far as the total told last, and until a page has no rows, or fewer
than the one before and than was asked for: a short first page may be all that the server gives at once. `list_changes`
tells what is done when the rows move meanwhile; a page without rows where the total has some is reported like that.

A server may give fewer rows a page than it is asked for. Where the first page does, or two in a row do alike, the
pages ahead are planned by what was given; a page that is short once, in the middle of a list, changes no plan.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import MARKS, Cursor, digest
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

    What moves while it is read is found again and reported as `instrumentation.ListChanged`;
    `pages.list_changes` says what
    can be seen.
    """

    def _check_overlap(self) -> None:
        code = self._source.operation.code
        if self._source.paging.nested:
            raise InvalidArgument(code, "overlap", "is not supported for a list whose pages run inside its items")
        if self._read_options.size < 2:
            raise InvalidArgument(code, "overlap", "needs pages of two rows or more")

    def _walk(self, start: Cursor, manner: ReadOptions) -> AsyncGenerator[Page[T], None]:
        kind = NestedReader if self._source.paging.nested else OffsetReader
        return cast("AsyncGenerator[Page[T], None]", kind(self._source, start, manner).pages())

    def _first_query(self, manner: ReadOptions) -> dict[str, object]:
        return {"max": manner.size, "offset": 0}


class _OffsetPosition(NamedTuple):
    """A page: the call it belongs to, and the row it starts with."""

    leg: int
    offset: int


class _SeenPage(NamedTuple):
    """A page as it came: the total it tells, the row after it, and whether there is one."""

    place: _OffsetPosition
    rows: PageRows
    total: int | None
    end: int
    more: bool


class OffsetReader(PageReader[_OffsetPosition]):
    """One reading of an offset list."""

    def __init__(self, source: ListRequests, start: Cursor, manner: ReadOptions) -> None:
        super().__init__(source, start, manner, max(1, manner.prefetch))
        self._overlap_needed = manner.overlap
        self._size = manner.size  # of the pages that the server gives
        self._count: int | None = None  # rows of the page before

    async def fetch(self, place: _OffsetPosition) -> Response:
        """Ask for a page."""
        return await self.source.send(place.leg, {"max": self.manner.size, "offset": place.offset})

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        self.enter(cursor.subrequest)
        resumed = cursor is self.start and bool(cursor.marks)
        overlap = self._overlap(cursor.offset, careful=resumed or self._needs_overlap(cursor))
        place = _OffsetPosition(cursor.subrequest, cursor.offset - overlap)
        total, steps, moved = cursor.total, 0, False
        while True:
            seen = await self._see(place, cursor)
            size, keys = self._size, seen.rows.keys
            verdict = decide(
                self.delivered_keys, PageObservation(place.offset, cursor.offset, size, keys, total, seen.total, steps)
            )
            moved = moved or verdict.moved
            if not verdict.rewind:
                break
            await self.prefetcher.schedule(())
            total, steps, place = seen.total, steps + 1, place._replace(offset=place.offset - verdict.rewind)
        if moved:
            self._overlap_needed = True
        promised = cursor.total if seen.total is None else seen.total
        if moved or (not keys and seen.place.offset < (promised or 0)):
            self.source.report_list_change(cursor.offset, cursor.total, seen.total)
        page = self._deliver(cursor, seen, verdict.new_rows)
        await self._prefetch_after(page.following)
        return page

    def _needs_overlap(self, cursor: Cursor) -> bool:
        """Whether the next page has to prove itself: where no total is told, nothing else shows that the list moved."""
        return self._overlap_needed or cursor.total is None

    def _overlap(self, reached: int, *, careful: bool) -> int:
        """How many of the last rows a page starts with."""
        return min(MARKS, self._size // 2, reached) if careful else 0

    async def _see(self, place: _OffsetPosition, cursor: Cursor) -> _SeenPage:
        reply = await self.prefetcher.get(place)
        size = self.manner.size
        if cursor.offset < place.offset + self._size < (cursor.total or 0):
            # Most lists stand still: the next requests leave before this page is decoded.
            await self._prefetch_after(replace(cursor, offset=place.offset + self._size))
        rows = read_page(reply)
        count = len(rows.keys)
        total = _told_total(rows, self.source.paging.total)
        if total is not None and total < place.offset + count and count:
            total = None
        link = next_link(reply.headers, reply.request.url)
        end = place.offset + (count or self._size)
        if link.offset is not None and link.offset > place.offset:
            end = min(link.offset, place.offset + size)
        back = link.offset is not None and link.offset <= place.offset
        if total is not None:
            more = end < total or (count >= size and link.more and not back)
        elif link.found:
            more = link.more
        else:
            more = count >= size or end < (cursor.total or 0) or 0 < (self._count or 1) <= count
        if more and total is None and back:
            raise PaginationLoop(
                f"{self.source.operation.code}: after offset {place.offset} the server leads to offset {link.offset}"
            )
        if more:
            self._learn_size(count)
        return _SeenPage(place, rows, total, end, more)

    def _learn_size(self, count: int) -> None:
        """Note how many rows a page had that is not the last one: the next ones are expected to have as many."""
        if count > self._size or (count and self._count in {None, count}):
            self._size = min(count, self.manner.size)
        self._count = count

    def _deliver(self, cursor: Cursor, seen: _SeenPage, fresh: Sequence[int]) -> Page[Any]:
        keys, overlap = seen.rows.keys, cursor.offset - seen.place.offset
        delivery = self.choose(seen.rows, deduplicate(keys, fresh))
        before = self.delivered_keys.marks_before(keys, overlap)
        self.delivered_keys.follow(keys, overlap)
        return Page(
            items=delivery.items,
            row_cursors=partial(_inside, cursor, seen, delivery, before),
            following=self._following(cursor, seen),
            total=seen.total if len(self.source.subrequests) == 1 else None,
            quarantined=self.source.report_repairs(seen.rows, delivery.fresh),
        )

    def _following(self, cursor: Cursor, seen: _SeenPage) -> Cursor | None:
        if seen.more:
            return replace(cursor, offset=seen.end, total=seen.total, marks=tuple(self.delivered_keys.marks))
        if cursor.subrequest + 1 < len(self.source.subrequests):
            return replace(self.source.start(), subrequest=cursor.subrequest + 1)
        return None

    async def _prefetch_after(self, cursor: Cursor | None) -> None:
        """Ask for the pages to come."""
        if cursor is not None and self.manner.prefetch:
            await self.prefetcher.schedule(self._plan(cursor))

    def _plan(self, cursor: Cursor) -> Iterator[_OffsetPosition]:
        """The pages from a cursor on, as far as the total tells that they exist and as anybody wants them."""
        reached, limit = cursor.offset, self.manner.limit
        while limit is None or reached < limit:
            overlap = self._overlap(reached, careful=self._needs_overlap(cursor))
            yield _OffsetPosition(cursor.subrequest, reached - overlap)
            reached += self._size - overlap
            if reached >= (cursor.total or 0):
                break
        if limit is None:
            yield from (_OffsetPosition(leg, 0) for leg in range(cursor.subrequest + 1, len(self.source.subrequests)))


def _told_total(rows: PageRows, name: str) -> int | None:
    total: object = getattr(rows.value, name, None) if name else None
    # A cursor holds 64 bits; a total beyond them is nonsense.
    return total if isinstance(total, int) and 0 <= total < 2**63 else None


def _inside(cursor: Cursor, seen: _SeenPage, delivery: SelectedRows, before: Sequence[str], count: int) -> Cursor:
    """The cursor after the first `count` items of a page."""
    if not count:
        return cursor
    end = delivery.places[count - 1] + 1
    marks = (*before, *(digest(key) for key in seen.rows.keys[max(0, end - MARKS) : end]))
    return replace(cursor, offset=seen.place.offset + end, total=seen.total, marks=marks[-MARKS:])
