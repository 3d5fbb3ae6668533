"""The Dockerfile, checked without a builder: its instructions, files, commands, and ports."""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import json
import os
import re
import shlex
import socket
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

import mirakl_async
from mirakl_async import ConnectChannel, MarketplaceFront
from mirakl_async.cli.app import app
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import Simulator
from mirakl_async.simulator.__main__ import _parser
from mirakl_async.simulator.visitors import foreign_page_reason

from .payloads import order

ROOT = Path(__file__).parents[2]
PACKAGE = Path(mirakl_async.__file__).parent
WORDS = {
    "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "STOPSIGNAL", "ENTRYPOINT", "CMD", "EXPOSE", "HEALTHCHECK",
}  # fmt: skip
COMMAND = [sys.executable, "-m", "mirakl_async", "simulator"]


def stages():
    """Return the instructions of each stage: (word, rest) pairs by its name."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "FROM":
            name = rest.partition(" AS ")[2]
        found.setdefault(name, []).append((word, rest))
    return found


def one(stage, word):
    (rest,) = [rest for name, rest in stages()[stage] if name == word]
    return rest


def test_every_instruction_is_known_and_every_stage_has_a_name():
    assert list(stages()) == ["build", "base", "worker", "simulator"]
    for name, instructions in stages().items():
        assert instructions[0][0] == "FROM"
        assert {word for word, _ in instructions} <= WORDS, name


def test_images_are_named_with_a_version_that_is_supported():
    supported = set(re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text()))
    known = set(stages())
    for instructions in stages().values():
        image = instructions[0][1].partition(" AS ")[0]
        found = re.fullmatch(r"python:(3\.\d+)-slim", image)
        assert image in known or (found and found[1] in supported), image


def test_copied_files_exist_and_are_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text().split()
    kept = [pattern[1:] for pattern in ignored if pattern.startswith("!")]
    assert ignored[0] == "*"
    for instructions in stages().values():
        for word, rest in instructions:
            if word == "COPY" and not rest.startswith("--from"):
                for source in rest.split()[:-1]:
                    # The package may be installed elsewhere, with no source beside these tests.
                    tree = PACKAGE.parent if source == PACKAGE.name else ROOT
                    assert (tree / source).exists(), source
                    assert any(fnmatch.fnmatch(source, pattern) for pattern in kept), source


def test_extras_that_are_installed_exist():
    (extras,) = re.findall(r"\.\[([\w,]+)\]", one("build", "RUN"))
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras.split(",")) <= declared.keys()
    assert "cli" in extras.split(",")


def test_nothing_runs_as_root_and_images_contain_no_secrets():
    words = [word for word, _ in stages()["base"]]
    assert words.index("RUN") < words.index("USER")
    assert one("base", "USER") not in {"root", "0"}
    for name in ("worker", "simulator"):
        assert not [rest for word, rest in stages()[name] if word in {"USER", "RUN"}]
    for instructions in stages().values():
        for word, rest in instructions:
            assert word != "ENV" or not re.search(r"SECRET|TOKEN|KEY|PASSWORD", rest)


@pytest.mark.parametrize("stage", ["worker", "simulator"])
def test_commands_are_in_exec_form_and_accepted_by_the_program(stage):
    program, *arguments = json.loads(one(stage, "ENTRYPOINT")) + json.loads(one(stage, "CMD"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert program in scripts
    if stage == "simulator":
        assert _parser().parse_args(arguments[1:]).port == 8080
    else:
        _, bound, _ = app.parse_args(arguments, print_error=False, exit_on_error=False)
        assert bound.arguments["queue"] == arguments[1]


async def test_the_exposed_ports_of_the_container_are_served(unused_ports):
    first = unused_ports
    async with Simulator(port=first, hosts=["localhost"], client_secret="s", api_key="k") as mirakl:
        urls = (mirakl.connect_url, mirakl.account_url, mirakl.auth_url, mirakl.front_url, mirakl.storage_url)
        ports = [int(re.match(r"http://localhost:(\d+)", url)[1]) for url in urls]
        assert ports == [first + place for place in range(5)]
        assert (mirakl.client_secret, mirakl.api_key) == ("s", "k")
        exposed = [int(text) for text in one("simulator", "EXPOSE").split("-")]
        assert exposed == [8080, 8080 + len(ports) - 1]
        program = json.loads(one("simulator", "HEALTHCHECK").partition("CMD ")[2])
        source = program[2].replace("8080", str(first))
        asking = await asyncio.create_subprocess_exec(sys.executable, "-c", source)
        assert await asking.wait() == 0


@pytest.fixture
def unused_ports():
    """The first of five ports in a row that nothing listens on."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, 5):
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            for port in range(first, first + 5):
                opened.enter_context(socket.create_server(("0.0.0.0", port)))
            return first
    raise AssertionError("no five ports in a row are free")


async def test_other_machines_can_use_the_given_host_names(session):
    async with Simulator(hosts=["mirakl", "localhost"]) as mirakl:
        assert mirakl.front_url.startswith("http://mirakl:")
        url = mirakl.control_url.replace("mirakl:", "127.0.0.1:", 1) + "/state"
        for host, status in (("mirakl:8080", 200), ("localhost:8080", 200), ("evil.example", 403)):
            async with session.get(url, headers={"Host": host}) as answer:
                assert (host, answer.status) == (host, status)
    assert foreign_page_reason({"Host": "mirakl"}) == "Host is not one of 127.0.0.1, localhost"


@pytest.mark.parametrize("hosts", [["http://mirakl"], ["mirakl:8080"], "mirakl", [""]])
def test_invalid_host_names_are_rejected(hosts):
    with pytest.raises(ValueError, match="^hosts"):
        Simulator(hosts=hosts)


async def test_exports_for_a_shell_contain_all_that_clients_need(monkeypatch):
    child = await asyncio.create_subprocess_exec(
        *COMMAND, "--env", "--exit-with-stdin", "--client-secret", "it's_a_$ecret",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    lines = [(await child.stdout.readline()).decode() for _ in range(8)]
    program = "".join(lines) + 'printf "%s\\n" "$MIRAKL_CLIENT_SECRET"'
    shell = await asyncio.create_subprocess_exec("sh", "-c", program, stdout=asyncio.subprocess.PIPE)
    shown, _ = await shell.communicate()
    assert shown.decode() == "it's_a_$ecret\n"
    for line in lines:
        word, assignment = shlex.split(line)
        assert word == "export"
        monkeypatch.setenv(*assignment.split("=", 1))
    try:
        async with ConnectChannel() as connect:
            origin = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
            report = await connect.orders.sync([order()], origin=origin).run()
            assert report.accepted == 1
        async with MarketplaceFront() as front:
            assert len(await front.orders.list().all()) == 25
        with urllib.request.urlopen(os.environ["MIRAKL_SIMULATOR_CONTROL_URL"] + "/state") as answer:  # noqa: ASYNC210
            assert json.load(answer)["orders"] == 1
    finally:
        child.stdin.close()
        assert await child.wait() == 0
