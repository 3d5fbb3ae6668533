"""Date-times as RFC 3339 has them: what is one, and which of two is later.

Python's own parser is too generous to judge by (it takes "2024-01-01", week dates and times without an offset), so
the grammar is checked first. Nanoseconds count: two stamps that differ in the ninth digit are two stamps.
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
    """Tell whether `text` is an RFC 3339 date-time of a day that exists."""
    if _GRAMMAR(text) is None:
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def nanoseconds(text: str) -> int:
    """Return the nanoseconds from 1970 to a valid date-time; digits beyond the ninth are dropped."""
    matched = _GRAMMAR(text)
    if matched is None:
        raise ValueError("not an RFC 3339 date-time")
    micros = (datetime.fromisoformat(text.upper()) - _EPOCH) // _MICROSECOND
    fraction = matched[1]
    beyond = int(fraction[6:9].ljust(3, "0")) if fraction is not None and len(fraction) > 6 else 0
    return micros * 1000 + beyond
