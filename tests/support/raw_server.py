"""A scripted HTTP/1.1 server that sends exactly the given bytes, for responses that no framework would send.

    async def cut_short(peer):
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n1234")

    async with RawServer(cut_short, answering()) as server:     # first connection, then every further one
        ... talk to server.url ...
        assert [request.target for request in server.requests] == ["/", "/"]

The connection closes when its script returns. An exception of a script is raised again at the end of the server's
context, except connection errors, which a client causes by closing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from tests.support.faultproxy import lie_dead
from tests.support.http_framing import Framer, header

CHUNK = 65536


@dataclass(frozen=True)
class RawRequest:
    """One request as it came; the body without its chunk frames."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode()

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    def header(self, name: str) -> str | None:
        """The value of a field, or None."""
        value = header(self.head, name.lower().encode())
        return None if value is None else value.decode("latin-1")


class Peer:
    """The other end of one connection, as a script sees it."""

    def __init__(self, server: RawServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._framer = Framer()

    async def request(self) -> RawRequest | None:
        """Read one request in full; None when the client has closed."""
        head, body, data = b"", bytearray(), b""  # the bytes of a pipelined request are in the framer already
        while True:
            for piece in self._framer.feed(data):
                head += piece.raw if piece.kind == "head" else b""
                body += piece.payload
                if piece.kind == "end":
                    self._server.requests.append(RawRequest(head, bytes(body)))
                    return self._server.requests[-1]
            if not (data := await self._reader.read(CHUNK)):
                return None

    async def head(self) -> bytes:
        """Read no more of a request than its head; what has come with it of the body is dropped."""
        data = b""
        while b"\r\n\r\n" not in data and (more := await self._reader.read(1024)):
            data += more
        return data

    async def drain(self) -> None:
        """Read and drop what comes, until the client has closed."""
        while await self._reader.read(CHUNK):
            pass

    async def send(self, data: bytes, *, slice_size: int = 0, delay: float = 0.0) -> None:
        """Send bytes, `slice_size` at a time with `delay` seconds between where that is given."""
        for at in range(0, len(data), slice_size or max(1, len(data))):
            self._writer.write(data[at : at + (slice_size or len(data))])
            await self._writer.drain()
            await asyncio.sleep(delay)

    def end(self) -> None:
        """Close the sending side, and keep reading."""
        self._writer.write_eof()

    def reset(self) -> None:
        """End the connection with an RST."""
        lie_dead(self._writer)


Script = Callable[[Peer], Awaitable[None]]


def answer(body: bytes = b"{}", *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> bytes:
    """Write a correct response of JSON, which further `headers` ("Name: value") may then make incorrect."""
    fields = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + body


def answering(*responses: bytes) -> Script:
    """Script a normal connection: each request gets the next of `responses`, and the last one from then on."""
    script = list(responses or (answer(),))

    async def serve(peer: Peer) -> None:
        while await peer.request() is not None:
            await peer.send(script.pop(0) if len(script) > 1 else script[0])

    return serve


class RawServer:
    """Runs the n-th script for the n-th connection, and the last one for all that follow."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = scripts
        self.connections = 0
        self.requests: list[RawRequest] = []
        self.url = ""
        self.port = 0
        self._failures: list[Exception] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failures:
            raise ExceptionGroup("a server script failed", self._failures)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        try:
            await script(Peer(self, reader, writer))
        except (asyncio.CancelledError, ConnectionError):
            pass  # the server is being left, or the client has gone
        except Exception as failure:  # noqa: BLE001 - raised again in __aexit__
            self._failures.append(failure)
        finally:
            self._tasks.discard(task)
            writer.close()
