"""Makes models from the objects reached: folds or tags variants, merges repeated objects, joins narrow objects.

A generated document repeats an object at each place where it occurs: `OR11_..._Orders_OrderLines_Taxes` and
`..._ShippingTaxes` are the same tax. Objects become one model if they have the same direction, the same last word of
their noun, and the same Python shape; for requests, where a bound matters, also the same required members and bounds.
The noun matters because a logistic class and a fulfilment centre have the same shape, `{code}`.

Then, for responses only, a model whose members are a strict part of exactly one wider model with the same noun joins
that model (so that OR11, OR12 and OR15 share one order). Where one member of one model would have two models, these are
joined. In documents that name their components, each object is a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import msgspec

from .choosing import agreed, knowing_both
from .documents import CodegenError
from .reach import Place, Reached
from .shapes import Choice, Direction, Keyed, Many, Member, Object, Ref, Scalar, Shape, python_shape, referred
from .words import camel, parts, singular

Key = tuple[Direction, str]


@dataclass(eq=False)
class Model:
    """A struct to be written.

    `schemas` are the keys of the objects it stands for, `parts` those of the objects folded into it.
    """

    direction: Direction
    schemas: list[str]
    members: tuple[Member, ...]
    places: list[Place]
    nouns: list[str]
    kind: Literal["struct", "union", "alternatives"] = "struct"
    tag: str = ""
    value: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    root: str = ""
    own: bool = False
    deprecated: bool = False
    name: str = ""
    module: str = ""
    called: str = ""

    @property
    def head(self) -> str:
        """The last word of the noun, which is the kind of the object."""
        return (parts(self.nouns[0]) or [self.nouns[0]])[-1]


class Catalog:
    """The models of one service, and the model of each object."""

    def __init__(
        self,
        reached: dict[Key, Reached],
        roots: dict[Key, str],
        called: dict[Key, str],
        named: set[str],
        separate: frozenset[str] = frozenset(),
        *,
        locked: Mapping[str, str] = MappingProxyType({}),
        given: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._locked = locked
        self._given = given
        self._called = called
        self._separate = separate
        self._objects = {key: item.item for key, item in reached.items()}
        variants = self._variants(reached)
        self.of: dict[Key, Model] = {}
        for key, item in reached.items():
            if key in variants:
                continue
            self.of[key] = self._model(key, item, roots.get(key, ""), key[1].split("/")[0] in named)
        for (direction, variant), (base, value) in self._tagged(reached).items():
            model = self.of[direction, variant]
            model.tag, model.value = self._objects[direction, base].tag, value
            if not model.called and ("/" in variant or not model.own):
                model.nouns = [camel(value) + self.of[direction, base].nouns[0]]
            model.members = tuple(member for member in model.members if member.wire != model.tag)
        places = [place for item in reached.values() for place in item.places]
        reached_at = {id(place): number for number, place in enumerate(places)}
        self._kept_two: set[tuple[Model, Model]] = set()
        before = -1
        while before != len(self.models):
            before = len(self.models)
            self._merge()
            self._project()
            self._join_slots()
            self._join_published()
        for model in self.models:
            model.places.sort(key=lambda place: reached_at[id(place)])

    @property
    def at(self) -> dict[tuple[Direction, Place], Model]:
        """The model of each place."""
        return {(model.direction, place): model for model in self.models for place in model.places}

    @property
    def models(self) -> list[Model]:
        """All models, each once, in the order in which they were reached."""
        return list(dict.fromkeys(self.of.values()))

    def target(self, direction: Direction, shape: Shape) -> Model | None:
        """Return the model that a shape refers to."""
        key = referred(shape)
        return self.of.get((direction, key)) if key else None

    def described(self, model: Model, wire: str) -> list[Member]:
        """Return how each object and variant of a model describes one member."""
        keys = [(model.direction, key) for key in (*model.schemas, *model.parts)]
        objects = [self._objects[key] for key in keys]
        keys = [(model.direction, variant) for item in objects for _, variant in item.variants]
        objects += [self._objects[key] for key in keys if key in self._objects]
        return [member for item in objects if (member := item.member(wire))]

    def _variants(self, reached: dict[Key, Reached]) -> set[Key]:
        """Return the objects that are only variants, and are folded into their base."""
        return {key for key, item in reached.items() if not item.direct} - set(self._tagged(reached))

    def _tagged(self, reached: dict[Key, Reached]) -> dict[Key, tuple[str, str]]:
        """Return the variants that remain separate structs, each with its base and its value of the tag."""
        found: dict[Key, tuple[str, str]] = {}
        for (direction, base), item in reached.items():
            for value, variant in item.item.variants if in_structs(direction, item.item) else ():
                known, other = found.setdefault((direction, variant), (base, value))
                if (self._objects[direction, known].tag, other) != (item.item.tag, value):
                    raise CodegenError(
                        f"{variant} is a variant of {known} and of {base} under two tags or two values: a struct can "
                        "have one; give the member that holds either a `type` under `members` in corrections.toml"
                    )
        return found

    def _model(self, key: Key, item: Reached, root: str, own: bool) -> Model:
        thing = item.item
        called = [self._called[key]] if key in self._called else nouns(key[1], item, root, own)
        model = Model(key[0], [key[1]], thing.members, item.places, called, own=own, root=root)
        model.called = self._called.get(key, "")
        model.deprecated = thing.deprecated
        if thing.alternatives:
            model.kind, model.alternatives = "alternatives", thing.alternatives
        elif in_structs(key[0], thing):
            model.kind, model.variants, model.members = "union", thing.variants, ()
        elif thing.variants:
            model.members, model.parts = self._folded(key[0], thing), tuple(variant for _, variant in thing.variants)
        if thing.value:
            model.tag, model.value = thing.tag, thing.value
            model.members = tuple(member for member in model.members if member.wire != thing.tag)
        return model

    def _folded(self, direction: Direction, base: Object) -> tuple[Member, ...]:
        """Return the members of a base and of all its variants; those that every variant requires are required."""
        members = {member.wire: member for member in base.members}
        variants = [self._objects[direction, key].members for _, key in base.variants]
        for member in (member for variant in variants for member in variant):
            known = members.get(member.wire)
            members[member.wire] = _relaxed(member) if known is None else self._either(base.key, known, member)
        required = set.intersection(*({member.wire for member in variant if member.required} for variant in variants))
        return tuple(
            msgspec.structs.replace(members[wire], required=wire in required or members[wire].required)
            for wire in sorted(members)
        )

    def _either(self, key: str, one: Member, other: Member) -> Member:
        """Return the member that two variants describe; raises CodegenError if they disagree."""
        shape = _either(one.shape, other.shape)
        if shape is None:
            raise CodegenError(
                f"{key}: variants disagree about {one.wire}: give it a `type` under `members` in corrections.toml"
            )
        return msgspec.structs.replace(agreed(one, other), shape=shape)

    def _signature(self, model: Model) -> object:
        """Return the properties in which two objects with the same noun must agree."""
        if model.own:
            return model.schemas[0]
        if model.kind == "union":
            return (model.tag, *((value, id(self.of[model.direction, key])) for value, key in model.variants))
        facets = frozenset(self._facet(model, member) for member in model.members)
        return (model.kind, model.root, model.tag, model.value, facets)

    def _facet(self, model: Model, member: Member) -> object:
        shape = self._shape(model.direction, member.shape)
        if model.direction == "read":
            return (member.wire, shape)
        return (member.wire, shape, repr(_bounds(member.shape)), member.required, member.nullable)

    def _shape(self, direction: Direction, shape: Shape) -> object:
        """Return a Python shape in which an object is identified by its model."""
        match shape:
            case Ref(key):
                return ("model", id(self.of[direction, key]))
            case Many(item):
                return ("many", self._shape(direction, item))
            case Keyed(value):
                return ("keyed", self._shape(direction, value))
            case _:
                return python_shape(shape)

    def _merge(self) -> None:
        """Join equal models, leaves first, until all models differ."""
        while True:
            groups: dict[object, list[Model]] = {}
            for model in self.models:
                groups.setdefault((model.direction, model.head, self._signature(model)), []).append(model)
            before = len(self.models)
            for group in groups.values():
                firsts: list[Model] = []
                for model in group:
                    twin = next((first for first in firsts if self._may_join(first, model)), None)
                    if twin is None:
                        firsts.append(model)
                    else:
                        self._absorb(twin, model)
            if len(self.models) == before:
                return

    def _may_join(self, one: Model, other: Model) -> bool:
        """Whether two models may be joined; models published under two names always stay separate."""
        mine, theirs = self._named(one), self._named(other)
        return not (mine and theirs and mine.isdisjoint(theirs))

    def _named(self, model: Model) -> set[str]:
        """Return the published names of a model's objects or, if they are new, the names that people gave them."""
        return self._published(model) or {self._given.get(key, "") for key in model.schemas} - {""}

    def _published(self, model: Model) -> set[str]:
        """Return the names under which a model's objects are published."""
        return {self._locked.get(f"{model.direction} {key}", "") for key in model.schemas} - {""}

    def _absorb(self, wide: Model, other: Model, *, view: bool = False) -> None:
        """Let one model stand for another one, too.

        A narrow object neither weakens nor adds promises of the wide one.
        """
        mine = {member.wire: member for member in wide.members}
        for member in other.members:
            known = mine.get(member.wire)
            both = self._either(other.schemas[0], known, member) if known else _relaxed(member) if view else member
            if view and known:
                both = msgspec.structs.replace(both, required=known.required)
            mine[member.wire] = both
        wide.members = tuple(mine[wire] for wire in sorted(mine))
        wide.schemas += other.schemas
        wide.parts += other.parts
        wide.places += other.places
        wide.nouns += other.nouns
        wide.root = wide.root or other.root
        wide.called = wide.called or other.called
        wide.deprecated = wide.deprecated and other.deprecated
        for key in other.schemas:
            self.of[other.direction, key] = wide

    def _project(self) -> None:
        """Join each narrow object of responses to the single wider model that has all its members."""
        while True:
            for narrow in self.models:
                wide = self._wider(narrow)
                if wide is not None:
                    self._absorb(wide, narrow, view=True)
                    break
            else:
                return

    def _wider(self, narrow: Model) -> Model | None:
        if narrow.direction != "read" or narrow.own or narrow.root or not narrow.members:
            return None
        if not self._separate.isdisjoint(narrow.schemas):
            return None
        facets = self._outline(narrow)
        wider = [
            model
            for model in self.models
            if model is not narrow and model.direction == "read" and not model.own and not model.root
            and model.head == narrow.head and facets < self._outline(model) and self._may_join(model, narrow)
        ]  # fmt: skip
        largest = [model for model in wider if not any(self._within(model, other) for other in wider)]
        home = [
            model for model in self.models if model is not narrow and self._published(model) & self._published(narrow)
        ]
        if home and (len(largest) != 1 or largest[0] not in home):
            # A narrow model stays with the wide model that it is published with, even if a new one would fit.
            largest = [model for model in wider if model in home]
        return largest[0] if len(largest) == 1 else None

    def _within(self, model: Model, other: Model) -> bool:
        return self._outline(model) < self._outline(other)

    def _outline(self, model: Model) -> set[object]:
        """Return a model's members, in which an object is identified only by its kind.

        `_join_slots` decides about the models of these members.
        """
        return {(member.wire, _kinds(self, model.direction, member.shape)) for member in model.members}

    def _join_slots(self) -> None:
        """Join models so that each member has one model, where merged models have different models for it.

        Two published models stay separate, and the one that the member names gets the other's members, too.
        """
        while True:
            pair = next(self._split_slots(), None)
            if pair is None:
                return
            known, target = pair
            if not self._may_join(known, target):
                self._kept_two.add(pair)
                self._hold(known, target)
            elif len(known.members) >= len(target.members):
                self._absorb(known, target, view=True)
            else:
                self._absorb(target, known, view=True)

    def _hold(self, wide: Model, other: Model) -> None:
        """Add the members of another model to a model; the other one is unchanged."""
        mine = {member.wire: member for member in wide.members}
        for member in other.members:
            known = mine.get(member.wire)
            mine[member.wire] = self._either(other.schemas[0], known, member) if known else _relaxed(member)
        wide.members = tuple(mine[wire] for wire in sorted(mine))
        wide.parts += (*other.schemas, *other.parts)

    def _join_published(self) -> None:
        """Keep objects in one model that are published as one, although no rule joins them in a new document."""
        firsts: dict[str, Model] = {}
        for model in sorted(self.models, key=lambda model: -len(model.members)):
            for name in self._published(model) if model.direction == "read" and model.kind == "struct" else ():
                first = firsts.setdefault(name, model)
                if first is not model and first.kind == "struct" and _is_compatible(first, model):
                    self._absorb(first, model, view=True)
                    break

    def _split_slots(self) -> Iterator[tuple[Model, Model]]:
        for model in self.models:
            seen: dict[str, Model] = {}
            for key in (*model.schemas, *model.parts):
                for member in self._objects[model.direction, key].members:
                    target = self.target(model.direction, member.shape)
                    if target is None:
                        continue
                    known = seen.setdefault(member.wire, target)
                    if known is not target and (known, target) not in self._kept_two:
                        yield known, target


def _kinds(catalog: Catalog, direction: Direction, shape: Shape) -> object:
    """Return a Python shape in which an object is identified by the last word of its noun."""
    match shape:
        case Ref(key):
            return ("kind", catalog.of[direction, key].head)
        case Many(item):
            return ("many", _kinds(catalog, direction, item))
        case Keyed(value):
            return ("keyed", _kinds(catalog, direction, value))
        case _:
            return python_shape(shape)


def in_structs(direction: Direction, base: Object) -> bool:
    """Whether the variants are separate structs, distinguished by the tag.

    Otherwise one struct has the members of all. They are separate in requests, where the sender must distinguish them,
    unless the tag is optional. In responses they are separate only for events.
    """
    member = base.member(base.tag)
    return bool(base.variants) and (base.split or (direction == "sent" and member is not None and member.required))


def nouns(key: str, item: Reached, root: str, own: bool) -> list[str]:
    """Return the nouns of an object at its places, before a name is selected."""
    if root:
        return [root]
    if own and "/" not in key:
        return [key]
    place = item.places[0]
    if not place.steps:
        return [camel(place.code)]
    last = place.steps[-1]
    noun = camel(last.wire)
    return [singular(noun) if last.many else noun]


def _bounds(shape: Shape) -> Shape:
    """Return a shape without the object's key, so that equal bounds compare equal."""
    match shape:
        case Ref():
            return Ref("")
        case Many(item, low, high):
            return Many(_bounds(item), low, high)
        case Keyed(value):
            return Keyed(_bounds(value))
        case _:
            return shape


def _either(one: Shape, other: Shape) -> Shape | None:
    """Return a shape for the values of both shapes; None if only one of them is or contains an object.

    Objects are compared by their places, not by their names: two objects in one place become one model.
    """
    match one, other:
        case Ref(), Ref():
            return one
        case (Scalar("any"), _) | (_, Scalar("any")) | (Ref(), Keyed()) | (Keyed(), Ref()):
            return Scalar("any")
        case (Many(inner), Many(item)) | (Keyed(inner), Keyed(item)):
            both = _either(inner, item)
            return both and msgspec.structs.replace(one, **{"item" if isinstance(one, Many) else "value": both})
    if referred(one) or referred(other):
        return None
    options = one.options if isinstance(one, Choice) else (one,)
    for option in other.options if isinstance(other, Choice) else (other,):
        same = next((known for known in options if python_shape(known) == python_shape(option)), None)
        if same is None:
            options = (*options, option)
        else:
            options = tuple(knowing_both(known, option) if known is same else known for known in options)
    return options[0] if len(options) == 1 else Choice(options)


def _is_compatible(one: Model, other: Model) -> bool:
    mine = {member.wire: member.shape for member in one.members}
    return all(_either(mine.get(member.wire, member.shape), member.shape) for member in other.members)


def _relaxed(member: Member) -> Member:
    return msgspec.structs.replace(member, required=False)
