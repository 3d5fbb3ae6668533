"""Every documented operation is called through its typed method, and the response checked against the document.

The validator is that of `tests/contract`, which shares no code with the simulator.
"""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
import pytest

from mirakl_async.operations import operations
from mirakl_async.simulator import pipeline
from tests.contract import documents
from tests.contract.arguments import method_of
from tests.contract.schemas import schemas

from .calls import CALLS, prepared, typed


@pytest.fixture
def answers(monkeypatch):
    """The answers of the simulator as values, by operation."""
    seen: dict[str, Any] = {}
    original = pipeline._answer

    async def answer(request, service, found, *rest):
        seen[found.route.operation] = made = await original(request, service, found, *rest)
        return made

    monkeypatch.setattr(pipeline, "_answer", answer)
    return seen


async def call(client, operation, given):
    found = method_of(client, operation)(**typed(operation, given))
    if hasattr(found, "__aiter__"):
        return [page async for page in found.pages()][:1]
    if inspect.isawaitable(found):
        return await found
    async with found as opened:  # a download
        return await opened.read()


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


def test_every_operation_has_a_call():
    assert CALLS.keys() == set(operations)
    assert len(CALLS) == 100


@pytest.mark.parametrize("code", sorted(CALLS))
async def test_an_operation_is_served_and_its_response_conforms_to_the_document(
    code, answers, mirakl, mirakl_connect, mirakl_front
):
    operation = operations[code]
    client = mirakl_front if operation.service == "front" else mirakl_connect
    await call(client, operation, await prepared(mirakl, client, code))
    assert problems_of(operation, answers[code]) == []


@pytest.mark.skipif(documents.folder() is None, reason=f"{documents.VARIABLE} is not set")
@pytest.mark.parametrize("code", ["OR11", "OF22", "M01", "RT11", "SH21", "S32"])
@pytest.mark.mirakl(oddities="live")
async def test_live_responses_have_nulls_in_required_members(code, answers, mirakl, mirakl_front):
    await call(mirakl_front, operations[code], CALLS[code](mirakl))
    assert problems_of(operations[code], answers[code]) != []
