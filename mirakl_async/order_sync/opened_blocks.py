"""Open messages: a block of orders, a block of outcomes, or lines that another program put.

Further kinds of lines are added here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw, Struct

from .. import codec
from ..models.connect.common import OriginRequest
from ..queues.blocks import BlockError, encode_block, parse_block
from ..queues.protocol import RejectedRow
from .entries import Line, microseconds
from .held_blocks import BlockLines, QueuedLine
from .ndjson import REFUSED, read_pair
from .rejected_order import RejectedOrder
from .rejected_rows import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..queues.held_messages import HeldMessage
    from .actions import ActionSender

__all__ = ["ActionLine", "BlockOpener", "action_block", "halves_of"]

_ORIGIN = msgspec.json.Decoder(OriginRequest)


class ActionLine(Struct, gc=False):
    """A line with the outcome of an order action."""

    action_id: str
    outcome: Raw


_ACTION = msgspec.json.Decoder(ActionLine)


class BlockOpener:
    """Opens blocks: orders are returned, outcomes go to their sender, rejected lines are reported and stored."""

    def __init__(
        self,
        on_rejected: Callable[[RejectedOrder], None],
        add_row: Callable[[HeldMessage, RejectedRow], None],
        actions: ActionSender,
    ) -> None:
        self._on_rejected = on_rejected
        self._add_row = add_row
        self._actions = actions

    def open(self, block: HeldMessage, *, abandon: bool) -> tuple[list[Any], int]:
        """Return the orders to send, and the number of orders in the message; `pending` counts its unsettled lines.

        `abandon` rejects all lines, because the message was delivered too often without being settled.
        """
        message = block.message
        try:
            parsed = parse_block(message.body)
        except BlockError as error:
            self._reject(block, RejectedOrder(kind="invalid", reason=str(error), raw=message.body))
            return [], 1
        if abandon:
            reason = f"delivered {(message.deliveries or 1) - 1} times without an answer"
            return [], self._abandon(block, parsed.lines(), parsed.origin, reason)
        if parsed.keys is not None and parsed.origin is not None:
            block.pending += len(parsed.keys)
            return [BlockLines(block, parsed, parsed.keys, _origin_of(parsed.origin))], len(parsed.keys)
        units: list[Any] = []
        orders = 0
        for number, raw in enumerate(parsed.lines(), 1):
            if not (text := raw.strip()):
                continue
            if not self._take_action(block, text):
                orders += 1
                self._take_order(block, text, number, units)
        return units, orders

    def _take_action(self, block: HeldMessage, text: bytes) -> bool:
        try:
            action = _ACTION.decode(text)
        except REFUSED:
            return False
        block.pending += 1
        self._actions.add(block, action.action_id, bytes(action.outcome), text)
        return True

    def _take_order(self, block: HeldMessage, text: bytes, number: int, units: list[Any]) -> None:
        found = read_pair(text, number)
        if isinstance(found, RejectedOrder):
            self._reject(block, found)
            return
        origin, line = found
        block.pending += 1
        units.append((origin, [_queued(line, block)]))

    def _abandon(self, block: HeldMessage, lines: Sequence[bytes], origin: bytes | None, reason: str) -> int:
        count = 0
        for number, raw in enumerate(lines, 1):
            text = raw if origin is None else b'{"origin":%b,"order":%b}' % (origin, raw)
            found = read_pair(text, number)
            if isinstance(found, RejectedOrder):
                self._reject(block, found)
            else:
                who, line = found
                self._reject(
                    block,
                    RejectedOrder(
                        kind="abandoned",
                        reason=reason,
                        origin=who,
                        raw=line.raw,
                        channel_order_id=line.channel_order_id,
                    ),
                )
            count += 1
        return count

    def _reject(self, block: HeldMessage, rejected_order: RejectedOrder) -> None:
        self._add_row(block, row_of(rejected_order))
        self._on_rejected(rejected_order)


def halves_of(body: bytes) -> list[bytes]:
    """Divide a message into two; returns it unchanged if it has a single line or is not a block."""
    try:
        parsed = parse_block(body)
    except BlockError:
        return [body]
    lines = parsed.lines()
    middle = len(lines) // 2
    if not middle:
        return [body]
    if parsed.keys is None:
        return [b"\n".join(part) + b"\n" for part in (lines[:middle], lines[middle:])]
    halves = slice(middle), slice(middle, None)
    numbers = parsed.numbers or ()
    return [encode_block(parsed.keys[half], lines[half], parsed.origin, numbers[half]) for half in halves]


def action_block(action_id: str, outcome: bytes) -> bytes:
    """Encode the outcome of an order action as a message; `outcome` is the body of the request that reports it."""
    line = codec.encode({"action_id": action_id, "outcome": Raw(outcome)})
    return encode_block([(action_id, None, 0)], [line])


def _queued(line: Line, block: HeldMessage) -> QueuedLine:
    stamp: Any = line.channel_updated_at
    return QueuedLine(
        line.raw,
        line.number,
        line.channel_order_id,
        line.sub_channel_code,
        stamp if isinstance(stamp, int) else microseconds(stamp),
        block,
    )


@lru_cache(1000)
def _origin_of(text: bytes) -> OriginRequest:
    return _ORIGIN.decode(text)
