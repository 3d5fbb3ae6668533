"""The platform's settings, and single things read by their ids."""

from __future__ import annotations

import pytest

from .documents import assert_described


@pytest.mark.parametrize(
    ("path", "query", "member", "codes"),
    [
        ("/api/additional_fields", {"entities": "ORDER,OFFER"}, "additional_fields", ["gift", "warranty"]),
        ("/api/documents", {"entities": "SHOP"}, "documents", ["LEGAL_DOC", "ID_CARD"]),
        ("/api/offers/states", {"active": "true"}, "offer_states", ["11", "10"]),
        ("/api/reasons/INCIDENT_OPEN", {}, "reasons", ["11", "12"]),
        ("/api/reasons/messaging", {}, "reasons", ["31"]),
        ("/api/hierarchies", {"hierarchy": "511"}, "hierarchies", ["511", "5110114"]),
        ("/api/hierarchies", {"max_level": "1"}, "hierarchies", ["511", "512"]),
        ("/api/products/attributes", {"hierarchy": "5110114"}, "attributes", ["title", "ean"]),
        ("/api/values_lists", {"code": "colours"}, "values_lists", ["colours"]),
        ("/api/values_lists", {"code": "sizes"}, "values_lists", []),
    ],
)
async def test_settings_can_be_filtered(front, path, query, member, codes):
    answer = await front.get(path, **query)
    assert [row["code"] for row in answer.json[member]] == codes


async def test_invalid_requests_for_settings_are_rejected(front):
    for path, query, status in (
        ("/api/reasons/NONE", {}, 404),
        ("/api/hierarchies", {"hierarchy": "9"}, 404),
        ("/api/hierarchies", {"max_level": "x"}, 400),
        ("/api/offers/states", {"active": "yes"}, 400),
        ("/api/products/attributes", {"hierarchy": "9"}, 404),
    ):
        assert (await front.get(path, **query)).status == status


async def test_attributes_are_served_as_csv(front):
    answer = await front.send("GET", "/api/products/attributes", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv"
    lines = answer.body.decode().splitlines()
    assert (lines[0].split(";")[0], len(lines)) == ("code", 5)
    assert_described((await front.get("/api/products/attributes")).json, "PM11")


async def test_settings_are_read_through_the_client(front):
    async with front.client() as client:
        channels = await client.platform.list_channels()
        carriers = await client.platform.list_carriers()
    assert [channel.code for channel in channels.channels] == ["US", "FR", "DE"]
    assert [carrier.code for carrier in carriers.carriers] == ["UPS", "DHL", "COLISSIMO"]


async def test_single_objects_are_read_by_their_ids(start):
    front = await start({"orders": 40, "offers": 20}, oddities="live")
    orders, offers = front.world.ids("orders"), front.world.ids("offers")
    one = await front.get(f"/api/orders/{orders[7]}")
    assert one.json == (await front.get("/api/orders", order_ids=orders[7])).json["orders"][0]
    head = {order: front.world.tables["orders"].head(rank)["order_state"] for rank, order in enumerate(orders)}
    received = next(order for order, state in head.items() if state == "RECEIVED")
    waiting = next(order for order, state in head.items() if state == "SHIPPING")
    evaluation = await front.get(f"/api/orders/{received}/evaluation")
    assert_described(evaluation.json, "OR51")
    amount = await front.get(f"/api/offers/{offers[3]}/quantity")
    assert_described(amount.json, "OF26")
    assert amount.json["quantity"] == (await front.get(f"/api/offers/{offers[3]}")).json["quantity"]
    for path in ("orders/x", f"orders/{waiting}/evaluation", "offers/1", "offers/x", "offers/1/quantity"):
        assert (await front.get(f"/api/{path}")).status == 404


async def test_all_offers_are_served_at_once(start):
    front = await start({"offers": 260})
    answer = await front.get("/api/offers/export", include_inactive_offers="true", include_fields="offer-id,price")
    assert answer.headers["Content-Type"] == "text/csv"
    lines = answer.body.decode().splitlines()
    assert (lines[0], len(lines)) == ("offer-id;price", 261)
    both = {"include_inactive_offers": "true", "last_request_date": "2026-01-01T00:00:00Z"}
    assert (await front.get("/api/offers/export", **both)).status == 400
