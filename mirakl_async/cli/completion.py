"""`mirakl-async completion`: prints the shell script that completes commands, options and their values."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from .results import Exit

__all__ = ["completion"]


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="shell that the script is for")],
    /,
) -> int:
    """Print the script that completes commands and options in a shell.

    Load it where the shell starts; for bash, in ~/.bashrc, with the first example.
    """
    from .app import app, load_all  # noqa: PLC0415 - which imports this module

    load_all()  # before cyclopts 5, the script lacks commands that were not imported
    print(app.generate_completion(prog_name="mirakl-async", shell=shell))
    return Exit.DONE
