"""Orders, with their export as a job: OR13 starts it, OR14 follows it, OR15 fetches its files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from ..codec.timestamps import instant, read_datetime
from ..errors import InvalidArgument
from ..operations.front import orders as generated
from .exports import Export, ExportReader
from .signatures import same_signature_as
from .tracking import tracking_id_of

if TYPE_CHECKING:
    from ..models.front.orders import Order

__all__ = ["OrderExport", "Orders", "check_ranges"]


RANGES = (
    ("start_date", "end_date"),
    ("start_update_date", "end_update_date"),
    ("start_refund_creation_date", "end_refund_creation_date"),
)
LONGEST_MONTH = timedelta(days=31)


def check_ranges(filters: Mapping[str, Any]) -> None:
    """Hold the dates of an export against what OR13 documents."""
    whole = 0
    for start, end in RANGES:
        given = [name for name in (start, end) if filters.get(name) is not None]
        if len(given) == 1:
            raise InvalidArgument("OR13", given[0], f"{start} and {end} go together")
        whole += len(given) // 2
        span = _span(filters.get(start), filters.get(end))
        if span is not None and span < timedelta(0):
            raise InvalidArgument("OR13", end, f"is before {start}")
        if span is not None and (start, end) == RANGES[-1] and span > LONGEST_MONTH:
            raise InvalidArgument("OR13", end, f"is over a month after {start}")
    if not whole:
        ranges = ", or ".join(f"{start} and {end}" for start, end in RANGES)
        raise InvalidArgument("OR13", RANGES[0][0], f"an export needs a range of dates: {ranges}")


def _span(start: object, end: object) -> timedelta | None:
    """The time between two moments; None where they are none, which encoding them will say."""
    first, last = _instant(start), _instant(end)
    return last - first if first and last else None


def _instant(value: object) -> datetime | None:
    moment = read_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        return None
    try:
        return instant(moment)
    except OverflowError:  # the first and the last day there are
        return None


class OrderExport(Export):
    """An export of orders: JSON files of up to a gigabyte each."""

    what = "order export"

    def items(self, *, after: str | None = None) -> ExportReader[Order]:
        """The orders of all files, one by one, in bounded memory; waits for the export if it is not done."""
        return ExportReader(self, lambda file: file.items("front.orders:Order", "orders"), after)

    def raw(self, *, after: str | None = None) -> ExportReader[Raw]:
        """Like `items`, but each order is its JSON as it came: for who stores orders and does not read them."""
        return ExportReader(self, lambda file: file.items(Raw, "orders"), after)


class Orders(generated.Orders):
    """Orders of the marketplace: list, export, accept, ship, cancel, and their documents."""

    __slots__ = ()

    @same_signature_as(generated.Orders.create_export)
    async def start_export(self, **filters: Any) -> OrderExport:
        """OR13: start an export of orders; `async for order in export.items()` waits for it and reads it.

        The arguments are those of `create_export`. At least one whole range of dates is needed, of refunds a month at
        most. Documented pace: changes at most every 5 minutes, all once a day; one export runs at a time. Raises
        InvalidArgument before anything is sent.
        """
        check_ranges(filters)
        return self.export_job(tracking_id_of("OR13", await self.create_export(**filters)))

    def export_job(self, tracking_id: str) -> OrderExport:
        """The export that was started before, here or elsewhere; nothing is sent."""
        return OrderExport(self, generated.OR14, tracking_id)
