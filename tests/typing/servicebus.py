"""The library's receiver and the tests' fake both fit what ServiceBusSource uses: checked, not run.

When a release of azure-servicebus changes a signature, this no longer passes mypy and pyright.
"""

from __future__ import annotations

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from tests.support.servicebus_fake import FakeClient, FakeMessage, FakeReceiver
from tests.support.servicebus_protocol import ReceivedMessage, Receiver


def real_receiver(receiver: ServiceBusReceiver) -> Receiver[ServiceBusReceivedMessage]:
    return receiver


def fake_receiver(receiver: FakeReceiver) -> Receiver[FakeMessage]:
    return receiver


def real_message(message: ServiceBusReceivedMessage) -> ReceivedMessage:
    return message


def fake_message(message: FakeMessage) -> ReceivedMessage:
    return message


def receivers_of(real: ServiceBusClient, fake: FakeClient) -> list[object]:
    return [
        real_receiver(real.get_queue_receiver("orders")),
        real_receiver(real.get_subscription_receiver("topic", "orders")),
        fake_receiver(fake.get_queue_receiver("orders")),
        fake_receiver(fake.get_subscription_receiver("topic", "orders")),
    ]
