"""The documented values of members as classes of constants; each set is written once, with the shortest free name.

At run time the values are texts, and Mirakl may add others at any time. So they are constants to compare with instead
of an enum. Members with such values are annotated with an alias, `<class>OrStr`, whose known values an editor
completes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .documents import CodegenError
from .merging import Model
from .shapes import Many, Scalar
from .words import camel, joined, parts, singular


@dataclass
class ParameterValues:
    """A parameter that documents values, and the resource and noun of its operation."""

    code: str
    wire: str
    resource: str
    noun: str
    values: tuple[str, ...]
    retired: tuple[str, ...]


@dataclass
class Values:
    """The documented values of a member or parameter, as a class of constants."""

    values: tuple[str, ...]
    retired: tuple[str, ...]
    owners: list[tuple[Model, str]] = field(default_factory=list)
    parameters: list[ParameterValues] = field(default_factory=list)
    name: str = ""
    module: str = ""

    @property
    def alias(self) -> str:
        """The type of members with these values: one of them, or any other text."""
        return alias_of(self.name)

    def keyed(self) -> list[tuple[str, str]]:
        """Return everything that documents these values.

        These are schemas with their members, and operations with their parameters.
        """
        members = [(schema, wire) for owner, wire in self.owners for schema in owner.schemas]
        return members + [(item.code, item.wire) for item in self.parameters]

    def wires(self) -> list[str]:
        """Return the wire names of the members and parameters with these values."""
        return [wire for _, wire in self.owners] + [item.wire for item in self.parameters]


def alias_of(name: str) -> str:
    """Return the alias of a class of constants."""
    return f"{name}OrStr"


def gather(models: list[Model], parameters: list[ParameterValues], locked: dict[str, str]) -> list[Values]:
    """All sets of values that the models' members and the operations' parameters document, most used first.

    Sets published under one name stay one: a value that is new in one place only is added for all. Sets published under
    two names stay two, however alike they become.
    """
    found: list[Values] = []
    for model in models:
        for member in model.members:
            shape = member.shape.item if isinstance(member.shape, Many) else member.shape
            if isinstance(shape, Scalar) and shape.values:
                place = Values(shape.values, shape.retired, owners=[(model, member.wire)])
                _join(found, place, locked)
    for item in parameters:
        _join(found, Values(item.values, item.retired, parameters=[item]), locked)
    return sorted(found, key=lambda item: (-len(item.owners), item.keyed()[0]))


def _join(found: list[Values], place: Values, locked: dict[str, str]) -> None:
    """Add a place to the set that it is published with, or to the first set of equal values, or to a new set."""
    name = _published(place, locked)
    alike = [
        item
        for item in found
        if item.values == place.values or (place.parameters and {*item.values} == {*place.values})
    ]
    known = next((item for item in found if name and _published(item, locked) == name), None) or next(
        (item for item in alike if not (name and _published(item, locked))), None
    )
    if known is None:
        found.append(place)
        return
    known.values = tuple(dict.fromkeys((*known.values, *place.values)))
    known.retired = tuple(dict.fromkeys((*known.retired, *place.retired)))
    known.owners += place.owners
    known.parameters += place.parameters


def name_values(
    found: list[Values], given: dict[tuple[str, str], str], locked: dict[str, str], taken: set[str]
) -> None:
    """Name every set: by hand, by the lock, or by rule; `taken` holds the names of the models."""
    waiting: list[Values] = []
    for item in found:
        item.name = _kept(item, given, locked, taken)
        if item.name:
            taken |= {item.name, item.alias}
        else:
            waiting.append(item)
    for item in waiting:
        item.name = _free(item, taken)
        taken |= {item.name, item.alias}
    for item in found:
        modules = {owner.module for owner, _ in item.owners} or {known.resource for known in item.parameters}
        item.module = modules.pop() if len(modules) == 1 else "common"


def _published(item: Values, locked: dict[str, str]) -> str:
    """Return the single name under which a set is published, or none if its places have several names."""
    names = {name for where, wire in item.keyed() if (name := locked.get(f"values {where}.{wire}"))}
    return names.pop() if len(names) == 1 else ""


def _kept(item: Values, given: dict[tuple[str, str], str], locked: dict[str, str], taken: set[str]) -> str:
    names = [given.get(place) or locked.get(f"values {place[0]}.{place[1]}", "") for place in item.keyed()]
    return next((name for name in names if name and name not in taken), "")


def _free(item: Values, taken: set[str]) -> str:
    names = {name for owner, wire in item.owners for name in _candidates(owner.name, wire)}
    if not item.owners:
        names = {name for known in item.parameters for name in _candidates(known.noun, known.wire)}
        names |= {f"{name}Filter" for name in names}
    tried = sorted(names, key=lambda name: (len(name), name))
    free = next((name for name in tried if taken.isdisjoint({name, alias_of(name)})), None)
    if free is None:
        raise CodegenError(
            f"no free name for the values of {'.'.join(item.keyed()[0])}, tried {', '.join(tried)}: "
            "give them a row under `names` in corrections.toml"
        )
    return free


def _candidates(owner: str, wire: str) -> list[str]:
    """Return possible names for a member's values.

    `TaxMode` is sufficient, while `ResponseOutcome` needs the name of its owner.
    """
    noun = singular(camel(wire))
    for ending in ("Request", "Input"):
        owner = owner.removesuffix(ending) or owner
    if len(parts(noun)) > 1:
        return [noun, joined(owner, noun)]
    return [joined(owner, noun), joined(owner, noun) + "Value"]
