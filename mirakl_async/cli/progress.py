"""A live line about a running sync, on a terminal only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..order_sync.report import SyncReport


@contextmanager
def live(
    label: str, share: Callable[[SyncReport], float], *, quiet: bool
) -> Generator[Callable[[SyncReport], None] | None]:
    """A callback for `sync(progress=...)` that moves a bar on standard error; None where nobody would see it.

    `share` says how much of the whole job a report stands for, from 0 to 1.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=1.0, figures="")

        def show(report: SyncReport) -> None:
            progress.update(task, completed=share(report), figures=_figures(report))

        yield show


def handled(report: SyncReport) -> int:
    """Orders of which the end is known."""
    return report.accepted + report.rejected + report.superseded


def _figures(report: SyncReport) -> str:
    refused = f", {report.rejected:,} refused" if report.rejected else ""
    throttles = f", {report.throttled} throttles" if report.throttled else ""
    return f"{report.accepted:,} accepted{refused}{throttles}, {report.orders_per_second:,.0f}/s"
