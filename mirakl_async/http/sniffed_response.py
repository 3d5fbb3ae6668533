"""A streamed response whose first bytes have been read to detect a web page in place of the file."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from .expected_responses import can_detect_html
from .wire import WireError

if TYPE_CHECKING:
    from .wire import StreamedWireResponse

__all__ = ["SniffedResponse"]


class SniffedResponse:
    """An open response with the `start` of its body; must be closed."""

    def __init__(self, response: StreamedWireResponse) -> None:
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.framed: bool = response.framed
        self.start: bytes = b""
        self.error: WireError | None = None
        self._response = response
        self._rest: AsyncGenerator[bytes, None] = response.chunks()

    async def sniff(self) -> None:
        """Read enough to detect HTML; an error while reading is kept as `error`, and raised by `chunks`."""
        try:
            while not can_detect_html(self.start) and (chunk := await anext(self._rest, None)) is not None:
                self.start += chunk
                chunk = b""  # so that no traceback with locals shows what was read
        except WireError as error:
            self.error = error

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the decompressed body from its first byte; raises WireError if it breaks off."""
        if self.start:
            yield self.start
        if self.error is not None:
            raise self.error
        async with aclosing(self._rest) as rest:
            async for chunk in rest:
                yield chunk

    def close(self) -> None:
        """Release the connection."""
        self._response.close()
