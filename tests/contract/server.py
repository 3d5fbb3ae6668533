"""A server on a real socket that stores every request unchanged and rejects none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web
from aiohttp.test_utils import TestServer


class SeenPart(NamedTuple):
    """One part of a form."""

    name: str
    content_type: str
    filename: str | None
    body: bytes


class Seen(NamedTuple):
    """A request as it was received; `target` is path and query as they stood on the request line."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    parts: list[SeenPart]


class Recorder:
    """The server's address and the requests it saw."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Keep one request; the answer is an empty success."""
        parts: list[SeenPart] = []
        body = b""
        if request.content_type.startswith("multipart/"):
            async for part in await request.multipart():
                kind = part.headers.get("Content-Type", "")
                parts.append(SeenPart(part.name or "", kind, part.filename, bytes(await part.read())))
        else:
            body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.raw_path, headers, body, parts))
        return web.Response(status=204)


@asynccontextmanager
async def recorder() -> AsyncIterator[Recorder]:
    """A recorder that listens on this machine."""
    kept = Recorder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", kept.answer)
    async with TestServer(app) as server:
        kept.url = str(server.make_url("/")).rstrip("/")
        yield kept
