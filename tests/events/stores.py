"""The idempotency stores of the conformance suite: how each is created, and how its clock is advanced."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from mirakl_async.events import MemoryIdempotencyStore, SqliteIdempotencyStore
from mirakl_async.events import idempotency as module
from tests.support.manual_clock import InstantClock


class Kind:
    """`restart` opens it again, as another process would."""

    needs_server: str | None = None
    server: Any = None
    durable = True
    shared = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = InstantClock()

    def make(self) -> Any:
        raise NotImplementedError

    async def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds


class Memory(Kind):
    durable = False

    def make(self) -> Any:
        return MemoryIdempotencyStore(clock=self.clock)


class Sqlite(Kind):
    def make(self) -> Any:
        return SqliteIdempotencyStore(self.folder / "connector.db", clock=self.clock)


class OnRedis(Kind):
    needs_server = "shared_redis"
    shared = True

    def make(self) -> Any:
        from mirakl_async.events.redis_idempotency import RedisIdempotencyStore

        if not self.server.durable:
            pytest.skip("needs redis-server")
        self.name = getattr(self, "name", f"a{uuid4().hex}")
        return RedisIdempotencyStore(f"{self.server.url}/{self.name}", clock=self.clock)

    async def pass_time(self, seconds: float) -> None:
        """The server's clock cannot be moved: what it keeps ends earlier, and has been there for longer."""
        async with Redis.from_url(self.server.url) as redis:
            async for key in redis.scan_iter(f"{{{self.name}}}:*"):
                kind = await redis.type(key)
                if kind == b"zset":
                    for member, score in await redis.zrange(key, 0, -1, withscores=True):
                        await redis.zadd(key, {member: score - seconds * 1000})
                elif (left := await redis.pttl(key)) > 0:
                    await redis.pexpire(key, max(1, round(left - seconds * 1000)))
        await asyncio.sleep(0.005)


class OnPostgres(Kind):
    needs_server = "shared_postgres"
    shared = True

    def make(self) -> Any:
        from mirakl_async.events.postgres_idempotency import PostgresIdempotencyStore

        self.name = getattr(self, "name", f"a{uuid4().hex[:20]}")
        return PostgresIdempotencyStore(f"{self.server.url}?table={self.name}", clock=self.clock)

    async def pass_time(self, seconds: float) -> None:
        import asyncpg

        self.clock.now += seconds
        connection = await asyncpg.connect(self.server.url)
        age = f"interval '{seconds} seconds'"
        await connection.execute(
            f'UPDATE "{self.name}" SET due = due - {age}, since = since - {age}, at = at - {age}, '
            f"claimed_until = CASE WHEN claimed_until > '-infinity' THEN claimed_until - {age} ELSE claimed_until END"
        )
        await connection.execute(f'UPDATE "{self.name}_orders" SET until = until - {age}')
        await connection.close()


KINDS: dict[str, type[Kind]] = {"memory": Memory, "sqlite": Sqlite, "redis": OnRedis, "postgres": OnPostgres}
CLAIM_SECONDS, RETENTION = module.CLAIM_SECONDS, module.RETENTION
