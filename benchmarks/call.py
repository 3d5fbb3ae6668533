"""CPU time of one small call: a GET answered with 300 bytes of JSON, decoded into a struct.

CPU of this process per call, beside bare aiohttp + msgspec; the server runs in a separate process. Blocks of calls
are interleaved, so that a slow moment of the machine meets every variant; ratios are medians of paired blocks.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec

from benchmarks.loopback import http_answer, loopback_server
from mirakl_async import BearerToken, MarketplaceFront
from mirakl_async.models.front.products import ProductImport

IMPORT = msgspec.json.encode(
    {
        "import_id": 2005, "import_status": "COMPLETE", "shop_id": 2000, "date_created": "2026-02-13T10:25:37Z",
        "has_error_report": False, "has_new_product_report": True, "has_transformation_error_report": False,
        "has_transformed_file": True, "transform_lines_read": 12, "transform_lines_in_success": 12,
        "transform_lines_in_error": 0, "transform_lines_with_warning": 0,
    }
)  # fmt: skip
Variant = Callable[[], Awaitable[Any]]


async def _block(call: Variant, calls: int, width: int) -> float:
    """Return the CPU microseconds per call."""

    async def worker() -> None:
        for _ in range(calls // width):
            await call()

    began = time.process_time()
    await asyncio.gather(*(worker() for _ in range(width)))
    return (time.process_time() - began) / calls * 1e6


async def _measure(port: int, calls: int, rounds: int, width: int) -> dict[str, list[float]]:
    url = f"http://127.0.0.1:{port}"
    decoder = msgspec.json.Decoder(ProductImport, strict=False)
    headers = {"Authorization": "Bearer token", "Accept": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        MarketplaceFront(url, auth=BearerToken("token")) as front,
        MarketplaceFront(url, auth=BearerToken("token"), listener=lambda _: None) as watched,
    ):

        async def bare() -> ProductImport:
            async with session.get(f"{url}/api/products/imports/2005", headers=headers) as response:
                return decoder.decode(await response.read())

        variants: dict[str, Variant] = {
            "aiohttp + msgspec": bare,
            "mirakl_async": lambda: front.products.import_status(2005),
            "mirakl_async, watched": lambda: watched.products.import_status(2005),
        }
        figures: dict[str, list[float]] = {name: [] for name in variants}
        for call in variants.values():
            await _block(call, calls // 4, width)
        for _ in range(rounds):
            for name, call in variants.items():
                figures[name].append(await _block(call, calls, width))
    return figures


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks call", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args(argv)
    calls, rounds = (80, 2) if arguments.smoke else (arguments.calls, arguments.rounds)
    with loopback_server(http_answer("200 OK", IMPORT)) as port:
        print(f"one GET of {len(IMPORT)} bytes, decoded: CPU microseconds per call")
        print("| in flight | variant | min | median | paired median ratio |")
        print("|---:|---|---:|---:|---:|")
        for width in (1, 8):
            figures = asyncio.run(_measure(port, calls, rounds, width))
            floor = figures["aiohttp + msgspec"]
            for name, values in figures.items():
                ratio = statistics.median(mine / theirs for mine, theirs in zip(values, floor, strict=True))
                row = (width, name, f"{min(values):.0f}", f"{statistics.median(values):.0f}", f"{ratio:.2f}")
                print("| " + " | ".join(map(str, row)) + " |")
