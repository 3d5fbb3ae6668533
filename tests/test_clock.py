"""Waiting for an event: no cancellation is lost, even at the end of the wait."""

import asyncio

import pytest

from mirakl_async.clock import wait_at_most


async def test_waiting_returns_whether_the_event_is_set():
    event = asyncio.Event()
    assert not await wait_at_most(event, 0.0)
    asyncio.get_running_loop().call_soon(event.set)
    assert await wait_at_most(event, None)
    assert await wait_at_most(event, 0.0)


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancellation_at_the_end_of_the_wait_is_not_lost(steps):
    async def wait_for_ever():
        while True:
            await wait_at_most(asyncio.Event(), 0.0)

    task = asyncio.create_task(wait_for_ever())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()
