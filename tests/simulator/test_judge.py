"""The violations that the judge finds, and that a client that keeps the contract has none."""

from __future__ import annotations

import pytest

from mirakl_async import Upload
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import ExportPlan, Fault, Judgement, ManualClock, SimulatorProcess
from mirakl_async.simulator.judge import MAX_ITEMS, UNSAFE, Judge

from .payloads import order

THREAD = {"body": "Hello", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "x"}}
MESSAGE = {
    "body": "Where is it?",
    "subject": "My order",
    "customer_id": "c",
    "customer_email": "c@example.com",
    "customer_firstname": "C",
    "customer_lastname": "D",
    "to_customer": False,
    "to_operator": False,
    "to_shop": True,
}


def rules(judgement, *, advice=False):
    return {(one.rule, one.operation) for one in judgement.findings if one.advice == advice}


async def front_get(api, session, path, *, token=None, **query):
    headers = {"Authorization": token or api.simulator.api_key}
    async with session.get(api.simulator.front_url + path, params=query, headers=headers) as answer:
        return await answer.json()


async def test_a_client_that_keeps_the_contract_has_no_violations(start):
    api = await start(rate_limits="documented", front={"orders": 250, "returns": 250})
    mirakl = api.simulator
    async with mirakl.connect_client() as connect, mirakl.front_client() as front:
        rows = [order(f"o{number}") for number in range(150)]
        await connect.orders.sync(rows, origin=OriginRequest(channel_id="channel-1", channel_store_id="store-1")).run()
        assert len(await front.orders.list().all()) == 250
        assert len(await front.returns.list().all()) == 250
        job = await front.products.start_import(Upload(content=b"sku\n1\n", filename="p.csv"), shop=2000)
        await job.wait(poll_interval=0.001)
        for place in ("elsewhere", "redirected"):
            mirakl.front.offer_exports.plan(ExportPlan(place=place))
            export = await front.offers.start_export(include_inactive_offers=place == "elsewhere")
            await export.wait(poll_interval=0.001)
            assert [row async for row in export.rows()]
    judgement = mirakl.judge()
    assert judgement.findings == []
    assert judgement.calls > 5
    judgement.check(advice=True)
    assert str(judgement).endswith(" calls, none against the contract")


@pytest.mark.parametrize("rate_limits", ["none", "documented"])
async def test_calls_above_the_documented_rate_are_found_whether_rejected_or_not(start, rate_limits):
    api = await start(rate_limits=rate_limits, clock=ManualClock())
    for number in range(33):
        await api.upsert(order(f"o{number}"))
    (finding,) = api.simulator.judge().of("rates")
    assert (finding.operation, finding.count) == ("upsertOrders", 3)
    assert finding.message == "3 calls came above the documented 30 in 1 s; pace them"
    with pytest.raises(AssertionError, match="callers broke the contract:\n- rates: upsertOrders: 3 calls came above"):
        api.simulator.judge().check()
    api.simulator.judge().check("paging", "hosts")


async def test_calls_before_retry_after_is_over_are_found(start):
    clock = ManualClock()
    api = await start(rate_limits=1, clock=clock)
    assert [(await api.upsert(order())).status for _ in range(2)] == [204, 429]
    clock.advance(0.1)
    await api.upsert(order())
    assert not api.simulator.judge().of("rates"), "it may have been in flight when the 429 was sent"
    clock.advance(0.4)
    assert (await api.upsert(order())).status == 429
    (finding,) = api.simulator.judge().of("rates")
    assert "Retry-After" in finding.message


async def test_calls_that_are_too_large_and_too_small_are_found(start):
    api = await start(clock=ManualClock())
    assert (await api.upsert(*(order(f"o{number}") for number in range(101)))).status == 400
    for number in range(12):
        await api.upsert(order(f"o{number}"))
    judgement = api.simulator.judge()
    assert [(one.count, one.advice) for one in judgement.of("sizes")] == [(1, False), (12, True)]
    assert "one may hold 100 items" in str(judgement)
    assert "12 calls held 1.0 orders each; one call can hold 100" in str(judgement)
    assert ("refused", "upsertOrders") in rules(judgement, advice=True)


async def test_a_list_of_which_only_the_first_page_is_read_is_found(start, session):
    api = await start()
    for _ in range(3):
        await front_get(api, session, "/api/orders", max="10")
        await front_get(api, session, "/api/returns", limit="10")
    assert rules(api.simulator.judge()) == {("paging", "OR11"), ("paging", "RT11")}
    assert "follow it with page_token" in str(api.simulator.judge())


async def test_a_short_list_can_be_read_repeatedly(start, session):
    api = await start(front={"orders": 5, "returns": 5})
    for _ in range(5):
        await front_get(api, session, "/api/orders")
        await front_get(api, session, "/api/returns")
    api.simulator.judge().check(advice=True)


async def test_an_offset_instead_of_a_page_token_is_found(start, session):
    api = await start()
    await front_get(api, session, "/api/returns", offset="10", max="10")
    (finding,) = api.simulator.judge().of("paging")
    assert finding.message == "offset and max have no effect in 1 calls; send limit and page_token"


async def test_small_pages_of_a_long_list_are_advice(start, session):
    api = await start(front={"orders": 150})
    for offset in range(0, 150, 10):
        await front_get(api, session, "/api/orders", max="10", offset=str(offset))
    judgement = api.simulator.judge()
    assert rules(judgement) == set()
    assert rules(judgement, advice=True) == {("sizes", "OR11")}
    with pytest.raises(AssertionError, match="smaller than half of the 100 rows"):
        judgement.check(advice=True)


async def test_a_token_on_the_wrong_host_is_found(start, session):
    api = await start()
    mirakl = api.simulator
    token = {"Authorization": f"Bearer {mirakl.issue_token()}"}
    async with session.get(f"{mirakl.addresses.storage_url}/documents/x", headers=token) as answer:
        assert answer.status == 404
    async with session.post(f"{mirakl.auth_url}/oauth/token", headers=token, data={"a": "b"}) as answer:
        assert answer.status == 400
    key = {"Authorization": mirakl.api_key}
    async with session.post(f"{mirakl.connect_url}/v1/orders", headers=key) as answer:
        assert answer.status == 401
    found = mirakl.judge().of("hosts")
    assert [one.operation for one in found] == ["document", "token", "upsertOrders"]
    assert all(one.count == 1 for one in found)
    strange = {"Authorization": "Basic x"}
    async with session.get(f"{mirakl.addresses.storage_url}/documents/x", headers=strange):
        pass
    assert mirakl.judge().of("hosts") == found


async def test_an_unsafe_write_repeated_after_a_lost_response_is_found(start, session):
    api = await start()
    mirakl = api.simulator
    url = f"{mirakl.front_url}/api/orders/{mirakl.front.ids('orders')[0]}/messages"
    mirakl.faults.add(Fault.status(503, operation="OR42", at=(1,), after_processing=True))
    for body in (MESSAGE, MESSAGE, MESSAGE | {"subject": "Another"}):
        async with session.post(url, json=body, headers={"Authorization": mirakl.api_key}):
            pass
    (finding,) = mirakl.judge().of("repeated")
    assert (finding.operation, finding.count) == ("OR42", 1)


async def test_a_write_without_effect_can_be_repeated(start, session):
    api = await start()
    mirakl = api.simulator
    url = f"{mirakl.front_url}/api/orders/{mirakl.front.ids('orders')[0]}/messages"
    mirakl.faults.add(Fault.status(503, operation="OR42", at=(1,)))
    for _ in range(2):
        async with session.post(url, json=MESSAGE, headers={"Authorization": mirakl.api_key}):
            pass
    assert mirakl.judge().of("repeated") == []


async def test_the_same_file_with_another_multipart_boundary_is_the_same_write(start):
    api = await start()
    mirakl = api.simulator
    async with mirakl.front_client() as front:
        for _ in range(2):
            await front.products.start_import(Upload(content=b"sku\n1\n", filename="p.csv"), shop=2000)
    assert [(one.operation, one.count) for one in mirakl.judge().of("repeated")] == [("P41", 1)]


async def test_commands_without_an_outcome_are_found(start):
    clock = ManualClock()
    api = await start(clock=clock, action_seconds=60)
    await api.upsert(order())
    await api.simulator.seller().ship("o1")
    await api.simulator.seller().accept("o1", expected="SUCCESS")
    assert [one.message for one in api.simulator.judge().of("commands")] == [
        "2 commands wait for their outcome; report it with updateActionStatus"
    ]
    clock.advance(61)
    assert [one.message for one in api.simulator.judge().of("commands")] == [
        "2 commands had no outcome before they expired"
    ]


async def test_a_token_for_each_call_is_advice(start, session):
    api = await start()
    form = {"grant_type": "client_credentials", "client_id": "simulator", "client_secret": api.simulator.client_secret}
    for _ in range(8):
        async with session.post(f"{api.simulator.auth_url}/oauth/token", data=form) as answer:
            assert answer.status == 200
    (finding,) = api.simulator.judge().findings
    assert (finding.rule, finding.count, finding.advice) == ("tokens", 8, True)


async def test_the_judge_is_available_from_another_process():
    async with SimulatorProcess(front={"orders": 30}) as mirakl:
        async with mirakl.front_client() as front:
            for _ in range(3):
                await front.orders.list().first()
        judgement = await mirakl.control.judge()
        assert isinstance(judgement, Judgement)
        assert rules(judgement) == {("paging", "OR11")}
        with pytest.raises(AssertionError, match="the first page was read 3 times"):
            judgement.check()
        (await mirakl.control.commands()).check()


async def test_the_memory_for_writes_is_bounded(start, session, monkeypatch):
    monkeypatch.setattr("mirakl_async.simulator.judge.MAX_REMEMBERED_WRITES", 3)
    api = await start()
    mirakl = api.simulator
    url = f"{mirakl.front_url}/api/orders/{mirakl.front.ids('orders')[0]}/messages"
    for number in [*range(6), 0]:
        async with session.post(
            url, json=MESSAGE | {"subject": f"Order {number}"}, headers={"Authorization": mirakl.api_key}
        ):
            pass
    judge: Judge = mirakl._context.judge
    assert len(judge._written) == len(judge._order_of_writes) == 3
    assert mirakl.judge().of("repeated") == []


async def test_the_judges_rules_are_for_served_operations(api):
    served = {route.operation for router in api.simulator._routers for route in router.service.routes}
    assert served >= MAX_ITEMS.keys()
    assert served >= UNSAFE
