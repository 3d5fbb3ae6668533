"""SQS in the conformance suite: moto's server for all tests, a queue for each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from mirakl_async.queues.sqs_queue import SqsQueue
from tests.queues.brokers import Broker
from tests.support.manual_clock import InstantClock
from tests.support.moto_server import MotoServer, make_session

SESSION = make_session()


class SqsBroker(Broker):
    counts_waiting = False  # SQS only estimates
    binary = False
    needs_server = "shared_moto"
    server: MotoServer

    async def start(self) -> None:
        self.name = f"q{uuid4().hex}"
        self.url = self.server.create(self.name)
        self.clock = InstantClock()

    def queue(self) -> Any:
        return SqsQueue(self.url, session=SESSION, lease=self.lease, clock=self.clock)

    async def let_leases_end(self) -> None:
        self._pass(self.lease * 1.2)

    async def part_of_a_lease(self) -> None:
        self._pass(self.lease * 0.66)

    def _pass(self, seconds: float) -> None:
        self.clock.now += seconds
        self.server.move_clock(seconds)

    def unreachable(self) -> Any:
        return SqsQueue("http://127.0.0.1:1/123456789012/orders", session=SESSION, max_outage=0.3)

    async def vanish(self) -> None:
        self.server.ask("DeleteQueue", QueueUrl=self.url)
