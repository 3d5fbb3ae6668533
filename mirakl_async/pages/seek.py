"""Seek lists: from page token to page token, the next page requested before the current one is decoded.

The token is read from the bytes before they are decoded, and the next request is sent at once, even if the consumer
never awaits. A token is sent without other parameters, since Mirakl ignores them beside it. Only a page without a token
is the last one. A repeated token would make the list endless, and is an error.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import MAX_MARKS, Cursor, digest
from .page import Page
from .page_reader import PageReader, deduplicate, rows_done
from .paginator import Paginator
from .read_options import ReadOptions
from .rows import PageRows, member, peek, read_page

if TYPE_CHECKING:
    from ..http.response import Response
    from .list_requests import ListRequests

T = TypeVar("T")
NEXT, PREVIOUS = "next_page_token", "previous_page_token"


class SeekPaginator(Paginator[T]):
    """A list paged by `limit` and `page_token`; see Paginator."""

    def _check_overlap(self) -> None:
        reason = "is not needed: each page of this list says where the next one begins"
        raise InvalidArgument(self._source.operation.code, "overlap", reason)

    def _read_pages(self, start: Cursor, options: ReadOptions) -> AsyncGenerator[Page[T], None]:
        return cast("AsyncGenerator[Page[T], None]", SeekReader(self._source, start, options).pages())

    def _first_query(self, options: ReadOptions) -> dict[str, object]:
        return {"limit": options.size}


class _SeekPosition(NamedTuple):
    """A page: the call it belongs to, and its token; None for the first page of the call."""

    subrequest: int
    token: str | None = None


class SeekReader(PageReader[_SeekPosition]):
    """One iteration of a seek list."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, 1)
        self._seen_tokens: set[_SeekPosition] = set()
        self._requested_rows = 0

    async def fetch(self, position: _SeekPosition) -> Response:
        """Request a page."""
        if position.token is None:
            return await self.source.send(position.subrequest, {"limit": self.options.size})
        return await self.source.send(position.subrequest, {"page_token": position.token}, alone=True)

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        self.start_subrequest(cursor.subrequest)
        position = _SeekPosition(cursor.subrequest, cursor.token)
        if position in self._seen_tokens:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: the server repeated a page token; the list would never end")
        self._seen_tokens.add(position)
        response = await self.prefetcher.get(position)
        await self._prefetch_after(self._next(position, peek(response.content, NEXT)))
        rows = read_page(response)
        following = self._next(position, member(response, rows, NEXT))
        return self._deliver(cursor, rows, following)

    async def _prefetch_after(self, following: _SeekPosition | None) -> None:
        """Request the next page."""
        self._requested_rows += self.options.size
        wanted = self.options.limit is None or self._requested_rows < self.options.limit
        if following is None or following in self._seen_tokens or not self.options.prefetch or not wanted:
            return
        await self.prefetcher.schedule([following])

    def _next(self, position: _SeekPosition, token: str | None) -> _SeekPosition | None:
        if token:
            return _SeekPosition(position.subrequest, token)
        return (
            _SeekPosition(position.subrequest + 1) if position.subrequest + 1 < len(self.source.subrequests) else None
        )

    def _deliver(self, cursor: Cursor, rows: PageRows, following: _SeekPosition | None) -> Page[Any]:
        """The page with its new rows, and its cursors."""
        keys, previous = rows.keys, getattr(rows.value, PREVIOUS, None)
        new_rows = [
            index for index in range(rows_done(cursor, keys), len(keys)) if keys[index] not in self.delivered_keys
        ]
        selected = self.select(rows, deduplicate(keys, new_rows))
        self.delivered_keys.add_page(keys)
        return Page(
            items=selected.items,
            row_cursors=partial(_cursor_inside, cursor, keys, selected.indices),
            following=self._cursor(following),
            preceding=self._cursor(_SeekPosition(cursor.subrequest, previous) if previous else None),
            quarantined=self.source.report_repairs(rows, selected.new_rows),
        )

    def _cursor(self, position: _SeekPosition | None) -> Cursor | None:
        return (
            None
            if position is None
            else replace(self.source.start(), subrequest=position.subrequest, token=position.token)
        )


def _cursor_inside(cursor: Cursor, keys: Sequence[object], indices: Sequence[int], count: int) -> Cursor:
    """The cursor after the first `count` items of a page."""
    if not count:
        return cursor
    end = indices[count - 1] + 1
    return replace(cursor, done=end, marks=tuple(digest(key) for key in keys[max(0, end - MAX_MARKS) : end]))
