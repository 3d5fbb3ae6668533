"""A simulator in a child process: its start, its control plane, and every way it ends."""

from __future__ import annotations

import asyncio
import inspect
import io
import os
import signal
import subprocess
import sys
import time

import aiohttp
import msgspec
import pytest

from mirakl_async.simulator import Control, Fault, OrderKey, Simulator, SimulatorProcess, Window, digest_of
from mirakl_async.simulator.__main__ import _parser

from .payloads import full_order, order, upsert

COMMAND = [sys.executable, "-m", "mirakl_async.simulator"]


@pytest.fixture
def control(api, session):
    return Control(session, api.simulator.control_url)


async def test_the_state_of_a_simulator_can_be_read(api, control):
    api.simulator.world.add_action("a1")
    body = msgspec.json.encode(order())
    await api.upsert(order())
    await api.upsert({})
    state = await control.state()
    assert state == api.simulator.state()
    assert (state.orders, state.versions.applied, state.limited) == (1, 1, 0)
    assert state.by_origin == {"channel-1": {"store-1": 1, "store-2": 0, "store-3": 0}}
    assert state.digest == digest_of([(OrderKey("channel-1", "store-1", "o1"), body)])
    assert state.traffic["upsertOrders"].accepted == 2
    assert state.actions == {"PENDING": 1}


async def test_orders_are_read_back_one_per_line(api, control):
    sent = [order(f"o{number}") for number in range(60)]
    await api.upsert(*sent)
    pretty = msgspec.json.format(msgspec.json.encode(upsert(full_order("p1"))), indent=2)
    assert (await api.send("POST", "/v1/orders", body=pretty)).status == 204
    records = [record async for record in control.orders()]
    assert [record.decoded() for record in records] == [*sent, full_order("p1")]
    assert {(record.channel_id, record.channel_store_id) for record in records} == {("channel-1", "store-1")}


async def test_orders_that_were_not_kept_cannot_be_read_back(start, session):
    api = await start(keep="digest")
    await api.upsert(order())
    async with session.get(api.simulator.control_url + "/orders") as answer:
        assert answer.status == 409
        assert "digests only" in await answer.text()


async def test_faults_can_be_added_and_cleared(api, control):
    await control.add_faults(Fault.status(503, retry_after=2, times=1), Fault.status(502, at=(3,)))
    assert [(await api.upsert(order())).status for _ in range(4)] == [503, 204, 502, 204]
    assert (await control.state()).faults == {"status": 2}
    await control.add_faults(Fault.status(500))
    await control.clear_faults()
    assert (await api.upsert(order())).status == 204


async def test_tokens_actions_channels_and_the_log_can_be_controlled(api, control):
    await control.add_channel("channel-7", "a", "b")
    assert (await api.upsert(order(), channel_id="channel-7", channel_store_id="b")).status == 204
    await control.add_actions("a1", "a2")
    await api.send("PUT", "/v1/orders/actions/a1", {"status": "SUCCESS"})
    assert {name: action.status for name, action in (await control.actions()).items()} == {
        "a1": "SUCCESS",
        "a2": "PENDING",
    }
    assert await control.revoke_tokens() == 1
    assert (await api.upsert(order())).status == 401
    assert [record.status for record in await control.requests()] == [204, 204, 401]


@pytest.mark.parametrize(
    ("path", "body"), [("/faults", b'[{"kind":"flood"}]'), ("/actions", b"[]"), ("/channels", b"{}"), ("/faults", b"{")]
)
async def test_invalid_settings_are_rejected(api, session, path, body):
    async with session.post(api.simulator.control_url + path, data=body) as answer:
        assert answer.status == 400


async def test_a_process_serves_and_ends(session):
    async with SimulatorProcess(channels={"c:1": ["s,1"]}, rate_limits=2, expires_in=60) as mirakl:
        where = mirakl.addresses
        assert where.channels == {"c:1": ["s,1"]}
        assert where.pid != os.getpid()
        form = {
            "grant_type": "client_credentials",
            "client_id": where.client_id,
            "client_secret": where.client_secret,
        }
        async with session.post(where.auth_url + "/oauth/token", data=form) as answer:
            granted = await answer.json()
        assert granted["expires_in"] == 60
        headers = {"Authorization": f"Bearer {granted['access_token']}", "Content-Type": "application/json"}
        payload = upsert(order(), origin={"channel_id": "c:1", "channel_store_id": "s,1"})
        statuses = []
        for _ in range(3):
            body = io.BytesIO(msgspec.json.encode(payload))
            async with session.post(where.connect_url + "/v1/orders", data=body, headers=headers) as answer:
                statuses.append(answer.status)
        assert statuses == [204, 204, 429]
        state = await mirakl.control.state()
        assert (state.orders, state.limited, state.versions.repeated) == (1, 1, 1)
        assert [record.decoded() async for record in mirakl.control.orders()] == [order()]
        leaving = time.monotonic()
    assert time.monotonic() - leaving < 4, "it leaves when asked to, not by force"
    with pytest.raises(ProcessLookupError):
        os.kill(where.pid, 0)


async def test_options_are_passed_to_the_process(session):
    async with SimulatorProcess(unique_lines=False, keep="digest", latency=(0.0, 0.01)) as mirakl:
        where = mirakl.addresses
        form = {"grant_type": "client_credentials", "client_id": where.client_id, "client_secret": where.client_secret}
        async with session.post(where.auth_url + "/oauth/token", data=form) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
        twin = order("o1")
        twin["order_lines"] *= 2
        async with session.post(where.connect_url + "/v1/orders", json=upsert(twin), headers=headers) as answer:
            assert answer.status == 204
        with pytest.raises(aiohttp.ClientResponseError, match="409"):
            await anext(mirakl.control.orders())


def test_a_process_has_the_arguments_of_a_simulator():
    taken = inspect.signature(SimulatorProcess).parameters
    apart = {"faults", "clock", "sockets", "hosts"}  # objects of this process, and what is not for tests on one machine
    assert inspect.signature(Simulator).parameters.keys() - taken.keys() == apart
    for name, parameter in inspect.signature(Simulator).parameters.items():
        if name not in apart | {"channels"}:
            assert taken[name].default == parameter.default, name


async def test_further_options_are_passed_to_the_process(session):
    async with SimulatorProcess(
        client_id="c", client_secret="s", api_key="k", oddities="live", equal_stamp="ignore", error_fields="none",
        action_seconds=5, keepalive=1, log_size=2,
    ) as mirakl:  # fmt: skip
        assert (mirakl.client_id, mirakl.client_secret, mirakl.api_key) == ("c", "s", "k")
        headers = {"Authorization": "k"}
        for _ in range(3):
            async with session.get(f"{mirakl.front_url}/api/orders", headers=headers) as answer:
                assert b":null" in await answer.read()
        assert len(await mirakl.control.requests()) == 2
        bearer = {"Authorization": f"Bearer {await mirakl.issue_token()}"}
        for title in ("first", "second"):
            sent = order("o1")
            sent["order_lines"][0]["product"]["title"] = title
            async with session.post(f"{mirakl.connect_url}/v1/orders", json=upsert(sent), headers=bearer) as answer:
                assert answer.status == 204
        assert (await mirakl.state()).versions.stale == 1
        async with session.post(f"{mirakl.connect_url}/v1/orders", json=upsert({}), headers=bearer) as answer:
            assert not any("orders[0]" in error.get("field", "") for error in (await answer.json())["errors"])
        await mirakl.seller().ship("o1")
        await mirakl.control.advance(6)
        assert len((await mirakl.commands()).expired) == 1


async def test_a_process_that_cannot_start_is_an_error():
    with pytest.raises(RuntimeError, match="ended with status 2 before it was ready"):
        async with SimulatorProcess(port=-1):
            pass


def test_a_process_has_no_addresses_before_its_start():
    with pytest.raises(RuntimeError, match="not running"):
        _ = SimulatorProcess().addresses
    with pytest.raises(RuntimeError, match="not running"):
        _ = SimulatorProcess().control


async def ready(*arguments, stdin=asyncio.subprocess.DEVNULL):
    child = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=stdin, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    line = await child.stdout.readline()
    return child, msgspec.json.decode(line)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_process_normally(number):
    child, where = await ready()
    assert where["pid"] == child.pid
    child.send_signal(number)
    output, errors = await child.communicate()
    assert (child.returncode, output, errors) == (0, b"", b"")


async def test_the_process_ends_when_its_parent_is_killed():
    # The parent starts a simulator, tells its pid and is killed: nothing of its own code runs any more.
    program = (
        "import asyncio, time\n"
        "from mirakl_async.simulator import SimulatorProcess\n"
        "async def main():\n"
        "    async with SimulatorProcess() as mirakl:\n"
        "        print(mirakl.addresses.pid, flush=True)\n"
        "        time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.communicate()
    async with asyncio.timeout(5):
        while alive(pid):
            await asyncio.sleep(0.02)


def alive(pid):
    """Tell whether a process still runs: one that has ended but was not waited for does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_used_port_is_an_error(api):
    port = api.simulator.connect_url.split(":")[2].split("/")[0]
    taken = await asyncio.create_subprocess_exec(
        *COMMAND, f"--port={port}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await taken.communicate()
    assert (taken.returncode, output) == (3, b"")
    assert b"cannot listen" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    "argument",
    [
        "--port=65536",
        "--rate-limit=0",
        "--rate-limit=few",
        "--latency=2:1",
        "--latency=x",
        "--expires-in=-1",
        "--action-seconds=nan",
        "--keepalive=inf",
        "--log-size=-1",
        "--oddities=all",
        "--host=a:1",
        "--now=2026-01-01",
        "--channel=c",
        "--channel=[]",
    ],
)
def test_invalid_arguments_are_usage_errors(argument, capsys):
    with pytest.raises(SystemExit) as ended:
        _parser().parse_args([argument])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert argument.partition("=")[2] in said
    assert said.startswith("mirakl-async: argument ")
    assert said.count("\n") == 1


def test_arguments_are_parsed():
    read = _parser().parse_args(["--rate-limit=7", "--latency=0.1:0.2", "--channel=c:s,t", '--channel=["d","u"]'])
    assert (read.rate_limit, read.latency, dict(read.channel)) == (7, (0.1, 0.2), {"c": ["s", "t"], "d": ["u"]})
    assert _parser().parse_args([]).rate_limit == "documented"
    assert Window(7) == Window(7, 1.0)


def test_help_is_printed():
    shown = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True, timeout=30).stdout
    assert "--rate-limit" in shown
