"""Orders, with their export as a job: OR13 starts it, OR14 polls it, OR15 downloads its files."""

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
MAX_REFUND_RANGE = timedelta(days=31)


def check_ranges(filters: Mapping[str, Any]) -> None:
    """Check the dates of an export against the rules of OR13; raises InvalidArgument."""
    complete_ranges = 0
    for start, end in RANGES:
        given_names = [name for name in (start, end) if filters.get(name) is not None]
        if len(given_names) == 1:
            raise InvalidArgument("OR13", given_names[0], f"{start} and {end} must be given together")
        complete_ranges += len(given_names) // 2
        span = _span(filters.get(start), filters.get(end))
        if span is not None and span < timedelta(0):
            raise InvalidArgument("OR13", end, f"must not be before {start}")
        if span is not None and (start, end) == RANGES[-1] and span > MAX_REFUND_RANGE:
            raise InvalidArgument("OR13", end, f"must be at most {MAX_REFUND_RANGE.days} days after {start}")
    if not complete_ranges:
        ranges = ", or ".join(f"{start} and {end}" for start, end in RANGES)
        raise InvalidArgument("OR13", RANGES[0][0], f"is required, or another range: {ranges}")


def _span(start: object, end: object) -> timedelta | None:
    """The time between two date-times; None if one is invalid, which encoding reports later."""
    first, last = _instant(start), _instant(end)
    return last - first if first and last else None


def _instant(value: object) -> datetime | None:
    moment = read_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        return None
    try:
        return instant(moment)
    except OverflowError:  # near the minimum or maximum date
        return None


class OrderExport(Export):
    """An export of orders: JSON files of up to a gigabyte each."""

    kind = "order export"

    def items(self, *, after: str | None = None) -> ExportReader[Order]:
        """Iterate over the orders of all files, in bounded memory; waits for the export first."""
        return ExportReader(self, lambda file: file.items("front.orders:Order", "orders"), after)

    def raw(self, *, after: str | None = None) -> ExportReader[Raw]:
        """Like `items`, but each order is its undecoded JSON, to store orders without reading them."""
        return ExportReader(self, lambda file: file.items(Raw, "orders"), after)


class Orders(generated.Orders):
    """Orders of the marketplace: list, export, accept, ship, cancel, and their documents."""

    __slots__ = ()

    @same_signature_as(generated.Orders.create_export)
    async def start_export(self, **filters: Any) -> OrderExport:
        """OR13: start an export of orders; `async for order in export.items()` waits for it and reads it.

        The arguments are those of `create_export`. At least one complete range of dates is required; a range of refunds
        may span at most a month. Documented interval: changes at most every 5 minutes, all once a day; one export runs
        at a time. Raises InvalidArgument before anything is sent.
        """
        check_ranges(filters)
        return self.export_job(tracking_id_of("OR13", await self.create_export(**filters)))

    def export_job(self, tracking_id: str) -> OrderExport:
        """The export with this tracking id, which any process may have started; sends nothing."""
        return OrderExport(self, generated.OR14, tracking_id)
