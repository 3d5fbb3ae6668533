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

The head of a 204 is given to the parser on its own (`_Protocol`): the parser drops an answer that it has read when what
follows in the same packet is not HTTP, as the body of a 204 is not. aiohttp's protocols are private, too: made by
another name, they would lose such an answer, and no chunked body would count as one that marks its own end.
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

from .. import __version__
from .decompression import ACCEPTED
from .multipart import Form
from .timer import TaskTimeout

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Mapping

    from ..options import Timeouts
    from .retries import Stage

MIN_TIMEOUT = 0.001  # aiohttp takes 0 for no bound at all
MAX_HEADER_BYTES = 128 * 1024
MAX_HEADERS = 256
HEAD_END = b"\r\n\r\n"
BODILESS = frozenset({b"204", b"304"})
STATUS = slice(9, 12)
USER_AGENT = f"mirakl-async/{__version__} aiohttp/{aiohttp.__version__}"


class AttemptState(TaskTimeout):
    """One attempt: how long it may take, whether it has a connection, and the form it carries."""

    sent: bool = True
    reused: bool = True
    form: Form | None = None

    @property
    def stage(self) -> Stage:
        """How far it got, as long as no answer has begun."""
        return "sent" if self.sent and (self.form is None or self.form.whole) else "unsent"


current_attempt: ContextVar[AttemptState | None] = ContextVar("mirakl_async_flight", default=None)


class _Protocol(ResponseHandler):
    """Keeps the message that the parser made of a head, and gives it heads without a body on their own."""

    message: Any = None
    _asked: Any = None
    _in_head = False
    _head = b""

    def data_received(self, data: bytes) -> None:
        """Bytes, those behind a head without a body after it."""
        if self._parser is not self._asked:  # each request has its own
            self._asked, self._head, self.message = self._parser, b"", None
            status = data[STATUS]
            self._in_head = self._skip_payload or (
                status != b"200" and (status in BODILESS or status[:1] == b"1" or len(status) < 3)
            )
        elif data and not self._in_head and self._is_answered():
            self.close()  # what nobody asked for would be taken for the next answer
            return
        if self._in_head:
            data = self._without_bodiless_heads(data)
            if not data:
                return
        ResponseHandler.data_received(self, data)

    def _is_answered(self) -> bool:
        read = self.message is not None and self.message.code >= 200
        return read and self._payload is not None and self._payload.is_eof()

    def _without_bodiless_heads(self, data: bytes) -> bytes:
        """Give the parser each whole head of this kind; what is left is not given to it yet."""
        while self._in_head and data:
            head = self._head + data
            if len(head) >= STATUS.stop and not self._skip_payload and not _is_bodiless(head[STATUS]):
                self._in_head = False
            elif (end := head.find(HEAD_END)) < 0:
                self._head = head
                break
            else:
                at = end + len(HEAD_END) - len(self._head)
                self._in_head, self._head = head[STATUS].startswith(b"1"), b""
                super().data_received(data[:at])
                data = data[at:]
                if not self._in_head and not self._skip_payload and _promises_a_body(self.message):
                    self.force_close()  # it would be taken for the next answer
        return data

    def feed_data(self, data: tuple[Any, Any], size: int = 0) -> None:
        """A head was read."""
        self.message = data[0]
        ResponseHandler.feed_data(self, data, size)


def _is_bodiless(status: bytes) -> bool:
    return status in BODILESS or status.startswith(b"1")


def _promises_a_body(message: Any) -> bool:
    headers: Mapping[str, str] = {} if message is None else message.headers
    return "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"


def is_chunked(response: aiohttp.ClientResponse) -> bool:
    """Whether the parser takes a body apart as chunks, whatever the headers seem to say; nothing of it is read yet."""
    message = getattr(getattr(response, "_protocol", None), "message", None)
    return message is not None and bool(message.chunked)


def is_framed(response: aiohttp.ClientResponse) -> bool:
    """Whether a body marks its own end, as that of a response does which a test made up."""
    if "Content-Length" in response.headers or response.method == "HEAD" or _is_bodiless(b"%d" % response.status):
        return True
    return is_chunked(response) or getattr(response, "_protocol", None) is None


class RedactedResponse(aiohttp.ClientResponse):
    """A response that shows no data."""

    def __repr__(self) -> str:  # aiohttp's shows the address and the headers
        return f"<response {self.status}>"


class _Connector(TCPConnector):
    """Marks the attempt of the current task while a connection is made for it; one from the pool needs no mark."""

    async def _create_connection(self, req: Any, traces: Any, timeout: ClientTimeout) -> Any:
        flight = current_attempt.get()
        if flight is None:
            return await super()._create_connection(req, traces, timeout)
        flight.sent = flight.reused = False
        protocol = await super()._create_connection(req, traces, timeout)
        flight.sent = True
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
        keepalive_timeout=None if force_close else timeouts.keepalive_expiry,
    )
    factory: Any = partial(_Protocol, loop=asyncio.get_running_loop())
    connector._factory = factory  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED},
        response_class=RedactedResponse,
        auto_decompress=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADERS,
        timeout=ClientTimeout(total=None, sock_connect=max(timeouts.connect, MIN_TIMEOUT), ceil_threshold=inf),
        proxy=proxy,
        trust_env=False,
    )
    if hasattr(session, "_retry_connection"):
        session._retry_connection = False  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    return session
