"""RFC 3339 date-times: their validation and their comparison.

Python's own parser accepts too much ("2024-01-01", week dates, times without an offset), so the grammar is checked
first. Nanoseconds count: date-times that differ only in the ninth digit are different.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = ["is_instant", "nanoseconds"]

_GRAMMAR = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
).fullmatch
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def is_instant(text: str) -> bool:
    """Whether `text` is an RFC 3339 date-time on an existing day."""
    if _GRAMMAR(text) is None:
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def nanoseconds(text: str) -> int:
    """Convert a valid date-time to nanoseconds since 1970; digits beyond the ninth are dropped."""
    matched = _GRAMMAR(text)
    if matched is None:
        raise ValueError("not an RFC 3339 date-time")
    micros = (datetime.fromisoformat(text.upper()) - _EPOCH) // _MICROSECOND
    fraction = matched[1]
    beyond = int(fraction[6:9].ljust(3, "0")) if fraction is not None and len(fraction) > 6 else 0
    return micros * 1000 + beyond
