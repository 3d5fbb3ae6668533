"""The operations of Connect other than orders, and of Account: what is stored, replaced, reported and used up."""

from __future__ import annotations

import aiohttp
import pytest

from .calls import DOCUMENT, LABELS, ORIGIN, RETURN, USE_CASE
from .front.forms import file, form, json_part
from .payloads import order

LATER = "2026-11-20T13:00:00Z"
EARLIER = "2026-11-20T11:00:00Z"
STORE = "/v1/channels/channel-1/stores/store-1"
CARRIERS = "/v1/orders/channels/channel-1/carriers"


async def account(api, method, path, value):
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {api.token}"}
        url = api.simulator.account_url + path
        async with session.request(method, url, json=value, headers=headers) as answer:
            return answer.status, await answer.read()


def carriers(*names):
    return {"carriers": [{"channel_carrier_id": name, "name": name.upper()} for name in names]}


async def test_returns_succeed_and_fail_individually(api):
    await api.upsert(order("o1"))
    wrong_line = {"channel_order_line_id": "o9-1", "quantity": 1, "reason": "OTHER"}
    returns = [
        RETURN,
        RETURN | {"channel_return_id": "r2", "channel_order_id": "unknown"},
        RETURN | {"channel_return_id": "r3", "return_lines": [wrong_line]},
    ]
    reply = await api.send("POST", "/v1/orders/returns", {"origin": ORIGIN, "returns": returns})
    assert reply.status == 200
    assert [one["channel_return_id"] for one in reply.json["return_success"]] == ["r1"]
    fields = [(one["channel_return_id"], one["details"][0]["field"]) for one in reply.json["return_errors"]]
    assert fields == [("r2", "channel_order_id"), ("r3", "return_lines[0].channel_order_line_id")]
    assert all(one["details"][0]["code"] == "DATA_NOT_FOUND" for one in reply.json["return_errors"])
    older = RETURN | {"channel_updated_at": EARLIER, "status": "CLOSED"}
    await api.send("POST", "/v1/orders/returns", {"origin": ORIGIN, "returns": [older]})
    assert api.simulator.world.returns["channel-1", "r1"].value["status"] == "OPENED"


async def test_carriers_are_replaced_completely(api):
    assert (await api.send("POST", CARRIERS, carriers("ups", "dhl"))).status == 204
    assert (await api.send("POST", CARRIERS, carriers("dhl"))).status == 204
    assert api.simulator.world.carriers == {"channel-1": {"dhl": "DHL"}}
    reply = await api.send("POST", CARRIERS.replace("channel-1", "unknown"), carriers("ups"))
    assert (reply.status, reply.json["code"]) == (404, "DATA_NOT_FOUND")


async def test_the_currency_of_a_store_never_changes(api):
    assert (await api.send("PUT", STORE, {"currency": "EUR", "updated_at": LATER})).status == 200
    reply = await api.send("PUT", STORE, {"currency": "USD", "updated_at": LATER})
    assert (reply.status, reply.fields) == (400, ["currency"])


async def test_older_business_information_is_silently_dropped(api):
    for stamp, status in ((LATER, "APPROVED"), (EARLIER, "REFUSED")):
        value = {"currency": "EUR", "updated_at": stamp, "kyc_status": status}
        assert (await api.send("PUT", STORE, value)).status == 200
    assert api.simulator.world.business_information["channel-1", "store-1"].value["kyc_status"] == "APPROVED"


async def test_a_single_sub_channel_can_be_removed_but_not_all(api):
    channels = [{"currency": "EUR", "id": name, "name": name} for name in ("fr", "de")]
    value = {"currency": "EUR", "updated_at": LATER}
    assert (await api.send("PUT", STORE, value | {"sub_channels": channels})).status == 200
    assert (await api.send("PUT", STORE, value | {"sub_channels": []})).fields == ["sub_channels"]
    assert (await api.send("PUT", STORE, value)).fields == ["sub_channels"]
    assert (await api.send("PUT", STORE, value | {"sub_channels": channels[:1]})).status == 200


async def upload(api, metadata, *, content=b"%PDF-1.4", order_id="o1", name="x.pdf"):
    parts = form(file("file", name, content), json_part("origin", ORIGIN), json_part("metadata", metadata))
    path = f"/v1/orders/{order_id}/documents"
    return await api.send("POST", path, body=parts["data"], Content_Type=parts["headers"]["Content-Type"])


async def test_documents_are_uploaded_once_and_deleted_once(api):
    await api.upsert(order("o1"))
    assert (await upload(api, DOCUMENT)).status == 204
    kept = api.simulator.world.documents["channel-1", "d1"]
    assert (kept.filename, kept.content) == ("étiquette.pdf", b"%PDF-1.4")
    assert (await upload(api, DOCUMENT)).fields == ["metadata.channel_document_id"]
    for status in (204, 404):
        assert (await api.send("DELETE", "/v1/orders/documents/d1", {"origin": ORIGIN})).status == status


@pytest.mark.parametrize(
    ("change", "arguments", "field"),
    [
        ({"filename": "virus.exe"}, {}, "metadata.filename"),
        ({"filename": ""}, {}, "metadata.filename"),
        ({"type": "PHOTO"}, {}, "metadata.type"),
        ({"entity": {"id": "r9", "type": "RETURN"}}, {}, "metadata.entity.id"),
        ({}, {"order_id": "unknown"}, "channel_order_id"),
        ({}, {"content": b"x" * (10 * 1024 * 1024 + 1)}, "file"),
        ({}, {"name": ""}, "file"),
    ],
)
async def test_invalid_documents_are_rejected(api, change, arguments, field):
    await api.upsert(order("o1"))
    reply = await upload(api, DOCUMENT | change, **arguments)
    assert (reply.status, reply.fields) == (400, [field])
    assert not api.simulator.world.documents


async def test_a_form_without_a_part_is_rejected_in_connects_error_format(api):
    await api.upsert(order("o1"))
    parts = form(file("file", "x.pdf"), json_part("origin", ORIGIN))
    for body, status in ((parts["data"], 400), (parts["data"][:-9], 400)):
        reply = await api.send(
            "POST", "/v1/orders/o1/documents", body=body, Content_Type=parts["headers"]["Content-Type"]
        )
        assert (reply.status, reply.json["code"]) == (status, "INVALID_INPUT")
    reply = await api.send("POST", "/v1/orders/o1/documents", {"origin": ORIGIN})
    assert (reply.status, reply.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_the_catalogue_is_queued_and_stored(api):
    world = api.simulator.world
    configuration = {"use_case_configurations": {"offer_creation": USE_CASE, "offer_update": USE_CASE}}
    reply = await api.send("POST", "/v1/catalog-configuration/channels/channel-1", configuration)
    assert (reply.status, reply.body) == (202, b"")
    assert world.catalog_configurations == {"channel-1": configuration}
    items = "/v1/channel-catalog/channel-1/store-catalog-items/store-1"
    world.products["channel-1", "store-1"] = {"p1"}
    first = {"id": "p1", "offer_status": "OFFER_ACTIVE", "offer_diagnostics": [{"message": "no image"}]}
    for item in (first, {"id": "p1", "offer_diagnostics": []}, {"id": "unknown", "offer_status": "OFFER_ACTIVE"}):
        assert (await api.send("POST", items, {"store_catalog_items": [item]})).status == 202
    assert world.catalog_items["channel-1", "store-1"] == {"p1": first | {"offer_diagnostics": []}}
    assert (await api.send("POST", items.replace("store-1", "s9"), {"store_catalog_items": [first]})).status == 404


async def test_product_types_of_stores_need_a_taxonomy_of_stores(api):
    path = "/v1/taxonomy/channels/channel-1/product-types?product_type_id=shoes%2Fmen"
    value = {"embedded_attributes": [], "labels": LABELS}
    assert (await api.send("PUT", path, value)).status == 202
    assert (await api.send("PUT", f"{path}&store_id=store-1", value)).status == 401
    api.simulator.world.store_taxonomies.add("channel-1")
    assert (await api.send("PUT", f"{path}&store_id=store-1", value)).status == 202
    places = [("channel-1", None, "shoes/men"), ("channel-1", "store-1", "shoes/men")]
    assert list(api.simulator.world.product_types) == places
    assert (await api.send("PUT", path.partition("?")[0], value)).fields == ["product_type_id"]
    assert (await api.send("PUT", f"{path}&product_type_id=b", value)).fields == ["product_type_id"]


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"all": [{"isSet": {"attribute": "a"}}, {"not": {"in": {"attribute": "b", "values": ["x", 1, True]}}}]}, None),
        ({"equals": {"attribute": "a", "value": 1.5}}, None),
        ({}, ""),
        ({"all": [], "any": []}, ""),
        ({"equals": {"attribute": "a", "value": None}}, "equals.value"),
        ({"not": {"any": [{"isSet": {"attribute": ""}}]}}, "not.any[0].isSet.attribute"),
    ],
)
async def test_conditions_of_rules_are_checked(api, condition, field):
    rule = {"id": "r", "then": {"all": []}, "when": condition}
    reply = await api.send("PUT", "/v1/taxonomy/channels/channel-1/rules", {"rules": [rule]})
    if field is None:
        assert reply.status == 202
        assert api.simulator.world.taxonomy_rules == {("channel-1", "r"): rule}
    else:
        assert reply.status == 400
        assert reply.fields == [f"rules[0].when.{field}".rstrip(".")]


async def test_endlessly_nested_conditions_are_rejected(api):
    condition = {"isSet": {"attribute": "a"}}
    for _ in range(200):
        condition = {"not": condition}
    rule = {"id": "r", "then": {"all": []}, "when": condition}
    reply = await api.send("PUT", "/v1/taxonomy/channels/channel-1/rules", {"rules": [rule]})
    assert reply.status == 400


async def test_a_link_token_links_stores_once(api):
    token = api.simulator.issue_link_token()
    store = {"channel_id": "channel-1", "channel_store_id": "store-9", "name": "Nine", "state": "ACTIVE"}
    bad = {"stores": [store | {"channel_id": "unknown"}]}
    assert (await account(api, "POST", f"/v1/users/stores?token={token}", bad))[0] == 404
    assert await account(api, "POST", f"/v1/users/stores?token={token}", {"stores": [store]}) == (201, b"")
    assert api.simulator.world.knows("channel-1", "store-9")
    for used in (token, "made-up", ""):
        assert (await account(api, "POST", f"/v1/users/stores?token={used}", {"stores": [store]}))[0] == 410


async def test_channels_keep_their_ids_and_stores_can_be_updated(api):
    channel = {"external_id": "e1", "name": "One", "status": "AVAILABLE", "url": "https://one.example"}
    ids = []
    for name in ("One", "Two"):
        status, body = await account(api, "POST", "/v1/channels", {"channels": [channel | {"name": name}]})
        assert status == 201
        ids.append(body[body.index(b'"id"') :])
    assert ids[0] == ids[1]
    update = {"name": "First", "state": "SUSPENDED", "suspension_type": None}
    assert await account(api, "PUT", STORE, update) == (200, b"")
    assert api.simulator.world.account_stores["channel-1", "store-1"]["name"] == "First"
    assert (await account(api, "PUT", STORE.replace("store-1", "s9"), update))[0] == 404
    assert (await account(api, "PUT", STORE, {"name": "First"}))[0] == 400
