"""The ranges of an export of orders are compared as instants, not by local time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mirakl_async.errors import InvalidArgument
from mirakl_async.imports_exports.orders import check_ranges

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
FIRST = datetime(2024, 10, 27, 2, 50, tzinfo=PARIS)
SECOND = datetime(2024, 10, 27, 2, 10, tzinfo=PARIS, fold=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (FIRST, SECOND),
        (datetime(2024, 11, 3, 1, 50, tzinfo=NEW_YORK), datetime(2024, 11, 3, 1, 10, tzinfo=NEW_YORK, fold=1)),
        (FIRST, SECOND.astimezone(UTC)),
        ("2024-10-27T02:50:00+02:00", "2024-10-27T02:10:00+01:00"),
        (FIRST, "2024-10-27T02:10:00+01:00"),
        (datetime(2024, 5, 6, 12, tzinfo=timezone(timedelta(hours=9))), datetime(2024, 5, 6, 4, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("what", ["", "update_"])
def test_a_range_across_the_repeated_hour_of_a_clock_change_is_valid(start, end, what):
    check_ranges({f"start_{what}date": start, f"end_{what}date": end})
    with pytest.raises(InvalidArgument, match="must not be before"):
        check_ranges({f"start_{what}date": end, f"end_{what}date": start})


def test_a_month_is_counted_in_elapsed_hours():
    """From summer to winter time 31 days of the wall clock last an hour longer."""
    start, name = datetime(2024, 10, 1, tzinfo=PARIS), "refund_creation_date"
    with pytest.raises(InvalidArgument, match="at most 31 days"):
        check_ranges({f"start_{name}": start, f"end_{name}": start + timedelta(days=31)})
    check_ranges({f"start_{name}": start, f"end_{name}": start + timedelta(days=31, hours=-1)})


@pytest.mark.parametrize(
    "odd",
    [datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))), "soon", 5, datetime(2024, 1, 1)],  # noqa: DTZ001
)
def test_invalid_date_times_are_checked_by_the_encoder(odd):
    check_ranges({"start_date": odd, "end_date": odd})
