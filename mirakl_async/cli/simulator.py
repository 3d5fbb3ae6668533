"""`mirakl-async simulator`: runs the simulator as a program, for other languages and for containers."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ..simulator.__main__ import main as serve
from .results import Exit

__all__ = ["simulator"]


def simulator(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Serve a simulator of Mirakl until stopped.

    It prints one line of JSON with its URLs and credentials when it is ready.
    """
    try:
        return serve(arguments)
    except SystemExit as end:  # raised by argparse after a usage error or --help
        return Exit.USAGE if end.code else Exit.DONE
