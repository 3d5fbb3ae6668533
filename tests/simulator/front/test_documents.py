"""The simulator against the published document: routes, parameters, limits, and every response's members."""

from __future__ import annotations

import pytest

from mirakl_async.simulator.clock import RealClock
from mirakl_async.simulator.front import front_service
from mirakl_async.simulator.front.names import ean, product_sku
from mirakl_async.simulator.front.offers import _FILTERS, _UNSERVED
from mirakl_async.simulator.front.routes import LISTINGS
from mirakl_async.simulator.front.settings import _ANSWERS
from mirakl_async.simulator.front.world import FrontWorld

from .documents import answer_schema, members, operations, query_parameters, strays
from .forms import field, form

SHARED = {"paginate", "locale"}
EVERYTHING = {"M01": {"user_type": "ALL"}, "IV01": {"type": "ALL"}, "PR01": {"states": "ALL"}}
by_code = pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.operation)


def test_every_route_conforms_to_the_document():
    served = front_service(FrontWorld(RealClock())).routes
    assert {route.operation for route in served} == operations().keys()
    # The document knows no path for files of exports: their addresses come with the state.
    by_address = {"OR15": "/api/orders/async-export/file/{export}", "OF54": "/api/offers/export/async/file/{export}"}
    for route in served:
        method, path, _ = operations()[route.operation]
        assert (route.method, route.path) == (method, by_address.get(route.operation, path))


@by_code
def test_every_parameter_conforms_to_the_document(listing):
    known = {narrowing.parameter for narrowing in listing.filters} | set(listing.unserved) | set(listing.scoped)
    assert known == query_parameters(listing.operation).keys() - SHARED


def test_the_parameters_of_offers_conform_to_the_document():
    known = _FILTERS | _UNSERVED | {"product_ids", "product_references"}
    assert known == query_parameters("P11").keys() - SHARED


@by_code
def test_every_limit_conforms_to_the_document(listing):
    schemas = query_parameters(listing.operation)
    for narrowing in listing.filters:
        schema = schemas[narrowing.parameter]
        described = schema.get("maximum") or schema.get("maxItems")
        # RT52 has its cap of 100 in its description alone.
        assert narrowing.most == described or (listing.operation, narrowing.parameter) == ("RT52", "return_id")
        assert narrowing.many in (("repeat", "both") if schema["type"] == "array" else ("no", "comma"))


@by_code
async def test_every_response_conforms_to_the_document(start, listing):
    front = await start({listing.table: 120, "orders": 120})
    path = listing.path.format(order_id=front.world.ids("orders")[1])
    size = {"max": 100} if listing.paging == "offset" else {"limit": 100}
    page = await front.get(path, **size, **EVERYTHING.get(listing.operation, {}))
    assert page.status == 200
    rows = page.json[listing.items]
    assert len(rows) == (4 if listing.operation == "OR41" else 100)
    assert list(strays(page.json, answer_schema(listing.operation))) == []
    identity = front.world.tables[listing.table].kind.identity
    if identity in rows[0]:
        ids = front.world.ids(listing.table)
        assert all(row[identity] in ids for row in rows)


@pytest.mark.parametrize(("code", "path"), [(code, path) for code, path, _ in _ANSWERS])
async def test_every_setting_conforms_to_the_document(front, code, path):
    answer = await front.get(path.format(reason_type="REFUND"))
    assert answer.status == 200
    assert any(answer.json.values())
    assert list(strays(answer.json, answer_schema(code))) == []


async def test_products_and_offers_conform_to_the_document(start):
    front = await start({"products": 30, "offers": 120})
    pairs = ",".join(f"EAN|{ean(rank)}" for rank in (3, 0, 7, 999))
    found = await front.get("/api/products", product_references=pairs)
    assert [row["product_sku"] for row in found.json["products"]] == [product_sku(rank) for rank in (0, 3, 7)]
    assert list(strays(found.json, answer_schema("P31"))) == []
    offers = await front.get("/api/products/offers", product_references=pairs, all_offers="true", max=100)
    assert [len(row["offers"]) for row in offers.json["products"]] == [63, 3, 3]
    assert [row["total_count"] for row in offers.json["products"]] == [63, 3, 3]
    assert list(strays(offers.json, answer_schema("P11"))) == []
    one = await front.get(f"/api/offers/{offers.json['products'][1]['offers'][0]['offer_id']}")
    assert list(strays(one.json, answer_schema("OF22"))) == []
    assert one.json["product_sku"] == product_sku(3)


def test_the_check_finds_violations():
    schema = answer_schema("RT11")
    assert list(strays({"data": [{"state": 3, "colour": "red"}], "next_page_token": None}, schema))[:2] == [
        ".data[0].state: int for string",
        ".data[0].colour: not in the document",
    ]


@pytest.mark.parametrize("code", ["P41", "M12", "OR43", "OR74", "S32"])
async def test_every_part_of_a_form_conforms_to_the_document(front, code):
    method, path, operation = operations()[code]
    ids = {"order_id": front.world.ids("orders")[0], "thread_id": front.world.ids("threads")[0]}
    refused = await front.send(method, path.format(**ids), **form(field("unknown", "x")))
    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "unknown")
    taken = refused.json["errors"][0]["message"].rpartition("takes ")[2].split(", ")
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(taken) == members(schema)[0].keys()
