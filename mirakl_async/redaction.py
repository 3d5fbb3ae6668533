"""Structs, texts and bytes whose repr tells nobody's data.

Orders are full of names, addresses and phone numbers, and whatever has a repr ends up in a log, in a traceback that
shows locals, in a report of a crash. So these say what they are and little more: `<Order order_id='O-1' members=31>`.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar, cast

T = TypeVar("T")


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
    """The same value, for a local variable: a text or bytes that no traceback shows, anything else as it is."""
    secret: Any = value
    if type(secret) is str:
        return cast("T", RedactedStr(secret))
    return cast("T", RedactedBytes(secret)) if type(secret) is bytes else value


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
