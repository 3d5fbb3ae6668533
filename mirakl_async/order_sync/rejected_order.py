"""One order that Mirakl will not accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from ..redaction import RedactedBytesRepr

if TYPE_CHECKING:
    from ..models.connect.common import OriginRequest
    from ..models.connect.orders import OrderRequest
    from ..server_text import Problem

__all__ = ["RejectedOrder", "RejectionKind"]

RejectionKind: TypeAlias = Literal["server", "invalid", "conflict", "abandoned", "origin"]


class RejectedOrder(RedactedBytesRepr, Struct, frozen=True, kw_only=True):
    """One order that will not be accepted, and why.

    `kind` is "server" (Mirakl rejected it, alone or by name), "invalid" (it breaks the documented contract, or is no
    order at all), "conflict" (a second body with the stamp of one already sent: which one holds would be luck),
    "abandoned" (it was delivered more often than `max_deliveries` without an answer), or "origin" (its channel or
    store was rejected, while the orders of another one were accepted).
    `line` is the line of an NDJSON source, `raw` its bytes; `path` where in the order, as far as is known;
    `problem` is what Mirakl said of this order, without its place in the batch.
    """

    kind: RejectionKind
    reason: str
    origin: OriginRequest | None = None
    order: OrderRequest | None = None
    channel_order_id: str | None = None
    line: int | None = None
    raw: bytes | None = None
    path: str | None = None
    problem: Problem | None = None

    def __str__(self) -> str:
        """Which order, and why; nothing of its content."""
        line = f"line {self.line}" if self.line else None
        which = f"{self.channel_order_id} ({line})" if self.channel_order_id and line else self.channel_order_id or line
        return f"{which or 'an order'}: {self.reason}"
