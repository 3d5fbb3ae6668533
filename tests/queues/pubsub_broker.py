"""Pub/Sub in the conformance suite: a server of its REST calls, a subscription for each test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gcloud.aio.pubsub import SubscriberClient

from mirakl_async.queues.pubsub_source import PubSubSource
from tests.queues.brokers import Broker
from tests.support.pubsub_server import PubSubServer


class PubSubBroker(Broker):
    lease = 600.0
    puts = False
    counts_waiting = False
    receive_limit = 1000

    async def start(self) -> None:
        self.pubsub = await PubSubServer(pull_seconds=1.0).__aenter__()
        self.clock = self.pubsub.clock
        self.path = self.pubsub.create("orders")
        self.clients: list[SubscriberClient] = []

    async def stop(self) -> None:
        for client in self.clients:
            await client.close()
        await self.pubsub.__aexit__()

    def queue(self) -> Any:
        self.clients.append(SubscriberClient(api_root=self.pubsub.root))
        return PubSubSource(self.path, client=self.clients[-1], lease=self.lease, clock=self.clock)

    async def deliver(self, queue: Any, bodies: Sequence[bytes]) -> None:
        self.pubsub.publish("orders", bodies)

    async def let_leases_end(self) -> None:
        self.clock.now += self.lease * 1.2

    async def part_of_a_lease(self) -> None:
        self.clock.now += self.lease * 0.66

    def unreachable(self) -> Any:
        self.clients.append(SubscriberClient(api_root="http://127.0.0.1:1/v1"))
        return PubSubSource(self.path, client=self.clients[-1], max_outage=0.3)

    async def vanish(self) -> None:
        self.pubsub.delete("orders")
