"""The filters of lists: each documented query parameter is parsed and checked in one place.

A documented parameter that this simulator does not support is answered with 501 instead of being ignored. A parameter
that is not in the document is ignored, as by Mirakl, and counted.
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
    """One query parameter: how its values are written, which values are valid, and which heads match.

    `keeps` is called with the head's member and the values. `default` is used if the parameter is not sent.
    """

    parameter: str
    member: str
    keeps: Callable[[Any, Any], bool]
    read: Callable[[str, Sequence[str]], Any]
    many: Many = "no"
    most: int | None = None
    default: tuple[str, ...] = ()

    def wanted(self, given: Sequence[str]) -> Wanted | None:
        """Return the test for a head, or None if there is nothing to test; raises Refused for invalid values."""
        values = self.values(given) or self.default
        if not values:
            return None
        wanted = self.read(self.parameter, values)
        member, keeps = self.member, self.keeps
        return None if wanted is None else lambda head: keeps(head[member], wanted)

    def values(self, given: Sequence[str]) -> tuple[str, ...]:
        """Return the single values of a parameter, which are separated by commas, or given by repeating it, or both."""
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
    """Match rows whose member is one of the values; the value `everything` matches all rows."""

    def read(name: str, given: Sequence[str]) -> frozenset[str] | None:
        for value in given:
            if values and value not in values:
                raise refused(400, f"The parameter {name} does not take the value given; it takes {', '.join(values)}")
        return None if everything and everything in given else frozenset(given)

    def keeps(value: Any, wanted: frozenset[str]) -> bool:
        return value is not None and str(value) in wanted

    return Filter(parameter, member, keeps, read, many, most, default)


def any_of(parameter: str, member: str, *, many: Many = "comma", most: int | None = None) -> Filter:
    """Match rows whose member is a list that contains one of the values."""

    def read(_name: str, given: Sequence[str]) -> frozenset[str]:
        return frozenset(given)

    def keeps(values: Sequence[Any], wanted: frozenset[str]) -> bool:
        return any(str(value) in wanted for value in values)

    return Filter(parameter, member, keeps, read, many, most)


def since(parameter: str, member: str, *, less: float = 0.0) -> Filter:
    """Match rows whose date is at or after the given one minus `less` seconds."""

    def read(name: str, given: Sequence[str]) -> float:
        return moment(name, given[0]) - less

    def keeps(moment: float | None, wanted: float) -> bool:
        return moment is not None and moment >= wanted

    return Filter(parameter, member, keeps, read)


def until(parameter: str, member: str) -> Filter:
    """Match rows whose date is at or before the given one."""

    def read(name: str, given: Sequence[str]) -> float:
        return moment(name, given[0])

    def keeps(moment: float | None, wanted: float) -> bool:
        return moment is not None and moment <= wanted

    return Filter(parameter, member, keeps, read)


def flag(parameter: str, member: str, *, only_true: bool = False) -> Filter:
    """Match rows whose member equals the given boolean; with `only_true`, false matches all rows."""

    def read(name: str, given: Sequence[str]) -> bool | None:
        wanted = boolean(name, given[0])
        return None if only_true and not wanted else wanted

    def keeps(value: object, wanted: object) -> bool:
        return bool(value) == wanted

    return Filter(parameter, member, keeps, read)


def boolean(name: str, text: str) -> bool:
    """Parse true or false, in lower case as in the document."""
    if text not in {"true", "false"}:
        raise refused(400, f"The parameter {name} must be true or false")
    return text == "true"


def whole_number(name: str, text: str, low: int, high: int | None = None) -> int:
    """Parse a whole number within bounds."""
    size = digits(text.removeprefix("-"))
    if size is None:
        raise refused(400, f"The parameter {name} must be a whole number")
    number = -size if text.startswith("-") else size
    if number < low or (high is not None and number > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise refused(400, f"The parameter {name} must be {bounds}")
    return number


def moment(name: str, text: str) -> float:
    """Parse a date-time and return seconds since 1970."""
    if not is_instant(text):
        raise refused(400, f"The parameter {name} must be a date-time with an offset from UTC, as ISO 8601 has it")
    return nanoseconds(text) / 1e9


def grouped(pairs: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Return the values of each parameter in order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
