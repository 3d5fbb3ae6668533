"""What callers give is checked where they give it: settings and arguments by rules, former names by deprecations.

A `Rule` describes one setting. `reason_against` holds one value against it, `first_violation` several, by their names.
A `Deprecation` is a name that still works for a while; its use warns. CONTRIBUTING.md has the policy.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from .errors import ConfigurationError, InvalidArgument

__all__ = [
    "BOOLEAN",
    "CALLABLE",
    "DEPRECATIONS",
    "NOT_NEGATIVE",
    "POSITIVE",
    "SECONDS",
    "SECONDS_LEFT",
    "SECONDS_OR_ZERO",
    "Deprecation",
    "RenamedAttribute",
    "Rule",
    "Rules",
    "check_arguments",
    "check_settings",
    "deprecated",
    "did_you_mean",
    "first_violation",
    "instance",
    "offering",
    "one_of",
    "reason_against",
    "renamed_arguments",
    "renamed_names",
    "whole",
]

MAX_SECONDS = 1e9
"""Thirty years: more than any timer has room for is a slip, or means None."""
MAX_SHOWN = 1e30
Rules: TypeAlias = "Mapping[str, Rule]"
P = ParamSpec("P")
R = TypeVar("R")


class Rule(Struct, frozen=True):
    """What a setting takes: `what` in words, `test` whether a value is one, None only where it is `optional`.

    `low` and `high` are bounds of a number, both allowed; `above` is one that is not.
    """

    what: str
    test: Callable[[Any], bool]
    optional: bool = False
    low: float | None = None
    above: float | None = None
    high: float | None = None

    def or_none(self, meaning: str = "") -> Rule:
        """The same, or None, which stands for `meaning`."""
        words = f"{self.what}, or None" + (f" for {meaning}" if meaning else "")
        return replace(self, what=words, optional=True)


def reason_against(takes: Rule, value: object) -> str | None:
    """Why a value is refused; None if it is taken. No text is shown: it may be a secret in the wrong place."""
    if value is None and takes.optional:
        return None
    if not takes.test(value):
        return f"must be {takes.what}, not {'None' if value is None else _named(value)}"
    number: Any = value
    too_low = takes.low is not None and not number >= takes.low  # said so that NaN is, too
    too_low = too_low or (takes.above is not None and not number > takes.above)
    if not too_low and (takes.high is None or number <= takes.high):
        return None
    shown = number if abs(number) < MAX_SHOWN or number != number else "this number"  # noqa: PLR0124 - NaN
    if takes.low is not None and takes.high is not None and takes.high < MAX_SECONDS:
        return f"{shown} is out of range; must be from {takes.low:g} to {takes.high:g}"
    return f"must be {takes.what}, not {shown}"


def _named(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}; make one"
    return "an empty text" if value == "" else type(value).__name__


def first_violation(rules: Rules, given: Mapping[str, object]) -> tuple[str, str] | None:
    """The first setting that is refused, and why; settings without a rule are not looked at."""
    for name, value in given.items():
        if (takes := rules.get(name)) is not None and (words := reason_against(takes, value)) is not None:
            return name, words
    return None


def check_settings(owner: str, rules: Rules, given: Mapping[str, object]) -> None:
    """Raise ConfigurationError for a setting that is refused."""
    if (refused := first_violation(rules, given)) is not None:
        name, words = refused
        raise ConfigurationError(f"{owner}: {name} {words}" if owner else f"{name} {words}")


def check_arguments(code: str, rules: Rules, given: Mapping[str, object]) -> None:
    """Raise InvalidArgument for an argument that is refused."""
    if (refused := first_violation(rules, given)) is not None:
        raise InvalidArgument(code, *refused)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the end of a message: the known name that a misspelt one is close to; "" if none is."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def one_of(*values: str) -> Rule:
    """One of some texts."""
    named = [f'"{value}"' for value in values]
    listed = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return Rule(listed, lambda value: isinstance(value, str) and value in values)


def instance(kinds: type | tuple[type, ...], what: str) -> Rule:
    """An object of a class."""
    return Rule(what, lambda value: isinstance(value, kinds))


def offering(what: str, *methods: str) -> Rule:
    """An object that has these methods; a class that is yet to be called is none."""
    return Rule(
        what,
        lambda value: not isinstance(value, type) and all(callable(getattr(value, name, None)) for name in methods),
    )


def whole(low: int | None = None, high: int | None = None) -> Rule:
    """A whole number between bounds."""
    if low is None:
        return Rule("a whole number", _is_whole)
    bounds = f"at least {low}" if high is None else f"from {low} to {high}"
    return Rule(f"a whole number, {bounds}", _is_whole, low=low, high=high)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SECONDS = Rule("a number of seconds above 0", _is_number, above=0, high=MAX_SECONDS)
SECONDS_OR_ZERO = Rule("a number of seconds, at least 0", _is_number, low=0, high=MAX_SECONDS)
SECONDS_LEFT = Rule("a number of seconds", _is_number, low=-MAX_SECONDS, high=MAX_SECONDS)
"""What is left of somebody's own time, which may be used up."""
POSITIVE = Rule("a number above 0", _is_number, above=0, high=MAX_SECONDS**2)
NOT_NEGATIVE = Rule("a number, at least 0", _is_number, low=0, high=MAX_SECONDS**2)
BOOLEAN = instance(bool, "True or False")
CALLABLE = Rule("a function", callable)


class Deprecation(Struct, frozen=True):
    """A name that still works: what to use instead, the version that deprecated it, and the version that removes it."""

    name: str
    use: str
    since: str
    until: str

    def __post_init__(self) -> None:
        """Note it; a test fails where the version has reached the removal."""
        DEPRECATIONS.append(self)

    def warn(self) -> None:
        """Warn at the line that called who calls this."""
        words = f"{self.name} is deprecated since {self.since} and will be removed in {self.until}; use {self.use}"
        warnings.warn(words, DeprecationWarning, stacklevel=3)


DEPRECATIONS: list[Deprecation] = []


def deprecated(use: str, *, since: str, until: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a function or a method; an async one warns when it is called, not when it is awaited."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        note = Deprecation(f"{function.__qualname__}()", use, since, until)

        @wraps(function)
        def warning(*args: P.args, **kwargs: P.kwargs) -> R:
            note.warn()
            return function(*args, **kwargs)

        return warning

    return decorate


def renamed_arguments(*, since: str, until: str, **names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a function whose keyword arguments were renamed: `former="now"`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        owner = f"{function.__qualname__}()"
        notes = {old: Deprecation(f"{old}= of {owner}", f"{new}=", since, until) for old, new in names.items()}

        @wraps(function)
        def accepting(*args: P.args, **kwargs: P.kwargs) -> R:
            for old in notes.keys() & kwargs.keys():
                if names[old] in kwargs:
                    raise TypeError(f"{owner} got both {names[old]}= and {old}=, its former name")
                notes[old].warn()
                kwargs[names[old]] = kwargs.pop(old)
            return function(*args, **kwargs)

        return accepting

    return decorate


class RenamedAttribute:
    """A former name of an attribute or a method: `former = RenamedAttribute("now", since="1.2", until="1.4")`."""

    def __init__(self, use: str, *, since: str, until: str) -> None:
        self._names = use, since, until

    def __set_name__(self, owner: type, name: str) -> None:
        self._note = Deprecation(f"{owner.__qualname__}.{name}", *self._names)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        self._note.warn()
        return getattr(owner if instance is None else instance, self._note.use)


def renamed_names(module: str, *, since: str, until: str, **names: str) -> Callable[[str], Any]:
    """A module's `__getattr__` for classes and functions that it called otherwise: `Former="Now"`."""
    notes = {old: Deprecation(f"{module}.{old}", new, since, until) for old, new in names.items()}

    def find(name: str) -> Any:
        if name not in notes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        notes[name].warn()
        return getattr(sys.modules[module], names[name])

    return find
