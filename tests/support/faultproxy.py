"""A TCP proxy on a real socket that injects faults into the traffic, and counts requests.

    async with FaultProxy(host, port) as proxy:
        proxy.toxics.add(toxics.CutResponse(100), path="/v1/orders", times=2)
        ... talk to proxy.url ...
        assert proxy.requests == [("POST", "/v1/orders")] * 3

A stream toxic is chosen once for each connection, a response toxic once for each response; `times` bounds how often,
`toxicity` is the share of those chosen. `requests` are those that arrived at the proxy, `forwarded` those passed on.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from tests.support.http_framing import Framer, Piece
from tests.support.toxics import Direction, Hangup, PassOn, StreamToxic, Toxic

CHUNK = 65536
Reading = Callable[[bytes], Iterator[bytes]]


@dataclass(eq=False)
class Dose:
    """A toxic in use, and how often it will still be applied."""

    toxic: Toxic
    times: int | None
    toxicity: float
    path: str

    def strikes(self, chance: random.Random) -> bool:
        """Decide once whether the toxic is applied, and count it."""
        if self.times == 0 or chance.random() >= self.toxicity:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Toxics:
    """The toxics in use, in the order in which they were added."""

    def __init__(self, links: set[Link], chance: random.Random) -> None:
        self._links = links
        self._chance = chance
        self._doses: list[Dose] = []

    def add(self, toxic: Toxic, *, times: int | None = None, toxicity: float = 1.0, path: str = "") -> None:
        """Use `toxic` from now on, on open connections too; `path` is a part of the request's target."""
        if path and isinstance(toxic, StreamToxic):
            msg = f"{type(toxic).__name__} sees bytes, not requests: path= has no meaning for it"
            raise ValueError(msg)
        self._doses.append(Dose(toxic, times, toxicity, path))
        for link in self._links:
            self.for_stream(link)

    def clear(self) -> None:
        """Remove all toxics."""
        self._doses.clear()

    def for_stream(self, link: Link) -> list[StreamToxic]:
        """Give the stream toxics of a connection, choosing where that is still open."""
        chosen = []
        for dose in self._doses:
            if not isinstance(dose.toxic, StreamToxic):
                continue
            if dose not in link.chosen:
                link.chosen[dose] = dose.strikes(self._chance)
                if link.chosen[dose]:
                    dose.toxic.attach(link)
            if link.chosen[dose]:
                chosen.append(dose.toxic)
        return chosen

    def for_response(self, target: str) -> Toxic | None:
        """Choose the toxic of the response to a request for `target`."""
        for dose in self._doses:
            if not isinstance(dose.toxic, StreamToxic) and dose.path in target and dose.strikes(self._chance):
                return dose.toxic
        return None


@dataclass(eq=False)
class Answer:
    """The response that is on its way down."""

    link: Link
    toxic: Toxic | None
    body_sent: int = 0

    def apply(self, piece: Piece) -> bytes:
        """Return what the fault leaves of a piece."""
        if self.toxic is None or isinstance(self.toxic, StreamToxic):
            return piece.raw
        sent = self.toxic.respond(piece, self)
        if piece.kind == "body":
            self.body_sent += len(sent)
        return sent


@dataclass(eq=False)
class Link:
    """One connection through the proxy."""

    proxy: FaultProxy
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    chosen: dict[Dose, bool] = field(default_factory=dict)
    carried: dict[Direction, int] = field(default_factory=lambda: {"down": 0, "up": 0})
    doomed: bool = False
    asked: deque[tuple[str, str]] = field(default_factory=deque)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def hang_up_later(self, seconds: float, *, reset: bool) -> None:
        self.timers.append(asyncio.get_running_loop().call_later(seconds, self.hang_up, reset))

    def hang_up(self, reset: bool = False) -> None:
        """End both sides; towards the client as a FIN behind what was written, or as an RST."""
        self.ended.set()
        for timer in self.timers:
            timer.cancel()
        self.server.transport.abort()
        if reset:
            lie_dead(self.client)
        else:
            self.client.close()

    async def over(self) -> None:
        await self.ended.wait()

    async def run(self, client: asyncio.StreamReader, server: asyncio.StreamReader) -> None:
        """Forward both directions until both sides have closed or a toxic ends the connection."""
        self.proxy.toxics.for_stream(self)
        up = asyncio.create_task(self._carry("up", client, self.server, self._requests()))
        down = asyncio.create_task(self._carry("down", server, self.client, self._responses()))
        over = asyncio.create_task(self.over())
        try:
            await asyncio.wait({down, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down, over):
                task.cancel()
            results = await asyncio.gather(up, down, return_exceptions=True)
            self.hang_up()
            self.proxy.faults += [bad for bad in results if isinstance(bad, Exception)]

    def _requests(self) -> Reading:
        framer = Framer()

        def read(data: bytes) -> Iterator[bytes]:
            for piece in framer.feed(data):
                if piece.kind == "head":
                    self._note_request(piece.raw)
            yield data

        return read

    def _note_request(self, head: bytes) -> None:
        method, target = head.decode("latin-1").split(" ", 2)[:2]
        self.proxy.requests.append((method, target))
        if self.doomed:
            raise Hangup(reset=True)
        self.proxy.forwarded.append((method, target))
        self.asked.append((method, target))

    def _responses(self) -> Reading:
        answer = Answer(self, None)

        def asked() -> bytes:
            return self.asked.popleft()[0].encode() if self.asked else b""

        framer = Framer(asked)

        def read(data: bytes) -> Iterator[bytes]:
            nonlocal answer
            for piece in framer.feed(data):
                if piece.kind == "head" and self.asked and not piece.raw.startswith(b"HTTP/1.1 1"):
                    answer = Answer(self, self.proxy.toxics.for_response(self.asked[0][1]))
                yield answer.apply(piece)

        return read

    async def _carry(
        self, way: Direction, source: asyncio.StreamReader, sink: asyncio.StreamWriter, read: Reading
    ) -> None:
        try:
            while data := await source.read(CHUNK):
                for part in read(data):
                    await self._poisoned(way, sink)(part)
            for toxic in self._poisons(way):
                await toxic.closing()
            if sink.can_write_eof():
                sink.write_eof()
        except Hangup as end:
            await self._send(way, sink, end.last)
            self.hang_up(reset=end.reset)
        except ConnectionError:
            self.hang_up(reset=True)
        except Exception:
            self.hang_up(reset=True)
            raise

    def _poisoned(self, way: Direction, sink: asyncio.StreamWriter) -> PassOn:
        send: PassOn = partial(self._send, way, sink)
        for toxic in reversed(self._poisons(way)):
            send = partial(toxic.carry, link=self, pass_on=send)
        return send

    def _poisons(self, way: Direction) -> list[StreamToxic]:
        return [toxic for toxic in self.proxy.toxics.for_stream(self) if toxic.direction == way]

    async def _send(self, way: Direction, sink: asyncio.StreamWriter, data: bytes) -> None:
        if not data or sink.is_closing():
            return
        self.carried[way] += len(data)
        sink.write(data)
        await sink.drain()


class FaultProxy:
    """Listens on 127.0.0.1 and forwards to `host`:`port`, through its `toxics`."""

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        self.upstream = (host, port)
        self.host = "127.0.0.1"
        self.port = 0
        self.connections = 0
        self.requests: list[tuple[str, str]] = []
        self.forwarded: list[tuple[str, str]] = []
        self.faults: list[Exception] = []
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.toxics = Toxics(self._links, random.Random(seed))

    @property
    def url(self) -> str:
        """The URL of the proxy."""
        return f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.go_down()
        if self.faults:
            raise ExceptionGroup("the proxy itself failed", self.faults)

    async def come_up(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def go_down(self) -> None:
        """Refuse new connections and reset the open ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self._links):
            link.hang_up(reset=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # only go_down cancels, and asyncio would report a cancelled connection handler
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(*self.upstream)
        except OSError:
            lie_dead(writer)
            return
        link = Link(self, writer, server_writer)
        self._links.add(link)
        try:
            await link.run(reader, server_reader)
        finally:
            self._links.discard(link)
            with contextlib.suppress(ConnectionError):
                await server_writer.wait_closed()


def lie_dead(writer: asyncio.StreamWriter) -> None:
    """End a connection with an RST, like a peer that no longer knows it."""
    if not writer.transport.is_closing():
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
