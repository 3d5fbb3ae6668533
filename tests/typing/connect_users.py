"""Code of a user of Connect; checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import assert_type

from mirakl_async import APIError, ClientCredentials, ConnectChannel, OrderSync, RejectedOrder, Response, SyncReport
from mirakl_async.models.connect import (
    CustomAttributeBooleanRequest,
    CustomAttributeStringRequest,
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    OriginRequest,
    ProductRequest,
    ShippingInfoRequest,
)


def made(now: dt.datetime) -> OrderRequest:
    """An order, member by member; a member that is missing, misspelt or of another type is an error here."""
    price = Money(amount=Decimal("12.50"), currency="EUR")
    line = OrderLineRequest(
        channel_order_line_id="1",
        can_cancel=True,
        can_refund=False,
        created_at=now,
        updated_at=now,
        price=price,
        total_shipping_price=price,
        product=ProductRequest(id="sku", title="A thing"),
        quantity=1,
        status="AWAITING_SHIPMENT",
    )
    Money(amount=12.5, currency="EUR")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Money(amount=Decimal(1))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    return OrderRequest(
        channel_order_id="o1",
        channel_updated_at=now,
        created_at=now,
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[line],
        shipping_info=ShippingInfoRequest(),
        status="AWAITING_SHIPMENT",
        custom_attributes=[
            CustomAttributeStringRequest(id="colour", value="red"),
            CustomAttributeBooleanRequest(id="gift", value=True),
        ],
    )


async def feed() -> AsyncIterator[OrderRequest]:
    """A user's source."""
    for order in list[OrderRequest]():
        yield order


async def use(origin: OriginRequest, order: OrderRequest) -> None:
    """The main job and a single call."""
    async with ConnectChannel(auth=ClientCredentials("id", "secret"), rate_limit="maximum") as connect:
        assert_type(connect, ConnectChannel)
        assert_type(await connect.orders.upsert(origin=origin, orders=[order], timeout=5, max_retries=0), None)
        async with connect.orders.sync(feed(), origin=origin) as sync:
            assert_type(sync, OrderSync)
            async for refused in sync.rejected():
                assert_type(refused, RejectedOrder)
                assert_type(refused.order, OrderRequest | None)
        assert_type(sync.report, SyncReport)
        assert_type(sync.report.orders_per_second, float)
        returns = await connect.returns.upsert(origin=origin, returns=[])
        returns.raise_for_errors()
        assert_type(await connect.raw_response(connect.orders.update_action_status, "a1", status="SUCCESS"), Response)
        await connect.orders.upsert(origin=origin, orders=[order], timout=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        await connect.orders.upsert(origin=origin)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def explain(error: APIError) -> list[str]:
    """What an error says, member by member."""
    return [f"{entry.field}: {entry.message}" for entry in error.errors]
