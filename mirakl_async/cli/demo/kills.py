"""The demo with --kill: processes push orders and are killed while they work, one after another.

The orders are in a file, and each process runs `mirakl-async sync FILE --journal J --resume`. A process is killed with
SIGKILL when the simulator holds a certain number of orders; the last process may finish.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ...queues.opening import open_queue
from ..results import print_error, unfinished
from .sample_orders import ORIGIN

if TYPE_CHECKING:
    from ...settings import RateUsage
    from ...simulator import SimulatorProcess
    from .sample_feed import SampleFeed

__all__ = ["LOOK_EVERY", "KillTestResult", "Statistics", "push_through_kills"]

LOOK_EVERY = 0.05


class Statistics(Struct, kw_only=True):
    """The counts of a queue: messages, and rejected orders."""

    waiting: int
    rejected: int


class KillTestResult(Struct, kw_only=True):
    """The result of a run with kills: their number, the last process's report, and what remains in the journal."""

    kills: int
    finished: bool
    last_run: dict[str, Any]
    journal: Statistics


async def push_through_kills(
    mirakl: SimulatorProcess, feed: SampleFeed, rate: RateUsage, kills: int, *, journal: str | None, quiet: bool
) -> KillTestResult:
    """Push a feed while its process is killed `kills` times; raises CommandError if a process ends before it is killed.

    `journal` is the URL of the queue; None is a temporary SQLite file.
    """
    with TemporaryDirectory(prefix="mirakl-demo-") as folder:
        file, journal = Path(folder) / "orders.ndjson", journal or str(Path(folder) / "orders.db")
        await asyncio.to_thread(feed.write, file)
        for number, held in enumerate(_kill_points(feed, kills), 1):
            child = await _start(mirakl, file, journal, rate)
            if not await _kill_when(mirakl, child, held):
                raise unfinished(f"all orders were pushed before kill {number} of {kills}: give more --orders")
            if not quiet:
                print_error(
                    f"kill {number}: process {child.pid} was killed; the simulator holds {held:,} orders or more"
                )
        child = await _start(mirakl, file, journal, rate)
        out, _ = await child.communicate()
        async with open_queue(journal) as kept:
            rejected = [row.id async for row in kept.rejected()]
            statistics = Statistics(waiting=await kept.waiting(), rejected=len(rejected))
    finished = child.returncode in {0, 1}
    return KillTestResult(
        kills=kills, finished=finished, last_run=msgspec.json.decode(out or b"{}"), journal=statistics
    )


def _kill_points(feed: SampleFeed, kills: int) -> list[int]:
    """Return the number of held orders at which each kill happens: spread over the feed, with random shifts."""
    draw = Random(feed.seed)  # noqa: S311 - nothing is kept secret
    orders = feed.orders - feed.poison
    return [int(orders * (number + 0.5 + draw.uniform(-0.3, 0.3)) / (kills + 1)) for number in range(kills)]


async def _start(mirakl: SimulatorProcess, file: Path, journal: str, rate: RateUsage) -> Process:
    known = mirakl.addresses
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIRAKL_")}
    environment |= {"MIRAKL_CLIENT_ID": known.client_id, "MIRAKL_CLIENT_SECRET": known.client_secret}
    arguments = ["sync", str(file), f"--journal={journal}", "--resume", f"--rate={rate}", "--json"]
    arguments += [f"--channel-id={ORIGIN.channel_id}", f"--channel-store-id={ORIGIN.channel_store_id}"]
    arguments += [f"--base-url={known.connect_url}", f"--auth-url={known.auth_url}"]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mirakl_async", *arguments, env=environment, stdout=PIPE, stderr=DEVNULL
    )


async def _kill_when(mirakl: SimulatorProcess, child: Process, held: int) -> bool:
    """Kill the process when the simulator holds `held` orders; return False if the process had already ended."""
    try:
        while child.returncode is None and (await mirakl.control.state()).orders < held:  # noqa: ASYNC110 - another process
            await asyncio.sleep(LOOK_EVERY)
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()
    return child.returncode not in {0, 1, 2, 3}
