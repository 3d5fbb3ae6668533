"""How a call waits: for its pace, with which token it goes afterwards, and what it tells of the time."""

import asyncio

import pytest
from msgspec.structs import replace

from mirakl_async import BearerToken, Retry, Timeouts, errors
from mirakl_async.http.auth import AuthHeader
from mirakl_async.http.request_builder import build
from mirakl_async.instrumentation import CallFinished, RateLimitWaited, RetryScheduled, Throttled
from mirakl_async.operations.connect.orders import UPDATE_ACTION_STATUS
from tests.support.manual_clock import InstantClock

from .calling import LOST, client, reply, report


class Pacing:
    """A limiter that delays every call by `seconds`, and records its arguments."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds = clock, seconds
        self.bounds, self.paused, self.resumed = [], [], 0

    def try_acquire(self, key, pace):
        return False

    async def acquire(self, key, pace, *, max_wait=None):
        self.bounds.append(max_wait)
        self.clock.now += self.seconds
        return self.seconds

    async def pause(self, key, seconds):
        self.paused.append(seconds)

    async def resume(self, key):
        self.resumed += 1


def paced(*script, seconds=0.0, **settings):
    clock = InstantClock()
    limiter = Pacing(clock, seconds)
    connect, wire = client(*script, clock=clock, rate_limiter=limiter, **settings)
    return connect, wire, limiter, clock


@pytest.mark.parametrize(
    ("deadline", "max_wait", "bound"),
    [(None, None, None), (None, 5, 5), (10, None, 10), (10, 5, 5), (5, 10, 5), (0.5, 0, 0), (None, 0, 0)],
)
async def test_a_wait_for_the_rate_limit_is_bounded_by_max_wait_and_the_deadline(deadline, max_wait, bound):
    connect, _, limiter, _ = paced(reply(204))
    async with connect:
        await report(connect, deadline=deadline, max_wait=max_wait)
    assert limiter.bounds == [bound]


async def test_without_a_deadline_the_time_of_a_call_is_not_limited():
    connect, wire, _, clock = paced(LOST, reply(503), reply(204), seconds=100_000)
    wire.clock, wire.takes = clock, 50_000.0
    async with connect:
        await report(connect, deadline=None)
        assert [sent[4] for sent in wire.sent] == [60, 60, 60]
    connect, wire, _, clock = paced(reply(503), reply(204), seconds=10_000, timeouts=Timeouts(deadline=None))
    async with connect:
        await report(connect)
    assert len(wire.sent) == 2


class Expiring:
    """A token that is good for ten seconds, and renewed when it is asked for."""

    identity, refreshable = "expiring", True

    def __init__(self, clock):
        self.clock, self.number, self.until = clock, 0, 0.0

    def authenticator(self, token_url, wire, clock):
        return self

    def current(self):
        return AuthHeader(f"Bearer {self.number}", self.number) if self.clock.now < self.until else None

    async def obtain(self):
        self.number, self.until = self.number + 1, self.clock.now + 10
        return AuthHeader(f"Bearer {self.number}", self.number)

    async def refresh(self, generation):
        raise AssertionError("no answer was 401")

    async def close(self):
        pass


@pytest.mark.parametrize(("seconds", "tokens"), [(11, [2, 3, 4, 5]), (9, [1, 2, 2, 3]), (0, [1, 1, 1, 1])])
async def test_a_token_that_expired_while_a_call_waited_is_not_sent(seconds, tokens):
    clock = InstantClock()
    limiter = Pacing(clock, seconds)
    connect, wire = client(reply(204), clock=clock, rate_limiter=limiter, auth=Expiring(clock))
    async with connect:
        for _ in range(4):
            await report(connect)
    used = [int(sent[2]["Authorization"].removeprefix("Bearer ")) for sent in wire.sent]
    assert used == tokens


async def test_events_have_their_kinds_and_seconds():
    events = []
    script = (reply(429, Retry_After="7"), reply(503), reply(204))
    connect, wire, limiter, clock = paced(*script, seconds=2.0, listener=events.append)
    wire.clock, wire.takes = clock, 1.5
    began = clock.now
    async with connect:
        await report(connect)
        assert connect.counters.waited == 6.0
    jitter = 0.5 * min(1.0, 0.7 / 0.5)  # half of one base pause, at most a tenth of the advice
    assert events == [
        RateLimitWaited(operation="updateActionStatus", group="updateActionStatus", seconds=2.0),
        Throttled(operation="updateActionStatus", group="updateActionStatus", seconds=7 + jitter),
        RetryScheduled(operation="updateActionStatus", attempt=1, outcome="429", delay=7 + jitter),
        RateLimitWaited(operation="updateActionStatus", group="updateActionStatus", seconds=2.0),
        RetryScheduled(operation="updateActionStatus", attempt=2, outcome="503", delay=0.25),
        RateLimitWaited(operation="updateActionStatus", group="updateActionStatus", seconds=2.0),
        CallFinished(operation="updateActionStatus", status=204, error=None, attempts=3, seconds=clock.now - began),
    ]
    assert clock.now - began == 3 * 2.0 + 3 * 1.5 + 0.25
    assert limiter.paused == [7 + jitter]


async def test_the_events_of_a_limit_name_the_operation_and_its_group():
    events = []
    connect, *_ = paced(reply(429), seconds=2.0, listener=events.append, retry=Retry(max_retries=0))
    operation = replace(UPDATE_ACTION_STATUS, group="orders")
    async with connect:
        request = build(operation, {"action_id": "a1"}, "https://m.example", b"{}")
        with pytest.raises(errors.RateLimited):
            await connect.session.transport.run(request, {})
    assert events[:2] == [
        RateLimitWaited(operation="updateActionStatus", group="orders", seconds=2.0),
        Throttled(operation="updateActionStatus", group="orders", seconds=1.0),
    ]


@pytest.mark.parametrize(
    ("outcome", "status", "kind"),
    [(reply(404), 404, "NotFound"), (LOST, None, "ConnectionLost"), (reply(200, b"<p>"), 200, "UnexpectedResponse")],
)
async def test_a_failed_call_is_reported_with_its_error(outcome, status, kind):
    events = []
    connect, wire, _, clock = paced(outcome, listener=events.append, retry=Retry(max_retries=0))
    wire.clock, wire.takes = clock, 3.0
    async with connect:
        with pytest.raises(errors.CallError) as raised:
            await report(connect)
        assert (connect.counters.calls, connect.counters.failures, connect.counters.attempts) == (1, 1, 1)
    assert events == [
        CallFinished(
            operation="updateActionStatus", status=status, error=kind, attempts=1, seconds=3.0, recognized=status != 404
        ),
    ]  # the 404 has no body, which is not Mirakl's format
    assert raised.value.timings.sending == 3.0


async def test_only_a_long_wait_is_logged(caplog):
    caplog.set_level("INFO", "mirakl_async")
    for seconds, logged in [(1.0, 0), (1.5, 1)]:
        connect, _, _, _ = paced(reply(204), seconds=seconds)
        async with connect:
            await report(connect)
        assert len(caplog.records) == logged
    assert caplog.records[0].getMessage() == "updateActionStatus waited 1.5 s for its rate limit"


async def test_each_wait_is_counted_in_its_own_timing():
    async def token():
        clock.now += 4.0
        return "secret"

    connect, wire, _, clock = paced(reply(500), seconds=2.0, auth=BearerToken(token), retry=Retry(max_retries=0))
    wire.clock, wire.takes = clock, 3.0
    async with connect:
        with pytest.raises(errors.ServerError) as raised:
            await report(connect)
    assert raised.value.timings == errors.Timings(queued=4.0, limited=2.0, sending=3.0, waiting=0.0)
    await asyncio.sleep(0)


async def test_a_renewed_token_does_not_count_as_a_retry():
    connect, wire, _, _ = paced(
        reply(401), reply(503), reply(204), auth=BearerToken(lambda: "t"), retry=Retry(max_retries=1)
    )
    async with connect:
        await report(connect)
        wire.script = [reply(401), reply(503)]
        with pytest.raises(errors.ServerError):
            await report(connect)
    assert len(wire.sent) == 6


async def test_a_pause_of_an_hour_is_ended_once():
    connect, _, limiter, _ = paced(reply(429, Retry_After="1e12"), reply(204), retry=Retry(max_retries=0))
    async with connect:
        with pytest.raises(errors.RateLimited):
            await report(connect)
        assert (limiter.paused, limiter.resumed) == ([3600], 0)
        for _ in range(3):
            await report(connect)
    assert limiter.resumed == 1


async def test_each_pause_of_an_hour_is_logged(caplog):
    hour = reply(429, Retry_After="1e12")
    connect, _, _, _ = paced(hour, hour, reply(204), hour, retry=Retry(max_retries=0))
    async with connect:
        for logged in (1, 1, None, 2):
            if logged is None:
                await report(connect)
                continue
            with pytest.raises(errors.RateLimited):
                await report(connect)
            assert len(caplog.records) == logged


async def test_a_call_that_waited_while_the_client_was_closed_is_not_sent():
    connect, wire, limiter, _ = paced(reply(204))

    async def acquire(*_, **__):
        await connect.close()
        return 0.0

    limiter.acquire = acquire
    async with connect:
        with pytest.raises(errors.ClientStateError, match="the client is closed"):
            await report(connect)
    assert wire.sent == []


async def test_a_call_whose_connection_is_closed_with_the_client_ends_at_once():
    events = []
    connect, wire, _, clock = paced(LOST, listener=events.append)
    began = clock.now

    async def exchange(*_, **__):
        await connect.close()
        raise LOST

    wire.exchange = exchange
    async with connect:
        with pytest.raises(errors.ClientStateError, match="the client is closed"):
            await report(connect)
    assert [type(event) for event in events] == [CallFinished]
    assert clock.now == began
