"""Each rule of the document: a valid order is accepted, and each violation is found at its place."""

from __future__ import annotations

import pytest

from mirakl_async.simulator.documents import ANONYMIZE_AFTER, UPDATE_ACTION, UPSERT_ORDERS

from .payloads import ABSENT, NOON, changed, full_order, order, paths, upsert

FULL = upsert(full_order())
REQUIRED = {
    "orders",
    "origin",
    "channel_id",
    "channel_store_id",
    "channel_order_id",
    "channel_updated_at",
    "status",
    "shipping_info",
    "fulfillment",
    "order_lines",
    "channel_order_line_id",
    "updated_at",
    "quantity",
    "can_cancel",
    "can_refund",
    "price",
    "total_shipping_price",
    "product",
    "title",
    "amount",
    "currency",
    "city",
    "last_name",
    "street",
    "earliest",
    "latest",
    "channel_adjustment_id",
    "reason",
    "shipping_price",
    "value",
    "id",
    "created_at",
    "type",
}


def is_required(path):
    name = path.rpartition(".")[2]
    in_tax = "taxes[" in path
    return name in REQUIRED or (name == "code" and in_tax)


MEMBERS = [path for path in paths(FULL) if not path.endswith("]")]
ITEM = "orders[0].order_lines[1]"


def fields(problems):
    return [problem.field for problem in problems]


def test_a_valid_order_is_accepted():
    assert not UPSERT_ORDERS(FULL)
    assert not UPSERT_ORDERS(upsert(order()))


@pytest.mark.parametrize("path", [path for path in MEMBERS if is_required(path)])
def test_a_required_member_that_is_missing_is_found_at_its_place(path):
    assert fields(UPSERT_ORDERS(changed(FULL, path, ABSENT))) == [path]


@pytest.mark.parametrize("path", [path for path in MEMBERS if not is_required(path)])
def test_an_optional_member_may_be_missing(path):
    assert not UPSERT_ORDERS(changed(FULL, path, ABSENT))


@pytest.mark.parametrize("path", paths(FULL))
def test_null_is_not_a_valid_value(path):
    assert fields(UPSERT_ORDERS(changed(FULL, path, None))) == [path]


@pytest.mark.parametrize("path", paths(FULL))
def test_a_value_of_another_type_is_found_at_its_place(path):
    wrongs: tuple[object, ...] = ({}, "word", 7, True, [])
    for wrong in wrongs:
        unusable = changed(FULL, path, wrong)
        problems = UPSERT_ORDERS(unusable)
        assert all(field == path or field.startswith(f"{path}.") for field in fields(problems))
        if isinstance(wrong, bool) and not path.endswith(("can_cancel", "can_refund", "has_incident", "[2].value")):
            assert fields(problems) == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{ITEM}.price.amount", -0.01),
        (f"{ITEM}.taxes[0].channel_collectible.amount", -1),
        (f"{ITEM}.adjustments[0].shipping_price.amount", -1),
        (f"{ITEM}.price.amount", "1.5"),
        (f"{ITEM}.price.currency", "euro"),
        (f"{ITEM}.quantity", 1.5),
        (f"{ITEM}.product.thumbnail_url", "images/p.png"),
        (f"{ITEM}.adjustments[0].type", "CANCELLATION"),
        (f"{ITEM}.adjustments[0].reason", "OTHER"),
        (f"{ITEM}.status", "LOST"),
        (f"{ITEM}.created_at", "2026-11-20"),
        ("orders[0].status", "shipped"),
        ("orders[0].status_reason", "CANCELLED"),
        ("orders[0].fulfillment.type", "SELLER"),
        ("orders[0].channel_updated_at", "2026-02-30T00:00:00Z"),
        ("orders[0].shipping_info.email", "unknown"),
        ("orders[0].shipping_info.address.country_iso_code", "FR"),
        ("orders[0].shipping_info.delivery_date.latest", "soon"),
        ("orders[0].custom_attributes[0].id", ""),
        ("orders[0].custom_attributes[0].id", "x" * 256),
        ("orders[0].custom_attributes[0].type", "TEXT"),
        ("orders[0].custom_attributes[0].value", "x" * 100_001),
        ("orders[0].custom_attributes[1].value", 1_000_000_001),
        ("orders[0].custom_attributes[1].value", -1_000_000_001),
        ("orders[0].custom_attributes[3].value", "yesterday"),
        ("orders[0].custom_attributes[4].value", []),
        ("orders[0].custom_attributes[4].value", ["x"] * 1001),
        ("orders[0].custom_attributes", [{"id": "a", "type": "BOOLEAN", "value": True}] * 1001),
        ("orders[0].order_lines", []),
        ("orders", []),
        ("orders", [{}] * 101),
    ],
)
def test_a_broken_bound_is_found_at_its_place(path, value):
    assert fields(UPSERT_ORDERS(changed(FULL, path, value))) == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{ITEM}.price.amount", 0),
        (f"{ITEM}.quantity", 3.0),
        (f"{ITEM}.quantity", 0),
        (f"{ITEM}.taxes", []),
        ("orders[0].custom_attributes[0].id", "x" * 255),
        ("orders[0].custom_attributes[0].value", "x" * 100_000),
        ("orders[0].custom_attributes[1].value", -1_000_000_000),
        ("orders[0].custom_attributes[4].value", ["x"] * 1000),
        ("orders[0].custom_attributes", []),
        ("orders[0].shipping_info", {}),
    ],
)
def test_a_bound_itself_is_allowed(path, value):
    assert not UPSERT_ORDERS(changed(FULL, path, value))


def test_an_item_deep_in_a_list_is_named():
    unusable = changed(FULL, "orders[0].custom_attributes[4].value", ["x", "x" * 10_001])
    (problem,) = UPSERT_ORDERS(unusable)
    assert problem.field == "orders[0].custom_attributes[4].value[1]"
    assert problem.extensions == {"minLength": 0, "maxLength": 10_000}


def test_at_most_a_hundred_orders_are_accepted():
    assert not UPSERT_ORDERS(upsert(*(order(str(number)) for number in range(100))))


def test_unknown_members_are_ignored():
    assert not UPSERT_ORDERS(changed(FULL, f"{ITEM}.product.colour", None))


def test_all_problems_are_found_not_only_the_first():
    unusable = changed(changed(FULL, "orders[0].status", 1), f"{ITEM}.price.amount", -1)
    assert sorted(fields(UPSERT_ORDERS(unusable))) == [f"{ITEM}.price.amount", "orders[0].status"]


def test_no_problem_contains_the_invalid_value():
    for path in paths(FULL):
        for problem in UPSERT_ORDERS(changed(FULL, path, "sam@mail.example secret")):
            assert "sam" not in problem.message
            assert "sam" not in repr(problem.extensions)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"status": "SUCCESS"}, []),
        ({"status": "SUCCESS", "errors": [{"code": "OTHER", "message": "all the same"}]}, []),
        ({"status": "FAILED", "errors": [{"code": "UNAVAILABLE", "message": "down"}]}, []),
        ({"status": "FAILED"}, ["errors"]),
        ({"status": "FAILED", "errors": []}, ["errors"]),
        ({"status": "FAILURE"}, ["status"]),
        ({"status": "FAILED", "errors": [{"code": "BROKEN", "message": "down"}]}, ["errors[0].code"]),
        ({"status": "FAILED", "errors": [{"code": "OTHER"}]}, ["errors[0].message"]),
        ({}, ["status"]),
        ([], [""]),
    ],
)
def test_the_outcome_of_an_action_is_checked(payload, found):
    assert fields(UPDATE_ACTION(payload)) == found


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"orders": [{"anonymize_after": NOON, "channel_id": "c", "channel_order_id": "o"}]}, []),
        (
            {"orders": [{"anonymize_after": NOON, "channel_id": 1234, "channel_order_id": "o"}]},
            ["orders[0].channel_id"],
        ),
        (
            {"orders": [{"anonymize_after": "2026", "channel_id": "c", "channel_order_id": "o"}]},
            ["orders[0].anonymize_after"],
        ),
        ({"orders": [{"channel_id": "c", "channel_order_id": "o"}]}, ["orders[0].anonymize_after"]),
        ({"orders": []}, ["orders"]),
        ({"orders": [{}] * 101}, ["orders"]),
    ],
)
def test_anonymization_dates_are_checked(payload, found):
    assert fields(ANONYMIZE_AFTER(payload)) == found
