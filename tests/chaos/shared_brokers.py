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
    """Stands still between `freeze` and `thaw`."""

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...


class MortalServer(Server, Protocol):
    """Has after `start` what it answered for before `kill`."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


class SharedBroker(NamedTuple):
    """`told` is what a process needs to open the queue, and the Redis server that keeps the shared rate.

    `mortal` is None for SQS' stand-in, which keeps everything in memory, as SQS does not.
    """

    kind: str
    told: dict[str, Any]
    server: Server
    mortal: MortalServer | None


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
        told = {"queue": url, "redis": limits.url, "environment": ENVIRONMENT, "places": str(folder)}
        yield SharedBroker("sqs", told, server, None)
