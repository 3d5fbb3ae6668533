"""Commands delivered at least once, twice or in any order; handlers that fail, hang and answer later; processes killed.

The judge is Connect itself: each action has exactly one final outcome, and the right one.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from pathlib import Path

import pytest

from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Fault, Simulator
from tests.events.chaos_worker import plan_of
from tests.events.conftest import command
from tests.support.redis_server import redis_url, shared_redis  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300)
KINDS = ("ACCEPT", "REFUND", "CANCEL", "CREATE_SHIPMENT", "CLOSE_RETURN")


def deliveries(count, dice):
    """Commands of a third as many orders, a fifth of them twice, in any order."""
    bodies = [
        command(f"action-{number}", f"O{dice.randrange(count // 3 + 1)}", dice.choice(KINDS)) for number in range(count)
    ]
    bodies += dice.sample(bodies, count // 5)
    dice.shuffle(bodies)
    return bodies


async def trouble(sim, broker):
    """Connect answers 503 and HTML for a while, and loses answers all the time; the broker stalls twice."""
    for fault in (Fault.status(503, operation="updateActionStatus"), Fault.html(502, operation="updateActionStatus")):
        await asyncio.sleep(1)
        if broker is not None:
            broker.freeze()
            await asyncio.sleep(2)
            broker.thaw()
        sim.faults.add(fault)
        await asyncio.sleep(0.5)
        sim.faults.clear()
        sim.faults.add(Fault.status(503, operation="updateActionStatus", probability=0.02, after_processing=True))
        sim.faults.add(Fault.hang_up(operation="updateActionStatus", probability=0.01))


def judge(sim, journal):
    """Raise AssertionError unless each action has one final outcome, the right one, and none FAILED without a try."""
    report = sim.commands()
    report.check()
    tried = set(journal.read_text().split())
    assert not {*report.succeeded, *report.failed} - tried
    codes = {error["code"] for name in report.failed for error in sim.world.actions[name].errors}
    assert codes <= {"ORDER_IN_WRONG_STATE"}


async def start_worker(settings):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.events.chaos_worker", json.dumps(settings), cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def storm(tmp_path, queue_address, store, *, count, kills, workers, put, broker=None):
    dice = random.Random(7)
    journal = tmp_path / "journal"
    journal.touch()
    rejected = tmp_path / "rejected.ndjson"
    async with Simulator() as sim:
        for number in range(count):
            name = f"action-{number}"
            sim.world.add_action(name, expected="FAILED" if plan_of(name) == "fails" else "SUCCESS")
        await put(deliveries(count, dice))
        settings = {
            "client_id": sim.client_id, "client_secret": sim.client_secret, "connect_url": sim.connect_url,
            "auth_url": sim.auth_url, "account_url": sim.account_url, "queue": queue_address, "store": store,
            "journal": str(journal),
            "rejected": str(rejected),
        }  # fmt: skip
        running = [await start_worker(settings) for _ in range(workers)]
        try:
            troubles = asyncio.create_task(trouble(sim, broker))
            for _ in range(kills):
                await asyncio.sleep(dice.uniform(1.0, 2.0))
                victim = dice.randrange(len(running))
                running[victim].kill()
                await running[victim].wait()
                running[victim] = await start_worker(settings)
            await troubles
            async with asyncio.timeout(240):
                while sim.commands().unanswered:
                    await asyncio.sleep(0.5)
                for one in running:
                    await one.stdout.readline()
                    one.send_signal(signal.SIGTERM)
                    await one.communicate()
                codes = [one.returncode for one in running]
            assert codes == [0] * workers
        finally:
            for one in running:
                if one.returncode is None:
                    one.kill()
                    await one.communicate()
        judge(sim, journal)
    assert rejected.read_text() == ""


@pytest.mark.parametrize(
    ("count", "kills"),
    [pytest.param(80, 1, id="short"), pytest.param(10_000, 10, marks=pytest.mark.chaos, id="long")],
)
async def test_every_action_has_one_right_outcome_on_sqlite(tmp_path, count, kills):
    path = tmp_path / "events.db"

    async def put(bodies):
        async with SqliteQueue(path) as queue:
            await queue.put(bodies)

    await storm(tmp_path, str(path), str(tmp_path / "store.db"), count=count, kills=kills, workers=1, put=put)


@pytest.mark.chaos
async def test_every_action_has_one_right_outcome_on_redis_with_two_workers(tmp_path, shared_redis):  # noqa: F811
    if not shared_redis.durable:
        pytest.skip("needs redis-server")
    shared_redis.empty()
    address = f"{shared_redis.url}/events"

    async def put(bodies):
        async with RedisQueue(address, room=100_000) as queue:
            await queue.put(bodies)

    await storm(
        tmp_path, address, f"{shared_redis.url}/actions", count=10_000, kills=10, workers=2, put=put,
        broker=shared_redis,
    )  # fmt: skip
