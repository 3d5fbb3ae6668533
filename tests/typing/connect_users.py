"""How a user writes it; checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

from mirakl_async import ClientCredentials, ConnectChannel, Reply
from mirakl_async.models.connect import OrderRequest, OriginRequest
from mirakl_async.sync.refused import Refused
from mirakl_async.sync.report import Report


async def feed() -> AsyncIterator[OrderRequest]:
    """A user's source."""
    for order in list[OrderRequest]():
        yield order


async def use(origin: OriginRequest, order: OrderRequest) -> None:
    """The main job and a single call."""
    async with ConnectChannel(auth=ClientCredentials("id", "secret"), rate="maximum") as connect:
        assert_type(connect, ConnectChannel)
        assert_type(await connect.orders.upsert(origin=origin, orders=[order], timeout=5, retries=0), None)
        async with connect.orders.sync(feed(), origin=origin) as sync:
            async for refused in sync.refused():
                assert_type(refused, Refused)
                assert_type(refused.order, OrderRequest | None)
        assert_type(sync.report, Report)
        assert_type(sync.report.orders_per_second, float)
        returns = await connect.returns.upsert(origin=origin, returns=[])
        returns.raise_for_errors()
        assert_type(await connect.raw(connect.orders.update_action_status, "a1", status="SUCCESS"), Reply)
        await connect.orders.upsert(origin=origin, orders=[order], timout=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        await connect.orders.upsert(origin=origin)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
