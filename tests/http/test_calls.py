from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from mirakl_async.errors import InvalidArgument
from mirakl_async.http import request_builder as calls
from mirakl_async.operation import Operation, Paging, Param


def operation(*params, path="/x", **facts):
    return Operation(
        code="T1", service="front", resource="t", name="t", method="GET", path=path, params=params, **facts
    )


def url(param, value):
    return calls.build(operation(param), {param.argument: value}, "https://h").url.removeprefix("https://h/x")


@pytest.mark.parametrize(
    ("facts", "value", "query"),
    [
        ({}, "plain", "?p=plain"), ({}, "a b&c=d/é", "?p=a%20b%26c%3Dd%2F%C3%A9"), ({}, True, "?p=true"), ({}, False, "?p=false"),
        ({}, 7, "?p=7"), ({}, Decimal("1.50"), "?p=1.50"), ({}, date(2026, 2, 3), "?p=2026-02-03"),
        ({}, datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), "?p=2026-02-03T04:05:06Z"),
        ({}, datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=timezone(timedelta(hours=2))), "?p=2026-02-03T02:05:06.789Z"),
        ({"list_style": "repeat"}, ["a", "b"], "?p=a&p=b"), ({"list_style": "comma"}, ["a", "b"], "?p=a,b"),
        ({"list_style": "comma"}, "a,b", "?p=a,b"), ({"list_style": "comma"}, {"a": 1, "b": 2}.keys(), "?p=a,b"), ({"list_style": "repeat"}, (1, 2), "?p=1&p=2"),
        ({"list_style": "comma"}, frozenset("dacb"), "?p=a,b,c,d"), ({"list_style": "repeat"}, {"b", "a"}, "?p=a&p=b"),
        ({"type": "references", "list_style": "comma"}, [("EAN", "1"), ("UPC", "2")], "?p=EAN%7C1,UPC%7C2"),
        ({"type": "references", "list_style": "comma"}, "EAN|1", "?p=EAN%7C1"), ({"type": "boolean"}, "true", "?p=true"),
        ({"type": "integer"}, "-5", "?p=-5"), ({}, Decimal("1E+3"), "?p=1000"), ({}, UUID(int=1), f"?p={UUID(int=1)}"),
        ({"list_style": "comma"}, None, ""), ({}, None, ""), ({"name": "[x]"}, 1, "?%5Bx%5D=1"),
    ],
)  # fmt: skip
def test_how_values_are_serialized(facts, value, query):
    assert url(Param(**{"name": "p", "argument": "p", **facts}), value) == query


@pytest.mark.parametrize(
    ("facts", "value", "words"),
    [
        ({"required": True}, None, "required"),
        ({}, datetime(2026, 1, 1), "time zone"),  # noqa: DTZ001 - the point
        ({"list_style": "comma", "max_items": 2}, ["a", "b", "c"], "3 values.*takes at most 2"),
        ({"list_style": "comma"}, ["a,b"], "comma"),
        ({"minimum": 1, "maximum": 10}, 11, "1 to 10"),
        ({"max_length": 3}, "long", "4 characters"),
        ({}, ["a"], "must be one"),
        ({"type": "references", "list_style": "comma"}, [("EAN",)], "pairs"),
        ({"type": "references", "list_style": "comma"}, [("EAN", None)], "pairs"),
        ({"type": "references", "list_style": "comma"}, [("EAN", "1,2")], "TYPE"),
        ({"type": "references", "list_style": "comma"}, [("EAN", "")], "TYPE"),
        ({"list_style": "comma"}, (text for text in "ab"), "a list of string values, not generator"),
        ({"list_style": "repeat"}, map(str, [1, 2]), "a list of string values, not map"),
        ({"list_style": "comma"}, ["a", None], "not NoneType"),
        ({"list_style": "comma"}, ["a", ""], "contains an empty value"),
        ({"list_style": "comma"}, "a,,b", "contains an empty value"),
        ({"list_style": "comma", "max_items": 2}, "a,b,c", "3 values.*takes at most 2"),
        ({}, object(), "must be one string, not object"),
        ({}, Param(name="o", argument="o"), "must be one string, not Param"),
        ({}, b"raw", "must be one string, not bytes"),
        ({}, float("nan"), "must be one string, not float"),
        ({}, "\ud800", "unpaired surrogate"),
        ({"type": "date-time"}, date(2026, 1, 1), "must be one date-time, not date"),
        ({"type": "boolean"}, "yes", "'yes' is not a valid boolean"),
        ({"type": "boolean"}, 1, "must be one boolean, not int"),
        ({"type": "integer"}, "abc", "'abc' is not a valid integer"),
        ({"type": "integer"}, True, "must be one integer, not bool"),
        ({"type": "integer"}, 1.5, "must be one integer, not float"),
    ],
)
def test_an_invalid_argument_error_names_argument_and_operation(facts, value, words):
    with pytest.raises(InvalidArgument, match=f"(?s)T1: p: .*{words}"):
        url(Param(name="p", argument="p", **facts), value)


@pytest.mark.parametrize("empty", [[], (), set(), {}.keys()])
@pytest.mark.parametrize(
    "facts", [{"list_style": "comma"}, {"list_style": "repeat"}, {"list_style": "comma", "type": "references"}]
)
def test_an_empty_filter_is_an_error_and_does_not_request_everything(facts, empty):
    with pytest.raises(InvalidArgument, match="T1: p: is an empty list; omit the argument"):
        url(Param(name="p", argument="p", **facts), empty)


@pytest.mark.parametrize("value", ["a/b", "", ".."])
def test_a_path_argument_is_one_escaped_segment(value):
    param = Param(name="id", argument="id", location="path", required=True)
    with pytest.raises(InvalidArgument, match="path"):
        calls.build(operation(param, path="/x/{id}"), {"id": value}, "https://h")
    request = calls.build(operation(param, path="/x/{id}"), {"id": "a b?c"}, "https://h")
    assert request.url == "https://h/x/a%20b%3Fc"


def test_wire_names_are_accepted_and_unknown_names_are_not():
    param = Param(name="import", argument="import_id", location="path", type="integer", required=True)
    found = calls.build_by_wire_names(operation(param, path="/x/{import}"), {"import": 5}, None, "https://h")
    assert found.url == "https://h/x/5"
    member = Param(name="self", argument="self_", location="body")
    with pytest.raises(InvalidArgument, match="T1: self: is a member of the body; pass it in the body only"):
        calls.build_by_wire_names(operation(member, content="json"), {"self": 1}, {"self": 2}, "https://h")
    assert calls.by_argument_name(operation(member), {"self": 1}) == {"self_": 1}
    with pytest.raises(InvalidArgument, match="valid parameters: import"):
        calls.build_by_wire_names(operation(param, path="/x/{import}"), {"imports": 5}, None, "https://h")
    with pytest.raises(InvalidArgument, match="does not accept a JSON body"):
        calls.build_by_wire_names(operation(param, path="/x/{import}"), {"import": 5}, b"{}", "https://h")


def test_paging_parameters_have_the_documented_names():
    def turned(kind, **params):
        paged = operation(paging=Paging(kind=kind, items="rows", item="front.orders:Order"))
        request = calls.build_by_wire_names(paged, params, None, "https://h")
        assert request.operation is paged
        return request.url.removeprefix("https://h/x")

    assert turned("offset", max=50, offset=100) == "?max=50&offset=100"
    assert turned("seek", limit=50, page_token="a=b") == "?limit=50&page_token=a%3Db"
    assert turned("seek") == ""
    with pytest.raises(InvalidArgument, match="max: 101 is out of range; must be from 1 to 100"):
        turned("offset", max=101)
    with pytest.raises(InvalidArgument, match="page_token: unknown parameter; valid parameters: .*max, offset"):
        turned("offset", page_token="a")


def test_an_unknown_endpoint_can_be_called():
    request = calls.build_undocumented(
        "get", "/new/{thing}", "front", "https://h", {"a": None, "b": [1, 2]}, None, None
    )
    assert (request.operation.retry, request.url) == ("safe", "https://h/new/%7Bthing%7D?b=1&b=2")
    with pytest.raises(InvalidArgument):
        calls.build_undocumented("GET", "new", "front", "https://h", None, None, None)
