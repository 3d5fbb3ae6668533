"""Service Bus in the conformance suite: a fake of the library's client, whose signatures are type-checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.servicebus.exceptions import ServiceBusConnectionError

from mirakl_async.queues.servicebus_source import ServiceBusSource
from tests.queues.brokers import Broker
from tests.support.servicebus_fake import FakeServiceBus


class ServiceBusBroker(Broker):
    lease = 300.0
    puts = False
    counts_waiting = False
    receive_limit = 1000

    async def start(self) -> None:
        self.bus = FakeServiceBus(self.lease)
        self.clock = self.bus.clock

    def queue(self) -> Any:
        return ServiceBusSource("", "orders", client=self.bus.client(), lease=self.lease, clock=self.clock)

    async def deliver(self, queue: Any, bodies: Sequence[bytes]) -> None:
        self.bus.send(bodies)

    async def let_leases_end(self) -> None:
        self.clock.now += self.lease * 1.2

    async def part_of_a_lease(self) -> None:
        self.clock.now += self.lease * 0.66

    def unreachable(self) -> Any:
        bus = FakeServiceBus()
        bus.faults = [("open", ServiceBusConnectionError(message="pass-word"))] * 1000
        return ServiceBusSource("", "orders", client=bus.client(), max_outage=0.3)

    async def vanish(self) -> None:
        self.bus.exists = False
