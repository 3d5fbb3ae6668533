import asyncio
import json
import os
import signal
import sys

import pytest

from benchmarks.synthetic import order
from mirakl_async import codec
from mirakl_async.cli import main
from mirakl_async.simulator import SimulatorProcess


async def program(*arguments, env=None):
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mirakl_async", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | (env or {}),
    )  # fmt: skip
    out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


def credentials(addresses):
    return {"MIRAKL_CLIENT_ID": addresses.client_id, "MIRAKL_CLIENT_SECRET": addresses.client_secret}


def sync(file, addresses, *more):
    return (
        "sync", file, "--channel-id", "channel-1", "--channel-store-id", "store-1",
        "--base-url", addresses.connect_url, "--auth-url", addresses.auth_url, *more,
    )  # fmt: skip


async def test_the_demo_loses_nothing_and_prints_one_object():
    status, out, _ = await program("demo", "--orders", 600, "--poison", 3, "--rate", "none", "--json")
    shown = json.loads(out)
    assert status == 1
    assert (shown["read"], shown["accepted"], shown["refused"], shown["unsent"]) == (600, 597, 3, 0)
    assert shown["simulator"]["identical"] is True
    status, out, _ = await program("demo", "--orders", 50, "--poison", 0, "--rate", "none")
    assert status == 0
    assert "exactly those sent" in out


async def test_a_file_is_synced(tmp_path):
    lines = [codec.encode(order(n)) for n in range(300)]
    lines[7] = b"{broken"
    lines[8] = lines[8].replace(b"order-00000008-0", b"order-00000009-0")
    file, letters = tmp_path / "o.ndjson", tmp_path / "refused.ndjson"
    file.write_bytes(b"\n".join(lines))
    async with SimulatorProcess() as mirakl:
        status, out, err = await program(
            *sync(file, mirakl.addresses, "--refused", letters, "--json", "--rate", "none"),
            env=credentials(mirakl.addresses),
        )
        held = (await mirakl.control.state()).orders
    shown = json.loads(out)
    assert status == 1, err
    assert shown["accepted"] == held
    assert shown["accepted"] + shown["refused"] == 300
    assert len(letters.read_bytes().splitlines()) == shown["refused"] >= 2


async def test_sigterm_drains(tmp_path):
    file = tmp_path / "o.ndjson"
    file.write_bytes(b"\n".join(codec.encode(order(n)) for n in range(3000)))
    async with SimulatorProcess(latency=0.05) as mirakl:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mirakl_async",
            *map(str, sync(file, mirakl.addresses, "--json", "--rate", "recommended")),
            stdout=asyncio.subprocess.PIPE, env=os.environ | credentials(mirakl.addresses),
        )  # fmt: skip
        while (await mirakl.control.state()).orders == 0:
            await asyncio.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        out, _ = await child.communicate()
        held = (await mirakl.control.state()).orders
    shown = json.loads(out)
    assert child.returncode == 3
    assert shown["accepted"] == held
    assert shown["read"] == shown["accepted"] + shown["refused"] + shown["superseded"] + shown["unsent"]


async def test_call_runs_an_operation_by_its_code(tmp_path):
    body = tmp_path / "body.json"
    body.write_text('{"status": "SUCCESS"}')
    async with SimulatorProcess() as mirakl:
        await mirakl.control.add_actions("a1")
        arguments = ("call", "updateActionStatus", "action_id=a1", "--body", body)
        hosts = ("--base-url", mirakl.addresses.connect_url, "--auth-url", mirakl.addresses.auth_url)
        status, _, err = await program(*arguments, *hosts, env=credentials(mirakl.addresses))
        assert status == 0, err
        status, _, err = await program(*arguments, *hosts, env=credentials(mirakl.addresses))
        assert status == 3
        assert "ACTION_ALREADY_FINAL" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--orders", "many"],
        ["demo", "--orders", "3", "--poison", "4"],
        ["sync", "nowhere.ndjson", "--channel-id", "c", "--channel-store-id", "s"],
        ["sync", "nowhere.ndjson", "--channel-id", "c"],
        ["call", "OR999"],
        ["call", "updateActionStatus", "nonsense"],
        ["no-such-command"],
    ],
)
def test_usage_errors_are_status_2_and_one_line_of_words(arguments, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err + shown.out


def test_operations_are_listed(capsys):
    assert main(["operations", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["operations"]
    assert {"upsertOrders", "upsertReturns", "SELLER_ACCOUNT_STORE_CREATE"} <= {row["code"] for row in listed}
    assert main(["operations"]) == 0
    assert "upsertOrders" in capsys.readouterr().out
