"""The wire: one exchange over aiohttp, and what its failures mean. Beside `session`, the only importer of aiohttp.

A server that closes after each answer without saying so breaks the next request on that connection. Where one was
broken so, connections to that origin are not used again for a while: every call on them would cost two attempts.
"""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from aiohttp import hdrs
from aiohttp.client import URL  # type: ignore[attr-defined] # pyright: ignore[reportPrivateImportUsage] - yarl's
from aiohttp.http_exceptions import LineTooLong

from ..redaction import RedactedBytes
from .aiohttp_session import (
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    AttemptState,
    current_attempt,
    is_chunked,
    is_framed,
    make_session,
)
from .decompression import Decoder, codings_of, legible
from .framing import is_part
from .multipart import Form
from .request import Multipart
from .timer import SharedTimer
from .urls import origin
from .wire import WireError, WireResponse

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import AsyncGenerator, Awaitable, Mapping

    from ..options import Timeouts
    from .request import Body
    from .retries import Stage

LARGE_BODY_BYTES = 512 * 1024
HEADER_TOO_LONG = (
    f"the response header is too long: at most {MAX_HEADERS} fields of {MAX_HEADER_BYTES // 1024} KiB each are read"
)
NO_CONTENT = 204
NO_REUSE_SECONDS = 60.0
UNRESERVED = "%/:?#[]@!$&'()*+,;=~"
_CHARACTERS = r"[\w.~:/?#\[\]@!$&'()*+,;=-]*"
_WELL_FORMED = re.compile(rf"{_CHARACTERS}(?:%[0-9A-Fa-f]{{2}}{_CHARACTERS})*", re.ASCII)
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class AiohttpWire:
    """Sends requests with aiohttp; must be made inside the event loop that will use it."""

    def __init__(
        self, timeouts: Timeouts, *, proxy: str | None = None, ssl: ssl_module.SSLContext | None = None
    ) -> None:
        self._timeouts = timeouts
        self._proxy = proxy
        self._ssl = ssl
        self._timer = SharedTimer(timeouts.attempt)
        self._loop = asyncio.get_running_loop()
        self._pooled = self._session(force_close=False)
        self._unpooled: aiohttp.ClientSession | None = None
        self._not_reused: dict[tuple[str, str, int], float] = {}  # origins, and until when

    def _session(self, *, force_close: bool) -> aiohttp.ClientSession:
        return make_session(self._timeouts, proxy=self._proxy, ssl=self._ssl, force_close=force_close)

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        timeout: float | None,
        max_bytes: int,
        new_connection: bool = False,
    ) -> WireResponse:
        """See Wire."""
        flight = AttemptState()
        self._timer.begin(flight, timeout)
        body_read = io.BytesIO()
        try:
            response = await self._send(flight, method, url, headers, body, new_connection=new_connection)
            chunked, framed = False, True
            if hdrs.CONTENT_LENGTH not in response.headers:
                chunked, framed = is_chunked(response), is_framed(response)
            try:
                await _read_into(body_read, response, max_bytes)
            except (aiohttp.ClientError, OSError, WireError, asyncio.CancelledError) as error:
                if response.status < 300 or (isinstance(error, asyncio.CancelledError) and not flight.end()):
                    raise  # of an error, what the status says is certain, whatever became of its words
            finally:
                response.close()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._fault(error, flight, url) from _safe_cause(error)
        except asyncio.CancelledError as error:
            if not flight.end():
                raise
            raise _wire_error(TimeoutError(), flight) from error
        finally:
            flight.end()
            if flight.form is not None:
                flight.form.close()
        content: bytes = RedactedBytes(body_read.getvalue())
        if response.status >= 300:
            content = legible(content, response.headers, max_bytes, chunked=chunked)
        elif not framed and _is_cut_json(content):
            raise WireError("lost", "partial", "the answer ended early, and no length was sent")
        return WireResponse(response.status, response.headers, content)

    async def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        timeout: float | None,
        new_connection: bool = False,
    ) -> AiohttpStreamedResponse:
        """See Wire."""
        flight = AttemptState()
        try:
            async with asyncio.timeout(timeout):
                response = await self._send(flight, method, url, headers, body, new_connection=new_connection)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._fault(error, flight, url) from _safe_cause(error)
        try:
            return AiohttpStreamedResponse(response, flight)
        except WireError:
            response.close()
            raise

    def _send(
        self,
        flight: AttemptState,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        new_connection: bool,
    ) -> Awaitable[aiohttp.ClientResponse]:
        session = self._pooled
        if new_connection or (self._not_reused and self._breaks_reuse(url)):
            if self._unpooled is None:
                self._unpooled = self._session(force_close=True)
            session = self._unpooled
        current_attempt.set(flight)
        data: Any = None
        if isinstance(body, Multipart):
            data, headers = _body_stream(body, headers, flight)
        elif body:
            # A stream shares the bytes that it is given, but copies a view of them.
            data = body if len(body) <= LARGE_BODY_BYTES else io.BytesIO(getattr(body, "obj", body))
        # What `session.request` awaits, without its context manager: nobody here has a use for it, and it costs 2 us.
        answer: Any = session._request(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            method,
            _verbatim(url),
            data=data,
            headers=headers,
            allow_redirects=False,
            # aiohttp would add application/octet-stream to an empty PUT, which OR24 and OR29 do not expect.
            skip_auto_headers=None if body or method == "GET" else ("Content-Type",),
        )
        return cast("Awaitable[aiohttp.ClientResponse]", answer)

    def _breaks_reuse(self, url: str) -> bool:
        """Whether a used connection to this origin broke a short while ago."""
        return self._not_reused.get(origin(url), 0.0) > self._loop.time()

    def _fault(self, error: BaseException, flight: AttemptState, url: str) -> WireError:
        """What ended an attempt; where that was a used connection, its like are not used for a while."""
        fault = _wire_error(error, flight)
        if flight.reused and fault.kind in {"lost", "protocol"} and not isinstance(error, aiohttp.ClientPayloadError):
            now = self._loop.time()
            self._not_reused = {key: until for key, until in self._not_reused.items() if until > now}
            self._not_reused[origin(url)] = now + NO_REUSE_SECONDS
        return fault

    async def close(self) -> None:
        """See Wire."""
        self._timer.close()
        try:
            await self._pooled.close()
        finally:
            if self._unpooled is not None:
                await self._unpooled.close()


class AiohttpStreamedResponse:
    """See OpenAnswer."""

    def __init__(self, response: aiohttp.ClientResponse, flight: AttemptState) -> None:
        self._response = response
        self._flight = flight
        self._chunked = is_chunked(response)
        self._decoder = _decoder(response)
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.framed: bool = is_framed(response)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """See OpenAnswer."""
        try:
            async for chunk in self._response.content.iter_any():
                if self._decoder is not None:
                    chunk = RedactedBytes(chunk)  # noqa: PLW2901
                for piece in (chunk,) if self._decoder is None else self._decoder.feed(chunk):
                    yield piece
                chunk = piece = b""  # noqa: PLW2901 - so that no traceback with locals shows what was read
        except (aiohttp.ClientError, OSError, RuntimeError) as error:  # the last one where the client was closed
            raise _wire_error(error, self._flight, "partial") from _safe_cause(error)
        if self._decoder is not None:
            self._decoder.end()

    async def words(self, cap: int, seconds: float) -> bytes:
        """See OpenAnswer."""
        said = io.BytesIO()
        with suppress(aiohttp.ClientError, OSError, RuntimeError, WireError):  # TimeoutError is an OSError
            async with asyncio.timeout(seconds):
                await _read_into(said, self._response, cap)
        return legible(RedactedBytes(said.getvalue()), self.headers, cap, chunked=self._chunked)

    def close(self) -> None:
        """See OpenAnswer."""
        self._response.close()


@lru_cache(maxsize=256)
def _verbatim(url: str) -> URL:
    """An address as it was built or given, which may be signed: only what no address can hold is spelled anew.

    Cached, since a sync and whoever polls ask one address again and again.
    """
    try:
        if _WELL_FORMED.fullmatch(url):
            return URL(url, encoded=True)
        parts = urlsplit(url)
        path = _BARE_PERCENT.sub("%25", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        server = str(URL(f"{parts.scheme}://{parts.netloc}")).rstrip("/")
        return URL(server + quote(path, safe=UNRESERVED), encoded=True)
    except ValueError:
        raise WireError("url", "unsent", "the URL cannot be used", permanent=True) from None


def _decoder(response: aiohttp.ClientResponse) -> Decoder | None:
    """What undoes the codings of a success; None where it has none, and for an error, which is kept as it comes."""
    headers = response.headers
    # aiohttp's names are looked up three times as fast as texts.
    if (
        hdrs.CONTENT_ENCODING not in headers
        and hdrs.TRANSFER_ENCODING not in headers
        and hdrs.CONTENT_RANGE not in headers
    ):
        return None
    if response.status >= 300 or response.status == NO_CONTENT:
        return None
    if response.status == 200 and is_part(headers):
        raise WireError("protocol", "partial", "the answer is only a part of what was asked for")
    codings = codings_of(headers, chunked=is_chunked(response))
    return Decoder(codings) if codings else None


async def _read_into(body: io.BytesIO, response: aiohttp.ClientResponse, cap: int) -> None:
    """Read a body; refused past the cap, which counts after decompression: 300 KB of gzip can hold 300 MB."""
    decoder, content, size = _decoder(response), response.content, 0
    while chunk := await content.readany():
        if decoder is not None:
            chunk = RedactedBytes(chunk)
        for piece in (chunk,) if decoder is None else decoder.feed(chunk):
            size += len(piece)
            body.write(piece)
            if size > cap:
                chunk = piece = b""  # noqa: PLW2901
                raise WireError("large", "partial", f"the answer is larger than {cap} bytes", permanent=True)
        chunk = piece = b""
        if content.at_eof():
            break
    if decoder is not None:
        decoder.end()


def _is_cut_json(content: bytes) -> bool:
    """Whether a body breaks off, which only its text can tell where no length was sent."""
    if not content.lstrip().startswith((b"{", b"[")):
        return False
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        return "truncated" in str(error)
    return False


def _body_stream(body: Multipart, headers: Mapping[str, str], flight: AttemptState) -> tuple[Any, Mapping[str, str]]:
    """A form of this attempt's own, and the headers that go with it."""
    flight.form = form = Form(body)
    headers = {**headers, "Content-Type": form.content_type}
    if form.length is not None:
        headers["Content-Length"] = str(form.length)
    return form.chunks(), headers


class _ErrorMeaning(NamedTuple):
    """What an exception of aiohttp says; `stage` None is as far as the flight is known to have got."""

    kind: str
    stage: Stage | None
    reason: str
    permanent: bool = False


_MEANINGS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _ErrorMeaning], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch),
        _ErrorMeaning("tls", "unsent", "the server's certificate is not trusted", permanent=True),
    ),
    (aiohttp.ClientSSLError, _ErrorMeaning("tls", "unsent", "TLS could not be agreed with {0.host}:{0.port}")),
    (aiohttp.ClientConnectorDNSError, _ErrorMeaning("dns", "unsent", "the name {0.host} could not be resolved")),
    (aiohttp.ClientConnectorError, _ErrorMeaning("connect", "unsent", "no connection to {0.host}:{0.port}")),
    (aiohttp.ConnectionTimeoutError, _ErrorMeaning("connect", "unsent", "the connection took too long to be made")),
    (TimeoutError, _ErrorMeaning("timeout", None, "the attempt took too long")),
    (
        aiohttp.ClientPayloadError,
        _ErrorMeaning("lost", "partial", "the connection closed before the response was complete"),
    ),
    (
        (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError),
        _ErrorMeaning("url", "unsent", "the URL cannot be used", permanent=True),
    ),
    (
        aiohttp.ClientHttpProxyError,
        _ErrorMeaning("proxy", "unsent", "the proxy made no connection: it answered {0.status}"),
    ),
    # A bad status line comes with status 400, which the server never said.
    (aiohttp.ClientResponseError, _ErrorMeaning("protocol", "partial", "the response is not valid HTTP")),
    (ValueError, _ErrorMeaning("request", "unsent", "the request cannot be sent: {0}", permanent=True)),
    (BaseException, _ErrorMeaning("lost", None, "the connection broke ({0.__class__.__name__})")),
)


def _safe_cause(error: BaseException) -> BaseException | None:
    """The cause that a traceback may show: these two write out the URL, and its query may hold a signature."""
    return None if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL) else error


def _is_header_too_long(error: BaseException) -> bool:
    """Whether a head was refused for its size: aiohttp hides the parser's reason behind two causes."""
    reason = getattr(error.__cause__, "__cause__", None)
    return isinstance(error, aiohttp.ClientResponseError) and (
        isinstance(reason, LineTooLong) or "Too many headers" in error.message
    )


def _wire_error(error: BaseException, flight: AttemptState, stage: Stage | None = None) -> WireError:
    """What an exception of aiohttp means for the call: how far it got, and whether repeating could help."""
    if flight.form is not None and flight.form.broken is not None:
        return WireError("request", "unsent", f"the request cannot be sent: {flight.form.broken}", permanent=True)
    if _is_header_too_long(error):
        return WireError("protocol", "partial", HEADER_TOO_LONG, permanent=True)
    meaning = next(meaning for kinds, meaning in _MEANINGS if isinstance(error, kinds))
    reached: Stage = meaning.stage or stage or flight.stage
    return WireError(meaning.kind, reached, meaning.reason.format(error), permanent=meaning.permanent)
