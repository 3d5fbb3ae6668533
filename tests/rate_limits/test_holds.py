"""What a 429 pauses, for how long, and what ends the pause; and that the deadline includes a limiter."""

import asyncio

import pytest

from mirakl_async import BearerToken, ConnectChannel, Retry, errors
from mirakl_async.clock import SystemClock
from tests.http.calling import FakeWire, client, reply, report
from tests.support.manual_clock import InstantClock, ManualClock


@pytest.mark.parametrize("advice", ["1e12", "1000000000000", "3600", "Fri, 31 Dec 2032 23:59:59 GMT"])
async def test_a_retry_after_pauses_a_limit_for_an_hour_at_most(advice, caplog):
    clock = InstantClock()
    connect, _ = client(reply(429, Retry_After=advice, Date="Sat, 28 Nov 2026 00:00:00 GMT"), reply(204), clock=clock)
    async with connect:
        with pytest.raises(errors.RateLimited) as raised:
            await report(connect)
        clock.now += 3500
        with pytest.raises(errors.MaxWaitExceeded):
            await report(connect, max_wait=10)
        clock.now += 101
        await report(connect, max_wait=10)
    assert raised.value.retry_after == 3600
    assert [record.getMessage() for record in caplog.records] == [
        (
            "updateActionStatus: the server asked for a pause of an hour or more; "
            "its bucket is paused for an hour, or until a call succeeds"
        )
    ]


class Answering(FakeWire):
    """Responds when the test sets the result of a waiting future."""

    def __init__(self):
        super().__init__()
        self.waiting = []

    async def exchange(self, method, url, headers, body, *, timeout, max_bytes, new_connection=False):
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        return await answer

    async def answer(self, number, outcome):
        self.waiting[number].set_result(outcome)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("advice", "later", "held"),
    [
        ("1e12", reply(204), 0.0), ("1e12", reply(200, b"<html>"), 3600), ("1e12", reply(503), 3600),
        ("1e12", reply(429, Retry_After="1e12"), 3600), ("1e12", reply(429, Retry_After="7"), 7),
        ("30", reply(204), 30), ("3599", reply(204), 3599),
    ],
)  # fmt: skip
async def test_a_later_response_ends_a_pause_of_an_hour_and_not_a_shorter_one(advice, later, held):
    clock, wire = ManualClock(), Answering()
    connect = ConnectChannel(
        wire=wire, clock=clock, auth=BearerToken("t"), rate_limit="none", retry=Retry(max_retries=0)
    )
    async with connect:
        calls = [asyncio.create_task(report(connect)) for _ in range(2)]
        await clock.settle()
        await wire.answer(0, reply(429, Retry_After=advice))
        await wire.answer(1, later)
        await asyncio.gather(*calls, return_exceptions=True)
        if held:
            with pytest.raises(errors.MaxWaitExceeded) as refused:
                await report(connect, max_wait=0)
            assert refused.value.seconds == pytest.approx(held)
        else:
            following = asyncio.create_task(report(connect, max_wait=0))
            await clock.settle()
            await wire.answer(2, reply(204))
            await following


async def test_waiting_calls_continue_when_a_pause_ends_early():
    clock, wire = ManualClock(), Answering()
    connect = ConnectChannel(
        wire=wire, clock=clock, auth=BearerToken("t"), rate_limit="none", retry=Retry(max_retries=0)
    )
    async with connect:
        first, second = (asyncio.create_task(report(connect)) for _ in range(2))
        await clock.settle()
        await wire.answer(0, reply(429, Retry_After="1e12"))
        third = asyncio.create_task(report(connect, max_wait=None, deadline=None))
        await clock.run(12)
        await wire.answer(1, reply(204))
        await clock.run(5)
        await wire.answer(2, reply(204))
        await third
        await second
        with pytest.raises(errors.RateLimited):
            await first


class Stalled:
    """A limiter whose server does not answer."""

    def __init__(self, part):
        self.part = part

    def try_acquire(self, key, pace):
        return self.part != "acquire"

    async def acquire(self, key, pace, *, max_wait=None):
        await asyncio.sleep(60)

    async def pause(self, key, seconds):
        await asyncio.sleep(60)

    resume = pause


@pytest.mark.parametrize("part", ["acquire", "pause"])
async def test_the_deadline_includes_a_limiter_that_does_not_respond(part):
    connect, _ = client(reply(429, Retry_After="1e12"), clock=SystemClock(), rate_limiter=Stalled(part))
    async with connect, asyncio.timeout(5):
        error = errors.DeadlineExceeded if part == "acquire" else errors.CallError
        with pytest.raises(error, match="rate limiter|deadline passed") as raised:
            await report(connect, deadline=0.02)
        if part == "acquire":
            assert raised.value.timings.limited >= 0.02
