"""How a command ends: its exit status, and its one JSON object where that is asked for."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from ..sync.report import Report


class Exit(IntEnum):
    """The exit statuses of every command."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNFINISHED = 3


def figures(report: Report) -> dict[str, Any]:
    """A report as plain values, with its rate."""
    return {**msgspec.structs.asdict(report), "orders_per_second": round(report.orders_per_second, 1)}


def print_json(value: object) -> None:
    """One object on standard output, and nothing else there."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def complain(words: object) -> None:
    """One line on standard error."""
    print(f"mirakl-async: {words}", file=sys.stderr)
