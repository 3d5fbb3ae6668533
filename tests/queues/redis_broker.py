"""Redis in the conformance suite: one server for all tests, a name for each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from mirakl_async.queues.redis_opening import GROUP
from mirakl_async.queues.redis_queue import CONSUMER, RedisQueue
from tests.queues.brokers import Broker
from tests.support.manual_clock import InstantClock
from tests.support.redis_server import RedisServer


class RedisBroker(Broker):
    cursors = rejected = knows_age = True
    receive_limit = 1000
    needs_server = "shared_redis"
    server: RedisServer

    async def start(self) -> None:
        if not self.server.durable:
            pytest.skip("needs redis-server")
        self.name = f"q{uuid4().hex}"
        self.clock = InstantClock()

    async def let_leases_end(self) -> None:
        await self._pass(self.lease * 1.2)

    async def part_of_a_lease(self) -> None:
        await self._pass(self.lease * 0.66)

    async def _pass(self, seconds: float) -> None:
        """Let time pass here, and on the server, whose clock cannot be moved: what is pending has been so for longer."""
        self.clock.now += seconds
        stream = f"{{{self.name}}}:queue"
        async with Redis.from_url(self.server.url) as redis:
            for key, _, idle, count in await redis.execute_command(b"XPENDING", stream, GROUP, "-", "+", 1000):
                aged = idle + round(seconds * 1000)
                await redis.execute_command(
                    b"XCLAIM", stream, GROUP, CONSUMER, 0, key, "IDLE", aged, "RETRYCOUNT", count, "JUSTID"
                )

    def queue(self) -> Any:
        return RedisQueue(f"{self.server.url}/{self.name}", lease=self.lease, clock=self.clock)

    def unreachable(self) -> Any:
        return RedisQueue("redis://user:secret@127.0.0.1:1/0/orders", max_outage=0.3)

    async def vanish(self) -> None:
        self.server.empty()
