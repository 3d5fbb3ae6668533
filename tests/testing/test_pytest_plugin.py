"""pytest's plugin in test runs of its own: with each plugin for asynchronous tests, without and with sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGIN = "mirakl_async.testing.pytest_plugin"
ROOT = Path(__file__).parents[2]
ASYNCIO = ["-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"]
ANYIO = ["-p", "anyio.pytest_plugin"]
MODES = {
    "auto": ("", "@pytest.fixture", [*ASYNCIO, "-o", "asyncio_mode=auto"]),
    "strict": ("pytestmark = pytest.mark.asyncio", "@__import__('pytest_asyncio').fixture", ASYNCIO),
    "anyio": ("pytestmark = pytest.mark.anyio", "@pytest.fixture", ANYIO),
    "anyio beside asyncio": ("pytestmark = pytest.mark.anyio", "@pytest.fixture", [*ASYNCIO, *ANYIO]),
}
SUITE = """
import pytest
from mirakl_async import NotFound, ServerError
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import Fault

ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")


async def test_a_fixture_uses_a_client(order_ids, mirakl):
    assert order_ids == mirakl.front.ids("orders")


async def test_an_unknown_order_is_not_found(mirakl_front):
    with pytest.raises(NotFound):
        await mirakl_front.orders.get("unknown")


async def test_a_failure_is_repeated(mirakl, mirakl_front, mirakl_faults):
    mirakl_faults.add(Fault.status(503, at=(1,)))
    await mirakl_front.orders.list().take(1)
    assert [request.status for request in mirakl.requests] == [200, 503, 200]


@pytest.mark.mirakl(rate_limits={{}}, faults=Fault.status(500, operation="upsertOrders"))
async def test_an_outage_is_an_error(mirakl_connect, mirakl_clock):
    with pytest.raises(ServerError):
        await mirakl_connect.orders.upsert(origin=ORIGIN, orders=[{order}])


async def test_an_hour_passes_at_once(mirakl, mirakl_front, mirakl_clock):
    mirakl.faults.add(Fault.status(429, retry_after=3600, at=(1,)))
    await mirakl_front.with_options(max_wait=None, deadline=None).orders.list().take(1)
    assert sum(mirakl_clock.slept) >= 3600
"""
ORDER = """{
    "channel_order_id": "o1", "channel_updated_at": "2026-01-01T10:00:00Z", "created_at": "2026-01-01T10:00:00Z",
    "status": "AWAITING_SHIPMENT", "shipping_info": {}, "fulfillment": {"type": "FULFILLED_BY_SELLER"},
    "order_lines": [{
        "channel_order_line_id": "o1-1", "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z",
        "quantity": 1, "can_cancel": True, "can_refund": True, "price": {"amount": 10, "currency": "EUR"},
        "total_shipping_price": {"amount": 0, "currency": "EUR"}, "product": {"id": "p1", "title": "Shoe"},
        "status": "AWAITING_SHIPMENT",
    }],
}"""
PREFACE = """
import pytest
{mark}

@pytest.fixture
def anyio_backend():
    return "asyncio"

{fixture}
async def order_ids(mirakl_front):
    yield [order.order_id async for order in mirakl_front.orders.list()]
    assert await mirakl_front.orders.list().take(1)
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run tests in a process of their own, warnings being errors."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*arguments: str, mode: str = "auto", **files: str):
        mark, fixture, options = MODES[mode]
        preface = PREFACE.format(mark=mark, fixture=fixture)
        pytester.makepyfile(**{name: preface + text for name, text in files.items()})
        return pytester.runpytest_subprocess(
            "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", "--strict-markers",
            *options, *arguments,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("sockets", ["false", "true"])
@pytest.mark.parametrize("mode", MODES)
def test_a_users_suite_passes_with_every_plugin_that_runs_coroutines(run, mode, sockets):
    result = run("-o", f"mirakl_sockets={sockets}", mode=mode, test_user=SUITE.format(order=ORDER))
    result.assert_outcomes(passed=5)


def test_the_marker_of_a_test_has_precedence_over_that_of_its_class(run):
    suite = """
import asyncio

pytestmark = pytest.mark.mirakl(seed=3, front={"orders": 2})


@pytest.mark.mirakl(front={"orders": 3})
class TestOrders:
    @pytest.mark.mirakl(rate_limits=1)
    def test_it(self, mirakl):
        assert len(mirakl.front.ids("orders")) == 3
        assert mirakl.limits.window("OR11").calls == 1
        assert mirakl.addresses.rate_limited

    def test_other(self, mirakl):
        assert not mirakl.addresses.rate_limited


def test_every_test_has_its_own(mirakl):
    assert len(mirakl.front.ids("orders")) == 2
    mirakl.front.delete("orders", *mirakl.front.ids("orders"))


def test_every_test_has_its_own_again(mirakl):
    assert len(mirakl.front.ids("orders")) == 2
"""
    run(test_user=suite).assert_outcomes(passed=4)


def test_a_synchronous_test_has_real_ports(run):
    suite = """
import asyncio, urllib.request, json, pytest
from mirakl_async.simulator import ManualClock

@pytest.mark.parametrize("sockets", [pytest.param(value, marks=pytest.mark.mirakl(sockets=value)) for value in (False, True)])
def test_a_client_works_in_a_loop_of_the_tests_own(mirakl_front, sockets):
    async def count():
        return len(await mirakl_front.orders.list().all())
    assert asyncio.run(count()) == 25



@pytest.mark.mirakl(sockets=True, front={"orders": 3})
def test_it(mirakl):
    request = urllib.request.Request(f"{mirakl.front_url}/api/orders", headers={"Authorization": mirakl.api_key})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["total_count"] == 3

@pytest.mark.mirakl(sockets=True, clock=ManualClock(), latency=60.0)
def test_time(mirakl, mirakl_clock):
    import threading
    request = urllib.request.Request(f"{mirakl.front_url}/api/orders", headers={"Authorization": mirakl.api_key})
    done = []
    def ask():
        with urllib.request.urlopen(request) as answer:
            done.append(answer.status)
    thread = threading.Thread(target=ask)
    thread.start()
    while 60.0 not in mirakl_clock.slept:
        pass
    mirakl_clock.advance(60)
    thread.join()
    assert done == [200]
"""
    run(test_user=suite).assert_outcomes(passed=4)


def test_the_data_is_dated_around_the_current_or_the_given_time(run):
    suite = """
from datetime import UTC, datetime, timedelta
from mirakl_async.simulator import InstantClock

THEN = datetime(2031, 5, 1, tzinfo=UTC)

async def yesterdays(front, now):
    return len(await front.orders.list(start_date=now - timedelta(days=1)).all())

async def test_now(mirakl_front, mirakl_clock):
    assert 0 < await yesterdays(mirakl_front, datetime.now(UTC)) < 25

@pytest.mark.mirakl(now=THEN)
async def test_then(mirakl_front, mirakl_clock):
    assert 0 < await yesterdays(mirakl_front, THEN) < 25
    mirakl_clock.advance(86_400 * 10)
    assert await yesterdays(mirakl_front, THEN + timedelta(days=10)) == 0

@pytest.mark.mirakl(now=THEN)
async def test_then_without_a_clock(mirakl_front):
    assert 0 < await yesterdays(mirakl_front, THEN) < 25

@pytest.mark.mirakl(clock=InstantClock(THEN.timestamp()))
async def test_a_clock_of_ones_own(mirakl, mirakl_front, mirakl_clock):
    assert 0 < await yesterdays(mirakl_front, THEN) < 25
    assert mirakl_clock is mirakl.clock
"""
    run(test_user=suite).assert_outcomes(passed=4)


WRONG = [
    ("@pytest.mark.mirakl('documented')", "mirakl", "takes keywords only"),
    ("@pytest.mark.mirakl(rate_limit=1)", "mirakl", "'rate_limit'"),
    ("@pytest.mark.mirakl(faults=['503'])", "mirakl", "must be made by Fault"),
    ("@pytest.mark.mirakl(clock=RealClock())", "mirakl_clock", "cannot move"),
    ("@pytest.mark.mirakl(now='2026-01-31T12:00:00Z')", "mirakl, mirakl_clock", "now: must be seconds since 1970"),
    ("@pytest.mark.mirakl(sockets=False, port=8080)", "mirakl", "without sockets has none"),
]


def test_invalid_arguments_are_reported(run):
    tests = [f"{decorator}\ndef test_{at}({fixture}): pass" for at, (decorator, fixture, _) in enumerate(WRONG)]
    result = run(test_user="\n".join(["from mirakl_async.simulator import RealClock", *tests]))
    result.assert_outcomes(errors=len(WRONG))
    assert [words for _, _, words in WRONG if words not in result.stdout.str()] == []


def test_nothing_is_loaded_before_a_fixture_is_used(run):
    heavy = ("aiohttp", "msgspec", "mirakl_async.simulator", "mirakl_async.client", "mirakl_async.testing.clients")
    suite = f"""
import sys

def test_nothing():
    assert not {{name for name in {heavy!r} if name in sys.modules}}

def test_simulator(mirakl):
    assert "mirakl_async.client" not in sys.modules
"""
    result = run(test_user=suite)
    result.assert_outcomes(passed=2)


def test_the_fixtures_and_the_marker_are_described(run):
    listed = run("--fixtures", "--markers", test_user="").stdout.str()
    assert "@pytest.mark.mirakl(sockets=False, faults=(), **arguments)" in listed


def test_the_package_declares_the_plugin():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}
