"""Each list through the client, and its filters, compared with the rows themselves."""

from __future__ import annotations

import datetime as dt

import pytest

from mirakl_async.simulator.front.names import ean, product_sku

from .conftest import NOW

EVERY = [
    ("invoices", lambda front: front.accounting.list_invoices(type="ALL", states=["DRAFT", "GENERATED", "COMPLETE"])),
    ("messages", lambda front: front.messages.list(user_type="ALL")),
    ("orders", lambda front: front.orders.list()),
    ("promotions", lambda front: front.promotions.list(states=["ALL"])),
    ("threads", lambda front: front.messages.list_threads(with_messages=True)),
    ("picklists", lambda front: front.picklists.list()),
    ("returns", lambda front: front.returns.list()),
    ("items_to_return", lambda front: front.returns.list_items_to_return()),
    ("return_labels", lambda front: front.returns.list_labels()),
    ("billing_cycles", lambda front: front.accounting.list_billing_cycles()),
    ("shipments", lambda front: front.shipments.list()),
    ("items_to_ship", lambda front: front.shipments.list_items_to_ship()),
]


@pytest.mark.parametrize(("table", "ask"), EVERY, ids=[table for table, _ in EVERY])
async def test_the_client_reads_every_list_completely(start, table, ask):
    front = await start({table: 230})
    async with front.client() as client:
        pages = [page async for page in ask(client).pages()]
    assert sum(page.quarantined == () for page in pages) == len(pages)
    items = [item for page in pages for item in page.items]
    kept = front.world.tables[table]
    assert len(items) == len(kept) == 230
    identity = kept.kind.identity
    if identity != "key":
        known = [str(name) for name in front.world.ids(table)]
        if table == "invoices":
            known = [name if item.state != "DRAFT" else "None" for name, item in zip(known, items, strict=True)]
            assert "None" in known
        assert [str(getattr(item, identity)) for item in items] == known
    assert front.world.pager.ignored == {}


async def test_messages_can_be_filtered_by_order(start):
    front = await start({"orders": 10, "messages": 60})
    order = front.world.ids("orders")[7]
    async with front.client() as client:
        messages = await client.messages.list_on_order(order).all()
        received = await client.messages.list_on_order(order, received="TRUE").all()
    assert [message.order_id for message in messages] == [order] * 4
    assert [message.to_customer_id is not None for message in received] == [True, True]
    missing = await front.get("/api/orders/Order_1-A/messages")
    assert missing.status == 404


async def test_messages_can_be_filtered_by_participant(start):
    front = await start({"messages": 80})
    received = (await front.get("/api/messages", max=100)).json
    assert received["total_count"] == 40
    assert all(message["to_customer_id"] for message in received["messages"])
    sent = (await front.get("/api/messages", user_type="OPERATOR", received="FALSE", max=100)).json["messages"]
    assert {message["from_type"] for message in sent} == {"OPERATOR"}
    assert len((await front.get("/api/messages", paginate="false", user_type="ALL")).json["messages"]) == 80
    assert (await front.get("/api/messages", user_type="UNKNOWN")).status == 400


async def test_orders_can_be_filtered(start):
    front = await start({"orders": 400})
    rows = (await front.get("/api/orders", max=100)).json["orders"]
    async with front.client() as client:
        two = await client.orders.list(order_state_codes=["SHIPPING", "CLOSED"]).all()
        assert {order.order_state for order in two} == {"SHIPPING", "CLOSED"}
        shop = rows[5]["shop_id"]
        assert {order.shop_id for order in await client.orders.list(shop_ids=[shop]).all()} == {shop}
        customer = rows[6]["customer"]["customer_id"]
        found = await client.orders.list(customer_ids=[customer]).all()
        assert rows[6]["order_id"] in [order.order_id for order in found]
        assert {order.customer.customer_id for order in found} == {customer}
        sku = rows[7]["order_lines"][0]["product_sku"]
        assert all(
            sku in [line.product_sku for line in order.order_lines]
            for order in await client.orders.list(product_skus=[sku]).all()
        )
        incidents = await client.orders.list(has_incident=True).all()
        assert incidents
        assert all(order.has_incident for order in incidents)
        rest = await client.orders.list(has_incident=False).all()
        assert len(incidents) + len(rest) == 400
        apart = dt.timedelta(minutes=25, seconds=12)
        some = await client.orders.list(start_date=NOW - 20 * apart, end_date=NOW - 5 * apart).all()
        assert [order.created_date for order in some] == [NOW - n * apart for n in range(20, 4, -1)]
        many = await client.orders.list(order_ids=front.world.ids("orders")[:250]).all()
        assert [order.order_id for order in many] == front.world.ids("orders")[:250]


async def test_updates_start_a_little_earlier_than_requested(start):
    front = await start({"orders": 300})
    rows = [
        row
        for offset in (0, 100, 200)
        for row in (await front.get("/api/orders", max=100, offset=offset)).json["orders"]
    ]
    stamps = sorted(row["last_updated_date"] for row in rows)
    page = (await front.get("/api/orders", start_update_date=stamps[150], max=1)).json
    assert page["total_count"] == sum(
        dt.datetime.fromisoformat(stamp) >= dt.datetime.fromisoformat(stamps[150]) - dt.timedelta(seconds=60)
        for stamp in stamps
    )


async def test_threads_are_listed_with_and_without_messages(start):
    front = await start({"threads": 60})
    bare = (await front.get("/api/inbox/threads")).json
    assert len(bare["data"]) == 50, "the default of M11 is 50"
    assert "messages" not in bare["data"][0]
    full = (await front.get("/api/inbox/threads", with_messages="true", limit=5)).json
    assert all(thread["metadata"]["total_count"] == len(thread["messages"]) for thread in full["data"])
    more = (await front.get("/api/inbox/threads", page_token=full["next_page_token"])).json
    assert "messages" in more["data"][0]
    assert (await front.get("/api/inbox/threads", entity_id="Order_1-A")).status == 400
    entity = full["data"][2]["entities"][0]["id"]
    found = (await front.get("/api/inbox/threads", entity_type="MMP_ORDER", entity_id=f"{entity},x")).json
    assert [thread["id"] for thread in found["data"]] == [full["data"][2]["id"]]


async def test_promotions_are_listed_newest_first_and_can_be_only_the_active_ones(start):
    front = await start({"promotions": 90})
    rows = (await front.get("/api/promotions", max=100)).json["promotions"]
    assert {row["state"] for row in rows} == {"ACTIVE"}
    starts = [row["start_date"] for row in rows]
    assert starts == sorted(starts, reverse=True)
    ends = [
        row["end_date"] for row in (await front.get("/api/promotions", sort="endDate", order="asc")).json["promotions"]
    ]
    assert ends == sorted(ends)
    key = f"{rows[3]['shop_id']}|{rows[3]['internal_id']}"
    assert (await front.get("/api/promotions", ids=key)).json["promotions"] == [rows[3]]


async def test_invoices_of_every_kind_are_listed(start):
    front = await start({"invoices": 200})
    usual = (await front.get("/api/invoices", max=100)).json["invoices"]
    assert {row["type"] for row in usual} == {"AUTO_INVOICE"}
    assert {row["state"] for row in usual} == {"GENERATED", "COMPLETE"}
    drafts = (await front.get("/api/invoices", states="DRAFT", type="ALL", max=100)).json["invoices"]
    assert {row["state"] for row in drafts} == {"DRAFT"}
    ids = [row["invoice_id"] for row in usual[:4]]
    both = [[ids[0], f"{ids[1]},{ids[2]}"], ",".join(str(one) for one in ids)]
    assert [len((await front.get("/api/invoices", invoice_id=given)).json["invoices"]) for given in both] == [3, 4]
    cycle = usual[0]["seller_billing_cycle_id"]
    assert (await front.get("/api/invoices", seller_billing_cycle_id=cycle)).json["total_count"] == 1


async def test_a_page_has_up_to_a_thousand_billing_cycles(start):
    front = await start({"billing_cycles": 1500})
    page = await front.get("/api/seller-billing-cycles", limit=1000)
    assert len(page.json["data"]) == 1000
    assert (await front.get("/api/seller-billing-cycles", limit=1001)).status == 400
    assert len((await front.get("/api/seller-billing-cycles")).json["data"]) == 10


async def test_offers_are_paged_inside_each_product(start):
    front = await start({"products": 10, "offers": 300})
    skus = ",".join(product_sku(rank) for rank in (0, 2))
    first = (await front.get("/api/products/offers", product_ids=skus, all_offers="true")).json["products"]
    assert [len(row["offers"]) for row in first] == [10, 3]
    second = (await front.get("/api/products/offers", product_ids=skus, all_offers="true", offset=10)).json["products"]
    assert [len(row["offers"]) for row in second] == [10, 0]
    assert [row["total_count"] for row in second] == [153, 3]
    prices = [offer["total_price"] for row in (first[0], second[0]) for offer in row["offers"]]
    assert prices == sorted(prices)
    active = (await front.get("/api/products/offers", product_ids=skus, max=100)).json["products"][0]
    assert all(offer["active"] for offer in active["offers"])
    assert active["total_count"] < 153
    shop = active["offers"][0]["shop_id"]
    only = (await front.get("/api/products/offers", product_ids=skus, shop_ids=shop, premium="ALL")).json["products"][0]
    assert {offer["shop_id"] for offer in only["offers"]} == {shop}


async def test_offers_are_listed_through_the_client(start):
    front = await start({"products": 10, "offers": 600})
    async with front.client() as client:
        references = [("EAN", ean(rank)) for rank in (0, 1, 5)]
        products = await client.offers.list_by_product(product_references=references, all_offers=True).all()
        offer = await client.offers.get(products[0].offers[0].offer_id)
    counts = {product.product_sku: 0 for product in products}
    for product in products:
        counts[product.product_sku] += len(product.offers)
    assert counts == {product_sku(0): 303, product_sku(1): 3, product_sku(5): 3}
    assert offer.product_sku == product_sku(0)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/products/offers", {}),
        ("/api/products/offers", {"product_ids": ",".join(map(product_sku, range(101)))}),
        ("/api/products/offers", {"product_ids": "MKP1", "premium": "true"}),
        ("/api/products/offers", {"product_ids": "MKP1", "max": 101}),
        ("/api/products", {}),
        ("/api/products", {"product_references": "4000"}),
        ("/api/products", {"product_references": "SKU|4000"}),
        ("/api/products", {"product_references": ",".join(f"EAN|{ean(n)}" for n in range(101))}),
    ],
)
async def test_invalid_requests_for_products_and_offers_are_rejected(front, path, query):
    refused = await front.get(path, **query)
    assert refused.status == 400
    assert refused.json["message"]


async def test_products_are_found_by_their_references(start):
    front = await start({"products": 50})
    async with front.client() as client:
        page = await client.products.lookup([("EAN", ean(4)), ("EAN", ean(2)), ("UPC", "1"), ("EAN", ean(70))])
    assert [product.product_sku for product in page.products] == [product_sku(2), product_sku(4)]
    old = await front.get("/api/products", products=f"{ean(3)}|EAN")
    assert [product["product_sku"] for product in old.json["products"]] == [product_sku(3)]


async def test_a_corrupted_row_is_sent_unchanged(start):
    front = await start({"orders": 30})
    ids = front.world.ids("orders")
    front.world.corrupt("orders", ids[12], {"order_lines": "none", "order_state": None})
    async with front.client() as client:
        pages = [page async for page in client.orders.list().pages()]
    assert sum(len(page.items) + len(page.quarantined) for page in pages) == 30
    raw = (await front.get("/api/orders", order_ids=ids[12])).json["orders"][0]
    assert (raw["order_lines"], raw["order_state"]) == ("none", None)
    with pytest.raises(KeyError, match="there is no x"):
        front.world.corrupt("orders", "x", {})


async def test_rows_can_be_inserted_changed_and_deleted(start):
    front = await start({"orders": 3})
    ids = front.world.ids("orders")
    (oldest,) = front.world.insert("orders", where="first")
    newest = front.world.insert("orders", 2)
    assert front.world.ids("orders") == [oldest, *ids, *newest]
    assert front.world.delete("orders", ids[1], "Order_1-A", oldest) == 2
    assert front.world.change("orders", ids[0], order_state="CANCELED") == 1
    rows = (await front.get("/api/orders")).json["orders"]
    assert [row["order_id"] for row in rows] == [ids[0], ids[2], *newest]
    assert rows[0]["order_state"] == "CANCELED"
    dates = [row["created_date"] for row in rows]
    assert dates == sorted(dates)
