"""A queue that several processes open by its address, and the server under it, to be killed or frozen by a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

import pytest

from tests.support.moto_server import ENVIRONMENT, MotoServer
from tests.support.postgres_server import PostgresServer
from tests.support.redis_server import RedisServer


class Server(Protocol):
    """Does not respond between `freeze` and `thaw`."""

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...


class DurableServer(Server, Protocol):
    """Keeps over `kill` and `start` everything that it had confirmed."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


class SharedBroker(NamedTuple):
    """`settings` holds what a process needs: the addresses of the queue and of the Redis server for the shared rate.

    `durable` is None for SQS' stand-in, which keeps everything in memory, as SQS does not.
    """

    kind: str
    settings: dict[str, Any]
    server: Server
    durable: DurableServer | None


@contextmanager
def redis(folder: Path) -> Iterator[SharedBroker]:
    with RedisServer(folder) as server:
        if not server.durable:
            pytest.skip("needs redis-server, which keeps an append-only file")
        yield SharedBroker("redis", {"queue": f"{server.url}/orders", "redis": server.url}, server, server)


@contextmanager
def postgres(folder: Path) -> Iterator[SharedBroker]:
    with PostgresServer() as server, RedisServer(folder) as limits:
        yield SharedBroker("postgres", {"queue": server.url, "redis": limits.url}, server, server)


@contextmanager
def sqs(folder: Path, server: MotoServer) -> Iterator[SharedBroker]:
    url = server.create(f"q{uuid4().hex}")
    with RedisServer(folder) as limits:
        settings = {"queue": url, "redis": limits.url, "environment": ENVIRONMENT, "places": str(folder)}
        yield SharedBroker("sqs", settings, server, None)
