"""A TCP proxy that loses one reply, cuts connections or stalls them: the request is executed, its reply lost."""

from __future__ import annotations

import asyncio
from typing import Self


class ReplyLosingProxy:
    """Listens on 127.0.0.1:`port` and forwards to `upstream`, another port there; `lose()` arms it once."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._countdown = 0
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.lost = 0

    def lose_next(self) -> None:
        """Lose the reply to the next request, once."""
        self.lose(1)

    def lose(self, number: int) -> None:
        """Lose the `number`th reply from now on."""
        self._countdown = number

    def cut(self) -> None:
        """Close every connection at once."""
        for task in self._tasks:
            task.cancel()

    def stall(self) -> None:
        """Leave connections open and forward no reply until `go_on`."""
        self._open.clear()

    def go_on(self) -> None:
        self._open.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (asyncio.CancelledError, OSError):
            pass  # `cut`, and a server that is not there
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        ways = [asyncio.create_task(way) for way in (self._up(reader, up_writer), self._down(up_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, up_writer):
                end.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            self._countdown -= 1
            if self._countdown == 0:
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()
