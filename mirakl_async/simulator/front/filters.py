"""What a list can be narrowed by: each documented query parameter as a value, read and judged in one place.

A parameter that the document knows and this simulator does not filter by is refused with 501 and never ignored in
silence. A parameter that the document does not know is ignored, as Mirakl does, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from ..instants import is_instant, nanoseconds
from .names import digits
from .refusals import refused
from .tables import Head

__all__ = [
    "MAX_VALUES",
    "Filter",
    "Many",
    "Wanted",
    "any_of",
    "boolean",
    "flag",
    "grouped",
    "moment",
    "one_of",
    "since",
    "until",
    "whole_number",
]

Many = Literal["no", "comma", "repeat", "both"]
Wanted = Callable[[Head], bool]
MAX_VALUES = 100


class Filter(NamedTuple):
    """One query parameter: how its values are given, what is accepted, and which heads it keeps.

    `keeps` takes the head's member and the values wanted. `default` is used when the parameter is not sent.
    """

    parameter: str
    member: str
    keeps: Callable[[Any, Any], bool]
    read: Callable[[str, Sequence[str]], Any]
    many: Many = "no"
    most: int | None = None
    default: tuple[str, ...] = ()

    def wanted(self, given: Sequence[str]) -> Wanted | None:
        """Return the test of a head, None when nothing is asked for; raises Refused for what cannot be read."""
        values = self.values(given) or self.default
        if not values:
            return None
        wanted = self.read(self.parameter, values)
        member, keeps = self.member, self.keeps
        return None if wanted is None else lambda head: keeps(head[member], wanted)

    def values(self, given: Sequence[str]) -> tuple[str, ...]:
        """Return the single values, which a parameter may hold separated by commas, or repeat, or both."""
        if self.many in {"no", "comma"} and len(given) > 1:
            raise refused(400, f"The parameter {self.parameter} can be given only once")
        if self.many in {"comma", "both"}:
            values = tuple(value.strip() for text in given for value in text.split(",") if value.strip())
        else:
            values = tuple(text for text in given if text)
        if self.most is not None and len(values) > self.most:
            raise refused(400, f"The parameter {self.parameter} takes at most {self.most} values, {len(values)} given")
        return values


def one_of(
    parameter: str,
    member: str,
    *,
    many: Many = "comma",
    most: int | None = None,
    values: Sequence[str] = (),
    everything: str = "",
    default: tuple[str, ...] = (),
) -> Filter:
    """Keep rows whose member is one of the values given; `everything` is the value that keeps all."""

    def read(name: str, given: Sequence[str]) -> frozenset[str] | None:
        for value in given:
            if values and value not in values:
                raise refused(400, f"The parameter {name} does not take the value given; it takes {', '.join(values)}")
        return None if everything and everything in given else frozenset(given)

    def keeps(value: Any, wanted: frozenset[str]) -> bool:
        return value is not None and str(value) in wanted

    return Filter(parameter, member, keeps, read, many, most, default)


def any_of(parameter: str, member: str, *, many: Many = "comma", most: int | None = None) -> Filter:
    """Keep rows of whose several values one is wanted."""

    def read(_name: str, given: Sequence[str]) -> frozenset[str]:
        return frozenset(given)

    def keeps(values: Sequence[Any], wanted: frozenset[str]) -> bool:
        return any(str(value) in wanted for value in values)

    return Filter(parameter, member, keeps, read, many, most)


def since(parameter: str, member: str, *, less: float = 0.0) -> Filter:
    """Keep rows whose moment is at or after the one given, minus `less` seconds."""

    def read(name: str, given: Sequence[str]) -> float:
        return moment(name, given[0]) - less

    def keeps(moment: float | None, wanted: float) -> bool:
        return moment is not None and moment >= wanted

    return Filter(parameter, member, keeps, read)


def until(parameter: str, member: str) -> Filter:
    """Keep rows whose moment is at or before the one given."""

    def read(name: str, given: Sequence[str]) -> float:
        return moment(name, given[0])

    def keeps(moment: float | None, wanted: float) -> bool:
        return moment is not None and moment <= wanted

    return Filter(parameter, member, keeps, read)


def flag(parameter: str, member: str, *, only_true: bool = False) -> Filter:
    """Keep rows whose member is as given; with `only_true` a false keeps all."""

    def read(name: str, given: Sequence[str]) -> bool | None:
        wanted = boolean(name, given[0])
        return None if only_true and not wanted else wanted

    def keeps(value: object, wanted: object) -> bool:
        return bool(value) == wanted

    return Filter(parameter, member, keeps, read)


def boolean(name: str, text: str) -> bool:
    """Read true or false, in lower case as the document has it."""
    if text not in {"true", "false"}:
        raise refused(400, f"The parameter {name} must be true or false")
    return text == "true"


def whole_number(name: str, text: str, low: int, high: int | None = None) -> int:
    """Read a whole number within bounds."""
    size = digits(text.removeprefix("-"))
    if size is None:
        raise refused(400, f"The parameter {name} must be a whole number")
    number = -size if text.startswith("-") else size
    if number < low or (high is not None and number > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise refused(400, f"The parameter {name} must be {bounds}")
    return number


def moment(name: str, text: str) -> float:
    """Read a date-time as seconds since 1970."""
    if not is_instant(text):
        raise refused(400, f"The parameter {name} must be a date-time with an offset from UTC, as ISO 8601 has it")
    return nanoseconds(text) / 1e9


def grouped(pairs: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Return the values of each parameter in their order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
