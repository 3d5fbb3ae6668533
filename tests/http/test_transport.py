import asyncio

import pytest
from msgspec.structs import replace

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, Retry, Timeouts, Upload, errors
from mirakl_async.http.request import MIN_UPLOAD_RATE
from mirakl_async.http.request_builder import build
from mirakl_async.http.wire import WireError
from mirakl_async.instrumentation import CallFinished, RetryScheduled, Throttled
from mirakl_async.models.connect.orders import ActionError
from mirakl_async.operations.connect.orders import UPDATE_ACTION_STATUS
from mirakl_async.options import Limits
from tests.support.manual_clock import InstantClock, ManualClock
from tests.support.order_factory import ORIGIN, order

from .calling import LOST, UNSENT, FakeWire, answer_always, client, mocked_client, reply, report, requests


async def test_a_call_is_sent_with_its_method_url_headers_and_body():
    connect, wire = client(reply(204))
    async with connect:
        assert await report(connect, headers={"X-Mine": "1"}) is None
    method, url, headers, body, timeout, fresh = wire.sent[0]
    assert (method, url) == ("PUT", "https://miraklconnect.com/api/channel-platform/v1/orders/actions/a1")
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["X-Mine"] == "1"
    assert body == b'{"status":"SUCCESS"}'
    assert (timeout, fresh) == (60, False)


async def test_failures_are_retried_and_the_error_has_every_attempt():
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


async def test_retries_is_an_option_of_the_call(mocked):
    answer_always(mocked, 503)
    async with mocked_client() as connect:
        with pytest.raises(errors.ServerError):
            await report(connect, max_retries=0)
    assert len(requests(mocked)) == 1


async def test_an_unsafe_call_without_a_response_is_sent_once():
    connect, wire = client(LOST)
    async with connect:
        with pytest.raises(errors.OutcomeUnknown, match="may|left"):
            await connect.account.stores.create(token="t", stores=[])
        assert wire.sent[0][5] is True
        wire.script = [UNSENT, reply(201)]
        await connect.account.stores.create(token="t", stores=[])
    assert len(wire.sent) == 3


async def test_a_401_renews_a_renewable_token_once():
    tokens = iter(["one", "two", "three"])
    connect, wire = client(reply(401), reply(204), auth=BearerToken(lambda: next(tokens)))
    async with connect:
        await report(connect)
        assert [sent[2]["Authorization"] for sent in wire.sent] == ["Bearer one", "Bearer two"]
        wire.script = [reply(401)]
        with pytest.raises(errors.AuthenticationFailed):
            await report(connect)
    assert len(wire.sent) == 4


async def test_a_401_for_a_fixed_token_is_raised(mocked):
    answer_always(mocked, 401)
    async with mocked_client() as connect:
        with pytest.raises(errors.AuthenticationFailed):
            await report(connect)
    assert len(requests(mocked)) == 1


async def test_a_429_pauses_all_calls_and_is_counted():
    events = []
    clock = InstantClock()
    connect, wire = client(reply(429, Retry_After="7"), reply(204), clock=clock, listener=events.append)
    began = clock.now
    async with connect:
        await report(connect)
        assert clock.now >= began + 7
        assert (connect.counters.throttled, connect.counters.retries, connect.counters.calls) == (1, 1, 1)
    kinds = [type(event) for event in events]
    assert kinds.count(Throttled) == kinds.count(RetryScheduled) == kinds.count(CallFinished) == 1
    assert len(wire.sent) == 2


async def test_a_retry_after_beyond_max_wait_is_an_error_that_says_when(mocked):
    answer_always(mocked, 429, b'{"status":429,"message":"Too many"}', Retry_After="3600")
    async with mocked_client() as connect:
        with pytest.raises(errors.RateLimited, match="Too many") as raised:
            await report(connect)
        assert raised.value.retry_after == 3600
        with pytest.raises(errors.MaxWaitExceeded) as held:
            await report(connect)
    assert held.value.seconds > 3500
    assert len(requests(mocked)) == 1


async def test_a_retry_after_of_exactly_max_wait_is_waited_for():
    connect, wire = client(reply(429, Retry_After="60"), reply(204), clock=InstantClock(draw=0.9))
    async with connect:
        await report(connect, max_wait=60)
    assert len(wire.sent) == 2


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


async def test_a_late_token_is_a_missed_deadline_and_its_own_timeout_is_raised_as_it_is():
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
    with pytest.raises(errors.TokenUnavailable, match="the client was probably closed"):
        await calls[1]


async def test_a_cancelled_close_still_closes_the_connections():
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


async def test_the_deadline_includes_all_steps_and_its_error_has_their_times():
    clock = InstantClock()
    connect, wire = client(reply(503), clock=clock, retry=Retry(max_retries=50, initial_delay=4, max_delay=4))
    wire.clock, wire.takes = clock, 1.0
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=10)
    error = raised.value
    assert isinstance(error, TimeoutError)
    assert isinstance(error.__cause__, errors.ServerError)
    assert error.timings.sending == pytest.approx(len(wire.sent))
    assert error.timings.waiting == pytest.approx(2 * (len(wire.sent) - 1))
    assert "sending" in str(error)
    assert wire.sent[-1][4] <= 10


async def test_waiting_for_a_connection_is_part_of_the_deadline():
    release = asyncio.Event()
    connect, wire = client(reply(204), limits=Limits(max_connections=1))

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


async def test_redirects_are_reported_without_their_query(mocked):
    answer_always(mocked, 302, Location="https://elsewhere.example/login?token=secret")
    async with mocked_client() as connect:
        with pytest.raises(errors.UnexpectedRedirect) as raised:
            await report(connect)
    assert raised.value.location == "https://elsewhere.example/login"
    assert "secret" not in str(raised.value)
    assert len(requests(mocked)) == 1


async def test_the_quota_limits_the_retries_in_an_outage():
    connect, wire = client(reply(503))
    async with connect:
        results = await asyncio.gather(*(report(connect) for _ in range(500)), return_exceptions=True)
    assert all(isinstance(result, errors.ServerError) for result in results)
    assert len(wire.sent) <= 500 + 500 // 14 + 1
    assert any(result.context.quota_exhausted for result in results)


async def test_any_response_refills_the_quota():
    connect, wire = client(reply(204), retry=Retry(quota=14))
    async with connect:
        for _ in range(3):
            wire.script = [reply(503), reply(404)]
            with pytest.raises(errors.NotFound):
                await report(connect)


async def test_a_client_that_is_not_open_raises_an_error():
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


async def test_invalid_arguments_are_rejected_before_anything_is_sent():
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


async def test_call_raw_and_request_return_the_response(mocked):
    answer_always(mocked, 204, X_Request_Id="r1")
    mocked.get("https://miraklconnect.com/api/channel-platform/v1/new?max=1&id=a&id=b", payload={"new": True})
    async with mocked_client() as connect:
        assert await connect.call("updateactionstatus", {"action_id": "a1"}, body={"status": "SUCCESS"}) is None
        raw = await connect.raw_response(
            connect.orders.update_action_status, "a1", status="FAILED", errors=[ActionError(code="OTHER", message="m")]
        )
        assert (raw.status, raw.request_id) == (204, "r1")
        answer = await connect.request("GET", "/v1/new", query={"max": 1, "id": ["a", "b"]})
        assert (answer.status, answer.content) == (200, b'{"new": true}')
    assert len(requests(mocked)) == 3


async def test_with_options_shares_the_transport_and_keeps_its_own_defaults():
    connect, wire = client(reply(204), timeouts=Timeouts(attempt=30))
    async with connect:
        quick = connect.with_options(timeout=3)
        await report(quick)
        await report(connect)
    assert [sent[4] for sent in wire.sent] == [3, 30]


async def test_waiting_for_the_rate_limit_is_counted():
    clock = ManualClock()
    connect, _ = client(reply(204), clock=clock, rate_limit="maximum")
    async with connect:
        body = {"origin": ORIGIN, "orders": [order(1)]}
        calls = [asyncio.create_task(connect.call("upsertOrders", body=body)) for _ in range(10)]
        await clock.run(5)
        await asyncio.gather(*calls)
        assert connect.counters.waited > 0.3


async def test_a_cancelled_call_is_counted_as_ended_and_not_as_failed():
    class NoAnswer(FakeWire):
        async def exchange(self, *_args, **_kwargs):
            await asyncio.Event().wait()

    async with ConnectChannel(wire=NoAnswer(None), auth=BearerToken("t"), rate_limit="none") as connect:
        task = asyncio.create_task(report(connect))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert (connect.counters.calls, connect.counters.failures) == (1, 0)


@pytest.mark.parametrize("deadline", [6.0, None])
async def test_an_upload_may_take_the_seconds_of_its_size_besides(deadline):
    clock, wire = InstantClock(), FakeWire(reply(503))
    wire.clock, wire.takes = clock, 15.0
    front = MarketplaceFront(
        "https://acme.mirakl.net", auth=BearerToken("t"), rate_limit="none", wire=wire, clock=clock,
        retry=Retry(max_retries=1), timeouts=Timeouts(attempt=5, deadline=deadline),
    )  # fmt: skip
    async with front:
        documents = {"order_documents": [{"file_name": "a.pdf", "type_code": "INVOICE"}]}
        for file, timeout in ((b"", 5), (b"x" * 10 * MIN_UPLOAD_RATE, 15)):
            upload = Upload(content=file, filename="a.pdf")
            with pytest.raises(errors.CallError):
                await front.orders.upload_documents("o1", order_documents=documents, files=[upload])
            assert wire.sent[-1][4] == timeout


async def test_that_an_outcome_is_unknown_is_not_lost_in_a_passed_deadline():
    clock = InstantClock()
    connect, wire = client(LOST, clock=clock)
    wire.clock, wire.takes = clock, 11.0
    async with connect:
        with pytest.raises(errors.OutcomeUnknown):
            await connect.account.stores.create(token="t", stores=[], deadline=10)


async def test_an_error_tells_the_pause_after_each_attempt_and_whether_the_quota_was_the_reason():
    connect, _ = client(reply(503), retry=Retry(max_retries=2, initial_delay=4, max_delay=4))
    async with connect:
        with pytest.raises(errors.ServerError) as raised:
            await report(connect)
        with pytest.raises(errors.DeadlineExceeded) as late:
            await report(connect, deadline=1)
    assert [attempt.pause for attempt in raised.value.attempts] == [2, 2, 0]
    assert not raised.value.context.quota_exhausted
    assert not late.value.context.quota_exhausted


async def test_a_401_of_another_server_refreshes_no_token():
    asked = []
    connect, wire = client(reply(401), auth=BearerToken(lambda: asked.append(1) or "t"))
    request = build(UPDATE_ACTION_STATUS, {"action_id": "a1"}, "https://m.example", b"{}")
    async with connect:
        with pytest.raises(errors.AuthenticationFailed):
            await connect.session.transport.run(replace(request, without_credentials=True), {})
    assert len(wire.sent) == 1
    assert "Authorization" not in wire.sent[0][2]
    assert not asked


async def test_a_retry_that_could_start_only_at_the_deadline_is_not_waited_for():
    connect, wire = client(reply(503), retry=Retry(initial_delay=4, max_delay=4))
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=2)  # the delay is 2 s, too
    assert len(wire.sent) == 1
    assert raised.value.timings.waiting == 0


async def test_a_closed_client_asks_for_no_token():
    asked = []

    async def token():
        asked.append(1)
        return "t"

    connect, wire = client(reply(204), auth=BearerToken(token))
    async with connect:
        transport = connect.session.transport
    with pytest.raises(errors.ClientStateError, match="closed"):
        await transport.run(build(UPDATE_ACTION_STATUS, {"action_id": "a1"}, "https://m.example", b"{}"), {})
    assert not asked
    assert not wire.sent


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("large", errors.ResponseTooLarge), ("url", errors.ConnectFailed), ("request", errors.ConnectFailed),
     ("protocol", errors.ProtocolError), ("timeout", errors.AttemptTimeout), ("lost", errors.ConnectionLost)],
)  # fmt: skip
async def test_an_error_of_the_connection_says_the_operation_and_the_reason(kind, expected):
    connect, _ = client(WireError(kind, "partial", "something is odd", permanent=True))
    async with connect:
        with pytest.raises(expected, match=r"updateActionStatus \(PUT .*\): something is odd") as raised:
            await report(connect)
    assert raised.value.context.operation == "updateActionStatus"
