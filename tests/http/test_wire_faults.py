"""What can go wrong between two sockets, over two sockets."""

import asyncio
import gzip
import ssl

import aiohttp
import pytest
import trustme
from aiohttp import web

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, Retry, errors
from mirakl_async.operations.connect.orders import UPDATE_ACTION_STATUS
from mirakl_async.options import Limits, Timeouts

NO_RETRIES = Retry(max_retries=0)
ONE_RETRY = Retry(max_retries=1, initial_delay=0.001)
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Script:
    """A server that plays one function per connection and records the head of every request."""

    def __init__(self, *players):
        self.players = list(players)
        self.heads = []
        self.connections = 0
        self.tasks = set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await self.server.wait_closed()

    async def _connected(self, reader, writer):
        self.connections += 1
        self.tasks.add(asyncio.current_task())
        player = self.players.pop(0) if len(self.players) > 1 else self.players[0]
        try:
            await player(self, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            writer.close()

    async def request(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
        )
        return await reader.readexactly(length)


def answering(raw, *, then_close=True, times=1):
    async def play(script, reader, writer):
        for _ in range(times):
            await script.request(reader)
            writer.write(raw)
            await writer.drain()
        if not then_close:
            await reader.read()

    return play


async def reset(script, reader, writer):
    await script.request(reader)
    writer.transport.abort()


async def silence(script, reader, writer):
    await script.request(reader)
    await reader.read()


def client(port, **settings):
    settings.setdefault("retry", NO_RETRIES)
    return ConnectChannel(auth=BearerToken("t"), connect_url=f"http://127.0.0.1:{port}", rate_limit="none", **settings)


async def report(connect, **options):
    return await connect.orders.update_action_status("a1", status="SUCCESS", **options)


async def unsafe(connect, **options):
    return await connect.request("POST", "/v1/anything", body={}, **options)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    ],
)
async def test_a_truncated_response_is_a_lost_connection(raw):
    async with Script(answering(raw), answering(OK)) as server, client(server.port, retry=ONE_RETRY) as connect:
        await report(connect)
        assert len(server.heads) == 2
    async with Script(answering(raw)) as server, client(server.port) as connect:
        with pytest.raises(errors.ConnectionLost):
            await report(connect)


async def test_a_call_is_retried_after_a_reset_only_if_it_is_harmless():
    async with Script(reset, answering(OK)) as server, client(server.port, retry=ONE_RETRY) as connect:
        await report(connect)
        assert len(server.heads) == 2
    async with Script(reset, answering(OK)) as server, client(server.port, retry=ONE_RETRY) as connect:
        with pytest.raises(errors.OutcomeUnknown):
            await unsafe(connect)
        assert len(server.heads) == 1


async def test_a_retry_after_the_server_closed_an_idle_connection_is_counted():
    async with (
        Script(answering(OK), answering(OK)) as server,
        client(server.port, retry=ONE_RETRY) as connect,
    ):
        for _ in range(10):
            reply = await connect.raw_response(connect.orders.update_action_status, "a1", status="SUCCESS")
            assert reply.status == 204
        assert connect.counters.attempts >= len(server.heads)


async def test_a_silent_server_ends_in_the_attempts_timeout():
    async with Script(silence) as server, client(server.port) as connect:
        with pytest.raises(errors.AttemptTimeout):
            await report(connect, timeout=0.05)
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=0.05)
        assert raised.value.timings.sending > 0.04
        with pytest.raises(errors.OutcomeUnknown):
            await unsafe(connect, timeout=0.05)


async def test_an_attempt_that_times_out_while_connecting_was_not_sent():
    async def no_handshake(script, reader, writer):
        await reader.read()

    async with Script(no_handshake) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with ConnectChannel(
            auth=BearerToken("t"), connect_url=url, rate_limit="none", retry=ONE_RETRY
        ) as connect:
            with pytest.raises(errors.AttemptTimeout, match="the attempt timed out") as raised:
                await unsafe(connect, timeout=0.05)
    assert len(raised.value.attempts) == 2


async def test_a_timeout_of_zero_is_not_unlimited():
    async with Script(silence) as server, client(server.port) as connect, asyncio.timeout(5):
        with pytest.raises(errors.InvalidArgument, match="timeout: must be a number of seconds above 0"):
            await report(connect, timeout=0)
        with pytest.raises(errors.AttemptTimeout):
            await report(connect, timeout=1e-9)
        with pytest.raises(errors.DeadlineExceeded):
            await report(connect, deadline=0)


async def test_a_timeout_of_many_seconds_is_not_rounded_up(monkeypatch):
    loop, timers = asyncio.get_running_loop(), []
    call_at = loop.call_at
    monkeypatch.setattr(
        loop, "call_at", lambda when, *rest, **more: timers.append(when) or call_at(when, *rest, **more)
    )
    async with Script(silence) as server, client(server.port) as connect:
        began = loop.time()
        call = asyncio.create_task(report(connect, deadline=70.3, timeout=60.3))
        while not server.heads:
            await asyncio.sleep(0.001)
        call.cancel()
    attempt = [when for when in timers if began + 60 < when < began + 70]
    assert attempt
    assert not any(when.is_integer() for when in attempt)


async def test_a_slow_response_does_not_exceed_the_timeout():
    async def drip(script, reader, writer):
        await script.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with Script(drip) as server, client(server.port) as connect:
        with pytest.raises(errors.AttemptTimeout):
            await report(connect, timeout=0.1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_never_followed(status):
    async with Script(answering(OK)) as elsewhere:
        raw = (
            f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{elsewhere.port}/?q=secret\r\nContent-Length: 0\r\n\r\n"
        )
        async with Script(answering(raw.encode())) as server, client(server.port) as connect:
            with pytest.raises(errors.UnexpectedRedirect) as raised:
                await report(connect)
            assert "secret" not in str(raised.value)
        assert elsewhere.heads == []


async def test_a_decompression_bomb_is_limited_by_its_decompressed_size():
    bomb = gzip.compress(b"0" * 30_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    limits = Limits(max_response_bytes=1_000_000)
    async with Script(answering(head + bomb)) as server, client(server.port, limits=limits) as connect:
        with pytest.raises(errors.ResponseTooLarge):
            await report(connect)


def compressed(status, body, encoding=b"gzip"):
    head = b"HTTP/1.1 %d X\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (status, encoding, len(body)) + body


async def test_compressed_content_that_ends_early_is_a_lost_connection():
    whole = gzip.compress(b'{"orders":[]}' * 999)
    script = Script(answering(compressed(200, whole[:-9])), answering(compressed(200, whole)))
    async with script as server, client(server.port, retry=ONE_RETRY) as connect:
        reply = await connect.request("GET", "/v1/anything")
    assert reply.content == b'{"orders":[]}' * 999
    assert [attempt.outcome for attempt in reply.attempts] == ["the compressed response is truncated", "200"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (compressed(200, b"\x0b\x01\x80{}\x03", b"br"), "compressed as 'br'"),
        (compressed(200, b"no gzip at all"), "corrupt"),
    ],
)
async def test_an_unknown_compression_is_an_error(raw, words):
    async with Script(answering(raw)) as server, client(server.port) as connect:
        with pytest.raises(errors.TransportError, match=words):
            await connect.request("GET", "/v1/anything")


async def test_a_charset_as_content_encoding_is_ignored():
    async with Script(answering(compressed(200, b"{}", b"utf-8"))) as server, client(server.port) as connect:
        assert (await connect.request("GET", "/v1/anything")).content == b"{}"


@pytest.mark.parametrize(
    "raw",
    [
        compressed(404, b"no gzip at all"),
        b"HTTP/1.1 404 X\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
async def test_an_error_with_a_damaged_body_keeps_its_status(raw):
    async with Script(answering(raw)) as server, client(server.port) as connect:
        with pytest.raises(errors.NotFound):
            await unsafe(connect)


async def test_a_redirect_to_an_invalid_url_is_an_error():
    raw = b"HTTP/1.1 302 X\r\nLocation: http://[x\r\nContent-Length: 0\r\n\r\n"
    async with Script(answering(raw)) as server, client(server.port) as connect:
        with pytest.raises(errors.UnexpectedRedirect):
            await report(connect)


async def test_an_endless_body_is_limited():
    async def endless(script, reader, writer):
        await script.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    limits = Limits(max_response_bytes=500_000)
    async with Script(endless) as server, client(server.port, limits=limits) as connect:
        with pytest.raises(errors.ResponseTooLarge):
            await report(connect)


@pytest.mark.parametrize("raw", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"])
async def test_a_response_that_is_not_http_is_an_error(raw):
    async with Script(answering(raw)) as server, client(server.port) as connect:
        with pytest.raises(errors.TransportError) as raised:
            await report(connect)
        assert not isinstance(raised.value, errors.APIError)


async def test_a_gateways_html_and_an_empty_body_are_not_recognized_errors():
    html = b"<html><head><title>502</title></head><body>Bad Gateway someone@example.com</body></html>"
    raw = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(html)
    async with Script(answering(raw + html)) as server, client(server.port) as connect:
        with pytest.raises(errors.ServerError, match="Bad Gateway") as raised:
            await report(connect)
        assert "someone@example.com" not in str(raised.value)
    empty = b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"
    async with Script(answering(empty)) as server, client(server.port) as connect:
        with pytest.raises(errors.ServerError, match="500"):
            await report(connect)


async def test_a_closed_port_and_an_unknown_host_are_failed_connections():
    async with Script(answering(OK)) as server:
        port = server.port
    async with client(port) as connect:
        with pytest.raises(errors.ConnectFailed):
            await report(connect)
        with pytest.raises(errors.ConnectFailed):
            await unsafe(connect)
    settings = {"auth": BearerToken("t"), "rate_limit": "none", "retry": NO_RETRIES}
    async with ConnectChannel(connect_url="https://name.invalid", **settings) as connect:
        with pytest.raises(errors.ConnectFailed, match="name.invalid"):
            await report(connect)


async def test_a_refusal_by_the_proxy_is_a_failed_connection_that_names_it():
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with Script(answering(refusal)) as server:
        proxied = {"proxy": f"http://127.0.0.1:{server.port}", "retry": NO_RETRIES, "rate_limit": "none"}
        async with ConnectChannel(auth=BearerToken("t"), environment="test", **proxied) as connect:
            with pytest.raises(errors.ConnectFailed, match="the proxy.*407"):
                await unsafe(connect)


async def test_closing_the_client_ends_a_call_that_would_be_retried():
    retry = Retry(max_retries=3, initial_delay=0.001)
    async with Script(silence) as server, client(server.port, retry=retry) as connect:
        call = asyncio.create_task(report(connect))
        while not server.heads:
            await asyncio.sleep(0.001)
        await connect.close()
        with pytest.raises(errors.ClientStateError, match="closed"):
            await call


async def test_certificates_are_checked():
    authority, other = trustme.CA(), trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def answer(_):
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        url = f"https://127.0.0.1:{runner.addresses[0][1]}"
        for trusted, works in ((authority, True), (other, False), (None, False)):  # None: the system's authorities
            trust = ssl.create_default_context() if trusted else None
            if trusted:
                trusted.configure_trust(trust)
            settings = {
                "auth": BearerToken("t"),
                "rate_limit": "none",
                "retry": Retry(max_retries=3, initial_delay=0.001),
            }
            async with ConnectChannel(connect_url=url, ssl=trust, **settings) as connect:
                if works:
                    await report(connect)
                    continue
                with pytest.raises(errors.ConnectFailed, match="certificate") as raised:
                    await report(connect)
                assert len(raised.value.attempts) == 1
    finally:
        await runner.cleanup()


async def test_a_put_without_a_body_sends_its_length():
    async with Script(answering(OK)) as server, client(server.port) as connect:
        await connect.request("PUT", "/v1/anything")
    head = server.heads[0].lower()
    assert b"content-length: 0" in head
    assert b"content-type" not in head


async def test_cancelling_leaves_no_connection_behind():
    async with Script(silence) as server, client(server.port) as connect:
        calls = [asyncio.create_task(report(connect)) for _ in range(20)]
        while server.connections < 20:
            await asyncio.sleep(0.005)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        session = connect.session.transport._wire._pooled
        assert not session.connector._acquired


@pytest.mark.parametrize(("page", "length"), [(b"<html>" + b" " * 2000, 9000), (b"<html>", 6), (b"", 0)])
async def test_a_page_in_place_of_a_file_leaves_no_connection_behind(page, length):
    async def send_page(script, reader, writer):
        await script.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (length, page))
        assert await reader.read() == b""

    async with Script(send_page) as server:
        auth, url = BearerToken("t"), f"http://127.0.0.1:{server.port}"
        async with MarketplaceFront(url, auth=auth, rate_limit="none", retry=NO_RETRIES) as front:
            with pytest.raises(errors.UnexpectedResponse, match="HTML"):
                await front.products.download_error_report(1).read()
            assert not front.session.transport._wire._pooled.connector._acquired


@pytest.mark.parametrize(
    ("status", "error"),
    [("200 OK", errors.AttemptTimeout), ("503 Busy", errors.ServerError), ("200 OK", None),
     ("200 OK\r\nContent-Encoding: unknown", errors.ProtocolError)],
)  # fmt: skip
async def test_a_file_whose_start_does_not_arrive_leaves_no_connection_behind(status, error):
    async def stall(script, reader, writer):
        await script.request(reader)
        writer.write(b"HTTP/1.1 %b\r\nContent-Type: text/csv\r\nContent-Length: 9\r\n\r\na" % status.encode())
        assert await reader.read() == b""

    async with Script(stall) as server:
        auth, url = BearerToken("t"), f"http://127.0.0.1:{server.port}"
        async with MarketplaceFront(url, auth=auth, rate_limit="none", retry=NO_RETRIES) as front:
            connector = front.session.transport._wire._pooled.connector
            timeouts = {"timeout": 0.05} if error else {}
            reading = asyncio.create_task(front.products.download_error_report(1, **timeouts).read())
            if error is None:
                while not server.heads:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.02)
                reading.cancel()
            with pytest.raises(error or asyncio.CancelledError):
                await reading
            assert not connector._acquired


async def test_a_page_that_ends_early_is_not_a_file():
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 9000\r\n\r\n<html><p>Checking your browser"
    async with Script(answering(page)) as server:
        auth, url = BearerToken("t"), f"http://127.0.0.1:{server.port}"
        async with MarketplaceFront(url, auth=auth, rate_limit="none", retry=NO_RETRIES) as front:
            with pytest.raises(errors.UnexpectedResponse, match="Checking your browser"):
                await front.products.download_error_report(1).read()


async def test_a_json_file_without_a_first_byte_is_a_lost_connection():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    async with Script(answering(head)) as server:
        auth, url = BearerToken("t"), f"http://127.0.0.1:{server.port}"
        async with MarketplaceFront(url, auth=auth, rate_limit="none", retry=NO_RETRIES) as front:
            with pytest.raises(errors.ConnectionLost, match="the connection closed before the response was complete"):
                await front.orders.download_export(f"{url}/f").read()


async def test_no_call_starves_with_few_connections():
    async def slow(script, reader, writer):
        while True:
            await script.request(reader)
            await asyncio.sleep(0.02)
            writer.write(OK)

    limits = Limits(max_connections=2)
    async with Script(slow) as server, client(server.port, limits=limits, timeouts=Timeouts(attempt=1)) as connect:
        await asyncio.gather(*(report(connect) for _ in range(20)))
        assert server.connections <= 2


async def test_an_early_413_to_a_large_body_is_reported():
    async def refuse(script, reader, writer):
        script.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        while await reader.read(1 << 16):
            pass

    async with Script(refuse) as server, client(server.port) as connect:
        with pytest.raises(errors.CallError) as raised:
            await connect.request("POST", "/v1/anything", body=b"x" * 5_000_000)
        assert getattr(raised.value, "status", 413) == 413


@pytest.mark.parametrize("size", [1_000, 5_000_000])
async def test_a_connection_is_reused_only_if_the_whole_body_was_sent(size):
    """An error that is complete before the body is sent: what is left of the body would be read as a request."""

    async def refuse_first(script, reader, writer):
        if script.connections == 1:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
            await reader.readexactly(size)  # a cut-off body ends here
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.read()

    async with Script(refuse_first) as server, client(server.port) as connect:
        with pytest.raises(errors.CallError):
            await connect.request("POST", "/v1/anything", body=b"x" * size, retry="idempotent")
        await report(connect)
        assert server.connections == (1 if size == 1_000 else 2)


def test_a_new_client_works_in_a_second_event_loop():
    async def once():
        async with Script(answering(OK)) as server, client(server.port) as connect:
            await report(connect)

    asyncio.run(once())
    asyncio.run(once())


async def test_the_private_switch_of_aiohttp_still_exists():
    async with aiohttp.ClientSession() as session:
        assert hasattr(session, "_retry_connection"), "aiohttp changed: see session.py on replays of its own"


def test_the_operation_used_here_is_safe_to_retry():
    assert UPDATE_ACTION_STATUS.retry == "idempotent"
