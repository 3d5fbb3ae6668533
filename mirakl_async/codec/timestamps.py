"""Dates and times in the spellings that msgspec refuses and servers send all the same.

Read here: no seconds, a leap second (`:60` is the first instant of the next minute, as POSIX counts), `24:00` (the
next day's midnight, ISO 8601), a zone of hours only (`+00`), a comma before the fraction, a space before the zone, a
bare date (its midnight), milliseconds since 1970, as a number or in a text. A text without a zone gives a naive value,
as it does in msgspec; who reads an answer takes it for UTC, in which Mirakl documents all of its date-times.

Two date-times of one `ZoneInfo` are compared and subtracted by their wall clocks (PEP 495), which in the hour that is
repeated in autumn run backwards: compare `instant` of each.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s?(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?", re.ASCII)
_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})?", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)


def instant(moment: dt.datetime) -> dt.datetime:
    """The same instant in UTC; a naive value is taken for UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def read_datetime(text: str) -> dt.datetime | None:
    """A date-time; None for a text that is none."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        midnight = dt.datetime.combine(dt.date.fromisoformat(found["day"]), dt.time(0), _read_zone(found["zone"]))
        return midnight + _read_clock(found["clock"] or "00:00")
    except (ValueError, OverflowError):
        return None


def read_milliseconds(number: int) -> dt.datetime | None:
    """The date-time so many milliseconds after 1970 began in UTC; None if there is none."""
    try:
        return _EPOCH + dt.timedelta(milliseconds=number)
    except OverflowError:
        return None


def read_date(text: str) -> dt.date | None:
    """The calendar day as it is written, also of a date-time: no zone is applied."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or read_datetime(text) is None:
        return None
    return dt.date.fromisoformat(found["day"])


def read_time(text: str) -> dt.time | None:
    """A time of day, such as `10:20`, without zone."""
    try:
        since_midnight = _read_clock(text.strip())
    except ValueError:
        return None
    if since_midnight >= _DAY:
        return None
    return (_EPOCH + since_midnight).time()


def _read_clock(text: str) -> dt.timedelta:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("not a time of day")
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    since_midnight = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if found[4]:
        since_midnight += dt.timedelta(microseconds=round(Decimal(f"0.{found[4]}") * 1_000_000))
    if minutes > 59 or seconds > 60 or hours > 24 or (hours == 24 and since_midnight > _DAY):
        raise ValueError("not a time of day")
    return since_midnight


def _read_zone(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    found = _ZONE.fullmatch(text)
    if found is None:
        return dt.UTC
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("not a zone")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if found[1] == "-" else offset)
