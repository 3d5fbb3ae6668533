"""The rows of the conformance suite: add your adapter's class here, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.queues.brokers import Broker, MemoryBroker, SqliteBroker, SqliteOnDiskBroker, started
from tests.queues.postgres_broker import PostgresBroker
from tests.queues.pubsub_broker import PubSubBroker
from tests.queues.redis_broker import RedisBroker
from tests.queues.servicebus_broker import ServiceBusBroker
from tests.queues.sqs_broker import SqsBroker
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture
from tests.support.postgres_server import postgres_server, shared_postgres  # noqa: F401 - fixtures
from tests.support.redis_server import shared_redis  # noqa: F401 - a fixture

BROKERS: dict[str, type[Broker]] = {
    "memory": MemoryBroker,
    "sqlite": SqliteBroker,
    "redis": RedisBroker,
    "postgres": PostgresBroker,
    "sqlite on disk": SqliteOnDiskBroker,
    "sqs": SqsBroker,
    "pubsub": PubSubBroker,
    "servicebus": ServiceBusBroker,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `broker` on each of them that has what the test's `needs` mark names."""
    if "broker" in metafunc.fixturenames:
        needs = [name for mark in metafunc.definition.iter_markers("needs") for name in mark.args]
        fitting = {name: kind for name, kind in BROKERS.items() if all(getattr(kind, need) for need in needs)}
        metafunc.parametrize("broker", fitting.values(), ids=fitting.keys(), indirect=True)


@pytest.fixture
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    one: Broker = request.param(tmp_path)
    if one.needs_server is not None:
        one.server = request.getfixturevalue(one.needs_server)
    async with started(one):
        yield one
