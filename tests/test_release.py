"""The comparison of the public API with the last tag, and the rules of CONTRIBUTING.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytest.importorskip("griffe", reason="the comparison comes with the extra docs")


def git(folder, *arguments):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A repository with one tagged version of a package of our name."""
    folder = tmp_path / "repository"
    (folder / "mirakl_async").mkdir(parents=True)
    (folder / "mirakl_async/__init__.py").write_text("from .orders import push\n\n__all__ = ['push']\n")
    (folder / "mirakl_async/orders.py").write_text("def push(order, *, timeout=1.0): ...\ndef _hidden(): ...\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.4.0"\n')
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def compared(folder):
    run = [sys.executable, str(ROOT / ".ci/api.py"), str(folder)]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_without_a_tag_there_is_nothing_to_compare_with(repository):
    assert compared(repository) == (0, "there is no tag of a version yet: nothing to compare with\n")


def test_incompatible_changes_are_reported_as_a_failure(repository):
    git(repository, "tag", "v1.4.0")
    (repository / "mirakl_async/orders.py").write_text("def push(order, *, deadline=1.0): ...\n")
    status, said = compared(repository)
    assert status == 1
    assert "timeout" in said
    assert "version 1.4.0 does not announce them" in said


def test_a_major_version_may_have_incompatible_changes(repository):
    git(repository, "tag", "v1.4.0")
    (repository / "mirakl_async/orders.py").write_text("def push(): ...\n")
    (repository / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "2.0.0"\n')
    status, said = compared(repository)
    assert status == 0
    assert "order" in said


def test_additions_and_private_changes_are_compatible(repository):
    git(repository, "tag", "v1.4.0")
    (repository / "mirakl_async/orders.py").write_text("def push(order, *, timeout=1.0, retries=1): ...\n")
    assert compared(repository) == (0, "nothing broke since v1.4.0\n")


BEFORE = """
def push(order, *, timeout=1.0): ...

class Sync:
    started = RenamedAttribute("begun", since="1.2", until="1.5")

    @deprecated("push()", since="1.2", until="1.5")
    def send(self, order): ...

    def stop(self): ...

class Old: ...
"""
AFTER = """
@renamed_arguments(since="1.5", until="1.7", timeout="deadline", order="record")
def push(record, *, deadline=1.0): ...

class Sync:
    stop = RenamedAttribute("finish", since="1.5", until="1.7")

    def finish(self): ...

class New: ...

__getattr__ = renamed_names(__name__, since="1.5", until="1.7", Old="New")
"""


@pytest.mark.parametrize(
    ("version", "change", "broken"),
    [
        ("1.5.0", ("", ""), []),
        ("1.4.9", ("", ""), ["Sync.started", "Sync.send"]),  # too early
        ("1.5.0", ('timeout="deadline", ', ""), ["push(timeout)"]),
        ("1.5.0", (', Old="New"', ""), ["Old"]),
        ("1.5.0", ('    stop = RenamedAttribute("finish", since="1.5", until="1.7")', ""), ["Sync.stop"]),
    ],
)
def test_what_was_deprecated_in_time_and_what_keeps_its_former_name_breaks_nothing(repository, version, change, broken):
    orders = repository / "mirakl_async/orders.py"
    orders.write_text(BEFORE)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "second")
    git(repository, "tag", "v1.4.0")
    assert AFTER.replace(*change) != AFTER or not change[0]
    orders.write_text(AFTER.replace(*change))
    (repository / "pyproject.toml").write_text(f'[project]\nname = "x"\nversion = "{version}"\n')
    status, said = compared(repository)
    assert status == bool(broken), said
    assert re.findall(r"(?m)^\S+orders\.py:\d+: (.+?): ", re.sub(r"\x1b\[\d*m", "", said)) == broken
    assert broken or said == "nothing broke since v1.4.0\n"
