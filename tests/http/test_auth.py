import asyncio

import pytest
from multidict import CIMultiDict

from mirakl_async import ApiKey, BearerToken, ClientCredentials, errors
from mirakl_async.http.wire import WireError, WireResponse
from tests.support.manual_clock import InstantClock, ManualClock


class TokenWire:
    def __init__(self, *answers, delay=0.0):
        self.answers = list(answers)
        self.posts = []
        self.delay = delay

    async def exchange(self, method, url, headers, body, *, timeout, max_bytes, new_connection=False):
        self.posts.append((method, url, headers, body))
        await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, WireError):
            raise answer
        return answer

    async def close(self):
        pass


def token(number: int = 1, expires_in: str = "3599") -> WireResponse:
    body = f'{{"token_type":"Bearer","access_token":"token-{number}","expires_in":{expires_in}}}'
    return WireResponse(200, CIMultiDict(), body.encode())


def keeper(wire, clock):
    return ClientCredentials("my-id", "my-secret").authenticator("https://auth.example/oauth/token", wire, clock)


async def test_the_exchange_is_form_encoded():
    wire = TokenWire(token())
    auth = keeper(wire, InstantClock())
    assert auth.current() is None
    assert (await auth.obtain()).header == "Bearer token-1"
    method, url, headers, body = wire.posts[0]
    assert (method, url) == ("POST", "https://auth.example/oauth/token")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body == b"grant_type=client_credentials&client_id=my-id&client_secret=my-secret"


async def test_cancelled_callers_do_not_start_another_exchange():
    wire = TokenWire(token(), delay=0.08)
    auth = keeper(wire, InstantClock())

    async def impatient(limit):
        async with asyncio.timeout(limit):
            return await auth.obtain()

    results = await asyncio.gather(*(impatient(0.02 if n < 200 else 1) for n in range(300)), return_exceptions=True)
    assert len(wire.posts) == 1
    assert sum(isinstance(result, TimeoutError) for result in results) == 200


async def test_five_hundred_401s_for_one_token_renew_it_once():
    wire = TokenWire(token(1), token(2), delay=0.01)
    auth = keeper(wire, InstantClock())
    grant = await auth.obtain()
    await asyncio.gather(*(auth.refresh(grant.generation) for _ in range(500)))
    await auth.refresh(grant.generation)
    assert len(wire.posts) == 2
    assert auth.current().header == "Bearer token-2"


@pytest.mark.parametrize("life", [3599.0, 600.0, 30.0, 1.0])
async def test_a_token_is_renewed_in_the_background_before_it_expires_and_at_once_after(life):
    clock = ManualClock()
    wire = TokenWire(token(1, str(life)), token(2, str(life)))
    auth = keeper(wire, clock)
    await auth.obtain()
    soft, hard = min(300, 0.2 * life), min(30, 0.05 * life)
    clock.now += life - soft - 0.01
    assert auth.current().generation == 1
    await clock.settle()
    assert len(wire.posts) == 1
    clock.now += 0.02
    assert auth.current().generation == 1  # still used, renewed behind it
    await clock.settle()
    assert auth.current().generation == 2
    clock.now += life - hard + 0.01
    assert auth.current() is None


@pytest.mark.parametrize(
    "expires_in",
    [
        "0",
        "-5",
        '"abc"',
        "null",
        "1e300",
        "1e308",
        "1e400",
        "1e99999999999999999999",
        "1" + "0" * 400,
        "9" * 5000,
        "NaN",
        "-Infinity",
        "true",
        '"NaN"',
        '""',
        "[]",
        "{}",
    ],
)
async def test_an_invalid_expires_in_counts_as_five_minutes(expires_in):
    clock = ManualClock()
    auth = keeper(TokenWire(token(1, expires_in)), clock)
    await auth.obtain()
    clock.now += 230
    assert auth.current() is not None
    clock.now += 60
    assert auth.current() is None
    await auth.close()


async def test_a_token_that_is_expired_on_arrival_is_used_and_not_requested_again_forever():
    class Slow(TokenWire):
        async def exchange(self, *args, **kwargs):
            clock.now += 2
            return await super().exchange(*args, **kwargs)

    clock = InstantClock()
    wire = Slow(token(expires_in="1"))
    async with asyncio.timeout(1):
        assert (await keeper(wire, clock).obtain()).header == "Bearer token-1"
    assert len(wire.posts) == 1


async def test_rejected_credentials_are_remembered_and_not_shown():
    clock = ManualClock()
    wire = TokenWire(
        WireResponse(401, CIMultiDict(), b'{"error":"invalid_client","error_description":"no such client"}')
    )
    auth = keeper(wire, clock)
    for _ in range(5):
        with pytest.raises(errors.TokenRefused, match="no such client") as raised:
            await auth.obtain()
        assert raised.value.code == "invalid_client"
        assert "my-secret" not in str(raised.value)
    assert len(wire.posts) == 1
    clock.now += 31
    with pytest.raises(errors.TokenRefused):
        await auth.obtain()
    assert len(wire.posts) == 2


async def test_a_failing_token_request_is_retried_and_then_raises_its_own_error():
    lost = WireError("lost", "sent", "the connection broke")
    wire = TokenWire(
        WireResponse(503, CIMultiDict(), b""), lost, WireResponse(429, CIMultiDict({"Retry-After": "3"}), b""), token()
    )
    clock = InstantClock()
    auth = keeper(wire, clock)
    assert (await auth.obtain()).header == "Bearer token-1"
    assert max(clock.slept) >= 3
    broken = keeper(TokenWire(WireResponse(503, CIMultiDict(), b"")), InstantClock())
    with pytest.raises(errors.TokenUnavailable, match="503"):
        await broken.obtain()
    wrong = keeper(TokenWire(WireResponse(200, CIMultiDict(), b"<html>")), InstantClock())
    with pytest.raises(errors.TokenUnavailable, match="without a valid access_token"):
        await wrong.obtain()


def said(status, body, **headers):
    return WireResponse(status, CIMultiDict(headers), body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize(
    "nonsense",
    [
        said(200, "<html>Checking your browser"), said(200, ""), said(200, "null"), said(200, "[]"), said(200, "3"),
        said(200, '{"access_token":null}'), said(200, '{"access_token":""}'), said(200, '{"access_token":5}'),
        said(200, '{"access_token":"  "}'), said(200, '{"access_token":["a"]}'), said(200, '{"access_token":"a b"}'),
        said(200, '{"access_token":"a\\r\\nX: y"}'), said(200, '{"access_token":"caf\u00e9"}'), said(200, b"\xff\xfe"),
        said(200, '{"access_token":"a","token_type":"mac"}'), said(200, '{"error":"temporarily_unavailable"}'),
        said(200, '{"error":"maintenance"}'), said(200, "[" * 5000), said(204, ""), said(202, "{}"),
        said(400, "<html>Bad Request"), said(403, "<html>Access denied"), said(401, "  <html>Sign in"),
        said(403, "error code: 1020"), said(400, ""), said(400, '{"error":"server_error"}'), said(408, ""),
        said(500, "{}"), said(502, "<html>"), said(503, ""), said(504, ""), said(429, ""),
    ],
)  # fmt: skip
async def test_an_invalid_token_response_of_a_gateway_is_retried_a_limited_number_of_times(nonsense):
    wire = TokenWire(nonsense, nonsense, token())
    assert (await keeper(wire, InstantClock()).obtain()).header == "Bearer token-1"
    wire = TokenWire(nonsense)
    with pytest.raises(errors.TokenUnavailable, match=rf"after 4 attempts: it answered {nonsense.status}"):
        await keeper(wire, InstantClock()).obtain()
    assert len(wire.posts) == 4


@pytest.mark.parametrize(
    ("refusal", "code", "words"),
    [
        (
            said(200, '{"error":"invalid_client","error_description":"no such client"}'),
            "invalid_client",
            "no such client",
        ),
        (
            said(200, '{"error":"unauthorized_client","access_token":null}'),
            "unauthorized_client",
            "unauthorized_client",
        ),
        (said(400, b'\xef\xbb\xbf{"error":"invalid_client","error_description":"who?"}'), "invalid_client", "who[?]"),
        (said(400, '{"error":"invalid_grant"}'), "invalid_grant", "invalid_grant"),
        (said(401, ""), None, "answered 401"),
        (said(401, "Unauthorized"), None, "Unauthorized"),
        (
            said(403, '{"error":"access_denied","error_description":"two\\nlines \\u001b[2J"}'),
            "access_denied",
            "two lines",
        ),
    ],
)
async def test_rejected_credentials_are_reported_with_the_servers_message(refusal, code, words):
    wire = TokenWire(refusal)
    with pytest.raises(errors.TokenRefused, match=words) as raised:
        await keeper(wire, InstantClock()).obtain()
    assert raised.value.code == code
    assert str(raised.value).isprintable()
    assert len(wire.posts) == 1


@pytest.mark.parametrize("status", [301, 404, 405, 410, 415])
async def test_a_url_that_issues_no_tokens_is_reported_at_once(status):
    wire = TokenWire(said(status, "<html>"))
    with pytest.raises(errors.TokenUnavailable, match="Check the authentication URL"):
        await keeper(wire, InstantClock()).obtain()
    assert len(wire.posts) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"access_token":"token-1"}', b'{"access_token":" token-1\\n","token_type":"bearer"}',
        b'{"access_token":"token-1","token_type":"BearerToken"}', b'{"access_token":"token-1","token_type":null}',
        b'{"access_token":"token-1","scope":"raw \x1b text"}', b'{"access_token":"token-1","expires_in":NaN}',
    ],
)  # fmt: skip
async def test_a_token_is_read_from_any_valid_spelling_of_its_response(body):
    assert (await keeper(TokenWire(said(200, body)), InstantClock()).obtain()).header == "Bearer token-1"


@pytest.mark.parametrize(
    "body",
    ['{"access_token":"se cret"}', '{"access_token":"secret","token_type":"mac"}', '{"access_token":["secret"]}'],
)
async def test_a_response_that_is_not_used_does_not_show_its_token(body):
    with pytest.raises(errors.TokenUnavailable) as raised:
        await keeper(TokenWire(said(200, body)), InstantClock()).obtain()
    assert "cret" not in str(raised.value)


@pytest.mark.parametrize(
    "credential", [ClientCredentials("my-id", "my-secret"), BearerToken("my-secret"), ApiKey("my-secret")]
)
def test_no_secret_is_ever_shown(credential):
    assert "my-secret" not in repr(credential) + str(credential)
    assert not hasattr(credential, "__dict__")


@pytest.mark.parametrize("given", [None, 3, b"token"])
async def test_a_callable_that_does_not_return_a_str_is_a_configuration_error(given):
    auth = BearerToken(lambda: given).authenticator("", TokenWire(), InstantClock())
    with pytest.raises(errors.ConfigurationError, match="must be a str"):
        await auth.obtain()


WAYS_IN = [
    (BearerToken, "the bearer token"),
    (ApiKey, "the API key"),
    (lambda value: ClientCredentials(value, "secret"), "the client id"),
    (lambda value: ClientCredentials("id", value), "the client secret"),
]


@pytest.mark.parametrize(
    "value", ["", " \n", "\ufeff", "a b", "a\nb", "a\0b", "a\x7fb", "\u00e9", "a\u200bb", None, 3, b"a"]
)
@pytest.mark.parametrize(("way", "name"), WAYS_IN)
async def test_a_secret_that_cannot_be_a_header_value_is_rejected_by_name(way, name, value):
    with pytest.raises(errors.ConfigurationError, match=f"^{name} (is empty|must be printable ASCII|must be a str)"):
        way(value)


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {}\t", "\ufeff{}\n", "\ufeff {} \ufeff"])
async def test_white_space_around_a_secret_is_not_sent(around):
    clock = InstantClock()
    given = around.format("secret")
    for credential, header in [
        (BearerToken(given), "Bearer secret"),
        (ApiKey(given), "secret"),
        (BearerToken(lambda: given), "Bearer secret"),
    ]:
        assert (await credential.authenticator("", TokenWire(), clock).obtain()).header == header
    wire = TokenWire(token())
    await ClientCredentials(around.format("my-id"), given).authenticator("https://a/t", wire, clock).obtain()
    [(_, _, _, sent)] = wire.posts
    assert b"client_id=my-id&client_secret=secret" in sent


async def test_a_callable_may_be_async_and_is_called_again_after_a_401():
    asked = []

    async def fetch():
        asked.append(1)
        return f"t{len(asked)}"

    auth = BearerToken(fetch).authenticator("", TokenWire(token()), ManualClock())
    grant = await auth.obtain()
    assert grant.header == "Bearer t1"
    await auth.refresh(grant.generation)
    assert auth.current().header == "Bearer t2"
    fixed = ApiKey("raw").authenticator("", TokenWire(token()), ManualClock())
    assert fixed.current().header == "raw"
    assert not fixed.refreshable
