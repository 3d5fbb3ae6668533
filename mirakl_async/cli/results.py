"""The result of a command: its exit status, its JSON object with --json, and its error message."""

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
    "escape_unencodable_characters",
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
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


_FOR_TERMINALS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"give auth=, or set", "set"),
        (r"write origin=OriginRequest\(.*?\) \((--channel-id and --channel-store-id)\)", r"give \1"),
        (r"give auth_url= \(on the command line --auth-url\)", "give --auth-url"),
        (r"give rejected=\.\.\., the path of a file or another queue", "give --rejected-file"),
        (r"give resume_file=\.\.\., or resume=False to read", "leave out --resume to read"),
        (r", or None(?: for [\w ]+)?(?=, not |$)", ""),
        (r"^(MIRAKL_\w+ must be .*), not str$", r"\1"),
        (r"^url (?=is |must |has )", "--front-url "),
        (r"\bconnect_url\b", "--base-url"),
        (r"\b(account|auth)_url\b", r"--\1-url"),
        (r"\bmax_wait\b", "--max-wait"),
        (r"^\w+: rejected_file\b", "--rejected-file"),
        (r"\bmirakl_async\.operations\b", "mirakl-async operations"),
        (r" \[resume after \S+\]$", ""),
        (r"^Unused Tokens: \[(.*)\]\.", r"Unexpected argument: \1."),
        (
            r'^Invalid value for (\S+): unable to convert (".*") into float\.',
            r"Invalid value \2 for \1. It must be a number.",
        ),
    )
)
"""Patterns in messages for users of the package, and their replacements for users of the commands."""


class Exit(IntEnum):
    """The exit statuses of every command; INTERRUPTED is the one that shells use for a program ended by Ctrl-C."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    UNFINISHED = 3
    INTERRUPTED = 130


class CommandError(Exception):
    """The error that ends a command; its message is complete for the user."""

    def __init__(self, words: str, status: Exit) -> None:
        super().__init__(words)
        self.status = status


def usage_error(words: str) -> CommandError:
    """Return an error for a wrong use of a command: exit status 2."""
    return CommandError(words, Exit.USAGE)


def unfinished(words: str) -> CommandError:
    """Return an error for a command that could not finish its work: exit status 3."""
    return CommandError(words, Exit.UNFINISHED)


def message_of(error: Exception) -> str:
    """Return the message of an error, worded for the command line: with options and variables instead of arguments."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror  # without the error number
    for pattern, words in _FOR_TERMINALS:
        text = pattern.sub(words, text)
    return text


def status_of(error: CommandError | MiraklError | OSError) -> Exit:
    """Return the exit status of an expected error; USAGE is for errors that occur before anything is sent."""
    if isinstance(error, CommandError):
        return error.status
    before = isinstance(error, ConfigurationError | InvalidArgument | UnknownOperation)
    return Exit.USAGE if before else Exit.UNFINISHED


def figures(report: SyncReport) -> dict[str, Any]:
    """Return a report as plain values, with the orders per second."""
    values = msgspec.structs.asdict(report)
    return {**values, "elapsed": round(report.elapsed, 3), "orders_per_second": round(report.orders_per_second, 1)}


def print_json(value: object) -> None:
    """Write one object to standard output."""
    # Not msgspec's encoder, which raises for the name of a file that is not valid UTF-8.
    plain = msgspec.to_builtins(value, str_keys=True)
    sys.stdout.write(printable_json(json.dumps(plain, ensure_ascii=False, separators=(",", ":"))) + "\n")
    sys.stdout.flush()


def escape_unencodable_characters() -> None:
    """Write characters that the encoding of standard output or error lacks as escapes, instead of failing.

    The escapes are those of JSON, so that the objects of `print_json` are valid in every encoding.
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
    """Escape the characters in a JSON text that control a terminal; JSON itself requires escapes for only some."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_error(
    words: object,
    figures: Mapping[str, Any] | None = None,
    *,
    level: int = logging.INFO,
    logged: str | None = None,
) -> None:
    """Write one line to standard error, or with `--log-format json` an object with this level and these figures.

    `logged` replaces the message in the object, for messages that contain values of an order.
    """
    if isinstance(sys.stderr, JsonLines):
        logging.getLogger(CONSOLE).log(level, "%s", words if logged is None else logged, extra=dict(figures or {}))
    else:
        print("mirakl-async:", one_line(" ".join(str(words).split()), LONGEST_LINE), file=sys.stderr)
