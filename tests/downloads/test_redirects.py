"""Which redirects of a download are followed, and that the credential is not sent to other hosts."""

import asyncio
import logging
import traceback

import pytest
from msgspec.structs import replace

from mirakl_async import (
    DeadlineExceeded,
    InvalidArgument,
    PermissionDenied,
    ProtocolError,
    Retry,
    UnexpectedRedirect,
    UnexpectedResponse,
)
from mirakl_async.downloads.redirects import follow_redirect
from mirakl_async.http.request import Request
from mirakl_async.http.request_builder import build
from mirakl_async.operations import operations
from tests.downloads.serving import SECRET, file_answer, front
from tests.support.raw_server import RawServer, answer, answering

FILE = file_answer(b"a;b\n")


def to(address, status="302 Found"):
    return answer(b"", status=status, headers=(f"Location: {address}",))


def report(client):
    return client.products.download_error_report(1)


@pytest.mark.parametrize(
    "status",
    ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"],
)
async def test_a_request_to_another_origin_has_no_credential(status):
    async with RawServer(answering(FILE)) as store:
        redirect = to(f"{store.url}/bucket/file.csv?signature=s3cr3t", status)
        async with RawServer(answering(redirect)) as server, front(server) as client:
            options = {"headers": {"X-Api-Key": "mine"}}
            assert await client.products.download_error_report(1, **options).read() == b"a;b\n"
    (ours,), (theirs,) = server.requests, store.requests
    assert ours.header("Authorization") == f"Bearer {SECRET}"
    assert ours.header("X-Api-Key") == "mine"
    assert theirs.target == "/bucket/file.csv?signature=s3cr3t"
    assert SECRET.encode() not in theirs.head
    assert theirs.header("Authorization") is None
    assert theirs.header("X-Api-Key") is None


async def test_a_request_to_the_same_origin_has_the_credential():
    async with RawServer(answering(to("/other/place"), FILE)) as server, front(server) as client:
        assert await report(client).read() == b"a;b\n"
    assert [request.target for request in server.requests][1] == "/other/place"
    assert [request.header("Authorization") for request in server.requests] == [f"Bearer {SECRET}"] * 2


async def test_the_credential_is_not_sent_again_after_another_origin():
    async with RawServer(answering(FILE)) as away, RawServer(answering(to(f"{away.url}/x"), FILE)) as server:
        away.scripts = (answering(to(f"{server.url}/back?token=t")),)
        async with front(server) as client:
            assert await report(client).read() == b"a;b\n"
    assert [request.header("Authorization") for request in server.requests] == [f"Bearer {SECRET}", None]


@pytest.mark.parametrize(
    "address",
    [
        "http://files.example.com/a.csv?key=s3cr3t",
        "ftp://127.0.0.1/a.csv?key=s3cr3t",
        "https://user:s3cr3t@example.com/a",
        "",
        "file:///etc/passwd",
        "https://[::1/?key=s3cr3t",
        "https://files.example.com:99999/?key=s3cr3t",
    ],
)
async def test_unsafe_redirects_are_not_followed(address):
    async with RawServer(answering(to(address))) as server, front(server) as client:
        with pytest.raises(UnexpectedRedirect) as caught:
            await report(client).read()
    assert "key=s3cr3t" not in str(caught.value)
    assert len(server.requests) == 1


HERE = "http://127.0.0.1:9200/secrets"


def test_only_a_loopback_host_can_redirect_to_loopback_over_http():
    away = Request(operation=operations["P44"], url="https://acme.mirakl.net/api")
    redirect = UnexpectedRedirect("302", away.context(), HERE, HERE)
    with pytest.raises(UnexpectedRedirect):
        follow_redirect(away, redirect)
    assert follow_redirect(replace(away, url="http://localhost:1/api"), redirect).url == HERE
    with pytest.raises(InvalidArgument, match="url: must be https, not http://127.0.0.1:9200"):
        build(operations["OR15"], {"url": HERE}, "https://acme.mirakl.net")
    assert build(operations["OR15"], {"url": HERE}, "http://localhost:1").without_credentials


async def test_a_circle_of_redirects_ends():
    async with RawServer(answering(to("/again?s3cr3t=1"))) as server, front(server) as client:
        with pytest.raises(UnexpectedRedirect) as caught:
            await report(client).read()
    assert len(server.requests) == 6
    assert "s3cr3t" not in str(caught.value)


async def test_an_exports_url_on_another_host_is_requested_without_the_credential():
    export = file_answer(b'{"orders":[]}')
    async with RawServer(answering(export)) as store, RawServer(answering()) as server, front(server) as client:
        assert await client.orders.download_export(f"{store.url}/api/uuid?file=1").read() == b'{"orders":[]}'
    assert server.requests == []
    assert store.requests[0].target == "/api/uuid?file=1"
    assert store.requests[0].header("Authorization") is None


async def test_an_exports_url_on_the_same_host_is_requested_with_the_credential():
    async with RawServer(answering(file_answer(b'{"orders":[]}'))) as server, front(server) as client:
        await client.orders.download_export(f"{server.url}/dynamic/1.json?token=x").read()
    assert server.requests[0].header("Authorization") == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "address",
    [
        "/relative", "http://files.example.com/a", "ftp://x/y", "", "https://u:p@host/x", "https://[::1", "https://h:p/",
    ],
)  # fmt: skip
async def test_an_invalid_url_is_rejected_before_anything_is_sent(address):
    async with RawServer(answering()) as server, front(server) as client:
        with pytest.raises(InvalidArgument, match="OR15: url"):
            await client.orders.download_export(address).read()
    assert server.connections == 0


SIGNED = "/b%2Fc/./d%3D?file=a%2Fb%3D%3D&signature=A%2BB%7E+c%20d%3a"


async def test_a_signed_url_is_requested_unchanged():
    async with (
        RawServer(answering(FILE)) as store,
        RawServer(answering(to(store.url + SIGNED))) as server,
        front(server) as client,
    ):
        await report(client).read()
        await client.orders.download_export(store.url + SIGNED).read()
        await client.orders.download_export(store.url + "/é b?x=%zz").read()
    assert [request.target for request in store.requests] == [SIGNED, SIGNED, "/%C3%A9%20b?x=%25zz"]


@pytest.mark.parametrize("junk", [b"junk\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"])
async def test_the_query_of_a_url_is_not_in_the_traceback_of_a_protocol_error(junk):
    async with RawServer(answering(junk)) as server, front(server, retry=Retry(max_retries=0)) as client:
        address = f"{server.url}/f?signature={'s3cr3t' * 2}"
        with pytest.raises(ProtocolError) as caught:
            await client.orders.download_export(address).read()
    reason = "the response header is too long" if b"y" in junk else "the response is not valid HTTP"
    assert str(caught.value).startswith(f"OR15 (GET a file at 127.0.0.1): {reason}")
    assert "s3cr3t" * 2 not in "".join(traceback.format_exception(caught.value))


async def test_the_query_of_a_url_is_never_shown(caplog):
    caplog.set_level(logging.DEBUG)
    events = []
    refused = answer(b"", status="403 Forbidden")
    async with (
        RawServer(answering(refused)) as store,
        RawServer(answering(to(f"{store.url}/f?signature=s3cr3t"))) as server,
        front(server, listener=events.append) as client,
    ):
        with pytest.raises(PermissionDenied) as caught:
            await report(client).read()
        with pytest.raises(PermissionDenied) as again:
            await client.orders.download_export(f"{store.url}/f?signature=s3cr3t").read()
    said = f"{caught.value!r} {caught.value} {again.value!r} {again.value} {events!r} {caplog.text}"
    assert "s3cr3t" not in said
    assert SECRET not in said


async def test_an_html_page_after_a_redirect_is_not_a_file(tmp_path):
    page = file_answer(b"<html>sign in</html>")
    async with RawServer(answering(to("/login"), page)) as server, front(server, retry=Retry(max_retries=0)) as client:
        with pytest.raises(UnexpectedResponse, match="HTML; a file is documented"):
            await report(client).save(tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_redirects_share_one_deadline():
    async def slowly(peer):
        while await peer.request() is not None:
            await asyncio.sleep(0.06)
            await peer.send(to("/again"))

    async with RawServer(slowly) as server, front(server, retry=Retry(max_retries=0)) as client:
        with pytest.raises(DeadlineExceeded):
            await client.products.download_error_report(1, deadline=0.15).read()
    assert len(server.requests) <= 3
