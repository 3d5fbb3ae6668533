"""Requests that the documents forbid are rejected, those that they allow or that Mirakl's examples send are not.

Each mutant is a request that was valid with one fault in it. It goes to the handler as the pipeline calls it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest

from mirakl_async.operations import operations
from mirakl_async.simulator import Simulator
from mirakl_async.simulator import catalog_documents as rules_of_catalogs
from mirakl_async.simulator import documents as rules_of_orders
from mirakl_async.simulator import store_documents as rules_of_stores
from mirakl_async.simulator.exchange import Answer, Call
from mirakl_async.simulator.front.body_rules import BODIES, PARTS
from mirakl_async.simulator.rules import Check
from tests.contract import documents
from tests.contract.documents import Published
from tests.contract.instances import Instances
from tests.contract.schemas import Schemas

from .calls import CALLS, LABELS, STORE
from .mutants import mutants, query_faults
from .payloads import full_order

pytestmark = pytest.mark.skipif(documents.folder() is None, reason=f"{documents.VARIABLE} is not set")

# Texts that hold numbers, which the document says of the things they name.
NUMERIC = {"shop_ids", "offer_ids", "document_ids", "trigger_offer_ids", "reward_offer_ids"}
# What Mirakl's own examples send, and the document's text allows, against its schemas: operation, path, fault.
ALLOWED = {
    ("OF52", "items_per_chunk", "below the minimum"),  # "lower minimum in test environments"
    ("OF52", "megabytes_per_chunk", "below the minimum"),
    ("OR31", "order_additional_fields.0.value", "null"),  # deletes the field
    ("OR31", "order_lines.0.order_line_additional_fields.0.value", "null"),
    ("upsertProductType", "embedded_attributes.0.descriptions", "missing"),
}
SEEDS = range(12)
NOTHING: Any = object()
RULES: dict[str, Check] = {
    **BODIES,
    "upsertOrders": rules_of_orders.UPSERT_ORDERS,
    "updateActionStatus": rules_of_orders.UPDATE_ACTION,
    "updateAnonymizeAfterDate": rules_of_orders.ANONYMIZE_AFTER,
    "deleteOrderDocument": rules_of_stores.DELETE_DOCUMENT,
    "upsertReturns": rules_of_stores.UPSERT_RETURNS,
    "upsertCarriers": rules_of_stores.UPSERT_CARRIERS,
    "upsertBusinessInformation": rules_of_stores.UPSERT_BUSINESS_INFORMATION,
    "configureChannelCatalog": rules_of_catalogs.CONFIGURE_CATALOG,
    "upsertProductType": rules_of_catalogs.UPSERT_PRODUCT_TYPE,
    "createTaxonomyRule": rules_of_catalogs.CREATE_RULES,
    "updateStoreCatalogItems": rules_of_catalogs.UPDATE_ITEMS,
    "SELLER_ACCOUNT_CHANNEL_UPSERT": rules_of_stores.UPSERT_CHANNELS,
    "SELLER_ACCOUNT_STORE_CREATE": rules_of_stores.CREATE_STORES,
    "SELLER_ACCOUNT_STORE_UPDATE": rules_of_stores.UPDATE_STORE,
}
PART_RULES: dict[tuple[str, str], Check] = {
    ("M12", "message_input"): PARTS["message_input"],
    ("OR43", "thread_input"): PARTS["thread_input"],
    ("OR74", "order_documents"): PARTS["order_documents"],
    ("S32", "shop_documents"): PARTS["shop_documents"],
    ("P41", "conversion_options"): PARTS["conversion_options"],
    ("uploadOrderDocument", "origin"): rules_of_stores.DOCUMENT_ORIGIN,
    ("uploadOrderDocument", "metadata"): rules_of_stores.DOCUMENT_METADATA,
}


def with_values(service: str) -> Schemas:
    """A service's schemas; Connect's and Account's enumerations stand in the text of their members alone."""
    known = Schemas(service)
    if service != "front":
        name_values(known.components)
    return known


def name_values(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            name_values(item)
    elif isinstance(node, dict):
        text = node.get("description", "")
        if "ISO 4217" in str(text) or "alpha-3" in str(text):
            node["pattern"] = "^[A-Z]{3}$"
        values = re.findall(r'`"(\w+)"`', text[text.rfind("Enum:") :]) if "Enum:" in str(text) else []
        if values and node.get("type") == "string":
            node["enum"] = values
        elif values and node.get("type") == ["string", "null"]:
            node["enum"] = [*values, None]
        for member in node.values():
            name_values(member)


KNOWN = {service: with_values(service) for service in ("connect", "account", "front") if documents.folder()}


def described(code: str) -> Published:
    operation = operations[code]
    found = documents.published(operation.service, operation.method, operation.path)
    assert found is not None
    return found


def json_bodies() -> dict[tuple[str, str], Any]:
    """The schema of every JSON body, and of every JSON part of a form, by operation and part."""
    found: dict[tuple[str, str], Any] = {}
    for code in CALLS if documents.folder() else ():
        for kind, media in described(code).contents.items():
            known = KNOWN[operations[code].service]
            if "json" in kind:
                found[code, ""] = media["schema"]
                continue
            for name, part in known.flat(media["schema"])["properties"].items():
                flat = known.flat(part)
                if flat.get("type") == "object" and flat.get("format") != "binary":
                    found[code, name] = part
    return found


SCHEMAS = json_bodies()
by_body = pytest.mark.parametrize(("code", "part"), sorted(SCHEMAS))


def rule_of(code: str, part: str) -> Check:
    return PART_RULES[code, part] if part else RULES[code]


def drawn(code: str, part: str, seed: int, fullness: float) -> Any:
    known = KNOWN[operations[code].service]
    value = Instances(known, Random(f"{code}{part}{seed}"), fullness).of(SCHEMAS[code, part])
    if code == "updateActionStatus":  # said in its text, in no schema
        value["errors"] = value.get("errors") or [{"code": "OTHER", "message": "m"}]
    return value


def test_every_body_has_a_rule():
    assert {(code, "") for code in RULES} | PART_RULES.keys() == SCHEMAS.keys()


@by_body
def test_valid_requests_are_accepted(code, part):
    for seed in SEEDS:
        value = drawn(code, part, seed, seed % 4 / 3)
        assert list(rule_of(code, part)(value)) == []


@by_body
def test_invalid_requests_are_rejected(code, part):
    known = KNOWN[operations[code].service]
    accepted = [
        (mutant.path, mutant.fault)
        for seed in SEEDS
        for mutant in mutants(known, SCHEMAS[code, part], drawn(code, part, seed, 1.0))
        if not rule_of(code, part)(mutant.value) and (code, mutant.path, mutant.fault) not in ALLOWED
    ]
    assert sorted(set(accepted)) == []


def examples() -> Iterator[tuple[str, Any]]:
    for code, part in SCHEMAS:
        for media in described(code).contents.values():
            found = [media["example"]] if "example" in media else []
            found += [
                documents.followed(operations[code].service, one).get("value")
                for name, one in media.get("examples", {}).items()
                if not name.endswith("-auto")  # made by a program from the schema, with "string" for every text
            ]
            for value in found:
                if not part and isinstance(value, dict):
                    yield code, value


@pytest.mark.parametrize(("code", "value"), list(examples()))
def test_requests_of_mirakls_examples_are_accepted(code, value):
    assert list(RULES[code](value)) == []


async def answer(mirakl: Simulator, code: str, query: dict[str, list[str]], body: Any = NOTHING) -> Answer:
    """Call the handler of an operation as the pipeline does, with the path of its valid call."""
    service = next(one for one in mirakl._services if any(route.operation == code for route in one.routes))
    route = next(route for route in service.routes if route.operation == code)
    given = {param.name: str(CALLS[code](mirakl).get(param.argument, "x")) for param in operations[code].params}
    pairs = [(name, value) for name, values in query.items() for value in values]
    names = {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
    return route.handle(
        Call(
            operation=code,
            path={name: unquote(given.get(name, "x")) for name in names} | path_names(route.path, given),
            query={name: values[0] for name, values in query.items() if values},
            content_type="application/json" if body is not NOTHING else "",
            body=b"" if body is NOTHING else json.dumps(body).encode(),
            pairs=pairs,
            headers={"Content-Type": "application/json"},
            url="http://localhost/",
        )
    )


def path_names(template: str, given: dict[str, str]) -> dict[str, str]:
    """Parameters whose name in the simulator's path differs from the document's."""
    return {} if "{offer}" not in template else {"offer": given["offer_id"]} if "offer_id" in given else {}


QUERIES = [
    code for code in CALLS if documents.folder() and any(one["in"] == "query" for one in described(code).parameters)
]


@pytest.mark.parametrize("code", QUERIES)
async def test_a_query_with_one_fault_is_rejected(code):
    mirakl = Simulator()
    accepted = []
    for parameter in described(code).parameters:
        if parameter["in"] != "query":
            continue
        for fault, values in query_faults(parameter, numeric=parameter["name"] in NUMERIC):
            base = {"product_type_id": ["a"]} if code == "upsertProductType" else {}
            body = {"embedded_attributes": [], "labels": LABELS} if base else NOTHING
            if code == "SELLER_ACCOUNT_STORE_CREATE":
                base, body = {"token": [mirakl.issue_link_token()]}, {"stores": [STORE]}
            made = await answer(mirakl, code, base | {parameter["name"]: values}, body)
            if made.status not in {400, 410}:
                accepted.append((parameter["name"], fault, made.status))
    assert accepted == []


@pytest.mark.parametrize("code", sorted(RULES))
async def test_a_body_with_one_fault_is_rejected_by_the_service(code):
    mirakl = Simulator()
    operation = operations[code]
    places = {param.argument for param in operation.params if param.location in {"path", "query"}}
    base = {name: value for name, value in CALLS[code](mirakl).items() if name not in places}
    if code == "upsertOrders":
        base["orders"] = [full_order("o1")]
    query = {"product_type_id": ["a"]} if code == "upsertProductType" else {}
    if code == "SELLER_ACCOUNT_STORE_CREATE":
        query = {"token": [mirakl.issue_link_token()]}
    known = KNOWN[operation.service]
    statuses = Counter[int]()
    for mutant in mutants(known, SCHEMAS[code, ""], base):
        if (code, mutant.path, mutant.fault) not in ALLOWED:
            statuses[(await answer(mirakl, code, query, mutant.value)).status] += 1
    assert set(statuses) <= {400}
