"""The application of the command line: the list of commands, and the function that runs one.

A command is imported when it is used, so that `mirakl-async operations` does not import a web server.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

from cyclopts import App, CycloptsError

from .. import __version__
from ..errors import MiraklError
from .examples import epilogue
from .json_lines import OPTION, call_of, logging_as_json, take_option
from .results import CommandError, Exit, escape_unencodable_characters, message_of, print_error, print_json, status_of

__all__ = ["app", "load_all", "run"]

app: App = App(
    name="mirakl-async",
    version=__version__,
    help="Push orders into Mirakl Connect, call a Mirakl marketplace, or run a simulator of both.",
    help_epilogue=epilogue(""),
    suppress_keyboard_interrupt=False,
)
for _name, _target in {
    "check": "check:check",
    "sample": "sample:sample",
    "demo": "demo.command:demo",
    "sync": "sync:sync",
    "worker": "worker:worker",
    "journal": "journal:journal",
    "list": "lists:list_items",
    "call": "call:call",
    "export": "exports:export",
    "import": "imports:import_products",
    "operations": "operations:operations",
    "completion": "completion:completion",
}.items():
    app.command(f"{__package__}.{_target}", name=_name, help_epilogue=epilogue(_name))
app.command(f"{__package__}.events:events")
app.command(f"{__package__}.simulator:simulator", help_flags=[], version_flags=[])


def run(argv: list[str]) -> int:
    """Run one command and return its exit status; report an expected error in one line on standard error.

    With `--json`, the error is also printed as one object on standard output.
    """
    _open_missing_streams()
    escape_unencodable_characters()
    argv, log_format = take_option(argv)
    if log_format == "text":
        return _run_to_its_end(argv)
    if log_format != "json":
        print_error(f'{OPTION}: must be text or json, not "{log_format}"')
        return Exit.USAGE
    with logging_as_json():
        return _run_to_its_end(argv)


def _open_missing_streams() -> None:
    """Replace standard streams that the parent process closed, so that no other file gets their descriptors.

    Output to a replaced stream is discarded.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)  # gets the lowest free descriptor
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def _run_to_its_end(argv: list[str]) -> int:
    if not argv or argv[0] in app.help_flags:
        load_all()
    try:
        return _run(argv)
    except BrokenPipeError:
        # The reader of the output has exited. Otherwise the interpreter would flush the output again at exit and fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNFINISHED


def _run(argv: list[str]) -> int:
    call: dict[str, Any] = {}
    try:
        status = app(argv, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        command = " ".join(["mirakl-async", *(error.command_chain or ()), "--help"])
        words, status = f"{message_of(error)} See {command}.", Exit.USAGE
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        words, status = "interrupted", Exit.INTERRUPTED
    except (CommandError, MiraklError, OSError) as error:
        words, status, call = message_of(error), status_of(error), call_of(error)
    else:
        return status if isinstance(status, int) else Exit.DONE
    print_error(words, call, level=logging.ERROR)
    if "--json" in argv:
        print_json({"error": words, "exit_status": int(status)})
    return status


def load_all() -> None:
    """Import every command, because the list of commands shows the first line of each docstring."""
    for name in tuple(app):
        app[name]  # the access imports it
