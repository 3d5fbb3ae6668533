"""The settings of the test suite: faults that must fail a test do."""

from __future__ import annotations

import logging
import textwrap

import pytest

LEAKS = {
    "an unclosed socket": """
        import socket
        def test_leak():
            socket.socket()
    """,
    "a coroutine that was never awaited": """
        async def work(): ...
        def test_leak():
            work()
    """,
    "a task whose exception was never retrieved": """
        import asyncio, gc
        async def fail():
            raise ValueError
        async def test_leak():
            task = asyncio.create_task(fail())
            await asyncio.sleep(0)
            del task
            gc.collect()
    """,
    "an aiohttp session left open": """
        import aiohttp
        async def test_leak():
            aiohttp.ClientSession()
    """,
    "an unknown marker": """
        import pytest
        @pytest.mark.no_such_marker
        def test_leak(): ...
    """,
}


CLEAN = """
    async def test_clean(): ...
"""


@pytest.fixture(autouse=True)
def not_seen_from_outside(monkeypatch):
    monkeypatch.setattr(logging.getLogger("asyncio"), "handlers", [])


def run(pytester, pytestconfig, source):
    pytester.makefile(".toml", pyproject=(pytestconfig.rootpath / "pyproject.toml").read_text())
    tests = pytester.mkpydir("tests")
    tests.joinpath("conftest.py").write_text((pytestconfig.rootpath / "tests" / "conftest.py").read_text())
    tests.joinpath("test_case.py").write_text(textwrap.dedent(source))
    return pytester.runpytest_inprocess()


def test_a_clean_test_passes(pytester, pytestconfig):
    run(pytester, pytestconfig, CLEAN).assert_outcomes(passed=1)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_fails_its_test(pytester, pytestconfig, leak):
    assert run(pytester, pytestconfig, LEAKS[leak]).ret != pytest.ExitCode.OK


@pytest.mark.parametrize("marker", ["chaos", "fuzz"])
def test_long_runs_are_deselected_by_default(pytester, pytestconfig, marker):
    long = f"import pytest\n@pytest.mark.{marker}\ndef test_long(): ...\n"
    assert run(pytester, pytestconfig, long).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.runpytest_inprocess("-m", marker).assert_outcomes(passed=1)
