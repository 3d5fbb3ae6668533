"""The simulator must be able to contradict the client, so it may share no code with it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import mirakl_async.simulator

ALLOWED = {"aiohttp", "msgspec", *sys.stdlib_module_names}
ROOT = Path(mirakl_async.simulator.__file__).parent
ON_REQUEST = {  # by clients.py alone: clients that are set up for a simulator, made when they are asked for
    "..client", "..connect_channel", "..http.wire", "..marketplace_front", "..testing.clients", "..testing.wire",
}  # fmt: skip
FILES = sorted(ROOT.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def leaves_the_simulator(path, name):
    if not name.startswith("."):
        return name.partition(".")[0] not in ALLOWED
    levels = len(name) - len(name.lstrip("."))
    return levels > len(path.relative_to(ROOT).parents)


def test_the_simulator_imports_nothing_of_the_client():
    assert len(FILES) > 10
    assert leaves_the_simulator(ROOT / "front" / "orders.py", "...codec")
    foreign = {(path.name, name) for path in FILES for name in imported(path) if leaves_the_simulator(path, name)}
    assert foreign == {("clients.py", name) for name in ON_REQUEST}


def test_importing_the_simulator_loads_nothing_of_the_client():
    program = (
        "import sys, mirakl_async.simulator\n"
        "print([n for n in sys.modules if n.startswith('mirakl_async.')"
        " and not n.startswith('mirakl_async.simulator')])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert shown.stdout.strip() == "[]"
