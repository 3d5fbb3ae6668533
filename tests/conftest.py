"""Settings and fixtures of all tests; fixtures of one folder are in that folder's conftest."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.contract.documents import VARIABLE
from tests.support import aioresponses_shim

pytest_plugins = ["mirakl_async.testing.pytest_plugin"]  # where this package is not installed, pytest does not know it
aioresponses_shim.install()

# No deadlines: the machines that run this share their cores. On CI the examples are always the same ones, and a
# failing one prints what reproduces it; `-m fuzz --hypothesis-profile=fuzz` looks for new ones.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(optionalhook=True)  # pytest-xdist may be switched off
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `-n auto` starts: on few cores two for each, since half of a test's time is waiting."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(cores, min(2 * cores, 8))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say last what the tests that were skipped for want of Mirakl's documents would need."""
    yield
    missing = [report for report in terminalreporter.stats.get("skipped", []) if VARIABLE in str(report.longrepr)]
    if missing and not os.environ.get(VARIABLE):
        terminalreporter.write_line(
            f"{len(missing)} tests were skipped: they compare with Mirakl's OpenAPI documents, in the folder that {VARIABLE} "
            "names (see CONTRIBUTING.md)"
        )


@pytest.fixture(autouse=True)
def fail_on_unhandled_errors() -> Iterator[None]:
    """Fail a test in which asyncio could only log an error: an exception never retrieved, a task never finished."""
    seen: list[str] = []

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(self.format(record))

    watch = Watch(logging.ERROR)
    logging.getLogger("asyncio").addHandler(watch)
    yield
    logging.getLogger("asyncio").removeHandler(watch)
    if seen:
        pytest.fail("asyncio logged:\n" + "\n".join(seen))
