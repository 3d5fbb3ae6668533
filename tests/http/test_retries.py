from email.utils import formatdate

import pytest
from multidict import CIMultiDict

from mirakl_async.http.retries import FailureOutcome, ResponseOutcome, RetryDelay, RetryQuota, decide_retry, retry_after
from mirakl_async.options import Retry

ONCE = Retry(max_retries=1)
NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("outcome", "safe", "idempotent", "unsafe"),
    [
        (FailureOutcome(stage="unsent"), True, True, True),
        (FailureOutcome(stage="sent"), True, True, False),
        (FailureOutcome(stage="partial"), True, True, False),
        (FailureOutcome(stage="unsent", permanent=True), False, False, False),
        (ResponseOutcome(status=500), True, True, False),
        (ResponseOutcome(status=502), True, True, False),
        (ResponseOutcome(status=503), True, True, False),
        (ResponseOutcome(status=503, retry_after=1), True, True, True),
        (ResponseOutcome(status=504), True, True, False),
        (ResponseOutcome(status=408), True, True, False),
        (ResponseOutcome(status=429), True, True, True),
        (ResponseOutcome(status=400), False, False, False),
        (ResponseOutcome(status=404), False, False, False),
        (ResponseOutcome(status=409), False, False, False),
        (ResponseOutcome(status=501), False, False, False),
    ],
)
def test_who_may_go_again(outcome, safe, idempotent, unsafe):
    for retry_class, again in (("safe", safe), ("idempotent", idempotent), ("unsafe", unsafe)):
        assert (decide_retry(retry_class, outcome, 1, ONCE, lambda: 0.5) is not None) is again
        assert decide_retry(retry_class, outcome, 2, ONCE, lambda: 0.5) is None


def test_the_pause_grows_is_drawn_from_zero_and_has_a_cap():
    retry = Retry(max_retries=20, initial_delay=1, max_delay=8)
    most = [decide_retry("safe", ResponseOutcome(status=500), n, retry, lambda: 1.0).delay for n in range(1, 7)]
    assert most == [1, 2, 4, 8, 8, 8]
    assert decide_retry("safe", ResponseOutcome(status=500), 3, retry, lambda: 0.0).delay == 0


def test_a_call_may_be_repeated_for_as_long_as_anybody_likes():
    again = decide_retry("safe", FailureOutcome(stage="unsent"), 5000, Retry(max_retries=10_000), lambda: 1.0)
    assert again == RetryDelay(delay=Retry().max_delay)


def test_retry_after_is_a_floor_and_callers_do_not_meet_at_it():
    delays = {
        decide_retry("safe", ResponseOutcome(status=429, retry_after=10), 1, ONCE, lambda n=n: n / 10).delay
        for n in range(10)
    }
    assert len(delays) == 10
    assert min(delays) >= 10
    assert max(delays) <= 11


def test_a_429_starts_from_its_own_base():
    again = decide_retry("safe", ResponseOutcome(status=429), 1, Retry(throttle_delay=2), lambda: 1.0)
    assert again == RetryDelay(delay=2, throttled=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("1", 1), ("120", 120), ("1.5", 1.5), (" 7 ", 7), ("-3", 0), ("1e3", 1000),
        ("nan", None), ("inf", None), ("-inf", None), ("infinity", None), ("", None), ("soon", None), ("1;2", None),
        ("9" * 400, None), ("12 seconds", None), ("0x10", None),
        ("3600", 3600), ("3601", 3600), ("1e12", 3600), ("1000000000000", 3600),
        (formatdate(NOW + 90, usegmt=True), 90), (formatdate(NOW - 90, usegmt=True), 0),
        (formatdate(NOW + 10**6, usegmt=True), 3600),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60), ("Friday, 15-Jan-27 08:01:00 GMT", 60), ("Fri Jan 15 08:01:00 2027", 60),
        ("Xxx, 99 Foo 2027 08:01:00 GMT", None), ("Fri, 15 Jan 100000 08:01:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_in_all_its_forms(text, seconds):
    assert retry_after(CIMultiDict({"retry-after": text, "date": formatdate(NOW, usegmt=True)})) == (
        None if seconds is None else pytest.approx(seconds, abs=0.01)
    )


def test_a_date_is_set_against_the_servers_own_clock():
    headers = {"Retry-After": formatdate(NOW + 500, usegmt=True), "Date": formatdate(NOW + 470, usegmt=True)}
    assert retry_after(CIMultiDict(headers)) == 30


def test_a_date_without_a_clock_to_set_it_against_is_no_advice():
    advice = {"Retry-After": formatdate(NOW + 500, usegmt=True)}
    for headers in (advice, advice | {"Date": "yesterday"}, advice | {"Date": ""}, {}):
        assert retry_after(CIMultiDict(headers)) is None
    again = decide_retry("unsafe", ResponseOutcome(status=503, retry_after=None), 1, Retry(), lambda: 1.0)
    assert again is None  # which a 503 without advice is as well


def test_the_quota_bounds_a_storm_and_is_earned_back():
    quota = RetryQuota(Retry())
    paid = sum(quota.try_charge(RetryDelay(delay=0)) for _ in range(500))
    assert paid == 500 // 14
    assert not quota.try_charge(RetryDelay(delay=0))
    assert quota.try_charge(RetryDelay(delay=0, throttled=True))
    for _ in range(20):
        quota.refund(1)
    assert quota.try_charge(RetryDelay(delay=0))
    quota.refund(2)
    assert quota.try_charge(RetryDelay(delay=0))
    for _ in range(1000):
        quota.refund(3)
    assert quota.remaining == 500


def test_the_quota_is_spent_to_its_last_and_never_earned_beyond_its_full():
    quota = RetryQuota(Retry(quota=28, transient_cost=14, throttle_cost=5))
    assert [quota.try_charge(RetryDelay(delay=0)) for _ in range(3)] == [True, True, False]
    quota.refund(1)
    assert quota.remaining == 1
    quota.refund(2)  # a call that needed a retry gives its price back
    assert quota.remaining == 15
    quota.refund(2)
    assert quota.remaining == 28


@pytest.mark.parametrize(("advice", "draw", "delay"), [(100, 1.0, 101), (2, 1.0, 2.2), (2, 0.1, 2.1), (0, 1.0, 0)])
def test_a_retry_after_is_a_floor_with_a_tenth_of_it_above_at_most(advice, draw, delay):
    outcome = ResponseOutcome(status=429, retry_after=advice)
    again = decide_retry("safe", outcome, 1, Retry(throttle_delay=1), lambda: draw, max_wait=None)
    assert again == RetryDelay(delay=pytest.approx(delay), throttled=True)
    assert decide_retry("safe", outcome, 1, Retry(), lambda: draw, max_wait=advice) == RetryDelay(
        delay=advice, throttled=True
    )
    assert advice == 0 or decide_retry("safe", outcome, 1, Retry(), lambda: draw, max_wait=advice - 1) is None
