"""What a user gives where an operation takes a file."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict

from ..checks import CALLABLE, Rule, Rules, check_arguments, whole
from ..redaction import RedactedRepr

_NAME = re.compile("[^\0\ud800-\udfff]+")
_MEDIA_TYPE = re.compile(r"[!-~]+/[!-~][ -~]*")
Content: TypeAlias = bytes | Path | Callable[[], AsyncIterable[bytes]]
Progress: TypeAlias = Callable[[int, int | None], None]


class RestartableChunks:
    """A user's function that makes chunks, held to making fresh ones: consumed ones are refused, not sent empty."""

    __slots__ = ("_given", "_make")

    def __init__(self, make: Callable[[], AsyncIterable[bytes]]) -> None:
        self._make = make
        self._given: object = None

    def __call__(self) -> AsyncIterable[bytes]:
        """Chunks that were not read before; raises ValueError where the function gives old ones."""
        chunks = self._make()
        again = chunks is self._given and hasattr(chunks, "__anext__")
        # A generator that has ended has no frame.
        if again or getattr(chunks, "ag_frame", chunks) is None:
            raise ValueError("its function must make fresh chunks at every call, and gave consumed ones")
        self._given = chunks
        return chunks


class Upload(RedactedRepr, Struct, frozen=True, kw_only=True):
    """A file to send, where a path or bytes alone do not say enough.

    `content` is bytes, a path, or a function that makes fresh chunks: it is called once for every attempt, so that a
    second attempt never sends what is left of the first. `filename` and `content_type` default to what the path says.
    `size` in bytes, where a function's chunks have a known one, lets the body be sent with its length, and adds to
    the time an attempt may take; without it, name `timeout` and `deadline` for what takes over a minute. `progress` is
    called in the event loop with the bytes of this file handed to the connection so far and their total, None if
    unknown; it starts again from 0 with every attempt, and what it raises is logged and costs nothing.
    """

    content: Content
    filename: str | None = None
    content_type: str | None = None
    size: int | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        """Refuse what no form can say of a file; raises InvalidArgument."""
        check_arguments("Upload", _MEMBERS, asdict(self))

    def _shown(self) -> list[tuple[str, Any]]:
        size = len(self.content) if isinstance(self.content, bytes) else self.size
        return [("content", type(self.content).__name__), ("filename", self.filename), ("size", size)]


def is_file_name(value: object) -> bool:
    """Whether a value can be the name of a file in a form: text, and not half of a character."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


_MEMBERS: Rules = {
    "filename": Rule("a name that is a valid text and not empty", is_file_name, optional=True),
    "content_type": Rule(
        "a media type such as text/csv",
        lambda value: isinstance(value, str) and _MEDIA_TYPE.fullmatch(value) is not None,
        optional=True,
    ),
    "size": whole(0).or_none("an unknown one"),
    "progress": CALLABLE.or_none(),
}

FileSource: TypeAlias = str | Path | bytes | Upload
