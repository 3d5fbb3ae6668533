"""Names the models.

A name is the noun of the object's place, as short as it can be: `Tax`, not `OrderLineTax`. A noun that says too little
(`Detail`, `Center`), or that several models contest, takes the nearest ancestor that all the model's objects share; of
those who contest it, the model that stands for most objects keeps it bare. What is sent ends in `Input`, the root of a
request in `Request`. Names already published (`names.lock`) and those people gave (`corrections.toml`) come first.
"""

from __future__ import annotations

from .documents import CodegenError
from .merging import Model
from .reach import Place
from .words import camel, common_tail, joined, singular

GENERIC = frozenset(
    "Action Attribute Breakdown Center Class Code Configuration Contact Context Data Datum Date Detail Details Document "
    "Documents Entity Error Fees Field Info Information Input Item Label Line Links Location Method Milestone Module "
    "Offer Operator Option Options Parameter Part Payment Period Place Price Range Reference References Reply Result "
    "Rule Shipping Source Status Success Successes Summary Terms To Topic Tracking Type Updated Value Values".split()
)
_RESERVED = frozenset({"Annotated", "Any", "Decimal", "Expected", "Final", "Meta", "Received", "Reported", "Sent"})


class Names:
    """Gives every model of one service its name, once; no two share one."""

    def __init__(self, given: dict[str, str], locked: dict[str, str], items: dict[str, str]) -> None:
        self._given = given
        self._locked = locked
        self._items = items
        self.taken: dict[str, Model] = {}

    def name(self, models: list[Model]) -> None:
        """Name all models: by hand, by the lock, by rule, the most used of each noun first."""
        for model in models:
            name = next((self._given[key] for key in model.schemas if key in self._given), "") or self._published(model)
            if name:
                self._take(model, name)
        unnamed = [model for model in models if not model.name]
        for model in sorted(unnamed, key=lambda model: (not model.own, -len(model.schemas), model.schemas[0])):
            self._take(model, self._free(model))

    def _published(self, model: Model) -> str:
        names = [name for key in model.schemas if (name := self._locked.get(f"{model.direction} {key}"))]
        free = [name for name in names if name not in self.taken]
        return free[0] if free else ""

    def _take(self, model: Model, name: str) -> None:
        other = self.taken.get(name)
        if other is not None:
            raise CodegenError(
                f"{name} would name both {other.schemas[0]} and {model.schemas[0]} ({model.direction}): "
                "give one of them a row under `names` in corrections.toml"
            )
        self.taken[name] = model
        model.name = name

    def _free(self, model: Model) -> str:
        tried = self._candidates(model)
        for name in tried:
            if name not in self.taken and name not in _RESERVED:
                return name
        raise CodegenError(
            f"no free name for {model.schemas[0]} ({model.direction}), tried {', '.join(tried)}: "
            "give it a row under `names` in corrections.toml"
        )

    def _candidates(self, model: Model) -> list[str]:
        if model.own and "/" not in model.schemas[0]:
            name = camel_kept(model.schemas[0])
            return [name, f"{name}Input" if model.direction == "sent" else f"{name}Read"]
        if model.root:
            return [model.root, f"{model.root}{camel(model.places[0].code)}"]
        suffix = _suffix(model)
        base = common_tail(model.nouns) or model.nouns[0]
        found = [] if base in GENERIC or model.mixed else [base]
        if model.own:
            outer = camel_kept(model.schemas[0].split("/")[0]).removesuffix("Request")
            found.append(joined(outer.removesuffix("Response"), base))
        else:
            found += [joined(outer, base) for outer in self._ancestors(model)]
        found.append(base + camel(model.places[0].code))
        return [name + suffix for name in found]

    def _ancestors(self, model: Model) -> list[str]:
        """The nouns above all of a model's places, nearest first."""
        trails = [self._trail(place) for place in model.places]
        first, *others = trails
        return [noun for noun in first if all(noun in trail for trail in others)]

    def _trail(self, place: Place) -> list[str]:
        found = [singular(camel(step.wire)) if step.many else camel(step.wire) for step in place.steps[:-1]]
        top = self._items.get(place.code, "")
        if place.steps and place.steps[0].wire in {"data", "orders"} and found:
            found = found[1:] if place.steps[0].wire == "data" else found
        return [*reversed(found), *([top] if top else [])]


def camel_kept(key: str) -> str:
    """A component's own name: kept as it is where it is CamelCase already."""
    return key if key[0].isupper() and key.isalnum() and not key.isupper() else camel(key)


def _suffix(model: Model) -> str:
    if model.direction == "read":
        return ""
    if model.own:
        return "Request" if model.schemas[0].split("/")[0].endswith("Request") else ""
    return "Input"
