"""`--health`: whether a job is alive and ready, and its metrics, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
from math import inf, nan

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mirakl_async.cli import job_status, main
from mirakl_async.cli.health import parse_address, serving_health
from mirakl_async.cli.job_metrics import metrics_of
from mirakl_async.cli.job_status import JobStatus
from mirakl_async.cli.prometheus import CONTENT_TYPE, Metric, Sample, as_text
from mirakl_async.cli.results import CommandError
from mirakl_async.cli.supervision import supervised
from mirakl_async.instrumentation import Counters, QueueBacklog
from mirakl_async.order_sync import monitor
from mirakl_async.order_sync.report import SyncReport
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.simulator import Fault, SimulatorProcess
from tests.support.order_factory import ORIGIN, order

from .program import ended, hosts, lines, program, start, write

AT_STORE = ("--channel-id", "channel-1", "--channel-store-id", "store-1")


def families(text):
    """What Prometheus' own parser reads: the values by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(job_status, "MAX_FAILURE", 0.1)
    monkeypatch.setattr(monitor, "BACKLOG_INTERVAL", 0.02)


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:

        async def get(url):
            async with session.get(url) as response:
                return response.status, await response.text()

        yield get


# -- the text format


def test_the_text_is_what_prometheus_reads():
    text = as_text([
        Metric("a_total", "counter", 'the "first"\nof two \\ three', [Sample(3)]),
        Metric("b", "gauge", "b", [Sample(0.5, {"x": 'say "no"', "y": "back\\slash\nline {1}"}), Sample(-2, {"x": "", "y": "ü"})]),
        Metric("c", "gauge", "c", []),
        Metric("d", "gauge", "d", [Sample(inf, {"n": "1"}), Sample(-inf, {"n": "2"}), Sample(nan, {"n": "3"})]),
    ])  # fmt: skip
    assert text.endswith("\n")
    found = families(text)
    assert str(found.pop(("d", ("n", "3")))) == "nan"
    assert found == {
        ("a_total",): 3,
        ("b", ("x", 'say "no"'), ("y", "back\\slash\nline {1}")): 0.5,
        ("b", ("x", ""), ("y", "ü")): -2,
        ("d", ("n", "1")): inf,
        ("d", ("n", "2")): -inf,
    }
    documented = {family.name: (family.type, family.documentation) for family in text_string_to_metric_families(text)}
    assert documented["a"] == ("counter", 'the "first"\nof two \\ three')
    assert "c" not in documented


class Job:
    has_started = is_running = True
    in_flight = 2
    report = SyncReport(read=9, accepted=4, rejected=2, superseded=1, unsent=2, outcomes=3, reasons={'server: "a"': 2})


def test_the_metrics_of_a_job_are_its_figures():
    status = JobStatus()
    status.job, status.calls = Job(), Counters(calls=5, retries=1, throttled=1, failures=2, waited=0.25)
    status(QueueBacklog(queue="<Q>", waiting=3, oldest=1.5))
    found = families(as_text(metrics_of(status)))
    assert found["mirakl_build_info", ("version", found_version(found))] == 1
    assert {name: value for (name, *labels), value in found.items() if not labels} == {
        "mirakl_ready": 1, "mirakl_outage_seconds": 0,
        "mirakl_orders_read_total": 9, "mirakl_orders_accepted_total": 4, "mirakl_orders_superseded_total": 1,
        "mirakl_orders_rejected_total": 2,
        "mirakl_orders_in_hand": 2, "mirakl_orders_in_flight": 2,
        "mirakl_calls_total": 5, "mirakl_call_failures_total": 2, "mirakl_retries_total": 1,
        "mirakl_throttled_total": 1, "mirakl_limiter_wait_seconds_total": 0.25,
    }  # fmt: skip
    assert found["mirakl_orders_rejected_by_reason_total", ("reason", 'server: "a"')] == 2
    assert found["mirakl_outcomes_total", ("result", "accepted")] == 3
    assert found["mirakl_queue_waiting", ("queue", "<Q>")] == 3
    assert found["mirakl_queue_oldest_seconds", ("queue", "<Q>")] == 1.5


def found_version(found):
    return next(dict(labels)["version"] for name, *labels in found if name == "mirakl_build_info")


def test_every_counter_of_orders_is_there_before_the_first_order():
    found = families(as_text(metrics_of(JobStatus())))
    names = ("read", "accepted", "rejected", "superseded")
    assert {name: found[(f"mirakl_orders_{name}_total",)] for name in names} == dict.fromkeys(names, 0)


def test_a_queue_without_ages_has_no_metric_of_them():
    status = JobStatus()
    assert not any("queue" in name for name, *_ in families(as_text(metrics_of(status))))
    status(QueueBacklog(queue="<Q>", waiting=3, oldest=None))
    names = {name for name, *_ in families(as_text(metrics_of(status)))}
    assert "mirakl_queue_waiting" in names
    assert "mirakl_queue_oldest_seconds" not in names


# -- the address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("9100", ("127.0.0.1", 9100)),
        ("0", ("127.0.0.1", 0)),
        ("0.0.0.0:9100", ("0.0.0.0", 9100)),
        ("localhost:65535", ("localhost", 65535)),
        ("[::1]:80", ("::1", 80)),
    ],
)
def test_an_address_is_a_port_or_a_host_and_a_port(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "host", ":80", "80:", "-1", "65536", "1.2.3.4:x", "::1:80", "http://h:80", "a b:80"]
)
def test_another_address_is_a_usage_error(text, tmp_path, capsys):
    with pytest.raises(ValueError, match="It must be PORT or HOST:PORT"):
        parse_address(text)
    assert main(["worker", str(tmp_path / "o.db"), f"--health={text}"]) == 2
    assert (
        "It must be PORT or HOST:PORT, such as 9100 or 0.0.0.0:9100. See mirakl-async worker --help."
        in capsys.readouterr().err
    )


async def test_what_is_wrong_with_the_address_is_said_before_anything_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with SimulatorProcess() as mirakl:
            file = write(tmp_path / "o.ndjson", lines(5))
            busy, worker = await asyncio.gather(
                program("sync", file, *hosts(mirakl.addresses), *AT_STORE, "--health", port, addresses=mirakl.addresses),
                program("worker", tmp_path / "o.db", *hosts(mirakl.addresses), f"--health=127.0.0.1:{port}", addresses=mirakl.addresses),
            )  # fmt: skip
            assert (await mirakl.control.state()).orders == 0
    assert busy.status == worker.status == 3
    assert busy.err == f"mirakl-async: --health: cannot listen at 127.0.0.1:{port}: Address already in use\n"
    assert worker.err == busy.err
    assert not (tmp_path / "o.db").exists()


async def test_a_host_that_is_unknown_is_an_error_of_one_line():
    with pytest.raises(CommandError, match=r"--health: cannot listen at no-such-host\.invalid:0: "):
        async with serving_health("no-such-host.invalid:0", JobStatus(), quiet=True):
            pass


# -- the pages


async def test_the_pages_of_a_job_follow_it_from_before_its_start_to_its_end(mirakl, http, quick, capsys):
    async with mirakl.connect_client() as connect, MemoryQueue() as queue:
        async with supervised(connect, "queue", None, quiet=False, heartbeat=0, health="0") as supervisor:
            url = re.search(r"http://127\.0\.0\.1:\d+", capsys.readouterr().err)[0]
            assert await http(f"{url}/live") == (200, "live\n")
            assert await http(f"{url}/ready") == (503, "not ready: the job has not started\n")
            job = supervisor.watch(connect.orders.worker(queue))
            assert (await http(f"{url}/ready"))[0] == 503
            async with job:
                assert await http(f"{url}/ready") == (200, "ready\n")
                await connect.orders.enqueue([order(n, bad=n == 3) for n in range(230)], queue, origin=ORIGIN)
                await until(lambda: metric(http, url, "mirakl_orders_accepted_total"), 229)
                assert await metric(http, url, "mirakl_queue_waiting", queue=repr(queue)) is not None
                assert await metric(http, url, "mirakl_build_info") is None
                job.stop()
                assert await http(f"{url}/ready") == (503, "not ready: the job is stopping\n")
                assert await http(f"{url}/live") == (200, "live\n")
            assert (await http(f"{url}/other"))[0] == 404
        with pytest.raises(aiohttp.ClientConnectionError):
            await http(f"{url}/live")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.status(503, times=100_000), "503"),
        (Fault.reset(times=100_000), ""),
        (Fault.status(404, body="<html>no route</html>", content_type="text/html", times=100_000), "404"),
        (Fault.status(400, body="<html>bad</html>", content_type="text/html", times=100_000), "400"),
    ],
    ids=["503", "reset", "a gateway's 404", "a gateway's 400"],
)
@pytest.mark.usefixtures("quick")
async def test_an_outage_is_not_ready_with_its_reason_until_it_is_over(mirakl, http, capsys, fault, reason):
    async with (
        mirakl.connect_client() as connect,
        MemoryQueue() as queue,
        supervised(connect, "queue", None, quiet=False, heartbeat=0, health="127.0.0.1:0") as supervisor,
    ):
        url = re.search(r"http://127\.0\.0\.1:\d+", capsys.readouterr().err)[0]
        async with supervisor.watch(connect.orders.worker(queue)) as job:
            await connect.orders.enqueue([order(1)], queue, origin=ORIGIN)
            await until(lambda: metric(http, url, "mirakl_orders_accepted_total"), 1)
            mirakl.faults.add(fault)
            await connect.orders.enqueue([order(2)], queue, origin=ORIGIN)
            await until(lambda: code(http, url), 503)
            _, text = await http(f"{url}/ready")
            assert text.startswith("not ready: no exchange with Mirakl has succeeded for 0 s: ")
            assert reason in text
            assert await metric(http, url, "mirakl_ready") == 0
            assert await metric(http, url, "mirakl_outage_seconds") > 0
            assert (await http(f"{url}/live"))[0] == 200
            mirakl.faults.clear()
            await until(lambda: code(http, url), 200)
            await until(lambda: metric(http, url, "mirakl_orders_accepted_total"), 2)
            job.stop()


async def code(http, url):
    return (await http(f"{url}/ready"))[0]


async def metric(http, url, name, **labels):
    status, text = await http(f"{url}/metrics")
    assert status == 200
    return families(text).get((name, *sorted(labels.items())))


async def until(look, value):
    async with asyncio.timeout(20):
        while await look() != value:
            await asyncio.sleep(0.02)


async def test_metrics_are_served_as_prometheus_wants_them(http):
    async with (
        serving_health("[::1]:0" if has_ipv6() else "0", JobStatus(), quiet=True) as url,
        aiohttp.ClientSession() as session,
    ):
        async with session.get(f"{url}/metrics") as response:
            assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == (CONTENT_TYPE, "no-store")
        async with session.post(f"{url}/metrics") as response:
            assert response.status == 405


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


async def test_a_worker_process_serves_until_it_ends(tmp_path, http):
    async with SimulatorProcess() as mirakl:
        options = ("--health", 0, "--log-format", "json")
        child = await start("worker", tmp_path / "o.db", *hosts(mirakl.addresses), *options, addresses=mirakl.addresses)
        line = json.loads(await child.stderr.readline())["message"]
        url = re.search(r"serving /live, /ready and /metrics at (http://127\.0\.0\.1:\d+)", line)[1]
        await until(lambda: code(http, url), 200)
        assert await metric(http, url, "mirakl_orders_read_total") == 0
        child.send_signal(signal.SIGTERM)
        done = await ended(child)
    assert done.status == 0
    assert "Traceback" not in done.err
