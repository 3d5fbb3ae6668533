"""A 2xx that is not the documented success, on its way through a call; and errors that are not Mirakl's."""

import pytest

from mirakl_async import BearerToken, MarketplaceFront, Retry, errors

from .calling import answer_always, client, mocked_client, reply, report, requests

PAGE = reply(200, b"<html>Checking your browser</html>", Content_Type="text/html")


async def test_a_firewalls_page_is_not_a_success_and_the_call_is_retried():
    connect, wire = client(PAGE, PAGE, reply(204))
    async with connect:
        assert await report(connect) is None
        assert (len(wire.sent), connect.counters.retries, connect.counters.failures) == (3, 2, 0)
        wire.script = [PAGE]
        with pytest.raises(errors.UnexpectedResponse, match="204 without a body") as raised:
            await report(connect)
    error = raised.value
    assert isinstance(error, errors.TransportError)
    assert (error.status, error.media_type, error.body_excerpt) == (200, "text/html", "Checking your browser")
    assert [attempt.outcome for attempt in error.attempts] == ["200 text/html (unexpected)"] * 4
    assert "Checking your browser" in str(error)


async def test_an_unsafe_call_with_an_unexpected_response_is_sent_once(mocked):
    stores = "https://account.mirakl.net/api/channel-platform/v1/users/stores?token=t"
    mocked.post(stores, body=PAGE.body, content_type="text/html", repeat=True)
    async with mocked_client() as connect:
        with pytest.raises(
            errors.OutcomeUnknown, match=r"the request was sent, but the response is not Mirakl's \(200 text/html"
        ) as raised:
            await connect.account.stores.create(token="t", stores=[])
    assert len(requests(mocked)) == 1
    assert isinstance(raised.value.__cause__, errors.UnexpectedResponse)


async def test_an_unexpected_response_uses_the_quota_and_respects_the_deadline():
    connect, wire = client(PAGE, retry=Retry(quota=28))
    async with connect:
        with pytest.raises(errors.UnexpectedResponse, match="quota is exhausted"):
            await report(connect)
        assert len(wire.sent) == 3
    connect, wire = client(PAGE)
    wire.clock, wire.takes = connect.session._make_transport().clock, 2.0
    async with connect:
        with pytest.raises(errors.DeadlineExceeded) as raised:
            await report(connect, deadline=1.5)
    assert isinstance(raised.value.__cause__, errors.UnexpectedResponse)


async def test_other_responses_of_an_instance_can_be_accepted(mocked):
    def accept(response):
        return (response.operation, response.status, response.body) == ("updateActionStatus", 200, b"OK")

    answer_always(mocked, 200, b"OK", media_type="text/plain")
    async with mocked_client(accept_response=accept) as connect:
        assert await report(connect) is None
        assert (
            await connect.raw_response(connect.orders.update_action_status, "a1", status="SUCCESS")
        ).content == b"OK"
    assert len(requests(mocked)) == 2


@pytest.mark.parametrize("status", [200, 204, 299, 300, 199])
async def test_only_a_status_from_200_to_299_can_be_accepted(mocked, status):
    answer_always(mocked, status)
    async with mocked_client(accept_response=lambda _: True, retry=Retry(max_retries=0)) as connect:
        if 200 <= status <= 299:
            await report(connect)
            return
        with pytest.raises(errors.CallError) as raised:
            await report(connect)
    assert not isinstance(raised.value, errors.TransportError)


@pytest.mark.parametrize(
    ("status", "body", "recognized"),
    [
        (400, b'{"code": "INVALID", "message": "no"}', True), (400, b'{"errors": [{"message": "no"}]}', True),
        (404, b'{"status": 404, "message": "no"}', True), (400, b'[{"message": "no", "field": "a"}]', True),
        (400, b"<html>Bad Request</html>", False), (404, b"", False), (403, b'{"message": "Forbidden"}', False),
        (400, b'{"errors": ["no"]}', False), (400, b'{"errors": []}', False), (413, b'{"code": 413}', False),
        (400, b'{"error": {"code": "x", "message": "y"}}', False), (400, b"{", False), (400, b"[]", False),
        (400, b'{"status": 400, "error": "Bad Request"}', False),
    ],
)  # fmt: skip
async def test_an_error_says_whether_it_is_in_mirakls_format(mocked, status, body, recognized):
    answer_always(mocked, status, body)
    async with mocked_client() as connect:
        with pytest.raises(errors.APIError) as raised:
            await report(connect)
    assert raised.value.recognized is recognized
    assert ("not in Mirakl's error format" in str(raised.value)) is (not recognized and body not in {b"", b"[]"})


JSON = {"Content_Type": "application/json"}
ORDER = reply(200, b'{"order_id": "o1"}', **JSON)


@pytest.mark.parametrize(
    "body",
    [b'{"error": "maintenance"}', b'{"message": "The service is down", "path": "/api/orders/o1"}', b' {\n "x": {}}',
     b'\xef\xbb\xbf{"fault": {"faultstring": "Rate limit"}}', b'{"error": {"order_id": "o1", "returns": []}}',
     b'{"data": {"order_id": "o1"}, "meta": ["returns_success"]}'],
)  # fmt: skip
@pytest.mark.parametrize("media_type", ["application/json", "application/json;charset=utf-8", ""])
async def test_a_json_error_with_a_success_status_is_not_a_success(body, media_type):
    _, wire = client(reply(200, body, Content_Type=media_type), ORDER)
    front = MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=wire, rate_limit="none")
    async with front:
        assert (await front.orders.get("o1")).order_id == "o1"
        assert len(wire.sent) == 2
        wire.script = [reply(200, body, Content_Type=media_type)]
        with pytest.raises(errors.OutcomeUnknown, match="without any documented member"):
            await front.call("RT29", body={"returns": [{"id": "r1"}]})


@pytest.mark.parametrize(
    "body",
    [b"{}", b" { } ", b'{"order_id": null}', b'{"new": 1, "order_id": "o1"}',
     b'{"new": "' + b"x" * 9000 + b'", "order_id": "o1"}', b'{"order\\u005fid": "o1"}',
     b'{"new": {"order_id": 1}, "order_id": "o1"}', b'{"new": "\xff", "order_id": "o1"}'],
)  # fmt: skip
async def test_an_object_without_members_or_with_a_documented_one_is_a_success(body):
    _, wire = client(reply(200, body, **JSON))
    front = MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=wire, rate_limit="none")
    async with front:
        await front.orders.get("o1")
    assert len(wire.sent) == 1
