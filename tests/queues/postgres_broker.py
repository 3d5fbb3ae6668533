"""PostgreSQL in the conformance suite: one server for all tests, tables for each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import asyncpg

from mirakl_async.queues.postgres_queue import PostgresQueue
from tests.queues.brokers import Broker
from tests.support.manual_clock import InstantClock
from tests.support.postgres_server import PostgresServer


class PostgresBroker(Broker):
    cursors = rejected = knows_age = True
    binary = False  # JSON is text; what is not UTF-8 is refused
    receive_limit = 1000
    needs_server = "shared_postgres"
    server: PostgresServer

    async def start(self) -> None:
        self.table = f"q{uuid4().hex}"
        self.clock = InstantClock()

    def queue(self) -> Any:
        return PostgresQueue(self.server.url, self.table, lease=self.lease, clock=self.clock)

    async def let_leases_end(self) -> None:
        await self._pass(self.lease * 1.2)

    async def part_of_a_lease(self) -> None:
        await self._pass(self.lease * 0.66)

    async def _pass(self, seconds: float) -> None:
        """Let time pass here, and on the server, whose clock cannot be moved: leases end earlier."""
        self.clock.now += seconds
        await self._execute(
            f"UPDATE {self.table} SET leased_until = leased_until - make_interval(secs => {seconds})"
            " WHERE leased_until > '-infinity'"
        )

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.url)
        await connection.execute(statement)
        await connection.close()

    def unreachable(self) -> Any:
        return PostgresQueue("postgresql://user:secret@127.0.0.1:1/orders", max_outage=0.3)

    async def vanish(self) -> None:
        await self._execute(f"DROP TABLE {self.table}")
