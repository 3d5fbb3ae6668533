"""The simulator must be able to contradict the client, so it may share no code with it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import mirakl_async.simulator

ALLOWED = {"aiohttp", "msgspec", *sys.stdlib_module_names}
FILES = sorted(Path(mirakl_async.simulator.__file__).parent.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_it_imports_nothing_of_the_client():
    assert len(FILES) > 10
    foreign = {
        (path.name, name)
        for path in FILES
        for name in imported(path)
        if name.startswith("..") or (not name.startswith(".") and name.partition(".")[0] not in ALLOWED)
    }
    assert not foreign


def test_and_nothing_of_the_client_is_loaded_with_it():
    program = (
        "import sys, mirakl_async.simulator\n"
        "print([n for n in sys.modules if n.startswith('mirakl_async.')"
        " and not n.startswith('mirakl_async.simulator')])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert shown.stdout.strip() == "[]"
