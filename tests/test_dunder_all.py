"""`__all__`: each module says what others may take from it, and the documentation takes nothing else."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import mirakl_async

ROOT = Path(__file__).parents[1]
PACKAGE = Path(mirakl_async.__file__).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.py"))]
IMPORT = re.compile(r"^\s*from (mirakl_async[\w.]*) import (\([^)]*\)|[^\n#(]+)", re.MULTILINE)


def module_name(path):
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py")) if path.stem != "__main__"}


def defined(tree):
    """The public classes and functions of a module."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return [node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_with_public_names_lists_them_and_has_them(name):
    tree = ast.parse(MODULES[name].read_text())
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", None)
    assert listed is not None or not defined(tree), f"{name} has no __all__"
    assert len({*(listed or ())}) == len(listed or ())
    assert [item for item in listed or () if not hasattr(module, item)] == []


def taken():
    """What the documentation imports: the page, the module and the name."""
    for page in PAGES:
        for module, names in IMPORT.findall(page.read_text()):
            for item in re.findall(r"[\w.]+", re.sub(r"\bas \w+", "", names)):
                yield f"{page.relative_to(ROOT)}: from {module} import {item}", module, item


def test_the_documentation_imports_only_what_modules_list():
    found = {where: (module, item) for where, module, item in taken()}
    missing = [
        where
        for where, (module, item) in found.items()
        if f"{module}.{item}" not in MODULES and item not in importlib.import_module(module).__all__
    ]
    assert len(found) > 100
    assert missing == []


def test_lazy_names_are_listed_and_no_star_import_fails():
    namespace: dict[str, object] = {}
    exec("from mirakl_async.models.front import *\nfrom mirakl_async.models.connect_events import *", namespace)
    assert {"Order", "OrderState", "OrderStateOrStr", "EVENTS"} <= namespace.keys()
    assert {*mirakl_async.__all__} <= {*dir(mirakl_async)}
