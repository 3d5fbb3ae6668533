"""Particularities of SQS: batches that fail partly, receipt handles, FIFO, its limits, and warnings.

Answers that moto never gives come from a scripted server; it says what AWS documents.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from mirakl_async.errors import ConfigurationError, QueueClosed, QueueError, QueueLost, QueueUnavailable, TooLarge
from mirakl_async.queues import sqs_queue
from mirakl_async.queues.sqs_opening import REGION, split_url
from mirakl_async.queues.sqs_queue import SqsQueue
from tests.queues.sqs_broker import SESSION
from tests.support import toxics
from tests.support.faultproxy import FaultProxy
from tests.support.manual_clock import InstantClock
from tests.support.moto_server import ENVIRONMENT, MotoServer, make_session
from tests.support.raw_server import Peer, RawServer, answer
from tests.support.reply_losing_proxy import ReplyLosingProxy

ATTRIBUTES = {
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "1209600",
    "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead","maxReceiveCount":20}',
}


class ScriptedSqs:
    """Answers each action with the next of its script, and then as SQS does when all is well."""

    def __init__(self, script: dict[str, list[Any]], attributes: dict[str, str]) -> None:
        self.script = script
        self.attributes = attributes
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def __call__(self, peer: Peer) -> None:
        while (request := await peer.request()) is not None:
            action = (request.header("X-Amz-Target") or "").partition(".")[2]
            body = json.loads(request.body)
            self.asked.append((action, body))
            planned = self.script.get(action) or [self._usual(action, body)]
            reply = planned.pop(0)
            if reply is None:
                peer.reset()
                return
            await peer.send(reply if isinstance(reply, bytes) else answer(json.dumps(reply).encode()))

    def _usual(self, action: str, body: dict[str, Any]) -> Any:
        if action == "GetQueueAttributes":
            return {"Attributes": self.attributes}
        return {"Successful": [{"Id": entry["Id"]} for entry in body.get("Entries", ())]}

    def entries(self, action: str) -> list[list[dict[str, Any]]]:
        """The entries of each request of this action."""
        return [body["Entries"] for asked, body in self.asked if asked == action]

    def ids(self, action: str) -> list[list[str]]:
        return [[entry["Id"] for entry in entries] for entries in self.entries(action)]


def error(code: str, status: str = "400 Bad Request", message: str = "pass-word") -> bytes:
    return answer(json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": message}).encode(), status=status)


def failed(done: str, *entries: tuple[str, str, bool]) -> dict[str, Any]:
    return {
        "Successful": [{"Id": key} for key in done],
        "Failed": [{"Id": key, "Code": code, "SenderFault": fault} for key, code, fault in entries],
    }


def messages(*ids: str, receipt: str = "r") -> dict[str, Any]:
    return {
        "Messages": [
            {"MessageId": key, "ReceiptHandle": f"{receipt}-{key}", "Body": "{}", "Attributes": {"ApproximateReceiveCount": "3"}}
            for key in ids
        ]
    }  # fmt: skip


@asynccontextmanager
async def scripted(
    script: dict[str, list[Any]] | None = None,
    *,
    fifo: bool = False,
    attributes: dict[str, str] = ATTRIBUTES,
    **options: Any,
) -> AsyncIterator[tuple[ScriptedSqs, SqsQueue]]:
    sqs = ScriptedSqs(script or {}, attributes)
    async with RawServer(sqs) as server:
        url = f"{server.url}/123456789012/orders{'.fifo' if fifo else ''}"
        options = {"session": SESSION, "clock": InstantClock(), "max_outage": 30} | options
        async with SqsQueue(url, **options) as queue:
            yield sqs, queue


# -- batches that fail in part


async def test_only_failed_entries_of_a_put_are_sent_again_with_the_same_ids() -> None:
    script = {
        "SendMessageBatch": [
            failed("02", ("1", "InternalError", False)),
            failed("", ("1", "ServiceUnavailable", False)),
        ]
    }
    async with scripted(script, fifo=True) as (sqs, queue):
        await queue.put([b'{"n":0}', b'{"n":1}', b'{"n":2}'])
        assert sqs.ids("SendMessageBatch") == [["0", "1", "2"], ["1"], ["1"]]
        first, *again = sqs.entries("SendMessageBatch")
        assert again == [[first[1]], [first[1]]]


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("SendMessageBatch", lambda queue, found: queue.put([b"{}", b"{}"])),
        ("DeleteMessageBatch", lambda queue, found: queue.ack(found)),
        ("ChangeMessageVisibilityBatch", lambda queue, found: queue.extend(found)),
    ],
    ids=["put", "ack", "extend"],
)
@pytest.mark.parametrize(
    "reply",
    [
        failed("0", ("1", "InternalError", False)),
        failed("0", ("1", "KMS.ThrottlingException", True)),  # which AWS calls the sender's fault
        failed("0"),  # the other one is not mentioned
        answer(b"<html>", status="200 OK"),
        error("ThrottlingException"),
        error("RequestThrottled"),
        error("InternalFailure", "500 Internal Server Error"),
        answer(b"<html>", status="503 Service Unavailable"),
        answer(b"", status="429 Too Many Requests"),
        None,
    ],
    ids=["failed", "kms", "unnamed", "html", "throttled", "throttled too", "500", "503", "429", "reset"],
)
async def test_temporary_errors_are_retried(action: str, call: Callable[[SqsQueue, Any], Any], reply: Any) -> None:
    async with scripted({"ReceiveMessage": [messages("a", "b")], action: [reply]}) as (sqs, queue):
        found = await queue.receive(2, wait=0)
        assert not await call(queue, found)
        assert sqs.ids(action) == [["0", "1"], ["1"] if isinstance(reply, dict) else ["0", "1"]]


async def test_errors_of_the_sender_are_not_retried() -> None:
    script = {
        "ReceiveMessage": [messages("a", "b")],
        "SendMessageBatch": [failed("0", ("1", "InvalidMessageContents", True))],
        "ChangeMessageVisibilityBatch": [failed("1", ("0", "InvalidParameterValue", True))],
        "DeleteMessageBatch": [failed("0", ("1", "ReceiptHandleIsInvalid", True))],
    }
    async with scripted(script) as (sqs, queue):
        found = await queue.receive(2, wait=0)
        assert await queue.extend(found) == [found[0]]
        assert await queue.ack(found) == [found[1]]
        with pytest.raises(QueueError, match="rejected 1 bodies: InvalidMessageContents"):
            await queue.put([b"{}", b"{}"])
        assert [len(sqs.ids(action)) for action in script if action != "ReceiveMessage"] == [1, 1, 1]


async def test_entries_that_keep_failing_are_an_error() -> None:
    script = {"SendMessageBatch": [failed("", ("0", "InternalError", False))] * 100}
    async with scripted(script, max_outage=5) as (_, queue):
        with pytest.raises(QueueUnavailable, match="1 entries of send_message_batch failed: InternalError"):
            await queue.put([b"{}"])


async def test_each_error_is_retried_once_per_delay_and_not_by_botocore() -> None:
    clock = InstantClock()
    script = {"SendMessageBatch": [error("InternalFailure", "500 Internal Server Error")] * 4}
    async with scripted(script, clock=clock) as (sqs, queue):
        await queue.put([b"{}"])
        assert len(sqs.ids("SendMessageBatch")) == 5
        assert len(clock.slept) == 4


# -- what goes in


async def test_a_batch_has_at_most_ten_bodies_and_one_mebibyte() -> None:
    async with scripted() as (sqs, queue):
        await queue.put([b'{"n":"%s"}' % (b"x" * size) for size in [400_000] * 5 + [10] * 12 + [1_000_000]])
        batches = sqs.entries("SendMessageBatch")
        assert max(map(len, batches)) <= 10
        assert max(sum(len(entry["MessageBody"]) for entry in batch) for batch in batches) <= 1_048_576
        assert sum(map(len, batches)) == 18


async def test_characters_that_sqs_rejects_are_escaped_and_counted_as_sent() -> None:
    async with scripted(attributes=ATTRIBUTES | {"MaximumMessageSize": "1024"}) as (sqs, queue):
        assert queue.max_bytes == 1024
        body = '{"n":"\ufffe\uffff\ufffd\u0085"}'
        await queue.put([body.encode()])
        [[entry]] = sqs.entries("SendMessageBatch")
        assert entry["MessageBody"] == '{"n":"\\ufffe\\uffff\ufffd\u0085"}'
        assert json.loads(entry["MessageBody"]) == json.loads(body)
        with pytest.raises(TooLarge) as caught:
            await queue.put(['{"n":"%s"}'.replace("%s", "\ufffe" * 200).encode()])
        assert caught.value.size == 1208


async def test_a_body_that_is_not_text_is_rejected_before_anything_is_sent() -> None:
    async with scripted() as (sqs, queue):
        with pytest.raises(QueueError, match="not UTF-8 text"):
            await queue.put([b"{}", b'{"n":"\xff"}'])
        assert not sqs.ids("SendMessageBatch")


async def test_equal_bodies_in_a_fifo_queue_are_separate_independent_messages(
    shared_moto: MotoServer,
) -> None:
    url = shared_moto.create(f"q{uuid4().hex}.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    async with SqsQueue(url, session=SESSION) as queue:
        await queue.put([b"{}", b"{}"])
        await queue.put([b"{}"])
        found = [*await queue.receive(10, wait=1)]
        assert len(found) == 3
        assert not await queue.ack(found)


async def test_a_put_whose_reply_was_lost_is_stored_once_in_a_fifo_queue(shared_moto: MotoServer) -> None:
    name = f"q{uuid4().hex}.fifo"
    shared_moto.create(name, FifoQueue="true")
    async with (
        ReplyLosingProxy(shared_moto.port) as proxy,
        SqsQueue(shared_moto.url(name, proxy.port), session=SESSION) as queue,
    ):
        proxy.lose_next()
        await queue.put([b"{}", b"{}"])
        assert proxy.lost == 1
        assert len(await queue.receive(10, wait=1)) == 2
        assert not await queue.receive(10, wait=0)


# -- receipts and leases


async def test_a_message_is_acknowledged_with_its_newest_receipt() -> None:
    script = {"ReceiveMessage": [messages("a", receipt="old"), messages("a", receipt="new")]}
    async with scripted(script) as (sqs, queue):
        [old] = await queue.receive(1, wait=0)
        [new] = await queue.receive(1, wait=0)
        assert (old.id, old.deliveries) == (new.id, new.deliveries) == ("a", 3)
        assert await queue.extend([old]) == [old]
        assert not await queue.ack([old])
        assert [entry["ReceiptHandle"] for [entry] in sqs.entries("DeleteMessageBatch")] == ["new-a"]


async def test_an_ack_after_the_lease_expired_is_sent_and_not_confirmed() -> None:
    """AWS answers that it was successful, and the message may come again."""
    clock = InstantClock()
    async with scripted({"ReceiveMessage": [messages("a")]}, clock=clock, lease=30) as (sqs, queue):
        found = await queue.receive(1, wait=0)
        clock.now += 31
        assert await queue.ack(found) == found
        await queue.release(found)
        assert await queue.extend(found) == found
        assert (sqs.ids("DeleteMessageBatch"), sqs.ids("ChangeMessageVisibilityBatch")) == ([["0"]], [])


async def test_a_lease_starts_with_the_attempt_that_received_the_message() -> None:
    clock = InstantClock()
    script = {"ReceiveMessage": [error("InternalFailure", "500 Internal Server Error")] * 12 + [messages("a")]}
    async with scripted(script, clock=clock, lease=30) as (_, queue):
        began = clock.now
        found = await queue.receive(1, wait=0)
        assert clock.now - began > 15
        assert not await queue.extend(found)


async def test_visibility_and_waits_are_whole_seconds_within_the_limits_of_sqs() -> None:
    async with scripted(lease=90.5) as (sqs, queue):
        for wait in (0, 0.2, 1, 3.3, 60):
            await queue.receive(50, wait=wait)
        asked = [body for action, body in sqs.asked if action == "ReceiveMessage"]
        assert [body["WaitTimeSeconds"] for body in asked] == [0, 0, 0, 1, 3, 5]
        assert {(body["VisibilityTimeout"], body["MaxNumberOfMessages"]) for body in asked} == {(91, 10)}
    for lease in (0, 43_201, float("nan")):
        with pytest.raises(ConfigurationError, match="lease .* is out of range; must be from 1 to 43200"):
            SqsQueue("https://sqs.eu-west-1.amazonaws.com/1/orders", lease=lease)


async def test_messages_of_a_cancelled_receive_are_returned_by_the_next(shared_moto: MotoServer) -> None:
    async with SqsQueue(shared_moto.create(f"q{uuid4().hex}"), session=SESSION) as queue:
        receiving = asyncio.create_task(queue.receive(10, wait=5))
        await asyncio.sleep(0.1)
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        await queue.put([b'{"n":1}', b'{"n":2}'])
        assert len(await queue.receive(1, wait=1)) == 1
        assert len(await queue.receive(5, wait=1)) == 1  # asked for by the first


async def test_messages_with_an_expired_lease_are_not_returned() -> None:
    clock = InstantClock()
    async with scripted({"ReceiveMessage": [messages("a", "b")]}, clock=clock, lease=30) as (_, queue):
        assert len(await queue.receive(1, wait=0)) == 1
        clock.now += 16
        assert not await queue.receive(1, wait=0)


# -- faults


CALLS: dict[str, Callable[[SqsQueue, Any], Any]] = {
    "put": lambda queue, found: queue.put([b'{"n":3}']),
    "receive": lambda queue, found: queue.receive(1, wait=0),
    "extend": lambda queue, found: queue.extend(found),
    "ack": lambda queue, found: queue.ack(found),
    "release": lambda queue, found: queue.release(found),
}


@pytest.mark.parametrize("which", CALLS)
async def test_a_lost_reply_loses_no_message(shared_moto: MotoServer, which: str) -> None:
    name = f"q{uuid4().hex}"
    url = shared_moto.create(name)
    clock = InstantClock()
    async with ReplyLosingProxy(shared_moto.port) as proxy:
        queue = SqsQueue(shared_moto.url(name, proxy.port), session=SESSION, clock=clock)
        async with queue, SqsQueue(url, session=SESSION) as other:
            await queue.put([b'{"n":1}', b'{"n":2}'])
            found = await queue.receive(1, wait=1)
            proxy.lose_next()
            assert proxy.lost == 0
            result = await CALLS[which](queue, found)
            assert proxy.lost == 1
            assert which not in {"extend", "ack"} or not result
            clock.now += 61
            shared_moto.move_clock(61)
            left = {message.body for _ in range(4) for message in await other.receive(10, wait=0)}
            put = {b'{"n":1}', b'{"n":2}'} | ({b'{"n":3}'} if which == "put" else set())
            assert left == put - ({message.body for message in found} if which == "ack" else set())


async def test_a_stalled_server_is_an_error_after_max_outage(shared_moto: MotoServer, monkeypatch) -> None:
    name = f"q{uuid4().hex}"
    url = shared_moto.create(name)
    async with FaultProxy("127.0.0.1", shared_moto.port) as proxy:
        async with SqsQueue(shared_moto.url(name, proxy.port), session=SESSION, max_outage=0.3) as queue:
            await queue.put([b'{"n":1}', b'{"n":2}'])
            [message] = await queue.receive(1, wait=1)
            monkeypatch.setattr(sqs_queue, "REPLY_TIMEOUT", 0.1)
            queue._largest = 1
            proxy.toxics.add(toxics.Timeout())
            for call in (queue.put([b"{}"]), queue.ack([message]), queue.extend([message]), queue.receive(1, wait=0)):
                with pytest.raises(QueueUnavailable, match=r"is unavailable for 0\.3 s: TimeoutError"):
                    await call
            await queue.release([message])  # raises nothing
            proxy.toxics.clear()
        async with SqsQueue(url, session=SESSION) as other:
            shared_moto.move_clock(61)
            assert b'{"n":2}' in {message.body for _ in range(2) for message in await other.receive(10, wait=0)}


async def test_closing_releases_the_messages_of_a_request_in_flight(shared_moto: MotoServer) -> None:
    url = shared_moto.create(f"q{uuid4().hex}")
    async with SqsQueue(url, session=SESSION) as other:
        async with SqsQueue(url, session=SESSION) as queue:
            receiving = asyncio.create_task(queue.receive(1, wait=5))
            await asyncio.sleep(0.1)
            asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(other.put([b"{}"])))
        with pytest.raises(QueueClosed):
            await receiving
        assert len(await other.receive(1, wait=1)) == 1


@pytest.mark.parametrize(
    "code",
    ["AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
     "ExpiredToken", "ExpiredTokenException", "MissingAuthenticationToken", "IncompleteSignature", "InvalidSecurity",
     "OptInRequired", "KmsAccessDenied", "RequestTimeTooSkewed", "InvalidAccessKeyId"],
)  # fmt: skip
async def test_denied_credentials_are_a_configuration_error_that_does_not_show_them(code: str) -> None:
    async with scripted({"SendMessageBatch": [error(code, "403 Forbidden")]}) as (_, queue):
        with pytest.raises(ConfigurationError, match=rf"AWS denied sqs:SendMessage \({code}\)") as caught:
            await queue.put([b"{}"])
        assert "pass-word" not in str(caught.value)
        assert caught.value.__context__ is None


async def test_other_rejections_name_the_call_and_the_code() -> None:
    async with scripted({"ReceiveMessage": [error("InvalidAttributeName")]}) as (_, queue):
        with pytest.raises(QueueError, match="AWS rejected ReceiveMessage: InvalidAttributeName"):
            await queue.receive(1, wait=0)


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
async def test_a_missing_queue_is_a_wrong_url_at_first_and_queue_lost_later(code: str) -> None:
    with pytest.raises(ConfigurationError, match="does not exist in this account and region; check its URL"):
        async with scripted({"GetQueueAttributes": [error(code)]}):
            pass
    async with scripted({"ReceiveMessage": [error(code)]}) as (_, queue):
        with pytest.raises(QueueLost, match="was deleted with its messages"):
            await queue.receive(1, wait=0)


async def test_a_server_that_is_not_sqs_is_rejected() -> None:
    with pytest.raises(ConfigurationError, match="response is not that of SQS"):
        async with scripted({"GetQueueAttributes": [answer(b"<html>")]}):
            pass


async def test_missing_credentials_are_reported(monkeypatch, tmp_path) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigurationError, match="NoCredentialsError; check the AWS credentials"):
        await SqsQueue("http://127.0.0.1:1/123456789012/orders").__aenter__()
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    with pytest.raises(ConfigurationError, match="ProfileNotFound; check the AWS credentials and settings"):
        await SqsQueue("http://127.0.0.1:1/123456789012/orders").__aenter__()


# -- opening


async def test_a_queue_with_good_settings_causes_no_warning(caplog) -> None:
    async with scripted():
        pass
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("attributes", "warning"),
    [
        (
            {"MessageRetentionPeriod": "345600"},
            "messages are deleted after 4 days; set MessageRetentionPeriod to 1209600",
        ),
        (
            {"RedrivePolicy": '{"maxReceiveCount":"3"}'},
            "maxReceiveCount is 3, and restarts count; set at least 20",
        ),
        ({"RedrivePolicy": ""}, "has no dead-letter queue; give it one, with maxReceiveCount 20"),
    ],
    ids=["retention", "few receives", "no dead letters"],
)
async def test_settings_that_can_lose_messages_cause_a_warning(
    caplog, attributes: dict[str, str], warning: str
) -> None:
    async with scripted(attributes=ATTRIBUTES | attributes):
        pass
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert warning in record.getMessage()


async def test_a_client_that_was_passed_in_stays_open(shared_moto: MotoServer) -> None:
    url = shared_moto.create(f"q{uuid4().hex}")
    async with make_session().create_client("sqs", endpoint_url=url.partition("/1234")[0]) as client:
        for _ in range(2):
            async with SqsQueue(url, client=client) as queue:
                await queue.put([b"{}"])
                assert not await queue.ack(await queue.receive(1, wait=1))


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123/orders", "eu-west-1"),
        ("sqs://sqs.us-gov-east-1.amazonaws.com/123/orders.fifo", "us-gov-east-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123/orders", "cn-north-1"),
        ("https://ap-southeast-2.queue.amazonaws.com/123/orders", "ap-southeast-2"),
        ("https://vpce-0a1-b2.sqs.eu-central-1.vpce.amazonaws.com/123/orders", "eu-central-1"),
        ("https://sqs-fips.us-east-2.api.aws/123/orders", "us-east-2"),
        ("http://localhost:4566/000000000000/orders", None),
    ],
)
def test_the_region_is_read_from_the_url(url: str, region: str | None) -> None:
    parts = split_url(url)
    assert parts.scheme == url.partition("://")[0].replace("sqs", "https")
    found = REGION.search(parts.netloc)
    assert (found and found[1]) == region
    assert "orders" in repr(SqsQueue(url))


@pytest.mark.parametrize(
    "url",
    [
        "orders",
        "sqs:orders",
        "https://sqs.eu-west-1.amazonaws.com",
        "https://h/1",
        "https://k:pass-word@h/1/orders",
        "arn:aws:sqs:x:1:o",
    ],
)
def test_an_invalid_queue_url_is_rejected_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="give the queue's URL") as caught:
        SqsQueue(url)
    assert "pass-word" not in str(caught.value)
