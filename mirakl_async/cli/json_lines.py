"""`--log-format json`: everything on standard error is one JSON object a line.

Messages of this package hold no credential and no personal data; what others write is shown without addresses of
persons and credentials, and of their exceptions only the class, since the texts of those may hold a URL or a value.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from ..errors import MiraklError
from ..server_text import one_line

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import TextIO

__all__ = [
    "CONSOLE",
    "OPTION",
    "JsonHandler",
    "JsonLines",
    "as_exception",
    "as_object",
    "call_of",
    "clean",
    "logging_as_json",
    "take_option",
]

OPTION, PACKAGE, CONSOLE = "--log-format", "mirakl_async", "mirakl_async.cli"
MAX_LENGTH, MAX_FRAMES, MAX_CAUSES = 4000, 30, 5
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRETS = (
    (re.compile(r"(?<=://)[^/@\s]+@"), "***@"),
    (re.compile(r"\bbearer\s+\S+|\beyJ[\w.-]{10,}", re.IGNORECASE), "***"),
    (
        re.compile(r"((?:password|secret|token|api_?key|authorization)['\"]?\s*[=:]\s*)[^\s,;&)]+", re.IGNORECASE),
        r"\1***",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "***"),
)


class JsonLines(io.TextIOBase):
    """Standard error whose every line becomes an object; what a library writes there by itself, too."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._rest = ""

    @property
    def encoding(self) -> str:  # type: ignore[override] # pyright: ignore[reportIncompatibleVariableOverride]
        """That of the stream below."""
        return self._target.encoding

    def fileno(self) -> int:
        """That of the stream below."""
        return self._target.fileno()

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, text: str) -> int:
        """Take a text of any kind; each of its lines that is not blank is an object."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._write_plain(line)
        return len(text)

    def flush(self) -> None:
        """Flush the stream below; a line that has not ended is kept."""
        if not self._target.closed:  # it may end before this one is collected
            self._target.flush()

    def finish(self) -> None:
        """Write a last line that did not end."""
        rest, self._rest = self._rest, ""
        self._write_plain(rest)

    def _write_plain(self, line: str) -> None:
        if line.strip():
            self.write_object({**_head("INFO", "stderr"), "message": clean(line)})

    def write_object(self, content: dict[str, Any]) -> None:
        """One line."""
        self._target.write(json.dumps(content, separators=(",", ":")) + "\n")
        self._target.flush()


class JsonHandler(logging.Handler):
    """Writes the records of all loggers as objects."""

    def __init__(self, stream: JsonLines) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; what fails in it is not raised, as with every handler."""
        try:
            self._stream.write_object(as_object(record))
        except Exception:  # noqa: BLE001 - the stream is closed, or an argument does not fit the message
            self.handleError(record)


def as_object(record: logging.LogRecord) -> dict[str, Any]:
    """A record as plain values: its time, level, logger and message, and what it holds of a call and an exception."""
    ours, message = record.name.partition(".")[0] == PACKAGE, record.getMessage()
    if not ours:  # asyncio adds lines with the reprs of tasks, and so of exceptions
        message = message.partition("\n")[0]
    shown = {**_head(record.levelname, record.name, record.created), "message": clean(message)}
    for name, value in vars(record).items() if ours else ():
        if name not in _STANDARD and isinstance(value, str | int | float | bool):
            shown[name] = clean(value) if isinstance(value, str) else value
    arguments: Sequence[object] = record.args if isinstance(record.args, tuple) else ()
    error = record.exc_info[1] if record.exc_info else None
    for given in (error, *arguments):
        if isinstance(given, BaseException):
            shown |= {name: value for name, value in call_of(given).items() if name not in shown}
    if error is not None:
        shown["exception"] = as_exception(error)
    return shown


def call_of(error: BaseException) -> dict[str, Any]:
    """What an error says of the call that failed."""
    named: dict[str, Any] = {"error": type(error).__name__}
    for name in ("operation", "status", "code", "request_id"):
        value = getattr(error, name, None)
        if isinstance(error, MiraklError) and isinstance(value, str | int):
            named[name] = clean(value) if isinstance(value, str) else value
    return named


def as_exception(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """An exception and those that led to it: class, place, and text if it is one of ours."""
    shown: dict[str, Any] = {"type": type(error).__qualname__}
    if isinstance(error, MiraklError):
        shown["message"] = clean(str(error))
    elif isinstance(error, OSError) and error.strerror:
        shown["message"] = clean(error.strerror)
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    shown["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth < MAX_CAUSES:
        shown["cause"] = as_exception(cause, depth + 1)
    return shown


def clean(text: str) -> str:
    """A text on one line, without credentials and addresses of persons."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return one_line(" ".join(text.split()), MAX_LENGTH)


def take_option(argv: Sequence[str]) -> tuple[list[str], str]:
    """The arguments without `--log-format`, which every command takes, and its value."""
    given, value, arguments = list(argv), "text", list[str]()
    while given:
        argument = given.pop(0)
        if argument == "--":
            return [*arguments, argument, *given], value
        if argument == OPTION:
            value = given.pop(0) if given else ""
        elif argument.startswith(f"{OPTION}="):
            value = argument.partition("=")[2]
        else:
            arguments.append(argument)
    return arguments, value


@contextmanager
def logging_as_json() -> Generator[None]:
    """Write standard error, loggers and warnings as JSON; an unexpected exception ends the program with status 1."""
    plain, root, console = sys.stderr, logging.getLogger(), logging.getLogger(CONSOLE)
    stream = JsonLines(plain)
    handler, level = JsonHandler(stream), console.level
    sys.stderr = cast("TextIO", stream)
    root.addHandler(handler)
    console.setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    except Exception as error:
        console.critical("unexpected %s", type(error).__name__, exc_info=error)
        raise SystemExit(1) from error
    finally:
        logging.captureWarnings(False)
        console.setLevel(level)
        root.removeHandler(handler)
        stream.finish()
        sys.stderr = plain


def _head(level: str, logger: str, created: float | None = None) -> dict[str, Any]:
    moment = datetime.now(UTC) if created is None else datetime.fromtimestamp(created, UTC)
    return {"time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "level": level, "logger": logger}
