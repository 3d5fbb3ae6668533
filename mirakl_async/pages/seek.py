"""Seek lists: from page token to page token, the next page requested before the current one is decoded.

The token is peeked from the bytes and the request is out at once, also where the consumer never awaits. The token goes
alone, since Mirakl ignores whatever stands beside it. Only a page without a token is the last one. A token that was
given before would lead round and round, and is an error.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar, cast

from msgspec.structs import replace

from ..checks import check_arguments
from ..errors import PaginationLoop
from .cursor import MARKS, Cursor, digest
from .manner import READING, Manner, OnPage
from .page import Page
from .paginator import Paginator
from .rows import Rows, member, peek, read_page
from .walk import Walk, each_once, rows_done

if TYPE_CHECKING:
    from ..reply import Reply
    from .source import Source

T = TypeVar("T")
NEXT, PREVIOUS = "next_page_token", "previous_page_token"


class SeekPaginator(Paginator[T]):
    """A list paged by `limit` and `page_token`; see Paginator."""

    def with_options(self, *, prefetch: bool | None = None, on_page: OnPage | None = None) -> Self:
        """The same list, read in another manner.

        With `prefetch`, as usual, the next page is on its way while one is worked on. `on_page` is told the progress.
        """
        check_arguments(self._source.operation.code, READING, locals())
        return self._but(concurrency=None if prefetch is None else 1 + prefetch, on_page=on_page)

    def _walk(self, start: Cursor, manner: Manner) -> AsyncGenerator[Page[T], None]:
        return cast("AsyncGenerator[Page[T], None]", _Walk(self._source, start, manner).pages())

    def _first_query(self, manner: Manner) -> dict[str, object]:
        return {"limit": manner.size}


class _Place(NamedTuple):
    """A page: the call it belongs to, and its token; None is the call's first page."""

    leg: int
    token: str | None = None


class _Walk(Walk[_Place]):
    """One reading of a seek list."""

    def __init__(self, source: Source, start: Cursor, manner: Manner) -> None:
        super().__init__(source, start, manner, 1)
        self._met: set[_Place] = set()
        self._rows = 0

    async def fetch(self, place: _Place) -> Reply:
        if place.token is None:
            return await self.source.send(place.leg, {"limit": self.manner.size})
        return await self.source.send(place.leg, {"page_token": place.token}, alone=True)

    async def page(self, cursor: Cursor) -> Page[Any]:
        self.enter(cursor.leg)
        place = _Place(cursor.leg, cursor.token)
        if place in self._met:
            code = self.source.operation.code
            raise PaginationLoop(f"{code}: the server gave a page token that it had given before: a round trip")
        self._met.add(place)
        reply = await self.ahead.take(place)
        await self._hurry(self._next(place, peek(reply.body, NEXT)))
        rows = read_page(reply)
        following = self._next(place, member(reply, rows, NEXT))
        return self._deliver(cursor, rows, following)

    async def _hurry(self, following: _Place | None) -> None:
        """Ask for the next page."""
        self._rows += self.manner.size
        wanted = self.manner.limit is None or self._rows < self.manner.limit
        if following is None or following in self._met or self.manner.concurrency == 1 or not wanted:
            return
        await self.ahead.want([following])

    def _next(self, place: _Place, token: str | None) -> _Place | None:
        if token:
            return _Place(place.leg, token)
        return _Place(place.leg + 1) if place.leg + 1 < len(self.source.legs) else None

    def _deliver(self, cursor: Cursor, rows: Rows, following: _Place | None) -> Page[Any]:
        """The page without the rows that were delivered before, and its cursors."""
        keys, previous = rows.keys, getattr(rows.value, PREVIOUS, None)
        fresh = [index for index in range(rows_done(cursor, keys), len(keys)) if not self.trail.knows(keys[index])]
        delivery = self.choose(rows, each_once(keys, fresh))
        self.trail.follow(keys)
        return Page(
            items=delivery.items,
            inside=partial(_inside, cursor, keys, delivery.places),
            following=self._cursor(following),
            preceding=self._cursor(_Place(cursor.leg, previous) if previous else None),
            quarantined=self.source.report(rows, delivery.fresh),
        )

    def _cursor(self, place: _Place | None) -> Cursor | None:
        return None if place is None else replace(self.source.start(), leg=place.leg, token=place.token)


def _inside(cursor: Cursor, keys: Sequence[object], places: Sequence[int], count: int) -> Cursor:
    """The cursor after the first `count` items of a page."""
    if not count:
        return cursor
    end = places[count - 1] + 1
    return replace(cursor, done=end, marks=tuple(digest(key) for key in keys[max(0, end - MARKS) : end]))
