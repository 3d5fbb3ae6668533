"""The commands, and how the program runs one."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from .. import __version__
from ..simulator.__main__ import main as serve_simulator
from .demo import demo
from .operations import call, operations
from .results import Exit
from .sync import sync

app = App(name="mirakl-async", version=__version__, help="Mirakl for asyncio: order sync, operations, a simulator.")
app.command(demo)
app.command(sync)
app.command(call)
app.command(operations)


@app.command
def simulator(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Serve the embedded Mirakl until stopped: --port P, --rate-limit N|documented|none, --latency SECONDS, ...

    Prints one line of JSON with its URLs and credentials when it is ready.
    """
    try:
        return serve_simulator(arguments)
    except SystemExit as usage:
        return Exit.USAGE if usage.code else Exit.DONE


def run(argv: list[str]) -> int:
    """Run one command; a usage error is told on standard error and is status 2."""
    try:
        status = app(argv, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return Exit.USAGE
    return status if isinstance(status, int) else Exit.DONE
