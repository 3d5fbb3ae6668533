"""What one call to the simulator costs in a test: through a socket of this process, and handed over without one.

CPU of the process, which does the work of both sides. Blocks of calls are interleaved, so that a slow moment of the
machine meets both ways; ratios are medians of paired blocks.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.synthetic import ORIGIN, order
from mirakl_async import ConnectChannel, MarketplaceFront
from mirakl_async.simulator import Simulator


async def _block(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    """CPU microseconds per call."""
    began = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - began) / calls * 1e6


def _calls(front: MarketplaceFront, connect: ConnectChannel, order_id: str) -> dict[str, Callable[[], Awaitable[Any]]]:
    batch = [order(number) for number in range(10)]
    return {
        "CUR01, a short list": front.platform.list_currencies,
        "OR12, one order": lambda: front.orders.get(order_id),
        "upsertOrders, 10 orders of 3 KB": lambda: connect.orders.upsert(origin=ORIGIN, orders=batch),
    }


async def _measure(calls: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    async with (
        Simulator() as mirakl,
        mirakl.front_client() as front,
        mirakl.connect_client() as connect,
        mirakl.front_client(wire=mirakl.wire()) as direct_front,
        mirakl.connect_client(wire=mirakl.wire()) as direct_connect,
    ):
        order_id = mirakl.front.ids("orders")[0]
        socket, direct = _calls(front, connect, order_id), _calls(direct_front, direct_connect, order_id)
        figures: dict[str, list[tuple[float, float]]] = {}
        for name in socket:
            pairs = [(await _block(socket[name], calls), await _block(direct[name], calls)) for _ in range(rounds + 1)]
            figures[name] = pairs[1:]
    return figures


def main(argv: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks simulator", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args(argv)
    calls, rounds = (10, 2) if arguments.smoke else (arguments.calls, arguments.rounds)
    print("one call to the simulator: CPU microseconds of client and simulator, medians")
    print("| call | socket | no socket | paired median ratio |")
    print("|---|---:|---:|---:|")
    for name, pairs in asyncio.run(_measure(calls, rounds)).items():
        socket, direct = (statistics.median(one) for one in zip(*pairs, strict=True))
        ratio = statistics.median(without / through for through, without in pairs)
        print(f"| {name} | {socket:.0f} | {direct:.0f} | {ratio:.2f} |")
