"""Orders, with their export as a job: OR13 starts it, OR14 follows it, OR15 fetches its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Raw

from ..operations.front import orders as generated
from .exports import Export, Walk
from .signatures import taking_the_arguments_of
from .tracking import tracking_id_of

if TYPE_CHECKING:
    from ..models.front.orders import Order


class OrderExport(Export):
    """An export of orders: JSON files of up to a gigabyte each."""

    what = "order export"

    def items(self, *, after: str | None = None) -> Walk[Order]:
        """The orders of all files, one by one, in bounded memory; waits for the export if it is not done."""
        return Walk(self, lambda file: file.items("front.orders:Order", "orders"), after)

    def raw(self, *, after: str | None = None) -> Walk[Raw]:
        """Like `items`, but each order is its JSON as it came: for who stores orders and does not read them."""
        return Walk(self, lambda file: file.items(Raw, "orders"), after)


class Orders(generated.Orders):
    """Orders of the marketplace: list, export, accept, ship, cancel, and their documents."""

    __slots__ = ()

    @taking_the_arguments_of(generated.Orders.create_export)
    async def export(self, **filters: Any) -> OrderExport:
        """OR13: start an export of orders; `async for order in export.items()` waits for it and reads it.

        The arguments are those of `create_export`. At least one range of dates is needed. Documented pace: changes at
        most every 5 minutes, all once a day; one export runs at a time.
        """
        return self.export_job(tracking_id_of("OR13", await self.create_export(**filters)))

    def export_job(self, tracking_id: str) -> OrderExport:
        """The export that was started before, here or elsewhere; nothing is sent."""
        return OrderExport(self, generated.OR14, tracking_id)
