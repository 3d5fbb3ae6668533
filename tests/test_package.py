"""The contents of the wheel and the sdist, and what must never be in them or in the repository."""

from __future__ import annotations

import re
import subprocess
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import hatchling.build
import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    if not (ROOT / "mirakl_async").exists():
        pytest.skip("the package is not beside its tests: they run against an installed wheel")
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        wheel_name = hatchling.build.build_wheel(str(folder))
        sdist_name = hatchling.build.build_sdist(str(folder))
    with zipfile.ZipFile(folder / wheel_name) as wheel, tarfile.open(folder / sdist_name) as sdist:
        yield wheel, sdist


def repository_files():
    """The files that git tracks; in an unpacked sdist, which has no repository, all files."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
    caches = {".hypothesis", ".pytest_cache", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and caches.isdisjoint(path.parts)]


def wheel_metadata(wheel):
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_contains_only_the_package(built):
    wheel, _ = built
    info = f"mirakl_async-{PROJECT['version']}.dist-info"
    assert {name.split("/")[0] for name in wheel.namelist()} == {"mirakl_async", info}
    assert not [
        name
        for name in wheel.namelist()
        if not name.startswith(info) and not name.endswith((".py", ".typed", ".lua", ".html"))
    ]


def test_the_wheel_is_typed_and_licensed(built):
    wheel, _ = built
    assert "mirakl_async/py.typed" in wheel.namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())
    assert wheel_metadata(wheel)["License-Expression"] == "MIT"


FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def test_no_link_of_the_description_leads_to_a_file_that_an_index_does_not_have(built):
    name = next(name for name in built[0].namelist() if name.endswith(".dist-info/METADATA"))
    description = built[0].read(name).decode().partition("\n\n")[2]
    assert description.startswith(readme()[:500])
    assert re.findall(r"\]\((?!https?:|#)[^)]*", FENCED.sub("", description)) == []
    assert "| docs/lists.md |" in description
    assert "the glossary (docs/architecture.md)" in description
    assert FENCED.findall(description) == FENCED.findall(readme())
    assert description.endswith("in the source distribution.\n")


def test_it_requires_three_packages_at_run_time(built):
    required = wheel_metadata(built[0]).get_all("Requires-Dist") or []
    always = {re.split(r"[<>=;\[ ]", line)[0] for line in required if "extra ==" not in line}
    assert always == {"aiohttp", "anyio", "msgspec"}


def test_the_wheel_contains_every_module_of_the_package(built):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mirakl_async").rglob("*.py")}
    assert modules <= set(built[0].namelist())


def test_the_sdist_can_run_its_tests(built):
    _, sdist = built
    names = {name.split("/", 1)[1] for name in sdist.getnames()}
    assert {"tests/conftest.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".ci/run"} <= names
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


def test_no_document_of_mirakl_is_in_the_repository():
    """Mirakl's OpenAPI documents are Mirakl's; only what they say in facts is here."""
    announced = re.compile(rb"""^\s*["']?(openapi|swagger)["']?\s*:\s*["']?\d+\.\d""", re.MULTILINE)
    made_up = {ROOT / "tests/codegen/warehouses.yaml"}  # written for the tests of the generator
    found = []
    for path in set(repository_files()) - made_up:
        if path.suffix in {".json", ".yaml", ".yml", ".gz", ".zip"}:
            found += [path] if announced.search(path.read_bytes()) or path.suffix in {".gz", ".zip"} else []
    assert found == []


def test_the_project_has_no_invented_urls():
    assert PROJECT.get("urls", {}) == {}


def test_the_changelog_has_a_section_for_the_next_version():
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("name", ["test", "demo"])
def test_the_readme_has_the_commands_that_ci_runs(name):
    found = re.findall(rf"<!-- {name} command -->\n```sh\n(.+?)\n```\n<!-- /{name} command -->", readme(), re.DOTALL)
    assert len(found) == 1


def readme():
    return (ROOT / "README.md").read_text()
