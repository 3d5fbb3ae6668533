"""`connect.events.run` with each broker that Connect sends to, and those that a connector may use itself."""

from __future__ import annotations

import json

import pytest

from mirakl_async.events import ActionFailed
from tests.events.conftest import command, price, router_of
from tests.queues.brokers import Broker, started
from tests.queues.postgres_broker import PostgresBroker
from tests.queues.pubsub_broker import PubSubBroker
from tests.queues.redis_broker import RedisBroker
from tests.queues.servicebus_broker import ServiceBusBroker
from tests.queues.sqs_broker import SqsBroker
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture

BROKERS = {
    "sqs": SqsBroker, "pubsub": PubSubBroker, "servicebus": ServiceBusBroker, "postgres": PostgresBroker,
    "redis": RedisBroker,
}  # fmt: skip


@pytest.fixture(params=[*BROKERS])
async def broker(request, tmp_path):
    found: Broker = BROKERS[request.param](tmp_path)
    if found.needs_server is not None:
        found.server = request.getfixturevalue(found.needs_server)
    async with started(found):
        yield found


async def test_commands_are_answered_once_facts_are_handled_and_other_messages_are_rejected(start, broker, tmp_path):
    mirakl, seen = await start(queue=broker.queue()), []
    rejected = tmp_path / "rejected.ndjson"

    def handle(one):
        if one.action_id == "a2":
            raise ActionFailed("OTHER", "no")

    bodies = [command("a1"), command("a2", "O2"), command("a1"), price("P1"), b"<html>", b"{}"]
    for action in ("a1", "a2"):
        mirakl.sim.world.add_action(action)
    await broker.deliver(mirakl.queue, bodies)
    router = router_of(handle, PRICE_STOCK_UPSERT=lambda fact: seen.append(fact.data.product_id))
    counters = await mirakl.run(router, rejected=rejected, idle=25.0)
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "FAILED OTHER"}
    mirakl.sim.commands().check()
    assert seen == ["P1"]
    assert (counters.received, counters.handled, counters.failed, counters.facts) == (6, 1, 1, 1)
    assert (counters.duplicates, counters.rejected) == (1, 2)
    assert {json.loads(line)["body"] for line in rejected.read_bytes().splitlines()} == {"<html>", "{}"}
    assert not mirakl.sim.commands().repeated
    await broker.let_leases_end()
    assert not await mirakl.queue.receive(10, wait=0.01), "all of it was acknowledged"
