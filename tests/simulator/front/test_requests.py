"""Lines of orders, messages, returns and labels, changed by calls."""

from __future__ import annotations

import aiohttp
import pytest

from mirakl_async.simulator.front.names import order_id

from ..calls import CUSTOMER, PACKAGE
from .documents import assert_described


async def order_in(front, *states):
    rows = (await front.get("/api/orders", order_state_codes=",".join(states), max=100)).json["orders"]
    return rows[0]


async def send(front, method, path, value):
    return await front.send(method, path, json=value)


async def test_the_shipping_origin_of_lines_can_be_changed(front):
    line = (await order_in(front, "SHIPPING"))["order_lines"][0]["order_line_id"]
    address = {"address": {"country_iso_code": "AUT", "city": "Graz"}}
    wanted = [{"id": line, "shipping_from": address}, {"id": "x", "shipping_from": address}]
    reply = await send(front, "PUT", "/api/orders/shipping_from", {"order_lines": wanted})
    assert_described(reply.json, "OR07")
    assert [("errors" in row) for row in reply.json["order_lines"]] == [False, True]
    row = (await front.get("/api/orders", order_ids=line.rpartition("-")[0])).json["orders"][0]
    assert row["order_lines"][0]["shipping_from"]["address"] == address["address"]
    assert (await send(front, "PUT", "/api/orders/shipping_from", {"order_lines": wanted * 51})).status == 400


async def test_the_two_published_rates_are_enforced(start):
    front = await start(rate_limits="documented")
    order = front.world.ids("orders")[0]
    path = f"/api/orders/{order}/additional_fields"
    statuses = [(await send(front, "PUT", path, {})).status for _ in range(6)]
    assert statuses[:5] == [200] * 5
    assert (await front.get("/api/orders")).status == 200
    assert front.simulator.limits.window("OR07").calls == 60


async def test_custom_fields_can_be_changed(front):
    row = await order_in(front, "SHIPPING")
    path = f"/api/orders/{row['order_id']}/additional_fields"
    line = row["order_lines"][0]["order_line_id"]
    wanted = {
        "order_additional_fields": [{"code": "gift", "value": "true"}, {"code": "colour", "value": "red"}],
        "order_lines": [
            {"order_line_id": line, "order_line_additional_fields": [{"code": "note", "value": "fragile"}]},
            {"order_line_id": "x", "order_line_additional_fields": [{"code": "note", "value": "lost"}]},
        ],
    }
    reply = await send(front, "PUT", path, wanted)
    assert_described(reply.json, "OR31")
    failed = reply.json["order_update_errors"]["input"]
    assert [field["code"] for field in failed["order_additional_fields"]] == ["colour"]
    assert [one["order_line_id"] for one in failed["order_lines"]] == ["x"]
    now = (await front.get("/api/orders", order_ids=row["order_id"])).json["orders"][0]
    assert now["order_additional_fields"] == [{"code": "gift", "type": "BOOLEAN", "value": "true"}]
    assert now["order_lines"][0]["order_line_additional_fields"][0]["value"] == "fragile"
    await send(front, "PUT", path, {"order_additional_fields": [{"code": "gift", "value": ""}]})
    now = (await front.get("/api/orders", order_ids=row["order_id"])).json["orders"][0]
    assert now["order_additional_fields"] == []


async def test_parts_of_lines_can_be_cancelled(front):
    row = await order_in(front, "SHIPPING")
    line = row["order_lines"][0]
    one = {
        "order_line_id": line["order_line_id"],
        "quantity": line["quantity"],
        "reason_code": "41",
        "amount": 1.5,
        "shipping_amount": 0,
    }
    reply = await send(front, "PUT", "/api/orders/cancel", {"cancelations": [one]})
    assert reply.status == 200
    assert_described(reply.json, "OR30")
    now = (await front.get("/api/orders", order_ids=row["order_id"])).json["orders"][0]["order_lines"][0]
    assert [(there["quantity"], there["amount"]) for there in now["cancelations"]] == [(line["quantity"], 1.5)]
    closed = (await order_in(front, "CLOSED"))["order_lines"][0]["order_line_id"]
    for wrong in (one, one | {"order_line_id": "x"}, one | {"quantity": 0}, one | {"order_line_id": closed}):
        assert (await send(front, "PUT", "/api/orders/cancel", {"cancelations": [wrong]})).status in {400, 404}


async def test_a_message_on_an_order_is_stored(start):
    front = await start({"orders": 9, "messages": 4})
    order = front.world.ids("orders")[8]
    post = {
        "body": "Hello",
        "subject": "Delay",
        **CUSTOMER,
    }
    reply = await send(front, "POST", f"/api/orders/{order}/messages", post)
    assert reply.status == 201
    (message,) = (await front.get(f"/api/orders/{order}/messages")).json["messages"]
    assert (message["id"], message["body"], message["from_name"]) == (reply.json["id"], "Hello", "Ada Novak")
    assert (await send(front, "POST", f"/api/orders/{order}/messages", post | {"to_shop": False})).status == 400
    assert (await send(front, "POST", "/api/orders/x/messages", post)).status == 404


async def test_returns_and_their_labels_are_created(start):
    front = await start({"orders": 30, "returns": 3, "return_labels": 0})
    row = (await front.get("/api/orders")).json["orders"][5]
    line = {"order_line_id": row["order_lines"][0]["order_line_id"], "quantity": 1, "reason_code": "RETURN_OTHER"}
    good = {
        "method_code": "RETURN_METHOD_BY_MAIL",
        "order_commercial_id": row["commercial_id"],
        "return_lines": [line],
        "accepted": True,
    }
    bad = [
        good | {"order_commercial_id": "x"},
        good | {"return_lines": [line | {"quantity": 99}]},
        good | {"return_lines": [line | {"order_line_id": f"{order_id(1)}-1"}]},
        good | {"method_code": "BY_PIGEON"},
    ]
    reply = await send(front, "POST", "/api/returns", {"returns": [good, *bad]})
    assert_described(reply.json, "RT01")
    (created,) = reply.json["return_success"]
    assert len(reply.json["return_errors"]) == 4
    assert (created["order_id"], created["state"]) == (row["order_id"], "IN_PROGRESS")
    found = (await front.get("/api/returns", order_line_id=line["order_line_id"])).json["data"]
    assert created in found
    label = {"return_id": created["id"], "package": PACKAGE, "carrier_code": "UPS"}
    reply = await send(
        front,
        "POST",
        "/api/returns/return-labels",
        {"return_labels": [label, label | {"return_id": "x"}, {"return_id": created["id"], "package": PACKAGE}]},
    )
    assert_described(reply.json, "RT51")
    assert [len(reply.json[name]) for name in ("return_label_successes", "return_label_errors")] == [1, 2]
    labels = (await front.get("/api/returns/return-labels", return_id=created["id"])).json["data"]
    assert [(one["return_id"], one["label_state"]) for one in labels] == [(created["id"], "PENDING")]
    assert (await send(front, "POST", "/api/returns", {"returns": [good] * 201})).status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/orders?offset={}", 400),
        ("GET", "/api/orders?offset=-{}", 400),
        ("GET", "/api/orders?max={}", 400),
        ("GET", "/api/returns?limit={}", 400),
        ("GET", "/api/promotions?ids={}", 200),
        ("GET", "/api/offers/{}", 404),
        ("GET", "/api/offers/{}/quantity", 404),
        ("GET", "/api/products/imports/{}", 404),
        ("GET", "/api/products/imports/{}/error_report", 404),
        ("DELETE", "/api/orders/documents/{}", 404),
        ("DELETE", "/api/shops/documents/{}", 404),
    ],
)
@pytest.mark.parametrize("digits", [20, 5_000])
async def test_a_number_that_no_integer_holds_is_answered_like_any_other(front, method, path, status, digits):
    reply = await front.send(method, path.format("9" * digits))
    assert reply.status == status
    assert status == 200 or reply.json["status"] == status


@pytest.mark.parametrize("shop", ["9" * 5_000, "\u0662\u0660\u0660\u0660", "-2000", "2000.0"])
async def test_the_shop_of_an_import_is_a_number_in_ascii_digits(front, shop):
    form = aiohttp.FormData({"shop": shop})
    form.add_field("file", b"sku\n1\n", filename="products.csv")
    reply = await front.send("POST", "/api/products/imports", data=form)
    assert (reply.status, reply.json["errors"][0]["field"]) == (400, "shop")


async def test_a_body_that_cannot_be_unpacked_is_rejected(front):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    reply = await front.send("PUT", "/api/orders", data=b"{}", headers=headers)
    assert reply.status == 400
    assert "is not encoded as its headers say" in str(reply.json)
