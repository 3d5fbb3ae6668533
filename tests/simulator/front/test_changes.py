"""Orders, returns and shipments are changed by calls: states, and failures reported one by one."""

from __future__ import annotations

import pytest

from mirakl_async.simulator.front.changes import STEPS

from .documents import assert_described


async def put(front, path, value=None, **arguments):
    if value is not None:
        arguments["json"] = value
    return await front.send("PUT", path, **arguments)


async def in_state(front, state, count=1):
    """Return the ids of orders in a state."""
    found = (await front.get("/api/orders", order_state_codes=state, max=100)).json["orders"]
    return [order["order_id"] for order in found][:count]


async def state_of(front, order):
    return (await front.get("/api/orders", order_ids=order)).json["orders"][0]["order_state"]


async def test_an_order_is_changed_from_acceptance_to_shipment(start):
    front = await start({"orders": 60})
    (order,) = await in_state(front, "WAITING_ACCEPTANCE")
    row = (await front.get("/api/orders", order_ids=order)).json["orders"][0]
    lines = [{"id": line["order_line_id"], "accepted": True} for line in row["order_lines"]]
    assert (await put(front, f"/api/orders/{order}/accept", {"order_lines": lines[:-1]})).status == 400
    accepted = await put(front, f"/api/orders/{order}/accept", {"order_lines": lines})
    assert (accepted.status, accepted.body) == (204, b"")
    assert await state_of(front, order) == "WAITING_DEBIT_PAYMENT"
    assert (await put(front, f"/api/orders/{order}/accept", {"order_lines": lines})).status == 400
    assert (await put(front, f"/api/orders/{order}/ship", headers={"Content-Length": "0"})).status == 400
    front.world.change("orders", order, order_state="SHIPPING")
    tracking = {"carrier_code": "UPS", "carrier_name": "UPS", "tracking_number": "1Z"}
    assert (await put(front, f"/api/orders/{order}/tracking", tracking)).status == 204
    shipped = await put(front, f"/api/orders/{order}/ship", headers={"Content-Length": "0"})
    assert shipped.status == 204
    row = (await front.get("/api/orders", order_ids=order)).json["orders"][0]
    assert (row["order_state"], row["shipping_tracking"]) == ("SHIPPED", "1Z")
    assert (await put(front, "/api/orders/x/ship", headers={"Content-Length": "0"})).status == 404


async def test_lines_can_be_refused(start):
    front = await start({"orders": 60})
    (order,) = await in_state(front, "WAITING_ACCEPTANCE")
    async with front.client() as client:
        row = await client.orders.list(order_ids=[order]).first()
        from mirakl_async.models.front.orders import OrderLineDecisionInput

        lines = [OrderLineDecisionInput(id=line.order_line_id, accepted=False) for line in row.order_lines]
        await client.orders.accept(order, order_lines=lines)
    assert await state_of(front, order) == "REFUSED"


async def test_a_put_without_a_body_needs_a_length(start):
    front = await start({"orders": 60})
    (order,) = await in_state(front, "SHIPPING")

    async def nothing():
        return
        yield b""

    assert (await put(front, f"/api/orders/{order}/cancel", data=nothing())).status == 411
    assert (await put(front, f"/api/orders/{order}/cancel", data=b"x")).status == 411
    assert await state_of(front, order) == "SHIPPING"
    async with front.client() as client:
        await client.orders.cancel(order)
    assert await state_of(front, order) == "CANCELED"


async def test_orders_are_updated_member_by_member(start):
    front = await start({"orders": 60})
    (order,) = await in_state(front, "SHIPPING")
    before = (await front.get("/api/orders", order_ids=order)).json["orders"][0]
    patch = {
        "order_id": order,
        "references": {"order_reference_for_seller": "mine"},
        "customer": {"shipping_address": {"company": "ACME", "phone": None}},
    }
    reply = await put(front, "/api/orders", {"orders": [patch, {"order_id": "x"}, {"order_id": order, "price": 3}]})
    assert reply.status == 200
    assert_described(reply.json, "OR04")
    updated, unknown, wrong = reply.json["updated_orders"]
    assert updated == {"order_id": order, "updated": {name: patch[name] for name in ("references", "customer")}}
    assert [one["errors"][0]["field"] for one in (unknown, wrong)] == ["order_id", "price"]
    after = (await front.get("/api/orders", order_references_for_seller="mine")).json["orders"][0]
    assert after["references"] == before["references"] | {"order_reference_for_seller": "mine"}
    address = before["customer"]["shipping_address"] | {"company": "ACME"}
    assert address.pop("phone")
    assert after["customer"] == before["customer"] | {"shipping_address": address}
    assert (await put(front, "/api/orders", {"orders": [patch] * 101})).status == 400
    assert (await put(front, "/api/orders", {"orders": []})).status == 400
    assert (await put(front, "/api/orders", {"orders": "x"})).json["errors"][0]["field"] == "orders"


async def test_a_member_that_was_cleared_can_be_set_again(start):
    front = await start({"orders": 3})
    (order, *_) = (await front.get("/api/orders")).json["orders"]
    for references in (None, {"order_reference_for_seller": None}, {"order_reference_for_seller": "mine"}):
        reply = await put(front, "/api/orders", {"orders": [{"order_id": order["order_id"], "references": references}]})
        assert "errors" not in reply.json["updated_orders"][0]
    (after, *_) = (await front.get("/api/orders")).json["orders"]
    assert after["references"] == {"order_reference_for_seller": "mine"}
    assert after.keys() == order.keys()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.operation)
async def test_several_shipments_can_be_changed_at_once(start, step):
    front = await start({step.table: 100})
    ids = front.world.ids(step.table)
    table = front.world.tables[step.table]
    good = [one for one in ids if table.head(table.find(one))["state"] in step.before]
    things = [{"id": one} for one in [*ids[:50], "00000000-0000-4000-8000-000000000000"]]
    reply = await put(front, step.path, {f"{step.member}s": things})
    assert_described(reply.json, step.operation)
    done = [one["id"] for one in reply.json[f"{step.member}_success"]]
    failed = {one["id"]: one["message"] for one in reply.json[f"{step.member}_errors"]}
    assert done == [one for one in good if one in ids[:50]]
    assert failed.keys() == {one["id"] for one in things} - set(done)
    if step.after is None:
        assert set(front.world.ids(step.table)) == set(ids) - set(done)
    else:
        assert {table.head(table.find(one))["state"] for one in done} == {step.after}
    assert (await put(front, step.path, {f"{step.member}s": things[:1] * (step.most + 1)})).status == 400
    assert (await put(front, step.path, {f"{step.member}s": []})).status == 400


async def test_shipments_are_created_and_tracked(start):
    front = await start({"orders": 60, "shipments": 3})
    (order,) = await in_state(front, "SHIPPING")
    line = {"order_line_id": f"{order}-1", "quantity": 1}
    wanted = [
        {"order_id": order, "shipment_lines": [line], "shipped": True},
        {"order_id": "x", "shipment_lines": [line]},
    ]
    reply = await front.send("POST", "/api/shipments", json={"shipments": wanted})
    assert reply.status == 201
    (created,) = reply.json["shipment_success"]
    assert [one["order_id"] for one in reply.json["shipment_errors"]] == ["x"]
    assert_described(reply.json, "ST01")
    listed = (await front.get("/api/shipments", order_id=order)).json["data"]
    assert created in listed
    assert created["status"] == "SHIPPED"
    things = [
        {"id": created["id"], "tracking": {"carrier_name": "Bike", "tracking_number": "7"}},
        {"id": front.world.ids("shipments")[0], "tracking": {}},
    ]
    reply = (await front.send("POST", "/api/shipments/tracking", json={"shipments": things})).json
    assert ([one["id"] for one in reply["shipment_success"]], len(reply["shipment_errors"])) == ([created["id"]], 1)
    async with front.client() as client:
        shipment = await client.shipments.list(order_id=[order]).take(50)
    assert "7" in [one.tracking.tracking_number for one in shipment if one.tracking]


async def test_failures_are_in_the_clients_result(start):
    front = await start({"returns": 30})
    ids = front.world.ids("returns")
    table = front.world.tables["returns"]
    waiting = next(one for one in ids if table.head(table.find(one))["state"] == "IN_PROGRESS")
    closed = next(one for one in ids if table.head(table.find(one))["state"] == "CLOSED")
    from mirakl_async.models.front.returns import ReturnIdInput

    async with front.client() as client:
        result = await client.returns.receive(returns=[ReturnIdInput(id=waiting), ReturnIdInput(id=closed)])
    assert [one.id for one in result.return_success] == [waiting]
    assert [one.id for one in result.failed] == [closed]
