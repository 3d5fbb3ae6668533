"""Where an unsafe request of unknown outcome shows: methods that there are, for every operation there is."""

import re

from mirakl_async.operations import operations
from mirakl_async.reconciling import LOOK_UP, look_up

SHOWN_BY_NONE = {"OF52", "OR13", "uploadOrderDocument", "SELLER_ACCOUNT_STORE_CREATE"}


def test_every_unsafe_operation_names_a_method_that_only_reads():
    assert set(LOOK_UP) | SHOWN_BY_NONE == {code for code, found in operations.items() if found.retry == "unsafe"}
    for method in LOOK_UP.values():
        resource, name, code = re.fullmatch(r"(\w+)\.(\w+) \((\w+)\)", method).groups()
        found = operations[code]
        assert (found.resource, found.name, found.retry) == (resource, name, "safe")


def test_an_operation_that_nothing_shows_adds_no_words():
    assert look_up("OR13") == ""
