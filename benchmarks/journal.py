"""What a journal costs: the bulk sync without one and with one, in one run, at a server that costs nothing.

* no journal, and SQLite, from structs and from an NDJSON file: orders a second, CPU an order, and its ratio to the
  same feed without a journal (medians of paired rounds);
* durable puts: rows a second that are on disk when `flush` returns, one caller after another, and many at once.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.loopback import http_answer, loopback_server
from benchmarks.synthetic import ORIGIN, orders
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.codec import encode
from mirakl_async.sync.journal import Row, journal_key
from mirakl_async.sync.sqlite import SqliteJournal

BODY = b'{"channel_order_id":"order","filling":"' + b"x" * 2048 + b'"}'
CALLERS = 200
Journals = Callable[[Path], Any]
KINDS: dict[str, Journals] = {
    "no journal": lambda _: None,
    "SQLite": lambda folder: folder / "orders.db",
}


async def push(url: str, source: Any, expected: int, journal: Any) -> tuple[float, float]:
    """CPU and wall seconds of one job."""
    began, cpu = time.perf_counter(), time.process_time()
    async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate="none") as connect:
        report = await connect.orders.sync(source, origin=ORIGIN, journal=journal, resume=False).run()
    assert report.accepted == expected, report
    return time.process_time() - cpu, time.perf_counter() - began


def compare(url: str, sources: dict[str, Any], expected: int, rounds: int) -> None:
    print("| feed | journal | orders/s | CPU us/order | CPU against none |")
    print("|---|---|---:|---:|---:|")
    for feed, source in sources.items():
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in KINDS}
        for number in range(rounds + 1):
            for name, make in KINDS.items():
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


async def durable_puts(many: int) -> None:
    """Each of these callers would tell its own upstream to forget the order."""
    print("\n| journal | callers | durable puts/s | rows a put |\n|---|---:|---:|---:|")
    for callers, rows in ((1, 1), (CALLERS, 1), (1, 100)):
        with tempfile.TemporaryDirectory() as folder:
            journal = SqliteJournal(Path(folder) / "orders.db")
            await journal.open()
            numbers = count()
            puts = max(1, many // rows // (20 if callers == 1 and rows == 1 else 1))
            left = iter(range(puts))

            async def caller(journal: SqliteJournal = journal, left: Any = left, rows: int = rows) -> None:
                for _ in left:
                    await journal.put([row(next(numbers)) for _ in range(rows)])  # noqa: B023 - run before it changes
                    await journal.flush()

            began = time.perf_counter()
            await asyncio.gather(*(caller() for _ in range(callers)))
            seconds = time.perf_counter() - began
            await journal.close()
        print(f"| SQLite | {callers} | {puts * rows / seconds:,.0f} | {rows} |")


def main(argv: list[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks journal", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    many, rounds = (400, 1) if arguments.smoke else (arguments.orders, arguments.rounds)
    with tempfile.TemporaryDirectory() as folder, loopback_server(http_answer("204 No Content")) as port:
        made = list(orders(many))
        file = Path(folder) / "orders.ndjson"
        file.write_bytes(b"".join(encode(one) + b"\n" for one in made))
        print(f"{many} orders of {file.stat().st_size / many:.0f} bytes, {rounds} rounds\n")
        compare(f"http://127.0.0.1:{port}", {"structs": made, "NDJSON": file}, many, rounds)
    asyncio.run(durable_puts(many))
