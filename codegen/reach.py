"""Finds the objects that the operations reach, with the direction and the path of each.

Following only `$ref` would miss the variants that only a discriminator's mapping names; both are followed here.
"""

from __future__ import annotations

from msgspec import Struct

from .reading import Endpoint, is_json
from .shapes import Direction, Object, Ref, Shape, is_list, referred


class Step(Struct, frozen=True):
    """One member on the path to an object; `many` if the member is a list."""

    wire: str
    many: bool


class Place(Struct, frozen=True):
    """The place of an object: the operation, and the members from the root of its body to the object."""

    code: str
    steps: tuple[Step, ...] = ()


class Reached(Struct):
    """An object in one direction, with all its places; `direct` unless it occurs only as a variant."""

    direction: Direction
    item: Object
    places: list[Place]
    direct: bool = True


def reach(endpoints: list[Endpoint], objects: dict[str, Object]) -> dict[tuple[Direction, str], Reached]:
    """Return every object that the operations reach."""
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
    """Record the object inside `shape`, then its members and variants."""
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
    """Whether `place` lies below a known place of the same object, which then contains itself."""
    return place.steps[: len(known.steps)] == known.steps
