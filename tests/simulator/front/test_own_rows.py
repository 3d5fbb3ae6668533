"""Rows given as mappings or structs: completed, checked, changed, deleted, and returned by every list."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest

from mirakl_async.models.front import Order, OrderLine
from mirakl_async.simulator import Control, InvalidRow, ManualClock, Simulator, SimulatorProcess
from mirakl_async.simulator.front.own_rows import _read
from mirakl_async.simulator.front.promises import REQUIRED
from mirakl_async.simulator.front.row_members import MEMBERS
from mirakl_async.simulator.front.world import LISTS, FrontWorld

from .conftest import NOW

PACKAGE = {"dimensions": {"height": 1, "length": 2, "width": 3, "unit": "cm"}, "weight": {"unit": "kg", "value": 1}}
IDENTITIES = {
    "orders": {"order_id": "A-1"},
    "messages": {"id": 77},
    "threads": {"id": "11111111-1111-4111-8111-111111111111"},
    "products": {"product_sku": "SKU-1"},
    "offers": {"offer_id": 77},
    "promotions": {"shop_id": 7, "internal_id": "summer"},
    "returns": {"id": "22222222-2222-4222-8222-222222222222"},
    "items_to_return": {"order_line_id": "A-1-1"},
    "return_labels": {"return_id": "22222222-2222-4222-8222-222222222222"},
    "shipments": {"id": "33333333-3333-4333-8333-333333333333"},
    "items_to_ship": {"order_id": "A-1"},
    "picklists": {"id": "44444444-4444-4444-8444-444444444444"},
    "invoices": {"invoice_id": 77},
    "billing_cycles": {"id": "55555555-5555-4555-8555-555555555555"},
    "imports": {"import_id": 77},
}


def world_at(seconds=0.0, seed=0, **rows):
    return FrontWorld(ManualClock(NOW.timestamp() + seconds), rows or None, seed=seed)


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("place", [0, 3, 11, 24])
def test_a_row_of_another_marketplace_is_sent_unchanged(table, place):
    other, world = world_at(seed=5).tables[table], world_at(seed=1)
    row = other.complete_row(place) | IDENTITIES[table]
    (identity,) = world.insert(table, row)
    there = world.tables[table]
    rank = there.find(str(identity))
    assert there.complete_row(rank) == row
    # What a filter asks for is read from the row, so far as the row holds it.
    known = {name for name, path in MEMBERS[table].heads.items() if list(_read(row, path))}
    known -= {there.kind.identity, *IDENTITIES[table]}
    known -= {"quantity"} if row.get("active") is False else set()  # an inactive offer shows none
    head, others = there.head(rank), other.head(place)
    assert {name: head[name] for name in known} == {name: others[name] for name in known}


@pytest.mark.parametrize("table", LISTS)
def test_a_row_is_inserted_now_changed_later_and_deleted(table):
    clock = ManualClock(NOW.timestamp())
    world = FrontWorld(clock)
    there, given = world.tables[table], IDENTITIES[table]
    (identity,) = world.insert(table, given)
    rank = there.find(str(identity))
    updated = there.kind.updated
    assert world.ids(table)[-1] == identity
    assert there.head(rank)[updated] == clock.time()
    clock.advance(60)
    assert world.change(table, identity) == 1
    assert there.head(rank)[updated] == clock.time()
    row = {name: value for name, value in there.row(rank).items() if name in given}
    assert row == given
    with pytest.raises(InvalidRow, match="is there already"):
        world.insert(table, given)
    assert world.delete(table, given) == 1
    assert there.find(str(identity)) is None
    assert world.insert(table, given) == [identity]


async def test_an_inserted_order_is_in_lists_details_exports_and_calls(start):
    front = await start({"orders": 30})
    created = NOW - dt.timedelta(days=2)
    line = {"product_sku": "SKU-1", "offer_id": 4711, "quantity": 3, "price_unit": 9.5, "shipping_price": 1}
    order = {
        "order_id": "A-1",
        "order_state": "WAITING_ACCEPTANCE",
        "created_date": created,
        "customer": {"customer_id": "C-9", "firstname": "Zoë"},
        "channel": {"code": "FR"},
        "order_lines": [line, line | {"offer_id": 4712}],
    }
    assert front.world.insert("orders", order) == ["A-1"]
    async with front.client() as client:
        for narrowed in (
            {"order_ids": ["A-1"]},
            {"customer_ids": ["C-9"]},
            {"offer_ids": [4712]},
            {"product_skus": ["SKU-1"]},
            {"start_date": created, "end_date": created},
        ):
            (found,) = await client.orders.list(**narrowed).all()
            assert found.order_id == "A-1", narrowed
        assert found.customer.firstname == "Zoë"
        assert [one.order_line_id for one in found.order_lines] == ["A-1-1", "A-1-2"]
        assert (found.price, found.shipping_price, found.total_price) == (57, 2, 59)
        assert found.last_updated_date >= NOW > found.created_date == created
        listed = [one.created_date for one in await client.orders.list().all()]
        assert listed == sorted(listed)
        export = await client.orders.start_export(start_date=created, end_date=created)
        await export.wait(poll_interval=0.001)
        assert [one.order_id async for one in export.items()] == ["A-1"]
    lines = [{"id": f"A-1-{number}", "accepted": True} for number in (1, 2)]
    accepted = await front.send("PUT", "/api/orders/A-1/accept", json={"order_lines": lines})
    assert accepted.status == 204
    assert (await front.get("/api/orders/A-1")).json["order_state"] == "WAITING_DEBIT_PAYMENT"
    bill = (await front.get("/api/orders/documents", order_ids="A-1")).json["order_documents"]
    assert {document["order_id"] for document in bill} == {"A-1"}


async def test_an_order_can_be_given_as_a_struct(front):
    order = Order(
        order_id="A-2",
        order_state="SHIPPING",
        created_date=NOW - dt.timedelta(hours=1),
        order_lines=[OrderLine(quantity=2, price_unit=Decimal("19.99"))],
    )
    assert front.world.insert("orders", order) == ["A-2"]
    async with front.client() as client:
        (found,) = await client.orders.list(order_ids=["A-2"]).all()
        assert (found.order_state, found.created_date) == ("SHIPPING", order.created_date)
        assert found.order_lines[0].price == Decimal("39.98")
        assert front.world.change("orders", Order(order_id="A-2", order_state="SHIPPED")) == 1
        (found,) = await client.orders.list(order_ids=["A-2"], order_state_codes=["SHIPPED"]).all()
        assert found.order_lines[0].price == Decimal("39.98")
    assert front.world.delete("orders", order) == 1
    assert (await front.get("/api/orders", order_ids="A-2")).json["total_count"] == 0


async def test_changes_by_calls_override_the_given_members(front):
    front.world.insert("orders", {"order_id": "A-3", "order_state": "SHIPPING", "shipping_tracking": "T1"})
    assert (await front.send("PUT", "/api/orders/A-3/ship")).status == 204
    assert (await front.get("/api/orders/A-3")).json["order_state"] == "SHIPPED"
    tracking = {"carrier_name": "UPS", "tracking_number": "T2"}
    assert (await front.send("PUT", "/api/orders/A-3/tracking", json=tracking)).status == 204
    assert (await front.get("/api/orders/A-3")).json["shipping_tracking"] == "T2"


async def test_nested_members_can_be_changed_individually(front):
    identity = front.world.ids("orders")[4]
    before = (await front.get(f"/api/orders/{identity}")).json
    assert front.world.change("orders", identity, customer={"lastname": "Nakamura"}, order_lines=[{"quantity": 9}]) == 1
    after = (await front.get(f"/api/orders/{identity}")).json
    assert after["customer"] == before["customer"] | {"lastname": "Nakamura"}
    assert after["order_lines"][0]["quantity"] == 9
    assert after["order_lines"][0]["product_sku"] == before["order_lines"][0]["product_sku"]
    assert after["last_updated_date"] > before["last_updated_date"]


async def test_inserted_offers_and_products_belong_together(front):
    product = {"product_sku": "SKU-1", "product_id": "012345678905", "product_id_type": "UPC", "product_title": "Lamp"}
    front.world.insert("products", product)
    offers = [{"offer_id": number, "product_sku": "SKU-1", "price": 10.5 * number, "active": True} for number in (1, 2)]
    assert front.world.insert("offers", offers) == [1, 2]
    async with front.client() as client:
        page = await client.products.lookup([("UPC", "012345678905")])
        assert [one.product_title for one in page.products] == ["Lamp"]
        (found,) = await client.offers.list_by_product(product_ids=["SKU-1"]).all()
        assert [(one.offer_id, one.price) for one in found.offers] == [(1, Decimal("10.5")), (2, 21)]
        offer = await client.offers.get(2)
        assert (offer.product_sku, offer.product_title) == ("SKU-1", "Lamp")
        export = await client.offers.start_export(export_type="application/json")
        await export.wait(poll_interval=0.001)
        exported = {one.offer_id: one.product_sku async for one in export.items()}
        assert {1: "SKU-1", 2: "SKU-1"}.items() <= exported.items()
        front.world.change("offers", 1, deleted=True, active=False)
        export = await client.offers.start_export(last_request_date=NOW, export_type="application/json")
        await export.wait(poll_interval=0.001)
        assert (1, True) in [(one.offer_id, one.deleted) async for one in export.items()]


async def test_inserted_returns_can_be_received_and_labelled(front):
    front.world.insert("orders", {"order_id": "A-4", "commercial_id": "A", "order_state": "RECEIVED"})
    front.world.insert("returns", {"id": "R-1", "state": "IN_PROGRESS", "order_commercial_id": "A"})
    label = {"return_labels": [{"return_id": "R-1", "package": PACKAGE, "carrier_code": "DHL"}]}
    done = await front.send("POST", "/api/returns/return-labels", json=label)
    assert done.json["return_label_successes"] == [{"return_id": "R-1"}]
    assert (await front.get("/api/returns/return-labels", return_id="R-1")).json["data"][0]["label_state"] == "PENDING"
    received = await front.send("PUT", "/api/returns/receive", json={"returns": [{"id": "R-1"}]})
    assert received.json["return_success"] == [{"id": "R-1"}]
    assert (await front.get("/api/returns", return_id="R-1")).json["data"][0]["state"] == "RECEIVED"


async def test_calls_for_single_rows_find_inserted_ones(front):
    thread, shipment = IDENTITIES["threads"]["id"], IDENTITIES["shipments"]["id"]
    front.world.insert("orders", {"order_id": "A-1", "order_state": "SHIPPING"})
    entity = {"id": "A-1", "type": "MMP_ORDER", "label": "A-1"}
    front.world.insert("threads", {"id": thread, "entities": [entity], "messages": [{"body": "hi"}]})
    front.world.insert("shipments", {"id": shipment, "status": "SHIPPING", "order_id": "A-1"})
    front.world.insert("imports", {"import_id": 7, "transform_lines_read": 9, "transform_lines_in_error": 2})
    found = (await front.get("/api/inbox/threads", entity_type="MMP_ORDER", entity_id="A-1")).json["data"]
    assert [one["id"] for one in found] == [thread]
    assert [one["body"] for one in (await front.get(f"/api/inbox/threads/{thread}")).json["messages"]] == ["hi"]
    shipped = await front.send("PUT", "/api/shipments/ship", json={"shipments": [{"id": shipment}]})
    assert shipped.json["shipment_success"] == [{"id": shipment}]
    assert (await front.get("/api/shipments", order_id="A-1")).json["data"][0]["status"] == "SHIPPED"
    report = await front.get("/api/products/imports/7/transformation_error_report")
    assert report.body.count(b"\n") == 3
    query = {"entity_id": "A-1", "entity_type": "PRODUCT_LOGISTIC_ORDER", "document_format": "PDF"}
    assert b"invoice of A-1" in (await front.get("/api/document-request/documents/download", **query)).body
    one = {"order_line_id": "A-1-1", "quantity": 1, "reason_code": "41", "amount": 1, "shipping_amount": 0}
    cancelled = await front.send("PUT", "/api/orders/cancel", json={"cancelations": [one]})
    assert cancelled.json["cancelations"][0]["cancelation_id"] == "A-1-1-C1"


async def test_a_list_can_start_with_given_rows():
    rows = [{"order_id": f"A-{number}"} for number in range(3)]
    async with Simulator(front={"orders": rows, "returns": 4}) as mirakl:
        assert mirakl.front.ids("orders") == ["A-0", "A-1", "A-2"]
        assert len(mirakl.front.ids("returns")) == 4
        mirakl.front.seed("orders", rows[:1])
        assert mirakl.front.ids("orders") == ["A-0"]
        mirakl.front.seed("orders", 2)
        assert mirakl.front.ids("orders") == ["Order_1000000000-A", "Order_1000000001-A"]


async def test_rows_can_be_inserted_in_another_process():
    rows = [{"order_id": "A-1", "order_state": "SHIPPING"}]
    async with SimulatorProcess(front={"orders": rows, "returns": 2}, now=NOW) as mirakl:
        control = mirakl.control.front
        assert await control.ids("orders") == ["A-1"]
        assert await control.insert("orders", Order(order_id="A-2"), "first") == ["A-2"]
        assert await control.change("orders", {"order_id": "A-1"}, created_date=NOW) == 1
        assert await control.delete("orders", "A-2", {"order_id": "A-3"}) == 1
        with pytest.raises(
            ValueError, match="400 .* order_sate is not a member of its rows; did you mean order_state?"
        ):
            await control.insert("orders", {"order_sate": "SHIPPING"})


async def test_generated_rows_never_have_the_id_of_a_given_one(front):
    given = [{"offer_id": 1_000_026}, {"offer_id": 1_000_027}]
    front.world.insert("offers", given)
    front.world.insert("offers", 5)
    ids = front.world.ids("offers")
    assert len(set(ids)) == len(ids) == 32


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        (
            "orders",
            {"order_sate": "SHIPPING"},
            "orders: order_sate is not a member of its rows; did you mean order_state",
        ),
        ("orders", {"colour": "red"}, "orders: colour is not a member of its rows$"),
        ("orders", {"order_state": "LOST"}, "orders: order_state must be one of STAGING, "),
        ("orders", {"shop_id": "2000"}, "orders: shop_id must be a number"),
        ("orders", {"shop_id": True}, "orders: shop_id must be a number"),
        ("orders", {"has_incident": 1}, "orders: has_incident must be true or false"),
        ("orders", {"order_id": 5}, "orders: order_id must be text"),
        ("orders", {"order_lines": {}}, "orders: order_lines must be a list"),
        ("orders", {"order_lines": None}, "orders: order_lines must be a list"),
        ("orders", {"order_lines": ["x"]}, r"orders: order_lines\[0\] must be an object"),
        ("orders", {"order_lines": [{"quantiy": 1}]}, r"order_lines\[0\].quantiy .* did you mean quantity"),
        ("orders", {"customer": "Zoë"}, "orders: customer must be an object"),
        ("orders", {"created_date": "2026-01-01"}, "orders: created_date must be a date-time with a time zone"),
        ("orders", {"created_date": dt.datetime(2026, 1, 1)}, "created_date must be a date-time with a time zone"),  # noqa: DTZ001
        ("orders", ["A-1"], "must be a mapping or a struct"),
        ("orders", {"order_id": object()}, "must hold plain values"),
        ("invoices", {"payment": {"state": "LOST"}}, "invoices: payment.state must be one of PENDING, "),
        ("imports", {"import_id": "x"}, "imports: import_id must be a number"),
    ],
)
def test_invalid_rows_are_rejected(table, row, message):
    world = world_at()
    before = world.ids(table)
    with pytest.raises(InvalidRow, match=message):
        world.insert(table, [row])
    assert world.ids(table) == before


@pytest.mark.parametrize("table", LISTS)
def test_members_without_a_value_are_left_out_of_the_response(table):
    world = world_at()
    there = world.tables[table]
    for name, value in there.complete_row(there.ranks[0]).items():
        if name in IDENTITIES[table] or isinstance(value, list) or name in MEMBERS[table].choices:
            continue
        (identity,) = world.insert(table, IDENTITIES[table] | {name: None})
        rank = there.find(str(identity))
        row = there.row(rank)
        assert row.get(name) is None or name in REQUIRED
        assert there.head(rank)[there.kind.updated] == NOW.timestamp()
        world.delete(table, identity)


@pytest.mark.parametrize("sort", ["date_created,ASC", "date_created,DESC"])
async def test_a_list_paged_by_tokens_is_in_the_order_of_creation(start, sort):
    front = await start({"returns": 25})
    for days in (3.3, 1.1, 5.5, 0.2):
        front.world.insert("returns", {"id": f"R-{days}", "date_created": NOW - dt.timedelta(days=days)})
    backwards, seen, query = [], [], {"limit": 4, "sort": sort}
    while query:
        page = (await front.get("/api/returns", **query)).json
        seen += [(row["date_created"], row["id"]) for row in page["data"]]
        if len(seen) == 12:
            front.world.delete("returns", seen[-1][1])  # the row that the token names
        query = {"page_token": page["next_page_token"]} if "next_page_token" in page else {}
    dates = [date for date, _ in seen]
    assert dates == sorted(dates, reverse=sort.endswith("DESC"))
    assert len({identity for _, identity in seen}) == len(seen) == 29
    while "previous_page_token" in page:
        page = (await front.get("/api/returns", page_token=page["previous_page_token"])).json
        backwards = [row["id"] for row in page["data"]] + backwards
    assert backwards == [identity for _, identity in seen if identity != seen[11][1]][: len(backwards)]
    assert len(backwards) >= 24


def test_the_id_of_a_row_cannot_be_changed():
    world = world_at()
    first = world.ids("orders")[0]
    with pytest.raises(InvalidRow, match="orders: order_id cannot be changed"):
        world.change("orders", first, order_id="A-9")
    with pytest.raises(InvalidRow, match="orders: order_id is missing"):
        world.change("orders", {"order_state": "SHIPPING"})
    with pytest.raises(ValueError, match="there is no list wishes; there are orders, "):
        world.insert("wishes", {})


async def test_the_response_for_a_given_row_conforms_to_the_document(front):
    for table, identity in IDENTITIES.items():
        front.world.insert(table, identity)
    paths = {"/api/orders": "orders", "/api/returns": "data", "/api/shipments": "data", "/api/invoices": "invoices"}
    for path, member in paths.items():
        rows = (await front.get(path, **({"type": "ALL"} if "invoices" in path else {}))).json[member]
        assert msgspec.json.encode(rows).count(b":null") == 0, path


async def test_the_control_plane_rejects_invalid_rows_with_a_message(front, session):
    control = Control(session, front.simulator.control_url).front
    with pytest.raises(ValueError, match="400 .* orders: shop_id must be a number"):
        await control.change("orders", front.world.ids("orders")[0], shop_id="x")
    with pytest.raises(ValueError, match="404 .* there is no list wishes"):
        await control.insert("wishes", {})
