"""The settings of a queue are checked where they are set, by name, before anything is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mirakl_async.errors import ConfigurationError
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.postgres_queue import PostgresQueue
from mirakl_async.queues.pubsub_source import PubSubSource
from mirakl_async.queues.redis_queue import RedisQueue
from mirakl_async.queues.servicebus_source import ServiceBusSource
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.queues.sqs_queue import SqsQueue

Make = Callable[..., Any]
QUEUES: dict[str, Make] = {
    "MemoryQueue": MemoryQueue,
    "SqliteQueue": lambda **given: SqliteQueue(Path("orders.db"), **given),
    "RedisQueue": lambda **given: RedisQueue("redis://127.0.0.1:1/0/orders", **given),
    "PostgresQueue": lambda **given: PostgresQueue("postgresql://user@127.0.0.1:1/orders", **given),
    "SqsQueue": lambda **given: SqsQueue("https://sqs.eu-west-1.amazonaws.com/1/orders", **given),
    "PubSubSource": lambda **given: PubSubSource("pubsub://project/orders", **given),
    "ServiceBusSource": lambda **given: ServiceBusSource("servicebus://space/orders", credential=object(), **given),
}
WRONG: list[Any] = [0, -1, "30", float("nan"), float("inf"), None, True, 10**400, [60]]


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("name", QUEUES)
def test_a_lease_is_a_number_of_seconds_above_zero(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name}: lease "):
        QUEUES[name](lease=value)


@pytest.mark.parametrize("value", [-1, "30", float("nan"), float("inf"), None, True])
@pytest.mark.parametrize("name", [name for name in QUEUES if name != "MemoryQueue"])
def test_an_outage_is_a_number_of_seconds(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name}: max_outage "):
        QUEUES[name](max_outage=value)


@pytest.mark.parametrize("value", [0, -1, 1.5, "9", None, True, float("nan")])
def test_room_and_sizes_are_whole_numbers_above_zero(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="^RedisQueue: room must be a whole number, at least 1"):
        QUEUES["RedisQueue"](room=value)
    with pytest.raises(ConfigurationError, match="^MemoryQueue: max_bytes must be a whole number, at least 1"):
        MemoryQueue(max_bytes=value)


@pytest.mark.parametrize("name", QUEUES)
def test_valid_settings_are_accepted(name: str) -> None:
    assert QUEUES[name](lease=30).lease == QUEUES[name](lease=30.0).lease == 30
