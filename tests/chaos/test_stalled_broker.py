"""The broker of a connector is frozen twice while commands are handled: once within a call's timeout, once beyond.

Connect decides: each action has exactly one final outcome, and the right one.
"""

from __future__ import annotations

import asyncio
import os
from random import Random

import pytest

from mirakl_async.simulator import Simulator
from tests.chaos import shared_worker
from tests.chaos.shared_brokers import redis, sqs
from tests.events.test_chaos import deliveries, judge, start_worker
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture

COMMANDS = {kind: int(os.environ.get("MIRAKL_CHAOS_COMMANDS", most)) for kind, most in (("redis", 3000), ("sqs", 800))}
"""SQS' stand-in takes ten times as long for each message."""
STALLS = (3.0, 12.0)
MOST_WAITING = 300


async def put_gradually(queue, bodies, actions):
    """Put the messages so that a few hundred are waiting."""
    total = len(bodies)
    while bodies:
        settled = sum(action.status != "PENDING" for action in actions.values()) * total / len(actions)
        if total - len(bodies) - settled < MOST_WAITING:
            await queue.put(bodies[:50])
            del bodies[:50]
        else:
            await asyncio.sleep(0.05)


async def handle_all(simulator, options, server, folder):
    """Run one worker while the server is frozen for each of `STALLS` seconds."""
    settings = {
        "client_id": simulator.client_id, "client_secret": simulator.client_secret,
        "connect_url": simulator.connect_url, "auth_url": simulator.auth_url, "account_url": simulator.account_url,
        "journal": str(folder / "journal"), "rejected": str(folder / "rejected.ndjson"), **options,
    }  # fmt: skip
    actions = simulator.world.actions
    worker = await start_worker(settings)
    for number, seconds in enumerate(STALLS, 1):
        async with asyncio.timeout(120):
            while sum(action.status != "PENDING" for action in actions.values()) < len(actions) * number / 4:
                await asyncio.sleep(0.05)
        server.freeze()
        await asyncio.sleep(seconds)
        server.thaw()
    async with asyncio.timeout(240):
        while any(action.status == "PENDING" for action in actions.values()):
            await asyncio.sleep(0.2)
    worker.terminate()
    await worker.communicate()
    return worker.returncode


@pytest.mark.chaos
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["redis", "sqs"])
async def test_each_command_has_its_outcome_despite_a_stalled_broker(kind, tmp_path, request):
    opening = redis(tmp_path) if kind == "redis" else sqs(tmp_path, request.getfixturevalue("shared_moto"))
    count, options = COMMANDS[kind], {"store": str(tmp_path / "store.db")}
    (tmp_path / "journal").touch()
    with opening as broker:
        options["queue"] = broker.settings["queue"]
        if kind == "redis":
            options["store"] = f"{broker.settings['redis']}/actions"
        async with Simulator() as simulator, shared_worker.open_queue(broker.settings) as queue:
            for number in range(count):
                simulator.world.add_action(f"action-{number}")
            putting = asyncio.create_task(put_gradually(queue, deliveries(count, Random(7)), simulator.world.actions))
            assert await handle_all(simulator, options, broker.server, tmp_path) == 0
            await putting
            judge(simulator, tmp_path / "journal")
    rejected = tmp_path / "rejected.ndjson"
    assert not rejected.exists() or not rejected.read_bytes()
