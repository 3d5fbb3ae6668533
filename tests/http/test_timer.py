"""One timer for many attempts: each ends at its own time, and no other cancellation is mistaken for a timeout."""

import asyncio

import pytest

from mirakl_async.http.timer import SharedTimer, TaskTimeout

USUAL = 0.05


async def attempt(timer, seconds, work):
    """What the wire does with a term: `work`, or "timeout"."""
    timeout = TaskTimeout()
    timer.begin(timeout, seconds)
    try:
        return await work
    except asyncio.CancelledError:
        if not timeout.end():
            raise
        return "timeout"
    finally:
        timeout.end()


@pytest.fixture
async def timer():
    timer = SharedTimer(USUAL)
    yield timer
    timer.close()


@pytest.mark.parametrize("seconds", [USUAL, USUAL / 2, 0.0])
async def test_what_takes_too_long_is_ended(timer, seconds):
    assert await attempt(timer, seconds, asyncio.sleep(30)) == "timeout"
    assert asyncio.current_task().cancelling() == 0


@pytest.mark.parametrize("seconds", [USUAL, USUAL * 2, None])
async def test_what_is_done_in_time_is_left_alone(timer, seconds):
    assert await attempt(timer, seconds, asyncio.sleep(0, "done")) == "done"
    await asyncio.sleep(USUAL * 3)


async def test_each_at_its_own_time(timer):
    loop, order = asyncio.get_running_loop(), []

    async def one(name, delay):
        await asyncio.sleep(delay)
        began = loop.time()
        assert await attempt(timer, USUAL, asyncio.sleep(30)) == "timeout"
        assert loop.time() - began >= USUAL * 0.9
        order.append(name)

    async with asyncio.TaskGroup() as group:
        for name, delay in (("first", 0.0), ("second", 0.02), ("third", 0.03)):
            group.create_task(one(name, delay))
    assert order == ["first", "second", "third"]
    assert await attempt(timer, USUAL, asyncio.sleep(30)) == "timeout"


async def test_the_queue_is_no_longer_than_what_is_under_way(timer):
    for _ in range(1000):
        await attempt(timer, USUAL, asyncio.sleep(0))
    assert len(timer._timeouts) <= 1


async def test_a_cancellation_of_somebody_else_is_not_a_timeout(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(30)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nor_is_one_that_comes_at_the_same_moment(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(30)))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_at(timer._timeouts[0].due_at, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_closed_it_rings_no_more(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(USUAL * 4, "done")))
    await asyncio.sleep(0)
    timer.close()
    assert await task == "done"
