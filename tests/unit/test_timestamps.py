"""Dates and times in the spellings msgspec refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.codec.timestamps import read_date, read_datetime, read_milliseconds, read_time


def utc(year: int, month: int, day: int, *time: Any) -> dt.datetime:
    return dt.datetime.combine(dt.date(year, month, day), dt.time(*time), dt.UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1)),
        ("2016-12-31T23:59:60.25Z", utc(2017, 1, 1, 0, 0, 0, 250000)),
        ("2024-02-29T24:00:00Z", utc(2024, 3, 1)),
        ("2024-02-29T10:20Z", utc(2024, 2, 29, 10, 20)),
        ("2024-02-29T10:20:30+00", utc(2024, 2, 29, 10, 20, 30)),
        ("2024-02-29T10:20:30,5Z", utc(2024, 2, 29, 10, 20, 30, 500000)),
        ("2024-02-29T10:20:30.123456789Z", utc(2024, 2, 29, 10, 20, 30, 123457)),
        ("2024-02-29 10:20:30 +0000", utc(2024, 2, 29, 10, 20, 30)),
        (" 2024-02-29T10:20:30Z ", utc(2024, 2, 29, 10, 20, 30)),
        ("2024-02-29T10:20:30-05:30", utc(2024, 2, 29, 15, 50, 30)),
    ],
)
def test_a_moment(text: str, moment: dt.datetime):
    assert read_datetime(text) == moment


@pytest.mark.parametrize(("text", "hour"), [("2024-02-29", 0), ("2024-02-29T10:00", 10)])
def test_a_moment_without_zone_stays_without(text: str, hour: int):
    assert read_datetime(text) == dt.datetime(2024, 2, 29, hour)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2023-02-29T10:00Z",
        "2024-13-01T10:00Z",
        "2024-02-29T25:00Z",
        "2024-02-29T24:00:01Z",
        "2024-02-29T10:60Z",
        "2024-02-29T10:20:61Z",
        "2024-02-29T10:20:30+24:00",
        "9999-12-31T23:59:60Z",
        "29/02/2024",
        "2024-02-29T10:20:30Zulu",
        "٢٠٢٤-02-29T10:20:30Z",
    ],
)
def test_no_moment(text: str):
    assert read_datetime(text) is None
    assert read_date(text) is None


def test_milliseconds_since_1970():
    assert read_milliseconds(1_700_000_000_123) == utc(2023, 11, 14, 22, 13, 20, 123000)
    assert read_milliseconds(10**18) is None


def test_a_day_is_taken_as_written():
    assert read_date("2024-02-29T23:59:59-11:00") == dt.date(2024, 2, 29)
    assert read_date("2024-02-29T23:59:60Z") == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10:20", dt.time(10, 20)),
        ("10:20:30,5", dt.time(10, 20, 30, 500000)),
        ("24:00", None),
        ("23:59:60", None),
        ("10", None),
        ("10:20Z", None),
    ],
)
def test_a_time_of_day(text: str, time: dt.time | None):
    assert read_time(text) == time


@given(
    st.datetimes(timezones=st.just(dt.UTC)),
    st.sampled_from(["Z", "+00:00", "+0000", ""]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_what_msgspec_reads_is_read_alike(moment: dt.datetime, zone: str, precision: str):
    text = moment.replace(tzinfo=None).isoformat(timespec=precision) + zone
    assert read_datetime(text) == msgspec.convert(text, dt.datetime)
