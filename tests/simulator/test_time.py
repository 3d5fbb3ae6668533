"""The simulator's time: when its rows were created, when it starts, and how tests advance it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mirakl_async.simulator import Control, ManualClock, RealClock, Simulator, SimulatorProcess
from mirakl_async.simulator.clock import seconds_of
from mirakl_async.simulator.front.tables import FILLED_SPAN, MAX_INTERVAL, Table
from mirakl_async.simulator.front.world import KINDS, FrontWorld

NOW = datetime(2031, 5, 20, 12, tzinfo=UTC)
PAST_MEMBERS = frozenset({"created", "last_updated", "received"})


def every_row(world):
    return {name: [table.row(rank) for rank in table.ranks] for name, table in world.tables.items()}


def dates_in(value, name=""):
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from dates_in(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from dates_in(inner, name)
    elif isinstance(value, str) and len(value) >= 20 and value[4] == "-" and value[10] == "T":
        yield name, datetime.fromisoformat(value)


async def test_there_are_rows_since_yesterday_on_every_day(mirakl_front):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    front = mirakl_front
    lists = {
        "orders": front.orders.list(start_date=yesterday),
        "orders updated": front.orders.list(start_update_date=yesterday),
        "returns": front.returns.list(return_creation_date_from=yesterday),
        "shipments": front.shipments.list(last_updated_from=yesterday),
        "threads": front.messages.list_threads(updated_since=yesterday),
        "messages": front.messages.list(start_date=yesterday),
        "promotions": front.promotions.list(date_created_from=yesterday, states=["ALL"]),
        "invoices": front.accounting.list_invoices(start_date=yesterday),
    }
    found = {name: len(await rows.all()) for name, rows in lists.items()}
    everything = len(await front.orders.list().all())
    assert min(found.values()) > 0, found
    assert found["orders"] < everything == 25


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("size", [1, 25, 1500])
def test_rows_were_created_in_the_week_before_and_none_was_updated_in_the_future(kind, size):
    clock = ManualClock(NOW.timestamp())
    table = Table(kind, size, clock, seed=3)
    heads = [table.head(rank) for rank in table.ranks]
    for head in heads:
        for member in PAST_MEMBERS & head.keys():
            assert clock.time() - FILLED_SPAN <= head[member] <= clock.time(), member
    assert clock.time() - heads[-1]["last_updated"] <= MAX_INTERVAL
    created = [head["created"] for head in heads if "created" in head]
    assert created == sorted(created)


def test_all_dates_of_a_row_are_in_the_past():
    world = FrontWorld(ManualClock(NOW.timestamp()), seed=1)
    future = {"earliest", "latest", "shipping_deadline", "due_date", "end_date", "start_date", "pickup_date"}
    future |= {"return_window_end_date"}
    late = {
        (table, member, str(moment))
        for table, rows in every_row(world).items()
        for row in rows
        for member, moment in dates_in(row)
        if moment > NOW and member not in future
    }
    assert late == set()


def test_the_same_now_and_seed_make_the_same_rows_which_do_not_change_with_time():
    clock = ManualClock(NOW.timestamp())
    world = FrontWorld(clock, seed=7)
    rows = every_row(world)
    assert rows == every_row(FrontWorld(ManualClock(NOW.timestamp()), seed=7))
    assert rows != every_row(FrontWorld(ManualClock(NOW.timestamp() + 60), seed=7))
    clock.advance(40 * 86_400)
    assert rows == every_row(world)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_inserted_row_is_created_at_the_time_of_the_insertion(kind):
    clock = ManualClock(NOW.timestamp())
    table = Table(kind, 5, clock, seed=0)
    clock.advance(3 * 86_400)
    (newest,) = table.insert()
    clock.advance(5)
    (oldest,) = table.insert(where="first")
    assert table.head(newest)["last_updated"] == NOW.timestamp() + 3 * 86_400
    assert table.head(oldest)["last_updated"] < NOW.timestamp()
    table.touch(newest)
    assert table.head(newest)["last_updated"] == clock.time()


def test_rows_of_a_refilled_list_are_from_the_week_before():
    clock = ManualClock(NOW.timestamp())
    world = FrontWorld(clock)
    clock.advance(100 * 86_400)
    world.seed("orders", 10)
    table = world.tables["orders"]
    assert all(clock.time() - FILLED_SPAN <= table.head(rank)["created"] < clock.time() for rank in table.ranks)


def test_a_row_is_found_by_the_timestamp_in_its_response():
    clock = ManualClock(NOW.timestamp() + 0.123456)
    world = FrontWorld(clock)
    world.change("orders", world.ids("orders")[3])
    head = world.tables["orders"].head(3)
    row = world.tables["orders"].row(3)
    assert row["last_updated_date"] == "2031-05-20T12:00:00.123Z"
    assert head["last_updated"] == datetime.fromisoformat(row["last_updated_date"]).timestamp()


@pytest.mark.parametrize("now", [NOW, NOW.timestamp(), NOW.astimezone()])
async def test_a_simulator_starts_at_the_given_time(now):
    async with Simulator(now=now) as mirakl:
        assert NOW.timestamp() <= mirakl.clock.time() < NOW.timestamp() + 60
        newest = mirakl.front.tables["orders"].head(24)
        assert newest["created"] == NOW.timestamp() - MAX_INTERVAL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"now": datetime(2026, 1, 1)}, "a date-time with a time zone"),  # noqa: DTZ001 - what is refused
        ({"now": "yesterday"}, "^now: "),
        ({"now": "2026-01-31T12:00:00Z"}, "^now: must be seconds since 1970, or a date-time with a time zone"),
        ({"now": 1e12}, "^now: must be seconds since 1970"),
        ({"now": float("nan")}, "^now: "),
        ({"now": 1.0, "clock": ManualClock()}, "set the time of `clock`"),
    ],
)
def test_invalid_times_are_rejected(arguments, message):
    with pytest.raises(ValueError, match=message):
        Simulator(**arguments)


def test_a_date_time_is_converted_to_seconds():
    assert seconds_of(NOW) == NOW.timestamp() == seconds_of(NOW.timestamp())


def test_the_default_clock_is_the_machines_and_can_be_advanced():
    clock = RealClock()
    before = time.time(), time.monotonic()
    assert clock.time() >= before[0]
    assert clock.monotonic() >= before[1]
    clock.advance(3600)
    assert clock.time() >= before[0] + 3600
    assert clock.monotonic() >= before[1] + 3600


async def test_tokens_expire_when_the_clock_is_advanced_from_outside(session):
    async with Simulator(expires_in=60) as mirakl:
        control = Control(session, mirakl.control_url)
        headers = {"Authorization": f"Bearer {mirakl.issue_token()}"}

        async def status():
            async with session.get(f"{mirakl.front_url}/api/orders", headers=headers) as answer:
                return answer.status

        assert await status() == 200
        moved = await control.advance(61)
        assert abs(moved - mirakl.clock.time()) < 60
        assert await status() == 401


async def test_a_manual_clock_can_be_advanced_from_outside(session):
    clock = ManualClock(NOW.timestamp())
    async with Simulator(clock=clock) as mirakl:
        assert await Control(session, mirakl.control_url).advance(90) == NOW.timestamp() + 90
        async with session.post(f"{mirakl.control_url}/clock", json={"advance": -1}) as answer:
            assert answer.status == 400
    assert clock.time() == NOW.timestamp() + 90


async def test_advancing_a_clock_without_that_method_is_an_error(session):
    class Fixed:
        def monotonic(self):
            return 0.0

        def time(self):
            return 0.0

        async def sleep(self, seconds):
            await asyncio.sleep(0)

    async with (
        Simulator(clock=Fixed()) as mirakl,
        session.post(f"{mirakl.control_url}/clock", json={"advance": 1}) as answer,
    ):
        assert (answer.status, await answer.text()) == (409, "the simulator's clock cannot be moved")


async def test_a_process_starts_at_the_given_time():
    async with SimulatorProcess(now=NOW, front={"orders": 3}) as mirakl:
        assert NOW.timestamp() < await mirakl.control.advance(0) < NOW.timestamp() + 60
        assert await mirakl.control.advance(86_400) > NOW.timestamp() + 86_400
        assert msgspec.json.decode(msgspec.json.encode(mirakl.addresses))["pid"]
