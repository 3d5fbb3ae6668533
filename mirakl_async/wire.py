"""The wire: aiohttp, set up so that nothing happens behind the transport's back. The only importer of aiohttp.

What is switched off, and why:

* aiohttp's own replay of GET, PUT and DELETE on a dead connection (`_retry_connection`, private, guarded): it would
  hide wire requests from the limiter and from the attempts an error reports.
* Redirects: a 301 turns a POST into an empty GET that answers 200, and a batch of orders is lost.
* The environment (`trust_env`): a netrc entry clashes with our Authorization header. Name a `proxy` instead.
* c-ares: where aiodns is installed aiohttp resolves names with it, which fails in split DNS and containers.
* aiohttp's decompression: see `decompression`.
* Its timer of every request (see `timer`), and its rounding of timeouts over 5 seconds up to a whole one
  (`ceil_threshold`): a deadline is one.
* Cookies, and the pool's limit: the transport bounds concurrency before an attempt's clock starts, so that waiting for
  a slot is never taken for a slow server.

Whether a request left is known from the connector: while it makes a connection (`_create_connection`, private), nothing
was written. Should aiohttp stop calling that, every request counts as one that may have left.
"""

from __future__ import annotations

import asyncio
import io
import re
import zlib
from contextlib import aclosing
from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
from aiohttp import ClientTimeout, TCPConnector
from aiohttp.client import URL  # type: ignore[attr-defined] # pyright: ignore[reportPrivateImportUsage] - yarl's

from . import __version__
from .decompression import ACCEPTED, Inflater, is_compressed
from .exchange import Answer, WireFault
from .files.form import Form
from .request import Multipart
from .timer import SharedTimer, Term

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import AsyncGenerator, Awaitable, Mapping

    from .options import Timeouts
    from .retries import Stage

LARGE_BODY = 512 * 1024
SHORTEST = 0.001  # aiohttp takes 0 for no bound at all
_WELL_FORMED = re.compile(r"(?:[\w.~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.ASCII)
USER_AGENT = f"mirakl-async/{__version__} aiohttp/{aiohttp.__version__}"


class _Flight(Term):
    """One attempt: how long it may take, whether it has a connection, and the form it carries."""

    left: bool = True
    form: Form | None = None

    @property
    def stage(self) -> Stage:
        """How far it got, as long as no answer has begun."""
        return "sent" if self.left and (self.form is None or self.form.whole) else "unsent"


_flight: ContextVar[_Flight | None] = ContextVar("mirakl_async_flight", default=None)


class _Connector(TCPConnector):
    """Marks the attempt of the current task while a connection is made for it; one from the pool needs no mark."""

    async def _create_connection(self, req: Any, traces: Any, timeout: ClientTimeout) -> Any:
        flight = _flight.get()
        if flight is None:
            return await super()._create_connection(req, traces, timeout)
        flight.left = False
        protocol = await super()._create_connection(req, traces, timeout)
        flight.left = True
        return protocol


class AiohttpWire:
    """Sends requests with aiohttp; must be made inside the event loop that will use it."""

    def __init__(
        self, timeouts: Timeouts, *, proxy: str | None = None, ssl: ssl_module.SSLContext | None = None
    ) -> None:
        self._timeouts = timeouts
        self._proxy = proxy
        self._ssl = ssl
        self._timer = SharedTimer(timeouts.attempt)
        self._pooled = self._session(force_close=False)
        self._fresh: aiohttp.ClientSession | None = None

    def _session(self, *, force_close: bool) -> aiohttp.ClientSession:
        connector = _Connector(
            limit=0,
            force_close=force_close,
            resolver=aiohttp.ThreadedResolver(),
            ssl=self._ssl if self._ssl is not None else True,
            timeout_ceil_threshold=inf,
            # aiohttp takes no keep-alive time for connections that are not kept.
            keepalive_timeout=None if force_close else self._timeouts.keepalive,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED},
            auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=max(self._timeouts.connect, SHORTEST), ceil_threshold=inf),
            proxy=self._proxy,
            trust_env=False,
        )
        if hasattr(session, "_retry_connection"):
            session._retry_connection = False  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see the module's text
        return session

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Multipart | None,
        *,
        timeout: float | None,
        cap: int,
        fresh: bool = False,
    ) -> Answer:
        """See Wire."""
        flight = _Flight()
        self._timer.begin(flight, timeout)
        try:
            response = await self._send(flight, method, url, headers, body, fresh=fresh)
            try:
                encoding = response.headers.get("Content-Encoding")
                if encoding and is_compressed(encoding):
                    content = await AiohttpOpenAnswer(response, flight).read(cap)
                else:
                    content = await _read(response, cap)
            except (aiohttp.ClientError, OSError, WireFault, asyncio.CancelledError) as error:
                if response.status < 300 or (isinstance(error, asyncio.CancelledError) and not flight.end()):
                    raise
                content = b""  # what the status says is certain, whatever became of its words
            finally:
                response.close()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _fault(error, flight) from _tellable(error)
        except asyncio.CancelledError as error:
            if not flight.end():
                raise
            raise _fault(TimeoutError(), flight) from error
        finally:
            flight.end()
            if flight.form is not None:
                flight.form.close()
        return Answer(response.status, response.headers, content)

    async def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Multipart | None,
        *,
        timeout: float | None,
        fresh: bool = False,
    ) -> AiohttpOpenAnswer:
        """See Wire."""
        flight = _Flight()
        try:
            async with asyncio.timeout(timeout):
                response = await self._send(flight, method, _verbatim(url), headers, body, fresh=fresh)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _fault(error, flight) from _tellable(error)
        return AiohttpOpenAnswer(response, flight)

    def _send(
        self,
        flight: _Flight,
        method: str,
        url: str | URL,
        headers: Mapping[str, str],
        body: bytes | Multipart | None,
        *,
        fresh: bool,
    ) -> Awaitable[aiohttp.ClientResponse]:
        if fresh and self._fresh is None:
            self._fresh = self._session(force_close=True)
        session = self._fresh if fresh and self._fresh is not None else self._pooled
        _flight.set(flight)
        data: Any = None
        if isinstance(body, Multipart):
            data, headers = _form(body, headers, flight)
        elif body:
            data = body if len(body) <= LARGE_BODY else io.BytesIO(body)
        # What `session.request` awaits, without its context manager: nobody here has a use for it, and it costs 2 us.
        return session._request(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            method,
            url,
            data=data,
            headers=headers,
            allow_redirects=False,
            # aiohttp would add application/octet-stream to an empty PUT, which OR24 and OR29 do not expect.
            skip_auto_headers=None if body or method == "GET" else ("Content-Type",),
        )

    async def close(self) -> None:
        """See Wire."""
        self._timer.close()
        try:
            await self._pooled.close()
        finally:
            if self._fresh is not None:
                await self._fresh.close()


class AiohttpOpenAnswer:
    """See OpenAnswer."""

    def __init__(self, response: aiohttp.ClientResponse, flight: _Flight) -> None:
        self._response = response
        self._flight = flight
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """See OpenAnswer."""
        try:
            inflater = Inflater(self.headers.get("Content-Encoding", ""))
            async for chunk in self._response.content.iter_any():
                for piece in inflater.feed(chunk):
                    yield piece
        except (aiohttp.ClientError, OSError, RuntimeError) as error:  # the last one where the client was closed
            raise _fault(error, self._flight, "partial") from _tellable(error)
        except ValueError as error:
            raise WireFault("protocol", "partial", str(error), permanent=True) from error
        except zlib.error as error:
            raise WireFault("lost", "partial", "the compressed answer is damaged") from error
        if not inflater.finished:
            raise WireFault("lost", "partial", "the compressed answer ends early")

    async def read(self, cap: int) -> bytes:
        """See OpenAnswer; counted after decompression: 300 KB of gzip can hold 300 MB."""
        pieces: list[bytes] = []
        size = 0
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > cap:
                    raise WireFault("large", "partial", f"the answer is larger than {cap} bytes", permanent=True)
                pieces.append(chunk)
        return b"".join(pieces)

    def close(self) -> None:
        """See OpenAnswer."""
        self._response.close()


def _verbatim(url: str) -> str | URL:
    """A file's address as it was given, which may be signed: only one that is not well-formed is spelled anew."""
    return URL(url, encoded=True) if _WELL_FORMED.fullmatch(url) else url


async def _read(response: aiohttp.ClientResponse, cap: int) -> bytes:
    """A body that is not compressed, refused as soon as it passes the cap."""
    content = response.content
    chunks: list[bytes] = []
    size = 0
    while chunk := await content.readany():
        size += len(chunk)
        if size > cap:
            response.close()
            raise WireFault("large", "partial", f"the answer is larger than {cap} bytes", permanent=True)
        chunks.append(chunk)
        if content.at_eof():
            break
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _form(body: Multipart, headers: Mapping[str, str], flight: _Flight) -> tuple[Any, Mapping[str, str]]:
    """A form of this attempt's own, and the headers that go with it."""
    flight.form = form = Form(body)
    headers = {**headers, "Content-Type": form.content_type}
    if form.length is not None:
        headers["Content-Length"] = str(form.length)
    return form.chunks(), headers


class _Meaning(NamedTuple):
    """What an exception of aiohttp says; `stage` None is as far as the flight is known to have got."""

    kind: str
    stage: Stage | None
    reason: str
    permanent: bool = False


_MEANINGS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Meaning], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch),
        _Meaning("tls", "unsent", "the server's certificate is not trusted", permanent=True),
    ),
    (aiohttp.ClientSSLError, _Meaning("tls", "unsent", "TLS could not be agreed with {0.host}:{0.port}")),
    (aiohttp.ClientConnectorDNSError, _Meaning("dns", "unsent", "the name {0.host} could not be resolved")),
    (aiohttp.ClientConnectorError, _Meaning("connect", "unsent", "no connection to {0.host}:{0.port}")),
    (aiohttp.ConnectionTimeoutError, _Meaning("connect", "unsent", "the connection took too long to be made")),
    (TimeoutError, _Meaning("timeout", None, "the attempt took too long")),
    (aiohttp.ClientPayloadError, _Meaning("lost", "partial", "the answer broke off")),
    (
        (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError),
        _Meaning("url", "unsent", "the URL cannot be used", permanent=True),
    ),
    (
        aiohttp.ClientHttpProxyError,
        _Meaning("proxy", "unsent", "the proxy made no connection: it answered {0.status}"),
    ),
    # A bad status line or an endless header comes with status 400, which the server never said.
    (aiohttp.ClientResponseError, _Meaning("protocol", "partial", "what came back is not HTTP")),
    (ValueError, _Meaning("request", "unsent", "the request cannot be sent: {0}", permanent=True)),
    (BaseException, _Meaning("lost", None, "the connection broke ({0.__class__.__name__})")),
)


def _tellable(error: BaseException) -> BaseException | None:
    """The cause that a traceback may show: these two write out the URL, and its query may hold a signature."""
    return None if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL) else error


def _fault(error: BaseException, flight: _Flight, stage: Stage | None = None) -> WireFault:
    """What an exception of aiohttp means for the call: how far it got, and whether repeating could help."""
    if flight.form is not None and flight.form.broken is not None:
        return WireFault("request", "unsent", f"the request cannot be sent: {flight.form.broken}", permanent=True)
    meaning = next(meaning for kinds, meaning in _MEANINGS if isinstance(error, kinds))
    reached: Stage = meaning.stage or stage or flight.stage
    return WireFault(meaning.kind, reached, meaning.reason.format(error), permanent=meaning.permanent)
