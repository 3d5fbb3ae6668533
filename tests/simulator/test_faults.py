"""Every fault as a client sees it, and the effect of the request that triggered it."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from mirakl_async.simulator import Fault, FaultPlan, ManualClock, Simulator

from .payloads import order


async def trigger(api, *faults):
    api.simulator.faults.add(*faults)
    return await api.upsert(order())


def applied(api):
    return api.simulator.world.count() == 1


@pytest.mark.parametrize("after_processing", [False, True])
async def test_a_fault_can_be_a_status(api, after_processing):
    reply = await trigger(api, Fault.status(500, after_processing=after_processing))
    assert (reply.status, reply.body) == (500, b"")
    assert applied(api) is after_processing
    assert api.simulator.requests[-1].status == 500
    assert api.simulator.requests[-1].fault == "status"


async def test_a_status_can_have_headers_and_a_body(api):
    reply = await trigger(api, Fault.status(429, retry_after="1.5", body='{"a":1}', content_type="application/json"))
    assert (reply.status, reply.json) == (429, {"a": 1})
    assert reply.headers["Retry-After"] == "1.5"
    api.simulator.faults.clear()
    assert "Retry-After" not in (await trigger(api, Fault.status(429))).headers
    api.simulator.faults.clear()
    assert (await trigger(api, Fault.status(301, headers={"Location": "/elsewhere"}))).status in {301, 405, 501}


async def test_a_fault_can_be_an_html_page(api):
    reply = await trigger(api, Fault.html())
    assert reply.status == 502
    assert reply.headers["Content-Type"] == "text/html"
    assert reply.body.startswith(b"<html>")


@pytest.mark.parametrize("after_processing", [False, True])
async def test_a_fault_can_be_a_reset(api, after_processing):
    with pytest.raises(aiohttp.ClientConnectionError):
        await trigger(api, Fault.reset(after_processing=after_processing))
    assert applied(api) is after_processing
    assert api.simulator.requests[-1].status == 0


async def test_a_reset_is_not_a_normal_close(api):
    api.simulator.faults.add(Fault.reset(after_processing=True))
    port = int(api.simulator.connect_url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"PUT /api/channel-platform/v1/orders/actions/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
        b"Authorization: Bearer " + api.token.encode() + b"\r\n\r\n"
    )
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_connection_can_be_closed_after_a_complete_response(api):
    api.simulator.faults.add(Fault.hang_up(at=(1,)))
    reply = await api.upsert(order())
    assert reply.status == 204
    assert "Connection" not in reply.headers
    assert applied(api)
    assert api.simulator.requests[-1].status == 204


async def test_a_response_can_be_truncated(api):
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError)):
        await trigger(api, Fault.truncate())
    assert applied(api)
    with pytest.raises(aiohttp.ClientPayloadError):
        await api.upsert({})  # a 400 has a body to cut


async def test_a_response_can_be_sent_byte_by_byte(api):
    clock = time.monotonic()
    reply = await trigger(api, Fault.drip(0.002))
    assert reply.status == 204
    assert time.monotonic() - clock > 0.03
    assert applied(api)


async def test_a_stall_ends_in_a_timeout(api):
    api.simulator.faults.add(Fault.stall())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await api.upsert(order())
    assert not applied(api)


async def test_a_stall_can_be_after_the_processing(api):
    api.simulator.faults.add(Fault.stall(after_processing=True))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await api.upsert(order())
    assert applied(api)


async def test_latency_is_between_its_bounds(start):
    clock = ManualClock()
    api = await start(clock=clock, faults=FaultPlan(rules=[Fault.latency(1.0, 2.0)]))
    sending = asyncio.ensure_future(api.upsert(order()))
    assert 1.0 <= await clock.until_someone_sleeps() <= 2.0
    clock.advance(2.0)
    assert (await sending).status == 204


async def test_tokens_can_be_revoked(api):
    api.simulator.faults.add(Fault.revoke_tokens(at=(2,)))
    assert (await api.upsert(order())).status == 204
    assert (await api.upsert(order())).status == 401
    assert api.simulator.tokens.counts.revoked == 1


async def test_the_token_exchange_triggers_faults_by_its_name_only(api, session):
    api.simulator.faults.add(Fault.status(503), Fault.status(500, operation="token"))
    async with session.post(api.simulator.auth_url + "/oauth/token") as answer:
        assert answer.status == 500
    assert api.simulator.tokens.counts.requests == 0
    assert (await api.upsert(order())).status == 503


async def test_other_operations_do_not_trigger_a_fault(api):
    api.simulator.faults.add(Fault.status(503, operation="updateActionStatus"))
    assert (await api.upsert(order())).status == 204
    assert (await api.send("PUT", "/v1/orders/actions/a", {"status": "SUCCESS"})).status == 503


def triggered_by(plan, count=1000, operation="upsertOrders"):
    return [bool(plan.draw(operation)) for _ in range(count)]


def test_the_conditions_of_a_fault_select_requests():
    assert triggered_by(FaultPlan(rules=[Fault.reset(every=3)]), 7) == [False, False, True, False, False, True, False]
    assert triggered_by(FaultPlan(rules=[Fault.reset(at=(1, 4))]), 5) == [True, False, False, True, False]
    assert triggered_by(FaultPlan(rules=[Fault.reset(times=2)]), 4) == [True, True, False, False]
    assert triggered_by(FaultPlan(rules=[Fault.reset(every=2, times=1)]), 4) == [False, True, False, False]
    assert not any(triggered_by(FaultPlan(rules=[Fault.reset(probability=0)])))
    assert all(triggered_by(FaultPlan(rules=[Fault.reset(probability=1)])))


def test_the_same_seed_gives_the_same_faults():
    def plan(seed, *more):
        return FaultPlan(seed=seed, rules=[Fault.reset(probability=0.2), *more])

    first = triggered_by(plan(1))
    assert first == triggered_by(plan(1))
    assert first != triggered_by(plan(2))
    assert 120 < sum(first) < 280

    both = plan(1, Fault.stall(probability=0.5))
    resets = [any(one.fault.kind == "reset" for one in both.draw("upsertOrders")) for _ in range(1000)]
    assert resets == first, "a fault more does not move the others"


def test_triggered_faults_are_counted_and_limited():
    plan = FaultPlan(rules=[Fault.latency(0.1), Fault.reset(every=2)])
    triggered_by(plan, 10)
    plan.clear()
    assert not any(triggered_by(plan, 10))
    assert plan.triggered == {"latency": 10, "reset": 5}


@pytest.mark.parametrize(
    "arguments",
    [
        {"every": 0},
        {"every": 1.5},
        {"probability": 1.5},
        {"probability": -0.1},
        {"probability": "0.5"},
        {"times": -1},
        {"at": (0,)},
        {"at": 3},
        {"operation": 5},
        {"after_processing": 1},
    ],
    ids=str,
)
def test_invalid_faults_are_rejected(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Fault.reset(**arguments)
    with pytest.raises(ValueError, match="HTTP status"):
        Fault.status(99)
    for seconds in (-1, float("nan"), "1", None):
        with pytest.raises(ValueError, match="seconds"):
            Fault.latency(seconds)
    with pytest.raises(ValueError, match="max_seconds"):
        Fault.latency(2, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"rate_limits": "fast"}, {"rate_limits": -1}, {"rate_limits": True}, {"rate_limits": {"OR11": 5}},
        {"latency": -1}, {"latency": "1"}, {"latency": (1,)}, {"latency": float("nan")}, {"expires_in": -1},
        {"seed": "a"}, {"client_id": ""}, {"client_secret": 5}, {"equal_stamp": "keep"}, {"error_fields": "all"},
        {"unique_lines": "no"}, {"keep": "all"}, {"keepalive": -1}, {"log_size": -1}, {"port": 70000},
        {"front": {"orders": "many"}}, {"faults": [Fault.reset()]}, {"faults": 3},
    ],
    ids=str,
)  # fmt: skip
def test_an_invalid_argument_of_the_simulator_is_rejected_by_name(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Simulator(**arguments)


async def test_requests_before_and_after_a_fault_are_unaffected(start):
    """Whatever happens to some connections, what was answered 204 is there and nothing else is but what was cut off."""
    api = await start(
        faults=FaultPlan(
            seed=7,
            rules=[
                Fault.reset(probability=0.1),
                Fault.reset(probability=0.1, after_processing=True),
                Fault.truncate(probability=0.05),
                Fault.status(503, every=7),
                Fault.latency(0.0, 0.01),
            ],
        )
    )
    answered, lost = set(), set()

    async def send(order_id):
        try:
            reply = await api.upsert(order(order_id))
        except aiohttp.ClientError:
            lost.add(order_id)
        else:
            if reply.status == 204:
                answered.add(order_id)

    await asyncio.gather(*(send(f"o{number}") for number in range(150)))
    known = {key.channel_order_id for key in api.simulator.world.orders}
    assert answered <= known <= answered | lost
    assert len(answered) > 50
    assert known & lost, "some answers were swallowed after the work was done"
    assert lost - known, "some connections were reset before it"
