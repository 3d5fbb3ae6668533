"""The operations of orders over HTTP: statuses, bodies, and the resulting state."""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec
import pytest

from mirakl_async.simulator import ManualClock, OrderKey

from .payloads import ABSENT, changed, full_order, order, upsert

LATER = "2026-11-20T13:00:00Z"
EARLIER = "2026-11-20T11:00:00Z"


def held(api, order_id="o1", sub_channel_code=None):
    return api.simulator.world.get("channel-1", "store-1", order_id, sub_channel_code)


async def test_orders_are_applied_and_can_be_read_back(api):
    reply = await api.upsert(order("o1"), full_order("o2"))
    assert (reply.status, reply.body) == (204, b"")
    assert held(api) == order("o1")
    assert held(api, "o2", "fr") == full_order("o2")


async def test_orders_are_stored_byte_for_byte(api):
    sent = msgspec.json.format(msgspec.json.encode(upsert(order())), indent=2).replace(b"1.5", b"1.50")
    reply = await api.send("POST", "/v1/orders", body=sent)
    assert reply.status == 204
    ((key, body),) = api.simulator.world.bodies()
    assert key == OrderKey("channel-1", "store-1", "o1")
    assert body in sent
    assert b'"amount": 1.50' in body


async def test_newer_versions_replace_and_older_ones_are_silently_dropped(api):
    for stamp, status in ((LATER, "SHIPPED"), (EARLIER, "CLOSED")):
        reply = await api.upsert(order(updated_at=stamp, status=status))
        assert (reply.status, reply.body) == (204, b"")
    assert held(api)["status"] == "SHIPPED"
    assert api.simulator.world.versions.stale == 1


async def test_timestamps_are_compared_as_instants_not_as_text(api):
    await api.upsert(order(updated_at="2026-11-20T12:00:00+02:00", status="SHIPPED"))
    await api.upsert(order(updated_at="2026-11-20T11:00:00Z", status="CLOSED"))
    assert held(api)["status"] == "CLOSED"


async def test_versions_with_an_equal_timestamp_can_be_dropped_by_a_setting(start):
    api = await start(equal_stamp="ignore")
    await api.upsert(order(status="SHIPPED"))
    await api.upsert(order(status="CLOSED"))
    assert held(api)["status"] == "SHIPPED"


async def test_a_call_with_one_invalid_order_is_not_applied(api):
    bad = changed(order("o3"), "order_lines[0].price.amount", -1)
    reply = await api.upsert(order("o1"), order("o2"), bad, order("o4"))
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json["code"] == "INVALID_INPUT"
    assert reply.fields == ["orders[2].order_lines[0].price.amount"]
    assert reply.json["errors"][0]["extensions"] == {"minimum": 0}
    assert api.simulator.world.count() == 0


async def test_optional_members_can_be_left_out(start):
    api = await start(error_fields="none")
    reply = await api.upsert(changed(order(), "status", "LOST"), changed(order("o2"), "order_lines", []))
    assert reply.status == 400
    assert len(reply.json["errors"]) == 2
    assert all("field" not in error for error in reply.json["errors"])
    assert b"orders[" not in reply.body


async def test_the_list_of_problems_is_limited(api):
    reply = await api.upsert(*({"channel_order_id": str(number)} for number in range(100)))
    assert len(reply.json["errors"]) == 100
    assert len(reply.body) < 64 * 1024


@pytest.mark.parametrize(
    ("origin", "what"), [({"channel_id": "channel-9"}, "channel"), ({"channel_store_id": "store-9"}, "store")]
)
async def test_unknown_channels_and_stores_are_rejected(api, origin, what):
    reply = await api.upsert(order(), **origin)
    assert reply.status == 404
    assert reply.json["code"] == "DATA_NOT_FOUND"
    assert what in reply.json["message"]
    assert api.simulator.world.count() == 0


async def test_a_channel_can_be_added(api):
    api.simulator.world.add_channel("channel-9", ["store-9"])
    assert (await api.upsert(order(), channel_id="channel-9", channel_store_id="store-9")).status == 204


async def test_a_line_id_belongs_to_one_order_of_the_channel(api):
    assert (await api.upsert(order("o1"))).status == 204
    taken = changed(order("o2"), "order_lines[0].channel_order_line_id", "o1-1")
    reply = await api.upsert(order("o3"), taken)
    assert (reply.status, reply.fields) == (400, ["orders[1].order_lines[0].channel_order_line_id"])
    assert api.simulator.world.count() == 1
    assert (await api.upsert(order("o1", LATER))).status == 204, "its own order may repeat it"


async def test_a_line_id_is_not_used_twice_in_one_call(api):
    twin = order("o1")
    twin["order_lines"] *= 2
    reply = await api.upsert(twin)
    assert reply.fields == ["orders[0].order_lines[1].channel_order_line_id"]
    reply = await api.upsert(order("o1"), changed(order("o2"), "order_lines[0].channel_order_line_id", "o1-1"))
    assert reply.fields == ["orders[1].order_lines[0].channel_order_line_id"]
    assert (await api.upsert(order("o1"), order("o1", LATER))).status == 204, "two versions of one order share lines"


async def test_the_rule_of_unique_line_ids_can_be_switched_off(start):
    api = await start(unique_lines=False)
    same = changed(order("o2"), "order_lines[0].channel_order_line_id", "o1-1")
    assert (await api.upsert(order("o1"), same)).status == 204


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"origin": \xff}', b"[1,]", b'{"orders": 1e999}', b"[" * 10**5 + b"]" * 10**5]
)
async def test_a_body_that_is_not_json_is_rejected(api, body):
    reply = await api.send("POST", "/v1/orders", body=body)
    assert (reply.status, reply.json["code"]) == (400, "INVALID_INPUT")


async def test_a_body_of_another_media_type_is_rejected(api):
    reply = await api.send("POST", "/v1/orders", upsert(order()), Content_Type="text/plain")
    assert (reply.status, reply.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    reply = await api.send("POST", "/v1/orders", upsert(order()), Content_Type="application/json; charset=UTF-8")
    assert reply.status == 204


async def test_a_body_of_several_megabytes_is_accepted(api):
    big = order(custom_attributes=[{"id": str(n), "type": "STRING", "value": "x" * 100_000} for n in range(50)])
    assert (await api.upsert(big)).status == 204
    assert held(api) == big


async def test_unknown_paths_and_methods_are_rejected(api):
    reply = await api.send("GET", "/v1/nothing")
    assert (reply.status, reply.json["code"]) == (501, "NOT_IMPLEMENTED")
    reply = await api.send("DELETE", "/v1/orders")
    assert (reply.status, reply.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert reply.headers["Allow"] == "POST"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic eDp5", "bearer  "])
async def test_a_call_without_a_valid_token_is_not_executed(api, authorization):
    reply = await api.send("POST", "/v1/orders", upsert(order()), Authorization=authorization)
    assert (reply.status, reply.json["code"]) == (401, "UNAUTHORIZED")
    assert api.simulator.world.count() == 0


async def test_calls_above_the_limit_are_rejected_and_not_applied(start):
    clock = ManualClock()
    api = await start(rate_limits=2, clock=clock)
    replies = [await api.upsert(order(f"o{number}")) for number in range(4)]
    assert [reply.status for reply in replies] == [204, 204, 429, 429]
    assert replies[2].headers["Retry-After"] == "1"
    assert replies[2].json["code"] == "TOO_MANY_REQUESTS"
    assert api.simulator.world.count() == 2
    clock.advance(1)
    assert (await api.upsert(order("o2"))).status == 204
    assert api.simulator.limits.traffic("upsertOrders").refused == 2


async def test_an_action_gets_one_outcome(api):
    api.simulator.world.add_action("act/1")
    failed = {"status": "FAILED", "errors": [{"code": "UNAVAILABLE", "message": "down"}]}
    replies = [await api.send("PUT", "/v1/orders/actions/act%2F1", failed) for _ in range(2)]
    assert [reply.status for reply in replies] == [204, 400]
    assert replies[1].json["code"] == "ACTION_ALREADY_FINAL"
    assert api.simulator.world.actions["act/1"].errors == failed["errors"]


async def test_invalid_outcomes_are_rejected(api):
    api.simulator.world.add_action("a1")
    assert (await api.send("PUT", "/v1/orders/actions/a2", {"status": "SUCCESS"})).status == 404
    reply = await api.send("PUT", "/v1/orders/actions/a1", {"status": "FAILED"})
    assert (reply.status, reply.fields) == (400, ["errors"])
    assert api.simulator.world.actions["a1"].status == "PENDING"


def dates(*pairs):
    return {"orders": [{"channel_id": "channel-1", "channel_order_id": i, "anonymize_after": at} for i, at in pairs]}


async def test_anonymization_dates_are_set_for_all_or_for_none(start):
    api = await start(clock=ManualClock(now=1_795_176_000.0))  # 2026-11-20T12:00:00Z
    await api.upsert(order("o1"), order("o2"))
    both = dates(("o1", LATER), ("o2", "2026-11-20T11:57:00Z"))
    reply = await api.send("PUT", "/v1/orders/anonymize-after", both)
    assert reply.status == 204
    found = {key.channel_order_id: stored.anonymize_after for key, stored in api.simulator.world.orders.items()}
    assert found == {"o1": LATER, "o2": "2026-11-20T11:57:00Z"}, "three minutes ago is within the tolerance"

    wrong = dates(("o1", "2027-01-01T00:00:00Z"), ("o2", EARLIER), ("o3", LATER))
    reply = await api.send("PUT", "/v1/orders/anonymize-after", wrong)
    assert reply.status == 400
    assert sorted(reply.fields) == ["orders[1].anonymize_after", "orders[2].channel_order_id"]
    assert {s.anonymize_after for s in api.simulator.world.orders.values()} == {LATER, "2026-11-20T11:57:00Z"}


async def test_orders_of_different_sub_channels_are_different(start):
    api = await start(clock=ManualClock(now=1_795_176_000.0))
    await api.upsert(order("o1", sub_channel_code="fr"))
    body = dates(("o1", LATER))
    assert (await api.send("PUT", "/v1/orders/anonymize-after", body)).status == 400
    body["orders"][0]["sub_channel_code"] = "fr"
    assert (await api.send("PUT", "/v1/orders/anonymize-after", body)).status == 204


async def test_latency_is_before_the_processing(start):
    clock = ManualClock()
    api = await start(latency=(2.0, 3.0), clock=clock)
    sending = asyncio.ensure_future(api.upsert(order()))
    assert 2.0 <= await clock.until_someone_sleeps() <= 3.0
    clock.advance(1.9)
    await asyncio.sleep(0.01)
    assert not sending.done()
    assert api.simulator.world.count() == 0
    clock.advance(1.2)
    assert (await sending).status == 204
    (record,) = api.simulator.requests
    assert record.seconds == pytest.approx(3.1)


async def test_requests_are_logged_without_their_content(api):
    await api.upsert(changed(order(), "status", ABSENT))
    (record,) = api.simulator.requests
    assert (record.method, record.path) == ("POST", "/api/channel-platform/v1/orders")
    assert (record.operation, record.status, record.fault) == ("upsertOrders", 400, "")


async def test_the_log_is_bounded(start):
    api = await start(log_size=3)
    for number in range(5):
        await api.upsert(order(f"o{number}"))
    assert len(api.simulator.requests) == 3


async def test_two_simulators_share_nothing(start):
    first, second = await start(), await start()
    await first.upsert(order())
    assert second.simulator.world.count() == 0
    second.token = first.token
    assert (await second.upsert(order())).status == 401


async def test_a_stopped_simulator_refuses_connections(start):
    api = await start()
    await api.upsert(order())
    await api.simulator.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.upsert(order())
    assert held(api) == order(), "what was learned stays readable"
