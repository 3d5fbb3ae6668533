"""A list as Mirakl's Front serves it, whose rows a test may change between any two calls.

`MovingList` answers; `InProcess` carries requests to it without a socket, `listening` serves it on one. Offset lists
have totals and Link headers, with a `previous` before the `next` and bare commas inside; tokens of a seek list name
the row that the page begins with, as those of a database do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from mirakl_async import BearerToken, MarketplaceFront, Retry
from mirakl_async.http.wire import WireError, WireResponse
from mirakl_async.operations import operations

Response = tuple[int, dict[str, str], bytes]
DROP: Response = (0, {}, b"")


class MovingList:
    """One list; rows are named by texts of digits, which serve as keys of either type."""

    def __init__(self, rows: list[str], code: str = "OR11", *, totals: bool = True, links: bool = True) -> None:
        self.operation = operations[code]
        self.rows = rows
        self.totals = totals
        self.links = links
        self.queries: list[dict[str, str]] = []
        self.before: Callable[[int], object] = lambda _: None
        self.instead: dict[int, Response] = {}
        self.item: Callable[[str], Any] = self.plain_item

    def plain_item(self, name: str) -> Any:
        """The least that tells which row it is."""
        paging = self.operation.paging
        return dict.fromkeys(paging.key or ("order_line_id",), name)

    def answer(self, url: str) -> Response:
        """Answer one GET; `before` is called first, and `instead` may hold another answer to the call of that number."""
        query = dict(parse_qsl(urlsplit(url).query))
        self.queries.append(query)
        if (other := self.instead.pop(len(self.queries), None)) is not None:
            return other
        self.before(len(self.queries))
        body, headers = self._by_offset(url, query) if self.operation.paging.kind == "offset" else self._seek(query)
        return 200, headers, json.dumps(body).encode()

    def _by_offset(self, url: str, query: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        start, size, paging = int(query["offset"]), int(query["max"]), self.operation.paging
        named = [row for row in self.rows if row in query.get("order_ids", row).split(",")]
        body: dict[str, Any] = {paging.items: [self.item(row) for row in named[start : start + size]]}
        if self.totals and paging.total:
            body[paging.total] = len(named)
        links = [f'<{url.partition("?")[0]}?ids=1,2,3&max={size}&offset=0>; rel="previous"'] if start else []
        if start + size < len(named):
            links.append(f'<{url.partition("?")[0]}?ids=1,2,3&max={size}&offset={start + size}>; rel="next"')
        return body, {"Link": ", ".join(links)} if self.links and links else {}

    def _seek(self, query: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        token = query.get("page_token", "")
        size, _, first = token.partition("-") if token else (query["limit"], "", "")
        wanted = [row for row in sorted(self.rows) if row >= first] if first else sorted(self.rows)
        page, rest = wanted[: int(size)], wanted[int(size) :]
        body: dict[str, Any] = {self.operation.paging.items: [self.item(row) for row in page]}
        if rest:
            body["next_page_token"] = f"{size}-{rest[0]}"
        return body, {}


class InProcess:
    """A wire whose other end is a list; `turns` says how long each call takes, so that they overtake each other."""

    def __init__(self, served: MovingList, turns: Callable[[int], int] = lambda _: 0) -> None:
        self.served = served
        self.turns = turns
        self.under_way = 0
        self.most_under_way = 0

    async def exchange(self, method: str, url: str, headers: Any, body: Any, **limits: Any) -> WireResponse:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            for _ in range(self.turns(len(self.served.queries))):
                await asyncio.sleep(0)
            response = self.served.answer(url)
        finally:
            self.under_way -= 1
        if response is DROP:
            raise WireError("lost", "partial", "the connection broke")
        return WireResponse(*response)

    async def open(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("lists are not streamed")

    async def close(self) -> None:
        pass


def front_of(
    served: MovingList, turns: Callable[[int], int] = lambda _: 0, **settings: Any
) -> tuple[MarketplaceFront, InProcess]:
    """A client of a list, and the wire between them."""
    wire = InProcess(served, turns)
    settings.setdefault("retry", Retry(initial_delay=0.001, quota=10**6))
    return MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=wire, **settings), wire


@asynccontextmanager
async def listening(served: MovingList, **settings: Any) -> AsyncIterator[MarketplaceFront]:
    """Serve a list on a socket, and give a client of it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = served.answer(str(request.url))
        if response is DROP:
            cut = web.StreamResponse(headers={"Content-Length": "1000"})
            await cut.prepare(request)
            await cut.write(b'{"cut": ')
            request.transport.abort()
            return cut
        status, headers, body = response
        return web.Response(status=status, headers=headers, body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings.setdefault("retry", Retry(initial_delay=0.001, quota=10**6))
    try:
        async with MarketplaceFront(url, auth=BearerToken("t"), **settings) as front:
            yield front
    finally:
        await runner.cleanup()


def listed(front: MarketplaceFront, served: MovingList, **arguments: Any) -> Any:
    """The list's own typed method, called with whatever it needs."""
    operation = served.operation
    needed = {param.argument: "1" for param in operation.params if param.required}
    return getattr(getattr(front, operation.resource), operation.name)(**needed, **arguments)


def names(items: list[Any], served: MovingList) -> list[str]:
    """The rows' names."""
    key = served.operation.paging.key or ("order_line_id",)
    return [str(getattr(item, key[0])) for item in items]


def rows(count: int) -> list[str]:
    """Return `count` names, in order."""
    return [f"1{n:04}" for n in range(count)]


def make(count: int, code: str = "OR11", **settings: Any) -> MovingList:
    """A list of `count` rows."""
    return MovingList(rows(count), code, **settings)
