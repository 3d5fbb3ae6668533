"""Finds what distinguishes the variants of a `oneOf` or `anyOf`: a tag, its mapping, or the members each requires."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec

from .shapes import Many, Member, Object, Scalar, Shape

Json = dict[str, Any]
_SAYS_NOTHING_ELSE = {"required", "title", "description", "type", "not"}


def demands(choice: Json) -> list[str]:
    """Return the members that a choice requires, if it contains nothing else; they belong to the enclosing schema."""
    return list(choice.get("required", [])) if choice.keys() <= _SAYS_NOTHING_ELSE else []


def variants_of(schema: Json, options: list[Object], named: Callable[[str], str]) -> tuple[str, dict[str, str]]:
    """Return the tag ("" if there is none), and the key of the object for each of its values.

    The values are taken from the discriminator's mapping, then from the single value that each option documents for the
    tag, then, as OpenAPI specifies, from the name of the option's component.
    """
    discriminator = schema.get("discriminator") or {}
    tag = str(discriminator.get("propertyName") or _implied(options))
    found = {str(value): named(reference) for value, reference in discriminator.get("mapping", {}).items()}
    for option in options:
        if option.key not in found.values():
            found[_only_value(option, tag) or option.key.rsplit("/", 1)[-1]] = option.key
    return tag, found


def agreed(one: Member, other: Member) -> Member:
    """Return a member for which two descriptions of it are both correct."""
    return Member(
        wire=one.wire,
        shape=knowing_both(one.shape, other.shape),
        required=one.required and other.required,
        nullable=one.nullable or other.nullable,
        deprecated=one.deprecated and other.deprecated,
        default=one.default,
    )


def tag_of_all(options: list[Object], tag: str) -> Member | None:
    """Return the tag as a member that all options have, with the values of all; None if an option lacks it."""
    found = [member for option in options if (member := option.member(tag))]
    return functools.reduce(agreed, found) if found and len(found) == len(options) else None


def knowing(member: Member, values: tuple[str, ...]) -> Member:
    """Return the member with these values, if it is a text that documents no values."""
    shape = member.shape
    if not isinstance(shape, Scalar) or shape.kind != "str" or shape.values:
        return member
    return msgspec.structs.replace(member, shape=msgspec.structs.replace(shape, values=values))


def knowing_both(one: Shape, other: Shape) -> Shape:
    """Return the first shape with the values of both."""
    if isinstance(one, Many) and isinstance(other, Many):
        return msgspec.structs.replace(one, item=knowing_both(one.item, other.item))
    if isinstance(one, Scalar) and isinstance(other, Scalar) and one.values != other.values:
        values = tuple(dict.fromkeys((*one.values, *other.values)))
        retired = tuple(value for value in dict.fromkeys((*one.retired, *other.retired)) if value not in values)
        return msgspec.structs.replace(one, values=values, retired=retired)
    return one


def only_value(member: Member | None) -> str:
    """Return the single value that a text may have, or "" if it may have others."""
    shape = member.shape if member else None
    return shape.values[0] if isinstance(shape, Scalar) and len(shape.values) == 1 else ""


def _only_value(option: Object, tag: str) -> str:
    return only_value(option.member(tag))


def _implied(options: list[Object]) -> str:
    """Return the first member for which each option allows exactly one value, a different one in each option."""
    for member in options[0].members:
        values = {value for option in options if (value := _only_value(option, member.wire))}
        if len(values) == len(options) > 1:
            return member.wire
    return ""
