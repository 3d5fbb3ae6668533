"""Events, outcomes and orders that no store, queue or server takes as they are: none stops a run."""

from __future__ import annotations

import json
import random
import string

import pytest

from mirakl_async.errors import QueueError, TooLarge
from mirakl_async.events import ActionFailed, Deferred, Done
from mirakl_async.queues.memory_queue import MemoryQueue
from tests.events.conftest import command, router_of
from tests.support.order_factory import ORIGIN, order


def text_of(length, characters=string.ascii_letters):
    """A text that no database compresses."""
    return "".join(random.Random(1).choices(characters, k=length))


class TextSink:
    """A sink that keeps no rejected rows and takes only text, such as SQS."""

    max_bytes = 1000

    def __init__(self):
        self.bodies = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        """Nothing is open."""

    async def put(self, bodies):
        if not all(body and body.decode(errors="ignore").encode() == body for body in bodies):
            raise QueueError("only text")
        self.bodies += bodies


async def rejected_of(queue):
    return [row async for row in queue.rejected()]


@pytest.mark.parametrize("order_id", [text_of(10_000), text_of(700, "\U0001f600\U0001f601\U0001f602"), "\0"], ids=len)
async def test_an_order_id_of_any_length_is_locked_in_every_store(mirakl, store, order_id):
    await mirakl.put(command("a1", order_id), command("a2", order_id))
    counters = await mirakl.run(router_of(lambda command: None), idempotency_store=store)
    assert counters.handled == 2
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "SUCCESS"}


@pytest.mark.parametrize("action", [text_of(1001), text_of(251, "\U0001f600\U0001f601"), "9" * 9000], ids=len)
async def test_a_command_whose_id_is_too_long_to_be_reported_is_set_aside_before_its_handler(mirakl, store, action):
    seen = []
    await mirakl.put(command(action), command("sound"))
    counters = await mirakl.run(router_of(lambda one: seen.append(one.action_id)), idempotency_store=store)
    assert seen == ["sound"]
    assert (counters.handled, counters.rejected) == (1, 1)
    [row] = await rejected_of(mirakl.queue)
    assert f"{len(action.encode())} bytes" in row.reason


@pytest.mark.parametrize("action", [text_of(1000), text_of(250, "\U0001f600\U0001f601")], ids=len)
async def test_the_longest_action_id_is_stored_in_every_store(mirakl, store, action):
    await mirakl.put(command(action))
    assert (await mirakl.run(router_of(lambda command: None), idempotency_store=store)).handled == 1


@pytest.mark.parametrize("message", ["half an emoji \ud83d", "\udcff name", "\0"])
async def test_an_error_with_invalid_unicode_is_reported(mirakl, message):
    def handle(_):
        raise ActionFailed([("OTHER", message), ("UNEXPECTED", message)])

    await mirakl.put(command("a1"))
    assert (await mirakl.run(router_of(handle))).failed == 1
    assert mirakl.outcomes() == {"a1": "FAILED OTHER UNEXPECTED"}


async def test_an_order_that_is_too_large_for_its_queue_is_set_aside_and_the_others_are_put(mirakl):
    orders = [(ORIGIN, order(1)), (ORIGIN, order("o2" + "x" * 2000)), (ORIGIN, order(3))]
    await mirakl.put(command("a1"))
    async with MemoryQueue(max_bytes=1500) as queue:
        counters = await mirakl.run(router_of(lambda command: Done(then=orders)), orders=queue)
        bodies = [message.body for message in await queue.receive(10, wait=0)]
    assert [json.loads(body)["order"]["channel_order_id"] for body in bodies] == [
        orders[0][1].channel_order_id,
        orders[2][1].channel_order_id,
    ]
    assert (counters.handled, counters.rejected) == (1, 1)
    assert mirakl.outcomes() == {"a1": "SUCCESS"}
    [row] = await rejected_of(mirakl.queue)
    assert "larger than the maximum of 1500" in row.reason
    assert json.loads(row.line)["order"]["channel_order_id"] == orders[1][1].channel_order_id


async def test_settle_with_an_order_that_is_too_large_decides_nothing(mirakl):
    await mirakl.put(command("a1"))
    await mirakl.run(router_of(lambda command: Deferred()))
    async with MemoryQueue(max_bytes=100) as queue:
        with pytest.raises(TooLarge):
            await mirakl.connect.events.settle(
                "a1", Done(then=[(ORIGIN, order(1))]), idempotency_store=mirakl.store, orders=queue
            )
    assert mirakl.outcomes() == {"a1": "PENDING"}
    await mirakl.connect.events.settle("a1", idempotency_store=mirakl.store)
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


@pytest.mark.parametrize("body", [b"\xff\x80", b"", b"<html>"])
async def test_any_message_can_be_set_aside_in_a_queue_of_text(mirakl, body):
    await mirakl.put(body, command("a1"))
    place = TextSink()
    counters = await mirakl.run(router_of(lambda command: None), rejected=place)
    assert (counters.rejected, counters.handled) == (1, 1)
    [stored] = place.bodies
    if body == b"<html>":
        assert stored == body
    else:
        assert json.loads(stored)["reason"]
