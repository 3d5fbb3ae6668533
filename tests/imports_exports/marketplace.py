"""A marketplace that runs imports and exports as its test tells it to, over real sockets."""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Self

import msgspec
from aiohttp import web

from mirakl_async import BearerToken, MarketplaceFront, Retry
from tests.support.manual_clock import InstantClock

SECRET = "bearer-that-must-stay-home"


class Instead(NamedTuple):
    """An answer that is none of the marketplace's own."""

    status: int
    body: bytes
    content_type: str = "application/json"

    def response(self) -> web.Response:
        return web.Response(
            status=self.status, body=self.body, headers={"Content-Type": self.content_type, "Location": "/maintenance"}
        )


class Marketplace:
    """One import, one export. Each status request gets the next of `states`, the last one from then on; an int is an
    error status.

    `instead` has the responses to the next requests for a file, by its number; `late` is the number of requests for a
    report that are answered with 404.

    `files` are the export's; `damage` has, by the number of a file, how its next responses are damaged: ("cut", bytes)
    closes the connection after that many bytes, ("unframed", bytes) does so without having sent a length. `names` of
    files are sent in their headers.
    """

    def __init__(self) -> None:
        self.states: list[object] = []
        self.reports: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.files: list[bytes] = []
        self.names: dict[int, str] = {}
        self.damage: dict[int, list[tuple[str, int]]] = {}
        self.forms: list[dict[str, object]] = []
        self.filters: list[dict[str, object]] = []
        self.created: dict[str, object] = {"import_id": 2043, "tracking_id": "2f1a-7"}
        self.instead: dict[int, list[Instead]] = {}
        self.late = 0
        self.questions = 0
        self.fetched: list[int] = []
        self.credentials: list[str | None] = []
        self.store: Marketplace | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**30)
        app.add_routes([
            web.post("/api/products/imports", self._import),
            web.get("/api/products/imports/{id}", self._state),
            web.get("/api/products/imports/{id}/{report}", self._report),
            web.post("/api/orders/async-export", self._export),
            web.get("/api/orders/async-export/status/{id}", self._state),
            web.post("/api/offers/export/async", self._export),
            web.get("/api/offers/export/async/status/{id}", self._state),
            web.get("/files/{number}", self._file),
        ])  # fmt: skip
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def completed(self) -> dict[str, object]:
        """The state of an export whose files are ready, in the store if there is one."""
        base = (self.store or self).url
        return {"status": "COMPLETED", "urls": [f"{base}/files/{n}?sig=s3cr3t" for n in range(len(self.files))]}

    async def _import(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.forms.append({
            name: (part.filename, part.content_type, part.file.read()) if isinstance(part, web.FileField) else part
            for name, part in form.items()
        })  # fmt: skip
        return _json(self.created, 201)

    async def _export(self, request: web.Request) -> web.Response:
        self.filters.append(msgspec.json.decode(await request.read()))
        return _json(self.created)

    async def _state(self, _: web.Request) -> web.Response:
        self.questions += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Instead):
            return state.response()
        return _json({"message": "out of order"}, state) if isinstance(state, int) else _json(state)

    async def _report(self, request: web.Request) -> web.Response:
        if self.late:
            self.late -= 1
            return _json({"status": 404, "message": "not yet"}, 404)
        if (report := self.reports.get(request.match_info["report"])) is None:
            return _json({"message": "no such report"}, 404)
        return web.Response(body=report[0], headers=report[1])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        self.fetched.append(number)
        self.credentials.append(request.headers.get("Authorization"))
        if instead := self.instead.get(number):
            return instead.pop(0).response()
        body = self.files[number]
        damage = self.damage.get(number)
        kind, size = damage.pop(0) if damage else ("", len(body))
        response = web.StreamResponse()
        if kind == "unframed":
            response.headers["Connection"] = "close"
            response._length_check = False
        else:
            response.content_length = len(body)
        if number in self.names:
            response.headers["Content-Disposition"] = f'attachment; filename="{self.names[number]}"'
        await response.prepare(request)
        for at in range(0, size, 65536):
            await response.write(body[at : min(size, at + 65536)])
            await asyncio.sleep(0)
        if kind:
            request.transport.close()
        return response


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", status=status)


def front(marketplace: Marketplace, **settings: object) -> MarketplaceFront:
    """A client whose waits take no time; its `clock` tells them."""
    clock = InstantClock()
    client = MarketplaceFront(
        marketplace.url,
        auth=BearerToken(SECRET),
        rate_limit="none",
        retry=Retry(max_retries=0),
        clock=clock,
        **settings,
    )
    client.clock = clock
    return client
