"""Actions of a seller become events as in the webhooks document; every command needs one outcome."""

from __future__ import annotations

import aiohttp
import msgspec
import pytest

from mirakl_async.simulator import Delivery, ManualClock
from tests.contract import documents
from tests.contract.schemas import schemas

from .calls import ORIGIN, RETURN
from .payloads import full_order, order

FACTS = {
    "OFFER_UPSERT": "OfferUpsertEvent",
    "PRICE_STOCK_UPSERT": "PriceStockUpsertEvent",
    "PRODUCT_UPSERT": "ProductUpsertEvent",
    "STORE_FEATURE": "StoreManagementFeatureEvent",
}


def problems_of(event):
    known = schemas("connect_events")
    name = FACTS.get(event["type"])
    if name:
        found = known.problems({"$ref": f"#/components/schemas/{name}"}, event)
        # The configurations of both features look alike: of their oneOf every value satisfies two.
        return [problem for problem in found if "is valid under each of" not in problem]
    options = known.components["schemas"]["ActionPayload"]["oneOf"]
    kind = next(option for option in options if known.follow(option)["title"] == event["type"])
    return known.problems(kind, event["data"])


async def everything(api):
    """Do all that a seller can do."""
    await api.upsert(order("o1"), full_order("o2"))
    await api.send("POST", "/v1/orders/returns", {"origin": ORIGIN, "returns": [RETURN]})
    seller = api.simulator.seller()
    line = full_order("o2")["order_lines"][0]["channel_order_line_id"]
    actions = [
        await seller.accept("o1", refused=["o1-1"]),
        await seller.ship("o1", warehouse_id="WH"),
        await seller.refund("o2", line, quantity=1, sub_channel="fr"),
        await seller.cancel("o2", sub_channel="fr"),
        await seller.accept_return("r1"),
        await seller.accept_return("r1", accepted=False),
        await seller.update_return_tracking("r1"),
        await seller.acknowledge_return("r1"),
        await seller.close_return("r1"),
        await seller.upload_document("o1", channel_return_id="r1"),
    ]
    await seller.set_price("p1", 9.5)
    await seller.set_discount("p1", 8.5, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    await seller.set_stock("p1", {"WH": 3, "": 2})
    await seller.set_stock("p1", None)
    await seller.upsert_offer("p1", warranty=12, colour="red", gift=True)
    await seller.upsert_offer("p2")
    await seller.upsert_product("p1", "shoes", {"title": "Shoe"})
    await seller.set_feature("store-linking", "linked")
    return actions


def decoded(bodies):
    return [msgspec.json.decode(body) for body in bodies]


async def test_every_action_of_a_seller_is_an_event_of_the_document(api):
    actions = await everything(api)
    events = decoded(api.simulator.events.outbox)
    assert [event["data"]["action_id"] for event in events[:10]] == actions
    assert len({event["type"] for event in events}) == 13
    assert len({event["id"] for event in events}) == len(events) == 18
    times = [event["time"] for event in events]
    assert times == sorted(times, key=lambda text: (text[:19], len(text), text))
    if documents.folder() is not None:
        assert [(event["type"], problem) for event in events for problem in problems_of(event)] == []


async def test_live_events_violate_their_schema_like_mirakls_samples(start):
    api = await start(oddities="live")
    await everything(api)
    events = {event["type"]: event["data"] for event in decoded(api.simulator.events.outbox)}
    assert "order_line_id" in events["REFUND"]["refunds"][0]
    assert events["UPLOAD_DOCUMENT"]["document_entity_id"] == "r1"
    assert "offer_attributes" not in events["PRICE_STOCK_UPSERT"]
    assert events["PRICE_STOCK_UPSERT"]["standard_price"] == {"action_type": "IGNORE", "price": None}


async def report(api, action_id, status="SUCCESS"):
    errors = [{"code": "OTHER", "message": "m"}] if status == "FAILED" else []
    value = {"status": status, "errors": errors} if errors else {"status": status}
    return (await api.send("PUT", f"/v1/orders/actions/{action_id}", value)).status


async def test_every_command_needs_one_right_outcome(start):
    clock = ManualClock()
    api = await start(clock=clock, action_seconds=60)
    await api.upsert(order("o1"))
    seller = api.simulator.seller()
    good, wrong, twice, late = [await seller.ship("o1", expected="SUCCESS") for _ in range(4)]
    with pytest.raises(AssertionError, match="4 of 4 commands are unanswered"):
        api.simulator.commands().check()
    assert await report(api, good) == 204
    assert await report(api, wrong, "FAILED") == 204
    assert [await report(api, twice), await report(api, twice), await report(api, twice, "FAILED")] == [204, 400, 400]
    clock.advance(60)
    assert await report(api, late) == 404
    found = api.simulator.commands()
    assert (found.succeeded, found.failed) == ([good, twice], [wrong])
    assert (found.wrong, found.expired, found.contradicted) == ([wrong], [late], [twice])
    assert (found.repeated, found.unanswered) == ([twice], [])
    with pytest.raises(AssertionError, match="1 of 4 commands are expired"):
        found.check()


async def test_events_can_arrive_twice_in_any_order_and_late(start):
    clock = ManualClock()
    api = await start(clock=clock)
    events, seller = api.simulator.events, api.simulator.seller()
    seen = []
    events.connect(seen.extend, Delivery(duplicates=0.5, reorder=20, delay=5))
    for number in range(40):
        await seller.set_price("p1", number)
    assert seen == []
    clock.advance(5)
    await events.deliver()
    assert set(seen) == set(events.sent)
    assert 45 < len(seen) < 75
    assert seen != sorted(seen, key=events.sent.index)


async def test_a_sink_can_be_a_queue_and_commands_can_be_redelivered(api):
    class Queue:
        def __init__(self):
            self.bodies = []

        async def put(self, bodies):
            self.bodies += bodies

    queue = Queue()
    api.simulator.events.connect(queue)
    await api.upsert(order("o1"))
    action = await api.simulator.seller().accept("o1")
    await api.simulator.events.redeliver(action)
    assert queue.bodies == api.simulator.events.sent * 2


async def test_documents_are_downloaded_without_a_token_until_they_expire(start):
    clock = ManualClock()
    api = await start(clock=clock)
    await api.upsert(order("o1"))
    await api.simulator.seller().upload_document("o1", content=b"invoice", seconds=900)
    (event,) = decoded(api.simulator.events.outbox)
    async with aiohttp.ClientSession() as session:
        for status, seconds in ((200, 900), (403, 0)):
            async with session.get(event["data"]["document_download_url"]) as answer:
                assert answer.status == status
                assert (await answer.read() == b"invoice") is (status == 200)
            clock.advance(seconds)


async def test_a_seller_cannot_ship_an_unknown_order(api):
    with pytest.raises(KeyError):
        await api.simulator.seller().ship("unknown")
    with pytest.raises(KeyError):
        await api.simulator.seller().close_return("unknown")
