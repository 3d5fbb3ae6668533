"""`mirakl-async call` of a list says when its response is one page of several, and how to read all of them."""

from __future__ import annotations

import json

import pytest

from mirakl_async.cli.more_pages import has_more, list_command
from mirakl_async.http.request import Request
from mirakl_async.http.response import Response
from mirakl_async.operations import operations
from mirakl_async.simulator import Simulator

from .program import program

SINCE = "start_date=2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["OR11", "max=2", SINCE], f"list OR11 {SINCE}"),
        (["OR11", "max=2", "offset=2"], "list OR11"),
        (["RT11", "limit=1"], "list RT11"),
        (["OR11", "max=100"], None),
        (["OR11", "max=2", "offset=3"], None),
        (["RT11", "limit=100"], None),
        (["PC01"], None),
    ],
)
async def test_a_page_says_how_to_read_all_when_there_are_more(arguments, command):
    async with Simulator(front={"orders": 5, "returns": 3}) as mirakl:
        variables = {"MIRAKL_FRONT_URL": mirakl.front_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        done = await program("call", *arguments, addresses=mirakl, variables=variables)
    assert done.status == 0, done.err
    assert json.loads(done.out)
    said = "" if command is None else f"mirakl-async: one page of several; for all of them: mirakl-async {command}\n"
    assert done.err == said


def response(code, body, url="https://a.mirakl.net/api/x", headers=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(
        request=Request(operation=operations[code], url=url), status=200, headers=headers or {}, content=content
    )


PRODUCT = {"total_count": 3, "offers": [{}, {}]}


@pytest.mark.parametrize(
    ("page", "more"),
    [
        (response("P11", {"products": [PRODUCT]}), True),
        (response("P11", {"products": [PRODUCT]}, url="https://a.mirakl.net/api/x?offset=1"), False),
        (response("P11", {"products": []}), False),
        (response("OR11", {"orders": [{}]}, headers={"Link": '<https://a.mirakl.net/api/x?offset=1>; rel="next"'}), True),
        (response("OR11", {"orders": [{}], "total_count": None}), False),
        (response("OR11", {"orders": None, "total_count": 2}, url="https://a.mirakl.net/api/x?offset=many"), True),
        (response("RT11", {"data": [], "next_page_token": ""}), False),
        (response("RT11", []), False),
        (response("RT11", b"<html>"), False),
        (response("OR12", {"next_page_token": "t", "total_count": 7}), False),
    ],
)  # fmt: skip
def test_what_a_page_says_of_others(page, more):
    assert has_more(page) is more


def test_the_command_keeps_filters_and_quotes_them():
    arguments = ["max=1", "offset=2", "limit=3", "page_token=t", "customer_id=a b"]
    assert list_command("OR11", arguments) == "mirakl-async list OR11 'customer_id=a b'"
