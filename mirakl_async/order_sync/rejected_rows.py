"""How a rejected order is kept beside a queue, or in another one, so that it can be sent again."""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from .. import codec
from ..queues.protocol import RejectedRow
from .entries import Line, origin_key
from .rejected_file import is_json, raw_of

if TYPE_CHECKING:
    from .entries import Entry
    from .rejected_order import RejectedOrder


def row_of(refused: RejectedOrder, entry: Entry | None = None) -> RejectedRow:
    """The row of a rejection; `entry` is the line of a block that it is about."""
    raw = raw_of(refused)
    line = raw
    if raw is not None and refused.origin is not None and is_json(raw):
        line = b'{"origin":%b,"order":%b}' % (codec.encode(refused.origin), raw)
    return RejectedRow(
        id=_identity(refused, entry, line),
        kind=refused.kind,
        reason=refused.reason,
        path=refused.path,
        order_id=refused.channel_order_id,
        line=line,
        at=time.time(),
    )


def _identity(refused: RejectedOrder, entry: Entry | None, line: bytes | None) -> str:
    """An order's origin, id, sub-channel and stamp; what is no order is known by its bytes."""
    if isinstance(entry, Line) and refused.origin is not None:
        code = entry.sub_channel_code or None
        parts = (*origin_key(refused.origin), entry.channel_order_id, code, entry.channel_updated_at)
        return msgspec.json.encode(parts).decode()
    content = line if line is not None else f"{refused.line}: {refused.reason}".encode()
    return blake2b(content, digest_size=16).hexdigest()
