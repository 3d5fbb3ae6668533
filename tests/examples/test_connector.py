"""The example connector runs through a day of its shop and is killed; the simulator checks its outcomes."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import sys
from decimal import Decimal

import pytest

from examples.connector.shop import Shop
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Delivery, Simulator
from tests.examples.test_applications import ROOT, variables
from tests.support.order_factory import held


class Connector:
    """The example in a process of its own; what Connect puts on its queue while it runs waits until the next start."""

    def __init__(self, mirakl, folder):
        self.mirakl, self.folder, self.shop = mirakl, folder, Shop(folder / "shop.db")
        self.process = None

    async def start(self):
        async with SqliteQueue(self.folder / "events.db") as queue:
            await self.mirakl.events.deliver(everything=True)
            await queue.put(self.mirakl.events.outbox)
            self.mirakl.events.outbox.clear()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "examples.connector", str(self.folder / "events.db"), str(self.folder), cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert await self.process.stdout.readline() == b"running\n"

    async def end(self, number):
        self.process.send_signal(number)
        out, _ = await self.process.communicate()
        return self.process.returncode, out.decode()

    async def until(self, condition):
        async with asyncio.timeout(60):
            while not condition():
                assert self.process.returncode is None, (await self.process.communicate())[0].decode()
                await asyncio.sleep(0.02)

    def rows(self, query):
        db = sqlite3.connect(self.folder / "shop.db", timeout=60)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def has_pushed_everything(self):
        """Whether Connect holds each order as the shop has it."""
        ours = dict(self.rows("SELECT id, status FROM orders"))
        return {key.channel_order_id: order["status"] for key, order in held(self.mirakl).items()} == ours

    def has_answered(self):
        return not self.mirakl.commands().unanswered


@pytest.fixture
async def connector(tmp_path, monkeypatch):
    async with Simulator() as mirakl:
        for name, value in variables(mirakl).items():
            monkeypatch.setenv(name, value)
        found = Connector(mirakl, tmp_path)
        yield found
        if found.process is not None and found.process.returncode is None:
            found.process.kill()
            await found.process.communicate()


async def settle_the_day(connector):
    await connector.until(connector.has_answered)
    await connector.until(connector.has_pushed_everything)
    code, out = await connector.end(signal.SIGTERM)
    assert code == 0, out
    connector.mirakl.commands().check()


async def test_a_connector_survives_a_kill_during_a_day_of_its_shop(connector):
    seller = connector.mirakl.seller()
    for number in range(6):
        connector.shop.buy(f"o{number}", "p1", 1, Decimal("9.90"))
    await connector.start()
    await connector.until(connector.has_pushed_everything)
    await connector.end(signal.SIGKILL)
    for number in range(4):
        await seller.accept(f"o{number}", expected="SUCCESS")
    await seller.ship("o4", expected="FAILED")  # it is not accepted
    await seller.accept("o5", refused=["o5-1"], expected="SUCCESS")
    await seller.ship("o0", expected="SUCCESS")
    await seller.ship("o1", expected="SUCCESS")
    await seller.refund("o1", expected="SUCCESS")
    await seller.refund("o1", expected="FAILED")  # a second one
    await seller.cancel("o2", expected="SUCCESS")
    await seller.upload_document("o0", "invoice.pdf", b"%PDF")
    await seller.set_price("p1", 12.5)
    await seller.set_stock("p1", 7)
    await connector.start()
    await settle_the_day(connector)
    assert connector.rows("SELECT id, status, reason FROM orders ORDER BY id") == [
        ("o0", "SHIPPED", None), ("o1", "CLOSED", "REFUNDED"), ("o2", "CLOSED", "CANCELED"),
        ("o3", "AWAITING_SHIPMENT", None), ("o4", "AWAITING_ACCEPTANCE", None), ("o5", "CLOSED", "REFUSED"),
    ]  # fmt: skip
    assert connector.rows("SELECT order_id, amount FROM refunds") == [("o1", "9.9")]
    assert connector.rows("SELECT order_id, name, content FROM documents") == [("o0", "invoice.pdf", b"%PDF")]
    assert connector.rows("SELECT price, stock FROM offers") == [("12.5", 7)]


@pytest.mark.chaos
async def test_five_kills_lose_and_duplicate_nothing(connector):
    dice, mirakl, count = random.Random(5), connector.mirakl, 120
    seller = mirakl.seller()
    mirakl.events.connect(None, Delivery(duplicates=0.2))
    for number in range(count):
        connector.shop.buy(f"o{number}", f"p{number}", 1, Decimal("9.90"))
    await connector.start()
    await connector.until(connector.has_pushed_everything)
    await connector.end(signal.SIGKILL)
    for kill in range(4):
        for number in range(kill * count // 4, (kill + 1) * count // 4):
            await seller.accept(f"o{number}", expected="SUCCESS")
            await seller.ship(f"o{number}", expected="SUCCESS")
            await seller.refund(f"o{number}", expected="SUCCESS")
            await seller.cancel(f"o{number}", expected="FAILED")
            await seller.set_stock(f"p{number}", number)
        await connector.start()
        before = len(mirakl.requests)
        await connector.until(lambda before=before: len(mirakl.requests) > before + dice.randrange(5, 60))
        await connector.end(signal.SIGKILL)
    await connector.start()
    await settle_the_day(connector)
    assert set(connector.rows("SELECT status, reason FROM orders")) == {("CLOSED", "REFUNDED")}
    assert connector.rows("SELECT count(*), count(DISTINCT order_id) FROM refunds") == [(count, count)]
    assert {f"p{number}": number for number in range(count)} == dict(
        connector.rows("SELECT product_id, stock FROM offers")
    )
