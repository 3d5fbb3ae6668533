"""Particularities of Service Bus: one call at a time, locks and clocks, errors, and addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from azure.servicebus import exceptions
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from mirakl_async.errors import ConfigurationError, QueueError, QueueLost, QueueUnavailable
from mirakl_async.queues.servicebus_source import ServiceBusSource, _delivery
from tests.support.servicebus_fake import FakeServiceBus

STRING = "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=cGFzcy13b3Jk"


@asynccontextmanager
async def connected(bus: FakeServiceBus, **options: Any) -> AsyncIterator[ServiceBusSource]:
    async with ServiceBusSource("", "orders", client=bus.client(), clock=bus.clock, max_outage=30, **options) as source:
        yield source


async def test_calls_are_made_one_by_one_and_an_ack_waits_a_second_at_most() -> None:
    """The fake fails where two use its receiver at once."""
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.send([b"{}"] * 8)
        first, second = await source.receive(2, wait=1), await source.receive(2, wait=1)
        receiving = asyncio.create_task(source.receive(10, wait=5))
        await receiving
        waiting = asyncio.create_task(source.receive(10, wait=5))
        async with asyncio.timeout(3):
            results = await asyncio.gather(source.ack(first), source.extend(second), source.release(second))
        assert results[0] == []
        await waiting


async def test_deliveries_start_at_one_and_may_not_be_counted() -> None:
    for counts, seen in ((True, [1, 2]), (False, [None, None])):
        bus = FakeServiceBus(counts=counts)
        async with connected(bus) as source:
            bus.send([b"{}"])
            [message] = await source.receive(1, wait=1)
            await source.release([message])
            [again] = await source.receive(1, wait=1)
            assert [message.deliveries, again.deliveries] == seen
            assert message.id == again.id == "1"


async def test_a_message_with_a_lost_lock_cannot_be_extended() -> None:
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.send([b"1", b"2"])
        messages = await source.receive(2, wait=1)
        bus.entries[0].until = 0
        assert await source.extend(messages) == messages[:1]
        assert await source.ack(messages) == messages[:1]


async def test_a_lock_that_expires_during_an_outage_is_not_extended() -> None:
    bus = FakeServiceBus(lock=10)
    async with connected(bus, lease=10) as source:
        bus.send([b"1"])
        messages = await source.receive(1, wait=1)
        bus.faults = [("renew", exceptions.ServiceBusServerBusyError(message=""))] * 9
        assert await source.extend(messages) == messages


async def test_a_second_ack_is_not_confirmed_and_harmless() -> None:
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.send([b"1"])
        messages = await source.receive(1, wait=1)
        assert not await source.ack(messages)
        await source.ack(messages)


@pytest.mark.parametrize("call", ["open", "receive", "renew", "complete"])
@pytest.mark.parametrize(
    "fault",
    [
        exceptions.ServiceBusConnectionError(message="pass-word"),
        exceptions.ServiceBusCommunicationError(message="pass-word"),
        exceptions.ServiceBusServerBusyError(message="pass-word"),
        exceptions.ServiceBusQuotaExceededError(message="pass-word"),
        exceptions.OperationTimeoutError(message="pass-word"),
        exceptions.MessagingEntityDisabledError(message="pass-word"),
        ConnectionResetError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_temporary_errors_are_retried(call: str, fault: Any) -> None:
    bus = FakeServiceBus()
    bus.faults = [(call, fault), (call, fault)]
    async with connected(bus) as source:
        bus.send([b"1"])
        messages = await source.receive(1, wait=1)
        assert not await source.extend(messages)
        assert not await source.ack(messages)
        assert bus.calls.count(call) == 3


async def test_an_outage_is_an_error_after_max_outage() -> None:
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.send([b"1"])
        messages = await source.receive(1, wait=1)
        bus.faults = [("complete", exceptions.ServiceBusServerBusyError(message="pass-word"))] * 100
        with pytest.raises(QueueUnavailable, match="is unavailable for 30 s: ServiceBusServerBusyError"):
            await source.ack(messages)


@pytest.mark.parametrize("kind", [exceptions.ServiceBusAuthenticationError, exceptions.ServiceBusAuthorizationError])
async def test_denied_credentials_are_an_error_with_the_claim(kind: Any) -> None:
    bus = FakeServiceBus()
    bus.faults = [("open", kind(message="pass-word"))]
    with pytest.raises(ConfigurationError, match="check the credentials, which need the claim Listen") as caught:
        async with connected(bus):
            pass
    assert "pass-word" not in str(caught.value)


async def test_another_rejection_is_named_by_its_type() -> None:
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.faults = [("receive", exceptions.ServiceBusError("the entity requires sessions"))]
        with pytest.raises(QueueError, match="Service Bus failed: ServiceBusError: the entity requires sessions"):
            await source.receive(1, wait=0)


async def test_a_missing_entity_is_a_wrong_name_at_first_and_queue_lost_later() -> None:
    bus = FakeServiceBus()
    async with connected(bus) as source:
        bus.exists = False
        with pytest.raises(QueueLost, match="was deleted with its messages"):
            await source.receive(1, wait=0)
    with pytest.raises(ConfigurationError, match="does not exist; check the namespace and the name"):
        async with connected(bus):
            pass


@pytest.mark.parametrize(
    ("ahead", "lock", "warned"), [(0, 60, False), (3, 60, False), (40, 60, True), (0, 30, True), (-40, 60, False)]
)
async def test_a_clock_that_is_ahead_or_a_shorter_lock_causes_one_warning(
    caplog, ahead: float, lock: float, warned: bool
) -> None:
    bus = FakeServiceBus(lock)
    bus.ahead = ahead
    async with connected(bus) as source:
        bus.send([b"1", b"2"])
        await source.receive(1, wait=1)
        await source.receive(1, wait=1)
    assert ("locks end after" in caplog.text) == warned
    assert len(caplog.records) == warned


@pytest.mark.parametrize(
    ("body", "read"),
    [(b"{}", b"{}"), ("{}", b"{}"), (iter([b"{", b"}"]), b"{}"), ([b"{}"], b"{}"), (["a"], b"a"), (7, b"7"), ([], b"")],
    ids=["bytes", "text", "parts", "list", "texts", "number", "nothing"],
)
def test_a_body_of_any_type_is_converted_to_bytes(body: Any, read: bytes) -> None:
    message: Any = SimpleNamespace(sequence_number=1, delivery_count=None, body=body)
    assert _delivery(message).body == read


async def test_a_client_that_was_passed_in_stays_open_and_its_receiver_does_not() -> None:
    bus = FakeServiceBus()
    client = bus.client()
    for _ in range(2):
        async with ServiceBusSource("", "orders", client=client) as source:
            receiver = source._receiver
        assert receiver.closed
    assert not client.closed


@pytest.mark.parametrize(
    ("where", "entity", "made"),
    [
        ("", "orders", ("orders",)),
        ("", "topic/orders", ("topic", "orders")),
        ("", "topic/Subscriptions/orders", ("topic", "orders")),
        ("servicebus://shop/orders", None, ("orders",)),
        ("servicebus://shop.servicebus.windows.net/topic/orders", None, ("topic", "orders")),
        (f"{STRING};EntityPath=orders", None, ("orders",)),
    ],
)
async def test_the_entity_can_be_given_separately_or_in_the_address(
    where: str, entity: str | None, made: tuple[str, ...]
) -> None:
    bus = FakeServiceBus()
    async with ServiceBusSource(where, entity, client=bus.client()) as source:
        assert bus.receivers == [made]
        assert "pass" not in repr(source)


@pytest.mark.parametrize(
    ("where", "entity"), [("", None), ("orders", None), (STRING, None), ("servicebus://shop", None), ("", "orders")]
)
def test_an_address_without_an_entity_is_rejected_without_showing_it(where: str, entity: str | None) -> None:
    with pytest.raises(ConfigurationError, match="give a connection string and the name of a queue") as caught:
        ServiceBusSource(where, entity)
    assert "SharedAccess" not in str(caught.value)


async def test_the_librarys_own_retries_are_disabled() -> None:
    source = ServiceBusSource(STRING, "orders")
    client = source._connect()
    assert isinstance(client, ServiceBusClient)
    receiver = client.get_queue_receiver("orders")
    assert isinstance(receiver, ServiceBusReceiver)
    assert receiver._config.retry_total == 0
    await client.close()
    with pytest.raises(ConfigurationError, match="the connection string is not valid"):
        ServiceBusSource("Endpoint=nothing", "orders")._connect()


def test_a_lock_lasts_five_minutes_at_most() -> None:
    with pytest.raises(ConfigurationError, match="lease .* is out of range; must be from 1 to 300"):
        ServiceBusSource(STRING, "orders", lease=301)
