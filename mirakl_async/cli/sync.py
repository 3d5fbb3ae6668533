"""`mirakl-async sync`: a file of orders into Mirakl Connect."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ..connect_channel import ConnectChannel
from ..errors import MiraklError, SyncStopped
from ..models.connect.common import OriginRequest
from .progress import live
from .results import Exit, complain, figures, print_json

if TYPE_CHECKING:
    from ..sync.engine import OrderSync


async def sync(
    file: Annotated[Path, Parameter(help="NDJSON: one order a line")],
    *,
    channel_id: Annotated[str | None, Parameter(help="without it every line names its origin")] = None,
    channel_store_id: Annotated[str | None, Parameter(help="the store on that channel")] = None,
    base_url: Annotated[str | None, Parameter(help="Mirakl Connect's URL, if not by MIRAKL_ENVIRONMENT")] = None,
    auth_url: Annotated[str | None, Parameter(help="the authentication host's URL")] = None,
    rate: Annotated[Literal["maximum", "recommended", "none"] | None, Parameter(help="documented rate to keep")] = None,
    concurrency: Annotated[
        int | None, Parameter(help="calls at a time; derived from rate and latency without it")
    ] = None,
    refused: Annotated[Path | None, Parameter(help="append refused orders to this NDJSON file")] = None,
    json: Annotated[bool, Parameter(help="print one JSON object and nothing else")] = False,
) -> int:
    """Push the orders of an NDJSON file into Mirakl Connect; credentials come from the environment.

    Ctrl-C or SIGTERM drains what is in flight and stops; a second one stops at once.
    """
    if (channel_id is None) != (channel_store_id is None):
        complain("--channel-id and --channel-store-id go together")
        return Exit.USAGE
    origin = None
    if channel_id is not None and channel_store_id is not None:
        origin = OriginRequest(channel_id=channel_id, channel_store_id=channel_store_id)
    try:
        async with ConnectChannel(connect_url=base_url, auth_url=auth_url, rate=rate) as connect:
            with live(file.name, None, quiet=json) as progress:
                job = connect.orders.sync(
                    file, origin=origin, concurrency=concurrency, refused_file=refused, progress=progress
                )
                stopped = await _run(job, quiet=json)
    except (MiraklError, OSError) as error:
        complain(error)
        return Exit.USAGE
    return _tell(job, stopped, as_json=json)


async def _run(job: OrderSync, *, quiet: bool) -> BaseException | None:
    """Run the job under this program's signals; what stopped it, if anything did."""
    loop = asyncio.get_running_loop()
    signals = 0

    def caught() -> None:
        nonlocal signals
        signals += 1
        (job.stop if signals == 1 else job.abort)()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl-C cancels the task instead
            loop.add_signal_handler(number, caught)
    try:
        async with job:
            async for entry in job.refused():
                if not quiet:
                    complain(f"refused: {entry}")
    except SyncStopped as error:
        return error
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
    return KeyboardInterrupt("stopped by a signal") if signals else None


def _tell(job: OrderSync, stopped: BaseException | None, *, as_json: bool) -> int:
    report = job.report
    if as_json:
        print_json({**figures(report), "stopped": None if stopped is None else str(stopped)})
    else:
        print(report)
    if stopped is not None or not report.complete:
        complain(stopped or "some orders were not sent")
        return Exit.UNFINISHED
    return Exit.REFUSED if report.refused else Exit.DONE
