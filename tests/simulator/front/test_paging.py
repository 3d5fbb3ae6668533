"""Both kinds of paging, over HTTP, by a client that follows links and tokens."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from mirakl_async.simulator import ManualClock
from mirakl_async.simulator.front import ListChange

ORDERS, RETURNS = "/api/orders", "/api/returns"


def targets(reply):
    """Read the Link header as aiohttp does, by relation."""
    links = {}
    for part in reply.headers.get("Link", "").split(", <"):
        if part:
            target, _, parameter = part.lstrip("<").partition(">; ")
            links[parameter.removeprefix('rel="').rstrip('"')] = target
    return links


async def test_an_offset_list_is_read_page_by_page(start):
    front = await start({"orders": 25})
    first = await front.get(ORDERS)
    assert (len(first.json["orders"]), first.json["total_count"]) == (10, 25)
    assert set(targets(first)) == {"next"}
    second = await front.get(targets(first)["next"])
    assert set(targets(second)) == {"previous", "next"}
    third = await front.get(targets(second)["next"])
    assert set(targets(third)) == {"previous"}
    ids = [order["order_id"] for page in (first, second, third) for order in page.json["orders"]]
    assert ids == front.world.ids("orders")
    back = await front.get(targets(third)["previous"])
    assert back.body == second.body


async def test_an_offset_beyond_the_end_is_an_empty_page(start):
    front = await start({"orders": 3})
    beyond = await front.get(ORDERS, offset=50)
    assert (beyond.status, beyond.json) == (200, {"orders": [], "total_count": 3})


async def test_links_keep_the_filters_with_bare_commas(start):
    front = await start({"orders": 300})
    ids = front.world.ids("orders")[5:80]
    page = await front.get(ORDERS, order_ids=",".join(ids), max=20, offset=40)
    assert [order["order_id"] for order in page.json["orders"]] == ids[40:60]
    assert page.json["total_count"] == 75
    links = targets(page)
    assert ",".join(ids) in links["next"]
    assert (await front.get(links["previous"])).json["orders"][0]["order_id"] == ids[20]


async def test_a_list_can_be_read_newest_first(start):
    front = await start({"orders": 5})
    page = await front.get(ORDERS, sort="dateCreated", order="desc")
    assert [order["order_id"] for order in page.json["orders"]] == front.world.ids("orders")[::-1]


@pytest.mark.parametrize(
    "query",
    [
        {"max": 101},
        {"max": 0},
        {"max": "many"},
        {"offset": -1},
        {"sort": "price"},
        {"order": "up"},
        {"order_ids": ",".join(f"Order_{n}-A" for n in range(101))},
        {"shop_ids": ",".join(str(n) for n in range(101))},
        {"order_state_codes": "SHIPPING,LOST"},
        {"start_date": "2026-01-01"},
        {"start_date": "2026-01-01T00:00:00"},
        {"has_incident": "True"},
        {"order_ids": ["Order_1-A", "Order_2-A"]},
        {"refund_state_codes": "REFUNDED"},
    ],
)
async def test_invalid_requests_for_an_offset_list_are_rejected(front, query):
    refused = await front.get(ORDERS, **query)
    assert refused.status == 400
    assert refused.json["status"] == 400
    assert next(iter(query)) in refused.json["message"]


async def test_a_seek_list_is_read_to_its_end_and_back(start):
    front = await start({"returns": 23})
    page = await front.get(RETURNS, limit=7)
    pages = [page]
    assert "previous_page_token" not in page.json
    while token := page.json.get("next_page_token"):
        page = await front.get(RETURNS, page_token=token)
        pages.append(page)
    assert [len(page.json["data"]) for page in pages] == [7, 7, 7, 2]
    assert [row["id"] for page in pages for row in page.json["data"]] == front.world.ids("returns")
    for earlier in reversed(pages[:-1]):
        page = await front.get(RETURNS, page_token=page.json["previous_page_token"])
        assert page.json["data"] == earlier.json["data"]
    assert "previous_page_token" not in page.json


async def test_a_page_token_contains_the_filters_and_the_order(start):
    front = await start({"returns": 200})
    state = "IN_PROGRESS"
    page = await front.get(RETURNS, return_state=[state, "CLOSED"], sort="date_created,DESC", limit=5)
    seen = list(page.json["data"])
    while token := page.json.get("next_page_token"):
        # All that is beside a token is ignored, and counted.
        page = await front.get(RETURNS, page_token=token, limit=1, return_state="REFUSED")
        seen += page.json["data"]
    assert {row["state"] for row in seen} == {state, "CLOSED"}
    dates = [row["date_created"] for row in seen]
    assert len(dates) > 20
    assert dates == sorted(dates, reverse=True)
    assert front.world.pager.ignored["RT11 return_state"] == front.world.pager.ignored["RT11 limit"] > 3


async def test_a_page_token_stays_valid_when_its_row_is_deleted(start):
    front = await start({"returns": 30})
    ids = front.world.ids("returns")
    page = await front.get(RETURNS, limit=10)
    front.world.delete("returns", *ids[5:12])
    page = await front.get(RETURNS, page_token=page.json["next_page_token"])
    assert [row["id"] for row in page.json["data"]] == ids[12:22]
    front.world.delete("returns", *ids)
    page = await front.get(RETURNS, page_token=page.json["next_page_token"])
    assert page.json == {"data": []}


@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"sort": "date_created"}, {"sort": "date_created,asc"}, {"limit": 0}]
)
async def test_invalid_requests_for_a_seek_list_are_rejected(front, query):
    assert (await front.get(RETURNS, **query)).status == 400


async def test_a_page_token_of_another_list_or_an_invented_one_is_rejected(start):
    front = await start({"returns": 30})
    token = (await front.get(RETURNS)).json["next_page_token"]
    for wrong in (token[:-3], "", "!", "x" + token):
        assert (await front.get(RETURNS, page_token=wrong)).status == 400
    assert (await front.get("/api/returns/return-labels", page_token=token)).status == 400


async def test_rows_are_inserted_and_deleted_between_pages(start):
    front = await start({"orders": 60})
    ids = front.world.ids("orders")
    front.world.list_changes.add(
        ListChange(operation="OR11", kind="delete", rows=2, where="first", every=2, times=1),
        ListChange(operation="OR11", kind="insert", rows=3, where="last", every=3),
    )
    pages = [(await front.get(ORDERS, offset=offset, max=10)).json for offset in (0, 10, 20, 30)]
    assert [page["total_count"] for page in pages] == [60, 60, 58, 61]
    assert pages[2]["orders"][0]["order_id"] == ids[22], "two rows were never seen"
    assert front.world.list_changes.moved == {"delete": 2, "insert": 3}
    front.world.list_changes.clear()
    assert len(front.world.ids("orders")) == 61


async def test_a_changed_row_has_a_new_update_time(start):
    front = await start({"orders": 50}, clock=ManualClock(1_800_000_000))
    front.world.list_changes.add(ListChange(operation="OR11", kind="change", rows=4, where="read"))
    page = (await front.get(ORDERS, max=10)).json["orders"]
    front.world.list_changes.clear()
    now = (await front.get(ORDERS, max=10)).json["orders"]
    assert [row["order_id"] for row in now] == [row["order_id"] for row in page]
    moved = [after for before, after in zip(page, now, strict=True) if before != after]
    assert len(moved) == 4
    assert {after["last_updated_date"] for after in moved} == {"2027-01-15T08:00:00Z"}


@pytest.mark.parametrize("arguments", [{"every": 0}, {"rows": 0}, {"kind": "insert", "where": "read"}])
def test_invalid_list_changes_are_rejected(arguments):
    with pytest.raises(ValueError, match="rows"):
        ListChange(**({"operation": "OR11", "kind": "delete"} | arguments))


async def test_credentials_are_required(front, session):
    url = front.simulator.front_url + ORDERS
    for header, status in (
        (None, 401),
        ("Bearer x", 401),
        (front.simulator.api_key, 200),
        (f"Bearer {front.simulator.api_key}", 401),
        (front.headers["Authorization"], 200),
    ):
        headers = {} if header is None else {"Authorization": header}
        async with session.get(url, headers=headers) as answer:
            assert answer.status == status


async def test_an_api_key_is_valid_for_marketplace_only(front, session):
    url = front.simulator.connect_url + "/v1/orders"
    async with session.post(url, headers={"Authorization": front.simulator.api_key}) as answer:
        assert answer.status == 401


async def test_pages_can_be_requested_at_once(start):
    front = await start({"orders": 1000}, latency=(0.0, 0.01))
    pages = await asyncio.gather(*(front.get(ORDERS, max=100, offset=offset) for offset in range(0, 1000, 100)))
    assert [row["order_id"] for page in pages for row in page.json["orders"]] == front.world.ids("orders")


async def test_unknown_paths_are_answered_with_501(front):
    reply = await front.get("/api/nothing")
    assert (reply.status, reply.json["status"]) == (501, 501)
    assert "does not implement this path" in reply.json["message"]
    assert (await front.get(ORDERS, order_tax_mode="TAX_EXCLUDED")).status == 501
    await front.get(ORDERS, ordre_ids="x")
    assert front.world.pager.ignored == {"OR11 ordre_ids": 1}


async def test_a_million_rows_need_no_memory_until_they_are_read(start):
    front = await start({"orders": 1_000_000})
    last = await front.get(ORDERS, offset=999_995)
    assert len(last.json["orders"]) == 5
    newest = await front.get(ORDERS, order="desc", max=1)
    assert newest.json["orders"][0] == last.json["orders"][-1]


async def test_faults_are_selected_by_the_operations_code(front):
    from mirakl_async.simulator import Fault

    front.simulator.faults.add(
        Fault.status(429, retry_after=1, operation="OR11", at=(1,)), Fault.truncate(operation="RT11", at=(1,))
    )
    assert (await front.get(ORDERS)).status == 429
    assert (await front.get(ORDERS)).status == 200
    with pytest.raises(aiohttp.ClientPayloadError):
        await front.get(RETURNS)
    assert (await front.get(RETURNS)).status == 200


def test_invalid_sizes_are_rejected():
    from mirakl_async.simulator import Simulator

    with pytest.raises(ValueError, match="there is no list wishes"):
        Simulator(front={"wishes": 3})
    with pytest.raises(ValueError, match="orders"):
        Simulator(front={"orders": -1})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sort", ["date_created,ASC", "date_created,DESC"])
async def test_a_changing_seek_list_loses_and_repeats_no_row(start, seed, sort):
    front = await start({"returns": 120}, seed=seed)
    before = front.world.ids("returns")
    front.world.list_changes.add(
        ListChange(operation="RT11", kind="delete", rows=3, where="anywhere"),
        ListChange(operation="RT11", kind="delete", rows=2, where="read", every=2),
        ListChange(operation="RT11", kind="insert", rows=2, where="first", every=3),
        ListChange(operation="RT11", kind="insert", rows=4, where="last", every=2, times=3),
        ListChange(operation="RT11", kind="change", rows=5, where="anywhere"),
    )
    page = await front.get(RETURNS, limit=9, sort=sort)
    seen = [row["id"] for row in page.json["data"]]
    while token := page.json.get("next_page_token"):
        page = await front.get(RETURNS, page_token=token)
        seen += [row["id"] for row in page.json["data"]]
    throughout = set(before) & set(front.world.ids("returns"))
    assert len(seen) == len(set(seen))
    assert throughout <= set(seen)
    assert front.world.list_changes.moved["delete"] > 10
    numbers = [front.world.tables["returns"].kind.rank(one) for one in seen]
    assert numbers == sorted(numbers, reverse=sort.endswith("DESC"))
