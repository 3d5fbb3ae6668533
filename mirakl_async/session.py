"""A session of aiohttp, set up so that nothing happens behind the transport's back.

What is switched off, and why:

* aiohttp's own replay of GET, PUT and DELETE on a dead connection (`_retry_connection`, private, guarded): it would
  hide wire requests from the limiter and from the attempts an error reports.
* Redirects: a 301 turns a POST into an empty GET that answers 200, and a batch of orders is lost.
* The environment (`trust_env`): a netrc entry clashes with our Authorization header. Name a `proxy` instead.
* c-ares: where aiodns is installed aiohttp resolves names with it, which fails in split DNS and containers.
* aiohttp's decompression: see `decompression`.
* Its timer of every request (see `timer`), and its rounding of timeouts over 5 seconds up to a whole one
  (`ceil_threshold`): a deadline is one.
* Its limits on headers: 8,190 bytes are less than the `Link` of a list that was asked for with 100 long ids.
* Cookies, and the pool's limit: the transport bounds concurrency before an attempt's clock starts, so that waiting for
  a slot is never taken for a slow server.

Whether a request left is known from the connector: while it makes a connection (`_create_connection`, private), nothing
was written. Should aiohttp stop calling that, every request counts as one that may have left.

A head is given to the parser on its own (`_Protocol`): the parser drops an answer that it has read when what follows in
the same packet is not HTTP, as the body of a 204 is not. Its protocols are private, too: made by another name, they
would lose such an answer, and no body would count as one that marks its own end.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import ClientTimeout, TCPConnector
from aiohttp.client_proto import ResponseHandler

from . import __version__
from .decompression import ACCEPTED
from .files.form import Form
from .timer import Term

if TYPE_CHECKING:
    import ssl as ssl_module

    from .options import Timeouts
    from .retries import Stage

SHORTEST = 0.001  # aiohttp takes 0 for no bound at all
MAX_HEADER_BYTES = 128 * 1024
MAX_HEADERS = 256
HEAD_END = b"\r\n\r\n"
BODILESS = frozenset({204, 304})
USER_AGENT = f"mirakl-async/{__version__} aiohttp/{aiohttp.__version__}"


class Flight(Term):
    """One attempt: how long it may take, whether it has a connection, and the form it carries."""

    left: bool = True
    reused: bool = True
    form: Form | None = None

    @property
    def stage(self) -> Stage:
        """How far it got, as long as no answer has begun."""
        return "sent" if self.left and (self.form is None or self.form.whole) else "unsent"


current_flight: ContextVar[Flight | None] = ContextVar("mirakl_async_flight", default=None)


class _Protocol(ResponseHandler):
    """Gives the parser a head on its own, and says whether the answer marks its end: by its length or by chunks."""

    chunked = framed = False
    _in_head = True
    _seam = b""

    def set_response_params(self, **params: Any) -> None:
        """A request begins."""
        self._in_head, self._seam, self.chunked, self.framed = True, b"", False, False
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Bytes, those up to the end of a head before the others."""
        if data and not self._in_head and self._payload is not None and self._payload.is_eof():
            self.close()  # what nobody asked for would be taken for the next answer
            return
        while self._in_head:
            seen = self._seam + data
            if (end := seen.find(HEAD_END)) < 0:
                self._seam = seen[1 - len(HEAD_END) :]
                break
            at = end + len(HEAD_END) - len(self._seam)
            self._seam, self._in_head = b"", False
            super().data_received(data[:at])
            data = data[at:]
            if not data:
                return
        super().data_received(data)

    def feed_data(self, data: tuple[Any, Any], size: int = 0) -> None:
        """A head was read, perhaps a provisional one, which another follows."""
        message, _ = data
        if message.code < 200:
            self._in_head = True
        elif message.code in BODILESS:
            self.framed = True
            if "Transfer-Encoding" in message.headers or message.headers.get("Content-Length", "0") != "0":
                self.force_close()  # a body where none may be would be taken for the next answer
        else:
            self.chunked = bool(message.chunked)
            self.framed = self.chunked or "Content-Length" in message.headers
        super().feed_data(data, size)


class Response(aiohttp.ClientResponse):
    """Knows what its protocol knew of its framing; those that tests make up are framed."""

    chunked = False
    framed = True

    async def start(self, connection: Any) -> Response:
        """Read the head."""
        protocol = connection.protocol
        await super().start(connection)
        if isinstance(protocol, _Protocol):
            self.chunked, self.framed = protocol.chunked, protocol.framed or self.method == "HEAD"
        return self

    def __repr__(self) -> str:  # aiohttp's shows the address and the headers
        return f"<response {self.status}>"


class _Connector(TCPConnector):
    """Marks the attempt of the current task while a connection is made for it; one from the pool needs no mark."""

    async def _create_connection(self, req: Any, traces: Any, timeout: ClientTimeout) -> Any:
        flight = current_flight.get()
        if flight is None:
            return await super()._create_connection(req, traces, timeout)
        flight.left = flight.reused = False
        protocol = await super()._create_connection(req, traces, timeout)
        flight.left = True
        return protocol


def make_session(
    timeouts: Timeouts, *, proxy: str | None, ssl: ssl_module.SSLContext | None, force_close: bool
) -> aiohttp.ClientSession:
    """A session of the running event loop; `force_close` is for one that uses each connection once."""
    connector = _Connector(
        limit=0,
        force_close=force_close,
        resolver=aiohttp.ThreadedResolver(),
        ssl=ssl if ssl is not None else True,
        timeout_ceil_threshold=inf,
        # aiohttp takes no keep-alive time for connections that are not kept.
        keepalive_timeout=None if force_close else timeouts.keepalive,
    )
    factory: Any = partial(_Protocol, loop=asyncio.get_running_loop())
    connector._factory = factory  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED},
        response_class=Response,
        auto_decompress=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADERS,
        timeout=ClientTimeout(total=None, sock_connect=max(timeouts.connect, SHORTEST), ceil_threshold=inf),
        proxy=proxy,
        trust_env=False,
    )
    if hasattr(session, "_retry_connection"):
        session._retry_connection = False  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    return session
