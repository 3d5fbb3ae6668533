"""Selects the names of the models.

- A name is the noun of the object's place, as short as possible: `Tax`, not `OrderLineTax`.
- If a noun is too general (`Detail`, `Center`), or several models need it, the name begins with the nearest ancestor
  that all objects of the model share. Of several models with the same noun, the model of the most objects gets the noun
  alone.
- Objects in requests end in `Input`, and the root of a request in `Request`.
- A name for any of several structs begins with `Any`.
- Published names (`names.lock`) and names that people gave (`corrections.toml`) have precedence.
"""

from __future__ import annotations

from collections import Counter

from .documents import CodegenError
from .merging import Catalog, Model
from .reach import Place
from .values import alias_of
from .words import camel, common_tail, joined

GENERIC = frozenset(
    [
        "Action",
        "Attribute",
        "Breakdown",
        "Center",
        "Class",
        "Code",
        "Compliance",
        "Configuration",
        "Contact",
        "Context",
        "Customer",
        "Data",
        "Datum",
        "Date",
        "Detail",
        "Details",
        "Document",
        "Documents",
        "Entity",
        "Error",
        "Fee",
        "Fees",
        "Field",
        "Files",
        "Info",
        "Information",
        "Input",
        "Item",
        "Label",
        "Line",
        "Links",
        "Location",
        "Measurement",
        "Method",
        "Milestone",
        "Module",
        "Number",
        "Offer",
        "Operator",
        "Option",
        "Options",
        "Parameter",
        "Part",
        "Payment",
        "Period",
        "Place",
        "Price",
        "Range",
        "Reference",
        "References",
        "Reply",
        "Result",
        "Rule",
        "Shipping",
        "Source",
        "Status",
        "Success",
        "Successes",
        "Summary",
        "Terms",
        "To",
        "Topic",
        "Tracking",
        "Trigger",
        "Type",
        "Updated",
        "Value",
        "Values",
    ]
)
_RESERVED = frozenset(
    {"Annotated", "Any", "Decimal", "Expected", "Final", "Meta", "ResponseModel", "BulkResult", "RequestModel"}
)


class Names:
    """Assigns one name to every model of a service; all names differ."""

    def __init__(self, catalog: Catalog, given: dict[str, str], locked: dict[str, str], tops: dict[str, str]) -> None:
        self._at = catalog.at
        self._given = given
        self._locked = locked
        self._tops = tops
        values = {name for key, name in locked.items() if key.startswith("values ")}
        self._reserved = _RESERVED | values | {alias_of(name) for name in values}
        self.taken: dict[str, Model] = {}

    def name(self, models: list[Model]) -> None:
        """Name all models: by hand, by the lock, by rule: what a list lists first, then the most used of each noun."""
        published = {name: model for model in models for name in self._names_of(model)}
        for model in models:
            key, name = next(((key, self._given[key]) for key in model.schemas if key in self._given), ("", ""))
            if published.get(name, model) is not model:
                raise CodegenError(
                    f"corrections.toml: `names` calls {key} {name}, which is published for "
                    f"{published[name].schemas[0]}: give it another name"
                )
            if name or (name := self._published(model)):
                self._take(model, name)
        unnamed = [model for model in models if not model.name]
        for model in sorted(unnamed, key=lambda model: (_rank(model), -len(model.schemas), model.schemas[0])):
            self._take(model, self._free(model))

    def _published(self, model: Model) -> str:
        return next((name for name in self._names_of(model) if name not in self.taken), "")

    def _names_of(self, model: Model) -> list[str]:
        return [name for key in model.schemas if (name := self._locked.get(f"{model.direction} {key}"))]

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
        if (
            model.kind == "union" and model.direction == "sent"
        ):  # an alias, which must not look like a class that can be instantiated
            tried = [f"Any{name}" for name in tried]
        for name in tried:
            if name not in self.taken and name not in self._reserved:
                return name
        raise CodegenError(
            f"no free name for {model.schemas[0]} ({model.direction}), tried {', '.join(tried)}: "
            "give it a row under `names` in corrections.toml"
        )

    def _candidates(self, model: Model) -> list[str]:
        """Return possible names, shortest first."""
        if model.own and "/" not in model.schemas[0]:
            name = camel_kept(model.schemas[0])
            return [name, f"{name}Input" if model.direction == "sent" else f"{name}Read"]
        code = camel(model.places[0].code)
        if model.root:
            return [model.root, joined(self._tops.get(model.places[0].code, code), model.root), f"{model.root}{code}"]
        base = base_noun(model)
        if model.called:
            return [base, base + code]
        found = [] if base in GENERIC else [base]
        if model.own:
            outer = camel_kept(model.schemas[0].split("/")[0]).removesuffix("Request")
            found.append(joined(outer.removesuffix("Response"), base))
        else:
            found += self._in_context(model, base)
        return [_suffixed(model, name) for name in [*found, base + code]]

    def _in_context(self, model: Model, base: str) -> list[str]:
        """Return the noun after each ancestor that all the model's objects share, nearest first.

        If they share none, the ancestors that most of them share are used.
        """
        ancestors = [self._ancestors(model, place) for place in model.places]
        shared = [noun for noun in ancestors[0] if all(noun in nouns for nouns in ancestors)]
        counted = Counter(noun for nouns in ancestors for noun in dict.fromkeys(nouns))
        found: list[str] = []
        chain = base
        for outer in [*shared, *(noun for noun, _ in counted.most_common())]:
            found.append(joined(outer, base))
            chain = joined(outer, chain)
            found.append(chain)
        usual = Counter(model.nouns).most_common(1)[0][0]
        leaf = [usual] if usual not in GENERIC and not shared else []
        return [*leaf, *dict.fromkeys(found)]

    def _ancestors(self, model: Model, place: Place) -> list[str]:
        """Return the ancestors of an object, nearest first.

        They are the nouns of the models that contain it, then the operation's noun.
        """
        found: list[str] = []
        for depth in range(len(place.steps) - 1, 0, -1):
            outer = self._at.get((model.direction, Place(place.code, place.steps[:depth])))
            if outer is not None and outer is not model:
                found.append(base_noun(outer))
        top = self._tops.get(place.code, "")
        return [*dict.fromkeys([*found, top])] if top else found


def base_noun(model: Model) -> str:
    """Return the last words that all nouns of a model share."""
    return model.called or common_tail(model.nouns) or model.nouns[0]


def camel_kept(key: str) -> str:
    """Return a component's own name, unchanged if it is CamelCase already."""
    return key if key[0].isupper() and key.isalnum() and not key.isupper() else camel(key)


def _rank(model: Model) -> int:
    return 0 if model.own and "/" not in model.schemas[0] else 1 if model.called or model.root else 2


def _suffixed(model: Model, name: str) -> str:
    if model.direction == "read":
        return name
    if model.own:
        return name + ("Request" if model.schemas[0].split("/")[0].endswith("Request") else "")
    return name if name.endswith("Input") else f"{name}Input"
