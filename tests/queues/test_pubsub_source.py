"""Particularities of Pub/Sub: pulls that stay open, deadlines, rejected settings and warnings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from gcloud.aio.pubsub import SubscriberClient

from mirakl_async.errors import ConfigurationError, QueueError, QueueLost, QueueUnavailable
from mirakl_async.queues.pubsub_source import PubSubSource
from tests.support.pubsub_server import PubSubServer


@asynccontextmanager
async def subscribed(
    answers: dict[str, list[int | None]] | None = None, *, lease: float = 60, **changes: Any
) -> AsyncIterator[tuple[PubSubServer, PubSubSource]]:
    async with PubSubServer(pull_seconds=1) as server:
        path = server.create("orders", **changes)
        server.answers = answers or {}
        async with (
            SubscriberClient(api_root=server.root) as client,
            PubSubSource(path, client=client, lease=lease, max_outage=30, clock=server.clock) as source,
        ):
            yield server, source


def actions(server: PubSubServer) -> list[str]:
    return [action for action, _ in server.requests]


async def test_a_delivery_gets_its_own_deadline_as_soon_as_it_is_received() -> None:
    async with subscribed(lease=90.5) as (server, source):
        server.publish("orders", [b"1", b"2"])
        messages = await source.receive(5, wait=1)
        assert [message.deliveries for message in messages] == [1, 1]
        assert server.requests[1:] == [
            ("pull", {"maxMessages": 5}),
            ("modifyAckDeadline", {"ackIds": ["1-1", "2-1"], "ackDeadlineSeconds": 91}),
        ]
        server.clock.now += 90
        assert not await source.ack(messages)


async def test_a_pull_stays_open_after_its_receive() -> None:
    async with subscribed() as (server, source):
        for _ in range(3):
            assert not await source.receive(5, wait=0)
        cancelled = asyncio.create_task(source.receive(5, wait=5))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        server.publish("orders", [b"1", b"2", b"3"])
        assert [message.body for message in await source.receive(2, wait=1)] == [b"1", b"2"]
        assert [message.body for message in await source.receive(2, wait=1)] == [b"3"]
        assert actions(server).count("pull") == 1


async def test_closing_ends_an_open_pull_at_once() -> None:
    async with subscribed() as (_, source):
        assert not await source.receive(5, wait=0)
        await source.__aexit__(None, None, None)
        [pull] = source._pulls
        assert pull.cancelled()


async def test_a_message_whose_deadline_could_not_be_set_in_time_is_not_returned() -> None:
    """Another worker may hold it by then."""
    async with subscribed({"modifyAckDeadline": [503] * 8}) as (server, source):
        server.publish("orders", [b"1"])
        assert not await source.receive(1, wait=5)
        [message] = await source.receive(1, wait=5)
        assert message.deliveries == 2


async def test_deliveries_are_not_counted_without_a_dead_letter_policy_and_a_body_may_be_empty() -> None:
    async with PubSubServer() as server, SubscriberClient(api_root=server.root) as client:
        server.create("orders")
        del server.subscriptions["orders"]["deadLetterPolicy"]
        async with PubSubSource("pubsub://p/orders", client=client) as source:
            server.publish("orders", [b""])
            [message] = await source.receive(1, wait=1)
            assert (message.deliveries, message.body) == (None, b"")


async def test_an_ack_that_may_be_too_late_is_not_confirmed() -> None:
    async with subscribed() as (server, source):
        server.publish("orders", [b"1"])
        messages = await source.receive(1, wait=1)
        server.clock.now += 61
        assert await source.ack(messages) == messages
        assert len(await source.receive(1, wait=1)) == 1


async def test_with_exactly_once_delivery_one_late_message_does_not_affect_others() -> None:
    async with subscribed(enableExactlyOnceDelivery=True) as (server, source):
        server.publish("orders", [b"1", b"2"])
        messages = await source.receive(2, wait=1)
        server.messages["orders"][0].until = 0
        assert await source.extend(messages) == [messages[0]]
        assert await source.ack(messages) == [messages[0]]
        assert [held.id for held in server.messages["orders"]] == ["1"]


CALLS: dict[str, tuple[str, Callable[[PubSubSource, Any], Any]]] = {
    "extend": ("modifyAckDeadline", lambda source, messages: source.extend(messages)),
    "ack": ("acknowledge", lambda source, messages: source.ack(messages)),
    "receive": ("pull", lambda source, messages: source.receive(1, wait=5)),
}


@pytest.mark.parametrize("which", CALLS)
@pytest.mark.parametrize("status", [408, 429, 500, 503, 504, None])
async def test_temporary_errors_are_retried(which: str, status: int | None) -> None:
    action, call = CALLS[which]
    async with subscribed() as (server, source):
        server.publish("orders", [b"1"])
        messages = await source.receive(1, wait=1)
        server.answers = {action: [status]}
        before = actions(server).count(action)
        assert not await call(source, messages)
        assert actions(server).count(action) == before + 2


@pytest.mark.parametrize("status", [401, 403])
async def test_denied_credentials_are_an_error_with_the_role_and_without_the_response(status: int) -> None:
    async with subscribed({"acknowledge": [status]}) as (server, source):
        server.publish("orders", [b"1"])
        messages = await source.receive(1, wait=1)
        with pytest.raises(ConfigurationError, match=rf"denied acknowledge \({status}\); grant roles/pubsub") as caught:
            await source.ack(messages)
        assert "pass-word" not in str(caught.value)
        assert caught.value.__context__ is None


async def test_another_rejection_names_the_call() -> None:
    async with subscribed({"pull": [409]}) as (_, source):
        with pytest.raises(QueueError, match=r"Pub/Sub rejected pull \(409\)"):
            await source.receive(1, wait=1)


async def test_a_missing_subscription_is_a_wrong_name_at_first_and_queue_lost_later() -> None:
    with pytest.raises(ConfigurationError, match="does not exist; check the project and the name"):
        async with subscribed({"get": [404]}):
            pass
    async with subscribed() as (server, source):
        receiving = asyncio.create_task(source.receive(1, wait=5))
        await asyncio.sleep(0.05)
        server.delete("orders")
        with pytest.raises(QueueLost, match="was deleted with its messages"):
            await receiving


async def test_an_outage_is_an_error_after_max_outage() -> None:
    async with subscribed({"acknowledge": [503] * 100}) as (server, source):
        server.publish("orders", [b"1"])
        messages = await source.receive(1, wait=1)
        with pytest.raises(QueueUnavailable, match="is unavailable for 30 s: ClientResponseError"):
            await source.ack(messages)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"pushConfig": {"pushEndpoint": "https://shop"}}, "pushes its messages"),
        ({"bigqueryConfig": {"table": "t"}}, "writes into BigQuery"),
        ({"cloudStorageConfig": {"bucket": "b"}}, "writes into Cloud Storage"),
        ({"detached": True}, "is detached"),
    ],
    ids=["push", "bigquery", "storage", "detached"],
)
async def test_a_subscription_that_does_not_support_pull_is_rejected(changes: dict[str, Any], refused: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{refused}, so messages cannot be pulled"):
        async with subscribed(**changes):
            pass


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({}, None),
        ({"pushConfig": {}}, None),
        ({"messageRetentionDuration": "600s"}, "messages are deleted after 0.00694 days; set 31 days"),
        (
            {"expirationPolicy": {"ttl": "2678400s"}},
            "is deleted after 31 days without a pull; set --expiration-period=never",
        ),
        (
            {"deadLetterPolicy": {"maxDeliveryAttempts": 6}},
            "messages are dead-lettered after 6 attempts, and restarts count; allow 20",
        ),
        ({"deadLetterPolicy": {}}, "messages are dead-lettered after 5 attempts"),
        ({"topic": "_deleted_topic_"}, "its topic was deleted, so it receives no more messages"),
    ],
)
async def test_settings_that_can_lose_messages_cause_a_warning(
    caplog, changes: dict[str, Any], warning: str | None
) -> None:
    async with subscribed(**changes):
        pass
    warnings = [record.getMessage() for record in caplog.records if record.name == "mirakl_async"]
    assert len(warnings) == (warning is not None)
    assert warning is None or warning in warnings[0]


async def test_a_subscription_with_default_settings_causes_warnings(caplog) -> None:
    async with PubSubServer() as server, SubscriberClient(api_root=server.root) as client:
        server.subscriptions["orders"] = {"topic": "t"}
        server.messages["orders"] = []
        async with PubSubSource("projects/p/subscriptions/orders", client=client):
            pass
    assert "is deleted after 31 days without a pull" in caplog.text
    assert "has no dead-letter topic; give it one, with 20 attempts" in caplog.text


async def test_the_emulator_is_used_without_credentials(monkeypatch) -> None:
    async with PubSubServer() as server:
        server.create("orders")
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{server.port}")
        async with PubSubSource("pubsub://p/orders") as source:
            server.publish("orders", [b"1"])
            assert not await source.ack(await source.receive(1, wait=1))


async def test_a_missing_credentials_file_is_named(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="bad credentials: FileNotFoundError; give service_file="):
        await PubSubSource("pubsub://p/orders", service_file=str(tmp_path / "none.json")).__aenter__()


async def test_a_client_that_was_passed_in_stays_open() -> None:
    async with PubSubServer() as server, SubscriberClient(api_root=server.root) as client:
        path = server.create("orders")
        for body in (b"1", b"2"):
            async with PubSubSource(path, client=client) as source:
                server.publish("orders", [body])
                assert not await source.ack(await source.receive(1, wait=1))


@pytest.mark.parametrize(
    "name", ["orders", "projects/p", "pubsub://p", "pubsub://p/s?x=1", "projects/p/topics/t/s", ""]
)
def test_an_invalid_subscription_name_is_rejected(name: str) -> None:
    with pytest.raises(ConfigurationError, match="give the subscription: projects/PROJECT/subscriptions/NAME"):
        PubSubSource(name)


@pytest.mark.parametrize("lease", [0.5, 601])
def test_a_lease_is_limited_to_the_longest_deadline(lease: float) -> None:
    with pytest.raises(ConfigurationError, match="lease .* is out of range; must be from 1 to 600"):
        PubSubSource("pubsub://p/s", lease=lease)
