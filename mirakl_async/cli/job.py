"""One sync job under the program's signals, from its start to its result.

The first SIGINT or SIGTERM drains: nothing more is read, requests in flight are finished. The second stops at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter
from msgspec import Struct, field

from ..errors import SyncFailed
from ..order_sync.rejections import reason_of
from ..queues.opening import queue_of
from .outputs import check_output, is_stdout, path_or_stdout
from .results import Exit, figures, print_error, print_json, usage_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from ..order_sync.job import OrderSync
    from ..order_sync.rejected_order import RejectedOrder
    from ..order_sync.report import SyncReport
    from ..rate_limits.bucket import RateLimiter

__all__ = ["REDIS", "JobResult", "RejectedFile", "check_rejected_file", "draining", "report_end", "run", "shared_rate"]

SHOWN = 10
REDIS = ("redis://", "rediss://", "unix://", "valkey://", "valkeys://")
RejectedFile: TypeAlias = Annotated[
    Path | None,
    Parameter(
        help="NDJSON file to append rejected orders to; - for standard output",
        allow_leading_hyphen=True,
        converter=path_or_stdout,
    ),
]
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.asynccontextmanager
async def shared_rate(address: str | None) -> AsyncGenerator[RateLimiter | None]:
    """The limiter that all workers of a queue in Redis share, at the same server; None for any other queue.

    Raises ConfigurationError for an address that is not a queue's.
    """
    if address is not None:
        queue_of(address)  # raises for an address that is incomplete
    if address is None or not address.startswith(REDIS):
        yield None
        return
    from ..queues.redis_opening import split_name  # noqa: PLC0415 - an extra
    from ..rate_limits.redis_limiter import RedisRateLimiter  # noqa: PLC0415 - an extra

    async with RedisRateLimiter(split_name(address)[0]) as limiter:
        yield limiter


class JobResult(Struct, kw_only=True):
    """How a job ended: its figures, its first rejected orders, and what stopped it, if anything did."""

    report: SyncReport
    rejections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stopped: str | None = None

    @property
    def status(self) -> Exit:
        """The exit status for this outcome."""
        if self.stopped is not None or not self.report.complete:
            return Exit.UNFINISHED
        return Exit.REJECTED if self.report.rejected else Exit.DONE

    def figures(self) -> dict[str, Any]:
        """The result as plain values."""
        return {**figures(self.report), "stopped": self.stopped, "rejections": self.rejections}


async def run(job: OrderSync, ended: Callable[[], bool], *, quiet: bool) -> JobResult:
    """Run a job to its end, printing its first rejected orders as they come.

    `ended` returns whether the source was read to its end: a signal that arrives after that changes nothing.
    """
    rejections: list[dict[str, Any]] = []
    stopped = None
    with draining(job) as caught:
        try:
            async with job:
                async for rejected in job.rejected():
                    if len(rejections) < SHOWN:
                        rejections.append(_plain(rejected))
                        if not quiet:
                            figures = {name: value for name, value in _plain(rejected).items() if name != "reason"}
                            logged = f"rejected: {reason_of(rejected)}"  # without the values of the order
                            print_error(f"rejected: {rejected}", figures, level=logging.WARNING, logged=logged)
        except SyncFailed as error:
            stopped = error.reason
    report = job.report
    if caught and stopped is None and not (ended() and report.complete):
        stopped = f"stopped by {caught[0]}"
    if report.rejected > SHOWN and not quiet:
        print_error(f"and {report.rejected - SHOWN} more were rejected; all, by reason:")
        for reason, count in sorted(report.reasons.items(), key=lambda one: -one[1]):
            print_error(f"{count:>8} {reason}")
    return JobResult(report=report, rejections=rejections, stopped=stopped)


def check_rejected_file(path: Path | None, *, json: bool) -> None:
    """Check before the job what would otherwise stop it in the middle; raises CommandError."""
    if path is not None and is_stdout(path):
        check_output(path, json=json, option="--rejected-file")
    elif path is not None and path.suffix == ".gz":
        raise usage_error("--rejected-file: gzip is not supported, since orders are appended")
    elif path is not None and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise usage_error(f"--rejected-file: {path} cannot be written")


def report_end(outcome: JobResult, rejected_file: Path | None, *, json: bool) -> Exit:
    """Print how a job ended, and return the exit status for it."""
    if json:
        print_json({**outcome.figures(), "rejected_file": None if rejected_file is None else str(rejected_file)})
    else:
        (print_error if is_stdout(rejected_file) else print)(outcome.report)
    if outcome.stopped is not None:
        print_error(outcome.stopped, level=logging.ERROR)
    return outcome.status


@contextlib.contextmanager
def draining(job: OrderSync) -> Generator[list[str]]:
    """The names of the signals caught so far.

    The handlers stay in place once a signal was caught: the job ends soon, and its result must still be printed.
    """
    loop = asyncio.get_running_loop()
    caught: list[str] = []

    def catch(number: signal.Signals) -> None:
        caught.append(number.name)
        if len(caught) == 1:
            print_error(f"{number.name}: finishing requests in flight; repeat the signal to stop immediately")
            job.stop()
        else:
            job.abort()

    with contextlib.ExitStack() as stack:
        for number in SIGNALS:
            with contextlib.suppress(NotImplementedError):  # Windows, where Ctrl-C cancels the task instead
                loop.add_signal_handler(number, catch, number)
                stack.callback(loop.remove_signal_handler, number)
        yield caught
        if caught:
            stack.pop_all()


def _plain(rejected: RejectedOrder) -> dict[str, Any]:
    """A rejection as plain values, without the order itself."""
    return {
        "channel_order_id": rejected.channel_order_id,
        "line": rejected.line,
        "kind": rejected.kind,
        "reason": rejected.reason,
        "path": rejected.path,
        "code": rejected.problem.code if rejected.problem else None,
    }
