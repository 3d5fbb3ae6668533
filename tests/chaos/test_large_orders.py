"""Orders of 4 MB: queues that accept them need bounded memory, the others reject them and report their size.

`MIRAKL_CHAOS_LARGE_ORDERS` sets how many; each process is one that has loaded the package, and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import resource
from typing import Any

import pytest

from mirakl_async import ClientCredentials, ConnectChannel
from mirakl_async.simulator import SimulatorProcess
from tests.chaos import shared_worker, worker
from tests.chaos.shared_feed import ADDRESSES
from tests.support.order_factory import ORIGIN, order

SIZE = 4_000_000
COUNT = int(os.environ.get("MIRAKL_CHAOS_LARGE_ORDERS", "80"))
MAX_MEGABYTES = 250
"""Growth since the start of the process; the bodies of 80 orders alone are 320 MB."""


def push(settings: dict[str, Any], count: int, answer: Any) -> None:
    """Push `count` orders; send back the report's numbers, the reasons of rejections and the memory growth in MB."""
    answer.send(asyncio.run(_push(settings, count)))


async def _push(settings: dict[str, Any], count: int) -> tuple[int, int, list[str], float]:
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = (order(n, n, title="x" * SIZE) for n in range(count))
    options = shared_worker.places(settings, "large")
    journal = settings["path"] if "path" in settings else shared_worker.open_queue(settings)
    async with ConnectChannel(
        auth=ClientCredentials(settings["client_id"], settings["client_secret"]),
        connect_url=settings["connect_url"],
        auth_url=settings["auth_url"],
    ) as connect:
        if "path" in settings:
            report, reasons = await _run(connect.orders.sync(source, origin=ORIGIN, journal=journal))
        else:
            async with journal:
                report, reasons = await _run(
                    connect.orders.sync(source, origin=ORIGIN, journal=journal, idle=2.5, **options)
                )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began) / 1024
    return report.accepted, report.rejected, reasons, grown


async def _run(job: Any) -> tuple[Any, list[str]]:
    async with job:
        reasons = [rejected.reason async for rejected in job.rejected()]
    return job.report, reasons


async def push_in_a_process(settings, count):
    """Run `push` in a process of its own; return its result and the number of orders at Mirakl."""
    async with SimulatorProcess(
        keep="digest", channels={ORIGIN.channel_id: [ORIGIN.channel_store_id]}, rate_limits="documented"
    ) as simulator:
        known = {name: getattr(simulator.addresses, name) for name in ADDRESSES}
        context = worker.context()
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=push, args=(known | settings, count, theirs))
        await asyncio.to_thread(process.start)
        theirs.close()
        try:
            found = await asyncio.to_thread(mine.recv)
        finally:
            await asyncio.to_thread(process.join)
        return *found, (await simulator.control.state()).orders


def check(kind, found, count):
    accepted, rejected, reasons, grown, held = found
    print(f"{kind}: {accepted} accepted, {rejected} rejected, {grown:.0f} MB")  # noqa: T201 - for -s
    if kind == "sqs":
        assert (accepted, rejected, held) == (0, count, 0)
        assert all("the order has 4000" in reason and "takes at most" in reason for reason in reasons)
    else:
        assert (accepted, rejected, held) == (count, 0, count)
    assert grown < MAX_MEGABYTES


async def test_a_few_large_orders_need_bounded_memory_with_sqlite(tmp_path):
    check("sqlite", await push_in_a_process({"path": str(tmp_path / "orders.db")}, 4), 4)


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_many_large_orders_need_bounded_memory_with_sqlite(tmp_path):
    check("sqlite", await push_in_a_process({"path": str(tmp_path / "orders.db")}, COUNT), COUNT)


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_many_large_orders_need_bounded_memory_or_are_rejected(broker):
    check(broker.kind, await push_in_a_process(broker.settings, COUNT), COUNT)
