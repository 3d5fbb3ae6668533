"""A streamed answer whose first bytes have been read, to see whether it is a file at all."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from .expected_responses import is_enough_to_judge
from .wire import WireError

if TYPE_CHECKING:
    from .wire import StreamedWireResponse


class SniffedResponse:
    """An open answer with the `start` of its body; must be closed."""

    def __init__(self, answer: StreamedWireResponse) -> None:
        self.status: int = answer.status
        self.headers: Mapping[str, str] = answer.headers
        self.framed: bool = answer.framed
        self.start: bytes = b""
        self.fault: WireError | None = None
        self._answer = answer
        self._rest: AsyncGenerator[bytes, None] = answer.chunks()

    async def sniff(self) -> None:
        """Read as much as tells HTML from anything else; a `fault` meanwhile is raised where `chunks` comes to it."""
        try:
            while not is_enough_to_judge(self.start) and (chunk := await anext(self._rest, None)) is not None:
                self.start += chunk
                chunk = b""  # so that no traceback with locals shows what was read
        except WireError as fault:
            self.fault = fault

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body from its first byte, decompressed; raises WireFault if it breaks off."""
        if self.start:
            yield self.start
        if self.fault is not None:
            raise self.fault
        async with aclosing(self._rest) as rest:
            async for chunk in rest:
                yield chunk

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()
