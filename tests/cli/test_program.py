"""What all commands have in common: how they are found, how they fail, and what they load."""

import json
import signal
import subprocess
import sys

import pytest

from mirakl_async import __version__
from mirakl_async.cli import main
from mirakl_async.operations import operations

from .program import ended, program, start


def test_operations_are_listed(capsys):
    assert main(["operations", "--json"]) == 0
    rows = {row["code"]: row for row in json.loads(capsys.readouterr().out)["operations"]}
    assert list(rows) == list(operations)
    assert rows["upsertOrders"]["route"] == "POST /v1/orders"
    assert rows["OR11"]["python"] == "front.orders.list"
    assert rows["SELLER_ACCOUNT_STORE_UPDATE"]["python"] == "connect.account.stores.update"
    assert rows["OR11"]["paging"] == "offset"
    assert {"order_ids", "max", "offset"} <= {item["name"] for item in rows["OR11"]["parameters"]}
    assert main(["operations"]) == 0
    table = capsys.readouterr().out
    assert all(code in table for code in operations)


@pytest.mark.parametrize(
    "terminal",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
@pytest.mark.parametrize(
    "arguments", [["operations"], ["--help"], ["sync", "no-such-\u00e9\u20ac\U0001f4a9-\udcff", "--json"]]
)
async def test_characters_that_a_terminal_cannot_show_are_escaped(terminal, arguments):
    child = await start(*arguments, variables=terminal)
    out, err = await child.communicate()
    assert child.returncode == (2 if "--json" in arguments else 0), err
    assert b"Traceback" not in err
    if "--json" in arguments:
        said = json.loads(out.decode("latin-1"))["error"]
        assert said.startswith("no-such-")
        assert said.endswith(": No such file or directory")
    else:
        assert len(out) > 1000


async def test_the_simulator_prints_its_addresses_and_stops_on_a_signal():
    child = await start("simulator", "--rate-limit", "none")
    addresses = json.loads(await child.stdout.readline())
    assert addresses["connect_url"].startswith("http://127.0.0.1:")
    child.send_signal(signal.SIGTERM)
    assert await ended(child) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--version"], 0, __version__),
        (["--help"], 0, "sync"),
        (["sync", "--help"], 0, "--channel-store-id"),
        (["simulator", "--help"], 0, "--rate-limit"),
        (["simulator", "--port", "-1"], 2, "is not a port"),
        (["no-such-command"], 2, 'Unknown command "no-such-command"'),
        (["operations", "--colour"], 2, "--colour"),
    ],
)
def test_options_and_errors_have_their_output_and_exit_status(arguments, status, words, capsys):
    assert main(arguments) == status
    shown = capsys.readouterr()
    assert words in shown.out + shown.err
    assert (shown.out == "") == (status == 2)


def test_the_list_of_commands_says_what_each_is_for(capsys):
    assert main(["--help"]) == 0
    rows = [row[2:].rstrip("│ ") for row in capsys.readouterr().out.splitlines() if row.startswith("│ ")]
    said = dict(row.split(maxsplit=1) for row in rows if row[0].isalpha())  # the others go on with a row before
    assert {"demo", "sync", "worker", "journal", "simulator"} < said.keys()
    assert said["worker"].startswith("Push the orders and outcomes of a queue")


def test_a_usage_error_leads_to_the_help_of_its_command(capsys):
    assert main(["sync"]) == 2
    assert "See mirakl-async sync --help." in capsys.readouterr().err


def test_without_the_extra_the_program_says_how_to_install_it():
    script = "import sys; sys.modules['cyclopts'] = None; import runpy; runpy.run_module('mirakl_async')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "pip install 'mirakl-async[cli]'" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["operations --json", "operations --json --colour"])
def test_a_closed_pipe_is_not_a_crash(command):
    script = f"{sys.executable} -m mirakl_async {command} | true"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == command.count("colour")


@pytest.mark.parametrize("command", [["--version"], ["operations", "--json"]])
def test_a_short_command_loads_neither_a_server_nor_models(command):
    script = f"""
import sys
from mirakl_async.cli import main
from mirakl_async.operations import operations
main({command!r})
heavy = [name for name in sys.modules if name == "aiohttp" or name.startswith("mirakl_async.models.")]
print(heavy, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


async def test_with_json_a_usage_error_is_one_object_too():
    done = await program("operations", "--json", "--colour")
    assert done.status == 2
    assert done.shown["exit_status"] == 2
    assert "--colour" in done.shown["error"]
