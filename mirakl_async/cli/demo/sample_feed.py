"""The orders that the demo pushes, and the orders that the simulator must hold afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ... import codec
from ...simulator import OrderKey
from ..progress import settled_orders
from .sample_orders import ORIGIN, SampleOrder, sample_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ...order_sync.report import SyncReport

__all__ = ["SampleFeed"]


class SampleFeed(Struct, frozen=True, kw_only=True):
    """The orders that the demo pushes; each iteration generates the same orders again."""

    orders: int
    poison: int
    updates: int
    seed: int

    def __iter__(self) -> Iterator[SampleOrder]:
        return sample_orders(self.orders, poison=self.poison, updates=self.updates, seed=self.seed)

    def __len__(self) -> int:
        return self.orders + self.updates

    def share(self, report: SyncReport) -> float:
        """Return the settled share of the feed, from 0 to 1."""
        return settled_orders(report) / len(self)

    def expected(self) -> Iterator[tuple[OrderKey, bytes]]:
        """Yield the orders that the simulator must hold at the end, byte for byte."""
        for order, stays in self:
            if stays:
                key = OrderKey(ORIGIN.channel_id, ORIGIN.channel_store_id, order.channel_order_id)
                yield key, codec.encode(order)

    def write(self, file: Path) -> None:
        """Write the orders as NDJSON, generating one order at a time."""
        with file.open("wb") as lines:
            for order, _ in self:
                lines.write(codec.encode(order) + b"\n")
