"""The target of `--out`: a file that appears when it is complete, or a stream that is written through.

A file whose name ends in `.gz` is packed with gzip.
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
    "output_format",
    "path_or_hyphen",
    "path_or_stdout",
    "standard_input",
    "where",
    "written",
]

STANDARD_OUTPUT = Path("/dev/stdout")
PACKED = ".gz"
WRITE_SIZE = 65_536
"""Bytes that are packed at once: one item at a time would take twice as long."""


def path_or_hyphen(kind: type[Path], tokens: Sequence[Token]) -> Path:
    """A path, which may be `-`; other text that starts with a hyphen is a misspelt option."""
    text = tokens[0].value
    if text.startswith("-") and text != "-":
        raise ValueError(f"Unknown option: {text}.")
    return kind(text)


def path_or_stdout(kind: type[Path], tokens: Sequence[Token]) -> Path:
    """A path to write to, or `-` for standard output."""
    path = path_or_hyphen(kind, tokens)
    return STANDARD_OUTPUT if path == kind("-") else path


def is_stdout(out: Path | None) -> bool:
    """Whether this is standard output, whose other lines then go to standard error."""
    return out is not None and out.as_posix() in {"/dev/stdout", "/dev/fd/1"}


def where(out: Path) -> str:
    """In which file the output is, or that it is on standard output."""
    return "on standard output" if is_stdout(out) else f"in {out}"


def check_output(out: Path, *, json: bool = False, option: str = "--out") -> None:
    """Check before any call what would otherwise fail at the end; raises CommandError."""
    if is_stdout(out):
        if json:
            raise usage_error(f"{option}: with --json, standard output holds one object and nothing else")
    elif not out.parent.is_dir():
        raise usage_error(f"{option}: {out.parent} is not a folder")
    elif out.is_dir():
        raise usage_error(f"{option}: {out} is a folder")
    elif (out.is_file() or not out.exists()) and not os.access(out.parent, os.W_OK):  # others are written through
        raise usage_error(f"{option}: {out.parent} is not writable")


def standard_input() -> BinaryIO:
    """Standard input as bytes; raises CommandError if this program was started without one."""
    if cast("object", sys.stdin) is None:
        raise usage_error("standard input is closed")
    return sys.stdin.buffer


def output_format(out: Path, endings: Sequence[str], *, packable: Sequence[str]) -> str:
    """Which of the endings a file has, without the `.gz` that some may have after it; the first one for a stream.

    Raises CommandError for any other.
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
    """Make a folder and those it lies in, where they are missing; raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise usage_error(f"{option}: {folder} is not a folder") from None
    except OSError as error:
        raise usage_error(f"{option}: {folder} cannot be made: {error.strerror}") from error


@contextmanager
def _packed(file: BinaryIO, out: Path) -> Generator[BinaryIO]:
    """The file itself, or what packs into it; its header holds neither name nor time, so that equal data is equal."""
    if not out.name.lower().endswith(PACKED):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        writer = BufferedWriter(cast("RawIOBase", packed), WRITE_SIZE)
        yield cast("BinaryIO", writer)
        writer.flush()
        writer.detach()


@contextmanager
def written(out: Path) -> Generator[BinaryIO]:
    """A file to write to, readable by its owner only; it gets its name at the end, or is removed after an error.

    Standard output, a pipe or a device is written through. Raises CommandError when writing fails.
    """
    try:
        stream = open_stream(out)
        if stream is not None:
            with stream, _packed(stream, out) as target:
                yield target
            return
        part = out.with_name(f".{out.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            with open_private(part, "xb") as file:
                with _packed(file, out) as target:
                    yield target
                file.flush()  # the content must be on the disk before the name, also after a power failure
                os.fsync(file.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except (BrokenPipeError, MiraklError):  # some MiraklErrors are TimeoutErrors, and so OSErrors
        raise
    except OSError as error:
        place = "standard output" if is_stdout(out) else f"--out: {out}"
        raise unfinished(f"{place}: {error.strerror}") from error
