"""Compares the public API with that of the last tag, and says what broke.

Status 1 if something broke and the version does not announce it: a new major version, or, before 1.0, a new minor one.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import griffe

PACKAGE = "mirakl_async"


def last_tag(root: Path) -> str | None:
    """The last tag of a version, or None."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return found.stdout.strip() or None


def breaks(root: Path, tag: str) -> list[str]:
    """What a user of the tagged version would trip over, a line each."""
    before = griffe.load_git(PACKAGE, ref=tag, repo=root, resolve_aliases=True)
    after = griffe.load(PACKAGE, search_paths=[root], try_relative_path=False, resolve_aliases=True)
    found = griffe.find_breaking_changes(before, after)
    return [line for one in found if (line := one.explain(griffe.ExplanationStyle.ONE_LINE))]


def announced(old: str, new: str) -> bool:
    """Whether the new version may break what the old one had."""
    was, now = (tuple(int(part) for part in version.lstrip("v").split(".")[:2]) for version in (old, new))
    return now[0] > was[0] or (now[0] == was[0] == 0 and now > was)


def main(root: Path) -> int:
    """Print what broke."""
    tag = last_tag(root)
    if tag is None:
        print("there is no tag of a version yet: nothing to compare with")
        return 0
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    found = breaks(root, tag)
    print("\n".join(found) or f"nothing broke since {tag}")
    if not found or announced(tag, version):
        return 0
    print(f"{len(found)} breaks since {tag}, and version {version} does not announce them")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
