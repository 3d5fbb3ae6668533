"""Product imports: upload a file (P41), poll its status (P42), download its reports (P44 to P47).

TRANSFORMATION_WAITING, TRANSFORMATION_RUNNING, WAITING and RUNNING precede SENT: the operator has the products, which
may take hours or days until COMPLETE. TRANSFORMATION_FAILED, FAILED and CANCELLED are final.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from ..errors import InvalidArgument
from ..operations.front import products as generated
from .job import Job, poll_interval_of
from .tracking import import_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from ..clock import Clock
    from ..downloads import Download
    from ..http.upload import FileSource
    from ..models.front.products import ConversionOptionsInput, ProductImport
    from ..operation import Operation
    from ..options import Options

__all__ = ["COMPLETE", "FAILED", "SENT", "ImportJob", "Products"]

COMPLETE, SENT = "COMPLETE", "SENT"
FAILED = frozenset({"TRANSFORMATION_FAILED", "FAILED", "CANCELLED"})
# PM11 responds in JSON, for the typed method, or in CSV, for `download_attributes`.
ATTRIBUTES_AS_CSV: Operation[Any] = replace(generated.PM11, answer="stream", accept="text/csv", reply="")


class ImportJob(Job[int, "ProductImport"]):
    """One product import, identified by its `id`; `last_status` is the last fetched status, or None."""

    kind = "product import"
    _completed = COMPLETE
    _failed_statuses = FAILED
    _in_progress = frozenset({"TRANSFORMATION_WAITING", "TRANSFORMATION_RUNNING", "WAITING", "RUNNING", SENT})

    def __init__(self, products: Products, import_id: int) -> None:
        super().__init__(import_id, poll_interval_of(generated.P42))
        self._products = products

    @property
    def clock(self) -> Clock:
        """The client's clock, for waits between calls."""
        return self._products.clock

    async def status(self, **options: Unpack[Options]) -> ProductImport:
        """P42: fetch the current status of the import. Documented interval: at most once a minute."""
        self.last_status: ProductImport | None = await self._products.import_status(self.id, **options)
        return self.last_status

    async def wait(
        self,
        until: Literal["SENT", "COMPLETE"] = "COMPLETE",
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        progress: Callable[[ProductImport], None] | None = None,
    ) -> ProductImport:
        """Wait until the import is SENT, COMPLETE or has failed, and return its status; polls once a minute.

        A failed or cancelled import does not raise: see `raise_for_failure`. `timeout` and `poll_interval` are in
        seconds; `progress` is called with every status. Raises JobTimeout if it would take longer; the import
        continues, and can be waited for again.
        """
        if until not in {SENT, COMPLETE}:
            raise InvalidArgument("wait", "until", f'must be "SENT" or "COMPLETE", not {until!r}')
        return await self._wait(timeout=timeout, poll_interval=poll_interval, progress=progress, until=until)

    @staticmethod
    def _read(fetched: ProductImport) -> tuple[str | None, str | None]:
        return fetched.import_status, fetched.reason_status

    def error_report(self, **options: Unpack[Options]) -> Download:
        """P44: the rejected products with their reasons; once COMPLETE, if `has_error_report`.

        CSV, or a format of the operator: see `DownloadStream.detect_format`.
        """
        report = self._products.download_error_report(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_error_report else report

    def new_products_report(self, **options: Unpack[Options]) -> Download:
        """P45: the products that were added; once COMPLETE, if `has_new_product_report`.

        CSV, or a format of the operator: see `DownloadStream.detect_format`.
        """
        report = self._products.download_new_product_report(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_new_product_report else report

    def transformed_file(self, **options: Unpack[Options]) -> Download:
        """P46: the file as transformed by Mirakl, CSV; from SENT on, if `has_transformed_file`."""
        report = self._products.download_transformed_file(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_transformed_file else report

    def transformation_errors(self, **options: Unpack[Options]) -> Download:
        """P47: the products that could not be transformed; from SENT on, if `has_transformation_error_report`.

        CSV, XLSX or XML, in the format of the seller's file: see `DownloadStream.detect_format`.
        """
        report = self._products.download_transformation_error_report(self.id, **options)
        return (
            report.retrying_not_found()
            if self.last_status and self.last_status.has_transformation_error_report
            else report
        )


class Products(generated.Products):
    """Products: look-up, imports and their reports, categories, attributes and value lists."""

    __slots__ = ()

    async def start_import(
        self,
        file: FileSource,
        *,
        shop: int,
        operator_format: bool | None = None,
        conversion_type: str | None = None,
        conversion_options: ConversionOptionsInput | None = None,
        **options: Unpack[Options],
    ) -> ImportJob:
        """P41: upload a file of products, CSV, XML or XLSX, for one shop, and return its import job.

        Documented interval: at most every 15 minutes for each seller. Raises OutcomeUnknown if the file was sent but no
        response was received: check with `list_imports` whether the import exists.
        """
        created = await self.create_import(
            file=file,
            shop=shop,
            operator_format=operator_format,
            conversion_type=conversion_type,
            conversion_options=conversion_options,
            **options,
        )
        return self.import_job(import_id_of(created))

    def download_attributes(
        self,
        *,
        hierarchy: str | None = None,
        max_level: int | None = None,
        channels: Sequence[str] | None = None,
        with_roles: bool | None = None,
        **options: Unpack[Options],
    ) -> Download:
        """PM11 as CSV: the result of `list_attributes` as a file. Documented interval: at most once an hour."""
        arguments = {"hierarchy": hierarchy, "max_level": max_level, "channels": channels, "with_roles": with_roles}
        return self._caller.download(ATTRIBUTES_AS_CSV, arguments, options)

    def import_job(self, import_id: int) -> ImportJob:
        """The job of this import, which any process may have started; sends nothing."""
        return ImportJob(self, import_id)
