"""A wire without sockets, which passes a client's requests to a simulator in the same process."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NoReturn, Protocol

from ..http.decompression import Decoder, content_codings, decode_error_body
from ..http.multipart import Form, FormBroken
from ..http.request import Multipart
from ..http.wire import WireError, WireResponse
from ..redaction import RedactedBytes
from ..simulator.direct import ExchangeBroken
from ..simulator.exchange import Headers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from ..http.request import Body
    from ..simulator.exchange import Answer

__all__ = ["Answering", "SimulatorResponse", "SimulatorWire"]


class Answering(Protocol):
    """The signature of `Simulator.answer`."""

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, timeout: float | None = None
    ) -> Answer:
        """Return the answer to one request."""
        ...


class SimulatorWire:
    """An implementation of `http.wire.Wire` for a simulator; timeouts are in seconds of the simulator's clock."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer

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
        """Send a request and return the complete response; raises WireError."""
        opened = await self.open(method, url, headers, body, timeout=timeout, new_connection=new_connection)
        if opened.status >= 300:
            return WireResponse(opened.status, opened.headers, await opened.read_error_body(max_bytes, 0))
        pieces: list[bytes] = []
        size = 0
        for piece in opened.pieces():
            size += len(piece)
            if size > max_bytes:
                raise WireError("large", "partial", f"the response is larger than {max_bytes} bytes", permanent=True)
            pieces.append(piece)
        return WireResponse(opened.status, opened.headers, RedactedBytes(b"".join(pieces)))

    async def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        timeout: float | None,
        new_connection: bool = False,  # noqa: ARG002 - there are no connections
    ) -> SimulatorResponse:
        """Send a request and return the response before its body is read; raises WireError."""
        if isinstance(body, Multipart):
            body, headers = await _form(body, headers)
        sent = {**headers}
        if body or method != "GET":
            sent["Content-Length"] = str(len(body or b""))
        try:
            return SimulatorResponse(await self._answer(method, url, sent, bytes(body or b""), timeout=timeout))
        except ExchangeBroken as broken:
            if broken.answer is None:
                _raise(broken)
            return SimulatorResponse(broken.answer, is_cut=True)

    async def close(self) -> None:
        """Do nothing, because the wire has no connections."""


class SimulatorResponse:
    """An answer of the simulator as an `http.wire.StreamedWireResponse`."""

    framed = True

    def __init__(self, answer: Answer, *, is_cut: bool = False) -> None:
        self.status: int = answer.status
        headers = Headers(answer.headers)
        if answer.body or answer.pieces is not None:
            headers["content-type"] = answer.content_type
        if answer.pieces is None and not is_cut:
            headers["content-length"] = str(len(answer.body))
        self.headers: Mapping[str, str] = headers
        self._answer = answer
        self._is_cut = is_cut

    def pieces(self) -> Iterator[bytes]:
        """Yield the decompressed body; raises WireError if the body is incomplete."""
        codings = content_codings(self.headers)
        decoder = Decoder(codings) if codings else None
        for raw in self._raw():
            if decoder is None:
                yield raw
            else:
                yield from decoder.feed(RedactedBytes(raw))
        if self._is_cut:
            raise WireError("lost", "partial", "the connection closed before the response was complete")
        if decoder is not None:
            decoder.end()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the decompressed body; raises WireError if the body is incomplete."""
        for piece in self.pieces():
            if piece:
                yield piece

    async def read_error_body(self, max_bytes: int, timeout: float) -> bytes:  # noqa: ARG002 - all is there
        """Return the first `max_bytes` bytes of the body of an error response."""
        return decode_error_body(RedactedBytes(b"".join(self._raw())), self.headers, max_bytes)

    def close(self) -> None:
        """Do nothing, because the response holds no connection."""

    def _raw(self) -> Iterator[bytes]:
        return chain((self._answer.body,), self._answer.pieces or ())


def _raise(broken: ExchangeBroken) -> NoReturn:
    match broken.reason:
        case "refused":
            raise WireError("connect", "unsent", "no simulator listens at this address") from None
        case "timeout":
            raise WireError("timeout", "sent", "the attempt timed out") from None
        case _:
            raise WireError("lost", "sent", "the connection broke (ConnectionResetError)") from None


async def _form(body: Multipart, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    form = Form(body)
    try:
        content = b"".join([chunk async for chunk in form.chunks()])
    except FormBroken as broken:
        raise WireError("request", "unsent", f"the request cannot be sent: {broken}", permanent=True) from broken
    finally:
        form.close()
    return content, {**headers, "Content-Type": form.content_type}
