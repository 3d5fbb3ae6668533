"""What an operator sees of a running job: lines of figures where there is no terminal, a bar where there is one."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import sys

import pytest

from mirakl_async.cli import main
from mirakl_async.cli.job_status import JobStatus, as_duration, has_worked
from mirakl_async.cli.supervision import QueueShare, figures_of, line_of
from mirakl_async.instrumentation import CallFinished, ListChanged, QueueBacklog, RetryScheduled
from mirakl_async.order_sync.report import SyncReport
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Fault, SimulatorProcess

from .program import environment, hosts, lines, program, write

AT_STORE = ("--channel-id", "channel-1", "--channel-store-id", "store-1")
FIGURES = re.compile(
    r"mirakl-async: read (\d+), accepted (\d+), rejected (\d+), superseded \d+, unsent (\d+), in flight \d+, [\d.]+ orders/s"
)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def finished(status, error=None, *, recognized=True):
    return CallFinished(operation="x", status=status, error=error, attempts=1, seconds=0.1, recognized=recognized)


def retried(outcome):
    return RetryScheduled(operation="x", attempt=1, outcome=outcome, delay=1.0)


def backlog(waiting, oldest=None):
    return QueueBacklog(queue="<Q>", waiting=waiting, oldest=oldest)


class Job:
    has_started = is_running = True


@pytest.mark.parametrize(
    ("event", "worked"),
    [
        (finished(204), True),
        (finished(400, "BadRequest"), True),
        (finished(404, "NotFound"), True),
        (finished(429, "RateLimited"), None),
        (finished(None, "CancelledError"), None),
        (finished(400, "BadRequest", recognized=False), False),
        (finished(404, "NotFound", recognized=False), False),
        (finished(200, "UnexpectedResponse"), False),
        (finished(503, "ServerError"), False),
        (finished(None, "ConnectFailed"), False),
        (finished(None, "TokenUnavailable"), False),
    ],
    ids=repr,
)
def test_a_call_has_worked_if_mirakl_answered_it(event, worked):
    assert has_worked(event) is worked


def test_an_outage_lasts_from_the_first_failure_to_the_next_success():
    status = JobStatus(clock := Clock())
    status.job = Job()
    assert status.outage is status.unready is None
    for harmless in (
        retried("429"),
        retried("401"),
        finished(429, "RateLimited"),
        ListChanged(operation="x", offset=1, before=1, after=2),
    ):
        status(harmless)
    assert status.outage is None
    status(retried("503"))
    clock.now += 3
    status(finished(None, "ConnectFailed"))
    assert status.outage == (3.0, "ConnectFailed")
    assert status.unready is None
    assert status.notes() == ["no exchange has succeeded for 3 s (ConnectFailed)"]
    clock.now += 3
    assert status.unready == "no exchange with Mirakl has succeeded for 6 s: ConnectFailed"
    status(finished(204))
    assert status.outage is status.unready is None


def test_a_queue_that_no_longer_answers_is_not_ready():
    status = JobStatus(clock := Clock())
    status.job = Job()
    clock.now += 1000  # a queue that cannot say how much waits
    assert status.unready is None
    status(backlog(3, 40.0))
    clock.now += 29
    assert status.unready is None
    clock.now += 2
    assert status.unready == "the queue has not answered for 31 s"


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (None, "the job has not started"),
        (type("New", (Job,), {"has_started": False, "is_running": False})(), "the job has not started"),
        (type("Old", (Job,), {"is_running": False})(), "the job is stopping"),
    ],
)
def test_a_job_is_not_ready_before_its_start_and_after_its_end(job, reason):
    status = JobStatus(Clock())
    status.job = job
    assert status.unready == reason


def test_the_rate_is_that_of_the_last_half_minute():
    status = JobStatus(clock := Clock())
    assert status.rate(SyncReport()) == 0
    clock.now += 10
    assert status.rate(SyncReport(accepted=1000)) == 100
    for accepted in (1000, 1000, 1000, 1060):
        clock.now += 10
        rate = status.rate(SyncReport(accepted=accepted))
    assert rate == 2


def test_the_share_of_a_queue_is_of_the_most_that_waited_since_it_was_empty():
    status = JobStatus(Clock())
    share = QueueShare(status)
    shown = [share(SyncReport())]
    for waiting in (200, 50, 400, 100, 0, 10, 5):
        status(backlog(waiting))
        shown.append(share(SyncReport()))
    assert shown == [None, 0.0, 0.75, 0.0, 0.75, 1.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.7, "0 s"), (59.9, "59 s"), (61, "1 min 1 s"), (3600, "1 h 0 min"), (93_784, "1 d 2 h")],
)
def test_a_duration_has_its_two_largest_units(seconds, text):
    assert as_duration(seconds) == text


def test_a_line_of_figures_says_what_is_known():
    status = JobStatus(clock := Clock())
    report = SyncReport(read=9, accepted=4, rejected=1, superseded=1, unsent=3)
    assert line_of(figures_of(report, 2, 1.25, status)) == (
        "read 9, accepted 4, rejected 1, superseded 1, unsent 3, in flight 2, 1.2 orders/s"
    )
    status(backlog(1200, 61.04))
    status(finished(503, "ServerError"))
    clock.now += 2
    report = SyncReport(outcomes=5, rejected_outcomes=1)
    assert line_of(figures_of(report, 0, 0, status)).partition("orders/s, ")[2] == (
        "outcomes accepted 5, outcomes rejected 1, messages waiting 1200, the oldest for 61.0 s, "
        "no exchange has succeeded for 2.0 s, last failure: 503"
    )


async def test_lines_of_figures_come_until_the_end_of_a_job(tmp_path):
    file = write(tmp_path / "o.ndjson", lines(600))
    async with SimulatorProcess(latency=0.1) as mirakl:
        arguments = ("sync", file, *hosts(mirakl.addresses), *AT_STORE, "--concurrency", 1)
        done, silent, plain = await asyncio.gather(
            program(*arguments, "--heartbeat", "0.1", addresses=mirakl.addresses),
            program(*arguments, "--heartbeat", "0", addresses=mirakl.addresses),
            program(*arguments, "--json", addresses=mirakl.addresses),
        )
    shown = [tuple(map(int, FIGURES.fullmatch(line).groups())) for line in done.err.splitlines()]
    assert len(shown) >= 4
    assert shown == sorted(shown)
    assert 0 < shown[1][3] <= 600
    assert shown[-1] == (600, 600, 0, 0)
    assert (silent.status, silent.err) == (plain.status, plain.err) == (0, "")


async def test_a_short_job_shows_its_last_figures(tmp_path):
    async with SimulatorProcess() as mirakl:
        file = write(tmp_path / "o.ndjson", lines(20))
        done = await program("sync", file, *hosts(mirakl.addresses), *AT_STORE, addresses=mirakl.addresses)
    [line] = done.err.splitlines()
    assert FIGURES.fullmatch(line).group(2) == "20"


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "often"])
def test_an_invalid_interval_is_a_usage_error(value, tmp_path, capsys):
    assert main(["worker", str(tmp_path / "o.db"), "--heartbeat", value]) == 2
    assert "heartbeat" in capsys.readouterr().err
    assert not (tmp_path / "o.db").exists()


async def test_a_worker_on_a_terminal_shows_what_waits_and_that_mirakl_is_unreachable(tmp_path):
    async with SqliteQueue(tmp_path / "o.db") as queue:
        block = b"".join(
            b'{"origin":{"channel_id":"channel-1","channel_store_id":"store-1"},"order":%s}\n' % one for one in lines(3)
        )
        await queue.put([block, block])
    async with SimulatorProcess() as mirakl:
        await mirakl.faults.add(Fault.status(503, times=1000))
        terminal, its_end = pty.openpty()
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mirakl_async", "worker", tmp_path / "o.db", *hosts(mirakl.addresses)),
            env=environment(mirakl.addresses) | {"TERM": "xterm", "COLUMNS": "200"},
            stdout=asyncio.subprocess.DEVNULL, stderr=its_end,
        )  # fmt: skip
        os.close(its_end)
        seen = bytearray()
        loop = asyncio.get_running_loop()
        loop.add_reader(terminal, lambda: seen.extend(_read(terminal)))
        async with asyncio.timeout(30):
            while not (b"2 messages waiting, the oldest for" in seen and b"no exchange has succeeded for" in seen):
                await asyncio.sleep(0.05)
        child.kill()
        await child.wait()
        loop.remove_reader(terminal)
        os.close(terminal)
    assert b"mirakl-async: read" not in seen


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""
