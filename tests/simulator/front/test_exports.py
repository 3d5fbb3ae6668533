"""Exports of orders and offers: requested, followed, downloaded from the instance and from another host."""

from __future__ import annotations

import csv
import io

import aiohttp
import msgspec
import pytest

from mirakl_async.simulator import Fault, ManualClock
from mirakl_async.simulator.front import ExportPlan
from mirakl_async.simulator.front.export_files import Columns

from .conftest import NOW
from .documents import assert_described, csv_columns

ORDERS, OFFERS = "/api/orders/async-export", "/api/offers/export/async"
YEAR = {"start_date": "2025-12-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z"}


async def ask(front, path, body):
    return await front.send("POST", path, json=body)


async def finished(front, path, body):
    """Ask for an export and follow it to its end; return the last state."""
    tracking_id = (await ask(front, path, body)).json["tracking_id"]
    while (state := (await front.get(f"{path}/status/{tracking_id}")).json)["status"] == "PENDING":
        assert "urls" not in state
    return state


async def contents(front, state):
    return [await front.get(url) for url in state["urls"]]


async def test_an_export_of_orders_has_three_files(start):
    front = await start({"orders": 700})
    front.world.order_exports.plan(ExportPlan(files=3, looks=2))
    created = await ask(front, ORDERS, YEAR)
    path = f"{ORDERS}/status/{created.json['tracking_id']}"
    looks = [(await front.get(path)).json for _ in range(3)]
    assert [look["status"] for look in looks] == ["PENDING", "PENDING", "COMPLETED"]
    files = await contents(front, looks[-1])
    assert [file.headers["Content-Type"] for file in files] == ["application/json"] * 3
    assert all("Content-Disposition" in file.headers for file in files)
    orders = [order for file in files for order in file.json["orders"]]
    assert [order["order_id"] for order in orders] == front.world.ids("orders")
    listed = (await front.get("/api/orders", max=3)).json["orders"]
    assert orders[:3] == listed
    again = (await front.get(path)).json
    assert again["urls"] == looks[-1]["urls"]


async def test_orders_are_exported_through_the_client(start):
    front = await start({"orders": 450})
    front.world.order_exports.plan(ExportPlan(files=4, place="elsewhere"))
    async with front.client() as client:
        export = await client.orders.start_export(start_date="2025-12-01T00:00:00Z", end_date="2026-12-01T00:00:00Z")
        await export.wait(poll_interval=0.01, timeout=20)
        orders = [order async for order in export.items()]
    assert [order.order_id for order in orders] == front.world.ids("orders")
    fetched = [record for record in front.simulator.requests if record.operation == "OR15"]
    assert [record.status for record in fetched] == [200] * 4


@pytest.mark.parametrize("plan", [ExportPlan(end="FAILED"), ExportPlan(end="CANCELED")])
async def test_exports_can_fail(front, plan):
    front.world.order_exports.plan(plan)
    state = await finished(front, ORDERS, YEAR)
    assert (state["status"], "urls" in state) == (plan.end, False)


async def test_a_failed_export_of_offers_says_why(front):
    front.world.offer_exports.plan(ExportPlan(end="FAILED"))
    state = await finished(front, OFFERS, {})
    assert state["error"]["code"] == "1"


async def test_another_origin_rejects_credentials(front, session):
    front.world.order_exports.plan(ExportPlan(place="elsewhere", files=1))
    (url,) = (await finished(front, ORDERS, YEAR))["urls"]
    assert url.startswith(front.simulator.storage_url)
    assert not url.startswith(front.simulator.front_url)
    refused = await front.get(url)
    assert (refused.status, b"Only one auth" in refused.body) == (400, True)
    async with session.get(url) as answer:
        assert answer.status == 200
        assert len((await answer.json())["orders"]) == 25
    async with session.get(url.replace("file=0", "file=1")) as answer:
        assert answer.status == 403


async def test_the_instance_requires_its_credential(front, session):
    (url,) = (await finished(front, ORDERS, YEAR))["urls"]
    async with session.get(url) as answer:
        assert answer.status == 401
    assert (await front.get(url)).status == 200
    assert (await front.get(url + "0")).status == 403


async def test_a_file_can_redirect_to_another_origin(front, session):
    front.world.offer_exports.plan(ExportPlan(place="redirected"))
    (url,) = (await finished(front, OFFERS, {}))["urls"]
    there = await front.send("GET", url, allow_redirects=False)
    assert there.status == 302
    assert there.headers["Location"].startswith(front.simulator.storage_url)
    async with session.get(there.headers["Location"]) as answer:
        assert answer.status == 200


async def test_urls_expire(start):
    clock = ManualClock(NOW.timestamp())
    front = await start(clock=clock, expires_in=1e9)
    front.world.order_exports.plan(ExportPlan(url_seconds=900, seconds=60))
    tracking_id = (await ask(front, ORDERS, YEAR)).json["tracking_id"]
    path = f"{ORDERS}/status/{tracking_id}"
    assert (await front.get(path)).json["status"] == "PENDING"
    clock.advance(60)
    (url,) = (await front.get(path)).json["urls"]
    assert (await front.get(url)).status == 200
    clock.advance(901)
    assert (await front.get(url)).status == 403
    (fresh,) = (await front.get(path)).json["urls"]
    assert (await front.get(fresh)).status == 200


async def test_one_export_of_orders_at_a_time(front):
    first = await ask(front, ORDERS, YEAR)
    assert (await ask(front, ORDERS, YEAR | {"shop_ids": [2000]})).status == 400
    for _ in range(2):
        await front.get(f"{ORDERS}/status/{first.json['tracking_id']}")
    assert (await ask(front, ORDERS, YEAR)).json != first.json


async def test_an_abandoned_export_of_orders_does_not_prevent_others(start):
    clock = ManualClock()
    front = await start({"orders": 5}, clock=clock)
    dates = {"start_date": "2023-01-01T00:00:00Z", "end_date": "2024-01-01T00:00:00Z"}
    first = await ask(front, ORDERS, dates)
    clock.advance(59)
    assert (await ask(front, ORDERS, dates)).status == 400
    await front.get(f"{ORDERS}/status/{first.json['tracking_id']}")
    clock.advance(59)
    assert (await ask(front, ORDERS, dates)).status == 400
    clock.advance(1)
    assert (await ask(front, ORDERS, dates)).json != first.json
    assert (await front.get(f"{ORDERS}/status/{first.json['tracking_id']}")).json["status"] == "COMPLETED"


async def test_the_same_request_names_the_same_export_of_offers(front):
    first = await ask(front, OFFERS, {"export_type": "text/csv"})
    assert (await ask(front, OFFERS, {"export_type": "text/csv"})).json == first.json
    assert (await ask(front, OFFERS, {"export_type": "application/json"})).json != first.json


async def test_orders_of_an_export_can_be_filtered(start):
    front = await start({"orders": 300})
    asked = {
        "start_update_date": "2026-01-05T00:00:00Z",
        "end_update_date": "2026-01-06T00:00:00Z",
        "order_state_codes": ["SHIPPING"],
    }
    (file,) = await contents(front, await finished(front, ORDERS, asked))
    orders = file.json["orders"]
    assert {order["order_state"] for order in orders} == {"SHIPPING"}
    query = {"order_state_codes": "SHIPPING", "max": 100} | {name: asked[name] for name in asked if "update" in name}
    listed = (await front.get("/api/orders", **query)).json
    assert len(listed["orders"]) == listed["total_count"]
    assert orders == listed["orders"]


async def test_orders_of_an_export_are_those_created_in_its_range(start):
    front = await start({"orders": 300})
    front.world.insert("orders", 2, "first")
    rows = [
        row for offset in (0, 100) for row in (await front.get("/api/orders", max=100, offset=offset)).json["orders"]
    ]
    asked = {"start_date": rows[0]["created_date"], "end_date": rows[123]["created_date"]}
    (file,) = await contents(front, await finished(front, ORDERS, asked))
    assert [order["order_id"] for order in file.json["orders"]] == [row["order_id"] for row in rows[:124]]
    later = {"start_date": "2027-01-01T00:00:00Z", "end_date": "2027-02-01T00:00:00Z"}
    assert (await finished(front, ORDERS, later))["urls"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start_date": "2026-01-01T00:00:00Z"},
        YEAR | {"start_date": "2026-01-01"},
        YEAR | {"items_per_chunk": 9_999},
        YEAR | {"megabytes_per_chunk": 1025},
        YEAR | {"order_state_codes": ["LOST"]},
        YEAR | {"order_state_codes": 5},
        YEAR | {"shop_ids": "2000"},
        YEAR | {"state": ["SHIPPING"]},
        YEAR | {"refund_state_codes": ["REFUNDED"]},
        {"start_refund_creation_date": "2026-01-01T00:00:00Z", "end_refund_creation_date": "2026-03-01T00:00:00Z"},
    ],
)
async def test_invalid_exports_of_orders_are_rejected(front, body):
    assert (await ask(front, ORDERS, body)).status == 400
    assert front.world.order_exports.jobs == {}


@pytest.mark.parametrize(
    "body",
    [
        {"export_type": "text/xml"},
        {"export_type": "application/json", "rename_fields": {"price": "cost"}},
        {"last_request_date": "2026-01-01T00:00:00Z", "include_inactive_offers": True},
        {"items_per_chunk": 0},
        {"channel_codes": 5},
        {"models": [[]]},
        {"export_type": []},
        {"rename_fields": ["price"]},
        {"colour": "red"},
    ],
)
async def test_invalid_exports_of_offers_are_rejected(front, body):
    assert (await ask(front, OFFERS, body)).status == 400


async def test_invalid_bodies_are_rejected(front):
    assert (await front.send("POST", ORDERS, data=b"{")).status == 415
    for data in (b"{", b"[]", b""):
        headers = {"Content-Type": "application/json"}
        assert (await front.send("POST", ORDERS, data=data, headers=headers)).status == 400


async def test_offers_as_json_are_an_array(start):
    front = await start({"offers": 260})
    state = await finished(front, OFFERS, {"export_type": "application/json", "items_per_chunk": 220})
    files = await contents(front, state)
    rows = [row for file in files for row in msgspec.json.decode(file.body, type=list)]
    active = [rank for rank in front.world.tables["offers"].ranks if front.world.tables["offers"].head(rank)["active"]]
    assert len(rows) == len(active) > 220
    assert len(files) == 2
    for row in rows:
        assert_described(row, "OF54")  # the schema describes a row, the file is an array of them
    narrow = await finished(front, OFFERS, {"export_type": "application/json", "include_fields": ["offer_id", "price"]})
    (file,) = await contents(front, narrow)
    assert set(msgspec.json.decode(file.body)[0]) == {"offer_id"}


async def test_offers_as_csv_have_the_columns_of_the_instance(start):
    front = await start({"offers": 230})
    asked = {"include_inactive_offers": True, "rename_fields": {"price": "cost"}, "items_per_chunk": 1000}
    (file,) = await contents(front, await finished(front, OFFERS, asked))
    assert file.headers["Content-Type"] == "text/csv"
    rows = list(csv.DictReader(io.StringIO(file.body.decode(), newline=""), delimiter=";"))
    assert len(rows) == 230
    assert {"cost", "price[channel=US]", "price[channel=FR]", "warranty"} <= set(rows[0])
    assert "price" not in rows[0]
    assert {row["description"] for row in rows} == {"", "As new;\nwith “quotes”"}
    assert {row["active"] for row in rows} == {"true", "false"}
    priced = next(row for row in rows if row["channels"] == "FR")
    assert (bool(priced["price[channel=FR]"]), priced["price[channel=US]"]) == (True, "")
    one_channel = await finished(front, OFFERS, {"channel_codes": ["DE"]})
    (file,) = await contents(front, one_channel)
    header = file.body.decode().partition("\n")[0].split(";")
    assert [name for name in header if "[" in name] == [
        f"{name}[channel=DE]" for name in ("price", "origin-price", "discount-price")
    ]


def test_every_column_conforms_to_the_document():
    described = {name.replace("<channelCode>", "US") for name in csv_columns("OF54")}
    assert set(Columns([], {}, ["US"]).all()) - described == {"warranty"}


async def test_offers_can_be_filtered_by_their_last_change(start):
    front = await start({"offers": 50}, clock=(clock := ManualClock(NOW.timestamp())))
    clock.advance(60)
    ids = front.world.ids("offers")
    front.world.change("offers", ids[3], deleted=True, active=False)
    asked = {"last_request_date": "2026-01-08T00:01:00Z", "export_type": "application/json"}
    (file,) = await contents(front, await finished(front, OFFERS, asked))
    assert [(row["offer_id"], row["deleted"]) for row in msgspec.json.decode(file.body)] == [(ids[3], True)]


async def test_offers_are_exported_through_the_client(start):
    front = await start({"offers": 500})
    front.world.offer_exports.plan(ExportPlan(place="redirected", files=2), ExportPlan(files=2))
    async with front.client() as client:
        export = await client.offers.start_export(include_inactive_offers=True)
        await export.wait(poll_interval=0.01, timeout=20)
        rows = [row async for row in export.rows()]
        typed = await client.offers.start_export(include_inactive_offers=True, export_type="application/json")
        await typed.wait(poll_interval=0.01, timeout=20)
        items = [item async for item in typed.items()]
    ids = front.world.ids("offers")
    assert [int(row["offer-id"]) for row in rows] == ids
    assert [item.offer_id for item in items] == ids


async def test_files_can_be_corrupted(start):
    front = await start({"orders": 400})
    (url,) = (await finished(front, ORDERS, YEAR))["urls"]
    front.simulator.faults.add(Fault.status(503, operation="OR15", at=(1,)), Fault.truncate(operation="OR15", at=(2,)))
    assert (await front.get(url)).status == 503
    with pytest.raises(aiohttp.ClientPayloadError):
        await front.get(url)
    assert len((await front.get(url)).json["orders"]) == 400


async def test_unknown_exports_are_not_found(front):
    assert (await front.get(f"{ORDERS}/status/nothing")).status == 404
    assert (await front.get(f"{ORDERS}/file/nothing")).status == 403


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75, 0.999])
async def test_files_can_be_truncated_anywhere(start, share):
    front = await start({"orders": 300})
    (url,) = (await finished(front, ORDERS, YEAR))["urls"]
    whole = (await front.get(url)).body
    front.simulator.faults.add(Fault.truncate(share, operation="OR15", times=1))
    received = b""
    with pytest.raises(aiohttp.ClientPayloadError):
        async with front._session.get(url, headers=front.headers) as answer:
            async for chunk in answer.content.iter_any():
                received += chunk
    assert received == whole[: int(len(whole) * share)]
    assert (await front.get(url)).body == whole


async def test_a_cancelled_download_leaves_no_error(start, caplog):
    front = await start({"orders": 5000})
    (url,) = (await finished(front, ORDERS, YEAR))["urls"]
    for _ in range(2):
        async with front._session.get(url, headers=front.headers) as answer:
            assert await answer.content.read(1000)
    assert (await front.get("/api/orders")).status == 200
    await front.simulator.close()
    assert caplog.records == []
