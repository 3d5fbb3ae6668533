"""Splits the envelope of events into a struct for each type of event.

A webhook's body is an envelope: it contains the type of the event and its data. If the data is one of several objects
and another member selects which one, the envelope is split into a struct for each type, with the data of that type. The
member that selects is either the tag of a discriminator that the data objects do not have, or a member whose values are
the titles or names of the data objects.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .choosing import only_value
from .reading import Endpoint
from .shapes import Member, Object, Ref, Scalar, referred
from .words import camel, words

_ENDINGS = ("Payload", "Data", "Event", "Body", "Content", "Details", "Dto")


def split(objects: dict[str, Object], endpoints: list[Endpoint]) -> None:
    """Split the envelope of each webhook by its types; an envelope of a single type gets that type as its tag."""
    for item in {key: objects[key] for endpoint in endpoints if (key := envelope(endpoint))}.values():
        if item.tag and item.variants:
            item.split, item.members = True, ()
            continue
        choice = next(_choices(objects, item), None)
        if choice is not None:
            tag, data, variants = choice
            rest = tuple(member for member in item.members if member is not tag)
            for value, variant in variants.items():
                own = tuple(_holding(member, variant) if member is data else member for member in rest)
                key = f"{item.key}/{value}"
                objects[key] = Object(key=key, members=own, deprecated=item.deprecated)
            item.variants = tuple((value, f"{item.key}/{value}") for value in variants)
            item.tag, item.split, item.members = tag.wire, True, ()
        else:
            tags = [member for member in item.members if only_value(member)]
            item.tag = next((member.wire for member in tags if member.wire == "type" or len(tags) == 1), "")
            item.value = only_value(item.member(item.tag))


def envelope(endpoint: Endpoint) -> str:
    """Return the key of a webhook's body; "" for an operation, and for a body that is not an object."""
    answer = endpoint.json_answer
    return answer.key if isinstance(answer, Ref) and not endpoint.path else ""


def names(objects: dict[str, Object], key: str) -> dict[str, str]:
    """Return the names of an envelope's structs and of their data, by their keys; the names begin with the type."""
    item = objects[key]
    found: dict[str, str] = {}
    for value, own in item.variants if item.split else [(item.value, key)] if item.value else []:
        found[own] = camel(value)
        for member in objects[own].members:
            inner = referred(member.shape)
            if inner and inner not in found:
                found[inner] = camel(value) + camel(member.wire)
    return found


def _choices(objects: dict[str, Object], item: Object) -> Iterator[tuple[Member, Member, dict[str, str]]]:
    """Yield each member that selects the object of another one: both members, and the object for each value."""
    for data in item.members:
        inner = objects.get(referred(data.shape) or "")
        for tag in item.members if inner and len(inner.options) > 1 else ():
            if inner and isinstance(tag.shape, Scalar) and tag.shape.kind == "str":
                variants = _by_tag(objects, inner, tag) or _by_name(objects, inner, tag.shape.values)
                if variants:
                    yield tag, data, variants


def _by_tag(objects: dict[str, Object], inner: Object, tag: Member) -> dict[str, str]:
    """Return the variants if their discriminator names the member beside them."""
    known = tag.shape.values if isinstance(tag.shape, Scalar) else ()
    values = {value for value, _ in inner.variants}
    elsewhere = known or not any(objects[variant].member(tag.wire) for _, variant in inner.variants)
    is_meant = inner.chosen_by == tag.wire and elsewhere and (not known or values <= {*known})
    return dict(inner.variants) if is_meant else {}


def _by_name(objects: dict[str, Object], inner: Object, values: tuple[str, ...]) -> dict[str, str]:
    """Return the variants by the values that are their titles or names; empty unless each variant has one."""
    found: dict[str, str] = {}
    for value in values:
        fitting = [key for key in inner.options if _plain(value) in _called(objects[key])]
        if len(fitting) == 1:
            found[value] = fitting[0]
    return found if {*found.values()} == {*inner.options} else {}


def _called(item: Object) -> set[str]:
    name = item.key.rsplit("/", 1)[-1]
    bare = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending) and name != ending), name)
    return {_plain(item.title), _plain(name), _plain(bare)} - {""}


def _plain(name: str) -> str:
    return "".join(words(name)).lower()


def _holding(member: Member, variant: str) -> Member:
    return msgspec.structs.replace(member, shape=Ref(variant))
