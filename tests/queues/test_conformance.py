"""The rules of `queues.protocol` that every queue follows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from mirakl_async.errors import QueueClosed, QueueError, QueueLost, QueueUnavailable, TooLarge
from mirakl_async.queues.blocks import encode_block, parse_block
from mirakl_async.queues.protocol import (
    KeepsCursors,
    KeepsRejected,
    KnowsAge,
    Message,
    Queue,
    RejectedRow,
    Sink,
    Source,
)
from tests.queues.brokers import Broker

needs = pytest.mark.needs
AWKWARD = [
    b'{"n":"\xef\xbf\xbe\xef\xbf\xbf"}\n',  # U+FFFE and U+FFFF, which XML and so SQS refuses
    '{"n":"\u2028\u2029\u0085\ufeff"}\n'.encode(),  # line breaks to str.splitlines, and a byte order mark
    b'{"n":"\\u0000 \\ufffe \\ud83d\\ude00"}\n',
    '{"n":"\U0001f600 \U0010ffff \u00e9"}\n'.encode(),
    b'{"n":"a\\\\b \\"c\\" &lt; <x> ]]> % \'"}\n',
    b" \t{}\r\n",
    b"{}",
]


async def take(queue: Source, number: int, *, seconds: float = 10.0) -> list[Message]:
    """Receive until there are `number` messages."""
    found: list[Message] = []
    end = time.monotonic() + seconds
    while len(found) < number and time.monotonic() < end:
        found += await queue.receive(min(10, number - len(found)), wait=1.0)
    assert len(found) == number, f"{len(found)} of {number} messages came"
    return found


async def nothing_comes(queue: Source, *, seconds: float = 0.1) -> bool:
    """Whether there is nothing to receive now."""
    return not await queue.receive(10, wait=seconds)


async def drain(queue: Source) -> list[bytes]:
    """Receive and acknowledge until nothing comes."""
    bodies: list[bytes] = []
    while messages := await queue.receive(10, wait=0.1):
        bodies += [message.body for message in messages]
        assert not await queue.ack(messages)
    return bodies


def ids(messages: Any) -> set[str]:
    return {message.id for message in messages}


def numbered(count: int, size: int = 20) -> list[bytes]:
    return [b'{"n":%d,"x":"%s"}\n' % (number, b"x" * size) for number in range(count)]


class Claimed(bytes):
    """Says that it is larger than it is, so that no test has to hold a gigabyte."""

    size = 0

    def __len__(self) -> int:
        return self.size


# -- in and out


async def test_a_queue_has_the_types_of_its_features(broker: Broker) -> None:
    async with broker.queue() as queue:
        assert isinstance(queue, Source)
        assert isinstance(queue, Sink) == isinstance(queue, Queue) == broker.puts
        assert isinstance(queue, KeepsCursors) == broker.cursors
        assert isinstance(queue, KeepsRejected) == broker.rejected
        assert isinstance(queue, KnowsAge) == broker.knows_age
        assert queue.lease > 0


async def test_a_message_is_received_once_and_removed_by_its_ack(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(3))
        messages = await take(queue, 3)
        assert sorted(message.body for message in messages) == numbered(3)
        assert len(ids(messages)) == 3
        assert await nothing_comes(queue)
        assert not await queue.ack(messages)
        await broker.let_leases_end()
        assert await nothing_comes(queue)


@needs("counts_waiting")
async def test_waiting_counts_messages_that_are_not_acknowledged(broker: Broker) -> None:
    async with broker.queue() as queue:
        assert await queue.waiting() == 0
        await broker.deliver(queue, numbered(5))
        assert await queue.waiting() == 5
        messages = await take(queue, 3)
        assert await queue.waiting() == 5
        await queue.ack(messages[:2])
        assert await queue.waiting() == 3
        await queue.release(messages[2:])
        assert await queue.waiting() == 3
        await drain(queue)
        assert await queue.waiting() == 0


@needs("knows_age")
async def test_the_age_of_the_oldest_message_is_known_until_it_is_acknowledged(broker: Broker) -> None:
    async with broker.queue() as queue:
        assert isinstance(queue, KnowsAge)
        assert await queue.oldest() == 0
        await broker.deliver(queue, numbered(2))
        await broker.part_of_a_lease()
        await asyncio.sleep(0.02)  # the servers have clocks of their own
        await broker.deliver(queue, numbered(1))
        age = await queue.oldest()
        assert age is not None
        assert 0.01 < age < broker.lease
        messages = await take(queue, 3)
        assert (await queue.oldest() or 0) >= age
        await queue.ack([message for message in messages if message.body in numbered(1)][:1])
        await queue.release(messages)
        assert (await queue.oldest() or 0) >= age
        await drain(queue)
        assert await queue.oldest() == 0


@needs("knows_age", "durable")
async def test_the_age_of_a_message_is_stored_in_the_queue(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(1))
    await broker.part_of_a_lease()
    await asyncio.sleep(0.02)
    async with broker.queue() as queue:
        assert (await queue.oldest() or 0) > 0.01
        [message] = await take(queue, 1)
        assert (await queue.oldest() or 0) > 0.01
        await queue.ack([message])


async def test_a_receive_returns_at_most_its_limit(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(5))
        assert len(await queue.receive(2, wait=1.0)) in {1, 2}
        assert len(await queue.receive(1, wait=1.0)) == 1


async def test_an_empty_queue_returns_nothing_after_the_wait(broker: Broker) -> None:
    async with broker.queue() as queue:
        began = time.monotonic()
        assert not await queue.receive(10, wait=0.2)
        assert time.monotonic() - began < 4.0
        assert not await queue.receive(10, wait=0.0)


async def test_a_waiting_receive_returns_a_message_that_is_put_meanwhile(broker: Broker) -> None:
    async with broker.queue() as queue:
        waiting = asyncio.create_task(queue.receive(10, wait=5.0))
        await asyncio.sleep(0.05)
        await broker.deliver(queue, [b"{}\n"])
        found = list(await waiting) or await take(queue, 1)
        assert [message.body for message in found] == [b"{}\n"]


@pytest.mark.parametrize("body", AWKWARD, ids=range(len(AWKWARD)))
async def test_a_body_is_returned_as_the_same_json(broker: Broker, body: bytes) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [body])
        [message] = await take(queue, 1)
        assert type(message.body) is bytes
        if broker.binary:
            assert message.body == body
        else:  # text that its broker cannot carry was escaped
            import json

            assert json.loads(message.body) == json.loads(body)
        assert not await queue.ack([message])


@needs("binary")
async def test_every_byte_is_preserved(broker: Broker) -> None:
    body = bytes(range(256)) * 3 + b"\x00"
    async with broker.queue() as queue:
        await broker.deliver(queue, [body])
        [message] = await take(queue, 1)
        assert message.body == body


async def test_a_block_is_preserved(broker: Broker) -> None:
    lines = [b'{"channel_order_id":"A-%d","filling":"%s"}' % (number, b"\xc3\xa9" * 1000) for number in range(100)]
    body = encode_block([(f"A-{number}", None, number) for number in range(100)], lines, b'{"channel_id":"C"}')
    async with broker.queue() as queue:
        await broker.deliver(queue, [body])
        [message] = await take(queue, 1)
        assert parse_block(message.body).lines() == lines


@needs("puts")
async def test_a_put_of_many_bodies_stores_all(broker: Broker) -> None:
    bodies = numbered(57, 2000)
    async with broker.queue() as queue:
        await queue.put(bodies)
        assert sorted(await drain(queue)) == sorted(bodies)


@needs("puts")
async def test_a_put_without_bodies_does_nothing(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.put([])
        assert await nothing_comes(queue)


@needs("puts")
async def test_equal_bodies_are_separate_messages(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.put([b"{}\n"] * 3)
        await queue.put([b"{}\n"])
        assert len(await drain(queue)) == 4


@needs("puts")
async def test_a_body_that_is_too_large_is_rejected_before_anything_is_sent(broker: Broker) -> None:
    async with broker.queue() as queue:
        large = Claimed(b"{}\n")
        Claimed.size = queue.max_bytes + 1
        with pytest.raises(TooLarge) as caught:
            await queue.put([b"{}\n", large, b"{}\n"])
        assert (caught.value.size, caught.value.max_bytes) == (queue.max_bytes + 1, queue.max_bytes)
        assert await nothing_comes(queue)


@needs("puts", "durable")
async def test_messages_survive_closing_the_queue(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.put(numbered(4))
    async with broker.queue() as queue:
        assert sorted(await drain(queue)) == numbered(4)
    async with broker.queue() as queue:
        assert await nothing_comes(queue)


# -- leases


async def test_a_message_without_ack_is_delivered_again_when_its_lease_expires(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        first = await take(queue, 2)
        assert await nothing_comes(queue)
        await broker.let_leases_end()
        second = await take(queue, 2)
        assert ids(second) == ids(first)
        assert not {*map(id, first)} & {*map(id, second)}
        assert not await queue.ack(second)
        await broker.let_leases_end()
        assert await nothing_comes(queue)


@needs("counts_deliveries")
async def test_deliveries_are_counted(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        counted = []
        for _ in range(3):
            [message] = await take(queue, 1)
            counted.append(message.deliveries)
            await broker.let_leases_end()
        assert counted == [1, 2, 3]


async def test_the_first_delivery_is_number_one_or_not_counted(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [message] = await take(queue, 1)
        assert message.deliveries == (1 if broker.counts_deliveries else None)


async def test_an_extended_lease_does_not_expire(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        messages = await take(queue, 2)
        for _ in range(3):
            await broker.part_of_a_lease()
            assert not await queue.extend(messages)
            assert await nothing_comes(queue)
        assert not await queue.ack(messages)
        await broker.let_leases_end()
        assert await nothing_comes(queue)


async def test_extending_a_lease_that_another_holder_has_fails(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        old = await take(queue, 2)
        await broker.let_leases_end()
        new = await take(queue, 2)
        assert ids(await queue.extend(old)) <= ids(old)
        assert not await queue.extend(new)
        assert await nothing_comes(queue)
        assert not await queue.ack(new)


async def test_extending_an_acknowledged_message_fails(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(3))
        messages = await take(queue, 3)
        await queue.ack(messages[:1])
        assert ids(await queue.extend(messages)) == ids(messages[:1])


async def test_an_ack_of_an_old_delivery_is_reported_truthfully(broker: Broker) -> None:
    """Confirmed, it never comes again; not confirmed, the newer delivery settles it."""
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [old] = await take(queue, 1)
        await broker.let_leases_end()
        [new] = await take(queue, 1)
        confirmed = not await queue.ack([old])
        if not confirmed:
            assert not await queue.ack([new])
        await broker.let_leases_end()
        assert await nothing_comes(queue)


async def test_a_message_with_an_expired_lease_can_still_be_acknowledged(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        messages = await take(queue, 1)
        await broker.let_leases_end()
        if await queue.ack(messages):  # it could not be confirmed, so it may come again
            messages = await queue.receive(1, wait=1.0)
            assert not await queue.ack(messages)
        assert await nothing_comes(queue)


async def test_acknowledging_twice_is_harmless(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        messages = await take(queue, 2)
        assert not await queue.ack(messages[:1])
        await queue.ack(messages)
        assert not await queue.ack([])
        await broker.let_leases_end()
        assert await nothing_comes(queue)


@needs("releases_at_once")
async def test_a_released_message_is_delivered_again_at_once(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        messages = await take(queue, 2)
        await queue.release(messages)
        again = await take(queue, 2)
        assert ids(again) == ids(messages)
        await queue.release([])
        assert not await queue.ack(again)


async def test_releasing_a_message_of_another_holder_has_no_effect(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [old] = await take(queue, 1)
        await broker.let_leases_end()
        [new] = await take(queue, 1)
        await queue.release([old])
        if not await nothing_comes(queue):  # a broker that knows no deliveries gives it back: then it is not lost
            await broker.let_leases_end()
            [new] = await take(queue, 1)
        await queue.ack([new])
        await queue.release([new])
        await broker.let_leases_end()
        assert await nothing_comes(queue)


# -- many at once


async def test_a_receive_that_is_cancelled_loses_nothing(broker: Broker) -> None:
    bodies = numbered(12)
    async with broker.queue() as queue:
        tasks = [asyncio.create_task(queue.receive(3, wait=5.0)) for _ in range(4)]
        await asyncio.sleep(0)
        for task in tasks[:2]:
            task.cancel()
        await broker.deliver(queue, bodies)
        await asyncio.sleep(0.02)
        for task in tasks[2:]:
            task.cancel()
        found: list[Message] = []
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Sequence):
                found += result
        bodies_found = {message.body for message in found}
        assert not await queue.ack(found)
        bodies_found.update(await drain(queue))
        await broker.let_leases_end()
        bodies_found.update(await drain(queue))
        assert bodies_found == set(bodies)


@needs("releases_at_once")
async def test_a_message_that_comes_after_its_receive_was_cancelled_is_not_held(broker: Broker) -> None:
    async with broker.queue() as one, broker.queue() as two:
        abandoned = asyncio.create_task(one.receive(10, wait=1.0))
        await asyncio.sleep(0.05)
        abandoned.cancel()
        await asyncio.wait([abandoned])
        await broker.deliver(two, numbered(1))
        assert not await two.ack(await take(two, 1, seconds=min(5.0, broker.lease / 2)))


async def test_many_tasks_share_a_queue_without_duplicates(broker: Broker) -> None:
    bodies = numbered(60)
    seen: list[bytes] = []

    async def consume(queue: Source) -> None:
        while messages := await queue.receive(4, wait=0.5):
            seen.extend(message.body for message in messages)
            assert not await queue.extend(messages)
            assert not await queue.ack(messages)

    async with broker.queue() as queue:
        await asyncio.gather(
            *(broker.deliver(queue, bodies[start : start + 10]) for start in range(0, 60, 10)),
            *(consume(queue) for _ in range(5)),
        )
        seen += await drain(queue)
    assert sorted(seen) == sorted(bodies)


async def test_two_queues_on_one_broker_share_without_duplicates(broker: Broker) -> None:
    bodies = numbered(40)
    async with broker.queue() as one, broker.queue() as two:
        await broker.deliver(one, bodies)
        first, second = await one.receive(5, wait=2.0), await two.receive(5, wait=2.0)
        assert first
        assert second
        assert not ids(first) & ids(second)
        assert not await one.ack(first)
        assert not await two.ack(second)
        rest = await asyncio.gather(drain(one), drain(two))
    assert sorted([*(m.body for m in first), *(m.body for m in second), *rest[0], *rest[1]]) == sorted(bodies)


# -- opening and closing


async def test_a_queue_that_is_not_open_raises_an_error(broker: Broker) -> None:
    queue = broker.queue()
    with pytest.raises(QueueClosed):
        await queue.receive(1, wait=0)
    async with queue:
        pass
    with pytest.raises(QueueClosed):
        await queue.receive(1, wait=0)
    if broker.puts:
        with pytest.raises(QueueClosed):
            await queue.put([b"{}\n"])


@needs("durable", "releases_at_once")
async def test_closing_completes_acks_and_releases_the_other_messages(broker: Broker) -> None:
    async with broker.queue() as other:
        async with broker.queue() as queue:
            await broker.deliver(queue, numbered(4))
            messages = await take(queue, 4)
            assert not await queue.ack(messages[:2])
        again = await take(other, 2)
        assert ids(again) == ids(messages[2:])
        assert await nothing_comes(other)


async def test_closing_ends_a_waiting_receive(broker: Broker) -> None:
    queue = broker.queue()
    async with queue:
        waiting = asyncio.create_task(queue.receive(1, wait=5.0))
        await asyncio.sleep(0.05)
    [result] = await asyncio.gather(waiting, return_exceptions=True)
    assert not result or isinstance(result, QueueClosed)


async def test_releasing_after_the_end_raises_nothing(broker: Broker) -> None:
    queue = broker.queue()
    async with queue:
        await broker.deliver(queue, [b"{}\n"])
        messages = await take(queue, 1)
    await queue.release(messages)


async def test_a_repr_shows_no_password_and_no_body(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b'{"name":"Ada"}\n'])
        [message] = await take(queue, 1)
        assert "Ada" not in repr(message)
        assert "Ada" not in repr(queue)
        assert "pass-word" not in repr(queue)


# -- cursors


@needs("cursors")
async def test_a_cursor_is_stored_by_its_name(broker: Broker) -> None:
    async with broker.queue() as queue:
        assert await queue.cursor("a") is None
        await queue.put_at(numbered(2), "a", '{"line":2}')
        await queue.put_at([], "b", "7 \u2028")
        assert await queue.cursor("a") == '{"line":2}'
        await queue.put_at(numbered(1), "a", '{"line":3}')
        assert [await queue.cursor(name) for name in "abc"] == ['{"line":3}', "7 \u2028", None]
        assert len(await drain(queue)) == 3


@needs("cursors", "durable")
async def test_a_cursor_survives_closing_the_queue(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.put_at(numbered(2), "a", "2")
    async with broker.queue() as queue:
        assert await queue.cursor("a") == "2"
        assert len(await drain(queue)) == 2


@needs("cursors")
async def test_a_cursor_does_not_move_when_its_blocks_are_rejected(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.put_at([b"{}\n"], "a", "1")
        Claimed.size = queue.max_bytes + 1
        with pytest.raises(TooLarge):
            await queue.put_at([b"{}\n", Claimed(b"{}")], "a", "2")
        assert await queue.cursor("a") == "1"
        assert len(await drain(queue)) == 1


# -- rejected lines


def rejection(number: int, **changes: Any) -> RejectedRow:
    values: dict[str, Any] = {
        "id": f"C S A-{number} 17 \u2028",
        "kind": "server",
        "reason": f"no such thing \u2028 {number}",
        "path": "$.lines[0]",
        "order_id": f"A-{number}",
        "line": b'{"n":"\xef\xbf\xbe"}',
        "at": 1_700_000_000.25 + number,
    }
    return RejectedRow(**{**values, **changes})


async def rejected(queue: KeepsRejected) -> list[RejectedRow]:
    return [row async for row in queue.rejected()]


@needs("rejected")
async def test_rejecting_stores_the_rows_and_acknowledges_their_message(broker: Broker) -> None:
    rows = [rejection(1), rejection(2, line=None, path=None, order_id=None, kind="event")]
    async with broker.queue() as queue:
        assert await rejected(queue) == []
        await broker.deliver(queue, [b"{}\n"])
        [message] = await take(queue, 1)
        assert await queue.reject(message, rows) is True
        assert await rejected(queue) == rows
        await broker.let_leases_end()
        assert await nothing_comes(queue)
        assert await queue.waiting() == 0


@needs("rejected")
async def test_rows_without_a_message_are_stored(broker: Broker) -> None:
    async with broker.queue() as queue:
        assert await queue.reject(None, [rejection(1)]) is True
        assert await rejected(queue) == [rejection(1)]


@needs("rejected")
async def test_a_row_that_is_stored_twice_is_stored_once(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.reject(None, [rejection(1), rejection(2)])
        await queue.reject(None, [rejection(1)])
        assert sorted(row.id for row in await rejected(queue)) == [rejection(1).id, rejection(2).id]


@needs("rejected")
async def test_rejecting_a_message_of_another_holder_still_stores_the_rows(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [old] = await take(queue, 1)
        await broker.let_leases_end()
        [new] = await take(queue, 1)
        assert await queue.reject(old, [rejection(1)]) is False
        assert await rejected(queue) == [rejection(1)]
        assert await queue.reject(new, [rejection(1)]) is True
        assert await rejected(queue) == [rejection(1)]


@needs("rejected", "durable")
async def test_rejected_rows_survive_closing_the_queue(broker: Broker) -> None:
    rows = [rejection(number) for number in range(450)]
    async with broker.queue() as queue:
        await queue.reject(None, rows)
    async with broker.queue() as queue:
        assert await rejected(queue) == rows


@needs("rejected")
async def test_replacing_puts_and_acknowledges_in_one_step(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [message] = await take(queue, 1)
        assert await queue.replace(message, numbered(2)) is True
        assert await queue.waiting() == 2
        assert sorted(await drain(queue)) == numbered(2)
        await broker.let_leases_end()
        assert await nothing_comes(queue)


@needs("rejected")
async def test_replacing_a_message_of_another_holder_puts_nothing(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, [b"{}\n"])
        [old] = await take(queue, 1)
        await broker.let_leases_end()
        [new] = await take(queue, 1)
        assert await queue.replace(old, numbered(2)) is False
        assert await queue.waiting() == 1
        await queue.ack([new])
        assert await queue.replace(new, numbered(2)) is False
        assert await queue.waiting() == 0


@needs("rejected")
async def test_replaying_puts_and_deletes_in_one_step(broker: Broker) -> None:
    async with broker.queue() as queue:
        await queue.reject(None, [rejection(1), rejection(2), rejection(3)])
        await queue.replay([rejection(1), rejection(2)], numbered(1))
        assert await rejected(queue) == [rejection(3)]
        assert await drain(queue) == numbered(1)
        await queue.replay([rejection(3), rejection(4)], [])  # to purge is to replay nothing
        assert await rejected(queue) == []
        assert await nothing_comes(queue)


@needs("rejected")
async def test_a_row_that_is_rejected_again_after_its_replay_is_stored(broker: Broker) -> None:
    again = rejection(1, at=rejection(1).at + 1, reason="still wrong")
    async with broker.queue() as queue:
        await queue.reject(None, [rejection(1)])
        replaying = asyncio.ensure_future(queue.replay([rejection(1)], numbered(1)))
        [message] = await take(queue, 1)
        assert await queue.reject(message, [again])
        await replaying
        assert await rejected(queue) == [again]


# -- outages and losses


@needs("unreachable")
async def test_an_unreachable_broker_is_an_error_after_max_outage(broker: Broker) -> None:
    began = time.monotonic()
    with pytest.raises(QueueUnavailable) as caught:
        async with broker.unreachable() as queue:
            if broker.puts:
                await queue.put([b"{}\n"])
            await queue.receive(1, wait=0)
    assert time.monotonic() - began < 15.0
    assert "pass-word" not in str(caught.value)


@needs("vanish")
async def test_a_queue_that_disappeared_raises_queue_lost(broker: Broker) -> None:
    async with broker.queue() as queue:
        await broker.deliver(queue, numbered(2))
        await broker.vanish()
        with pytest.raises(QueueLost) as caught:
            if broker.puts:
                await queue.put([b"{}\n"])
            await queue.receive(1, wait=1.0)
            await queue.waiting()
        assert isinstance(caught.value, QueueError)
