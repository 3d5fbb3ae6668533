"""One name for one thing: no two classes of the client's own code share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import mirakl_async

PACKAGE = Path(mirakl_async.__file__).parent
NOT_OURS = {"models", "operations", "simulator"}  # generated, and a program of its own that may not know the client
TWICE = {"Orders"}  # `connect.orders` and `front.orders`: resources are named as their services name them


def test_no_two_classes_of_the_client_have_one_name():
    places = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if NOT_OURS.isdisjoint(path.relative_to(PACKAGE).parts):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    places[node.name.lstrip("_")].append(str(path.relative_to(PACKAGE)))
    assert {name: files for name, files in places.items() if len(files) > 1 and name not in TWICE} == {}
