"""Orders of four megabytes through each queue that takes them, in bounded memory; refused with their size by the others.

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
from tests.support.feeds import ORIGIN, order

SIZE = 4_000_000
COUNT = int(os.environ.get("MIRAKL_CHAOS_LARGE_ORDERS", "80"))
MOST_MEGABYTES = 250
"""Beyond what the process had when it began; the bodies of 80 orders alone have 320."""


def push(told: dict[str, Any], count: int, answer: Any) -> None:
    """Push so many, and give what the report says, why orders were rejected, and by how much memory has grown."""
    answer.send(asyncio.run(_push(told, count)))


async def _push(told: dict[str, Any], count: int) -> tuple[int, int, list[str], float]:
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = (order(n, n, title="x" * SIZE) for n in range(count))
    options = shared_worker.places(told, "large")
    journal = told["path"] if "path" in told else shared_worker.open_queue(told)
    async with ConnectChannel(
        auth=ClientCredentials(told["client_id"], told["client_secret"]),
        connect_url=told["connect_url"],
        auth_url=told["auth_url"],
    ) as connect:
        if "path" in told:
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


async def push_in_a_process(told, count):
    """What `push` gives."""
    async with SimulatorProcess(
        keep="digest", channels={ORIGIN.channel_id: [ORIGIN.channel_store_id]}, rate_limits="documented"
    ) as simulator:
        known = {name: getattr(simulator.addresses, name) for name in ADDRESSES}
        context = worker.context()
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=push, args=(known | told, count, theirs))
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
    assert grown < MOST_MEGABYTES


async def test_a_few_large_orders_on_sqlite(tmp_path):
    check("sqlite", await push_in_a_process({"path": str(tmp_path / "orders.db")}, 4), 4)


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_many_large_orders_on_sqlite(tmp_path):
    check("sqlite", await push_in_a_process({"path": str(tmp_path / "orders.db")}, COUNT), COUNT)


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_many_large_orders(broker):
    check(broker.kind, await push_in_a_process(broker.told, COUNT), COUNT)
