"""`mirakl-async check` against a right configuration and wrong ones: what it finds, its advice, its exit status."""

from __future__ import annotations

import asyncio
import inspect
import json
from email.utils import formatdate

import pytest
from aiohttp import web

from mirakl_async.cli import check as command
from mirakl_async.simulator import Fault, Simulator

from .program import program

CLOSED = "http://127.0.0.1:9"
BOTH = pytest.mark.parametrize("service", ["connect", "front"])
URL = {"connect": "CONNECT_URL", "front": "FRONT_URL"}
OPERATION = {"connect": "updateActionStatus", "front": "OR11"}


@pytest.fixture
async def mirakl():
    async with Simulator(front={"orders": 5}) as simulator:
        yield simulator


def right(mirakl, service):
    known = {"CLIENT_ID": mirakl.client_id, "CLIENT_SECRET": mirakl.client_secret, "AUTH_URL": mirakl.auth_url}
    if service == "front":
        return known | {"FRONT_URL": mirakl.front_url}
    return known | {"CONNECT_URL": mirakl.connect_url, "ACCOUNT_URL": mirakl.account_url}


@pytest.fixture
def check(monkeypatch, capsys):
    """Run it with these variables: its exit status, and what it found by name."""

    async def run(variables, service=None, **options):
        for name, value in variables.items():
            monkeypatch.setenv(f"MIRAKL_{name}", value)
        status = await command.check(service, json=True, **options)
        shown = capsys.readouterr()
        assert (shown.err, shown.out.count("\n")) == ("", 1)
        said = json.loads(shown.out)
        assert said["ok"] is (status == 0)
        assert all(secret not in shown.out for name, secret in variables.items() if name.endswith(("SECRET", "TOKEN")))
        return status, {one["name"]: one for one in said["findings"]}

    return run


@pytest.fixture
async def serve():
    runners = []

    async def start(respond):
        async def answer(request):
            return respond(request) if not inspect.iscoroutinefunction(respond) else await respond(request)

        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", answer)])
        runners.append(runner := web.AppRunner(app, shutdown_timeout=0.01))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@BOTH
async def test_a_right_configuration(mirakl, check, service):
    status, found = await check(right(mirakl, service))
    assert (status, [(name, one["ok"]) for name, one in found.items()]) == (
        0,
        [("host", True), ("credentials", True), ("clock", True), ("rights", True)],
    )


@BOTH
async def test_the_credentials_that_were_used_are_named(mirakl, check, service):
    status, found = await check(right(mirakl, service) | {"TOKEN": "wrong", "API_KEY": "wrong"})
    assert (status, found["credentials"]["message"]) == (0, "accepted (MIRAKL_CLIENT_ID)")


async def test_a_key_that_was_used_is_named(mirakl, check):
    status, found = await check({"FRONT_URL": mirakl.front_url, "API_KEY": mirakl.api_key})
    assert (status, found["credentials"]["message"]) == (0, "accepted (MIRAKL_API_KEY)")


@pytest.mark.parametrize("path", ["/api", "/api/", "/"])
async def test_a_base_url_with_the_first_part_of_the_paths_is_right(mirakl, check, path):
    status, _ = await check(right(mirakl, "front") | {"FRONT_URL": mirakl.front_url + path})
    assert status == 0


async def test_connect_is_checked_beside_front_when_it_is_asked_for(mirakl, check):
    variables = right(mirakl, "connect") | {"FRONT_URL": CLOSED}
    assert (await check(variables, service="connect"))[0] == 0
    assert (await check(variables))[0] == 3


@BOTH
@pytest.mark.parametrize("changed", ["CLIENT_ID", "CLIENT_SECRET"])
async def test_a_wrong_id_or_secret(mirakl, check, service, changed):
    status, found = await check(right(mirakl, service) | {changed: "another-one"})
    assert (status, list(found)) == (3, ["credentials"])
    assert "invalid_client" in found["credentials"]["message"]
    assert "Set MIRAKL_CLIENT_ID and MIRAKL_CLIENT_SECRET" in found["credentials"]["advice"]


@BOTH
@pytest.mark.parametrize("name", ["TOKEN", "API_KEY"])
async def test_a_wrong_token_or_key(mirakl, check, service, name):
    status, found = await check({URL[service]: right(mirakl, service)[URL[service]], name: "another-one"})
    assert (status, found["credentials"]["ok"]) == (3, False)
    assert f"Check MIRAKL_{name}" in found["credentials"]["advice"]


@BOTH
@pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET"])
async def test_half_of_the_credentials(mirakl, check, service, missing):
    variables = right(mirakl, service)
    del variables[missing]
    status, found = await check(variables)
    assert (status, list(found)) == (2, ["settings"])
    assert f"MIRAKL_{missing} is not set" in found["settings"]["message"]


@BOTH
async def test_no_credentials(mirakl, check, service):
    status, found = await check({URL[service]: right(mirakl, service)[URL[service]]})
    assert (status, list(found)) == (2, ["settings"])
    assert found["settings"]["message"].startswith("no credentials: set MIRAKL_CLIENT_ID")


@BOTH
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("acme.mirakl.net", "is not an absolute http(s) URL"),
        ("http://acme.mirakl.net", "must be https"),
        ("https://acme.mirakl.net/mmp/operator", "has an unknown path"),
        ("https://user:secret@acme.mirakl.net", "must not contain credentials"),
    ],
)
async def test_an_address_that_cannot_be_one(mirakl, check, service, url, message):
    status, found = await check(right(mirakl, service) | {URL[service]: url})
    assert (status, list(found)) == (2, ["settings"])
    assert found["settings"]["message"].startswith(f"MIRAKL_{URL[service]} {message}")


async def test_an_environment_that_does_not_exist(mirakl, check):
    status, found = await check(right(mirakl, "connect") | {"ENVIRONMENT": "staging"})
    assert status == 2
    assert found["settings"]["message"].startswith('MIRAKL_ENVIRONMENT must be "production" or "test"')


@BOTH
@pytest.mark.parametrize(
    ("url", "message"),
    [(CLOSED, "could not connect to 127.0.0.1:9"), ("https://shop.invalid", "could not be resolved")],
)
async def test_a_host_that_is_unreachable(mirakl, check, service, url, message):
    status, found = await check(right(mirakl, service) | {URL[service]: url})
    assert (status, list(found)) == (3, ["host"])
    assert message in found["host"]["message"]
    assert f"Check MIRAKL_{URL[service]}" in found["host"]["advice"]


async def test_the_advice_names_the_option_that_the_address_came_from(mirakl, check):
    _, found = await check(right(mirakl, "front"), front_url=CLOSED)
    assert "Check --front-url" in found["host"]["advice"]
    _, found = await check(right(mirakl, "connect"), service="connect", base_url=CLOSED)
    assert "Check --base-url" in found["host"]["advice"]


async def test_an_authentication_host_that_serves_no_tokens(mirakl, check):
    status, found = await check(right(mirakl, "connect") | {"AUTH_URL": mirakl.connect_url})
    assert (status, list(found)) == (3, ["auth host"])
    assert "Check MIRAKL_AUTH_URL" in found["auth host"]["advice"]


@BOTH
async def test_hosts_that_do_not_answer_in_time(mirakl, check, serve, service, monkeypatch):
    monkeypatch.setitem(command.LIMITS, "deadline", 0.3)

    async def hang(_):
        await asyncio.sleep(60)

    url = await serve(hang)
    status, found = await check(right(mirakl, service) | {URL[service]: url})
    assert (status, list(found)) == (3, ["host"])
    assert "does not answer in time" in found["host"]["advice"]
    status, found = await check(right(mirakl, service) | {"AUTH_URL": url})
    assert (status, list(found)) == (3, ["auth host"])
    assert "MIRAKL_AUTH_URL" in found["auth host"]["advice"]


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        (404, "<html>Welcome to nginx</html>", "There is no Mirakl at "),
        (200, "<html>Please log in</html>", "does not answer as Mirakl does"),
        (401, "<html>Please log in</html>", "does not answer as Mirakl does"),
        (403, "<html>Forbidden</html>", "does not answer as Mirakl does"),
        (302, "", "does not answer as Mirakl does"),
        (503, "<html>Maintenance</html>", "try again later"),
        (429, '{"status": 429, "message": "Too many requests"}', "try again later"),
    ],
)
async def test_a_host_that_does_not_answer_as_mirakl(mirakl, check, serve, service, answer):
    http, body, advice = answer
    media_type = "application/json" if body.startswith("{") else "text/html"
    headers = {"Location": "https://login.example/"} if http == 302 else {}
    url = await serve(lambda _: web.Response(status=http, text=body, content_type=media_type, headers=headers))
    status, found = await check(right(mirakl, service) | {URL[service]: url})
    assert (status, found["host"]["ok"]) == (3, False)
    assert advice in found["host"]["advice"]


@BOTH
async def test_a_right_that_is_missing(mirakl, check, service):
    mirakl.faults.add(
        Fault.status(
            403, body='{"status":403,"message":"no"}', content_type="application/json", operation=OPERATION[service]
        )
    )
    status, found = await check(right(mirakl, service))
    assert status == 3
    assert {name for name, one in found.items() if one["ok"]} == {"host", "credentials", "clock"}
    assert OPERATION[service] in found["rights"]["message"]
    assert "Ask your contact at Mirakl for the right" in found["rights"]["advice"]


@BOTH
@pytest.mark.parametrize("date_and_words", [(4e9, "days behind"), (1e9, "days ahead of")])
async def test_a_clock_that_is_wrong(mirakl, check, serve, service, date_and_words):
    date, words = date_and_words
    body = {"orders": [], "total_count": 0} if service == "front" else {"status": 404, "message": "unknown action"}
    http = 200 if service == "front" else 404
    url = await serve(lambda _: web.json_response(body, status=http, headers={"Date": formatdate(date, usegmt=True)}))
    status, found = await check(right(mirakl, service) | {URL[service]: url})
    assert status == 3
    assert {name for name, one in found.items() if not one["ok"]} == {"clock"}
    assert words in found["clock"]["message"]
    assert "Set this machine's clock" in found["clock"]["advice"]


async def test_a_terminal_shows_a_line_for_each_finding(mirakl):
    variables = {f"MIRAKL_{name}": value for name, value in right(mirakl, "front").items()}
    done = await program("check", variables=variables)
    assert (done.status, done.err) == (0, "")
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        "ok     host", "ok     credentials", "ok     clock", "ok     rights",
    ]  # fmt: skip
    done = await program("check", variables=variables | {"MIRAKL_CLIENT_SECRET": "another-one"})
    assert (done.status, done.err, done.out.count("\n")) == (3, "", 1)
    assert done.out.startswith("FAILED credentials: ")
