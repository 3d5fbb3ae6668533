"""Offers, with their export as a job: OF52 starts it, OF53 polls it, OF54 downloads its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from ..errors import InvalidArgument
from ..operations.front import offers as generated
from .exports import Export, ExportReader
from .signatures import same_signature_as
from .tracking import tracking_id_of

if TYPE_CHECKING:
    from ..downloads.csv_rows import Row
    from ..models.front.offers import ExportedOffer

__all__ = ["OfferExport", "Offers", "check_filters"]


def check_filters(filters: Mapping[str, Any]) -> None:
    """Check the filters of an export against the rules of OF52; raises InvalidArgument."""
    if filters.get("include_inactive_offers") and filters.get("last_request_date") is not None:
        raise InvalidArgument("OF52", "include_inactive_offers", "cannot be combined with last_request_date")
    if filters.get("rename_fields") and filters.get("export_type") == "application/json":
        raise InvalidArgument("OF52", "rename_fields", "is for CSV only")


class OfferExport(Export):
    """An export of offers, as CSV (read `rows`) or JSON (read `items`)."""

    kind = "offer export"

    def items(self, *, after: str | None = None) -> ExportReader[ExportedOffer]:
        """Iterate over the offers of all JSON files, in bounded memory; waits for the export first."""
        return ExportReader(self, lambda file: file.items("front.offers:ExportedOffer"), after)

    def raw(self, *, after: str | None = None) -> ExportReader[Raw]:
        """Like `items`, but each offer is its undecoded JSON, to store offers without reading them."""
        return ExportReader(self, lambda file: file.items(Raw), after)

    def rows(self, *, after: str | None = None) -> ExportReader[Row]:
        """Iterate over the rows of all CSV files as dicts; the columns depend on the instance and its channels."""
        return ExportReader(self, lambda file: file.rows(), after)


class Offers(generated.Offers):
    """Offers: fetch one, list those of products, and export all."""

    __slots__ = ()

    @same_signature_as(generated.Offers.create_export)
    async def start_export(self, **filters: Any) -> OfferExport:
        """OF52: start an export of offers, as CSV or, with `export_type="application/json"`, as JSON.

        The arguments are those of `create_export`. Documented interval: changes at most once a minute, all once a day.
        For the same request as a running export, Mirakl returns the tracking id of that one. Raises InvalidArgument
        before anything is sent.
        """
        check_filters(filters)
        return self.export_job(tracking_id_of("OF52", await self.create_export(**filters)))

    def export_job(self, tracking_id: str) -> OfferExport:
        """The export with this tracking id, which any process may have started; sends nothing."""
        return OfferExport(self, generated.OF53, tracking_id)
