"""Calls that do not change the state need bounded memory."""

from __future__ import annotations

import gc
import tracemalloc

import msgspec
import pytest

from mirakl_async.simulator import Fault, Simulator
from mirakl_async.simulator.front.names import ean

from .payloads import order, upsert


async def mixed_calls(mirakl, count):
    """Send calls of every kind, of which none adds a row, one after another."""
    bearer = {"Authorization": f"Bearer {mirakl.issue_token()}", "Content-Type": "application/json"}
    key = {"Authorization": mirakl.api_key}
    orders = msgspec.json.encode(upsert(*(order(f"o{number}") for number in range(5))))
    broken = msgspec.json.encode(upsert({}))
    ids = mirakl.front.ids("orders")
    tracking = b'{"carrier_name":"UPS","tracking_number":"T"}'
    shipping = next(
        one
        for one in ids
        if mirakl.front.tables["orders"].row(mirakl.front.tables["orders"].find(one))["order_state"] == "SHIPPING"
    )
    calls = [
        ("POST", f"{mirakl.connect_url}/v1/orders", bearer, orders),
        ("POST", f"{mirakl.connect_url}/v1/orders", bearer, broken),
        ("GET", f"{mirakl.front_url}/api/orders?max=5&offset=10", key, b""),
        ("GET", f"{mirakl.front_url}/api/orders/{ids[3]}", key, b""),
        ("GET", f"{mirakl.front_url}/api/returns?limit=5", key, b""),
        ("GET", f"{mirakl.front_url}/api/currencies", key, b""),
        ("GET", f"{mirakl.front_url}/api/products?product_references=EAN|{ean(2)}", key, b""),
        ("GET", f"{mirakl.front_url}/api/nowhere", key, b""),
        ("PUT", f"{mirakl.front_url}/api/orders/{shipping}/tracking", key | {"Content-Type": "application/json"}, tracking),
        ("GET", f"{mirakl.front_url}/api/orders?start_date=2026-01-01T00:00:00Z&order_ids=%d", key, b""),
    ]  # fmt: skip
    for number in range(count):
        method, url, headers, body = calls[number % len(calls)]
        await mirakl.answer(method, url.replace("%d", str(number)), headers, body)


async def memory_after(calls):
    async with Simulator(sockets=False, log_size=500) as mirakl:
        mirakl.faults.add(Fault.status(503, every=50))
        await mixed_calls(mirakl, 600)
        gc.collect()
        tracemalloc.start()
        try:
            await mixed_calls(mirakl, calls)
            gc.collect()
            current, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        mirakl.judge()
        return current


async def test_calls_without_effect_use_no_memory():
    # What is traced is what replaced the log's first lines and the latest selections.
    assert await memory_after(1_000) < 600_000


@pytest.mark.chaos
async def test_thirty_thousand_mixed_calls_use_bounded_memory():
    assert await memory_after(30_000) < 600_000
