"""A rejected order."""

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
    """A rejected order, and the reason.

    `kind` is "server" (Mirakl rejected it, alone or by name), "invalid" (it violates the documented contract, or is not
    an order), "conflict" (another body with the timestamp of one already sent: which one Mirakl keeps would be chance),
    "abandoned" (it was delivered more than `max_deliveries` times without a result), or "origin" (its channel or store
    was rejected, while orders of another one were accepted).
    `line` is the line number in an NDJSON source, and `raw` its bytes; `path` is the violated path in the order, if it
    is known; `problem` is the part of Mirakl's response about this order, without its position in the batch.
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
        """Show the id of the order and the reason, but not its content."""
        line = f"line {self.line}" if self.line else None
        which = f"{self.channel_order_id} ({line})" if self.channel_order_id and line else self.channel_order_id or line
        return f"{which or 'an order'}: {self.reason}"
