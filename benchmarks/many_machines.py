"""Several workers on one queue in Redis and one shared limiter, against a simulator that enforces the documented limit.

Each worker is a separate process and runs `orders.worker` at `rate_limit="maximum"`: 30 calls of 100 orders in any
second is Mirakl's documented limit for all senders together. A table row says how much of that the workers reached
together while orders were waiting, how many calls were answered with 429 (there should be none), and the CPU time of
the workers and the shared limiter. It needs redis-server; the last second of every run, in which the queue becomes
empty, is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import json

from benchmarks.synthetic import ORIGIN, orders
from mirakl_async import BearerToken, ClientCredentials, ConnectChannel
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter
from mirakl_async.simulator import SimulatorProcess
from tests.support.redis_server import RedisServer

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from mirakl_async.models.connect.orders import OrderRequest

DOCUMENTED = 30
WARM_UP = 1.0


async def work() -> None:
    """Run one worker: read the settings from standard input; print its CPU time when the queue is empty."""
    settings = json.decode(sys.stdin.readline(), type=dict[str, str])
    async with (
        RedisRateLimiter(settings["redis"]) as limiter,
        ConnectChannel(
            auth=ClientCredentials(settings["client_id"], settings["client_secret"]),
            connect_url=settings["connect_url"],
            auth_url=settings["auth_url"],
            rate_limit="maximum",
            rate_limiter=limiter,
        ) as connect,
        RedisQueue(settings["redis"], "orders") as queue,
    ):
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.process_time()
        report = await connect.orders.worker(queue, until_empty=True).run()
        print(report.accepted, time.process_time() - began, connect.counters.throttled, flush=True)


def small(order: OrderRequest) -> OrderRequest:
    """Return an order with one line, so that the simulator's checks do not determine the result."""
    order.order_lines = list(order.order_lines or [])[:1]
    return order


async def start(settings: dict[str, str]) -> Process:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", __spec__.name, "--work", stdin=pipe, stdout=pipe)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.encode(settings) + b"\n")
    await child.stdout.readline()
    return child


async def steady(sim: SimulatorProcess, calls: int) -> float:
    """Return the accepted calls per second, from the end of the warm-up until the queue is nearly empty."""
    await asyncio.sleep(WARM_UP)
    seen: list[tuple[float, int]] = []
    while not seen or seen[-1][1] < calls - DOCUMENTED:
        traffic = (await sim.control.state()).traffic.get("upsertOrders")
        seen.append((time.perf_counter(), traffic.accepted if traffic else 0))
        await asyncio.sleep(0.2)
    (began, first), (ended, last) = seen[0], seen[-1]
    return (last - first) / (ended - began)


async def run(redis: str, workers: int, many: int) -> None:
    async with SimulatorProcess(rate_limits="documented", keep="digest") as sim:
        addresses = sim.addresses
        names = ("connect_url", "auth_url", "client_id", "client_secret")
        settings = {"redis": redis, **{name: getattr(addresses, name) for name in names}}
        async with ConnectChannel(auth=BearerToken("token"), connect_url=addresses.connect_url) as connect:
            await connect.orders.enqueue(map(small, orders(many)), f"{redis}/orders", origin=ORIGIN, resume=False)
        children = [await start(settings) for _ in range(workers)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write(b"\n")
        rate = await steady(sim, many // 100)
        spent = [(await child.communicate())[0].split() for child in children]
        state = await sim.control.state()
    assert state.orders == many == sum(int(accepted) for accepted, _, _ in spent), state
    cpu = sum(float(seconds) for _, seconds, _ in spent) / many * 1e6
    traffic = state.traffic["upsertOrders"]
    print(
        f"| {workers} | {rate:.2f} | {rate / DOCUMENTED:.1%} | {rate * 100:,.0f} | {traffic.refused} "
        f"| {traffic.highest_seen} | {cpu:.0f} |",
        flush=True,
    )


async def compare(most: int, seconds: int) -> None:
    print("| workers | calls/s | of the maximum | orders/s | 429 | fullest second | CPU us/order |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for workers in range(1, most + 1):
        with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as server:
            await run(server.url, workers, seconds * DOCUMENTED * 100)


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks many_machines", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--seconds", type=int, default=15)
    arguments = parser.parse_args(argv)
    if not shutil.which("redis-server"):
        print("There is no redis-server on this machine.")
        return
    most, seconds = (2, 3) if arguments.smoke else (4, arguments.seconds)
    print(f"{most} workers at most, {os.cpu_count()} cores shared by workers, Redis and the simulator\n")
    asyncio.run(compare(most, seconds))


if __name__ == "__main__":
    asyncio.run(work())
