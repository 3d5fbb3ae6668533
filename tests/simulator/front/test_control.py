"""A marketplace in another process, controlled and read through the control plane."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest

from mirakl_async.simulator import Control, ExportPlan, ImportPlan, ListChange, SimulatorProcess


@pytest.fixture
def control(front, session):
    return Control(session, front.simulator.control_url).front


async def test_a_marketplace_in_a_process_is_controlled():
    async with SimulatorProcess(front={"orders": 300, "returns": 40}) as mirakl:
        control = mirakl.control.front
        assert (await control.state()).rows["returns"] == 40
        await control.add_list_changes(ListChange(operation="OR11", kind="insert", rows=2, where="last", times=1))
        async with mirakl.front_client() as client:
            assert len(await client.orders.list().all()) == 302
            ids = await control.ids("orders")
            assert await control.delete("orders", ids[0], ids[1]) == 2
            assert await control.change("orders", ids[2], order_state="REFUSED") == 1
            first = await client.orders.list().first()
            assert (first.order_id, first.order_state) == (ids[2], "REFUSED")
            await control.corrupt("orders", ids[3], {"shop_name": "Other"})
            assert [order.shop_name for order in await client.orders.list(order_ids=[ids[3]]).all()] == ["Other"]
            await control.seed("orders", 5)
            assert len(await client.orders.list().all()) == 5
        state = await control.state()
        assert (state.moved, state.ignored, state.rows["orders"]) == ({"insert": 2}, {}, 5)


async def test_list_changes_can_be_added_and_cleared(control, front):
    await control.add_list_changes(ListChange(operation="RT11", kind="delete", rows=3))
    await front.get("/api/returns")
    await control.clear_list_changes()
    await front.get("/api/returns")
    assert len(await control.ids("returns")) == 22
    assert len(await control.insert("returns", 4, "first")) == 4


async def test_imports_and_exports_of_a_process_are_planned():
    async with SimulatorProcess(front={"orders": 40}, now=datetime(2026, 1, 8, tzinfo=UTC)) as mirakl:
        control = mirakl.control.front
        await control.plan_imports(ImportPlan(end="FAILED", stage_seconds=0))
        await control.plan_order_exports(ExportPlan(files=4, looks=0))
        await control.plan_offer_exports(ExportPlan(end="FAILED", looks=0))
        async with mirakl.front_client() as client:
            job = await client.products.start_import(b"sku;title\n1;One\n", shop=2000)
            assert (await job.status()).import_status == "FAILED"
            export = await client.orders.start_export(
                start_date="2026-01-01T00:00:00Z", end_date="2026-02-01T00:00:00Z"
            )
            assert len((await export.status()).urls) == 4
            assert len([order async for order in export.items()]) == 40
            assert (await (await client.offers.start_export()).status()).status == "FAILED"
        state = await control.state()
        assert (state.imports, state.order_exports, state.offer_exports) == (
            {"FAILED": 1},
            {"COMPLETED": 1},
            {"FAILED": 1},
        )
        (upload,) = await control.uploads()
        assert (upload.operation, upload.size, state.uploaded) == ("P41", 16, 1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/front/wishes/ids", None, 404),
        ("/front/orders/insert", b'{"where":"middle"}', 400),
        ("/front/orders/delete", b"{", 400),
        ("/front/orders/insert", b'{"order_id":"A-1"}', 400),
        ("/front/orders/seed", b'{"row":5}', 400),
        ("/front/orders/delete", b'{"ids":[],"all":true}', 400),
        ("/front/orders/change", b'{"ids":[],"order_state":"SHIPPED"}', 400),
        ("/front/imports/plans", b'[{"status":"FAILED"}]', 400),
        ("/front/exports/orders/plans", b'[{"chunks":2}]', 400),
        ("/front/list_changes", b'[{"operation":"OR11","kind":"delete","row":2}]', 400),
        ("/faults", b'[{"kind":"status","status":503}]', 400),
        ("/clock", b'{"advance":1,"seconds":2}', 400),
        ("/clock", b'{"advance":1e308}', 400),
        ("/events/delivery", b'{"duplicates":2}', 400),
        ("/events/delivery", b'{"reorder":0}', 400),
        ("/events/delivery", b'{"duplicate":0.5}', 400),
        ("/front/orders/corrupt", b'{"id":"x","members":{}}', 404),
        ("/front/imports/plans", b'[{"end":"LOST"}]', 400),
        ("/front/exports/wishes/plans", b"[]", 404),
        ("/front/exports/orders/plans", b'[{"files":0}]', 400),
        ("/front/list_changes", b'[{"operation":"OR11","kind":"delete","every":0}]', 400),
    ],
)
async def test_invalid_settings_are_rejected(front, session, path, body, status):
    method = "GET" if body is None else "POST"
    async with session.request(method, front.simulator.control_url + path, data=body) as answer:
        assert answer.status == status
        assert await answer.text()


async def test_the_command_line_prints_the_url_of_marketplace(session):
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mirakl_async",
        "simulator",
        "--front=orders=7",
        "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    where = msgspec.json.decode(await child.stdout.readline())
    async with session.get(where["front_url"] + "/api/orders", headers={"Authorization": where["api_key"]}) as answer:
        assert (await answer.json())["total_count"] == 7
    child.stdin.close()
    assert await child.wait() == 0


@pytest.mark.parametrize("argument", ["--front=wishes=3", "--front=orders", "--front=orders=-1"])
def test_invalid_sizes_are_rejected(argument):
    command = [sys.executable, "-m", "mirakl_async.simulator", argument]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 2
    assert argument.partition("=")[2] in ended.stderr
