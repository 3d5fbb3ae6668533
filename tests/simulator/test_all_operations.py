"""Every operation of the documents, called through its typed method; every answer held against its document.

The validator is that of `tests/contract`, which shares no code with the simulator.
"""

from __future__ import annotations

import collections.abc
import datetime as dt
import importlib
import inspect
import re
from typing import Any

import msgspec
import pytest

from mirakl_async import BearerToken, ClientCredentials, ConnectChannel, MarketplaceFront, Upload
from mirakl_async.operations import RESOURCES, operations
from mirakl_async.simulator import OrderKey, Simulator, pipeline
from mirakl_async.simulator.world import StoredDocument
from tests.contract import documents
from tests.contract.arguments import method_of
from tests.contract.schemas import schemas

from .calls import CALLS, ORIGIN
from .payloads import full_order, order


@pytest.fixture
def answers(monkeypatch):
    """The answers of the simulator as values, by operation."""
    seen: dict[str, Any] = {}
    original = pipeline._answer

    async def answer(request, service, route, *rest):
        seen[route.operation] = made = await original(request, service, route, *rest)
        return made

    monkeypatch.setattr(pipeline, "_answer", answer)
    return seen


def clients(mirakl):
    credentials = ClientCredentials(mirakl.client_id, mirakl.client_secret)
    connect = ConnectChannel(
        auth=credentials,
        connect_url=mirakl.connect_url,
        account_url=mirakl.account_url,
        auth_url=mirakl.auth_url,
    )
    front = MarketplaceFront(mirakl.front_url, auth=BearerToken(mirakl.issue_token()))
    return {"connect": connect, "account": connect, "front": front}


def types_of(operation):
    """The types of a typed method's arguments; its module imports them for type checkers only."""
    module, _, name = RESOURCES[operation.service][operation.resource].partition(":")
    method = getattr(getattr(importlib.import_module(f"mirakl_async.operations.{module}"), name), operation.name)
    models = importlib.import_module(f"mirakl_async.models.{operation.service}")
    known = {name: getattr(collections.abc, name) for name in ("Sequence", "Mapping", "Collection")}
    known |= {"dt": dt, "UnsetType": msgspec.UnsetType, "FileSource": Any}
    types = {}
    for name, text in method.__annotations__.items():
        words = [word for word in re.findall(r"[A-Z]\w+", text) if word not in known and word != "None"]
        if name not in {"options", "return"}:
            types[name] = eval(text, known | {word: getattr(models, word) for word in words})
    return types


def typed(operation, given):
    """Plain values as what the typed method takes."""
    types = types_of(operation)
    return {
        name: value if isinstance(value, Upload) or name == "files" else msgspec.convert(value, types[name])
        for name, value in given.items()
    }


async def call(client, operation, given):
    found = method_of(client, operation)(**typed(operation, given))
    if hasattr(found, "__aiter__"):
        return [page async for page in found.pages()][:1]
    if inspect.isawaitable(found):
        return await found
    async with found as opened:  # a download
        return await opened.read()


async def prepared(mirakl, client, code):
    """The arguments of a call, once what it needs is there: an order in Connect, a file of an export."""
    given = CALLS[code](mirakl)
    if code in {"updateAnonymizeAfterDate", "uploadOrderDocument", "upsertReturns"}:
        mirakl.world.apply(OrderKey("channel-1", "store-1", "o1"), 0, msgspec.json.encode(order("o1")))
    elif code == "deleteOrderDocument":
        key = OrderKey("channel-1", "store-1", "o1")
        mirakl.world.documents["channel-1", "d0"] = StoredDocument(key, "a.pdf", "DELIVERY_SLIP", b"")
    elif code == "updateActionStatus":
        mirakl.world.add_action("action-1")
    elif code == "upsertOrders":
        given = {"origin": ORIGIN, "orders": [full_order("o1")]}
    elif code in {"OF53", "OF54", "OR14", "OR15"}:
        resource = client.offers if code.startswith("OF") else client.orders
        arguments = CALLS["OF52" if code.startswith("OF") else "OR13"](mirakl)
        tracking_id = (
            await resource.create_export(**typed(operations["OF52" if code.startswith("OF") else "OR13"], arguments))
        ).tracking_id
        given = {"tracking_id": tracking_id}
        if code in {"OF54", "OR15"}:
            while not (status := await resource.export_status(tracking_id)).urls:
                pass
            given = {"url": status.urls[0]}
    return given


def problems_of(operation, answer):
    """Why an answer is not what the document describes; nothing where there is no document to ask."""
    if documents.folder() is None:
        return []
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None
    if str(answer.status) not in described.responses:
        return [f"the document has no status {answer.status}"]
    content = described.responses[str(answer.status)].get("content", {})
    body = b"".join([answer.body, *(answer.pieces or ())])
    if not content:
        return ["there is a body, the document has none"] if body else []
    kind = answer.content_type.partition(";")[0]
    if kind not in content:
        return [f"the content is {kind}, the document has {', '.join(content)}"]
    if kind != "application/json" or content[kind]["schema"].get("format") == "binary":
        return []
    value = msgspec.json.decode(body)
    return schemas(operation.service).problems(content[kind]["schema"], value)


def test_there_is_a_call_of_every_operation():
    assert CALLS.keys() == set(operations)
    assert len(CALLS) == 100


@pytest.mark.parametrize("code", sorted(CALLS))
async def test_an_operation_is_served_and_its_answer_is_the_documents(code, answers):
    operation = operations[code]
    async with Simulator() as mirakl, clients(mirakl)[operation.service] as client:
        given = await prepared(mirakl, client, code)
        await call(client, operation, given)
        assert problems_of(operation, answers[code]) == []


@pytest.mark.skipif(documents.folder() is None, reason=f"{documents.VARIABLE} is not set")
@pytest.mark.parametrize("code", ["OR11", "OF22", "M01", "RT11", "SH21", "S32"])
async def test_live_answers_hold_what_the_document_does_not_promise(code, answers):
    operation = operations[code]
    async with Simulator(oddities="live") as mirakl, clients(mirakl)["front"] as client:
        await call(client, operation, CALLS[code](mirakl))
        assert problems_of(operation, answers[code]) != []
