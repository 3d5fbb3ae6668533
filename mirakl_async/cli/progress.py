"""A progress bar for a running sync, shown only on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..order_sync.report import SyncReport

__all__ = ["progress_bar", "settled_orders"]


@contextmanager
def progress_bar(
    label: str,
    share: Callable[[SyncReport], float | None],
    *,
    quiet: bool,
    rate: Callable[[SyncReport], float],
    more: Callable[[], list[str]],
) -> Generator[Callable[[SyncReport], None] | None]:
    """Show a progress bar on standard error, and return the callback for `sync(progress=...)`; None without a terminal.

    `share` returns the settled share of the whole job, from 0 to 1, or None while it is unknown. `rate` returns orders
    per second, and `more` returns additional texts.
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
        task = progress.add_task(label, total=None, figures="")

        def show(report: SyncReport) -> None:
            done = share(report)
            total = None if done is None else 1.0
            figures = ", ".join([*_figures(report), f"{rate(report):,.0f}/s", *more()])
            progress.update(task, total=total, completed=done, figures=figures)

        yield show


def settled_orders(report: SyncReport) -> int:
    """Return the number of settled orders."""
    return report.accepted + report.rejected + report.superseded


def _figures(report: SyncReport) -> list[str]:
    rejected = [f"{report.rejected:,} rejected"] if report.rejected else []
    throttled = [f"{report.throttled:,} throttled"] if report.throttled else []
    return [f"{report.accepted:,} accepted", *rejected, *throttled]
