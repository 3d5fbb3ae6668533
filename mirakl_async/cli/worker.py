"""`mirakl-async worker`: push what a queue holds, and what others put there."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from ..connect_channel import ConnectChannel
from .job import RejectedFile, check_rejected_file, run, shared_rate, tell_end
from .supervision import Heartbeat, supervised

__all__ = ["worker"]


async def worker(
    queue: Annotated[str, Parameter(help="a SQLite file, redis://host/0/name, or another queue's address")],
    /,
    *,
    until_empty: Annotated[bool, Parameter(help="end when nothing waits any more", negative=())] = False,
    base_url: Annotated[str | None, Parameter(help="Mirakl Connect's URL, if not by MIRAKL_ENVIRONMENT")] = None,
    auth_url: Annotated[str | None, Parameter(help="the authentication host's URL")] = None,
    rate: Annotated[Literal["maximum", "recommended", "none"] | None, Parameter(help="documented rate to keep")] = None,
    concurrency: Annotated[
        int | None, Parameter(help="calls at a time; derived from rate and latency without it")
    ] = None,
    rejected_file: RejectedFile = None,
    max_deliveries: Annotated[
        int | None, Parameter(help="set an order aside that was delivered more often than this without an answer")
    ] = None,
    max_outage: Annotated[
        float | None, Parameter(help="seconds after which an outage ends the worker; none does by default")
    ] = None,
    heartbeat: Heartbeat = None,
    json: Annotated[bool, Parameter(help="print one JSON object and nothing else", negative=())] = False,
) -> int:
    """Push the orders and outcomes of a queue into Mirakl Connect until stopped.

    Any number may work on a queue that several processes can open, on any machines; with Redis they keep the rate
    together. Ctrl-C or SIGTERM waits for what is in flight and stops; a second one stops at once. Nothing is lost
    either way.
    """
    check_rejected_file(rejected_file, json=json)
    async with (
        shared_rate(queue) as limiter,
        ConnectChannel(connect_url=base_url, auth_url=auth_url, rate_limit=rate, rate_limiter=limiter) as connect,
        supervised(connect, "queue", None, quiet=json, heartbeat=heartbeat) as supervisor,
    ):
        job = connect.orders.worker(
            queue,
            until_empty=until_empty,
            concurrency=concurrency,
            rejected=rejected_file,
            max_deliveries=max_deliveries,
            max_outage=max_outage,
            progress=supervisor.progress,
        )
        outcome = await run(supervisor.watch(job), lambda: True, quiet=json)
    return tell_end(outcome, rejected_file, json=json)
