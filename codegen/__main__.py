"""`python -m codegen` writes; `python -m codegen --check` fails on any difference."""

from __future__ import annotations

import argparse
import sys

from .documents import SOURCES, CodegenError, folder, load
from .project import Project


def main(arguments: list[str]) -> int:
    """Run the generator, and return the exit status.

    0: the files were written, or nothing differs. 1: a file differs. 2: the generator cannot run.
    """
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file would change")
    options = parser.parse_args(arguments)
    try:
        where = folder()
        project = Project([load(source, where / source.file) for source in SOURCES])
        files = project.files()
        differing = project.differences(files)
        if options.check:
            for name in differing:
                print(f"differs: {name}")
            return 1 if differing else 0
        project.write(files)
    except CodegenError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    print(project.report(files))
    return 0


sys.exit(main(sys.argv[1:]))
