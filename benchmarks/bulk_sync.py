"""The bulk sync: orders to Mirakl Connect, 100 a call, without a rate limit, against a server of minimal cost.

* floor: aiohttp posting batches that were encoded beforehand;
* hand-written: the tightest loop that encodes too: workers pulling batches from one shared iterator, no retries,
  no limits, no accounting;
* mirakl_async, from structs and from an NDJSON file (which also validates every line);
* aiohttp + json.dumps of dicts, and httpx + pydantic, eight workers each.

Each round runs every variant once; ratios are medians of paired rounds. `--million` adds the memory of a million
orders from a generator.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from benchmarks.loopback import http_answer, loopback_server
from benchmarks.synthetic import ORIGIN, order, orders
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.codec import encode

WORKERS = 8
PATH = "/api/channel-platform/v1/orders"
HEADERS = {"Authorization": "Bearer token", "Content-Type": "application/json", "Accept": "application/json"}
Push = Callable[[], Awaitable[None]]
encoder = msgspec.json.Encoder(decimal_format="number")


async def _pull(batches: Iterator[Any], send: Callable[[Any], Awaitable[None]]) -> None:
    async def worker() -> None:
        for batch in batches:
            await send(batch)

    await asyncio.gather(*(worker() for _ in range(WORKERS)))


def _batches(items: Any) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, 100)):
        yield batch


async def floor(url: str, prepared: dict[str, Any]) -> None:
    """Send batches that were encoded beforehand."""
    async with aiohttp.ClientSession() as session:

        async def send(body: bytes) -> None:
            async with session.post(url + PATH, data=body, headers=HEADERS) as response:
                await response.read()

        await _pull(iter(prepared["bodies"]), send)


async def hand_written(url: str, prepared: dict[str, Any]) -> None:
    """Encode and send orders with aiohttp and msgspec only."""
    async with aiohttp.ClientSession() as session:

        async def send(batch: list[Any]) -> None:
            body = encoder.encode({"origin": ORIGIN, "orders": batch})
            async with session.post(url + PATH, data=body, headers=HEADERS) as response:
                await response.read()

        await _pull(_batches(prepared["orders"]), send)


async def from_structs(url: str, prepared: dict[str, Any]) -> None:
    """Run a sync of this package from structs."""
    async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate_limit="none") as connect:
        report = await connect.orders.sync(prepared["orders"], origin=ORIGIN).run()
        assert report.accepted == len(prepared["orders"])


async def from_ndjson(url: str, prepared: dict[str, Any]) -> None:
    """Run a sync of this package from a file."""
    async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate_limit="none") as connect:
        report = await connect.orders.sync(prepared["file"], origin=ORIGIN).run()
        assert report.accepted == len(prepared["orders"])


async def aiohttp_json(url: str, prepared: dict[str, Any]) -> None:
    """Send dicts with aiohttp and the standard library's JSON."""
    origin = msgspec.to_builtins(ORIGIN)
    async with aiohttp.ClientSession() as session:

        async def send(batch: list[Any]) -> None:
            body = json.dumps({"origin": origin, "orders": batch}).encode()
            async with session.post(url + PATH, data=body, headers=HEADERS) as response:
                await response.read()

        await _pull(_batches(prepared["dicts"]), send)


async def httpx_pydantic(url: str, prepared: dict[str, Any]) -> None:
    """Send pydantic models with httpx."""
    import httpx  # noqa: PLC0415 - only this variant needs it

    async with httpx.AsyncClient(headers=HEADERS, limits=httpx.Limits(max_connections=WORKERS)) as client:

        async def send(batch: list[Any]) -> None:
            body = prepared["model"](origin=prepared["model_origin"], orders=batch).model_dump_json(exclude_none=True)
            (await client.post(url + PATH, content=body)).raise_for_status()

        await _pull(_batches(prepared["models"]), send)


VARIANTS: dict[str, Callable[[str, dict[str, Any]], Awaitable[None]]] = {
    "floor: aiohttp, ready bytes": floor,
    "hand-written: aiohttp + msgspec": hand_written,
    "mirakl_async from structs": from_structs,
    "mirakl_async from NDJSON": from_ndjson,
    "aiohttp + json": aiohttp_json,
    "httpx + pydantic": httpx_pydantic,
}


def _prepare(count: int, folder: Path) -> dict[str, Any]:
    from benchmarks.rivals import OrderModel, OrdersModel, OriginModel  # noqa: PLC0415 - pydantic is slow to load

    made = list(orders(count))
    lines = [encode(one) for one in made]
    file = folder / "orders.ndjson"
    file.write_bytes(b"\n".join(lines))
    return {
        "orders": made,
        "bodies": [encoder.encode({"origin": ORIGIN, "orders": batch}) for batch in _batches(made)],
        "file": file,
        "dicts": [json.loads(line) for line in lines],
        "models": [OrderModel.model_validate_json(line) for line in lines],
        "model": OrdersModel,
        "model_origin": OriginModel(channel_id="channel-1", channel_store_id="store-1"),
    }


def _table(figures: dict[str, list[tuple[float, float]]], count: int) -> None:
    print("| variant | orders/s | CPU us/order | CPU against hand-written |")
    print("|---|---:|---:|---:|")
    base = [cpu for cpu, _ in figures["hand-written: aiohttp + msgspec"]]
    for name, runs in figures.items():
        ratio = statistics.median(cpu / other for (cpu, _), other in zip(runs, base, strict=True))
        cpu = statistics.median(cpu for cpu, _ in runs) / count * 1e6
        rate = count / statistics.median(wall for _, wall in runs)
        print(f"| {name} | {rate:,.0f} | {cpu:.1f} | {ratio:.2f} |")


def _memory(port: int, count: int) -> float:
    """Return by how many megabytes a process grows while it syncs `count` orders from a generator."""
    script = "from benchmarks.bulk_sync import grow; import sys; grow(int(sys.argv[1]), int(sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(port), str(count)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def grow(port: int, count: int) -> None:
    """Print by how many megabytes this process's peak grows after the first 5,000 orders."""

    async def run() -> float:
        url = f"http://127.0.0.1:{port}"
        async with ConnectChannel(auth=BearerToken("token"), connect_url=url, rate_limit="none") as connect:
            await connect.orders.sync(orders(5_000), origin=ORIGIN).run()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            report = await connect.orders.sync((order(n) for n in range(count)), origin=ORIGIN).run()
            assert report.accepted == count
            return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    print(f"{asyncio.run(run()):.1f}")


def main(argv: list[str]) -> None:
    """Print the table of results."""
    parser = argparse.ArgumentParser(prog="benchmarks bulk_sync", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args(argv)
    count, rounds = (400, 1) if arguments.smoke else (arguments.orders, arguments.rounds)
    with tempfile.TemporaryDirectory() as folder, loopback_server(http_answer("204 No Content")) as port:
        prepared = _prepare(count, Path(folder))
        url = f"http://127.0.0.1:{port}"
        size = sum(map(len, prepared["bodies"])) / count
        print(f"{count} orders of {size:.0f} bytes, {rounds} rounds, money as {Decimal.__name__}\n")
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in VARIANTS}
        for push in VARIANTS.values():
            asyncio.run(push(url, prepared))  # type: ignore[arg-type]
        for _ in range(rounds):
            for name, push in VARIANTS.items():
                began, cpu = time.perf_counter(), time.process_time()
                asyncio.run(push(url, prepared))  # type: ignore[arg-type]
                figures[name].append((time.process_time() - cpu, time.perf_counter() - began))
        _table(figures, count)
        many = 1_000_000 if arguments.million else 2_000 if arguments.smoke else 100_000
        print(f"\nmemory growth over {many:,} orders from a generator: {_memory(port, many):.1f} MB")
