"""Runs one sync job, from its start to its result, and stops it on signals.

The first SIGINT or SIGTERM drains the job: it reads no more orders and finishes the requests in flight. The second
signal stops the job immediately.
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
from ..queues.opening import make_queue
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
    """Return the rate limiter that all workers of a queue in Redis share, on the same server; None for any other queue.

    Raises ConfigurationError if the address is not valid for a queue.
    """
    if address is not None:
        make_queue(address)  # raises if the address is incomplete
    if address is None or not address.startswith(REDIS):
        yield None
        return
    from ..queues.redis_opening import split_name  # noqa: PLC0415 - an extra
    from ..rate_limits.redis_limiter import RedisRateLimiter  # noqa: PLC0415 - an extra

    async with RedisRateLimiter(split_name(address)[0]) as limiter:
        yield limiter


class JobResult(Struct, kw_only=True):
    """The result of a job: its figures, its first rejected orders, and the error that stopped it, if there was one."""

    report: SyncReport
    rejections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stopped: str | None = None

    @property
    def status(self) -> Exit:
        """The exit status for this result."""
        if self.stopped is not None or not self.report.complete:
            return Exit.UNFINISHED
        return Exit.REJECTED if self.report.rejected else Exit.DONE

    def figures(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {**figures(self.report), "stopped": self.stopped, "rejections": self.rejections}


async def run(job: OrderSync, ended: Callable[[], bool], *, quiet: bool) -> JobResult:
    """Run a job to its end, and print the first orders that are rejected.

    `ended` returns whether the source was read to its end: a signal that arrives later changes nothing.
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
                            logged = f"rejected: {reason_of(rejected)}"  # logs must not contain the values of the order
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
    """Check before the job starts whether the file for rejected orders can be written; raises CommandError."""
    if path is not None and is_stdout(path):
        check_output(path, json=json, option="--rejected-file")
    elif path is not None and path.suffix == ".gz":
        raise usage_error("--rejected-file: gzip is not supported, since orders are appended")
    elif path is not None and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise usage_error(f"--rejected-file: {path} cannot be written")


def report_end(outcome: JobResult, rejected_file: Path | None, *, json: bool) -> Exit:
    """Print the result of a job, and return the exit status for it."""
    if json:
        print_json({**outcome.figures(), "rejected_file": None if rejected_file is None else str(rejected_file)})
    else:
        (print_error if is_stdout(rejected_file) else print)(outcome.report)
    if outcome.stopped is not None:
        print_error(outcome.stopped, level=logging.ERROR)
    return outcome.status


@contextlib.contextmanager
def draining(job: OrderSync) -> Generator[list[str]]:
    """Drain the job at the first signal while the block runs; return the names of the signals received, as they arrive.

    The handlers stay installed after a signal: the job ends soon, and its result must still be printed.
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
    """Return a rejection as plain values, without the order itself."""
    return {
        "channel_order_id": rejected.channel_order_id,
        "line": rejected.line,
        "kind": rejected.kind,
        "reason": rejected.reason,
        "path": rejected.path,
        "code": rejected.problem.code if rejected.problem else None,
    }
