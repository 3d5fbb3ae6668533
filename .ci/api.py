"""Compares the public API with that of the last tag, and says what broke.

Status 1 if something broke and the version does not announce it: a new major version, or, before 1.0, a new minor one.
What was renamed and still has its former name, and what was deprecated until this version, has not broken.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import griffe

PACKAGE = "mirakl_async"
MARKS = {"deprecated", "renamed_arguments", "RenamedAttribute", "renamed_names"}  # of mirakl_async.checks


def last_tag(root: Path) -> str | None:
    """The last tag of a version, or None."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return found.stdout.strip() or None


def marks(thing: Any) -> list[dict[str, str]]:
    """The keyword arguments of the deprecations that an object is decorated with, or is."""
    texts = [str(one.value) for one in getattr(thing, "decorators", ())] + [str(getattr(thing, "value", ""))]
    calls: list[Any] = [ast.parse(text, mode="eval").body for text in texts if text.partition("(")[0] in MARKS]
    return [
        {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)} for call in calls
    ]


def was_deprecated(broken: griffe.Breakage, after: Any, version: str) -> bool:
    """Whether users were warned for as long as they were promised, or the former name still works."""
    thing: Any = broken.obj
    path = thing.path.split(".")[1:]
    now = found(after, path)
    if broken.kind.name.startswith("PARAMETER"):
        old, new = (getattr(value, "name", None) for value in (broken.old_value, broken.new_value))
        return any(old in mark or new in mark.values() for mark in marks(now))
    if now is not None:
        return now.is_attribute and bool(marks(now))
    others = [other for other in getattr(found(after, path[:-1]), "members", {}).values() if not other.is_alias]
    if any(path[-1] in mark for other in others for mark in marks(other)):
        return True
    return any(numbers(mark["until"]) <= numbers(version) for mark in marks(thing))


def found(package: Any, path: list[str]) -> Any:
    """The member at a path, or None."""
    for name in path:
        package = None if package is None or package.is_alias else package.members.get(name)
    return package


def breaks(root: Path, tag: str, version: str) -> list[str]:
    """What a user of the tagged version would trip over, a line each."""
    before = griffe.load_git(PACKAGE, ref=tag, repo=root, resolve_aliases=True)
    after = griffe.load(PACKAGE, search_paths=[root], try_relative_path=False, resolve_aliases=True)
    broken = [one for one in griffe.find_breaking_changes(before, after) if not was_deprecated(one, after, version)]
    return [line for one in broken if (line := one.explain(griffe.ExplanationStyle.ONE_LINE))]


def numbers(version: str) -> tuple[int, ...]:
    """Major and minor, to compare."""
    return tuple(int(part) for part in version.lstrip("v").split(".")[:2])


def announced(old: str, new: str) -> bool:
    """Whether the new version may break what the old one had."""
    was, now = numbers(old), numbers(new)
    return now[0] > was[0] or (now[0] == was[0] == 0 and now > was)


def main(root: Path) -> int:
    """Print what broke."""
    tag = last_tag(root)
    if tag is None:
        print("there is no tag of a version yet: nothing to compare with")
        return 0
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    broken = breaks(root, tag, version)
    print("\n".join(broken) or f"nothing broke since {tag}")
    if not broken or announced(tag, version):
        return 0
    print(f"{len(broken)} breaks since {tag}, and version {version} does not announce them")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
