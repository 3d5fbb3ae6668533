"""Headers that a caller gives: sent in addition, or refused before anything is sent."""

import pytest

from mirakl_async import BearerToken, ConnectChannel, InvalidArgument, MarketplaceFront
from mirakl_async.options import check_headers
from tests.http.test_transport import client, reply, report

OURS = [
    "Host", "host", "CONTENT-LENGTH", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Trailer",
    "Content-Type", "content-encoding", "Authorization", "authorization", "Range", "If-Range", "Expect",
    "Proxy-Connection",
]  # fmt: skip
REFUSED = [
    *({name: "x"} for name in OURS),
    {"X-Mine": "a\r\nX-Other: b"}, {"X-Mine": "a\n"}, {"X-Mine": "a\rb"}, {"X-Mine": "a\0b"}, {"X-Mine": "é"},
    {"X-Mine": " a"}, {"X-Mine": "a\t"}, {"X-Mine": "\x7f"}, {"X-Mine": "\ud800"}, {"X-Mine": 5}, {"X-Mine": None},
    {"X-Mine": b"a"}, {"X-Mine": ["a"]}, {5: "a"}, {None: "a"}, {b"X": "a"}, {"": "a"}, {"X Mine": "a"},
    {"X-Mine:": "a"}, {"X\r\nY": "a"}, {"Ünï": "a"}, [("X-Mine", "a")], "X-Mine: a", 5, {"X-Mine"},
]  # fmt: skip


@pytest.mark.parametrize("headers", REFUSED, ids=lambda headers: ascii(headers)[:40])
async def test_invalid_and_reserved_headers_are_rejected_before_anything_is_sent(headers):
    connect, wire = client(reply(204))
    async with connect:
        with pytest.raises(InvalidArgument, match="headers: "):
            await report(connect, headers=headers)
        with pytest.raises(InvalidArgument, match="headers: "):
            connect.with_options(headers=headers)
        with pytest.raises(InvalidArgument, match="headers: "):
            await connect.request("GET", "/v1/x", headers=headers)
        with pytest.raises(InvalidArgument, match="headers: "):
            await connect.call("updateActionStatus", {"action_id": "a"}, body={"status": "SUCCESS"}, headers=headers)
    assert wire.sent == []


@pytest.mark.parametrize("headers", [{"Host": "x"}, {"X-Mine": 5}])
async def test_downloads_and_lists_reject_them_too(headers):
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t")) as front:
        with pytest.raises(InvalidArgument, match="headers: "):
            await front.products.download_error_report(1, headers=headers).read()
        with pytest.raises(InvalidArgument, match="headers: "):
            await front.orders.list(headers=headers).first()
        with pytest.raises(InvalidArgument, match="headers: "):
            await front.call("P44", {"import": 1}, headers=headers)


def test_the_message_says_what_to_do_and_shows_no_value():
    with pytest.raises(InvalidArgument, match=r"Authorization is set by the client's credential; use auth="):
        check_headers("OR11", {"Authorization": "Bearer s3cr3t"})
    for headers in ({"X-Key": "s3cr3t\n"}, {"X-Key": b"s3cr3t"}):
        with pytest.raises(InvalidArgument) as caught:
            check_headers("OR11", headers)
        assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["X-Mine", "x-mine", "User-Agent", "Cookie", "Accept-Language", "accept", "ACCEPT"])
async def test_other_headers_are_sent_unchanged_and_accept_replaces_the_default(name):
    connect, wire = client(reply(204), reply(204))
    async with connect:
        await report(connect, headers={name: "a b\tc"})
        await report(connect.with_options(headers={name: ""}))
    for sent, value in zip(wire.sent, ("a b\tc", ""), strict=True):
        found = {key: text for key, text in sent[2].items() if key.lower() == name.lower()}
        assert list(found.values()) == [value]


async def test_headers_none_sends_no_additional_headers():
    async with ConnectChannel(auth=BearerToken("t")) as connect:
        assert connect.with_options(headers=None).session.options_for({}) == {"headers": None}
