"""What a demonstration pushes, and what must come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ... import codec
from ...simulator import OrderKey
from ..progress import handled
from .sample_orders import ORIGIN, SampleOrder, sample_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ...order_sync.report import SyncReport

__all__ = ["SampleFeed"]


class SampleFeed(Struct, frozen=True, kw_only=True):
    """What a demonstration pushes; made anew each time it is read, and always the same."""

    orders: int
    poison: int
    updates: int
    seed: int

    def __iter__(self) -> Iterator[SampleOrder]:
        return sample_orders(self.orders, poison=self.poison, updates=self.updates, seed=self.seed)

    def __len__(self) -> int:
        return self.orders + self.updates

    def share(self, report: SyncReport) -> float:
        """How much of it a report stands for."""
        return handled(report) / len(self)

    def expected(self) -> Iterator[tuple[OrderKey, bytes]]:
        """What Mirakl must hold in the end, byte for byte."""
        for order, stays in self:
            if stays:
                key = OrderKey(ORIGIN.channel_id, ORIGIN.channel_store_id, order.channel_order_id)
                yield key, codec.encode(order)

    def write(self, file: Path) -> None:
        """The same as lines of JSON, written one at a time."""
        with file.open("wb") as lines:
            for order, _ in self:
                lines.write(codec.encode(order) + b"\n")
