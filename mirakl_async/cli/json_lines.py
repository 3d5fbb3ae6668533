"""`--log-format json`: every line of standard error is one JSON object.

- Messages of this package contain no credential and no personal data.
- In messages of other libraries, credentials and e-mail addresses are replaced.
- Of the exceptions of other libraries only the class is shown, because their texts may contain a URL or a value.
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
    """A replacement of standard error that writes every line as a JSON object, even lines that libraries print."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._rest = ""

    @property
    def encoding(self) -> str:  # type: ignore[override] # pyright: ignore[reportIncompatibleVariableOverride]
        """The encoding of the original stream."""
        return self._target.encoding

    def fileno(self) -> int:
        """Return the descriptor of the original stream."""
        return self._target.fileno()

    def writable(self) -> bool:
        """Return True, because the stream can be written to."""
        return True

    def write(self, text: str) -> int:
        """Accept any text, and write each line that is not blank as an object."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._write_plain(line)
        return len(text)

    def flush(self) -> None:
        """Flush the original stream; an incomplete line stays in the buffer."""
        if not self._target.closed:  # the original stream may be closed before this one is collected
            self._target.flush()

    def finish(self) -> None:
        """Write the last line, even if it is incomplete."""
        rest, self._rest = self._rest, ""
        self._write_plain(rest)

    def _write_plain(self, line: str) -> None:
        if line.strip():
            self.write_object({**_head("INFO", "stderr"), "message": clean(line)})

    def write_object(self, content: dict[str, Any]) -> None:
        """Write one object as a line."""
        self._target.write(json.dumps(content, separators=(",", ":")) + "\n")
        self._target.flush()


class JsonHandler(logging.Handler):
    """A logging handler that writes the records of all loggers as JSON objects."""

    def __init__(self, stream: JsonLines) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; errors are handled by `logging` and not raised."""
        try:
            self._stream.write_object(as_object(record))
        except Exception:  # noqa: BLE001 - the stream is closed, or the arguments do not match the message
            self.handleError(record)


def as_object(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record as plain values: its time, level, logger, message, figures of the call, and exception."""
    ours, message = record.name.partition(".")[0] == PACKAGE, record.getMessage()
    if not ours:  # asyncio adds lines with reprs of tasks, which contain texts of exceptions
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
    """Return the members of an error that describe the failed call."""
    named: dict[str, Any] = {"error": type(error).__name__}
    for name in ("operation", "status", "code", "request_id"):
        value = getattr(error, name, None)
        if isinstance(error, MiraklError) and isinstance(value, str | int):
            named[name] = clean(value) if isinstance(value, str) else value
    return named


def as_exception(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """Return an exception and its causes as plain values: class, place, and the text of this package's exceptions."""
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
    """Return a text as one line, without credentials and e-mail addresses."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return one_line(" ".join(text.split()), MAX_LENGTH)


def take_option(argv: Sequence[str]) -> tuple[list[str], str]:
    """Return the arguments without `--log-format`, which every command accepts, and the value of that option."""
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
    """Write standard error, logs and warnings as JSON; an unexpected exception ends the program with status 1."""
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
