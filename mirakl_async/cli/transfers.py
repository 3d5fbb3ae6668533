"""Shows the progress of an import or export: as a live line on a terminal, elsewhere as one line for each new state."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..errors import JobFailed, NotFound
from ..server_text import one_line
from .results import print_error, unfinished

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.progress import TaskID

__all__ = ["ProgressReporter", "resumable", "transfer"]


@contextmanager
def resumable(job_id: object) -> Generator[None]:
    """Print how to follow the job if this program ends early, because the job continues at Mirakl.

    A SIGTERM ends the program like an error, so that no incomplete file is left.
    """
    ended = list[str]()
    try:
        with _ending_on_sigterm(ended):
            yield
    except (JobFailed, NotFound):  # there is nothing to follow
        raise
    except BaseException as error:
        print_error(f"the job goes on at Mirakl; follow it with --attach {job_id}")
        if ended:
            raise unfinished(f"stopped by {ended[0]}") from error
        raise


@contextmanager
def _ending_on_sigterm(ended: list[str]) -> Generator[None]:
    """Cancel the task on SIGTERM, and record the signal."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end() -> None:
        ended.append("SIGTERM")
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, end)
    except NotImplementedError:  # Windows
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


class ProgressReporter:
    """Shows states, bytes and items: states everywhere unless `quiet`, numbers only on a terminal."""

    def __init__(self, progress: Progress | None, task: TaskID | None, *, quiet: bool) -> None:
        self._progress = progress
        self._task = task
        self._quiet = quiet
        self._last = ""

    def state(self, words: str) -> None:
        """Show a new state."""
        words = one_line(words)
        if words == self._last or self._quiet:
            return
        self._last = words
        if self._progress is None or self._task is None:
            print_error(words)
        else:
            self._progress.update(self._task, description=words, total=None, figures="")

    def bytes(self, done: int, total: int | None) -> None:
        """Show the number of bytes sent."""
        self._show(f"{done / 1e6:,.1f} MB", done, total)

    def items(self, done: int) -> None:
        """Show the number of items written."""
        self._show(f"{done:,}", done, None)

    def _show(self, figures: str, done: int, total: int | None) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, figures=figures)


@contextmanager
def transfer(label: str, *, quiet: bool) -> Generator[ProgressReporter]:
    """Return the reporter of a transfer; on a terminal it shows a live line on standard error."""
    if quiet or not sys.stderr.isatty():
        yield ProgressReporter(None, None, quiet=quiet)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),  # it holds text of the server
        BarColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield ProgressReporter(progress, progress.add_task(label, total=None, figures=""), quiet=quiet)
