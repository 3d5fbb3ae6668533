"""Where an unsafe request of unknown outcome shows: methods that there are, for every operation there is."""

import re

import pytest

from mirakl_async.errors import CallContext
from mirakl_async.http.failures import to_error
from mirakl_async.http.reconciling import LOOK_UP, reconciliation_hint
from mirakl_async.http.wire import WireResponse
from mirakl_async.operations import operations

SHOWN_BY_NONE = {"OR13", "uploadOrderDocument", "SELLER_ACCOUNT_STORE_CREATE"}


def test_every_unsafe_operation_names_a_method_that_only_reads():
    assert set(LOOK_UP) | SHOWN_BY_NONE == {code for code, found in operations.items() if found.retry == "unsafe"}
    for method in LOOK_UP.values():
        resource, name, code = re.fullmatch(r"(\w+)\.(\w+) \((\w+)\)", method).groups()
        found = operations[code]
        assert (found.resource, found.name, found.retry) == (resource, name, "safe")


def test_an_operation_that_nothing_shows_adds_no_words():
    assert reconciliation_hint("OR13") == ""


@pytest.mark.parametrize(("status", "told"), [(500, True), (504, True), (400, False)])
def test_a_server_that_failed_may_have_done_it_all_the_same(status, told):
    error = to_error(
        WireResponse(status, {}, b""), CallContext(operation="P41", route="POST /api/products/imports"), "unsafe"
    )
    assert ("products.list_imports (P51) tells whether it took effect" in str(error)) is told
