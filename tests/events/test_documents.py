"""The file of an UPLOAD_DOCUMENT is downloaded from its own URL without Mirakl's token."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from mirakl_async.errors import APIError, InvalidArgument, MiraklError, UnexpectedRedirect
from mirakl_async.models.connect_events import Accept
from tests.events.conftest import command, router_of


@pytest.fixture
async def storage():
    """Where documents lie: `asked` has the requests."""
    app, asked = web.Application(), []

    async def document(request):
        asked.append(request)
        return web.Response(body=b"%PDF-1.7 label", content_type="application/pdf")

    async def away(request):
        asked.append(request)
        raise web.HTTPFound("http://localhost:1/elsewhere")

    async def near(request):
        raise web.HTTPFound("/label.pdf?again=1")

    async def expired(_request):
        return web.Response(status=403, text="<Error><Code>ExpiredToken</Code></Error>")

    for path, handler in (("/label.pdf", document), ("/away", away), ("/near", near), ("/expired", expired)):
        app.router.add_get(path, handler)
    async with TestServer(app) as server:
        server.asked = asked
        yield server


def upload(url):
    more = {"document_download_url": str(url), "document_name": "label.pdf", "document_type": "RETURN_LABEL"}
    return command("a1", kind="UPLOAD_DOCUMENT", **more)


async def fetch(mirakl, url):
    """What a handler gets that reads its document, or its error."""
    seen = []

    async def handle(command):
        try:
            seen.append(await command.download().read())
        except (MiraklError, ValueError) as error:
            seen.append(error)

    await mirakl.put(upload(url))
    await mirakl.run(router_of(UPLOAD_DOCUMENT=handle))
    [found] = seen
    return found


@pytest.mark.parametrize("path", ["/label.pdf", "/near"])
async def test_a_document_is_downloaded_without_the_token(mirakl, storage, path):
    assert await fetch(mirakl, storage.make_url(path)) == b"%PDF-1.7 label"
    assert "Authorization" not in storage.asked[-1].headers


async def test_the_token_is_not_sent_to_connects_own_host_either(mirakl):
    found = await fetch(mirakl, f"{mirakl.sim.connect_url}/somewhere")
    assert isinstance(found, APIError)
    assert not any(request.operation == "token" for request in mirakl.sim.requests if "somewhere" in request.path)


async def test_a_redirect_to_another_host_is_not_followed(mirakl, storage):
    found = await fetch(mirakl, storage.make_url("/away?signature=secret"))
    assert isinstance(found, UnexpectedRedirect)
    assert "secret" not in str(found)


async def test_an_expired_url_is_an_error_that_does_not_show_it(mirakl, storage):
    found = await fetch(mirakl, storage.make_url("/expired?signature=secret"))
    assert isinstance(found, APIError)
    assert found.status == 403
    assert "secret" not in str(found)


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/x", "label.pdf", "http://example.com/plain"])
async def test_an_invalid_url_is_rejected(mirakl, url):
    assert isinstance(await fetch(mirakl, url), InvalidArgument)


async def test_commands_of_other_types_have_no_document():
    with pytest.raises(ValueError, match="ACCEPT has no document"):
        Accept().download()
