"""No operation accepts an undocumented 2xx as a success: typed, raw, paged or as a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from multidict import CIMultiDict

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, OutcomeUnknown, UnexpectedResponse
from mirakl_async.client import Client
from mirakl_async.downloads import Download
from mirakl_async.http.wire import WireResponse
from mirakl_async.operation import Operation
from mirakl_async.operations import operations
from tests.contract import documents
from tests.contract.arguments import draw, method_of
from tests.contract.instances import Instances
from tests.contract.schemas import schemas
from tests.support.manual_clock import InstantClock

CODES = list(operations)
PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title>Checking your browser</html>"
UNEXPECTED = {
    "a page": (200, "text/html", PAGE),
    "a page that is called JSON": (200, "application/json", PAGE),
    "a page without a type": (200, "", PAGE),
    "an empty page": (200, "text/html", b""),
    "a part": (206, "application/json", b"{}"),
    "a page with the documented status": (0, "text/html", PAGE),
}
BY_ANSWER = {
    "json": {
        "nothing": (200, "application/json", b""),
        "no content": (204, "", b""),
        "text": (200, "text/plain", b"OK"),
        "text that is called JSON": (200, "application/json", b"OK"),
    },
    "none": {
        "text": (200, "text/plain", b"OK"),
        "JSON": (200, "application/json", b"{}"),
        "another status": (206, "", b""),
    },
    "stream": {
        "a page that is called a file": (200, "application/octet-stream", PAGE),
        "a page that is called CSV": (200, "text/csv", PAGE),
        "a part": (206, "application/octet-stream", b"a;b\n"),
    },
}


class Opened:
    """An answer whose body is left to be read."""

    framed = True

    def __init__(self, answer: WireResponse) -> None:
        self.status, self.headers, self._body = answer.status, answer.headers, answer.body

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        yield self._body

    async def read(self, max_bytes: int) -> bytes:
        return self._body[:max_bytes]

    def close(self) -> None:
        """Nothing is held."""


class OneAnswer:
    """A wire on which every request is answered alike."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        self.answer = WireResponse(status, CIMultiDict({"Content-Type": media_type} if media_type else {}), body)
        self.requests = 0

    async def exchange(self, *_: Any, **__: Any) -> WireResponse:
        self.requests += 1
        return self.answer

    async def open(self, *_: Any, **__: Any) -> Opened:
        self.requests += 1
        return Opened(self.answer)

    async def close(self) -> None:
        """Nothing is held."""


def client_on(wire: Any, operation: Operation[Any]) -> Client:
    settings: dict[str, Any] = {"auth": BearerToken("t"), "rate_limit": "none", "wire": wire, "clock": InstantClock()}
    if operation.service == "front":
        return MarketplaceFront("https://acme.mirakl.net", **settings)
    return ConnectChannel(**settings)


def arguments_of(operation: Operation[Any]) -> dict[str, Any]:
    described = documents.published(operation.service, operation.method, operation.path)
    assert described is not None
    known = schemas(operation.service)
    drawn = draw(operation, described, known, Instances(known, Random(operation.code), 0.0))
    urls = {param.argument for param in operation.params if param.location == "url"}
    return {
        name: f"https://acme.mirakl.net{value}" if name in urls else value for name, value in drawn.arguments.items()
    }


async def ask(client: Client, operation: Operation[Any], arguments: dict[str, Any], folder: Path, how: str) -> None:
    """Call the typed method, or take its raw reply; a list is read, a file is saved or read."""
    method = method_of(client, operation)
    if how == "raw":
        await client.raw_response(method, **arguments)
        return
    found = method(**arguments)
    if isinstance(found, Download):
        await found.save(folder)
    elif operation.paging is not None:
        await found.first()
    else:
        await found


@pytest.mark.parametrize("how", ["typed", "raw"])
@pytest.mark.parametrize("code", CODES)
async def test_an_undocumented_response_is_never_a_success(code: str, how: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    operation = operations[code]
    arguments = arguments_of(operation)
    for name, (status, media_type, body) in (UNEXPECTED | BY_ANSWER[operation.answer]).items():
        wire = OneAnswer(status or operation.success[0], media_type, body)
        async with client_on(wire, operation) as client:
            with pytest.raises(OutcomeUnknown if operation.retry == "unsafe" else UnexpectedResponse) as raised:
                await ask(client, operation, arguments, folder, how)
        error = raised.value if isinstance(raised.value, UnexpectedResponse) else raised.value.__cause__
        assert isinstance(error, UnexpectedResponse), name
        assert (error.operation, error.status, error.media_type) == (code, wire.answer.status, media_type), name
        assert wire.requests == len(error.attempts) == (1 if operation.retry == "unsafe" else 4), name
    folder.rmdir()  # which only works for an empty one
