"""A text is held to the rules of the value that it stands for, and sent as the contract spells it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.errors import InvalidArgument
from mirakl_async.http import request_builder as calls
from mirakl_async.http.params import format_param
from mirakl_async.operation import Operation, Param

OPERATION = Operation(code="T1", service="front", resource="t", name="t", method="GET", path="/x")


def spelled(kind, value, **facts):
    return format_param(OPERATION, Param(name="p", argument="p", type=kind, **facts), value)


def listed(kind, value, many="comma"):
    param = Param(name="p", argument="p", type=kind, list_style=many)
    operation = Operation(code="T1", service="front", resource="t", name="t", method="GET", path="/x", params=(param,))
    return unquote(calls.build(operation, {"p": value}, "https://h").url.removeprefix("https://h/x?"))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("integer", "50", "50"),
        ("integer", " 50\n", "50"),
        ("integer", "+050", "50"),
        ("integer", "-1", "-1"),
        ("integer", str(2**63 - 1), str(2**63 - 1)),
        ("number", "1.50", "1.50"),
        ("number", "1e2", "100"),
        ("number", ".5", "0.5"),
        ("number", 1e22, "10000000000000000000000"),
        ("boolean", " true", "true"),
        ("boolean", "false", "false"),
        ("date", "2026-02-28", "2026-02-28"),
        ("date-time", "2026-02-28T10:20:30Z", "2026-02-28T10:20:30Z"),
        ("date-time", "2026-02-28T10:20:30.123456789+02:00", "2026-02-28T10:20:30.123456789+02:00"),
        ("date-time", "2026-02-28 10:20:30+00:00", "2026-02-28T10:20:30+00:00"),
        ("date-time", "2026-02-28t10:20:30z", "2026-02-28T10:20:30Z"),
        ("date-time", " 2026-02-28T10:20:30+0200", "2026-02-28T10:20:30+02:00"),
        ("date-time", "2026-02-28T10:20+02:00", "2026-02-28T08:20:00Z"),
        ("date-time", "20260228T102030Z", "2026-02-28T10:20:30Z"),
        ("date-time", datetime(2026, 2, 28, 10, tzinfo=ZoneInfo("Europe/Paris")), "2026-02-28T09:00:00Z"),
        ("string", " a b ", " a b "),
        ("string", "\u00e9\U0001f4a9", "\u00e9\U0001f4a9"),
    ],
)
def test_texts_and_values_are_sent_in_the_contracts_notation(kind, value, text):
    assert spelled(kind, value) == text


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("integer", "", "is empty; omit the argument"),
        ("integer", " ", "' ' is not a valid integer"),
        ("integer", "5.0", "'5.0' is not a valid integer"),
        ("integer", "1_000", "not a valid integer"),
        ("integer", "\u0663", "not a valid integer"),
        ("integer", "0x10", "not a valid integer"),
        ("integer", "9" * 5000, "this text is not a valid integer"),
        ("integer", str(2**63), f"{2**63} is out of range; must be from {-(2**63)} to {2**63 - 1}"),
        ("integer", 2**63, f"{2**63} is out of range; must be from {-(2**63)} to {2**63 - 1}"),
        ("integer", True, "must be one integer, not bool"),
        ("integer", Decimal(5), "must be one integer, not Decimal"),
        ("integer", None, "must be one integer, not NoneType"),
        ("number", "NaN", "'NaN' is not a valid number"),
        ("number", "Infinity", "not a valid number"),
        ("number", "1,5", "not a valid number"),
        ("number", "1e999", "not a valid number"),
        ("number", float("nan"), "must be one number, not float"),
        ("number", float("-inf"), "must be one number, not float"),
        ("number", Decimal("sNaN"), "must be one number, not Decimal"),
        ("number", Decimal("1e999999"), "number"),
        ("number", True, "must be one number, not bool"),
        ("boolean", "1", "'1' is not a valid boolean; pass true or false"),
        ("boolean", "True", "not a valid boolean"),
        ("boolean", "yes", "not a valid boolean"),
        ("boolean", 0, "must be one boolean, not int"),
        ("date", "28/02/2026", "not a valid date; pass a date such as"),
        ("date", "2026-02-30", "not a valid date"),
        ("date", "20260228", "not a valid date"),
        ("date", "2026-02-28T00:00:00Z", "not a valid date"),
        ("date", datetime(2026, 2, 28, tzinfo=UTC), "must be one date, not datetime"),
        ("date-time", "06/05/2024", "'06/05/2024' is not a valid date-time; pass a date and time such as"),
        ("date-time", "", "is empty"),
        ("date-time", "2026-02-28", "not a valid date-time"),
        ("date-time", "2026-02-30T00:00:00Z", "not a valid date-time"),
        ("date-time", "2026-02-28T00:00:00", "needs a time zone"),
        ("date-time", "2026-02-28 00:00", "needs a time zone"),
        ("date-time", "1767225600", "not a valid date-time"),
        ("date-time", 1767225600, "must be one date-time, not int"),
        ("date-time", date(2026, 2, 28), "must be one date-time, not date"),
        ("date-time", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), "outside the years 1 to 9999"),
        ("string", "", "is empty; omit the argument"),
        ("string", "a\0b", "contains a NUL or an unpaired surrogate"),
        ("string", "\udc80", "contains a NUL or an unpaired surrogate"),
        ("string", b"a", "must be one string, not bytes"),
    ],
)
def test_invalid_values_are_rejected(kind, value, words):
    with pytest.raises(InvalidArgument) as caught:
        spelled(kind, value)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200
    if not isinstance(value, str) or "," not in value:
        with pytest.raises(InvalidArgument):
            listed(kind, [value])


@pytest.mark.parametrize("kind", ["integer", "number", "string"])
def test_a_huge_integer_is_rejected(kind):
    with pytest.raises(
        InvalidArgument, match="this number is out of range; must be from -9223372036854775808 to 9223372036854775807"
    ):
        spelled(kind, 10**5000)


@pytest.mark.parametrize("value", [5000, "5000", "0", " 101 ", Decimal(101), "+101"])
def test_a_text_is_checked_against_the_bounds_of_its_type(value):
    kind = "number" if isinstance(value, Decimal) else "integer"
    with pytest.raises(InvalidArgument, match="is out of range; must be from 1 to 100"):
        spelled(kind, value, minimum=1, maximum=100)
    assert spelled(kind, "100", minimum=1, maximum=100) == "100"


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("^[A-Z]{3}$", ["FRA"], ["fra", "FRAN", "FRA\n", " FRA"]),
        ("[a-z]", ["A1b"], ["A1"]),
        (r"^\d+\$$", ["5$"], ["5"]),
    ],
)
def test_a_pattern_is_checked(pattern, right, wrong):
    for text in right:
        assert spelled("string", text, pattern=pattern) == text
    for text in wrong:
        with pytest.raises(InvalidArgument, match="does not match the pattern"):
            spelled("string", text, pattern=pattern)


def test_members_of_lists_are_checked_in_the_same_way():
    assert listed("integer", "1, 2 ,3") == "p=1,2,3"
    assert listed("integer", ["01", 2], "repeat") == "p=1&p=2"
    assert listed("boolean", ["true", False]) == "p=true,false"
    for wrong in ("1,x", ["1", "x"], [1, None], [[1]], [True], "1,,2"):
        with pytest.raises(InvalidArgument, match="T1: p: "):
            listed("integer", wrong)
    with pytest.raises(InvalidArgument, match="needs a time zone"):
        listed("date-time", ["2026-02-28T00:00:00Z", "2026-02-28T00:00:00"])
    with pytest.raises(InvalidArgument, match="must be pairs"):
        listed("references", [(True, "1")])


@given(st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-9, minutes=-30)))))
def test_a_date_time_as_text_keeps_every_digit(moment):
    for text in (str(moment), moment.isoformat()):
        assert datetime.fromisoformat(spelled("date-time", text)) == moment
        assert spelled("date-time", text)[10] == "T"
