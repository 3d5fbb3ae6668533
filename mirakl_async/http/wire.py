"""The interface of the wire: one exchange of a request for a response, and the error of a failed one.

`aiohttp_wire` implements it with aiohttp; tests and simulators have other implementations.
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

__all__ = ["StreamedWireResponse", "Wire", "WireError", "WireResponse"]


class WireResponse(RedactedRepr, Struct, frozen=True):
    """A complete response: status, headers (case-insensitive) and the decompressed body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def _shown(self) -> list[tuple[str, Any]]:
        return [("status", self.status), ("size", len(self.body))]


class WireError(Exception):
    """The exchange failed before a complete response was read.

    `stage` says how far the request got: "unsent" (nothing was sent, or only part of a form), "sent" (it may have taken
    effect), "partial" (a response had started). `kind` is the category of the error; with `permanent`, a retry cannot
    help. `reason` may be shown to the user.
    """

    def __init__(self, kind: str, stage: Stage, reason: str, *, permanent: bool = False) -> None:
        reason = one_line(reason)  # some reasons quote the server
        super().__init__(reason)
        self.kind = kind
        self.stage: Stage = stage
        self.reason = reason
        self.permanent = permanent


class StreamedWireResponse(Protocol):
    """A response whose body has not been read; must be closed. Closing drops the connection if the body is not read.

    `framed` says that the body is self-delimited, by a length or by chunks: a body that ends with the connection may be
    incomplete.
    """

    status: int
    headers: Mapping[str, str]
    framed: bool

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the decompressed body as it arrives; raises WireError if it breaks off."""
        ...

    async def read_error_body(self, max_bytes: int, timeout: float) -> bytes:
        """Read the decompressed body of an error: at most `max_bytes` bytes in `timeout` seconds; never raises."""
        ...

    def close(self) -> None:
        """Release the connection; it is reused if the body was read completely."""
        ...


class Wire(Protocol):
    """Sends requests. `timeout` is in seconds for the whole exchange, `max_bytes` limits the decompressed body.

    `new_connection` requests a connection that was never used, so that the server cannot close an idle connection at
    the moment of sending, which would make the outcome unknown.
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
        """Send a request and read the whole response; raises WireError."""
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
        """Send a request and read the head of the response, within `timeout` seconds; raises WireError."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
