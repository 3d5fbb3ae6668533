"""Dates and times in notations that msgspec rejects."""

from __future__ import annotations

import datetime as dt
import re
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async import codec
from mirakl_async.codec.timestamps import instant, read_date, read_datetime, read_milliseconds, read_time
from mirakl_async.model import Model
from mirakl_async.models.front.messages import Message
from mirakl_async.models.front.orders import Order
from mirakl_async.operations.front.orders import OR11


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
        ("2024-02-29 10:20:30 UTC", utc(2024, 2, 29, 10, 20, 30)),
    ],
)
def test_a_date_time_is_read(text: str, moment: dt.datetime):
    assert read_datetime(text) == moment


@pytest.mark.parametrize(("text", "hour"), [("2024-02-29", 0), ("2024-02-29T10:00", 10)])
def test_a_date_time_without_a_zone_stays_without(text: str, hour: int):
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
def test_an_invalid_date_time_is_not_read(text: str):
    assert read_datetime(text) is None
    assert read_date(text) is None


def test_milliseconds_since_1970_are_read():
    assert read_milliseconds(1_700_000_000_123) == utc(2023, 11, 14, 22, 13, 20, 123000)
    assert read_milliseconds(10**18) is None


def test_a_date_is_read_as_written():
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
def test_a_time_of_day_is_read(text: str, time: dt.time | None):
    assert read_time(text) == time


@given(
    st.datetimes(timezones=st.just(dt.UTC)),
    st.sampled_from(["Z", "+00:00", "+0000", ""]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_values_that_msgspec_reads_are_read_in_the_same_way(moment: dt.datetime, zone: str, precision: str):
    text = moment.replace(tzinfo=None).isoformat(timespec=precision) + zone
    assert read_datetime(text) == msgspec.convert(text, dt.datetime)


PARIS = ZoneInfo("Europe/Paris")


def test_instants_increase_when_wall_clocks_are_set_back():
    first, second = (
        dt.datetime(2024, 10, 27, 2, 50, tzinfo=PARIS),
        dt.datetime(2024, 10, 27, 2, 10, fold=1, tzinfo=PARIS),
    )
    assert first > second  # by the wall clock
    assert instant(second) - instant(first) == dt.timedelta(minutes=20)
    assert instant(dt.datetime(2024, 2, 29, 10)) == utc(2024, 2, 29, 10)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        '"2024-02-29T10:20:00"', '"2024-02-29 10:20:00"', '"2024-02-29T10:20"', '"2024-02-29T10:20:00.000"',
        '"2024-02-29T12:20:00+02"', '"1709202000000"', "1709202000000", '" 2024-02-29T10:20:00 "', '"2024-02-29T10:20:00 GMT"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Order, Message])
def test_a_timestamp_in_a_response_always_has_a_time_zone_and_its_repair_is_reported(kind: Any, text: str):
    name = "created_date" if kind is Order else "date_created"
    found = codec.decode(kind, f'{{"{name}":{text}}}'.encode())
    assert getattr(found.value, name) == utc(2024, 2, 29, 10, 20)
    assert getattr(found.value, name) < dt.datetime.now(dt.UTC)
    assert [(repair.path, repair.outcome) for repair in found.repaired] == [(f"$.{name}", "repaired")]


@pytest.mark.parametrize("text", ["2024-02-29T12:20:00+0200", "2024-02-29 10:20:00Z", "1709202000"])
def test_notations_with_a_zone_are_not_reported_as_violations(text: str):
    found = codec.decode(Order, f'{{"created_date":"{text}"}}'.encode())
    assert found.value.created_date == utc(2024, 2, 29, 10, 20)
    assert found.repaired == ()


def test_a_date_without_a_time_is_midnight_in_utc():
    found = codec.decode_page(OR11.paging, OR11.reply, b'{"orders":[{"order_id":"o","created_date":"2024-02-29"}]}')
    assert found.value.orders[0].created_date == utc(2024, 2, 29)
    assert [repair.path for repair in found.repaired] == ["$.orders[0].created_date"]


def test_every_date_time_that_is_read_has_a_zone():
    """Held against every struct of an answer, so that none is forgotten."""
    loose = [
        f"{kind.__name__}.{field.name}"
        for module in (
            "front.orders",
            "front.common",
            "front.offers",
            "front.returns",
            "front.messages",
            "front.shipments",
        )
        for kind in vars(import_module(f"mirakl_async.models.{module}")).values()
        if isinstance(kind, type) and issubclass(kind, Model) and kind.__module__.startswith("mirakl_async.models")
        for field in msgspec.structs.fields(kind)
        if re.search(r"(?<!Annotated\[)datetime\.datetime", str(field.type))
    ]
    assert loose == []
