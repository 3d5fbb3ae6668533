"""The target of `--out`: a file that appears when it is complete, or a stream that is written directly.

A file whose name ends in `.gz` is compressed with gzip.
"""

from __future__ import annotations

import gzip
import os
import secrets
import sys
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ..downloads.private import open_private, open_stream
from ..errors import MiraklError
from .results import unfinished, usage_error

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from io import RawIOBase

    from cyclopts import Token

__all__ = [
    "STANDARD_OUTPUT",
    "check_output",
    "is_stdout",
    "make_folder",
    "open_output",
    "output_format",
    "path_or_hyphen",
    "path_or_stdout",
    "place_of_output",
    "standard_input",
]

STANDARD_OUTPUT = Path("/dev/stdout")
PACKED = ".gz"
WRITE_SIZE = 65_536
"""Bytes that are compressed at once; one item at a time takes twice as long."""


def path_or_hyphen(kind: type[Path], tokens: Sequence[Token]) -> Path:
    """Convert a text to a path, which may be `-`; other texts that start with a hyphen are misspelt options."""
    text = tokens[0].value
    if text.startswith("-") and text != "-":
        raise ValueError(f"Unknown option: {text}.")
    return kind(text)


def path_or_stdout(kind: type[Path], tokens: Sequence[Token]) -> Path:
    """Convert a text to the path of an output, or of standard output for `-`."""
    path = path_or_hyphen(kind, tokens)
    return STANDARD_OUTPUT if path == kind("-") else path


def is_stdout(out: Path | None) -> bool:
    """Whether a path is standard output; other messages of the command then go to standard error."""
    return out is not None and out.as_posix() in {"/dev/stdout", "/dev/fd/1"}


def place_of_output(out: Path) -> str:
    """Return the place of the output for a message: "in" a file or "on standard output"."""
    return "on standard output" if is_stdout(out) else f"in {out}"


def check_output(out: Path, *, json: bool = False, option: str = "--out") -> None:
    """Check before the first call whether the output can be written; raises CommandError."""
    if is_stdout(out):
        if json:
            raise usage_error(f"{option}: with --json, standard output holds one object and nothing else")
    elif not out.parent.is_dir():
        raise usage_error(f"{option}: {out.parent} is not a folder")
    elif out.is_dir():
        raise usage_error(f"{option}: {out} is a folder")
    elif (out.is_file() or not out.exists()) and not os.access(
        out.parent, os.W_OK
    ):  # pipes and devices are opened directly
        raise usage_error(f"{option}: {out.parent} is not writable")


def standard_input() -> BinaryIO:
    """Return standard input as bytes; raises CommandError if the program was started without it."""
    if cast("object", sys.stdin) is None:
        raise usage_error("standard input is closed")
    return sys.stdin.buffer


def output_format(out: Path, endings: Sequence[str], *, packable: Sequence[str]) -> str:
    """Return the format of an output file: its ending, without `.gz`. For a stream, return the first of `endings`.

    The endings in `packable` may be followed by `.gz`. Raises CommandError for any other ending.
    """
    if out.is_relative_to("/dev"):
        return endings[0]
    name = out.name.lower()
    ending = Path(name.removesuffix(PACKED)).suffix
    if ending not in (packable if name.endswith(PACKED) else endings):
        packed = ", ".join(f"{one}{PACKED}" for one in packable)
        raise usage_error(f"--out: {out.name} must end in {' or '.join(endings)} (or {packed})")
    return ending


def make_folder(folder: Path, *, option: str) -> None:
    """Create a folder and its missing parents; raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise usage_error(f"{option}: {folder} is not a folder") from None
    except OSError as error:
        raise usage_error(f"{option}: {folder} cannot be made: {error.strerror}") from error


@contextmanager
def _compressing(file: BinaryIO, out: Path) -> Generator[BinaryIO]:
    """Return the file, or a file that compresses into it if the name of the output ends in `.gz`.

    The gzip header contains neither name nor time, so that equal data gives equal files.
    """
    if not out.name.lower().endswith(PACKED):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        writer = BufferedWriter(cast("RawIOBase", packed), WRITE_SIZE)
        yield cast("BinaryIO", writer)
        writer.flush()
        writer.detach()


@contextmanager
def open_output(out: Path) -> Generator[BinaryIO]:
    """Open an output for writing. A file gets its name when it is complete and is removed after an error.

    Only its owner can read the file. Standard output, a pipe or a device is written directly. Raises CommandError if
    writing fails.
    """
    try:
        stream = open_stream(out)
        if stream is not None:
            with stream, _compressing(stream, out) as target:
                yield target
            return
        part = out.with_name(f".{out.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            with open_private(part, "xb") as file:
                with _compressing(file, out) as target:
                    yield target
                file.flush()  # after a power failure, a file with its final name must have its content
                os.fsync(file.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except (BrokenPipeError, MiraklError):  # some MiraklErrors are also TimeoutErrors, which are OSErrors
        raise
    except OSError as error:
        place = "standard output" if is_stdout(out) else f"--out: {out}"
        raise unfinished(f"{place}: {error.strerror}") from error
