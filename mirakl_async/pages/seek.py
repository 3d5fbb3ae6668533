"""Seek lists: from page token to page token, the next page requested before the current one is decoded.

The token is peeked from the bytes and the request is out at once, also where the consumer never awaits. The token goes
alone, since Mirakl ignores whatever stands beside it. Only a page without a token is the last one. A token that was
given before would lead round and round, and is an error.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from msgspec.structs import replace

from ..errors import InvalidArgument, PaginationLoop
from .cursor import MARKS, Cursor, digest
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
        words = "is not needed: each page of this list says where the next one begins"
        raise InvalidArgument(self._source.operation.code, "overlap", words)

    def _walk(self, start: Cursor, manner: ReadOptions) -> AsyncGenerator[Page[T], None]:
        return cast("AsyncGenerator[Page[T], None]", SeekReader(self._source, start, manner).pages())

    def _first_query(self, manner: ReadOptions) -> dict[str, object]:
        return {"limit": manner.size}


class _SeekPosition(NamedTuple):
    """A page: the call it belongs to, and its token; None is the call's first page."""

    leg: int
    token: str | None = None


class SeekReader(PageReader[_SeekPosition]):
    """One reading of a seek list."""

    def __init__(self, source: ListRequests, start: Cursor, manner: ReadOptions) -> None:
        super().__init__(source, start, manner, 1)
        self._seen_tokens: set[_SeekPosition] = set()
        self._rows = 0

    async def fetch(self, place: _SeekPosition) -> Response:
        """Ask for a page."""
        if place.token is None:
            return await self.source.send(place.leg, {"limit": self.manner.size})
        return await self.source.send(place.leg, {"page_token": place.token}, alone=True)

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        self.enter(cursor.subrequest)
        place = _SeekPosition(cursor.subrequest, cursor.token)
        if place in self._seen_tokens:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: the server repeated a page token; the list would never end")
        self._seen_tokens.add(place)
        reply = await self.prefetcher.get(place)
        await self._prefetch_after(self._next(place, peek(reply.content, NEXT)))
        rows = read_page(reply)
        following = self._next(place, member(reply, rows, NEXT))
        return self._deliver(cursor, rows, following)

    async def _prefetch_after(self, following: _SeekPosition | None) -> None:
        """Ask for the next page."""
        self._rows += self.manner.size
        wanted = self.manner.limit is None or self._rows < self.manner.limit
        if following is None or following in self._seen_tokens or not self.manner.prefetch or not wanted:
            return
        await self.prefetcher.schedule([following])

    def _next(self, place: _SeekPosition, token: str | None) -> _SeekPosition | None:
        if token:
            return _SeekPosition(place.leg, token)
        return _SeekPosition(place.leg + 1) if place.leg + 1 < len(self.source.subrequests) else None

    def _deliver(self, cursor: Cursor, rows: PageRows, following: _SeekPosition | None) -> Page[Any]:
        """The page without the rows that were delivered before, and its cursors."""
        keys, previous = rows.keys, getattr(rows.value, PREVIOUS, None)
        fresh = [
            index for index in range(rows_done(cursor, keys), len(keys)) if not self.delivered_keys.knows(keys[index])
        ]
        delivery = self.choose(rows, deduplicate(keys, fresh))
        self.delivered_keys.follow(keys)
        return Page(
            items=delivery.items,
            row_cursors=partial(_inside, cursor, keys, delivery.places),
            following=self._cursor(following),
            preceding=self._cursor(_SeekPosition(cursor.subrequest, previous) if previous else None),
            quarantined=self.source.report_repairs(rows, delivery.fresh),
        )

    def _cursor(self, place: _SeekPosition | None) -> Cursor | None:
        return None if place is None else replace(self.source.start(), subrequest=place.leg, token=place.token)


def _inside(cursor: Cursor, keys: Sequence[object], places: Sequence[int], count: int) -> Cursor:
    """The cursor after the first `count` items of a page."""
    if not count:
        return cursor
    end = places[count - 1] + 1
    return replace(cursor, done=end, marks=tuple(digest(key) for key in keys[max(0, end - MARKS) : end]))
