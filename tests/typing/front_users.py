"""Code of a storefront; checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from mirakl_async import (
    BearerToken,
    ImportJob,
    MarketplaceFront,
    OffsetPaginator,
    Page,
    Response,
    SeekPaginator,
    Upload,
)
from mirakl_async.models.front import (
    ActionError,
    AiRewriteInput,
    Channel,
    ConversionOptionsInput,
    ImportStatusOrStr,
    Invoice,
    InvoiceDetail,
    Order,
    OrderLine,
    OrderState,
    Product,
    ProductImport,
    ProductPage,
    Return,
    ReturnIdInput,
    ReturnLine,
)

YESTERDAY = dt.datetime(2026, 2, 3, tzinfo=dt.UTC)


async def use() -> None:
    """A day's work."""
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("token")) as front:
        assert_type(front, MarketplaceFront)
        await orders(front)
        await products(front)
        await invoices(front)
        await returns(front)


async def orders(front: MarketplaceFront) -> None:
    """OR11."""
    listed = front.orders.list(start_update_date=YESTERDAY, order_state_codes=[OrderState.SHIPPING], timeout=5)
    assert_type(listed, OffsetPaginator[Order])
    assert_type(listed.with_options(deadline=None), OffsetPaginator[Order])
    async for order in listed:
        assert_type(order, Order)
        assert_type(order.order_id, str)
        assert_type(order.order_lines, list[OrderLine])
        assert_type(order.total_price, Decimal)
        assert_type(order.channel, Channel | None)
        assert_type(order.customer.lastname, str)
        assert_type(order.customer_debited_date, dt.datetime | None)
        repr(order.channel.code)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    assert_type(listed.pages(after="cursor"), AsyncGenerator[Page[Order], None])
    async for page in listed.pages():
        assert_type(page.items, list[Order])
        assert_type(page.total, int | None)
        assert_type(page.next_cursor, str | None)
    assert_type(front.orders.list(order_ids={"o1", "o2"}), OffsetPaginator[Order])
    assert_type(await listed.first(), Order | None)
    assert_type(await listed.take(500), list[Order])
    assert_type(await listed.all(), list[Order])
    assert_type(await front.raw_response(front.orders.get, "o1"), Response)
    assert_type(await front.orders.get("o1", deadline=20, max_retries=0), Order)
    front.orders.list(start_date="2026-02-03")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    front.orders.list(state_codes=["SHIPPING"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def products(front: MarketplaceFront) -> None:
    """P31, P41 and P51."""
    found = await front.products.lookup([("EAN", "9312432012041")], locale="fr_FR")
    assert_type(found, ProductPage)
    assert_type(found.products, list[Product])
    for product in found.products:
        assert_type(product.product_title, str)
    await front.products.lookup([9312432012041])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]

    options = ConversionOptionsInput(ai_rewrite=AiRewriteInput(status="ENABLED"))
    job = await front.products.start_import(Path("catalog.csv"), shop=2000, conversion_options=options)
    assert_type(job, ImportJob)
    await front.products.start_import(Upload(content=b"sku;title", filename="catalog.csv"), shop=2000)
    done = await job.wait(until="SENT", timeout=3600)
    assert_type(done, ProductImport)
    assert_type(done.import_status, ImportStatusOrStr)
    await front.products.start_import("catalog.csv")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

    past = front.products.list_imports(shop_id=2000, last_request_date=YESTERDAY)
    assert_type(past, OffsetPaginator[ProductImport])
    async for import_ in past:
        assert_type(import_.import_id, int)
        assert_type(import_.date_created, dt.datetime)


async def invoices(front: MarketplaceFront) -> None:
    """IV01."""
    listed = front.accounting.list_invoices(invoice_id=[1, 2], start_date=YESTERDAY)
    assert_type(listed, OffsetPaginator[Invoice])
    async for invoice in listed:
        assert_type(invoice.invoice_id, int | None)
        assert_type(invoice.details, list[InvoiceDetail] | None)
        assert_type(invoice.total_amount_incl_taxes, Decimal | None)


async def returns(front: MarketplaceFront) -> None:
    """RT11, and an operation that reports failures inside its answer."""
    listed = front.returns.list(return_state=["RECEIVED"], page_size=50)
    assert_type(listed, SeekPaginator[Return])
    async for item in listed:
        assert_type(item.id, str)
        assert_type(item.return_lines, list[ReturnLine])
    outcome = await front.returns.receive(returns=[ReturnIdInput(id="r1")])
    assert_type(outcome.failed, list[ActionError])
    assert_type(outcome.raise_for_errors(), None)
