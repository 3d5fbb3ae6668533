"""Reading a list: wall time against the ideal, the cost of `async for` per item, and how long the first item takes.

The server is a separate process and takes 50 ms a page. The ideal is arithmetic: pages x 50 ms, divided by the pages
under way at once; for a consumer that takes 50 ms a page too, the larger of the two. The cost per item is the CPU time
of the public iterator over pages that are there already, less that of nested plain loops over the same pages; blocks of
both are interleaved, so that a slow moment of the machine meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

from benchmarks.listing import PAGE, list_server
from mirakl_async import BearerToken, MarketplaceFront
from mirakl_async.pages import ItemIterator, Page
from mirakl_async.pages.cursor import VERSION, Cursor

DELAY = 0.05


async def _sweep(front: MarketplaceFront, *, prefetch: int) -> int:
    return len(await front.orders.list().configure(prefetch=prefetch).all())


async def _consume(front: MarketplaceFront, *, prefetch: int, work: float) -> int:
    count = 0
    async for page in front.returns.list().configure(prefetch=prefetch).pages():
        count += len(page.items)
        await asyncio.sleep(work)
    return count


async def _timed(read: Callable[[], Awaitable[int]], expected: int) -> float:
    began = time.perf_counter()
    count = await read()
    seconds = time.perf_counter() - began
    assert count == expected, f"{count} items of {expected}"
    return seconds


async def _walls(port: int, pages: int, rounds: int) -> None:
    print(f"{pages} pages of {PAGE}, {DELAY * 1000:.0f} ms each: wall time")
    print("| how it is read | ideal s | best s | median s | median / ideal |")
    print("|---|---:|---:|---:|---:|")
    async with MarketplaceFront(f"http://127.0.0.1:{port}", auth=BearerToken("token")) as front:
        whole = pages * DELAY
        ways: dict[str, tuple[float, Callable[[], Awaitable[int]]]] = {
            "offset, one at a time": (whole, lambda: _sweep(front, prefetch=0)),
            "offset, 4 at a time": (whole / 4, lambda: _sweep(front, prefetch=4)),
            "offset, 8 at a time": (whole / 8, lambda: _sweep(front, prefetch=8)),
            "seek, consumer takes no time": (whole, lambda: _consume(front, prefetch=1, work=0)),
            "seek, consumer takes 50 ms a page": (whole, lambda: _consume(front, prefetch=1, work=DELAY)),
            "the same without prefetch": (2 * whole, lambda: _consume(front, prefetch=0, work=DELAY)),
        }
        await front.orders.list().first()
        for name, (ideal, read) in ways.items():
            seconds = [await _timed(read, pages * PAGE) for _ in range(rounds)]
            median = statistics.median(seconds)
            print(f"| {name} | {ideal:.2f} | {min(seconds):.2f} | {median:.2f} | {median / ideal:.2f} |")


async def _first_item(port: int, rounds: int) -> None:
    async with MarketplaceFront(f"http://127.0.0.1:{port}", auth=BearerToken("token")) as front:

        async def by_call() -> None:
            await front.call("OR11")

        async def by_loop() -> None:
            async for _ in front.orders.list():
                break

        async def by_first() -> None:
            await front.orders.list().first()

        print("\nuntil the first item is there, ms: minimum, median")
        for name, get in {"one plain call": by_call, "async for": by_loop, "first()": by_first}.items():
            times: list[float] = []
            await get()
            for _ in range(rounds):
                began = time.perf_counter()
                await get()
                times.append((time.perf_counter() - began) * 1000)
            print(f"- {name}: {min(times):.1f}, {statistics.median(times):.1f}")


async def _per_item(pages: int, rounds: int) -> None:
    start = Cursor(version=VERSION, operation="OR11", fingerprint="")
    ready = [Page(items=list(range(PAGE)), row_cursors=lambda _: start) for _ in range(pages)]

    async def feed() -> AsyncGenerator[Page[int], None]:
        for page in ready:
            yield page

    async def plain() -> float:
        began = time.process_time()
        async for page in feed():
            for _ in page.items:
                pass
        return time.process_time() - began

    async def by_item() -> float:
        began = time.process_time()
        async for _ in ItemIterator(start, feed):
            pass
        return time.process_time() - began

    costs = [(await by_item() - await plain()) / (pages * PAGE) * 1e9 for _ in range(rounds)]
    print(
        f"\n`async for` over a plain loop, ns per item: minimum {min(costs):.0f}, median {statistics.median(costs):.0f}"
    )


def main(argv: list[str]) -> None:
    """Print the tables of results."""
    parser = argparse.ArgumentParser(prog="benchmarks pages", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args(argv)
    logging.getLogger("mirakl_async").setLevel(logging.ERROR)  # it advises against reading a list again at once
    pages, rounds = (4, 1) if arguments.smoke else (arguments.pages, arguments.rounds)
    with list_server(pages, DELAY) as port:
        asyncio.run(_walls(port, pages, rounds))
        asyncio.run(_first_item(port, 2 if arguments.smoke else 20))
    asyncio.run(_per_item(pages * 10, 5 if arguments.smoke else 50))
