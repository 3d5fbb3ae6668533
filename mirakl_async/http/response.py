"""The undecoded response to a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from .. import codec
from ..errors import Attempt, Timings
from ..redaction import RedactedRepr
from ..server_text import one_line
from .request import Request

__all__ = ["Response", "request_id"]

MAX_ID_LENGTH = 200


class Response(RedactedRepr, Struct, frozen=True, kw_only=True):
    """A response: status, headers (case-insensitive) and the whole body, with the attempts and timings of the call."""

    request: Request
    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    attempts: tuple[Attempt, ...] = ()
    timings: Timings | None = None

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.request.operation.code), ("status", self.status), ("size", len(self.content))]

    @property
    def request_id(self) -> str | None:
        """The request id in the response headers, if any."""
        return request_id(self.headers)

    def json(self) -> Any:
        """Decode the body as JSON into plain Python objects; numbers with a fraction become Decimal."""
        return codec.decode_plain(self.content)

    def parse(self) -> Any:
        """Decode the body into the operation's response model; None if the operation has no response body."""
        operation = self.request.operation
        return codec.decode(operation.reply, self.content).value if operation.reply else None


def request_id(headers: Mapping[str, str]) -> str | None:
    """The request id that the server or a gateway sent, if any."""
    for name in ("X-Request-Id", "X-Correlation-Id", "X-Mirakl-Request-Id", "CF-Ray"):
        if (value := headers.get(name)) is not None:
            return one_line(value, MAX_ID_LENGTH)
    return None
