"""The target of `--out`: a file that appears when it is complete, or a stream that is written through."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..downloads.private import open_private, open_stream
from ..errors import MiraklError
from .results import unfinished, usage_error

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from cyclopts import Token

__all__ = ["STANDARD_OUTPUT", "check_output", "is_stdout", "make_folder", "path_or_stdout", "written"]

STANDARD_OUTPUT = Path("/dev/stdout")


def path_or_stdout(kind: type[Path], tokens: Sequence[Token]) -> Path:
    """A path to write to, or `-` for standard output; other text that starts with a hyphen is a misspelt option."""
    text = tokens[0].value
    if text.startswith("-") and text != "-":
        raise ValueError(f"Unknown option: {text}.")
    return STANDARD_OUTPUT if text == "-" else kind(text)


def is_stdout(out: Path | None) -> bool:
    """Whether this is standard output, whose other lines then go to standard error."""
    return out is not None and out.as_posix() in {"/dev/stdout", "/dev/fd/1"}


def check_output(out: Path, *, json: bool = False, option: str = "--out") -> None:
    """Check before any call what would otherwise fail at the end; raises CommandError."""
    if is_stdout(out):
        if json:
            raise usage_error(f"{option}: with --json, standard output holds one object and nothing else")
    elif not out.parent.is_dir():
        raise usage_error(f"{option}: {out.parent} is not a folder")
    elif out.is_dir():
        raise usage_error(f"{option}: {out} is a folder")


def make_folder(folder: Path, *, option: str) -> None:
    """Make a folder and those it lies in, where they are missing; raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise usage_error(f"{option}: {folder} is not a folder") from None
    except OSError as error:
        raise usage_error(f"{option}: {folder} cannot be made: {error.strerror}") from error


@contextmanager
def written(out: Path) -> Generator[BinaryIO]:
    """A file to write to, readable by its owner only; it gets its name at the end, or is removed after an error.

    Standard output, a pipe or a device is written through. Raises CommandError when writing fails.
    """
    try:
        stream = open_stream(out)
        if stream is not None:
            with stream:
                yield stream
            return
        part = out.with_name(f".{out.name[:50]}.{secrets.token_hex(4)}.part")
        try:
            with open_private(part, "xb") as file:
                yield file
                file.flush()  # the content must be on the disk before the name, also after a power failure
                os.fsync(file.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except (BrokenPipeError, MiraklError):  # some MiraklErrors are TimeoutErrors, and so OSErrors
        raise
    except OSError as error:
        raise unfinished(f"--out: {out}: {error.strerror}") from error
