import asyncio

import pytest
from multidict import CIMultiDict

from mirakl_async import BearerToken, ConnectChannel, Retry, Timeouts, errors
from mirakl_async.clock import SystemClock
from mirakl_async.exchange import Answer, WireFault
from mirakl_async.models.connect.orders import ActionError
from mirakl_async.options import Limits, Rate
from mirakl_async.watch import Called, Retrying, Throttled
from tests.feeds import ORIGIN, order
from tests.manual_clock import InstantClock, ManualClock

LOST = WireFault("lost", "sent", "the connection broke")
UNSENT = WireFault("connect", "unsent", "no connection")


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}), body)


class FakeWire:
    def __init__(self, *script):
        self.script = list(script)
        self.sent = []
        self.clock = None
        self.takes = 0.0

    async def exchange(self, method, url, headers, body, *, timeout, cap, fresh=False):
        self.sent.append((method, url, dict(headers), body, timeout, fresh))
        if self.clock is not None:
            self.clock.now += self.takes
        outcome = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(outcome, WireFault):
            raise outcome
        return outcome

    async def close(self):
        self.closed = True


def client(*script, clock=None, **settings):
    wire = FakeWire(*script)
    settings.setdefault("auth", BearerToken("secret-token"))
    settings.setdefault("rate", "none")
    connect = ConnectChannel(wire=wire, clock=clock or InstantClock(), **settings)
    return connect, wire


async def report(connect, **options):
    return await connect.orders.update_action_status("a1", status="SUCCESS", **options)


async def test_what_goes_on_the_wire():
    connect, wire = client(reply(204))
    async with connect:
        assert await report(connect, headers={"X-Mine": "1"}) is None
    method, url, headers, body, timeout, fresh = wire.sent[0]
    assert (method, url) == ("PUT", "https://miraklconnect.com/api/channel-platform/v1/orders/actions/a1")
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["X-Mine"] == "1"
    assert body == b'{"status":"SUCCESS"}'
    assert (timeout, fresh) == (60, False)


async def test_failures_are_repeated_and_every_attempt_is_on_the_error():
    connect, wire = client(reply(503), LOST, UNSENT, reply(502, b"<html><title>Bad gateway</title></html>"))
    async with connect:
        with pytest.raises(errors.ServerError) as raised:
            await report(connect)
    error = raised.value
    assert len(wire.sent) == len(error.attempts) == 4
    assert [attempt.outcome for attempt in error.attempts] == ["503", LOST.reason, UNSENT.reason, "502"]
    assert error.operation == "updateActionStatus"
    assert "Bad gateway" in str(error)
    assert "PUT /v1/orders/actions/{action_id}" in str(error)
    assert "secret-token" not in repr(error) + str(error)


async def test_retries_is_an_option_of_the_call():
    connect, wire = client(reply(503))
    async with connect:
        with pytest.raises(errors.ServerError):
            await report(connect, retries=0)
    assert len(wire.sent) == 1


async def test_an_unsafe_call_without_an_answer_is_sent_once():
    connect, wire = client(LOST)
    async with connect:
        with pytest.raises(errors.OutcomeUnknown, match="may|left"):
            await connect.account.stores.create(token="t", stores=[])
        assert wire.sent[0][5] is True
        wire.script = [UNSENT, reply(201)]
        await connect.account.stores.create(token="t", stores=[])
    assert len(wire.sent) == 3


async def test_a_401_renews_a_token_that_can_be_renewed_once():
    tokens = iter(["one", "two", "three"])
    connect, wire = client(reply(401), reply(204), auth=BearerToken(lambda: next(tokens)))
    async with connect:
        await report(connect)
        assert [sent[2]["Authorization"] for sent in wire.sent] == ["Bearer one", "Bearer two"]
        wire.script = [reply(401)]
        with pytest.raises(errors.AuthenticationFailed):
            await report(connect)
    assert len(wire.sent) == 4


async def test_a_401_of_a_fixed_token_stands():
    connect, wire = client(reply(401))
    async with connect:
        with pytest.raises(errors.AuthenticationFailed):
            await report(connect)
    assert len(wire.sent) == 1


async def test_a_429_pauses_everybody_and_the_counters_tell():
    events = []
    clock = InstantClock()
    connect, wire = client(reply(429, Retry_After="7"), reply(204), clock=clock, watch=events.append)
    began = clock.now
    async with connect:
        await report(connect)
        assert clock.now >= began + 7
        assert (connect.counters.throttles, connect.counters.retries, connect.counters.calls) == (1, 1, 1)
    kinds = [type(event) for event in events]
    assert kinds.count(Throttled) == kinds.count(Retrying) == kinds.count(Called) == 1
    assert len(wire.sent) == 2


async def test_a_retry_after_beyond_max_wait_is_an_error_that_says_when():
    connect, wire = client(reply(429, b'{"status":429,"message":"Too many"}', Retry_After="3600"))
    async with connect:
        with pytest.raises(errors.RateLimited, match="Too many") as raised:
            await report(connect)
        assert raised.value.retry_after == 3600
        with pytest.raises(errors.WaitTooLong) as held:
            await report(connect)
    assert held.value.seconds > 3500
    assert len(wire.sent) == 1


async def test_a_retry_after_of_just_max_wait_is_waited_for():
    connect, wire = client(reply(429, Retry_After="60"), reply(204), clock=InstantClock(draw=0.9))
    async with connect:
        await report(connect, max_wait=60)
    assert len(wire.sent) == 2


@pytest.mark.parametrize("advice", ["1e12", "1000000000000", "3600", "Fri, 31 Dec 2032 23:59:59 GMT"])
async def test_no_retry_after_holds_a_limit_for_longer_than_an_hour(advice, caplog):
    clock = InstantClock()
    connect, _ = client(reply(429, Retry_After=advice), reply(204), clock=clock)
    async with connect:
        with pytest.raises(errors.RateLimited) as raised:
            await report(connect)
        clock.now += 3500
        with pytest.raises(errors.WaitTooLong):
            await report(connect, max_wait=10)
        clock.now += 101
        await report(connect, max_wait=10)
    assert raised.value.retry_after == 3600
    assert [record.getMessage() for record in caplog.records] == [
        (
            "updateActionStatus: the server asks to wait for an hour or longer; "
            "its limit is held for an hour, or until it answers"
        )
    ]


class Answering(FakeWire):
    """Answers when it is told to."""

    def __init__(self):
        super().__init__()
        self.waiting = []

    async def exchange(self, method, url, headers, body, *, timeout, cap, fresh=False):
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
async def test_a_later_answer_lifts_a_hold_of_an_hour_and_no_shorter_one(advice, later, held):
    clock, wire = ManualClock(), Answering()
    connect = ConnectChannel(wire=wire, clock=clock, auth=BearerToken("t"), rate="none", retry=Retry(retries=0))
    async with connect:
        calls = [asyncio.create_task(report(connect)) for _ in range(2)]
        await clock.settle()
        await wire.answer(0, reply(429, Retry_After=advice))
        await wire.answer(1, later)
        await asyncio.gather(*calls, return_exceptions=True)
        if held:
            with pytest.raises(errors.WaitTooLong) as refused:
                await report(connect, max_wait=0)
            assert refused.value.seconds == pytest.approx(held)
        else:
            following = asyncio.create_task(report(connect, max_wait=0))
            await clock.settle()
            await wire.answer(2, reply(204))
            await following


async def test_who_waits_already_notices_that_a_hold_was_lifted():
    clock, wire = ManualClock(), Answering()
    connect = ConnectChannel(wire=wire, clock=clock, auth=BearerToken("t"), rate="none", retry=Retry(retries=0))
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
async def test_the_deadline_covers_a_limiter_that_does_not_answer(part):
    connect, _ = client(reply(429, Retry_After="1e12"), clock=SystemClock(), limiter=Stalled(part))
    async with connect, asyncio.timeout(5):
        error = errors.DeadlineExceeded if part == "acquire" else errors.CallError
        with pytest.raises(error, match="rate limiter|deadline passed") as raised:
            await report(connect, deadline=0.02)
        if part == "acquire":
            assert raised.value.spent.limited >= 0.02


@pytest.mark.parametrize("deadline", [0, -1])
async def test_nothing_is_sent_once_the_deadline_has_passed(deadline):
    connect, wire = client(reply(204))
    async with connect:
        with pytest.raises(errors.DeadlineExceeded, match="before it could be sent"):
            await report(connect, deadline=deadline)
    assert wire.sent == []


async def test_a_pause_that_outlasts_the_deadline_ends_the_call():
    class Oversleeping(InstantClock):
        async def sleep(self, seconds):
            await super().sleep(seconds + 30)

    connect, wire = client(reply(503), clock=Oversleeping())
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=10)
    assert len(wire.sent) == len(raised.value.attempts) == 1


async def test_a_token_that_comes_too_late_is_accounted_for_and_one_that_times_out_by_itself_is_told_apart():
    async def slow():
        clock.now += 7
        await asyncio.sleep(1)

    async def timing_out():
        raise TimeoutError("the vault does not answer")

    clock = InstantClock()
    connect, _ = client(reply(204), clock=clock, auth=BearerToken(slow))
    async with connect:
        with pytest.raises(errors.DeadlineExceeded, match=r"access token \(queued 7\.00 s"):
            await report(connect, deadline=0.01)
    connect, _ = client(reply(204), auth=BearerToken(timing_out))
    async with connect:
        with pytest.raises(TimeoutError, match="vault"):
            await report(connect)


async def test_closing_the_client_ends_the_calls_that_wait():
    async def never():
        await asyncio.Event().wait()

    clock = ManualClock()
    pausing, _ = client(reply(503), clock=clock)
    tokenless, _ = client(reply(204), auth=BearerToken(never))
    async with pausing, tokenless:
        calls = [asyncio.create_task(report(pausing)), asyncio.create_task(report(tokenless))]
        await clock.settle()
    await clock.run(60)
    with pytest.raises(errors.ClientStateError, match="is closed"):
        await calls[0]
    with pytest.raises(errors.TokenUnavailable, match="closing the client"):
        await calls[1]


async def test_a_close_that_is_cancelled_closes_the_connections_all_the_same():
    async def stubborn():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    connect, wire = client(reply(204), auth=BearerToken(stubborn))
    await connect.open()
    calling = asyncio.create_task(report(connect))
    await asyncio.sleep(0)
    closing = asyncio.create_task(connect.close())
    await asyncio.sleep(0.01)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert wire.closed
    calling.cancel()


async def test_the_deadline_covers_everything_and_says_where_the_time_went():
    clock = InstantClock()
    connect, wire = client(reply(503), clock=clock, retry=Retry(retries=50, base=4, cap=4))
    wire.clock, wire.takes = clock, 1.0
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=10)
    error = raised.value
    assert isinstance(error, TimeoutError)
    assert isinstance(error.__cause__, errors.ServerError)
    assert error.spent.sending == pytest.approx(len(wire.sent))
    assert error.spent.waiting == pytest.approx(2 * (len(wire.sent) - 1))
    assert "sending" in str(error)
    assert wire.sent[-1][4] <= 10


async def test_a_place_among_the_connections_is_waited_for_within_the_deadline():
    release = asyncio.Event()
    connect, wire = client(reply(204), limits=Limits(connections=1))

    async def slow(*_, **__):
        await release.wait()
        return reply(204)

    wire.exchange = slow
    async with connect:
        first = asyncio.create_task(report(connect))
        await asyncio.sleep(0)
        with pytest.raises(errors.DeadlineExceeded, match="free connection"):
            await report(connect, deadline=0.02)
        release.set()
        await first
        await report(connect)


async def test_redirects_are_told_without_their_query():
    connect, wire = client(reply(302, Location="https://elsewhere.example/login?token=secret"))
    async with connect:
        with pytest.raises(errors.UnexpectedRedirect) as raised:
            await report(connect)
    assert raised.value.location == "https://elsewhere.example/login"
    assert "secret" not in str(raised.value)
    assert len(wire.sent) == 1


async def test_an_outage_does_not_become_a_storm():
    connect, wire = client(reply(503))
    async with connect:
        results = await asyncio.gather(*(report(connect) for _ in range(500)), return_exceptions=True)
    assert all(isinstance(result, errors.ServerError) for result in results)
    assert len(wire.sent) <= 500 + 500 // 14 + 1
    assert any(result.context.quota_exhausted for result in results)


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": Limits(connections=0)}, {"rates": {"upsertOrders": Rate(0)}},
        {"rates": {"upsertOrders": Rate(5, 0)}}, {"rates": {"upsertOrders": Rate(-1)}},
    ],
)  # fmt: skip
def test_bounds_that_let_everything_through_or_nothing_are_refused(settings):
    with pytest.raises(errors.ConfigurationError, match="must be at least 1"):
        client(reply(204), **settings)


async def test_answers_of_any_kind_show_that_the_outage_is_over():
    connect, wire = client(reply(204), retry=Retry(quota=14))
    async with connect:
        for _ in range(3):
            wire.script = [reply(503), reply(404)]
            with pytest.raises(errors.NotFound):
                await report(connect)


async def test_a_client_says_when_it_cannot_be_used():
    connect, _ = client(reply(204))
    with pytest.raises(errors.ClientStateError, match="async with"):
        await report(connect)
    async with connect:
        pass
    with pytest.raises(errors.ClientStateError, match="closed"):
        await report(connect)
    with pytest.raises(errors.ClientStateError):
        await connect.open()


def test_a_client_belongs_to_its_event_loop():
    connect, _ = client(reply(204))
    asyncio.run(connect.open())
    with pytest.raises(errors.ClientStateError, match="another event loop"):
        asyncio.run(report(connect))


async def test_bad_arguments_are_refused_before_anything_is_sent():
    connect, wire = client(reply(204))
    async with connect:
        with pytest.raises(errors.InvalidArgument, match="action_id.*slash"):
            await connect.orders.update_action_status("a/1", status="SUCCESS")
        with pytest.raises(errors.InvalidArgument, match="errors"):
            await connect.orders.update_action_status("a1", status="FAILED")
        with pytest.raises(errors.InvalidArgument, match="orders"):
            await connect.orders.update_anonymize_after_date(orders=[])
        with pytest.raises(errors.UnknownOperation, match="upsertOrders"):
            await connect.call("upsertOrder")
        with pytest.raises(errors.InvalidArgument, match="typo"):
            await connect.call("updateActionStatus", {"typo": 1})
    assert wire.sent == []


async def test_call_raw_and_send():
    connect, wire = client(reply(204, X_Request_Id="r1"))
    async with connect:
        assert await connect.call("updateactionstatus", {"action_id": "a1"}, body={"status": "SUCCESS"}) is None
        raw = await connect.raw(
            connect.orders.update_action_status, "a1", status="FAILED", errors=[ActionError(code="OTHER", message="m")]
        )
        assert (raw.status, raw.request_id) == (204, "r1")
        answer = await connect.send("GET", "/v1/new", query={"max": 1, "id": ["a", "b"]})
        assert answer.status == 204
    assert wire.sent[2][1].endswith("/v1/new?max=1&id=a&id=b")


async def test_with_options_shares_the_transport_and_keeps_its_own_defaults():
    connect, wire = client(reply(204), timeouts=Timeouts(attempt=30))
    async with connect:
        quick = connect.with_options(timeout=3)
        await report(quick)
        await report(connect)
    assert [sent[4] for sent in wire.sent] == [3, 30]


async def test_waiting_for_the_pace_is_accounted():
    clock = ManualClock()
    connect, _ = client(reply(204), clock=clock, rate="maximum")
    async with connect:
        body = {"origin": ORIGIN, "orders": [order(1)]}
        calls = [asyncio.create_task(connect.call("upsertOrders", body=body)) for _ in range(10)]
        await clock.run(5)
        await asyncio.gather(*calls)
        assert connect.counters.waited > 0.3


async def test_a_call_that_is_cancelled_has_ended_and_not_failed():
    class NoAnswer(FakeWire):
        async def exchange(self, *_args, **_kwargs):
            await asyncio.Event().wait()

    async with ConnectChannel(wire=NoAnswer(None), auth=BearerToken("t"), rate="none") as connect:
        task = asyncio.create_task(report(connect))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert (connect.counters.calls, connect.counters.failures) == (1, 0)


PAGE = reply(200, b"<html>Checking your browser</html>", Content_Type="text/html")


async def test_a_firewalls_page_is_no_success_and_is_asked_past():
    connect, wire = client(PAGE, PAGE, reply(204))
    async with connect:
        assert await report(connect) is None
        assert (len(wire.sent), connect.counters.retries, connect.counters.failures) == (3, 2, 0)
        wire.script = [PAGE]
        with pytest.raises(errors.UnexpectedResponse, match="204 without a body") as raised:
            await report(connect)
    error = raised.value
    assert isinstance(error, errors.NoAnswer)
    assert (error.status, error.media_type, error.excerpt) == (200, "text/html", "Checking your browser")
    assert [attempt.outcome for attempt in error.attempts] == ["200 text/html (unexpected)"] * 4
    assert "Checking your browser" in str(error)


async def test_an_unsafe_call_that_something_else_answered_is_sent_once():
    connect, wire = client(PAGE)
    async with connect:
        with pytest.raises(errors.OutcomeUnknown, match=r"not answered by Mirakl \(200 text/html") as raised:
            await connect.account.stores.create(token="t", stores=[])
    assert len(wire.sent) == 1
    assert isinstance(raised.value.__cause__, errors.UnexpectedResponse)


async def test_an_unexpected_answer_costs_the_quota_and_yields_to_the_deadline():
    connect, wire = client(PAGE, retry=Retry(quota=28))
    async with connect:
        with pytest.raises(errors.UnexpectedResponse, match="quota is used up"):
            await report(connect)
        assert len(wire.sent) == 3
    connect, wire = client(PAGE)
    wire.clock, wire.takes = connect._lifetime.make().clock, 2.0
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=1.5)
    assert isinstance(raised.value.__cause__, errors.UnexpectedResponse)


async def test_an_instance_that_answers_otherwise_can_be_accepted():
    def accept(response):
        return (response.operation, response.status, response.body) == ("updateActionStatus", 200, b"OK")

    connect, wire = client(reply(200, b"OK"), accept_response=accept)
    async with connect:
        assert await report(connect) is None
        assert (await connect.raw(connect.orders.update_action_status, "a1", status="SUCCESS")).body == b"OK"
    assert len(wire.sent) == 2


@pytest.mark.parametrize("status", [200, 204, 299, 300, 199])
async def test_a_status_is_a_success_between_200_and_299(status):
    connect, _ = client(reply(status), accept_response=lambda _: True, retry=Retry(retries=0))
    async with connect:
        if 200 <= status <= 299:
            await report(connect)
            return
        with pytest.raises(errors.CallError) as raised:
            await report(connect)
    assert not isinstance(raised.value, errors.NoAnswer)


@pytest.mark.parametrize(
    ("status", "body", "recognized"),
    [
        (400, b'{"code": "INVALID", "message": "no"}', True), (400, b'{"errors": [{"message": "no"}]}', True),
        (404, b'{"status": 404, "message": "no"}', True), (400, b'[{"message": "no", "field": "a"}]', True),
        (400, b"<html>Bad Request</html>", False), (404, b"", False), (403, b'{"message": "Forbidden"}', False),
        (400, b'{"errors": ["no"]}', False), (400, b'{"errors": []}', False), (413, b'{"code": 413}', False),
        (400, b'{"error": {"code": "x", "message": "y"}}', False), (400, b"{", False), (400, b"[]", False),
        (400, b'{"status": 400, "error": "Bad Request"}', False),
    ],
)  # fmt: skip
async def test_an_error_tells_whether_it_is_in_mirakls_words(status, body, recognized):
    connect, _ = client(reply(status, body))
    async with connect:
        with pytest.raises(errors.APIError) as raised:
            await report(connect)
    assert raised.value.recognized is recognized
    assert ("not in Mirakl's error format" in str(raised.value)) is (not recognized and body not in {b"", b"[]"})
