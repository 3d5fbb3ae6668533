"""A project of made-up documents: generated into a folder, beside links to the hand-written package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mirakl_async
from codegen.documents import Source, load
from codegen.project import Project

PACKAGE = Path(mirakl_async.__file__).parent


class Workshop:
    """Generates code from documents and runs it in a process of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tables = root / "codegen"
        self.tables.mkdir()
        self.write_tables()
        (root / "mirakl_async").mkdir()
        for item in PACKAGE.iterdir():
            if item.name not in {"models", "operations", "__pycache__"}:
                (root / "mirakl_async" / item.name).symlink_to(item)

    def write_tables(self, operations: str = "", corrections: str = "") -> None:
        (self.tables / "operations.toml").write_text(operations)
        (self.tables / "corrections.toml").write_text(corrections)

    def project(self, content: object, name: str = "acme.json") -> Project:
        path = self.root / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return Project([load(Source("acme", name, "Acme"), path)], self.root, self.tables)

    def generate(self, content: object, name: str = "acme.json") -> dict[str, str]:
        project = self.project(content, name)
        files = project.files()
        project.write(files)
        return files

    def run(self, script: str) -> str:
        env = {**os.environ, "PYTHONPATH": str(self.root)}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path)
