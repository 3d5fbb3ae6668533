"""The command line, `mirakl-async`; needs the extra `cli`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["USAGE", "main"]

USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status, which is one of `Exit`."""
    try:
        from .app import run  # noqa: PLC0415 - the extra may not be installed
    except ModuleNotFoundError as error:
        if error.name not in {"cyclopts", "rich"}:
            raise
        print("mirakl-async needs its extra: pip install 'mirakl-async[cli]'", file=sys.stderr)
        return USAGE
    return run(sys.argv[1:] if argv is None else list(argv))
