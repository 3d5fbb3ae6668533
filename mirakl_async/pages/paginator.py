"""What both kinds of lists share: the ways to consume them.

A paginator is reusable: it holds parameters and no position, and each iteration starts at the beginning.
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
from .read_options import CONFIGURE_RULES, OnPage, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from ..http.response import Response
    from ..http.session import Session
    from ..operation import Operation, Paging
    from ..options import Options
    from .page_reader import PageReader

__all__ = ["CURSOR", "WHOLE", "ItemIterator", "Paginator"]

T = TypeVar("T")
DEFAULT_PAGE_SIZE = 10
WHOLE = whole()
CURSOR = instance(str, "a cursor that a page gave")


class ItemIterator(Generic[T]):
    """The items of a list, one after another; `cursor` goes on after the last one delivered.

        orders = front.orders.list().items()
        async for order in orders:
            await store(order)
            await save(orders.cursor)

    A second iteration starts again; `cursor` is that of the iteration started last.
    """

    __slots__ = ("_open", "_page", "_remaining", "_start")

    def __init__(self, start: Cursor, open_pages: Callable[[], AsyncGenerator[Page[T], None]]) -> None:
        self._start = start
        self._open = open_pages
        self._page: Page[T] | None = None
        self._remaining: Iterator[T] = iter(())

    @property
    def cursor(self) -> str:
        """The cursor after the last item delivered; at the end of the list, only items added later follow it."""
        page = self._page
        if page is None:
            return self._start.text()
        count = len(page.items) - length_hint(self._remaining)
        if count == len(page.items) and page.next_cursor is not None:
            return page.next_cursor
        return page.cursor_after(count)

    async def __aiter__(self) -> AsyncIterator[T]:
        self._page, self._remaining = None, iter(())
        async with aclosing(self._open()) as pages:
            async for page in pages:
                self._page, self._remaining = page, iter(page.items)
                # The list iterator knows how far it is, so that the position costs nothing per item.
                for item in self._remaining:
                    yield item


class Paginator(ABC, Generic[T]):
    """A list of Mirakl: `async for item in it`, or `pages()`, `items()`, `first()`, `take(n)`, `all()`.

    Nothing is requested before it is iterated. Leaving a loop early cancels the requests in flight. An error in a loop
    has `resume_from`, a cursor for `pages(after=...)` or `items(after=...)`, which go on in any process, also from
    within a page; they raise InvalidArgument for a cursor of another list. PaginationLoop is raised if the pages repeat
    without end. An iterator that raised or was cancelled is finished, as any generator is: start a new one from the
    cursor.

    Where a list of ids is longer than one call accepts, it is split into several calls, whose rows are delivered call
    by call, each in its own order. A row that several calls return is delivered once; after a resumption it may be
    delivered again.
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
        self._read_options = ReadOptions(size=page_size or _default_size(paging))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.operation.code}, {self._read_options.size} a page>"

    def __aiter__(self) -> AsyncIterator[T]:
        return aiter(self.items())

    def configure(
        self, *, prefetch: int | None = None, overlap: bool | None = None, on_page: OnPage | None = None
    ) -> Self:
        """A copy of this list with other read options; those not given stay. For a timeout see `with_options`.

        `prefetch` is how many pages are requested before they are needed: 4 by default, 0 for none; of a list paged by
        tokens, at most one. The rate limit applies to them too. With `overlap` each page of an offset list starts with
        the last rows of the one before, so that a row that was removed while another was added is noticed too; it
        costs five more rows a page, and keeps the keys of all rows in memory. `on_page`, a function or a coroutine
        function, is called with the `Progress` before each page is delivered.
        """
        check_arguments(self._source.operation.code, CONFIGURE_RULES, locals())
        if overlap:
            self._check_overlap()
        changes = {"prefetch": prefetch, "overlap": overlap, "on_page": on_page}
        other = copy.copy(self)
        given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
        other._read_options = replace(self._read_options, **given)  # noqa: SLF001 - a copy of this very object
        return other

    def with_options(self, **options: Unpack[Options]) -> Self:
        """A copy of this list with other call options (`timeout`, `deadline`, `max_wait` ...); those not given stay.

        They hold for the call of each page, not for the whole list. `front.orders.list(timeout=5)` means the same.
        """
        other = copy.copy(self)
        other._source = self._source.with_options(options)  # noqa: SLF001 - a copy of this very object
        return other

    def items(self, *, after: str | None = None) -> ItemIterator[T]:
        """Iterate over items, from the start or from a cursor; the iterator has a `cursor`."""
        start = self._start(after)
        return ItemIterator(start, lambda: self._read(start))

    def pages(self, *, after: str | None = None) -> AsyncGenerator[Page[T], None]:
        """Iterate over pages, from the start or from a cursor; one within a page leaves out the items before it."""
        return self._read(self._start(after))

    async def first(self) -> T | None:
        """The first item, or None if the list is empty; requests one row."""
        items = await self.take(1)
        return items[0] if items else None

    async def take(self, count: int) -> list[T]:
        """The first `count` items, or all if there are fewer; requests hardly more rows than that."""
        check_arguments(self._source.operation.code, {"count": WHOLE}, {"count": count})
        taken: list[T] = []
        if count < 1:
            return taken
        size = self._read_options.size
        if not self._source.paging.nested:  # there, the size counts the rows within the items
            size = min(size, max(count, 1 + self._read_options.overlap))
        reader = self._reader(self._source.start, replace(self._read_options, size=size, limit=count))
        async with aclosing(reader.pages()) as pages:
            async for page in pages:
                taken += page.items[: count - len(taken)]
                if len(taken) == count:
                    break
        return taken

    async def all(self) -> list[T]:
        """All items as a list in memory; prefer `async for` where there may be many."""
        items: list[T] = []
        async with aclosing(self.pages()) as pages:
            async for page in pages:
                items += page.items
        return items

    async def first_response(self) -> Response:
        """The undecoded response of the first page."""
        return await self._source.send(self._source.page_url(0, self._read_options.size))

    def _start(self, after: str | None) -> Cursor:
        source = self._source
        if after is None:
            return source.start
        check_arguments(source.operation.code, {"after": CURSOR}, {"after": after})
        return read_cursor(after, source.operation, source.fingerprint, len(source.urls))

    def _read(self, start: Cursor) -> AsyncGenerator[Page[T], None]:
        if start == self._source.start:
            self._source.warn_if_too_frequent()
        return self._reader(start, self._read_options).pages()

    @abstractmethod
    def _check_overlap(self) -> None:
        """Raises InvalidArgument if the pages of this list cannot overlap."""

    @abstractmethod
    def _reader(self, start: Cursor, options: ReadOptions) -> PageReader:
        """One iteration of this list from a cursor."""


def _default_size(paging: Paging) -> int:
    """The documented maximum, or the documented default where it is not the usual one (M11)."""
    return paging.maximum if paging.default == DEFAULT_PAGE_SIZE else paging.default
