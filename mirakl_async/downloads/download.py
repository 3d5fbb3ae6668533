"""Download a file: open it, then read it once, as it arrives.

A typed method returns a `Download`, which has not been sent. `async with` sends it and returns a `DownloadStream` with
the name, type and size of the file, which is read in one way: as chunks, to a path, as rows, items or members.
"""

from __future__ import annotations

import asyncio
import io
import logging
import mimetypes
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from msgspec import Struct
from msgspec.structs import replace

from ..checks import CALLABLE, NOT_NEGATIVE, SECONDS, Rules, check_arguments, whole
from ..errors import (
    AttemptTimeout,
    CallError,
    ClientStateError,
    ConnectionLost,
    NotFound,
    ResponseTooLarge,
    UnexpectedRedirect,
    UnreadableFile,
)
from ..http import failures
from ..http.decompression import content_codings
from ..http.urls import origin
from ..http.wire import WireError
from ..options import Options
from ..redaction import clear_locals, clears_locals
from ..server_text import natural
from .csv_rows import CsvParser
from .disposition import parse_file_name, safe_name
from .json_items import JsonArrayParser
from .readers import CsvRows, JsonItems
from .redirects import MAX_REDIRECTS, follow_redirect
from .saving import SavedFile, save_chunks
from .sniffing import SNIFF_BYTES, FileFormat, detect_format, formats_of_csv
from .watchdog import MinimumRate, TransferTooSlow, enforce_min_rate
from .zip_members import Archive, ArchiveLimits, ArchiveMember

if TYPE_CHECKING:
    from ..clock import Clock
    from ..codec.quarantine import QuarantinedItem
    from ..codec.repair import Repair
    from ..errors import CallContext
    from ..http.request import Request
    from ..http.session import Session
    from ..http.sniffed_response import SniffedResponse
    from ..http.transport import Transport
    from ..http.upload import Progress

__all__ = ["RETRY_DELAY", "Download", "DownloadStream", "TransferLimits", "retry_fetch"]

T = TypeVar("T")
DEFAULT_READ_BYTES = 64 * 1024 * 1024
SPOOL_IN_MEMORY = 4 * 1024 * 1024
RETRY_DELAY = 1.0
TRANSFER_RULES: Rules = {
    "max_bytes": whole(1).or_none("no limit"),
    "min_rate": NOT_NEGATIVE,
    "min_rate_window": SECONDS,
    "attempts": whole(1),
    "progress": CALLABLE.or_none(),
}
"""The rules for the options of a download."""
log: logging.Logger = logging.getLogger("mirakl_async")


class TransferLimits(Struct, frozen=True, kw_only=True):
    """The limits of a transfer: `max_bytes` after decompression (None: no limit) and a minimum rate.

    `not_found_retries` is the number of retries after a 404, for a file that Mirakl has just announced. `signed` is for
    a URL that contains its own authorization: it is requested without credentials, and redirects to another origin are
    not followed.
    """

    max_bytes: int | None = None
    min_rate: MinimumRate = MinimumRate()
    not_found_retries: int = 0
    signed: bool = False


class Download:
    """A file to download: `async with front.orders.download_documents(...) as file`, or call `save` or `read`.

    Each `async with`, and each attempt of `save`, sends its own request. Redirects are followed, without credentials
    outside the service's origin. The options `timeout` and `deadline` apply until the first bytes of the file; after
    that, a minimum rate applies, see `with_limits`.
    """

    def __init__(
        self,
        session: Session,
        request: Request,
        options: Options,
        limits: TransferLimits | None = None,
    ) -> None:
        self._session = session
        self._request = request
        self._options = session.options_for(options, request.operation)
        self._limits = limits or TransferLimits()
        self._opened: list[tuple[asyncio.Task[Any] | None, DownloadStream]] = []

    def with_limits(
        self, *, max_bytes: int | None = None, min_rate: float = 1024.0, min_rate_window: float = 30.0
    ) -> Download:
        """The same download with other limits.

        `max_bytes` limits the body after decompression (None: no limit); `min_rate` is in bytes per second, measured
        over `min_rate_window` seconds of waiting.
        """
        check_arguments(self._request.operation.code, TRANSFER_RULES, locals())
        return self._with_limits(
            replace(self._limits, max_bytes=max_bytes, min_rate=MinimumRate(min_rate, min_rate_window))
        )

    def retrying_not_found(self) -> Download:
        """The same download, for a file that Mirakl has just announced: after a 404 it is retried, at most twice."""
        return self._with_limits(replace(self._limits, not_found_retries=2))

    def signed(self) -> Download:
        """The same download, for a signed URL: without credentials, and without redirects to another origin."""
        return self._with_limits(replace(self._limits, signed=True))

    def _with_limits(self, limits: TransferLimits) -> Download:
        return Download(self._session, self._request, self._options, limits)

    async def __aenter__(self) -> DownloadStream:
        file = await self.open()
        self._opened.append((asyncio.current_task(), file))
        return file

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()  # several tasks may have opened this download
        own = [index for index, (opener, _) in enumerate(self._opened) if opener is task]
        _, file = self._opened.pop(own[-1] if own else -1)
        await file.close()

    async def open(self) -> DownloadStream:
        """Send the request and return the stream, which must be closed. Prefer `async with`."""
        clock = self._session.transport.clock
        for attempt in range(1, self._limits.not_found_retries + 1):
            try:
                return await self._open()
            except NotFound:
                await clock.sleep(RETRY_DELAY * attempt)
        return await self._open()

    async def _open(self) -> DownloadStream:
        transport, request = self._session.transport, self._request
        started_at = transport.clock.monotonic()
        if self._limits.signed:
            request = replace(request, without_credentials=True)
        for redirects in range(MAX_REDIRECTS + 1):
            try:
                response = await transport.open(request, self._options, started_at)
            except UnexpectedRedirect as redirect:
                if redirects == MAX_REDIRECTS:
                    raise
                previous_url, request = request.url, follow_redirect(request, redirect)
                if self._limits.signed and origin(request.url) != origin(previous_url):
                    raise
            else:
                return DownloadStream(response, request, transport, self._limits)
        raise AssertionError("the last redirect returns or raises")

    async def save(self, path: str | Path, *, attempts: int = 3, progress: Progress | None = None) -> SavedFile:
        """Save the file at `path`, or in that folder under its own name; restarts if the connection breaks.

        `progress` is called with the bytes written so far and their total (None if unknown); an exception from it ends
        the download. Raises ConnectionLost or AttemptTimeout after the last attempt.
        """
        check_arguments(self._request.operation.code, TRANSFER_RULES, {"attempts": attempts, "progress": progress})

        async def save() -> SavedFile:
            async with self as file:
                return await file.save(path, progress)

        return await retry_fetch(save, self._session.transport.clock, attempts)

    async def read(self, max_bytes: int = DEFAULT_READ_BYTES) -> bytes:
        """Read the whole file into memory; raises ResponseTooLarge beyond `max_bytes` bytes."""
        check_arguments(self._request.operation.code, {"max_bytes": whole(0)}, {"max_bytes": max_bytes})
        async with self as file:
            return await file.read(max_bytes)


async def retry_fetch(fetch: Callable[[], Awaitable[T]], clock: Clock, attempts: int = 3) -> T:
    """Restart a download if the connection broke or was too slow, after a delay of a second or more."""
    for attempt in range(1, attempts):
        try:
            return await fetch()
        except (ConnectionLost, AttemptTimeout):
            await clock.sleep(RETRY_DELAY * 2 ** (attempt - 1) * (0.5 + clock.random()))
    return await fetch()


class _Chunks(AsyncIterator[bytes]):
    """Iterates over the body. Not a generator, since cancelling one step would end a generator."""

    def __init__(self, check: Callable[[], Awaitable[None]], next_chunk: Callable[[], Awaitable[bytes | None]]) -> None:
        self._check = check
        self._next_chunk = next_chunk
        self._is_started = False

    async def __anext__(self) -> bytes:
        if not self._is_started:
            await self._check()
            self._is_started = True
        try:
            if (chunk := await self._next_chunk()) is not None:
                return chunk
        except BaseException as error:
            clear_locals(error)
            raise
        raise StopAsyncIteration


class DownloadStream:
    """An open download; its body can be read once, in one way.

    `filename` is the server's file name, made safe; `content_type` has no parameters; `size` is in bytes, None if it is
    unknown. `received` counts the decompressed bytes read so far. `complete` is False until the end was reached, and
    None if the connection was closed and no length was sent, so that completeness cannot be verified.
    """

    def __init__(
        self, response: SniffedResponse, request: Request, transport: Transport, limits: TransferLimits
    ) -> None:
        headers = response.headers
        self.headers = headers
        self.content_type: str | None = headers.get("Content-Type", "").partition(";")[0].strip().lower() or None
        self.filename: str = safe_name(
            parse_file_name(headers.get("Content-Disposition")),
            _fallback_name(request.operation.code, self.content_type),
        )
        self.size: int | None = _size(headers)
        self.received: int = 0
        self.complete: bool | None = False
        self._response = response
        self._request = request
        self._transport = transport
        self._limits = limits
        self._start = b""
        self._is_read = False
        self._is_self_delimiting = False
        self._failure: CallError | None = None
        self._spool: IO[bytes] | None = None
        self._body = self._read_body()

    def __repr__(self) -> str:
        return f"<DownloadStream {self._request.operation.code} {self.filename!r}, {self.received} bytes read>"

    @property
    def context(self) -> CallContext:
        """The context for errors about this file: the operation, without the URL."""
        return self._request.context()

    @clears_locals
    async def close(self) -> None:
        """Release the connection and the temporary file; reading in another task raises ConnectionLost."""
        self._response.close()
        if self._spool is not None:
            self._spool.close()
        with suppress(RuntimeError):  # another task is reading; it ends with an error
            await self._body.aclose()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks()

    def chunks(self) -> AsyncIterator[bytes]:
        """Iterate over the decompressed body as it arrives.

        Raises ConnectionLost if it breaks off, AttemptTimeout if it is too slow, ResponseTooLarge beyond `max_bytes`.
        """
        return self._open_chunks()

    @clears_locals
    async def detect_format(self) -> FileFormat:
        """Detect the format from the first bytes, regardless of the media type; the file can still be read."""
        while len(self._start) < SNIFF_BYTES and (chunk := await self._read_chunk()) is not None:
            self._start += chunk
        return detect_format(self._start)

    @clears_locals
    async def read(self, max_bytes: int = DEFAULT_READ_BYTES) -> bytes:
        """Read the whole body into memory; raises ResponseTooLarge beyond `max_bytes` bytes."""
        content = io.BytesIO()
        async for chunk in self.chunks():
            content.write(chunk)
            if content.tell() > max_bytes:
                raise self._too_large(max_bytes)
        return content.getvalue()

    @clears_locals
    async def save(self, path: str | Path, progress: Progress | None = None) -> SavedFile:
        """Save the body at `path`, or in that folder as `filename`; the file appears only when it is complete.

        `progress` is called with the bytes written so far and their total (None if unknown). Completeness cannot always
        be verified: see `SavedFile.complete`.
        """
        target = Path(path)
        if await asyncio.to_thread(target.is_dir):
            target /= self.filename
        on_repair = None if progress is None else partial(_report_progress, progress, self.size)
        size = await save_chunks(self.chunks(), target, on_repair)
        return SavedFile(path=target, size=size, complete=self.complete)

    def rows(self, *, delimiter: str | None = None, encoding: str | None = None) -> CsvRows:
        """Iterate over the rows of a CSV file; the delimiter and the encoding are detected unless they are given.

        Raises UnreadableFile if the file is not CSV: a report may also be XLSX or XML, see `detect_format`. Also raises
        it if no length was sent and the last line is incomplete.
        """
        parser = CsvParser(delimiter, encoding, self._is_complete)
        return CsvRows(self._open_chunks(*formats_of_csv(encoding)), parser)

    @overload
    def items(self, type: type[T], member: str | None = None) -> JsonItems[T]: ...
    @overload
    def items(self, type: str | None = None, member: str | None = None) -> JsonItems[Any]: ...
    def items(self, type: Any = None, member: str | None = None) -> JsonItems[Any]:  # noqa: A002 - as in msgspec
        """Iterate over the items of a JSON list, or of a list in a JSON object: `items(Order)`.

        `type` is a struct, or a reference such as "front.orders:Order"; without it, items are plain Python objects.
        `member` is the name of the list in an object.
        """
        reader = JsonArrayParser[Any](
            Any if type is None else type, member, on_repair=self._report_repair, on_quarantine=self._report_quarantined
        )
        return JsonItems(self._open_chunks("json"), reader)

    def _is_complete(self) -> bool:
        return self.complete is True

    async def members(self, limits: ArchiveLimits | None = None) -> AsyncIterator[ArchiveMember]:
        """Iterate over the files of a ZIP archive; each must be read before the download is closed.

        The archive is stored in a temporary file, or in memory if it is small. `limits` defaults to 10,000 members and
        2 GB in total. Raises UnsafeArchive before the first member if any member violates the limits or is unsafe.
        """
        limits = limits or ArchiveLimits()
        self._spool = tempfile.SpooledTemporaryFile(SPOOL_IN_MEMORY)  # noqa: SIM115 - closed with the download
        await self._store(self._open_chunks("zip", "xlsx"), self._spool, limits.max_unpacked_bytes)
        for member in (await asyncio.to_thread(Archive, self._spool, limits)).members:
            yield member

    @clears_locals
    async def _store(self, chunks: AsyncIterator[bytes], file: IO[bytes], max_bytes: int) -> None:
        async for chunk in chunks:
            if self.received > max_bytes:
                raise self._too_large(max_bytes)
            await asyncio.to_thread(file.write, chunk)

    def _open_chunks(self, *formats: FileFormat) -> _Chunks:
        """The chunks of the body; their first step checks that the file has one of these formats, if any are given."""
        if self._is_read:
            raise ClientStateError(f"{self._request.operation.code}: the file was already read; open it again")
        self._is_read = True
        self._is_self_delimiting = formats[:1] in {("json",), ("zip",)}
        return _Chunks(partial(self._check_format, formats), self._next_chunk)

    async def _check_format(self, formats: tuple[FileFormat, ...]) -> None:
        if formats and (kind := await self.detect_format()) not in formats:
            self._is_read = False
            code, expected = self._request.operation.code, formats[0].upper()
            raise UnreadableFile(
                f"{code}: {self.filename} is {kind.upper()}, not {expected}; save it or read its chunks"
            )

    async def _next_chunk(self) -> bytes | None:
        """The next chunk; None at the end."""
        if start := self._start:
            self._start = b""
            return start
        return await self._read_chunk()

    async def _read_chunk(self) -> bytes | None:
        """Read the next chunk of the body; None at its end. Raises if an earlier step failed or the file was closed."""
        chunk = await anext(self._body, None)
        if chunk is None and self.complete is False:
            message = "the file was closed or reading was cancelled before its end; open it again"
            raise self._failure or ClientStateError(f"{self._request.operation.code}: {message}")
        return chunk

    async def _read_body(self) -> AsyncGenerator[bytes, None]:
        max_bytes = self._limits.max_bytes
        try:
            async with aclosing(
                enforce_min_rate(self._response.chunks(), self._limits.min_rate, self._transport.clock)
            ) as chunks:
                async for chunk in chunks:
                    self.received += len(chunk)
                    if max_bytes is not None and self.received > max_bytes:
                        raise self._too_large(max_bytes)
                    yield chunk
                    chunk = b""  # noqa: PLW2901 - so that no traceback with locals shows what was read
        except WireError as wire_error:
            raise self._record_failure(
                failures.to_error(wire_error, self._request.context(), self._request.operation)
            ) from wire_error
        except TransferTooSlow:
            raise self._record_failure(AttemptTimeout(self._too_slow_message(), self._request.context())) from None
        self.complete = True if self._response.framed else None
        if not self._response.framed and not self._is_self_delimiting:
            message = "%s: cannot verify that %s is complete: no length was sent"
            log.warning(message, self._request.operation.code, self.filename)

    def _record_failure(self, error: CallError) -> CallError:
        total = "" if self.size is None else f" of {self.size}"
        error.message += f", after {self.received}{total} bytes of the file"
        self._failure = error
        return error

    def _too_slow_message(self) -> str:
        minimum = self._limits.min_rate
        return f"the transfer was slower than {minimum.rate:g} bytes per second for {minimum.seconds:g} s"

    def _too_large(self, max_bytes: int) -> ResponseTooLarge:
        self._failure = ResponseTooLarge(f"the file is larger than {max_bytes} bytes", self._request.context())
        return self._failure

    def _report_repair(self, repair: Repair) -> None:
        self._transport.instrumentation.response_repaired(self._request.operation.code, repair.path, repair.reason)

    def _report_quarantined(self, item: QuarantinedItem) -> None:
        self._transport.instrumentation.item_quarantined(self._request.operation.code, item.index, item.reason)


def _size(headers: Mapping[str, str]) -> int | None:
    """The size of the body in bytes; None if it is compressed, since Content-Length then counts compressed bytes."""
    text = headers.get("Content-Length", "")
    return natural(text) if text and not content_codings(headers) else None


def _report_progress(progress: Progress, total: int | None, written: int) -> None:
    progress(written, total)


def _fallback_name(code: str, content_type: str | None) -> str:
    generic = content_type in {None, "application/octet-stream"}
    return code + ("" if generic else mimetypes.guess_extension(content_type or "") or "")
