"""What a stream has in hand when a task that waits for a delivery is cancelled, and when the stream ends."""

from __future__ import annotations

import asyncio

import pytest

from tests.events.conftest import command

ORDER = '["C1","S1","O1"]'


@pytest.fixture
def slow_start(store, monkeypatch):
    """The store marks the order, and its answer does not arrive."""
    begun, start = asyncio.Event(), store.start

    async def hang(*arguments, **options):
        await start(*arguments, **options)
        begun.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(store, "start", hang)
    return begun


async def cancelled(stream, begun):
    """Cancel a task that waits for a delivery while its command is being started."""
    waiting = asyncio.create_task(stream.next())
    await asyncio.wait_for(begun.wait(), 10)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()


async def test_a_command_is_delivered_to_the_next_caller_if_its_own_is_cancelled(
    mirakl, store, slow_start, monkeypatch
):
    await mirakl.put(command("a1"))
    async with mirakl.connect.events.receive(mirakl.queue, idempotency_store=store) as stream:
        await cancelled(stream, slow_start)
        monkeypatch.undo()
        delivery = await asyncio.wait_for(stream.next(), 10)
        assert delivery.event.action_id == "a1"
        await delivery.done()
    assert mirakl.outcomes() == {"a1": "SUCCESS"}
    assert await mirakl.queue.waiting() == 0


async def test_an_order_is_free_for_other_runners_after_a_stream_was_cancelled(mirakl, store, slow_start, monkeypatch):
    await mirakl.put(command("a1"))
    async with mirakl.connect.events.receive(mirakl.queue, idempotency_store=store) as stream:
        await cancelled(stream, slow_start)
        monkeypatch.undo()
    assert len(await mirakl.queue.receive(1, wait=0)) == 1, "the message was released"
    assert not (await store.start("a1", ORDER, "another runner", 60)).busy
