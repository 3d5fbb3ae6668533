"""Makes models of the objects reached: variants folded or tagged, repetitions merged, narrow views joined.

A document written by machine repeats an object at each place it stands: `OR11_..._Orders_OrderLines_Taxes` and
`..._ShippingTaxes` are one tax. Objects become one model when they agree in direction, in the last word of their noun,
and in their Python shape; for what is sent, where a bound matters, also in what is required and how it is bounded.
Noun first: by shape alone a logistic class would be a fulfilment centre, since both are `{code}`.

Then, among what is read only: a model whose members are a strict part of exactly one wider model of the same noun
joins it (so that OR11, OR12 and OR15 share one order); and where one member of one model would name two models, these
are joined. Documents that name their components themselves are taken at their word: there each object is a model.
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
    """A struct to be written; `schemas` are the keys of all the objects it stands for, `parts` of what it folds in."""

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
        """The last word of the noun: what kind of thing this is."""
        return (parts(self.nouns[0]) or [self.nouns[0]])[-1]


class Catalog:
    """The models of one service, and which of them an object became."""

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
        """The model that stands at each place."""
        return {(model.direction, place): model for model in self.models for place in model.places}

    @property
    def models(self) -> list[Model]:
        """All models, each once, in the order in which they were reached."""
        return list(dict.fromkeys(self.of.values()))

    def target(self, direction: Direction, shape: Shape) -> Model | None:
        """The model a shape refers to."""
        key = referred(shape)
        return self.of.get((direction, key)) if key else None

    def described(self, model: Model, wire: str) -> list[Member]:
        """How each object that a model stands for, and each of its variants, describes one member."""
        keys = [(model.direction, key) for key in (*model.schemas, *model.parts)]
        objects = [self._objects[key] for key in keys]
        keys = [(model.direction, variant) for item in objects for _, variant in item.variants]
        objects += [self._objects[key] for key in keys if key in self._objects]
        return [member for item in objects if (member := item.member(wire))]

    def _variants(self, reached: dict[Key, Reached]) -> set[Key]:
        """What stands for nothing but a variant that its base folds in."""
        return {key for key, item in reached.items() if not item.direct} - set(self._tagged(reached))

    def _tagged(self, reached: dict[Key, Reached]) -> dict[Key, tuple[str, str]]:
        """The variants that stay structs of their own, each with its base and its value of the tag."""
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
        """The members of a base and of all its variants in one; what every variant requires stays required."""
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
        """One member that two variants describe."""
        shape = _either(one.shape, other.shape)
        if shape is None:
            raise CodegenError(
                f"{key}: variants disagree about {one.wire}: give it a `type` under `members` in corrections.toml"
            )
        return msgspec.structs.replace(agreed(one, other), shape=shape)

    def _signature(self, model: Model) -> object:
        """What two objects of one noun must agree in."""
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
        """A Python shape in which an object is identified by its model."""
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
        """Join equal models, leaves first, until no two are equal."""
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
        """Two models published under two names stay two, however alike a new document makes them."""
        mine, theirs = self._named(one), self._named(other)
        return not (mine and theirs and mine.isdisjoint(theirs))

    def _named(self, model: Model) -> set[str]:
        """The names under which a model's objects are published, or, if they are new, which people gave them."""
        return self._published(model) or {self._given.get(key, "") for key in model.schemas} - {""}

    def _published(self, model: Model) -> set[str]:
        """The names under which a model's objects are published."""
        return {self._locked.get(f"{model.direction} {key}", "") for key in model.schemas} - {""}

    def _absorb(self, wide: Model, other: Model, *, view: bool = False) -> None:
        """Let one model stand for another as well; a mere view weakens no promise of the whole, and adds none."""
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
        """Join each narrow view of something read to the one wider model that holds all its members."""
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
            # A new whole takes no view away from the one that it is published with.
            largest = [model for model in wider if model in home]
        return largest[0] if len(largest) == 1 else None

    def _within(self, model: Model, other: Model) -> bool:
        return self._outline(model) < self._outline(other)

    def _outline(self, model: Model) -> set[object]:
        """A model's members, in which an object is identified by its kind alone: `_join_slots` settles the rest."""
        return {(member.wire, _kinds(self, model.direction, member.shape)) for member in model.members}

    def _join_slots(self) -> None:
        """One member, one model: members that merged models disagree about name one model after all.

        Where both are published they stay two, and the one that the member names has the other's members as well.
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
        """Give a model the members of another one, which stays what it is."""
        mine = {member.wire: member for member in wide.members}
        for member in other.members:
            known = mine.get(member.wire)
            mine[member.wire] = self._either(other.schemas[0], known, member) if known else _relaxed(member)
        wide.members = tuple(mine[wire] for wire in sorted(mine))
        wide.parts += (*other.schemas, *other.parts)

    def _join_published(self) -> None:
        """Keep together what is published as one and what a new document gives the rules no reason to join."""
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
    """A Python shape in which an object is identified by the last word of its noun."""
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
    """Whether the variants are structs of their own, distinguished by the tag; else one struct has what any of them has.

    They are where a sender must distinguish them, but not where the tag may be left out; of what is read, where it is
    an event.
    """
    member = base.member(base.tag)
    return bool(base.variants) and (base.split or (direction == "sent" and member is not None and member.required))


def nouns(key: str, item: Reached, root: str, own: bool) -> list[str]:
    """What an object is called where it stands, before a name is chosen."""
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
    """A shape without the object's key, so that equal bounds compare equal."""
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
    """What holds either of two shapes; None where one is an object, or holds one, and the other does not.

    Objects are compared by where they stand, not by their names: two in one place become one model.
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
