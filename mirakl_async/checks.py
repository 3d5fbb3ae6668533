"""Validate settings and arguments where they are passed in, and warn about deprecated names.

A `Rule` describes one setting. `reason_against` checks one value, `first_violation` several by their names. A
`Deprecation` is a former name that still works and warns. CONTRIBUTING.md describes the policy.
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
"""Thirty years: larger values exceed what timers support; None means no limit."""
MAX_SHOWN = 1e30
Rules: TypeAlias = "Mapping[str, Rule]"
P = ParamSpec("P")
R = TypeVar("R")


class Rule(Struct, frozen=True):
    """The valid values of a setting: `what` describes them, `test` checks the type, `optional` allows None.

    `low` and `high` are inclusive bounds of a number; `above` is an exclusive lower bound.
    """

    what: str
    test: Callable[[Any], bool]
    optional: bool = False
    low: float | None = None
    above: float | None = None
    high: float | None = None

    def or_none(self, meaning: str = "") -> Rule:
        """The same rule that also allows None, with the meaning of None for messages."""
        reason = f"{self.what}, or None" + (f" for {meaning}" if meaning else "")
        return replace(self, what=reason, optional=True)


def reason_against(rule: Rule, value: object) -> str | None:
    """Why a value is invalid; None if it is valid. Strings are never shown: a secret may be in the wrong place."""
    if value is None and rule.optional:
        return None
    if not rule.test(value):
        return f"must be {rule.what}, not {'None' if value is None else _describe(value)}"
    number: Any = value
    too_low = rule.low is not None and not number >= rule.low  # this form is also true for NaN
    too_low = too_low or (rule.above is not None and not number > rule.above)
    if not too_low and (rule.high is None or number <= rule.high):
        return None
    shown = number if abs(number) < MAX_SHOWN or number != number else "this number"  # noqa: PLR0124 - NaN
    if rule.low is not None and rule.high is not None and rule.high < MAX_SECONDS:
        return f"{shown} is out of range; must be from {rule.low:g} to {rule.high:g}"
    return f"must be {rule.what}, not {shown}"


def _describe(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}; pass an instance"
    return "an empty string" if value == "" else type(value).__name__


def first_violation(rules: Rules, given: Mapping[str, object]) -> tuple[str, str] | None:
    """The first invalid setting and the reason; settings without a rule are not checked."""
    for name, value in given.items():
        if (rule := rules.get(name)) is not None and (reason := reason_against(rule, value)) is not None:
            return name, reason
    return None


def check_settings(owner: str, rules: Rules, given: Mapping[str, object]) -> None:
    """Raise ConfigurationError for the first invalid setting."""
    if (violation := first_violation(rules, given)) is not None:
        name, reason = violation
        raise ConfigurationError(f"{owner}: {name} {reason}" if owner else f"{name} {reason}")


def check_arguments(code: str, rules: Rules, given: Mapping[str, object]) -> None:
    """Raise InvalidArgument for the first invalid argument."""
    if (violation := first_violation(rules, given)) is not None:
        raise InvalidArgument(code, *violation)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the end of a message: the known name that a misspelt one is close to; "" if none is."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def one_of(*values: str) -> Rule:
    """A rule for one of several strings."""
    quoted = [f'"{value}"' for value in values]
    listed = f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return Rule(listed, lambda value: isinstance(value, str) and value in values)


def instance(types: type | tuple[type, ...], what: str) -> Rule:
    """A rule for an instance of a class."""
    return Rule(what, lambda value: isinstance(value, types))


def offering(what: str, *methods: str) -> Rule:
    """A rule for an object with these methods; a class itself is not valid."""
    return Rule(
        what,
        lambda value: not isinstance(value, type) and all(callable(getattr(value, name, None)) for name in methods),
    )


def whole(low: int | None = None, high: int | None = None) -> Rule:
    """A rule for an integer between bounds."""
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
"""The time that remains of a caller's own deadline; it may be negative."""
POSITIVE = Rule("a number above 0", _is_number, above=0, high=MAX_SECONDS**2)
NOT_NEGATIVE = Rule("a number, at least 0", _is_number, low=0, high=MAX_SECONDS**2)
BOOLEAN = instance(bool, "True or False")
CALLABLE = Rule("a function", callable)


class Deprecation(Struct, frozen=True):
    """A deprecated name: its replacement, the version that deprecated it, and the version that removes it."""

    name: str
    use: str
    since: str
    until: str

    def __post_init__(self) -> None:
        """Register the deprecation; a test fails when the version reaches the removal."""
        DEPRECATIONS.append(self)

    def warn(self) -> None:
        """Warn, with the line of the user's code that uses the deprecated name."""
        reason = f"{self.name} is deprecated since {self.since} and will be removed in {self.until}; use {self.use}"
        warnings.warn(reason, DeprecationWarning, stacklevel=3)


DEPRECATIONS: list[Deprecation] = []


def deprecated(use: str, *, since: str, until: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a deprecated function or method; an async one warns when it is called, not when it is awaited."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        note = Deprecation(f"{function.__qualname__}()", use, since, until)

        @wraps(function)
        def warning(*args: P.args, **kwargs: P.kwargs) -> R:
            note.warn()
            return function(*args, **kwargs)

        return warning

    return decorate


def renamed_arguments(*, since: str, until: str, **names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function whose keyword arguments were renamed: `former="now"`."""

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
    """The `__getattr__` of a module whose classes or functions were renamed: `Former="Now"`."""
    notes = {old: Deprecation(f"{module}.{old}", new, since, until) for old, new in names.items()}

    def find(name: str) -> Any:
        if name not in notes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        notes[name].warn()
        return getattr(sys.modules[module], names[name])

    return find
