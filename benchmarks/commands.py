"""The cost of a command from the queue to its acknowledgement, and the memory over many facts.

Wall time and CPU time of `connect.events.run` with a handler that does nothing, a MemoryQueue, and each kind of
idempotency store: without the report (which is patched out), and with it, to a server in a separate process that
answers 204. `--facts` handles price events instead, and prints the memory as it goes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.events import price_event
from mirakl_async import BearerToken, ConnectChannel
from mirakl_async.events import EventRouter, MemoryIdempotencyStore, SqliteIdempotencyStore
from mirakl_async.events.decode import TYPES
from mirakl_async.events.reporting import Reporter
from mirakl_async.model import Event
from mirakl_async.queues.memory_queue import MemoryQueue

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


def command(number: int) -> bytes:
    """Return a command for one of a thousand orders."""
    data = {
        "action_id": f"action-{number}", "channel_id": "001", "channel_store_id": "2005",
        "channel_order_id": f"O-{number % 1000}",
        "order_lines": [{"channel_order_line_id": f"L-{number}", "accepted": True}],
    }  # fmt: skip
    event = {"data": data, "id": f"01HGXNJ6VTZR5KJBB{number:09}", "time": "2024-05-20T10:15:30.500Z", "type": "ACCEPT"}
    return json.dumps(event).encode()


def router() -> EventRouter:
    """Return a router whose handlers do nothing."""
    events = EventRouter()

    async def handle(event: Event) -> None:
        """Do nothing."""

    for kind in TYPES.values():
        events.on(kind)(handle)  # type: ignore[type-var] # both kinds of registration take it
    return events


def serve(port: Any) -> None:
    """Answer every request with 204, in a separate process."""

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(ANSWER * data.count(b"PUT "))

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(run())


async def measure(name: str, store: Any, url: str, count: int, *, report: bool) -> None:
    """Measure one configuration and print its row."""
    queue = MemoryQueue()
    with ExitStack() as patches:
        if not report:

            async def reported(*_: object, **__: object) -> bool:
                return True

            patches.enter_context(patch.object(Reporter, "report", reported))
        async with AsyncExitStack() as stack:
            connect = await stack.enter_async_context(client(url))
            await stack.enter_async_context(queue)
            await stack.enter_async_context(store)
            await queue.put([command(number) for number in range(count)])
            began, cpu = time.perf_counter(), time.process_time()
            counters = await connect.events.run(queue, router(), idempotency_store=store, until_empty=True)
            seconds, cpu = time.perf_counter() - began - IDLE, time.process_time() - cpu
    assert counters.handled == count, counters
    print(f"| {name} | {'yes' if report else 'no'} | {count / seconds:,.0f} | {cpu / count * 1e6:.0f} |")


IDLE = 0.5
"""Seconds after which a run detects that its queue is empty."""


def client(url: str) -> ConnectChannel:
    """Return a client of the server that answers 204."""
    return ConnectChannel(auth=BearerToken("token"), connect_url=url, account_url=url, auth_url=url, rate_limit="none")


async def facts(count: int, url: str) -> None:
    """Print the memory used while many price events are handled."""
    queue, numbers = MemoryQueue(), iter(range(count))
    async with client(url) as connect, queue, MemoryIdempotencyStore() as store:

        async def feed() -> None:
            while block := [price_event(number) for number, _ in zip(numbers, range(2000), strict=False)]:
                await queue.put(block)
                while await queue.waiting() > 2000:  # noqa: ASYNC110 - a queue has no event for that
                    await asyncio.sleep(0.005)

        feeding = asyncio.create_task(feed())
        running = asyncio.create_task(connect.events.run(queue, router(), idempotency_store=store))
        began, done = time.perf_counter(), 0
        while not feeding.done() or await queue.waiting():
            await asyncio.sleep(2)
            done += 1
            if done % 5 == 0:
                print(f"after {time.perf_counter() - began:.0f} s: {resident():.0f} MB", flush=True)
        seconds = time.perf_counter() - began
        running.cancel()
        await asyncio.wait([running])
        print(f"{count:,} facts in {seconds:.0f} s, {count / seconds:,.0f} a second; {resident():.0f} MB at the end")


def resident() -> float:
    """Return the resident memory of this process in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def rows(count: int, redis: str | None, url: str) -> None:
    """Print the table of results."""
    print("| store | report | commands/s | CPU us/command |")
    print("|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for report in (False, True):
            await measure("memory", MemoryIdempotencyStore(), url, count, report=report)
            path = Path(folder) / f"store-{report}.db"
            await measure("SQLite", SqliteIdempotencyStore(path), url, count, report=report)
            if redis is not None:
                from mirakl_async.events import RedisIdempotencyStore  # noqa: PLC0415 - an extra

                await measure(
                    "Redis", RedisIdempotencyStore(redis, f"bench-{report}-{time.time()}"), url, count, report=report
                )


def main(argv: list[str]) -> None:
    """Print the table, or the memory."""
    parser = argparse.ArgumentParser(prog="benchmarks commands", description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--redis", help="the URL of a server, such as redis://127.0.0.1:6379/0")
    parser.add_argument("--facts", type=int, help="handle this number of price events instead")
    arguments = parser.parse_args(argv)
    port = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{port.value}"
    try:
        if arguments.facts:
            asyncio.run(facts(arguments.facts, url))
        else:
            asyncio.run(rows(200 if arguments.smoke else arguments.count, arguments.redis, url))
    finally:
        server.terminate()
