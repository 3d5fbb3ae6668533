"""The request of one call: its operation, its URL and its body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

from ..errors import Attempt, CallContext, Timings
from ..operation import Operation
from ..redaction import RedactedRepr
from .upload import Content, Progress

__all__ = ["Body", "Multipart", "Part", "Request"]

MIN_UPLOAD_RATE = 64 * 1024


class Part(RedactedRepr, Struct, frozen=True, kw_only=True):
    """One part of a multipart form; `content` is bytes, the path of a file, or a function that returns new chunks.

    `size` in bytes is None if it is unknown; `progress` is called with the bytes sent so far, and `size`.
    """

    name: str
    content: Content
    content_type: str | None = None
    filename: str | None = None
    size: int | None = None
    progress: Progress | None = None

    def _shown(self) -> list[tuple[str, Any]]:
        return [("name", self.name), ("size", self.size)]


class Multipart(Struct, frozen=True, kw_only=True):
    """The parts of a multipart form; every attempt encodes them again, since an encoded form can be sent once."""

    parts: tuple[Part, ...]

    @property
    def extra_timeout(self) -> float:
        """The seconds that sending may take on a slow connection; added to the timeout of an attempt."""
        return sum(part.size or 0 for part in self.parts) / MIN_UPLOAD_RATE


Body: TypeAlias = bytes | memoryview | Multipart | None


class Request(RedactedRepr, Struct, frozen=True, kw_only=True):
    """The request of one call; immutable, so that every attempt sends the same.

    `without_credentials` is set for a URL on another origin than the service's own.
    """

    operation: Operation[Any]
    url: str
    body: Body = None
    content_type: str | None = None
    without_credentials: bool = False

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.operation.code), ("route", self.route)]

    @property
    def route(self) -> str:
        """The method and the path template, or the host of an absolute URL; contains no personal data."""
        is_absolute = any(param.location == "url" for param in self.operation.params)
        target = f"a file at {urlsplit(self.url).hostname}" if is_absolute else self.operation.path
        return f"{self.operation.method} {target}"

    def context(
        self, attempts: Sequence[Attempt] = (), timings: Timings | None = None, *, quota_exhausted: bool = False
    ) -> CallContext:
        """The context of an error of this call."""
        return CallContext(
            operation=self.operation.code,
            route=self.route,
            attempts=tuple(attempts),
            timings=timings,
            quota_exhausted=quota_exhausted,
        )
