"""Types whose repr hides personal data and secrets.

Orders contain names, addresses and phone numbers, and a repr ends up in logs, in tracebacks with local variables and in
crash reports. So the repr of these types shows little more than the type: `<Order order_id='O-1' members=31>`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

__all__ = [
    "PACKAGE",
    "RedactedBytes",
    "RedactedBytesRepr",
    "RedactedDict",
    "RedactedList",
    "RedactedRepr",
    "RedactedStr",
    "clear_locals",
    "clears_locals",
    "hidden",
    "without_secret",
]

T = TypeVar("T")
P = ParamSpec("P")
SECRET_PREFIX = 8  # characters, which no other text has in common with a secret
PACKAGE = str(Path(__file__).parent)


class RedactedRepr:
    """A mixin, to be listed before `Struct`: its repr, also for rich, shows only the members that `_shown` returns."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = "".join(f" {name}={value!r}" for name, value in self._shown())
        return f"<{type(self).__name__}{shown}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return self._shown()

    def _shown(self) -> list[tuple[str, Any]]:
        raise NotImplementedError


class RedactedBytesRepr(RedactedRepr):
    """A mixin for a struct whose data are bytes: the repr shows its members, and of bytes only their number."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def _shown(self) -> list[tuple[str, Any]]:
        members = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, f"{len(value)} bytes" if isinstance(value, bytes) else value) for name, value in members]


def hidden(value: T) -> T:
    """Convert a str, bytes, a dict or a list of dicts to a type with a redacted repr; other values stay unchanged.

    For local variables, which tracebacks may show; models redact their own repr.
    """
    original: Any = value
    match original:
        case dict():
            return cast("T", RedactedDict(cast("dict[str, Any]", original)))
        case list() | tuple() if any(isinstance(item, dict) for item in cast("list[object]", original)):
            return cast("T", RedactedList(cast("list[Any]", original)))
        case _:
            pass
    # Exact types only: an instance of a subclass must keep its type.
    if type(original) is str:
        return cast("T", RedactedStr(original))
    return cast("T", RedactedBytes(original)) if type(original) is bytes else value


def without_secret(text: bytes, secret: str) -> bytes:
    """What a server said, without a secret that it repeats, whole or cut off."""
    start = secret[:SECRET_PREFIX].encode()
    if len(start) < SECRET_PREFIX or start not in text:
        return text
    return RedactedBytes(re.sub(re.escape(start) + rb"[^\s\"'<>&;,]*", b"***", text))


def clear_locals(error: BaseException) -> None:
    """Clear the local variables of this package's finished frames in the tracebacks of an error and its causes.

    For code that reads personal data in too many local variables to redact each of them.
    """
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        pending += [current.__cause__, current.__context__]
        trace = current.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
                with suppress(RuntimeError):  # the frame is still running, as the callers are
                    trace.tb_frame.clear()
            trace = trace.tb_next


def clears_locals(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function or a coroutine function: its errors carry no local variables of it and its callees."""

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            clear_locals(error)
            raise

    async def call_async(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await cast("Awaitable[Any]", function(*args, **kwargs))
        except BaseException as error:
            del args, kwargs
            clear_locals(error)
            raise

    return cast("Callable[P, T]", wraps(function)(call_async if iscoroutinefunction(function) else call))


class RedactedStr(str):
    """A str with a redacted repr, for secrets and for URLs that may contain one.

    `str()`, formatting and encoding use the text itself.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} characters, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # rich does not use the repr of long strings
        return [("characters", len(self))]


class RedactedBytes(bytes):
    """Bytes with a redacted repr, for personal data; `.decode()` and `bytes(...)` return the content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, hidden; .decode() shows them>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("bytes", len(self))]

    def __getitem__(self, key: Any) -> Any:
        """Slices are redacted, too."""
        part = cast("object", bytes.__getitem__(self, key))
        return RedactedBytes(part) if isinstance(part, bytes) else part

    def removeprefix(self, prefix: Any, /) -> RedactedBytes:
        """Like bytes.removeprefix, but redacted."""
        return RedactedBytes(super().removeprefix(prefix)) if self.startswith(prefix) else self

    def strip(self, characters: Any = None, /) -> RedactedBytes:
        """Like bytes.strip, but redacted."""
        return RedactedBytes(super().strip(characters))


class RedactedDict(dict[str, Any]):
    """A dict with a redacted repr, which shows only the number of its members."""

    def __repr__(self) -> str:
        return f"<{len(self)} members, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("members", len(self))]


class RedactedList(list[Any]):
    """A list with a redacted repr, which shows only the number of its items."""

    def __repr__(self) -> str:
        return f"<{len(self)} items, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("items", len(self))]
