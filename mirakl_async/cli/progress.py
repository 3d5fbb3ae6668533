"""A live line about a running sync, only on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..order_sync.report import SyncReport

__all__ = ["handled", "live"]


@contextmanager
def live(
    label: str,
    share: Callable[[SyncReport], float | None],
    *,
    quiet: bool,
    rate: Callable[[SyncReport], float],
    more: Callable[[], list[str]],
) -> Generator[Callable[[SyncReport], None] | None]:
    """A callback for `sync(progress=...)` that moves a bar on standard error; None where that is not a terminal.

    `share` returns how much of the whole job is settled, from 0 to 1, or None as long as that is unknown;
    `rate` returns orders per second, `more` further texts.
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


def handled(report: SyncReport) -> int:
    """Orders that are settled."""
    return report.accepted + report.rejected + report.superseded


def _figures(report: SyncReport) -> list[str]:
    rejected = [f"{report.rejected:,} rejected"] if report.rejected else []
    throttled = [f"{report.throttled:,} throttled"] if report.throttled else []
    return [f"{report.accepted:,} accepted", *rejected, *throttled]
