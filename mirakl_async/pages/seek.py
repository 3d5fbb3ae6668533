"""Seek lists: from page token to page token, the next page requested before the current one is decoded.

The token is read from the bytes before they are decoded, and the next request is sent at once, even if the consumer
never awaits. Only a page without a token is the last one. A repeated token would make the list endless, and is an
error.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import Cursor
from .page import Page
from .page_reader import PageReader, cursor_within, deduplicate, rows_done
from .paginator import Paginator
from .rows import member, peek, read_page

if TYPE_CHECKING:
    from .list_requests import ListRequests
    from .read_options import ReadOptions

__all__ = ["SeekPaginator", "SeekReader"]

T = TypeVar("T")
NEXT, PREVIOUS = "next_page_token", "previous_page_token"


class SeekPaginator(Paginator[T]):
    """A list paged by `limit` and `page_token`; see Paginator."""

    def _check_overlap(self) -> None:
        reason = "is not needed: each page of this list says where the next one begins"
        raise InvalidArgument(self._source.operation.code, "overlap", reason)

    def _reader(self, start: Cursor, options: ReadOptions) -> PageReader:
        return SeekReader(self._source, start, options)


class SeekReader(PageReader):
    """One iteration of a seek list."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, 1)
        self._read_urls: set[str] = set()
        self._requested_rows = 0

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        if cursor.subrequest != self.subrequest:
            self.start_subrequest(cursor.subrequest)
            self._read_urls.clear()
        url = self._url(cursor)
        if url in self._read_urls:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: the server repeated a page token; the list would never end")
        self._read_urls.add(url)
        response = await self.prefetcher.get(url)
        await self._prefetch(self._following(peek(response.content, NEXT)))
        rows = read_page(response)
        following, previous = self._following(member(response, rows, NEXT)), getattr(rows.value, PREVIOUS, None)
        unread = range(rows_done(cursor, rows.keys), len(rows.keys))
        new_rows = [index for index in unread if rows.keys[index] not in self.delivered_keys]
        selected = self.select(rows, deduplicate(rows.keys, new_rows))
        self.delivered_keys.add_page(rows.keys)
        return Page(
            items=selected.items,
            row_cursors=partial(cursor_within, cursor, 0, selected),
            following=following,
            preceding=self._at_token(previous) if previous else None,
            quarantined=selected.quarantined,
        )

    async def _prefetch(self, following: Cursor | None) -> None:
        """Request the next page."""
        self._requested_rows += self.options.size
        wanted = self.options.limit is None or self._requested_rows < self.options.limit
        if following is None or not self.options.prefetch or not wanted:
            return
        if (url := self._url(following)) not in self._read_urls:
            await self.prefetcher.schedule([url])

    def _following(self, token: str | None) -> Cursor | None:
        return self._at_token(token) if token else self.next_subrequest()

    def _at_token(self, token: str) -> Cursor:
        return replace(self.source.start, subrequest=self.subrequest, token=token)

    def _url(self, cursor: Cursor) -> str:
        return self.source.page_url(cursor.subrequest, self.options.size, token=cursor.token)
