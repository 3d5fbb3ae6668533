"""What `sync` and `enqueue` take with each kind of source; checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, assert_type

from mirakl_async import ConnectChannel, OrderSync, RedisQueue, SqliteQueue, SyncReport
from mirakl_async.models.connect import OrderRequest, OriginRequest


async def orders_of_one_store(  # noqa: PLR0917 - one of each kind
    connect: ConnectChannel,
    origin: OriginRequest,
    orders: list[OrderRequest],
    rows: Iterator[Mapping[str, Any]],
    stream: AsyncIterator[OrderRequest],
    lists: AsyncIterator[list[OrderRequest]],
    dicts: Iterator[list[dict[str, Any]]],
) -> None:
    """Orders need the origin, each kind of them."""
    assert_type(connect.orders.sync(orders, origin=origin), OrderSync)
    assert_type(connect.orders.sync(stream, origin=origin, linger=0.5, journal="orders.db"), OrderSync)
    connect.orders.sync(rows, origin=origin, batch_size=50)
    connect.orders.sync([{"channel_order_id": "1"}], origin=origin)
    connect.orders.sync(lists, origin=origin, read_ahead=100)
    connect.orders.sync(dicts, origin=origin)
    connect.orders.sync((order for order in orders), origin=origin)
    assert_type(await connect.orders.enqueue(stream, "redis://host/0/orders", origin=origin), SyncReport)
    connect.orders.sync(orders)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(stream)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await connect.orders.enqueue(lists, "orders.db")  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(orders[0], origin=origin)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(orders, origin="store")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(orders, origin=origin, batch=5)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def orders_of_many_stores(  # noqa: PLR0917 - one of each kind
    connect: ConnectChannel,
    origin: OriginRequest,
    pairs: list[tuple[OriginRequest, OrderRequest]],
    rows: Iterator[tuple[OriginRequest, dict[str, Any]]],
    stream: AsyncIterator[tuple[OriginRequest, OrderRequest]],
    lists: AsyncIterator[list[tuple[OriginRequest, OrderRequest]]],
) -> None:
    """Pairs take no origin beside their own."""
    assert_type(connect.orders.sync(pairs), OrderSync)
    connect.orders.sync(rows, rejected_file="rejected.ndjson")
    connect.orders.sync(stream, origin=None, journal=Path("orders.db"), resume=False)
    connect.orders.sync(lists)
    await connect.orders.enqueue(pairs, Path("orders.db"), resume_file="position")
    connect.orders.sync(pairs, origin=origin)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(stream, origin=origin)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await connect.orders.enqueue(pairs, "orders.db", origin=origin)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]


async def files_and_queues(
    connect: ConnectChannel, origin: OriginRequest, queue: SqliteQueue, other: RedisQueue
) -> None:
    """A file may hold either; a queue holds orders with their origins, and is its own journal."""
    connect.orders.sync("orders.ndjson", origin=origin, journal="orders.db", rejected_file="rejected.ndjson")
    connect.orders.sync(Path("lines.ndjson"))
    connect.orders.sync("redis://host/0/orders", idle=10)
    assert_type(connect.orders.sync(queue, idle=10, max_deliveries=5), OrderSync)
    await connect.orders.enqueue("orders.ndjson", queue, origin=origin)
    await connect.orders.enqueue(Path("lines.ndjson"), "orders.db")
    connect.orders.sync(queue, origin=origin)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.orders.sync(queue, journal=other)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await connect.orders.enqueue(queue, other)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


def either(connect: ConnectChannel, source: Iterator[Any], origin: OriginRequest | None) -> OrderSync:
    """What is not typed is not judged."""
    return connect.orders.sync(source, origin=origin)
