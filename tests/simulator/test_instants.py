from __future__ import annotations

import pytest

from mirakl_async.simulator.instants import is_instant, nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T12:00:00Z",
        "2026-11-20t12:00:00z",
        "2026-11-20T12:00:00.1Z",
        "2026-11-20T12:00:00.123456789+02:00",
        "2024-02-29T23:59:59-11:30",
    ],
)
def test_valid_date_times_are_read(text):
    assert is_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "2026-11-20T12:00:00",
        "2026-11-20 12:00:00Z",
        "2026-11-20T12:00Z",
        "2026-11-20T12:00:00+0200",
        "2026-11-20T12:00:00.Z",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-W47-5T12:00:00Z",
        "2026-11-20T12:00:00Z\n",
        "٢٠٢٦-11-20T12:00:00Z",
    ],
)
def test_invalid_date_times_are_rejected(text):
    assert not is_instant(text)


def test_date_times_are_compared_as_instants():
    assert nanoseconds("2026-11-20T12:00:00Z") == nanoseconds("2026-11-20t13:00:00.000+01:00")
    assert nanoseconds("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert nanoseconds("1969-12-31T23:59:59Z") == -1_000_000_000


def test_nanoseconds_are_compared():
    assert nanoseconds("2026-11-20T12:00:00.123456789Z") - nanoseconds("2026-11-20T12:00:00.1234567Z") == 89
    assert nanoseconds("1970-01-01T00:00:00.0000000019Z") == 1


def test_values_that_are_not_date_times_are_not_compared():
    with pytest.raises(ValueError, match="RFC 3339"):
        nanoseconds("2026-11-20")
