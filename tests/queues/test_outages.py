"""Temporary errors are retried for `max_outage` seconds."""

from __future__ import annotations

import pytest

from mirakl_async.errors import QueueUnavailable
from mirakl_async.queues.outages import MAX_DELAY, BrokerOutage, retry
from tests.support.manual_clock import InstantClock


def failing(times: int, error: Exception):
    left = [times]

    async def operation() -> str:
        if left[0]:
            left[0] -= 1
            raise error
        return "done"

    return operation


def is_os_error(error: Exception) -> bool:
    return isinstance(error, OSError)


async def test_a_temporary_error_is_retried_with_growing_delays() -> None:
    clock = InstantClock(draw=1.0)
    assert await retry(failing(9, OSError()), is_os_error, "a queue", 60, clock) == "done"
    assert clock.slept[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(clock.slept) == MAX_DELAY


async def test_the_start_of_an_outage_is_a_warning_without_secrets(caplog) -> None:
    await retry(failing(3, OSError("redis://:secret@host")), is_os_error, "a queue", 60, InstantClock())
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        "a queue is unavailable (OSError); retrying for up to 60 s",
    )


async def test_delays_have_jitter() -> None:
    clock = InstantClock(draw=0.0)
    assert await retry(failing(2, OSError()), is_os_error, "a queue", 60, clock) == "done"
    assert clock.slept == [0.05, 0.1]


async def test_an_outage_ends_after_max_outage_without_showing_secrets() -> None:
    clock = InstantClock()
    began = clock.now
    with pytest.raises(QueueUnavailable, match=r"^a queue is unavailable for 7 s: OSError$") as caught:
        await retry(failing(10**6, OSError("redis://:secret@host")), is_os_error, "a queue", 7, clock)
    assert clock.now - began == pytest.approx(7.0)
    assert isinstance(caught.value.__cause__, OSError)


async def test_other_errors_are_not_retried() -> None:
    clock = InstantClock()
    with pytest.raises(ValueError, match="broken"):
        await retry(failing(1, ValueError("broken")), is_os_error, "a queue", 60, clock)
    assert clock.slept == []


async def test_failed_entries_of_a_batch_are_an_outage_too() -> None:
    clock = InstantClock()
    outage = BrokerOutage("a queue", 1, clock)
    with pytest.raises(QueueUnavailable, match="3 entries were refused"):
        while True:
            await outage.wait("3 entries were refused")
