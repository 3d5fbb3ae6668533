"""Which connection a request goes out on, and the address that goes out on it."""

from __future__ import annotations

import asyncio
import string
from urllib.parse import quote, unquote

import pytest

from mirakl_async import BearerToken, ConnectChannel, InvalidArgument, OutcomeUnknown, Retry
from tests.downloads.serving import file_answer, front
from tests.support.raw_server import RawServer, answer, answering

AT_ONCE = Retry(initial_delay=0.001, throttle_delay=0.001)
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


def connect(server, **settings):
    settings.setdefault("retry", AT_ONCE)
    return ConnectChannel(connect_url=server.url, auth=BearerToken("t"), rate_limit="none", **settings)


async def report(client):
    return await client.raw_response(client.orders.update_action_status, "a1", status="SUCCESS")


async def close_unsaid(peer):
    """Answer one request; the next one finds the connection closed."""
    await peer.request()
    await peer.send(DONE)
    await peer.head()


async def reset_unsaid(peer):
    await peer.request()
    await peer.send(DONE)
    await peer.head()
    peer.reset()


@pytest.mark.parametrize("script", [close_unsaid, reset_unsaid])
async def test_a_server_that_closes_after_each_response_costs_one_attempt_in_total(script):
    async with RawServer(script) as server, connect(server) as client:
        attempts = [len((await report(client)).attempts) for _ in range(6)]
    assert attempts == [1, 2, 1, 1, 1, 1]


async def test_connections_are_reused_again_after_a_while(monkeypatch):
    monkeypatch.setattr("mirakl_async.http.aiohttp_wire.NO_REUSE_INTERVAL", 0.05)
    async with RawServer(close_unsaid, answering(DONE)) as server, connect(server) as client:
        assert [len((await report(client)).attempts) for _ in range(3)] == [1, 2, 1]
        assert server.connections == 3
        await asyncio.sleep(0.06)
        for _ in range(5):
            await report(client)
        assert server.connections <= 4


async def test_a_new_connection_is_opened_only_to_the_server_that_closes_it():
    async with (
        RawServer(close_unsaid) as closing,
        RawServer(answering(file_answer(b"a;b"))) as keeping,
        front(closing) as client,
    ):
        for _ in range(3):
            await client.request("PUT", "/api/x", retry="idempotent")
            assert await client.orders.download_export(keeping.url + "/f").read() == b"a;b"
    assert (closing.connections, keeping.connections) == (3, 1)


async def test_an_unsafe_call_is_never_sent_on_a_reused_connection():
    async with RawServer(close_unsaid) as server, connect(server) as client:
        for _ in range(3):
            assert (await client.request("POST", "/v1/x", body={})).status == 204
    assert server.connections == 3
    assert {request.header("Connection") for request in server.requests} == {"close"}


async def test_a_broken_new_connection_does_not_disable_reuse():
    async def break_off(peer):
        await peer.request()
        peer.reset()

    async with RawServer(break_off, answering(DONE)) as server, connect(server) as client:
        with pytest.raises(OutcomeUnknown):
            await client.request("POST", "/v1/x", body={})
        for _ in range(3):
            assert len((await report(client)).attempts) == 1
    assert server.connections == 2


AWKWARD = [
    *string.punctuation.replace("/", ""), " ", "%2F", "%3B", "%", "a;b", "..;", "a..b", "...", "é", "日本", "a\tb", "a\nb",
    "~", "\x7f", "a%zzb", "+", "😀",
]  # fmt: skip


async def test_the_environment_gives_neither_a_proxy_nor_credentials(monkeypatch, tmp_path):
    passwords = tmp_path / "netrc"
    passwords.write_text("machine 127.0.0.1 login user password other\n")
    monkeypatch.setenv("NETRC", str(passwords))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with RawServer(answering(DONE)) as server, connect(server) as client:
        assert len((await report(client)).attempts) == 1
    assert server.requests[0].header("Authorization") == "Bearer t"


async def test_a_path_argument_arrives_as_one_escaped_segment():
    async with RawServer(answering(answer(b'{"order_id":"1"}'))) as server, front(server) as client:
        for text in AWKWARD:
            if text == ".":
                continue
            for call in (client.orders.get(text), client.call("OR12", {"order_id": text})):
                await call
                assert server.requests[-1].target == f"/api/orders/{quote(text, safe='')}"
        for text in ("", ".", "..", "a/b", "/", "\ud800"):
            with pytest.raises(InvalidArgument):
                await client.orders.get(text)
    assert len(server.requests) == 2 * (len(AWKWARD) - 1)


async def test_a_query_argument_arrives_unchanged():
    async with RawServer(answering(answer(b'{"orders":[],"total_count":0}'))) as server, front(server) as client:
        for text in AWKWARD:
            name = text if text.isprintable() else "name"
            await client.request("GET", "/api/x", query={"customer": text, name: "1"})
            path, _, query = server.requests[-1].target.partition("?")
            assert path == "/api/x"
            assert query == f"customer={quote(text, safe=',:')}&{quote(name, safe='')}=1"
            assert [unquote(part) for part in query.split("&")] == [f"customer={text}", f"{name}=1"]
            if "," not in text:
                assert [order async for order in client.orders.list(order_ids=[text])] == []
                assert f"order_ids={quote(text, safe=',:')}" in server.requests[-1].target.split("?")[1].split("&")


PATHS = ["/api/a%2Fb", "/api/a%3Bb", "/api/a/../b", "/api/a;b=c", "/api/%7Euser/%c3%a9", "/api//b/", "/api/a'b(c)!*"]
SIGNED = ["?", "?a=%2F%3B%7E+%20", "?a=b;c=d&e='()*!$@:/?[]", "?sig=A%2BB%3d%3D&x=%C3%A9%c3%a9", "?a=%25zz", "?=&&a"]


@pytest.mark.parametrize("path", [path for path in PATHS if "/../" not in path])
async def test_a_path_given_to_request_is_sent_unchanged(path):
    async with RawServer(answering()) as server, front(server) as client:
        await client.request("GET", path)
    assert unquote(server.requests[-1].target) == unquote(path)
    assert server.requests[-1].target.count("/") == path.count("/")


@pytest.mark.parametrize("query", SIGNED)
@pytest.mark.parametrize("path", PATHS)
async def test_a_url_from_the_server_is_requested_unchanged(path, query):
    given = path + ("" if query == "?" else query)
    async with RawServer(answering(file_answer(b"a;b"))) as store:
        moved = answer(b"", status="302 Found", headers=(f"Location: {store.url}{given}#part",))
        async with RawServer(answering(moved)) as server, front(server) as client:
            assert await client.orders.download_export(store.url + given).read() == b"a;b"
            assert await client.products.download_error_report(1).read() == b"a;b"
    assert [request.target for request in store.requests] == [given, given]


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("/é b?x=%zz", "/%C3%A9%20b?x=%25zz"),
        ("/%2f%3B/é?sig=%2B%3d%7E", "/%2f%3B/%C3%A9?sig=%2B%3d%7E"),
        ('/<a>"b"?c=|d|^`{}', "/%3Ca%3E%22b%22?c=%7Cd%7C%5E%60%7B%7D"),
        ("/a/../b c", "/a/../b%20c"),
    ],
)
async def test_only_characters_that_are_invalid_in_a_url_are_escaped(given, asked):
    async with RawServer(answering(file_answer(b"a;b"))) as store, front(store) as client:
        await client.orders.download_export(store.url + given).read()
    assert store.requests[-1].target == asked
