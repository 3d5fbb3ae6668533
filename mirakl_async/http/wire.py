"""What is asked of a wire: one exchange of a request for an answer, and what a failed one says about itself.

`wire.py` answers with aiohttp. Anything else that speaks this protocol can take its place, in tests or for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from ..redaction import RedactedRepr
from ..server_text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from .request import Body
    from .retries import Stage


class WireResponse(RedactedRepr, Struct, frozen=True):
    """Status, headers (looked up without regard to case), and the whole body after decompression."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def _shown(self) -> list[tuple[str, Any]]:
        return [("status", self.status), ("size", len(self.body))]


class WireError(Exception):
    """The exchange failed before a complete response was read.

    `stage` says how far the request got: "unsent" (nothing left, or not the whole of a form), "sent" (it may have been
    run), "partial" (an answer had begun). `kind` says why; `permanent` that repeating cannot help. `reason` is fit to
    be shown.
    """

    def __init__(self, kind: str, stage: Stage, reason: str, *, permanent: bool = False) -> None:
        reason = one_line(reason)  # some repeat what the server wrote
        super().__init__(reason)
        self.kind = kind
        self.stage: Stage = stage
        self.reason = reason
        self.permanent = permanent


class StreamedWireResponse(Protocol):
    """An answer whose body has not been read; must be closed, which gives up the connection unless all was read.

    `framed` says that its body marks its own end, by a length or by chunks: of one that only the end of the connection
    ends, nobody can say that it is whole.
    """

    status: int
    headers: Mapping[str, str]
    framed: bool

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives, decompressed; raises WireFault if it breaks off."""
        ...

    async def words(self, cap: int, seconds: float) -> bytes:
        """What an error says, decompressed: as much as comes in time, and at most `cap` bytes; never raises for it."""
        ...

    def close(self) -> None:
        """Let go of the connection; an answer read to its end leaves it fit for the next request."""
        ...


class Wire(Protocol):
    """Carries requests. `timeout` is seconds for the whole exchange, `cap` bytes of body after decompression.

    `fresh` asks for a connection that was never used, so that an idle connection closed by the server at the wrong
    moment cannot make the outcome unknown.
    """

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
        """Send and read everything; raises WireFault."""
        ...

    async def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        timeout: float | None,
        new_connection: bool = False,
    ) -> StreamedWireResponse:
        """Send and read the head only, within `timeout` seconds; raises WireFault."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
