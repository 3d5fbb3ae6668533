"""Convert rejected orders to the rows that a queue stores, from which they can be sent again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .. import codec
from ..queues.protocol import RejectedRow
from .rejected_file import identity_of, is_json, raw_of

if TYPE_CHECKING:
    from .rejected_order import RejectedOrder

__all__ = ["row_of"]


def row_of(rejected_order: RejectedOrder) -> RejectedRow:
    """Return the row of a rejected order."""
    raw = raw_of(rejected_order)
    line = raw
    if raw is not None and rejected_order.origin is not None and is_json(raw):
        line = b'{"origin":%b,"order":%b}' % (codec.encode(rejected_order.origin), raw)
    return RejectedRow(
        id=identity_of(rejected_order),
        kind=rejected_order.kind,
        reason=rejected_order.reason,
        path=rejected_order.path,
        order_id=rejected_order.channel_order_id,
        line=line,
        at=time.time(),
    )
