from __future__ import annotations

import random

import pytest

from mirakl_async.simulator import DOCUMENTED, ManualClock, Window
from mirakl_async.simulator.ratelimits import SlidingWindows, retry_after


def test_the_window_is_a_sliding_one():
    clock = ManualClock(now=1024.0)
    windows = SlidingWindows({"upsertOrders": Window(2, 1.0)}, clock)
    assert windows.admit("a", "upsertOrders") is None
    clock.advance(0.5)
    assert windows.admit("a", "upsertOrders") is None
    clock.advance(0.25)
    assert windows.admit("a", "upsertOrders") == 0.25
    clock.advance(0.25)
    assert windows.admit("a", "upsertOrders") is None, "the first call has left the window"
    assert windows.admit("a", "upsertOrders") == 0.5


def test_rejected_calls_are_counted_separately():
    clock = ManualClock()
    windows = SlidingWindows(3, clock)
    outcomes = [windows.admit("a", "upsertOrders") is None for _ in range(10)]
    assert outcomes == [True] * 3 + [False] * 7
    clock.advance(1.0)
    assert windows.admit("a", "upsertOrders") is None
    traffic = windows.traffic("upsertOrders")
    assert (traffic.accepted, traffic.refused) == (4, 7)
    assert (traffic.highest_accepted, traffic.highest_seen) == (3, 10)
    assert windows.refused == 7


def test_credentials_and_operations_have_separate_windows():
    windows = SlidingWindows(1, ManualClock())
    assert windows.admit("a", "upsertOrders") is None
    assert windows.admit("b", "upsertOrders") is None
    assert windows.admit("a", "updateActionStatus") is None
    assert windows.admit("a", "upsertOrders") == 1.0
    assert windows.traffic("upsertOrders").highest_accepted == 1, "windows are not added up"
    assert windows.traffic("upsertOrders", "b").refused == 0
    assert set(windows.by_operation()) == {"upsertOrders", "updateActionStatus"}


@pytest.mark.parametrize("seed", range(5))
def test_no_window_has_more_calls_than_the_limit(seed):
    rng = random.Random(seed)
    clock = ManualClock()
    windows = SlidingWindows("documented", clock)
    accepted = []
    for _ in range(3000):
        clock.advance(rng.expovariate(60))
        wait = windows.admit("a", "upsertOrders")
        if wait is None:
            accepted.append(clock.monotonic())
        else:
            assert 0 < wait <= 1
    counts = [
        sum(start - 1 < at <= start for at in accepted[max(0, n - 60) : n + 1]) for n, start in enumerate(accepted)
    ]
    assert max(counts) == 30 == windows.traffic("upsertOrders").highest_accepted


def test_the_documented_limits_are_used():
    assert DOCUMENTED["upsertOrders"] == Window(30, 1.0)
    windows = SlidingWindows("documented", ManualClock())
    assert windows.window("upsertCarriers") == Window(1, 3600.0)
    assert windows.window("updateActionStatus") is None


def test_without_limits_all_calls_are_accepted_and_counted():
    clock = ManualClock()
    windows = SlidingWindows("none", clock)
    for _ in range(100):
        assert windows.admit("a", "upsertOrders") is None
        clock.advance(0.02)
    assert windows.traffic("upsertOrders").highest_accepted in {50, 51}


@pytest.mark.parametrize(("seconds", "header"), [(0.0, "1"), (0.001, "1"), (1.0, "1"), (1.001, "2"), (3599.5, "3600")])
def test_retry_after_is_in_whole_seconds_rounded_up(seconds, header):
    assert retry_after(seconds) == header
