"""Queues are opened by address, and a missing feature is an error that says what to use instead."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mirakl_async.errors import ConfigurationError
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.opening import make_queue, open_queue, require
from mirakl_async.queues.protocol import KeepsCursors, KeepsRejected, Sink, Source
from mirakl_async.queues.sqlite_queue import SqliteQueue


class Adapter:
    """Stands for an adapter of an extra: only its address counts here."""

    def __init__(self, address: str, **options: Any) -> None:
        self.given = (address, options)


@pytest.fixture
def adapters(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Adapter]]:
    made = {}
    for module, name in {
        "redis_queue": "RedisQueue",
        "postgres_queue": "PostgresQueue",
        "sqs_queue": "SqsQueue",
        "pubsub_source": "PubSubSource",
        "servicebus_source": "ServiceBusSource",
    }.items():
        fake = ModuleType(module)
        made[name] = type(name, (Adapter,), {})
        setattr(fake, name, made[name])
        monkeypatch.setitem(sys.modules, f"mirakl_async.queues.{module}", fake)
    return made


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("orders.db", "orders.db"),
        ("/var/orders.db", "/var/orders.db"),
        (Path("some/orders.db"), "some/orders.db"),
        ("sqlite:///orders.db", "orders.db"),
        ("sqlite:////var/orders.db", "/var/orders.db"),
        ("C:\\data\\orders.db", "C:\\data\\orders.db"),
        ("with space:and?mark#.db", "with space:and?mark#.db"),
    ],
)
def test_a_path_is_a_sqlite_queue(address: str | Path, path: str) -> None:
    queue = make_queue(address)
    assert isinstance(queue, SqliteQueue)
    assert str(queue.path) == path


@pytest.mark.parametrize(
    ("address", "name", "given"),
    [
        ("redis://h/0/orders", "RedisQueue", "redis://h/0/orders"),
        ("rediss://u:p@h:1/0/orders", "RedisQueue", "rediss://u:p@h:1/0/orders"),
        ("valkey://h/0/orders", "RedisQueue", "valkey://h/0/orders"),
        ("REDIS://h/0/orders", "RedisQueue", "redis://h/0/orders"),
        (
            "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
            "SqsQueue",
            "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
        ),
        ("sqs://sqs.eu-west-1.amazonaws.com/1/orders", "SqsQueue", "https://sqs.eu-west-1.amazonaws.com/1/orders"),
        ("http://localhost:4566/000000000000/orders", "SqsQueue", "http://localhost:4566/000000000000/orders"),
        ("pubsub://project/subscription", "PubSubSource", "pubsub://project/subscription"),
        ("servicebus://ns.servicebus.windows.net/q", "ServiceBusSource", "servicebus://ns.servicebus.windows.net/q"),
        ("postgresql://u:p@h/db", "PostgresQueue", "postgresql://u:p@h/db"),
    ],
)
def test_the_scheme_of_an_address_selects_the_queue(
    adapters: dict[str, type[Adapter]], address: str, name: str, given: str
) -> None:
    queue: Any = make_queue(address)
    assert type(queue) is adapters[name]
    assert queue.given == (given, {})


@pytest.mark.parametrize(
    ("address", "dsn"),
    [
        ("postgresql://h/db?table=orders", "postgresql://h/db"),
        ("postgres://h/db?table=orders&sslmode=require", "postgres://h/db?sslmode=require"),
        ("postgresql://h/db?sslmode=require&table=orders", "postgresql://h/db?sslmode=require"),
        ("postgresql://h/db?a=1&table=orders&b=2", "postgresql://h/db?a=1&b=2"),
    ],
)
def test_the_table_is_removed_from_the_address_of_postgresql(
    adapters: dict[str, type[Adapter]], address: str, dsn: str
) -> None:
    queue: Any = make_queue(address)
    assert queue.given == (dsn, {"table": "orders"})


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("kafka://u:pass-word@host/orders", r"^queue: kafka:// is not supported: give the path .* servicebus://$"),
        ("https://u:pass-word@example.com/orders", r"not that of an SQS queue: give"),
        ("", "the path is empty"),
        ("sqlite://", "the path is empty"),
        ("sqlite:///", "the path is empty"),
    ],
)
def test_an_invalid_address_is_an_error_that_says_what_to_use(address: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        make_queue(address)
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "module", "extra"),
    [
        ("redis://h/0/orders", "redis_queue", "redis"),
        ("postgresql://h/db", "postgres_queue", "postgres"),
        ("sqs://sqs.eu-west-1.amazonaws.com/1/orders", "sqs_queue", "sqs"),
        ("pubsub://project/subscription", "pubsub_source", "pubsub"),
        ("servicebus://ns/q", "servicebus_source", "servicebus"),
    ],
)
def test_the_error_of_a_missing_extra_names_it(
    monkeypatch: pytest.MonkeyPatch, address: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, f"mirakl_async.queues.{module}", None)  # importing it fails
    with pytest.raises(ConfigurationError, match=rf":// needs an extra: pip install 'mirakl-async\[{extra}\]'"):
        make_queue(address)


async def test_only_queues_opened_by_address_are_closed(tmp_path: Path) -> None:
    async with open_queue(tmp_path / "orders.db") as queue:
        await queue.put([b"{}\n"])
    made = MemoryQueue()
    async with made:
        async with open_queue(made) as queue:
            assert queue is made
        await made.put([b"{}\n"])
    assert (tmp_path / "orders.db").exists()


def test_a_missing_feature_of_a_queue_is_an_error_that_says_what_to_use() -> None:
    class SqsQueue:
        max_bytes = 1

        async def __aenter__(self): ...
        async def __aexit__(self, *error): ...
        async def put(self, bodies): ...

    assert isinstance(require(SqsQueue(), Sink, "give another"), SqsQueue)
    for capability, words in [
        (KeepsCursors, "SqsQueue does not store cursors: give resume_file=…"),
        (KeepsRejected, "SqsQueue does not store rejected lines: give resume_file=…"),
        (Source, "SqsQueue does not support receiving: give resume_file=…"),
    ]:
        with pytest.raises(ConfigurationError) as caught:
            require(SqsQueue(), capability, "give resume_file=…")
        assert str(caught.value) == words
