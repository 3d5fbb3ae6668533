"""What both kinds of lists share: the ways to consume them.

A paginator holds parameters, not positions: whatever is done with it starts at the beginning again.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from operator import length_hint
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from msgspec.structs import replace

from ..checks import check_arguments, instance, whole
from .cursor import Cursor, read_cursor
from .list_requests import ListRequests
from .page import Page
from .read_options import READING, OnPage, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from ..http.response import Response
    from ..http.session import Session
    from ..operation import Operation, Paging
    from ..options import Options

T = TypeVar("T")
DEFAULT_PAGE_SIZE = 10
WHOLE = whole()
CURSOR = instance(str, "a cursor that a page gave")


class ItemIterator(Generic[T]):
    """The items of a list, one after another; `cursor` is where to go on after the one handed out last.

        orders = front.orders.list().items()
        async for order in orders:
            await store(order)
            await save(orders.cursor)

    Iterating again starts again; `cursor` belongs to the iteration begun last.
    """

    __slots__ = ("_left", "_open", "_page", "_start")

    def __init__(self, start: Cursor, open_pages: Callable[[], AsyncGenerator[Page[T], None]]) -> None:
        self._start = start
        self._open = open_pages
        self._page: Page[T] | None = None
        self._left: Iterator[T] = iter(())

    @property
    def cursor(self) -> str:
        """Goes on after the last item; also at the end of the list, where only what was added since follows."""
        page = self._page
        if page is None:
            return self._start.text()
        count = len(page.items) - length_hint(self._left)
        if count == len(page.items) and page.next_cursor is not None:
            return page.next_cursor
        return page.cursor_after(count)

    async def __aiter__(self) -> AsyncIterator[T]:
        self._page, self._left = None, iter(())
        async with aclosing(self._open()) as pages:
            async for page in pages:
                self._page, self._left = page, iter(page.items)
                # The iterator itself knows how far it is, so that counting costs nothing per item.
                for item in self._left:
                    yield item


class Paginator(ABC, Generic[T]):
    """A list of Mirakl: `async for item in it`, or `pages()`, `items()`, `first()`, `take(n)`, `all()`.

    Nothing is asked for before it is read. Leaving a loop early ends what is under way. An error raised inside one
    carries `resume_from`, a cursor for `pages(after=...)` or `items(after=...)`, which go on in any process, also from
    inside a page; they raise InvalidArgument for a cursor of another list. PaginationLoop is raised where the pages
    lead back to themselves. A loop that raised or was cancelled is over, as that of any generator: asking it for
    more is no way to go on.

    Where a list of ids is longer than one call takes, the rows of one call come after those of another, each call's in
    its own order. A row that several calls answer with comes once; it may come again after a resumption.
    """

    def __init__(
        self,
        session: Session,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        page_size: int | None,
        options: Options,
    ) -> None:
        self._source = ListRequests(session, operation, arguments, options)
        paging = self._source.paging
        check_arguments(operation.code, {"page_size": whole(1, paging.maximum).or_none()}, {"page_size": page_size})
        self._read_options = ReadOptions(size=page_size or _usual_size(paging))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.operation.code}, {self._read_options.size} a page>"

    def __aiter__(self) -> AsyncIterator[T]:
        return aiter(self.items())

    def configure(
        self, *, prefetch: int | None = None, overlap: bool | None = None, on_page: OnPage | None = None
    ) -> Self:
        """The same list, read in another way; what is not given stays as it is. For a timeout see `with_options`.

        `prefetch` is how many pages are requested before they are needed: 4 by default, 0 for none. A page that is
        found by a token of the one before is requested one ahead at most. The documented rate is kept all the same.
        With `overlap` each page of an offset list begins with the last rows of the one before, so that a row that left
        while another came is noticed too: five more rows a page, and the keys of all rows in memory. `on_page`, a
        function or a coroutine function, is called with the `Progress` before each page.
        """
        check_arguments(self._source.operation.code, READING, locals())
        if overlap:
            self._check_overlap()
        changes = {"prefetch": prefetch, "overlap": overlap, "on_page": on_page}
        other = copy.copy(self)
        given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
        other._read_options = replace(self._read_options, **given)  # noqa: SLF001 - a copy of this very object
        return other

    def with_options(self, **options: Unpack[Options]) -> Self:
        """The same list with other options for its calls (`timeout`, `deadline`, `max_wait` ...); others stay.

        They hold for the call of each page, not for the whole list. `front.orders.list(timeout=5)` means the same.
        """
        other = copy.copy(self)
        other._source = self._source.with_options(options)  # noqa: SLF001 - a copy of this very object
        return other

    def items(self, *, after: str | None = None) -> ItemIterator[T]:
        """Item by item, from the start or after a cursor, with the cursor at hand."""
        start = self._place(after)
        return ItemIterator(start, lambda: self._read(start))

    def pages(self, *, after: str | None = None) -> AsyncGenerator[Page[T], None]:
        """Page by page, from the start or after a cursor; one from inside a page leaves out what was done of it."""
        return self._read(self._place(after))

    async def first(self) -> T | None:
        """The first item, or None of an empty list; asks for no more than it."""
        found = await self.take(1)
        return found[0] if found else None

    async def take(self, count: int) -> list[T]:
        """The first `count` items, or as many as there are; asks for few more rows than that."""
        check_arguments(self._source.operation.code, {"count": WHOLE}, {"count": count})
        taken: list[T] = []
        if count < 1:
            return taken
        size = self._read_options.size
        if not self._source.paging.nested:  # there, the size is that of what is inside the items
            size = min(size, max(count, 1 + self._read_options.overlap))
        async with aclosing(
            self._walk(self._source.start(), replace(self._read_options, size=size, limit=count))
        ) as pages:
            async for page in pages:
                taken += page.items[: count - len(taken)]
                if len(taken) == count:
                    break
        return taken

    async def all(self) -> list[T]:
        """Every item, in memory; prefer `async for` where there may be many."""
        items: list[T] = []
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                items += page.items
        return items

    async def first_response(self) -> Response:
        """The undecoded reply of the first page."""
        return await self._source.send(0, self._first_query(self._read_options))

    def _place(self, after: str | None) -> Cursor:
        source = self._source
        if after is None:
            return source.start()
        check_arguments(source.operation.code, {"after": CURSOR}, {"after": after})
        return read_cursor(after, source.operation, source.reading, len(source.subrequests))

    def _read(self, start: Cursor) -> AsyncGenerator[Page[T], None]:
        if start == self._source.start():
            self._source.warn_if_too_frequent()
        return self._walk(start, self._read_options)

    @abstractmethod
    def _check_overlap(self) -> None:
        """Raises InvalidArgument where the pages of this list cannot overlap."""

    @abstractmethod
    def _walk(self, start: Cursor, manner: ReadOptions) -> AsyncGenerator[Page[T], None]:
        """The pages from a place on."""

    @abstractmethod
    def _first_query(self, manner: ReadOptions) -> dict[str, object]:
        """What the first page is asked with."""


def _usual_size(paging: Paging) -> int:
    """The documented maximum; where a default of its own is documented (M11), that."""
    return paging.maximum if paging.default == DEFAULT_PAGE_SIZE else paging.default
