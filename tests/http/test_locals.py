"""Tools that print the local variables of a traceback show no secret, no signed URL and no personal data."""

from __future__ import annotations

import json
import traceback

import pytest
from rich.traceback import Traceback

import mirakl_async
from mirakl_async import BearerToken, ClientCredentials, ConnectChannel, Retry
from mirakl_async.redaction import RedactedBytes, RedactedStr, hidden
from tests.downloads.serving import file_answer, front, playing
from tests.support.order_factory import ORIGIN, order
from tests.support.raw_server import RawServer, answer, answering

TOKEN = "tok3n-" + "t" * 100
CLIENT, SECRET = "cl1ent-of-acme", "s3cret-of-acme"
NAME = "Jane-Mc-Personal"
SIGNATURE = "s1gnature"
NO_RETRIES = Retry(max_retries=0)
OURS = mirakl_async.__path__[0]


def printed(error, frames=OURS):
    """What such tools print of an error, its causes and its contexts; of our own frames only."""
    trace = Traceback.extract(type(error), error, error.__traceback__, show_locals=True, locals_hide_dunder=False)
    ours = [frame for stack in trace.stacks for frame in stack.frames if frame.filename.startswith(frames)]
    texts = [node.render() for frame in ours for node in (frame.locals or {}).values()]
    pending, seen = [traceback.TracebackException.from_exception(error, capture_locals=True)], 0
    while pending:
        current = pending.pop()
        for frame in current.stack:
            if frame.filename.startswith(frames):
                seen += 1
                texts.append(repr(frame.locals))
        pending += [other for other in (current.__cause__, current.__context__) if other is not None]
    assert seen > 0
    return "\n".join(texts)


def order_of_jane(number=1):
    return order(number, title=NAME)


def connect(server, **settings):
    settings.setdefault("auth", BearerToken(TOKEN))
    return ConnectChannel(connect_url=server.url, auth_url=server.url, retry=NO_RETRIES, rate_limit="none", **settings)


def assert_hidden(error):
    text = printed(error)
    for secret in (TOKEN, TOKEN[:60], SECRET, NAME, SIGNATURE):
        assert secret not in text
    return text


BROKEN = {
    "refused": answer(json.dumps({"message": "no"}).encode(), status="400 Bad Request"),
    "not JSON": answer(b'{"orders":[{"customer":{"lastname":"%b"}}' % NAME.encode()),
    "cut": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    + b'{"orders":[{"customer":{"lastname":"%b' % NAME.encode(),
    "no HTTP": b"junk\r\n\r\n",
    "damaged": answer(json.dumps({"name": NAME}).encode(), headers=("Content-Encoding: gzip",)),
    "an unknown coding": answer(json.dumps({"name": NAME}).encode(), headers=("Content-Encoding: br",)),
    "HTML": file_answer(b"<html>Checking</html>", "Content-Type: text/html"),
    "a redirect": answer(b"", status="302 Found", headers=(f"Location: https://x.test/?sig={SIGNATURE}",)),
    "a 500": answer(b"{}", status="500 X", headers=(f"Set-Cookie: {SIGNATURE}",)),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_locals_of_a_failed_call_are_safe(case):
    async with RawServer(*playing(BROKEN[case])) as server:
        async with connect(server) as client:
            with pytest.raises(mirakl_async.MiraklError) as caught:
                await client.orders.upsert(orders=[order_of_jane()], origin=ORIGIN)
            assert_hidden(caught.value)
        async with front(server, auth=BearerToken(TOKEN), retry=NO_RETRIES) as client:
            with pytest.raises(mirakl_async.MiraklError) as caught:
                await client.call("OR11", {"customer_references": [NAME]})
            assert TOKEN not in printed(caught.value)
            with pytest.raises(mirakl_async.MiraklError) as caught:
                await client.orders.list().first()
            assert_hidden(caught.value)
            with pytest.raises(mirakl_async.MiraklError) as caught:
                async with client.orders.download_export(f"{server.url}/f?sig={SIGNATURE}") as file:
                    [item async for item in file.items("front.orders:Order", "orders")]
            assert_hidden(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        answer(b'{"access_token":"%b\\n"}' % TOKEN.encode()), answer(b'{"access_token":"%b"' % TOKEN.encode()),
        answer(b'["%b"]' % TOKEN.encode()), answer(b'{"access_token":5,"t":"%b"}' % TOKEN.encode()),
        answer(b'{"error":"invalid_client"}', status="401 X"), b"junk\r\n\r\n",
    ],
)  # fmt: skip
async def test_locals_of_a_failed_token_request_are_safe(raw, monkeypatch):
    monkeypatch.setattr("mirakl_async.http.auth.MAX_ATTEMPTS", 1)
    async with (
        RawServer(answering(raw)) as server,
        connect(server, auth=ClientCredentials(CLIENT, SECRET)) as client,
    ):
        with pytest.raises(mirakl_async.MiraklError) as caught:
            await client.orders.upsert(orders=[order_of_jane()], origin=ORIGIN)
        text = assert_hidden(caught.value)
        assert CLIENT not in text


class Broken(Exception):
    """A fault of the program that runs us."""


def break_at(monkeypatch, place):
    """Make a function that is called with the secrets raise an error that is not the package's own."""

    def fail(*_args, **_options):
        raise Broken

    monkeypatch.setattr(place, fail)


PLACES = [
    "aiohttp.ClientSession._request", "mirakl_async.http.aiohttp_wire.WireResponse", "mirakl_async.http.aiohttp_wire.decode_error_body",
    "mirakl_async.http.transport.Attempt", "mirakl_async.http.transport.Response", "mirakl_async.http.transport.find_unexpected",
    "mirakl_async.http.transport.decide_retry", "mirakl_async.http.failures.read_problem", "mirakl_async.http.auth.AuthHeader",
    "mirakl_async.http.token_response._lifetime", "mirakl_async.http.token_response.read_problem", "mirakl_async.http.request_builder.Request", "mirakl_async.http.aiohttp_wire.current_attempt",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", ["204 No Content", "400 Bad Request"])
async def test_locals_are_safe_wherever_a_call_fails(place, status, monkeypatch):
    token = answer(b'{"access_token":"%b","expires_in":1e400}' % TOKEN.encode())
    said = answer(json.dumps({"message": NAME}).encode(), status=status)
    async with (
        RawServer(answering(token, said)) as server,
        connect(server, auth=ClientCredentials(CLIENT, SECRET)) as client,
    ):
        break_at(monkeypatch, place)
        try:
            await client.orders.upsert(orders=[order_of_jane()], origin=ORIGIN)
        except BaseException as error:  # noqa: BLE001 - whatever it is
            text = printed(error)
            for secret in (TOKEN, SECRET, CLIENT):
                assert secret not in text
            if not isinstance(error, mirakl_async.APIError):  # which has the server's words
                assert NAME not in text


@pytest.mark.parametrize(
    "place", [*PLACES, "mirakl_async.order_sync.entries.encode_batch", "mirakl_async.http.request_builder.build"]
)
async def test_locals_are_safe_wherever_a_sync_fails(place, monkeypatch, tmp_path):
    lines = tmp_path / "orders.ndjson"
    lines.write_bytes(b"".join(mirakl_async.codec.encode(order_of_jane(number)) + b"\n" for number in range(3)))
    for source in ([order_of_jane(number) for number in range(3)], lines):
        with monkeypatch.context() as patch:
            async with RawServer(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as server, connect(server) as client:
                break_at(patch, place)
                try:
                    await client.orders.sync(source, origin=ORIGIN).run()
                except BaseException as error:  # noqa: BLE001 - whatever it is
                    assert_hidden(error)


@pytest.mark.parametrize("make", [
    lambda: BearerToken(f"{TOKEN}\n{TOKEN}"), lambda: BearerToken(f"{TOKEN} é".encode()),
    lambda: mirakl_async.ApiKey(f"{TOKEN}\n{TOKEN}"), lambda: ClientCredentials(CLIENT, f"{SECRET} {SECRET}"),
    lambda: ClientCredentials("", SECRET), lambda: ClientCredentials(CLIENT, ""),
])  # fmt: skip
def test_locals_of_an_invalid_credential_are_safe(make):
    with pytest.raises(mirakl_async.ConfigurationError) as caught:
        make()
    assert CLIENT not in assert_hidden(caught.value)


def test_a_value_with_a_hidden_repr_behaves_like_the_value():
    text, content = hidden(SECRET), hidden(SECRET.encode())
    assert (text, str(text), f"{text}", str.__str__(text)) == (SECRET,) * 4
    assert type(str(text)) is str
    assert (content, bytes(content), content.decode()) == (SECRET.encode(), SECRET.encode(), SECRET)
    assert SECRET not in repr({"a": [text, content]}) + repr(RedactedStr(SECRET)) + repr(RedactedBytes(content))
    assert hidden(5) == 5
    assert hidden(None) is None


async def test_the_content_of_a_response_can_be_read_and_its_repr_hides_it():
    async with RawServer(answering(answer(json.dumps({"n": NAME}).encode()))) as server, connect(server) as client:
        reply = await client.request("GET", "/v1/x")
    assert NAME not in repr(reply.content) + str(reply)
    assert json.loads(reply.content) == reply.json() == {"n": NAME}
