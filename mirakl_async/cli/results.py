"""How a command ends: its exit status, its one JSON object where that is asked for, and its words where it fails."""

from __future__ import annotations

import codecs
import io
import json
import logging
import re
import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import ConfigurationError, InvalidArgument, MiraklError, UnknownOperation
from ..server_text import one_line
from .json_lines import CONSOLE, JsonLines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..order_sync.report import SyncReport

__all__ = [
    "CommandError",
    "Exit",
    "escape_what_cannot_be_shown",
    "figures",
    "message_of",
    "print_error",
    "print_json",
    "printable_json",
    "status_of",
    "unfinished",
    "usage_error",
]


LONGEST_LINE = 4000
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


_FOR_TERMINALS = ((re.compile(r"\bgive auth=, or set\b"), "set"),)


class Exit(IntEnum):
    """The exit statuses of every command; INTERRUPTED is what a shell says of a Ctrl-C that nothing was made of."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNFINISHED = 3
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot go on; its words are all that its user needs."""

    def __init__(self, words: str, status: Exit) -> None:
        super().__init__(words)
        self.status = status


def usage_error(words: str) -> CommandError:
    """What was asked for makes no sense."""
    return CommandError(words, Exit.USAGE)


def unfinished(words: str) -> CommandError:
    """What was asked for could not be done."""
    return CommandError(words, Exit.UNFINISHED)


def message_of(error: Exception) -> str:
    """The words of an error for the user of a command, who gives options and variables, not arguments."""
    text = str(error) or type(error).__name__
    for pattern, words in _FOR_TERMINALS:
        text = pattern.sub(words, text)
    return text


def status_of(error: CommandError | MiraklError | OSError) -> Exit:
    """The exit status that an expected error stands for: usage for what is refused before anything is sent."""
    if isinstance(error, CommandError):
        return error.status
    before = isinstance(error, ConfigurationError | InvalidArgument | UnknownOperation)
    return Exit.USAGE if before else Exit.UNFINISHED


def figures(report: SyncReport) -> dict[str, Any]:
    """A report as plain values, with its rate."""
    values = msgspec.structs.asdict(report)
    return {**values, "elapsed": round(report.elapsed, 3), "orders_per_second": round(report.orders_per_second, 1)}


def print_json(value: object) -> None:
    """One object on standard output, and nothing else there."""
    # Not msgspec's encoder: a file's name that is not valid UTF-8 is no text to it.
    plain = msgspec.to_builtins(value, str_keys=True)
    sys.stdout.write(printable_json(json.dumps(plain, ensure_ascii=False, separators=(",", ":"))) + "\n")
    sys.stdout.flush()


def escape_what_cannot_be_shown() -> None:
    """Let standard output and error write an escape for what their encoding lacks, instead of ending with an error.

    The form is JSON's, so that an object that `print_json` writes can be read whatever the terminal's encoding.
    """
    codecs.register_error("mirakl-async", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="mirakl-async")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


def printable_json(text: str) -> str:
    """The same JSON without what a terminal would obey: JSON escapes control characters, but not all of them."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_error(
    words: object,
    figures: Mapping[str, Any] | None = None,
    *,
    level: int = logging.INFO,
    logged: str | None = None,
) -> None:
    """One line on standard error; with `--log-format json` an object of this level with these figures.

    `logged` is its text there, where the other one may hold values of an order.
    """
    if isinstance(sys.stderr, JsonLines):
        logging.getLogger(CONSOLE).log(level, "%s", words if logged is None else logged, extra=dict(figures or {}))
    else:
        print("mirakl-async:", one_line(" ".join(str(words).split()), LONGEST_LINE), file=sys.stderr)
