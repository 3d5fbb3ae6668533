"""An answer that is a file: opened, then read once, as it arrives.

`Download` is what a typed method gives: not sent yet. `async with` sends it and gives an `DownloadStream`, which knows
the file's name, type and size, and is read in one way: as chunks, to a path, as rows, items or members.
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
from ..options import Options, check_options
from ..redaction import clear_locals, clears_locals
from ..server_text import natural
from .csv_rows import CsvParser
from .disposition import file_name, safe_name
from .json_items import JsonArrayParser
from .readers import CsvRows, JsonItems
from .redirects import MAX_REDIRECTS, redirected
from .saving import SavedFile, save_chunks
from .sniffing import SNIFF_BYTES, FileFormat, format_of
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
    from ..operation import Operation

T = TypeVar("T")
DEFAULT_READ_BYTES = 64 * 1024 * 1024
SPOOL_IN_MEMORY = 4 * 1024 * 1024
PAUSE = 1.0
TERMS: Rules = {
    "max_bytes": whole(1).or_none("no bound"),
    "min_rate": NOT_NEGATIVE,
    "min_rate_window": SECONDS,
    "attempts": whole(1),
    "progress": CALLABLE.or_none(),
}
"""What the options of fetching a file take."""
log: logging.Logger = logging.getLogger("mirakl_async")


class TransferLimits(Struct, frozen=True, kw_only=True):
    """What a body must keep to: at most so many bytes after decompression (None: any number), at least so fast.

    `not_found_retries` is how often a 404 is asked again: of a file that Mirakl has just said to be there. `signed`
    says that the address itself is the permission: it is asked without the credential, and no redirect leads to
    another origin.
    """

    max_bytes: int | None = None
    min_rate: MinimumRate = MinimumRate()
    not_found_retries: int = 0
    signed: bool = False


class Download:
    """A file to be fetched: `async with front.orders.download_documents(...) as file`, or `save` or `read` it at once.

    Each `async with`, and each attempt of `save`, sends its own request. Redirects are followed, without the credential
    where they leave the service's origin. The options `timeout` and `deadline` hold until the file begins; from there
    on it is held to a rate, see `within`.
    """

    def __init__(
        self,
        session: Session,
        operation: Operation[Any],
        arguments: Mapping[str, object],
        options: Options,
        terms: TransferLimits | None = None,
    ) -> None:
        self._session = session
        self._operation = operation
        self._arguments = arguments
        check_options(operation.code, options)
        self._options = options
        self._limits = terms or TransferLimits()
        self._opened: list[tuple[asyncio.Task[Any] | None, DownloadStream]] = []

    def with_limits(
        self, *, max_bytes: int | None = None, min_rate: float = 1024.0, min_rate_window: float = 30.0
    ) -> Download:
        """The same download under other terms.

        `max_bytes` bounds the body after decompression, None does not; `min_rate` is in bytes a second, measured over
        `min_rate_window` seconds of waiting.
        """
        check_arguments(self._operation.code, TERMS, locals())
        return self._under(replace(self._limits, max_bytes=max_bytes, min_rate=MinimumRate(min_rate, min_rate_window)))

    def expected(self) -> Download:
        """The same download, for a file that was just said to be there: a 404 is asked again, twice at most."""
        return self._under(replace(self._limits, not_found_retries=2))

    def signed(self) -> Download:
        """The same download, for a signed address: asked without the credential, and never led to another origin."""
        return self._under(replace(self._limits, signed=True))

    def _under(self, terms: TransferLimits) -> Download:
        return Download(self._session, self._operation, self._arguments, self._options, terms)

    async def __aenter__(self) -> DownloadStream:
        file = await self.open()
        self._opened.append((asyncio.current_task(), file))
        return file

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()  # several may each have opened this download
        own = [place for place, (opener, _) in enumerate(self._opened) if opener is task]
        _, file = self._opened.pop(own[-1] if own else -1)
        await file.close()

    async def open(self) -> DownloadStream:
        """Send the request; what it gives must be closed. Prefer `async with`."""
        clock = self._session.transport.clock
        for attempt in range(1, self._limits.not_found_retries + 1):
            try:
                return await self._open()
            except NotFound:
                await clock.sleep(PAUSE * attempt)
        return await self._open()

    async def _open(self) -> DownloadStream:
        transport, options = self._session.transport, self._session.options_for(self._options)
        request, began = self._session.build(self._operation, self._arguments), transport.clock.monotonic()
        if self._limits.signed:
            request = replace(request, without_credentials=True)
        for hop in range(MAX_REDIRECTS + 1):
            try:
                answer = await transport.open(request, options, began)
            except UnexpectedRedirect as redirect:
                if hop == MAX_REDIRECTS:
                    raise
                address, request = request.url, redirected(request, redirect)
                if self._limits.signed and origin(request.url) != origin(address):
                    raise
            else:
                return DownloadStream(answer, request, transport, self._limits)
        raise AssertionError("the last hop returns or raises")

    async def save(self, path: str | Path, *, attempts: int = 3, progress: Progress | None = None) -> SavedFile:
        """Save the file at `path`, or in that folder under its own name; fetched anew if the connection breaks.

        `progress` is called with the bytes written so far and their total, None if unknown; what it raises ends the
        saving. Raises ConnectionLost or AttemptTimeout after the last attempt.
        """
        check_arguments(self._operation.code, TERMS, {"attempts": attempts, "progress": progress})

        async def save() -> SavedFile:
            async with self as file:
                return await file.save(path, progress)

        return await fetch_again(save, self._session.transport.clock, attempts)

    async def read(self, max_bytes: int = DEFAULT_READ_BYTES) -> bytes:
        """The whole file; raises ResponseTooLarge past `max_bytes` bytes."""
        check_arguments(self._operation.code, {"max_bytes": whole(0)}, {"max_bytes": max_bytes})
        async with self as file:
            return await file.read(max_bytes)


async def fetch_again(fetch: Callable[[], Awaitable[T]], clock: Clock, attempts: int = 3) -> T:
    """Fetch a file anew when the connection broke or dripped, after a pause of a second or a few."""
    for attempt in range(1, attempts):
        try:
            return await fetch()
        except (ConnectionLost, AttemptTimeout):
            await clock.sleep(PAUSE * 2 ** (attempt - 1) * (0.5 + clock.random()))
    return await fetch()


class _Chunks(AsyncIterator[bytes]):
    """A body from its start; not a generator, for which one cancelled step is the end."""

    def __init__(self, check: Callable[[], Awaitable[None]], following: Callable[[], Awaitable[bytes | None]]) -> None:
        self._check = check
        self._following = following
        self._begun = False

    async def __anext__(self) -> bytes:
        if not self._begun:
            await self._check()
            self._begun = True
        try:
            if (chunk := await self._following()) is not None:
                return chunk
        except BaseException as error:
            clear_locals(error)
            raise
        raise StopAsyncIteration


class DownloadStream:
    """A file whose body has not been read; it is read once, in one way.

    `filename` is the server's name for it, made safe; `content_type` is without parameters; `size` is in bytes, None
    where it is not told beforehand. `received` counts the bytes read so far, decompressed. `complete` is False
    until the end was reached, and None after an end that only the closing of the connection marked: nobody knows then.
    """

    def __init__(self, answer: SniffedResponse, request: Request, transport: Transport, terms: TransferLimits) -> None:
        headers = answer.headers
        self.headers = headers
        self.content_type: str | None = headers.get("Content-Type", "").partition(";")[0].strip().lower() or None
        self.filename: str = safe_name(
            file_name(headers.get("Content-Disposition")), _fallback(request.operation.code, self.content_type)
        )
        self.size: int | None = _size(headers)
        self.received: int = 0
        self.complete: bool | None = False
        self._answer = answer
        self._request = request
        self._transport = transport
        self._limits = terms
        self._start = b""
        self._taken = False
        self._tells_its_end = False
        self._failure: CallError | None = None
        self._spool: IO[bytes] | None = None
        self._body = self._read_body()

    def __repr__(self) -> str:
        return f"<OpenDownload {self._request.operation.code} {self.filename!r}, {self.received} bytes read>"

    @property
    def context(self) -> CallContext:
        """What an error about this file says: the operation, without the address."""
        return self._request.context()

    @clears_locals
    async def close(self) -> None:
        """Let go of the connection and of what was spooled; who reads in another task is told ConnectionLost."""
        self._answer.close()
        if self._spool is not None:
            self._spool.close()
        with suppress(RuntimeError):  # another task is reading, which now ends by itself
            await self._body.aclose()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks()

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, decompressed.

        Raises ConnectionLost if it breaks off, AttemptTimeout if it drips, ResponseTooLarge past the bound.
        """
        return self._chunks_of()

    @clears_locals
    async def detect_format(self) -> FileFormat:
        """What the file is by its first bytes, whatever its type says; it can still be read in any way."""
        while len(self._start) < SNIFF_BYTES and (chunk := await self._more()) is not None:
            self._start += chunk
        return format_of(self._start)

    @clears_locals
    async def read(self, max_bytes: int = DEFAULT_READ_BYTES) -> bytes:
        """The whole body; raises ResponseTooLarge past `max_bytes` bytes."""
        content = io.BytesIO()
        async for chunk in self.chunks():
            content.write(chunk)
            if content.tell() > max_bytes:
                raise self._too_large(max_bytes)
        return content.getvalue()

    @clears_locals
    async def save(self, path: str | Path, progress: Progress | None = None) -> SavedFile:
        """Save the body at `path`, or in that folder as `filename`; nothing appears there unless it is whole.

        `progress` is called with the bytes written so far and their total, None if unknown. Whether the file is whole
        is not always known: see `SavedFile.complete`.
        """
        target = Path(path)
        if await asyncio.to_thread(target.is_dir):
            target /= self.filename
        told = None if progress is None else partial(_tell_both, progress, self.size)
        size = await save_chunks(self.chunks(), target, told)
        return SavedFile(path=target, size=size, complete=self.complete)

    def rows(self, *, delimiter: str | None = None, encoding: str | None = None) -> CsvRows:
        """The rows of a CSV file; separator and encoding are found out unless they are named.

        Reading raises UnreadableFile where the file is no CSV: a report may also come as XLSX or XML, see `kind`. So it
        does where nothing tells the file's length and it ends within a line.
        """
        return CsvRows(self._chunks_of("csv", "text", "empty"), CsvParser(delimiter, encoding, self._sure))

    @overload
    def items(self, kind: type[T], member: str | None = None) -> JsonItems[T]: ...
    @overload
    def items(self, kind: str | None = None, member: str | None = None) -> JsonItems[Any]: ...
    def items(self, kind: Any = None, member: str | None = None) -> JsonItems[Any]:
        """The items of a list in JSON, whether it is the file or a member of the object that is: `items(Order)`.

        `kind` is a struct, or a reference such as "front.orders:Order"; without one, items are plain values.
        """
        reader = JsonArrayParser[Any](
            Any if kind is None else kind, member, told=self._report_repair, lost=self._report_quarantined
        )
        return JsonItems(self._chunks_of("json"), reader)

    def _sure(self) -> bool:
        return self.complete is True

    async def members(self, limits: ArchiveLimits | None = None) -> AsyncIterator[ArchiveMember]:
        """The files of a ZIP archive, to be read before the download is closed; raises UnsafeArchive for all at once.

        The archive is kept in a temporary file, in memory while it is small. `limits` says what it may hold, by default
        10,000 members of 2 GB together.
        """
        limits = limits or ArchiveLimits()
        self._spool = tempfile.SpooledTemporaryFile(SPOOL_IN_MEMORY)  # noqa: SIM115 - closed with the download
        await self._store(self._chunks_of("zip", "xlsx"), self._spool, limits.max_unpacked_bytes)
        for member in (await asyncio.to_thread(Archive, self._spool, limits)).members:
            yield member

    @clears_locals
    async def _store(self, chunks: AsyncIterator[bytes], file: IO[bytes], max_bytes: int) -> None:
        async for chunk in chunks:
            if self.received > max_bytes:
                raise self._too_large(max_bytes)
            await asyncio.to_thread(file.write, chunk)

    def _chunks_of(self, *kinds: FileFormat) -> _Chunks:
        """The body, if it is what it is to be read as; of any kind where none is named."""
        if self._taken:
            raise ClientStateError(f"{self._request.operation.code}: the file was read already; open it again")
        self._taken = True
        self._tells_its_end = kinds[:1] in {("json",), ("zip",)}
        return _Chunks(partial(self._check_format, kinds), self._next)

    async def _check_format(self, kinds: tuple[FileFormat, ...]) -> None:
        if kinds and (kind := await self.detect_format()) not in kinds:
            self._taken = False
            code, wanted = self._request.operation.code, kinds[0].upper()
            raise UnreadableFile(f"{code}: {self.filename} is {kind.upper()}, not {wanted}; save it or read its chunks")

    async def _next(self) -> bytes | None:
        """The next chunk, None at the end."""
        if start := self._start:
            self._start = b""
            return start
        return await self._more()

    async def _more(self) -> bytes | None:
        """A further chunk of the body, None at its end; raises where reading it has stopped before."""
        chunk = await anext(self._body, None)
        if chunk is None and self.complete is False:
            words = "the file was closed before its end, or its reading was cancelled; open it again"
            raise self._failure or ClientStateError(f"{self._request.operation.code}: {words}")
        return chunk

    async def _read_body(self) -> AsyncGenerator[bytes, None]:
        cap = self._limits.max_bytes
        try:
            async with aclosing(
                enforce_min_rate(self._answer.chunks(), self._limits.min_rate, self._transport.clock)
            ) as chunks:
                async for chunk in chunks:
                    self.received += len(chunk)
                    if cap is not None and self.received > cap:
                        raise self._too_large(cap)
                    yield chunk
                    chunk = b""  # noqa: PLW2901 - so that no traceback with locals shows what was read
        except WireError as fault:
            raise self._broken(failures.to_error(fault, self._request.context(), self._request.operation)) from fault
        except TransferTooSlow:
            raise self._broken(AttemptTimeout(self._too_slow_message(), self._request.context())) from None
        self.complete = True if self._answer.framed else None
        if not self._answer.framed and not self._tells_its_end:
            words = "%s: cannot verify that %s is complete: no length was sent"
            log.warning(words, self._request.operation.code, self.filename)

    def _broken(self, error: CallError) -> CallError:
        known = "" if self.size is None else f" of {self.size}"
        error.message += f", after {self.received}{known} bytes of the file"
        self._failure = error
        return error

    def _too_slow_message(self) -> str:
        least = self._limits.min_rate
        return f"the file came slower than {least.rate:g} bytes a second for {least.seconds:g} s"

    def _too_large(self, cap: int) -> ResponseTooLarge:
        self._failure = ResponseTooLarge(f"the file is larger than {cap} bytes", self._request.context())
        return self._failure

    def _report_repair(self, mend: Repair) -> None:
        self._transport.instrumentation.response_repaired(self._request.operation.code, mend.path, mend.reason)

    def _report_quarantined(self, lost: QuarantinedItem) -> None:
        self._transport.instrumentation.item_quarantined(self._request.operation.code, lost.index, lost.reason)


def _size(headers: Mapping[str, str]) -> int | None:
    """The body's size; what Content-Length counts is another size where the body is compressed."""
    text = headers.get("Content-Length", "")
    return natural(text) if text and not content_codings(headers) else None


def _tell_both(progress: Progress, total: int | None, written: int) -> None:
    progress(written, total)


def _fallback(code: str, content_type: str | None) -> str:
    generic = content_type in {None, "application/octet-stream"}
    return code + ("" if generic else mimetypes.guess_extension(content_type or "") or "")
