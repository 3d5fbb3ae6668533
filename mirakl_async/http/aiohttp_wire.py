"""One HTTP exchange over aiohttp, with its exceptions classified. Besides `aiohttp_session`, the only aiohttp importer.

A server that closes the connection after each response without announcing it breaks the next request on that
connection. After such a break, connections to that origin are not reused for a while: every call would cost two
attempts.
"""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from aiohttp import hdrs
from aiohttp.client import URL  # type: ignore[attr-defined] # pyright: ignore[reportPrivateImportUsage] - yarl's
from aiohttp.http_exceptions import LineTooLong

from ..redaction import RedactedBytes
from .aiohttp_session import (
    MAX_HEADER_BYTES,
    MAX_HEADER_COUNT,
    NO_CONTENT,
    AttemptState,
    current_attempt,
    is_chunked,
    is_framed,
    make_session,
)
from .decompression import Decoder, content_codings, decode_error_body
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

__all__ = ["NO_REUSE_INTERVAL", "AiohttpStreamedResponse", "AiohttpWire"]

LARGE_BODY_BYTES = 512 * 1024
HEADER_TOO_LONG = (
    f"the response header is too long; at most {MAX_HEADER_COUNT} fields of {MAX_HEADER_BYTES // 1024} KiB are read"
)
NO_REUSE_INTERVAL = 60.0
URL_SAFE = "%/:?#[]@!$&'()*+,;=~"
_URL_CHARACTERS = r"[\w.~:/?#\[\]@!$&'()*+,;=-]*"
_WELL_FORMED_URL = re.compile(rf"{_URL_CHARACTERS}(?:%[0-9A-Fa-f]{{2}}{_URL_CHARACTERS})*", re.ASCII)
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
        self._not_reused: dict[tuple[str, str, int], float] = {}  # by origin: the end of the interval

    def _session(self, *, force_close: bool) -> aiohttp.ClientSession:
        return make_session(self._timeouts, proxy=self._proxy, ssl=self._ssl, force_close=force_close)

    async def exchange(  # noqa: C901 - one exchange in the order of its steps
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
        """Send a request and read the whole response; raises WireError."""
        attempt = AttemptState()
        self._timer.begin(attempt, timeout)
        pieces: list[bytes] = []
        try:
            response = await self._send(attempt, method, url, headers, body, new_connection=new_connection)
            chunked, framed = False, True
            if hdrs.CONTENT_LENGTH not in response.headers and response.status != NO_CONTENT:
                chunked, framed = is_chunked(response), is_framed(response)
            try:
                await _read_into(pieces, response, max_bytes)
            except (aiohttp.ClientError, OSError, WireError, asyncio.CancelledError) as error:
                if response.status < 300 or (isinstance(error, asyncio.CancelledError) and not attempt.end()):
                    raise  # an error status is certain even where its body could not be read
            finally:
                if not response.closed:  # it has released its connection if it was read to its end
                    response.close()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._record_error(error, attempt, url) from _safe_cause(error)
        except asyncio.CancelledError as error:
            if not attempt.end():
                raise
            raise _wire_error(TimeoutError(), attempt) from error
        finally:
            attempt.end()
            if attempt.form is not None:
                attempt.form.close()
        content = pieces[0] if len(pieces) == 1 else RedactedBytes(b"".join(pieces))
        if response.status >= 300:
            content = decode_error_body(content, response.headers, max_bytes, chunked=chunked)
        elif not framed and _is_truncated_json(content):
            raise WireError(
                "lost", "partial", "the response ended early: no length was sent, and its JSON is incomplete"
            )
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
        """Send a request and read the head of the response; raises WireError."""
        attempt = AttemptState()
        try:
            async with asyncio.timeout(timeout):
                response = await self._send(attempt, method, url, headers, body, new_connection=new_connection)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._record_error(error, attempt, url) from _safe_cause(error)
        try:
            return AiohttpStreamedResponse(response, attempt)
        except WireError:
            response.close()
            raise

    def _send(
        self,
        attempt: AttemptState,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        new_connection: bool,
    ) -> Awaitable[aiohttp.ClientResponse]:
        session = self._pooled
        if new_connection or (self._not_reused and self._is_reuse_broken(url)):
            if self._unpooled is None:
                self._unpooled = self._session(force_close=True)
            session = self._unpooled
        current_attempt.set(attempt)
        data: Any = None
        if isinstance(body, Multipart):
            data, headers = _body_stream(body, headers, attempt)
        elif body:
            # BytesIO shares the bytes that it is given, but copies a memoryview.
            data = body if len(body) <= LARGE_BODY_BYTES else io.BytesIO(getattr(body, "obj", body))
        # What `session.request` awaits, without its context manager, which is not needed and costs 2 us.
        request: Any = session._request(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            method,
            _to_url(url),
            data=data,
            headers=headers,
            allow_redirects=False,
            # aiohttp would add application/octet-stream to an empty PUT, which OR24 and OR29 do not expect.
            skip_auto_headers=None if body or method == "GET" else ("Content-Type",),
        )
        response: Awaitable[aiohttp.ClientResponse] = request
        return response

    def _is_reuse_broken(self, url: str) -> bool:
        """Whether a reused connection to this origin broke within the last NO_REUSE_INTERVAL."""
        return self._not_reused.get(origin(url), 0.0) > self._loop.time()

    def _record_error(self, error: BaseException, attempt: AttemptState, url: str) -> WireError:
        """Classify the exception of an attempt; if a reused connection broke, stop reusing those of its origin."""
        wire_error = _wire_error(error, attempt)
        if (
            attempt.reused
            and wire_error.kind in {"lost", "protocol"}
            and not isinstance(error, aiohttp.ClientPayloadError)
        ):
            now = self._loop.time()
            self._not_reused = {key: until for key, until in self._not_reused.items() if until > now}
            self._not_reused[origin(url)] = now + NO_REUSE_INTERVAL
        return wire_error

    async def close(self) -> None:
        """Close every connection."""
        self._timer.close()
        try:
            await self._pooled.close()
        finally:
            if self._unpooled is not None:
                await self._unpooled.close()


class AiohttpStreamedResponse:
    """A response of aiohttp whose body has not been read."""

    def __init__(self, response: aiohttp.ClientResponse, attempt: AttemptState) -> None:
        self._response = response
        self._attempt = attempt
        self._chunked = is_chunked(response)
        self._decoder = _decoder(response)
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.framed: bool = is_framed(response)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the decompressed body as it arrives; raises WireError if it breaks off."""
        try:
            async for chunk in self._response.content.iter_any():
                if self._decoder is not None:
                    chunk = RedactedBytes(chunk)  # noqa: PLW2901
                for piece in (chunk,) if self._decoder is None else self._decoder.feed(chunk):
                    yield piece
                chunk = piece = b""  # noqa: PLW2901 - so that no traceback with locals shows what was read
        except (aiohttp.ClientError, OSError, RuntimeError) as error:  # RuntimeError: the client was closed
            raise _wire_error(error, self._attempt, "partial") from _safe_cause(error)
        if self._decoder is not None:
            self._decoder.end()

    async def read_error_body(self, max_bytes: int, timeout: float) -> bytes:
        """Read the body of an error, decompressed, as far as it arrives in time; never raises for the connection."""
        pieces: list[bytes] = []
        with suppress(aiohttp.ClientError, OSError, RuntimeError, WireError):  # TimeoutError is an OSError
            async with asyncio.timeout(timeout):
                await _read_into(pieces, self._response, max_bytes)
        return decode_error_body(RedactedBytes(b"".join(pieces)), self.headers, max_bytes, chunked=self._chunked)

    def close(self) -> None:
        """Release the connection."""
        self._response.close()


@lru_cache(maxsize=256)
def _to_url(url: str) -> URL:
    """A URL without normalization, because it may be signed: only characters that no URL may contain are quoted.

    Cached, since a sync and a polling loop request the same URLs again and again.
    """
    try:
        if _WELL_FORMED_URL.fullmatch(url):
            return URL(url, encoded=True)
        parts = urlsplit(url)
        path = _BARE_PERCENT.sub("%25", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        server = str(URL(f"{parts.scheme}://{parts.netloc}")).rstrip("/")
        return URL(server + quote(path, safe=URL_SAFE), encoded=True)
    except ValueError:
        raise WireError("url", "unsent", "the URL cannot be used", permanent=True) from None


def _decoder(response: aiohttp.ClientResponse) -> Decoder | None:
    """The decoder of a 2xx response; None if it has no content coding, and for errors, which are decoded later."""
    headers = response.headers
    # aiohttp's istr constants are looked up three times as fast as str.
    if (
        hdrs.CONTENT_ENCODING not in headers
        and hdrs.TRANSFER_ENCODING not in headers
        and hdrs.CONTENT_RANGE not in headers
    ):
        return None
    if response.status >= 300 or response.status == NO_CONTENT:
        return None
    if response.status == 200 and is_part(headers):
        raise WireError("protocol", "partial", "the response is only a part of the requested body")
    codings = content_codings(headers, chunked=is_chunked(response))
    return Decoder(codings) if codings else None


async def _read_into(pieces: list[bytes], response: aiohttp.ClientResponse, max_bytes: int) -> None:
    """Read a body; raises WireError beyond `max_bytes` after decompression: 300 KB of gzip can contain 300 MB."""
    decoder, content, size = _decoder(response), response.content, 0
    while chunk := RedactedBytes(await content.readany()):
        for piece in (chunk,) if decoder is None else map(RedactedBytes, decoder.feed(chunk)):
            pieces.append(piece)  # before the check: the start of an error that is too large says what is wrong
            size += len(piece)
            if size > max_bytes:
                raise WireError("large", "partial", f"the response is larger than {max_bytes} bytes", permanent=True)
        if content.at_eof():
            break
    if decoder is not None:
        decoder.end()


def _is_truncated_json(content: bytes) -> bool:
    """Whether a JSON body is incomplete; used where no length was sent."""
    if not content.lstrip().startswith((b"{", b"[")):
        return False
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        return "truncated" in str(error)
    return False


def _body_stream(body: Multipart, headers: Mapping[str, str], attempt: AttemptState) -> tuple[Any, Mapping[str, str]]:
    """The chunks of a form, made for this attempt, and the headers for it."""
    attempt.form = form = Form(body)
    headers = {**headers, "Content-Type": form.content_type}
    if form.length is not None:
        headers["Content-Length"] = str(form.length)
    return form.chunks(), headers


class _ErrorType(NamedTuple):
    """How an exception of aiohttp is classified; with `stage` None, the stage is the one that the attempt reached."""

    kind: str
    stage: Stage | None
    reason: str
    permanent: bool = False


_ERROR_TYPES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _ErrorType], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch),
        _ErrorType("tls", "unsent", "the server's certificate is not trusted", permanent=True),
    ),
    (aiohttp.ClientSSLError, _ErrorType("tls", "unsent", "the TLS handshake with {0.host}:{0.port} failed")),
    (aiohttp.ClientConnectorDNSError, _ErrorType("dns", "unsent", "the host name {0.host} could not be resolved")),
    (aiohttp.ClientConnectorError, _ErrorType("connect", "unsent", "could not connect to {0.host}:{0.port}")),
    (aiohttp.ConnectionTimeoutError, _ErrorType("connect", "unsent", "connecting timed out")),
    (TimeoutError, _ErrorType("timeout", None, "the attempt timed out")),
    (
        aiohttp.ClientPayloadError,
        _ErrorType("lost", "partial", "the connection closed before the response was complete"),
    ),
    (
        (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError),
        _ErrorType("url", "unsent", "the URL cannot be used", permanent=True),
    ),
    (
        aiohttp.ClientHttpProxyError,
        _ErrorType("proxy", "unsent", "the proxy did not connect; it answered with status {0.status}"),
    ),
    # aiohttp sets status 400 for an invalid status line; the server did not send it.
    (aiohttp.ClientResponseError, _ErrorType("protocol", "partial", "the response is not valid HTTP")),
    (ValueError, _ErrorType("request", "unsent", "the request cannot be sent: {0}", permanent=True)),
    (BaseException, _ErrorType("lost", None, "the connection broke ({0.__class__.__name__})")),
)


def _safe_cause(error: BaseException) -> BaseException | None:
    """The cause that a traceback may show: these two show the URL, whose query may contain a signature."""
    return None if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL) else error


def _is_header_too_long(error: BaseException) -> bool:
    """Whether the parser rejected a head for its size: aiohttp puts its reason two causes deep."""
    reason = getattr(error.__cause__, "__cause__", None)
    return isinstance(error, aiohttp.ClientResponseError) and (
        isinstance(reason, LineTooLong) or "Too many headers" in error.message
    )


def _wire_error(error: BaseException, attempt: AttemptState, stage: Stage | None = None) -> WireError:
    """Classify an exception of aiohttp: how far the request got, and whether a retry could help."""
    if attempt.form is not None and attempt.form.broken is not None:
        return WireError("request", "unsent", f"the request cannot be sent: {attempt.form.broken}", permanent=True)
    if _is_header_too_long(error):
        return WireError("protocol", "partial", HEADER_TOO_LONG, permanent=True)
    error_type = next(error_type for kinds, error_type in _ERROR_TYPES if isinstance(error, kinds))
    reached: Stage = error_type.stage or stage or attempt.stage
    return WireError(error_type.kind, reached, error_type.reason.format(error), permanent=error_type.permanent)
