"""Structs whose repr tells nobody's data.

Orders are full of names, addresses and phone numbers, and whatever has a repr ends up in a log, in a traceback that
shows locals, in a report of a crash. So these say what they are and little more: `<Order order_id='O-1' members=31>`.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Discreet:
    """Comes before `Struct` among a class's bases: shows what `_shown` gives, as text and to rich, and nothing else."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = "".join(f" {name}={value!r}" for name, value in self._shown())
        return f"<{type(self).__name__}{shown}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return self._shown()

    def _shown(self) -> list[tuple[str, Any]]:
        raise NotImplementedError


class Sealed(Discreet):
    """The same for a struct whose data are bytes: shows its members, and of bytes only how many there are."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def _shown(self) -> list[tuple[str, Any]]:
        members = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, f"{len(value)} bytes" if isinstance(value, bytes) else value) for name, value in members]
