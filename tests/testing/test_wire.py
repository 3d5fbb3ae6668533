"""A client without sockets gets the same responses, faults and errors from the simulator."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from mirakl_async import ApiKey, BearerToken, Limits, MiraklError, ResponseTooLarge, Retry, Timeouts, Upload
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import ExchangeBroken, ExportPlan, Fault, InstantClock, Simulator
from tests.simulator.payloads import order

ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
ONCE = Retry(max_retries=0)
REQUESTS = [
    ("GET", "/api/orders?max=2&offset=3&order_state_codes=SHIPPED,SHIPPING", b""),
    ("GET", "/api/orders?max=2&max=3", b""),
    ("GET", "/api/orders?customer=%C3%A9+x&empty=", b""),
    ("GET", "/api/orders/a%2Fb", b""),
    ("GET", "/api/orders//", b""),
    ("GET", "/api/orders/documents?order_ids=1", b""),
    ("DELETE", "/api/orders", b""),
    ("PATCH", "/api/orders/x/accept", b""),
    ("HEAD", "/api/orders", b""),
    ("GET", "/api/nothing", b""),
    ("GET", "/", b""),
    ("GET", "/api/%6Frders?max=1", b""),
    ("PUT", "/api/orders/unknown/ship", b""),
    ("PUT", "/api/orders/unknown/accept", b'{"order_lines": []}'),
    ("PUT", "/api/orders/unknown/accept", b"not json"),
    ("GET", "/api/inbox/threads?limit=3", b""),
]


@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
async def test_a_request_has_the_same_response_without_a_socket(method, target, body):
    async with Simulator(seed=7) as mirakl, aiohttp.ClientSession() as session:
        headers = {
            "Authorization": mirakl.api_key,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        url = aiohttp.client.URL(mirakl.front_url + target, encoded=True)
        async with session.request(method, url, data=body, headers=headers) as socket_answer:
            content = await socket_answer.read()
        direct = await mirakl.answer(method, mirakl.front_url + target, headers, body)
        assert direct.status == socket_answer.status
        assert method == "HEAD" or b"".join([direct.body, *(direct.pieces or ())]) == content
        assert {name: socket_answer.headers[name] for name in direct.headers} == dict(direct.headers)
        assert not content or direct.content_type == socket_answer.headers["Content-Type"]


async def test_credentials_and_limits_are_checked_without_a_socket():
    mirakl = Simulator(sockets=False, rate_limits=1)
    orders = f"{mirakl.front_url}/api/orders"
    assert (await mirakl.answer("GET", orders, {})).status == 401
    assert (await mirakl.answer("GET", orders, {"authorization": mirakl.api_key})).status == 200
    limited = await mirakl.answer("GET", orders, {"Authorization": mirakl.api_key})
    assert (limited.status, limited.headers) == (429, {"Retry-After": "1"})


async def test_a_body_that_is_too_large_is_rejected_without_a_socket():
    mirakl = Simulator(sockets=False)
    headers = {"Authorization": f"Bearer {mirakl.issue_token()}", "Content-Type": "application/json"}
    refused = await mirakl.answer("POST", f"{mirakl.connect_url}/v1/orders", headers, bytes(64 * 1024 * 1024 + 1))
    assert refused.status == 413


FAULTS = [
    Fault.status(500), Fault.status(503, after_processing=True), Fault.html(502), Fault.reset(),
    Fault.reset(after_processing=True), Fault.truncate(), Fault.truncate(0.0), Fault.hang_up(), Fault.drip(0.0),
    Fault.stall(), Fault.stall(after_processing=True), Fault.latency(0.001), Fault.revoke_tokens(),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{one.kind}{'-after' * one.after_processing}" for one in FAULTS])
@pytest.mark.parametrize("write", [False, True])
async def test_a_fault_is_the_same_error_with_and_without_a_socket(fault, write):
    met, seconds = [], 0.15 if fault.kind == "stall" else 10.0
    for sockets in (True, False):
        async with (
            Simulator(sockets=sockets) as mirakl,
            mirakl.connect_client(retry=ONCE, timeouts=Timeouts(attempt=seconds)) as connect,
            mirakl.front_client(retry=ONCE, timeouts=Timeouts(attempt=seconds)) as front,
        ):
            await connect.orders.upsert(origin=ORIGIN, orders=[order("first")])
            await front.orders.list().take(1)
            mirakl.faults.add(fault)
            try:
                if write:
                    await connect.orders.upsert(origin=ORIGIN, orders=[order()])
                else:
                    await front.call("OR11", {"max": 3})
                error = None
            except MiraklError as raised:
                error = raised
        seen = [(one.operation, one.status, one.fault) for one in mirakl.requests if one.operation != "token"]
        outcomes = [one.outcome.partition(" (")[0] for one in error.attempts] if error else []
        met.append((type(error), outcomes, mirakl.world.count(), seen[: 2 if fault.kind == "stall" else 3]))
    assert met[0] == met[1]


@pytest.mark.parametrize("sockets", [True, False])
async def test_a_write_whose_caller_was_cancelled_is_completed(sockets):
    async with (
        Simulator(sockets=sockets, latency=0.15) as mirakl,
        mirakl.connect_client(
            auth=BearerToken(mirakl.issue_token()), retry=ONCE, timeouts=Timeouts(attempt=0.05)
        ) as connect,
    ):
        with pytest.raises(MiraklError):
            await connect.orders.upsert(origin=ORIGIN, orders=[order()])
        assert mirakl.world.count() == 0
        while not mirakl.world.count():
            await asyncio.sleep(0.01)


async def test_a_timeout_passes_by_the_simulators_clock():
    clock = InstantClock()
    mirakl = Simulator(sockets=False, clock=clock)
    mirakl.faults.add(Fault.stall(operation="OR11", at=(1,)))
    async with mirakl.front_client() as front:
        began = clock.now
        assert await front.orders.list().take(1)
        assert 60 <= clock.now - began < 61


async def test_files_are_sent_without_a_socket():
    mirakl = Simulator(sockets=False, clock=InstantClock())
    mirakl.front.order_exports.plan(ExportPlan(files=2, place="elsewhere"))
    async with mirakl.front_client() as front:
        job = await front.products.start_import(Upload(content=b"sku;title\n1;A\n", filename="p.csv"), shop=2000)
        assert (await job.wait()).import_status == "COMPLETE"
        export = await front.orders.start_export(start_date="2000-01-01T00:00:00Z", end_date="2100-01-01T00:00:00Z")
        await export.wait()
        assert len([row async for row in export.items()]) == 25
    assert mirakl.front.uploads[0].file_name == "p.csv"


async def test_a_response_larger_than_allowed_is_an_error_without_a_socket():
    mirakl = Simulator(sockets=False)
    async with mirakl.front_client(limits=Limits(max_response_bytes=1000)) as front:
        with pytest.raises(ResponseTooLarge):
            await front.orders.list().take(10)


async def test_the_wire_works_only_for_its_own_open_simulator():
    mirakl, other = Simulator(sockets=False), Simulator(sockets=False)
    async with other.front_client(wire=mirakl.wire(), retry=ONCE) as front:
        with pytest.raises(MiraklError):  # the secret is another's
            await front.orders.list().take(1)
    with pytest.raises(ExchangeBroken) as broken:
        await mirakl.answer("GET", "https://elsewhere.example/api/orders", {})
    assert broken.value.reason == "refused"
    async with mirakl.front_client(retry=ONCE) as front:
        await front.orders.list().take(1)
        await mirakl.close()
        with pytest.raises(MiraklError, match="no simulator listens"):
            await front.orders.list().take(1)


async def test_no_task_remains_after_the_simulator():
    async with (
        Simulator(sockets=False, latency=3600.0) as mirakl,
        mirakl.front_client(auth=ApiKey(mirakl.api_key), retry=ONCE, timeouts=Timeouts(attempt=0.02)) as front,
    ):
        with pytest.raises(MiraklError):
            await front.orders.list().take(1)
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks()} == {asyncio.current_task().get_name()}
