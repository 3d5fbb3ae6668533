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
async def test_an_attempt_that_takes_too_long_is_ended(timer, seconds):
    assert await attempt(timer, seconds, asyncio.sleep(30)) == "timeout"
    assert asyncio.current_task().cancelling() == 0


@pytest.mark.parametrize("seconds", [USUAL, USUAL * 2, None])
async def test_an_attempt_that_ends_in_time_is_not_cancelled(timer, seconds):
    assert await attempt(timer, seconds, asyncio.sleep(0, "done")) == "done"
    await asyncio.sleep(USUAL * 3)


async def test_each_attempt_ends_at_its_own_time(timer):
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


async def test_the_timers_queue_is_no_longer_than_the_attempts_in_flight(timer):
    for _ in range(1000):
        await attempt(timer, USUAL, asyncio.sleep(0))
    assert len(timer._timeouts) <= 1


async def test_another_cancellation_is_not_a_timeout(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(30)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_at_the_same_moment_is_not_a_timeout(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(30)))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_at(timer._timeouts[0].due_at, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_closed_timer_ends_no_more_attempts(timer):
    task = asyncio.create_task(attempt(timer, USUAL, asyncio.sleep(USUAL * 4, "done")))
    await asyncio.sleep(0)
    timer.close()
    assert await task == "done"
