"""Former names: they work, warn at the caller's line, and are removed when their version has come."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings

import pytest

import mirakl_async
from mirakl_async import checks
from mirakl_async.checks import (
    DEPRECATIONS,
    Deprecation,
    RenamedAttribute,
    deprecated,
    renamed_arguments,
    renamed_names,
)


@pytest.fixture(autouse=True)
def _others(monkeypatch):
    """Those of these tests are none of the package's."""
    monkeypatch.setattr(checks, "DEPRECATIONS", [])


def version(text):
    return tuple(int(part) for part in text.split(".")[:2])


def overdue(notes, now):
    return [note.name for note in notes if version(now) >= version(note.until)]


def too_short(notes):
    """Two minor versions at least, or to the next major one."""
    return [
        note.name
        for note in notes
        if version(note.until)
        < min((version(note.since)[0], version(note.since)[1] + 2), (version(note.since)[0] + 1, 0))
    ]


def test_no_deprecated_name_outlives_its_version_and_none_goes_too_early(monkeypatch):
    for module in pkgutil.walk_packages(mirakl_async.__path__, "mirakl_async."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert overdue(DEPRECATIONS, mirakl_async.__version__) == []
    assert too_short(DEPRECATIONS) == []


def test_a_name_whose_version_has_come_is_noticed():
    notes = [Deprecation(f"a{until}", "b", "1.2", until) for until in ("1.3", "1.4", "1.10", "2.0")]
    assert overdue(notes, "1.4.0") == ["a1.3", "a1.4"]
    assert overdue(notes, "1.10.2") == ["a1.3", "a1.4", "a1.10"]
    assert too_short(notes) == ["a1.3"]


PACKAGES_OWN = len(DEPRECATIONS)


class Client:
    """As a class of ours with former names looks like."""

    old_orders = RenamedAttribute("orders", since="1.2", until="1.4")
    old_push = RenamedAttribute("push", since="1.2", until="1.4")
    orders = 7

    @renamed_arguments(since="1.2", until="1.4", retries="max_retries", poll="interval")
    def push(self, order, *, max_retries=3, interval=1):
        return order, max_retries, interval

    @deprecated("push()", since="1.2", until="1.4")
    async def send(self, order):
        return order


del DEPRECATIONS[PACKAGES_OWN:]


def noted(call):
    """What a call gives, and its warnings: their words and whether they are about this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = call()
    assert all(one.category is DeprecationWarning and one.filename == __file__ for one in caught)
    return value, [str(one.message) for one in caught]


@pytest.mark.parametrize(
    ("call", "value", "words"),
    [
        (lambda: Client().old_orders, 7, ["Client.old_orders is deprecated since 1.2 and will be removed in 1.4; use orders"]),
        (lambda: Client.old_orders, 7, ["Client.old_orders is deprecated since 1.2 and will be removed in 1.4; use orders"]),
        (lambda: Client().push(1, max_retries=2), (1, 2, 1), []),
        (lambda: Client().push(1, retries=2, interval=4), (1, 2, 4), ["retries= of Client.push() is deprecated since 1.2 and will be removed in 1.4; use max_retries="]),
        (lambda: Client().old_push(1), (1, 3, 1), ["Client.old_push is deprecated since 1.2 and will be removed in 1.4; use push"]),
    ],
)  # fmt: skip
def test_a_former_name_works_and_says_what_to_use_at_the_line_that_uses_it(call, value, words):
    assert noted(call) == (value, words)


def test_two_former_arguments_are_two_warnings():
    value, words = noted(lambda: Client().push(1, retries=2, poll=5))
    assert value == (1, 2, 5)
    assert len(words) == 2


def test_an_argument_by_both_of_its_names_is_refused():
    with pytest.raises(TypeError, match=r"Client.push\(\) got both max_retries= and retries="):
        Client().push(1, retries=2, max_retries=2)


async def test_an_async_function_warns_where_it_is_called():
    coroutine, words = noted(lambda: Client().send(5))
    assert words == ["Client.send() is deprecated since 1.2 and will be removed in 1.4; use push()"]
    assert await coroutine == 5


def test_a_module_finds_its_former_names_and_no_others():
    find = renamed_names(__name__, since="1.2", until="1.4", OldClient="Client")
    value, words = noted(lambda: find("OldClient"))
    assert value is sys.modules[__name__].Client
    assert words == [f"{__name__}.OldClient is deprecated since 1.2 and will be removed in 1.4; use Client"]
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        find("Nothing")


def test_what_is_deprecated_is_noted_once():
    Deprecation("a", "b", "1.2", "1.4")
    renamed_names(__name__, since="1.2", until="1.4", OldClient="Client")
    assert [note.name for note in checks.DEPRECATIONS] == ["a", f"{__name__}.OldClient"]
