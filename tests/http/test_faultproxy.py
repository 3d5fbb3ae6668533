"""The proxy and the raw server do what their names say, seen from a real client."""

from __future__ import annotations

import asyncio
import contextlib
from time import monotonic

import aiohttp
import pytest

from tests.support import toxics
from tests.support.faultproxy import FaultProxy
from tests.support.raw_server import RawServer, answer, answering

BODY = b'{"orders": [1, 2, 3, 4, 5, 6, 7, 8, 9]}'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"


@contextlib.asynccontextmanager
async def through_proxy(response=None, **options):
    """A server that always answers `response`, a proxy before it, an aiohttp session that repeats nothing."""
    async with (
        RawServer(answering(response or answer(BODY))) as server,
        FaultProxy("127.0.0.1", server.port, **options) as proxy,
        aiohttp.ClientSession(proxy.url) as session,
    ):
        session._retry_connection = False
        yield server, proxy, session


async def fetch(session, path="/", **request):
    async with session.post(path, **request) as response:
        return await response.read()


async def raw_exchange(port, *requests):
    """What a client that believes nothing receives until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in requests:
            writer.write(request)
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("response", [answer(BODY), CHUNKED, answer(b"", status="204 No Content")])
async def test_without_toxics_nothing_changes(response):
    async with through_proxy(response) as (server, proxy, _):
        get = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
        post = b"POST /y HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(get + post)
        assert await reader.readexactly(2 * len(response)) == response * 2
        writer.close()
        assert [(request.target, request.body) for request in server.requests] == [("/x", b""), ("/y", b"abc")]
        assert proxy.requests == proxy.forwarded == [("GET", "/x"), ("POST", "/y")]
        assert proxy.connections == server.connections == 1


async def test_pieces_arriving_byte_by_byte_are_framed_the_same():
    async with through_proxy(CHUNKED) as (server, proxy, session):
        proxy.toxics.add(toxics.Slicer(1, direction="up"))
        proxy.toxics.add(toxics.Slicer(1))
        assert await fetch(session, data=b"x" * 50) == b"hello world"
        assert await fetch(session, data=b"y" * 50) == b"hello world"
        assert [request.body for request in server.requests] == [b"x" * 50, b"y" * 50]


async def test_latency_delays_the_response():
    async with through_proxy() as (_, proxy, session):
        proxy.toxics.add(toxics.Latency(seconds=0.1))
        started = monotonic()
        assert await fetch(session) == BODY
        assert monotonic() - started >= 0.1


async def test_bandwidth_limits_the_rate():
    async with through_proxy(answer(bytes(20_000))) as (_, proxy, session):
        proxy.toxics.add(toxics.Bandwidth(bytes_per_second=100_000))
        started = monotonic()
        assert len(await fetch(session)) == 20_000
        assert 0.2 <= monotonic() - started < 2


async def test_slow_close_delays_the_end_of_the_connection():
    close_delimited = b"HTTP/1.1 200 OK\r\n\r\nrows"

    async def serve(peer):
        await peer.request()
        await peer.send(close_delimited)

    async with RawServer(serve) as server, FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.toxics.add(toxics.SlowClose(seconds=0.1))
        started = monotonic()
        assert await raw_exchange(proxy.port, b"GET / HTTP/1.1\r\n\r\n") == close_delimited
        assert monotonic() - started >= 0.1


async def test_timeout_drops_all_data():
    async with through_proxy() as (server, proxy, session):
        proxy.toxics.add(toxics.Timeout())
        with pytest.raises(TimeoutError):
            await fetch(session, timeout=aiohttp.ClientTimeout(total=0.1))
        assert len(server.requests) == 1, "the server did get it"


async def test_timeout_can_close_the_connection():
    async with through_proxy() as (_, proxy, session):
        proxy.toxics.add(toxics.Timeout(seconds=0.05))
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await fetch(session)


async def test_reset_peer_resets_the_connection():
    async with RawServer(answering()) as server, FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.toxics.add(toxics.ResetPeer(seconds=0.05))
        with pytest.raises(ConnectionResetError):
            await raw_exchange(proxy.port)


async def test_a_toxic_added_later_affects_open_connections():
    async with through_proxy() as (_, proxy, session):
        assert await fetch(session) == BODY
        proxy.toxics.add(toxics.ResetPeer())
        await asyncio.sleep(0.05)
        proxy.toxics.clear()
        assert await fetch(session) == BODY
        assert proxy.connections == 2


async def test_limit_data_counts_every_byte():
    async with through_proxy() as (_, proxy, _session):
        proxy.toxics.add(toxics.LimitData(size=30))
        assert await raw_exchange(proxy.port, b"GET / HTTP/1.1\r\n\r\n") == answer(BODY)[:30]


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("response", [answer(BODY), CHUNKED])
async def test_cut_response_closes_within_the_response(response, reset):
    async with through_proxy(response) as (_, proxy, session):
        proxy.toxics.add(toxics.CutResponse(10, reset=reset))
        with pytest.raises((aiohttp.ClientPayloadError, ConnectionResetError)):
            await fetch(session)


@pytest.mark.parametrize("size", [0, 1, 10])
async def test_cut_response_passes_exactly_the_given_number_of_bytes(size):
    async with through_proxy() as (_, proxy, _session):
        proxy.toxics.add(toxics.CutResponse(size))
        received = await raw_exchange(proxy.port, b"GET / HTTP/1.1\r\n\r\n")
        assert received.partition(b"\r\n\r\n")[2] == BODY[:size]


async def test_lie_about_length_can_announce_too_much():
    async with through_proxy() as (_, proxy, session):
        proxy.toxics.add(toxics.LieAboutLength(5))
        with pytest.raises(aiohttp.ClientPayloadError):
            await fetch(session)


async def test_lie_about_length_can_announce_too_little():
    async with through_proxy() as (_, proxy, _session):
        proxy.toxics.add(toxics.LieAboutLength(-5))
        received = await raw_exchange(proxy.port, b"GET / HTTP/1.1\r\n\r\n")
        assert b"Content-Length: %d\r\n" % (len(BODY) - 5) in received
        assert received.endswith(BODY)


@pytest.mark.parametrize("reset", [False, True])
async def test_swallow_response_drops_the_response_of_an_executed_request(reset):
    async with through_proxy() as (server, proxy, session):
        proxy.toxics.add(toxics.SwallowResponse(reset=reset), times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(session, data=b"order")
        assert [request.body for request in server.requests] == [b"order"]
        assert await fetch(session, data=b"order") == BODY


async def test_close_after_response_at_once():
    async with through_proxy() as (server, proxy, session):
        proxy.toxics.add(toxics.CloseAfterResponse())
        assert await fetch(session) == BODY
        await asyncio.sleep(0.05)
        assert await fetch(session) == BODY
        assert proxy.connections == server.connections == 2


async def test_close_after_response_as_the_next_request_arrives():
    async with through_proxy() as (server, proxy, session):
        proxy.toxics.add(toxics.CloseAfterResponse("next request"))
        assert await fetch(session) == BODY
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(session)
        assert len(proxy.requests) == 2
        assert len(proxy.forwarded) == len(server.requests) == 1


async def test_a_toxic_can_be_limited_to_a_path_and_a_number_of_times():
    async with through_proxy() as (server, proxy, session):
        proxy.toxics.add(toxics.SwallowResponse(), path="/v1/orders", times=2)
        assert await fetch(session, "/oauth/token") == BODY
        for _ in range(2):
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await fetch(session, "/v1/orders")
        assert await fetch(session, "/v1/orders") == BODY
        assert len(server.requests) == 4


async def test_toxicity_is_a_probability_drawn_from_the_seed():
    async def struck(seed):
        async with through_proxy(seed=seed) as (_, proxy, session):
            proxy.toxics.add(toxics.SwallowResponse(), toxicity=0.5)
            return [isinstance(await attempt(session), Exception) for _ in range(40)]

    async def attempt(session):
        return (await asyncio.gather(fetch(session), return_exceptions=True))[0]

    first = await struck(1)
    assert 8 <= sum(first) <= 32
    assert first == await struck(1)
    assert first != await struck(2)


def test_a_stream_toxic_has_no_path():
    with pytest.raises(ValueError, match="Latency sees bytes"):
        FaultProxy("127.0.0.1", 1).toxics.add(toxics.Latency(), path="/v1/orders")


async def test_down_and_up_again_on_the_same_port():
    async with through_proxy() as (_, proxy, session):
        assert await fetch(session) == BODY
        await proxy.go_down()
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(session)
        with pytest.raises(aiohttp.ClientConnectorError):
            await fetch(session)
        await proxy.come_up()
        assert await fetch(session) == BODY


async def test_an_unreachable_upstream_resets_the_connection():
    async with RawServer(answering()) as gone:
        pass
    async with FaultProxy("127.0.0.1", gone.port) as proxy:
        with pytest.raises(ConnectionResetError):
            await raw_exchange(proxy.port)


async def test_raw_server_runs_one_script_per_connection_and_repeats_the_last():
    async def junk(peer):
        await peer.request()
        await peer.send(b"SMTP nonsense\r\n\r\n")

    async def reset(peer):
        await peer.request()
        peer.reset()

    async with RawServer(junk, reset, answering(answer(b"1"), answer(b"2"))) as server:
        async with aiohttp.ClientSession(server.url) as session:
            session._retry_connection = False
            with pytest.raises(aiohttp.ClientResponseError):
                await fetch(session)
            with pytest.raises(aiohttp.ClientOSError):
                await fetch(session)
            assert [await fetch(session) for _ in range(3)] == [b"1", b"2", b"2"]
        assert server.connections == 3
        assert len(server.requests) == 5
        assert server.requests[0].method == "POST"
        assert server.requests[0].header("Content-Length") == "0"
        assert server.requests[0].header("x-none") is None


async def test_raw_server_raises_the_error_of_a_script():
    async def broken(_peer):
        raise LookupError("no such thing")

    with pytest.raises(ExceptionGroup) as caught:
        async with RawServer(broken) as server:
            await raw_exchange(server.port)
    assert caught.group_contains(LookupError, match="no such thing")
