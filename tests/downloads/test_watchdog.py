"""A body must arrive at its minimum rate; the time that its reader takes between two chunks does not count."""

import asyncio

import pytest

from mirakl_async.downloads.watchdog import MinimumRate, TransferTooSlow, enforce_min_rate
from tests.support.manual_clock import InstantClock


class Drip:
    """`count` chunks of `size` bytes, each of which takes `seconds` to arrive."""

    def __init__(self, clock, seconds, size, count):
        self.clock, self.seconds, self.size, self.count = clock, seconds, size, count

    async def chunks(self):
        for _ in range(self.count):
            self.clock.now += self.seconds
            yield b"x" * self.size


async def read(drip, least, reading=0.0):
    received = 0
    async for chunk in enforce_min_rate(drip.chunks(), least, drip.clock):
        drip.clock.now += reading
        received += len(chunk)
    return received


async def test_a_body_below_the_minimum_rate_is_ended_within_two_windows():
    drip = Drip(InstantClock(), seconds=0.2, size=1, count=10_000)
    with pytest.raises(TransferTooSlow):
        await read(drip, MinimumRate(1024, 30))
    assert drip.clock.now - 1000.0 == pytest.approx(30, abs=0.5)


async def test_a_slow_body_above_the_minimum_rate_is_not_ended():
    assert await read(Drip(InstantClock(), 10, 10_300, 100), MinimumRate(1024, 30)) == 1_030_000


async def test_a_fast_start_does_not_compensate_for_a_slow_rest():
    clock = InstantClock()

    async def chunks():
        yield b"x" * 10_000_000
        async for chunk in Drip(clock, 1, 1, 100).chunks():
            yield chunk

    with pytest.raises(TransferTooSlow):
        async for _ in enforce_min_rate(chunks(), MinimumRate(1024, 30), clock):
            pass


async def test_a_slow_reader_does_not_count_as_a_slow_server():
    assert await read(Drip(InstantClock(), 0.001, 10, 50), MinimumRate(1024, 30), reading=100) == 500


async def test_a_silent_server_is_ended_after_the_window():
    clock = InstantClock()

    async def silent():
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(TransferTooSlow):
        async for _ in enforce_min_rate(silent(), MinimumRate(1, 0.05), clock):
            pass
