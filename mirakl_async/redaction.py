"""Structs, texts and bytes whose repr hides personal data.

Orders are full of names, addresses and phone numbers, and whatever has a repr ends up in a log, in a traceback that
shows locals, in a report of a crash. So these say what they are and little more: `<Order order_id='O-1' members=31>`.
"""

from __future__ import annotations

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
]

T = TypeVar("T")
P = ParamSpec("P")
PACKAGE = str(Path(__file__).parent)


class RedactedRepr:
    """Comes before `Struct` among a class's bases: shows what `_shown` gives, as text and to rich, and nothing else."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = "".join(f" {name}={value!r}" for name, value in self._shown())
        return f"<{type(self).__name__}{shown}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return self._shown()

    def _shown(self) -> list[tuple[str, Any]]:
        raise NotImplementedError


class RedactedBytesRepr(RedactedRepr):
    """The same for a struct whose data are bytes: shows its members, and of bytes only how many there are."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def _shown(self) -> list[tuple[str, Any]]:
        members = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, f"{len(value)} bytes" if isinstance(value, bytes) else value) for name, value in members]


def hidden(value: T) -> T:
    """The same value, for a local variable: a text, bytes or plain mappings that no traceback shows; else as it is.

    A list that holds mappings is hidden as well; structs hide their data themselves.
    """
    given: Any = value
    match given:
        case dict():
            return cast("T", RedactedDict(cast("dict[str, Any]", given)))
        case list() | tuple() if any(isinstance(item, dict) for item in cast("list[object]", given)):
            return cast("T", RedactedList(cast("list[Any]", given)))
        case _:
            pass
    # Exactly these types: a subclass of somebody else's stays what it is.
    if type(given) is str:
        return cast("T", RedactedStr(given))
    return cast("T", RedactedBytes(given)) if type(given) is bytes else value


def clear_locals(error: BaseException) -> None:
    """Clear the local variables of our own frames that have ended, of an error and of those that led to it.

    For readers of private data: their locals are too many, and used too often, to be hidden one by one.
    """
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        pending += [one.__cause__, one.__context__]
        trace = one.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
                with suppress(RuntimeError):  # it is still running, which is so for the callers of what failed
                    trace.tb_frame.clear()
            trace = trace.tb_next


def clears_locals(function: Callable[P, T]) -> Callable[P, T]:
    """A function, or coroutine function, whose errors carry no local variables of it nor of what it calls."""

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
    """A secret, or an address that may hold one, as a text that neither its repr nor rich shows: for local variables.

    `str()`, formatting and sending it give the text itself.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} characters, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # rich cuts long texts before it asks for a repr
        return [("characters", len(self))]


class RedactedBytes(bytes):
    """Bytes that may hold anybody's data, of which neither the repr nor rich shows more than how many there are.

    They are bytes in all else: `.decode()` and `bytes(...)` give the content.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, hidden; .decode() shows them>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("bytes", len(self))]

    def __getitem__(self, key: Any) -> Any:
        """A part of it is as private."""
        part = cast("object", bytes.__getitem__(self, key))
        return RedactedBytes(part) if isinstance(part, bytes) else part

    def removeprefix(self, prefix: Any, /) -> RedactedBytes:
        """As of bytes; itself where it does not begin so."""
        return RedactedBytes(super().removeprefix(prefix)) if self.startswith(prefix) else self

    def strip(self, characters: Any = None, /) -> RedactedBytes:
        """As of bytes."""
        return RedactedBytes(super().strip(characters))


class RedactedDict(dict[str, Any]):
    """What was read of an answer that holds a secret: shows only how many members it has."""

    def __repr__(self) -> str:
        return f"<{len(self)} members, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("members", len(self))]


class RedactedList(list[Any]):
    """A list of plain mappings that hold anybody's data: shows only how many there are."""

    def __repr__(self) -> str:
        return f"<{len(self)} items, hidden>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("items", len(self))]
