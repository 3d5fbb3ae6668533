"""Large files: an export of orders read item by item or as a whole, and the upload of a catalog.

Every variant runs in a separate process, after a run of 20 KB that loads everything; "peak" is by how much
its resident memory then grew at most, "MB/s" is the file's size by CPU time. The whole decode gives the same structs
and holds them all; the others hold a block. For transfers over a socket, a child process serves or discards the file.

`--megabytes=500` is the size at which the peak is promised: under 150 MB for an export, under 20 MB for an upload of
200 MB; and half of the whole decode's throughput. Parquet of
200,000 orders is promised under 150 MB as well, at a third of the speed of reading them item by item at least.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import aiohttp
import msgspec
import orjson

from benchmarks.filling import order
from benchmarks.loopback import http_answer, loopback_server
from mirakl_async import BearerToken, MarketplaceFront, codec, read_json_items
from mirakl_async.cli.export_files import items_file
from mirakl_async.models.front.orders import Order, OrderExportFile

MB = 1024 * 1024
DISTINCT = 400
TOKEN = "token"
Cost = tuple[float, float, int]


@cache
def made_orders() -> list[bytes]:
    """Return the orders that an export repeats."""
    return [codec.encode(order(number)) for number in range(DISTINCT)]


def write_export(path: Path, size: int) -> int:
    """Write an export file of about `size` bytes; return the number of its orders."""
    made = made_orders()
    count = 0
    with path.open("wb") as file:
        file.write(b'{"orders":[')
        while file.tell() < size:
            file.write(b"," * (count > 0) + made[count % DISTINCT])
            count += 1
        file.write(b"]}")
    return count


def whole(path: Path, _: str) -> int:
    """Read the complete file as structs."""
    decoded = msgspec.json.Decoder(OrderExportFile, strict=False).decode(path.read_bytes())
    return len(decoded.orders or [])


def whole_orjson(path: Path, _: str) -> int:
    """Read the complete file as dicts, with orjson."""
    return len(orjson.loads(path.read_bytes())["orders"])


def whole_json(path: Path, _: str) -> int:
    """Read the complete file as dicts, with the standard library."""
    with path.open("rb") as file:
        return len(json.load(file)["orders"])


def from_disk(path: Path, _: str) -> int:
    """Read a saved file item by item."""
    return sum(1 for _ in read_json_items(path, Order, "orders"))


def from_socket(_: Path, url: str) -> int:
    """Read a file item by item while it is received."""

    async def run() -> int:
        async with (
            MarketplaceFront(url, auth=BearerToken(TOKEN), rate_limit="none") as front,
            front.orders.download_export(url + "/export.json") as file,
        ):
            count = 0
            async for _ in file.items(Order, "orders"):
                count += 1
            return count

    return asyncio.run(run())


def to_disk(path: Path, url: str) -> int:
    """Save a file while it is received, without parsing it."""

    async def run() -> int:
        async with MarketplaceFront(url, auth=BearerToken(TOKEN), rate_limit="none") as front:
            saved = await front.orders.download_export(url + "/export.json").save(path.with_suffix(".saved"))
            saved.path.unlink()
            return saved.size

    return asyncio.run(run())


def upload(path: Path, url: str) -> int:
    """Upload a file with P41, given as a path."""

    async def run() -> int:
        async with MarketplaceFront(url, auth=BearerToken(TOKEN), rate_limit="none") as front:
            return (await front.products.create_import(file=path, shop=1)).import_id

    return asyncio.run(run())


def upload_form_data(path: Path, url: str) -> int:
    """Upload an open file with aiohttp's own form."""

    async def run() -> int:
        async with aiohttp.ClientSession() as session:
            form = aiohttp.FormData()
            form.add_field("file", path.open("rb"), filename=path.name)
            async with session.post(url + "/api/products/imports", data=form) as response:
                return int((await response.json())["import_id"])

    return asyncio.run(run())


def parquet(path: Path, _: str) -> int:
    """Convert a saved file to Parquet item by item, as `mirakl-async export` does."""
    with path.with_suffix(".parquet").open("wb") as file, items_file(file, ".parquet", Order) as rows:
        for item in read_json_items(path, msgspec.Raw, "orders"):
            rows.write(item)
    path.with_suffix(".parquet").unlink()
    return rows.count


READING: dict[str, Callable[[Path, str], int]] = {
    "whole, same structs": whole,
    "whole, orjson dicts": whole_orjson,
    "whole, json dicts": whole_json,
    "item by item, from disk": from_disk,
    "item by item, from a socket": from_socket,
    "into Parquet, from disk": parquet,
    "saved, from a socket": to_disk,
}
SENDING: dict[str, Callable[[Path, str], int]] = {
    "mirakl_async, P41": upload,
    "aiohttp FormData": upload_form_data,
}


def peak() -> float:
    """Return the maximum resident memory of this process so far, in MB."""
    # ru_maxrss is a fallback only, because it starts at the parent's memory when this process was created.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measured(name: str, small: Path, large: Path, url: str) -> Cost:
    """Measure one variant: the peak in MB, the CPU seconds, and the number of items."""
    run = {**READING, **SENDING}[name]
    run(small, url)
    before, cpu = peak(), time.process_time()
    counted = run(large, url)
    return peak() - before, time.process_time() - cpu, counted


def measured_apart(name: str, small: Path, large: Path, url: str) -> Cost:
    """Measure one variant in a separate process."""
    script = "import sys, pathlib as p; from benchmarks.files import measured as m; "
    script += "print(*m(sys.argv[1], p.Path(sys.argv[2]), p.Path(sys.argv[3]), sys.argv[4]))"
    done = subprocess.run(
        [sys.executable, "-c", script, name, str(small), str(large), url], capture_output=True, text=True, check=True
    )
    grown, seconds, counted = done.stdout.split()
    return float(grown), float(seconds), int(counted)


def serve(small: str, large: str) -> None:
    """Answer the first request of every process with the small file, the second with the large one."""
    turn = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            path, turn = Path((small, large)[turn % 2]), turn + 1
            with connection, path.open("rb") as file:
                connection.recv(65536)
                head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {path.stat().st_size}\r\n\r\n"
                connection.sendall(head.encode())
                connection.sendfile(file)


@contextmanager
def file_server(small: Path, large: Path) -> Iterator[str]:
    """Run `serve` in a child process, and return its address."""
    script = "import sys; from benchmarks.files import serve; serve(*sys.argv[1:])"
    child = subprocess.Popen([sys.executable, "-c", script, small, large], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()


def table(rows: dict[str, list[Cost]], size: float) -> None:
    """Print the medians of each variant; ratios are relative to the first one."""
    print("| variant | MB/s | ratio | peak over baseline, MB |")
    print("|---|---:|---:|---:|")
    base = statistics.median(seconds for _, seconds, _ in next(iter(rows.values())))
    for name, runs in rows.items():
        seconds = statistics.median(seconds for _, seconds, _ in runs)
        print(f"| {name} | {size / seconds:,.0f} | {base / seconds:.2f} | {max(grown for grown, _, _ in runs):,.1f} |")


def main(argv: list[str]) -> None:
    """Print the tables of results."""
    parser = argparse.ArgumentParser(prog="benchmarks files", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bounded", action="store_true", help="leave out what holds the whole file")
    arguments = parser.parse_args(argv)
    megabytes, rounds = (2, 1) if arguments.smoke else (arguments.megabytes, arguments.rounds)
    measure = measured if arguments.smoke else measured_apart
    reading = [name for name in READING if not (arguments.bounded and name.startswith("whole"))]
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.json"), Path(folder, "large.json")
        write_export(small, 20_000)
        count = write_export(large, megabytes * MB)
        size = large.stat().st_size
        print(
            f"an export of {count:,} orders, {size / MB:.0f} MB, {size / count / 1000:.1f} KB each; {rounds} rounds\n"
        )
        with file_server(small, large) as url:
            read = {name: [measure(name, small, large, url) for _ in range(rounds)] for name in reading}
        for name, runs in read.items():
            assert {counted for _, _, counted in runs} == {size if name.startswith("saved") else count}, name
        table(read, size / MB)
        print("\nuploading it:\n")
        created = http_answer("201 Created", b'{"import_id":1}')
        with loopback_server(created) as port:
            url = f"http://127.0.0.1:{port}"
            table({name: [measure(name, small, large, url) for _ in range(rounds)] for name in SENDING}, size / MB)
