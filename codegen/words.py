"""Conversions of names: from wire names to Python names, and from plural nouns to singular."""

from __future__ import annotations

import keyword
import re

_IRREGULAR = {
    "Taxes": "Tax", "Addresses": "Address", "Statuses": "Status", "Classes": "Class", "Hierarchies": "Hierarchy",
    "Currencies": "Currency", "Categories": "Category", "Properties": "Property", "Entities": "Entity",
    "Deliveries": "Delivery", "Data": "Datum", "Successes": "Success", "Matrices": "Matrix", "Children": "Child",
}  # fmt: skip
_SINGULAR = ("ss", "us", "is", "ics")


def words(name: str) -> list[str]:
    """Return the words of a name in any notation: snake_case, camelCase, kebab-case, CONSTANT_CASE."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    return [word for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def camel(name: str) -> str:
    """Convert a name to CamelCase: `order_lines` -> `OrderLines`, `isSet` -> `IsSet`, `IBAN` -> `Iban`."""
    return "".join(word[0].upper() + word[1:].lower() for word in words(name))


def snake(name: str) -> str:
    """Convert a name to snake_case: `isSet` -> `is_set`, `allow-quote-requests` -> `allow_quote_requests`."""
    return "_".join(word.lower() for word in words(name)) or "value"


def parts(noun: str) -> list[str]:
    """Return the words of a CamelCase noun."""
    return re.findall(r"[A-Z][a-z0-9]*", noun)


def singular(noun: str) -> str:
    """Return the singular of a CamelCase noun, of which only the last word changes."""
    listed = parts(noun)
    if not listed:
        return noun
    last = listed[-1]
    return "".join([*listed[:-1], _IRREGULAR.get(last) or _strip(last)])


def joined(outer: str, inner: str) -> str:
    """Join two nouns without repetition: `Order` + `OrderLine` -> `OrderLine`, `Amount` + `Breakdown`."""
    left, right = parts(outer), parts(inner)
    for size in range(min(len(left), len(right)), 0, -1):
        if left[-size:] == right[:size]:
            return "".join(left + right[size:])
    return outer + inner


def common_tail(nouns: list[str]) -> str:
    """Return the last words that all nouns share."""
    lists = [parts(noun)[::-1] for noun in nouns]
    shared: list[str] = []
    for column in zip(*lists, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return "".join(reversed(shared))


def member_name(wire: str) -> str:
    """Return a member's name in Python: snake case, with an underscore after a keyword."""
    name = snake(wire)
    if name[0].isdigit():
        name = "n" + name
    return name + "_" if keyword.iskeyword(name) else name


def constant(value: str) -> str:
    """Return the name of a value's constant: `FR-ASL` -> `FR_ASL`, `Boolean` -> `BOOLEAN`."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", value)).strip("_").upper() or "EMPTY"
    return f"N{name}" if name[0].isdigit() else name


def hides_a_type(name: str) -> bool:
    """Whether a member with this name would hide a type that later annotations of its class use."""
    return name in {"str", "int", "float", "bool", "list", "dict", "dt"}


def _strip(word: str) -> str:
    if word.endswith(_SINGULAR) or len(word) < 4:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word.removesuffix("s")
