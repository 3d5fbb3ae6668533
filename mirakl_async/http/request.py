"""One call, ready to be sent: the operation, its address and its body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

from ..errors import Attempt, CallContext, Timings
from ..operation import Operation
from ..redaction import RedactedRepr
from .upload import Content, Progress

MIN_UPLOAD_RATE = 64 * 1024


class Part(RedactedRepr, Struct, frozen=True, kw_only=True):
    """One part of a multipart form; `content` is bytes, a file's path, or a function that makes fresh chunks.

    `size` in bytes is None where it is not known beforehand; `progress` is told the bytes sent, and `size`.
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
    """A multipart form; built anew for every attempt, because a sent form is a consumed one."""

    parts: tuple[Part, ...]

    @property
    def seconds(self) -> float:
        """What sending may take on a slow line: added to the usual time of an attempt."""
        return sum(part.size or 0 for part in self.parts) / MIN_UPLOAD_RATE


Body: TypeAlias = bytes | memoryview | Multipart | None


class Request(RedactedRepr, Struct, frozen=True, kw_only=True):
    """One call, ready to be sent: immutable, so that a second attempt is the first one again.

    An `anonymous` one goes to another origin than the service's own and carries no credential.
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
        """Method and path template, or the host of an address that an answer gave: nobody's data is in it."""
        told = any(param.location == "url" for param in self.operation.params)
        where = f"a file at {urlsplit(self.url).hostname}" if told else self.operation.path
        return f"{self.operation.method} {where}"

    def context(
        self, attempts: Sequence[Attempt] = (), timings: Timings | None = None, *, quota_exhausted: bool = False
    ) -> CallContext:
        """What an error about this call says."""
        return CallContext(
            operation=self.operation.code,
            route=self.route,
            attempts=tuple(attempts),
            timings=timings,
            quota_exhausted=quota_exhausted,
        )
