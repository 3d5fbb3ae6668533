"""The examples, run as a user would, against the simulator."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from examples import aiohttp_app, nightly_export, product_import
from mirakl_async import ClientStateError, SqliteQueue, codec
from mirakl_async.simulator import Simulator
from tests.support.order_factory import order

ROOT = Path(__file__).parents[2]


def variables(mirakl):
    return {
        "MIRAKL_CONNECT_URL": mirakl.connect_url,
        "MIRAKL_ACCOUNT_URL": mirakl.account_url,
        "MIRAKL_AUTH_URL": mirakl.auth_url,
        "MIRAKL_FRONT_URL": mirakl.front_url,
        "MIRAKL_CLIENT_ID": mirakl.client_id,
        "MIRAKL_CLIENT_SECRET": mirakl.client_secret,
    }


@pytest.fixture
async def mirakl(monkeypatch):
    async with Simulator(front={"orders": 230}) as simulator:
        for name, value in variables(simulator).items():
            monkeypatch.setenv(name, value)
        yield simulator


@asynccontextmanager
async def served(application):
    async with TestClient(TestServer(application)) as browser:
        yield browser


async def test_an_aiohttp_application_pushes_posted_orders(mirakl):
    async with served(aiohttp_app.application()) as browser:
        good = await browser.post("/orders", data=codec.encode(order(1)), headers={"Content-Type": "application/json"})
        bad = await browser.post("/orders", json={"channel_order_id": "x"})
        assert (good.status, bad.status) == (204, 422)
        assert "channel_updated_at" in (await bad.json())["error"]
    assert mirakl.state().orders == 1


async def test_a_fastapi_application_shares_one_client(mirakl):
    pytest.importorskip("fastapi")
    httpx = pytest.importorskip("httpx")
    from examples import fastapi_app

    async with (
        fastapi_app.app.router.lifespan_context(fastapi_app.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(fastapi_app.app), base_url="http://shop") as browser,
    ):
        found = await browser.get("/orders/SHIPPING")
        mirakl.revoke_tokens()
        again = await browser.get("/orders/SHIPPING")
    assert found.status_code == again.status_code == 200
    assert found.json() == again.json() != []
    with pytest.raises(ClientStateError):
        await fastapi_app.app.state.front.orders.get("1")


async def test_a_nightly_export_is_a_file_and_can_be_resumed(mirakl, tmp_path, capsys):
    rows = mirakl.front.tables["orders"]
    end = max(datetime.fromisoformat(row["created_date"]) for row in map(rows.row, rows.ranks)) + timedelta(seconds=1)
    await nightly_export.main(tmp_path, end, poll_interval=0.01)
    (day,) = tmp_path.iterdir()
    saved = capsys.readouterr().out.split()
    assert saved
    assert set(saved) <= set(map(str, day.iterdir()))
    started = (day / "export-id").read_text()
    await nightly_export.main(tmp_path, end, poll_interval=0.01)
    assert (day / "export-id").read_text() == started
    assert capsys.readouterr().out.split() == saved


async def test_an_import_stores_its_reports(mirakl, tmp_path, capsys):
    file = tmp_path / "products.csv"
    file.write_text("sku;title\n1;One\n")
    succeeded = await product_import.main(file, 2000, poll_interval=0.01)
    *reports, status = capsys.readouterr().out.split()
    assert succeeded == (status == "COMPLETE")
    assert reports
    assert set(reports) == set(map(str, tmp_path.glob("products.*.csv")))


async def test_a_worker_finishes_its_calls_on_sigterm(mirakl, tmp_path):
    queue = tmp_path / "orders.db"
    line = b'{"origin":{"channel_id":"channel-1","channel_store_id":"store-1"},"order":%b}\n'
    async with SqliteQueue(queue) as opened:
        await opened.put([line % codec.encode(order(number)) for number in range(5)])
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.worker", str(queue), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert child.stdout is not None
    assert await child.stdout.readline() == b"working\n"
    while mirakl.state().orders < 5:
        await asyncio.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    out, _ = await child.communicate()
    assert child.returncode == 0, out.decode()
    assert b"accepted 5" in out
