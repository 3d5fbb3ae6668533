"""Product imports: hand a file in (P41), follow it (P42), fetch its reports (P44 to P47).

TRANSFORMATION_WAITING, TRANSFORMATION_RUNNING, WAITING and RUNNING lead to SENT: handed to the operator, whose side may
take hours or days, until COMPLETE. TRANSFORMATION_FAILED, FAILED and CANCELLED end an import on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from ..checks import check_arguments
from ..errors import ClientStateError, InvalidArgument, JobFailed
from ..operations.front import products as generated
from ..server_text import one_line
from .polling import WAITING, pace_of, poll_until
from .tracking import import_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from ..downloads import Download
    from ..http.upload import FileSource
    from ..models.front.products import ConversionOptionsInput, ProductImport
    from ..operation import Operation
    from ..options import Options

__all__ = ["COMPLETE", "FAILED", "FINAL", "IN_PROGRESS", "SENT", "ImportJob", "Products"]

COMPLETE, SENT = "COMPLETE", "SENT"
FAILED = frozenset({"TRANSFORMATION_FAILED", "FAILED", "CANCELLED"})
FINAL = FAILED | {COMPLETE}
IN_PROGRESS = frozenset({"TRANSFORMATION_WAITING", "TRANSFORMATION_RUNNING", "WAITING", "RUNNING", SENT})
# PM11 has two forms of answer and one typed method, which takes the other one.
ATTRIBUTES_AS_CSV: Operation[Any] = replace(generated.PM11, answer="stream", accept="text/csv", reply="")


class ImportJob:
    """One product import, by its `id`; `last` is the state seen last, None before the first look."""

    def __init__(self, products: Products, import_id: int) -> None:
        self.id = import_id
        self.last_status: ProductImport | None = None
        self._products = products

    def __repr__(self) -> str:
        status = self.last_status.import_status if self.last_status else None
        return one_line(f"<ImportJob {self.id} {status or 'not looked at'}>")

    async def status(self, **options: Unpack[Options]) -> ProductImport:
        """P42: how the import fares now. Documented pace: at most once a minute."""
        self.last_status = await self._products.import_status(self.id, **options)
        return self.last_status

    async def wait(
        self,
        until: Literal["SENT", "COMPLETE"] = "COMPLETE",
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        progress: Callable[[ProductImport], None] | None = None,
    ) -> ProductImport:
        """The import's state once it is SENT, or COMPLETE, or has ended otherwise; looked at once a minute.

        An import that fails or is cancelled is an outcome, not an exception: see `raise_for_failure`. `timeout` and
        `poll_interval` are in seconds; `progress` is given every state seen. Raises JobTimeout if it would take longer;
        the import goes on, and can be waited for again.
        """
        if until not in {SENT, COMPLETE}:
            raise InvalidArgument("wait", "until", f'is "SENT" or "COMPLETE", not {until!r}')
        enough = FINAL if until == COMPLETE else FINAL | {SENT}
        check_arguments("wait", WAITING, locals())
        return await poll_until(
            self.status,
            lambda state: state.import_status in enough,
            underway=IN_PROGRESS,
            name=f"product import {self.id}",
            every=pace_of(generated.P42) if poll_interval is None else poll_interval,
            timeout=timeout,
            clock=self._products.clock,
            told=lambda state: state.import_status,
            progress=progress,
        )

    @property
    def done(self) -> bool:
        """Whether the state seen last is final."""
        return self.last_status is not None and self.last_status.import_status in FINAL

    @property
    def failed(self) -> bool:
        """Whether the state seen last is final, and not COMPLETE."""
        return self.last_status is not None and self.last_status.import_status in FAILED

    def raise_for_failure(self) -> None:
        """Raise JobFailed if the state seen last is a failed one; products refused one by one are no failure."""
        if self.last_status is None:
            raise ClientStateError(f"product import {self.id}: its status is not known; await status() or wait() first")
        if self.failed:
            status, reason = self.last_status.import_status, one_line(self.last_status.reason_status or "") or None
            raise JobFailed(f"product import {self.id} ended {status}{f': {reason}' if reason else ''}", status, reason)

    def error_report(self, **options: Unpack[Options]) -> Download:
        """P44: the products that were not taken, and why; once COMPLETE, where `has_error_report`.

        CSV, or a format of the operator's own: ask its `kind`.
        """
        report = self._products.download_error_report(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_error_report else report

    def new_products_report(self, **options: Unpack[Options]) -> Download:
        """P45: the products that were added; once COMPLETE, where `has_new_product_report`.

        CSV, or a format of the operator's own: ask its `kind`.
        """
        report = self._products.download_new_product_report(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_new_product_report else report

    def transformed_file(self, **options: Unpack[Options]) -> Download:
        """P46: the file as Mirakl transformed it, CSV; from SENT on, where `has_transformed_file`."""
        report = self._products.download_transformed_file(self.id, **options)
        return report.retrying_not_found() if self.last_status and self.last_status.has_transformed_file else report

    def transformation_errors(self, **options: Unpack[Options]) -> Download:
        """P47: what could not be transformed, and why; from SENT on, where `has_transformation_error_report`.

        CSV, XLSX or XML, as the seller's file was: ask its `kind`.
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
        """P41: hand in a file of products, CSV, XML or XLSX, for one shop; the job follows what becomes of it.

        Documented pace: for each seller, at most every 15 minutes. Raises OutcomeUnknown if the file left and no answer
        came: `list_imports` then tells whether there is such an import.
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
        """PM11 as CSV: what `list_attributes` gives, as a file. Documented pace: at most once an hour."""
        arguments = {"hierarchy": hierarchy, "max_level": max_level, "channels": channels, "with_roles": with_roles}
        return self._caller.download(ATTRIBUTES_AS_CSV, arguments, options)

    def import_job(self, import_id: int) -> ImportJob:
        """The job of an import that was started before, here or elsewhere; nothing is sent."""
        return ImportJob(self, import_id)
