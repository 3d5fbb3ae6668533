"""The facts about a member that its name and type do not show: bounds, units, standards, known values.

The facts are written in this project's words for the docstrings of members, never in a document's sentences. A struct
that stands for several objects has only the facts that all of them share.
"""

from __future__ import annotations

from .merging import Model
from .package import Package, python_name
from .shapes import Direction, Many, Member, Scalar
from .words import snake

_MAX_VALUES, _MAX_RETIRED = 12, 6
_NO_BOUND = 2**31 - 1
_MONEY = frozenset({"amount", "balance", "commission", "cost", "fee", "msrp", "price", "total"})
_CURRENCY = frozenset({"currency", "currency_iso_code"})


def sentence(package: Package, model: Model, member: Member) -> str:
    """Return all facts as one line; "" if there are none."""
    facts = [
        *_known_values(package, model, member),
        *_shared(package, model, member),
        *_currency(package, model, member),
        *_conditions(package, model, member),
    ]
    if member.deprecated:
        facts.append("deprecated")
    text = "; ".join(facts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _known_values(package: Package, model: Model, member: Member) -> list[str]:
    shape = member.shape.item if isinstance(member.shape, Many) else member.shape
    if not isinstance(shape, Scalar) or not shape.values:
        return []
    known = package.known_values(model, member.wire)
    count = len(shape.values)
    listed = f"known values: {', '.join(shape.values)}" if count <= _MAX_VALUES else f"{count} known values"
    found = [f"{listed} (`{known.name}`)" if known else listed]
    if shape.retired:
        few = len(shape.retired) <= _MAX_RETIRED
        found.append(f"no longer {', '.join(shape.retired) if few else f'{len(shape.retired)} others'}")
    return found


def _shared(package: Package, model: Model, member: Member) -> list[str]:
    """Return the facts that all objects of the struct share, in the order of the first object."""
    described = package.catalog.described(model, member.wire) or [member]
    first, *others = [_own(model.direction, item) for item in described]
    return [fact for fact in first if all(fact in other for other in others)]


def _own(direction: Direction, member: Member) -> list[str]:
    shape = member.shape
    found = [*member.notes, *_standard(member)]
    if isinstance(shape, Many):
        found += _size("", shape.min_length, shape.max_length, "item")
    item = shape.item if isinstance(shape, Many) else shape
    if isinstance(item, Scalar):
        each = "each " if isinstance(shape, Many) else ""
        found += _text(each, item) if item.kind == "str" else _range(each, item.minimum, item.maximum)
    if member.default:
        found.append(f"by default {', '.join(member.default)}")
    if member.nullable and member.required and direction == "read":
        found.append("may be null")
    return found


def _standard(member: Member) -> list[str]:
    """Return the standard that a code follows according to its name, if the description names none."""
    name = snake(member.wire)
    if name.endswith("currency_iso_code") and not any("ISO" in note for note in member.notes):
        return ["ISO 4217"]
    if name.endswith("country_iso_code") and not any("ISO" in note for note in member.notes):
        shape = member.shape.item if isinstance(member.shape, Many) else member.shape
        lengths = {len(value) for value in shape.values} if isinstance(shape, Scalar) else set[int]()
        return [f"ISO 3166-1 alpha-{lengths.pop()}" if len(lengths) == 1 else "ISO 3166-1"]
    return []


def _text(each: str, shape: Scalar) -> list[str]:
    found = _size(each, shape.min_length, shape.max_length, "character")
    return [*found, f"{each}matching `{shape.pattern}`"] if shape.pattern else found


def _size(each: str, low: int | None, high: int | None, unit: str) -> list[str]:
    """Return the length of a text or a list; nothing for a text of one character or an unlimited length."""
    high = None if high is None or high >= _NO_BOUND else high
    if low == 1 and unit == "character" and high is not None and high > 1:
        low = None
    if low == 1 and high is None:
        return [f"{each}not empty"]
    return _range(each, low or None, high, unit if (high or low) == 1 else f"{unit}s")


def _range(each: str, low: float | None, high: float | None, unit: str = "") -> list[str]:
    unit = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return [f"{each}{low}{unit}" if low == high else f"{each}{low} to {high}{unit}"]
    if low is None and high is None:
        return []
    return [f"{each}at least {low}{unit}" if high is None else f"{each}at most {high}{unit}"]


def _currency(package: Package, model: Model, member: Member) -> list[str]:
    """Return the member that holds the currency of an amount, if the struct has exactly one."""
    shape = member.shape
    if not isinstance(shape, Scalar) or shape.kind != "decimal" or _MONEY.isdisjoint(snake(member.wire).split("_")):
        return []
    found = [item for item in model.members if snake(item.wire) in _CURRENCY]
    return [f"in `{python_name(model, found[0], package.corrections)}`"] if len(found) == 1 else []


def _conditions(package: Package, model: Model, member: Member) -> list[str]:
    """Return the conditions that other members set for this member."""
    name = python_name(model, member, package.corrections)
    found = [
        f"required where `{need.when}` is {need.equals}"
        for need in package.corrections.needs
        if need.model == model.name and need.needs == name
    ]
    if model.kind == "alternatives" and member.wire in model.alternatives:
        others = [item for item in model.members if item.wire in model.alternatives and item is not member]
        names = ", ".join(f"`{python_name(model, item, package.corrections)}`" for item in others)
        found.append(f"excludes {names}")
    return found
