"""The brokers that several processes share in these tests, and a summary line with the number of processes killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import quota
from tests.chaos.shared_brokers import SharedBroker, postgres, redis, sqs
from tests.support.moto_server import shared_moto  # noqa: F401 - a fixture

KINDS = ["redis", "postgres", "sqs"]


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedBroker]:
    """A queue on a server of the test's own; SQS' server is shared by the run, since it cannot be killed."""
    if request.param == "sqs":
        opened = sqs(tmp_path, request.getfixturevalue("shared_moto"))
    else:
        opened = {"redis": redis, "postgres": postgres}[request.param](tmp_path)
    with opened as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many processes were killed."""
    if quota.COUNTED:
        each = ", ".join(f"{kind} {number}" for kind, number in sorted(quota.COUNTED.items()))
        terminalreporter.write_line(f"{sum(quota.COUNTED.values())} processes were killed by SIGKILL: {each}")
