"""How much of the documented rate a sync reaches, whatever the server's latency, with only rate_limit="maximum" set.

The simulator enforces the documented limit of 30 calls in any second by its own clock. A row says how many orders a
second went through the whole job, how many calls a second in its middle (without the first and last second and
latency), the most calls that any second held as the server saw them, how many were answered 429, and what the client
spent of one core.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import TYPE_CHECKING

from benchmarks.synthetic import ORIGIN, orders
from mirakl_async import ClientCredentials, ConnectChannel
from mirakl_async.simulator import SimulatorProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirakl_async.models.connect.orders import OrderRequest

DOCUMENTED = 30
LATENCIES = (0.005, 0.5, 2.0)


def small(many: int) -> Iterator[OrderRequest]:
    """Yield orders with one line, so that the simulator's checks do not determine the result."""
    for order in orders(many):
        order.order_lines = list(order.order_lines or [])[:1]
        yield order


def most_in_a_second(times: list[float]) -> int:
    """Return the maximum number of calls in any window of one second."""
    return max(
        sum(start <= other < start + 1 for other in times[at : at + 2 * DOCUMENTED]) for at, start in enumerate(times)
    )


async def run(latency: float, seconds: float) -> str:
    """Measure one latency and print its row."""
    many = int(seconds * DOCUMENTED) * 100
    made = list(small(many))
    async with SimulatorProcess(rate_limits="documented", latency=latency, keep="digest") as sim:
        known = sim.addresses
        async with ConnectChannel(
            auth=ClientCredentials(known.client_id, known.client_secret),
            connect_url=known.connect_url,
            auth_url=known.auth_url,
            rate_limit="maximum",
        ) as connect:
            began = time.process_time()
            report = await connect.orders.sync(made, origin=ORIGIN).run()
            spent = time.process_time() - began
        requests = await sim.control.requests()
        refused = (await sim.control.state()).traffic["upsertOrders"].refused
    assert report.accepted == many
    times = sorted(request.at for request in requests if request.operation == "upsertOrders")
    middle = [at for at in times if times[0] + 1 <= at <= times[-1] - 1]
    steady = (len(middle) - 1) / (middle[-1] - middle[0]) if len(middle) > 1 else 0.0
    return (
        f"| {latency * 1000:.0f} ms | {many / report.elapsed:,.0f} | {steady:.1f} | {steady / DOCUMENTED:.1%} "
        f"| {most_in_a_second(times)} | {refused} | {spent / report.elapsed:.1%} |"
    )


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks pace", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--seconds", type=float, default=30.0)
    arguments = parser.parse_args(argv)
    print("| latency | orders/s | calls/s | of the documented | most in a second | 429 | of one core |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for latency in LATENCIES[:1] if arguments.smoke else LATENCIES:
        print(asyncio.run(run(latency, 3.0 if arguments.smoke else arguments.seconds)), flush=True)
