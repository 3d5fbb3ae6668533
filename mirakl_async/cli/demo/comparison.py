"""Compares the orders of a simulator with the orders sent: none lost, none added, and the newest version of each.

If one digest over all orders is equal, the orders are equal. Otherwise every order is read back and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...simulator.world import OrderKey, digest_of, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...simulator import Control

__all__ = ["Comparison", "compare"]


class Comparison(Struct, kw_only=True):
    """The differences between the orders that a simulator holds and those that it should hold.

    `overwritten` counts orders whose body was replaced by another body with the same date: their final state depended
    on the order of arrival.
    """

    orders_held: int
    identical: bool
    missing: int = 0
    unexpected: int = 0
    different: int = 0
    overwritten: int = 0
    calls: int = 0
    busiest_window: int = 0
    answers_429: int = 0

    def __str__(self) -> str:
        """Return the comparison as one line of text."""
        traffic = f"{self.calls} calls, at most {self.busiest_window} in any second, {self.answers_429} answers 429"
        if self.identical:
            return f"the simulator holds {self.orders_held:,} orders, exactly those sent; {traffic}"
        return (
            f"the simulator holds {self.orders_held:,} orders, NOT those sent: {self.missing} missing, "
            f"{self.unexpected} unexpected, {self.different} different, {self.overwritten} overwritten; {traffic}"
        )


async def compare(control: Control, expected: Callable[[], Iterator[tuple[OrderKey, bytes]]]) -> Comparison:
    """Compare a simulator with the orders it must hold, each given once.

    Raises ConnectionError if the simulator is unreachable.
    """
    state = await control.state()
    traffic = state.traffic.get("upsertOrders")
    comparison = Comparison(
        orders_held=state.orders,
        identical=state.digest == digest_of(expected()) and state.versions.overwritten == 0,
        overwritten=state.versions.overwritten,
        calls=traffic.accepted + traffic.refused if traffic else 0,
        busiest_window=traffic.highest_seen if traffic else 0,
        answers_429=state.limited,
    )
    if not comparison.identical:
        await _look_closer(comparison, control, expected)
    return comparison


async def _look_closer(
    comparison: Comparison, control: Control, expected: Callable[[], Iterator[tuple[OrderKey, bytes]]]
) -> None:
    marks = {key: fingerprint(key, body) for key, body in expected()}
    async for record in control.orders():
        order: Any = record.decoded()
        key = OrderKey(
            record.channel_id, record.channel_store_id, order["channel_order_id"], order.get("sub_channel_code")
        )
        mark = marks.pop(key, None)
        if mark is None:
            comparison.unexpected += 1
        elif mark != fingerprint(key, bytes(record.order)):
            comparison.different += 1
    comparison.missing = len(marks)
