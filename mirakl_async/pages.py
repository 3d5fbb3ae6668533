"""Lists that come in pages, as async iterators of items and of pages.

A paginator holds parameters, not positions: iterating it twice reads the list twice. The end of a list is what the
server says it is (no token, no next link, the total reached), never an empty page. An item that cannot be read is set
aside with its bytes and counted on its page; the list goes on.

**Offset lists move.** When `total_count` falls between two pages, rows have moved up and some would be missed: the
reader steps back by as many and reads the overlap again; rows it has delivered lately (the last ten pages, by the
item's key) are not delivered twice. Every change of the total is reported as `Drifted`. A row that leaves while
another comes leaves the total as it was, and is not noticed.

**Seek lists** go from token to token; the next page is requested while the current one is consumed. A token that comes
twice would go round for ever and is an error.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from . import codec
from .cursors import Cursor, fingerprint, read_cursor
from .errors import CallError, DecodeFailed, PaginationLoop
from .links import link
from .settings import origin
from .watch import Drifted, Mended
from .watch import Quarantined as QuarantinedEvent

if TYPE_CHECKING:
    from .calls import Reply, Request
    from .client import Client
    from .operation import Operation, Paging
    from .options import Options

T = TypeVar("T")
REMEMBERED_PAGES = 10


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """One page: its items, the total where the server tells it, and the items that could not be read.

    `cursor` goes on after this page (None on the last one), `previous` is the server's token of the page before.
    """

    items: list[T]
    place: Cursor
    total: int | None = None
    cursor: str | None = None
    previous: str | None = None
    quarantined: tuple[codec.Quarantined, ...] = ()

    def after(self, count: int) -> str:
        """The cursor that goes on inside this page, after its first `count` items."""
        return replace(self.place, done=self.place.done + count).text()


class _Paginator(ABC, Generic[T]):
    """What both kinds share: sizes, decoding, and the ways to consume."""

    def __init__(
        self,
        client: Client,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        page_size: int | None,
        options: Options,
    ) -> None:
        assert operation.paging is not None  # noqa: S101 - generated beside it
        self._client = client
        self._operation = operation
        self._paging: Paging = operation.paging
        self._arguments = arguments
        self._options = options
        self._size = page_size or max(self._paging.default, self._paging.maximum)
        self._list = fingerprint(arguments, self._size)

    def pages(self, after: str | None = None) -> AsyncIterator[Page[T]]:
        """Page by page, from the start or after a cursor; a cursor inside a page leaves out what was done of it."""
        start = Cursor(operation=self._operation.code, arguments=self._list)
        if after is not None:
            start = read_cursor(after, self._operation, self._list)
        return self._pages(start)

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self._pages(Cursor(operation=self._operation.code, arguments=self._list))) as pages:
            async for page in pages:
                for item in page.items:
                    yield item

    async def first(self) -> T | None:
        """The first item, or None of an empty list; reads no further than it must."""
        found = await self.take(1)
        return found[0] if found else None

    async def take(self, count: int) -> list[T]:
        """The first `count` items."""
        taken: list[T] = []
        if count < 1:
            return taken
        async with aclosing(self._pages(Cursor(operation=self._operation.code, arguments=self._list))) as pages:
            async for page in pages:
                taken += page.items[: count - len(taken)]
                if len(taken) >= count:
                    break
        return taken

    async def all(self) -> list[T]:
        """Every item, in memory."""
        items: list[T] = []
        async for page in self.pages():
            items += page.items
        return items

    async def first_reply(self) -> Reply:
        """The undecoded reply of the first page."""
        return await self._fetch(Cursor(operation=self._operation.code, arguments=self._list))

    @abstractmethod
    def _pages(self, start: Cursor) -> AsyncGenerator[Page[T], None]:
        """The pages from a place on."""

    @abstractmethod
    def _request(self, place: Cursor) -> Request:
        """The request for the page at a place."""

    async def _fetch(self, place: Cursor) -> Reply:
        options = self._client.options_for(self._options)
        try:
            return await self._client.transport.run(self._request(place), options)
        except CallError as error:
            error.resume_from = place.text()
            raise

    def _read(self, reply: Reply, place: Cursor) -> codec.DecodedPage:
        operation, watch = self._operation, self._client.transport.watch
        try:
            page = codec.decode_page(self._paging, operation.reply, reply.body)
        except codec.CodecError as broken:
            error = DecodeFailed(f"a page that cannot be read: {broken.message}", reply.request.context(), broken.path)
            error.resume_from = place.text()
            raise error from broken
        watch.counters.mended += len(page.mended)
        watch.counters.quarantined += len(page.quarantined)
        if watch.watched:
            for mend in page.mended:
                watch.emit(Mended(operation=operation.code, path=mend.path, reason=mend.reason))
            for lost in page.quarantined:
                watch.emit(QuarantinedEvent(operation=operation.code, index=lost.index, reason=lost.reason))
        return page

    def _items(self, value: Any) -> list[T]:
        return getattr(value, self._paging.items, None) or []


class OffsetPaginator(_Paginator[T]):
    """A list paged by `max` and `offset`; see the module's text on lists that move."""

    def _request(self, place: Cursor) -> Request:
        return _with_query(self._client, self._operation, self._arguments, max=self._size, offset=place.offset)

    async def _pages(self, start: Cursor) -> AsyncGenerator[Page[T], None]:
        place, total = start, None
        lately: deque[set[object]] = deque(maxlen=REMEMBERED_PAGES)
        while True:
            reply = await self._fetch(place)
            read = self._read(reply, place)
            found: int | None = getattr(read.value, self._paging.total, None) if self._paging.total else None
            back = self._drift(place, total, found)
            total = found
            if back:
                place = replace(place, offset=place.offset - back, done=0)
                continue
            more = self._more(read.value, reply, place.offset, found)
            following = replace(place, offset=place.offset + self._size, done=0)
            yield Page(
                items=self._fresh(self._items(read.value)[place.done :], lately),
                place=place,
                total=found,
                cursor=following.text() if more else None,
                quarantined=read.quarantined,
            )
            if not more:
                return
            place = following

    def _drift(self, place: Cursor, before: int | None, after: int | None) -> int:
        """How far to step back, because rows before this place have gone."""
        if before is None or after is None or before == after:
            return 0
        watch = self._client.transport.watch
        watch.counters.drifts += 1
        if watch.watched:
            watch.emit(Drifted(operation=self._operation.code, offset=place.offset, before=before, after=after))
        return min(place.offset, max(0, before - after))

    def _more(self, value: Any, reply: Reply, offset: int, total: int | None) -> bool:
        if total is not None:
            return offset + self._size < total
        if self._paging.nested and any(
            (getattr(item, "total_count", None) or 0) > offset + self._size for item in self._items(value)
        ):
            return True
        target = link(reply.headers.get("Link", ""), "next")
        if target is None:
            return False
        base = self._client.base_url(self._operation.service)
        same = not urlsplit(target).netloc or origin(target) == origin(base)
        return same and parse_qs(urlsplit(target).query).get("offset", ["0"])[0] != str(offset)

    def _fresh(self, items: list[T], lately: deque[set[object]]) -> list[T]:
        """The items that were not delivered lately."""
        key = self._paging.key
        if not key or self._paging.nested:
            return items
        keys = [tuple(getattr(item, name, None) for name in key) for item in items]
        fresh = [
            item
            for item, identity in zip(items, keys, strict=True)
            if None in identity or not any(identity in page for page in lately)
        ]
        lately.append(set(keys))
        return fresh


class SeekPaginator(_Paginator[T]):
    """A list paged by `limit` and `page_token`; the token is sent alone, since Mirakl ignores what stands beside it."""

    def _request(self, place: Cursor) -> Request:
        if place.token is None:
            return _with_query(self._client, self._operation, self._arguments, limit=self._size)
        paths = {param.argument for param in self._operation.params if param.place == "path"}
        arguments = {name: value for name, value in self._arguments.items() if name in paths}
        return _with_query(self._client, self._operation, arguments, page_token=place.token)

    async def _pages(self, start: Cursor) -> AsyncGenerator[Page[T], None]:
        place, tokens = start, {start.token}
        task = asyncio.ensure_future(self._fetch(place))
        try:
            while True:
                read = self._read(await task, place)
                token: str | None = getattr(read.value, "next_page_token", None) or None
                if token in tokens and token is not None:
                    raise PaginationLoop(f"{self._operation.code}: the server gave the same page token twice")
                tokens.add(token)
                following = replace(place, token=token, done=0)
                if token is not None:
                    task = asyncio.ensure_future(self._fetch(following))
                    await asyncio.sleep(0)  # let the request out before a consumer that never awaits goes on
                yield Page(
                    items=self._items(read.value)[place.done :],
                    place=place,
                    cursor=following.text() if token is not None else None,
                    previous=getattr(read.value, "previous_page_token", None),
                    quarantined=read.quarantined,
                )
                if token is None:
                    return
                place = following
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # whoever left early does not want to know


def _with_query(
    client: Client, operation: Operation[Any], arguments: Mapping[str, object], **paging: object
) -> Request:
    if "page_token" in paging:
        operation = replace(operation, params=tuple(param for param in operation.params if param.place == "path"))
    request = client.request(operation, arguments)
    pairs = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in paging.items())
    return replace(request, url=f"{request.url}{'&' if '?' in request.url else '?'}{pairs}")
