from __future__ import annotations

from urllib.parse import urlencode

import msgspec
import pytest

from mirakl_async.simulator import ManualClock

from .payloads import order

FORM = "application/x-www-form-urlencoded"


def form(simulator, **members):
    return {
        "grant_type": "client_credentials",
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
    } | members


async def exchange(session, simulator, body, content_type=FORM):
    url = simulator.auth_url + "/oauth/token"
    async with session.post(url, data=body.encode(), headers={"Content-Type": content_type}) as answer:
        return answer.status, msgspec.json.decode(await answer.read())


async def test_credentials_are_exchanged_for_a_valid_token(api, session):
    status, granted = await exchange(session, api.simulator, urlencode(form(api.simulator)))
    assert status == 200
    assert granted.keys() == {"token_type", "access_token", "expires_in", "target_app", "resource_owner"}
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3599)
    api.token = granted["access_token"]
    assert (await api.upsert(order())).status == 204


@pytest.mark.parametrize("wrong", [{"client_secret": "guess"}, {"client_id": "unknown"}, {"client_secret": "été"}])
async def test_wrong_credentials_are_rejected(api, session, wrong):
    status, refused = await exchange(session, api.simulator, urlencode(form(api.simulator, **wrong)))
    assert (status, refused["error"]) == (401, "invalid_client")
    assert api.simulator.client_secret not in str(refused)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_secret": ""}, "invalid_request"),
    ],
)
async def test_another_grant_type_is_rejected(api, session, changed, error):
    status, refused = await exchange(session, api.simulator, urlencode(form(api.simulator, **changed)))
    assert (status, refused["error"]) == (400, error)


async def test_parameters_must_be_sent_once_in_a_form(api, session):
    right = urlencode(form(api.simulator))
    assert await exchange(session, api.simulator, right + "&client_id=other") == (
        400,
        {"error": "invalid_request", "error_description": "a parameter is repeated"},
    )
    assert (await exchange(session, api.simulator, "é", FORM))[0] == 400
    as_json = msgspec.json.encode(form(api.simulator)).decode()
    assert (await exchange(session, api.simulator, as_json, "application/json"))[0] == 415
    async with session.get(api.simulator.auth_url + "/oauth/token") as answer:
        assert answer.status == 405
        assert (await answer.json())["error"] == "METHOD_NOT_ALLOWED"


async def test_exchanges_are_counted(api, session):
    await exchange(session, api.simulator, urlencode(form(api.simulator)))
    await exchange(session, api.simulator, urlencode(form(api.simulator, client_secret="guess")))
    counts = api.simulator.tokens.counts
    assert (counts.requests, counts.granted) == (2, 1)


async def test_a_token_expires_at_its_time(start):
    clock = ManualClock()
    api = await start(expires_in=60, clock=clock)
    clock.advance(59.9)
    assert (await api.upsert(order())).status == 204
    clock.advance(0.1)
    assert (await api.upsert(order())).status == 401


async def test_all_tokens_can_be_revoked(api):
    assert (await api.upsert(order())).status == 204
    assert api.simulator.revoke_tokens() == 1
    assert (await api.upsert(order())).status == 401
    assert api.simulator.revoke_tokens() == 0
    api.token = api.simulator.issue_token()
    assert (await api.upsert(order())).status == 204
