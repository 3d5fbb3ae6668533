"""Functions that describe the rules of a document and check JSON values against them.

A rule is a function that takes a decoded JSON value and returns the problems found, none for a valid value. A problem
is created with an empty field, and gets its path member by member while it is returned to the callers, so that valid
payloads cost no time for paths.

Nothing here is shared with the client, on purpose: a simulator that validated with the client's structs would repeat
the client's mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from .instants import is_instant

__all__ = [
    "OK",
    "Check",
    "Problem",
    "array",
    "boolean",
    "boolean_text",
    "both",
    "decimal_text",
    "instant",
    "integer",
    "integer_text",
    "integers",
    "mapping",
    "nullable",
    "number",
    "one_of",
    "only_one_member",
    "pattern",
    "record",
    "scalar",
    "tagged",
    "text",
    "text_or_number",
    "variants",
]


class Problem(NamedTuple):
    """One error in a payload: its message, its JsonPath-like place, and the bound that was violated.

    A problem never contains the invalid value, because payloads hold personal data and answers are written to logs.
    """

    message: str
    field: str = ""
    extensions: dict[str, Any] | None = None

    def under(self, parent: str) -> Problem:
        """Return the problem with a path that begins one level higher: `parent` is "orders", or "[3]" for an item."""
        field = self.field
        dot = "" if not field or field.startswith("[") else "."
        return self._replace(field=f"{parent}{dot}{field}")


Check = Callable[[Any], Sequence[Problem]]
OK: tuple[Problem, ...] = ()


def text(*, min_length: int = 0, max_length: int | None = None) -> Check:
    """Accept strings; lengths are counted in characters."""
    bounds: dict[str, Any] = {"minLength": min_length}
    if max_length is not None:
        bounds["maxLength"] = max_length

    def any_text(value: Any) -> Sequence[Problem]:
        return OK if type(value) is str else _wrong_type(value, "a string")

    def bounded(value: Any) -> Sequence[Problem]:
        if type(value) is not str:
            return _wrong_type(value, "a string")
        if len(value) < min_length or (max_length is not None and len(value) > max_length):
            return (Problem("has a length outside the allowed range", extensions=bounds),)
        return OK

    return any_text if not min_length and max_length is None else bounded


def pattern(regex: str, what: str) -> Check:
    """Accept strings that match completely; `what` completes the message "must be ..."."""
    matches = re.compile(regex, re.ASCII).fullmatch
    wrong = (Problem(f"must be {what}", extensions={"pattern": regex}),)

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not str:
            return _wrong_type(value, "a string")
        return OK if matches(value) is not None else wrong

    return check


def one_of(*values: str) -> Check:
    """Accept the documented values of an enumeration."""
    known = frozenset(values)
    wrong = (Problem("must be one of " + ", ".join(values), extensions={"enum": list(values)}),)

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not str:
            return _wrong_type(value, "a string")
        return OK if value in known else wrong

    return check


def instant(value: Any) -> Sequence[Problem]:
    """Accept RFC 3339 date-times."""
    if type(value) is not str:
        return _wrong_type(value, "a string")
    return OK if is_instant(value) else (Problem("must be a date-time (RFC 3339)", extensions={"format": "date-time"}),)


def boolean(value: Any) -> Sequence[Problem]:
    """Accept true and false."""
    return OK if type(value) is bool else _wrong_type(value, "a boolean")


def integer(value: Any) -> Sequence[Problem]:
    """Accept numbers without a fraction; 1.0 is an integer, as in JSON Schema."""
    if type(value) is int or (type(value) is float and value.is_integer()):
        return OK
    return _wrong_type(value, "an integer")


def number(*, minimum: float | None = None, maximum: float | None = None) -> Check:
    """Accept numbers within the bounds, which are included."""
    bounds = {name: bound for name, bound in (("minimum", minimum), ("maximum", maximum)) if bound is not None}

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not int and type(value) is not float:
            return _wrong_type(value, "a number")
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            return (Problem("is outside the allowed range", extensions=dict(bounds)),)
        return OK

    return check


def integers(*, minimum: float | None = None, maximum: float | None = None) -> Check:
    """Accept numbers without a fraction within the bounds, which are included."""
    return both(integer, number(minimum=minimum, maximum=maximum))


def scalar(value: Any) -> Sequence[Problem]:
    """Accept strings, numbers and booleans."""
    return OK if type(value) in {str, int, float, bool} else _wrong_type(value, "a string, a number or a boolean")


_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII).fullmatch


def decimal_text(value: Any) -> Sequence[Problem]:
    """Accept numbers, and texts that contain one."""
    if type(value) is str and _DECIMAL(value) is not None:
        return OK
    return _NUMBER(value)


def integer_text(value: Any) -> Sequence[Problem]:
    """Accept integers, and texts that contain one."""
    if type(value) is str and _DECIMAL(value) is not None and "." not in value:
        return OK
    return integer(value)


def boolean_text(value: Any) -> Sequence[Problem]:
    """Accept booleans, and the texts "true" and "false"."""
    return OK if value in ("true", "false") else boolean(value)


def text_or_number(value: Any) -> Sequence[Problem]:
    """Accept strings and numbers."""
    return OK if type(value) in {str, int} else _wrong_type(value, "a string")


def nullable(check: Check) -> Check:
    """Accept null and the values that `check` accepts."""

    def check_unless_null(value: Any) -> Sequence[Problem]:
        return OK if value is None else check(value)

    return check_unless_null


def array(item: Check, *, min_items: int = 0, max_items: int | None = None) -> Check:
    """Accept lists whose length is within the bounds; the items of a list that is too long are not checked."""
    bounds: dict[str, Any] = {"minItems": min_items}
    if max_items is not None:
        bounds["maxItems"] = max_items

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not list:
            return _wrong_type(value, "an array")
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        if len(items) < min_items or (max_items is not None and len(items) > max_items):
            return (Problem("has a number of items outside the allowed range", extensions=bounds),)
        problems: list[Problem] = []
        for position, member in enumerate(items):
            if found := item(member):
                problems.extend(problem.under(f"[{position}]") for problem in found)
        return problems or OK

    return check


def mapping(member: Check) -> Check:
    """Accept objects with any members, whose values are checked by one rule."""

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not dict:
            return _wrong_type(value, "an object")
        members = cast("dict[str, Any]", value)
        return [problem.under(name) for name, one in members.items() for problem in member(one)]

    return check


def record(*, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept objects that have every required member; members that the document does not name are ignored.

    An optional member may be absent, but not null: no type of these documents permits null.
    """
    needed = required.keys()
    known = {**required, **(optional or {})}
    look_up = known.get

    def check(value: Any) -> Sequence[Problem]:
        if type(value) is not dict:
            return _wrong_type(value, "an object")
        members = cast("dict[str, Any]", value)
        problems: list[Problem] = []
        if not members.keys() >= needed:
            problems.extend(Problem("is required", name) for name in required if name not in members)
        for name, member in members.items():
            rule = look_up(name)
            if rule is not None and (found := rule(member)):
                problems.extend(problem.under(name) for problem in found)
        return problems or OK

    return check


def tagged(tag: str, variants: Mapping[str, Check]) -> Check:
    """Accept objects that match the variant named by their member `tag`."""
    known_tag = record(required={tag: one_of(*variants)})

    def check(value: Any) -> Sequence[Problem]:
        if found := known_tag(value):
            return found
        return variants[value[tag]](value)

    return check


def variants(tag: str, kinds: Mapping[str, Check], *, base: Check) -> Check:
    """Accept objects that match the variant named by their member `tag`, or `base` if the name is unknown."""

    def check(value: Any) -> Sequence[Problem]:
        return base(value) or kinds.get(value.get(tag), base)(value)

    return check


def only_one_member(members: Mapping[str, Check]) -> Check:
    """Accept objects that have exactly one of the members; its value is checked by its own rule."""
    wrong = (Problem("must have exactly one of the members " + ", ".join(members)),)

    def check(value: Any) -> Sequence[Problem]:
        found = members.keys() & value.keys()
        if len(found) != 1:
            return wrong
        (name,) = found
        return [problem.under(name) for problem in members[name](value[name])]

    return check


_NUMBER = number()


def both(first: Check, then: Check) -> Check:
    """Accept values that satisfy both rules; `then` is checked only if `first` finds no problem."""

    def check(value: Any) -> Sequence[Problem]:
        return first(value) or then(value)

    return check


def _wrong_type(value: Any, wanted: str) -> Sequence[Problem]:
    return (Problem(f"must be {wanted}, not null" if value is None else f"must be {wanted}"),)
