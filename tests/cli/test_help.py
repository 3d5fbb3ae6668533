"""One style for the help of every command: what it does, what its options take, examples that are valid."""

from __future__ import annotations

import asyncio
import re
import shlex

import pytest
from cyclopts import App

from mirakl_async.cli import main
from mirakl_async.cli.app import app
from mirakl_async.cli.examples import EXAMPLES

from .program import program

VERBS = {
    "Call", "Check", "Decode", "Export", "Import", "List", "Look", "Print", "Push", "Read", "Serve", "Show", "Write",
}  # fmt: skip
UNITS = {"timeout", "poll-interval", "deadline", "max-wait", "max-outage", "heartbeat"}
"""Options that take seconds."""
PYTHON = re.compile(r"[a-z]+_(url|interval|wait|outage|deliveries|file|id)\b|=None|None\b|await |\(\)")


def commands(parent=app, path=()):
    """Each command by its words."""
    found = {"": parent} if not path else {" ".join(path): parent}
    for name in parent:
        if not name.startswith("-") and isinstance(parent[name], App):
            found |= commands(parent[name], (*path, name))
    return found


COMMANDS = commands()
LEAVES = [name for name, command in COMMANDS.items() if command.default_command and name != "simulator"]
"""The commands that take arguments; the simulator has a parser of its own."""


def options(name):
    """The arguments of a command that its help shows."""
    return COMMANDS[name].assemble_argument_collection()


def test_every_command_has_examples():
    assert set(EXAMPLES) == set(COMMANDS)
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_line_says_in_a_sentence_what_the_command_does(name):
    command = COMMANDS[name]
    first = (command.help or command.default_command.__doc__).splitlines()[0]
    assert first.split()[0] in VERBS
    assert first.endswith(".")
    assert len(first) <= 90


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_says_what_it_takes(name):
    for argument in options(name):
        help_text = argument.parameter.help
        assert help_text, argument.name
        assert not help_text.endswith("."), argument.name
        assert (
            help_text[0].islower()
            or help_text.split()[0].strip(",").isupper()
            or help_text.startswith(("NDJSON", "SQLite", "URL"))
        ), argument.name
        assert not PYTHON.search(help_text), argument.name
        option = argument.name.removeprefix("--")
        assert (option in UNITS) == help_text.startswith("seconds "), argument.name
        if option in UNITS | {"concurrency", "max-deliveries", "rate"} or option.endswith("-url"):
            no_default = argument.field_info.default is None
            assert ("(default: " in help_text) == no_default, argument.name


@pytest.mark.parametrize("option", ["json", "front-url", "auth-url", "base-url", "rate", "concurrency", "timeout"])
def test_an_option_of_several_commands_has_one_description(option):
    found = {
        argument.parameter.help
        for name in LEAVES
        if name != "demo"  # which keeps another rate by default
        for argument in options(name)
        if argument.name == f"--{option}"
    }
    assert len(found) == 1


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_an_example_can_be_parsed(line):
    line = line.removeprefix("source <(").removesuffix(")")  # the process substitution of a shell
    name, *words = shlex.split(re.split(" [<>] ", line)[0])
    assert name == "mirakl-async"
    if words[0] == "simulator":
        return
    command, bound, ignored = app.parse_args(words, exit_on_error=False, print_error=False)
    assert not ignored
    assert bound.arguments is not None
    assert command is COMMANDS[" ".join(words[:2]) if words[0] == "events" else words[0]].default_command


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_the_examples_and_the_exit_statuses(name, capsys):
    assert main([*name.split(), "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())  # as lines are broken at any width
    assert "Traceback" not in shown
    if name != "simulator":
        assert all(line in shown for line in EXAMPLES[name])
        assert "Exit status: 0 done, 1 some were rejected, 2 wrong usage" in shown


@pytest.mark.parametrize("variables", [{"COLUMNS": "20"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}])
async def test_help_can_be_shown_on_any_terminal(variables):
    done = await program("sync", "--help", variables=variables)
    assert (done.status, done.err) == (0, "")
    assert "Exit status" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sync", "o", "--concurrency", "0"], 'Invalid value "0" for --concurrency. It must be a whole number, from 1 to 10000.'),
        (["worker", "q", "--max-outage", "-1"], "for --max-outage. It must be a number of seconds, at least 0."),
        (["list", "OR11", "--deadline", "nan"], "for --deadline. It must be a number of seconds above 0."),
        (["list", "OR11", "--deadline", "soon"], 'Invalid value "soon" for --deadline. It must be a number.'),
        (["sample", "orders", "10.5"], '"10.5" is not a whole number.'),
        (["sample", "orders", "0x10"], '"0x10" is not a whole number.'),
        (["demo", "--kill", "1.5"], 'Invalid value for --kill: "1.5" is not a whole number.'),
        (["import", "f.csv", "--shop", "2000.7"], 'Invalid value for --shop: "2000.7" is not a whole number.'),
        (["worker", "q", "--max-deliveries", "\u0663"], "is not a whole number."),
        (["check", "front", "connect"], "Unexpected argument: 'connect'. See mirakl-async check --help."),
        (["simulator", "--zz"], "mirakl-async: unrecognized arguments: --zz. See mirakl-async simulator --help."),
        (["export", "offers", "--out", "o.csv", "--poll-interval", "0"], "It must be a number of seconds above 0."),
        (["import", "--attach", "1", "--timeout", "-1"], "It must be a number of seconds, at least 0."),
        (["sync", "-", "--base-url", "shop"], "--base-url is not an absolute http(s) URL"),
        (["list", "OR11", "--front-url", "shop"], "--front-url is not an absolute http(s) URL"),
        (["list", "OR11"], "--front-url is not set; pass the instance's URL, https://NAME.mirakl.net, or set MIRAKL_FRONT_URL"),
        (["call", ""], "see mirakl-async operations"),
        (["export", "offers", "--out", "o.csv", "--front-url", "http://localhost:9"], "give --auth-url, or set MIRAKL_AUTH_URL"),
    ],
)  # fmt: skip
async def test_messages_name_options_not_arguments_of_functions(arguments, words, capsys, monkeypatch):
    for name in ("FRONT_URL", "AUTH_URL", "CONNECT_URL", "TOKEN", "API_KEY"):
        monkeypatch.delenv(f"MIRAKL_{name}", raising=False)
    monkeypatch.setenv("MIRAKL_CLIENT_ID", "id")
    monkeypatch.setenv("MIRAKL_CLIENT_SECRET", "secret")
    assert await asyncio.to_thread(main, arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert not PYTHON.search(said.replace("mirakl_async", ""))
