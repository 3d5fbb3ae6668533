"""The files that a user passes to an operation."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict

from ..checks import CALLABLE, Rule, Rules, check_arguments, whole
from ..redaction import RedactedRepr

__all__ = ["Content", "FileSource", "Progress", "RestartableChunks", "Upload", "is_file_name"]

_NAME = re.compile("[^\0\ud800-\udfff]+")
_MEDIA_TYPE = re.compile(r"[!-~]+/[!-~][ -~]*")
Content: TypeAlias = bytes | Path | Callable[[], AsyncIterable[bytes]]
Progress: TypeAlias = Callable[[int, int | None], None]


class RestartableChunks:
    """Wraps the user's function that returns chunks, and rejects an iterator that was already read."""

    __slots__ = ("_last_chunks", "_make_chunks")

    def __init__(self, make_chunks: Callable[[], AsyncIterable[bytes]]) -> None:
        self._make_chunks = make_chunks
        self._last_chunks: object = None

    def __call__(self) -> AsyncIterable[bytes]:
        """Return new chunks; raises ValueError if the function returns an iterator that was already read."""
        chunks = self._make_chunks()
        is_repeated = chunks is self._last_chunks and hasattr(chunks, "__anext__")
        # A finished generator has no frame.
        if is_repeated or getattr(chunks, "ag_frame", chunks) is None:
            raise ValueError("its function must return a new iterator at every call, but returned a consumed one")
        self._last_chunks = chunks
        return chunks


class Upload(RedactedRepr, Struct, frozen=True, kw_only=True):
    """A file to upload, with its name, media type, size or progress callback.

    `content` is bytes, a path, or a function that returns a new async iterator of bytes: it is called for every
    attempt, so that a retry sends the whole file. `filename` and `content_type` default to those of the path. `size` in
    bytes is the total that a function produces, if it is known: the body is then sent with a Content-Length, and the
    timeout is extended for it; without it, pass `timeout` and `deadline` if the upload takes over a minute. `progress`
    is called in the event loop with the bytes of this file sent so far and their total (None if unknown); it restarts
    from 0 with every attempt, and its exceptions are logged and ignored.
    """

    content: Content
    filename: str | None = None
    content_type: str | None = None
    size: int | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        """Validate the fields; raises InvalidArgument."""
        check_arguments("Upload", _RULES, asdict(self))

    def _shown(self) -> list[tuple[str, Any]]:
        size = len(self.content) if isinstance(self.content, bytes) else self.size
        return [("content", type(self.content).__name__), ("filename", self.filename), ("size", size)]


def is_file_name(value: object) -> bool:
    """Whether a value is valid as a file name in a form: a non-empty str without NUL and unpaired surrogates."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


_RULES: Rules = {
    "filename": Rule("a file name that is not empty and is valid Unicode", is_file_name, optional=True),
    "content_type": Rule(
        "a media type such as text/csv",
        lambda value: isinstance(value, str) and _MEDIA_TYPE.fullmatch(value) is not None,
        optional=True,
    ),
    "size": whole(0).or_none("an unknown one"),
    "progress": CALLABLE.or_none(),
}

FileSource: TypeAlias = str | Path | bytes | Upload
