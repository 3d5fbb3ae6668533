import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web

from mirakl_async.cli import main
from mirakl_async.cli.arguments import arguments_of
from mirakl_async.cli.results import CommandError
from mirakl_async.operation import Operation, Param
from mirakl_async.operations import operations
from mirakl_async.simulator import SimulatorProcess

from .program import NO_MIRAKL, hosts, lines, program, start


@pytest.fixture
async def mirakl():
    async with SimulatorProcess() as mirakl:
        yield mirakl


async def test_an_operation_of_connect_is_called_by_its_code(mirakl):
    await mirakl.control.add_actions("a1")
    command = ("call", "updateActionStatus", "action_id=a1", "status=SUCCESS", *hosts(mirakl.addresses))
    done = await program(*command, addresses=mirakl.addresses)
    assert (done.status, done.out) == (0, ""), done.err
    assert (await mirakl.control.actions())["a1"].status == "SUCCESS"
    done = await program(*command, addresses=mirakl.addresses)
    assert done.status == 3
    assert "ACTION_ALREADY_FINAL" in done.err
    assert done.err.count("\n") == 1


async def test_a_body_is_read_from_a_file_or_member_by_member(mirakl, tmp_path):
    first, second = lines(2)
    origin = '{"channel_id": "channel-1", "channel_store_id": "store-1"}'
    body, orders = tmp_path / "body.json", tmp_path / "order.json"
    body.write_bytes(b'{"origin": %s, "orders": [%s]}' % (origin.encode(), first))
    orders.write_bytes(second)
    for arguments in (["--body", body], [f"origin={origin}", f"orders=@{orders}"]):
        done = await program("call", "upsertOrders", *arguments, *hosts(mirakl.addresses), addresses=mirakl.addresses)
        assert done.status == 0, done.err
    assert (await mirakl.control.state()).orders == 2


class Front:
    """A marketplace of two routes, which keeps what it was asked."""

    def __init__(self):
        self.asked: list[str] = []
        self.url = ""

    async def products(self, request):
        self.asked.append(request.rel_url.raw_query_string)
        return web.json_response({"products": [{"product_id": "1", "new_member": 7}]})

    async def report(self, request):
        self.asked.append(request.path)
        return web.Response(body=b"line;error\n" * 20_000, content_type="text/csv")

    async def returns(self, request):
        answer = {"return_errors": [{"return_id": "r1", "errors": [{"code": "NO", "message": "no"}]}]}
        return web.json_response({**answer, "return_success": []})


@pytest.fixture
async def front(serve):
    served = Front()
    served.url = await serve(
        web.get("/api/products", served.products),
        web.get(operations["P44"].path, served.report),
        web.post(operations["RT01"].path, served.returns),
    )
    return served


@pytest.fixture
async def serve():
    runners = []

    async def start(*routes):
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def call_front(front, monkeypatch, *arguments):
    monkeypatch.setitem(NO_MIRAKL, "MIRAKL_API_KEY", "k")
    return await program("call", *arguments, "--front-url", front.url)


async def test_the_response_is_printed_unchanged(front, monkeypatch):
    done = await call_front(front, monkeypatch, "P31", "product_references=EAN|123", "locale=fr_FR")
    assert (done.status, done.shown) == (0, {"products": [{"product_id": "1", "new_member": 7}]}), done.err
    assert front.asked == ["product_references=EAN%7C123&locale=fr_FR"]


async def test_a_file_is_streamed(front, monkeypatch, tmp_path):
    out = tmp_path / "report.csv"
    done = await call_front(front, monkeypatch, "P44", "import=2005", "--out", out)
    assert (done.status, done.out) == (0, ""), done.err
    assert out.read_bytes() == b"line;error\n" * 20_000
    done = await call_front(front, monkeypatch, "P44", "import=2005")
    assert done.out == "line;error\n" * 20_000
    assert len(front.asked) == 2


async def test_failures_inside_a_success_are_status_1(front, monkeypatch, tmp_path):
    body = tmp_path / "returns.json"
    line = {"order_line_id": "1", "quantity": 1}
    given = {"method_code": "RETURN_METHOD_BY_MAIL", "order_commercial_id": "o", "return_lines": [line]}
    body.write_text(json.dumps({"returns": [given]}))
    done = await call_front(front, monkeypatch, "RT01", "--body", body)
    assert done.status == 1, done.err
    assert done.shown["return_errors"][0]["return_id"] == "r1"
    assert "1 item failed" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["OR999"], "OR999"),
        (["updateActionStatus", "nonsense"], "'nonsense' is not name=value"),
        (["updateActionStatus", "status=SUCCESS"], "action_id: is required"),
        (["updateActionStatus", "action_id=a/b", "status=SUCCESS"], "slash"),
        (
            ["updateActionStatus", "action_id=a", "action_id=b"],
            "updateActionStatus: action_id: takes one value, not 2",
        ),
        (["updateActionStatus", "action_id=a", "colour=red"], "colour: unknown parameter"),
        (["updateActionStatus", "action_id=a", "status=FAILED"], "errors"),
        (
            ["updateActionStatus", "action_id=a", "status=FAILED", "errors=[{"],
            "updateActionStatus: errors: not valid JSON",
        ),
        (["upsertOrders", "--body", "nowhere.json"], "--body: nowhere.json: No such file"),
        (["P31", "product_references=EAN|1", "--body", "nowhere.json"], "P31 does not accept a JSON body"),
        (["P31", "product_references=EAN|1"], "MIRAKL_FRONT_URL"),
        (["updateActionStatus", "action_id=a", "status=SUCCESS", "--out", "no/such/file"], "--out: no/such is not"),
        ([], "CODE"),
    ],
)
def test_wrong_usage_is_status_2(arguments, words, monkeypatch, capsys):
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    assert main(["call", *arguments]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def taking(**members):
    param = Param(name="wire-name", argument="name", **members)
    return Operation(code="X1", service="front", resource="", name="x", method="GET", path="/", params=(param,))


@pytest.mark.parametrize(
    ("members", "texts", "value"),
    [
        ({}, ["a=b"], "a=b"),
        ({"type": "integer"}, ["7"], 7),
        ({"type": "number"}, ["7.50"], Decimal("7.50")),
        ({"type": "boolean"}, ["true"], True),
        ({"type": "date"}, ["2026-11-30"], date(2026, 11, 30)),
        ({"type": "date-time"}, ["2026-11-30T12:00:00Z"], datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ({"type": "json", "location": "part"}, ['{"a": 1}'], {"a": 1}),
        ({"type": "json", "location": "body", "list_style": "repeat"}, ['{"a": 1}'], [{"a": 1}]),
        ({"type": "json", "location": "body", "list_style": "repeat"}, ['[{"a": 1}]'], [{"a": 1}]),
        ({"type": "json", "location": "body", "list_style": "repeat"}, ['{"a": 1}', '{"a": 2}'], [{"a": 1}, {"a": 2}]),
        ({"list_style": "comma"}, ["a", "b"], ["a", "b"]),
        ({"list_style": "comma"}, ["a,b"], "a,b"),
        ({"type": "references"}, ["EAN|1", "EAN|2"], ["EAN|1", "EAN|2"]),
        ({"type": "file", "location": "part"}, ["@catalog.csv"], Path("catalog.csv")),
        ({"type": "file", "location": "part", "list_style": "repeat"}, ["@a", "b"], [Path("a"), Path("b")]),
    ],
)
def test_values_are_converted_by_their_type(members, texts, value):
    found = arguments_of(taking(**members), [f"wire-name={text}" for text in texts])
    assert found == {"name": value}
    assert type(found["name"]) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("integer", "7.5"), ("number", "x"), ("boolean", "True"), ("date", "30/11/2026"), ("date-time", "noon")],
)
def test_values_of_another_type_are_rejected(kind, text):
    with pytest.raises(CommandError, match=f"wire-name: '{text}' is not "):
        arguments_of(taking(type=kind), [f"wire-name={text}"])


def test_json_can_be_read_from_a_file(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"a": [1]}')
    assert arguments_of(taking(type="json", location="part"), [f"wire-name=@{file}"]) == {"name": {"a": [1]}}
    assert json.loads(file.read_text()) == {"a": [1]}


async def test_a_body_from_standard_input(mirakl):
    (order,) = lines(1)
    body = b'{"origin": {"channel_id": "channel-1", "channel_store_id": "store-1"}, "orders": [%s]}' % order
    arguments = ("call", "upsertOrders", "--body", "-", *hosts(mirakl.addresses))
    child = await start(*arguments, addresses=mirakl.addresses, given=True)
    _, err = await child.communicate(body)
    assert child.returncode == 0, err
    assert (await mirakl.control.state()).orders == 1


@pytest.mark.parametrize("out", ["no-such-folder/a.json", "."])
def test_a_target_that_cannot_be_written_is_reported_before_the_call(out, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    assert (
        main(
            [
                "call",
                "updateActionStatus",
                "action_id=a",
                "status=SUCCESS",
                "--base-url",
                "http://127.0.0.1:9",
                "--out",
                out,
            ]
        )
        == 2
    )
    assert "is a folder" in (said := capsys.readouterr().err) or "is not a folder" in said
