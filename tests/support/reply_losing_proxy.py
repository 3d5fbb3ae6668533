"""A TCP proxy that loses one reply: what was asked is done, and its connection ends before the answer comes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self


class ReplyLosingProxy:
    """Listens on 127.0.0.1:`port` and passes on to `upstream`, another port there; `lose_next()` arms it once."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._armed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.lost = 0

    def lose_next(self) -> None:
        """Lose the reply to what is asked from now on, once."""
        self._armed = True

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
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        with contextlib.suppress(asyncio.CancelledError, OSError):
            done, rest = await asyncio.wait(
                {asyncio.create_task(self._up(reader, up_writer)), asyncio.create_task(self._down(up_reader, writer))},
                return_when=asyncio.FIRST_COMPLETED,
            )
            for one in rest:
                one.cancel()
            await asyncio.gather(*done, *rest, return_exceptions=True)
        for end in (writer, up_writer):
            end.transport.abort()
        self._tasks.discard(task)

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._armed:
                self._armed = False
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()
