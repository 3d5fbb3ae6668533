"""The aiohttp session, configured so that aiohttp sends nothing that the transport did not ask for.

Switched off, and why:

* aiohttp's own retry of GET, PUT and DELETE on a dead connection (`_retry_connection`, private, guarded): it would
  hide requests from the rate limiter and from the attempts that an error reports.
* Redirects: a 301 turns a POST into an empty GET that is answered with 200, and a batch of orders is lost.
* The environment (`trust_env`): a netrc entry conflicts with our Authorization header. Pass `proxy` instead.
* c-ares: where aiodns is installed, aiohttp resolves names with it, which fails in split DNS and containers.
* aiohttp's decompression: see `decompression`.
* Its timer for every request (see `timer`), and its rounding of timeouts over 5 seconds up to a whole second
  (`ceil_threshold`): a deadline must be exact.
* Its limits on headers: 8,190 bytes are too few for the `Link` of a list that is filtered by 100 long ids.
* Cookies, and the limit of the pool: the transport limits concurrency before the timeout of an attempt starts, so that
  waiting for a slot never counts as a slow server.

The connector knows whether a request was sent: while it makes a connection (`_create_connection`, private), nothing
was written. If aiohttp stops calling that method, every request counts as possibly sent.

The head of a 204 is passed to the parser separately (`_Protocol`): the parser drops a response that it has read if the
following bytes in the same packet are not HTTP, such as the body of a 204. aiohttp's protocols are private, too: if
their names change, such a response is lost, and no chunked body counts as self-delimited.
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
from .decompression import ACCEPT_ENCODING
from .multipart import Form
from .timer import TaskTimeout

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Mapping

    from ..options import Timeouts
    from .retries import Stage

__all__ = [
    "BODILESS",
    "MAX_HEADER_BYTES",
    "MAX_HEADER_COUNT",
    "NO_CONTENT",
    "STATUS",
    "AttemptState",
    "RedactedResponse",
    "current_attempt",
    "is_chunked",
    "is_framed",
    "make_session",
]

MAX_HEADER_BYTES = 128 * 1024
MAX_HEADER_COUNT = 256
HEAD_END = b"\r\n\r\n"
BODILESS = frozenset({b"204", b"304"})
NO_CONTENT = 204
STATUS, STATUS_LENGTH = slice(9, 12), 3
USER_AGENT = f"mirakl-async/{__version__} aiohttp/{aiohttp.__version__}"


class AttemptState(TaskTimeout):
    """The state of one attempt: its timeout, whether it has a connection, and the form that it sends."""

    sent: bool = True
    reused: bool = True
    form: Form | None = None

    @property
    def stage(self) -> Stage:
        """How far the attempt got, as long as no response has started."""
        return "sent" if self.sent and (self.form is None or self.form.finished) else "unsent"


current_attempt: ContextVar[AttemptState] = ContextVar("mirakl_async_attempt")


class _Protocol(ResponseHandler):
    """Keeps the parsed head of the response, and passes heads without a body to the parser separately."""

    message: Any = None
    _current_parser: Any = None
    _in_bodiless_head = False
    _head = b""

    def data_received(self, data: bytes) -> None:
        """Pass received bytes to the parser: first a head without a body, then what follows it."""
        if self._parser is not self._current_parser:  # each request has its own parser
            self._current_parser, self._head, self.message = self._parser, b"", None
            self._in_bodiless_head = data[STATUS] != b"200" or self._skip_payload  # as far as is known yet
        elif data and self._is_answered():
            self.close()  # unrequested bytes would be read as the next response
            return
        if self._in_bodiless_head:
            data = self._without_bodiless_heads(data)
            if not data:
                return
        ResponseHandler.data_received(self, data)

    def _is_answered(self) -> bool:
        read = self.message is not None and self.message.code >= 200
        return read and self._payload is not None and self._payload.is_eof()

    def _without_bodiless_heads(self, data: bytes) -> bytes:
        """Pass each complete head without a body to the parser; return the bytes that follow."""
        while self._in_bodiless_head:
            head = self._head + data
            status = head[STATUS]
            if (
                status not in BODILESS
                and not self._skip_payload
                and len(status) == STATUS_LENGTH
                and status[:1] != b"1"
            ):
                self._in_bodiless_head, self._head = False, b""
            elif (end := head.find(HEAD_END)) < 0:
                self._head = head
                break
            else:
                at = end + len(HEAD_END) - len(self._head)
                self._in_bodiless_head, self._head = status.startswith(b"1"), b""
                ResponseHandler.data_received(self, data[:at])
                data = data[at:]
                if not self._in_bodiless_head and not self._skip_payload and _promises_a_body(self.message):
                    self.force_close()  # the body would be read as the next response
        return data

    def feed_data(self, data: tuple[Any, Any], size: int = 0) -> None:
        """Keep the head that the parser has read."""
        self.message = data[0]
        ResponseHandler.feed_data(self, data, size)


def _promises_a_body(message: Any) -> bool:
    headers: Mapping[str, str] = {} if message is None else message.headers
    return "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"


def is_chunked(response: aiohttp.ClientResponse) -> bool:
    """Whether the parser decodes the body as chunked, regardless of the headers; the body is not read yet."""
    message = getattr(getattr(response, "_protocol", None), "message", None)
    return message is not None and bool(message.chunked)


def is_framed(response: aiohttp.ClientResponse) -> bool:
    """Whether the body is self-delimited: by a length, by chunks, or because a test made the response."""
    return (
        "Content-Length" in response.headers
        or response.status == NO_CONTENT
        or is_chunked(response)
        or getattr(response, "_protocol", None) is None
    )


class RedactedResponse(aiohttp.ClientResponse):
    """A response whose repr shows no data."""

    def __repr__(self) -> str:  # aiohttp's shows the address and the headers
        return f"<response {self.status}>"


class _Connector(TCPConnector):
    """Marks the attempt of the current task as unsent while a new connection is made for it."""

    async def _create_connection(self, req: Any, traces: Any, timeout: ClientTimeout) -> Any:
        attempt = current_attempt.get()
        attempt.sent = attempt.reused = False
        protocol = await super()._create_connection(req, traces, timeout)
        attempt.sent = True
        return protocol


def make_session(
    timeouts: Timeouts, *, proxy: str | None, ssl: ssl_module.SSLContext | None, force_close: bool
) -> aiohttp.ClientSession:
    """A session of the running event loop; with `force_close`, each connection is used once."""
    connector = _Connector(
        limit=0,
        force_close=force_close,
        resolver=aiohttp.ThreadedResolver(),
        ssl=ssl if ssl is not None else True,
        timeout_ceil_threshold=inf,
        # aiohttp raises ValueError for a keep-alive time with force_close.
        keepalive_timeout=None if force_close else timeouts.keepalive_expiry,
    )
    factory: Any = partial(_Protocol, loop=asyncio.get_running_loop())
    connector._factory = factory  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING},
        response_class=RedactedResponse,
        auto_decompress=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADER_COUNT,
        timeout=ClientTimeout(total=None, sock_connect=timeouts.connect, ceil_threshold=inf),
        proxy=proxy,
        trust_env=False,
    )
    if hasattr(session, "_retry_connection"):
        session._retry_connection = False  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
    return session
