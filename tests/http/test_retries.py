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
        (ResponseOutcome(status=502, retry_after=1), True, True, False),
        (ResponseOutcome(status=400, retry_after=1), False, False, False),
        (ResponseOutcome(status=504), True, True, False),
        (ResponseOutcome(status=408), True, True, False),
        (ResponseOutcome(status=429), True, True, True),
        (ResponseOutcome(status=400), False, False, False),
        (ResponseOutcome(status=404), False, False, False),
        (ResponseOutcome(status=409), False, False, False),
        (ResponseOutcome(status=501), False, False, False),
    ],
)
def test_which_failures_are_retried(outcome, safe, idempotent, unsafe):
    for retry_class, again in (("safe", safe), ("idempotent", idempotent), ("unsafe", unsafe)):
        assert (decide_retry(retry_class, outcome, 1, ONCE, lambda: 0.5) is not None) is again
        assert decide_retry(retry_class, outcome, 2, ONCE, lambda: 0.5) is None


def test_the_delay_grows_from_zero_with_jitter_up_to_a_maximum():
    retry = Retry(max_retries=20, initial_delay=1, max_delay=8)
    most = [decide_retry("safe", ResponseOutcome(status=500), n, retry, lambda: 1.0).delay for n in range(1, 7)]
    assert most == [1, 2, 4, 8, 8, 8]
    assert decide_retry("safe", ResponseOutcome(status=500), 3, retry, lambda: 0.0).delay == 0


def test_the_delay_never_exceeds_max_delay():
    again = decide_retry("safe", FailureOutcome(stage="unsent"), 5000, Retry(max_retries=10_000), lambda: 1.0)
    assert again == RetryDelay(delay=Retry().max_delay)


def test_retry_after_is_a_minimum_and_callers_do_not_retry_simultaneously():
    delays = {
        decide_retry("safe", ResponseOutcome(status=429, retry_after=10), 1, ONCE, lambda n=n: n / 10).delay
        for n in range(10)
    }
    assert len(delays) == 10
    assert min(delays) >= 10
    assert max(delays) <= 11


def test_a_429_starts_with_the_throttle_delay():
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
def test_retry_after_is_read_in_all_formats(text, seconds):
    assert retry_after(CIMultiDict({"retry-after": text, "date": formatdate(NOW, usegmt=True)})) == (
        None if seconds is None else pytest.approx(seconds, abs=0.01)
    )


def test_a_retry_after_date_is_compared_with_the_servers_clock():
    headers = {"Retry-After": formatdate(NOW + 500, usegmt=True), "Date": formatdate(NOW + 470, usegmt=True)}
    assert retry_after(CIMultiDict(headers)) == 30


def test_a_retry_after_date_without_a_server_date_is_ignored():
    advice = {"Retry-After": formatdate(NOW + 500, usegmt=True)}
    for headers in (advice, advice | {"Date": "yesterday"}, advice | {"Date": ""}, {}):
        assert retry_after(CIMultiDict(headers)) is None
    again = decide_retry("unsafe", ResponseOutcome(status=503, retry_after=None), 1, Retry(), lambda: 1.0)
    assert again is None  # which a 503 without advice is as well


def test_the_quota_limits_retries_and_is_refilled():
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


def test_the_quota_can_be_used_completely_and_is_never_overfilled():
    quota = RetryQuota(Retry(quota=28, transient_cost=14, throttle_cost=5))
    assert [quota.try_charge(RetryDelay(delay=0)) for _ in range(3)] == [True, True, False]
    quota.refund(1)
    assert quota.remaining == 1
    quota.refund(2)  # a call that needed a retry gives its price back
    assert quota.remaining == 15
    quota.refund(2)
    assert quota.remaining == 28


@pytest.mark.parametrize(("advice", "draw", "delay"), [(100, 1.0, 101), (2, 1.0, 2.2), (2, 0.1, 2.1), (0, 1.0, 0)])
def test_a_retry_after_is_exceeded_by_a_tenth_at_most(advice, draw, delay):
    outcome = ResponseOutcome(status=429, retry_after=advice)
    again = decide_retry("safe", outcome, 1, Retry(throttle_delay=1), lambda: draw, max_wait=None)
    assert again == RetryDelay(delay=pytest.approx(delay), throttled=True)
    assert decide_retry("safe", outcome, 1, Retry(), lambda: draw, max_wait=advice) == RetryDelay(
        delay=advice, throttled=True
    )
    assert advice == 0 or decide_retry("safe", outcome, 1, Retry(), lambda: draw, max_wait=advice - 1) is None
