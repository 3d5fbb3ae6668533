import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_async.operations.connect.carriers import UPSERT_CARRIERS
from mirakl_async.operations.connect.orders import UPDATE_ACTION_STATUS, UPSERT_ORDERS
from mirakl_async.options import Rate
from mirakl_async.rate_limits.bucket import (
    BucketKey,
    BucketSpec,
    FifoSemaphore,
    LimiterWaitTooLong,
    LocalRateLimiter,
    RateLimitPolicy,
    TokenBucket,
)
from tests.support.manual_clock import ManualClock

KEY = BucketKey("host", "credential", "group")


def fullest(grants: list[float], window: float) -> int:
    return max((sum(1 for other in grants if start <= other < start + window) for start in grants), default=0)


async def taken(bucket: TokenBucket, clock: ManualClock, grants: list[float]) -> None:
    await bucket.acquire()
    grants.append(clock.now)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(1, 12)),
        st.tuples(st.just("pass"), st.floats(0, 2)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("pause"), st.floats(0, 1.5)),
    ),
    max_size=25,
)


async def live_through(limit: Rate, history: list[tuple[str, float]]) -> tuple[list[float], int]:
    clock = ManualClock()
    bucket = TokenBucket(BucketSpec.from_limit(limit), clock)
    grants: list[float] = []
    tasks: list[asyncio.Task[None]] = []
    for kind, amount in history:
        if kind == "arrive":
            tasks += [asyncio.create_task(taken(bucket, clock, grants)) for _ in range(int(amount))]
            await clock.settle()
        elif kind == "pass":
            await clock.run(amount * limit.seconds)
        elif kind == "cancel" and tasks:
            tasks[int(amount) % len(tasks)].cancel()
            await clock.settle()
        elif kind == "pause":
            bucket.pause(amount)
    for _ in range(2000):
        if all(task.done() for task in tasks):
            break
        await clock.run(limit.seconds)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return grants, sum(result is None for result in results)


@given(st.integers(1, 40), st.sampled_from([1.0, 60.0]), steps)
@settings(deadline=None)
def test_no_window_has_more_calls_than_documented_and_no_waiter_is_lost(calls, seconds, history):
    grants, served = asyncio.run(live_through(Rate(calls, seconds), history))
    assert fullest(grants, seconds) <= calls
    assert grants == sorted(grants)
    assert served == len(grants)


@pytest.mark.fuzz
@given(st.integers(1, 100), st.sampled_from([0.5, 1.0, 60.0, 3600.0]), steps)
@settings(deadline=None)
def test_no_window_has_more_calls_than_documented_in_a_long_run(calls, seconds, history):
    grants, served = asyncio.run(live_through(Rate(calls, seconds), history))
    assert fullest(grants, seconds) <= calls
    assert served == len(grants)


async def test_thirty_a_second_reaches_more_than_95_percent():
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec.from_limit(Rate(30)), clock)
    tasks = [asyncio.create_task(taken(bucket, clock, grants)) for _ in range(400)]
    await clock.run(10)
    assert len(grants) >= 0.95 * 300
    assert fullest(grants, 1.0) <= 30
    for task in tasks:
        task.cancel()
    await clock.settle()


async def test_waiters_are_served_in_order_of_arrival():
    clock, order = ManualClock(), []
    bucket = TokenBucket(BucketSpec(interval=0.1, burst=1), clock)

    async def take(name: str) -> None:
        await bucket.acquire()
        order.append(name)

    tasks = [asyncio.create_task(take(name)) for name in "abcd"]
    await clock.run(2)
    assert order == list("abcd")
    assert all(task.done() for task in tasks)


async def test_a_cancelled_first_waiter_lets_the_next_continue():
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec(interval=1, burst=1), clock)
    assert bucket.try_acquire()
    first, second = (asyncio.create_task(taken(bucket, clock, grants)) for _ in range(2))
    await clock.settle()
    first.cancel()
    await clock.run(1.01)
    assert second.done()
    assert len(grants) == 1


async def test_a_pause_also_stops_waiting_calls_and_is_not_followed_by_a_burst():
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec(interval=0.1, burst=5), clock)
    for _ in range(5):
        assert bucket.try_acquire()
    tasks = [asyncio.create_task(taken(bucket, clock, grants)) for _ in range(5)]
    await clock.settle()
    paused_at = clock.now
    bucket.pause(3)
    await clock.run(10)
    assert all(task.done() for task in tasks)
    assert min(grants) >= paused_at + 3
    assert min(later - earlier for earlier, later in pairwise(grants)) > 0.1


@pytest.mark.parametrize("limit", [Rate(60, 3600), Rate(5, 60), Rate(30)])
async def test_a_pause_has_its_full_length_also_with_large_bursts(limit):
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec.from_limit(limit), clock)
    tasks = []
    bucket.pause(1)
    for _ in range(4):
        tasks.append(asyncio.create_task(taken(bucket, clock, grants)))
        await clock.run(0.5)  # some arrive in the pause, some after it
    await clock.run(2 * limit.seconds)
    assert all(task.done() for task in tasks)
    assert grants[0] == pytest.approx(1001)
    assert min(later - earlier for earlier, later in pairwise(grants)) > 0.9 * bucket.interval(clock.now)


async def test_each_429_reduces_the_rate_and_it_recovers_with_time():
    clock = ManualClock()
    bucket = TokenBucket(BucketSpec(interval=1, burst=1), clock)
    bucket.pause(1)
    bucket.pause(1)
    assert bucket.interval(clock.now) == pytest.approx(1 / 0.7)
    for _ in range(30):
        clock.now += 2
        bucket.pause(1)
    assert bucket.interval(clock.now) <= 10 + 1e-9
    clock.now += 200
    assert bucket.interval(clock.now) == 1


async def test_a_wait_that_is_too_long_is_an_error_at_once():
    clock = ManualClock()
    bucket = TokenBucket(BucketSpec.from_limit(Rate(1, 3600)), clock)
    assert bucket.try_acquire()
    with pytest.raises(LimiterWaitTooLong) as refused:
        await bucket.acquire(max_wait=60)
    assert 3600 <= refused.value.seconds <= 3700


async def test_an_undocumented_operation_waits_only_for_a_pause():
    clock = ManualClock()
    limiter = LocalRateLimiter(clock)
    assert all(limiter.try_acquire(KEY, None) for _ in range(1000))
    await limiter.pause(KEY, 2)
    assert not limiter.try_acquire(KEY, None)
    waiting = asyncio.create_task(limiter.acquire(KEY, None))
    await clock.run(2.1)
    assert await waiting >= 2


def test_rate_limits_follow_the_documents():
    hosts = {"connect": "c", "account": "a"}
    maximum = RateLimitPolicy(hosts, "id", "maximum")
    recommended = RateLimitPolicy(hosts, "id", "recommended")
    assert maximum.bucket_for(UPSERT_ORDERS)[1] == BucketSpec.from_limit(Rate(30))
    assert 1 / recommended.bucket_for(UPSERT_ORDERS)[1].interval == pytest.approx(20)
    assert maximum.bucket_for(UPDATE_ACTION_STATUS)[1] is None
    assert RateLimitPolicy(hosts, "id", None).bucket_for(UPSERT_ORDERS)[1] is None
    assert maximum.bucket_for(UPSERT_CARRIERS)[1].interval > 3600
    own = RateLimitPolicy(hosts, "id", "maximum", {"upsertOrders": Rate(5)})
    assert own.bucket_for(UPSERT_ORDERS)[1] == BucketSpec.from_limit(Rate(5))


async def test_a_fifo_semaphore_is_fair_and_survives_cancellation():
    gate, entered = FifoSemaphore(1), []

    async def enter(name: str) -> None:
        await gate.enter()
        entered.append(name)

    assert gate.try_enter()
    assert not gate.try_enter()
    first, second = asyncio.create_task(enter("first")), asyncio.create_task(enter("second"))
    await asyncio.sleep(0)
    gate.leave()
    first.cancel()  # it was handed the place in the same moment
    await asyncio.gather(first, second, return_exceptions=True)
    assert entered == ["second"]
    gate.leave()
    assert gate.try_enter()


def emptied(clock: ManualClock, interval: float = 1.0) -> TokenBucket:
    bucket = TokenBucket(BucketSpec(interval=interval, burst=1), clock)
    assert bucket.try_acquire()
    return bucket


async def test_a_pause_reduces_the_rate_by_thirty_percent_and_each_second_restores_five_percent():
    clock = ManualClock()
    bucket = emptied(clock)
    bucket.pause(4)
    rates = []
    for _ in range(8):
        rates.append(1 / bucket.interval(clock.now))
        clock.now += 1
    assert rates == pytest.approx([0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.0])


async def test_a_second_pause_reduces_the_recovered_rate_and_one_within_the_first_does_not():
    clock = ManualClock()
    bucket = emptied(clock)
    bucket.pause(2)
    clock.now += 1
    bucket.pause(1.5)  # of a call that failed together with the first
    assert 1 / bucket.interval(clock.now) == pytest.approx(0.75)
    clock.now += 1
    bucket.pause(0.1)
    assert 1 / bucket.interval(clock.now) == pytest.approx(0.8)
    clock.now += 0.5  # the second one ends here: it had made the first longer
    bucket.pause(1)
    assert 1 / bucket.interval(clock.now) == pytest.approx(0.825 * 0.7)
    for _ in range(20):
        clock.now += 1.1
        bucket.pause(0.1)
        clock.now += 0.1
        bucket.pause(1)
    assert 1 / bucket.interval(clock.now) == pytest.approx(0.1)


async def test_a_second_pause_can_only_extend_the_first():
    for second, until in [(5, 6), (1, 3)]:
        clock, grants = ManualClock(), []
        bucket = TokenBucket(BucketSpec(interval=0.1, burst=1), clock)
        bucket.pause(3)
        waiting = asyncio.create_task(taken(bucket, clock, grants))
        await clock.run(1)
        bucket.pause(second)
        await clock.run(20)
        await waiting
        assert grants == [pytest.approx(1000 + until)]


async def test_calls_after_a_pause_use_the_recovering_rate():
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec(interval=1, burst=1), clock)
    bucket.pause(2)
    tasks = [asyncio.create_task(taken(bucket, clock, grants)) for _ in range(4)]
    await clock.run(30)
    assert all(task.done() for task in tasks)
    assert grants[0] == pytest.approx(1002)
    gaps = [later - earlier for earlier, later in pairwise(grants)]
    assert gaps == sorted(gaps, reverse=True)
    assert 1 < gaps[-1] < gaps[0] <= 1 / 0.8


async def test_a_pause_that_ends_early_lets_calls_continue_one_after_another():
    clock, grants = ManualClock(), []
    bucket = TokenBucket(BucketSpec(interval=1, burst=3), clock)
    bucket.resume()  # there is nothing to lift: the bucket stays full
    assert all(bucket.try_acquire() for _ in range(3))
    bucket.pause(3600)
    tasks = [asyncio.create_task(taken(bucket, clock, grants)) for _ in range(3)]
    await clock.run(7)
    assert not bucket.try_acquire()
    bucket.resume()
    assert bucket.free_at(clock.now) == pytest.approx(clock.now + 3 / 1.0)
    await clock.run(30)
    assert all(task.done() for task in tasks)
    assert grants[0] == pytest.approx(1010)  # who waits looks every five seconds
    assert grants[-1] <= 1011


async def test_a_limiter_ends_only_the_pause_of_the_given_bucket():
    clock = ManualClock()
    limiter = LocalRateLimiter(clock)
    await limiter.resume(KEY)
    assert limiter.bucket(KEY) is None
    await limiter.pause(KEY, 3600)
    assert not limiter.try_acquire(KEY, None)
    await limiter.resume(KEY)
    assert limiter.try_acquire(KEY, None)


@pytest.mark.parametrize(("waiting", "seconds"), [(0, 1.0), (1, 1.5), (4, 3.0)])
async def test_an_error_says_how_long_a_call_would_have_waited_behind_others(waiting, seconds):
    clock = ManualClock()
    bucket = TokenBucket(BucketSpec(interval=0.5, burst=1), clock)
    assert bucket.try_acquire()
    tasks = [asyncio.create_task(bucket.acquire()) for _ in range(waiting + 1)]
    await clock.settle()
    with pytest.raises(LimiterWaitTooLong) as refused:
        await bucket.acquire(max_wait=seconds - 0.01)
    assert refused.value.seconds == pytest.approx(seconds)
    last = asyncio.create_task(bucket.acquire(max_wait=seconds))
    await clock.run(seconds)
    assert await last == pytest.approx(seconds)
    await asyncio.gather(*tasks)


def test_the_interval_of_a_limit_is_as_short_as_the_window_allows():
    assert BucketSpec.from_limit(Rate(1, 60)) == BucketSpec(interval=61.2, burst=1.0, limit=Rate(1, 60))
    assert BucketSpec.from_limit(Rate(5, 5.0)).burst == 1.25
    assert BucketSpec.from_limit(Rate(6, 6.0)) == BucketSpec(interval=2.0, burst=3.0, limit=Rate(6, 6.0))
    assert BucketSpec.from_recommended(Rate(20), None) == BucketSpec.from_limit(Rate(20))
    assert BucketSpec.from_recommended(Rate(20), Rate(30)) == BucketSpec(interval=0.05, burst=1.25, limit=Rate(30))
    assert BucketSpec.from_recommended(Rate(30), Rate(30)) == BucketSpec.from_limit(Rate(30))
    assert BucketSpec.from_recommended(Rate(59, 60), Rate(60, 60)) == BucketSpec(
        interval=60 / 59, burst=pytest.approx(1), limit=Rate(60, 60)
    )
    assert BucketSpec.from_recommended(Rate(1, 60), Rate(10, 60)) == BucketSpec(
        interval=60.0, burst=pytest.approx(9), limit=Rate(10, 60)
    )
