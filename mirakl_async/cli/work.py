"""`mirakl-async work`: push what a journal holds, and what others put there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ..connect_channel import ConnectChannel
from ..sync.journals import shared_rate
from .job import run
from .progress import handled, live
from .results import complain, print_json

if TYPE_CHECKING:
    from ..sync.report import Report


async def work(
    *,
    journal: Annotated[str, Parameter(help="a SQLite file, or redis://host/0")],
    until_empty: Annotated[bool, Parameter(help="end when nothing waits any more", negative=())] = False,
    base_url: Annotated[str | None, Parameter(help="Mirakl Connect's URL, if not by MIRAKL_ENVIRONMENT")] = None,
    auth_url: Annotated[str | None, Parameter(help="the authentication host's URL")] = None,
    rate: Annotated[Literal["maximum", "recommended", "none"] | None, Parameter(help="documented rate to keep")] = None,
    concurrency: Annotated[
        int | None, Parameter(help="calls at a time; derived from rate and latency without it")
    ] = None,
    refused: Annotated[Path | None, Parameter(help="append refused orders to this NDJSON file")] = None,
    json: Annotated[bool, Parameter(help="print one JSON object and nothing else", negative=())] = False,
) -> int:
    """Push the orders and outcomes of a journal into Mirakl Connect until stopped.

    Any number may work on one redis:// journal, on any machines; they keep the rate together.
    Ctrl-C or SIGTERM waits for what is in flight and stops; a second one stops at once. Nothing is lost either way.
    """
    async with (
        shared_rate(journal) as limiter,
        ConnectChannel(connect_url=base_url, auth_url=auth_url, rate=rate, limiter=limiter) as connect,
    ):
        with live("orders", _share, quiet=json) as progress:
            job = connect.orders.work(
                journal, until_empty=until_empty, concurrency=concurrency, refused_file=refused, progress=progress
            )
            outcome = await run(job, lambda: True, quiet=json)
    if json:
        print_json({**outcome.figures(), "refused_file": None if refused is None else str(refused)})
    else:
        print(outcome.report)
    if outcome.stopped is not None:
        complain(outcome.stopped)
    return outcome.status


def _share(report: Report) -> float:
    """How much of what was claimed is done."""
    return handled(report) / max(1, report.read)
