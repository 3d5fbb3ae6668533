"""A server of one list, by offset and by token, in a separate process; every page is delayed by the same time."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import msgspec

from benchmarks.loopback import http_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 100


def row(number: int) -> dict[str, object]:
    """Return an order or a return of about 350 bytes, with few members."""
    return {
        "order_id": f"{number:08d}-A", "id": f"{number:08d}", "commercial_id": f"{number:08d}",
        "currency_iso_code": "EUR", "order_state": "SHIPPING", "price": 1999.99, "total_price": 2004.98,
        "shop_id": 2000, "created_date": "2026-02-13T10:25:37Z", "last_updated_date": "2026-02-13T10:25:37Z",
        "order_lines": [{"order_line_id": f"{number:08d}-A-1", "quantity": 1, "price": 1999.99, "offer_sku": "SKU-1"}],
    }  # fmt: skip


def _pages(count: int) -> tuple[list[bytes], list[bytes]]:
    """Return the responses of an offset list and of a seek list of `count` pages."""
    offset: list[bytes] = []
    seek: list[bytes] = []
    for page in range(count):
        rows = [row(number) for number in range(page * PAGE, (page + 1) * PAGE)]
        offset.append(http_answer("200 OK", msgspec.json.encode({"orders": rows, "total_count": count * PAGE})))
        token = {"next_page_token": f"{page + 1}"} if page + 1 < count else {}
        seek.append(http_answer("200 OK", msgspec.json.encode({"data": rows} | token)))
    return offset, seek


async def _serve(count: int, delay: float) -> None:
    offset, seek = _pages(count)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            url = urlsplit(head.split(" ", 2)[1])
            query = dict(parse_qsl(url.query))
            orders = url.path == "/api/orders"
            page = int(query.get("offset", "0")) // PAGE if orders else int(query.get("page_token", "0"))
            await asyncio.sleep(delay)
            writer.write((offset if orders else seek)[page])
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # ends with the parent
    server.close()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


@contextmanager
def list_server(pages: int, delay: float) -> Iterator[int]:
    """Serve the pages from a child process, each after `delay` seconds, and yield the port."""
    command = [sys.executable, "-m", "benchmarks.listing", "--pages", str(pages), "--delay", str(delay)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(10)
        child.stdout.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--delay", type=float, required=True)
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.pages, arguments.delay))
