"""The cost of a queue for the bulk sync: without one and with each, in one run, against a server of minimal cost.

* no queue, SQLite, and Redis where redis-server is installed, from structs and from an NDJSON file: orders a second,
  CPU an order (this process's, without the server's), and its ratio to the same source without a queue (medians of
  paired rounds);
* lines that another program put, each to be validated;
* `--backlog`: put and take with few and with many orders waiting, and the memory of both.

`many_machines` measures the throughput of one to four workers on one queue in Redis.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.loopback import http_answer, loopback_server
from benchmarks.synthetic import ORIGIN, order, orders
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.codec import encode
from mirakl_async.queues.blocks import encode_block
from mirakl_async.queues.opening import open_queue
from tests.support.redis_server import RedisServer

BLOCK_LINES = 75
Queues = Callable[[Path], Any]
KINDS: dict[str, Queues] = {
    "no queue": lambda _: None,
    "SQLite": lambda folder: folder / "orders.db",
}


@contextlib.contextmanager
def redis_too() -> Iterator[Queues | None]:
    """Run a Redis server if it is installed; yield a function that returns an empty queue at each call."""
    if shutil.which("redis-server") is None:
        print("redis-server is not installed: no figures of Redis\n")
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as server:

        def emptied(_: Path) -> str:
            server.empty()
            return f"{server.url}/orders"

        yield emptied


async def push(url: str, source: Any, expected: int, queue: Any) -> tuple[float, float]:
    """Return the CPU and wall seconds of one job."""
    async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate_limit="none") as connect:
        began, cpu = time.perf_counter(), time.process_time()
        report = await connect.orders.sync(source, origin=ORIGIN, journal=queue, resume=False).run()
        spent = time.process_time() - cpu, time.perf_counter() - began
    assert report.accepted == expected, report
    return spent


async def work(url: str, lines: list[bytes], queue: Any) -> tuple[float, float]:
    """Return the CPU and wall seconds of a job whose lines another program has put into the queue."""
    async with (
        open_queue(queue) as kept,
        ConnectChannel(auth=BearerToken("token"), connect_url=url, rate_limit="none") as connect,
    ):
        for start in range(0, len(lines), BLOCK_LINES):
            await kept.put([b"".join(lines[start : start + BLOCK_LINES])])
        began, cpu = time.perf_counter(), time.process_time()
        report = await connect.orders.sync(kept).run()
        spent = time.process_time() - cpu, time.perf_counter() - began
    assert report.accepted == len(lines), report
    return spent


def compare(url: str, sources: dict[str, Any], expected: int, rounds: int, kinds: dict[str, Queues]) -> None:
    print("| source | queue | orders/s | CPU us/order | CPU against none |")
    print("|---|---|---:|---:|---:|")
    for name, source in sources.items():
        figures: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for number in range(rounds + 1):
            for kind, make in kinds.items():
                with tempfile.TemporaryDirectory() as folder:
                    spent = asyncio.run(push(url, source, expected, make(Path(folder))))
                if number:  # the first round warms up
                    figures[kind].append(spent)
        for kind, spent in figures.items():
            tell(name, kind, spent, expected, figures["no queue"])


def tell(source: str, kind: str, spent: list[tuple[float, float]], many: int, none: list[tuple[float, float]]) -> None:
    wall = statistics.median(seconds for _, seconds in spent)
    cpu = statistics.median(seconds for seconds, _ in spent)
    ratio = statistics.median(one / other for (one, _), (other, _) in zip(spent, none, strict=False))
    print(f"| {source} | {kind} | {many / wall:,.0f} | {cpu / many * 1e6:.1f} | {ratio:.2f} |", flush=True)


def foreign(url: str, made: list[Any], rounds: int, kinds: dict[str, Queues]) -> None:
    """Measure a job whose lines another program has put, which have to be split, validated and joined again."""
    head = encode(ORIGIN)
    lines = [b'{"origin":%b,"order":%b}\n' % (head, encode(one)) for one in made]
    for kind, make in kinds.items():
        spent: list[tuple[float, float]] = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                spent.append(asyncio.run(work(url, lines, make(Path(folder)))))
        tell("lines put by another program", kind, spent, len(made), spent)


async def put_and_take(queue: Any, waiting: int, measured: int) -> None:
    """Print the microseconds per order of put and of take with this backlog, and the memory used."""
    line = encode(order(1))
    async with open_queue(queue) as kept:
        bodies = [block(number, line) for number in range(8)]
        for _ in range(waiting // BLOCK_LINES // len(bodies)):
            await kept.put(bodies)
        figures: list[float] = []
        for _ in range(2):  # the first round warms up
            cpu = time.process_time()
            for _ in range(measured // BLOCK_LINES // len(bodies)):
                await kept.put(bodies)
            put = time.process_time() - cpu
            cpu, taken = time.process_time(), 0
            while taken < measured:
                messages = await kept.receive(4, wait=1)
                await kept.ack(messages)
                taken += len(messages) * BLOCK_LINES
            figures = [put / measured * 1e6, (time.process_time() - cpu) / taken * 1e6]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {waiting:,} | {figures[0]:.2f} | {figures[1]:.2f} | {memory:.0f} |", flush=True)


def block(number: int, line: bytes) -> bytes:
    keys = [(f"order-{number}-{index}", None, index) for index in range(BLOCK_LINES)]
    return encode_block(keys, [line] * BLOCK_LINES, encode(ORIGIN))


def backlog(sizes: list[int], measured: int) -> None:
    """Measure each size in a separate process, so that its memory can be measured."""
    for kind in ("SQLite", "Redis"):
        if kind == "Redis" and shutil.which("redis-server") is None:
            continue
        print(
            f"\n{kind}\n\n| orders waiting | put us/order | take us/order | peak MB |\n|---:|---:|---:|---:|",
            flush=True,
        )
        for size in sizes:
            command = [sys.executable, "-m", __spec__.name, "--one-backlog", kind, str(size), str(measured)]
            subprocess.run(command, check=True)


def one_backlog(kind: str, size: int, measured: int) -> None:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if kind == "SQLite":
            asyncio.run(put_and_take(folder / "orders.db", size, measured))
        else:
            server = stack.enter_context(RedisServer(folder))
            from mirakl_async.queues.redis_queue import RedisQueue  # noqa: PLC0415 - an extra

            async def run() -> None:
                async with RedisQueue(server.url, "orders", room=10**9) as queue:
                    await put_and_take(queue, size, measured)

            asyncio.run(run())


def main(argv: list[str]) -> None:
    """Print the tables of results."""
    parser = argparse.ArgumentParser(prog="benchmarks journal", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--backlog", action="store_true")
    parser.add_argument("--one-backlog", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    if arguments.one_backlog:
        kind, size, measured = arguments.one_backlog
        return one_backlog(kind, int(size), int(measured))
    if arguments.backlog:
        return backlog([1_000, 10_000] if arguments.smoke else [1_000, 1_000_000], 1_200 if arguments.smoke else 24_000)
    many, rounds = (400, 1) if arguments.smoke else (arguments.orders, arguments.rounds)
    with (
        tempfile.TemporaryDirectory() as folder,
        loopback_server(http_answer("204 No Content")) as port,
        redis_too() as redis,
    ):
        made = list(orders(many))
        file = Path(folder) / "orders.ndjson"
        file.write_bytes(b"".join(encode(one) + b"\n" for one in made))
        print(f"{many} orders of {file.stat().st_size / many:.0f} bytes, {rounds} rounds\n")
        kinds = KINDS if redis is None else {**KINDS, "Redis": redis}
        url = f"http://127.0.0.1:{port}"
        compare(url, {"structs": made, "NDJSON": file}, many, rounds, kinds)
        foreign(url, made, rounds, {kind: make for kind, make in kinds.items() if kind != "no queue"})
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
