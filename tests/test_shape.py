"""The structure of the package: which module imports which, and how long a file may be."""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import mirakl_async

PACKAGE = Path(mirakl_async.__file__).parent
GENERATED = {"models", "operations"}
REQUIRED = {"aiohttp", "anyio", "msgspec"}
EXTRAS = {
    "aiobotocore",
    "asyncpg",
    "azure",
    "botocore",
    "cyclopts",
    "gcloud",
    "opentelemetry",
    "pytest",
    "redis",
    "rich",
}
OF_EXTRAS = {
    "cli",
    "postgres_idempotency",
    "postgres_queue",
    "pubsub_source",
    "pytest_plugin",
    "redis_bucket",
    "redis_connection",
    "redis_limiter",
    "redis_opening",
    "redis_queue",
    "servicebus_source",
    "sqs_opening",
    "sqs_queue",
    "opentelemetry",
}


def sources():
    """Every module by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


SOURCES = sources()


def imports(name, *, at_load_only=False):
    """The modules that a module imports; `at_load_only` leaves out those for type checkers and inside functions."""
    tree = ast.parse(SOURCES[name].read_text())
    for node in on_load(tree) if at_load_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name.split(".") if SOURCES[name].name == "__init__.py" else name.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], base]).rstrip(".")
            for alias in node.names:
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in SOURCES else base


def on_load(node):
    """What runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        for_checkers = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not for_checkers and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from on_load(child)


def roots(name, **options):
    return {module.split(".")[0] for module in imports(name, **options)}


def test_only_declared_packages_are_imported():
    declared = sys.stdlib_module_names | {"mirakl_async"} | REQUIRED | EXTRAS
    assert {name: odd for name in SOURCES if (odd := roots(name) - declared)} == {}


def test_modules_outside_an_extra_can_be_imported_without_it():
    theirs = {name for name in SOURCES if OF_EXTRAS & set(name.split("."))}
    assert {name: odd for name in SOURCES.keys() - theirs if (odd := roots(name, at_load_only=True) & EXTRAS)} == {}


def test_only_two_files_of_the_client_import_aiohttp():
    touching = {name for name in SOURCES if "aiohttp" in roots(name) and "simulator" not in name.split(".")}
    adapters = {"mirakl_async.queues.pubsub_source"}  # its library raises aiohttp's errors
    touching -= {"mirakl_async.cli.health"}  # a server
    assert touching - adapters == {"mirakl_async.http.aiohttp_session", "mirakl_async.http.aiohttp_wire"}


def test_imports_have_no_cycle():
    """Those for type checkers too; but for the package itself, whose names only lead to where they are."""
    graph = {
        name: {other for other in imports(name, at_load_only=name == "mirakl_async") if other in SOURCES}
        for name in SOURCES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(" <- ".join(cycle.args[1]))


def test_the_layers_are_those_of_the_architecture_page():
    page = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text()
    rows = page.partition("| layer | modules |\n")[2].partition("\n\n")[0].splitlines()[1:]
    layers = {
        f"mirakl_async.{name.strip('/').replace('/', '.')}": number
        for number, row in enumerate(rows)
        for name in re.findall(r"`([a-z_/]+)`", row)
    }
    assert layers.keys() - SOURCES.keys() == set()
    found = {name: layer_of(name, layers) for name in SOURCES.keys() - {"mirakl_async", "mirakl_async.__main__"}}
    downward = [
        f"{name} imports {other}"
        for name in found
        for other in imports(name, at_load_only=True)
        if found.get(other, 0) > found[name]
    ]
    assert downward == []


def layer_of(name, layers):
    """That of the module, or else of the folder it is in."""
    place = name
    while place not in layers:
        place, dot, _ = place.rpartition(".")
        assert dot, f"the page names no layer for {name}"
    return layers[place]


def test_a_hand_written_file_has_at_most_500_lines():
    by_hand = [name for name in SOURCES if not GENERATED & set(name.split("."))]
    lengths = {name: len(SOURCES[name].read_text().splitlines()) for name in by_hand}
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_the_top_of_the_package_has_few_modules_and_folders():
    modules = list(PACKAGE.glob("*.py"))
    folders = [path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    assert len(modules) <= 20
    assert len(folders) <= 14


def room(name):
    """The module or folder at the top that a module is in."""
    return name.split(".")[1] if "." in name else name


def rooms():
    """Each room with those that it imports when it is loaded; what only the package itself imports is left out."""
    graph = {}
    for name in SOURCES.keys() - {"mirakl_async", "mirakl_async.__main__"}:
        others = {room(other) for other in imports(name, at_load_only=True) if other.startswith("mirakl_async.")}
        graph.setdefault(room(name), set()).update(others - {room(name)})
    return graph


def test_the_folders_make_few_layers_and_no_cycle():
    graph, height = rooms(), {}
    for name in TopologicalSorter(graph).static_order():
        height[name] = 1 + max((height[other] for other in graph.get(name, ())), default=0)
    assert max(height.values()) <= 12, sorted(height.items(), key=lambda item: item[1])
