"""Which objects the operations reach, in which direction, and along which path.

A walk that follows `$ref` alone misses the variants that only a discriminator's mapping names; this one follows both.
"""

from __future__ import annotations

from msgspec import Struct

from .reading import Endpoint, is_json
from .shapes import Direction, Object, Ref, Shape, is_list, referred


class Step(Struct, frozen=True):
    """One member on the way to an object; `many` where it is a list."""

    wire: str
    many: bool


class Place(Struct, frozen=True):
    """Where an object stands: the operation, and the members that lead to it from the root of its body."""

    code: str
    steps: tuple[Step, ...] = ()


class Reached(Struct):
    """An object in one direction, with all the places that lead to it; `direct` unless it is only ever a variant."""

    direction: Direction
    item: Object
    places: list[Place]
    direct: bool = True


def reach(endpoints: list[Endpoint], objects: dict[str, Object]) -> dict[tuple[Direction, str], Reached]:
    """Everything the operations reach."""
    found: dict[tuple[Direction, str], Reached] = {}
    for endpoint in endpoints:
        if endpoint.body is not None:
            walk(found, objects, "sent", endpoint.body, Place(endpoint.code))
        for _, media, shape in endpoint.answers:
            if shape is not None and is_json(media, shape):
                walk(found, objects, "read", shape, Place(endpoint.code))
    return found


def walk(
    found: dict[tuple[Direction, str], Reached],
    objects: dict[str, Object],
    direction: Direction,
    shape: Shape,
    place: Place,
    *,
    direct: bool = True,
) -> None:
    """Note the object inside `shape`, then go on to its members and variants."""
    key = referred(shape)
    if key is None:
        return
    item = objects[key]
    reached = found.setdefault((direction, key), Reached(direction, item, [], direct=False))
    reached.direct |= direct
    if any(known.code == place.code and recursive(known, place) for known in reached.places):
        return
    reached.places.append(place)
    for member in item.members:
        inner = Place(place.code, (*place.steps, Step(member.wire, is_list(member.shape))))
        walk(found, objects, direction, member.shape, inner)
    for _, variant in item.variants:
        walk(found, objects, direction, Ref(variant), place, direct=False)


def recursive(known: Place, place: Place) -> bool:
    """Whether `place` lies below a place already known: the object holds itself."""
    return place.steps[: len(known.steps)] == known.steps
