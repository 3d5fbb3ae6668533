"""What can go wrong between a client and a server, one class each, for `tests.support.faultproxy.FaultProxy`.

Stream toxics see bytes and know nothing of HTTP; they are toxiproxy's: latency, bandwidth, slow close, timeout, reset,
slicer, limit. Response toxics see the pieces of one HTTP response and are the faults that servers and balancers add.
A toxic holds settings only; what it needs to remember lives in the link it is asked about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tests.support.http_framing import Piece

Direction = Literal["down", "up"]
PassOn = Callable[[bytes], Awaitable[None]]


class Hangup(Exception):
    """The connection ends now, after `last` has been sent on; `reset` makes it an RST instead of a FIN."""

    def __init__(self, last: bytes = b"", *, reset: bool = False) -> None:
        super().__init__()
        self.last = last
        self.reset = reset


class Link(Protocol):
    """What a toxic may know and do about the connection it poisons."""

    carried: dict[Direction, int]
    doomed: bool

    def hang_up_later(self, seconds: float, *, reset: bool) -> None:
        """End the connection after `seconds`, whatever it is doing."""

    async def over(self) -> None:
        """Wait until the connection has ended."""


class Response(Protocol):
    """The response that a response toxic is looking at."""

    body_sent: int

    @property
    def link(self) -> Link:
        """The connection it travels on."""


@dataclass(frozen=True)
class StreamToxic:
    """Works on bytes of one direction: "down" towards the client, "up" towards the server."""

    direction: Direction = field(default="down", kw_only=True)

    def attach(self, link: Link) -> None:
        """Start what does not wait for bytes."""

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        """Pass on what goes on, when it goes on; raise Hangup to end the connection."""
        await pass_on(data)

    async def closing(self) -> None:
        """Return when an orderly end may be passed on."""


@dataclass(frozen=True)
class Latency(StreamToxic):
    """Every chunk comes `seconds` later."""

    seconds: float = 0.1

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        await asyncio.sleep(self.seconds)
        await pass_on(data)


@dataclass(frozen=True)
class Bandwidth(StreamToxic):
    """At most `bytes_per_second`, in twenty slices a second."""

    bytes_per_second: int = 100_000

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        step = max(1, self.bytes_per_second // 20)
        for at in range(0, len(data), step):
            part = data[at : at + step]
            await asyncio.sleep(len(part) / self.bytes_per_second)
            await pass_on(part)


@dataclass(frozen=True)
class SlowClose(StreamToxic):
    """An orderly close is passed on `seconds` late."""

    seconds: float = 0.1

    async def closing(self) -> None:
        await asyncio.sleep(self.seconds)


@dataclass(frozen=True)
class Timeout(StreamToxic):
    """A black hole: bytes vanish, and the connection ends after `seconds`, or never."""

    seconds: float | None = None

    def attach(self, link: Link) -> None:
        if self.seconds is not None:
            link.hang_up_later(self.seconds, reset=False)

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        await link.over()


@dataclass(frozen=True)
class ResetPeer(StreamToxic):
    """An RST, `seconds` after the connection opened."""

    seconds: float = 0.0

    def attach(self, link: Link) -> None:
        link.hang_up_later(self.seconds, reset=True)


@dataclass(frozen=True)
class Slicer(StreamToxic):
    """Bytes arrive `size` at a time with `delay` seconds between: a drip."""

    size: int = 1
    delay: float = 0.0

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        for at in range(0, len(data), self.size):
            await pass_on(data[at : at + self.size])
            await asyncio.sleep(self.delay)


@dataclass(frozen=True)
class LimitData(StreamToxic):
    """The connection ends once `size` bytes went through, heads included."""

    size: int = 0

    async def carry(self, data: bytes, link: Link, pass_on: PassOn) -> None:
        room = self.size - link.carried[self.direction]
        if len(data) >= room:
            raise Hangup(data[:room])
        await pass_on(data)


@dataclass(frozen=True)
class CutResponse:
    """The connection ends after `size` bytes of the body, its framing counted; 0 cuts right behind the head."""

    size: int = 0
    reset: bool = False

    def respond(self, piece: Piece, response: Response) -> bytes:
        if piece.kind == "head":
            if self.size == 0:
                raise Hangup(piece.raw, reset=self.reset)
            return piece.raw
        if response.body_sent + len(piece.raw) >= self.size:
            raise Hangup(piece.raw[: self.size - response.body_sent], reset=self.reset)
        return piece.raw


@dataclass(frozen=True)
class LieAboutLength:
    """Content-Length is off by `by`; the connection ends behind the body, as a body that is too short demands."""

    by: int = 1

    def respond(self, piece: Piece, response: Response) -> bytes:
        if piece.kind == "end":
            raise Hangup
        if piece.kind == "body":
            return piece.raw
        return re.sub(
            rb"(?im)^(content-length:\s*)(\d+)", lambda found: found[1] + b"%d" % (int(found[2]) + self.by), piece.raw
        )


@dataclass(frozen=True)
class SwallowResponse:
    """The server has done its work and answered in full; the client sees the connection end instead."""

    reset: bool = False

    def respond(self, piece: Piece, response: Response) -> bytes:
        if piece.kind == "end":
            raise Hangup(reset=self.reset)
        return b""


@dataclass(frozen=True)
class CloseAfterResponse:
    """A whole answer that promises to keep the connection, which then ends: at once, or as the next request arrives."""

    when: Literal["at once", "next request"] = "at once"
    reset: bool = False

    def respond(self, piece: Piece, response: Response) -> bytes:
        if piece.kind == "end":
            if self.when == "at once":
                raise Hangup(reset=self.reset)
            response.link.doomed = True
        return piece.raw


Toxic = StreamToxic | CutResponse | LieAboutLength | SwallowResponse | CloseAfterResponse
