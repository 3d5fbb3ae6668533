"""A sync in a process that a test kills; it starts in milliseconds from a server that has imported everything."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from typing import Any

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.cli.demo.sample_orders import ORIGIN

PRELOADED = [
    "tests.chaos.worker",
    "mirakl_async.http.aiohttp_wire",
    "mirakl_async.queues.postgres_queue",
    "mirakl_async.queues.redis_queue",
    "mirakl_async.queues.sqs_queue",
    "mirakl_async.simulator",
]


def context() -> Any:
    """Processes forked from one that has loaded the package, and nothing else."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(PRELOADED)
    return made


def push(addresses: dict[str, str], file: str, journal: str, options: dict[str, Any], answer: Any) -> None:
    """Push a file with its queue to the end, and give the report's figures."""
    answer.send(asyncio.run(_push(addresses, file, journal, dict(options))))


async def _push(addresses: dict[str, str], file: str, journal: str, options: dict[str, Any]) -> tuple[int, int]:
    async with ConnectChannel(
        auth=ClientCredentials(addresses["client_id"], addresses["client_secret"]),
        connect_url=addresses["connect_url"],
        auth_url=addresses["auth_url"],
        rate_limit="none",
        retry=Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.1, quota=10**6),
    ) as connect:
        report = await connect.orders.sync(file, origin=ORIGIN, journal=journal, **options).run()
        return report.accepted, report.unsent


def kill(process: BaseProcess) -> bool:
    """SIGKILL; whether it was still alive to be killed."""
    if process.pid is None or not process.is_alive():
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL
