import asyncio
import json
import os
import pty
import signal
import sys

import pytest

from mirakl_async.cli import main
from mirakl_async.cli.demo import command as demo
from mirakl_async.cli.demo.comparison import Comparison
from mirakl_async.simulator import SimulatorProcess

from .program import NO_MIRAKL, ended, program, start


async def test_invalid_orders_are_rejected_and_all_others_accepted():
    done = await program("demo", "--orders", 700, "--poison", 5, "--json")
    assert done.status == 1, done.err
    assert 1 <= done.err.count("more of this kind are only counted") == len(done.err.splitlines()) <= 5
    shown = done.shown
    assert (shown["read"], shown["accepted"], shown["rejected"], shown["unsent"]) == (700, 695, 5, 0)
    assert shown["simulator"]["identical"] is True
    assert shown["simulator"]["orders_held"] == 695
    assert len({refusal["channel_order_id"] for refusal in shown["rejections"]}) == 5
    assert shown["rate"] == "maximum"
    assert shown["stopped"] is None


def test_the_newest_of_two_versions_is_stored(capsys):
    assert main(["demo", "--orders", "500", "--updates", "200", "--rate", "none", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["read"], shown["rejected"], shown["unsent"]) == (700, 0, 0)
    assert shown["accepted"] + shown["superseded"] == 700
    assert shown["simulator"]["orders_held"] == 500
    assert shown["simulator"]["identical"] is True


def test_the_output_for_people_is_readable(capsys):
    assert main(["demo", "--orders", "40", "--poison", "12", "--seed", "3"]) == 1
    shown = capsys.readouterr()
    assert "accepted 28, rejected 12" in shown.out
    assert "holds 28 orders, exactly those sent" in shown.out
    assert "40 made-up orders, 12 of them invalid, at rate maximum" in shown.err
    assert shown.err.count("rejected: demo-") == 10
    assert "and 2 more were rejected" in shown.err


async def test_a_progress_bar_is_shown_on_a_terminal():
    terminal, its_end = pty.openpty()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mirakl_async", "demo", "--orders", "1500",
        stdout=asyncio.subprocess.PIPE, stderr=its_end, env=NO_MIRAKL | {"TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(its_end)
    seen = bytearray()
    asyncio.get_running_loop().add_reader(terminal, lambda: seen.extend(_what_is_there(terminal)))
    out, _ = await child.communicate()
    asyncio.get_running_loop().remove_reader(terminal)
    os.close(terminal)
    assert child.returncode == 0, seen
    assert b"%" in seen
    assert b" accepted, " in seen
    assert out.startswith(b"read 1500, accepted 1500")


def _what_is_there(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        asyncio.get_running_loop().remove_reader(terminal)
        return b""


async def test_a_signal_ends_the_demo_in_order():
    child = await start("demo", "--orders", 200_000)
    assert b"pushing 200,000" in await child.stderr.readline()
    await asyncio.sleep(0.3)
    child.send_signal(signal.SIGINT)
    done = await ended(child)
    assert done.status == 3
    assert "stopped by SIGINT" in done.err
    assert "unsent 0;" in done.out
    assert "Traceback" not in done.err


class Interrupted(SimulatorProcess):
    async def __aenter__(self):
        raise KeyboardInterrupt


def test_an_interruption_before_the_simulator_started_is_reported_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(demo, "SimulatorProcess", Interrupted)
    assert main(["demo", "--json"]) == 130
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"error": "interrupted", "exit_status": 130}
    assert shown.err == "mirakl-async: interrupted\n"


class Dying(SimulatorProcess):
    async def __aenter__(self):
        await super().__aenter__()
        asyncio.get_running_loop().call_later(0.2, os.kill, self.addresses.pid, signal.SIGKILL)
        return self


def test_a_simulator_that_dies_is_status_3(monkeypatch, capsys):
    monkeypatch.setattr(demo, "SimulatorProcess", Dying)
    monkeypatch.setattr(demo, "MAX_OUTAGE", 0.1)
    assert main(["demo", "--orders", "100000", "--json"]) == 3
    shown = json.loads(capsys.readouterr().out)
    assert shown["stopped"]
    assert shown["simulator"] is None
    assert shown["read"] == shown["accepted"] + shown["rejected"] + shown["superseded"] + shown["unsent"]


def test_a_simulator_that_does_not_start_is_status_3(monkeypatch, capsys):
    monkeypatch.setattr("mirakl_async.simulator.process.sys.executable", "/bin/false")
    assert main(["demo", "--json"]) == 3
    shown = capsys.readouterr()
    assert "did not start" in json.loads(shown.out)["error"]
    assert shown.err.count("\n") == 1


def test_a_comparison_that_fails_is_status_3(monkeypatch, capsys):
    async def another(control, expected):
        return Comparison(orders_held=50, identical=False, missing=1, unexpected=1)

    monkeypatch.setattr(demo, "compare", another)
    assert main(["demo", "--orders", "50"]) == 3
    assert "NOT those sent: 1 missing, 1 unexpected" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--orders", "0"],
        ["--orders", "3", "--poison", "4"],
        ["--orders", "3", "--poison", "2", "--updates", "2"],
        ["--poison", "-1"],
        ["--rate", "fast"],
        ["--orders", "many"],
    ],
)
def test_wrong_usage_is_status_2(arguments, capsys):
    assert main(["demo", "--json", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert json.loads(shown.out)["exit_status"] == 2
