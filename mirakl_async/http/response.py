"""The answer to a call, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from .. import codec
from ..errors import Attempt, Timings
from ..redaction import RedactedRepr
from ..server_text import one_line
from .request import Request

LONGEST_ID = 200


class Response(RedactedRepr, Struct, frozen=True, kw_only=True):
    """An answer as it came: status, headers (looked up without regard to case) and the whole body."""

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
        """The server's id of this exchange, where it sends one."""
        return request_id(self.headers)

    def json(self) -> Any:
        """The body as plain Python values; numbers with a fraction become Decimal."""
        return codec.decode_plain(self.content)

    def parse(self) -> Any:
        """The body as the operation's own struct; None where the operation promises no body."""
        operation = self.request.operation
        return codec.decode(operation.reply, self.content).value if operation.reply else None


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id that the server, or a gateway before it, gave to an exchange."""
    for name in ("X-Request-Id", "X-Correlation-Id", "X-Mirakl-Request-Id", "CF-Ray"):
        if (value := headers.get(name)) is not None:
            return one_line(value, LONGEST_ID)
    return None
