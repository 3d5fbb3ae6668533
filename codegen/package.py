"""The models of one service with their names and modules, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .merging import Catalog, Model
from .shapes import Member, Shape
from .tables import AddedMember, Corrections, MemberCorrection
from .values import Values
from .words import hides_a_type, member_name

TAKEN = frozenset({"self", "options", "page_size"})
"""The names of arguments that every method has."""


@dataclass
class Alias:
    """A name for the type of an answer that is not an object, such as a list of objects."""

    name: str
    module: str
    shape: Shape
    code: str


@dataclass
class Package:
    """The models of one service, ready to be written; `events` are the codes of its webhooks, with their bases."""

    service: str
    file: str
    catalog: Catalog
    models: list[Model]
    aliases: list[Alias]
    values: list[Values]
    corrections: Corrections
    summaries: dict[str, str]
    failures: dict[str, tuple[str, ...]]
    title: str
    events: Mapping[str, str] = field(default_factory=dict)
    _known: dict[tuple[Model, str], Values] | None = None

    def names(self) -> list[tuple[str, str]]:
        """Return the names that the modules of models define, each with its module."""
        items: list[Model | Values | Alias] = [*self.models, *self.values, *self.aliases]
        found = [(item.name, item.module) for item in items]
        return found + [(item.alias, item.module) for item in self.values]

    def known_values(self, model: Model, wire: str) -> Values | None:
        """Return the documented values of one member."""
        if self._known is None:
            self._known = {owner: item for item in self.values for owner in item.owners}
        return self._known.get((model, wire))

    def is_event(self, model: Model) -> bool:
        """Whether a model is the envelope of an event of one type."""
        return bool(model.value) and any(not place.steps and place.code in self.events for place in model.places)


def python_name(model: Model, member: Member, corrections: Corrections) -> str:
    """Return a member's Python name: from a correction, or else by rule."""
    rows: tuple[MemberCorrection | AddedMember, ...] = (*corrections.members, *corrections.added)
    for row in rows:
        if row.python and row.member == member.wire and row.schema in model.schemas:
            return row.python
    name = member_name(member.wire)
    is_argument = model.direction == "sent" and any(not place.steps for place in model.places)
    return f"{name}_" if hides_a_type(name) or (is_argument and name in TAKEN) else name
