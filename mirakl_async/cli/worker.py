"""`mirakl-async worker`: sends the messages of a queue, including those that other processes add later."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ..connect_channel import ConnectChannel
from .health import Health
from .job import RejectedFile, check_rejected_file, report_end, run, shared_rate
from .options import AT_LEAST_ONE, SECONDS_AT_LEAST_ZERO, AuthUrl, BaseUrl, Concurrency, Json, Rate, whole_number
from .supervision import Heartbeat, supervised

__all__ = ["worker"]


async def worker(
    queue: Annotated[
        str,
        Parameter(help="SQLite file, or address of a queue such as redis://host/0/name", env_var="MIRAKL_QUEUE"),
    ],
    /,
    *,
    until_empty: Annotated[
        bool, Parameter(help="end when the queue is empty", negative=(), show_default=False)
    ] = False,
    base_url: BaseUrl = None,
    auth_url: AuthUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    rejected_file: RejectedFile = None,
    max_deliveries: Annotated[
        int | None,
        Parameter(
            help="reject an order that was delivered more often than this (default: no limit)",
            validator=AT_LEAST_ONE,
            converter=whole_number,
        ),
    ] = None,
    max_outage: Annotated[
        float | None,
        Parameter(
            help="seconds after which an outage stops the worker (default: no limit)", validator=SECONDS_AT_LEAST_ZERO
        ),
    ] = None,
    heartbeat: Heartbeat = None,
    health: Health = None,
    json: Json = False,
) -> int:
    """Push the orders and outcomes of a queue into Mirakl Connect until stopped.

    Any number of workers can share a queue that several processes can open, on any machines; with Redis they keep the
    rate together. Ctrl-C or SIGTERM finishes the requests in flight and stops; a second one stops at once. Nothing is
    lost either way.
    """
    check_rejected_file(rejected_file, json=json)
    async with (
        shared_rate(queue) as limiter,
        ConnectChannel(connect_url=base_url, auth_url=auth_url, rate_limit=rate, rate_limiter=limiter) as connect,
        supervised(connect, "queue", None, quiet=json, heartbeat=heartbeat, health=health) as supervisor,
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
    return report_end(outcome, rejected_file, json=json)
