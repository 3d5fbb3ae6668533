"""A live line about a running sync, on a terminal only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..sync.report import Report


@contextmanager
def live(label: str, total: int | None, *, quiet: bool) -> Iterator[Callable[[Report], None] | None]:
    """A callback for `sync(progress=...)` that moves a bar on standard error; None where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f} orders/s, {task.fields[refused]} refused"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total, rate=0.0, refused=0)

        def show(report: Report) -> None:
            done = report.accepted + report.refused + report.superseded
            progress.update(task, completed=done, rate=report.orders_per_second, refused=report.refused)

        yield show
