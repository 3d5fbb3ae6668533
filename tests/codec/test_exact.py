"""Lines of files: which are sent unchanged, which are converted, and which are rejected."""

from __future__ import annotations

import importlib
import json
import pkgutil
from datetime import datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async import codec, models
from mirakl_async.codec.exact import canonical_datetime, exact
from mirakl_async.codec.type_info import DECODE_ERRORS
from mirakl_async.model import RequestModel
from mirakl_async.models.connect.orders import CustomAttributeNumericRequest, OrderRequest
from tests.support.order_factory import as_line, order

GOOD = as_line(order(1))
READER = exact(OrderRequest)


def requests():
    for found in pkgutil.walk_packages(models.__path__, "mirakl_async.models."):
        for kind in vars(importlib.import_module(found.name)).values():
            if isinstance(kind, type) and issubclass(kind, RequestModel) and kind.__module__ == found.name:
                yield kind


@pytest.mark.parametrize(
    "line",
    [
        GOOD,
        json.dumps(json.loads(GOOD), indent=1).encode(),
        GOOD.replace(b"12.34", b"1e2"),
        GOOD.replace(b"12.34", b"12345678901234567890.12345678901234567890"),
        GOOD.replace(b"A thing", b"10:20:30, 2026-01-01 10:20:30Z"),
        GOOD.replace(b"A thing", b"\\u0041 thing"),
        GOOD[:-1] + b',"of_a_later_contract":[1,"2026-01-01 00:00:00Z"]}',
    ],
)
def test_a_valid_line_is_sent_byte_for_byte(line):
    value, sent = READER.read(line)
    assert sent == line
    assert (value.channel_order_id, value.channel_updated_at) == ("o1", order(1).channel_updated_at)


@pytest.mark.parametrize(
    ("there", "written", "sent"),
    [
        (b"12.34", b'"19.90"', b"19.90"),
        (b"12.34", b'"1E+2"', b"1E+2"),
        (b"12.34", b'"12345678901234567890.12345678901234567890"', b"12345678901234567890.12345678901234567890"),
        (b'"amount":12.34', b'"\\u0061mount" : "19.90"', b'"amount":19.90'),
        (b"T12:00:00Z", b" 12:00:00Z", b"T12:00:00Z"),
        (b"T12:00:00Z", b"\\u002012:00:00Z", b"T12:00:00Z"),
        (b"T12:00:00Z", b"\\u0074\\u00312\\u003a00:00Z", b"T12:00:00Z"),
        (b"T12:00:00Z", b"t12:00:00z", b"T12:00:00Z"),
        (b"T12:00:00Z", b" 12:00:00+00:00", b"T12:00:00+00:00"),
        (b"T12:00:00Z", b"T12:00:00.5+0200", b"T12:00:00.5+02:00"),
        (b"T12:00:00Z", b" 12:00:00.123456789-0930", b"T12:00:00.123456789-09:30"),
    ],
)
def test_other_notations_are_converted(there, written, sent):
    assert there in GOOD
    raw = GOOD[:-1].replace(there, written) + b',"of_a_later_contract":"19.90"}'
    value, body = READER.read(raw)
    assert body == codec.encode(codec.decode_plain(GOOD[:-1].replace(there, sent) + b',"of_a_later_contract":"19.90"}'))
    assert isinstance(value, OrderRequest)


def test_json_written_with_default_str_has_the_same_meaning():
    plain = msgspec.to_builtins(order(1), builtin_types=(datetime, Decimal))
    written = json.dumps(plain, default=str).encode()
    assert b'"12.34"' in written
    assert b'"2026-11-20 12:00:00+00:00"' in written
    _, sent = READER.read(written)
    assert msgspec.json.decode(sent, type=OrderRequest) == order(1)
    assert b'"12.34"' not in sent


@pytest.mark.parametrize(
    ("there", "written"),
    [
        (b"12.34", b'"19,90"'),
        (b"12.34", b'""'),
        (b"12.34", b'"NaN"'),
        (b"12.34", b'"-1"'),
        (b"12.34", b"NaN"),
        (b"12.34", b"true"),
        (b"12.34", b"null"),
        (b"T12:00:00Z", b"T12:00:00"),
        (b"T12:00:00Z", b" 12:00:00"),
        (b"T12:00:00Z", b" 24:00:00Z"),
        (b"T12:00:00Z", b""),
        (b'"quantity":1', b'"quantity":"1"'),
        (b'"can_cancel":true', b'"can_cancel":"true"'),
        (b"A thing", b"A \xff thing"),
    ],
)
def test_other_values_are_rejected(there, written):
    assert there in GOOD
    with pytest.raises(DECODE_ERRORS):
        READER.read(GOOD.replace(there, written))


@pytest.mark.parametrize("number", ["0", "-1000000000", "1000000000", "-5.5", "1000000000.00"])
def test_the_bounds_are_the_contracts_not_those_of_the_fast_check(number):
    line = b'{"type":"NUMERIC","id":"a","value":%s}' % number.encode()
    assert exact(CustomAttributeNumericRequest).read(line)[1] == line
    with pytest.raises(DECODE_ERRORS):
        exact(CustomAttributeNumericRequest).read(line.replace(number.encode(), b"1000000001"))


@pytest.mark.parametrize("kind", list(requests()), ids=lambda kind: kind.__name__)
def test_every_bound_of_an_amount_is_within_that_of_the_fast_check(kind):
    exact(kind)  # can be made
    check = vars(kind).get("__post_init__")
    for field in msgspec.structs.fields(kind):
        if check is None or "Decimal" not in str(field.type):
            continue
        for amount in (Decimal(0), Decimal(1_000_000_000)):
            fake = kind.__new__(kind)
            for other in msgspec.structs.fields(kind):
                setattr(fake, other.name, msgspec.UNSET)
            setattr(fake, field.name, amount)
            check(fake)


@given(st.text(alphabet="0123456789-: .TtZz+", max_size=35) | st.datetimes().map(str))
def test_a_converted_date_time_is_the_same_instant(text):
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return
    if moment.tzinfo is not None:
        respelled = canonical_datetime(text)
        assert respelled is not None
        assert msgspec.convert(respelled, datetime) == moment
        assert respelled[10] == "T"
