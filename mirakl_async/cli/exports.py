"""`mirakl-async export`: exports all orders or offers of a marketplace into one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..marketplace_front import MarketplaceFront
from ..operations import operations as registry
from .arguments import arguments_of
from .export_files import ENDINGS, PACKABLE, export_writer
from .options import AuthUrl, Filters, FrontUrl, Json, Out, PollInterval, Timeout
from .outputs import check_output, is_stdout, open_output, output_format, place_of_output
from .results import Exit, print_error, print_json, unfinished, usage_error
from .transfers import resumable, transfer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from ..imports_exports.offers import OfferExport
    from ..imports_exports.orders import OrderExport
    from .export_files import ExportFile

__all__ = ["export"]

EXPORT_TYPES = {".csv": "text/csv", ".ndjson": "application/json", ".parquet": "application/json"}
SHOWN_EVERY = 1000


async def export(
    what: Annotated[Literal["orders", "offers"], Parameter(help="what to export")],
    /,
    *filters: Filters,
    out: Out,
    attach: Annotated[
        str | None, Parameter(help="tracking id of a running export to fetch, instead of starting one")
    ] = None,
    timeout: Timeout = None,
    poll_interval: PollInterval = None,
    front_url: FrontUrl = None,
    auth_url: AuthUrl = None,
    json: Json = False,
) -> int:
    """Export all orders or offers into one file.

    The file appears when it is complete. NDJSON holds each item as Mirakl wrote it; Parquet (extra `arrow`) the members
    of its contract, nested as they are; CSV the rows of an export of offers, or one row for each order, with nested
    members as JSON. Filters are the parameters of OR13 and OF52; orders need start_date and end_date.
    """
    kind = output_format(out, ENDINGS, packable=PACKABLE)
    check_output(out, json=json)
    arguments = _arguments(what, filters, kind, attach)
    async with MarketplaceFront(front_url, auth_url=auth_url) as front:
        with transfer(what, quiet=json) as shown:
            resource = front.orders if what == "orders" else front.offers
            job = await resource.start_export(**arguments) if attach is None else resource.export_job(attach)
            named = f"{job.kind} {job.id}"
            shown.state(f"{named}: started" if attach is None else f"{named}: resumed")
            with resumable(job.id):
                await job.wait(
                    timeout=timeout,
                    poll_interval=poll_interval,
                    progress=lambda seen: shown.state(f"{named}: {seen.status}"),
                )
                job.raise_for_failure()
                with open_output(out) as opened:
                    file = await _write(job, opened, kind, shown.items)
    if json:
        print_json({"tracking_id": job.id, what: file.count, "out": str(out), "bytes": out.stat().st_size})
    else:
        (print_error if is_stdout(out) else print)(f"{file.count:,} {what} {place_of_output(out)}")
    return Exit.DONE


def _arguments(what: str, filters: tuple[str, ...], kind: str, attach: str | None) -> dict[str, Any]:
    """Return the arguments that start the export; empty if the command follows a running export."""
    operation = registry["OR13" if what == "orders" else "OF52"]
    arguments = arguments_of(operation, filters)
    if attach is not None:
        if not attach or "/" in attach:
            raise usage_error("--attach must be the tracking id of an export")
        if arguments:
            raise usage_error("--attach fetches an export as it was started: it goes without filters")
        return {}
    if what == "offers" and arguments.setdefault("export_type", EXPORT_TYPES[kind]) != EXPORT_TYPES[kind]:
        raise usage_error(f"export_type must be {EXPORT_TYPES[kind]} for a {kind} file")
    return arguments


async def _write(
    job: OrderExport | OfferExport, opened: BinaryIO, kind: str, on_count: Callable[[int], None]
) -> ExportFile:
    """Write all items into the file, in the order of the export."""
    with export_writer(job, opened, kind) as (items, file):
        async for item in items:
            file.write(item)
            if file.count % SHOWN_EVERY == 0:
                on_count(file.count)
    if items.unreadable:
        raise unfinished(f"{job.kind} {job.id}: {items.unreadable} items could not be read")
    return file
