"""What a run of the tests says where Mirakl's documents are not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.documents import FILES, VARIABLE

INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
SKIPPED = f'import pytest\ndef test_a(): pytest.skip("{VARIABLE} is not set")\ndef test_b(): pytest.skip("no Redis")\n'


@pytest.mark.parametrize(("set_to", "tests", "says"), [("", SKIPPED, True), ("there", SKIPPED, False), ("", "", False)])
def test_the_last_words_of_a_run_say_what_the_skipped_tests_need(pytester, monkeypatch, set_to, tests, says):
    monkeypatch.setenv(VARIABLE, set_to)
    pytester.makefile(".ini", pytest=INI)
    pytester.makepyfile(tests + "def test_c(): pass\n")
    said = pytester.runpytest_inprocess("-rs", "-p", "tests.conftest").outlines
    assert said[-1].strip("= ").startswith("1 passed")
    assert said[-2].startswith("1 tests were skipped") == says
    assert ("CONTRIBUTING.md" in said[-2]) == says


def test_contributing_names_every_document():
    page = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    assert [name for name in FILES.values() if f"`{name}`" not in page] == []
