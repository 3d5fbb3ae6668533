"""What a journal costs: the bulk sync without one and with one, in one run, at a server that costs nothing.

* no journal, SQLite, and Redis where redis-server is installed, from structs and from an NDJSON file: orders a second,
  CPU an order (this process's, without the server's), and its ratio to the same feed without a journal (medians of
  paired rounds);
* durable puts: rows a second that are on disk when `flush` returns, one caller after another, and many at once. Redis
  answers when it has them in memory, and writes its append-only file every second.

What one to four workers on one Redis journal reach together is measured by `many_machines`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.loopback import http_answer, loopback_server
from benchmarks.synthetic import ORIGIN, orders
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.codec import encode
from mirakl_async.sync.journal import Journal, Row, journal_key
from mirakl_async.sync.journals import journal_of
from tests.redis_server import RedisServer

BODY = b'{"channel_order_id":"order","filling":"' + b"x" * 2048 + b'"}'
CALLERS = 200
Journals = Callable[[Path], Any]
KINDS: dict[str, Journals] = {
    "no journal": lambda _: None,
    "SQLite": lambda folder: folder / "orders.db",
}


@contextlib.contextmanager
def redis_too() -> Iterator[Journals | None]:
    """A Redis server, if there is one; each time it is asked for, a journal that is empty."""
    if shutil.which("redis-server") is None:
        print("redis-server is not installed: no figures of Redis\n")
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as server:

        def emptied(_: Path) -> str:
            server.empty()
            return server.url

        yield emptied


async def push(url: str, source: Any, expected: int, journal: Any) -> tuple[float, float]:
    """CPU and wall seconds of one job."""
    began, cpu = time.perf_counter(), time.process_time()
    async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate="none") as connect:
        report = await connect.orders.sync(source, origin=ORIGIN, journal=journal, resume=False).run()
    assert report.accepted == expected, report
    return time.process_time() - cpu, time.perf_counter() - began


def compare(url: str, sources: dict[str, Any], expected: int, rounds: int, kinds: dict[str, Journals]) -> None:
    print("| feed | journal | orders/s | CPU us/order | CPU against none |")
    print("|---|---|---:|---:|---:|")
    for feed, source in sources.items():
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
        for number in range(rounds + 1):
            for name, make in kinds.items():
                with tempfile.TemporaryDirectory() as folder:
                    spent = asyncio.run(push(url, source, expected, make(Path(folder))))
                if number:  # the first round warms up
                    figures[name].append(spent)
        for name, spent in figures.items():
            wall = statistics.median(seconds for _, seconds in spent)
            cpu = statistics.median(seconds for seconds, _ in spent)
            pairs = zip(spent, figures["no journal"], strict=True)
            ratio = statistics.median(one / none for (one, _), (none, _) in pairs)
            print(f"| {feed} | {name} | {expected / wall:,.0f} | {cpu / expected * 1e6:.1f} | {ratio:.2f} |")


def row(number: int) -> Row:
    return Row(journal_key("channel-1", "store-1", f"order-{number:08d}", None), b"{}", 1, BODY)


async def durable_puts(many: int, kinds: dict[str, Journals]) -> None:
    """Each of these callers would tell its own upstream to forget the order."""
    print("\n| journal | callers | durable puts/s | rows a put |\n|---|---:|---:|---:|")
    for name, make in kinds.items():
        for callers, rows in ((1, 1), (CALLERS, 1), (1, 100)):
            puts = max(1, many // rows // (20 if callers == 1 and rows == 1 else 1))
            with tempfile.TemporaryDirectory() as folder:
                journal, _ = journal_of(make(Path(folder)))
                await journal.open()
                seconds = await put_all(journal, callers, puts, rows)
                await journal.close()
            print(f"| {name} | {callers} | {puts * rows / seconds:,.0f} | {rows} |")


async def put_all(journal: Journal, callers: int, puts: int, rows: int) -> float:
    numbers, left = count(), iter(range(puts))

    async def caller() -> None:
        for _ in left:
            await journal.put([row(next(numbers)) for _ in range(rows)])
            await journal.flush()

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began


def main(argv: list[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks journal", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
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
        compare(f"http://127.0.0.1:{port}", {"structs": made, "NDJSON": file}, many, rounds, kinds)
        asyncio.run(durable_puts(many, {name: make for name, make in kinds.items() if name != "no journal"}))
