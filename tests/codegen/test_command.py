"""The command: what it needs, what it prints, what --check finds; and the formatting of its output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.codegen.test_names import TEXT, document

ROOT = Path(__file__).parents[2]


def run(*arguments, **settings):
    env = {key: value for key, value in os.environ.items() if key != "MIRAKL_OPENAPI_DIR"} | settings
    return subprocess.run(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "words"), [({}, "MIRAKL_OPENAPI_DIR is not set"), ({"MIRAKL_OPENAPI_DIR": "/nowhere"}, "lacks")]
)
def test_missing_documents_are_reported_with_advice(settings, words):
    done = run("--check", **settings)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_difference_in_any_file_is_found(workshop):
    content = document({"a": TEXT})
    files = workshop.generate(content)
    project = workshop.project(content)
    assert project.differences(project.files()) == []
    edited = workshop.root / "mirakl_async/models/acme/things.py"
    edited.write_text(edited.read_text() + "# by hand\n")
    left_over = workshop.root / "mirakl_async/operations/acme/gone.py"
    left_over.write_text("")
    (workshop.root / "mirakl_async/models/__init__.py").unlink()
    assert project.differences(project.files()) == [
        "mirakl_async/models/__init__.py", "mirakl_async/models/acme/things.py", "mirakl_async/operations/acme/gone.py",
    ]  # fmt: skip
    project.write(project.files())
    assert project.differences(project.files()) == []
    assert not left_over.exists()
    assert all(name in project.files() for name in files)


def test_the_same_document_gives_the_same_text(workshop):
    content = document({"b": TEXT, "a": {"type": "string", "enum": ["X", "Y"]}})
    assert workshop.project(content).files() == workshop.project(content).files()


def test_the_readmes_table_is_written_between_its_markers(workshop):
    readme = workshop.root / "README.md"
    readme.write_text("before\n<!-- coverage:begin -->\nold\n<!-- coverage:end -->\nafter\n")
    workshop.generate(document({"a": TEXT}))
    text = readme.read_text()
    assert text.startswith("before\n<!-- coverage:begin -->\n1 of 1 operations: Acme 1 of 1.\n")
    assert "| `acme.things` | `t01` T01 |" in text
    assert text.endswith("<!-- coverage:end -->\nafter\n")
    assert "old" not in text


def test_a_readme_without_markers_is_not_changed(workshop):
    (workshop.root / "README.md").write_text("mine")
    assert "README.md" not in workshop.generate(document({"a": TEXT}))


def test_generated_files_are_formatted_like_hand_written_ones():
    pytest.importorskip("ruff", reason="the formatter comes with the extra dev")
    done = subprocess.run(
        [
            sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--check",
            "mirakl_async/models", "mirakl_async/operations",
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
