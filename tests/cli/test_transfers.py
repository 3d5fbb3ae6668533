"""The progress of an import or export: one updated line on a terminal, a line for each new status elsewhere."""

import asyncio
import io
import os
import re
import signal
import sys

import pytest

from mirakl_async.cli.results import CommandError
from mirakl_async.cli.transfers import resumable, transfer


class Terminal(io.StringIO):
    def isatty(self):
        return True


def tell(shown):
    shown.bytes(400_000, 1_000_000)
    shown.state("product import 1: RUNNING")
    shown.state("product import 1: RUNNING")
    shown.items(12_345)


def test_without_a_terminal_each_status_is_printed_once(capsys):
    with transfer("import", quiet=False) as shown:
        tell(shown)
    assert capsys.readouterr().err == "mirakl-async: product import 1: RUNNING\n"


def test_quiet_prints_nothing(capsys):
    with transfer("import", quiet=True) as shown:
        tell(shown)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_one_line_is_updated_and_removed(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with transfer("import", quiet=False) as shown:
        tell(shown)
    seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "product import 1: RUNNING" in seen
    assert "12,345" in seen
    assert terminal.getvalue().rstrip().endswith("\x1b[2K")  # the line is wiped


async def test_a_sigterm_ends_a_job_and_prints_how_to_resume(capsys):
    cleaned_up = []

    async def waiting():
        with resumable("2f1a-7"):
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(60)
            finally:
                cleaned_up.append(True)

    with pytest.raises(CommandError, match="stopped by SIGTERM"):
        await waiting()
    assert cleaned_up
    assert capsys.readouterr().err == "mirakl-async: the job goes on at Mirakl; follow it with --attach 2f1a-7\n"
    with resumable("2f1a-7"):
        pass
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
