"""Files that are sent and files that are answered: never read whole unless asked for.

A download is written beside its target and renamed when it is whole, so that a broken one is never taken for a file. An
answer with neither a length nor chunks ends when the connection does: whether it was whole cannot be known, and
`complete` says so.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import anyio

from .calls import Upload
from .errors import ClientStateError, ConnectionLost, ReplyTooLarge
from .exchange import WireFault

if TYPE_CHECKING:
    from types import TracebackType

    from .calls import Request
    from .client import Client
    from .exchange import OpenAnswer
    from .operation import Operation
    from .options import Options

FileSource: TypeAlias = str | Path | bytes | Upload
READ_CAP = 64 * 1024 * 1024
_UNSAFE = re.compile(r'[\x00-\x1f<>:"|?*]')


def safe_name(disposition: str, fallback: str) -> str:
    """The file name of a Content-Disposition header, without any path: whatever the server says, it stays a name."""
    header = Message()
    header["Content-Disposition"] = disposition
    name = header.get_filename() or ""
    name = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return name[:200] or fallback


class Download:
    """An answer that is a file: `async with front.orders.download_documents(...) as file`."""

    def __init__(
        self, client: Client, operation: Operation[Any], arguments: Mapping[str, object], options: Options
    ) -> None:
        self._client = client
        self._operation = operation
        self._arguments = arguments
        self._options = options
        self._answer: OpenAnswer | None = None
        self._request: Request | None = None

    async def __aenter__(self) -> Self:
        self._request = self._client.request(self._operation, self._arguments)
        options = self._client.options_for(self._options)
        self._answer = await self._client.transport.open(self._request, options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._answer is not None:
            self._answer.close()

    @property
    def _open(self) -> OpenAnswer:
        if self._answer is None:
            raise ClientStateError(f"{self._operation.code}: the download is not open: use `async with`")
        return self._answer

    @property
    def filename(self) -> str:
        """The server's name for the file, made safe; the operation's code if it gave none."""
        return safe_name(self._open.headers.get("Content-Disposition", ""), self._operation.code)

    @property
    def content_type(self) -> str:
        """What the server says it is."""
        return self._open.headers.get("Content-Type", "application/octet-stream")

    @property
    def complete(self) -> bool | None:
        """Whether an end without an error proves that the file is whole; None where the answer does not tell."""
        headers = self._open.headers
        told = "Content-Length" in headers or "chunked" in headers.get("Transfer-Encoding", "").lower()
        return True if told else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes as they arrive, decompressed; raises ConnectionLost if they break off."""
        try:
            async for chunk in self._open.chunks():
                yield chunk
        except WireFault as fault:
            assert self._request is not None  # noqa: S101 - set when it was opened
            raise ConnectionLost(f"the file broke off ({fault.reason})", self._request.context()) from fault

    async def read(self, cap: int = READ_CAP) -> bytes:
        """The whole file; raises ReplyTooLarge past `cap` bytes."""
        chunks: list[bytes] = []
        size = 0
        async for chunk in self:
            size += len(chunk)
            if size > cap:
                assert self._request is not None  # noqa: S101 - set when it was opened
                raise ReplyTooLarge(f"the file is larger than {cap} bytes", self._request.context())
            chunks.append(chunk)
        return b"".join(chunks)

    async def save(self, path: str | Path) -> Path:
        """Write the file to `path`, or into it if it is a folder; it appears there when it is whole."""
        target = Path(path)
        if await anyio.Path(target).is_dir():
            target /= self.filename
        part = anyio.Path(target.with_name(target.name + ".part"))
        try:
            async with await part.open("wb") as file:
                async for chunk in self:
                    await file.write(chunk)
            await part.replace(target)
        finally:
            await part.unlink(missing_ok=True)
        return target
