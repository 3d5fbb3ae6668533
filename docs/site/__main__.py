"""`python -m docs.site FOLDER`: write the site's sources, then build it there; a broken link is an error."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from .notebook_pages import notebook_pages
from .pages import ROOT, all_pages, navigation

BUILT = {"docs", "mkdocs.yml", "site", ".cache"}
"""What a build leaves in its folder."""


def write_sources(folder: Path) -> None:
    """Write all pages and the settings into an empty folder."""
    for name, text in (asyncio.run(all_pages()) | notebook_pages()).items():
        page = folder / "docs" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    settings = yaml.safe_load((Path(__file__).parent / "mkdocs.yml").read_text())
    reference = next(section["Reference"] for section in settings["nav"] if "Reference" in section)
    reference[:] = navigation()
    settings["plugins"][-1]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(ROOT)]
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings, sort_keys=False))


def main(folder: Path) -> int:
    """Build into FOLDER/site; the status is that of the builder. A folder with anything else in it is not emptied."""
    if folder.exists() and {one.name for one in folder.iterdir()} - BUILT:
        sys.stderr.write(f"{folder} has other files than a built site; name a new folder\n")
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    write_sources(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(folder / "mkdocs.yml")]
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603 - our own arguments


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m docs.site", description="Build the documentation's site.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder to build in; the site is in FOLDER/site")
    sys.exit(main(parser.parse_args().folder.resolve()))
