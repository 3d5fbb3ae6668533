"""`mirakl-async import`: imports a file of products into a marketplace and shows the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from cyclopts import Parameter

from ..http.upload import Upload
from ..imports_exports.products import FAILED
from ..marketplace_front import MarketplaceFront
from ..server_text import one_line
from .options import AT_LEAST_ONE, AuthUrl, FrontUrl, Json, PollInterval, Timeout, whole_number
from .outputs import make_folder
from .results import Exit, print_error, print_json, usage_error
from .transfers import ProgressReporter, resumable, transfer

if TYPE_CHECKING:
    from ..downloads import Download
    from ..imports_exports.products import ImportJob
    from ..models.front.products import ProductImport

__all__ = ["import_products"]


async def import_products(
    file: Annotated[Path | None, Parameter(help="file of products, CSV, XML or XLSX")] = None,
    /,
    *,
    shop: Annotated[
        int | None,
        Parameter(help="id of the shop that the products are for", validator=AT_LEAST_ONE, converter=whole_number),
    ] = None,
    attach: Annotated[
        int | None,
        Parameter(
            help="id of an import to follow, instead of importing FILE", validator=AT_LEAST_ONE, converter=whole_number
        ),
    ] = None,
    operator_format: Annotated[
        bool, Parameter(help="the file is in the operator's format", negative=(), show_default=False)
    ] = False,
    wait: Annotated[bool, Parameter(help="wait for the end of the import", negative=(), show_default=False)] = False,
    until: Annotated[Literal["SENT", "COMPLETE"], Parameter(help="status to wait for")] = "COMPLETE",
    timeout: Timeout = None,
    poll_interval: PollInterval = None,
    reports_dir: Annotated[
        Path | None, Parameter(help="wait, and save the import's reports in this folder, made if missing")
    ] = None,
    front_url: FrontUrl = None,
    auth_url: AuthUrl = None,
    json: Json = False,
) -> int:
    """Import a file of products (P41), or follow an import.

    The exit status is 1 when products were rejected, 3 when the import failed or did not finish in time.
    """
    if (file is None) == (attach is None):
        raise usage_error("give either FILE to import it, or --attach ID to follow an import")
    if file is not None and shop is None:
        raise usage_error("--shop is required with FILE: the id of the shop that the products are for")
    if reports_dir is not None:
        make_folder(reports_dir, option="--reports-dir")
    if file is not None and not file.is_file():
        raise usage_error(f"{file} is not a file")
    async with MarketplaceFront(front_url, auth_url=auth_url) as front:
        with transfer("import", quiet=json) as shown:
            if attach is not None:
                job = front.products.import_job(attach)
            else:
                job = await front.products.start_import(
                    Upload(content=cast("Path", file), progress=shown.bytes),
                    shop=cast("int", shop),
                    operator_format=operator_format or None,
                )
                shown.state(f"product import {job.id}: submitted")
            with resumable(job.id):
                if wait or attach is not None or reports_dir is not None:
                    await job.wait(
                        until, timeout=timeout, poll_interval=poll_interval, progress=lambda seen: _show(shown, seen)
                    )
                saved = [] if reports_dir is None else await _save(job, reports_dir)
    return _ended(job, saved, json=json)


def _show(shown: ProgressReporter, state: ProductImport) -> None:
    shown.state(f"product import {state.import_id}: {state.import_status}")


def _reports(job: ImportJob) -> dict[str, Download]:
    """Return the available reports by their file names."""
    state = job.last_status
    if state is None:
        return {}
    reports = {
        "errors": (state.has_error_report, job.error_report),
        "new-products": (state.has_new_product_report, job.new_products_report),
        "transformed": (state.has_transformed_file, job.transformed_file),
        "transformation-errors": (state.has_transformation_error_report, job.transformation_errors),
    }
    return {name: fetch() for name, (has, fetch) in reports.items() if has}


async def _save(job: ImportJob, folder: Path) -> list[Path]:
    saved: list[Path] = []
    for name, download in _reports(job).items():
        async with download as file:
            target = folder / f"import-{job.id}-{name}.{await file.detect_format()}"
            saved.append((await file.save(target)).path)
    return saved


def _ended(job: ImportJob, saved: list[Path], *, json: bool) -> Exit:
    """Print how the import ended, and return the exit status for it."""
    state = job.last_status
    if state is None:
        status, figures = Exit.DONE, dict[str, Any]()
    else:
        rejected = state.has_error_report or state.has_transformation_error_report or state.transform_lines_in_error
        failed = state.import_status in FAILED
        status = Exit.UNFINISHED if failed else Exit.REJECTED if rejected else Exit.DONE
        figures = {
            "status": state.import_status,
            "reason": state.reason_status,
            "lines_read": state.transform_lines_read,
            "lines_in_error": state.transform_lines_in_error,
        }
    if json:
        print_json({"import_id": job.id, **figures, "reports": [str(path) for path in saved]})
    else:
        shown = [f"{name.replace('_', ' ')} {value}" for name, value in figures.items() if value is not None]
        print(one_line(", ".join([f"import {job.id}", *shown])))
        for path in saved:
            print_error(f"saved {path}")
    return status
