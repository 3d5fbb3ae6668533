"""What was sent as a credential is in no error, also where something on the way repeats it in its response."""

from __future__ import annotations

import pytest

from mirakl_async import BearerToken, ClientCredentials, Retry, errors

from .calling import client, reply, report

TOKEN = "opaque.secret-token"
ECHOES = {
    "a debugging proxy": reply(403, f"<pre>Authorization: Bearer {TOKEN}\nAccept: */*</pre>".encode()),
    "an error": reply(400, f'{{"code": "X", "message": "wrong token {TOKEN}", "errors": []}}'.encode()),
    "a success": reply(200, f"<html>You sent {TOKEN}</html>".encode(), Content_Type="text/html"),
    "cut off": reply(200, b"<html>" + b"x" * 80 + f" {TOKEN}".encode(), Content_Type="text/html"),
    "an outage": reply(503, TOKEN.encode()),
}


@pytest.mark.parametrize("echo", ECHOES)
async def test_a_credential_that_a_response_repeats_is_in_no_error(echo):
    connect, _ = client(ECHOES[echo], auth=BearerToken(TOKEN), retry=Retry(max_retries=0))
    async with connect:
        with pytest.raises(errors.CallError) as raised:
            await report(connect)
    shown = f"{raised.value} {raised.value!r} {getattr(raised.value, 'body_excerpt', '')} {raised.value.__cause__}"
    assert TOKEN[:10] not in shown
    assert "***" in shown


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 503])
async def test_a_client_secret_that_the_token_endpoint_repeats_is_in_no_error(status):
    body = b'{"error": "invalid_client", "error_description": "no client has the secret shh-very-secret!"}'
    connect, _ = client(reply(status, body), auth=ClientCredentials("id", "shh-very-secret!"))
    async with connect:
        with pytest.raises(errors.TokenError, match=r"the secret \*\*\*") as raised:
            await report(connect)
    assert "shh" not in repr(raised.value)
