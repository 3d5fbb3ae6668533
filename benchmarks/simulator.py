"""The simulator in a separate process: its start time, its rate of small calls, and the CPU time of upserts.

python -m benchmarks.simulator
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time

import aiohttp
import msgspec

from mirakl_async.simulator import SimulatorProcess

STARTS = 7
CALLS = 3_000
AT_ONCE = 8
UPSERTS, ORDERS = 30, 100


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used; Linux only."""
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def ready(starts: int) -> float:
    """Return the median of the seconds until a simulator is ready."""
    seconds: list[float] = []
    for _ in range(starts):
        began = time.perf_counter()
        async with SimulatorProcess():
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


async def small_calls(mirakl: SimulatorProcess, session: aiohttp.ClientSession, calls: int) -> tuple[float, float]:
    """Return the calls per second of wall time, and per second of the simulator's CPU time."""
    headers, url = {"Authorization": mirakl.api_key}, f"{mirakl.front_url}/api/currencies"

    async def some(count: int) -> None:
        for _ in range(count):
            async with session.get(url, headers=headers) as answer:
                await answer.read()

    await some(200)
    used, began = cpu_seconds(mirakl.addresses.pid), time.perf_counter()
    await asyncio.gather(*(some(calls // AT_ONCE) for _ in range(AT_ONCE)))
    seconds, busy = time.perf_counter() - began, cpu_seconds(mirakl.addresses.pid) - used
    return calls / seconds, calls / max(busy, 0.01)


async def upserts(mirakl: SimulatorProcess, session: aiohttp.ClientSession, lines: int) -> float:
    """Return the share of a core that 30 calls a second of 100 orders take."""
    headers = {"Authorization": f"Bearer {await mirakl.issue_token()}", "Content-Type": "application/json"}
    url = f"{mirakl.connect_url}/v1/orders"
    bodies = [body(f"{lines}-{number}", lines) for number in range(3)]
    used = cpu_seconds(mirakl.addresses.pid)
    for number in range(2 * UPSERTS):
        async with session.post(url, data=bodies[number % 3], headers=headers) as answer:
            if answer.status != 204:
                raise RuntimeError(await answer.text())
    return (cpu_seconds(mirakl.addresses.pid) - used) / 2


def body(name: str, lines: int) -> bytes:
    """Return the body of a call of 100 orders with `lines` lines each."""
    origin = {"channel_id": "channel-1", "channel_store_id": "store-1"}
    return msgspec.json.encode({"origin": origin, "orders": [order(f"{name}-{one}", lines) for one in range(ORDERS)]})


def order(name: str, lines: int) -> dict[str, object]:
    """Return a valid order."""
    at, euros = "2026-01-05T09:30:00Z", {"amount": 19.99, "currency": "EUR"}
    return {
        "channel_order_id": name,
        "channel_updated_at": at,
        "created_at": at,
        "status": "AWAITING_SHIPMENT",
        "shipping_info": {},
        "fulfillment": {"type": "FULFILLED_BY_SELLER"},
        "order_lines": [
            {
                "channel_order_line_id": f"{name}-{line}",
                "created_at": at,
                "updated_at": at,
                "quantity": 1,
                "can_cancel": True,
                "can_refund": True,
                "price": euros,
                "total_shipping_price": euros,
                "product": {"id": f"p{line}", "title": "Desk lamp"},
                "status": "AWAITING_SHIPMENT",
                "taxes": [{"code": "VAT", "amount": euros}],
            }
            for line in range(lines)
        ],
    }


async def measure(starts: int, calls: int) -> None:
    """Print the figures."""
    print(f"ready after {await ready(starts) * 1000:.0f} ms (median of {starts})")
    async with SimulatorProcess() as mirakl, aiohttp.ClientSession() as session:
        by_clock, by_core = await small_calls(mirakl, session, calls)
        print(f"small calls: {by_clock:,.0f} a second with a client beside it, {by_core:,.0f} a core")
        for lines in (1, 5):
            share = await upserts(mirakl, session, lines)
            print(f"{UPSERTS} upserts of {ORDERS} orders of {lines} lines a second: {share:.0%} of a core")


def main(argv: list[str]) -> None:
    """Print the figures; with --smoke, only test that the benchmark runs."""
    smoke = "--smoke" in argv
    asyncio.run(measure(1 if smoke else STARTS, 80 if smoke else CALLS))


if __name__ == "__main__":
    main(sys.argv[1:])
