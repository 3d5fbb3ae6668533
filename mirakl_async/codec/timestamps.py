"""Parse dates and times in formats that msgspec does not accept but servers send.

Accepted: no seconds, a leap second (`:60` is the first instant of the next minute, as in POSIX), `24:00` (midnight of
the next day, ISO 8601), a zone of hours only (`+00`), a comma before the fraction, a space before the zone, a date
without a time (its midnight), milliseconds since 1970, as a number or as text. A text without a zone results in a naive
value, as in msgspec; the response models treat it as UTC, which Mirakl documents for all date-times.

Two date-times with the same `ZoneInfo` are compared and subtracted by their wall clocks (PEP 495), which run backwards
in the repeated hour in autumn: compare the `instant` of each.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

__all__ = ["instant", "read_date", "read_datetime", "read_milliseconds", "read_time"]

_DATE_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<clock>\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s?(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?", re.ASCII)
_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})?", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)


def instant(moment: dt.datetime) -> dt.datetime:
    """The same instant in UTC; a naive value is treated as UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def read_datetime(text: str) -> dt.datetime | None:
    """Parse a date-time; None if the text is not one."""
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        return None
    try:
        midnight = dt.datetime.combine(dt.date.fromisoformat(match["day"]), dt.time(0), _read_zone(match["zone"]))
        return midnight + _read_clock(match["clock"] or "00:00")
    except (ValueError, OverflowError):
        return None


def read_milliseconds(number: int) -> dt.datetime | None:
    """The date-time of a number of milliseconds since 1970 in UTC; None if it is out of range."""
    try:
        return _EPOCH + dt.timedelta(milliseconds=number)
    except OverflowError:
        return None


def read_date(text: str) -> dt.date | None:
    """Parse a date, or the date of a date-time without converting its zone; None if the text is neither."""
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None or read_datetime(text) is None:
        return None
    return dt.date.fromisoformat(match["day"])


def read_time(text: str) -> dt.time | None:
    """Parse a time of day, such as `10:20`, without a zone; None if the text is not one."""
    try:
        since_midnight = _read_clock(text.strip())
    except ValueError:
        return None
    if since_midnight >= _DAY:
        return None
    return (_EPOCH + since_midnight).time()


def _read_clock(text: str) -> dt.timedelta:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time of day")
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    since_midnight = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if match[4]:
        since_midnight += dt.timedelta(microseconds=round(Decimal(f"0.{match[4]}") * 1_000_000))
    if minutes > 59 or seconds > 60 or hours > 24 or (hours == 24 and since_midnight > _DAY):
        raise ValueError("not a time of day")
    return since_midnight


def _read_zone(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    match = _ZONE.fullmatch(text)
    if match is None:
        return dt.UTC
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("not a zone")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if match[1] == "-" else offset)
