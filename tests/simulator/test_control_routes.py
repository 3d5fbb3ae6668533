"""The control plane: its routes match its document, and sellers can act through it."""

from __future__ import annotations

import inspect

import jsonschema
import msgspec
import pytest
from aiohttp import web

from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import Control, Delivery, RemoteSeller, Seller, Simulator, SimulatorProcess
from mirakl_async.simulator.control_plane import SELLER_ACTIONS, control_routes
from mirakl_async.simulator.control_routes import PREFIX, serve

from .payloads import order


@pytest.fixture
def simulator(api):
    return api.simulator


async def document_of(simulator, session):
    async with session.get(f"{simulator.control_url}/openapi.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        return await answer.json()


def pairs_of(document):
    return {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}


async def test_the_routes_and_the_document_are_the_same(simulator, session):
    document = await document_of(simulator, session)
    (runner,) = [one for one in simulator._runners if one.addresses[0][1] == port_of(simulator.control_url)]
    served = {
        (route.method, route.resource.canonical)
        for route in runner.app.router.routes()
        if route.resource.canonical.startswith(PREFIX + "/") and route.method != "HEAD"
    }
    assert pairs_of(document) == served
    assert len(served) > 30


def port_of(url):
    return int(url.split(":")[2].split("/")[0])


async def test_the_document_is_complete(simulator, session):
    document = await document_of(simulator, session)
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["summary"] and one["responses"] for one in operations)
    known = document["components"]["schemas"]
    for text in msgspec.json.encode(document).decode().split('"$ref":"')[1:]:
        assert text.partition('"')[0].removeprefix("#/components/schemas/") in known
    for name, schema in known.items():
        jsonschema.Draft202012Validator.check_schema({**schema, "components": document["components"]})
        assert name[0].isupper()
    for path, item in document["paths"].items():
        for one in item.values():
            assert [parameter["name"] for parameter in one.get("parameters", [])] == [
                part[1:-1] for part in path.split("/") if part.startswith("{")
            ]


async def test_responses_conform_to_the_document(simulator, session, api):
    await api.upsert(order())
    await simulator.seller().ship("o1")
    document = await document_of(simulator, session)
    asked = 0
    for path, operations in document["paths"].items():
        described = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "application/json" not in described:
            continue
        url = simulator.control_url + path.removeprefix(PREFIX).replace("{table}", "orders")
        async with session.get(url) as answer:
            assert answer.status == 200, path
            schema = {**described["application/json"]["schema"], "components": document["components"]}
            jsonschema.Draft202012Validator(schema).validate(await answer.json())
        asked += 1
    assert asked >= 8


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ("POST /faults", (b"[", 400, "Input data was truncated")),
        ("POST /faults", (b'[{"kind":"flood"}]', 400, "Invalid enum value 'flood'")),
        ("POST /seller/ship", (b"{}", 400, "missing required field `channel_order_id`")),
        ("POST /seller/ship", (b'{"channel_order_id":"o9"}', 404, "there is no order o9 of this store")),
        ("POST /seller/ship", (b'{"channel_order_id":"o1","speed":9}', 400, "unknown field `speed`")),
        ("POST /seller/ship", (b'{"channel_order_id":"o1","channel_id":"x"}', 404, "there is no channel x")),
        ("POST /seller/ship", (b'{"channel_order_id":"o1","store_id":"x"}', 404, "there is no store x of channel-1")),
        ("POST /seller/accept_return", (b'{"channel_return_id":"r9"}', 404, "there is no return r9")),
        ("POST /seller/dance", (b"{}", 501, "does not implement this path")),
        ("POST /events/redeliver", (b'{"action_ids":["x"]}', 404, "there is no command x")),
        ("GET /front/wishes/ids", (None, 404, "there is no list wishes")),
        ("POST /clock", (b'{"advance":-1}', 400, "`float` >= 0")),
    ],
)
async def test_errors_of_the_control_plane_have_a_message(api, session, asked, refusal):
    await api.upsert(order())
    method, _, path = asked.partition(" ")
    body, status, words = refusal
    async with session.request(method, api.simulator.control_url + path, data=body) as answer:
        assert answer.status == status
        assert words in await answer.text()


async def test_a_seller_can_act_from_another_process():
    async with SimulatorProcess() as mirakl:
        received = []
        await mirakl.events.connect(received.extend, Delivery(duplicates=0.5))
        async with mirakl.connect_client() as connect:
            await connect.orders.sync(
                [order("o1"), order("o2")], origin=OriginRequest(channel_id="channel-1", channel_store_id="store-1")
            ).run()
            seller = mirakl.seller()
            action_id = await seller.ship("o1", tracking_number="T1", expected="SUCCESS")
            lines = [line["channel_order_line_id"] for line in order("o2")["order_lines"]]
            other = await seller.refund("o2", *lines, quantity=1)
            await seller.set_price("p1", 9.5)
            await seller.set_stock("p1", {"WH": 3, "": 2})
            await seller.upsert_offer("p2", warranty=12, colour="red", gift=True)
            document = await seller.upload_document("o1", "bill.pdf", b"\x00\xff", seconds=60)
            await connect.orders.update_action_status(action_id, status="SUCCESS")
        events = [msgspec.json.decode(body) for body in received]
        sent = await mirakl.events.sent()
        assert {event["id"] for event in events} == {msgspec.json.decode(body)["id"] for body in sent}
        assert len(events) > len(sent) == 6
        kinds = [msgspec.json.decode(body)["type"] for body in sent]
        assert kinds[:3] == ["CREATE_SHIPMENT", "REFUND", "PRICE_STOCK_UPSERT"]
        report = await mirakl.commands()
        assert (report.succeeded, set(report.unanswered)) == ([action_id], {other, document})
        offers = await seller.offers()
        assert (offers["p1"].price, offers["p1"].quantity) == ({"amount": 9.5, "currency": "EUR"}, 5)
        before = len(received)
        assert await mirakl.events.redeliver(other) == 1
        assert msgspec.json.decode(received[before])["data"]["action_id"] == other


async def test_events_for_another_process_wait_until_they_are_taken_or_due():
    async with SimulatorProcess() as mirakl:
        await mirakl.seller().set_price("p1", 1.0)
        (first,) = await mirakl.events.take()
        assert await mirakl.events.take() == []
        await mirakl.events.connect(None, Delivery(delay=60))
        await mirakl.seller().set_price("p1", 2.0)
        assert await mirakl.events.deliver() == 0
        await mirakl.control.advance(61)
        received = []
        await mirakl.events.connect(received.extend)
        assert await mirakl.events.deliver() == 1
        assert msgspec.json.decode(received[0])["data"] != msgspec.json.decode(first)["data"]
        await mirakl.seller().set_price("p1", 3.0)
        assert await mirakl.events.deliver(everything=True) == 1
        assert len(received) == 2


def test_all_actions_of_a_seller_are_available_from_another_process():
    assert len(SELLER_ACTIONS) >= 15
    for name in SELLER_ACTIONS:
        assert inspect.getdoc(getattr(RemoteSeller, name)) == inspect.getdoc(getattr(Seller, name))


def test_a_process_has_the_attributes_of_a_simulator():
    # What is the state itself, not a question about it, lives in the other process: the control plane reads it.
    state = {"world", "tokens", "limits", "requests", "clock"}
    direct = {"answer", "wire", "sockets", "client_settings", "close"}
    ours = {name for name in dir(Simulator()) if not name.startswith("_")}
    theirs = {name for name in dir(SimulatorProcess) if not name.startswith("_")}
    assert ours - theirs <= state | direct
    assert theirs - ours <= set()


async def test_a_process_returns_the_same_results_as_a_simulator(session):
    async with SimulatorProcess(front={"orders": 3}) as mirakl:
        token = await mirakl.issue_token()
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{mirakl.front_url}/api/orders", headers=headers) as answer:
            assert (await answer.json())["total_count"] == 3
        assert (await mirakl.state()).traffic["OR11"].accepted == 1
        assert await mirakl.revoke_tokens() == 1
        assert await mirakl.issue_link_token()
        (await mirakl.judge()).check()
        assert (await mirakl.front.ids("orders"))[0].startswith("Order_")


async def test_routes_are_served_beside_others():
    app = web.Application()
    async with Simulator() as mirakl:
        routes = control_routes(mirakl, mirakl._context)
        serve(app, routes)
        assert isinstance(mirakl.control, Control)
    assert len(list(app.router.routes())) >= len(routes)
