import asyncio
import random
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_async.errors import RateLimiterUnavailable
from mirakl_async.options import Rate
from mirakl_async.rate_limits.bucket import BucketKey, BucketSpec, LimiterWaitTooLong
from mirakl_async.rate_limits.redis_limiter import RedisRateLimiter
from tests.rate_limits.scripted_redis import ScriptedRedis, Way
from tests.support.manual_clock import ManualClock

KEY = BucketKey("connect.example", "credential", "upsertOrders")
ORDERS = Rate(30, 1)


class OwnClock:
    """A machine's clock: it runs like the shared one, with an offset of its own."""

    def __init__(self, clock, offset):
        self._clock = clock
        self._offset = offset
        self.sleep = clock.sleep

    def monotonic(self):
        return self._clock.now + self._offset

    def time(self):
        return self.monotonic()

    def random(self):
        return 0.5


class World:
    """Machines that share a limit, and the moments at which their calls reached Mirakl."""

    def __init__(self, machines, *, trip=(0.0005, 0.001), travel=(0.02, 0.04), seed=0, **options):
        self.clock = ManualClock()
        self.server = ScriptedRedis(self.clock)
        self.dice = random.Random(seed)
        self.arrived = []
        self.by_machine = Counter()
        self._travel = travel
        self.limiters = [
            RedisRateLimiter(
                Way(self.server, self.clock, lambda: self.dice.uniform(*trip)),
                clock=OwnClock(self.clock, 1e4 * number),
                **options,
            )
            for number in range(machines)
        ]

    async def call(self, machine, pace, key=KEY, **options):
        await self.limiters[machine].acquire(key, pace, **options)
        await self.clock.sleep(self.dice.uniform(*self._travel))
        self.arrived.append(self.clock.now)
        self.by_machine[machine] += 1

    async def keep_calling(self, machine, pace, answer_after=0.0):
        while True:
            await self.call(machine, pace)
            await self.clock.sleep(answer_after)

    def fullest(self, seconds):
        """Most calls in any window, half open as the documented ones are."""
        arrived = sorted(self.arrived)
        first = most = 0
        for last, moment in enumerate(arrived):
            while arrived[first] <= moment - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


@asynccontextmanager
async def world(*args, **options):
    made = World(*args, **options)
    tasks = []
    made.start = lambda work: tasks.append(asyncio.create_task(work)) or tasks[-1]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        closing = [asyncio.create_task(limiter.close()) for limiter in made.limiters]
        while not all(task.done() for task in closing):
            await made.clock.run(1)


@pytest.mark.parametrize(
    "trip", [(0.0002, 0.001), (0.001, 0.004), (0.005, 0.009), (0.012, 0.02)], ids="one way up to {}".format
)
@pytest.mark.parametrize("machines", [2, 4])
async def test_machines_together_use_the_documented_rate_and_not_more(machines, trip):
    async with world(machines, trip=trip, travel=(0.02, 0.04)) as made:
        for machine in range(machines):
            for _ in range(8):
                made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS), 0.05))
        await made.clock.run(1)
        before = len(made.arrived)
        await made.clock.run(10)
        assert made.fullest(ORDERS.seconds) <= ORDERS.calls
        assert len(made.arrived) - before >= 0.93 * 10 * ORDERS.calls
        assert min(made.by_machine.values()) >= 0.8 * max(made.by_machine.values())
        assert made.server.trips <= 1.1 * len(made.arrived)


async def test_stalled_machines_cause_no_bursts():
    async with world(4, trip=(0.0, 0.3), travel=(0.0, 0.05)) as made:
        for machine in range(4):
            for _ in range(8):
                made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS)))
        await made.clock.run(10)
        spread = 0.3 + 0.05 - 0.06  # what the answer's way and the way to Mirakl exceed the promised jitter by
        assert made.fullest(ORDERS.seconds - spread) <= ORDERS.calls
        assert len(made.arrived) > 100


async def test_a_slow_limit_allows_bursts_of_half_its_calls_at_most():
    limit = Rate(5, 60)
    async with world(3, travel=(0.0, 0.2)) as made:
        for machine in range(3):
            for _ in range(4):
                made.start(made.keep_calling(machine, BucketSpec.from_limit(limit)))
        await made.clock.run(900)
        assert made.fullest(limit.seconds) <= limit.calls
        assert len(made.arrived) >= 0.9 * 15 * limit.calls * 0.5


async def test_a_pause_stops_every_machine_and_reduces_the_rate():
    async with world(3, travel=(0.0, 0.0)) as made:
        for machine in range(3):
            for _ in range(4):
                made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS)))
        await made.clock.run(2)
        pausing = made.start(made.limiters[0].pause(KEY, 3))
        await made.clock.run(0.01)
        assert pausing.done()
        before = len(made.arrived)
        await made.clock.run(2.9)
        assert len(made.arrived) == before
        await made.clock.run(1.1)
        assert 10 <= len(made.arrived) - before <= 0.9 * ORDERS.calls  # it regains from the pause on
        assert set(made.by_machine) == {0, 1, 2}


async def test_a_pause_that_ends_early_lets_every_machine_continue_within_half_a_minute():
    async with world(3, travel=(0.0, 0.0)) as made:
        for machine in range(3):
            made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS)))
        await made.clock.run(1)
        made.start(made.limiters[0].pause(KEY, 3600))
        await made.clock.run(100)
        before = Counter(made.by_machine)
        made.start(made.limiters[1].resume(KEY))
        await made.clock.run(35)
        assert all(made.by_machine[machine] > before[machine] + 10 for machine in range(3))
        assert made.fullest(1.0) <= ORDERS.calls
        count = len(made.arrived)
        made.start(made.limiters[1].resume(KEY))  # there is nothing to lift
        await made.clock.run(1)
        assert len(made.arrived) <= count + ORDERS.calls


@pytest.mark.parametrize("step", [-86_400.0, -7.0, 7.0])
async def test_calls_continue_when_the_servers_clock_is_changed(step):
    async with world(2, travel=(0.0, 0.0)) as made:
        for machine in range(2):
            made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS)))
        await made.clock.run(3)
        before = len(made.arrived)
        made.server.ahead = step
        await made.clock.run(3)
        assert len(made.arrived) - before >= 0.9 * 3 * 28
        if step < 0:
            assert made.fullest(1.0) <= ORDERS.calls
        made.start(made.limiters[0].pause(KEY, 2))
        await made.clock.run(0.01)
        before, made.server.ahead = len(made.arrived), 2 * step if step < 0 else step
        await made.clock.run(1.9)
        assert len(made.arrived) == before
        await made.clock.run(2)
        assert len(made.arrived) > before
        await made.clock.run(11)
        assert {limiter.processes for limiter in made.limiters} == {2}


@pytest.mark.parametrize("limit", [Rate(60, 3600), Rate(5, 60)])
async def test_a_pause_has_its_full_length_also_with_large_bursts(limit):
    async with world(2, travel=(0.0, 0.0)) as made:
        pace = BucketSpec.from_limit(limit)
        made.start(made.call(0, pace))
        await made.clock.run(1)
        made.start(made.limiters[0].pause(KEY, 1))
        await made.clock.run(2)
        for machine in range(2):
            made.start(made.call(machine, pace))
        await made.clock.run(1)
        assert len(made.arrived) == 2  # the one before the pause, and one after it: the bucket was empty
        await made.clock.run(limit.seconds)
        assert made.fullest(limit.seconds) <= limit.calls


async def test_a_cancelled_first_waiter_leaves_its_slot_to_the_next_and_the_last_returns_it():
    async with world(2, travel=(0.0, 0.0)) as made:
        pace = BucketSpec(interval=1, burst=1)
        first = made.start(made.call(0, pace))
        await made.clock.run(0.1)
        assert first.done()
        head, following = (made.start(made.call(0, pace)) for _ in range(2))
        await made.clock.run(0.1)
        head.cancel()
        await made.clock.run(1)
        assert following.done()
        alone = made.start(made.call(0, pace))
        await made.clock.run(0.1)
        alone.cancel()
        await made.clock.run(0.1)
        other = made.start(made.call(1, pace))
        await made.clock.run(1)
        assert other.done()
        assert len(made.arrived) == 3


async def test_a_wait_that_is_too_long_is_an_error_at_once():
    async with world(2) as made:
        pace = BucketSpec.from_limit(Rate(1, 3600))
        await asyncio.gather(made.start(made.call(0, pace)), made.clock.run(1))
        refused = made.start(made.limiters[1].acquire(KEY, pace, max_wait=10))
        await made.clock.run(0.1)
        with pytest.raises(LimiterWaitTooLong) as wait:
            await refused
        assert 3590 < wait.value.seconds < 3700


async def test_an_operation_without_a_rate_asks_once_a_second_and_waits_only_for_pauses():
    async with world(2, travel=(0.0, 0.0)) as made:
        asking, other = made.limiters
        for _ in range(5):
            if not asking.try_acquire(KEY, None):
                made.start(asking.acquire(KEY, None))
            await made.clock.run(0.1)
        assert made.server.trips <= 2  # the script itself is sent after the first
        made.start(other.pause(KEY, 5))
        await made.clock.run(1.5)
        held = made.start(asking.acquire(KEY, None))
        await made.clock.run(2)
        assert not held.done()
        await made.clock.run(4)
        assert held.done()


async def test_without_redis_each_machine_uses_its_share_until_redis_is_back():
    async with world(3, travel=(0.0, 0.01)) as made:
        for machine in range(3):
            for _ in range(4):
                made.start(made.keep_calling(machine, BucketSpec.from_limit(ORDERS)))
        await made.clock.run(6)
        assert [limiter.processes for limiter in made.limiters] == [3, 3, 3]
        made.server.away = True
        before = len(made.arrived)
        await made.clock.run(10)
        alone = len(made.arrived) - before
        made.server.away = False
        await made.clock.run(3)
        before = len(made.arrived)
        await made.clock.run(5)
        assert 0.7 * 300 <= alone <= 300
        assert len(made.arrived) - before >= 0.9 * 5 * ORDERS.calls
        assert made.fullest(ORDERS.seconds) <= ORDERS.calls


@pytest.mark.parametrize(
    ("when_unreachable", "known", "limit", "words"),
    [
        ("share", False, ORDERS, "never reached"),
        ("share", True, Rate(1, 3600), "too low"),
        ("fail", True, ORDERS, "when_unreachable is 'fail'"),
    ],
)
async def test_calls_fail_if_no_share_is_known_or_allowed(when_unreachable, known, limit, words):
    async with world(2, when_unreachable=when_unreachable) as made:
        if known:
            for machine in range(2):
                made.start(made.call(machine, BucketSpec.from_limit(ORDERS)))
            await made.clock.run(6)
            for machine in range(2):
                made.start(made.call(machine, BucketSpec.from_limit(ORDERS)))
            await made.clock.run(1)
        made.server.away = True
        refused = made.start(made.limiters[0].acquire(BucketKey("h", "c", "other"), BucketSpec.from_limit(limit)))
        await made.clock.run(0.5)
        with pytest.raises(RateLimiterUnavailable, match=words):
            await refused


steps = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(1, 12)),
        st.tuples(st.just("pass"), st.floats(0, 1.5)),
        st.tuples(st.just("cancel"), st.integers(0, 40)),
        st.tuples(st.just("pause"), st.floats(0, 1.5)),
    ),
    max_size=15,
)


async def live_through(machines, limit, history, seed):
    async with world(machines, trip=(0.0, 0.004), travel=(0.0, 0.04), seed=seed) as made:
        calls = []
        for number, (kind, amount) in enumerate(history):
            if kind == "arrive":
                calls += [
                    made.start(made.call(n % machines, BucketSpec.from_limit(limit)))
                    for n in range(number, number + int(amount))
                ]
            elif kind == "pass":
                await made.clock.run(amount * limit.seconds)
            elif kind == "cancel" and calls:
                calls[int(amount) % len(calls)].cancel()
            elif kind == "pause":
                made.start(made.limiters[number % machines].pause(KEY, amount))
        for _ in range(500):
            if all(call.done() for call in calls):
                break
            await made.clock.run(limit.seconds)
        assert all(call.done() for call in calls)
        assert made.fullest(limit.seconds) <= limit.calls
        assert len(made.arrived) >= sum(not call.cancelled() for call in calls)


@given(st.integers(1, 4), st.integers(2, 40), steps, st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_no_window_has_more_calls_than_documented_and_no_waiter_is_lost(machines, calls, history, seed):
    asyncio.run(live_through(machines, Rate(calls, 1), history, seed))


@pytest.mark.fuzz
@given(st.integers(1, 5), st.integers(1, 60), st.sampled_from([1.0, 60.0]), steps, st.integers(0, 999))
@settings(deadline=None)
def test_no_window_has_more_calls_than_documented_in_a_long_run(machines, calls, seconds, history, seed):
    asyncio.run(live_through(machines, Rate(calls, seconds), history, seed))
