"""Where an unsafe request of unknown outcome shows: methods that there are, for every operation there is."""

import re

import pytest

from mirakl_async.errors import CallContext
from mirakl_async.http.failures import to_error
from mirakl_async.http.wire import WireResponse
from mirakl_async.operations import operations

# Nothing shows an export that was started, an order's documents on Connect, or an account's stores.
SHOWN_BY_NONE = {"OR13", "uploadOrderDocument", "SELLER_ACCOUNT_STORE_CREATE"}


def failed(code, status):
    context = CallContext(operation=code, route="POST /api/products/imports")
    return str(to_error(WireResponse(status, {}, b""), context, operations[code]))


def test_every_unsafe_operation_names_a_method_that_only_reads():
    named = {code: found.reconcile_with for code, found in operations.items() if found.reconcile_with}
    assert set(named) | SHOWN_BY_NONE == {code for code, found in operations.items() if found.retry == "unsafe"}
    for method in named.values():
        resource, name, code = re.fullmatch(r"(\w+)\.(\w+) \((\w+)\)", method).groups()
        found = operations[code]
        assert (found.resource, found.name, found.retry) == (resource, name, "safe")


def test_an_operation_whose_effect_no_call_shows_adds_no_advice():
    assert "took effect" not in failed("OR13", 500)


@pytest.mark.parametrize(("status", "advised"), [(500, True), (504, True), (400, False)])
def test_a_server_error_is_reported_with_the_call_that_shows_its_effect(status, advised):
    assert ("check with products.list_imports (P51) before sending it again" in failed("P41", status)) is advised


def test_files_are_only_read():
    assert {found.retry for found in operations.values() if found.answer == "stream"} == {"safe"}
